"""How far a measure can be trusted: bootstrap intervals, and whether two runs differ by more than chance.

A fact is asked in several ways, and its answers go right or wrong together; so facts are drawn, not answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

RESAMPLES = 2000
SHUFFLES = 10_000
_SEED = 20261122

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Share:
    """What one answer adds to a measure: the measure is the sum of `part` by the sum of `whole`."""

    cluster: str
    """Answers of one cluster are drawn together."""
    part: float
    whole: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure with its 95 % interval."""

    value: float
    low: float
    high: float
    of: float
    """How much it is a share of: answers, or citations, or notices."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a measure gained from one run to another, with its 95 % interval."""

    value: float
    low: float
    high: float
    p: float
    """How often chance alone differs as much, between 0 and 1."""


def estimate(shares: Sequence[Share]) -> Estimate | None:
    """The measure, with a percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13); None of nothing."""
    part, whole = _sums([shares])
    total = float(whole.sum())
    if total == 0:
        return None
    drawn = _drawn(part.shape[1])
    ratios = _ratio(drawn @ part[0], drawn @ whole[0])
    low, high = np.nanpercentile(ratios, [2.5, 97.5])
    return Estimate(float(part.sum()) / total, float(low), float(high), total)


def area(
    answerable: Sequence[tuple[str, float]], unanswerable: Sequence[tuple[str, float]]
) -> Estimate | None:
    """The area under the curve: how often an answerable question gets the higher score of the two (a tie is half).

    :param answerable: The cluster and the score of each question with an answer.
    :param unanswerable: The same of those without.
    :return: The area with its bootstrap interval, both kinds drawn by their clusters; None where one kind lacks.
    """
    if not answerable or not unanswerable:
        return None
    scores = [np.array([score for _, score in kind]) for kind in (answerable, unanswerable)]
    higher = scores[0][:, None] > scores[1][None, :]
    wins = higher + 0.5 * (scores[0][:, None] == scores[1][None, :])
    ones, others = (_drawn_of([cluster for cluster, _ in kind]) for kind in (answerable, unanswerable))
    others = others[::-1]  # so that the two are not drawn alike
    areas = np.einsum("ra,au,ru->r", ones, wins, others, optimize=True)
    low, high = np.percentile(areas / (ones.sum(axis=1) * others.sum(axis=1)), [2.5, 97.5])
    return Estimate(float(wins.mean()), float(low), float(high), float(len(answerable)))


def difference(before: Sequence[Share], after: Sequence[Share]) -> Difference | None:
    """What a measure gained, by paired bootstrap, and the p-value of a paired randomisation test.

    The test swaps the two runs' answers to each fact at random (Smucker, Allan and Carterette 2007). None where
    one of the runs has nothing to measure.
    """
    part, whole = _sums([before, after])
    if not whole.sum(axis=1).all():
        return None
    drawn = _drawn(part.shape[1])
    gains = _ratio(drawn @ part[1], drawn @ whole[1]) - _ratio(drawn @ part[0], drawn @ whole[0])
    low, high = np.nanpercentile(gains, [2.5, 97.5])
    value = _gain(part.sum(axis=1), whole.sum(axis=1))
    swapped = np.random.default_rng(_SEED).random((SHUFFLES, part.shape[1])) < 0.5
    shift_part = swapped @ (part[1] - part[0])
    shift_whole = swapped @ (whole[1] - whole[0])
    totals, wholes = part.sum(axis=1), whole.sum(axis=1)
    chance = _ratio(totals[1] - shift_part, wholes[1] - shift_whole) - _ratio(
        totals[0] + shift_part, wholes[0] + shift_whole
    )
    as_far = int((np.abs(chance) >= abs(value) - 1e-12).sum())
    return Difference(value, float(low), float(high), (1 + as_far) / (1 + SHUFFLES))


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted for having looked at all of them (Holm 1979)."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for step, at in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - step) * p_values[at]))
        adjusted[at] = highest
    return adjusted


def _sums(runs: Sequence[Sequence[Share]]) -> tuple[Floats, Floats]:
    """Parts and wholes by run and cluster, each of shape (runs, clusters)."""
    clusters = {name: at for at, name in enumerate(dict.fromkeys(s.cluster for run in runs for s in run))}
    part, whole = np.zeros((2, len(runs), len(clusters)))
    for row, run in enumerate(runs):
        for share in run:
            part[row, clusters[share.cluster]] += share.part
            whole[row, clusters[share.cluster]] += share.whole
    return part, whole


@lru_cache(maxsize=64)  # the groups of one report
def _drawn(clusters: int) -> Floats:
    """How often each cluster is drawn in each resample, shape (resamples, clusters)."""
    rng = np.random.default_rng(_SEED)
    return rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=RESAMPLES).astype(np.float64)


def _drawn_of(clusters: Sequence[str]) -> Floats:
    """How often each member of some clusters is drawn in each resample, shape (resamples, members)."""
    at = {name: place for place, name in enumerate(dict.fromkeys(clusters))}
    return _drawn(len(at))[:, [at[name] for name in clusters]]


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Part by whole; not a number where there is no whole."""
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def _gain(parts: Floats, wholes: Floats) -> float:
    return float(parts[1] / wholes[1] - parts[0] / wholes[0])
