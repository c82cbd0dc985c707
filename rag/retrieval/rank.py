"""What speaks for a passage, each thing a number, and the fitted weights that add them up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.fitted import read_fitted
from rag.settings import ROOT
from rag.text.normal import Language

MODEL = ROOT / "models" / "ranker.json"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a passage, each between 0 and 1, before its weight."""

    dense: float = 0.0
    """Cosine of the question and the passage."""
    late: float = 0.0
    """How near each word of the question has its nearest word in the passage (late interaction)."""
    text: float = 0.0
    """BM25 of the question's terms in the passage with its headings."""
    lexicon: float = 0.0
    """BM25 of the official words behind the question's everyday or English ones."""
    translated: float = 0.0
    """BM25 of the Chinese words that an English question's words translate to."""
    read: float = 0.0
    """How near the question is to the passage as the reader sees both; 0 where it makes no vectors."""
    read_best: float = 0.0
    """The same with the likest sentence of the passage."""
    asked: float = 0.0
    """Cosine of the question and the likest question written for the passage."""
    asked_late: float = 0.0
    """Late interaction of the question and the likest question written for the passage."""
    questions: float = 0.0
    """BM25 of the question's terms in the questions written for the passage."""
    prepared: float = 0.0
    """1 where questions are written for the passage: those without can't win by them, nor should they lose."""
    place: float = 0.0
    """1 in a document of a district that is named, 0.5 of one around it or inside it."""
    year: float = 0.0
    """1 in a document of a year that is named."""
    number: float = 0.0
    """1 in a document whose number is given."""
    article: float = 0.0
    """1 in an article that is named."""


NAMES = tuple(field.name for field in fields(Signals))


@dataclass(frozen=True, slots=True)
class Ranker:
    """Weights of the signals, by language of the question; a passage's score is the weighted sum of its signals."""

    zh: Signals
    en: Signals
    encoder: str = ""
    """Fingerprint of the encoder it was fitted to."""
    reader: str = ""
    """Fingerprint of the reader it was fitted to."""

    def weights(self, language: Language) -> Signals:
        """The weights for questions in a language."""
        return self.zh if language == "zh" else self.en

    def scores(self, signals: Floats, language: Language) -> Floats:
        """Scores of passages.

        :param signals: Shape (passages, signals), a column for each of `NAMES`.
        :return: Shape (passages,).
        """
        weights = self.weights(language)
        return signals @ np.array([getattr(weights, name) for name in NAMES], dtype=np.float32)

    def without(self, names: Iterable[str]) -> Ranker:
        """One that some of the signals tell nothing."""
        nothing = dict.fromkeys(names, 0.0)
        return replace(self, zh=replace(self.zh, **nothing), en=replace(self.en, **nothing))


def load_ranker(file: Path = MODEL) -> Ranker:
    """Read fitted weights.

    :raises BulletinError: if the file is missing or does not fit this version.
    """
    return read_fitted(file, Ranker, "python -m train.ranker")
