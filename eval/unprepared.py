"""Collections that nothing was prepared for: bulletins left out, among documents of another province.

What the next city brings can only be guessed at from what was kept apart: an encoder that never saw some of the
bulletins (`python -m train encoder --leave-out …`), an index of them without renderings and without written
questions, and around them, as a haystack, public documents that the encoder never saw either.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.questions import Question
from rag.corpus import Span
from rag.errors import BulletinError
from rag.settings import Settings
from train.sources import DOCUMENTS, Sources, read_jsonl

HELD_OUT = 0.5
"""Share of the public documents that an encoder measured here must have been trained without."""
STYLES = {"col": "zh_hard", "kw": "keywords", "en": "en"}
"""How the questions about the public documents were asked, in the words of this evaluation."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Bulletins, and the encoder that was trained without them."""

    encoder: Path
    bulletins: tuple[str, ...]
    """File names without `.txt`."""


@dataclass(frozen=True, slots=True)
class Located:
    """A question about a public document, and the place that answers it."""

    question: str
    way: str
    source: str
    span: Span


def make_collection(left_out: LeftOut, training: Path, settings: Settings, folder: Path) -> Settings:
    """Write a data folder of the left-out bulletins and the haystack, each document a bulletin of its own.

    :param training: The folder of the public training files.
    :param settings: Where the bulletins and the lexicon lie.
    :param folder: Where to write; must not hold a collection yet.
    :return: Settings for that collection, with its own index and the encoder that knows nothing of it.
    :raises BulletinError: if a bulletin, the encoder or the training files are not there.
    """
    if not left_out.encoder.is_dir():
        raise BulletinError(
            f"No encoder in {left_out.encoder}; expected a folder written by "
            f"`python -m train encoder --leave-out {' '.join(left_out.bulletins)} --hold-out {HELD_OUT}`."
        )
    bulletins = folder / "data" / "bulletins"
    bulletins.mkdir(parents=True)
    for name in left_out.bulletins:
        source = settings.bulletins / f"{name}.txt"
        if not source.is_file():
            there = ", ".join(sorted(path.stem for path in settings.bulletins.glob("*.txt")))
            raise BulletinError(f"No bulletin {name} to leave out; expected one of {there}.")
        shutil.copyfile(source, bulletins / source.name)
    for number, (title, texts) in enumerate(_haystack(training), start=1):
        (bulletins / f"other-{number:03}.txt").write_bytes("\n".join([title, *texts]).encode())
    if (settings.data / "lexicon").is_dir():
        (folder / "data" / "lexicon").symlink_to((settings.data / "lexicon").resolve())
    return replace(
        settings, data=folder / "data", index=folder / "index", encoder=str(left_out.encoder.resolve())
    )


def questions_about(left_out: LeftOut, questions: Sequence[Question]) -> list[Question]:
    """The questions that can be put to a collection of bulletins left out: about them, or about nothing there is."""
    names = {f"{name}.txt" for name in left_out.bulletins}
    return [one for one in questions if one.fact is None or one.fact.file in names]


def haystack_questions(training: Path) -> list[Located]:
    """The questions that were written about documents of the haystack, with the places they were written for."""
    files = {
        title: (f"other-{number:03}.txt", "\n".join([title, *texts]))
        for number, (title, texts) in enumerate(_haystack(training), start=1)
    }
    found = []
    for record in read_jsonl(training / "pairs_civic_questions.jsonl.gz"):
        source, text = files.get(record["title"], ("", ""))
        start = text.find(record["passage"])
        if start >= 0:
            span = (start, start + len(record["passage"]))
            found.append(Located(record["query"], STYLES[record["style"]], source, span))
    return found


def _haystack(training: Path) -> Sequence[tuple[str, list[str]]]:
    """Titles and texts of the public documents held out, in the order of their titles."""
    sources = Sources(training, training, hold_out=HELD_OUT)
    documents: dict[str, list[str]] = defaultdict(list)
    for name in DOCUMENTS:
        file = training / f"{name}.jsonl.gz"
        if not file.is_file():
            raise BulletinError(f"No {file.name} in {training}; expected the public training files there.")
        for record in read_jsonl(file):
            if sources.held_out(record["title"]):
                documents[record["title"]].append(record["text"])
    return sorted(documents.items())
