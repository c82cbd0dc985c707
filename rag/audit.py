"""Where every character of a bulletin went: into one passage, or into one named piece of furniture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.chunk import Chunk
from rag.reading.corpus import Bulletin
from rag.reading.lines import is_blank, squeeze_blanks
from rag.text.spans import Span, quote


@dataclass(frozen=True, slots=True)
class Share:
    """How many characters of a bulletin are of one kind, and their part of the whole."""

    kind: str
    characters: int
    share: float


@dataclass(frozen=True, slots=True)
class Audit:
    """The account of one bulletin."""

    source: str
    characters: int
    passages: int
    shares: tuple[Share, ...]
    """'passage' first, then the kinds of furniture, the largest first; together they make the whole."""
    lost: tuple[Span, ...]
    """Text that is in no passage and no furniture."""
    doubled: tuple[Span, ...]
    """Places that two passages, or a passage and a piece of furniture, both claim."""
    faults: tuple[str, ...]
    """Every other broken promise, in words: a passage whose text is not the source's, units out of order."""

    @property
    def passed(self) -> bool:
        """Whether nothing is lost, nothing doubled and no promise broken."""
        return not (self.lost or self.doubled or self.faults)


def audit(bulletin: Bulletin, chunks: Sequence[Chunk]) -> Audit:
    """Account for every character of a bulletin among its passages and its furniture."""
    claims = [
        (start, end, "passage", number) for number, chunk in enumerate(chunks) for start, end in chunk.spans
    ]
    claims += [(*piece.span, piece.kind, -1) for piece in bulletin.furniture]
    claims.sort()
    counts: Counter[str] = Counter()
    lost: list[Span] = []
    doubled: list[Span] = []
    at, owner = 0, -2
    for start, end, kind, number in claims:
        if start < at:
            doubled.append((start, min(at, end)))
            start = min(at, end)
        _gap(bulletin.text, at, start, owner == number and number >= 0, counts, lost)
        counts[kind] += end - start
        at, owner = max(at, end), number
    _gap(bulletin.text, at, len(bulletin.text), False, counts, lost)
    whole = len(bulletin.text)
    kinds = sorted(counts, key=lambda kind: (kind != "passage", -counts[kind], kind))
    return Audit(
        source=bulletin.name,
        characters=whole,
        passages=len(chunks),
        shares=tuple(Share(kind, counts[kind], counts[kind] / whole) for kind in kinds),
        lost=tuple(lost),
        doubled=tuple(doubled),
        faults=tuple(_faults(bulletin.text, chunks)),
    )


def _gap(text: str, start: int, end: int, within: bool, counts: Counter[str], lost: list[Span]) -> None:
    if start >= end:
        return
    if is_blank(text[start:end]):
        counts["page break" if within else "blank"] += end - start
    else:
        counts["lost"] += end - start
        lost.append((start, end))


def _faults(text: str, chunks: Sequence[Chunk]) -> list[str]:
    faults = []
    for chunk in chunks:
        if chunk.text != quote(text, chunk.spans):
            faults.append(f"passage {chunk.id}: its text is not what the source has at its places")
        if list(chunk.spans) != sorted(chunk.spans):
            faults.append(f"passage {chunk.id}: its places are out of order")
        places = [span for unit in chunk.units for span in unit.spans]
        if places != sorted(places) or any(a[1] > b[0] for a, b in pairwise(places)):
            faults.append(f"passage {chunk.id}: its units overlap or are out of order")
        covered = quote(text, places)
        if squeeze_blanks(covered) != squeeze_blanks(chunk.text):
            faults.append(f"passage {chunk.id}: its units do not cover its text")
    return faults
