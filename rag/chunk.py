"""Documents become passages: articles, items, table rows, each with its heading path and its exact places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from langchain_text_splitters import RecursiveCharacterTextSplitter

from rag.blocks import Block, blocks_of
from rag.corpus import Body, Bulletin, Span, stable_id
from rag.lines import Mark, announces_annex, fold, squeeze_blanks
from rag.sentences import PERSON, reading, sentences
from rag.titles import tidy

UnitKind = Literal["heading", "sentence", "item", "row", "meta"]


@dataclass(frozen=True, slots=True)
class Unit:
    """The least that is worth quoting: a sentence, a list item, a table row, a heading, a signature."""

    kind: UnitKind
    spans: tuple[Span, ...]
    """Raw places; several where a page break was cut out."""
    reading: str
    """Clean text for people: rejoined, without residue; a row reads 'header：cell；header：cell'."""
    lead: tuple[Span, ...] = ()
    """Place of the sentence that introduces the list this item belongs to."""
    flags: tuple[str, ...] = ()
    """'doubtful' (a torn table row), 'spam' (injected words were masked)."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One passage. `text == "".join(source[s:e] for s, e in spans)`: verbatim, always."""

    id: str
    document: str
    source: str
    spans: tuple[Span, ...]
    path: tuple[str, ...]
    """Enclosure › chapter › section › article, without the document's own title."""
    text: str
    units: tuple[Unit, ...]


TARGET = 350
"""Siblings are put together into one passage up to this many characters."""
SMALL = 120
"""What is shorter than this may share a passage with its neighbours."""
LIMIT = 450
"""Nothing but a table row is longer than this."""

_HEADING_LIMIT = 48
_RUN_IN = re.compile(r"^(?P<head>[^。;:!?]{2,28})。(?=.)")
_LABELLED = re.compile(r"^(?P<head>[\u4e00-\u9fff、()]{3,18}):(?=.{8})")
_QUESTION = re.compile(r"^(?:[\u4e00-\u9fff]{1,8}:)?[^。]{6,80}[?]$")
_CLOSING = re.compile(r"^(?:各级各|各级、各|各镇|本(?:办法|规定|方案|细则|意见|规划|预案|要点|通知|计划)|特此|以上|附件|注:)")
_PLAN_WORD = re.compile(r"(?:\d{4}年)?[\u4e00-\u9fff]{2}$")
_SPLIT_AT = ["\n", "。", "；", ";", "，", ",", ""]
_WINDOW = 20_000  # the splitter is handed no more than this at once, so that its memory stays bounded


@dataclass(frozen=True, slots=True)
class _Node:
    """A heading in force."""

    kind: str
    title: str | None
    serial: int
    """Tells two headings of the same wording apart."""
    depth: int = 1


@dataclass(slots=True)
class _Piece:
    """What is never taken apart but by the splitter: a paragraph, an item, a row, with the headings over it."""

    nodes: tuple[_Node, ...]
    units: list[Unit] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(end - start for unit in self.units for start, end in unit.spans)


def chunk_bulletin(bulletin: Bulletin) -> tuple[Chunk, ...]:
    """The passages of a bulletin, in the order of their places."""
    return tuple(chunk for body in bulletin.bodies for chunk in _chunk_document(bulletin, body))


def _chunk_document(bulletin: Bulletin, body: Body) -> Iterator[Chunk]:
    pieces = _Outline(blocks_of(body)).pieces()
    pieces = [part for piece in pieces for part in _split(piece, bulletin.text)]
    for group in _pack(pieces, 0):
        units = tuple(unit for piece in group for unit in piece.units)
        spans = _close_up(bulletin.text, units)
        yield Chunk(
            id=stable_id(bulletin.name, *spans),
            document=body.document.id,
            source=bulletin.name,
            spans=spans,
            path=_path(group),
            text="".join(bulletin.text[start:end] for start, end in spans),
            units=units,
        )


def _close_up(text: str, units: Sequence[Unit]) -> tuple[Span, ...]:
    """The places of units, joined over the white space between units; what was cut out inside one stays out."""
    spans: list[list[int]] = []
    for unit in units:
        for place, (start, end) in enumerate(unit.spans):
            if spans and (start == spans[-1][1] or (place == 0 and not text[spans[-1][1] : start].strip(_BLANKS))):
                spans[-1][1] = end
            else:
                spans.append([start, end])
    return tuple((start, end) for start, end in spans)


_BLANKS = " \t\r\n\f\v\u3000\xa0\ufeff"


def _path(group: Sequence[_Piece]) -> tuple[str, ...]:
    """The headings that all pieces of a passage share."""
    shared = list(group[0].nodes)
    for piece in group[1:]:
        same = 0
        while same < min(len(shared), len(piece.nodes)) and shared[same] == piece.nodes[same]:
            same += 1
        del shared[same:]
    titles = [node.title for node in shared if node.title]
    here = [piece.nodes[len(shared)] for piece in group if len(piece.nodes) > len(shared)]
    if len(group) > 1 and len(here) == len(group) and all(node.kind == "article" and node.title for node in here):
        first, last = (str(node.title).split(" ")[0] for node in (here[0], here[-1]))
        titles.append(first if first == last else f"{first}至{last}")
    return tuple(titles)


# --- headings ---


class _Outline:
    """Walks over the blocks of a document, keeps the headings in force and hands out the pieces under them.

    One numbering, one depth: a mark of a kind that is in force closes that heading and all below it; a mark of another
    kind goes one deeper.
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._stack: list[_Node] = []
        self._waiting: list[Unit] = []
        self._lead: tuple[Span, ...] = ()
        self._lead_depth = 0
        self._serial = 0

    def pieces(self) -> list[_Piece]:
        """The pieces of the document, in order; headings stand at the head of the piece that follows them."""
        out: list[_Piece] = []
        for at, block in enumerate(self._blocks):
            following = self._blocks[at + 1] if at + 1 < len(self._blocks) else None
            for piece in self._step(block, following):
                piece.units[:0] = self._waiting
                self._waiting = []
                out.append(piece)
        if self._waiting:
            if out:
                out[-1].units.extend(self._waiting)
            else:
                out.append(_Piece((), self._waiting))
        return out

    def _step(self, block: Block, following: Block | None) -> Iterator[_Piece]:
        if block.kind in ("title", "plan"):
            self._open(block.kind, tidy(block.text), following)
            self._waiting.append(_unit("heading", block.spans, block.text))
        elif block.kind == "annex":
            self._waiting.append(_unit("meta", block.spans, block.text))
        elif block.kind in ("head", "addressee", "signature"):
            if block.kind == "signature":
                del self._stack[self._base() :]
            yield self._piece([_unit("meta", block.spans, block.text)])
        elif block.kind == "rows":
            yield from self._table(block)
        else:
            yield from self._paragraph(block, following)

    def _piece(self, units: list[Unit]) -> _Piece:
        return _Piece(tuple(node for node in self._stack if node.title), units)

    def _base(self) -> int:
        """How many headings at the bottom of the stack are titles of enclosures and plans."""
        return sum(1 for node in self._stack if node.kind in ("title", "plan"))

    def _push(self, kind: str, title: str | None, depth: int = 1) -> None:
        self._serial += 1
        self._stack.append(_Node(kind, title, self._serial, depth))

    def _open(self, kind: str, title: str, following: Block | None) -> None:
        """A title of an enclosure starts over; that of a plan inside it takes the depth of its like."""
        self._lead = ()
        if kind == "title":
            self._stack.clear()
        else:
            plans = [place for place, node in enumerate(self._stack) if node.kind == "plan"]
            base = 1 if self._stack and self._stack[0].kind == "title" else 0
            depth = base
            if following is None or following.kind != "plan":
                like = [p for p in plans if str(self._stack[p].title)[-3:] == title[-3:] or str(self._stack[p].title)[-1:] == title[-1:]]
                depth = like[-1] if like else (plans[-1] if plans else base)
                if plans and len(self._stack) == plans[-1] + 1:
                    depth = plans[-1] + 1  # right below another title
            elif plans and len(self._stack) == plans[-1] + 1:
                depth = plans[-1] + 1
            del self._stack[depth:]
        self._push(kind, title)

    def _enter(self, mark: Mark, title: str | None) -> None:
        """Open the heading or item that a mark begins, at the depth of its kind."""
        if mark.kind == "decimal":
            places = [p for p, n in enumerate(self._stack) if n.kind == "decimal" and n.depth >= mark.depth]
        elif mark.kind in ("part", "chapter", "section", "article", "cn", "paren_cn"):
            places = [p for p, n in enumerate(self._stack) if n.kind in (mark.kind, "box", "run_in", "dash", "question")]
        else:
            places = [p for p, n in enumerate(self._stack) if n.kind == mark.kind]
        if places:
            del self._stack[places[0] :]
        if len(self._stack) < self._lead_depth:
            self._lead = ()
        self._push(mark.kind, title, mark.depth)

    # --- paragraphs ---

    def _paragraph(self, block: Block, following: Block | None) -> Iterator[_Piece]:
        text, mark = block.text, block.mark
        folded = fold(text)
        after = mark.end if mark else 0
        if mark and mark.kind not in ("bullet",):
            if self._is_heading(block, following):
                self._enter(mark, tidy(reading(text)[0]).rstrip("。:："))
                self._waiting.append(_unit("heading", block.spans, text))
                return
            run_in = _RUN_IN.match(folded[after:].replace("**", "  ")) or _LABELLED.match(folded[after:])
            title = reading(text[: after + run_in.end("head")])[0] if run_in else None
            if mark.kind == "article" and (title is None or len(title) > 16):
                title = mark.label
            if mark.kind == "article" and title and title.startswith(mark.label) and title != mark.label:
                title = f"{mark.label} {title[len(mark.label) :].strip()}"
            self._enter(mark, tidy(title) if title and mark.kind != "article" else title)
        elif _QUESTION.match(folded) and following is not None and following.kind == "text":
            self._stack = [node for node in self._stack if node.kind not in ("question", "run_in", "dash")]
            self._push("question", reading(text)[0])
            self._waiting.append(_unit("heading", block.spans, text))
            return
        elif mark is None:
            self._stack = [node for node in self._stack if node.kind not in ("run_in", "dash")]
            if _CLOSING.match(folded) and self._stack and self._stack[-1].kind != "question":
                del self._stack[self._base() :]
            run_in = _RUN_IN.match(folded)
            if run_in and len(text) >= 60 and len(run_in["head"]) <= 20:
                self._push("run_in", reading(run_in["head"])[0])
        units = self._units(block)
        self._remember_lead(block, units)
        yield self._piece(units)

    def _is_heading(self, block: Block, following: Block | None) -> bool:
        """Whether a marked line is a heading only: short, no sentence, and what it heads comes next."""
        folded = fold(block.text).rstrip("* ")
        mark = block.mark
        assert mark is not None
        if mark.kind in ("part", "chapter", "section", "box"):
            return len(folded) <= 80
        if len(folded) > _HEADING_LIMIT or following is None:
            return False
        body = folded[mark.end :].rstrip("。")
        if re.search(r"[。;!?]", body) and not body.endswith("?") or folded.endswith((";", ",", "、")):
            return False
        if folded.endswith("。") and (len(body) > 14 or mark.kind == "paren_num"):
            return False
        if folded.endswith(":"):
            return False
        if following.kind == "rows":
            return True
        if following.kind != "text":
            return False
        below = following.mark
        if below is None:
            return mark.kind not in ("circle", "paren_num") or not folded.endswith("。")
        if below.kind == "decimal" and mark.kind == "decimal":
            return below.depth > mark.depth
        if below.kind == mark.kind:
            return False
        own = next((place for place, node in enumerate(self._stack) if node.kind == mark.kind), len(self._stack))
        return not any(node.kind == below.kind for node in self._stack[:own])

    def _units(self, block: Block) -> list[Unit]:
        kind: UnitKind = "sentence"
        folded = fold(block.text)
        lead = self._lead
        listed = block.mark is not None and block.mark.kind not in ("article", "cn")
        if PERSON.fullmatch(folded) or (listed and len(block.text) <= 200) or folded.endswith(";"):
            kind = "item"
        if announces_annex(block.text):
            kind = "meta"
        places = sentences(block.text)
        if kind == "item" and len(places) > 3:
            kind = "sentence"
        return [
            _unit(kind, _map(block.spans, start, end), block.text[start:end], lead if kind != "meta" else ())
            for start, end in places
        ]

    def _remember_lead(self, block: Block, units: list[Unit]) -> None:
        folded = fold(block.text).rstrip("* ")
        if folded.endswith(":") and units:
            self._lead = units[-1].spans
            self._lead_depth = len(self._stack)
        elif block.mark is None and not folded.endswith(";"):
            self._lead = ()

    # --- tables ---

    def _table(self, block: Block) -> Iterator[_Piece]:
        for row in block.rows:
            if row.kind == "caption":
                self._stack = [node for node in self._stack if node.kind not in ("box", "row_section", "run_in", "dash")]
                self._push("box", row.text)
                self._waiting.append(Unit("heading", row.spans, row.text))
            elif row.kind == "header":
                self._waiting.append(Unit("heading", row.spans, row.text))
            elif row.kind == "section":
                self._row_section(row.text)
                self._waiting.append(Unit("heading", row.spans, row.text))
            elif row.kind == "prose":
                spans = row.spans[0]
                yield self._piece([Unit("sentence", (spans,), row.text)])
            else:
                yield self._piece([Unit("row", row.spans, row.text, (), row.flags)])

    def _row_section(self, text: str) -> None:
        from rag.lines import mark_of

        mark = mark_of(text)
        if mark:
            self._enter(mark, text)


def _unit(kind: UnitKind, spans: tuple[Span, ...], text: str, lead: tuple[Span, ...] = ()) -> Unit:
    clean, spam = reading(text)
    return Unit(kind, spans, clean, lead, ("spam",) if spam else ())


def _map(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """The raw places of a stretch of the text that lies at the spans."""
    out = []
    at = 0
    for first, last in spans:
        low, high = max(start, at), min(end, at + last - first)
        if low < high:
            out.append((first + low - at, first + high - at))
        at += last - first
    return tuple(out)


# --- size ---


def _split(piece: _Piece, source: str) -> Iterator[_Piece]:
    """The piece itself, or its parts where it is too long: at sentence ends where it can be."""
    if piece.size <= LIMIT or all(unit.kind == "row" for unit in piece.units):
        yield piece
        return
    units = [part for unit in piece.units for part in _split_unit(unit, source)]
    parts = max(2, -(-piece.size // TARGET))
    share = piece.size / parts
    current = _Piece(piece.nodes)
    for unit in units:
        size = sum(end - start for start, end in unit.spans)
        if current.units and current.units[-1].kind != "heading" and (
            current.size + size > LIMIT or current.size + size / 2 > share
        ):
            yield current
            current = _Piece(piece.nodes)
        current.units.append(unit)
    if current.units:
        yield current


def _split_unit(unit: Unit, source: str) -> Iterator[Unit]:
    if unit.kind == "row" or sum(end - start for start, end in unit.spans) <= LIMIT:
        yield unit
        return
    text = "".join(source[start:end] for start, end in unit.spans)
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=TARGET, chunk_overlap=0, separators=_SPLIT_AT, keep_separator="end", strip_whitespace=False
    )
    at = 0
    for low in range(0, len(text), _WINDOW):
        for part in splitter.split_text(text[low : low + _WINDOW]):
            spans = _map(unit.spans, at, at + len(part))
            clean, spam = reading(part)
            if clean:
                yield Unit(unit.kind, spans, clean, unit.lead, ("spam",) if spam else unit.flags)
            at += len(part)


def _pack(pieces: Sequence[_Piece], depth: int) -> Iterator[list[_Piece]]:
    """Put pieces together into passages: what is under one heading first, then small neighbours."""
    runs: list[list[_Piece]] = []
    for piece in pieces:
        key = piece.nodes[depth : depth + 1]
        if runs and runs[-1][0].nodes[depth : depth + 1] == key:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    waiting: list[_Piece] = []
    for run in runs:
        size = sum(piece.size for piece in run)
        if size > TARGET and any(len(piece.nodes) > depth + 1 for piece in run):
            if waiting:
                yield waiting
                waiting = []
            yield from _pack(run, depth + 1)
        elif size > TARGET:
            if waiting:
                yield waiting
                waiting = []
            yield from _fill(run)
        else:
            held = sum(piece.size for piece in waiting)
            apart = depth == 0 or (held >= SMALL and size >= SMALL)
            if waiting and (held + size > TARGET or apart):
                yield waiting
                waiting = []
            waiting = waiting + run
    if waiting:
        yield waiting


def _fill(run: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """Fill passages with pieces of one heading, evenly."""
    whole = sum(piece.size for piece in run)
    share = whole / max(1, -(-whole // TARGET))
    group: list[_Piece] = []
    held = 0
    for piece in run:
        if group and (held + piece.size > LIMIT or held + piece.size / 2 > share):
            yield group
            group, held = [], 0
        group.append(piece)
        held += piece.size
    if group:
        yield group
