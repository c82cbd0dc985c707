"""Each part of a question is answered or said to be missing; whether a document holds is answered from its record."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.answering.parts import parts_of
from rag.answering.standing import asks_for_standing
from rag.asking.query import Understanding
from rag.contract import Answer

Ask = Callable[..., Answer]

RULES = """青禾市人民政府关于印发青禾市临时救助办法的通知
青政发〔2021〕9号
各县区人民政府：
现将《青禾市临时救助办法》印发给你们，请遵照执行。
青禾市人民政府
2021年11月20日
青禾市临时救助办法
第一条 遭遇急难的家庭可以申请临时救助。
第二条 救助申请由镇人民政府、街道办事处受理，自受理之日起10个工作日内办结。
第三条 本办法自2021年12月1日起施行，有效期5年。
"""


def test_the_parts_of_a_question_are_told_apart() -> None:
    understand = Understanding([]).understand
    assert parts_of(understand("报名要什么材料，报名费多少？")) == ["报名要什么材料", "报名费多少"]
    assert len(parts_of(understand("Where is the office, and what is its number?"))) == 2
    assert len(parts_of(understand("do the vouchers expire? what if i return the goods"))) == 2
    assert len(parts_of(understand("停水从几点到几点？"))) == 1


def test_what_asks_nothing_belongs_to_the_part_behind_it() -> None:
    parts = parts_of(Understanding([]).understand("飞防期间，能放无人机、风筝吗？多高的建筑不能架设？"))
    assert parts == ["飞防期间，能放无人机、风筝吗", "多高的建筑不能架设"]


def test_a_part_that_is_not_stated_is_said_to_be_missing(ask: Callable[[str], Ask]) -> None:
    answer = ask(RULES)("临时救助申请多少天办结，要收多少钱手续费？")
    assert "10个工作日" in answer.answer
    assert "要收多少钱手续费”，公报中没有查到" in answer.answer


def test_whether_a_document_holds_is_answered_with_the_place_that_says_so(ask: Callable[[str], Ask]) -> None:
    answer = ask(RULES)("临时救助办法什么时候到期？")
    assert "2026年11月30日" in answer.answer
    (citation,) = answer.citations
    assert "有效期5年" in citation.quote


@pytest.mark.parametrize(
    "question", ["那个工程变更的办法过期没", "Are the rules still valid?", "这个文件还有效吗？"]
)
def test_what_asks_whether_a_document_holds(question: str) -> None:
    assert asks_for_standing(Understanding([]).understand(question))


@pytest.mark.parametrize("question", ["消费券有效期几天？", "身份证过期了怎么办？", "有效果的办法有哪些？"])
def test_what_does_not(question: str) -> None:
    assert not asks_for_standing(Understanding([]).understand(question))


WORKS = """青禾市人民政府办公室关于印发2026年民生实事的通知
青政办发〔2026〕2号
各县区人民政府：
现将2026年民生实事印发给你们，请认真落实。
一、养老服务
改造敬老院2处，新增护理型养老床位200张。
二、托育服务
新增婴幼儿托位600个，创建示范托育机构1家。
三、道路建设
新建农村公路35公里，改造危桥4座。
青禾市人民政府办公室
2026年1月5日
"""


def test_two_numbers_of_two_things_are_both_told(ask: Callable[[str], Ask]) -> None:
    answer = ask(WORKS)("今年新增多少张护理型养老床位，改造几座危桥？")
    assert "200张" in answer.answer
    assert "4座" in answer.answer


def test_who_heads_a_body_is_its_head(ask: Callable[[str], Ask]) -> None:
    text = """青禾市人民政府办公室关于成立青禾市垃圾分类工作领导小组的通知
青政办字〔2025〕7号
各县区人民政府：
为统筹推进垃圾分类工作，成立青禾市垃圾分类工作领导小组，现将有关事项通知如下：
一、主要职责
统筹协调全市垃圾分类工作，研究解决垃圾分类工作的重大问题。
二、组成人员
组 长：李明 市政府副市长
副组长：王强 市城管局局长
成 员：赵丽 市教育局副局长
领导小组办公室设在市城管局，王强兼任办公室主任。
青禾市人民政府办公室
2025年3月1日
"""
    answer = ask(text)("垃圾分类工作领导小组谁牵头？")
    assert answer.answer.startswith("组长：李明 市政府副市长")
    assert len(answer.citations) == 1
