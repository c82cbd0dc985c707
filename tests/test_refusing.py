"""What is said instead of an answer, from a question and the document that came nearest."""

import pytest

from rag.answering.refusal import asks_for_missing, only_points_to, refusal, which_one
from rag.asking.query import Query, Understanding
from rag.reading.annexes import Annex
from tests.test_owed import PLAIN

CONTACT = "可以拨打12345。"


def asked(question: str) -> Query:
    return Understanding([PLAIN]).understand(question)


def test_it_says_what_was_looked_for() -> None:
    assert "要找的是：金额。" in refusal(asked("津贴多少钱？"), None, (), CONTACT)
    assert "Looked for: an age." in refusal(asked("At what age is it paid?"), None, (), CONTACT)


def test_it_names_the_nearest_document_and_says_that_it_does_not_answer() -> None:
    said = refusal(asked("津贴多少钱？"), PLAIN, (), CONTACT)
    assert f"“{PLAIN.title}”" in said
    assert "没有回答" in said


def test_an_english_reader_gets_number_and_date_of_the_nearest() -> None:
    said = refusal(asked("How much is it?"), PLAIN, (), "Call 12345.")
    assert "临兰政发〔2025〕3号, dated 1 March 2025" in said


def test_annexes_that_are_not_printed_may_hold_it_the_likeliest_first() -> None:
    annexes = (Annex("1", "申请流程图"), Annex("2", "津贴标准表"), Annex("3", "名单"))
    said = refusal(asked("津贴标准是多少？"), PLAIN, annexes, CONTACT)
    assert "“津贴标准表”、“申请流程图”" in said
    assert "名单" not in said


def test_whom_to_ask_stands_last() -> None:
    assert refusal(asked("津贴多少钱？"), PLAIN, (), CONTACT).endswith(CONTACT)


def test_what_is_private_is_refused_without_a_document() -> None:
    said = refusal(asked("王伟家住哪里？"), PLAIN, (), CONTACT)
    assert "个人信息" in said
    assert PLAIN.title not in said


def test_another_place_is_named_as_not_collected() -> None:
    said = refusal(asked("上海的津贴多少钱？"), None, (), CONTACT)
    assert "不包括上海" in said
    assert "要找的是" not in said


def test_which_of_several_is_meant_is_asked_back() -> None:
    assert "兰山区、临淄区" in which_one("zh", ["兰山区", "临淄区"])
    assert "Lanshan and Linzi" in which_one("en", ["Lanshan", "Linzi"])


def test_a_question_that_names_a_missing_annex_is_answered_by_nothing_printed() -> None:
    annexes = (Annex("1", "高龄津贴申请表"),)
    assert asks_for_missing(asked("高龄津贴申请表有哪些栏？"), annexes)
    assert not asks_for_missing(asked("高龄津贴怎么申请？"), annexes)
    assert asks_for_missing(asked("津贴申请表上要写什么？"), annexes)
    assert not asks_for_missing(asked("低保申请表上要写什么？"), annexes)
    assert not asks_for_missing(asked("津贴申请表在哪里？"), annexes)
    assert not asks_for_missing(asked("名单里有谁？"), (Annex("1", "名单"),))  # too short to mean this one


@pytest.mark.parametrize(
    ("sentence", "points"),
    [
        ("2.《高龄津贴申请表》（附件1）。", True),
        ("填写高龄津贴申请表，详见附件1", True),
        ("高龄津贴申请表由村民委员会统一发放。", False),
        ("本人身份证复印件。", False),
    ],
)
def test_a_sentence_that_only_names_what_is_not_printed_is_no_answer(sentence: str, points: bool) -> None:
    annexes = (Annex("1", "高龄津贴申请表"),)
    assert only_points_to(asked("高龄津贴申请表里填什么？"), sentence, annexes) is points
    assert not only_points_to(asked("高龄津贴申请表在哪里？"), sentence, annexes)
