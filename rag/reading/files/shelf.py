"""The originals of a collection, kept as they came, each with what reading it found.

    <data>/originals/DIGEST/NAME.pdf          the file
    <data>/originals/DIGEST/original.json     an `Original`

DIGEST is that of the text made of the file, so that a bulletin finds its original whatever it is called, and a text
changed by hand, whose places are no longer those of the pages, finds none.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

from rag.errors import BulletinError
from rag.reading.files.original import Original
from rag.reading.files.read import read_file

RECORD = "original.json"
_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file made ready to go into the collection."""

    name: str
    """What the bulletin will be called: notice.pdf becomes notice.txt."""
    text: Path
    """A file of its text, UTF-8; the file itself where it is just that."""
    original: Original | None
    """None where the text is the file itself."""
    warnings: tuple[str, ...]


def digest_of(text: bytes) -> str:
    """What the original of a text is found by."""
    return hashlib.sha256(text).hexdigest()[:_DIGITS]


def prepare(file: Path, workplace: Path) -> Prepared:
    """Read a file of any kind; its text is written into a folder, where it is not the file itself.

    :param workplace: A folder that exists.
    :raises BulletinError: if it can't be read; it says why and what to do.
    """
    read = read_file(file)
    text = read.text.encode()
    name = f"{file.stem}.txt"
    if file.read_bytes() == text:
        return Prepared(name, file, None, read.warnings)
    path = workplace / name
    path.write_bytes(text)
    original = Original(
        file.name,
        read.kind,
        digest_of(text),
        read.encoding,
        read.pages,
        read.doubts,
        read.aside,
        read.warnings,
    )
    return Prepared(name, path, original, read.warnings)


def keep(folder: Path, prepared: Prepared, file: Path) -> None:
    """Put a file beside the collection as its text's original.

    Done before the text goes in: an original without a text is never looked for.

    :param folder: The collection's `originals`.
    :raises BulletinError: if there is no room for it.
    """
    if prepared.original is None:
        return
    place = folder / prepared.original.digest
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".", dir=folder))
        try:
            shutil.copyfile(file, made / prepared.original.file)
            (made / RECORD).write_bytes(msgspec.json.encode(prepared.original))
            made.chmod(0o755)
            if place.exists():  # the same text came before, of this file or of another
                shutil.rmtree(place)
            os.replace(made, place)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise BulletinError(
            f"{place} can't be written ({error.strerror}). See that there is room and that this user may write "
            f"{folder}. Nothing was added."
        ) from error


def record_of(folder: Path, digest: str) -> Path:
    """Where what is known of the original of a text lies, by the text's digest, if there is one."""
    return folder / digest / RECORD


def find(folder: Path, text: bytes) -> Original | None:
    """What is known of the original of a text; None where there is none, or its record is damaged."""
    try:
        return msgspec.json.decode(record_of(folder, digest_of(text)).read_bytes(), type=Original)
    except (OSError, msgspec.MsgspecError):
        return None


def file_of(folder: Path, original: Original) -> Path | None:
    """The original itself, as it came; None where somebody took it away."""
    file = folder / original.digest / Path(original.file).name
    return file if file.is_file() else None
