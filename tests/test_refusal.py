"""Refusals say what was looked for, why there is nothing, and which annex is missing."""

from __future__ import annotations

import pytest

from rag.answer import Engine
from rag.answering.gloss import titled
from rag.answering.refusal import refusal
from rag.index import Index
from rag.reading.annexes import missing_annexes


def text_of(index: Index, title: str) -> str:
    """The text of the only document with some words in its title."""
    (document,) = [d for d in index.documents.values() if title in d.title]
    return index.quote(document.source, (document.span,))


def test_annexes_that_are_named_and_not_printed_are_found(index: Index) -> None:
    found = missing_annexes(text_of(index, "直播电商产业高质量发展"))
    assert [annex.number for annex in found] == list("123456")
    assert found[0].title == "兰山区电商主播人才申报表"


def test_of_a_list_of_annexes_only_the_missing_are_told(index: Index) -> None:
    assert [annex.number for annex in missing_annexes(text_of(index, "未建成社区建设集中整治"))] == list(
        "234"
    )


@pytest.mark.parametrize(
    "title", ["应急物资储备体系", "义务教育阶段学校和幼儿园招生", "营商环境评价", "立法工作计划"]
)
def test_printed_annexes_are_not_missing(index: Index, title: str) -> None:
    assert missing_annexes(text_of(index, title)) == ()


def test_a_count_of_copies_is_no_number_of_an_annex() -> None:
    assert missing_annexes("申请书及附件\n2022年8月报送。") == ()


def test_a_refusal_says_what_was_looked_for(engine: Engine) -> None:
    answer = engine.ask("临淄区学生坐校车每学期交多少钱？")
    assert answer.abstained
    assert "要找的是：金额" in answer.answer
    assert "最接近的文件" in answer.answer


def test_in_english_too(engine: Engine) -> None:
    answer = engine.ask("How much does a pupil in Linzi pay for the school bus per term?")
    assert answer.abstained
    assert "Looked for: an amount of money." in answer.answer


def test_a_form_that_is_not_printed_is_said_to_be_missing(engine: Engine) -> None:
    answer = engine.ask("《兰山区电商主播人才申报表》需要填写哪些栏目？")
    assert answer.abstained
    assert "附件“兰山区电商主播人才申报表”" in answer.answer
    assert "没有在公报中刊出" in answer.answer


def test_a_place_without_documents_is_named(engine: Engine) -> None:
    answer = engine.ask("青岛的防空警报什么时候试鸣？")
    assert answer.abstained
    assert "不包括青岛市的文件" in answer.answer
    assert "No document of Qingdao" in engine.ask("When are Qingdao's air-raid sirens tested?").answer


def test_private_matters_are_refused_as_such(engine: Engine) -> None:
    answer = engine.ask("宋晓莉家住哪个小区？")
    assert answer.abstained
    assert "个人信息" in answer.answer


def test_an_answer_that_points_to_a_missing_annex_says_so(engine: Engine) -> None:
    answer = engine.ask("兰山区每年评选多少个区级重大技术改造标杆项目？")
    assert not answer.abstained
    assert "missing_annex" in {notice.kind for notice in answer.notices}


def test_an_english_reader_is_told_the_nearest_title_in_english(engine: Engine) -> None:
    (nearest,) = [d for d in engine.index.documents.values() if "中小企业纾困帮扶" in d.title]
    title = titled(nearest, engine.lists.passages(nearest)[:2])
    assert "Relief and Support Policies" in title
    query = engine.retriever.understanding.understand("What is the minimum wage?")
    assert f"{nearest.title}” ({title}, " in refusal(query, nearest, (), "Call 12345.", title)
