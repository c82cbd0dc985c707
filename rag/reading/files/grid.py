"""Tables as text: a row a line, its cells parted by tabs, a merged cell said in every row that it spans."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

from rag.reading.lines import FIELD

Content = TypeVar("Content")

_FIELD = re.compile(rf"{FIELD}(?:\([^()]{{1,12}}\)|（[^（）]{{1,12}}）)?[:：]?")
_FEWEST_FIELDS = 3  # a table with fewer may be one with a header
_FIELDS = 2 / 3  # of what stands where a form has its labels
_CLOSED = ("；", ";", "。", "，")
_VALUES = 1 / 4  # of what stands beside those, at most, is called like a field


@dataclass(frozen=True, slots=True)
class Cell(Generic[Content]):
    """A cell and how many rows and columns it spans."""

    content: Content
    rows: int = 1
    columns: int = 1


def one_line(text: str) -> str:
    r"""The words of a cell on one line.

    >>> one_line(" 城市\n低保\t标准 ")
    '城市 低保 标准'
    """
    return " ".join(text.split())


def spread(rows: Iterable[Sequence[Cell[Content]]]) -> Iterator[list[Content | None]]:
    """The rows of a table as wide as they are printed.

    A cell over several rows stands in each of them, for each row is read by itself; one over several columns stands
    in each of them too, save the one that fills a whole row (the name of a part of the table), which stands once.

    >>> list(spread([[Cell("镇", rows=2), Cell("村")], [Cell("庄")]]))
    [['镇', '村'], ['镇', '庄']]
    """
    hanging: dict[int, tuple[int, Content]] = {}  # column → rows still to fill, and with what
    for row in rows:
        line: list[Content | None] = []
        below: dict[int, tuple[int, Content]] = {}
        waiting = list(row)
        while waiting or any(column >= len(line) for column in hanging):
            column = len(line)
            if column in hanging:
                left, content = hanging.pop(column)
                line.append(content)
                if left > 1:
                    below[column] = (left - 1, content)
                continue
            if not waiting:
                line.append(None)
                continue
            cell = waiting.pop(0)
            alone = len(row) == 1 and cell.columns > 1 and not hanging
            for place in range(cell.columns):
                line.append(cell.content if place == 0 or not alone else None)
                if cell.rows > 1:
                    below[column + place] = (cell.rows - 1, cell.content)
        hanging = {**hanging, **below}
        yield line


def one_header(
    rows: Sequence[Sequence[Content | None]], joined: Callable[[Content | None, Content | None], Content]
) -> list[Sequence[Content | None]]:
    """The rows of a table, as spread out, with the two rows of a header that goes over two made one.

    Such a header says one name over several columns, which the row below tells apart, and has cells over both rows.

    >>> one_header(
    ...     [["类别", "标准", "标准"], ["类别", "城区", "县域"], ["低保", "1036", "845"]], "{}{}".format
    ... )
    [['类别', '标准城区', '标准县域'], ['低保', '1036', '845']]
    """
    if len(rows) < 3 or len(rows[0]) != len(rows[1]):
        return list(rows)
    upper, lower = rows[0], rows[1]
    over_both = [bool(above) and above == below for above, below in zip(upper, lower, strict=True)]
    parted = any(
        left and left == right and not (over_both[at] or over_both[at + 1]) and lower[at] != lower[at + 1]
        for at, (left, right) in enumerate(pairwise(upper))
    )
    if not (any(over_both) and parted):
        return list(rows)
    header = [
        above if both else joined(above, below)
        for above, below, both in zip(upper, lower, over_both, strict=True)
    ]
    return [header, *rows[2:]]


def fields(
    rows: Sequence[Sequence[Content | None]], said: Callable[[Content | None], str]
) -> list[tuple[Content, list[Content]]] | None:
    """What a form calls its fields, as spread out, each with what stands beside it; None where a table is no form.

    A form has no header: its rows are labels and values in turn, a value as wide as the form, or two pairs in a row, or
    one label over several rows. A row of one cell, the name of a part of the form, has no value.

    >>> fields(
    ...     [
    ...         ["事项名称", "养犬登记", "养犬登记"],
    ...         ["申请材料", "身份证"],
    ...         ["申请材料", "照片"],
    ...         ["办理地点", "一楼"],
    ...     ],
    ...     str,
    ... )
    [('事项名称', ['养犬登记']), ('申请材料', ['身份证', '照片']), ('办理地点', ['一楼'])]
    """
    found: list[tuple[Content, list[Content]]] = []
    for row in rows:
        pairs = pairs_of(row, said)
        if pairs is None:
            return None
        for label, value in pairs:
            if value is not None and found and found[-1][0] == label:
                found[-1][1].append(value)
            else:
                found.append((label, [] if value is None else [value]))
    return found if is_form([(said(label), list(map(said, values))) for label, values in found]) else None


def pairs_of(
    row: Sequence[Content | None], said: Callable[[Content | None], str]
) -> list[tuple[Content, Content | None]] | None:
    """The labels of a row of a form, each with its value; a cell alone has none. None where they stand in no pairs."""
    cells = [
        cell
        for at, cell in enumerate(row)
        if cell is not None and said(cell) and cell not in row[at - 1 : at]
    ]
    if len(cells) == 1:
        return [(cells[0], None)]
    return list(zip(cells[::2], cells[1::2], strict=True)) if len(cells) % 2 == 0 else None


def is_form(found: Sequence[tuple[str, Sequence[str]]]) -> bool:
    """Whether labels with their values are those of a form, by what forms call their fields."""
    labels = [label for label, values in found if values]
    named = sum(map(is_field, labels))
    called = sum(is_field(value) for _, values in found for value in values)
    return named >= max(_FEWEST_FIELDS, _FIELDS * len(labels)) and called <= _VALUES * len(labels)


def is_field(text: str) -> bool:
    """Whether a text is what a form calls a field of it.

    >>> is_field("承诺办结时限"), is_field("收费标准（元）"), is_field("15个工作日")
    (True, True, False)
    """
    return _FIELD.fullmatch(text) is not None


def labelled(rows: Sequence[Sequence[str | None]]) -> Iterator[str]:
    r"""The rows of a table as lines, cells parted by tabs; a line each for labels and values that stand in pairs.

    >>> list(labelled([["索引号：", "a/1", "发布日期：", "2025-09-01"]]))
    ['索引号：a/1', '发布日期：2025-09-01']
    >>> list(labelled([["项目", "标准"], ["城市低保", "1036元"]]))
    ['项目\t标准', '城市低保\t1036元']
    """
    if form := fields(rows, lambda value: value or ""):
        yield from (field_line(label or "", [value or "" for value in values]) for label, values in form)
        return
    for row in rows:
        values = [value or "" for value in row]
        if not any(values):
            continue
        labels, said = values[::2], values[1::2]
        paired = len(values) % 2 == 0 and all(label.endswith((":", "：")) or not label for label in labels)
        if paired and not any(value.endswith((":", "：")) for value in said):
            yield from (
                f"{label}{value}" for label, value in zip(labels, said, strict=True) if label or value
            )
        else:
            yield "\t".join(values)


def field_line(label: str, values: Sequence[str]) -> str:
    """A field of a form on one line.

    >>> field_line("申请材料", ["身份证；", "户口簿", "照片"])
    '申请材料：身份证；户口簿；照片'
    """
    said = "".join(f"{value}{'' if value.endswith(_CLOSED) else '；'}" for value in values[:-1])
    colon = "" if not values or label.endswith((":", "：")) else "："
    return f"{label}{colon}{said}{values[-1] if values else ''}"
