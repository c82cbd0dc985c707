"""Forms and service guides in plain text: each field with its value, however they were flattened."""

from pathlib import Path

import pytest

from rag.chunk import chunk_bulletin
from rag.reading.corpus import read_bulletin

FIELDS = [
    ("事项名称", "养犬登记"),
    ("实施机关", "云岭县公安局"),
    ("受理条件", "年满18周岁、有固定住所"),
    ("收费标准", "首次登记每只300元；绝育犬免收"),
    ("办理地点", "县政务服务中心一楼"),
]


def rows(tmp_path: Path, lines: list[str]) -> list[str]:
    """The rows of a guide with such lines."""
    path = tmp_path / "guide.txt"
    path.write_text("\n".join(["云岭县养犬登记办事指南", *lines]) + "\n", encoding="utf-8")
    units = [unit for chunk in chunk_bulletin(read_bulletin(path)) for unit in chunk.units]
    return [unit.reading for unit in units if unit.kind == "row"]


@pytest.mark.parametrize(
    "lines",
    [
        [f"{label}\t{value}" for label, value in FIELDS],
        [f"| {label} | {value} |" for label, value in FIELDS],
        [cell for field in FIELDS for cell in field],
        ["<table>", *(f"<tr><th>{label}</th><td>{value}</td></tr>" for label, value in FIELDS), "</table>"],
    ],
    ids=["tabs", "strokes", "a cell a line", "HTML"],
)
def test_a_field_is_read_with_its_value_and_with_nothing_else(tmp_path: Path, lines: list[str]) -> None:
    assert rows(tmp_path, lines) == [f"{label}：{value}" for label, value in FIELDS]


def test_what_stands_below_a_label_on_several_lines_is_one_field(tmp_path: Path) -> None:
    told = rows(
        tmp_path,
        [*FIELDS[0], "申请材料", "1.申请表；", "2.身份证", "承诺办结时限", "3个工作日", "收费标准", "不收费",
         "云岭县公安局", "2025年3月1日"],
    )  # fmt: skip
    assert told == [
        "事项名称：养犬登记",
        "申请材料：1.申请表；2.身份证",
        "承诺办结时限：3个工作日",
        "收费标准：不收费",
    ]


def test_two_fields_in_a_row_are_both_read(tmp_path: Path) -> None:
    pairs = [
        "\t".join(FIELDS[0]),
        "咨询电话\t6012110\t监督电话\t12345",
        *("\t".join(field) for field in FIELDS[2:]),
    ]
    assert rows(tmp_path, pairs)[1] == "咨询电话：6012110；监督电话：12345"


def test_a_table_whose_columns_are_called_so_keeps_its_header(tmp_path: Path) -> None:
    table = [
        "事项名称\t办理时限\t收费标准",
        "养犬登记\t3日\t300元",
        "犬只年检\t1日\t100元",
        "注销登记\t1日\t不收费",
    ]
    assert rows(tmp_path, table)[0] == "事项名称：养犬登记；办理时限：3日；收费标准：300元"
