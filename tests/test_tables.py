"""Rows of tables, however they were flattened: readings, cells, what is doubtful."""

import pytest

from rag.reading.lines import Line
from rag.reading.tables import Row, pipe_rows


def pipes(*cells: str) -> list[Row]:
    """A table printed a cell a line."""
    lines, at = [], 0
    for number, cell in enumerate(cells, start=1):
        text = f"| {cell} |"
        lines.append(Line(number, at, at + len(text), text))
        at += len(text) + 1
    return pipe_rows(lines)


TABLE = ("类别", "标准", "单位", "低保", "1036", "元", "特困", "1600", "元", "孤儿", "2000", "元")


def test_a_row_reads_with_the_names_of_its_columns_and_keeps_its_cells() -> None:
    header, low, *_ = pipes(*TABLE)
    assert (header.kind, header.cells) == ("header", ("类别", "标准", "单位"))
    assert (low.kind, low.cells) == ("row", ("低保", "1036", "元"))
    assert low.text == "类别：低保；标准：1036；单位：元"


def test_every_row_holds_the_places_of_its_cells() -> None:
    rows = pipes(*TABLE)
    spans = [span for row in rows for span in row.spans]
    assert spans == sorted(spans)
    assert len(spans) == len(TABLE)


def test_the_stop_of_a_cell_is_no_part_of_a_reading_but_at_its_end() -> None:
    rows = pipes("部门", "职责", "民政局", "受理。", "财政局", "拨付。", "镇政府", "初审。")
    assert rows[1].text == "部门：民政局；职责：受理。"
    assert rows[1].cells == ("民政局", "受理。")


@pytest.mark.parametrize("nothing", ["-", "—", "/"])
def test_a_dash_says_that_there_is_no_value(nothing: str) -> None:
    rows = pipes(
        "类别", "城区", "县域", "低保", "1036", nothing, "特困", "1600", "1300", "孤儿", "2000", "1800"
    )
    assert rows[1].cells[-1] not in (nothing, "0", "")


def test_three_cells_are_no_table() -> None:
    assert [row.kind for row in pipes("低保", "1036", "元")] == ["row"] * 3
    assert [row.cells for row in pipes("低保", "1036", "元")] == [()] * 3


def test_a_measure_that_begins_with_a_figure_makes_no_other_figure() -> None:
    rows = pipes("指标", "单位", "2024年", "床位", "张/千人", "35", "绿地", "100平方米", "≥7")
    assert rows[2].text == "指标：绿地；单位：100平方米；2024年：≥7"
