"""Pages become text: characters at places on paper become paragraphs and the rows of tables, in reading order.

One way for all that has pages: a PDF, an OFD, a picture that was recognised. Lengths are points, from the top left.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from pdfplumber.table import cells_to_tables, edges_to_intersections, intersections_to_cells, merge_edges

from rag.reading.files.grid import Cell, field_line, fields, one_header, spread
from rag.reading.files.original import Aside, Doubt, Page
from rag.reading.lines import ends_closed, mark_of

_SNAP = 3.0  # points: borders nearer than that are one border
_SHORTEST_BORDER = 8.0
_LINE_GAP = 1.8  # ems between two words of a line that do not belong together
_WORD_GAP = 0.22  # ems between two Latin words
_EDGE_ZONE = 0.11  # the part of a page's height at its top, and at its bottom, where running heads stand
_COLUMN_ROWS = 4  # a page has columns where at least so many lines stand side by side
_COLUMN_FILL = 0.7  # and fill so much of their column
_NARROWEST = 8  # ems: what is narrower is a column of a table
_FULL = 2.2  # a line that ends less than so many ems before the margin runs on in the next one
_NEARLY = 0.75  # of a column's width
_UNINDENTED = 0.8
_PITCH = 1.5  # ems between the lines of one paragraph, at most
_SURE_FIGURE = 0.95
_SURE = 0.6
_PAGE_NUMBER = re.compile(
    r"[-—–－·•\s]*(?:第\s*)?(?:\d{1,4}|[ivxlIVXL]{1,6})(?:\s*页)?(?:\s*[/／,，]?\s*共?\s*\d{1,4}\s*页?)?[-—–－·•\s]*"
)
_PRINTED_ON = re.compile(
    r"\d{1,4}[/年.-]\d{1,2}[/月.-]\d{1,4}日?[,，]?\s*(?:[上下]午\s*)?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?\s*(?:[AP]M)?"
)
_PRINTED_FROM = re.compile(r"(?:https?|file)\s*[:：]\s*//.{2,400}?\d{1,4}\s*/\s*\d{1,4}")
_FIGURE = re.compile(r"[\d〇零○一二三四五六七八九十百千万亿]+(?:[.,:：．，]\d+)*[%％‰]?")
_LATIN = re.compile(r"[!-~]")


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character (or a few) on a page; `score` says how surely it was recognised, None where it was not."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    score: float | None = None

    @property
    def height(self) -> float:
        """How high it is."""
        return self.bottom - self.top

    @property
    def middle(self) -> tuple[float, float]:
        """Its middle, from the left and from the top."""
        return (self.x0 + self.x1) / 2, (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Border:
    """A straight line on a page, upright or level: the border of a table."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def upright(self) -> bool:
        """Whether it is an upright one."""
        return self.bottom - self.top > self.x1 - self.x0


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page."""

    number: int
    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    borders: tuple[Border, ...] = ()


@dataclass(frozen=True, slots=True)
class Composed:
    """The text of some pages, where each begins, what in it is doubtful and what was set aside."""

    text: str
    pages: tuple[Page, ...]
    doubts: tuple[Doubt, ...]
    aside: tuple[Aside, ...]


@dataclass(frozen=True, slots=True)
class _Words:
    """Glyphs of one line that stand together, from left to right."""

    glyphs: tuple[Glyph, ...]

    @property
    def x0(self) -> float:
        return self.glyphs[0].x0

    @property
    def x1(self) -> float:
        return max(glyph.x1 for glyph in self.glyphs)

    @property
    def top(self) -> float:
        return min(glyph.top for glyph in self.glyphs)

    @property
    def bottom(self) -> float:
        return max(glyph.bottom for glyph in self.glyphs)

    @property
    def size(self) -> float:
        return median(glyph.height for glyph in self.glyphs)

    @property
    def text(self) -> str:
        return "".join(text for text, _ in _characters(self.glyphs))


@dataclass(slots=True)
class _Line:
    """One line of text as it will stand: pieces with their pages, each character with how surely it was read."""

    pieces: list[tuple[int, list[tuple[str, float | None]]]]
    last: _Words | None = None
    """The printed line a paragraph ends with so far; None of a row."""
    runs_on: bool = False
    joins: bool = False
    """Whether it could be the rest of a paragraph that began on the page before."""


_Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Opened:
    """A page: its tables from the top, cells and what stands in them, and all that stands outside."""

    number: int
    height: float
    tables: list[tuple[list[_Box], list[Glyph]]]
    outside: list[Glyph]
    rows: list[list[_Words]]
    """The printed lines outside."""


def compose(sheets: Iterable[Sheet]) -> Composed:
    """Read pages in order.

    Tables with borders are read cell by cell, columns one after the other; lines of a paragraph are joined, over the
    end of a page too. Running heads and page numbers are set aside.
    """
    pages = [_opened(sheet) for sheet in sheets]
    running = _running(pages)
    lines: list[_Line] = []
    aside: list[Aside] = []
    for page in pages:
        heads = running.get(page.number, ())
        aside += [Aside(page.number, words.text) for words in heads]
        for line in _read(page, {id(glyph) for words in heads for glyph in words.glyphs}):
            if lines and line.joins and lines[-1].runs_on and line.pieces[0][0] != lines[-1].pieces[-1][0]:
                _append(lines[-1], line)
            else:
                lines.append(line)
    return _written(lines, [page.number for page in pages], tuple(aside))


def _opened(sheet: Sheet) -> _Opened:
    """A page parted into its tables and what stands outside them."""
    tables = [(cells, list[Glyph]()) for cells in _tables(sheet.borders)]
    outside: list[Glyph] = []
    for glyph in sheet.glyphs:
        next((held for cells, held in tables if _within(glyph, _box(cells))), outside).append(glyph)
    tables.sort(key=lambda table: _box(table[0])[1])
    return _Opened(sheet.number, sheet.height, tables, outside, _rows(outside))


# --- lines ---


def _rows(glyphs: Iterable[Glyph]) -> list[list[_Words]]:
    """The printed lines from the top, each as the words that stand together in it."""
    rows: list[list[Glyph]] = []
    centre = height = 0.0
    for glyph in sorted(glyphs, key=lambda one: one.middle[1]):
        at = glyph.middle[1]
        if rows and at - centre <= 0.5 * min(height, glyph.height or height):
            rows[-1].append(glyph)
            centre += (at - centre) / len(rows[-1])
            height = max(height, glyph.height)
        else:
            rows.append([glyph])
            centre, height = at, glyph.height
    return [words for row in rows if (words := _parted(row))]


def _parted(row: list[Glyph]) -> list[_Words]:
    """A line cut where it has wide gaps."""
    row = sorted(row, key=lambda glyph: glyph.x0)
    size = median(glyph.height for glyph in row)
    words: list[list[Glyph]] = [[row[0]]]
    edge = row[0].x1
    for glyph in row[1:]:
        if glyph.x0 - edge > _LINE_GAP * size:
            words.append([])
        words[-1].append(glyph)
        edge = max(edge, glyph.x1)
    return [_Words(tuple(part)) for part in words if any(glyph.text.strip() for glyph in part)]


def _characters(glyphs: Sequence[Glyph]) -> Iterator[tuple[str, float | None]]:
    """The characters of a line, with a blank where two Latin words stand apart."""
    before: Glyph | None = None
    for glyph in glyphs:
        if glyph.text.isspace():
            continue
        if before is not None and _apart(before, glyph):
            yield " ", None
        for character in glyph.text:
            yield character, glyph.score
        before = glyph


def _apart(left: Glyph, right: Glyph) -> bool:
    latin = _LATIN.match(left.text[-1]) or _LATIN.match(right.text[0])
    wide = _WORD_GAP if latin and _LATIN.match(left.text[-1]) and _LATIN.match(right.text[0]) else 0.9
    return right.x0 - left.x1 > wide * max(left.height, right.height)


# --- running heads ---


def _running(pages: Sequence[_Opened]) -> dict[int, list[_Words]]:
    """By page: the lines at its edges that other pages have too, numbers aside, and its own number."""
    edges = [(page.number, at, row) for page in pages for at, row in _at_edges(page)]
    counts = Counter((at, _pattern(row)) for _, at, row in edges)
    several = max(2, len(pages) // 4)
    found: dict[int, list[_Words]] = {}
    for number, at, row in edges:
        text = " ".join(words.text for words in row)
        if counts[at, _pattern(row)] >= several or _PAGE_NUMBER.fullmatch(text) or _is_of_browser(row):
            found.setdefault(number, []).extend(row)
    return found


def _is_of_browser(row: Sequence[_Words]) -> bool:
    """Whether a line is what a browser prints around a page of the web: when and its title, where and its number."""
    when = len(row) > 1 and _PRINTED_ON.fullmatch(row[0].text.strip())
    return bool(when or _PRINTED_FROM.fullmatch(" ".join(words.text for words in row)))


def _at_edges(page: _Opened) -> Iterator[tuple[str, list[_Words]]]:
    """The lines at the top and at the bottom of a page, at most two of each."""
    for row in page.rows[:2]:
        if max(words.bottom for words in row) <= _EDGE_ZONE * page.height:
            yield "top", row
    for row in page.rows[-2:]:
        if min(words.top for words in row) >= (1 - _EDGE_ZONE) * page.height:
            yield "bottom", row


def _pattern(row: Sequence[_Words]) -> str:
    return re.sub(r"\d+", "#", "".join(words.text for words in row).replace(" ", ""))


# --- a page in reading order ---


def _read(page: _Opened, heads: set[int]) -> Iterator[_Line]:
    """The lines of a page without its running heads; a table stands where its top is."""
    outside = [glyph for glyph in page.outside if id(glyph) not in heads]
    at = 0.0
    for cells, held in page.tables:
        top = _box(cells)[1]
        yield from _read_flow(page.number, [g for g in outside if at <= g.middle[1] < top])
        yield from _read_table(page.number, cells, held)
        at = max(at, top)
    yield from _read_flow(page.number, [g for g in outside if g.middle[1] >= at])


def _read_flow(page: int, glyphs: Sequence[Glyph]) -> Iterator[_Line]:
    for rows in _flows(_rows(glyphs)):
        yield from _paragraphs(page, rows)


def _flows(rows: list[list[_Words]]) -> Iterator[list[list[_Words]]]:
    """The columns of a page in reading order: what stands over both, the left one, the right one, what follows."""
    cut = _columns(rows)
    if cut is None:
        yield rows
        return
    first, last, gutter = cut
    yield from _flows(rows[:first])
    sides: tuple[list[list[_Words]], list[list[_Words]]] = ([], [])
    for row in rows[first:last]:
        for side, part in zip(sides, _halves(row, gutter), strict=True):
            if part:
                side.append(part)
    for side in sides:
        yield from _flows(side)
    yield from _flows(rows[last:])


def _halves(row: Sequence[_Words], gutter: float) -> tuple[list[_Words], list[_Words]]:
    return [words for words in row if words.x0 < gutter], [words for words in row if words.x0 >= gutter]


def _columns(rows: list[list[_Words]]) -> tuple[int, int, float] | None:
    """The longest run of lines set in two columns: (first, last + 1, where the gap between them is), or None."""
    if not rows:
        return None
    left = min(row[0].x0 for row in rows)
    right = max(words.x1 for row in rows for words in row)
    gaps = Counter(
        round((a.x1 + b.x0) / 2 / 4)
        for row in rows
        for a, b in pairwise(row)
        if 0.2 < ((a.x1 + b.x0) / 2 - left) / max(right - left, 1) < 0.8
    )
    best: tuple[int, int, float] | None = None
    for place, _ in gaps.most_common(3):
        gutter = place * 4.0
        for first, last in _clear(rows, gutter):
            if (best is None or last - first > best[1] - best[0]) and _is_prose(rows[first:last], gutter):
                best = (first, last, gutter)
    return best


def _clear(rows: list[list[_Words]], gutter: float) -> Iterator[tuple[int, int]]:
    """The runs of lines that no word crosses a place in."""
    first = 0
    for at in range(len(rows) + 1):
        if at == len(rows) or any(words.x0 < gutter < words.x1 for words in rows[at]):
            if at > first:
                yield first, at
            first = at + 1


def _is_prose(rows: Sequence[Sequence[_Words]], gutter: float) -> bool:
    """Whether lines on both sides of a gap are full, as those of a text are and the cells of a table are not.

    On the right there may be few: the last page of a text ends somewhere in its columns.
    """
    sides: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    both = 0
    for row in rows:
        halves = _halves(row, gutter)
        both += all(halves)
        for side, part in zip(sides, halves, strict=True):
            if part:
                side.append((part[0].x0, part[-1].x1))
    if min(both, len(sides[0]) - _COLUMN_ROWS) < 1:
        return False
    for side in sides[: 1 if len(sides[1]) < _COLUMN_ROWS else 2]:
        width = max(x1 for _, x1 in side) - min(x0 for x0, _ in side)
        if median(x1 - x0 for x0, x1 in side) < max(_COLUMN_FILL * width, _NARROWEST * rows[0][0].size):
            return False
    return True


def _paragraphs(page: int, rows: list[list[_Words]]) -> Iterator[_Line]:
    """The lines of one column, those of a paragraph joined; lines of words that stand below each other are rows."""
    if not rows:
        return
    left, right = _margins(rows)
    open_line: _Line | None = None
    for at, row in enumerate(rows):
        if len(row) > 1 and any(
            _aligned(row, rows[near]) for near in (at - 1, at + 1) if 0 <= near < len(rows)
        ):
            if open_line:
                yield open_line
            open_line = None
            yield _row(page, [list(_characters(words.glyphs)) for words in row])
            continue
        words = _Words(tuple(glyph for part in row for glyph in part.glyphs))
        joins = words.x0 <= left + _UNINDENTED * words.size and mark_of(words.text) is None
        line = _Line([(page, _spelled(row))], words, _runs_on(words, left, right), joins)
        if open_line and open_line.runs_on and joins and _below(open_line.last, words):
            _append(open_line, line)
        else:
            if open_line:
                yield open_line
            open_line = line
    if open_line:
        yield open_line


def _runs_on(words: _Words, left: float, right: float) -> bool:
    """Whether a line can go on in the next: it is full, or nearly so and stops where no sentence does.

    Lines that are all of a few characters are those of a list of names, not of a text that was set so narrow.
    """
    if right - left < _NARROWEST * words.size:
        return False
    if words.x1 >= right - _FULL * words.size:
        return True
    return words.x1 >= left + _NEARLY * (right - left) and not ends_closed(words.text)


def _margins(rows: Sequence[Sequence[_Words]]) -> tuple[float, float]:
    """Where the lines of a column begin and end, those in the size of most of its letters."""
    size = median(words.size for row in rows for words in row for _ in words.glyphs)
    body = [row for row in rows if size / 1.2 <= row[0].size <= 1.2 * size] or rows
    whole = [row for row in body if len(row) == 1]
    body = whole if len(whole) > 2 else body
    widest = max(row[-1].x1 - row[0].x0 for row in body)
    wide = [row for row in body if row[-1].x1 - row[0].x0 >= 0.7 * widest]
    return min(row[0].x0 for row in wide), max(row[-1].x1 for row in wide)


def _spelled(row: Sequence[_Words]) -> list[tuple[str, float | None]]:
    """A line, its wide gaps as two blanks."""
    out: list[tuple[str, float | None]] = []
    for words in row:
        out += [*([(" ", None)] * 2 if out else []), *_characters(words.glyphs)]
    return out


def _aligned(row: Sequence[_Words], near: Sequence[_Words]) -> bool:
    """Whether two lines have as many words and at least two of them begin, or have their middle, below each other."""
    if len(row) != len(near):
        return False
    size = row[0].size
    pairs = zip(row, near, strict=True)
    return sum(min(abs(a.x0 - b.x0), abs(a.x0 + a.x1 - b.x0 - b.x1) / 2) <= size for a, b in pairs) >= 2


def _below(above: _Words | None, words: _Words) -> bool:
    """Whether a printed line is the next one of a paragraph: near, and in letters of one size."""
    if above is None:
        return False
    sizes = sorted((above.size, words.size))
    return words.top - above.bottom <= _PITCH * sizes[1] and sizes[1] <= 1.2 * sizes[0]


def _append(line: _Line, more: _Line) -> None:
    """Put the rest of a paragraph to it."""
    ends, begins = line.pieces[-1][1][-1][0], more.pieces[0][1][0][0]
    if _LATIN.match(ends) and _LATIN.match(begins) and not (ends.isdigit() and begins.isdigit()):
        line.pieces[-1][1].append((" ", None))
    line.pieces += more.pieces
    line.last, line.runs_on = more.last, more.runs_on


# --- tables with borders ---


def _tables(borders: Sequence[Border]) -> list[list[_Box]]:
    """The cells of each table that borders draw."""
    edges = [_edge(border) for border in borders]
    edges = merge_edges(edges, _SNAP, _SNAP, _SNAP, _SNAP)
    edges = [
        edge
        for edge in edges
        if max(edge["x1"] - edge["x0"], edge["bottom"] - edge["top"]) >= _SHORTEST_BORDER
    ]
    edges += _open_sides(edges)
    cells = intersections_to_cells(edges_to_intersections(edges, _SNAP, _SNAP))
    return [list(table) for table in cells_to_tables(cells)]


def _edge(border: Border) -> dict[str, Any]:
    """A border as the table finder takes it."""
    if border.upright:
        x = (border.x0 + border.x1) / 2
        return _upright(x, border.top, border.bottom)
    y = (border.top + border.bottom) / 2
    return {
        "object_type": "line", "orientation": "h", "x0": border.x0, "x1": border.x1, "top": y, "bottom": y,
        "width": border.x1 - border.x0, "height": 0.0,
    }  # fmt: skip


def _upright(x: float, top: float, bottom: float) -> dict[str, Any]:
    return {
        "object_type": "line", "orientation": "v", "x0": x, "x1": x, "top": top, "bottom": bottom,
        "width": 0.0, "height": bottom - top,
    }  # fmt: skip


def _open_sides(edges: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The outer borders of tables that are printed without: where level lines of one length end."""
    level = [edge for edge in edges if edge["orientation"] == "h"]
    inner = [edge for edge in edges if edge["orientation"] == "v"]
    alike: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for edge in level:
        alike.setdefault((round(edge["x0"] / _SNAP), round(edge["x1"] / _SNAP)), []).append(edge)
    added = []
    for group in alike.values():
        top, bottom = min(e["top"] for e in group), max(e["top"] for e in group)
        x0, x1 = group[0]["x0"], group[0]["x1"]
        between = [
            v
            for v in inner
            if v["top"] < bottom and v["bottom"] > top and x0 - _SNAP <= v["x0"] <= x1 + _SNAP
        ]
        if len(group) < 3 or not any(x0 + _SNAP < v["x0"] < x1 - _SNAP for v in between):
            continue
        added += [
            _upright(x, top, bottom) for x in (x0, x1) if not any(abs(v["x0"] - x) <= _SNAP for v in between)
        ]
    return added


def _box(cells: Sequence[_Box]) -> _Box:
    return (
        min(cell[0] for cell in cells),
        min(cell[1] for cell in cells),
        max(cell[2] for cell in cells),
        max(cell[3] for cell in cells),
    )


def _within(glyph: Glyph, box: _Box) -> bool:
    x, y = glyph.middle
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _read_table(page: int, cells: Sequence[_Box], glyphs: Sequence[Glyph]) -> Iterator[_Line]:
    """The rows of a table, or the paragraphs of a box around a text."""
    lefts = sorted({cell[0] for cell in cells})
    tops = sorted({cell[1] for cell in cells})
    if len(lefts) == 1:
        for cell in sorted(cells, key=lambda one: one[1]):
            yield from _read_flow(page, [glyph for glyph in glyphs if _within(glyph, cell)])
        return
    table: list[list[Cell[list[tuple[str, float | None]]]]] = [[] for _ in tops]
    for cell in sorted(cells):
        held = [glyph for glyph in glyphs if _within(glyph, cell)]
        columns = sum(cell[0] <= left < cell[2] for left in lefts)
        rows = sum(cell[1] <= top < cell[3] for top in tops)
        table[tops.index(cell[1])].append(Cell(_cell(held), rows, columns))
    spread_out = list(spread(table))
    if form := fields(spread_out, _words_of):
        yield from (_row(page, [_field(label, values)]) for label, values in form)
        return
    for row in one_header(spread_out, lambda upper, lower: [*(upper or []), (" ", None), *(lower or [])]):
        values = [value or [] for value in row]
        if any(values):
            yield _row(page, values)


def _words_of(cell: Sequence[tuple[str, float | None]] | None) -> str:
    return "".join(text for text, _ in cell or ())


def _field(
    label: list[tuple[str, float | None]], values: Sequence[list[tuple[str, float | None]]]
) -> list[tuple[str, float | None]]:
    """A field of a form, each character with how surely it was read."""
    between = field_line(_words_of(label), [_words_of(value) for value in values])
    known = iter([*label, *(character for value in values for character in value)])
    held = next(known, None)
    found: list[tuple[str, float | None]] = []
    at = 0
    while at < len(between):
        if held is not None and between.startswith(held[0], at):
            found.append(held)
            at += len(held[0])
            held = next(known, None)
        else:  # a sign that stands between label and values
            found.append((between[at], None))
            at += 1
    return found


def _cell(glyphs: Sequence[Glyph]) -> list[tuple[str, float | None]]:
    """The words of a cell: its lines put together, with a blank between Latin words."""
    line: _Line | None = None
    for row in _rows(glyphs):
        more = _Line([(0, _spelled(row))])
        if line is None:
            line = more
        else:
            _append(line, more)
    return [character for _, piece in line.pieces for character in piece] if line else []


def _row(page: int, values: Sequence[list[tuple[str, float | None]]]) -> _Line:
    characters: list[tuple[str, float | None]] = []
    for place, value in enumerate(values):
        characters += [*([("\t", None)] if place else []), *value]
    return _Line([(page, characters)])


# --- the text ---


def _written(lines: Sequence[_Line], numbers: Sequence[int], aside: tuple[Aside, ...]) -> Composed:
    text: list[str] = []
    starts: dict[int, int] = {}
    scores: dict[int, list[float]] = {}
    doubts: list[Doubt] = []
    at = 0
    for line in lines:
        for page, characters in line.pieces:
            starts.setdefault(page, at)
            said = "".join(character for character, _ in characters)
            sure = [score for _, score in characters]
            scores.setdefault(page, []).extend(score for score in sure if score is not None)
            doubts += _doubts(said, sure, at)
            text.append(said)
            at += len(said)
        text.append("\n")
        at += 1
    pages, start = [], at
    for number in reversed(numbers):  # a page without a word begins where the next one does
        start = starts.get(number, start)
        read = scores.get(number, [])
        pages.append(Page(number, start, round(sum(read) / len(read), 4) if read else None))
    return Composed("".join(text), tuple(reversed(pages)), tuple(doubts), aside)


def _doubts(text: str, scores: Sequence[float | None], start: int) -> Iterator[Doubt]:
    """The figures, and the runs of other characters, that were not read surely enough."""
    figures = [match.span() for match in _FIGURE.finditer(text)]
    for first, last in figures:
        sure = [score for score in scores[first:last] if score is not None]
        if sure and min(sure) < _SURE_FIGURE:
            yield Doubt((start + first, start + last), round(min(sure), 3))
    inside = {place for first, last in figures for place in range(first, last)}
    low = [place for place, score in enumerate(scores) if score is not None and score < _SURE]
    runs: list[list[int]] = []
    for place in low:
        if place in inside:
            continue
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    for run in runs:
        least = min(score for place in run if (score := scores[place]) is not None)
        yield Doubt((start + run[0], start + run[-1] + 1), round(least, 3))
