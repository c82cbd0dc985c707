"""Places in a text, as half-open code-point offsets: what stands there, and what two of them share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Span = tuple[int, int]
"""Where a place begins, and where what follows it does."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a text that is read by the places of the whole.

    >>> Excerpt("9月18日", 10)[12:15]
    '18日'
    """

    text: str
    start: int

    def __getitem__(self, place: slice) -> str:
        """What stands at a place that lies in it."""
        return self.text[place.start - self.start : place.stop - self.start]


def quote(text: str | Excerpt, spans: Iterable[Span]) -> str:
    """A text at some places, verbatim.

    >>> quote("试鸣时间：（第1页）9月18日", [(0, 5), (10, 15)])
    '试鸣时间：9月18日'
    """
    return "".join(text[start:end] for start, end in spans)


def size(spans: Iterable[Span]) -> int:
    """How many characters stand at some places that do not overlap."""
    return sum(end - start for start, end in spans)


def shared(spans: Iterable[Span], place: Span) -> int:
    """How many characters of a place lie in some spans that do not overlap.

    >>> shared([(0, 5), (8, 12)], (3, 10))
    4
    """
    return sum(max(0, min(end, place[1]) - max(start, place[0])) for start, end in spans)


def mostly_shared(spans: Sequence[Span], place: Span) -> bool:
    """Whether some spans and a place share at least half of the shorter of them."""
    common = shared(spans, place)
    return common > 0 and 2 * common >= min(size(spans), place[1] - place[0])


def within(spans: Iterable[Span], place: Span) -> tuple[Span, ...]:
    """The parts of some spans that lie in a place.

    >>> within([(0, 5), (8, 12)], (3, 10))
    ((3, 5), (8, 10))
    """
    parts = ((max(start, place[0]), min(end, place[1])) for start, end in spans)
    return tuple((start, end) for start, end in parts if start < end)
