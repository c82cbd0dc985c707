"""The blocks of a document become pieces, each under the headings that govern it, cut into units worth quoting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from rag.blocks import Block
from rag.corpus import Span
from rag.lines import Mark, fold, is_org, mark_of
from rag.sentences import ROLE, person_in, reading, sentences, tidy

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
    path: tuple[str, ...] = ()
    """The headings over this unit: the passage's own path, and what stands below it here."""


_FRAME = ("head", "addressee", "annexes", "signature")
_ITEM_KINDS = ("num", "paren_num", "circle", "dash", "run_in", "bullet")
_PASSING = ("box", "table", "run_in", "dash", "question")  # what ends where a section begins
_REACH = 6  # how many blocks on either side are looked at for company
_HEADING_LIMIT = 48
_RUN_IN = re.compile(r"^(?P<head>[^。;:!?]{2,28})。(?=.)")
_NAME_LIKE = re.compile(r"(?!.*、.*、|[一二三四五六七八九十]是)[^\d]{2,18}")
_LABELLED = re.compile(r"^(?P<head>[\u4e00-\u9fff、()]{3,18}):(?=.{8})")
_FORMULA = re.compile(r"^特此(?:通告|通知|公告|批复|通报|函复)")
_QUESTION = re.compile(r"^(?:[\u4e00-\u9fff]{1,8}:)?[^。]{6,80}[?]$|^问:.{4,80}$")
_CLOSING = re.compile(
    r"^(?:各级|各镇|各部门|各单位|[市区县]政府各部门|对违反|本(?:办法|规定|方案|细则|意见|规划|预案|要点|通知|计划)|特此|以上|附件|注:)"
)
_PLAN_WORD = re.compile(r"(?:\d{4}年)?[\u4e00-\u9fff]{2}$")
_DOUBLED = "人天年月日个家户层步时处事种样常渐刚仅多少大小往"  # characters that words double of themselves


@dataclass(frozen=True, slots=True)
class Node:
    """A heading in force."""

    kind: str
    title: str | None
    serial: int
    """Tells two headings of the same wording apart."""
    depth: int = 1


@dataclass(slots=True)
class Piece:
    """What is never taken apart but by the splitter: a paragraph, an item, a row, with the headings over it."""

    nodes: tuple[Node, ...]
    units: list[Unit] = field(default_factory=list)

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(node.title for node in self.nodes if node.title)

    @property
    def size(self) -> int:
        return sum(map(size_of, self.units))


def size_of(unit: Unit) -> int:
    return sum(end - start for start, end in unit.spans)


class Outline:
    """Walks over the blocks of a document, keeps the headings in force and hands out the pieces under them.

    One numbering, one depth: a mark of a kind that is in force closes that heading and all below it; a mark of another
    kind goes one deeper.
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._stack: list[Node] = []
        self._waiting: list[Unit] = []
        self._lead: tuple[Span, ...] = ()
        self._lead_depth = 0
        self._serial = 0
        self._beside_box: set[str] = set()
        self._tail = self._tail_end = 0

    def pieces(self) -> list[Piece]:
        """The pieces of the document, in order; headings stand at the head of the piece that follows them."""
        out: list[Piece] = []
        framed = False
        for at, block in enumerate(self._blocks):
            if at >= self._tail_end:
                self._tail, self._tail_end = self._find_tail(at)
            following = self._blocks[at + 1] if at + 1 < len(self._blocks) else None
            for piece in self._step(at, block, following):
                piece.units[:0] = self._waiting
                self._waiting = []
                if framed and block.kind in _FRAME and out[-1].nodes == piece.nodes:
                    out[-1].units.extend(piece.units)
                else:
                    out.append(piece)
                framed = block.kind in _FRAME
        if self._waiting:
            if out:
                out[-1].units.extend(self._waiting)
            else:
                out.append(Piece((), self._waiting))
        return out

    def _find_tail(self, at: int) -> tuple[int, int]:
        """Where the closing paragraphs begin of the part that block `at` begins, and where that part ends."""
        end = at + 1
        while end < len(self._blocks) and self._blocks[end].kind not in (
            "title",
            "plan",
            "annex",
            "annexes",
            "signature",
        ):
            end += 1
        tail = end
        while tail > at + 1 and self._blocks[tail - 1].kind == "text" and self._blocks[tail - 1].mark is None:
            tail -= 1
        return tail, end

    def _step(self, at: int, block: Block, following: Block | None) -> Iterator[Piece]:
        if block.kind in ("title", "plan"):
            self._open(block.kind, tidy(block.text), following)
            self._waiting.append(_unit("heading", block.spans, block.text))
        elif block.kind == "annexes":
            yield self._piece([_unit("meta", block.spans, block.text)])
        elif block.kind == "annex":
            self._waiting.append(_unit("meta", block.spans, block.text))
        elif block.kind in ("head", "addressee", "signature"):
            if block.kind == "signature":
                del self._stack[self._base() :]
            yield self._piece([_frame_unit(block)])
        elif block.kind == "rows":
            yield from self._table(block)
        else:
            yield from self._paragraph(at, block, following)

    def _piece(self, units: list[Unit]) -> Piece:
        return Piece(tuple(node for node in self._stack if node.title), units)

    def _base(self) -> int:
        """How many headings at the bottom of the stack are titles of enclosures and plans."""
        return sum(1 for node in self._stack if node.kind in ("title", "plan"))

    def _push(self, kind: str, title: str | None, depth: int = 1) -> None:
        self._serial += 1
        self._stack.append(Node(kind, title, self._serial, depth))

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
                like = [
                    p
                    for p in plans
                    if str(self._stack[p].title)[-3:] == title[-3:]
                    or str(self._stack[p].title)[-1:] == title[-1:]
                ]
                depth = like[-1] if like else (plans[-1] if plans else base)
                if plans and len(self._stack) == plans[-1] + 1:
                    depth = plans[-1] + 1  # right below another title
            elif plans and len(self._stack) == plans[-1] + 1:
                depth = plans[-1] + 1
            del self._stack[depth:]
        self._push(kind, title)

    def _enter(self, mark: Mark, title: str | None, floor: int = 0) -> None:
        """Open the heading or item that a mark begins, at the depth of its kind; nothing below `floor` is closed."""
        if mark.kind == "decimal":
            places = [p for p, n in enumerate(self._stack) if n.kind == "decimal" and n.depth >= mark.depth]
        elif mark.kind in ("part", "chapter", "section", "article", "cn", "paren_cn"):
            places = [p for p, n in enumerate(self._stack) if n.kind in (mark.kind, *_PASSING)]
        else:
            places = [p for p, n in enumerate(self._stack) if n.kind == mark.kind]
        if mark.kind in self._beside_box:
            places.extend(p for p, n in enumerate(self._stack) if n.kind in ("box", "table"))
        places = [place for place in places if place >= floor]
        if places:
            del self._stack[min(places) :]
            self._beside_box &= {"num"} if any(n.kind in ("box", "table") for n in self._stack) else set()
        if len(self._stack) < self._lead_depth:
            self._lead = ()
        self._push(mark.kind, title, mark.depth)

    # --- paragraphs ---

    def _paragraph(self, at: int, block: Block, following: Block | None) -> Iterator[Piece]:
        text, mark = block.text, block.mark
        folded = fold(text)
        after = mark.end if mark else 0
        run_in: re.Match[str] | None = None
        if mark and mark.kind not in ("bullet",):
            if self._is_heading(at, block, following):
                self._lead = ()
                title = reading(text)[0].rstrip("。:：")
                if mark.kind == "box":
                    self._open_box("box", title)
                else:
                    self._enter(mark, title)
                self._waiting.append(_unit("heading", block.spans, text))
                return
            run_in = self._run_in(at)
            if run_in and mark.kind == "article" and len(run_in["head"]) > 12:
                run_in = None
            title = reading(text[: after + run_in.end("head")])[0] if run_in else None
            if mark.kind == "article" and title is None:
                title = mark.label
            self._enter(mark, title)
        elif _QUESTION.match(folded) and following is not None and following.kind == "text":
            self._stack = [node for node in self._stack if node.kind not in ("question", "run_in", "dash")]
            self._push("question", reading(text)[0])
            self._waiting.append(_unit("heading", block.spans, text))
            return
        elif (
            following is not None
            and following.kind == "rows"
            and _is_caption(block)
            and not self._is_loose(at)
        ):
            self._open_box("table", tidy(text))
            self._waiting.append(_unit("heading", block.spans, text))
            return
        elif mark is None:
            self._stack = [node for node in self._stack if node.kind not in ("run_in", "dash")]
            if at >= self._tail and not self._waiting and _CLOSING.match(folded):
                del self._stack[self._base() :]
            run_in = _RUN_IN.match(folded)
            if run_in and len(text) >= 60 and _NAME_LIKE.fullmatch(run_in["head"]):
                self._push("run_in", reading(run_in["head"])[0])
            else:
                run_in = None
        heading = after + run_in.end() if run_in and run_in.group().endswith("。") else 0
        units = self._units(at, block, heading)
        self._remember_lead(block, units, following)
        yield self._piece(units)

    def _run_in(self, at: int) -> re.Match[str] | None:
        """The run-in heading of a marked block: a short first sentence, and the items beside it have one too."""
        match = _run_in_of(self._blocks[at])
        if match is None:
            return None
        beside = self._neighbours(at)
        return (
            match
            if not beside or any(_run_in_of(block) or len(block.text) <= 20 for block in beside)
            else None
        )

    def _neighbours(self, at: int) -> list[Block]:
        """The nearest blocks above and below with a mark of the same kind."""
        mark = self._blocks[at].mark
        sides = (self._blocks[max(0, at - _REACH) : at][::-1], self._blocks[at + 1 : at + 1 + _REACH])
        found = (
            next((b for b in side if b.mark and mark and b.mark.kind == mark.kind), None) for side in sides
        )
        return [block for block in found if block is not None]

    def _is_heading(self, at: int, block: Block, following: Block | None) -> bool:
        """Whether a marked line is a heading only: short, no sentence, and what it heads comes next."""
        folded = fold(block.text).rstrip("* ")
        mark = block.mark
        assert mark is not None
        if mark.kind in ("part", "chapter", "section", "box"):
            return len(folded) <= 80
        if len(folded) > _HEADING_LIMIT or following is None:
            return False
        body = folded[mark.end :].rstrip("。")
        if folded.endswith("。") and ":" in body:
            return False
        if (re.search(r"[。;!?]", body) and not body.endswith("?")) or folded.endswith((";", ",", "、")):
            return False
        if folded.endswith("。") and len(body) > 14 and (mark.kind == "article" or following.mark is None):
            return False
        if folded.endswith("。") and (
            mark.kind == "paren_num"
            or self._lead
            or any(fold(block.text).endswith(";") for block in self._neighbours(at))
        ):
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
        own = next(
            (place for place, node in enumerate(self._stack) if node.kind == mark.kind), len(self._stack)
        )
        return not any(node.kind == below.kind for node in self._stack[:own])

    def _units(self, at: int, block: Block, heading: int) -> list[Unit]:
        """The units of a paragraph; `heading` is where its run-in heading ends."""
        folded = fold(block.text)
        kind: UnitKind = "sentence"
        listed = block.mark is not None and block.mark.kind not in ("article", "cn", "chapter", "section")
        places = sentences(block.text)
        role = ROLE.match(folded, block.mark.end if block.mark and block.mark.kind == "bullet" else 0)
        bare = block.mark is None and len(folded) <= 70 and not re.search(r"[。;!?]", folded)
        if _FORMULA.match(folded):
            kind = "meta"
        elif (
            role
            or (bare and not folded.endswith(":"))
            or person_in(folded)
            or folded.endswith(";")
            or (listed and len(places) == 1)
        ):
            kind = "item"
        if role:
            self._lead = places_of(block.spans, 0, role.end())
            self._lead_depth = len(self._stack)
        listing = kind == "item" or (block.mark is None and kind == "sentence") or listed
        lead = self._lead if listing and not role else ()
        loose = ("doubtful",) if bare and self._is_loose(at) else ()
        return [
            _unit(
                "heading" if start < heading else kind,
                places_of(block.spans, start, end),
                block.text[start:end],
                lead if start >= heading else (),
                loose,
            )
            for start, end in places
        ]

    def _is_loose(self, at: int) -> bool:
        """Whether a bare line is one of several that came loose from a table: the table goes on below them."""
        first, last = at, at + 1
        while first and at - first < _REACH and _is_bare(self._blocks[first - 1]):
            first -= 1
        while last < len(self._blocks) and last - at < _REACH and _is_bare(self._blocks[last]):
            last += 1
        return last - first > 1 and last < len(self._blocks) and self._blocks[last].kind == "rows"

    def _remember_lead(self, block: Block, units: list[Unit], following: Block | None) -> None:
        """Keep the sentence that introduces the list below it; forget it where the list is over."""
        folded = fold(block.text).rstrip("* ")
        below = (
            fold(following.text).rstrip("* ")
            if following and following.kind == "text" and not following.mark
            else ""
        )
        if folded.endswith(":") or (below.endswith(";") and not folded.endswith(";")):
            self._lead, self._lead_depth = units[-1].spans, len(self._stack)
        elif block.mark is None and folded.endswith(("。", "!", "?", ")")):
            self._lead = ()

    # --- tables ---

    def _table(self, block: Block) -> Iterator[Piece]:
        for row in block.rows:
            if row.kind == "caption":
                self._open_box("box", row.text)
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

    def _open_box(self, kind: str, title: str) -> None:
        """A box stands beside the items of a section, not below one of them; the numbering goes on after it."""
        items = [
            place for place, node in enumerate(self._stack) if node.kind in (*_ITEM_KINDS, "box", "table")
        ]
        if items:
            self._beside_box |= {node.kind for node in self._stack[items[0] :]}
            del self._stack[items[0] :]
        self._push(kind, title)

    def _row_section(self, text: str) -> None:
        mark = mark_of(text)
        table = next((place + 1 for place, node in enumerate(self._stack) if node.kind == "table"), 0)
        if mark:
            self._enter(mark, text, floor=table)


def _is_caption(block: Block) -> bool:
    """Whether a line right above a table could be its title."""
    return _is_bare(block) and len(block.text) <= 50 and not re.search(r"[,、]", fold(block.text))


def _is_bare(block: Block) -> bool:
    """Whether a block is a few words that make no sentence."""
    return (
        block.kind == "text"
        and block.mark is None
        and len(block.text) <= 80
        and not re.search(r"[。;:!?]", fold(block.text))
    )


def _run_in_of(block: Block) -> re.Match[str] | None:
    text = fold(block.text)[block.mark.end if block.mark else 0 :].replace("**", "  ")
    return _RUN_IN.match(text) or _LABELLED.match(text)


def _frame_unit(block: Block) -> Unit:
    """An issuer, a number, an addressee, a signature or a date; several authorities on a line stay apart."""
    text, _ = reading(block.text, keep_spaces=" " in block.text and is_org(block.text))
    return Unit("meta", block.spans, text)


def _unit(
    kind: UnitKind,
    spans: tuple[Span, ...],
    text: str,
    lead: tuple[Span, ...] = (),
    flags: tuple[str, ...] = (),
) -> Unit:
    clean, spam = reading(rejoined(text, spans))
    return Unit(kind, spans, clean, lead, (*flags, "spam") if spam else flags)


def rejoined(text: str, spans: Sequence[Span]) -> str:
    """The text without the character that a page break printed twice: 已建公/公共场所."""
    at = 0
    for start, end in spans[:-1]:
        at += end - start
        if (
            0 < at < len(text)
            and text[at - 1] == text[at]
            and text[at] not in _DOUBLED
            and not text[at].isdigit()
        ):
            text = text[:at] + text[at + 1 :]
            at -= 1
    return text


def places_of(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """The raw places of a stretch of the text that lies at the spans."""
    out = []
    at = 0
    for first, last in spans:
        low, high = max(start, at), min(end, at + last - first)
        if low < high:
            out.append((first + low - at, first + high - at))
        at += last - first
    return tuple(out)
