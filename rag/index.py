"""The index: FAISS vectors under stable ids and BM25 terms, built, checked, saved in one step and loaded.

On disk, below `Settings.index`:

    CURRENT                     the name of the version in use; replaced in one step when a build is complete
    lock                        held while somebody builds
    <build>/manifest.json       what it was made from, and a checksum of every other file
    <build>/bulletins/NAME/     text.txt (the source as decoded), records.json (documents, passages, fields),
                                passages.npy and questions.npy (their unit vectors, in the order of the records),
                                passages.npz and questions.npz (their token ids, where the encoder is a static one),
                                read.npz (what the reader made of its passages, where it reads them at indexing)
    <build>/passages.faiss      inner products under stable ids, one vector a passage
    <build>/questions.faiss     the same for the questions written beside the bulletins, under their passage's id
    <build>/bm25/FIELD/         terms of the Chinese text, of the English rendering, of the questions answered
"""

from __future__ import annotations

import hashlib
import logging
import math
import shutil
import sys
import zipfile
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bm25s
import faiss
import msgspec
import numpy as np
from tqdm import tqdm

from rag.chunk import Chunk, chunk_bulletin
from rag.errors import BulletinError
from rag.indexing.corrections import corrected, corrections_file, read_corrections
from rag.indexing.encoder import Encoder, StaticEncoder, load_encoder
from rag.indexing.fields import Fields, read_fields
from rag.indexing.late import Bags
from rag.indexing.reader import Laid, Reader, Reading, VectorReader, lay_out_chunk, load_reader
from rag.indexing.readings import Readings, read_passages
from rag.publishing import collection, versions
from rag.publishing.collection import Change
from rag.reading.corpus import Bulletin, Document, read_bulletin
from rag.reading.files import shelf
from rag.reading.files.original import KINDS, Original
from rag.reading.succession import joined
from rag.settings import Settings
from rag.text import places
from rag.text.normal import simplified, tokens
from rag.text.spans import Span, quote

if TYPE_CHECKING:
    from rag.indexing.encoder import Vectors
    from rag.indexing.late import Rows

_log = logging.getLogger(__name__)
logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG

READ_AHEAD = "read"
"""The folder beside the bulletins that may hold what the built-in reader made of them: `NAME.npz`."""
BM25_FIELDS = ("text", "english", "questions")
_LIBRARIES = ("faiss-cpu", "bm25s", "rjieba", "langchain-text-splitters", "PyStemmer")
_READING_CODE = ("chunk.py", "index.py", "indexing", "reading", "text")
"""What decides an index's content, below this folder: a change in any of it makes an index stale."""


@dataclass(frozen=True, slots=True)
class Models:
    """What passages are embedded with, and what reads them."""

    encoder: Encoder
    reader: Reader | None

    @classmethod
    def load(cls, settings: Settings) -> Models:
        """Load both.

        :raises BulletinError: if one of them can't be.
        """
        encoder = load_encoder(settings.encoder, settings.query_prompt, settings.document_prompt)
        return cls(encoder, load_reader(settings.reader))

    @property
    def ahead(self) -> VectorReader | None:
        """The reader, where it reads passages at indexing."""
        return self.reader if isinstance(self.reader, VectorReader) else None


@dataclass(frozen=True, slots=True)
class Unread:
    """A bulletin that could not be read."""

    digest: str
    """Of its file and of what stands beside it: unchanged, it need not be tried again."""
    reason: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was made from. Two equal manifests (checksums aside) mean the same index."""

    encoder: str
    encoder_fingerprint: str
    reader: str
    reader_fingerprint: str
    """Of the reader that read the passages at indexing; empty where none did."""
    made_by: str
    """Digest of the reading code and the versions of the libraries that decide the content."""
    files: dict[str, str]
    """Bulletin name to digest of its file and of the fields beside it."""
    checksums: dict[str, str] = field(default_factory=dict)
    unread: dict[str, Unread] = field(default_factory=dict)
    """The bulletins that could not be read, by name."""

    def fits(self, models: Models) -> bool:
        """Whether the index can be used with some models."""
        ahead = models.ahead.fingerprint if models.ahead else ""
        return (self.encoder_fingerprint, self.reader_fingerprint) == (models.encoder.fingerprint, ahead)

    @property
    def seen(self) -> dict[str, str]:
        """Every bulletin there was, read or not, with the digest that `files` gives."""
        return self.files | {name: one.digest for name, one in self.unread.items()}

    def differences(self, wanted: Manifest) -> list[str]:
        """Why an index of this manifest is not the wanted one, each as a phrase for people; empty if it is."""
        reasons = []
        if self.encoder_fingerprint != wanted.encoder_fingerprint:
            reasons.append(f"it was made with encoder {self.encoder!r}, now {wanted.encoder!r} is asked for")
        if self.reader_fingerprint != wanted.reader_fingerprint:
            reasons.append(f"it was read by {self.reader!r}, now {wanted.reader!r} is asked for")
        if self.made_by != wanted.made_by:
            reasons.append("the reading code or a library changed")
        mine, theirs = self.seen, wanted.seen
        for label, names in (
            ("new", sorted(theirs.keys() - mine.keys())),
            ("gone", sorted(mine.keys() - theirs.keys())),
            ("changed", sorted(n for n in theirs.keys() & mine.keys() if mine[n] != theirs[n])),
        ):
            if names:
                reasons.append(f"{label}: {', '.join(names)}")
        return reasons


@dataclass(frozen=True, slots=True)
class Records:
    """Everything read from one bulletin."""

    name: str
    encoding: str
    documents: tuple[Document, ...]
    chunks: tuple[Chunk, ...]
    fields: dict[str, Fields]
    """By chunk id."""
    original: Original | None = None
    """What is known of the file that the text was read from, where it is not that file itself."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as the retriever sees it: the chunk, its document, and what is attached to it."""

    chunk: Chunk
    document: Document
    fields: Fields

    @property
    def reading(self) -> str:
        """The passage as people read it: clean, one unit after the other."""
        return "".join(unit.reading for unit in self.chunk.units)

    @property
    def headed(self) -> str:
        """The passage with what it stands under: title, headings, text, simplified. This is searched and embedded."""
        return simplified("\n".join([self.document.title, *self.chunk.path, self.reading]))


class Index:
    """A loaded index. Rows number the passages 0..n-1, in the order of `passages`."""

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        records: Sequence[Records],
        models: Models,
        lease: versions.Lease | None = None,
    ) -> None:
        """Load what the records don't hold.

        :param lease: What keeps the folder there as long as this index is used.
        """
        self.folder = folder
        self._lease = lease
        self.manifest = manifest
        self.encoder = encoder = models.encoder
        self.reader = models.reader
        self._readings = None
        if models.ahead and manifest.fits(models):
            files = [folder / "bulletins" / one.name / "read.npz" for one in records]
            self._readings = Readings.joined([Readings.load(file) for file in files])
            self._read = self._readings.index()
        self.documents = joined(document for one in records for document in one.documents)
        self.passages = tuple(
            replace(passage, document=self.documents[passage.document.id])
            for one in records
            for passage in passages_of(one)
        )
        self._ids = np.array([vector_id(passage.chunk.id) for passage in self.passages], dtype=np.int64)
        self._row_of_id = {int(number): row for row, number in enumerate(self._ids)}
        self._passages = faiss.read_index(str(folder / "passages.faiss"))
        questions: Any = faiss.read_index(str(folder / "questions.faiss"))
        self._questions = questions
        # the vectors alone, in the order in which they were added
        self._question_vectors = faiss.downcast_index(questions.index)
        self._bm25 = {name: bm25s.BM25.load(str(folder / "bm25" / name)) for name in BM25_FIELDS}
        self._texts: dict[str, str] = {}
        self._originals = {one.name: one.original for one in records if one.original is not None}
        counts = [len(passage.fields.questions) for passage in self.passages]
        self._first_question = np.cumsum([0, *counts], dtype=np.intp)
        if isinstance(encoder, StaticEncoder):
            self._bags = _load_bags(folder, records, "passages.npz")
            self._question_bags = _load_bags(folder, records, "questions.npz")
            for bags in (self._bags, self._question_bags):
                encoder.token_vectors.meet(bags.ids)
        faiss.omp_set_num_threads(
            1
        )  # many people asking at once keep the processors busy; one search should not

    @property
    def version(self) -> str:
        """The name of the version on disk."""
        return self.folder.name

    def passage(self, chunk_id: str) -> Passage:
        """The passage of a chunk."""
        return self.passages[self._row_of_id[vector_id(chunk_id)]]

    def source_text(self, name: str) -> str:
        """The whole decoded text of a bulletin; offsets count its code points."""
        if name not in self._texts:
            self._texts[name] = (self.folder / "bulletins" / name / "text.txt").read_bytes().decode()
        return self._texts[name]

    def original(self, name: str) -> Original | None:
        """What is known of the file that a bulletin was read from; None where it came as the text it is."""
        return self._originals.get(name)

    def quote(self, name: str, spans: Iterable[Span]) -> str:
        """The source at some places, verbatim."""
        return quote(self.source_text(name), spans)

    def dense(self, query: Vectors, k: int) -> list[tuple[int, float]]:
        """The k passages nearest a query vector, as (row, cosine), best first.

        :param query: Shape (dimension,) float32, unit length.
        """
        return self._nearest(self._passages, query, k)

    def asked(self, query: Vectors, k: int) -> list[tuple[int, float]]:
        """The passages of the k written questions nearest a query vector, as (row, cosine), best first.

        :param query: Shape (dimension,) float32, unit length.
        """
        best: dict[int, float] = {}
        for row, cosine in self._nearest(self._questions, query, k):
            best.setdefault(row, cosine)
        return list(best.items())

    def late(self, question: str, rows: Rows) -> Vectors | None:
        """Late interaction of a question with some passages, shape (rows,); None where the encoder is no static one."""
        if not isinstance(self.encoder, StaticEncoder):
            return None
        words = self.encoder.query_bags([question]).ids
        return self.encoder.token_vectors.scores(words, self._bags.take(rows))

    def asked_late(self, question: str, rows: Rows) -> Vectors | None:
        """The same with the likest question written for each passage, 0 where none is."""
        if not isinstance(self.encoder, StaticEncoder):
            return None
        begins, ends = self._first_question[rows], self._first_question[rows + 1]
        best = np.zeros(len(rows), dtype=np.float32)
        filled = np.flatnonzero(ends > begins)
        if len(filled):
            written = np.concatenate([np.arange(begins[at], ends[at]) for at in filled])
            words = self.encoder.query_bags([question]).ids
            scores = self.encoder.token_vectors.scores(words, self._question_bags.take(written))
            firsts = np.cumsum([0, *(ends - begins)[filled][:-1]])
            best[filled] = np.maximum.reduceat(scores, firsts)
        return best

    def written(self, question: str, row: int) -> Vectors:
        """How near a question is to each one written for a passage, shape (questions,): at most 1.

        The mean of cosine and late interaction, or the cosine alone where the encoder is no static one.
        """
        first, last = self._first_question[row : row + 2]
        if first == last:
            return np.zeros(0, dtype=np.float32)
        vectors = self._question_vectors.reconstruct_n(int(first), int(last - first))
        near = np.asarray(vectors @ self.encoder.queries([question])[0], dtype=np.float32)
        if not isinstance(self.encoder, StaticEncoder):
            return near
        words = self.encoder.query_bags([question]).ids
        late = self.encoder.token_vectors.scores(words, self._question_bags.take(np.arange(first, last)))
        return np.asarray((near + late) / 2, dtype=np.float32)

    def read(self, question: str, rows: Rows) -> list[Reading]:
        """What the reader makes of some passages; nothing, where there is none.

        :param question: As it is asked.
        """
        if self._readings is not None and isinstance(self.reader, VectorReader):
            vector = self.reader.questions([question])[0]
            near = self._readings.near(vector, rows)
            sentences = (self._readings.near_sentences(vector, row) for row in rows)
            return [Reading(float(cosine), found) for cosine, found in zip(near, sentences, strict=True)]
        if self.reader is not None and not isinstance(self.reader, VectorReader):
            return self.reader.read(question, [self._laid(self.passages[row]) for row in rows])
        return [Reading(0.0, np.zeros(len(self.passages[r].chunk.units), np.float32)) for r in rows]

    @property
    def read_by(self) -> str:
        """The fingerprint of the reader; "" for none."""
        return self.reader.fingerprint if self.reader else ""

    @property
    def reads_ahead(self) -> bool:
        """Whether passages were read at indexing, or no reader is set: nothing is left to read for each question."""
        return self.reader is None or isinstance(self.reader, VectorReader)

    def read_scores(self, question: str, rows: Rows) -> tuple[Vectors, Vectors]:
        """How near a question is to some passages and to the likest sentence of each, as the reader sees them.

        :return: Two arrays of shape (rows,); all 0 where it makes no vectors.
        """
        if self._readings is None or not isinstance(self.reader, VectorReader):
            nothing = np.zeros(len(rows), dtype=np.float32)
            return nothing, nothing
        vector = self.reader.questions([question])[0]
        return self._readings.near(vector, rows), self._readings.best(vector, rows)

    def nearest_read(self, question: str, k: int) -> list[tuple[int, float]]:
        """The k passages nearest a question as the reader sees both, as (row, cosine), best first."""
        if self._readings is None or not isinstance(self.reader, VectorReader):
            return []
        scores, rows = self._read.search(self.reader.questions([question]), min(k, len(self.passages)))
        return [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]

    def _laid(self, passage: Passage) -> Laid:
        return lay_out_chunk(passage.document.title, passage.chunk, self.source_text(passage.chunk.source))

    def _nearest(self, vectors: faiss.Index, query: Vectors, k: int) -> list[tuple[int, float]]:
        # where k exceeds what there is, FAISS pads with the id -1
        scores, ids = vectors.search(query.reshape(1, -1), min(k, max(vectors.ntotal, 1)))
        return [(self._row_of_id[int(i)], float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]

    def vectors(self, rows: Rows) -> Vectors:
        """The stored vectors of some passages, shape (rows, dimension)."""
        return np.asarray(self._passages.reconstruct_batch(self._ids[rows]), dtype=np.float32)

    def bm25(self, name: str, terms: dict[str, float]) -> Vectors:
        """BM25 of every passage for weighted terms in one field, shape (passages,), as shares of the most there is.

        1 would be a passage that holds every term over and over; so the shares of different questions compare.

        :param name: One of `BM25_FIELDS`.
        :param terms: Query term to weight; a term the field lacks adds to no passage, but to the most.
        """
        engine = self._bm25[name]
        scores, rows, starts = (engine.scores[part] for part in ("data", "indices", "indptr"))
        total = np.zeros(len(self.passages), dtype=np.float32)
        most = sum(weight * self.idf(name, term) for term, weight in terms.items())
        for term, weight in terms.items():
            if term in self._holding[name]:
                column = engine.vocab_dict[term]  # bm25s keeps a sparse column of scores for each term
                held = slice(starts[column], starts[column + 1])
                total[rows[held]] += weight / most * scores[held]
        return total

    def idf(self, name: str, term: str) -> float:
        """Lucene's weight of a term in a field: ln(1 + (n - h + 0.5) / (h + 0.5)), where h of n passages hold it."""
        count, held = len(self.passages), self._holding[name].get(term, 0)
        return math.log(1 + (count - held + 0.5) / (held + 0.5))

    def term_counts(self) -> dict[str, int]:
        """Every term of any field, and how many passages hold it in the field where most do."""
        counts: Counter[str] = Counter()
        for holding in self._holding.values():
            counts |= Counter(holding)
        return counts

    def knows(self, term: str) -> bool:
        """Whether any field of any passage holds a term."""
        return any(term in holding for holding in self._holding.values())

    @cached_property
    def _holding(self) -> dict[str, dict[str, int]]:
        """By field and term, how many passages hold it."""
        return {name: _holding(engine) for name, engine in self._bm25.items()}


def _holding(engine: bm25s.BM25) -> dict[str, int]:
    entries = np.diff(engine.scores["indptr"])  # a column a term, an entry a passage that holds it
    return {term: int(entries[column]) for term, column in engine.vocab_dict.items() if column < len(entries)}


def vector_id(chunk_id: str) -> int:
    """The FAISS id of a chunk: the first 60 bits of a digest of its id, so that it never changes."""
    return int(hashlib.sha256(chunk_id.encode()).hexdigest()[:15], 16)


def open_index(settings: Settings, *, rebuild: bool = False, quiet: bool = False) -> Index:
    """Load the index, building first where it is missing, stale or damaged.

    Where it is stale and can't be built, the one that is there is loaded, with a warning. A bulletin that can't be read
    is left out, with a warning; `Manifest.unread` says why.

    :param rebuild: Build from scratch, reusing nothing.
    :param quiet: No progress bar and no word on why it builds.
    :raises BulletinError: if there are no bulletins, none can be read, the encoder can't be loaded, or there is no
        room. An index that was there before stays as it was.
    """
    models = Models.load(settings)
    found = _Found() if rebuild else _load_current(settings.index, models)
    try:
        _finish_change(settings)
        wanted = _wanted_manifest(settings, models, _by_name(settings))
        if found.index is not None and not found.troubles(wanted):
            return found.index
        if not quiet:
            _say_why(found.troubles(wanted))
        with _writing(settings):
            if not rebuild:  # somebody else may have built it while we waited
                found = _load_current(settings.index, models)
            files = _by_name(settings)
            wanted = _wanted_manifest(settings, models, files)
            if found.index is not None and not found.troubles(wanted):
                return found.index
            built = _build(settings, models, files, wanted, found.reusable(wanted), quiet=quiet)
            versions.publish(settings.index, built)
            found = _load_current(settings.index, models)
            versions.clean(settings.index)
    except BulletinError as error:
        if found.index is None or not found.index.manifest.fits(models):
            raise
        _log.warning("The index could not be brought up to date; going on with the one there is. %s", error)
        return found.index
    if found.index is None:
        raise BulletinError(
            f"The index just built in {settings.index} can't be used: {found.trouble}. Is the disk damaged?"
        )
    return found.index


def condition_of(settings: Settings) -> tuple[Index | None, list[str]]:
    """The index as it lies there, and what is wrong with it, each as a phrase for people; nothing is built.

    :raises BulletinError: if there are no bulletins, or the encoder can't be loaded.
    """
    models = Models.load(settings)
    found = _load_current(settings.index, models)
    return found.index, found.troubles(_wanted_manifest(settings, models, _by_name(settings)))


def load_version(settings: Settings, version: str) -> Index:
    """Load one version of the index as it is.

    :raises BulletinError: if it is gone or damaged, or another program or encoder made it.
    """
    models = Models.load(settings)
    try:
        lease = versions.Lease(settings.index / version)
    except OSError as error:
        raise BulletinError(f"Version {version} of the index is gone ({error.strerror}).") from error
    found = _load(lease, models)
    if found.index is None:
        raise BulletinError(f"Version {version} of the index can't be used: {found.trouble}.")
    manifest = found.index.manifest
    if not manifest.fits(models) or manifest.made_by != _made_by():
        raise BulletinError(
            f"Version {version} of the index was made by another version of this program or with other models. "
            "Restart the service."
        )
    return found.index


def change_collection(settings: Settings, change: Change, *, quiet: bool = False) -> Index:
    """Put bulletins in and take bulletins out, all of them or none: build first, then move, then publish.

    :param quiet: No progress bar.
    :raises BulletinError: if one of them can't be read, none would be left, or there is no room; nothing is changed.
    """
    models = Models.load(settings)
    _finish_change(settings)
    with _told_of_disk(settings), collection.changing(settings) as plan, _writing(settings):
        if plan is not None:  # left by somebody who was stopped a moment ago; what is built now holds it
            collection.done(settings)
        found = _load_current(settings.index, models)
        files = {name: path for name, path in collection.stage(settings, change).items() if is_bulletin(path)}
        if not files:
            raise BulletinError(
                "That would leave no bulletin at all. Add another one first. Nothing was changed."
            )
        wanted = _wanted_manifest(settings, models, files)
        built = _build(settings, models, files, wanted, found.reusable(wanted), quiet=quiet)
        try:
            unread = _manifest_of(settings.index / built).unread
            if reasons := [unread[name].reason for name in change.add if name in unread]:
                raise BulletinError(f"{reasons[0]} Nothing was changed.")
            collection.commit(settings, change, built)
            collection.carry_out(settings)
            versions.publish(settings.index, built)
            collection.done(settings)
        finally:
            versions.clean(settings.index)
        found = _load_current(settings.index, models)
    if found.index is None:
        raise BulletinError(f"The index just built in {settings.index} can't be used: {found.trouble}.")
    return found.index


def _finish_change(settings: Settings) -> None:
    """Carry out a change of the collection that somebody was stopped in the middle of."""
    if not collection.is_pending(settings):
        return
    with _told_of_disk(settings), collection.changing(settings) as plan:
        if plan is None:  # somebody did meanwhile
            return
        with _writing(settings):
            if plan.index == str(settings.index.resolve()) and versions.is_whole(
                settings.index / plan.version
            ):
                versions.publish(settings.index, plan.version)
        collection.done(settings)
    _log.warning(
        "A change of the collection that was interrupted is finished: %s put in, %s taken out.",
        ", ".join(plan.add) or "nothing",
        ", ".join(plan.kept.keys() - set(plan.add)) or "nothing",
    )


@contextmanager
def _writing(settings: Settings) -> Iterator[None]:
    with _told_of_disk(settings), versions.writing(settings.index):
        yield


@contextmanager
def _told_of_disk(settings: Settings) -> Iterator[None]:
    """What the system says of a full disk or a folder that can't be written, in words that help."""
    try:
        yield
    except OSError as error:
        where = error.filename or settings.index
        raise BulletinError(
            f"{where} can't be written ({error.strerror or error}). See that there is room and that this user may "
            f"write {settings.index} and {settings.data}. What was there stays as it was."
        ) from error


def _say_why(troubles: Sequence[str]) -> None:
    if troubles:
        tqdm.write(f"Indexing again: {'; '.join(troubles)}.", file=sys.stderr)


def is_bulletin(path: Path) -> bool:
    """Whether a file is one that the collection's folder holds as a bulletin."""
    return path.suffix == ".txt" and path.is_file()


def bulletin_files(settings: Settings) -> list[Path]:
    """The bulletins of the collection, by name; one whose name can't be is passed over, with a warning.

    :raises BulletinError: if the folder is missing or holds no .txt file.
    """
    if not settings.bulletins.is_dir():
        raise BulletinError(
            f"No folder {settings.bulletins}; expected the bulletins there as .txt files. "
            "Create it and put bulletins in, or set BULLETIN_DATA to the folder that holds 'bulletins'."
        )
    files = []
    for path in sorted(settings.bulletins.iterdir()):
        if is_bulletin(path):
            try:
                collection.check_name(path.name)
                files.append(path)
            except BulletinError as error:
                _log.warning("%s", error)
        elif path.suffix.lower() in KINDS.split(", "):
            _log.warning(
                "%s is no text and is passed over. Put it in with `python -m rag add %s`.", path, path
            )
    if not files:
        raise BulletinError(
            f"{settings.bulletins} holds no .txt file. Put bulletins there, or add one with `python -m rag add FILE`."
        )
    return files


def _by_name(settings: Settings) -> dict[str, Path]:
    return {path.name: path for path in bulletin_files(settings)}


@dataclass(frozen=True, slots=True)
class Listed:
    """One document as `documents --json` lists it; lines are 1-based and inclusive."""

    id: str
    source: str
    start_line: int
    end_line: int
    title: str
    title_printed: bool
    number: str | None
    issuer: str | None
    jurisdiction: str | None
    kind: str | None
    signed_on: str | None
    published_on: str | None
    valid_from: str | None
    valid_until: str | None
    chunks: int


def list_documents(index: Index) -> list[Listed]:
    """Every document of the collection, by bulletin and line."""
    counts = Counter(passage.chunk.document for passage in index.passages)
    names = [name for name in Listed.__dataclass_fields__ if name != "chunks"]
    documents = sorted(index.documents.values(), key=lambda d: (d.source, d.start_line))
    return [Listed(**{name: getattr(d, name) for name in names}, chunks=counts[d.id]) for d in documents]


def _wanted_manifest(settings: Settings, models: Models, files: Mapping[str, Path]) -> Manifest:
    digests = {}
    for name, file in files.items():
        beside = [
            settings.data / f / file.with_suffix(".jsonl").name for f in ("english", "asked", "answered")
        ]
        beside.append(corrections_file(settings.data, name))
        try:
            beside.append(shelf.record_of(settings.originals, file.read_bytes()))
            digests[name] = _digest_files([file, *(path for path in beside if path.is_file())])
        except OSError as error:  # gone a moment ago, or not ours to read: reading it will tell
            digests[name] = f"unreadable: {error.strerror}"
    ahead = (models.ahead.name, models.ahead.fingerprint) if models.ahead else ("none", "")
    return Manifest(models.encoder.name, models.encoder.fingerprint, *ahead, _made_by(), digests)


@dataclass(frozen=True, slots=True)
class _Found:
    """The index in use, and what is wrong with it."""

    index: Index | None = None
    trouble: str = ""
    """Why it can't be used; empty where there is none, or none yet."""

    def troubles(self, wanted: Manifest) -> list[str]:
        """Why it is not the wanted one, each as a phrase for people."""
        if self.index is None:
            return [self.trouble] if self.trouble else []
        return [*([self.trouble] if self.trouble else []), *self.index.manifest.differences(wanted)]

    def reusable(self, wanted: Manifest) -> Index | None:
        """The index as far as it may lend its parts to the wanted one."""
        return (
            self.index if self.index is not None and self.index.manifest.made_by == wanted.made_by else None
        )


def _load_current(folder: Path, models: Models) -> _Found:
    """The index in use, or the newest whole one where nothing says which is."""
    lease, trouble = versions.lease(folder)
    if lease is None:
        return _Found(trouble=f"it is damaged ({trouble})" if trouble else "")
    found = _load(lease, models)
    return replace(found, trouble=f"it is damaged ({trouble})") if trouble and not found.trouble else found


def _load(lease: versions.Lease, models: Models) -> _Found:
    """A version as it lies on disk, checked against its own checksums."""
    build = lease.folder
    if not versions.is_whole(build):
        return _Found(trouble="it is damaged (no readable manifest)")
    try:
        manifest = _manifest_of(build)
        broken = [
            name for name, digest in manifest.checksums.items() if _digest_files([build / name]) != digest
        ]
        if broken:
            return _Found(trouble=f"it is damaged ({', '.join(broken[:3])} changed since it was written)")
        records = [_records_of(build, name) for name in sorted(manifest.files)]
        return _Found(Index(build, manifest, records, models, lease))
    except (OSError, msgspec.MsgspecError, ValueError, KeyError, TypeError, RuntimeError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        return _Found(trouble=f"it is damaged or of another version of this program ({said})")


def _manifest_of(build: Path) -> Manifest:
    return msgspec.json.decode((build / versions.MANIFEST).read_bytes(), type=Manifest)


def _records_of(build: Path, name: str) -> Records:
    return msgspec.json.decode((build / "bulletins" / name / "records.json").read_bytes(), type=Records)


def _build(
    settings: Settings,
    models: Models,
    files: Mapping[str, Path],
    wanted: Manifest,
    old: Index | None,
    *,
    quiet: bool,
) -> str:
    """Write a complete version, on disk to the last byte, and return its name; it is not in use yet.

    :param files: The bulletins by name.
    :param old: An index whose records and vectors may be taken over.
    """
    building = versions.begin(settings.index)
    try:
        records, unread = [], {}
        for name, file in tqdm(files.items(), desc="Reading bulletins", unit="file", disable=quiet or None):
            try:
                records.append(_read_one(file, settings, wanted, old, building))
            except BulletinError as error:
                unread[name] = Unread(wanted.files[name], str(error))
            except Exception as error:  # whatever one file does to its reader, the others must be read
                _log.exception("%s could not be read.", name)
                unread[name] = Unread(wanted.files[name], f"{name} can't be read ({type(error).__name__}).")
        for left_out in unread.values():
            _log.warning("%s It is left out.", left_out.reason)
        if not records:
            raise BulletinError(" ".join(one.reason for one in unread.values()))
        for one in tqdm(records, desc="Embedding", unit="file", disable=quiet or None):
            _embed_one(one, building, models.encoder)
        if models.ahead:
            _read_ahead(records, building, models.ahead, _known_readings(settings), quiet=quiet)
        index_vectors(records, building, models.encoder.dimension)
        index_terms(records, building / "bm25", quiet=quiet)
        written = sorted(path for path in building.rglob("*") if path.is_file())
        manifest = replace(
            wanted,
            files={one.name: wanted.files[one.name] for one in records},
            checksums={str(path.relative_to(building)): _digest_files([path]) for path in written},
            unread=unread,
        )
        (building / versions.MANIFEST).write_bytes(msgspec.json.encode(manifest))
        return versions.finish(building)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise


def _read_one(file: Path, settings: Settings, wanted: Manifest, old: Index | None, target: Path) -> Records:
    """Read one bulletin, or take over from the old index what has not changed: records, and vectors if they fit."""
    folder = target / "bulletins" / file.name
    folder.mkdir(parents=True)
    if old is not None and old.manifest.files.get(file.name) == wanted.files[file.name]:
        kept = ["text.txt", "records.json"]
        if old.manifest.encoder_fingerprint == wanted.encoder_fingerprint:
            kept += ["passages.npy", "questions.npy", "passages.npz", "questions.npz"]
        for name in kept:
            if (saved := old.folder / "bulletins" / file.name / name).exists():
                shutil.copyfile(saved, folder / name)
        return msgspec.json.decode((folder / "records.json").read_bytes(), type=Records)
    bulletin: Bulletin = read_bulletin(file)
    for warning in bulletin.warnings:
        tqdm.write(warning)
    chunks = chunk_bulletin(bulletin)
    fields = read_fields(settings.data, bulletin.name, bulletin.text, chunks)
    documents = corrected(bulletin.documents, read_corrections(settings.data, bulletin.name))
    original = shelf.find(settings.originals, file.read_bytes())
    records = Records(bulletin.name, bulletin.encoding, documents, chunks, fields, original)
    (folder / "text.txt").write_bytes(bulletin.text.encode())
    (folder / "records.json").write_bytes(msgspec.json.encode(records))
    return records


def passages_of(records: Records) -> list[Passage]:
    """The passages of one bulletin with their documents and fields, in order."""
    documents = {document.id: document for document in records.documents}
    none = Fields()
    return [
        Passage(chunk, documents[chunk.document], records.fields.get(chunk.id, none))
        for chunk in records.chunks
    ]


def _load_bags(folder: Path, records: Sequence[Records], name: str) -> Bags:
    return Bags.joined([Bags.load(folder / "bulletins" / one.name / name) for one in records])


def _embed_one(records: Records, target: Path, encoder: Encoder) -> None:
    """Write the vectors of a bulletin's passages and questions, unless they were taken over."""
    folder = target / "bulletins" / records.name
    if (folder / "passages.npy").exists():
        return
    passages = passages_of(records)
    headed = [passage.headed for passage in passages]
    questions = [asked.question for passage in passages for asked in passage.fields.questions]
    different = {question: row for row, question in enumerate(dict.fromkeys(questions))}
    rows = np.array(
        [different[question] for question in questions], dtype=np.intp
    )  # many stand at twin places
    if isinstance(encoder, StaticEncoder):
        bags, question_bags = encoder.document_bags(headed), encoder.query_bags(list(different))
        np.save(folder / "passages.npy", encoder.means(bags))
        np.save(folder / "questions.npy", encoder.means(question_bags)[rows])
        bags.distinct().save(folder / "passages.npz")
        question_bags.take(rows).distinct().save(folder / "questions.npz")
    else:
        np.save(folder / "passages.npy", encoder.documents(headed))
        np.save(folder / "questions.npy", encoder.queries(list(different))[rows])


def _read_ahead(
    records: Sequence[Records], target: Path, reader: VectorReader, known: Iterable[Readings], *, quiet: bool
) -> None:
    """Have every passage read, and write what comes of it."""
    laid = []
    for one in records:
        text = (target / "bulletins" / one.name / "text.txt").read_bytes().decode()
        laid.append([lay_out_chunk(p.document.title, p.chunk, text) for p in passages_of(one)])
    known = [read_passages([x for own in laid for x in own], reader, known, quiet=quiet)]
    for one, own in zip(records, laid, strict=True):
        read_passages(own, reader, known, quiet=True).save(target / "bulletins" / one.name / "read.npz")


def _known_readings(settings: Settings) -> Iterator[Readings]:
    """What readers made of passages before: in a version of the index, or shipped beside the bulletins."""
    files = sorted(settings.index.glob("*/bulletins/*/read.npz"), reverse=True)
    for folder in dict.fromkeys((settings.data / READ_AHEAD, Settings.data / READ_AHEAD)):
        files += sorted(folder.glob("*.npz"))
    for file in files:
        try:
            yield Readings.load(file)
        except (
            OSError,
            EOFError,
            ValueError,
            KeyError,
            zipfile.BadZipFile,
        ):  # damaged: what it held is read again
            _log.warning("%s can't be read; its passages are read again.", file)


def index_vectors(records: Sequence[Records], folder: Path, dimension: int) -> None:
    """Put the bulletins' vectors into the two FAISS indexes."""
    passages = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
    questions = faiss.IndexIDMap(
        faiss.IndexFlatIP(dimension)
    )  # a passage's id stands for each of its questions
    for one in records:
        found = passages_of(one)
        ids = np.array([vector_id(passage.chunk.id) for passage in found], dtype=np.int64)
        counts = [len(passage.fields.questions) for passage in found]
        beside = folder / "bulletins" / one.name
        if len(ids):
            passages.add_with_ids(np.load(beside / "passages.npy"), ids)
        if sum(counts):
            questions.add_with_ids(np.load(beside / "questions.npy"), np.repeat(ids, counts))
    faiss.write_index(passages, str(folder / "passages.faiss"))
    faiss.write_index(questions, str(folder / "questions.faiss"))


def index_terms(records: Sequence[Records], folder: Path, *, quiet: bool) -> None:
    """Tokenise every passage's fields and write one BM25 index a field.

    Tokens are numbered as they come and kept as numbers of four bytes: a collection has tens of millions.
    """
    numbered: dict[str, list[array[int]]] = {name: [] for name in BM25_FIELDS}
    vocabularies: dict[str, dict[str, int]] = {name: {} for name in BM25_FIELDS}
    for one in tqdm(records, desc="Indexing terms", unit="file", disable=quiet or None):
        for passage in passages_of(one):
            said = {
                "text": passage.headed,
                "english": passage.fields.english,
                "questions": " ".join(asked.question for asked in passage.fields.questions),
            }
            for name, words in said.items():
                known = vocabularies[name]
                numbered[name].append(array("i", [known.setdefault(t, len(known)) for t in tokens(words)]))
    for name in BM25_FIELDS:
        column, known = numbered.pop(name), vocabularies[name]
        if (
            not known
        ):  # bm25s can't index a field without a single term: one that no query holds stands in for it
            known["\0"] = 0
            column = [array("i", [0]) for _ in column]
        engine = bm25s.BM25()
        engine.index((column, known), show_progress=False)
        engine.save(str(folder / name), show_progress=False)


@cache
def _made_by() -> str:
    here = Path(__file__).parent
    code = sorted(
        path
        for name in _READING_CODE
        for path in ((here / name).rglob("*.py") if (here / name).is_dir() else [here / name])
    )
    code.append(places.TABLE)
    libraries = ",".join(f"{name}={version(name)}" for name in _LIBRARIES)
    return _digest(_digest_files(code).encode(), libraries.encode())


def _digest_files(paths: Iterable[Path]) -> str:
    return _digest(*(path.read_bytes() for path in paths))


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:16]
