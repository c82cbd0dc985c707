"""The development questions and the places that answer them: of our bulletins prepared, of the bare ones, of towns."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.questions import WAYS, Fact, load_facts, places
from eval.unprepared import towns
from rag.index import Index, open_index
from rag.settings import Settings
from rag.text.spans import Span
from train.withheld import bare


@dataclass(frozen=True, slots=True)
class Placed:
    """A question, the name of its way of asking, and where its answer stands."""

    question: str
    way: str
    source: str
    """The bulletin's file name."""
    places: tuple[Span, ...]


def collections(settings: Settings) -> Iterator[tuple[str, Settings, Index, list[Placed]]]:
    """Three, one after the other: our bulletins with what was written beside them, without, and those of other towns.

    :return: For each its name, its settings, its index and the questions.
    """
    asked = _placed(load_facts("dev"), settings.bulletins)
    yield "prepared", settings, open_index(settings, quiet=True), asked
    with tempfile.TemporaryDirectory() as name:
        alone = bare(Path(name) / "data", settings)
        yield "bare", alone, open_index(alone, quiet=True), asked
    there = towns()
    with tempfile.TemporaryDirectory() as name:
        alone = there.settings(settings, Path(name))
        of_towns = _placed(load_facts(folder=there.questions_folder), there.bulletins)
        yield there.name, alone, open_index(alone, quiet=True), of_towns


def _placed(facts: Sequence[Fact], bulletins: Path) -> list[Placed]:
    texts = {file.name: file.read_bytes().decode() for file in bulletins.glob("*.txt")}
    return [
        Placed(
            fact.question(way),
            way,
            fact.file,
            tuple(p for e in fact.evidence for p in places(e, texts[fact.file])),
        )
        for fact in facts
        for way in WAYS
    ]
