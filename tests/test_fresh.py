"""Of the same notice of several years the one that holds answers, by the date answers are judged by."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rag.answer import Engine
from rag.errors import BulletinError
from rag.index import open_index
from rag.settings import Settings


def notice(place: str, number: str, year: int, month: int, amount: int) -> str:
    return f"""{place}人民政府关于发放{year}年高龄津贴的通知
{number}〔{year}〕3号
各镇人民政府、街道办事处：
年满80周岁的老年人，每人每月发放高龄津贴{amount}元，由民政部门按月发放。
{place}人民政府
{year}年{month}月1日
"""


LANSHAN = [notice("临沂市兰山区", "临兰政发", year, 3, amount) for year, amount in ((2024, 100), (2026, 160))]
LINZI = notice("临淄区", "临政发", 2025, 5, 230)


def opened(folder: Path, texts: list[str], today: date, district: str = "") -> Engine:
    bulletins = folder / "data" / "bulletins"
    bulletins.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(texts):
        (bulletins / f"{number}.txt").write_text(text, encoding="utf-8")
    settings = replace(
        Settings(), data=folder / "data", index=folder / "index", today=today, district=district
    )
    return Engine(open_index(settings, quiet=True), settings)


@pytest.mark.parametrize(
    ("today", "first", "other"),
    [(date(2026, 6, 1), "160元", "2024年"), (date(2025, 6, 1), "100元", "2026年")],
)
def test_the_year_that_holds_answers_and_the_other_is_named(
    tmp_path: Path, today: date, first: str, other: str
) -> None:
    answer = opened(tmp_path, LANSHAN, today).ask("80岁以上老人每月高龄津贴多少钱？")
    assert first in answer.citations[0].quote
    assert [name[:5] for name in answer.suggestions] == [other]


def test_a_year_that_is_named_is_meant(tmp_path: Path) -> None:
    engine = opened(tmp_path, LANSHAN, date(2026, 6, 1))
    assert "100元" in engine.ask("2024年80岁以上老人每月高龄津贴多少钱？").citations[0].quote


def test_the_readers_own_district_is_meant_where_none_is_named(tmp_path: Path) -> None:
    engine = opened(tmp_path, [LANSHAN[1], LINZI], date(2026, 6, 1), "兰山区")
    question = "80岁以上老人每月高龄津贴多少钱？"
    assert "160元" in engine.ask(question).citations[0].quote
    assert "230元" in engine.ask(question, district="临淄区").citations[0].quote
    assert "230元" in engine.ask(f"临淄区{question}").citations[0].quote


def test_what_only_another_district_has_is_told_as_such(tmp_path: Path) -> None:
    engine = opened(
        tmp_path, [LANSHAN[1], LINZI.replace("高龄津贴", "残疾人护理补贴")], date(2026, 6, 1), "兰山区"
    )
    answer = engine.ask("残疾人护理补贴每月多少钱？")
    assert "230元" in answer.answer
    assert "other_district" in [notice.kind for notice in answer.notices]


def test_a_home_that_is_no_place_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BulletinError, match="'东边那里' is not known"):
        opened(tmp_path, LANSHAN, date(2026, 6, 1), "东边那里").ask("高龄津贴多少钱？")
