"""Whether a place still says what it said when it was cited, and where those words stand now.

A link to a place carries a mark of the words there. Bulletins come and go: whoever opens the link later is led to the
same words, or told that they changed. The mark is a sum over the code points, each times a power of a large odd number,
modulo 2**64, so that a whole bulletin is looked through at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rag.index import Index
from rag.text.spans import Span

_BASE = np.uint64(0x9E3779B97F4A7C15)
_MARKS = re.compile(r"[0-9a-f]{16}(?:,[0-9a-f]{16})*")
_LONGEST = 20_000  # characters of one span
_LOOKED_THROUGH = 20_000_000  # characters of all bulletins together: about a second


def marks_of(texts: Sequence[str]) -> str:
    """The marks of the words at some places, as an address carries them.

    >>> marks_of(["防空警报"]) == marks_of(["防空警报"]) != marks_of(["空防警报"])
    True
    """
    return ",".join(f"{int(_sums(text)[-1]):016x}" for text in texts)


def still_there(index: Index, source: str, spans: Sequence[Span], marks: str) -> bool:
    """Whether places of a bulletin say what they said when a link to them was made."""
    return marks_of([index.quote(source, [span]) for span in spans]) == marks


def moved_to(
    index: Index, lengths: Sequence[int], marks: str, first: str = ""
) -> tuple[str, list[Span]] | None:
    """The bulletin in which the words of some marks stand now, and where; None where not all of them do, in order.

    Of a large collection not every bulletin is read for one old link, but as many as a second or so allows.

    :param lengths: How many code points each of them has.
    :param first: The bulletin to look in before the others.
    """
    wanted = [np.uint64(int(mark, 16)) for mark in marks.split(",")] if _MARKS.fullmatch(marks) else []
    if not wanted or len(wanted) != len(lengths) or not all(0 < length <= _LONGEST for length in lengths):
        return None
    left = _LOOKED_THROUGH
    for source in sorted(index.manifest.files, key=lambda name: (name != first, name)):
        text = index.source_text(source)
        if spans := _found(text, lengths, wanted):
            return source, spans
        left -= len(text)
        if left <= 0:
            break
    return None


def _found(text: str, lengths: Sequence[int], wanted: Sequence[np.uint64]) -> list[Span]:
    """Where words of some lengths and marks stand, one after the other; nothing where one does not."""
    sums, powers = _sums(text), _powers(len(text))
    found: list[Span] = []
    at = 0
    for length, mark in zip(lengths, wanted, strict=True):
        if at + length > len(text):
            return []
        windows = sums[at + length :] - sums[at : len(text) - length + 1]
        places = np.flatnonzero(windows == powers[at : len(text) - length + 1] * mark)
        if not len(places):
            return []
        start = at + int(places[0])
        at = start + length
        found.append((start, at))
    return found


def _sums(text: str) -> npt.NDArray[np.uint64]:
    """The sums of all beginnings of a text, that of the empty one first."""
    points = np.frombuffer(text.encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    return np.concatenate([np.zeros(1, np.uint64), np.cumsum(points * _powers(len(points)), dtype=np.uint64)])


def _powers(count: int) -> npt.NDArray[np.uint64]:
    """The powers of the large number, from the zeroth."""
    factors = np.full(count, _BASE, np.uint64)
    factors[:1] = 1
    return np.cumprod(factors, dtype=np.uint64)
