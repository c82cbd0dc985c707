"""The store kept in files: a folder a version, which never changes once it is complete.

Below a version's folder:

    manifest.json               what it was made from, and a checksum of every other file
    bulletins/NAME/             text.txt (the source as decoded), records.json (documents, passages, fields),
                                passages.npy and questions.npy (their unit vectors, in the order of the records),
                                passages.npz and questions.npz (their token ids, where the encoder has a vector a word),
                                read.npz (what the reader made of its passages, where it reads them at indexing)
    passages.faiss              inner products under stable ids, one vector a passage
    questions.faiss             the same for the questions written beside the bulletins, under their passage's id
    bm25/FIELD/                 terms of the Chinese text, of the English rendering, of the questions answered
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
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
from rag.indexing.readings import Readings
from rag.indexing.store import ANYWHERE, Entry, Found, Passage, Records, TermField, VectorField, Where
from rag.publishing import versions
from rag.reading.corpus import Document
from rag.reading.files.original import Original
from rag.reading.succession import joined
from rag.text.spans import Span, quote

if TYPE_CHECKING:
    import numpy.typing as npt

    from rag.indexing.encoder import Vectors
    from rag.indexing.late import Ids as Words
    from rag.indexing.late import Rows

    Ids = npt.NDArray[np.int64]

BULLETINS = "bulletins"
READ = "read.npz"
_TERM_FIELDS: tuple[TermField, ...] = get_args(TermField)
_PLACES_KEPT = 64  # districts and documents whose rows are remembered


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
        records = [read_records(folder, name) for name in sorted(names)]
        self._documents = joined(document for one in records for document in one.documents)
        self._passages = tuple(
            replace(passage, document=self._documents[passage.document.id])
            for one in records
            for passage in one.passages()
        )
        self._row = {passage.id: row for row, passage in enumerate(self._passages)}
        self._rows_of: dict[str, list[int]] = {}
        for row, passage in enumerate(self._passages):
            self._rows_of.setdefault(passage.document.id, []).append(row)
        self._originals = {one.name: one.original for one in records if one.original is not None}
        counts = [len(passage.fields.questions) for passage in self._passages]
        self._first_question = np.cumsum([0, *counts], dtype=np.intp)
        self._ids = np.array([vector_id(passage.id) for passage in self._passages], dtype=np.int64)
        self._row_of_id = {int(number): row for row, number in enumerate(self._ids)}
        self._by_passage = faiss.read_index(str(folder / "passages.faiss"))
        questions: Any = faiss.read_index(str(folder / "questions.faiss"))
        self._by_question = questions
        # the vectors alone, in the order in which they were added
        self._question_vectors = faiss.downcast_index(questions.index)
        self._terms = {
            name: Inverted.load(folder / "bm25" / name, len(self._passages)) for name in _TERM_FIELDS
        }
        beside = [folder / BULLETINS / one.name for one in records]
        self._words = Bags.joined([Bags.load(one / "passages.npz") for one in beside]) if words else None
        self._written = Bags.joined([Bags.load(one / "questions.npz") for one in beside]) if words else None
        self._readings = Readings.joined([Readings.load(one / READ) for one in beside]) if readings else None
        self._by_reader = self._readings.index() if self._readings else None
        self._texts: dict[str, str] = {}
        self._meant = lru_cache(maxsize=_PLACES_KEPT)(self._rows_meant)
        # many people asking at once keep the processors busy; one search should not
        faiss.omp_set_num_threads(1)

    def __len__(self) -> int:
        """How many passages."""
        return len(self._passages)

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
        elif field in ("passages", "written"):
            ids = None if rows is None else self._ids[rows]
            index = self._by_passage if field == "passages" else self._by_question
            found = [(self._row_of_id[one], score) for one, score in _nearest(index, query, k, ids)]
        else:
            raise ValueError(f"{field} is searched by terms, not by a vector.")
        best: dict[str, float] = {}
        for row, score in found:
            best.setdefault(self._passages[row].id, score)
        return list(best.items())

    def scores(self, field: TermField, terms: Mapping[str, float], ids: Sequence[str]) -> Vectors:
        """BM25 of some passages for weighted terms, shape (ids,), as `Store.scores` says."""
        return self._terms[field].scores(terms, self._rows(ids))

    def holding(self, field: TermField) -> Mapping[str, int]:
        """Every term of a field, and how many passages hold it."""
        return self._terms[field].holding

    def ids(self, where: Where = ANYWHERE) -> Iterator[str]:
        """The passages meant, in the order of their bulletins and places."""
        rows = range(len(self._passages)) if where == ANYWHERE else self._meant(where)
        return (self._passages[row].id for row in rows)

    def passages(self, ids: Iterable[str]) -> list[Passage]:
        """Some passages, in the order asked for.

        :raises KeyError: if there is none of an id.
        """
        return [self._passages[self._row[one]] for one in ids]

    def documents(self, where: Where = ANYWHERE) -> list[Document]:
        """The documents meant, in the order of their bulletins and places."""
        if where.documents is not None:
            known = [self._documents[one] for one in self._documents.keys() & where.documents]
            known.sort(key=lambda one: (one.source, one.span))
        else:
            known = list(self._documents.values())
        return known if where == ANYWHERE else [one for one in known if where.admits(one)]

    def vectors(self, ids: Sequence[str]) -> Vectors:
        """The vectors of some passages, shape (ids, dimension)."""
        return np.asarray(self._by_passage.reconstruct_batch(self._ids[self._rows(ids)]), dtype=np.float32)

    def words(self, ids: Sequence[str]) -> Bags | None:
        """The words of some passages; None where none are kept."""
        return self._words.take(self._rows(ids)) if self._words else None

    def written(self, ids: Sequence[str]) -> tuple[Vectors, Rows]:
        """The vectors of the questions written for some passages, and where each passage's begin."""
        questions, starts = self._questions(ids)
        if not len(questions):
            return np.zeros((0, self._by_question.d), dtype=np.float32), starts
        return np.asarray(self._question_vectors.reconstruct_batch(questions), dtype=np.float32), starts

    def written_words(self, ids: Sequence[str]) -> tuple[Bags, Rows] | None:
        """The words of the questions written for some passages; None where none are kept."""
        if self._written is None:
            return None
        questions, starts = self._questions(ids)
        return self._written.take(questions), starts

    def vocabulary(self) -> Words | None:
        """Every word of any text whose words are kept, once; None where none are."""
        if self._words is None or self._written is None:
            return None
        return np.union1d(self._words.ids, self._written.ids)

    def readings(self, ids: Sequence[str]) -> Readings | None:
        """What a reader made of some passages at indexing; None where none did."""
        return self._readings.take(self._rows(ids)) if self._readings else None

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

    def _rows(self, ids: Sequence[str]) -> Rows:
        return np.fromiter((self._row[one] for one in ids), dtype=np.intp, count=len(ids))

    def _questions(self, ids: Sequence[str]) -> tuple[Rows, Rows]:
        """The numbers of the questions written for some passages, and where each passage's begin."""
        rows = self._rows(ids)
        begins, ends = self._first_question[rows], self._first_question[rows + 1]
        starts = np.concatenate([[0], np.cumsum(ends - begins)]).astype(np.intp)
        return np.arange(starts[-1]) + np.repeat(begins - starts[:-1], ends - begins), starts

    def _rows_meant(self, where: Where) -> Rows:
        rows = [row for one in self.documents(where) for row in self._rows_of.get(one.id, ())]
        return np.array(sorted(rows), dtype=np.intp)


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
        """Write what finds the passages of some bulletins by vectors and by terms, in this order."""
        dimension = np.load(self._folder / BULLETINS / names[0] / "passages.npy").shape[1]
        passages = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        # a passage's id stands for each of its questions
        questions = faiss.IndexIDMap(faiss.IndexFlatIP(dimension))
        terms: dict[TermField, Terms] = {name: Terms() for name in _TERM_FIELDS}
        for name in tqdm(names, desc="Indexing terms", unit="file", disable=self._quiet or None):
            found = read_records(self._folder, name).passages()
            vectors, written = (
                np.load(self._folder / BULLETINS / name / f"{kind}.npy") for kind in ("passages", "questions")
            )
            ids = np.array([vector_id(passage.id) for passage in found], dtype=np.int64)
            counts = [len(passage.fields.questions) for passage in found]
            if len(ids):
                passages.add_with_ids(vectors, ids)
            if sum(counts):
                questions.add_with_ids(written, np.repeat(ids, counts))
            for passage in found:
                terms["text"].add(passage.headed)
                terms["english"].add(passage.fields.english)
                terms["questions"].add(" ".join(asked.question for asked in passage.fields.questions))
        faiss.write_index(passages, str(self._folder / "passages.faiss"))
        faiss.write_index(questions, str(self._folder / "questions.faiss"))
        for field, gathered in terms.items():
            gathered.save(self._folder / "bm25" / field)


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


def vector_id(chunk_id: str) -> int:
    """The FAISS id of a chunk: the first 60 bits of a digest of its id, so that it never changes."""
    return int(hashlib.sha256(chunk_id.encode()).hexdigest()[:15], 16)


def digest_files(paths: Iterable[Path]) -> str:
    """A digest of the content of some files, in their order.

    :raises OSError: if one can't be read.
    """
    digest = hashlib.sha256()
    for path in paths:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _nearest(index: faiss.Index, query: Vectors, k: int, ids: Ids | Rows | None) -> list[tuple[int, float]]:
    """What an index holds nearest to a vector, by its ids: only some of them, where they are given."""
    only = None
    if ids is not None:
        if not len(ids):
            return []
        selector: Any = faiss.IDSelectorBatch(ids.astype(np.int64))
        only = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # faiss adds it to the class later
    # where k exceeds what there is, FAISS pads with the id -1
    scores, found = index.search(query.reshape(1, -1), min(k, max(index.ntotal, 1)), params=only)
    return [(int(one), float(score)) for one, score in zip(found[0], scores[0], strict=True) if one >= 0]
