"""Which other documents a question may mean as well, and what is told to nobody."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from rag.answering.choose import Candidate
from rag.answering.confidence import may_be_told
from rag.asking.query import Understanding
from rag.reading.corpus import Document
from rag.retrieval.fresh import same_but_year
from tests.test_owed import PLAIN

THIS_YEAR = replace(PLAIN, title="临沂市兰山区2025年义务教育招生工作意见", signed_on="2025-05-01")


def test_the_same_notice_of_another_year_is_an_alternative() -> None:
    last = replace(THIS_YEAR, title="临沂市兰山区2024年义务教育招生工作意见", signed_on="2024-05-01")
    assert same_but_year(THIS_YEAR, last)
    written = replace(last, title="临沂市兰山区二〇二四年义务教育招生工作意见")
    assert same_but_year(THIS_YEAR, written)


@pytest.mark.parametrize(
    "other",
    [
        replace(THIS_YEAR, title="临沂市兰山区2024年高中招生工作意见", signed_on="2024-05-01"),
        replace(THIS_YEAR, jurisdiction="淄博市临淄区", signed_on="2024-05-01"),
        replace(THIS_YEAR, title="临沂市兰山区2026年义务教育招生工作意见"),
    ],
    ids=["of another thing", "of another district", "signed the same year"],
)
def test_another_notice_is_none(other: Document) -> None:
    assert not same_but_year(THIS_YEAR, other)


@pytest.mark.parametrize(
    ("question", "read", "told"),
    [
        ("咨询电话是多少？", "咨询电话：0539-8182110", True),
        ("咨询电话是多少？", "请向区教育和体育局咨询。", False),
        ("张伟的手机号是多少？", "张伟手机13800000000", False),
        ("王强家住哪里？", "王强，住兰山街道1号", False),
        ("补贴标准是多少？", "每人每月100元", True),
    ],
)
def test_a_number_is_told_where_it_is_printed_and_a_home_never(question: str, read: str, told: bool) -> None:
    query = Understanding([PLAIN]).understand(question)
    chosen = cast(Candidate, SimpleNamespace(unit=SimpleNamespace(reading=read)))
    assert may_be_told(query, [chosen]) == told
