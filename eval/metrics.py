"""The measures: what each is, and what it comes to, for all questions and for each kind of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.measure import NOTICES, Result
from eval.questions import PARTS, WAYS
from eval.statistics import Estimate, Share, area, estimate
from rag.text.normal import language

SURE = 0.9
"""The confidence from which an answer should be right in nine of ten cases."""
DEPTH = 5  # recall counts what stands among so many passages


@dataclass(frozen=True, slots=True)
class Measure:
    """One number about a set of answers: a sum of parts by a sum of wholes."""

    name: str
    title: str
    meaning: str
    share: Callable[[Result], tuple[float, float] | None]
    """What one answer adds to the part and to the whole; None where the measure does not apply to it."""
    rises: bool = True
    """Whether more is better."""

    def shares(self, results: Iterable[Result]) -> list[Share]:
        """What each answer adds."""
        found = ((result.of, self.share(result)) for result in results)
        return [Share(of, *share) for of, share in found if share is not None]


def _answerable(of: Callable[[Result], float]) -> Callable[[Result], tuple[float, float] | None]:
    return lambda result: (float(of(result)), 1.0) if result.answerable else None


def _given(of: Callable[[Result], tuple[float, float]]) -> Callable[[Result], tuple[float, float] | None]:
    """Of answers given to questions that the bulletins answer."""
    return lambda result: of(result) if result.answerable and not result.refused else None


def _notices(
    whole: Callable[[set[str], set[str]], set[str]],
) -> Callable[[Result], tuple[float, float] | None]:
    def share(result: Result) -> tuple[float, float] | None:
        if result.owed is None or result.refused:
            return None
        owed, given = set(result.owed), set(result.given) & set(NOTICES)
        return float(len(owed & given)), float(len(whole(owed, given)))

    return share


MEASURES: tuple[Measure, ...] = (
    Measure(
        "recall_5",
        "recall@5",
        "all evidence stands whole in the five best passages",
        _answerable(lambda r: r.rank is not None and r.rank <= DEPTH),
    ),
    Measure(
        "recall_10",
        "recall@10",
        "all evidence stands whole in the ten best passages",
        _answerable(lambda r: r.rank is not None),
    ),
    Measure(
        "mrr",
        "MRR",
        "mean of 1 / rank of the passage by which all evidence is found, 0 beyond ten",
        _answerable(lambda r: 1 / r.rank if r.rank else 0.0),
    ),
    Measure(
        "ndcg_10",
        "nDCG@10",
        "discounted gain of the passages that hold a piece of evidence, by the most that can be had",
        _answerable(lambda r: r.ndcg),
    ),
    Measure("right", "right", "every required fact is in the answer", _answerable(lambda r: r.right)),
    Measure(
        "concise",
        "right and concise",
        "and the answer has at most 220 characters (Chinese) or 420 (English), or 80 (150) an item of a list",
        _answerable(lambda r: r.concise),
    ),
    Measure(
        "completeness",
        "completeness",
        "of the items that a list of three or more owes: those given",
        lambda r: (float(r.items_given), float(r.items)) if r.items else None,
    ),
    Measure(
        "stray",
        "stray sentences",
        "of sentences in answers given: those that are neither at the evidence nor hold anything required",
        lambda r: (float(r.stray), float(r.sentences)) if r.sentences else None,
        rises=False,
    ),
    Measure(
        "parts",
        "parts told",
        "of the parts of a question of several: those answered, or said to be missing where they are",
        lambda r: (float(r.parts_told), float(r.parts)) if r.parts else None,
    ),
    Measure(
        "in_language",
        "in the right language",
        "of answers given: those mostly in the language of the question",
        lambda r: (
            None if r.refused else (float(language(r.answer) == ("en" if r.way == "en" else "zh")), 1.0)
        ),
    ),
    Measure(
        "cited",
        "evidence cited",
        "of answers given: some citation is at the evidence",
        _given(lambda r: (float(r.cited), 1.0)),
    ),
    Measure(
        "citation_precision",
        "citation precision",
        "of citations in answers given: those at the evidence",
        _given(lambda r: (float(sum(c.on_gold for c in r.citations)), float(len(r.citations)))),
    ),
    Measure(
        "citation_recall",
        "citation recall",
        "of pieces of evidence for answers given: those of which at least half is cited",
        _given(lambda r: (float(r.evidence_cited), float(r.evidence))),
    ),
    Measure(
        "verbatim",
        "verbatim",
        "of all citations: those whose quote is the source at its place, to the letter",
        lambda r: (float(sum(c.verbatim for c in r.citations)), float(len(r.citations))),
    ),
    Measure(
        "notices_recall",
        "notices given",
        "of notices owed with answers given: those given",
        _notices(lambda owed, given: owed),
    ),
    Measure(
        "notices_precision",
        "notices owed",
        "of notices given: those owed",
        _notices(lambda owed, given: given),
    ),
    Measure(
        "sure",
        "right when sure",
        "of answers given at a confidence of 0.9 or more: those right",
        lambda r: None if r.refused or r.confidence < SURE else (float(r.right), 1.0),
    ),
    Measure(
        "false_refusal",
        "wrongly refused",
        "of questions that the bulletins answer: those refused",
        _answerable(lambda r: r.refused),
        rises=False,
    ),
    Measure(
        "refusal_recall",
        "rightly refused",
        "of questions that the bulletins do not answer: those refused",
        lambda r: None if r.answerable else (float(r.refused), 1.0),
    ),
    Measure(
        "refusal_precision",
        "refusal precision",
        "of refusals: those of questions that the bulletins do not answer",
        lambda r: (float(not r.answerable), 1.0) if r.refused else None,
    ),
)
BY_NAME = {measure.name: measure for measure in MEASURES}


@dataclass(frozen=True, slots=True)
class Group:
    """Every measure that says something about some of the questions."""

    dimension: str
    value: str
    questions: int
    measures: dict[str, Estimate]


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from question to answer."""

    median: float
    at_95: float
    at_99: float


@dataclass(frozen=True, slots=True)
class Trade:
    """What a threshold on the confidence would cost: shares between 0 and 1."""

    threshold: float
    answered_falsely: float
    """Of questions that the bulletins do not answer: those answered."""
    refused_falsely: float
    """Of questions that they answer: those refused."""


@dataclass(frozen=True, slots=True)
class NoticeCount:
    """One kind of notice, over the answers given to facts whose notices are noted."""

    kind: str
    owed: int
    given: int
    """Of those owed."""
    needless: int
    """Given, though not owed."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Everything measured in one run."""

    name: str
    system: str
    fingerprint: str
    set: str
    machine: str
    groups: tuple[Group, ...]
    notices: tuple[NoticeCount, ...]
    latency: Latency
    trade_off: tuple[Trade, ...]
    areas: dict[str, Estimate]
    """By way of asking: how well the confidence tells questions with an answer from those without."""

    def group(self, dimension: str, value: str) -> Group | None:
        """One group by name."""
        found = (g for g in self.groups if (g.dimension, g.value) == (dimension, value))
        return next(found, None)


def groups_of(results: Sequence[Result]) -> Iterator[tuple[str, str, list[Result]]]:
    """Every group of questions as (dimension, value, answers). Second turns of conversations are one of their own."""
    alone = [r for r in results if not r.conversation]
    yield "all", "all", alone
    for part in PARTS:
        for way in WAYS:
            yield "part and way", f"{part} {way}", [r for r in alone if (r.part, r.way) == (part, way)]
    for dimension, of in _DIMENSIONS.items():
        for value in sorted({of(r) for r in alone} - {""}):
            yield dimension, value, [r for r in alone if of(r) == value]
    for way in ("zh", "en"):
        yield "conversation", way, [r for r in results if r.conversation and r.way == way]


_DIMENSIONS: dict[str, Callable[[Result], str]] = {
    "part": lambda r: r.part,
    "language": lambda r: "en" if r.way == "en" else "zh",
    "way": lambda r: r.way,
    "bulletin": lambda r: Path(r.bulletin).stem,
    "type": lambda r: r.type,
    "difficulty": lambda r: r.difficulty,
    "unanswerable": lambda r: r.kind,
}


def measure_group(dimension: str, value: str, results: Sequence[Result]) -> Group:
    """Every measure of some answers."""
    found = {measure.name: estimate(measure.shares(results)) for measure in MEASURES}
    return Group(dimension, value, len(results), {n: e for n, e in found.items() if e is not None})


def measure_all(results: Sequence[Result]) -> tuple[Group, ...]:
    """Every measure of every group that has questions."""
    return tuple(measure_group(d, v, found) for d, v, found in groups_of(results) if found)


def notices(results: Sequence[Result]) -> tuple[NoticeCount, ...]:
    """How often each kind of notice was owed, given, and given for nothing."""
    noted = [(set(r.owed), set(r.given)) for r in results if r.owed is not None and not r.refused]
    return tuple(
        NoticeCount(
            kind,
            sum(kind in owed for owed, _ in noted),
            sum(kind in owed & given for owed, given in noted),
            sum(kind in given - owed for owed, given in noted),
        )
        for kind in NOTICES
    )


def latency(results: Sequence[Result]) -> Latency:
    """Percentiles of the time to an answer."""
    times = [result.milliseconds for result in results]
    median, at_95, at_99 = np.percentile(times, [50, 95, 99])
    return Latency(round(float(median), 1), round(float(at_95), 1), round(float(at_99), 1))


def trade_off(results: Sequence[Result]) -> tuple[Trade, ...]:
    """What each threshold on the confidence would give, from refusing nothing to refusing all."""
    alone = [result for result in results if not result.conversation]
    answerable = np.array([r.confidence for r in alone if r.answerable])
    unanswerable = np.array([r.confidence for r in alone if not r.answerable])
    if not len(answerable) or not len(unanswerable):
        return ()
    thresholds = np.unique(np.quantile([r.confidence for r in alone], np.linspace(0, 1, 101)))
    return tuple(
        Trade(
            round(float(threshold), 4),
            round(float((unanswerable >= threshold).mean()), 4),
            round(float((answerable < threshold).mean()), 4),
        )
        for threshold in [*thresholds, 1.01]
    )


def areas(results: Sequence[Result]) -> dict[str, Estimate]:
    """The area under the curve of the confidence, by way of asking; those without an answer are asked in two."""
    alone = [result for result in results if not result.conversation]
    found: dict[str, Estimate] = {}
    for way in WAYS:
        answerable = [(r.of, r.confidence) for r in alone if r.answerable and r.way == way]
        nowhere = [
            (r.of, r.confidence) for r in alone if not r.answerable and (r.way == "en") == (way == "en")
        ]
        if estimated := area(answerable, nowhere):
            found[way] = estimated
    return found
