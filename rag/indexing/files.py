"""The store kept in files: a folder a version, which never changes once it is complete.

Below a version's folder:

    manifest.json               what it was made from, and how every other file was written
    segments.json               its segments, and which bulletins of each are gone
    documents.db                the documents of all, each with what replaced it (`rag.indexing.catalogue`)
    segments/ID/                bulletins that were written together (`rag.indexing.segment`)
    gone/ID/                    how many postings of a segment are of bulletins that are gone

A version has most of its segments from the one before, as other names of the same files; what is put in is a segment of
its own. Small ones are joined as they come, so that there are few; large ones when a version is asked for it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import faiss
import msgspec
import numpy as np

from rag.indexing.catalogue import Catalogue, write_catalogue
from rag.indexing.inverted import Holding, Inverted
from rag.indexing.late import Bags
from rag.indexing.manifest import Manifest, Stamp
from rag.indexing.readings import Readings
from rag.indexing.segment import TERM_FIELDS, Segment, merge, ranges, write, write_gone
from rag.indexing.store import ANYWHERE, Entry, Found, Passage, TermField, VectorField, Where
from rag.publishing import versions
from rag.reading.corpus import Document
from rag.reading.files.original import Original
from rag.reading.succession import joined
from rag.text.spans import Span, quote

if TYPE_CHECKING:
    from rag.indexing.encoder import Vectors
    from rag.indexing.late import Rows

    Parts = list[tuple[Segment, Rows, Rows]]

_DOCUMENTS, _SEGMENTS, _GONE = "documents.db", "segments", "gone"
_UNNAMED = "new"
_STANDS_KEPT = (
    20_000  # passages of which is remembered where they stand: a question asks for its candidates many times
)
_PASSAGES_KEPT = 2048  # passages that stay read, some 10 kB each; a question has some hundreds of candidates
_TEXTS_KEPT = 64  # bulletins whose texts do
_PLACES_KEPT = 16  # districts and documents whose rows are remembered: of a province some 0.5 MB in a million
_TOGETHER = 20_000  # passages that are held until they are written as a segment
_AT_ONCE = 50_000
"""Passages up to which segments are joined while something is put in, which takes some seconds."""
_AS_LARGE = 2  # a segment at most so many times as large as what comes is joined with it
_SMALL = 5_000  # passages that are always kept in one segment
_GONE_SHARE = 0.25  # of a segment's passages, from which it is written anew


@dataclass(frozen=True, slots=True)
class _Used:
    """A segment of a version."""

    id: str
    gone: tuple[str, ...] = ()
    """Its bulletins that were removed or replaced since it was written."""


class FileStore:
    """A version of the files, read. What its segments number their passages by stays inside."""

    def __init__(self, folder: Path, *, words: bool, readings: bool) -> None:
        """Open a version.

        :param words: Whether the words of texts are wanted, too, which only some encoders leave.
        :param readings: Whether what a reader made of the passages is wanted.
        :raises OSError: if a file is missing; ValueError, MsgspecError and the like if one is damaged.
        """
        self.folder = folder
        """Of the version."""
        self.catalogue = Catalogue(file=folder / _DOCUMENTS)
        """Its documents."""
        used = msgspec.json.decode((folder / f"{_SEGMENTS}.json").read_bytes(), type=list[_Used])
        self.segments = [
            Segment(
                folder / _SEGMENTS / one.id, one.gone, folder / _GONE / one.id, words=words, readings=readings
            )
            for one in used
        ]
        """What it is made of."""
        self._homes = {name: segment for segment in self.segments for name in segment.bulletins}
        self._count = sum(segment.count for segment in self.segments)
        self._terms = {name: Inverted([one.part(name) for one in self.segments]) for name in TERM_FIELDS}
        self._stands: dict[str, tuple[int, int]] = {}
        self._passage = lru_cache(maxsize=_PASSAGES_KEPT)(self._read)
        self._meant = lru_cache(maxsize=_PLACES_KEPT)(self._rows_meant)
        self._text = lru_cache(maxsize=_TEXTS_KEPT)(lambda source: self._homes[source].text(source))
        # many people asking at once keep the processors busy; one search should not
        faiss.omp_set_num_threads(1)

    def __len__(self) -> int:
        """How many passages."""
        return self._count

    def names(self) -> set[str]:
        """Its bulletins."""
        return set(self._homes)

    def compare_each(self) -> None:
        """Compare every vector from now on, whatever that takes: so is known what is missed by lists."""
        for segment in self.segments:
            for kept in (segment.passages, segment.questions, segment.read):
                if kept is not None:
                    kept.compare_each()

    def search(
        self,
        field: TermField | VectorField,
        query: Mapping[str, float] | Vectors,
        k: int,
        where: Where = ANYWHERE,
    ) -> Found:
        """The passages that fit a query best, by their score in one field, as `Store.search` says."""
        rows = None if where == ANYWHERE else self._meant(where)
        if isinstance(query, Mapping):
            if field not in self._terms:
                raise ValueError(f"{field} is searched by a vector, not by terms.")
            found = self._terms[field].search(query, k, rows)
        elif field == "text" or field == "english" or field == "questions":
            raise ValueError(f"{field} is searched by terms, not by a vector.")
        else:
            found = []
            for number, segment in enumerate(self.segments):
                own = _nearest(segment, field, query, k, None if rows is None else rows[number])
                found += [(number, row, score) for row, score in own]
            found = sorted(found, key=lambda one: -one[2])[:k]
        best: dict[str, float] = {}
        for number, row, score in found:
            id_ = self.segments[number].packed.id_of(row)
            best.setdefault(id_, score)
            self._stands[id_] = number, row
        return list(best.items())

    def searches(
        self,
        asked: Sequence[tuple[TermField | VectorField, Mapping[str, float] | Vectors, int]],
        where: Where,
    ) -> list[Found]:
        """What `search` finds for each field, query and k."""
        return [self.search(*one, where) for one in asked]

    def scores(self, field: TermField, terms: Mapping[str, float], ids: Sequence[str]) -> Vectors:
        """BM25 of some passages for weighted terms, shape (ids,), as `Store.scores` says."""
        found = np.zeros(len(ids), dtype=np.float32)
        for segment, rows, places in self._parts(ids):
            found[places] = self._terms[field].scores(terms, self.segments.index(segment), rows)
        return found

    def holding(self, field: TermField) -> Holding:
        """Every term of a field, and how many passages hold it."""
        return self._terms[field].holding

    def spelled(self) -> list[str]:
        """Every English word of a rendering as it is spelled, in small letters, once."""
        return sorted({word for segment in self.segments for word in segment.spelled()})

    def ids(self, where: Where = ANYWHERE) -> Iterator[str]:
        """The passages meant, in the order of their bulletins and places."""
        if where == ANYWHERE:
            for name in sorted(self._homes):
                segment = self._homes[name]
                for row in range(*segment.bulletins[name].rows):
                    yield segment.packed.id_of(row)
            return
        for home in self.catalogue.homes(where):
            segment, own = self._place(*home)
            for row in segment.rows_of([own]):
                yield segment.packed.id_of(int(row))

    def passages(self, ids: Iterable[str]) -> list[Passage]:
        """Some passages, in the order asked for.

        :raises KeyError: if there is none of an id.
        """
        wanted = list(ids)
        found: list[Passage | None] = [None] * len(wanted)
        for segment, rows, places in self._parts(wanted):
            number = self.segments.index(segment)
            for row, place in zip(rows.tolist(), places.tolist(), strict=True):
                found[place] = self._passage(number, row)
        return [one for one in found if one is not None]

    def documents(self, where: Where = ANYWHERE) -> list[Document]:
        """The documents meant, in the order of their bulletins and places."""
        return self.catalogue.meant(where)

    def vectors(self, ids: Sequence[str]) -> Vectors:
        """The vectors of some passages, shape (ids, dimension)."""
        found = np.zeros((len(ids), self.segments[0].passages.vectors.shape[1]), dtype=np.float32)
        for segment, rows, places in self._parts(ids):
            found[places] = segment.passages.vectors[rows]
        return found

    def words(self, ids: Sequence[str]) -> Bags | None:
        """The words of some passages; None where none are kept."""
        parts = self._parts(ids)
        own = [segment.words.take(rows) for segment, rows, _ in parts if segment.words is not None]
        if len(own) < len(parts) or any(segment.words is None for segment in self.segments):
            return None
        return Bags.joined(own).take(_back(parts)) if own else Bags.of([])

    def written(self, ids: Sequence[str]) -> tuple[Vectors, Rows]:
        """The vectors of the questions written for some passages, and where each passage's begin."""
        parts = self._parts(ids)
        asked, order, starts = _asked(parts)
        empty = np.zeros((0, self.segments[0].questions.vectors.shape[1]), dtype=np.float32)
        found = [segment.questions.vectors[own] for (segment, _, _), own in zip(parts, asked, strict=True)]
        return np.concatenate([empty, *found])[order], starts

    def written_words(self, ids: Sequence[str]) -> tuple[Bags, Rows] | None:
        """The words of the questions written for some passages; None where none are kept."""
        if any(segment.written is None for segment in self.segments):
            return None
        parts = self._parts(ids)
        asked, order, starts = _asked(parts)
        own = [
            segment.written.take(one)
            for (segment, _, _), one in zip(parts, asked, strict=True)
            if segment.written is not None
        ]
        return (Bags.joined(own) if own else Bags.of([])).take(order), starts

    def readings(self, ids: Sequence[str]) -> Readings | None:
        """What a reader made of some passages at indexing; None where none did."""
        if any(segment.readings is None for segment in self.segments):
            return None
        parts = self._parts(ids)
        own = [segment.readings.take(rows) for segment, rows, _ in parts if segment.readings is not None]
        if not own:
            first = self.segments[0].readings
            return first.take(np.zeros(0, dtype=np.intp)) if first is not None else None
        return Readings.joined(own).take(_back(parts)) if len(own) > 1 else own[0]

    def text(self, source: str) -> str:
        """The whole decoded text of a bulletin; offsets count its code points."""
        return self._text(source)

    def quote(self, source: str, spans: Iterable[Span]) -> str:
        """The text of a bulletin at some places, verbatim."""
        return quote(self.text(source), spans)

    def original(self, source: str) -> Original | None:
        """What is known of the file that a bulletin was read from; None where it came as the text it is."""
        segment = self._homes.get(source)
        return segment.bulletins[source].original if segment else None

    def entry(self, name: str) -> Entry:
        """A bulletin as it was put in, whatever is wanted of the version otherwise."""
        return self._homes[name].entry(name)

    def _read(self, number: int, row: int) -> Passage:
        packed = self.segments[number].packed
        chunk, fields = packed.record(row)
        return Passage(chunk, self.catalogue[chunk.document], fields)

    def _parts(self, ids: Sequence[str]) -> Parts:
        """Some passages by the segments they lie in: their rows there, and their places among those asked for.

        :raises KeyError: if there is none of an id.
        """
        stand = {id_: place for id_ in ids if (place := self._stands.get(id_)) is not None}
        if left := [id_ for id_ in ids if id_ not in stand]:
            stand |= self._looked_up(left)
        places = np.array([stand[id_] for id_ in ids], dtype=np.intp).reshape(-1, 2)
        found: Parts = []
        for number in np.unique(places[:, 0]).tolist():
            here = np.flatnonzero(places[:, 0] == number)
            found.append((self.segments[number], places[here, 1], here))
        return found

    def _looked_up(self, ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        """The segment and the row of some passages; those that are there. They are known from then on."""
        found: dict[str, tuple[int, int]] = {}
        for number, segment in enumerate(self.segments):
            left = [id_ for id_ in ids if id_ not in found]
            rows = segment.packed.rows(left)
            here = np.flatnonzero((rows >= 0) & segment.there(rows))
            found |= {left[at]: (number, int(rows[at])) for at in here.tolist()}
        if len(self._stands) > _STANDS_KEPT:
            self._stands.clear()
        self._stands |= found
        return found

    def _place(self, source: str, document: str) -> tuple[Segment, int]:
        """The segment of a document, and its number there."""
        segment = self._homes[source]
        kept = segment.bulletins[source]
        return segment, kept.first_document + kept.documents.index(document)

    def _rows_meant(self, where: Where) -> list[Rows]:
        """The rows of the passages meant in each segment, in order."""
        own: dict[int, list[int]] = defaultdict(list)
        for home in self.catalogue.homes(where):
            segment, document = self._place(*home)
            own[id(segment)].append(document)
        return [segment.rows_of(own[id(segment)]) for segment in self.segments]


class FileWriter:
    """Writes the next version: what is put in, and what is left of the version it begins from."""

    def __init__(
        self, folder: Path, base: FileStore | None = None, names: Iterable[str] = (), *, quiet: bool
    ) -> None:
        """Begin a version.

        :param folder: Where the versions lie. Whoever writes is alone in it (`versions.writing`).
        :param base: A store some of whose bulletins stay unless they are replaced or removed.
        :param names: Those bulletins.
        :param quiet: No progress bar.
        :raises OSError: here and in what follows, if there is no room.
        """
        self._versions = folder
        self._folder = versions.begin(folder)
        self._base = base
        self._stays = set(names)
        self._waiting: dict[str, Entry] = {}
        self._new: dict[str, set[str]] = {}
        """Segments written by this writer, and the bulletins of each that count."""
        self._quiet = quiet
        self._version = ""

    def put(self, entry: Entry) -> None:
        """Put a bulletin in, in the place of one of its name."""
        self.remove(entry.records.name)
        self._waiting[entry.records.name] = entry
        if sum(len(one.records.chunks) for one in self._waiting.values()) >= _TOGETHER:
            self._flush()

    def remove(self, name: str) -> None:
        """Take a bulletin out."""
        self._stays.discard(name)
        self._waiting.pop(name, None)
        for names in self._new.values():
            names.discard(name)

    def finish(self, manifest: Manifest, *, tidy: bool = False) -> str:
        """Complete the version, to the last byte; it is not in use yet.

        :param manifest: What it was made from; how the files were written is added.
        :param tidy: Join all segments into one, however long that takes.
        :return: Its name.
        """
        self._flush()
        segments = self._left()
        together = _to_join(segments, {self._folder / _SEGMENTS / id_ for id_ in self._new}, tidy=tidy)
        if together:
            id_ = self._written(lambda folder: merge(folder, together, quiet=self._quiet))
            segments = [one for one in segments if one not in together]
            segments.append(_opened(self._folder / _SEGMENTS / id_))
        used = {one.folder.name for one in segments}
        for id_ in self._new.keys() - used:
            shutil.rmtree(self._folder / _SEGMENTS / id_)
        for one in segments:
            if one.folder.parent.parent != self._folder:
                _link(one.folder, self._folder / _SEGMENTS / one.folder.name)
            if one.gone:
                write_gone(one, self._folder / _GONE / one.folder.name)
        table = [_Used(one.folder.name, tuple(sorted(one.gone))) for one in segments]
        (self._folder / f"{_SEGMENTS}.json").write_bytes(msgspec.json.encode(table))
        homes = {name: one for one in segments for name in one.bulletins}
        documents = joined(document for name in sorted(homes) for document in homes[name].documents(name))
        write_catalogue(self._folder / _DOCUMENTS, documents.values())
        (self._folder / versions.MANIFEST).write_bytes(
            msgspec.json.encode(replace(manifest, written=self._stamps()))
        )
        self._version = versions.finish(self._folder)
        return self._version

    def publish(self) -> None:
        """Put what was finished in use; who reads the version before goes on reading it."""
        versions.publish(self._versions, self._version)

    def abandon(self) -> None:
        """Leave no trace of what is not finished."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _flush(self) -> None:
        """Write what was put in as a segment."""
        if not self._waiting:
            return
        id_ = self._written(lambda folder: write(folder, self._waiting.values()))
        self._new[id_] = set(self._waiting)
        self._waiting = {}

    def _written(self, write_to: Callable[[Path], None]) -> str:
        """The name of a segment that was just written: a digest of all that it holds."""
        new = self._folder / _SEGMENTS / _UNNAMED
        write_to(new)
        named = digest_files(sorted(path for path in new.rglob("*") if path.is_file()))
        new.rename(new.with_name(named))
        return named

    def _left(self) -> list[Segment]:
        """The segments that anything is left of, without what is gone."""
        found = []
        for segment in self._base.segments if self._base else ():
            stays = self._stays & segment.bulletins.keys()
            if stays:
                gone = segment.gone | (segment.bulletins.keys() - stays)
                found.append(_opened(segment.folder, gone))
        for id_, names in self._new.items():
            folder = self._folder / _SEGMENTS / id_
            segment = _opened(folder)
            if names:
                found.append(_opened(folder, segment.bulletins.keys() - names))
        return found

    def _stamps(self) -> dict[str, Stamp]:
        """How every file of the version was written; of one that another version had, as that says."""
        known: Mapping[str, Stamp] = {}
        if self._base is not None:
            known = read_manifest(self._base.folder).written
        found = {}
        for path in sorted(path for path in self._folder.rglob("*") if path.is_file()):
            name = str(path.relative_to(self._folder))
            stamp = known.get(name)
            same = stamp is not None and stamp.fits(path)
            found[name] = stamp if stamp is not None and same else Stamp.of(path, digest_files([path]))
        return found


def read_manifest(version: Path) -> Manifest:
    """What a version was made from.

    :raises OSError: if it says nothing; MsgspecError if that is damaged.
    """
    return msgspec.json.decode((version / versions.MANIFEST).read_bytes(), type=Manifest)


def broken_files(version: Path, manifest: Manifest, *, every: bool = False) -> list[str]:
    """The files of a version that changed since they were written.

    :param every: Read every file to the end; else only those whose size or time is another than when it was written.
    :raises OSError: if one is gone.
    """
    return [
        name
        for name, stamp in manifest.written.items()
        if (every or not stamp.fits(version / name)) and digest_files([version / name]) != stamp.digest
    ]


def digest_files(paths: Iterable[Path]) -> str:
    """A digest of the content of some files, in their order.

    :raises OSError: if one can't be read.
    """
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:  # a part at a time: some are larger than the memory there is
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


def readings_of(folder: Path) -> Iterator[Path]:
    """Where the versions below a folder keep what readers made of passages, each segment's once, the newest first.

    What is no longer as it was written is left out.
    """
    found: dict[str, Path] = {}
    for version in sorted(folder.glob("build-*"), key=lambda one: one.stat().st_mtime, reverse=True):
        try:
            changed = broken_files(version, read_manifest(version))
        except (OSError, msgspec.MsgspecError):
            continue
        for kept in sorted(version.glob(f"{_SEGMENTS}/*/read")):
            if not any(name.startswith(f"{kept.relative_to(version)}/") for name in changed):
                found.setdefault(kept.parent.name, kept)
    yield from found.values()


def _to_join(segments: Sequence[Segment], new: set[Path], *, tidy: bool) -> list[Segment]:
    """The segments of a version that are to be made one: what is new, what is not much larger, what is mostly gone."""
    if tidy:
        return list(segments) if len(segments) > 1 or any(one.gone for one in segments) else []
    chosen = [one for one in segments if one.folder in new]
    total = sum(one.count for one in chosen)
    for one in sorted((one for one in segments if one.folder not in new), key=lambda one: one.count):
        small = total + one.count <= _SMALL
        near = one.count <= _AS_LARGE * total or one.count <= (1 - _GONE_SHARE) * len(one.packed)
        if small or (near and total + one.count <= _AT_ONCE):
            chosen.append(one)
            total += one.count
    return chosen if len(chosen) > 1 or any(one.gone for one in chosen) else []


def _opened(folder: Path, gone: Iterable[str] = ()) -> Segment:
    return Segment(folder, frozenset(gone), words=False, readings=False)


def _link(source: Path, target: Path) -> None:
    """Let a version have a segment of another one, whose files never change."""
    shutil.copytree(source, target, copy_function=_link_file)


def _link_file(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without such names
        shutil.copy2(source, target)


def _nearest(
    segment: Segment, field: VectorField, query: Vectors, k: int, rows: Rows | None
) -> list[tuple[int, float]]:
    """The rows of a segment nearest to a vector of a field, best first: only some of them, where they are given."""
    if field == "read":
        return segment.read.search(query, k, segment.runs, rows) if segment.read is not None else []
    if field == "passages":
        return segment.passages.search(query, k, segment.runs, rows)
    only = None if rows is None else segment.questions_of(rows)[0]
    near = segment.questions.search(query, k, segment.question_runs(), only)
    return [(segment.home_of(question), score) for question, score in near]


def _back(parts: Parts) -> Rows:
    """The order in which what was gathered segment by segment is as it was asked for."""
    return np.argsort(np.concatenate([places for _, _, places in parts]))


def _asked(parts: Parts) -> tuple[list[Rows], Rows, Rows]:
    """The written questions of some passages by their segments.

    :return: The numbers of each segment's; the order in which they are as the passages were asked for; and where each
        passage's begin then.
    """
    if not parts:
        none = np.zeros(0, dtype=np.intp)
        return [], none, np.zeros(1, dtype=np.intp)
    found = [segment.questions_of(rows) for segment, rows, _ in parts]
    lengths = np.concatenate([np.diff(starts) for _, starts in found])
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.intp)
    back = _back(parts)
    order, begins = ranges(starts[back], starts[back + 1])
    return [questions for questions, _ in found], order, begins
