"""A question of several parts: which are told by a sentence, which are missing, and what is left of the question."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.answering.choose import Candidate
from rag.answering.parts import left_open, less_missing, parts_of, said_missing, untold
from rag.asking.query import Query, Understanding
from rag.index import Passage
from tests.made import passages_of, sentence

RULES = """青禾市人民政府关于开展驾驶员培训补贴的通知
青政发〔2025〕6号
各县区人民政府：
培训由市交通局组织，培训期为30天。
每人补贴培训费800元。
报名地点为市民服务中心一楼大厅。
青禾市人民政府
2025年4月2日
"""


@pytest.fixture
def passages(tmp_path: Path) -> list[Passage]:
    return passages_of(tmp_path, RULES)


def asked(question: str) -> Query:
    return Understanding([]).understand(question)


def scored(passages: list[Passage], *words: str, step: float = 1.0) -> list[Candidate]:
    """The sentences with some words, each worth a little less than the one before."""
    return [replace(sentence(passages, word), score=10.0 - step * at) for at, word in enumerate(words)]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("培训多少天，补贴多少钱？", ["培训多少天", "补贴多少钱"]),
        ("培训多少天；补贴多少钱", ["培训多少天", "补贴多少钱"]),
        ("培训多少天？还有补贴多少钱？", ["培训多少天", "还有补贴多少钱"]),
        ("培训多少天 补贴多少钱", ["培训多少天", "补贴多少钱"]),
        ("How long is the course and how much is paid?", ["How long is the course", "how much is paid"]),
        ("我今年60岁，补贴多少钱？", ["我今年60岁，补贴多少钱？"]),  # the first tells, it does not ask
        ("补贴多少钱？", ["补贴多少钱？"]),
        ("drivers and their families get how much?", ["drivers and their families get how much?"]),
    ],
)
def test_each_part_asks_something(question: str, parts: list[str]) -> None:
    assert parts_of(asked(question)) == parts


def test_a_part_that_another_sentence_gives_brings_that_sentence(passages: list[Passage]) -> None:
    days, money = scored(passages, "30天", "800元")
    assert untold(asked("培训多少天，补贴多少钱？"), [days], [days, money]) == ([money], [])


def test_what_is_told_already_brings_nothing(passages: list[Passage]) -> None:
    days, money = scored(passages, "30天", "800元")
    assert untold(asked("培训多少天，补贴多少钱？"), [days, money], [days, money]) == ([], [])


def test_a_part_that_no_sentence_gives_is_missing(passages: list[Passage]) -> None:
    days, place = scored(passages, "30天", "服务中心")
    more, missing = untold(asked("培训多少天，补贴多少钱？"), [days], [days, place])
    assert more == []
    assert missing == ["补贴多少钱"]


def test_a_sentence_that_is_much_worse_gives_nothing(passages: list[Passage]) -> None:
    days, money = scored(passages, "30天", "800元", step=9.0)
    assert untold(asked("培训多少天，补贴多少钱？"), [days], [days, money]) == ([], ["补贴多少钱"])


def test_a_sentence_of_another_document_gives_nothing(passages: list[Passage], tmp_path: Path) -> None:
    (days,) = scored(passages, "30天")
    other = passages_of(tmp_path, RULES.replace("驾驶员", "保育员"), "other.txt")
    money = replace(sentence(other, "800元"), score=9.5)
    assert untold(asked("培训多少天，补贴多少钱？"), [days], [days, money])[1] == ["补贴多少钱"]


def test_a_sentence_that_shares_no_word_with_the_part_gives_nothing(passages: list[Passage]) -> None:
    days, money = scored(passages, "30天", "800元")
    assert untold(asked("培训多少天，罚款多少钱？"), [days], [days, money])[1] == ["罚款多少钱"]


def test_a_question_of_one_part_or_without_an_answer_lacks_nothing(passages: list[Passage]) -> None:
    days, money = scored(passages, "30天", "800元")
    assert untold(asked("补贴多少钱？"), [days], [days, money]) == ([], [])
    assert untold(asked("培训多少天，补贴多少钱？"), [], [days, money]) == ([], [])


def test_of_many_missing_parts_two_are_named(passages: list[Passage]) -> None:
    (place,) = scored(passages, "服务中心")
    _, missing = untold(asked("培训多少天，补贴多少钱，几岁能报名？"), [place], [place])
    assert len(missing) == 2


@pytest.mark.parametrize(
    ("question", "open_parts"),
    [
        ("怎么报名，补贴多少钱？", ["怎么报名"]),  # how is told by no kind of thing
        ("补贴多少钱，罚款多少钱？", ["补贴多少钱", "罚款多少钱"]),  # two sums of two things
        ("培训多少天，补贴多少钱？", []),
        ("怎么报名？", []),
    ],
)
def test_parts_of_which_no_kind_of_thing_tells(question: str, open_parts: list[str]) -> None:
    assert left_open(asked(question)) == open_parts


def test_what_only_a_missing_part_wants_is_no_longer_wanted() -> None:
    query = asked("培训多少天，补贴多少钱？")
    assert less_missing(query, ["补贴多少钱"]).wants == ("duration",)
    assert less_missing(query, []) is query
    assert less_missing(query, ["培训多少天", "补贴多少钱"]) is query


def test_what_is_missing_is_said_in_the_language_of_the_question() -> None:
    assert said_missing(["补贴多少钱"], "zh") == "“补贴多少钱”，公报中没有查到。"
    assert said_missing(["how much", "by when"], "en") == (
        "“how much”: not stated in the bulletins. “by when”: not stated in the bulletins."
    )
    assert said_missing([], "zh") == ""
