"""The charts of a report: each draws what was measured, the same each time, and leaves out what was not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from eval import charts
from eval.metrics import Group, Latency, Metrics, Trade
from eval.statistics import Estimate
from eval.words import both_in_chart
from tests.test_measures import RIGHT

CURVE = (Trade(0.0, 1.0, 0.0), Trade(0.5, 0.4, 0.1), Trade(1.01, 0.0, 1.0))
EVERYTHING = Group(
    "all",
    "all",
    40,
    {"false_refusal": Estimate(0.1, 0.05, 0.2, 40), "refusal_recall": Estimate(0.6, 0.4, 0.8, 20)},
)


def group(value: str, right: float, dimension: str = "part and way") -> Group:
    return Group(dimension, value, 12, {"right": Estimate(right, right - 0.1, right + 0.05, 12)})


def metrics(name: str, groups: Sequence[Group] = (), curve: tuple[Trade, ...] = CURVE) -> Metrics:
    return Metrics(name, name, "", "", "", (*groups, EVERYTHING), (), Latency(1.0, 2.0, 3.0), curve, {})


def texts(svg: str) -> list[str]:
    """The words that a chart shows; it must be XML."""
    root = ElementTree.fromstring(svg)
    return [said for one in root.iter() if one.tag.endswith("}text") and (said := "".join(one.itertext()))]


def bars(svg: str, colour: str) -> int:
    """The shapes filled with a colour."""
    return len(re.findall(rf"fill: {colour}", svg))


def test_systems_stand_side_by_side_for_each_way_of_asking() -> None:
    ours = [group(f"test {way}", 0.8) for way in ("zh", "zh_hard", "en")]
    svg = charts.by_system([metrics("ours", ours), metrics("bm25", ours[:1])], "right")
    shown = texts(svg)
    assert {"ours", "bm25", "official Chinese", "everyday Chinese", "English"} <= set(shown)
    assert bars(svg, "#1d70b8") == 3 + 1  # a bar a way, and the one of the legend
    assert bars(svg, "#8eb8dc") == 1 + 1  # what was not measured has no bar


def test_another_part_draws_its_own_groups() -> None:
    measured = metrics("ours", [group("dev zh", 0.5), group("test zh", 0.9), group("test en", 0.9)])
    assert bars(charts.by_system([measured], "right", "dev"), "#1d70b8") == 1 + 1
    assert bars(charts.by_system([measured], "right"), "#1d70b8") == 2 + 1


def test_a_group_is_named_with_the_number_of_its_questions() -> None:
    shown = texts(
        charts.by_group([group("linzi", 0.4, "bulletin"), group("lanshan", 0.9, "bulletin")], "right")
    )
    assert {"linzi (12)", "lanshan (12)"} <= set(shown)


def test_a_group_without_the_measure_is_left_out() -> None:
    shown = texts(charts.by_group([group("linzi", 0.4), Group("bulletin", "empty", 3, {})], "right"))
    assert "linzi (12)" in shown
    assert not any("empty" in one for one in shown)


def test_an_interval_that_does_not_hold_its_value_is_drawn_as_none() -> None:
    """Percentiles of a bootstrap may all lie above a value that is nearly 1."""
    odd = Group("bulletin", "odd", 3, {"right": Estimate(0.95, 0.96, 0.94, 3)})
    assert "odd (3)" in texts(charts.by_group([odd], "right"))


def test_the_curve_says_where_the_system_stands() -> None:
    shown = texts(charts.refusal_curve(CURVE, (0.1, 0.4)))
    assert "as it is set" in shown
    assert {"answerable questions refused", "unanswerable questions answered"} <= set(shown)


def test_each_collection_has_its_curve_and_its_point() -> None:
    svg = charts.refusal_curves([metrics("shandong"), metrics("hebei"), metrics("none", curve=())])
    assert {"shandong", "hebei", "none"} <= set(texts(svg))
    points = {
        colour: len(re.findall(rf"fill: {colour}; stroke", svg))
        for colour in ("#1d70b8", "#d4351c", "#00703c")
    }
    assert (
        points["#1d70b8"] == points["#d4351c"] > points["#00703c"]
    )  # where there is no curve there is no point


@pytest.mark.parametrize(
    ("confidences", "points"), [((0.95, 0.91), 1), ((0.95, 0.45), 2), ((1.0, 0.05, 0.55), 3)]
)
def test_answers_of_one_tenth_of_confidence_are_one_point(
    confidences: tuple[float, ...], points: int
) -> None:
    results = [replace(RIGHT, confidence=one) for one in confidences]
    svg = charts.calibration([("test", results)])
    drawn = svg.split('<g id="PathCollection_1">')[1].split('<g id="')[0]
    assert drawn.count("\nz\n") == points


def test_a_refusal_is_no_answer_given_at_a_confidence() -> None:
    results = [replace(RIGHT, confidence=0.95), replace(RIGHT, confidence=0.05, refused=True)]
    assert charts.calibration([("test", results)]) == charts.calibration([("test", results[:1])])


def test_the_slowest_are_drawn_at_the_edge_and_not_beyond() -> None:
    usual = [replace(RIGHT, milliseconds=float(10 + at % 20)) for at in range(400)]
    svg = charts.latencies([*usual, replace(RIGHT, milliseconds=60_000.0)])
    ticks = [float(one) for one in texts(svg) if re.fullmatch(r"[\d.]+", one)]
    assert "answers" in texts(svg)
    assert max(ticks) < 400  # the number of answers, not a minute


def test_the_same_is_drawn_the_same() -> None:
    once, again = (charts.by_group([group("linzi", 0.4)], "right") for _ in range(2))
    assert once == again
    assert once != charts.by_group([group("linzi", 0.5)], "right")


def test_a_chart_holds_its_labels_in_both_languages() -> None:
    svg = both_in_chart(charts.refusal_curve(CURVE, (0.1, 0.4)))
    assert '<tspan class="en">answerable questions refused</tspan><tspan class="zh">' in svg
    ElementTree.fromstring(svg)
