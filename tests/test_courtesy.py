"""Courtesy changes no answer, small talk is small talk, and only what is somebody's is private."""

from __future__ import annotations

import pytest

from rag.asking.query import Understanding
from rag.asking.smalltalk import reply, without_courtesy
from rag.text.phones import phones

UNDERSTANDING = Understanding([])


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("您好，我想咨询一下，停水从几点到几点？谢谢！", "停水从几点到几点？"),
        ("老师您好，麻烦帮我查一下水田一亩补多少钱，谢谢您", "水田一亩补多少钱"),
        ("想问问转学要啥材料 急急急", "转学要啥材料"),
        ("Hi, I would like to know how much the fine is? Thank you", "how much the fine is?"),
        ("感谢信怎么写", "感谢信怎么写"),
        ("谢谢", "谢谢"),
    ],
)
def test_courtesy_is_no_part_of_the_question(asked: str, meant: str) -> None:
    assert without_courtesy(asked) == meant


def test_a_polite_question_is_searched_as_the_plain_one() -> None:
    polite, plain = map(
        UNDERSTANDING.understand, ("您好，我想咨询一下水田一亩补多少钱？谢谢！", "水田一亩补多少钱？")
    )
    assert (polite.text, polite.terms, polite.wants) == (plain.text, plain.terms, plain.wants)


@pytest.mark.parametrize(
    "question",
    [
        "我家住在兰山区能上哪个小学？",
        "老家住房危房改造补多少？",
        "报名要带身份证吗？",
        "用手机号怎么领消费券？",
        "哪个小区要停水？",
        "最低工资是多少？",
        "社区工作者月工资多少？",
        "How old must I be for the pension?",
    ],
)
def test_ordinary_questions_are_not_private(question: str) -> None:
    assert not UNDERSTANDING.understand(question).private


@pytest.mark.parametrize(
    "question",
    [
        "张伟家住哪个小区？",
        "区长的手机号码是多少？",
        "王芳的身份证号是多少？",
        "她每月工资多少？",
        "What is Zhang Wei's salary?",
        "Where does Zhang Wei live?",
        "What is the mayor's home address?",
    ],
)
def test_what_is_somebodys_is_private(question: str) -> None:
    assert UNDERSTANDING.understand(question).private


@pytest.mark.parametrize(
    "question", ["你是真人吗", "您好，你是机器人吗？", "转人工", "Are you a real person?"]
)
def test_small_talk_is_small_talk(question: str) -> None:
    said = reply(question)
    assert said is not None
    assert "12345" in said


def test_hotlines_are_telephone_numbers_and_amounts_are_none() -> None:
    assert phones("举报电话：110、12345。") == ["110", "12345"]
    assert phones("咨询电话：0539-8184032或400-893-9111") == ["0539-8184032", "400-893-9111"]
    assert phones("奖励12345元，面积12345平方米，2024年11月") == []


def test_a_telephone_used_is_not_asked_for() -> None:
    assert not UNDERSTANDING.understand("用手机号怎么领消费券？").phone
    assert UNDERSTANDING.understand("招生办公室的电话是多少？").phone
