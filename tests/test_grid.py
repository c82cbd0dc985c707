"""Tables of files as rows of text: merged cells, headers over two rows, labels beside values; numbers of lists."""

import pytest

from rag.reading.files.grid import Cell, labelled, one_header, one_line, spread
from rag.reading.files.numerals import numeral


def test_a_cell_over_several_rows_stands_in_each() -> None:
    rows = [[Cell("镇", rows=3), Cell("甲村")], [Cell("乙村")], [Cell("丙村")], [Cell("街道"), Cell("丁村")]]
    assert list(spread(rows)) == [["镇", "甲村"], ["镇", "乙村"], ["镇", "丙村"], ["街道", "丁村"]]


def test_a_cell_over_several_columns_stands_in_each() -> None:
    assert list(spread([[Cell("标准", columns=2), Cell("注")]])) == [["标准", "标准", "注"]]


def test_a_cell_that_fills_a_row_stands_once() -> None:
    assert list(spread([[Cell("一、救助", columns=3)]])) == [["一、救助", None, None]]


def test_a_cell_over_rows_and_columns_pushes_the_others_right() -> None:
    rows = [[Cell("甲", rows=2, columns=2), Cell("乙")], [Cell("丙")]]
    assert list(spread(rows)) == [["甲", "甲", "乙"], ["甲", "甲", "丙"]]


def test_a_row_that_is_short_stays_short() -> None:
    assert list(spread([[Cell("甲"), Cell("乙")], [Cell("丙")]])) == [["甲", "乙"], ["丙"]]


def test_a_merged_cell_in_the_middle_is_waited_for() -> None:
    rows = [[Cell("甲"), Cell("乙", rows=2), Cell("丙")], [Cell("丁"), Cell("戊")]]
    assert list(spread(rows)) == [["甲", "乙", "丙"], ["丁", "乙", "戊"]]


def joined(above: str | None, below: str | None) -> str:
    return f"{above or ''}{below or ''}"


def test_a_header_of_two_rows_is_one() -> None:
    rows = [["类别", "标准", "标准"], ["类别", "城区", "县域"], ["低保", "1036", "845"]]
    assert one_header(rows, joined) == [["类别", "标准城区", "标准县域"], ["低保", "1036", "845"]]


@pytest.mark.parametrize(
    "rows",
    [
        [["类别", "标准"], ["低保", "1036"], ["特困", "1600"]],
        [
            ["类别", "标准", "标准"],
            ["低保", "1036", "845"],
            ["特困", "1600", "1300"],
        ],  # nothing goes over both
        [["类别", "标准", "标准"], ["类别", "城区", "县域"]],  # no row below
        [["类别", "标准"], ["类别", "城区", "县域"], ["低保", "1036", "845"]],
    ],
)
def test_other_headers_stay(rows: list[list[str]]) -> None:
    assert one_header(rows, joined) == rows


def test_labels_and_values_in_pairs_are_a_line_each() -> None:
    rows = [["索引号：", "a/1", "日期：", "2025-09-01"], ["标题：", "通知", "", ""]]
    assert list(labelled(rows)) == ["索引号：a/1", "日期：2025-09-01", "标题：通知"]


def test_a_row_whose_values_are_labels_too_is_a_row() -> None:
    assert list(labelled([["部门：", "职责："]])) == ["部门：\t职责："]


GUIDE: list[list[Cell[str | None]]] = [
    [Cell("事项名称"), Cell("养犬登记", columns=3)],
    [Cell("实施机关"), Cell("县公安局"), Cell("事项类型"), Cell("行政许可")],
    [Cell("申请材料", rows=2), Cell("身份证、户口簿", columns=3)],
    [Cell("免疫证明", columns=3)],
    [Cell("收费标准"), Cell("每只300元；绝育犬免收", columns=3)],
]


def test_a_form_is_a_line_a_field_and_its_labels_are_no_header() -> None:
    assert list(labelled(list(spread(GUIDE)))) == [
        "事项名称：养犬登记",
        "实施机关：县公安局",
        "事项类型：行政许可",
        "申请材料：身份证、户口簿；免疫证明",
        "收费标准：每只300元；绝育犬免收",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [
            ["事项名称", "办理时限", "收费标准", "办理地点"],
            ["养犬登记", "3日", "300元", "一楼"],
        ],  # a header of fields
        [["地类", "补偿标准"], ["耕地", "43500元"], ["园地", "39150元"]],
        [["岗位", "人数", "学历要求"], ["语文", "10", "本科"], ["数学", "8", "本科"], ["英语", "6", "本科"]],
    ],
)
def test_a_table_with_a_header_is_no_form(rows: list[list[str]]) -> None:
    assert list(labelled(rows)) == ["\t".join(row) for row in rows]


def test_a_row_of_nothing_is_left_out() -> None:
    assert list(labelled([[None, ""], ["甲", None]])) == ["甲\t"]


def test_the_words_of_a_cell_are_on_one_line() -> None:
    assert one_line(" 城市\n低保\t标准 ") == "城市 低保 标准"


@pytest.mark.parametrize(
    ("number", "form", "said"),
    [
        (3, "decimal", "3"),
        (10, "chineseCounting", "十"),
        (11, "chineseCounting", "十一"),
        (21, "chineseCountingThousand", "二十一"),
        (105, "chineseCountingThousand", "一百零五"),
        (110, "chineseCountingThousand", "一百一十"),
        (100, "chineseCounting", "一百"),
        (0, "chineseCounting", "0"),
        (20, "ideographDigital", "二〇"),
        (20, "decimalEnclosedCircle", "⑳"),
        (21, "decimalEnclosedCircle", "21"),
        (1, "decimalEnclosedParen", "⑴"),
        (12, "decimalFullWidth", "１２"),
        (4, "lowerRoman", "iv"),
        (49, "upperRoman", "XLIX"),
        (26, "upperLetter", "Z"),
        (27, "lowerLetter", "aa"),
        (7, "of another program", "7"),
    ],
)
def test_a_number_is_printed_in_its_form(number: int, form: str, said: str) -> None:
    assert numeral(number, form) == said
