"""Our scores of terms against BM25 written out by hand, as Lucene has it."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from rag.indexing.inverted import Inverted, Part, Postings, Terms, counted, idf
from rag.text.normal import tokens

TEXTS = (
    "公园每天早上六点开放，公园晚上十点关闭。",
    "游泳馆每天开放，票价三十元。",
    "防空警报每年九月十八日试鸣，请市民不要惊慌。",
    "公园禁止携犬进入。",
    "",
)
K1, B = 1.5, 0.75


def reference(terms: list[str], text: str) -> float:
    """What BM25 gives a text, as a share of the most that the terms could weigh."""
    texts = [tokens(one) for one in TEXTS]
    average = sum(map(len, texts)) / len(texts)
    own = Counter(tokens(text))
    total = most = 0.0
    for term in terms:
        held = sum(term in one for one in texts)
        weight = math.log(1 + (len(texts) - held + 0.5) / (held + 0.5))
        most += weight
        length = K1 * (1 - B + B * own.total() / average)
        total += weight * own[term] / (own[term] + length) if own[term] else 0.0
    return total / most


def opened(folder: Path, count: int) -> Inverted:
    return Inverted([Part(Postings(folder), [(0, count)], count)])


@pytest.fixture
def field(tmp_path: Path) -> Inverted:
    made = Terms()
    made.add(counted(TEXTS))
    made.save(tmp_path)
    return opened(tmp_path, len(TEXTS))


@pytest.mark.parametrize(
    "terms", [["公园"], ["公园", "开放"], ["公园", "开放", "警报"], ["开放", "没有的词"]]
)
def test_scores_are_those_of_bm25(field: Inverted, terms: list[str]) -> None:
    ours = field.scores(dict.fromkeys(terms, 1.0), 0, np.arange(len(TEXTS)))
    assert ours == pytest.approx([reference(terms, text) for text in TEXTS], abs=1e-6)


def test_a_rare_term_weighs_more_than_a_common_one() -> None:
    assert idf(100, 1) > idf(100, 50) > idf(100, 100) > 0


def test_the_best_come_first_and_what_holds_nothing_does_not_come(field: Inverted) -> None:
    found = field.search({"公园": 1.0, "开放": 1.0}, 10)
    assert [row for _, row, _ in found] == [0, 1, 3] or [row for _, row, _ in found] == [0, 3, 1]
    assert [score for *_, score in found] == sorted((score for *_, score in found), reverse=True)
    assert field.search({"没有的词": 1.0}, 10) == []


def test_no_more_come_than_are_wanted_and_only_of_the_rows_given(field: Inverted) -> None:
    assert len(field.search({"公园": 1.0, "开放": 1.0}, 1)) == 1
    assert [row for _, row, _ in field.search({"公园": 1.0}, 5, [np.array([1, 3])])] == [3]
    assert field.search({"公园": 1.0}, 5, [np.zeros(0, dtype=np.intp)]) == []


def test_a_term_counts_by_its_weight(field: Inverted) -> None:
    rows = np.array([1, 3])
    more_of_opening = field.scores({"公园": 0.1, "开放": 1.0}, 0, rows)
    more_of_park = field.scores({"公园": 1.0, "开放": 0.1}, 0, rows)
    assert more_of_opening[0] > more_of_opening[1]
    assert more_of_park[1] > more_of_park[0]


def test_a_field_without_a_single_term_finds_nothing(tmp_path: Path) -> None:
    made = Terms()
    made.add(counted(["", "，。"]))
    made.save(tmp_path)
    assert opened(tmp_path, 2).search({"公园": 1.0}, 5) == []
