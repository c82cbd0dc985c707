"""Where a store lies, and the way from one place to another: folders of versions, or Milvus."""

from __future__ import annotations

import hashlib
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import msgspec
from tqdm import tqdm

from rag.errors import BulletinError
from rag.indexing.files import FileStore, FileWriter, read_manifest
from rag.indexing.manifest import Manifest
from rag.indexing.milvus import PREFIX, Address, MilvusStore, MilvusWriter
from rag.indexing.store import Entry, Store, Where, Writer
from rag.publishing import versions

_NUMBER = "number"  # the file that says which version of the store in Milvus it is
_TOGETHER = 20_000  # passages that are copied before what is there is put in use


class House(Protocol):
    """A place where versions of a store are kept."""

    def manifest(self) -> Manifest | None:
        """What the version in use was made from; None where none is."""
        ...

    def open(self) -> Store:
        """The version in use, which must be there."""
        ...

    def begin(self) -> Writer:
        """Change what is in use; all of it stays that is not replaced or removed."""
        ...

    def writing(self) -> AbstractContextManager[None]:
        """Alone among those who change it."""
        ...


@dataclass(frozen=True, slots=True)
class Files:
    """A folder of versions (`rag.indexing.files`)."""

    folder: Path

    def manifest(self) -> Manifest | None:
        """What the version in use was made from; None where none is."""
        version = versions.current(self.folder)
        return read_manifest(self.folder / version) if version else None

    def open(self) -> FileStore:
        """The version in use."""
        return FileStore(self.folder / str(versions.current(self.folder)), words=True, readings=True)

    def begin(self) -> FileWriter:
        """Change what is in use."""
        base = self.open() if self.manifest() else None
        return FileWriter(self.folder, base, base.names() if base else (), quiet=True)

    def writing(self) -> AbstractContextManager[None]:
        """Alone among those who change it."""
        return versions.writing(self.folder)


@dataclass(frozen=True, slots=True)
class Milvus:
    """A store in Milvus (`rag.indexing.milvus`)."""

    address: Address

    def manifest(self) -> Manifest | None:
        """What the version in use was made from; None where none is."""
        version = MilvusWriter.in_use(self.address)
        return MilvusWriter.manifest(self.address, version) if version else None

    def open(self) -> MilvusStore:
        """The version in use."""
        version = MilvusWriter.in_use(self.address)
        if version is None:
            raise BulletinError(f"{self.address.uri} holds no store {self.address.name}.")
        return MilvusStore(self.address, version, words=True, readings=True)

    def begin(self) -> MilvusWriter:
        """Change what is in use."""
        base = self.open() if MilvusWriter.in_use(self.address) else None
        return MilvusWriter(self.address, base, base.names() if base else ())

    def writing(self) -> AbstractContextManager[None]:
        """Milvus keeps nobody out: whoever runs it sees that one changes it at a time."""
        return nullcontext()


def house_of(given: str) -> House:
    """The place that an address or the name of a folder means.

    :raises BulletinError: if it is an address that is none.
    """
    return Milvus(Address.of(given)) if given.startswith(PREFIX) else Files(Path(given))


class PointingWriter:
    """Writes the next version into Milvus, and a folder among the versions that says where it lies."""

    def __init__(self, folder: Path, writer: MilvusWriter) -> None:
        """Begin a version.

        :param folder: Where the versions lie. Whoever writes is alone in it (`versions.writing`).
        """
        self._versions = folder
        self._writer = writer
        self._folder = versions.begin(folder)
        self._version = ""

    def put(self, entry: Entry) -> None:
        """Put a bulletin in, in the place of one of its name."""
        self._writer.put(entry)

    def remove(self, name: str) -> None:
        """Take a bulletin out."""
        self._writer.remove(name)

    def finish(self, manifest: Manifest) -> str:
        """Complete the version; it is not in use yet.

        :return: Its name among the versions.
        """
        self._version = _pointing(self._folder, self._writer.finish(manifest), manifest)
        return self._version

    def publish(self) -> None:
        """Put what was finished in use; who reads the version before goes on reading it."""
        self._writer.publish()
        versions.publish(self._versions, self._version)

    def abandon(self) -> None:
        """Leave no trace of what is not finished."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._writer.abandon()


def take_up(folder: Path, store: str, is_wanted: Callable[[Manifest], bool]) -> bool:
    """Put what is in use in Milvus in use in a folder of versions, too: a copy made it, and none here knows of it.

    Whoever does it is alone in the folder (`versions.writing`).

    :param is_wanted: Whether that is what is wanted, by what it was made from.
    :return: Whether it is in use now.
    """
    address = Address.of(store)
    number = MilvusWriter.in_use(address)
    manifest = MilvusWriter.manifest(address, number) if number is not None else None
    if manifest is None or not is_wanted(manifest := replace(manifest, store=store)):
        return False
    versions.publish(folder, _pointing(versions.begin(folder), str(number), manifest))
    return True


def _pointing(building: Path, number: str, manifest: Manifest) -> str:
    """Complete a version that only says where in Milvus it lies; its name."""
    (building / _NUMBER).write_text(number, encoding="utf-8")
    (building / versions.MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return versions.finish(building)


def open_version(folder: Path, manifest: Manifest, *, words: bool, readings: bool) -> FileStore | MilvusStore:
    """The store of a version, wherever it keeps its passages.

    :raises BulletinError: if that can't be reached; OSError, ValueError and the like if the folder is damaged.
    """
    if not manifest.store:
        return FileStore(folder, words=words, readings=readings)
    number = int((folder / _NUMBER).read_text(encoding="utf-8"))
    return MilvusStore(Address.of(manifest.store), number, words=words, readings=readings)


def begin_version(
    folder: Path, store: str, base: FileStore | MilvusStore | None, names: Iterable[str], *, quiet: bool
) -> FileWriter | PointingWriter:
    """What writes the next version.

    :param store: Where it keeps its passages; "" for its own folder.
    :param base: A version some of whose bulletins stay; it keeps them in the same place.
    :param names: Those bulletins.
    """
    if store:
        kept = base if isinstance(base, MilvusStore) and names else None
        return PointingWriter(folder, MilvusWriter(Address.of(store), kept, names))
    return FileWriter(folder, base if isinstance(base, FileStore) else None, names, quiet=quiet)


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy came to."""

    bulletins: int
    passages: int
    new: int
    """Bulletins that were not there before."""


def copy(source: House, target: House, *, quiet: bool = False) -> Copied:
    """Make what is in use at one place what is in use at another; what is there already is not copied again.

    Each bulletin is read from both places and compared: what is there already at the beginning, so that what is
    damaged is copied again, and what was copied at the end. What was copied is put in use every so many passages, so
    that whoever is stopped goes on there.

    :param quiet: No progress bar.
    :raises BulletinError: if nothing is in use at the source, or the copy is not the same.
    """
    manifest = source.manifest()
    if manifest is None:
        raise BulletinError(
            "Nothing is in use where the copy is to be made from. Build it first: python -m rag index."
        )
    store = source.open()
    with target.writing():
        there = target.manifest()
        same = there is not None and not replace(there, files={}, unread={}, store="").differences(
            replace(manifest, files={}, unread={}, store="")
        )
        present = dict(there.files) if there else {}
        done = {name for name, digest in present.items() if same and manifest.files.get(name) == digest}
        if done:
            done -= set(_differing(store, target.open(), sorted(done), quiet=quiet))
        missing = sorted(manifest.files.keys() - done)
        gone = sorted(present.keys() - manifest.files.keys())
        progress = tqdm(total=len(missing), desc="Copying", unit="file", disable=quiet or None)
        for names in [*_batches(store, missing), *([[]] if gone and not missing else [])]:
            writer = target.begin()
            for name in gone:
                writer.remove(name)
            for name in names:
                writer.put(store.entry(name))
                progress.update()
            present = {
                name: digest
                for name, digest in present.items()
                if name in manifest.files and name not in names
            } | {name: manifest.files[name] for name in names}
            writer.finish(replace(manifest, files=present, written={}))
            writer.publish()
            gone = []
        progress.close()
    copied = target.open()
    if len(copied) != len(store):
        raise BulletinError(
            f"The copy holds {len(copied)} passages, not {len(store)}. Run the same command again."
        )
    if differing := _differing(store, copied, missing, quiet=quiet):
        raise BulletinError(
            f"{', '.join(differing)}: not the same in the copy. Run the same command again, which copies that anew."
        )
    return Copied(len(manifest.files), len(copied), len(missing))


def _differing(store: Store, copied: Store, names: Sequence[str], *, quiet: bool) -> list[str]:
    """The bulletins that are not the same in two stores, or can't be read in the second."""

    def same(name: str) -> bool:
        try:
            return digest_of(copied.entry(name)) == digest_of(store.entry(name))
        except (KeyError, ValueError, OSError, msgspec.MsgspecError, zlib.error):
            return False

    progress = tqdm(names, desc="Comparing", unit="file", disable=quiet or None)
    return [name for name in progress if not same(name)]


def digest_of(entry: Entry) -> str:
    """A digest of all that a bulletin is in a store."""
    digest = hashlib.sha256(msgspec.msgpack.encode(entry.records) + entry.text.encode())
    bags = [bag for bag in (entry.words, entry.written_words) if bag is not None]
    held = [entry.vectors.tobytes(), entry.written.tobytes()]
    held += [array.tobytes() for bag in bags for array in (bag.ids, bag.starts)]
    if (read := entry.readings) is not None:
        held += [read.passages.tobytes(), read.sentences.tobytes(), read.starts.tobytes()]
    for part in held:
        digest.update(part)
    return digest.hexdigest()[:16]


def _batches(store: Store, names: Sequence[str]) -> Iterator[list[str]]:
    """Bulletins that have so many passages together."""
    batch: list[str] = []
    passages = 0
    for name in names:
        batch.append(name)
        passages += sum(1 for _ in store.ids(Where(sources=frozenset([name]))))
        if passages >= _TOGETHER:
            yield batch
            batch, passages = [], 0
    if batch:
        yield batch
