"""What a resident needs and the document leaves open is said, and only then."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.answering.unstated import unstated
from rag.asking.query import Understanding
from rag.contract import Answer

Ask = Callable[..., Answer]

SLOGAN = "失业登记和失业保险金申领整合为一件事，由人社局牵头实施，一次办好。"
NOTICE = f"""青禾市人民政府关于推行一件事一次办的公告
青政公告〔2025〕4号
{SLOGAN}
青禾市人民政府
2025年6月1日
"""


def left_open(question: str, *said: str) -> list[str]:
    return list(unstated(Understanding([]).understand(question), said, ()))


@pytest.mark.parametrize("question", ["失业金怎么领", "how do i claim unemployment money"])
def test_neither_papers_nor_place(question: str) -> None:
    assert left_open(question, SLOGAN) == ["papers", "where"]


def test_what_says_where_to_go_is_an_answer() -> None:
    assert left_open("失业金怎么领", "登录人社局网站申领失业保险金。") == []


def test_papers_that_are_asked_for_and_not_named() -> None:
    assert left_open("领失业金要什么材料", "登录网站申领失业保险金。") == ["papers"]
    assert left_open("领失业金要什么材料", "凭身份证办理。") == []


def test_who_or_how_much_needs_neither() -> None:
    assert left_open("失业金归谁管", SLOGAN) == []


def test_it_stands_in_the_answer_with_whom_to_ask(ask: Callable[[str], Ask]) -> None:
    answer = ask(NOTICE)("失业金怎么领")
    assert "在哪里办理，公报没有写明。" in answer.answer
    assert "12345" in answer.answer
