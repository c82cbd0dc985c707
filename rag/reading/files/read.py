"""Any file that holds a document becomes text: what it is told by its content, whatever it is called."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from rag.errors import BulletinError
from rag.reading.files import markup, plain
from rag.reading.files.original import KINDS, Read

LARGEST_TEXT = 64
LARGEST_FILE = 256
"""Megabytes."""
_OFD_KEYS = "Encryptions.xml"  # an encrypted OFD says there who may read it (GM/T 0099)
_PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"BM", b"RIFF", b"GIF8")
_OTHERS = (
    (b"{\\rtf", "an RTF document", "Open it and save it as .docx"),
    (b"Rar!", "a RAR archive", "Unpack it and add the files inside"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it and add the files inside"),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and add the file inside"),
    (b"MIME-Version:", "a web archive (MHTML)", "Save the page as HTML"),
)


def read_file(path: Path) -> Read:
    """Read a file of any kind into text.

    :raises BulletinError: if it is missing, empty, too large, encrypted, damaged, of an unknown kind or without text;
        it says what was found and what to do.
    """
    raw = _bytes(path)
    read = _read(raw, path)
    if not any(character.isalnum() for character in read.text):
        raise BulletinError(
            f"{path}: no words were found in it ({read.kind}). Give a file that holds a document's text."
        )
    return read


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE << 20:
            raise _too_large(path, size, LARGEST_FILE)
        raw = path.read_bytes()
    except OSError as error:
        raise BulletinError(f"{path}: cannot be read ({error.strerror}). Give the path of a file.") from error
    if not raw.strip():
        raise BulletinError(f"{path}, line 1: the file is empty; expected a document. Leave it out.")
    return raw


def _too_large(path: Path, size: int, most: int) -> BulletinError:
    return BulletinError(f"{path}: {size / 2**20:,.0f} MB; at most {most} MB are read. Cut it into parts.")


def _read(raw: bytes, path: Path) -> Read:
    if b"%PDF-" in raw[:1024]:
        from rag.reading.files.pdf import read_pdf

        return read_pdf(raw, path)
    if raw.startswith(b"PK"):
        return _unpacked(raw, path)
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        locked = "EncryptedPackage".encode("utf-16-le") in raw
        found, advice = (
            ("an Office document with a password", "Save it without one")
            if locked
            else ("an Office document of before 2007 (.doc, .xls, .wps)", "Open it and save it as .docx")
        )
        raise BulletinError(f"{path}: found {found}; expected one of {KINDS}. {advice} and try again.")
    if raw.startswith(_PICTURES):
        return _picture(raw, path)
    for sign, found, advice in _OTHERS:
        if raw.startswith(sign):
            raise BulletinError(f"{path}: found {found}; expected one of {KINDS}. {advice} and try again.")
    return _text(raw, path)


def _unpacked(raw: bytes, path: Path) -> Read:
    """A document that is an archive of parts."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            names = set(packed.namelist())
            locked = _OFD_KEYS in names or any(part.flag_bits & 1 for part in packed.infolist())
    except zipfile.BadZipFile as error:
        raise BulletinError(
            f"{path}: the file is damaged ({error}). Download or save it again and try once more."
        ) from error
    if locked:
        raise BulletinError(f"{path}: the file is encrypted. Save it without a password and try again.")
    if "word/document.xml" in names:
        from rag.reading.files.word import read_docx

        return read_docx(raw, path)
    if "OFD.xml" in names:
        from rag.reading.files.ofd import read_ofd

        return read_ofd(raw, path)
    found = (
        "a spreadsheet" if "xl/workbook.xml" in names
        else "a presentation" if "ppt/presentation.xml" in names
        else "an archive"
    )  # fmt: skip
    raise BulletinError(
        f"{path}: found {found}; expected one of {KINDS}. Export it as PDF, or unpack it and add the files inside."
    )


def _picture(raw: bytes, path: Path) -> Read:
    from rag.reading.files.layout import compose
    from rag.reading.files.ocr import pictures, sheet_of

    try:
        sheets = [
            sheet_of(picture, number, dots)
            for number, (picture, dots) in enumerate(pictures(raw, path), start=1)
        ]
    except BulletinError as error:
        raise error if str(path) in str(error) else BulletinError(f"{path}: {error}") from error
    composed = compose(sheets)
    return Read(composed.text, "image", None, composed.pages, composed.doubts, composed.aside)


def _text(raw: bytes, path: Path) -> Read:
    if len(raw) > LARGEST_TEXT << 20:
        raise _too_large(path, len(raw), LARGEST_TEXT)
    suffix = path.suffix.lower()
    decoded = _decoded(raw, path)
    text, encoding = decoded.text, decoded.encoding
    if suffix in (".html", ".htm", ".shtml", ".xhtml") or markup.looks_like_html(text):
        return markup.read_html(text, path, encoding)
    if suffix in (".md", ".markdown"):
        return markup.read_markdown(text, path, encoding)
    if suffix == ".json" or plain.escaped(text):
        return Read(plain.unescaped(text, path) if plain.escaped(text) else text, "json", encoding)
    warnings = (
        () if encoding == "utf-8" else (f"{path.name} is not UTF-8; it was read as {encoding.upper()}.",)
    )
    return Read(text, "txt", encoding, warnings=warnings)


def _decoded(raw: bytes, path: Path) -> plain.Decoded:
    """The text of a file, by the encoding that a page of the web declares where that one fits."""
    declared = markup.declared_encoding(raw)
    if declared and declared not in ("utf-8", "utf8"):
        try:
            return plain.Decoded(raw.decode(declared), declared)
        except (UnicodeDecodeError, LookupError):
            pass
    return plain.decode(raw, path)
