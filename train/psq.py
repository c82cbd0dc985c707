"""Search by translated words: BM25 whose terms are weighted sets of words (Darwish and Oard 2003)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from rag.text import tokens
from train.lexicon import Table, Translation

FloatArray = NDArray[np.float32]


def concepts(
    question: str, translations: Table, paraphrases: Table | None = None, other: float = 0.3
) -> list[list[Translation]]:
    """A question's terms as weighted sets of Chinese words: the longest phrase of the table at each place.

    :param other: Weight of a Chinese term's paraphrases beside the term itself.
    """
    terms = tokens(question)
    found: list[list[Translation]] = []
    at = 0
    while at < len(terms):
        for size in (3, 2, 1):
            entry = translations.entries.get(" ".join(terms[at : at + size]))
            if entry and at + size <= len(terms):
                found.append(list(entry))
                at += size
                break
        else:
            also = paraphrases.entries.get(terms[at], ()) if paraphrases else ()
            found.append([(terms[at], 1.0), *((word, other * probability) for word, probability in also)])
            at += 1
    return found


class TermPool:
    """Passages as term frequencies, for BM25 over weighted sets of terms."""

    def __init__(self, texts: list[str], k1: float = 1.2, b: float = 0.75) -> None:
        """Count terms; `k1` and `b` are BM25's saturation and length normalisation."""
        self._numbers: dict[str, int] = {}
        rows: list[int] = []
        columns: list[int] = []
        for row, text in enumerate(texts):
            for term in tokens(text):
                rows.append(row)
                columns.append(self._numbers.setdefault(term, len(self._numbers)))
        shape = (len(texts), len(self._numbers))
        counts = csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=shape)
        self._frequency = counts.tocsc()
        self._holding = np.diff(self._frequency.indptr).astype(np.float32)
        length = np.asarray(counts.sum(axis=1)).ravel()
        self._saturation = (k1 * (1 - b + b * length / length.mean())).astype(np.float32)
        self._k1 = k1
        self._count = len(texts)

    def scores(self, question: list[list[Translation]]) -> FloatArray:
        """BM25 scores (passages,) of a question's concepts."""
        total = np.zeros(self._count, dtype=np.float32)
        for concept in question:
            known = [(self._numbers[term], weight) for term, weight in concept if term in self._numbers]
            if not known:
                continue
            columns = [number for number, _ in known]
            weights = np.array([weight for _, weight in known], dtype=np.float32)
            frequency = self._frequency[:, columns] @ weights
            holding = float(self._holding[columns] @ weights)
            rarity = np.log(1 + (self._count - holding + 0.5) / (holding + 0.5))
            total += rarity * frequency * (self._k1 + 1) / (frequency + self._saturation)
        return total
