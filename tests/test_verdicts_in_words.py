"""Yes, no and figures put before or beside a Chinese sentence."""

import pytest

from rag.answering.gloss import about, gloss
from rag.answering.parts import less_missing, parts_of, said_missing
from rag.answering.yesno import verdict
from rag.asking.query import Understanding
from tests.test_owed import PLAIN

UNDERSTAND = Understanding([]).understand


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        ("可以带宠物入园吗？", "禁止携带宠物入园。", "不能。"),
        ("能不能转让？", "不得转让。", "不能。"),
        ("允许停车吗？", "允许停车。", "可以。"),
        ("需要预约吗？", "无需预约。", "不用。"),
        ("要不要登记？", "应当登记。", "要。"),
        ("可以转让吗？", "符合条件的，可以转让。", ""),  # for some
        ("可以转让吗？", "可以申请，不得出租。", ""),  # of another deed
        ("可以转让给谁？", "可以转让给亲属。", ""),  # asks for more
        ("Can I transfer it?", "不得转让。", ""),  # said in Chinese only
        ("可以转让吗？", "转让须经批准。", ""),
    ],
)
def test_yes_or_no_only_where_the_sentence_decides(question: str, sentence: str, said: str) -> None:
    assert verdict(UNDERSTAND(question), sentence) == said


@pytest.mark.parametrize(
    ("sentence", "explained"),
    [
        ("自2025年9月18日10时至11时30分", "18 September 2025, 10:00, 11:30"),
        ("补贴1.2亿元", "120,000,000 yuan"),
        ("补贴2万亿元", "2,000,000,000,000 yuan"),
        ("3,500元", "3,500 yuan"),
        ("提高5.5%，提高5.5%", "5.5%"),
        ("9月31日", ""),
        ("共100人", ""),
    ],
)
def test_figures_of_a_sentence_in_english(sentence: str, explained: str) -> None:
    assert gloss(sentence) == explained


def test_a_document_is_told_by_number_and_day() -> None:
    assert about(PLAIN) == "临兰政发〔2025〕3号, dated 1 March 2025"


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("津贴多少钱？什么时候发？", 2),
        ("津贴多少钱，怎么申请，去哪里办？", 3),
        ("津贴、补贴分别多少钱？", 1),
        ("How much is it, and when is it paid?", 2),
        ("What is the fee for adults and children?", 1),
    ],
)
def test_parts_are_what_each_asks_something(question: str, parts: int) -> None:
    assert len(parts_of(UNDERSTAND(question))) == parts


def test_what_is_missing_is_no_longer_wanted() -> None:
    query = UNDERSTAND("津贴多少钱？什么时候发？")
    assert less_missing(query, ["什么时候发"]).wants == ("money",)
    assert less_missing(query, []) == query


def test_what_is_missing_is_said_in_the_language_asked() -> None:
    assert said_missing(["什么时候发"], "zh") == "“什么时候发”，公报中没有查到。"
    assert (
        said_missing(["a", "b"], "en")
        == "“a”: not stated in the bulletins. “b”: not stated in the bulletins."
    )
