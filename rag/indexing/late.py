"""Late interaction: each word of a question finds its likest word in a passage, whatever the passage's length.

The mean vector of a long passage blurs its words; this keeps them. Khattab and Zaharia 2020 (ColBERT), with the
token vectors of a static encoder in place of contextual ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

_KEPT = 8  # questions whose likenesses are kept: up to some 2 MB each

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Ids = npt.NDArray[np.int32]
    Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Bags:
    """Token ids of many texts, one after the other: those of text i are `ids[starts[i]:starts[i + 1]]`."""

    ids: Ids
    starts: Rows

    @classmethod
    def of(cls, found: list[list[int]]) -> Bags:
        """Gather lists of token ids."""
        starts = np.cumsum([0, *(len(ids) for ids in found)], dtype=np.intp)
        return cls(np.fromiter(chain.from_iterable(found), np.int32, int(starts[-1])), starts)

    @classmethod
    def joined(cls, parts: list[Bags]) -> Bags:
        """Several, one after the other."""
        ends = np.cumsum([0, *(len(part.ids) for part in parts)])
        starts = [part.starts[:-1] + end for part, end in zip(parts, ends[:-1], strict=True)]
        return cls(np.concatenate([part.ids for part in parts]), np.concatenate([*starts, ends[-1:]]))

    def lay_out(self, folder: Path, name: str) -> None:
        """Write as `mapped` takes them up."""
        folder.mkdir(exist_ok=True)
        np.save(folder / f"{name}.ids.npy", self.ids)
        np.save(folder / f"{name}.starts.npy", self.starts)

    @classmethod
    def mapped(cls, folder: Path, name: str) -> Bags:
        """Take up what `lay_out` wrote, read from disk as it is needed."""
        return cls(
            np.load(folder / f"{name}.ids.npy", mmap_mode="r").view(np.ndarray),
            np.load(folder / f"{name}.starts.npy", mmap_mode="r").view(np.ndarray),
        )

    @staticmethod
    def are_in(folder: Path, name: str) -> bool:
        """Whether `lay_out` wrote any there."""
        return (folder / f"{name}.starts.npy").exists()

    @staticmethod
    def copied(parts: Sequence[tuple[Bags, int, int]], folder: Path, name: str) -> None:
        """Write some stretches of others, first and end, as `lay_out` would; they are never in memory together."""
        lengths = [np.diff(bags.starts[first : end + 1]) for bags, first, end in parts]
        starts = np.concatenate([[0], np.cumsum(np.concatenate(lengths))]).astype(np.intp)
        np.save(folder / f"{name}.starts.npy", starts)
        if not starts[-1]:
            np.save(folder / f"{name}.ids.npy", np.zeros(0, dtype=np.int32))
            return
        made = np.lib.format.open_memmap(
            folder / f"{name}.ids.npy", mode="w+", dtype=np.int32, shape=(int(starts[-1]),)
        )
        at = 0
        for bags, first, end in parts:
            ids = bags.ids[bags.starts[first] : bags.starts[end]]
            made[at : at + len(ids)] = ids
            at += len(ids)
        made.flush()

    def __len__(self) -> int:
        """How many texts."""
        return len(self.starts) - 1

    def filled(self) -> Rows:
        """The texts that have any token."""
        return np.flatnonzero(np.diff(self.starts))

    def distinct(self) -> Bags:
        """Each text's tokens once: what is as near to a word twice is no nearer."""
        rows = np.repeat(np.arange(len(self)), np.diff(self.starts))
        order = np.lexsort((self.ids, rows))
        rows, ids = rows[order], self.ids[order]
        first = np.ones(len(ids), dtype=np.bool_)
        first[1:] = (rows[1:] != rows[:-1]) | (ids[1:] != ids[:-1])
        starts = np.searchsorted(rows[first], np.arange(len(self) + 1))
        return Bags(ids[first], starts.astype(np.intp))

    def take(self, rows: Rows) -> Bags:
        """Those of some texts, in the order of `rows`."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.intp)
        places = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], lengths)
        return Bags(np.asarray(self.ids[places]), starts)


class _Asked:
    """A question's tokens, and how like them the tokens of texts are, worked out as texts come that hold those."""

    def __init__(self, vectors: Floats, weights: Floats, vocabulary: int) -> None:
        """Take a question up.

        :param vectors: Unit vectors of its tokens, shape (asked, dimension).
        :param weights: How much each counts, shape (asked,).
        """
        self.vectors = vectors
        self.weights = weights
        self.likeness: Floats = np.empty((len(weights), vocabulary), dtype=np.float32)
        """Cosines, shape (asked, vocabulary); only those of `known` tokens are filled in."""
        self.known = np.zeros(vocabulary, dtype=np.bool_)


class TokenVectors:
    """The token vectors of a static encoder, ready for late interaction."""

    def __init__(self, table: Floats) -> None:
        """Keep the directions and the lengths of the rows of a table, shape (vocabulary, dimension)."""
        self._table = table
        self._lengths = np.linalg.norm(table, axis=1)
        # one question is held against candidates, their sentences and the questions written for them
        self._asked = lru_cache(maxsize=_KEPT)(self._taken_up)

    def scores(self, question: Ids, passages: Bags) -> Floats:
        """How well each passage answers to the words of a question, shape (passages,), each at most 1.

        The mean over the question's tokens i of max_j cos(e_i, e_j) over the passage's tokens j, weighted by the
        length of e_i, which training makes small for words that tell nothing. Zeros for a question of unknown words.

        :param question: Token ids of the question.
        """
        asked = self._asked(question.tobytes())
        filled = passages.filled()
        found = np.zeros(len(passages), dtype=np.float32)
        total = float(asked.weights.sum())
        if not len(filled) or not total:
            return found
        self._compare(asked, passages.ids)
        begins = passages.starts[filled]
        for row, weight in zip(asked.likeness, asked.weights, strict=True):
            found[filled] += weight * np.maximum.reduceat(row[passages.ids], begins)
        return found / total

    def _compare(self, asked: _Asked, ids: Ids) -> None:
        """Fill in how like some tokens are to those of a question; a second thread would fill in the same."""
        wanted = np.zeros(len(self._table), dtype=np.bool_)
        wanted[ids] = True
        new = np.flatnonzero(wanted & ~asked.known)
        if len(new):
            asked.likeness[:, new] = asked.vectors @ self._units(new).T
            asked.known[new] = True

    def _units(self, ids: Ids | Rows) -> Floats:
        units: Floats = self._table[ids] / np.maximum(self._lengths[ids], 1e-6)[:, None]
        return units

    def _taken_up(self, question: bytes) -> _Asked:
        """A question's distinct tokens, those that come again counting more."""
        tokens, counts = np.unique(np.frombuffer(question, dtype=np.int32), return_counts=True)
        weights: Floats = (self._lengths[tokens] * counts).astype(np.float32)
        return _Asked(self._units(tokens), weights, len(self._table))
