"""The few numbers that one looks at first: groups of questions, percentiles, notices, and the tables made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from eval.collection import Collection
from eval.measure import Result
from eval.metrics import Metrics, areas, groups_of, latency, measure_all, notices, trade_off
from eval.runs import Evaluation, Measured
from eval.table import away, elsewhere, summary, table
from tests.test_measures import RIGHT

NOWHERE = replace(
    RIGHT, id="n:zh", of="n", bulletin="", kind="off_topic", right=False, concise=False, confidence=0.2
)
FOLLOWS = replace(RIGHT, id="c:zh", of="c", history=("公园几点开？",))


def measured(results: Sequence[Result], name: str = "ours") -> Measured:
    found = list(results)
    metrics = Metrics(
        name, "Bulletin Q&A", "", "", "one machine", measure_all(found), notices(found), latency(found),
        trade_off(found), areas(found),
    )  # fmt: skip
    return Measured(metrics, found)


def evaluation(
    run: Measured, baselines: tuple[Measured, ...] = (), away: tuple[Measured, ...] = ()
) -> Evaluation:
    return Evaluation(run, None, baselines, away, (), Collection({}, ()))


def sizes(results: Sequence[Result], dimension: str) -> dict[str, int]:
    return {value: len(found) for one, value, found in groups_of(results) if one == dimension}


# --- groups ---


def test_questions_are_grouped_by_what_is_known_of_them() -> None:
    results = [
        RIGHT,
        replace(RIGHT, way="en", type="list", difficulty="hard"),
        replace(RIGHT, part="dev", bulletin="b.txt"),
        NOWHERE,
    ]
    assert sizes(results, "bulletin") == {"a": 2, "b": 1}
    assert sizes(results, "language") == {"zh": 3, "en": 1}
    assert sizes(results, "type") == {"list": 1}
    assert sizes(results, "unanswerable") == {"off_topic": 1}
    assert sizes(results, "part and way")["test zh"] == 2
    assert sizes(results, "part and way")["dev zh"] == 1


def test_second_questions_are_counted_apart() -> None:
    results = [RIGHT, FOLLOWS, replace(FOLLOWS, way="en")]
    assert sizes(results, "all") == {"all": 1}
    assert sizes(results, "conversation") == {"zh": 1, "en": 1}
    assert sum(sizes(results, "part and way").values()) == 1


def test_a_group_without_questions_is_none() -> None:
    found = measure_all([RIGHT])
    assert ("conversation", "en") not in {(group.dimension, group.value) for group in found}
    assert all(group.questions for group in found)


def test_a_group_is_found_by_its_name() -> None:
    metrics = measured([RIGHT, replace(RIGHT, of="b", right=False)]).metrics
    group = metrics.group("way", "zh")
    assert group is not None
    assert group.measures["right"].value == 0.5
    assert metrics.group("way", "en") is None


# --- time, notices, thresholds ---


def test_of_a_hundred_answers_the_middle_and_the_slowest_are_told() -> None:
    found = latency([replace(RIGHT, milliseconds=float(one)) for one in range(101)])
    assert (found.median, found.at_95, found.at_99) == (50.0, 95.0, 99.0)


def test_notices_are_counted_as_owed_given_and_needless() -> None:
    results = [
        replace(RIGHT, owed=("expired",), given=("expired", "conflict")),
        replace(RIGHT, owed=("expired",), given=()),
        replace(RIGHT, owed=None, given=("conflict",)),  # nobody noted what is owed
        replace(RIGHT, owed=("expired",), given=(), refused=True),  # a refusal owes none
    ]
    counts = {one.kind: (one.owed, one.given, one.needless) for one in notices(results)}
    assert counts["expired"] == (2, 1, 0)
    assert counts["conflict"] == (0, 0, 1)
    assert counts["past_event"] == (0, 0, 0)


def test_a_higher_threshold_refuses_more_of_both_kinds() -> None:
    results = [replace(RIGHT, confidence=0.1 * at) for at in range(1, 10)]
    results += [replace(NOWHERE, confidence=0.05 * at) for at in range(1, 10)]
    curve = trade_off(results)
    assert (curve[0].answered_falsely, curve[0].refused_falsely) == (1.0, 0.0)
    assert (curve[-1].answered_falsely, curve[-1].refused_falsely) == (0.0, 1.0)
    refused = [one.refused_falsely for one in curve]
    answered = [one.answered_falsely for one in curve]
    assert refused == sorted(refused)
    assert answered == sorted(answered, reverse=True)


@pytest.mark.parametrize("results", [[RIGHT], [NOWHERE], [replace(FOLLOWS, confidence=0.5), NOWHERE]])
def test_with_one_kind_of_question_there_is_nothing_to_trade(results: list[Result]) -> None:
    assert trade_off(results) == ()
    assert areas(results) == {}


def test_everyday_chinese_is_held_against_the_chinese_questions_without_an_answer() -> None:
    hard = replace(RIGHT, way="zh_hard", confidence=0.9)
    english = replace(NOWHERE, way="en", confidence=0.95)
    found = areas([hard, replace(NOWHERE, confidence=0.2), english])
    assert found["zh_hard"].value == 1.0  # the English one, surer, does not count
    assert "en" not in found


# --- tables ---


def test_the_table_has_a_line_a_part_and_way_and_a_dash_for_what_was_not_asked() -> None:
    lines = table(evaluation(measured([RIGHT, NOWHERE]))).splitlines()
    (asked,) = [line for line in lines if line.startswith("| test zh |")]
    assert "1.000 [1.00, 1.00]" in asked
    (other,) = [line for line in lines if line.startswith("| residents en |")]
    assert set(other.split("|")[2:-1]) == {" – "}


def test_a_baseline_stands_below_without_intervals() -> None:
    lines = table(evaluation(measured([RIGHT, NOWHERE]), (measured([RIGHT], "bm25"),))).splitlines()
    (other,) = [line for line in lines if line.startswith("| Bulletin Q&A: test zh |")]
    assert " 1.000 |" in other
    assert "[" not in other


def test_collections_of_other_places_are_shown_with_the_area() -> None:
    there = measured([RIGHT, NOWHERE], "shandong")
    shown = elsewhere([there])
    assert shown.splitlines()[0].endswith("area under the curve |")
    (line,) = [one for one in shown.splitlines() if one.startswith("| shandong zh |")]
    assert line.endswith("1.000 [1.00, 1.00] |")
    assert shown in table(evaluation(measured([RIGHT, NOWHERE]), away=(there,)))


def test_a_way_that_nobody_asked_in_has_no_estimates() -> None:
    assert away(measured([RIGHT, NOWHERE]).metrics, "en") == {}


def test_the_summary_tells_what_concerns_all() -> None:
    results = [RIGHT, NOWHERE, FOLLOWS, replace(FOLLOWS, of="d", right=False)]
    lines = summary(measured(results))
    assert any(line.startswith("rightly refused: 0.000") for line in lines)
    assert "second questions of conversations, zh: right 0.500 [0.00, 1.00]" in lines
    assert not any("conversations, en" in line for line in lines)
    assert lines[-1] == "an answer takes 10 ms at the median, 10 ms at 95 %, 10 ms at 99 % (one machine)"
