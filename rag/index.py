"""The index: a collection's passages and what finds them, opened, built where it is missing or stale, and changed.

On disk, below `Settings.index`:

    CURRENT                     the name of the version in use; replaced in one step when a build is complete
    lock                        held while somebody builds
    <build>/                    a version, as `rag.indexing.files` writes it
"""

from __future__ import annotations

import hashlib
import logging
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import msgspec
import numpy as np
from tqdm import tqdm

from rag.errors import BulletinError
from rag.indexing.aside import Aside
from rag.indexing.corrections import corrected, corrections_file, read_corrections
from rag.indexing.encoder import Encoder
from rag.indexing.fields import read_fields
from rag.indexing.files import FileStore, FileWriter, broken_files, digest_files, read_manifest, readings_of
from rag.indexing.houses import PointingWriter, begin_version, open_version, take_up
from rag.indexing.inverted import idf
from rag.indexing.late import Bags
from rag.indexing.layout import Laid, lay_out_chunk
from rag.indexing.manifest import Look, Manifest, Unread
from rag.indexing.milvus import MilvusStore
from rag.indexing.models import Models
from rag.indexing.reader import Reader, Reading, VectorReader
from rag.indexing.readings import Known, Readings, read_passages
from rag.indexing.store import Entry, Passage, Records, Store, TermField, Where
from rag.publishing import collection, versions
from rag.publishing.collection import Change
from rag.reading.corpus import read_bulletin
from rag.reading.files import shelf
from rag.reading.files.original import KINDS, Original
from rag.settings import Settings
from rag.text import places
from rag.text.spans import Span

if TYPE_CHECKING:
    from rag.indexing.encoder import Vectors

__all__ = ["Index", "Passage", "change_collection", "list_documents", "load_version", "open_index"]

_log = logging.getLogger(__name__)

READ_AHEAD = "read"
"""The folder beside the bulletins that may hold what the built-in reader made of them: `NAME.npz`."""
_LIBRARIES = ("faiss-cpu", "rjieba", "langchain-text-splitters", "PyStemmer")
_TOGETHER = 1000  # passages that are read ahead together
_EMBEDDED = 1000
"""Passages that are embedded at once: what a tokenizer says of a text takes many times its room."""
_READING_CODE = ("chunk.py", "index.py", "indexing", "reading", "text")
"""What decides an index's content, below this folder: a change in any of it makes an index stale."""


class Index:
    """A collection, opened: its store, and what its models say of a question and some of its passages."""

    def __init__(
        self,
        store: Store,
        manifest: Manifest,
        models: Models,
        folder: Path,
        lease: versions.Lease | None = None,
    ) -> None:
        """Put a store and the models together.

        :param folder: Of the version.
        :param lease: What keeps the folder there as long as this index is used.
        """
        self.store = store
        self.manifest = manifest
        self.models = models
        self.folder = folder
        self._lease = lease
        self.documents = store.catalogue
        """By id, read one by one."""
        self._holding = {field: store.holding(field) for field in get_args(TermField)}

    @property
    def version(self) -> str:
        """The name of the version on disk."""
        return self.folder.name

    @property
    def encoder(self) -> Encoder:
        """What passages are embedded with."""
        return self.models.encoder

    @property
    def reader(self) -> Reader | None:
        """What reads passages, at indexing or with each question; None where nothing does."""
        return self.models.reader

    @property
    def read_by(self) -> str:
        """The fingerprint of the reader; "" for none."""
        return self.reader.fingerprint if self.reader else ""

    @property
    def passages(self) -> Passages:
        """Every passage, by bulletin and place: for whoever must see them all, one after the other."""
        return Passages(self.store)

    def passage(self, chunk_id: str) -> Passage:
        """The passage of a chunk."""
        (found,) = self.store.passages([chunk_id])
        return found

    def passages_of(self, document: str) -> list[Passage]:
        """The passages of a document, in order."""
        return self.store.passages(self.store.ids(Where(documents=frozenset([document]))))

    def source_text(self, name: str) -> str:
        """The whole decoded text of a bulletin; offsets count its code points."""
        return self.store.text(name)

    def original(self, name: str) -> Original | None:
        """What is known of the file that a bulletin was read from; None where it came as the text it is."""
        return self.store.original(name)

    def quote(self, name: str, spans: Iterable[Span]) -> str:
        """The source at some places, verbatim."""
        return self.store.quote(name, spans)

    def late(self, question: str, ids: Sequence[str]) -> Vectors | None:
        """Late interaction of a question with some passages, shape (ids,); None where the encoder knows no words."""
        by_word, words = self.encoder.by_word, self.store.words(ids)
        return by_word.late(question, words) if by_word and words else None

    def asked_late(self, question: str, ids: Sequence[str]) -> Vectors | None:
        """The same with the likest question written for each passage, 0 where none is."""
        by_word, written = self.encoder.by_word, self.store.written_words(ids)
        if by_word is None or written is None:
            return None
        words, starts = written
        best = np.zeros(len(ids), dtype=np.float32)
        filled = np.flatnonzero(np.diff(starts))
        if len(filled):
            best[filled] = np.maximum.reduceat(by_word.late(question, words), starts[filled])
        return best

    def written(self, question: str, ids: Sequence[str]) -> list[Vectors]:
        """How near a question is to each one written for some passages, shape (questions,) each: at most 1.

        The mean of cosine and late interaction, or the cosine alone where the encoder knows no words.
        """
        vectors, starts = self.store.written(ids)
        near = np.asarray(vectors @ self.encoder.queries([question])[0], dtype=np.float32)
        by_word, written = self.encoder.by_word, self.store.written_words(ids)
        if by_word and written:
            near = np.asarray((near + by_word.late(question, written[0])) / 2, dtype=np.float32)
        return [near[start:end] for start, end in pairwise(starts)]

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """What the reader made of some passages at indexing, for a question; nothing, where it did not read then.

        :param question: As it is asked.
        """
        ahead = self.models.ahead
        readings = self.store.readings([passage.id for passage in passages]) if ahead else None
        if ahead is None or readings is None:
            return [Reading(0.0, np.zeros(len(p.chunk.units), np.float32)) for p in passages]
        return readings.near(ahead.questions([question])[0])

    def read_anew(self, question: str, passages: Sequence[Passage]) -> list[Reading] | None:
        """What the reader makes of some passages now, where it reads them with each question; None where it doesn't."""
        if self.models.joint is None:
            return None
        return self.models.joint.read(
            question, [_laid(p, self.source_text(p.chunk.source)) for p in passages]
        )

    def idf(self, field: TermField, term: str) -> float:
        """Lucene's weight of a term in a field: the fewer passages hold it, the more it tells."""
        return idf(len(self.store), self._holding[field].get(term, 0))

    def term_counts(self) -> dict[str, int]:
        """Every term of any field, and how many passages hold it in the field where most do."""
        counts: Counter[str] = Counter()
        for holding in self._holding.values():
            counts |= Counter(dict(holding.items()))
        return counts

    def knows(self, term: str) -> bool:
        """Whether any field of any passage holds a term."""
        return any(term in holding for holding in self._holding.values())


class Passages:
    """The passages of a store, read one after the other."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __len__(self) -> int:
        """How many."""
        return len(self._store)

    def __iter__(self) -> Iterator[Passage]:
        """Each of them, by bulletin and place."""
        for one in self._store.ids():
            yield from self._store.passages([one])


def _laid(passage: Passage, source: str) -> Laid:
    return lay_out_chunk(passage.document.title, passage.chunk, source)


def open_index(
    settings: Settings, *, rebuild: bool = False, join: bool = False, quiet: bool = False
) -> Index:
    """Load the index, building first where it is missing, stale or damaged.

    Where it is stale and can't be built, the one that is there is loaded, with a warning. A bulletin that can't be read
    is left out, with a warning; `Manifest.unread` says why.

    :param rebuild: Build from scratch, reusing nothing.
    :param join: Keep the passages in one segment afterwards, however long that takes; only files have segments.
    :param quiet: No progress bar and no word on why it builds.
    :raises BulletinError: if there are no bulletins, none can be read, the encoder can't be loaded, or there is no
        room. An index that was there before stays as it was.
    """
    models = Models.load(settings)
    found = _Found() if rebuild else _load_current(settings.index, models)
    try:
        _finish_change(settings)
        wanted = _wanted_manifest(settings, models, _by_name(settings), found.manifest)
        if found.index is not None and not found.troubles(wanted) and not (join and found.pieces > 1):
            return found.index
        if not quiet:
            _say_why(found.troubles(wanted))
        with _writing(settings):
            if not rebuild:  # somebody else may have built it while we waited
                found = _load_current(settings.index, models)
            files = _by_name(settings)
            wanted = _wanted_manifest(settings, models, files, found.manifest)
            if not rebuild:
                found = _taken_up(settings, models, wanted, found)
            if found.index is not None and not found.troubles(wanted) and not (join and found.pieces > 1):
                return found.index
            _build(settings, models, files, wanted, found, join=join, quiet=quiet)[0].publish()
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

    Every file is read to its end.

    :raises BulletinError: if there are no bulletins, or the encoder can't be loaded.
    """
    models = Models.load(settings)
    found = _load_current(settings.index, models, every=True)
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
        wanted = _wanted_manifest(settings, models, files, found.manifest)
        writer, built, unread = _build(settings, models, files, wanted, found, quiet=quiet)
        try:
            if reasons := [unread[name].reason for name in change.add if name in unread]:
                raise BulletinError(f"{reasons[0]} Nothing was changed.")
            collection.commit(settings, change, built)
            collection.carry_out(settings)
            writer.publish()
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


def _wanted_manifest(
    settings: Settings, models: Models, files: Mapping[str, Path], old: Manifest | None = None
) -> Manifest:
    """What an index of some bulletins would be made from.

    :param old: Of an index that is there: what lies as it says is not read again.
    """
    digests, looks = {}, {}
    seen = old.seen if old else {}
    before = old.looks if old else {}
    for name, file in files.items():
        beside = [
            file,
            *(settings.data / f / file.with_suffix(".jsonl").name for f in ("english", "asked", "answered")),
            corrections_file(settings.data, name),
        ]
        try:
            look = before.get(name)
            if look is None or name not in seen or look != _look(settings, look.text, beside):
                text = shelf.digest_of(file.read_bytes())
                look = _look(settings, text, beside)
                present = [*beside, shelf.record_of(settings.originals, text)]
                digests[name] = digest_files([path for path in present if path.is_file()])
            else:
                digests[name] = seen[name]
            if look.may_tell:
                looks[name] = look
        except OSError as error:  # gone a moment ago, or not ours to read: reading it will tell
            digests[name] = f"unreadable: {error.strerror}"
    ahead = (models.ahead.name, models.ahead.fingerprint) if models.ahead else ("none", "")
    return Manifest(
        models.encoder.name,
        models.encoder.fingerprint,
        *ahead,
        _made_by(),
        digests,
        looks,
        store=settings.store,
    )


def _look(settings: Settings, text: str, beside: Sequence[Path]) -> Look:
    """How a bulletin and what stands beside it lie there.

    :param text: Digest of the bulletin.
    """
    return Look.at(text, [*beside, shelf.record_of(settings.originals, text)])


@dataclass(frozen=True, slots=True)
class _Found:
    """The index in use, and what is wrong with it."""

    index: Index | None = None
    files: FileStore | MilvusStore | None = None
    """Its store."""
    trouble: str = ""
    """Why it can't be used; empty where there is none, or none yet."""

    def troubles(self, wanted: Manifest) -> list[str]:
        """Why it is not the wanted one, each as a phrase for people."""
        if self.index is None:
            return [self.trouble] if self.trouble else []
        return [*([self.trouble] if self.trouble else []), *self.index.manifest.differences(wanted)]

    @property
    def manifest(self) -> Manifest | None:
        """What it was made from; None where there is none."""
        return self.index.manifest if self.index else None

    @property
    def pieces(self) -> int:
        """How many segments it has."""
        return len(self.files.segments) if isinstance(self.files, FileStore) else 1

    def unchanged(self, wanted: Manifest) -> set[str]:
        """The bulletins that the wanted one would read just as this did."""
        if self.index is None or self.index.manifest.made_by != wanted.made_by:
            return set()
        mine = self.index.manifest.files
        return {name for name, digest in wanted.files.items() if mine.get(name) == digest}


def _load_current(folder: Path, models: Models, *, every: bool = False) -> _Found:
    """The index in use, or the newest whole one where nothing says which is.

    :param every: Read every file of it to the end, to see that it is as it was written.
    """
    lease, trouble = versions.lease(folder)
    if lease is None:
        return _Found(trouble=f"it is damaged ({trouble})" if trouble else "")
    found = _load(lease, models, every=every)
    return replace(found, trouble=f"it is damaged ({trouble})") if trouble and not found.trouble else found


def _taken_up(settings: Settings, models: Models, wanted: Manifest, found: _Found) -> _Found:
    """What `store copy` put in the place that is set, where that is all that is wanted or nothing else is here."""
    if not settings.store or (found.manifest and found.manifest.store == settings.store):
        return found

    def is_wanted(manifest: Manifest) -> bool:
        alone = found.index is None and manifest.fits(models) and manifest.made_by == wanted.made_by
        return alone or not manifest.differences(wanted)

    taken = take_up(settings.index, settings.store, is_wanted)
    return _load_current(settings.index, models) if taken else found


def _load(lease: versions.Lease, models: Models, *, every: bool = False) -> _Found:
    """A version as it lies on disk, checked against what its manifest says of its files."""
    build = lease.folder
    if not versions.is_whole(build):
        return _Found(trouble="it is damaged (no readable manifest)")
    try:
        manifest = read_manifest(build)
        if broken := broken_files(build, manifest, every=every):
            return _Found(trouble=f"it is damaged ({', '.join(broken[:3])} changed since it was written)")
        fits = manifest.fits(models)
        words = fits and models.encoder.by_word is not None
        store = open_version(build, manifest, words=words, readings=fits and models.ahead is not None)
        return _Found(Index(store, manifest, models, build, lease), store)
    except (OSError, msgspec.MsgspecError, ValueError, KeyError, TypeError, RuntimeError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        return _Found(trouble=f"it is damaged or of another version of this program ({said})")


def _build(
    settings: Settings,
    models: Models,
    files: Mapping[str, Path],
    wanted: Manifest,
    old: _Found,
    *,
    join: bool = False,
    quiet: bool,
) -> tuple[FileWriter | PointingWriter, str, dict[str, Unread]]:
    """Write a complete version, on disk to the last byte; it is not in use yet.

    :param files: The bulletins by name.
    :param old: What may lend its parts.
    :return: Who can publish it, its name, and the bulletins that could not be read.
    """
    unchanged = old.unchanged(wanted)
    fits = old.index is not None and old.index.manifest.fits(models)
    stays = unchanged if fits and old.index and old.index.manifest.store == wanted.store else set()
    embedded = old.index.manifest.encoder_fingerprint if old.index else ""
    known = Known(_known_readings(settings), models.ahead.fingerprint) if models.ahead else None
    writer = begin_version(settings.index, wanted.store, old.files, stays, quiet=quiet)
    unread = dict[str, Unread]()
    waiting: list[Entry] = []

    def put() -> None:
        """Put what was read in, many together: what must be read ahead is laid out in one go."""
        entries = (
            _read_ahead(waiting, models.ahead, known, quiet=quiet) if models.ahead and known else waiting
        )
        for entry in entries:
            writer.put(entry)
        waiting.clear()

    try:
        for name, file in tqdm(files.items(), desc="Indexing bulletins", unit="file", disable=quiet or None):
            if name in stays:
                continue
            try:
                taken = old.files.entry(name) if name in unchanged and old.files else None
                if taken is None or embedded != wanted.encoder_fingerprint:
                    read = (taken.records, taken.text) if taken else _read_one(file, settings)
                    taken = _embedded(*read, models.encoder)
                waiting.append(taken)
            except BulletinError as error:
                unread[name] = Unread(wanted.files[name], str(error))
            except Exception as error:  # whatever one file does to its reader, the others must be read
                _log.exception("%s could not be read.", name)
                unread[name] = Unread(wanted.files[name], f"{name} can't be read ({type(error).__name__}).")
            if sum(len(one.records.chunks) for one in waiting) >= _TOGETHER:
                put()
        put()
        for left_out in unread.values():
            _log.warning("%s It is left out.", left_out.reason)
        left = {name: digest for name, digest in wanted.files.items() if name not in unread}
        if not left:
            raise BulletinError(" ".join(one.reason for one in unread.values()))
        manifest = replace(wanted, files=left, unread=unread)
        if join and isinstance(writer, FileWriter):
            return writer, writer.finish(manifest, tidy=True), unread
        return writer, writer.finish(manifest), unread
    except BaseException:
        writer.abandon()
        raise


def _read_one(file: Path, settings: Settings) -> tuple[Records, str]:
    """Read one bulletin: what is in it, and its text."""
    bulletin = read_bulletin(file)
    for warning in bulletin.warnings:
        tqdm.write(warning)
    chunks = Aside.of(bulletin, settings.index)
    fields = read_fields(settings.data, bulletin.name, bulletin.text, chunks)
    documents = corrected(bulletin.documents, read_corrections(settings.data, bulletin.name))
    original = shelf.find(settings.originals, file.read_bytes())
    return Records(bulletin.name, bulletin.encoding, documents, chunks, fields, original), bulletin.text


def _embedded(records: Records, text: str, encoder: Encoder) -> Entry:
    """A bulletin with the vectors of its passages and of the questions written for them."""
    questions: list[str] = []
    by_word = encoder.by_word
    vectors = np.empty((len(records.chunks), encoder.dimension), dtype=np.float32)
    words = [Bags.of([])]
    passages = records.passages()
    for first in range(0, len(vectors), _EMBEDDED):
        here = slice(first, first + _EMBEDDED)
        together = list(islice(passages, _EMBEDDED))
        headed = [passage.headed for passage in together]
        questions += [asked.question for passage in together for asked in passage.fields.questions]
        if by_word is None:
            vectors[here] = encoder.documents(headed)
        else:
            bags = by_word.document_bags(headed)
            vectors[here] = by_word.means(bags)
            words.append(bags.distinct())
    different = {question: row for row, question in enumerate(dict.fromkeys(questions))}
    # many stand at twin places
    rows = np.array([different[question] for question in questions], dtype=np.intp)
    if by_word is None:
        return Entry(records, text, vectors, encoder.queries(list(different))[rows])
    asked = by_word.query_bags(list(different))
    written = by_word.means(asked)[rows]
    return Entry(records, text, vectors, written, Bags.joined(words), asked.take(rows).distinct())


def _read_ahead(entries: Sequence[Entry], reader: VectorReader, known: Known, *, quiet: bool) -> list[Entry]:
    """The same with what a reader makes of every passage."""
    laid = [[_laid(passage, one.text) for passage in one.records.passages()] for one in entries]
    every = Known(
        [read_passages([x for own in laid for x in own], reader, known, quiet=quiet)], reader.fingerprint
    )
    return [
        replace(one, readings=read_passages(own, reader, every, quiet=True))
        for one, own in zip(entries, laid, strict=True)
    ]


def _known_readings(settings: Settings) -> Iterator[Readings]:
    """What readers made of passages before: in a version of the index, or shipped beside the bulletins."""
    shipped = [
        file
        for folder in dict.fromkeys((settings.data / READ_AHEAD, Settings.data / READ_AHEAD))
        for file in sorted(folder.glob("*.npz"))
    ]
    for kept in (*readings_of(settings.index), *shipped):
        try:
            yield Readings.mapped(kept) if kept.is_dir() else Readings.load(kept)
        except (
            OSError,
            EOFError,
            ValueError,
            KeyError,
            zipfile.BadZipFile,
        ):  # damaged: what it held is read again
            _log.warning("%s can't be read; its passages are read again.", kept)


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
    return _digest(digest_files(code).encode(), libraries.encode())


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:16]
