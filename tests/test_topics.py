"""A bare word is offered the topics that the collection has on it; a question is answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.answering.topics import is_bare
from rag.asking.query import Understanding
from rag.contract import Answer

Ask = Callable[..., Answer]

SUBSIDIES = """青禾市人民政府关于印发惠民补贴办法的通知
青政发〔2025〕9号
各县区人民政府：
现将《惠民补贴办法》印发给你们，请遵照执行。
青禾市人民政府
2025年3月1日
惠民补贴办法
一、高龄补贴
年满80周岁的老年人每月发放高龄补贴100元，由民政部门按月发放到本人银行账户。
二、租房补贴
新就业职工每户每月发放租房补贴400元，由住房保障中心按季度发放，最长三年。
三、培训补贴
失业人员参加职业培训并取得证书的，每人发放培训补贴800元，由人社部门审核发放。
"""


def test_a_word_is_offered_topics_and_no_figure(ask: Callable[[str], Ask]) -> None:
    asked = ask(SUBSIDIES)
    answer = asked("补贴")
    assert answer.abstained
    assert set(answer.suggestions) >= {"高龄补贴", "租房补贴", "培训补贴"}
    assert all(topic in answer.answer for topic in answer.suggestions)
    assert not answer.citations
    assert "100元" in asked("高龄补贴多少钱").answer


def test_a_word_that_no_document_holds_is_offered_nothing(ask: Callable[[str], Ask]) -> None:
    answer = ask(SUBSIDIES)("护照")
    assert answer.abstained
    assert not answer.suggestions


@pytest.mark.parametrize(
    ("question", "bare"),
    [
        ("学区", True),
        ("消费券？", True),
        ("vouchers", True),
        ("补贴多少", False),
        ("怎么领", False),
        ("消费券怎么领取", False),
        ("How much?", False),
    ],
)
def test_what_is_a_bare_word(question: str, bare: bool) -> None:
    assert is_bare(Understanding([]).understand(question)) == bare
