"""Tables a row a line and tables a cell a line: headers, merged cells, torn rows, tables that are none."""

from __future__ import annotations

import pytest

from rag.reading.lines import Line, split_lines
from rag.reading.tables import Row, TabTable, columns, goes_on, names_columns, stacked_rows


def lines_of(text: str) -> list[Line]:
    return split_lines(text)


def rows(text: str) -> list[Row]:
    return TabTable().rows(lines_of(text), fresh=True)


def readings(text: str, kind: str = "row") -> list[str]:
    return [row.text for row in rows(text) if row.kind == kind]


def test_a_row_reads_with_its_header() -> None:
    assert readings("项目\t金额\t备注\n登记\t100元\t每只\n") == ["项目：登记；金额：100元；备注：每只"]
    assert readings("项目\t金额\n登记\t100元\n", "header") == ["项目；金额"]


def test_an_empty_cell_says_nothing_and_a_dash_says_none() -> None:
    assert readings("项目\t金额\t备注\n登记\t100元\t\n年检\t-\t略\n") == [
        "项目：登记；金额：100元",
        "项目：年检；金额：无；备注：略",
    ]


def test_a_figure_under_a_year_has_the_unit_of_its_row() -> None:
    assert readings("指标\t单位\t2023年\t2024年\n床位\t张\t100\t120\n") == [
        "指标：床位；单位：张；2023年：100张；2024年：120张"
    ]
    assert readings("指标\t2023年\t2024年\n床位（张）\t100\t120\n") == [
        "指标：床位（张）；2023年：100张；2024年：120张"
    ]


@pytest.mark.parametrize("second", ["\t西山乡\t60元", "西山乡\t60元"], ids=["printed empty", "left out"])
def test_a_merged_first_cell_holds_for_the_rows_below_it(second: str) -> None:
    table = f"类别\t乡镇\t标准\n甲类\t城关镇\t80元\n{second}\n乙类\t东山乡\t50元\n"
    assert readings(table)[1] == "类别：甲类；乡镇：西山乡；标准：60元"
    assert readings(table)[2] == "类别：乙类；乡镇：东山乡；标准：50元"


def test_a_header_holds_over_what_stands_between_two_runs_of_rows() -> None:
    table = TabTable()
    table.rows(lines_of("项目\t金额\n登记\t100元\n"), fresh=True)
    again = table.rows(lines_of("年检\t50元\n"), fresh=False)
    assert [row.text for row in again] == ["项目：年检；金额：50元"]
    alone = table.rows(lines_of("换证\t免费\n"), fresh=True)
    assert [(row.kind, row.text) for row in alone] == [("row", "项目：换证；金额：免费")]


def test_a_header_printed_again_is_no_row_and_another_one_begins_another_table() -> None:
    table = TabTable()
    text = "项目\t金额\n登记\t100元\n项目\t金额\n年检\t50元\n"
    kinds = [row.kind for row in table.rows(lines_of(text), fresh=True)]
    assert kinds == ["header", "row", "header", "row"]
    other = table.rows(lines_of("单位\t电话\n县公安局\t0476-3310212\n"), fresh=True)
    assert [row.text for row in other] == ["单位；电话", "单位：县公安局；电话：0476-3310212"]


def test_a_section_of_a_table_is_no_row() -> None:
    found = rows("事项\t时限\n一、登记类\t\n养犬登记\t3日\n二、年检类\t\n年检\t1日\n")
    assert [row.kind for row in found] == ["header", "section", "row", "section", "row"]
    assert found[2].text == "事项：养犬登记；时限：3日"


def test_a_cell_torn_at_a_page_is_put_together_with_both_its_places() -> None:
    text = "学校\t学区\n一小\t城关镇（含东街、\n西街）\n二小\t西山乡\n"
    found = rows(text)
    assert [row.text for row in found[1:]] == [
        "学校：一小；学区：城关镇（含东街、西街）",
        "学校：二小；学区：西山乡",
    ]
    assert len(found[1].spans) == 2
    assert goes_on("一小\t城关镇（含东街、", "西街）")
    assert not goes_on("一小\t城关镇", "西街")


def test_a_row_with_more_cells_than_its_header_is_doubtful() -> None:
    assert rows("项目\t金额\n登记\t100元\t每只\n")[1].flags == ("doubtful",)


def test_cells_of_html_that_span_rows_stand_in_each() -> None:
    head = "<tr><td>类别</td><td>标准</td></tr>\n"
    text = f"{head}<tr><td rowspan='2'>甲类</td><td>80元</td></tr>\n<tr><td>60元</td></tr>\n"
    assert readings(text) == ["类别：甲类；标准：80元", "类别：甲类；标准：60元"]


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("项目\t金额\t备注", 3),
        ("| 项目 | 金额 |", 2),
        ("项目    金额    备注", 3),
        ("项目　　金额", 2),
        ("项目 | 金额 | 备注", 3),
        ("公园每天开放。", 1),
        ("公园 每天", 1),
    ],
)
def test_how_many_cells_a_line_has(line: str, count: int) -> None:
    assert columns(line) == count


def test_a_header_is_known_by_its_words() -> None:
    assert names_columns("序号\t单位名称\t联系电话")
    assert not names_columns("1\t县公安局\t0476-3310212")


# --- a cell a line ---

STACKED = (
    "序号 单位名称 联系电话 1 县公安局 0476-3310212 2 县民政局 0476-3310213 3 县水务局 0476-3310214".split()
)


def test_cells_below_one_another_are_rows_where_each_column_is_of_a_kind() -> None:
    lines = lines_of("\n".join([*STACKED, "以上电话工作日接听。"]))
    found, end = stacked_rows(lines, 0)
    assert [row.text for row in found if row.kind == "row"] == [
        "序号：1；单位名称：县公安局；联系电话：0476-3310212",
        "序号：2；单位名称：县民政局；联系电话：0476-3310213",
        "序号：3；单位名称：县水务局；联系电话：0476-3310214",
    ]
    assert end == len(STACKED)


def test_the_places_of_stacked_cells_are_their_lines() -> None:
    lines = lines_of("\n".join(STACKED))
    found, _ = stacked_rows(lines, 0)
    assert [span for row in found for span in row.spans] == [(line.start, line.end) for line in lines]


@pytest.mark.parametrize(
    "cells",
    [
        ["序号", "单位名称", "联系电话", "1", "县公安局", "0476-3310212"],  # one row is no table
        ["单位", "青山村", "白云村", "绿水村", "红旗村", "黄河村", "长江村"],  # nothing tells columns apart
        ["县公安局", "0476-3310212", "县民政局", "0476-3310213"],  # no header
        [
            "序号",
            "单位名称",
            "联系电话",
            "甲",
            "县公安局",
            "0476",
            "乙",
            "县民政局",
            "0477",
        ],  # a number that is none
    ],
    ids=["one row", "one column", "no header", "no numbers"],
)
def test_what_is_no_stacked_table(cells: list[str]) -> None:
    assert stacked_rows(lines_of("\n".join(cells)), 0) == ([], 0)


def test_a_table_that_is_indented_has_no_column_more() -> None:
    assert readings("\t村组\t地类\t面积\n\t一组\t水田\t6.2\n\t\t旱地\t2.1\n") == [
        "村组：一组；地类：水田；面积：6.2",
        "村组：一组；地类：旱地；面积：2.1",
    ]
