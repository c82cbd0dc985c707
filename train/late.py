"""Late interaction with the token vectors of a static model: each word of a question finds its best word.

The mean of a long passage blurs its words; this keeps them. score(question, passage) is the mean, over the
question's tokens i, of max_j cos(e_i, e_j) over the passage's tokens j, weighted by the length of e_i, which training
makes small for words that tell nothing (Khattab and Zaharia 2020, with static vectors).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

FloatArray = NDArray[np.float32]


class LatePool:
    """Passages ready for late interaction: the distinct tokens of each, one passage after the other."""

    def __init__(self, table: FloatArray, tokenizer: Tokenizer, texts: list[str]) -> None:
        """Tokenise passages; `table` is (vocabulary, dimensions), row 0 the unknown token."""
        encodings = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        bags = [np.unique(encoding.ids or [0]) for encoding in encodings]
        known, self._tokens = np.unique(np.concatenate(bags), return_inverse=True)
        self._starts = np.cumsum([0] + [len(bag) for bag in bags[:-1]])
        self._lengths = np.linalg.norm(table, axis=1)
        self._unit = table / np.maximum(self._lengths, 1e-6)[:, None]
        self._vocabulary = self._unit[known]
        self._tokenizer = tokenizer

    def scores(self, question: str) -> FloatArray:
        """Scores (passages,) of one question, each at most 1; zeros for a question without known tokens."""
        ids, counts = np.unique(
            self._tokenizer.encode(question, add_special_tokens=False).ids, return_counts=True
        )
        ids = ids.astype(int)
        weights = self._lengths[ids] * counts
        total = np.zeros(len(self._starts), dtype=np.float32)
        for similarity, weight in zip(self._unit[ids] @ self._vocabulary.T, weights, strict=True):
            total += weight * np.maximum.reduceat(similarity[self._tokens], self._starts)
        return total / max(float(weights.sum()), 1e-6)

    def all_scores(self, questions: list[str]) -> FloatArray:
        """Scores (questions, passages)."""
        return np.stack([self.scores(question) for question in questions])
