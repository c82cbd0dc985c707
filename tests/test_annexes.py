"""Annexes that a document names and its bulletin does not print."""

from dataclasses import replace
from pathlib import Path

import pytest

from rag.answer import Engine
from rag.index import open_index
from rag.reading.annexes import missing_annexes
from rag.settings import Settings


def missing(text: str) -> list[tuple[str, str]]:
    return [(annex.number, annex.title) for annex in missing_annexes(text)]


def test_an_annex_listed_and_not_printed_is_missing() -> None:
    assert missing("请按要求填报。\n附件：申请表\n青禾市人民政府\n") == [("", "申请表")]


def test_of_several_only_those_that_are_not_printed_are_missing() -> None:
    text = "附件：1.申请表\n2.名单\n3.评分标准\n青禾市人民政府\n附件2\n名单\n张三 李四\n"
    assert missing(text) == [("1", "申请表"), ("3", "评分标准")]


def test_an_annex_printed_under_its_title_alone_is_there() -> None:
    assert (
        missing("附件：1.临时救助申请表\n2.救助名单汇总\n青禾市\n临时救助申请表\n姓名 金额\n救助名单汇总\n")
        == []
    )


def test_an_annex_below_the_signature_may_be_headed_on_one_line() -> None:
    text = "补偿见附件2。\n青禾县人民政府\n2026年3月5日\n附件1：评分表（略）\n附件2：补偿标准\n耕地\t72.0\n"
    assert missing(text) == [("1", "")]
    alone = "青禾县人民政府\n2026年3月5日\n附件：补偿标准\n"
    assert missing(alone) == [("", "补偿标准")]
    assert missing(alone + "耕地\t72.0\n") == []


def test_a_title_that_differs_a_little_is_the_same() -> None:
    assert missing("附件：青禾市棚户区改造项目名单\n青禾市\n青禾市棚户区改造的项目名单\n甲项目\n") == []


def test_an_annex_only_referred_to_is_told_by_what_it_holds() -> None:
    assert missing("填写《临时救助申报表》（见附件1）。") == [("1", "临时救助申报表")]


@pytest.mark.parametrize("text", ["附件齐全后受理。", "救助标准为每月100元。", ""])
def test_a_text_that_names_none_lacks_none(text: str) -> None:
    assert missing(text) == []


def test_an_annex_is_told_by_its_title_or_its_number() -> None:
    (titled,) = missing_annexes("附件：申请表\n青禾市人民政府\n")
    assert titled.name == "“申请表”"
    (bare,) = missing_annexes("\n附件3另行印发。")
    assert bare.name == "3"


def test_annexes_listed_below_the_word_are_called_as_the_list_calls_them() -> None:
    text = (
        "填写中的“津贴”申报表（附件1）交村委会。\n附件：\n1.青禾市津贴申请表\n2.身份证粘贴页\n青禾市民政局\n"
    )
    assert missing(text) == [("1", "青禾市津贴申请表"), ("2", "身份证粘贴页")]


@pytest.mark.parametrize(
    "question", ["能托管的校外机构都有哪几家啊", "Which after-school care centres are approved?"]
)
def test_what_a_missing_annex_holds_is_nearer_to_it_than_to_any_sentence(
    tmp_path: Path, question: str
) -> None:
    settings = replace(Settings(), data=tmp_path / "data", index=tmp_path / "index")
    settings.bulletins.mkdir(parents=True)
    (settings.bulletins / "care.txt").write_text(
        "青禾县教育局关于规范校外托管的通知\n青教字〔2025〕3号\n一、托管费每月不得超过600元。\n"
        "二、托管机构须经消防验收。\n附件：全县合格校外托管机构名单\n青禾县教育局\n2025年3月1日\n",
        encoding="utf-8",
    )
    engine = Engine(open_index(settings, quiet=True), settings)
    query, hits = engine.retriever.search(question)
    document = hits[0].passage.document
    said = [one for one in engine.chooser.candidates(query, hits) if one.text.startswith(("一、", "二、"))]
    assert len(said) == 2
    assert engine.annexed(query, document) > max(one.grounds.read for one in said)
    charge, _ = engine.retriever.search("托管一个月收多少钱")
    fee = next(one for one in engine.chooser.candidates(charge, hits) if "600元" in one.text)
    assert engine.annexed(charge, document) < fee.grounds.read
