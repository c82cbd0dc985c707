"""Terms of a field and the passages that hold them: bm25s with our own tokens, its scores as shares of the most."""

from __future__ import annotations

import logging
import math
from array import array
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import bm25s
import numpy as np

from rag.text.normal import tokens

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Rows = npt.NDArray[np.intp]

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG

_KEPT = (
    16  # sums: a question is searched for in all, in the districts it names, and held against the candidates
)


def idf(count: int, held: int) -> float:
    """Lucene's weight of a term that some texts hold, of so many."""
    return math.log(1 + (count - held + 0.5) / (held + 0.5))


class Inverted:
    """BM25 of one field. Rows number its texts 0..n-1, in the order in which they were gathered."""

    def __init__(self, engine: bm25s.BM25, count: int) -> None:
        """Search with an engine that holds `count` texts."""
        self._engine = engine
        self._count = count
        entries = np.diff(engine.scores["indptr"])  # a column a term, an entry a text that holds it
        self.holding: dict[str, int] = {
            term: int(entries[column]) for term, column in engine.vocab_dict.items() if column < len(entries)
        }
        self._totals = lru_cache(maxsize=_KEPT)(self._summed)

    @classmethod
    def load(cls, folder: Path, count: int) -> Inverted:
        """Open what `Terms.save` wrote, read from disk as it is needed."""
        return cls(bm25s.BM25.load(str(folder), mmap=True), count)

    def search(self, terms: Mapping[str, float], k: int, rows: Rows | None = None) -> list[tuple[int, float]]:
        """The rows with the k highest scores above 0, best first.

        :param rows: Only these; None for all.
        """
        scores = self._totals(tuple(terms.items()))
        if rows is not None:
            scores = scores[rows]
        if not len(scores):
            return []
        best = np.argpartition(-scores, min(k, len(scores) - 1))[:k]
        best = best[scores[best] > 0]
        best = best[np.argsort(-scores[best], kind="stable")]
        return [(int(at if rows is None else rows[at]), float(scores[at])) for at in best]

    def scores(self, terms: Mapping[str, float], rows: Rows) -> Floats:
        """Scores of some rows, shape (rows,), as shares of the most there is."""
        return self._totals(tuple(terms.items()))[rows]

    def _summed(self, terms: tuple[tuple[str, float], ...]) -> Floats:
        """The score of every row."""
        scores, rows, starts = (self._engine.scores[part] for part in ("data", "indices", "indptr"))
        total = np.zeros(self._count, dtype=np.float32)
        most = sum(weight * idf(self._count, self.holding.get(term, 0)) for term, weight in terms)
        for term, weight in terms:
            if term in self.holding:
                column = self._engine.vocab_dict[term]  # bm25s keeps a sparse column of scores for each term
                held = slice(starts[column], starts[column + 1])
                total[rows[held]] += weight / most * scores[held]
        return total


class Terms:
    """The texts of one field on their way into an `Inverted`.

    Tokens are numbered as they come and kept as numbers of four bytes: a collection has tens of millions.
    """

    def __init__(self) -> None:
        self._texts: list[array[int]] = []
        self._numbers: dict[str, int] = {}

    def add(self, text: str) -> None:
        """Take the next text in."""
        self._texts.append(array("i", self._numbered(tokens(text))))

    def save(self, folder: Path) -> None:
        """Write the field."""
        texts = self._texts
        if (
            not self._numbers
        ):  # bm25s can't index a field without a single term: one that no query holds stands in
            self._numbers["\0"] = 0
            texts = [array("i", [0]) for _ in texts]
        engine = bm25s.BM25()
        engine.index((texts, self._numbers), show_progress=False)
        engine.save(str(folder), show_progress=False)

    def _numbered(self, words: Iterable[str]) -> Iterable[int]:
        return [self._numbers.setdefault(word, len(self._numbers)) for word in words]
