"""Charts of a report, each an SVG that stands in the page."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from eval.measure import Result, mean
from eval.metrics import Group, Metrics, Trade
from eval.questions import WAYS

ASKED = {"zh": "official Chinese", "zh_hard": "everyday Chinese", "en": "English"}
COLOURS = {"zh": "#1d70b8", "zh_hard": "#d4351c", "en": "#00703c"}
_SYSTEMS = ("#1d70b8", "#8eb8dc", "#505a5f", "#8a9297", "#c3c8cb")
_COLLECTIONS = ("#1d70b8", "#d4351c", "#00703c", "#912b88", "#f47738", "#505a5f")
_GRID = "#e5e5e5"


@dataclass(slots=True)
class Drawing:
    """What is being drawn, and the SVG when it is done."""

    figure: Figure
    axes: Axes
    svg: str = ""


@contextmanager
def drawn(width: float, height: float) -> Iterator[Drawing]:
    """A chart of one panel, in inches; its SVG is the same whenever the same is drawn."""
    with mpl.rc_context({"svg.hashsalt": "bulletin", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(width, height), layout="constrained")
        drawing = Drawing(figure, figure.subplots())
        drawing.axes.set_axisbelow(True)
        drawing.axes.spines[["top", "right"]].set_visible(False)
        yield drawing
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None})
        drawing.svg = written.getvalue()[written.getvalue().index("<svg") :]


def by_system(systems: Sequence[Metrics], measure: str, part: str = "test") -> str:
    """One measure of several systems for each way of asking, with 95 % intervals."""
    with drawn(6.4, 3.2) as drawing:
        axes = drawing.axes
        step = 0.82 / len(systems)
        for number, (metrics, colour) in enumerate(zip(systems, _SYSTEMS, strict=False)):
            groups = [metrics.group("part and way", f"{part} {way}") for way in WAYS]
            _bars(axes, [at + number * step for at in range(len(WAYS))], groups, measure, step, colour)
        axes.set_xticks([at + step * (len(systems) - 1) / 2 for at in range(len(WAYS))], list(ASKED.values()))
        axes.set_ylim(0, 1.02)
        axes.grid(axis="y", color=_GRID)
        handles = [Patch(color=colour, label=m.name) for m, colour in zip(systems, _SYSTEMS, strict=False)]
        drawing.figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    return drawing.svg


def by_group(groups: Sequence[Group], measure: str) -> str:
    """One measure of several groups of questions, with 95 % intervals."""
    with drawn(6.4, 0.9 + 0.27 * len(groups)) as drawing:
        axes = drawing.axes
        found = [(group, group.measures[measure]) for group in groups if measure in group.measures]
        values = [estimate.value for _, estimate in found]
        errors = [[e.value - e.low for _, e in found], [e.high - e.value for _, e in found]]
        axes.errorbar(
            values, range(len(found)), xerr=np.maximum(errors, 0), fmt="o", color=COLOURS["zh"], capsize=2
        )
        axes.set_yticks(range(len(found)), [f"{g.value} ({g.questions})" for g, _ in found])
        axes.set_ylim(len(found) - 0.5, -0.5)
        axes.set_xlim(0, 1.02)
        axes.grid(axis="x", color=_GRID)
    return drawing.svg


def refusal_curve(curve: Sequence[Trade], now: tuple[float, float]) -> str:
    """What each threshold on the confidence would give, and where the system stands."""
    with drawn(6.4, 3.6) as drawing:
        axes = drawing.axes
        axes.plot(
            [t.refused_falsely for t in curve], [t.answered_falsely for t in curve], color=COLOURS["zh"]
        )
        axes.plot(*now, "o", color=COLOURS["zh_hard"], markersize=8)
        axes.annotate("as it is set", now, xytext=(10, 6), textcoords="offset points")
        axes.set_xlabel("answerable questions refused")
        axes.set_ylabel("unanswerable questions answered")
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        axes.grid(color=_GRID)
    return drawing.svg


def refusal_curves(collections: Sequence[Metrics]) -> str:
    """The same of several collections in one chart, each with the point at which the system stands."""
    with drawn(6.4, 3.9) as drawing:
        axes = drawing.axes
        for metrics, colour in zip(collections, cycle(_COLLECTIONS), strict=False):
            curve = metrics.trade_off
            axes.plot(
                [t.refused_falsely for t in curve],
                [t.answered_falsely for t in curve],
                color=colour,
                label=metrics.name,
            )
            if (everything := metrics.group("all", "all")) and curve:
                now = everything.measures["false_refusal"], everything.measures["refusal_recall"]
                axes.plot(now[0].value, 1 - now[1].value, "o", color=colour, markersize=7)
        axes.set_xlabel("answerable questions refused")
        axes.set_ylabel("unanswerable questions answered")
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        axes.grid(color=_GRID)
        drawing.figure.legend(loc="outside lower center", ncols=4, frameon=False)
    return drawing.svg


def calibration(systems: Sequence[tuple[str, Sequence[Result]]]) -> str:
    """How many of the answers given at some confidence are right, a line a set of answers; the diagonal is ideal."""
    with drawn(6.4, 3.9) as drawing:
        axes = drawing.axes
        axes.plot([0, 1], [0, 1], color=_GRID)
        for (name, results), colour in zip(systems, cycle(_COLLECTIONS), strict=False):
            given = [result for result in results if not result.refused]
            tenths = [min(int(10 * result.confidence), 9) for result in given]
            found = [
                [result for result, at in zip(given, tenths, strict=True) if at == tenth]
                for tenth in range(10)
            ]
            points = [
                (mean([r.confidence for r in some]), mean([r.right for r in some]), len(some))
                for some in found
                if some
            ]
            axes.plot([p[0] for p in points], [p[1] for p in points], color=colour, label=name)
            axes.scatter([p[0] for p in points], [p[1] for p in points], [p[2] for p in points], color=colour)
        axes.set_xlabel("confidence (the larger the point, the more answers)")
        axes.set_ylabel("answers given that are right")
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        axes.grid(color=_GRID)
        drawing.figure.legend(loc="outside lower center", ncols=4, frameon=False)
    return drawing.svg


def latencies(results: Sequence[Result]) -> str:
    """How many answers took how long."""
    with drawn(6.4, 2.6) as drawing:
        axes = drawing.axes
        times = [result.milliseconds for result in results]
        highest = float(np.percentile(times, 99.5))
        axes.hist(np.clip(times, 0, highest), bins=40, color=COLOURS["zh"])
        axes.set_xlabel("milliseconds to the answer (the slowest half per cent at the right edge)")
        axes.set_ylabel("answers")
        axes.set_xlim(left=0)
        axes.grid(axis="y", color=_GRID)
    return drawing.svg


def _bars(
    axes: Axes, at: Sequence[float], groups: Sequence[Group | None], measure: str, width: float, colour: str
) -> None:
    found = [
        (x, group.measures[measure])
        for x, group in zip(at, groups, strict=True)
        if group and measure in group.measures
    ]
    values = [estimate.value for _, estimate in found]
    errors = [[e.value - e.low for _, e in found], [e.high - e.value for _, e in found]]
    axes.bar(
        [x for x, _ in found],
        values,
        width=0.9 * width,
        color=colour,
        yerr=np.maximum(errors, 0),
        error_kw={"ecolor": "#0b0c0c", "elinewidth": 0.8, "capsize": 2},
    )
