"""Conditional logistic regression: of the alternatives of each question, the right ones should score highest.

McFadden 1974; where several are right, their probabilities add up. Fitted by L-BFGS with an L2 penalty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

PENALTY = 0.003  # of the squared weights of standardised features, beside the mean log-likelihood

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """The alternatives found for a question: their features, shape (alternatives, features), and which are right."""

    features: Floats
    right: npt.NDArray[np.bool_]
    weight: float = 1.0
    """How much the question counts."""

    @property
    def decides(self) -> bool:
        """Whether there is anything to learn: a right alternative and a wrong one."""
        return bool(self.right.any() and not self.right.all())


def fit(examples: Sequence[Example], negative: Sequence[bool] | None = None) -> Floats:
    """Weights, shape (features,), that make the right alternatives likeliest.

    :param examples: Those that decide something.
    :param negative: For each feature whether its weight may be below 0; None: any may.
    """
    everything = np.concatenate([example.features for example in examples])
    scale = everything.std(axis=0)
    scale[scale == 0] = 1.0
    scaled = [example.features / scale for example in examples]
    counted = sum(example.weight for example in examples)

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = PENALTY * float(weights @ weights), 2 * PENALTY * weights
        for features, example in zip(scaled, examples, strict=True):
            scores = features @ weights
            odds = np.exp(scores - scores.max())
            right = odds[example.right].sum()
            share = example.weight / counted
            total -= share * float(np.log(right / odds.sum()))
            gained = (odds[example.right] @ features[example.right]) / right
            slope = slope - share * (gained - (odds @ features) / odds.sum())
        return total, slope

    bounds = [(None if free else 0.0, None) for free in negative] if negative is not None else None
    found = minimize(loss, np.zeros(everything.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x / scale, dtype=np.float64)


def first_right(examples: Sequence[Example], weights: Floats) -> float:
    """Share of questions whose best alternative is right."""
    return float(np.mean([example.right[np.argmax(example.features @ weights)] for example in examples]))
