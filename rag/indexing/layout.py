"""A passage as a reader is shown it: title and headings first, a line a sentence, and where each sentence stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.chunk import Chunk

QUERY, PASSAGE = "query: ", "passage: "
"""What the base was trained to see before questions and passages (Wang et al. 2024, multilingual E5)."""
LONGEST, LONGEST_QUESTION = 512, 64
"""Tokens read of a window of a passage, and of a question."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A passage as the reader sees it: headings first, a line a sentence."""

    text: str
    sentences: tuple[tuple[int, int], ...]
    """Where each unit of the passage stands in `text`, in order."""

    @property
    def key(self) -> int:
        """A digest by which vectors are found again: the same text has the same vectors."""
        return int.from_bytes(sha256(repr((self.text, self.sentences)).encode()).digest()[:8], "big")


def lay_out(title: str, path: Sequence[str], parts: Sequence[str]) -> Laid:
    r"""Lay out a passage for reading.

    >>> lay_out("通知", ["一、时间"], ["9月18日。"])
    Laid(text='通知\n一、时间\n9月18日。\n', sentences=((8, 14),))
    """
    text = "".join(f"{part}\n" for part in (title, *path) if part)
    places = []
    for part in parts:
        places.append((len(text), len(text) + len(part)))
        text += f"{part}\n"
    return Laid(text, tuple(places))


def lay_out_chunk(title: str, chunk: Chunk, source: str) -> Laid:
    """Lay out a chunk; the first item of a list whose leading sentence stands in another chunk is given that sentence.

    :param title: Of its document.
    :param source: The whole text of its bulletin.
    """
    parts = []
    for at, unit in enumerate(chunk.units):
        led = at > 0 and chunk.units[at - 1].lead == unit.lead
        here = not unit.lead or led or any(other.spans == unit.lead for other in chunk.units)
        lead = "" if here else "".join(source[start:end] for start, end in unit.lead).strip()
        parts.append(lead + unit.reading)
    return lay_out(title, chunk.path, parts)
