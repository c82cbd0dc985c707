"""A segment of the files: bulletins that were written together. It never changes; some of them may be gone since.

In its folder:

    bulletins.json              its bulletins in the order of their names, and where what is theirs begins and ends
    texts.bin, records.bin      their texts as decoded, and their documents, one after the other
    passages.bin, *.npy         their passages (`rag.indexing.packed`), numbered in the order of bulletins and places
    vectors/passages.npy        a unit vector a passage; questions.npy one a written question; *.lists where there are
                                many (`rag.indexing.near`)
    words/, read/               the token ids and what the reader made, of all passages, as they lie in memory
    terms/FIELD/                terms of the Chinese text, of the English rendering, of the questions answered
    words/english.txt           the English words of renderings, as they are spelled

What a question needs is mapped from disk and shared by all processes that read it.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, get_args

import msgspec
import numpy as np
from tqdm import tqdm

from rag.abreast import abreast
from rag.indexing.fields import Fields
from rag.indexing.inverted import Part, Postings, Terms, counted_of_fields, join
from rag.indexing.late import Bags
from rag.indexing.near import FEW, Nearest, write_lists
from rag.indexing.packed import Packed, Packer
from rag.indexing.readings import Readings
from rag.indexing.store import Entry, Records, TermField, text_of
from rag.reading.corpus import Document
from rag.reading.files.original import Original

if TYPE_CHECKING:
    import numpy.typing as npt

    from rag.indexing.near import Vectors as Array

    Rows = npt.NDArray[np.intp]
    Runs = Sequence[tuple[int, int]]

TERM_FIELDS: tuple[TermField, ...] = get_args(TermField)
_BULLETINS, _TEXTS, _RECORDS = "bulletins.json", "texts.bin", "records.bin"
_VECTORS, _WORDS, _READINGS, _TERMS = "vectors", "words", "read", "terms"
_KINDS = ("passages", "questions")
_ENGLISH = "english.txt"
_TOGETHER = 500  # passages whose terms are counted together
_LONG = 10_000  # passages whose terms take many seconds
_SPELLED = re.compile(r"\b[a-z]{2,}\b")


@dataclass(frozen=True, slots=True)
class Kept:
    """A bulletin of a segment, and where what is its own lies."""

    name: str
    encoding: str
    original: Original | None
    documents: tuple[str, ...]
    """Their ids."""
    first_document: int
    rows: tuple[int, int]
    """Its passages, first and end."""
    text: tuple[int, int]
    """Bytes of the texts."""
    record: tuple[int, int]
    """Bytes of the records."""


class Segment:
    """A segment, read; its bulletins that are gone are not seen, though its rows number their passages, too."""

    def __init__(
        self,
        folder: Path,
        gone: Collection[str] = (),
        gone_terms: Path | None = None,
        *,
        words: bool,
        readings: bool,
    ) -> None:
        """Open a segment.

        :param gone: The bulletins that were removed or replaced since it was written.
        :param gone_terms: The folder in which `write_gone` said how many postings are of those.
        :param words: Whether the words of texts are wanted, too, which only some encoders leave.
        :param readings: Whether what a reader made of the passages is wanted.
        :raises OSError: if a file is missing; ValueError, MsgspecError and the like if one is damaged.
        """
        self.folder = folder
        every = msgspec.json.decode((folder / _BULLETINS).read_bytes(), type=list[Kept])
        self.bulletins = {one.name: one for one in every if one.name not in gone}
        self.gone = frozenset(gone)
        self.packed = Packed(folder)
        self.runs = _joined(one.rows for one in self.bulletins.values())
        self._bounds = np.array([edge for run in self.runs for edge in run], dtype=np.int64)
        self.count = sum(end - first for first, end in self.runs)
        self.postings = {
            name: Postings(
                folder / _TERMS / name,
                np.load(gone_terms / f"{name}.npy") if gone and gone_terms else None,
            )
            for name in TERM_FIELDS
        }
        self.passages, self.questions = (
            Nearest(
                np.load(folder / _VECTORS / f"{kind}.npy", mmap_mode="r").view(np.ndarray),
                folder / _VECTORS / f"{kind}.lists",
            )
            for kind in _KINDS
        )
        self.words, self.written = (
            Bags.mapped(folder / _WORDS, kind) if words and has_words(folder) else None for kind in _KINDS
        )
        self.readings = Readings.mapped(folder / _READINGS) if readings and has_readings(folder) else None
        self.read: Nearest | None = None
        if self.readings is not None:
            directions = self.readings.directions()
            few = len(directions) <= FEW
            self.read = Nearest(directions[:] if few else directions, folder / _VECTORS / "read.lists")
        self._texts, self._records = (_mapped(folder / name) for name in (_TEXTS, _RECORDS))

    def part(self, field: TermField) -> Part:
        """Its share of a field of terms."""
        return Part(self.postings[field], self.runs, self.count)

    def there(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """Which of some rows are of bulletins that are there, shape (rows,)."""
        found: npt.NDArray[np.bool_] = np.searchsorted(self._bounds, rows, side="right") % 2 == 1
        return found

    def rows_of(self, documents: Iterable[int]) -> Rows:
        """The rows of the passages of some documents, by their numbers, in order."""
        order, first = self._by_document
        found = [order[first[number] : first[number + 1]] for number in documents]
        return np.sort(np.concatenate([np.zeros(0, dtype=np.intp), *found]))

    def questions_of(self, rows: Rows) -> tuple[Rows, Rows]:
        """The numbers of the questions written for some passages, and where each passage's begin."""
        begins, ends = self.packed.first_question[rows], self.packed.first_question[rows + 1]
        return ranges(begins, ends)

    def question_runs(self) -> Runs:
        """The stretches of questions that are there."""
        first = self.packed.first_question
        runs = [(int(first[a]), int(first[b])) for a, b in self.runs]
        return [(a, b) for a, b in runs if a < b]

    def home_of(self, question: int) -> int:
        """The row of the passage that a question was written for."""
        return int(np.searchsorted(self.packed.first_question, question, side="right")) - 1

    def spelled(self) -> list[str]:
        """The English words of renderings, as they are spelled."""
        return (self.folder / _WORDS / _ENGLISH).read_text(encoding="utf-8").split()

    def text(self, name: str) -> str:
        """The whole decoded text of a bulletin."""
        return self._texts[slice(*self.bulletins[name].text)].decode()

    def documents(self, name: str) -> tuple[Document, ...]:
        """The documents of a bulletin, as they were read from it."""
        record = self._records[slice(*self.bulletins[name].record)]
        return msgspec.msgpack.decode(record, type=tuple[Document, ...])

    def raw(self, name: str) -> tuple[bytes, bytes]:
        """The text and the documents of a bulletin as they lie on disk."""
        kept = self.bulletins[name]
        return self._texts[slice(*kept.text)], self._records[slice(*kept.record)]

    def entry(self, name: str) -> Entry:
        """A bulletin as it was put in, whatever is wanted of the segment otherwise."""
        kept = self.bulletins[name]
        records = [self.packed.record(row) for row in range(*kept.rows)]
        none = Fields()
        rows = np.arange(*kept.rows)
        questions, _ = self.questions_of(rows)
        words = (
            [Bags.mapped(self.folder / _WORDS, kind) for kind in _KINDS] if has_words(self.folder) else None
        )
        readings = Readings.mapped(self.folder / _READINGS) if has_readings(self.folder) else None
        return Entry(
            Records(
                kept.name,
                kept.encoding,
                self.documents(name),
                tuple(one.chunk for one in records),
                {one.chunk.id: one.fields for one in records if one.fields != none},
                kept.original,
            ),
            self.text(name),
            np.array(self.passages.vectors[slice(*kept.rows)]),
            np.array(self.questions.vectors[questions]),
            words[0].take(rows) if words else None,
            words[1].take(questions) if words else None,
            readings.take(rows) if readings else None,
        )

    @cached_property
    def _by_document(self) -> tuple[Rows, Rows]:
        """Rows in the order of their documents' numbers, and where each document's begin."""
        documents = self.packed.documents
        order = np.argsort(documents, kind="stable")
        count = int(documents.max(initial=-1)) + 1
        return order, np.searchsorted(documents[order], np.arange(count + 2))


def spelled_in(english: str) -> list[str]:
    """The words of an English text, in small letters."""
    return _SPELLED.findall(english.lower())


def has_words(folder: Path) -> bool:
    """Whether the words of texts are kept in a segment."""
    return Bags.are_in(folder / _WORDS, _KINDS[0])


def has_readings(folder: Path) -> bool:
    """Whether what a reader made of passages is kept in a segment."""
    return (folder / _READINGS).is_dir()


def ranges(begins: Rows, ends: Rows) -> tuple[Rows, Rows]:
    """All numbers of some stretches, one stretch after the other, and where each begins among them."""
    lengths = ends - begins
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.intp)
    return np.arange(starts[-1]) + np.repeat(begins - starts[:-1], lengths), starts


def write(folder: Path, entries: Iterable[Entry]) -> None:
    """Write bulletins as a segment.

    :param entries: In any order, each name once; all with words or none, all with readings or none.
    """
    (folder / _VECTORS).mkdir(parents=True)
    (folder / _WORDS).mkdir()
    entries = sorted(entries, key=lambda one: one.records.name)
    spelled: set[str] = set()
    terms = {name: Terms() for name in TERM_FIELDS}
    texts = _packed(folder, entries, spelled)
    for counts in abreast(
        counted_of_fields, texts, long=sum(len(one.records.chunks) for one in entries) > _LONG
    ):
        for field, counted in zip(TERM_FIELDS, counts, strict=True):
            terms[field].add(counted)
    for field in TERM_FIELDS:  # each is let go once it is written
        terms.pop(field).save(folder / _TERMS / field)
    for kind, vectors in zip(
        _KINDS, zip(*((one.vectors, one.written) for one in entries), strict=True), strict=True
    ):
        _copy_rows(folder / _VECTORS / f"{kind}.npy", [(one, 0, len(one)) for one in vectors])
    (folder / _WORDS / _ENGLISH).write_text("\n".join(sorted(spelled)), encoding="utf-8")
    words = [one.words for one in entries if one.words is not None]
    written = [one.written_words for one in entries if one.written_words is not None]
    if words and written:
        for kind, own in zip(_KINDS, (words, written), strict=True):
            Bags.copied([(one, 0, len(one)) for one in own], folder / _WORDS, kind)
    if readings := [one.readings for one in entries if one.readings is not None]:
        Readings.joined(readings).lay_out(folder / _READINGS)
    _write_lists(folder)


def _packed(folder: Path, entries: Iterable[Entry], spelled: set[str]) -> Iterator[list[list[str]]]:
    """Write bulletins and their passages; what is searched of some passages in each field, as they are written.

    :param spelled: Takes the English words of renderings.
    """
    packer = Packer(folder)
    waiting: list[list[str]] = [[] for _ in TERM_FIELDS]
    with _Table(folder) as table:
        for entry in entries:
            records = entry.records
            first = table.add(
                Kept(
                    records.name, records.encoding, records.original, tuple(one.id for one in records.documents),
                    0, (0, len(records.chunks)), (0, 0), (0, 0),
                ),
                entry.text.encode(),
                msgspec.msgpack.encode(records.documents),
            )  # fmt: skip
            number = {document.id: first + at for at, document in enumerate(records.documents)}
            for passage in records.passages():
                packer.add(passage, number[passage.document.id])
                spelled.update(spelled_in(passage.fields.english))
                for field, texts in zip(TERM_FIELDS, waiting, strict=True):
                    texts.append(text_of(passage, field))
                if len(waiting[0]) == _TOGETHER:
                    yield waiting
                    waiting = [[] for _ in TERM_FIELDS]
    packer.close()
    yield waiting


def merge(folder: Path, segments: Sequence[Segment], *, quiet: bool = True) -> None:
    """Write what is there of several segments as one: as `write` would, but for what it costs.

    :param quiet: No progress bar.
    """
    (folder / _VECTORS).mkdir(parents=True)
    (folder / _WORDS).mkdir()
    order = sorted(
        (kept.name, number) for number, segment in enumerate(segments) for kept in segment.bulletins.values()
    )
    moved = [np.full(len(segment.packed), -1, dtype=np.int32) for segment in segments]
    packer, row = Packer(folder), 0
    with _Table(folder) as table:
        for name, number in tqdm(order, desc="Joining bulletins", unit="file", disable=quiet or None):
            segment = segments[number]
            kept = segment.bulletins[name]
            first = table.add(kept, *segment.raw(name))
            packer.take(segment.packed, range(*kept.rows), first - kept.first_document)
            moved[number][slice(*kept.rows)] = np.arange(row, row + kept.rows[1] - kept.rows[0])
            row += kept.rows[1] - kept.rows[0]
    packer.close()
    for field in TERM_FIELDS:
        join(folder / _TERMS / field, [one.postings[field] for one in segments], moved)
    pieces = [(segments[number], segments[number].bulletins[name].rows) for name, number in order]
    asked = [
        (one, (int(one.packed.first_question[a]), int(one.packed.first_question[b])))
        for one, (a, b) in pieces
    ]
    _copy_rows(folder / _VECTORS / "passages.npy", [(one.passages.vectors, *rows) for one, rows in pieces])
    _copy_rows(folder / _VECTORS / "questions.npy", [(one.questions.vectors, *rows) for one, rows in asked])
    spelled = {word for segment in segments for word in segment.spelled()}
    (folder / _WORDS / _ENGLISH).write_text("\n".join(sorted(spelled)), encoding="utf-8")
    if all(has_words(one.folder) for one in segments):
        for kind, own in zip(_KINDS, (pieces, asked), strict=True):
            bags = {id(one): Bags.mapped(one.folder / _WORDS, kind) for one in segments}
            Bags.copied([(bags[id(one)], *rows) for one, rows in own], folder / _WORDS, kind)
    if all(has_readings(one.folder) for one in segments):
        read = {id(one): Readings.mapped(one.folder / _READINGS) for one in segments}
        Readings.joined([read[id(one)].take(np.arange(*rows)) for one, rows in pieces]).lay_out(
            folder / _READINGS
        )
    _write_lists(folder)


def write_gone(segment: Segment, folder: Path) -> None:
    """Write how many postings of each term of a segment are of passages that are gone."""
    folder.mkdir(parents=True)
    there = np.zeros(len(segment.packed), dtype=np.bool_)
    for first, end in segment.runs:
        there[first:end] = True
    for name, postings in segment.postings.items():
        np.save(folder / f"{name}.npy", postings.gone_with(there))


def _write_lists(folder: Path) -> None:
    """Keep the vectors of a segment that was written in lists, where there are many."""
    for kind in _KINDS:
        write_lists(
            np.load(folder / _VECTORS / f"{kind}.npy", mmap_mode="r").view(np.ndarray),
            folder / _VECTORS / f"{kind}.lists",
        )
    if has_readings(folder):
        write_lists(Readings.mapped(folder / _READINGS).directions(), folder / _VECTORS / "read.lists")


def _copy_rows(file: Path, parts: Sequence[tuple[Array, int, int]]) -> None:
    """Write some stretches of arrays as one, no more than a part of it in memory at once."""
    count, dimension = sum(end - first for _, first, end in parts), parts[0][0].shape[1]
    if not count:
        np.save(file, np.zeros((0, dimension), dtype=np.float32))
        return
    made = np.lib.format.open_memmap(file, mode="w+", dtype=np.float32, shape=(count, dimension))
    at = 0
    for array, first, end in parts:
        made[at : at + end - first] = array[first:end]
        at += end - first
    made.flush()


def _joined(runs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches in order, those that touch made one."""
    found: list[tuple[int, int]] = []
    for first, end in runs:
        if found and found[-1][1] == first:
            found[-1] = (found[-1][0], end)
        elif first < end:
            found.append((first, end))
    return found


def _mapped(file: Path) -> mmap.mmap | bytes:
    """A file's bytes, read from disk as they are needed."""
    with file.open("rb") as opened:
        return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) if file.stat().st_size else b""


def _appended(file: BinaryIO, part: bytes) -> tuple[int, int]:
    """Where a part begins and ends in a file that it was written to."""
    first = file.tell()
    return first, first + file.write(part)


class _Table:
    """Writes the bulletins of a segment, their texts and documents."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: list[Kept] = []
        self._documents = self._rows = 0

    def __enter__(self) -> _Table:
        self._texts, self._records = ((self._folder / name).open("wb") for name in (_TEXTS, _RECORDS))
        return self

    def add(self, kept: Kept, text: bytes, documents: bytes) -> int:
        """Write the next bulletin.

        :param kept: As it lay elsewhere: what counts is what it is and how many passages it has.
        :return: The number of its first document.
        """
        first, rows = self._documents, self._rows
        self._documents += len(kept.documents)
        self._rows += kept.rows[1] - kept.rows[0]
        placed = replace(
            kept,
            first_document=first,
            rows=(rows, self._rows),
            text=_appended(self._texts, text),
            record=_appended(self._records, documents),
        )
        self._kept.append(placed)
        return first

    def __exit__(self, *_: object) -> None:
        self._texts.close()
        self._records.close()
        (self._folder / _BULLETINS).write_bytes(msgspec.json.encode(self._kept))
