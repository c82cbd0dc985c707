"""How well documents are read: whether each is found, and its title, number, issuer, jurisdiction, kind and dates.

`eval/elsewhere/COLLECTION/documents.jsonl` holds the truth, written by eye. A field is a list of what may be read
there: none where the text states none, left out where even by eye it can't be said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from eval.unprepared import Elsewhere
from rag.errors import BulletinError
from rag.reading.corpus import Document, read_bulletin
from rag.text.normal import squeeze

FIELDS = (
    "title",
    "number",
    "issuer",
    "jurisdiction",
    "kind",
    "signed_on",
    "published_on",
    "valid_from",
    "valid_until",
)
NEAR = 3
"""A document is found when one is read to begin within so many lines of where it does."""
_BRACKETS = str.maketrans("〔［【（〕］】）", "[[[(]]])")


@dataclass(frozen=True, slots=True)
class Truth:
    """A document as it is: each field what may be read there; () where there is none, None where nobody can say."""

    file: str
    start_line: int
    """1-based."""
    title: tuple[str, ...] | None = None
    number: tuple[str, ...] | None = None
    issuer: tuple[str, ...] | None = None
    jurisdiction: tuple[str, ...] | None = None
    kind: tuple[str, ...] | None = None
    signed_on: tuple[str, ...] | None = None
    published_on: tuple[str, ...] | None = None
    valid_from: tuple[str, ...] | None = None
    valid_until: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """How often something was read right, read at all, and there to be read."""

    what: str
    right: int
    read: int
    there: int

    @property
    def precision(self) -> float:
        """Of what was read: what is right; 1 where nothing was read."""
        return self.right / self.read if self.read else 1.0

    @property
    def recall(self) -> float:
        """Of what is there: what was read right; 1 where nothing is there."""
        return self.right / self.there if self.there else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        return 2 * self.right / (self.read + self.there) if self.read + self.there else 1.0


@dataclass(frozen=True, slots=True)
class Misread:
    """A field that was read otherwise than it is."""

    file: str
    line: int
    field: str
    read: str | None
    truth: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How one collection was read."""

    name: str
    counts: tuple[Read, ...]
    """The documents themselves first, then each of FIELDS."""
    misread: tuple[Misread, ...]


def measure_reading(collection: Elsewhere) -> Reading:
    """Read a collection's documents and compare them with the truth.

    :raises BulletinError: if it has no truth, or a document can't be read.
    """
    truths = load_truths(collection.folder / "documents.jsonl")
    read = [
        document
        for file in sorted(collection.bulletins.iterdir())
        for document in read_bulletin(file).documents
    ]
    return compare_reading(collection.name, truths, read)


def compare_reading(name: str, truths: Sequence[Truth], read: Sequence[Document]) -> Reading:
    """Documents as they were read beside those that are there."""
    pairs = [(truth, _nearest(truth, read)) for truth in truths]
    found = {document.id for _, document in pairs if document is not None}
    counts = [Read("documents", len(found), len(read), len(truths))]
    misread: list[Misread] = []
    for field in FIELDS:
        right = asserted = there = 0
        for truth, document in pairs:
            wanted: tuple[str, ...] | None = getattr(truth, field)
            if wanted is None:
                continue
            given: str | None = getattr(document, field) if document else None
            is_right = given is not None and _plain(given) in map(_plain, wanted)
            right, asserted, there = right + is_right, asserted + (given is not None), there + bool(wanted)
            if not is_right and (given is not None or wanted):
                misread.append(Misread(truth.file, truth.start_line, field, given, wanted))
        counts.append(Read(field, right, asserted, there))
    return Reading(name, tuple(counts), tuple(misread))


def load_truths(file: Path) -> list[Truth]:
    """The truth of a collection's documents.

    :raises BulletinError: if there is none, or a line is of another form.
    """
    if not file.is_file():
        raise BulletinError(f"No {file}; expected the truth of the documents, a line each.")
    try:
        return [msgspec.json.decode(line, type=Truth) for line in file.read_bytes().splitlines()]
    except msgspec.MsgspecError as error:
        raise BulletinError(f"{file}: {error}. Expected file, start_line and lists of texts.") from error


def table(readings: Sequence[Reading]) -> str:
    """Precision, recall and F1 of all collections together, and F1 of each, as Markdown."""
    together = [_sum(counts) for counts in zip(*(reading.counts for reading in readings), strict=True)]
    heads = ["precision", "recall", "F1", *(f"F1 {reading.name}" for reading in readings)]
    lines = [f"| read | {' | '.join(heads)} |", "|---|" + "---:|" * len(heads)]
    for at, count in enumerate(together):
        figures = [count.precision, count.recall, count.f1, *(one.counts[at].f1 for one in readings)]
        lines.append(f"| {count.what} ({count.there}) | {' | '.join(f'{one:.3f}' for one in figures)} |")
    return "\n".join(lines)


def misreadings(readings: Iterable[Reading]) -> str:
    """Every field that was read otherwise than it is, a line each."""
    return "\n".join(
        f"{one.file}:{one.line} {one.field}: read {one.read or 'none'}; it is {' or '.join(one.truth) or 'none'}"
        for reading in readings
        for one in reading.misread
    )


def _nearest(truth: Truth, read: Sequence[Document]) -> Document | None:
    away = {one.id: abs(one.start_line - truth.start_line) for one in read if one.source == truth.file}
    near = [one for one in read if away.get(one.id, NEAR + 1) <= NEAR]
    return min(near, key=lambda one: away[one.id], default=None)


def _sum(counts: Sequence[Read]) -> Read:
    return Read(
        counts[0].what,
        sum(one.right for one in counts),
        sum(one.read for one in counts),
        sum(one.there for one in counts),
    )


def _plain(text: str) -> str:
    """A text as it is compared: normal form, no white space, one kind of bracket."""
    return squeeze(text).translate(_BRACKETS)
