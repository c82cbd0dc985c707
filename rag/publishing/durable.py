"""Writing so that what was said to be written is on disk: synced, renamed into place, and the folder synced."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_NEW = ".partial"


def write(path: Path, content: bytes) -> None:
    """Put a file in place in one step; whoever reads it sees the old content or the new, whole.

    :raises OSError: if it can't be written; what was there stays.
    """
    new = path.with_name(path.name + _NEW)
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    sync(path.parent)


def copy(source: Path, target: Path) -> None:
    """Copy a file as `write` writes one, without holding it in memory.

    :raises OSError: if it can't be read or written; what was there stays.
    """
    new = target.with_name(target.name + _NEW)
    try:
        shutil.copyfile(source, new)
        sync(new)
        os.replace(new, target)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    sync(target.parent)


def move(source: Path, target: Path) -> None:
    """Rename a file that is on disk already, within one file system, and see that the names are on disk too.

    :raises OSError: if it can't be moved.
    """
    os.replace(source, target)
    sync(target.parent)
    if source.parent != target.parent:
        sync(source.parent)


def sync(path: Path) -> None:
    """See that a file, or the names in a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """See that everything below a folder is on disk."""
    for path in folder.rglob("*"):
        sync(path)
    sync(folder)
