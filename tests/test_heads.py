"""Who heads a body, asked and found in the list of its members; and what a sentence refers to."""

from __future__ import annotations

import pytest

from rag.answering.heads import asks_for_head
from rag.answering.references import articles_referred_to, refers_before
from rag.asking.query import Query, Understanding


def asked(question: str) -> Query:
    return Understanding([]).understand(question)


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("防汛指挥部的总指挥是谁？", True),
        ("经济普查领导小组谁牵头？", True),
        ("Who heads the census committee?", True),
        ("普查领导小组的副组长是谁？", False),
        ("防汛指挥部办公室设在哪里？", False),
        ("县长是谁？", False),
    ],
)
def test_who_heads_a_body_is_asked(question: str, asks: bool) -> None:
    assert asks_for_head(asked(question)) == asks


@pytest.mark.parametrize(
    ("sentence", "own", "articles"),
    [
        ("违反本办法第三条规定的，处二百元罚款。", 5, [3]),
        ("按照第三条执行，符合第十二条的除外。", 5, [3, 12]),
        ("前条规定的情形除外。", 5, [4]),
        ("依照《城乡规划法》第九条处罚。", 5, []),
        ("依照本办法第五条处罚。", 5, []),
        ("第三条 申请人应当提交材料。", None, []),
    ],
)
def test_which_articles_a_sentence_leaves_something_to(
    sentence: str, own: int | None, articles: list[int]
) -> None:
    assert articles_referred_to(sentence, own) == articles


@pytest.mark.parametrize(
    ("sentence", "before"),
    [
        ("前款规定的期限自受理之日起计算。", True),
        ("地址：同上", True),
        ("编号：2；地址：同上；电话：无", True),
        ("同上级部门会商后答复。", False),
        ("第三款规定的期限。", False),
    ],
)
def test_whether_a_sentence_leans_on_the_one_before(sentence: str, before: bool) -> None:
    assert refers_before(sentence) == before
