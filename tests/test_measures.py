"""What each measure adds up to, from answers judged by hand; intervals against a plain computation."""

from dataclasses import replace

import numpy as np
import pytest

from eval.measure import Cited, Result
from eval.metrics import BY_NAME
from eval.statistics import Share, area, difference, estimate, holm

RIGHT = Result(
    id="a:zh",
    of="a",
    way="zh",
    part="test",
    question="几点？",
    answer="十点。",
    refused=False,
    confidence=0.95,
    milliseconds=10.0,
    bulletin="a.txt",
    right=True,
    concise=True,
    rank=1,
    evidence=1,
    evidence_cited=1,
)


def value(name: str, *results: Result) -> float | None:
    found = estimate(BY_NAME[name].shares(results))
    return None if found is None else found.value


@pytest.mark.parametrize(
    ("name", "ranks", "expected"),
    [
        ("recall_5", (1, 5, 6, None), 0.5),
        ("recall_10", (1, 5, 6, None), 0.75),
        ("mrr", (1, 2, None), 0.5),
    ],
)
def test_where_the_evidence_stands(name: str, ranks: tuple[int | None, ...], expected: float) -> None:
    assert value(name, *(replace(RIGHT, rank=rank) for rank in ranks)) == pytest.approx(expected)


def test_what_the_bulletins_do_not_answer_is_no_part_of_what_is_right() -> None:
    assert value("right", RIGHT, replace(RIGHT, bulletin="")) == 1.0
    assert value("right", replace(RIGHT, bulletin="")) is None


def test_a_refusal_has_no_citations_to_be_wrong() -> None:
    assert value("cited", replace(RIGHT, refused=True)) is None


def test_a_language_is_judged_by_the_answer() -> None:
    english = replace(RIGHT, way="en", answer="At ten o'clock.")
    assert value("in_language", RIGHT, english) == 1.0
    assert value("in_language", replace(RIGHT, way="en")) == 0.0


def test_of_citations_those_at_the_evidence_count() -> None:
    citations = tuple(
        Cited("a.txt", ((0, 1),), "甲办法", "甲", True, on_gold) for on_gold in (True, False, False, False)
    )
    assert value("citation_precision", replace(RIGHT, citations=citations)) == 0.25
    assert value("cited", replace(RIGHT, citations=citations)) == 1.0


def test_items_of_a_list_count_one_by_one() -> None:
    lists = [replace(RIGHT, items=4, items_given=1), replace(RIGHT, items=6, items_given=6)]
    assert value("completeness", *lists, RIGHT) == 0.7


SHARES = [Share(f"q{at // 3}", float(at % 2), 1.0) for at in range(30)]


def test_an_estimate_lies_in_its_interval_and_is_the_same_each_time() -> None:
    found = estimate(SHARES)
    assert found is not None
    assert found.low < found.value == 0.5 < found.high
    assert found == estimate(SHARES)


def test_an_interval_is_as_wide_as_a_plain_bootstrap_of_whole_clusters() -> None:
    found = estimate(SHARES)
    assert found is not None
    clusters = [
        [s.part for s in SHARES if s.cluster == name] for name in dict.fromkeys(s.cluster for s in SHARES)
    ]
    draw = np.random.default_rng(1)
    means = [
        np.mean([part for at in draw.integers(0, len(clusters), len(clusters)) for part in clusters[at]])
        for _ in range(4000)
    ]
    low, high = np.percentile(means, [2.5, 97.5])
    assert found.low == pytest.approx(low, abs=0.02)
    assert found.high == pytest.approx(high, abs=0.02)


def test_what_never_varies_has_no_width() -> None:
    found = estimate([Share(f"q{at}", 1.0, 1.0) for at in range(9)])
    assert found is not None
    assert (found.low, found.value, found.high, found.of) == (1.0, 1.0, 1.0, 9.0)


def test_a_run_against_itself_gains_nothing() -> None:
    found = difference(SHARES, SHARES)
    assert found is not None
    assert (found.value, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_a_gain_is_what_is_more_now() -> None:
    before = [Share(f"q{at}", 0.0, 1.0) for at in range(40)]
    after = [Share(f"q{at}", 1.0, 1.0) for at in range(40)]
    found = difference(before, after)
    assert found is not None
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)
    assert found.p < 0.001
    assert difference(before, []) is None


@pytest.mark.parametrize(
    ("answerable", "unanswerable", "expected"),
    [((0.9, 0.8), (0.1, 0.2), 1.0), ((0.1,), (0.9,), 0.0), ((0.5,), (0.5,), 0.5), ((0.9, 0.1), (0.5,), 0.5)],
)
def test_the_area_is_how_often_the_right_kind_has_the_higher_score(
    answerable: tuple[float, ...], unanswerable: tuple[float, ...], expected: float
) -> None:
    found = area([(f"a{s}", s) for s in answerable], [(f"u{s}", s) for s in unanswerable])
    assert found is not None
    assert found.value == expected


def test_the_area_of_one_kind_alone_is_none() -> None:
    assert area([("a", 0.9)], []) is None


def test_holm_asks_more_of_each_the_more_there_are() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.6]) == [1.0, 1.0]
    assert holm([]) == []
