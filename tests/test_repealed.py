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

    return repealed_by_name(Understanding(documents).understand(question), documents[0], documents, of)


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


SAME_NAME = """甲县人民政府办公室关于印发甲县防汛应急预案的通知
甲政办字〔2022〕26号
各乡镇人民政府：
甲县防汛应急预案已经同意，现印发给你们。
甲县人民政府办公室
2022年6月23日
甲县防汛应急预案
第一章 总则
第一条 本预案适用于全县。
第二章 附则
第二条 本预案自印发之日起实施，《甲县防汛应急预案》（甲政办字〔2020〕35号）同时废止。
"""


@pytest.mark.parametrize(
    ("question", "repealed"),
    [
        ("甲县防汛应急预案还有效吗？", False),  # the one in force bears the name
        ("甲县2020年的防汛应急预案还有效吗？", True),
        ("甲政办字〔2020〕35号还有效吗？", True),
        ("Does the 2020 flood plan of Jia County still apply?", True),
    ],
)
def test_of_two_documents_of_one_name_the_one_in_force_is_meant(
    tmp_path: Path, question: str, repealed: bool
) -> None:
    assert (told(passages_of(tmp_path, SAME_NAME), question) is not None) is repealed
