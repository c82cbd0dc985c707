"""Plain text of any encoding that Chinese is written in."""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass
from pathlib import Path

from rag.errors import BulletinError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GUESSED = ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be")
_SAMPLE = 64 * 1024  # bytes tell what a file is written in
_COMMON = (
    0.6  # the part of a text's characters beyond ASCII that are everyday ones, where its encoding is right
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and the encoding it was written in."""

    text: str
    encoding: str


def decode(raw: bytes, path: Path) -> Decoded:
    """The text of a file: UTF-8, UTF-16 or UTF-32, GB18030 (GB2312, GBK) or Big5.

    The mark of UTF-8 stays in the text, so that places in it are places in the file as any reader decodes it.

    :param path: What the file is called in an error.
    :raises BulletinError: if it is no text in any of them.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _strictly(raw if encoding == "utf-8" else raw[len(mark) :], encoding, path)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is not None and "\0" not in text:
        return Decoded(text, "utf-8")
    scores = {encoding: _likeness(raw, encoding) for encoding in _GUESSED}
    best = max(scores, key=lambda encoding: scores[encoding])
    if scores[best] >= _COMMON:
        return _strictly(raw, best, path)
    zero = raw.find(b"\0")
    if zero >= 0:
        line = raw.count(b"\n", 0, zero) + 1
        raise BulletinError(
            f"{path}, line {line}: found a zero byte, which no text has; expected plain text. "
            "Export the document as text (.txt, UTF-8) and try again."
        )
    raise _undecodable(raw, "utf-8", path)


def escaped(text: str) -> bool:
    r"""Whether a text is JSON whose characters are written as escapes (\u8fd9), which nobody can read or cite."""
    return "\\u" in text[:_SAMPLE] and text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")


def unescaped(text: str, path: Path) -> str:
    """The same JSON with its characters as they are.

    :raises BulletinError: if it is no JSON.
    """
    try:
        return json.dumps(json.loads(text.lstrip("\ufeff")), ensure_ascii=False, indent=1)
    except ValueError as error:
        raise BulletinError(
            f"{path}: expected JSON, found something else ({error}). Export it again, or give its text as .txt."
        ) from error


def _strictly(raw: bytes, encoding: str, path: Path) -> Decoded:
    try:
        return Decoded(raw.decode(encoding), encoding)
    except UnicodeDecodeError:
        raise _undecodable(raw, encoding, path) from None


def _undecodable(raw: bytes, encoding: str, path: Path) -> BulletinError:
    try:
        raw.decode(encoding)
        at = 0
    except UnicodeDecodeError as error:
        at = error.start
    line = raw.count(b"\n", 0, at) + 1
    return BulletinError(
        f"{path}, line {line}: byte {at} is neither UTF-8 nor GB18030, Big5 or UTF-16; expected a text. "
        "Save the file as UTF-8 and try again."
    )


def _likeness(raw: bytes, encoding: str) -> float:
    """How much a file looks like Chinese in an encoding: the part of its characters beyond ASCII that are everyday.

    0 where it cannot be decoded. Everyday are the characters of the first level of GB2312 or Big5, which are sorted
    by use, and full-width punctuation.
    """
    sample = raw[:_SAMPLE]
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        text = decoder.decode(sample, final=len(raw) <= _SAMPLE)
        if len(raw) > _SAMPLE:
            raw.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    if any(character in text for character in "\0\x01\x02"):
        return 0.0
    beyond = [character for character in text if character > "\x7f"]
    if not beyond:
        return 0.0
    return sum(_is_everyday(character, encoding) for character in beyond) / len(beyond)


def _is_everyday(character: str, encoding: str) -> bool:
    if character in "，。、；：？！“”‘’（）《》〈〉【】〔〕—…·％○〇「」『』\u3000":
        return True
    if encoding != "big5hkscs":
        return b"\xb0\xa1" <= _bytes(character, "gb2312") <= b"\xd7\xf9"
    return b"\xa4\x40" <= _bytes(character, "big5") <= b"\xc6\x7e"


def _bytes(character: str, encoding: str) -> bytes:
    try:
        return character.encode(encoding)
    except UnicodeEncodeError:
        return b""
