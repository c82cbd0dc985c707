"""The conversation that a browser keeps and sends with a question."""

import json

import pytest

from rag.asking.query import LONGEST_QUESTION
from web.asking import LONGEST_HISTORY
from web.chat import Said


def test_what_was_said_is_read_as_it_was_kept() -> None:
    assert Said.read('{"count": 3, "questions": ["公园几点开？", "收费吗？"]}') == Said(
        3, ("公园几点开？", "收费吗？")
    )


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "null",
        "[]",
        "{",
        '{"count": "x"}',
        '{"questions": [1]}',
        '{"questions": "abc"}',
        "\ud800",
        "9" * 5000,
    ],
)
def test_what_can_not_be_read_is_a_conversation_that_begins(sent: str) -> None:
    assert Said.read(sent) == Said(0, ())


def test_of_a_long_conversation_the_latest_questions_are_looked_at() -> None:
    questions = [f"第{number}问" for number in range(LONGEST_HISTORY + 5)]
    said = Said.read(json.dumps({"count": 99, "questions": questions}))
    assert said == Said(99, tuple(questions[-LONGEST_HISTORY:]))


def test_a_question_that_no_page_takes_is_left_out() -> None:
    said = Said.read(
        json.dumps({"questions": ["", " \n ", "问" * (LONGEST_QUESTION + 1), " 公园\x00 几点开 "]})
    )
    assert [question.replace(" ", "") for question in said.questions] == ["公园几点开"]


@pytest.mark.parametrize(("count", "number"), [(-5, 0), (10**9, 1_000_000), (7, 7)])
def test_a_count_that_can_not_be_is_brought_within_bounds(count: int, number: int) -> None:
    assert Said.read(json.dumps({"count": count})).count == number
