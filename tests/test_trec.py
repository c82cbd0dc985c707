"""Rankings as TREC has them, their measure against nDCG written out by hand, and what is kept out of training."""

from __future__ import annotations

import gzip
import math
from pathlib import Path

import pytest

from eval.public import is_held_out, read_jsonl
from eval.trec import ndcg, write_run


def by_hand(ranking: list[str], relevant: list[str]) -> float:
    gained = sum(1 / math.log2(at + 2) for at, one in enumerate(ranking[:10]) if one in relevant)
    return gained / sum(1 / math.log2(at + 2) for at in range(min(10, len(relevant))))


@pytest.mark.parametrize(
    ("ranking", "relevant"),
    [
        (["a", "b", "c"], ["a"]),
        (["b", "c", "a"], ["a"]),
        (["b", "a", "c", "d"], ["a", "d"]),
        (["x"] + [f"n{n}" for n in range(9)] + ["a"], ["a"]),  # the eleventh counts for nothing
    ],
)
def test_the_measure_is_ndcg_at_ten(ranking: list[str], relevant: list[str]) -> None:
    assert ndcg({"q": ranking}, {"q": relevant})["q"] == pytest.approx(by_hand(ranking, relevant))


def test_a_question_that_finds_nothing_counts_as_nothing() -> None:
    assert ndcg({"q": ["a"], "r": []}, {"q": ["a"], "r": ["b"]}) == {"q": 1.0, "r": 0.0}


def test_a_run_has_a_line_a_passage_in_falling_order(tmp_path: Path) -> None:
    file = tmp_path / "run.txt"
    write_run({"q1": ["a", "b"], "q2": ["c"]}, "ours", file)
    lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
    assert [line[:4] for line in lines] == [
        ["q1", "Q0", "a", "1"],
        ["q1", "Q0", "b", "2"],
        ["q2", "Q0", "c", "1"],
    ]
    assert float(lines[0][4]) > float(lines[1][4])
    assert {line[5] for line in lines} == {"ours"}


def test_about_the_share_asked_for_is_held_out_and_the_same_each_time() -> None:
    titles = [f"关于第{number}号规划的批复" for number in range(2000)]
    held = [title for title in titles if is_held_out(title, 0.2)]
    assert 0.17 < len(held) / len(titles) < 0.23
    assert held == [title for title in titles if is_held_out(title, 0.2)]
    assert set(held) < {
        title for title in titles if is_held_out(title, 0.5)
    }  # a larger share adds to a smaller


def test_records_are_read_packed_or_not_and_blank_lines_are_none(tmp_path: Path) -> None:
    text = '{"title": "甲"}\n\n{"title": "乙"}\n'
    (tmp_path / "plain.jsonl").write_text(text, encoding="utf-8")
    (tmp_path / "packed.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    for name in ("plain.jsonl", "packed.jsonl.gz"):
        assert [one["title"] for one in read_jsonl(tmp_path / name)] == ["甲", "乙"]
