"""What a document's record says, and an article by its number: when they are asked for, and where they stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.answering.articles import Asked, article_at, asked_article
from rag.answering.records import Fact, asked_fact, is_named, printed_at
from rag.asking.query import Understanding
from rag.chunk import chunk_bulletin
from rag.index import Passage
from rag.indexing.fields import Fields
from rag.reading.corpus import Bulletin, read_bulletin

NOTICE = """\
文号：青政办规〔2021〕3号
青禾市人民政府办公室关于印发青禾市临时救助办法的通知
各县（市、区）人民政府：
现将《青禾市临时救助办法》印发给你们，请遵照执行。
青禾市人民政府办公室
2021年11月8日
青禾市临时救助办法
第一条 自2021年11月8日起受理申请的，适用本办法。
第二条 每户每年救助一次。确有困难的，可以再救助一次。
申请人对其材料的真实性负责。
（一）材料应当齐全；
（二）材料应当真实。
虚报的，追回救助金。
第三条 本办法自2021年12月1日起施行。
"""


@pytest.fixture
def bulletin(tmp_path: Path) -> Bulletin:
    path = tmp_path / "notice.txt"
    path.write_text(NOTICE, encoding="utf-8")
    return read_bulletin(path)


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("临时救助办法的文号是多少？", "number"),
        ("What is the document number of the relief measures?", "number"),
        ("临时救助办法是哪个单位发的？", "issuer"),
        ("Who issued the temporary relief measures?", "issuer"),
        ("Which office issued the relief notice?", "issuer"),
        ("是谁发的这个救助通知？", "issuer"),
        ("临时救助办法是什么时候印发的？", "dated"),
        ("When was the relief notice issued?", "dated"),
        ("On which day was the relief notice published?", "dated"),
        ("救助通知哪天发的", "dated"),
        ("青政办规〔2021〕3号是关于什么的？", "title"),
        ("补贴什么时候发？", None),
        ("补贴是谁发的？", None),
        ("本预案废止的那份文件文号是多少？", None),
        ("停水公告是关于什么的？", None),
    ],
)
def test_what_is_asked_of_a_record(bulletin: Bulletin, question: str, fact: Fact | None) -> None:
    assert asked_fact(Understanding(bulletin.documents).understand(question)) == fact


@pytest.mark.parametrize(
    ("fact", "line"),
    [
        ("number", "文号：青政办规〔2021〕3号"),
        ("issuer", "青禾市人民政府办公室"),
        ("dated", "2021年11月8日"),
        ("title", "青禾市人民政府办公室关于印发青禾市临时救助办法的通知"),
    ],
)
def test_a_fact_stands_on_the_line_that_prints_it(bulletin: Bulletin, fact: Fact, line: str) -> None:
    place = printed_at(fact, bulletin.documents[0], bulletin.text)
    assert place is not None
    assert bulletin.text[slice(*place)] == line


def test_what_no_line_prints_has_no_place(tmp_path: Path) -> None:
    path = tmp_path / "bare.txt"
    path.write_text("停水通知\n因检修，9月1日停水一天，请用户储水。\n", encoding="utf-8")
    document = read_bulletin(path).documents[0]
    assert printed_at("number", document, path.read_text(encoding="utf-8")) is None


def test_a_document_is_named_by_its_number_or_by_words_of_its_title(bulletin: Bulletin) -> None:
    understand = Understanding(bulletin.documents).understand
    document = bulletin.documents[0]
    assert is_named(understand("青政办规〔2021〕3号是什么时候发的？"), document)
    assert is_named(understand("临时救助办法的文号"), document)
    assert not is_named(understand("幼儿园招生简章的文号"), document)
    # what asks for the record names nothing, and a short name stands inside a longer one
    assert is_named(understand("救助的文件谁发的？"), document)
    assert is_named(understand("水价的文件谁发的？"), replace(document, title="关于调整自来水价格的通知"))
    assert not is_named(understand("供暖的文件谁发的？"), document)


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("临时救助办法第二条是什么？", Asked(2)),
        ("第二条第二款怎么规定的", Asked(2, 2)),
        ("《临时救助办法》第十二条的内容", Asked(12)),
        ("What does Article 2, paragraph 3 of the measures say?", Asked(2, 3)),
        ("违反第二条第二款罚多少？", None),
        ("第二条什么时候施行？", None),
        ("临时救助一年几次？", None),
    ],
)
def test_an_article_is_asked_for_by_its_number(question: str, asked: Asked | None) -> None:
    assert asked_article(question) == asked


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Asked(2, 1), ["第二条 每户每年救助一次。", "确有困难的，可以再救助一次。"]),
        (Asked(2, 2), ["申请人对其材料的真实性负责。", "（一）材料应当齐全；", "（二）材料应当真实。"]),
        (Asked(2, 3), ["虚报的，追回救助金。"]),
        (Asked(3), ["第三条 本办法自2021年12月1日起施行。"]),
        (Asked(2, 9), []),
        (Asked(40), []),
    ],
)
def test_a_paragraph_has_its_sentences_and_its_items(
    bulletin: Bulletin, asked: Asked, told: list[str]
) -> None:
    passages = [Passage(one, bulletin.documents[0], Fields()) for one in chunk_bulletin(bulletin)]
    assert [unit.reading for *_, unit in article_at(asked, ["救助"], passages, bulletin.text)] == told
