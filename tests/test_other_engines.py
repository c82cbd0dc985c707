"""Other engines of terms beside ours: they take the same texts in, are asked the same, and are told side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.__main__ import main
from eval.terms import Compared, Engine, Fts5, Ours, Tantivy, compare, table
from rag.text.normal import tokens

TEXTS = [
    "莲花公园自2025年7月1日起免费开放。",
    "高龄津贴标准为每人每月300元，由街道办事处发放。",
    "公园停车场收费标准为每小时5元；C++培训班在公园举行。",
]
ENGINES = [Ours, Tantivy, Fts5]


@pytest.mark.parametrize("make", ENGINES)
def test_an_engine_finds_what_fits_best_and_what_was_added_later(make: type, tmp_path: Path) -> None:
    engine: Engine = make(tmp_path / "kept")
    engine.add(TEXTS)
    assert engine.search(tokens("高龄津贴是多少？"))[0] == 1
    assert engine.search(tokens("公园停车场怎么收费？"))[0] == 2
    assert engine.search(tokens("zebra")) == []
    engine.add(["斑马线前机动车应当礼让行人。", "高龄津贴高龄津贴"])
    assert engine.search(tokens("斑马线"))[0] == 3
    assert engine.search(tokens("高龄津贴"))[0] == 4


def test_engines_are_held_against_ours(tmp_path: Path) -> None:
    found = compare(TEXTS, ["高龄津贴是多少？", "公园几点开放？"], tmp_path)
    assert [one.name for one in found] == ["ours", "tantivy", "SQLite FTS5"]
    assert [one.same for one in found] == [1.0, 1.0, 1.0]
    assert all(one.size > 0 and one.built > 0 for one in found)


def test_the_table_has_a_column_an_engine() -> None:
    one = Compared("ours", 110_777, 12.34, 74_000_000, (1.2, 1.7, 2.0), 0.035, 1.0)
    assert table([one]).splitlines() == [
        "| 110,777 passages | ours |",
        "|---|---:|",
        "| built in | 12.3 s of a processor |",
        "| on disk | 74.0 MB |",
        "| a question at 50 / 95 / 99 | 1.2 / 1.7 / 2.0 ms |",
        "| 300 passages more | 35 ms |",
        "| of our ten best | 1.000 |",
    ]


def test_a_size_that_was_not_made_is_told_with_the_command_that_makes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["terms", "10000", "--folder", str(tmp_path)]) == 1
    assert f"python -m eval scale 10000 --folder {tmp_path}" in capsys.readouterr().err
