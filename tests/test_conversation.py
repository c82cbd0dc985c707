from collections.abc import Callable

import pytest

from rag.answer import Engine
from rag.contract import Answer

SIREN = "临沂2025年防空警报试鸣是哪天?"


@pytest.mark.parametrize(
    ("first", "second", "holds"),
    [
        (SIREN, "那解除警报是怎么响的?", "3分钟"),
        (SIREN, "在哪些地方鸣放？", "试鸣"),
        ("When is the air-raid siren test in Linyi?", "And what does the all-clear sound like?", "3 min"),
    ],
)
def test_a_second_question_keeps_the_topic(engine: Engine, first: str, second: str, holds: str) -> None:
    answer = engine.ask(second, history=[first])
    assert answer.citations[0].document.number == "临政字〔2025〕75号"
    assert holds in answer.answer


def test_it_keeps_the_district_unless_it_names_another(engine: Engine) -> None:
    def places(second: str) -> tuple[str, ...]:
        return engine.retriever.search(second, 1, ["兰山区养老床位有多少张"])[0].places

    assert places("那护理型的呢") == ("临沂市兰山区",)
    assert places("那临淄呢") == ("临淄区",)


def test_a_third_question_still_knows_the_first(engine: Engine) -> None:
    query, hits = engine.retriever.search("那几点结束？", 3, [SIREN, "那解除警报是怎么响的?"])
    assert query.whole is not None
    assert hits[0].passage.document.number == "临政字〔2025〕75号"


def test_a_question_that_stands_alone_owes_nothing_to_the_one_before(engine: Engine) -> None:
    question = "兰山区新建标准化直播基地最高奖励多少钱？"
    assert engine.ask(question, history=[SIREN]).answer == engine.ask(question).answer


def test_another_place_is_not_given_the_answer_of_the_one_before(engine: Engine) -> None:
    query, _ = engine.retriever.search("那罗庄区呢？", 3, ["兰山区养老床位有多少张"])
    assert query.places == ("临沂市罗庄区",)


VOUCHERS = """青禾市商务局关于发放消费券的公告
青商公告〔2025〕3号
消费券分四轮发放，市民通过手机银行领取。
每笔消费限用一张消费券，每张有效期7天。
咨询电话：12345
青禾市商务局
2025年5月6日
青禾市交通局关于开通夜间公交的公告
青交公告〔2025〕8号
夜间公交每晚22时至24时运行，每30分钟一班，全程票价2元。
青禾市交通局
2025年6月1日
"""


def test_a_question_without_its_subject_is_about_what_was_asked_before(
    ask: Callable[[str], Callable[..., Answer]],
) -> None:
    asked = ask(VOUCHERS)
    assert "限用一张" in asked("一次能用几张", history=["消费券怎么领？"]).answer
    assert "限用一张" in asked("一次能用几张", history=["消费券怎么领？", "谢谢"]).answer
    assert "2元" in asked("夜间公交全程票价多少钱？", history=["消费券怎么领？"]).answer
