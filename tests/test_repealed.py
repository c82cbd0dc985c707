"""A document that is repealed by one printed here, named in a question by its number or by its title."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answering.standing import Stated, repealed_at, repealed_by_name
from rag.asking.query import Understanding
from rag.index import Passage
from rag.reading.corpus import Document
from tests.made import documents_of, passages_of

RULES = """青禾市人民政府关于印发青禾市养犬管理办法的通知
青政发〔2025〕12号
各县区人民政府：
现将《青禾市养犬管理办法》印发给你们，请遵照执行。
青禾市人民政府
2025年5月6日
青禾市养犬管理办法
第一条 为规范养犬行为，制定本办法。
第二条 每户限养一只犬。
第三条 本办法自2025年6月1日起施行。《青禾市城区限制养犬规定》（青政发〔2015〕30号）同时废止。
"""


@pytest.fixture
def passages(tmp_path: Path) -> list[Passage]:
    return passages_of(tmp_path, RULES)


def told(passages: list[Passage], question: str) -> tuple[str, Stated] | None:
    documents = documents_of(passages)

    def of(document: Document) -> list[Passage]:
        return [one for one in passages if one.document.id == document.id]

    return repealed_by_name(Understanding(documents).understand(question), documents, of)


@pytest.mark.parametrize(
    "question",
    ["青政发〔2015〕30号还有效吗？", "青禾市城区限制养犬规定废止了吗？", "城区限制养犬规定还管用吗？"],
)
def test_what_repeals_it_is_told_with_the_place_that_says_so(passages: list[Passage], question: str) -> None:
    found = told(passages, question)
    assert found is not None
    said, (_, _, unit) = found
    assert said == "已被青政发〔2025〕12号废止："
    assert "同时废止" in unit.reading


def test_to_an_english_reader_in_english(passages: list[Passage]) -> None:
    found = told(passages, "Is 青政发〔2015〕30号 still valid?")
    assert found is not None
    assert found[0] == "No longer valid; repealed by 青政发〔2025〕12号: "


@pytest.mark.parametrize(
    "question", ["养犬管理办法还有效吗？", "青政发〔2014〕3号还有效吗？", "停车管理规定废止了吗？"]
)
def test_what_is_not_repealed_here_is_not_said_to_be(passages: list[Passage], question: str) -> None:
    assert told(passages, question) is None


def test_the_place_is_a_sentence_and_no_heading(passages: list[Passage]) -> None:
    place = repealed_at(passages, "青政发〔2015〕30号")
    assert place is not None
    passage, number, unit = place
    assert passage.chunk.units[number] == unit
    assert unit.kind not in ("heading", "meta")
    assert repealed_at(passages, "青政发〔1999〕1号") is None
