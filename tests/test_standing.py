"""Whether a document still holds, from its record; and what the sentence opens with."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rag.answering.standing import (
    asks_for_standing,
    asks_whether_on,
    is_over,
    said_over,
    standing,
    stated_at,
)
from rag.asking.query import Understanding
from rag.contract import Notice
from rag.reading.corpus import Document
from rag.text.normal import Language
from tests.made import passages_of
from tests.test_owed import PLAIN

UNTIL = replace(PLAIN, valid_until="2026-05-31")
PLAN = replace(PLAIN, implied_until="2025-12-31", implied_reason="“十四五”期间至2025年")
EVENT = replace(PLAN, title="关于举办职工技能竞赛的通知", implied_reason="文中写明的时间至2025年12月31日")


@pytest.mark.parametrize(
    ("document", "language", "today", "said"),
    [
        (UNTIL, "zh", date(2026, 5, 31), "仍在有效期内（至2026年5月31日）："),
        (UNTIL, "zh", date(2026, 6, 1), "已过有效期（至2026年5月31日）："),
        (UNTIL, "en", date(2026, 6, 1), "No longer valid; it was valid until 31 May 2026: "),
        (PLAIN, "zh", date(2026, 6, 1), "文件没有写明有效期："),
        (PLAN, "zh", date(2026, 6, 1), "没有写明有效期，但据其内容应至2025年12月31日为止："),
        (
            PLAN,
            "en",
            date(2025, 6, 1),
            "No date of expiry is stated; by its content it runs until 31 December 2025: ",
        ),
        (EVENT, "zh", date(2026, 6, 1), "已经结束（文件写明的时间至2025年12月31日）："),
        (
            EVENT,
            "en",
            date(2026, 6, 1),
            "This is over; the time set in the document ran until 31 December 2025: ",
        ),
        (
            replace(UNTIL, replaced_by="甲政发〔2026〕1号"),
            "zh",
            date(2026, 1, 1),
            "已被甲政发〔2026〕1号取代：",
        ),
    ],
)
def test_what_the_record_says(document: Document, language: Language, today: date, said: str) -> None:
    assert standing(document, language, today) == said


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("高龄津贴的通知还有效吗？", True),
        ("物业管理条例生效了吗？", True),
        ("这个办法什么时候失效？", True),
        ("这份文件是否已经废止？", True),
        ("Is the notice still in force?", True),
        ("Until when is the plan valid?", True),
        ("这个办法现在还作数不？", True),
        ("那个方案还管不管用", True),
        ("这个规定过没过期？", True),
        ("二十条措施还在执行吗", True),
        ("这个预案被替代了吗？", True),
        ("防溺水行动结束了没", True),
        ("飞线整治还在进行吗", True),
        ("活动结束了还能领奖吗？", False),
        ("Is the campaign over?", True),
        ("Has the fitness plan ended?", True),
        ("Does the plan still apply?", True),
        ("Do the measures still hold?", True),
        ("Are the rules out of date?", True),
        ("Has the plan been replaced?", True),
        ("办法的有效期是几年？", False),
        ("哪个部门负责这个办法？", False),
        ("身份证还有效吗？", False),
        ("津贴多少钱？", False),
    ],
)
def test_only_a_question_for_a_documents_force_asks_for_it(question: str, asks: bool) -> None:
    assert asks_for_standing(Understanding([]).understand(question)) == asks


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("消费券现在还能用吗？", True),
        ("消费券还有吗", True),
        ("消费券现在还发不发？", True),
        ("Are the vouchers still valid?", True),
        ("消费券怎么领？", False),
        ("现在还有哪些消费券？", False),
        ("订单退了一半，消费券还能再用吗？", False),  # a rule of their use
    ],
)
def test_whether_an_offer_is_still_on_is_asked_of_it(question: str, asks: bool) -> None:
    assert asks_whether_on(Understanding([]).understand(question)) == asks


ENDED = Notice("past_event", {"on": date(2021, 12, 31)}, "event")
LAPSED = Notice("implied_expired", {"on": date(2022, 12, 31), "reason": "标题所示为2022年度的安排"})


@pytest.mark.parametrize(
    ("question", "notice", "said"),
    [
        ("哪里可以领消费券？", ENDED, "已经结束（文件写明的时间至2021年12月31日）。当时写的是："),
        (
            "Where can I get vouchers?",
            ENDED,
            "This is over; the time set in the document ran until 31 December 2021. What it said then: ",
        ),
        ("消费券总额是多少？", ENDED, ""),
        ("对决定不服怎么办？", ENDED, ""),
        ("进入决赛前6名的选手参加评选可以晋升几级？", ENDED, ""),
        ("两处写的数目前后一致吗？", LAPSED, ""),
        ("2021年的消费券怎么领？", ENDED, ""),  # who names its year knows
        # what only its content implies is told first to who asks of today alone
        ("补贴怎么申请？", LAPSED, ""),
        ("补贴现在还能申请吗？", LAPSED, "没有写明有效期，但据其内容应至2022年12月31日为止。当时写的是："),
        ("哪里可以领消费券？", Notice("target"), ""),
    ],
)
def test_an_answer_opens_with_what_is_over(question: str, notice: Notice, said: str) -> None:
    assert said_over([notice], Understanding([]).understand(question)) == said


VOUCHERS = """甲县商务局关于举办消费券发放活动的公告
甲商公告〔2021〕3号
市民可以通过手机银行领取消费券，领完为止。
2021年12月3日至12月31日，面向全县发放消费券。
甲县商务局
2021年11月24日
"""


def test_what_an_event_is_over_by_is_its_own_day(tmp_path: Path) -> None:
    passages = passages_of(tmp_path, VOUCHERS)
    place = stated_at(passages)
    assert place is not None
    assert place[2].reading == "2021年12月3日至12月31日，面向全县发放消费券。"
    assert is_over(passages[0].document, date(2022, 1, 1))
    assert not is_over(passages[0].document, date(2021, 12, 31))


def test_a_document_that_states_nothing_is_told_by_its_title(tmp_path: Path) -> None:
    text = (
        "甲县人民政府关于支持小微企业二十条措施的意见\n甲政发〔2022〕3号\n各乡镇人民政府：\n一、减免房租。\n"
    )
    place = stated_at(passages_of(tmp_path, text))
    assert place is not None
    assert "二十条措施" in place[2].reading
