"""The few numbers that one looks at first, as a Markdown table."""

from __future__ import annotations

from collections.abc import Sequence

from eval.metrics import BY_NAME, Metrics
from eval.questions import PARTS, WAYS, Way
from eval.runs import Evaluation, Measured
from eval.statistics import Estimate

FIRST = (
    "recall_5",
    "right",
    "concise",
    "completeness",
    "stray",
    "parts",
    "cited",
    "citation_precision",
    "sure",
    "false_refusal",
    "refusal_recall",
)
"""Measures that one looks at first."""
AREA = "area under the curve"
"""How well the confidence tells questions with an answer from those without, between 0.5 (not at all) and 1."""


def table(evaluation: Evaluation) -> str:
    """The run by part and way of asking with 95 % intervals, then the baselines and what concerns all questions."""
    run = evaluation.run
    lines = [
        f"| {run.metrics.system} | " + " | ".join(BY_NAME[name].title for name in FIRST) + " |",
        "|---|" + "---:|" * len(FIRST),
    ]
    for part in PARTS:
        for way in WAYS:
            lines.append(_line(run, part, way, f"{part} {way}", interval=True))
    for other in evaluation.baselines:
        lines += [_line(other, "test", way, f"{other.metrics.system}: test {way}") for way in WAYS]
    lines += ["", *(f"- {line}" for line in summary(run))]
    if evaluation.elsewhere:
        lines += ["", elsewhere(evaluation.elsewhere)]
    return "\n".join(lines)


ELSEWHERE = ("recall_5", "right", "concise", "cited", "sure", "false_refusal", "refusal_recall")
"""Measures of a collection of another place."""


def elsewhere(measured: Sequence[Measured]) -> str:
    """Each collection of other places by way of asking, with 95 % intervals."""
    heads = [*(BY_NAME[name].title for name in ELSEWHERE), AREA]
    lines = [f"| left-out collection | {' | '.join(heads)} |", "|---|" + "---:|" * len(heads)]
    for one in measured:
        for way in WAYS:
            estimates = away(one.metrics, way)
            cells = [_shown(estimates.get(name)) for name in (*ELSEWHERE, AREA)]
            lines.append(f"| {one.metrics.name} {way} | {' | '.join(cells)} |")
    return "\n".join(lines)


def away(metrics: Metrics, way: Way) -> dict[str, Estimate]:
    """What is looked at of one collection of another place, as asked in one way, by name."""
    group = metrics.group("way", way)
    found = dict(group.measures) if group else {}
    return found | ({AREA: metrics.areas[way]} if way in metrics.areas else {})


def summary(run: Measured) -> list[str]:
    """What concerns all questions, a line each."""
    everything = run.metrics.group("all", "all")
    assert everything is not None
    lines = [
        f"{BY_NAME[name].title}: {_shown(everything.measures.get(name))} ({BY_NAME[name].meaning})"
        for name in (
            "verbatim",
            "refusal_recall",
            "refusal_precision",
            "notices_recall",
            "notices_precision",
        )
    ]
    for way in ("zh", "en"):
        if group := run.metrics.group("conversation", way):
            lines.append(
                f"second questions of conversations, {way}: right {_shown(group.measures.get('right'))}"
            )
    times = run.metrics.latency
    lines.append(
        f"an answer takes {times.median:.0f} ms at the median, {times.at_95:.0f} ms at 95 %, {times.at_99:.0f} ms at "
        f"99 % ({run.metrics.machine})"
    )
    return lines


def _line(run: Measured, part: str, way: str, label: str, *, interval: bool = False) -> str:
    group = run.metrics.group("part and way", f"{part} {way}")
    cells = [_shown(group.measures.get(name) if group else None, interval=interval) for name in FIRST]
    return f"| {label} | {' | '.join(cells)} |"


def _shown(estimate: Estimate | None, *, interval: bool = True) -> str:
    if estimate is None:
        return "–"
    if not interval:
        return f"{estimate.value:.3f}"
    return f"{estimate.value:.3f} [{estimate.low:.2f}, {estimate.high:.2f}]"
