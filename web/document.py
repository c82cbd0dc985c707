"""A document as people read it: its headings, its paragraphs, its tables, every run of text with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from rag.index import Index
from rag.indexing.store import Where
from rag.reading.blocks import blocks_of
from rag.reading.corpus import Body, Document, bulletin_of
from rag.reading.outline import Outline, Piece, Unit
from rag.reading.tables import Row
from rag.text.normal import squeeze
from rag.text.spans import Span

DEEPEST = 3
"""Headings deeper than this are in the text and not in the contents."""
_LONGEST_ENTRY = 60
_MOST_FOUND = 500  # places a search inside a document marks
_STOPS = "。;；"  # what the reading of a cell leaves out at its end
_BORDER = " |\t\u3000"  # what parts the cells of a table in the source


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of the source, to the letter."""

    start: int
    text: str
    found: str = ""
    """Why it is marked: 'at' for a place that was linked to, 'find' for words searched for, 'doubt' for what was
    recognised and may be read wrongly."""

    @property
    def end(self) -> int:
        """Where it ends in the source."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, a list item, a heading, or a line of the frame (number, addressee, signature)."""

    kind: str
    """'heading', 'text', 'item' or 'meta'."""
    runs: tuple[Run, ...]
    lead: tuple[Run, ...] = ()
    """The heading that opens the paragraph: 1. 科技创新推进产业创新。"""
    level: int = 0
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its place in the source, or only its words where the source prints them once for several rows."""

    runs: tuple[Run, ...]
    words: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row; a section of a table is a row of one cell."""

    cells: tuple[Cell, ...]
    section: bool = False
    doubtful: bool = False
    """Torn in the print: what stands in which column is a guess."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its header."""

    header: tuple[Cell, ...]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents."""

    title: str
    level: int
    anchor: str


@dataclass(frozen=True, slots=True)
class View:
    """A whole document."""

    document: Document
    blocks: tuple[Paragraph | Table, ...]
    contents: tuple[Entry, ...]


class Library:
    """The documents of an index, made ready for reading when first asked for."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._bodies = lru_cache(maxsize=16)(self._read)
        self._views = lru_cache(maxsize=32)(self._make)

    def view(self, document: str, at: Sequence[Span] = (), find: str = "") -> View:
        """A document with some places marked.

        :param document: Its id.
        :param at: Places to mark.
        :param find: Words to mark wherever they stand, white space, width and case aside.
        :raises KeyError: if there is no such document.
        """
        view = self._views(document)
        original = self.index.original(view.document.source)
        whole = view.document.span
        marks = [(doubt.span, "doubt") for doubt in original.doubts_in([whole])] if original else []
        marks += [(span, "find") for place in self.places(document, find) for span in place]
        marks += [(span, "at") for span in at]
        return replace(view, blocks=tuple(_marked(block, marks) for block in view.blocks)) if marks else view

    def places(self, document: str, words: str) -> list[tuple[Span, ...]]:
        """Where words stand in a document as it is shown, white space, width and case aside; some hundreds at most.

        A place has several spans where a page break was cut out of it.

        :raises KeyError: if there is no such document.
        """
        wanted = squeeze(words)
        if not wanted:
            return []
        view = self._views(document)
        text = self.index.source_text(view.document.source)
        kept: list[int] = []
        folded: list[str] = []
        for run in (run for block in view.blocks for run in runs_of(block)):
            for at, character in enumerate(run.text, run.start):
                for bare in squeeze(character):
                    kept.append(at)
                    folded.append(bare)
        bare_text = "".join(folded)
        found: list[tuple[Span, ...]] = []
        start = bare_text.find(wanted)
        while start >= 0 and len(found) < _MOST_FOUND:
            found.append(_spans_of(kept[start : start + len(wanted)], text))
            start = bare_text.find(wanted, start + len(wanted))
        return found

    def _read(self, source: str) -> dict[str, Body]:
        """The bodies of a bulletin by document, read from the very text the index holds."""
        kept = bulletin_of(source, self.index.source_text(source))
        spans = {body.document.span: body for body in kept.bodies}
        mine = self.index.store.documents(Where(sources=frozenset([source])))
        return {one.id: spans[one.span] for one in mine if one.span in spans}

    def _make(self, document: str) -> View:
        found = self.index.documents[document]
        body = self._bodies(found.source)[document]
        return view_of(self.index.source_text(found.source), body, found)


def view_of(text: str, body: Body, document: Document) -> View:
    """A document laid out for reading, nothing in it marked.

    :param text: The decoded text of its bulletin.
    :param body: The document as it is read from that text.
    :param document: Its record, which may be put right since.
    """
    return _View(text, body).made(document)


def runs_of(block: Paragraph | Table) -> list[Run]:
    """The runs of a block in reading order."""
    if isinstance(block, Paragraph):
        return [*block.lead, *block.runs]
    cells = [*block.header, *(cell for row in block.rows for cell in row.cells)]
    return [run for cell in cells for run in cell.runs]


def _spans_of(places: Sequence[int], text: str) -> tuple[Span, ...]:
    """Characters as spans, joined over white space between them."""
    spans: list[Span] = []
    for at in places:
        if spans and not text[spans[-1][1] : at].strip():
            spans[-1] = (spans[-1][0], max(at + 1, spans[-1][1]))
        else:
            spans.append((at, at + 1))
    return tuple(spans)


class _View:
    """Walks over the pieces of a document."""

    def __init__(self, text: str, body: Body) -> None:
        self._text = text
        blocks = blocks_of(body)
        self._rows = {row.spans: row for block in blocks for row in block.rows}
        self._pieces = Outline(blocks).pieces()
        self._blocks: list[Paragraph | Table] = []
        self._contents: list[Entry] = []
        self._seen: set[int] = set()
        self._header: tuple[Unit, ...] = ()
        self._table: list[TableRow] | None = None
        self._names: tuple[str, ...] = ()
        self._heads: tuple[Cell, ...] = ()

    def made(self, document: Document) -> View:
        """The whole view."""
        for piece in self._pieces:
            self._piece(piece)
        self._close()
        return View(document, tuple(self._blocks), tuple(self._contents))

    def _piece(self, piece: Piece) -> None:
        fresh = [(node, depth) for depth, node in enumerate(piece.nodes, 1) if node.serial not in self._seen]
        self._seen.update(node.serial for node, _ in fresh)
        anchors: list[str] = []
        for node, depth in fresh:
            anchor = f"h{node.serial}"
            anchors.append(anchor)
            if depth <= DEEPEST and node.title:
                self._contents.append(Entry(_shortened(node.title), depth, anchor))
        words: list[Unit] = []
        depth = len(piece.nodes) - len(fresh)
        for place, unit in enumerate(piece.units):
            row = self._rows.get(unit.spans)
            if row is not None and row.kind in ("header", "row", "section"):
                self._flush(words, anchors)
                self._row(row)
                continue
            if unit.kind == "heading" and not self._runs_on(piece, place):
                self._flush(words, [])
                self._close()
                depth += 1
                self._blocks.append(
                    Paragraph(
                        "heading",
                        self._runs(unit.spans),
                        level=min(depth, 4),
                        anchor=anchors.pop(0) if anchors else "",
                    )
                )
            elif unit.kind == "meta":
                self._flush(words, anchors)
                self._close()
                self._blocks.append(Paragraph("meta", self._runs(unit.spans), anchor=_take(anchors)))
            else:
                words.append(unit)
        self._flush(words, anchors)

    def _runs_on(self, piece: Piece, place: int) -> bool:
        """Whether a heading goes on in the same paragraph."""
        if place + 1 >= len(piece.units):
            return False
        unit, following = piece.units[place], piece.units[place + 1]
        return following.kind not in ("heading", "meta") and unit.spans[-1][1] == following.spans[0][0]

    def _flush(self, words: list[Unit], anchors: list[str]) -> None:
        """The units of one paragraph."""
        if not words:
            return
        self._close()
        lead = [unit for unit in words if unit.kind == "heading"]
        rest = [unit for unit in words if unit.kind != "heading"]
        kind = "item" if rest and all(unit.kind == "item" for unit in rest) else "text"
        self._blocks.append(
            Paragraph(
                kind,
                tuple(run for unit in rest for run in self._runs(unit.spans)),
                tuple(run for unit in lead for run in self._runs(unit.spans)),
                anchor=_take(anchors),
            )
        )
        words.clear()
        anchors.clear()

    def _runs(self, spans: Iterable[Span]) -> tuple[Run, ...]:
        """Runs of the source, one a printed line: its line breaks, and the border of a table, are nothing to read."""
        return tuple(
            Run(start + match.start(), match.group())
            for start, end in spans
            for match in re.finditer(r"[^\r\n]+?(?=[ \t]*\|?[ \t]*(?:[\r\n]|$))", self._text[start:end])
            if match.group().strip(_BORDER)
        )

    # --- tables ---

    def _row(self, row: Row) -> None:
        again = row.kind == "header" and self._table is not None and len(row.cells) < 2
        if row.kind == "header" and not again:
            if self._table is not None and row.cells == self._names:  # printed once more where a page begins
                return
            self._close()
            self._names, self._table = row.cells, []
            self._heads = tuple(self._located(row.cells or (row.text,), row))
            return
        if self._table is None:
            self._table, self._names, self._heads = [], (), ()
        if row.kind == "section" or again:
            self._table.append(TableRow((Cell(self._runs(row.spans)),), section=True))
            return
        columns = row.cells if self._names else ()
        cells = tuple(self._located(columns, row)) if columns else (Cell(self._runs(row.spans)),)
        self._table.append(TableRow(cells, doubtful="doubtful" in row.flags))

    def _located(self, values: Sequence[str], row: Row) -> Iterator[Cell]:
        """The cells of a row with their places, each looked for behind the one before it."""
        printed = [
            Run(start + match.start(), match.group())
            for start, end in row.spans
            for match in re.finditer(r"[^\r\n\t|]+", self._text[start:end])
            if match.group().strip(_BORDER)
        ]
        at = 0
        for value in values:
            wanted = squeeze(value)
            place = next(
                (
                    place
                    for place in range(at, len(printed))
                    if (said := squeeze(printed[place].text).rstrip(_STOPS)) and wanted.startswith(said)
                ),
                None,
            )
            if place is None or not wanted:
                yield Cell((), value)
                continue
            last = place + 1  # a cell of several printed lines
            while (
                last < len(printed)
                and squeeze("".join(run.text for run in printed[place : last + 1])).rstrip(_STOPS) in wanted
            ):
                last += 1
            at = last
            yield Cell(tuple(_trimmed(run) for run in printed[place:last]))

    def _close(self) -> None:
        """Put down the table that is open."""
        if self._table is None:
            return
        width = max(
            [len(self._heads), *(len(row.cells) for row in self._table if not row.section)], default=1
        )
        if width > 1:
            self._blocks.append(Table(self._heads, tuple(self._table)))
        else:  # rows nobody could find columns in
            self._blocks.extend(
                Paragraph("item", row.cells[0].runs) for row in (*_headless(self._heads), *self._table)
            )
        self._table = None


def _headless(heads: tuple[Cell, ...]) -> Iterator[TableRow]:
    if heads:
        yield TableRow(heads)


def _take(anchors: list[str]) -> str:
    """The first anchor left; those after it would stand on the same paragraph."""
    return anchors.pop(0) if anchors else ""


def _trimmed(run: Run) -> Run:
    """A cell without the border and the blanks around it."""
    left = len(run.text) - len(run.text.lstrip(_BORDER))
    return Run(run.start + left, run.text.strip(_BORDER))


def _shortened(title: str) -> str:
    return title if len(title) <= _LONGEST_ENTRY else f"{title[:_LONGEST_ENTRY]}…"


def _marked(block: Paragraph | Table, marks: Sequence[tuple[Span, str]]) -> Paragraph | Table:
    if isinstance(block, Paragraph):
        return replace(block, runs=_split(block.runs, marks), lead=_split(block.lead, marks))
    header = tuple(replace(cell, runs=_split(cell.runs, marks)) for cell in block.header)
    rows = tuple(
        replace(row, cells=tuple(replace(cell, runs=_split(cell.runs, marks)) for cell in row.cells))
        for row in block.rows
    )
    return Table(header, rows)


def _split(runs: tuple[Run, ...], marks: Sequence[tuple[Span, str]]) -> tuple[Run, ...]:
    """Runs cut where a mark begins or ends; of two marks on one place the later in the list wins."""
    out: list[Run] = []
    for run in runs:
        cuts = {run.start, run.end}
        touching = [(span, kind) for span, kind in marks if span[0] < run.end and span[1] > run.start]
        for (start, end), _ in touching:
            cuts.update(cut for cut in (start, end) if run.start < cut < run.end)
        places = sorted(cuts)
        for start, end in pairwise(places):
            kinds = [kind for span, kind in touching if span[0] <= start and end <= span[1]]
            out.append(Run(start, run.text[start - run.start : end - run.start], kinds[-1] if kinds else ""))
    return tuple(out)
