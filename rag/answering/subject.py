"""Whether a question is one for a government: when the siren test is, not how to braise pork.

A plane through the reader's vectors of questions, fitted by `train.subject` between questions that people ask
governments and questions that they ask each other. It knows neither places nor documents, so it is the same everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.fitted import read_fitted
from rag.indexing.reader import VectorReader
from rag.settings import ROOT

MODEL = ROOT / "models" / "subject.json"


@dataclass(frozen=True, slots=True)
class Subject:
    """A fitted model: the logistic function of `bias` plus the weighted vector of a question."""

    weights: tuple[float, ...]
    """As many as the reader's vectors have numbers."""
    bias: float
    reader: str
    """Fingerprint of the reader whose vectors it weighs."""

    def civic(self, question: str, reader: VectorReader | None) -> float:
        """Probability, between 0 and 1, that a question is one for a government.

        :param reader: The one in use; 1 for every question where that is none, or another than it was fitted to.
        """
        if reader is None or reader.fingerprint != self.reader:
            return 1.0
        total = self.bias + float(reader.questions([question])[0] @ np.array(self.weights))
        return 1 / (1 + math.exp(-total))


def load_subject(file: Path = MODEL) -> Subject:
    """Read the fitted model.

    :raises BulletinError: if the file is missing or does not fit this version.
    """
    return read_fitted(file, Subject, "python -m train subject")
