"""Retrieval measured while training: which passages answer a question, and how high they rank."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from rag.text.spans import Span
from train import measure
from train.measure import (
    Pool,
    Score,
    asked_tests,
    civic_tests,
    lexical_scores,
    make_pool,
    question_tests,
    score,
    standardised,
    unseen_pool,
)
from train.sources import Sources

BULLETIN = "停水通知\n因检修，九月一日停水一天，请用户储水。\n停气通知\n因检修，十月一日停气一天。\n"
SPANS: list[tuple[str, tuple[Span, ...]]] = [("a", ((0, 20),)), ("a", ((20, 40),)), ("b", ((0, 40),))]


def pool() -> Pool:
    return Pool(["停水 九月", "停气 十月", "公园 开放", "旁的"], SPANS, {"旁的": 3})


# --- which passages answer ---


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (2, 8, {0}),
        (22, 38, {1}),
        (15, 23, {0}),  # more than half of the place lies in the first
        (0, 40, {0, 1}),  # both lie wholly inside it
        (40, 50, set()),
    ],
)
def test_a_passage_answers_that_holds_most_of_a_place_or_lies_in_it(
    start: int, end: int, found: set[int]
) -> None:
    assert pool().covering("a", start, end) == found


def test_a_passage_of_another_bulletin_answers_nothing() -> None:
    assert pool().covering("b", 2, 8) == {2}
    assert pool().covering("c", 2, 8) == frozenset()


# --- ranks ---


def ranked(rows: list[list[float]], *gold: set[int]) -> Score:
    test = measure.Test("t", ["问"] * len(gold), [frozenset(one) for one in gold])
    return score(test, "way", np.array(rows, dtype=np.float32))


def test_the_best_of_the_right_passages_counts() -> None:
    found = ranked([[0.1, 0.9, 0.5, 0.2]], {0, 2})
    assert (found.recall_5, found.reciprocal_rank) == (1.0, 0.5)


def test_whoever_scores_the_same_stands_before() -> None:
    assert ranked([[0.0, 0.0, 0.0, 0.0]], {0}).reciprocal_rank == 0.25
    assert ranked([[0.5, 0.5, 0.1, 0.1]], {0, 1}).reciprocal_rank == 1.0


def test_a_question_without_a_right_passage_is_lost() -> None:
    found = ranked([[1.0, 0.5] + [0.1] * 18, [1.0, 0.5] + [0.1] * 18], {0}, set())
    assert found.recall_10 == 0.5
    assert found.reciprocal_rank == pytest.approx((1 + 1 / 20) / 2)


def test_recall_counts_five_and_ten() -> None:
    row = [float(20 - at) for at in range(20)]
    found = ranked([row, row, row], {4}, {9}, {10})
    assert [found.recall_5, found.recall_10] == pytest.approx([1 / 3, 2 / 3])
    assert found.row() == "| t | way | 3 | 0.333 | 0.667 | 0.130 |"


def test_scores_of_two_ways_are_brought_to_one_measure() -> None:
    found = standardised(np.array([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]], dtype=np.float32))
    assert found[0].mean() == pytest.approx(0.0, abs=1e-6)
    assert found[0].std() == pytest.approx(1.0, abs=1e-5)
    assert found[1].tolist() == [0.0, 0.0, 0.0]


def test_words_alone_rank_what_shares_them() -> None:
    scores = lexical_scores(pool(), ["公园什么时候开放？", "的"])
    assert scores.shape == (2, 4)
    assert int(np.argmax(scores[0])) == 2
    assert not scores[1].any()


# --- from the files ---


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    public, own = tmp_path / "public", tmp_path / "own"
    public.mkdir()
    for kind in ("bulletins", "asked", "answered"):
        (own / kind).mkdir(parents=True)
    (own / "bulletins" / "a.txt").write_text(BULLETIN, encoding="utf-8")
    at = BULLETIN.index("九月一日")
    asked = [
        {"style": "formal", "question": "何时停水？", "start": at, "end": at + 8},
        {"style": "keywords", "question": "停水 时间", "start": at, "end": at + 8},
        {"style": "formal", "question": "都停些什么？", "start": 0, "end": 9000},
    ]
    (own / "asked" / "a.jsonl").write_text("\n".join(map(json.dumps, asked)), encoding="utf-8")
    records = [{"title": f"关于第{at}号规划的批复", "text": f"同意第{at}号规划。"} for at in range(60)]
    for name in ("titles_hebei_gov_docs", "titles_gov_cn_policies"):
        (public / f"{name}.jsonl.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, records)).encode()))
    civic = [
        {"title": one["title"], "passage": one["text"], "query": f"{one['title']}同意吗？", "style": "col"}
        for one in records
    ]
    packed = gzip.compress("\n".join(map(json.dumps, civic)).encode())
    (public / "pairs_civic_questions.jsonl.gz").write_bytes(packed)
    return Sources(public, own, leave_out=("a",), hold_out=0.5)


def test_a_pool_holds_passages_with_their_places_and_others_by_their_text(sources: Sources) -> None:
    made = make_pool(sources, ["a"], {"同意规划。": "批复"})
    assert len(made.places) >= 1
    assert {name for name, _ in made.places} == {"a"}
    assert made.texts[made.bodies["同意规划。"]].startswith("批复")
    assert len(made.texts) == len(made.places) + 1


def test_around_a_bulletin_left_out_lie_documents_held_out(sources: Sources) -> None:
    made = unseen_pool(sources)
    held = {f"同意第{at}号规划。" for at in range(60) if sources.held_out(f"关于第{at}号规划的批复")}
    assert made.bodies.keys() == held
    assert 0 < len(held) < 60


def test_our_questions_are_tested_by_their_style_less_those_spread_wide(sources: Sources) -> None:
    made = make_pool(sources, ["a"], {})
    tests = {test.name: test for test in asked_tests(sources, made)}
    assert tests["asked formal"].questions == ["何时停水？"]
    assert tests["asked keywords"].questions == ["停水 时间"]
    assert tests["asked english"].questions == []
    (gold,) = tests["asked formal"].gold
    assert any("九月一日" in made.texts[at] for at in gold)


def test_public_questions_are_those_of_documents_held_out(sources: Sources) -> None:
    (test,) = civic_tests(sources, unseen_pool(sources))
    assert test.name == "civic col"
    assert len(test.questions) == len(unseen_pool(sources).bodies)
    assert all(len(gold) == 1 for gold in test.gold)


def test_no_evaluation_question_is_about_a_bulletin_that_is_not_there(sources: Sources) -> None:
    assert [test.questions for test in question_tests(sources, make_pool(sources, ["a"], {}), "dev")] == [
        [],
        [],
        [],
    ]
