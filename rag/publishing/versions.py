"""Versions of the index on disk: published in one step, leased while anybody reads them, cleaned up afterwards.

A version is a folder that never changes, and its name ends in a digest of its manifest. `CURRENT` names the one in use.
Whoever reads a version holds a lease: a shared lock on its manifest, which the system takes back when the process ends,
however it ends. A version is deleted only by who gets that lock alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from rag.publishing import durable

MANIFEST = "manifest.json"
_CURRENT = "CURRENT"
_VERSION = re.compile(r"build-[0-9a-f]{16}(?:-\w+)?")
_BUILDING = "building-"
_GONE = "gone-"
_TRIES = 5  # to lease what CURRENT names, while others publish and clean up


class Lease:
    """Keeps a version from being deleted, until it is released or forgotten."""

    def __init__(self, folder: Path) -> None:
        """Take a lease.

        :raises OSError: if there is no such version, or no longer.
        """
        self.folder = folder
        descriptor = os.open(folder / MANIFEST, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            if not os.path.samestat(os.fstat(descriptor), os.stat(folder / MANIFEST)):
                raise FileNotFoundError(f"{folder} was cleaned up")
        except BaseException:
            os.close(descriptor)
            raise
        self.release = weakref.finalize(self, os.close, descriptor)


@contextmanager
def writing(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Alone among those who build, publish and clean up.

    :raises Timeout: if somebody else does, and `wait` is false.
    :raises OSError: if the folder can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock", timeout=-1 if wait else 0):
        yield


def current(folder: Path) -> str | None:
    """The version in use; None where none is, or the pointer is damaged."""
    try:
        named = (folder / _CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return named if _VERSION.fullmatch(named) else None


def lease(folder: Path) -> tuple[Lease | None, str]:
    """A lease on the version in use, or on the newest whole one where the pointer is damaged, and what was wrong."""
    if not folder.is_dir():
        return None, ""
    for _ in range(_TRIES):
        named = current(folder)
        if named is None:
            break
        try:
            return Lease(folder / named), ""
        except OSError:  # published over and cleaned up in between, or damaged
            if current(folder) == named:
                break
    kept = [path for path in folder.iterdir() if _VERSION.fullmatch(path.name) and is_whole(path)]
    trouble = "CURRENT names no version" if (folder / _CURRENT).exists() or kept else ""
    for path in sorted(kept, key=lambda one: (one / MANIFEST).stat().st_mtime, reverse=True):
        try:
            return Lease(path), trouble
        except OSError:
            continue
    return None, trouble


def is_whole(version: Path) -> bool:
    """Whether a version's manifest is the one it was published with; its checksums tell of the rest."""
    _, stated, *made = version.name.split("-")
    try:
        content = (version / MANIFEST).read_bytes()
    except OSError:
        return False
    return not made or stated == digest(content)  # an earlier program named its versions otherwise


def begin(folder: Path) -> Path:
    """A folder to build the next version in, below the others'; others may read it, as the index's folder says."""
    made = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=folder))
    made.chmod(folder.stat().st_mode & 0o777)
    return made


def finish(building: Path) -> str:
    """Give a complete build its name, everything in it on disk; it is not in use yet."""
    durable.sync_tree(building)
    suffix = building.name.removeprefix(_BUILDING)
    named = f"build-{digest((building / MANIFEST).read_bytes())}-{suffix}"
    durable.move(building, building.with_name(named))
    return named


def publish(folder: Path, version: str) -> None:
    """Put a version in use; readers of the one before go on reading it."""
    durable.write(folder / _CURRENT, version.encode())


def clean(folder: Path) -> bool:
    """Delete what nobody reads or builds any more, and say whether nothing is left that somebody still reads.

    Called by who is `writing`. What can't be deleted stays.
    """
    named = current(folder)
    if named is None:  # first somebody must say which is in use
        return True
    tidy = True
    for path in folder.iterdir():
        if path.name == named or not path.is_dir():
            continue
        over = _retired(path) if _VERSION.fullmatch(path.name) else path
        tidy = tidy and over is not None
        if over is not None and over.name.startswith((_BUILDING, _GONE)):
            shutil.rmtree(over, ignore_errors=True)
    (folder / f"{_CURRENT}.partial").unlink(missing_ok=True)
    return tidy


def try_clean(folder: Path) -> bool:
    """The same for a reader, who leaves it to others where they are writing, or where it may not write."""
    try:
        with writing(folder, wait=False):
            return clean(folder)
    except (OSError, Timeout):
        return True


def _retired(version: Path) -> Path | None:
    """A version renamed, so that nobody can lease it any more; None where somebody reads it."""
    gone = version.with_name(f"{_GONE}{version.name}")
    try:
        descriptor = os.open(version / MANIFEST, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # without a manifest nobody can read it
        descriptor = None
    try:
        if descriptor is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        version.rename(gone)
    except OSError:
        return None
    finally:
        if descriptor is not None:
            os.close(descriptor)
    return gone


def digest(content: bytes) -> str:
    """A short name for some bytes."""
    return hashlib.sha256(content).hexdigest()[:16]
