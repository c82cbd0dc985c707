"""Terms and the passages that hold them, mapped from disk; scored by BM25, as shares of the most there is.

Each segment of a store keeps, for each field, its terms in order, where each one's postings begin, and the postings:
rows in order, and how often each holds the term. What depends on the collection as a whole (how many passages hold a
term, how long they are in the middle) is taken when a question is asked, so that segments join without being written
anew. A search goes through a collection a block of rows at a time: what it fills does not grow with the collection.
"""

from __future__ import annotations

import mmap
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, pairwise
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rag.text.normal import term_of, words

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Rows = npt.NDArray[np.intp]
    Scored = list[tuple[int, float]]
    """Rows with their scores, best first."""

_K1, _B = 1.5, 0.75
_BLOCK = 1 << 16  # rows whose scores are summed at once: they stay in the processor's cache
_KEPT = 4096  # terms whose places are remembered
_POSTINGS = 2_000_000  # postings put in order at once
_OFTEN = 65_535  # a term counts no more often than that in a text
_TERMS, _BEGINS = "terms.bin", "begins.npy"
_STARTS, _ROWS, _TIMES, _LENGTHS = "starts.npy", "rows.npy", "times.npy", "lengths.npy"


def idf(count: int, held: int) -> float:
    """Lucene's weight of a term that some texts hold, of so many."""
    return log(1 + (count - held + 0.5) / (held + 0.5))


class Vocabulary(Sequence[bytes]):
    """Terms in the order of their bytes, mapped from disk."""

    def __init__(self, folder: Path) -> None:
        self._begins = np.load(folder / _BEGINS, mmap_mode="r").view(np.ndarray)
        with (folder / _TERMS).open("rb") as file:
            size = int(self._begins[-1])
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
        self.place = lru_cache(maxsize=_KEPT)(self._place)

    def __len__(self) -> int:
        """How many."""
        return len(self._begins) - 1

    def __getitem__(self, at: int) -> bytes:  # type: ignore[override]  # no slices
        """The term at a place."""
        return self._bytes[self._begins[at] : self._begins[at + 1]]

    def __iter__(self) -> Iterator[bytes]:
        """All of them, in order."""
        return (self._bytes[start:end] for start, end in pairwise(self._begins.tolist()))

    def _place(self, term: str) -> int | None:
        """Where a term stands; None where it is none of these."""
        wanted = term.encode()
        at = bisect_left(self, wanted)
        return at if at < len(self) and self[at] == wanted else None


class Postings:
    """One field of one segment. Rows number its passages 0..n-1."""

    def __init__(self, folder: Path, gone: Floats | None = None) -> None:
        """Open what was written, read from disk as it is needed.

        :param gone: How many of each term's postings are of passages that were removed since, shape (terms,).
        :raises OSError: if a file is missing; ValueError if one is damaged.
        """
        self.vocabulary = Vocabulary(folder)
        self.starts = np.load(folder / _STARTS, mmap_mode="r").view(np.ndarray)
        self.rows = np.load(folder / _ROWS, mmap_mode="r").view(np.ndarray)
        self.times = np.load(folder / _TIMES, mmap_mode="r").view(np.ndarray)
        self.lengths = np.load(folder / _LENGTHS, mmap_mode="r").view(np.ndarray)
        self._gone = gone

    def of(self, term: str) -> tuple[Rows, Rows]:
        """The rows that hold a term, in order, and how often each does."""
        at = self.vocabulary.place(term)
        if at is None:
            return self.rows[:0], self.times[:0]
        held = slice(self.starts[at], self.starts[at + 1])
        return self.rows[held], self.times[held]

    def held(self, term: str) -> int:
        """How many passages that are there hold a term."""
        at = self.vocabulary.place(term)
        if at is None:
            return 0
        return int(self.starts[at + 1] - self.starts[at]) - (
            int(self._gone[at]) if self._gone is not None else 0
        )

    def counts(self) -> dict[str, int]:
        """Every term, and how many passages that are there hold it."""
        held = np.diff(self.starts)
        if self._gone is not None:
            held = held - self._gone
        return {
            term.decode(): count for term, count in zip(self.vocabulary, held.tolist(), strict=True) if count
        }

    def gone_with(self, there: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """How many of each term's postings are of rows that are not there, shape (terms,).

        :param there: Shape (rows,).
        """
        found = np.zeros(len(self.vocabulary), dtype=np.int64)
        for first, end in _stretches(self.starts):
            gone = ~there[self.rows[self.starts[first] : self.starts[end]]]
            sums = np.concatenate([[0], np.cumsum(gone)])
            found[first:end] = np.diff(sums[self.starts[first : end + 1] - self.starts[first]])
        return found


@dataclass(frozen=True, slots=True)
class Part:
    """A segment's share of a field, and which of its passages are there."""

    postings: Postings
    runs: Sequence[tuple[int, int]]
    """The stretches of rows that are there, first and end, in order."""
    count: int
    """How many rows those are."""


class Holding(Mapping[str, int]):
    """Every term of a field, and how many passages hold it."""

    def __init__(self, parts: Sequence[Postings]) -> None:
        self._parts = parts

    def __getitem__(self, term: str) -> int:
        """How many passages hold a term."""
        held = sum(part.held(term) for part in self._parts)
        if not held:
            raise KeyError(term)
        return held

    def __iter__(self) -> Iterator[str]:
        """Every term."""
        return iter(self._all())

    def __len__(self) -> int:
        """How many terms."""
        return len(self._all())

    def items(self) -> ItemsView[str, int]:
        """All at once, where one after the other would be looked for."""
        return self._all().items()

    def _all(self) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for part in self._parts:
            counts.update(part.counts())
        return counts


class Inverted:
    """BM25 of one field of a collection."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self._count = sum(part.count for part in parts)
        lengths = sum(int(part.postings.lengths[a:b].sum()) for part in parts for a, b in part.runs)
        self._middle = lengths / self._count if lengths else 1.0
        self.holding = Holding([part.postings for part in parts])

    def search(
        self, terms: Mapping[str, float], k: int, rows: Sequence[Rows] | None = None
    ) -> list[tuple[int, int, float]]:
        """Part, row and score of those with the k highest scores above 0, best first.

        :param rows: Only these of each part, in order; None for all that are there.
        """
        weighed = self._weighed(terms)
        found = []
        for number, part in enumerate(self._parts):
            if rows is not None:
                own = rows[number]
                best = _best(own, self._scores(part, weighed, own), k)
            else:
                best = self._searched(part, weighed, k)
            found += [(number, row, score) for row, score in best]
        return sorted(found, key=lambda one: -one[2])[:k] if len(self._parts) > 1 else found

    def scores(self, terms: Mapping[str, float], part: int, rows: Rows) -> Floats:
        """Scores of some rows of a part, shape (rows,), as shares of the most there is."""
        return self._scores(self._parts[part], self._weighed(terms), rows)

    def _weighed(self, terms: Mapping[str, float]) -> list[tuple[str, np.float32, float]]:
        """The terms that any passage holds, each with its idf and its share of the most."""
        held = {term: self.holding.get(term, 0) for term in terms}
        most = sum(weight * idf(self._count, held[term]) for term, weight in terms.items())
        return [
            (term, np.float32(idf(self._count, held[term])), weight / most)
            for term, weight in terms.items()
            if held[term]
        ]

    def _scores(self, part: Part, weighed: Iterable[tuple[str, np.float32, float]], rows: Rows) -> Floats:
        total = np.zeros(len(rows), dtype=np.float32)
        norms = self._norms(part, rows)
        for term, rarity, share in weighed:
            held, times = part.postings.of(term)
            if not len(held):
                continue
            # of one type: else all of a list is copied into the other, to look up some rows
            at = np.minimum(np.searchsorted(held, rows.astype(held.dtype)), len(held) - 1)
            has = np.flatnonzero(held[at] == rows)
            total[has] += share * _worth(rarity, times[at[has]], norms[has])
        return total

    def _searched(self, part: Part, weighed: Iterable[tuple[str, np.float32, float]], k: int) -> Scored:
        """The best rows of a part that are there, a block of rows after the other."""
        blocks = [
            (start, min(start + _BLOCK, end))
            for first, end in part.runs
            for start in range(first, end, _BLOCK)
        ]
        edges = np.array(blocks, dtype=np.int64).reshape(-1, 2)
        lists = []
        for term, rarity, share in weighed:
            held, times = part.postings.of(term)
            if len(held):
                lists.append((held, times, np.searchsorted(held, edges.astype(held.dtype)), rarity, share))
        best: Scored = []
        for number, (first, end) in enumerate(blocks if lists else ()):
            total = np.zeros(end - first, dtype=np.float32)
            norms = self._norms(part, slice(first, end))
            for held, times, cuts, rarity, share in lists:
                own = slice(*cuts[number])
                rows = held[own] - first
                total[rows] += share * _worth(rarity, times[own], norms[rows])
            least = best[-1][1] if len(best) == k else 0.0
            over = np.flatnonzero(total > least)
            if len(over):
                new = _best(over + first, total[over], k)
                best = sorted(best + new, key=lambda one: -one[1])[:k] if best else new
        return best

    def _norms(self, part: Part, rows: Rows | slice) -> npt.NDArray[np.float64]:
        """What the length of each row takes off a term's worth."""
        found: npt.NDArray[np.float64] = _K1 * ((1 - _B) + _B * part.postings.lengths[rows] / self._middle)
        return found


def worth(times: int, share: float) -> float:
    """BM25 of a term in a text, less how rare it is.

    :param times: How often the text holds it.
    :param share: The text's length as a share of the mean.
    """
    return times / (_K1 * ((1 - _B) + _B * share) + times)


def _worth(rarity: np.float32, times: Rows, norms: npt.NDArray[np.float64]) -> Floats:
    """BM25 of one term in texts that hold it."""
    often = times.astype(np.float32)
    found: Floats = (rarity * (often / (norms + often))).astype(np.float32)
    return found


def _best(rows: Rows, scores: Floats, k: int) -> Scored:
    """The rows with the k highest scores above 0, best first; of equals, the first."""
    if len(scores) > k:
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        over = np.flatnonzero(scores >= least)
    else:
        over = np.arange(len(scores))
    over = over[scores[over] > 0]
    order = over[np.argsort(-scores[over], kind="stable")][:k]
    return list(zip(rows[order].tolist(), scores[order].tolist(), strict=True))


class Counted(NamedTuple):
    """How often some texts hold which terms."""

    terms: list[str]
    """Each once."""
    held: array[int]
    """Numbers of terms among these: those of each text, one text after the other."""
    times: array[int]
    """How often each of those is held."""
    distinct: array[int]
    """How many of those each text has."""
    lengths: array[int]
    """How many terms each text has, counted as often as they are held."""


class _Numbers(dict[str, int]):
    """Words, and the numbers of the terms that they are searched by: -1 for what is not searched by."""

    def __init__(self) -> None:
        super().__init__()
        self.terms: dict[str, int] = {}

    def __missing__(self, word: str) -> int:
        """The number of a word that comes for the first time."""
        term = term_of(word)
        number = self[word] = self.terms.setdefault(term, len(self.terms)) if term else -1
        return number


def counted(texts: Iterable[str]) -> Counted:
    """Count the terms of some texts, those that `tokens` gives.

    >>> counted(["公园开放，公园免费", ""])[:4]
    (['公园', '开放', '免费'], array('i', [0, 1, 2]), array('H', [2, 1, 1]), array('i', [3, 0]))
    """
    numbers = _Numbers()
    held, times, distinct, lengths = array("i"), array("H"), array("i"), array("i")
    for text in texts:
        # a number is looked up for each word, a term only for each different one
        found = Counter(map(numbers.__getitem__, words(text))) if text else Counter[int]()
        found.pop(-1, None)
        length = found.total()
        held.extend(found)
        times.extend(found.values() if length <= _OFTEN else [min(often, _OFTEN) for often in found.values()])
        distinct.append(len(found))
        lengths.append(length)
    return Counted(list(numbers.terms), held, times, distinct, lengths)


def counted_of_fields(texts: Iterable[Iterable[str]]) -> list[Counted]:
    """The same of the texts of several fields."""
    return [counted(of_field) for of_field in texts]


class Terms:
    """The texts of one field on their way into `Postings`.

    Terms are numbered as they come: they are held thousands of times as often as there are different ones.
    """

    def __init__(self) -> None:
        self._numbers: defaultdict[str, int] = defaultdict(count().__next__)
        self._terms, self._times = array("i"), array("H")  # an eighth of what lists of them take
        self._distinct, self._lengths = array("i"), array("i")

    def add(self, counted: Counted) -> None:
        """Take the next texts in."""
        numbers = np.array([self._numbers[term] for term in counted.terms], dtype=np.int32)
        self._terms.frombytes(numbers[np.frombuffer(counted.held, dtype=np.int32)].tobytes())
        self._times.extend(counted.times)
        self._distinct.extend(counted.distinct)
        self._lengths.extend(counted.lengths)

    def save(self, folder: Path) -> None:
        """Write the field; nothing of it is left here."""
        ordered = sorted(self._numbers, key=str.encode)
        place = np.empty(len(ordered), dtype=np.int32)
        place[[self._numbers[term] for term in ordered]] = np.arange(len(ordered), dtype=np.int32)
        terms = place[np.frombuffer(self._terms, dtype=np.int32)]
        del self._terms
        _write_vocabulary(folder, [term.encode() for term in ordered])
        starts = np.cumsum(np.bincount(terms + 1, minlength=len(ordered) + 1), dtype=np.int64)
        np.save(folder / _STARTS, starts)
        np.save(folder / _LENGTHS, np.frombuffer(self._lengths, dtype=np.int32))
        held = np.repeat(np.arange(len(self._distinct), dtype=np.int32), self._distinct)
        often = np.frombuffer(self._times, dtype=np.uint16)
        rows, times = _new_postings(folder, int(starts[-1]))
        for first, end in _stretches(starts):
            own = np.flatnonzero((terms >= first) & (terms < end))
            own = own[np.argsort(terms[own], kind="stable")]
            rows[starts[first] : starts[end]] = held[own]
            times[starts[first] : starts[end]] = often[own]
        _flush(rows, times)


def join(folder: Path, parts: Sequence[Postings], moved: Sequence[npt.NDArray[np.int32]]) -> None:
    """Write the postings of several segments as those of one.

    :param moved: For each part, the row that each of its rows gets, shape (rows,); -1 for one that is left out.
    """
    counts: Counter[bytes] = Counter()
    kept = []
    for part, to in zip(parts, moved, strict=True):
        held = np.diff(part.starts) - part.gone_with(to >= 0)
        kept.append(held)
        counts.update(
            {term: count for term, count in zip(part.vocabulary, held.tolist(), strict=True) if count}
        )
    terms = sorted(counts)
    _write_vocabulary(folder, terms)
    starts = np.concatenate([[0], np.cumsum([counts[term] for term in terms])]).astype(np.int64)
    np.save(folder / _STARTS, starts)
    lengths = np.zeros(sum(int((to >= 0).sum()) for to in moved), dtype=np.int32)
    # where each term of a part stands among all; terms that are left out keep the place of the next
    columns = []
    for part, to in zip(parts, moved, strict=True):
        lengths[to[to >= 0]] = part.lengths[to >= 0]
        columns.append(_places(part.vocabulary, terms))
    np.save(folder / _LENGTHS, lengths)
    rows, times = _new_postings(folder, int(starts[-1]))
    for first, end in _stretches(starts):
        found = [
            _moved(part, to, column, first, end)
            for part, to, column in zip(parts, moved, columns, strict=True)
        ]
        at, row, often = (np.concatenate(one) for one in zip(*found, strict=True))
        order = np.lexsort((row, at))
        rows[starts[first] : starts[end]] = row[order]
        times[starts[first] : starts[end]] = often[order]
    _flush(rows, times)


def _moved(
    part: Postings, to: npt.NDArray[np.int32], column: npt.NDArray[np.int64], first: int, end: int
) -> tuple[Rows, Rows, Rows]:
    """The postings of a part whose terms stand from `first` to `end` among all: terms, new rows, how often."""
    here = slice(*np.searchsorted(column, [first, end]))
    starts = part.starts[here.start : here.stop + 1]
    own = slice(starts[0], starts[-1]) if len(starts) else slice(0, 0)
    rows = to[part.rows[own]]
    stays = rows >= 0
    terms = np.repeat(column[here], np.diff(starts)) if len(starts) else np.zeros(0, dtype=np.int64)
    return terms[stays], rows[stays], part.times[own][stays]


def _places(vocabulary: Vocabulary, terms: Sequence[bytes]) -> npt.NDArray[np.int64]:
    """Where each term of a vocabulary stands among all terms, both in order."""
    number = {term: at for at, term in enumerate(terms)}
    found = np.array([number.get(term, -1) for term in vocabulary], dtype=np.int64)
    # one that is left out has no postings left; whatever place keeps the order will do
    return np.maximum.accumulate(found) if len(found) else found


def _stretches(starts: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Stretches of terms that have so many postings together that they fit into memory."""
    first, last = 0, len(starts) - 1
    while first < last:
        end = int(np.searchsorted(starts, starts[first] + _POSTINGS, side="right")) - 1
        end = min(max(end, first + 1), last)
        yield first, end
        first = end


def _write_vocabulary(folder: Path, terms: Sequence[bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _TERMS).write_bytes(b"".join(terms))
    np.save(folder / _BEGINS, np.cumsum([0, *map(len, terms)], dtype=np.int64))


def _new_postings(folder: Path, size: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """The rows and times of so many postings on disk, to be filled."""
    return _new_array(folder / _ROWS, np.int32, size), _new_array(folder / _TIMES, np.uint16, size)


def _flush(*arrays: npt.NDArray[np.int32]) -> None:
    for made in arrays:
        if isinstance(made, np.memmap):
            made.flush()


def _new_array(file: Path, kind: type[np.generic], size: int) -> npt.NDArray[np.int32]:
    """An array on disk, to be filled; an empty one can't be mapped."""
    if not size:
        np.save(file, np.zeros(0, dtype=kind))
        return np.zeros(0, dtype=kind)
    made: npt.NDArray[np.int32] = np.lib.format.open_memmap(file, mode="w+", dtype=kind, shape=(size,))
    return made
