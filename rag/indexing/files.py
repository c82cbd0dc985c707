"""The store kept in files: a folder a version, which never changes once it is complete.

Below a version's folder:

    manifest.json               what it was made from, and a checksum of every other file
    bulletins/NAME/             text.txt (the source as decoded), records.json (documents, passages, fields),
                                passages.npy and questions.npy (their unit vectors, in the order of the records),
                                passages.npz and questions.npz (their token ids, where the encoder has a vector a word),
                                read.npz (what the reader made of its passages, where it reads them at indexing)
    documents.json              the documents of all, each with what replaced it
    passages.bin, .rows.npz     the passages of all, one after the other (`rag.indexing.packed`)
    passages.faiss              inner products, a vector a passage; questions.faiss a vector a written question
    words/, read/               the token ids and what the reader made, of all passages, as they lie in memory
    bm25/FIELD/                 terms of the Chinese text, of the English rendering, of the questions answered

What a question needs of single passages is mapped from disk; only the vectors of the reader and the terms are held.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import faiss
import msgspec
import numpy as np
from tqdm import tqdm

from rag.indexing.inverted import Inverted, Terms
from rag.indexing.late import Bags
from rag.indexing.manifest import Manifest
from rag.indexing.packed import Packed, Packer
from rag.indexing.readings import Readings
from rag.indexing.store import ANYWHERE, Entry, Found, Passage, Records, TermField, VectorField, Where
from rag.publishing import versions
from rag.reading.corpus import Document
from rag.reading.files.original import Original
from rag.reading.succession import joined
from rag.text.spans import Span, quote

if TYPE_CHECKING:
    from rag.indexing.encoder import Vectors
    from rag.indexing.late import Ids as Words
    from rag.indexing.late import Rows

BULLETINS = "bulletins"
READ = "read.npz"
_DOCUMENTS, _WORDS, _READINGS = "documents.json", "words", "read"
_PASSAGES_KEPT = 4096  # passages that stay read, some 5 kB each
_TERM_FIELDS: tuple[TermField, ...] = get_args(TermField)
_PLACES_KEPT = 64  # districts and documents whose rows are remembered


@dataclass(frozen=True, slots=True)
class _Held:
    """What is held of a collection, however many passages it has."""

    documents: tuple[Document, ...]
    originals: dict[str, Original]
    """By bulletin, what is known of the file it was read from."""


class FileStore:
    """A version of the files, read. Rows number its passages 0..n-1 by bulletin and place, and stay inside."""

    def __init__(self, folder: Path, names: Iterable[str], *, words: bool, readings: bool) -> None:
        """Open a version.

        :param names: Its bulletins.
        :param words: Whether the words of texts are wanted, too, which only some encoders leave.
        :param readings: Whether what a reader made of the passages is wanted.
        :raises OSError: if a file is missing; ValueError, MsgspecError and the like if one is damaged.
        """
        self._folder = folder
        held = msgspec.json.decode((folder / _DOCUMENTS).read_bytes(), type=_Held)
        self._documents = held.documents
        self._number = {document.id: number for number, document in enumerate(self._documents)}
        self._originals = held.originals
        self._packed = Packed(folder)
        self._passage = lru_cache(maxsize=_PASSAGES_KEPT)(self._read)
        # the rows of document i are by_document[first[i]:first[i + 1]]
        self._by_document = np.argsort(self._packed.documents, kind="stable")
        numbers = np.arange(len(self._documents) + 1)
        self._first = np.searchsorted(self._packed.documents[self._by_document], numbers)
        self._by_passage = faiss.read_index(str(folder / "passages.faiss"), faiss.IO_FLAG_MMAP_IFC)
        self._by_question = faiss.read_index(str(folder / "questions.faiss"), faiss.IO_FLAG_MMAP_IFC)
        self._terms = {
            name: Inverted.load(folder / "bm25" / name, len(self._packed)) for name in _TERM_FIELDS
        }
        self._words = Bags.mapped(folder / _WORDS, "passages") if words else None
        self._written = Bags.mapped(folder / _WORDS, "questions") if words else None
        self._readings = Readings.mapped(folder / _READINGS) if readings else None
        self._by_reader = self._readings.index() if self._readings else None
        self._texts: dict[str, str] = {}
        self._meant = lru_cache(maxsize=_PLACES_KEPT)(self._rows_meant)
        # many people asking at once keep the processors busy; one search should not
        faiss.omp_set_num_threads(1)

    def __len__(self) -> int:
        """How many passages."""
        return len(self._packed)

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
        elif field == "read":
            if self._by_reader is None:
                return []
            found = _nearest(self._by_reader, query, k, rows)
        elif field == "passages":
            found = _nearest(self._by_passage, query, k, rows)
        elif field == "written":
            only = None if rows is None else self._questions(rows)[0]
            near = _nearest(self._by_question, query, k, only)
            begins = self._packed.first_question
            homes = np.searchsorted(begins, [question for question, _ in near], side="right") - 1
            found = [(int(row), score) for row, (_, score) in zip(homes, near, strict=True)]
        else:
            raise ValueError(f"{field} is searched by terms, not by a vector.")
        best: dict[str, float] = {}
        for row, score in found:
            best.setdefault(self._packed.id_of(row), score)
        return list(best.items())

    def scores(self, field: TermField, terms: Mapping[str, float], ids: Sequence[str]) -> Vectors:
        """BM25 of some passages for weighted terms, shape (ids,), as `Store.scores` says."""
        return self._terms[field].scores(terms, self._packed.rows(ids))

    def holding(self, field: TermField) -> Mapping[str, int]:
        """Every term of a field, and how many passages hold it."""
        return self._terms[field].holding

    def ids(self, where: Where = ANYWHERE) -> Iterator[str]:
        """The passages meant, in the order of their bulletins and places."""
        rows = range(len(self._packed)) if where == ANYWHERE else self._meant(where)
        return (self._packed.id_of(int(row)) for row in rows)

    def passages(self, ids: Iterable[str]) -> list[Passage]:
        """Some passages, in the order asked for.

        :raises KeyError: if there is none of an id.
        """
        return [self._passage(int(row)) for row in self._packed.rows(ids)]

    def documents(self, where: Where = ANYWHERE) -> list[Document]:
        """The documents meant, in the order of their bulletins and places."""
        return [self._documents[number] for number in self._numbers_meant(where)]

    def vectors(self, ids: Sequence[str]) -> Vectors:
        """The vectors of some passages, shape (ids, dimension)."""
        return _reconstructed(self._by_passage, self._packed.rows(ids))

    def words(self, ids: Sequence[str]) -> Bags | None:
        """The words of some passages; None where none are kept."""
        return self._words.take(self._packed.rows(ids)) if self._words else None

    def written(self, ids: Sequence[str]) -> tuple[Vectors, Rows]:
        """The vectors of the questions written for some passages, and where each passage's begin."""
        questions, starts = self._questions(self._packed.rows(ids))
        return _reconstructed(self._by_question, questions), starts

    def written_words(self, ids: Sequence[str]) -> tuple[Bags, Rows] | None:
        """The words of the questions written for some passages; None where none are kept."""
        if self._written is None:
            return None
        questions, starts = self._questions(self._packed.rows(ids))
        return self._written.take(questions), starts

    def vocabulary(self) -> Words | None:
        """Every word of any text whose words are kept, once; None where none are."""
        if self._words is None or self._written is None:
            return None
        return np.union1d(self._words.ids, self._written.ids)

    def readings(self, ids: Sequence[str]) -> Readings | None:
        """What a reader made of some passages at indexing; None where none did."""
        return self._readings.take(self._packed.rows(ids)) if self._readings else None

    def text(self, source: str) -> str:
        """The whole decoded text of a bulletin; offsets count its code points."""
        if source not in self._texts:
            self._texts[source] = (self._folder / BULLETINS / source / "text.txt").read_bytes().decode()
        return self._texts[source]

    def quote(self, source: str, spans: Iterable[Span]) -> str:
        """The text of a bulletin at some places, verbatim."""
        return quote(self.text(source), spans)

    def original(self, source: str) -> Original | None:
        """What is known of the file that a bulletin was read from; None where it came as the text it is."""
        return self._originals.get(source)

    def entry(self, name: str) -> Entry:
        """A bulletin as it was put in, whatever is wanted of the version otherwise."""
        folder = self._folder / BULLETINS / name
        words = (folder / "passages.npz").exists()
        return Entry(
            read_records(self._folder, name),
            self.text(name),
            np.load(folder / "passages.npy"),
            np.load(folder / "questions.npy"),
            Bags.load(folder / "passages.npz") if words else None,
            Bags.load(folder / "questions.npz") if words else None,
            Readings.load(folder / READ) if (folder / READ).exists() else None,
        )

    def copy(self, name: str, target: Path) -> None:
        """Copy the files of a bulletin as they are."""
        shutil.copytree(self._folder / BULLETINS / name, target)

    def _read(self, row: int) -> Passage:
        chunk, fields = self._packed.record(row)
        return Passage(chunk, self._documents[self._packed.documents[row]], fields)

    def _questions(self, rows: Rows) -> tuple[Rows, Rows]:
        """The numbers of the questions written for some passages, and where each passage's begin."""
        begins, ends = self._packed.first_question[rows], self._packed.first_question[rows + 1]
        starts = np.concatenate([[0], np.cumsum(ends - begins)]).astype(np.intp)
        return np.arange(starts[-1]) + np.repeat(begins - starts[:-1], ends - begins), starts

    def _numbers_meant(self, where: Where) -> list[int]:
        """The numbers of the documents meant, in order."""
        if where.documents is None:
            numbers = list(range(len(self._documents)))
        else:
            numbers = sorted(self._number[one] for one in where.documents if one in self._number)
        return [number for number in numbers if where.admits(self._documents[number])]

    def _rows_meant(self, where: Where) -> Rows:
        """The rows of the passages meant, in order."""
        found = [
            self._by_document[self._first[number] : self._first[number + 1]]
            for number in self._numbers_meant(where)
        ]
        return np.sort(np.concatenate([np.zeros(0, dtype=np.intp), *found]))


class FileWriter:
    """Writes the next version: what is put in, and what is left of the version it begins from."""

    def __init__(
        self, folder: Path, base: FileStore | None = None, names: Iterable[str] = (), *, quiet: bool
    ) -> None:
        """Begin a version.

        :param folder: Where the versions lie. Whoever writes is alone in it (`versions.writing`).
        :param base: A store whose bulletins stay unless they are replaced or removed.
        :param names: The bulletins of that.
        :param quiet: No progress bar.
        :raises OSError: here and in what follows, if there is no room.
        """
        self._versions = folder
        self._folder = versions.begin(folder)
        self._base = base
        self._kept = set(names)
        self._put: set[str] = set()
        self._quiet = quiet
        self._version = ""

    def put(self, entry: Entry) -> None:
        """Put a bulletin in, in the place of one of its name."""
        name = entry.records.name
        self.remove(name)
        folder = self._folder / BULLETINS / name
        folder.mkdir(parents=True)
        (folder / "text.txt").write_bytes(entry.text.encode())
        (folder / "records.json").write_bytes(msgspec.json.encode(entry.records))
        np.save(folder / "passages.npy", entry.vectors)
        np.save(folder / "questions.npy", entry.written)
        if entry.words is not None and entry.written_words is not None:
            entry.words.save(folder / "passages.npz")
            entry.written_words.save(folder / "questions.npz")
        if entry.readings is not None:
            entry.readings.save(folder / READ)
        self._put.add(name)

    def remove(self, name: str) -> None:
        """Take a bulletin out."""
        self._kept.discard(name)
        if name in self._put:
            shutil.rmtree(self._folder / BULLETINS / name)
            self._put.discard(name)

    def finish(self, manifest: Manifest) -> str:
        """Complete the version, to the last byte; it is not in use yet.

        :param manifest: What it was made from; the checksums are added.
        :return: Its name.
        """
        for name in self._kept:
            assert self._base is not None
            self._base.copy(name, self._folder / BULLETINS / name)
        self._index(sorted(self._kept | self._put))
        written = sorted(path for path in self._folder.rglob("*") if path.is_file())
        checksums = {str(path.relative_to(self._folder)): digest_files([path]) for path in written}
        (self._folder / versions.MANIFEST).write_bytes(
            msgspec.json.encode(replace(manifest, checksums=checksums))
        )
        self._version = versions.finish(self._folder)
        return self._version

    def publish(self) -> None:
        """Put what was finished in use; who reads the version before goes on reading it."""
        versions.publish(self._versions, self._version)

    def abandon(self) -> None:
        """Leave no trace of what is not finished."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _index(self, names: Sequence[str]) -> None:
        """Write what finds and holds the passages of some bulletins, in this order."""
        folders = [self._folder / BULLETINS / name for name in names]
        self._gather_documents(names)
        packer = Packer(self._folder)
        terms: dict[TermField, Terms] = {name: Terms() for name in _TERM_FIELDS}
        first = 0
        for name in tqdm(names, desc="Indexing terms", unit="file", disable=self._quiet or None):
            records = read_records(self._folder, name)
            number = {document.id: first + at for at, document in enumerate(records.documents)}
            first += len(number)
            for passage in records.passages():
                packer.add(passage, number[passage.document.id])
                terms["text"].add(passage.headed)
                terms["english"].add(passage.fields.english)
                terms["questions"].add(" ".join(asked.question for asked in passage.fields.questions))
        packer.close()
        for field, gathered in terms.items():
            gathered.save(self._folder / "bm25" / field)
        for kind in ("passages", "questions"):
            index = faiss.IndexFlatIP(np.load(folders[0] / f"{kind}.npy", mmap_mode="r").shape[1])
            for folder in folders:
                index.add(np.load(folder / f"{kind}.npy"))
            faiss.write_index(index, str(self._folder / f"{kind}.faiss"))
            if (folders[0] / f"{kind}.npz").exists():
                bags = Bags.joined([Bags.load(folder / f"{kind}.npz") for folder in folders])
                bags.lay_out(self._folder / _WORDS, kind)
        if (folders[0] / READ).exists():
            readings = Readings.joined([Readings.load(folder / READ) for folder in folders])
            readings.lay_out(self._folder / _READINGS)

    def _gather_documents(self, names: Sequence[str]) -> None:
        """Write the documents of some bulletins, each with what replaced it."""
        read = [read_records(self._folder, name) for name in names]
        documents = joined(document for one in read for document in one.documents)
        originals = {one.name: one.original for one in read if one.original is not None}
        held = _Held(tuple(documents.values()), originals)
        (self._folder / _DOCUMENTS).write_bytes(msgspec.json.encode(held))


def read_manifest(version: Path) -> Manifest:
    """What a version was made from.

    :raises OSError: if it says nothing; MsgspecError if that is damaged.
    """
    return msgspec.json.decode((version / versions.MANIFEST).read_bytes(), type=Manifest)


def read_records(version: Path, name: str) -> Records:
    """What was read from a bulletin of a version.

    :raises OSError: if there is no such bulletin; MsgspecError if its file is damaged.
    """
    return msgspec.json.decode((version / BULLETINS / name / "records.json").read_bytes(), type=Records)


def broken_files(version: Path, manifest: Manifest) -> list[str]:
    """The files of a version that changed since they were written.

    :raises OSError: if one is gone.
    """
    return [name for name, digest in manifest.checksums.items() if digest_files([version / name]) != digest]


def digest_files(paths: Iterable[Path]) -> str:
    """A digest of the content of some files, in their order.

    :raises OSError: if one can't be read.
    """
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:  # a part at a time: some are larger than the memory there is
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


def _nearest(index: faiss.Index, query: Vectors, k: int, rows: Rows | None) -> list[tuple[int, float]]:
    """The rows of an index nearest to a vector, best first: only some of them, where they are given."""
    only = None
    if rows is not None:
        if not len(rows):
            return []
        selector: Any = faiss.IDSelectorBatch(rows.astype(np.int64))
        only = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # faiss adds it to the class later
    # where k exceeds what there is, FAISS pads with the id -1
    scores, found = index.search(query.reshape(1, -1), min(k, max(index.ntotal, 1)), params=only)
    return [(int(one), float(score)) for one, score in zip(found[0], scores[0], strict=True) if one >= 0]


def _reconstructed(index: faiss.Index, rows: Rows) -> Vectors:
    """The vectors at some rows of an index, shape (rows, dimension)."""
    if not len(rows):
        return np.zeros((0, index.d), dtype=np.float32)
    return np.asarray(index.reconstruct_batch(rows.astype(np.int64)), dtype=np.float32)
