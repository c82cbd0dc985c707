"""What a second question takes over from the one before, of two small documents and without an index."""

from dataclasses import replace

import pytest

from rag.asking.conversation import in_context, leans
from rag.asking.query import Query, Understanding
from tests.test_owed import PLAIN

LINZI = replace(
    PLAIN, id="e", jurisdiction="淄博市临淄区", title="淄博市临淄区人民政府通知", number="临政办发〔2018〕9号"
)
KNOWN = Understanding([PLAIN, LINZI])


def meant(question: str, *earlier: str) -> Query:
    return in_context(KNOWN.understand(question), earlier, KNOWN)


@pytest.mark.parametrize(
    "question", ["那要交多少钱？", "多少钱？", "它什么时候截止？", "And how much does it cost?", "How much?"]
)
def test_a_question_that_points_back_or_says_too_little_leans(question: str) -> None:
    assert leans(KNOWN.understand(question))


@pytest.mark.parametrize(
    "question",
    [
        "兰山区高龄津贴每月发放多少钱？",
        "临兰政发〔2025〕3号什么时候施行？",
        "How much is the old-age allowance in Lanshan per month?",
    ],
)
def test_a_question_that_says_what_it_is_about_does_not(question: str) -> None:
    assert not leans(KNOWN.understand(question))


def test_the_district_and_the_year_asked_about_stay() -> None:
    query = meant("那要交多少钱？", "临淄区2018年幼儿园怎么报名？")
    assert (query.places, query.years) == (("淄博市临淄区",), (2018,))
    assert query.whole is not None
    assert {"幼儿园", "报名"} <= set(query.whole.terms)


def test_another_district_takes_the_place_of_the_one_before_and_the_topic_stays() -> None:
    query = meant("那临淄区呢？", "兰山区幼儿园怎么报名？")
    assert query.places == ("淄博市临淄区",)
    assert query.whole is not None
    assert "幼儿园" in query.whole.terms


def test_the_document_asked_about_stays() -> None:
    assert meant("什么时候施行？", "临兰政发〔2025〕3号讲什么？").numbers == ("临兰政发〔2025〕3号",)


def test_what_was_asked_two_turns_ago_is_still_known() -> None:
    third = meant("要几天？", "兰山区幼儿园怎么报名？", "那要交多少钱？")
    assert third.places == ("临沂市兰山区",)
    assert third.whole is not None
    assert "幼儿园" in third.whole.terms


def test_without_a_question_before_nothing_is_taken_over() -> None:
    assert meant("那要交多少钱？").whole is None
