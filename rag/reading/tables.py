"""Tables that were flattened become rows again, each with its header and its merged first cell.

Two flattenings occur: one row a line, cells parted by tabs, by upright strokes or by wide blanks; and one cell
a line, each ending in ` |`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.reading.files.grid import Cell, field_line, is_field, is_form, one_header, pairs_of, spread
from rag.reading.lines import CELL, TAG, Line, annex_label, ends_open, is_date_line, mark_of, squeeze_blanks
from rag.reading.sentences import reading, sentences, tidy
from rag.text.normal import fold
from rag.text.spans import Span

RowKind = Literal["caption", "header", "section", "row", "item", "prose"]

_PHONE = re.compile(r"[\d-]{7,}")
_NUMBER = re.compile(r"[<>≥≤]?[\d.,]+%?|[-—]+")
_MONTH = re.compile(r"\d{1,2}月")
_WITH_UNIT = re.compile(r"[<>≥≤]?\d[\d,.]*[^\d]{1,6}")
_NO_CELL = re.compile(r"[。;?!]|(?<!\d):|:(?!\d)")
_EMPTY = re.compile(r"[-—–]+")
_FIGURE = re.compile(r"\d")
_NO_VALUE = "无"
_WIDE_BLANK = re.compile(r"(?<=\S)(?: {2,}|\u3000+)(?=\S)")
_LONG_CELL = 40
_PROSE_CELL = 80
_HEADER_WORD = re.compile(
    r"(?:序号|编号|类别|组别|名称|姓名|单位|部门|职务|电话|地址|地点|时间|时限|日期|安排|步骤|内容|事项|任务|要求|标准|指标|属性|"
    r"备注|分值|目标值|项目|措施|学区|组长|增速|[12]\d{3}年)(?:[\[(/].*)?$"
)
_YEAR = re.compile(r"[12]\d{3}\s?年")
_SPANS = re.compile(r"\b(rowspan|colspan)\s*=\s*[\"']?(\d{1,3})", re.IGNORECASE)
_CELL_BEGIN = re.compile(r"\s*<t[dh]\b[^<>]{0,400}>", re.IGNORECASE)
_CELL_END = re.compile(r"</t[dh]\s*>\s*", re.IGNORECASE)
_MOST_SPANNED = 200  # rows or columns
_QUANTITY = re.compile(r"^([><≥≤]?\s?\d[\d.,]*)(\s?(?:左右|以上|以下))?$")
_IN_BRACKETS = re.compile(r"[(（]([^()（）\d]{1,6})[)）]$")
_LONGEST_MEASURE = 6  # characters: 万元/人
_SECTION_MARKS = ("part", "chapter", "section", "cn", "paren_cn")
_NUMBERED = ("序号", "编号")
_WIDEST = 12  # columns of a table printed a cell a line
_STACKED_REACH = 1200  # lines that such a table has at most
_LONGEST_LABEL = 12
_MOST_VALUES = 8  # lines of one field of a form
_LIKELY = 0.75  # what a way to cut cells into rows must score
_CAPTION = re.compile(r"(?:专栏|表|附表)\s?\d")


@dataclass(frozen=True, slots=True)
class Row:
    """One row, or what stands in a table in the place of one."""

    kind: RowKind
    spans: tuple[Span, ...]
    text: str
    """Clean reading: 'header：cell；header：cell' of a row, the words themselves of anything else."""
    flags: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    """Of a row or a header its cells as the reading has them, one a column; none where no columns were found."""


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    spans: tuple[Span, ...]


_Split = list[tuple[list[_Cell], bool]]
"""Rows, each with whether it has its first cell or shares that of a row above."""


def _row(
    cells: Sequence[_Cell], header: Sequence[str], first: str | None, flags: tuple[str, ...] = ()
) -> Row:
    """A data row; `first` is what its merged first cell says where the cells leave that one out or empty."""
    values = [cell.text for cell in cells]
    if first is not None:
        values = [first, *(values[1:] if values and not values[0] else values)]
    unit = _measure(values, header)
    names = [*header, *[""] * (len(values) - len(header))]
    last = max((place for place, value in enumerate(values) if value), default=0)
    for place, value in enumerate(values):
        if unit and _YEAR.search(names[place]):
            value = _QUANTITY.sub(lambda match: f"{match[1]}{unit}{match[2] or ''}", value)
        value = _NO_VALUE if value and _EMPTY.fullmatch(value) else value
        values[place] = value if place == last else value.rstrip("。；;")
    said = (
        f"{name}：{value}" if name else value for name, value in zip(names, values, strict=False) if value
    )
    return Row("row", _spans(cells), "；".join(said), flags, tuple(values))


def _measure(values: Sequence[str], header: Sequence[str]) -> str:
    """What the figures of a row are counted in: its cell under 单位, or the bracket that ends its name."""
    for value, name in zip(values, header, strict=False):
        if name.strip() == "单位" and len(value) <= _LONGEST_MEASURE:
            # one that begins with a figure itself, as 100平方米 does, would make another figure of the one before it
            return "" if _EMPTY.fullmatch(value) or value[:1].isdigit() else value
    found = next((match for value in values[:2] if (match := _IN_BRACKETS.search(value))), None)
    return found.group(1) if found else ""


# --- one cell a line ---


def pipe_rows(lines: Sequence[Line]) -> list[Row]:
    """The rows of a table printed one cell a line; long prose between its borders stays prose."""
    cells = [cell for line in lines for cell in _pipe_cells(line)]
    rows: list[Row] = []
    while cells and _CAPTION.match(fold(cells[0].text)):
        rows.append(Row("caption", cells[0].spans, cells[0].text))
        cells = cells[1:]
    if any(len(cell.text) > _PROSE_CELL for cell in cells) and len(cells) < 4:
        return rows + [part for line in lines[-len(cells) :] for part in _prose(line)]
    if len(cells) < 4:
        return rows + [Row("row", cell.spans, cell.text) for cell in cells]
    return rows + _grid(cells)


def _prose(line: Line) -> list[Row]:
    """The sentences of a cell that is a text of its own; its border stays with the last.

    In a box that lists several things a blank stands before each; what follows one without a blank is still
    about it.
    """
    places = sentences(line.text)
    if len(places) > 1 and not line.text[places[-1][0] :].strip("| "):
        places[-2:] = [(places[-2][0], places[-1][1])]
    parted = [not start or line.text[start - 1].isspace() for start, _ in places]
    kinds: list[RowKind] = ["item" if new and sum(parted) > 1 else "prose" for new in parted]
    return [
        Row(kind, ((line.start + start, line.start + end),), reading(line.text[start:end].rstrip("| "))[0])
        for kind, (start, end) in zip(kinds, places, strict=True)
    ]


def _pipe_cells(line: Line) -> list[_Cell]:
    parts = [reading(part.strip(), keep_spaces=True)[0] for part in line.text.split("|")]
    parts = [part for part in parts if part] or [""]
    return [
        _Cell(_undouble(part), ((line.start, line.end),) if place == 0 else ())
        for place, part in enumerate(parts)
    ]


def _undouble(text: str) -> str:
    """A merged cell that was printed twice on one line, once."""
    first, _, second = text.partition(" ")
    if second and _bare(first) == _bare(second):
        return second
    half = len(text) // 2
    if len(text) % 2 and text[half : half + 1] == " " and _bare(text[:half]) == _bare(text[half:]):
        return text[half + 1 :]
    return text


def _bare(text: str) -> str:
    return re.sub(r"[\s、.]", "", text)


def _is_section(cell: _Cell) -> bool:
    mark = mark_of(cell.text)
    return mark is not None and mark.kind in _SECTION_MARKS and len(cell.text) <= 60


def _grid(cells: list[_Cell]) -> list[Row]:
    sections = [place for place, cell in enumerate(cells) if _is_section(cell)]
    if sections and 2 <= sections[0] <= 8:
        return _sectioned(cells, sections[0])
    found = _likeliest_split(cells)
    if found is None:
        return [Row("row", cell.spans, cell.text, ("doubtful",)) for cell in cells]
    width, rows = found
    header = [squeeze_blanks(cell.text) for cell in cells[:width]]
    out = [_header(cells[:width])]
    merged = ""
    for row, whole in rows:
        if whole:
            merged = row[0].text
        flags = () if len(row) == width - (not whole) else ("doubtful",)
        out.append(_row(row, header, None if whole else merged, flags))
    used = width + sum(len(row) for row, _ in rows)
    return out + [Row("prose", cell.spans, cell.text) for cell in cells[used:]]


def _likeliest_split(cells: list[_Cell]) -> tuple[int, _Split] | None:
    """How many columns the cells are of, and their rows below the header; None where no width is likely."""
    ways = [
        (_score(cells[:width], rows, width), width, rows)
        for width in range(2, 9)
        if len(cells) >= 2 * width
        for rows in _splits(cells, width)
    ]
    best, width, rows = max(ways, key=lambda way: round(way[0], 9), default=(0.0, 0, []))
    return (width, rows) if best >= _LIKELY else None


def _header(cells: Sequence[_Cell]) -> Row:
    names = tuple(squeeze_blanks(cell.text) for cell in cells)
    return Row("header", _spans(cells), "；".join(names), cells=names)


def _sectioned(cells: list[_Cell], width: int) -> list[Row]:
    """A table whose first column is merged over sections: (一)… stands once and governs the rows below it."""
    header = [squeeze_blanks(cell.text) for cell in cells[:width]]
    out = [_header(cells[:width])]
    first = ""
    inner: dict[str, str] = {}  # the sections in force, by the kind of their mark
    group: list[_Cell] = []

    def close() -> None:
        whole = len(group) % (width - 1) == 0
        step = width - 1 if whole else 1
        for at in range(0, len(group), step):
            out.append(_row(group[at : at + step], header, first, () if whole else ("doubtful",)))
        group.clear()

    for cell in cells[width:]:
        mark = mark_of(cell.text) if _is_section(cell) else None
        if mark and inner.get(mark.kind) == _bare(cell.text):  # printed once more where a page begins
            close()
            out.append(Row("header", cell.spans, cell.text))
        elif mark:
            close()
            first = cell.text
            if mark.kind != "paren_cn":
                inner.clear()
            inner[mark.kind] = _bare(cell.text)
            out.append(Row("section", cell.spans, cell.text))
        else:
            group.append(cell)
    close()
    return out


def _splits(cells: list[_Cell], width: int) -> list[_Split]:
    """The ways to cut the cells below a header into rows."""
    data = cells[width:]
    while data and len(data[-1].text) >= _LONG_CELL and len(data) % width == 1:
        data = data[:-1]  # a note below the table
    ways = []
    if len(data) % width == 0:
        ways.append([(data[at : at + width], True) for at in range(0, len(data), width)])
    anchors = [place for place, cell in enumerate(data[:width]) if len(cell.text) >= _LONG_CELL]
    if len(anchors) == 1:
        anchored = _by_anchor(data, width, anchors[0])
        if anchored:
            ways.append(anchored)
    return ways


def _by_anchor(data: list[_Cell], width: int, anchor: int) -> _Split | None:
    """Find rows by their one long cell: the cells before it tell whether the merged first one is left out."""
    rows: _Split = []
    at = 0
    while at < len(data):
        long = next(
            (p for p in range(at, min(at + width, len(data))) if len(data[p].text) >= _LONG_CELL), None
        )
        if long is None or long - at not in (anchor, anchor - 1):
            return None
        end = long + width - anchor
        rows.append((data[at:end], long - at == anchor))
        at = end
    return rows


def _score(header: Sequence[_Cell], rows: _Split, width: int) -> float:
    """How much the cells of each column are of one kind, and how much the header reads like one."""
    columns: list[Counter[str]] = [Counter() for _ in range(width)]
    endings: list[Counter[str]] = [Counter() for _ in range(width)]
    for row, whole in rows:
        for place, cell in enumerate(row, start=0 if whole else 1):
            if place < width:
                columns[place][_class(cell.text)] += 1
                endings[place][cell.text[-1:]] += 1
    alike = [max(c.values()) / c.total() for c in columns if c]
    ending = [max(c.values()) / c.total() for c in endings if c]
    named = sum(1 for cell in header if _HEADER_WORD.search(squeeze_blanks(cell.text))) / width
    below = sum(1 for cell in rows[0][0] if _HEADER_WORD.search(squeeze_blanks(cell.text))) / width
    plain = all(len(cell.text) <= 16 for cell in header)
    return (sum(alike) / width + 0.3 * sum(ending) / width + 0.5 * (named - below)) * (1.0 if plain else 0.5)


def _class(text: str) -> str:
    folded = squeeze_blanks(fold(text))
    if _PHONE.fullmatch(folded):
        return "phone"
    if _NUMBER.fullmatch(folded):
        return "number"
    if len(folded) <= 30 and _MONTH.search(folded):
        return "date"
    return "long" if len(folded) >= _LONG_CELL else "words"


# --- forms: labels and values in turn, no header ---


def _form(table: Sequence[Sequence[_Cell]]) -> list[Row] | None:
    """The rows of a form, a field each, one whose label stands for several rows once; None where the table is none."""
    found: list[tuple[str, list[str], tuple[Span, ...]]] = []
    for cells in table:
        texts = [cell.text for cell in cells]
        if found and len(texts) > 1 and not texts[0]:
            texts[0] = found[-1][0]
        pairs = pairs_of(texts, lambda text: text or "")
        if pairs is None:
            return None
        for at, (label, value) in enumerate(pairs):
            spans = _spans(cells) if at == 0 else ()
            if value is not None and found and found[-1][0] == label:
                found[-1] = (label, [*found[-1][1], value], found[-1][2] + spans)
            else:
                found.append((label, [] if value is None else [value], spans))
    if not is_form([(label, values) for label, values, _ in found]):
        return None
    rows: list[Row] = []
    for label, values, spans in found:
        if spans:
            rows.append(Row("row" if values else "section", spans, field_line(label, values)))
        else:  # the second field of a row
            rows[-1] = replace(rows[-1], text=f"{rows[-1].text}；{field_line(label, values)}")
    return rows


def _stacked_form(lines: Sequence[Line], start: int) -> tuple[list[Row], int]:
    """The rows of a form that is printed a cell a line, and the index after its last; none and 0, if it is none."""
    found: list[tuple[str, list[Line], list[Line]]] = []
    for line in lines[start : start + _STACKED_REACH]:
        label = squeeze_blanks(line.text)
        if is_field(fold(label)) and len(label) <= _LONGEST_LABEL:
            if found and not found[-1][2]:
                return [], 0  # two labels, one over the other: the header of a table
            found.append((label, [line], []))
        elif not found or _ends_form(line.text) or len(found[-1][2]) == _MOST_VALUES:
            break
        else:
            found[-1][2].append(line)
    if found:
        del found[-1][2][1:]  # whatever stands below the last value may be no part of the form
    if found and not found[-1][2]:
        found.pop()
    said = [
        (label, [_closed_up(line.text) for line in values], [*named, *values])
        for label, named, values in found
    ]
    single = sum(1 for _, values, _ in said if len(values) == 1)
    if 2 * single < len(said) or not is_form([(label, values) for label, values, _ in said]):
        return [], 0
    rows = [
        Row("row", tuple((line.start, line.end) for line in own), field_line(label, values))
        for label, values, own in said
    ]
    return rows, start + sum(len(own) for _, _, own in said)


def _ends_form(text: str) -> bool:
    """Whether a line is no value of a form: a heading, a day, whoever signs."""
    mark = mark_of(text)
    return (
        is_date_line(text)
        or (mark is not None and mark.kind in _SECTION_MARKS)
        or annex_label(text) is not None
    )


# --- one cell a line, without borders ---


def stacked_rows(lines: Sequence[Line], start: int) -> tuple[list[Row], int]:
    """The rows of a table that begins on a line, a cell a line, and the index after its last; none and 0, if none.

    Its header names columns; below it the cells of each column are of one kind, row after row.
    """
    if (form := _stacked_form(lines, start))[1]:
        return form
    first = lines[start].text
    if not _could_be_cell(first) or not _HEADER_WORD.search(squeeze_blanks(first)):
        return [], 0
    lines = lines[start : start + _STACKED_REACH]
    run = next((at for at, line in enumerate(lines) if not _could_be_cell(line.text)), len(lines))
    shapes = [
        shape for width in range(3, min(_WIDEST, run // 3) + 1) if (shape := _stacked(lines[:run], width))
    ]
    if not shapes:
        return [], 0
    taken, _, width = max(shapes, key=lambda shape: shape[:2])
    cells = [_Cell(_closed_up(line.text), ((line.start, line.end),)) for line in lines[:taken]]
    header = [squeeze_blanks(cell.text) for cell in cells[:width]]
    rows_ = [_row(cells[at : at + width], header, None) for at in range(width, taken, width)]
    return [_header(cells[:width]), *rows_], start + taken


def _stacked(lines: Sequence[Line], width: int) -> tuple[int, float, int] | None:
    """How many lines a table of so many columns takes, the share of columns that hold no mere words, and the width.

    None where the lines are no such table.
    """
    header = [squeeze_blanks(line.text) for line in lines[:width]]
    named = sum(1 for name in header if _HEADER_WORD.search(name))
    if named < 2 or len(set(header)) < width or any(_kind(name) != "words" for name in header):
        return None
    classes = [[_kind(line.text) for line in lines[first::width]] for first in range(width, 2 * width)]
    if header[0] in _NUMBERED and classes[0][0] != "number":
        return None
    rows = _rows_alike(classes)
    telling = sum(1 for column in classes if column[0] not in ("words", "long")) / width
    return (width * (rows + 1), telling, width) if rows >= 2 and telling else None


def _could_be_cell(text: str) -> bool:
    folded = fold(text)
    return len(text) <= _LONG_CELL and "\t" not in text and "|" not in text and not _NO_CELL.search(folded)


def _rows_alike(classes: Sequence[Sequence[str]]) -> int:
    """How many rows have in each column what its first cell is, but for empty cells and the odd one out."""
    rows = 0
    for row in zip(*classes, strict=False):
        odd = sum(1 for cell, column in zip(row, classes, strict=True) if cell not in (column[0], "empty"))
        if odd > max(1, len(row) // 4) or (row[0] != classes[0][0] and odd):
            break
        rows += 1
    return rows


def _kind(text: str) -> str:
    """What a cell is: a figure, a figure with its unit, a phone number, a day, words."""
    folded = squeeze_blanks(fold(text))
    if folded in ("-", "—", "/", "无"):
        return "empty"
    plain = _class(text)
    if plain == "words" and _WITH_UNIT.fullmatch(folded):
        return "measure"
    return plain


# --- one row a line ---


_STROKE = re.compile(r"\s*\|\s*")
"""What parts the cells of a row that none stands before or behind: a | b | c, a|b|c."""


def columns(text: str) -> int:
    """How many cells a line holds that is a whole row: parted by tabs, by strokes or by wide blanks; else 1."""
    return len(_row_cells(text))


def names_columns(text: str) -> bool:
    """Whether at least half the cells of a row read like the header of a table."""
    cells = [squeeze_blanks(cell) for cell in _row_cells(text)]
    return 2 * sum(1 for cell in cells if _HEADER_WORD.search(cell)) >= len(cells)


def is_stroked(text: str) -> bool:
    """Whether strokes part a line into cells, and none stands before or behind it."""
    return text.count("|") > 1 and not text.startswith("|") and not text.endswith("|")


def heads_figures(rows: Sequence[str]) -> bool:
    """Whether the first of some rows, without a figure itself, stands over a column of nothing but figures."""
    first, *below = (_row_cells(row) for row in rows)
    if not below or any(map(_FIGURE.search, first)):
        return False
    return any(all(_FIGURE.search(row[at]) for row in below) for at in range(len(first)))


def _row_cells(text: str) -> list[str]:
    if CELL.search(text):
        return [TAG.sub(" ", cell) for cell in CELL.split(text)]
    if "\t" in text:
        return text.split("\t")
    if text.startswith("|") and text.count("|") > 2:
        return text.strip().strip("|").split("|")
    if is_stroked(text):
        return _STROKE.split(text)
    return _WIDE_BLANK.split(text) if "  " in text or "\u3000" in text else [text]


class TabTable:
    """The tables of one document printed a row a line; a header holds until a table with another begins."""

    def __init__(self) -> None:
        """Begin with no header seen."""
        self.header: list[str] = []
        self._first = ""
        self._shifted = False
        self._last: list[str] = []
        """The last row that had all its cells."""
        self._kinds: list[Counter[str]] = []
        """What the cells of each column were, in such rows."""

    def rows(self, lines: Sequence[Line], fresh: bool) -> list[Row]:
        """The rows of a run of tabbed lines; `fresh` says that words stand between it and the run before."""
        table = _flush(_rejoined(_cells_of(lines)), headed=fresh)
        if fresh and (form := _form(table)):
            return form
        out: list[Row] = []
        for place, cells in enumerate(table):
            texts = [cell.text for cell in cells]
            lone = len(table) == 1 and len(texts) == len(self.header)  # words broke into the table above
            begins = place == 0 and fresh and not lone and _heads(texts)
            if texts == self.header or begins or not self.header:
                self.header, self._first, self._shifted = texts, "", False
                self._last, self._kinds = [], [Counter() for _ in texts]
                said = "；".join(text for text in texts if text)
                out.append(Row("header", _spans(cells), said, cells=tuple(texts)))
            elif not any(texts[1:]) and _is_section(cells[0]):
                self._first, self._shifted = "", False
                out.append(Row("section", _spans(cells), texts[0]))
            else:
                out.append(self._data(cells, _next_content(table, place)))
        return out

    def _data(self, cells: list[_Cell], below: str) -> Row:
        cells = self._with_merged(self._without_blank_end(cells))
        label = cells[0].text
        doubtful = False
        if len(cells) > len(self.header):
            blank = next((place for place in range(1, len(cells)) if not cells[place].text), None)
            doubtful = blank is None or _is_section(cells[0])
            if blank is not None:
                cells = [*cells[:blank], *cells[blank + 1 :]]
        elif label:
            self._shifted = len(cells) > 1 and _shifted(label, cells[1].text, below)
        doubtful = doubtful or self._shifted  # so is a row without a label right below: its own is further up
        self._first = label or self._first
        first = None if label else self._first if not self._shifted else ""
        return _row(cells, self.header, first, ("doubtful",) if doubtful else ())

    def _without_blank_end(self, cells: list[_Cell]) -> list[_Cell]:
        """A row less the empty cells at its end that its header has no column for."""
        while len(cells) > len(self.header) and not cells[-1].text:
            cells = [*cells[:-2], _Cell(cells[-2].text, cells[-2].spans + cells[-1].spans)]
        return cells

    def _with_merged(self, cells: list[_Cell]) -> list[_Cell]:
        """A row with the cells that the rows above it share and that were printed only once.

        Left out they leave it short: then its cells are like those of the columns further right. Printed empty, the
        leading ones are filled.
        """
        width = len(self.header)
        short = width - len(cells)
        if self._last and 0 < short < width - 1 and self._fit(cells, short) > self._fit(cells, 0):
            spans = cells[0].spans
            merged = [_Cell(text, ()) for text in self._last[:short]]
            cells = [_Cell(merged[0].text, spans), *merged[1:], _Cell(cells[0].text, ()), *cells[1:]]
        elif self._last and len(cells) == width and not cells[0].text:
            empty = next((at for at, cell in enumerate(cells) if cell.text), 0)
            cells = [
                _Cell(self._last[at], cell.spans) if 0 < at < empty else cell for at, cell in enumerate(cells)
            ]
        if len(cells) == width and cells[0].text:
            self._last = [cell.text for cell in cells]
            for column, cell in zip(self._kinds, cells, strict=True):
                column[_kind(cell.text)] += bool(cell.text)
        return cells

    def _fit(self, cells: Sequence[_Cell], shift: int) -> float:
        """How many of a row's cells are what the columns hold that they would stand in."""
        fits = 0.0
        for at, cell in enumerate(cells):
            column = self._kinds[at + shift]
            fits += column[_kind(cell.text)] / column.total() if column.total() else 0.5
        return fits


def _cells_of(lines: Sequence[Line]) -> list[list[_Cell]]:
    """The cells of some rows; of a table in HTML as wide as they are printed, merged ones in every row they span."""
    if not any(_SPANS.search(line.text) for line in lines):
        return [_tab_cells(line) for line in lines]
    spans: list[tuple[Span, ...]] = [((line.start, line.end),) for line in lines]
    rows = list(spread(_html_cells(line.text) for line in lines))
    headed = one_header(rows, lambda upper, lower: f"{upper or ''}{lower or ''}")
    if len(headed) < len(rows):
        spans[:2] = [spans[0] + spans[1]]
    return [
        [_Cell(text or "", places if at == 0 else ()) for at, text in enumerate(row)]
        for row, places in zip(headed, spans, strict=True)
    ]


def _html_cells(text: str) -> list[Cell[str]]:
    """The cells of a row in HTML, with how many rows and columns each spans."""
    cells = []
    for part in _CELL_END.split(text):
        found = _CELL_BEGIN.match(part)
        stated = {name.lower(): int(number) for name, number in _SPANS.findall(found[0])} if found else {}
        words = _closed_up(TAG.sub(" ", part))
        rows, width = (min(max(stated.get(name, 1), 1), _MOST_SPANNED) for name in ("rowspan", "colspan"))
        cells.append(Cell(words, rows, width))
    return cells


def _rejoined(table: list[list[_Cell]]) -> list[list[_Cell]]:
    """The rows, with the rest of a cell that was torn at a page's or a line's end put back to it."""
    out: list[list[_Cell]] = []
    for cells in table:
        said = [place for place, cell in enumerate(cells) if cell.text]
        open_ = [place for place, cell in enumerate(out[-1]) if ends_open(cell.text)] if out else []
        rest = open_[:1] if len(cells) == 1 else said if set(said) <= set(open_) else []
        if not rest or not said:
            out.append(cells)
            continue
        above = list(out[-1])
        for place, own in zip(rest, said, strict=False):
            above[place] = _Cell(above[place].text + cells[own].text, above[place].spans)
        above[0] = _Cell(above[0].text, above[0].spans + _spans(cells))
        out[-1] = above
    return out


def _flush(table: list[list[_Cell]], *, headed: bool) -> list[list[_Cell]]:
    """The rows of a table without the empty columns that only indent it.

    :param headed: Whether its header is among them: rows below another page's may all lack their merged first cell.
    """
    while headed and len(table) > 1 and all(len(cells) > 2 and not cells[0].text for cells in table):
        table = [[replace(cells[1], spans=cells[0].spans), *cells[2:]] for cells in table]
    return table


def goes_on(above: str, text: str) -> bool:
    """Whether a line is the rest of a cell that the row above it broke off: …（含学前部、 and 小学部）."""
    return len(text) <= _LONG_CELL and mark_of(text) is None and any(map(ends_open, _row_cells(above)))


def _tab_cells(line: Line) -> list[_Cell]:
    """The cells of a row; the first holds the place of the whole line."""
    return [
        _Cell(_closed_up(part), ((line.start, line.end),) if place == 0 else ())
        for place, part in enumerate(_row_cells(line.text))
    ]


def _closed_up(text: str) -> str:
    """A cell of a scanned table, where every blank between Han characters is a line that wrapped."""
    return tidy(reading(text.strip(), keep_spaces=True)[0])


def _spans(cells: Sequence[_Cell]) -> tuple[Span, ...]:
    return tuple(span for cell in cells for span in cell.spans)


def _heads(texts: list[str]) -> bool:
    """Whether a row reads like a header: short words in every cell, no bare figures, only the first may be empty."""
    named = all(len(text) <= 20 for text in texts) and all(texts[1:]) and mark_of(texts[0]) is None
    return named and not any(_kind(text) == "number" and not _YEAR.match(f"{text}年") for text in texts)


def _next_content(table: list[list[_Cell]], place: int) -> str:
    return table[place + 1][1].text if place + 1 < len(table) and len(table[place + 1]) > 1 else ""


def _shifted(label: str, content: str, below: str) -> bool:
    """Whether a row's label names what the row below says, and not what its own cell says."""
    words = _pairs(re.sub(r"^[\d.、\s]+", "", label))
    if len(words) < 4 or not below:
        return False
    own = len(words & _pairs(content)) / len(words)
    other = len(words & _pairs(below)) / len(words)
    return other >= 0.5 and own <= other / 2


def _pairs(text: str) -> set[str]:
    text = re.sub(r"[^\u4e00-\u9fffA-Za-z0-9]", "", text)
    return {text[at : at + 2] for at in range(len(text) - 1)}
