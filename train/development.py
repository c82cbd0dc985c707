"""The development questions and the places that answer them, in two collections: prepared bulletins, and bare ones."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eval.questions import WAYS, load_facts, places
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
    """Two collections, one after the other: with what was written beside the bulletins, and without, as the next come.

    :return: For each its name, its settings, its index and the questions.
    """
    texts = {file.name: file.read_bytes().decode() for file in settings.bulletins.glob("*.txt")}
    asked = [
        Placed(
            fact.question(way),
            way,
            fact.file,
            tuple(p for e in fact.evidence for p in places(e, texts[fact.file])),
        )
        for fact in load_facts("dev")
        for way in WAYS
    ]
    yield "prepared", settings, open_index(settings, quiet=True), asked
    with tempfile.TemporaryDirectory() as name:
        alone = bare(Path(name) / "data", settings)
        yield "bare", alone, open_index(alone, quiet=True), asked
