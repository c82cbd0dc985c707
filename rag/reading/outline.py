"""The blocks of a document become pieces: under the headings that govern them, in units worth quoting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from rag.reading.blocks import Block
from rag.reading.headings import Headings, Node
from rag.reading.lines import Mark, is_org, mark_of
from rag.reading.sentences import ROLE, item_starts, person_in, reading, sentences, tidy
from rag.text.normal import fold
from rag.text.spans import Span

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
_PART_ENDS = ("title", "plan", "annex", "annexes", "signature")
_REACH = 6  # how many blocks on either side are looked at for company
_HEADING_LIMIT = 48  # characters; a longer line says something
_SENTENCE_HEADING = 14  # a heading that ends with 。 over a plain paragraph is no longer than this
_ARTICLE_NAME = 12  # nor is the name of an article: 第八条 提报资料。
_NAMED_ARTICLES = 3  # a text that names its articles names some, not one
_RUN_IN_PARAGRAPH = 60  # a paragraph without a mark has a run-in heading only where it says more than that
_RUN_IN = re.compile(  # what brackets add to a name does not count
    r"^(?P<head>[^。;:!?]{2,28}|[^。;:!?()]{2,20}\([^()。]{1,40}\)[^。;:!?()]{0,16})。(?=.)"
)
_NAME_LIKE = re.compile(r"(?!.*、.*、|[一二三四五六七八九十]是)[^\d]{2,18}")
_LABELLED = re.compile(r"^(?P<head>[\u4e00-\u9fff、()]{3,18}):(?=.{8})")
_FORMULA = re.compile(r"^特此(?:通告|通知|公告|批复|通报|函复)")
_QUESTION = re.compile(r"^(?:[\u4e00-\u9fff]{1,8}:)?[^。]{6,80}[?]$|^问:.{4,80}$")
_DECREED = re.compile(r"(?:决定|同意)?(?:任命|免去|聘任|解聘|撤销)[::]?")
_DECREES = re.compile(r"[,，](?:决定|同意)?(?:任命|免去|聘任|解聘|撤销)[::]$")
_LABEL = re.compile(
    r"[\u4e00-\u9fff]{0,6}(?:条件|材料|流程|程序|时限|时间|地点|方式|依据|对象|范围|标准|收费|费用|电话|须知|渠道|期限)"
)
_BOLD = re.compile(r"\*\*[^*。;!?]{2,24}\*\*")  # a whole line in bold is a heading
_STOP = re.compile(r"[。;!?]")
_PHRASED = re.compile(r"[。;:!?]")
_LISTED = re.compile(r"[,、]")
_CLOSING = re.compile(
    r"^(?:各级|各镇|各部门|各单位|[市区县]政府各部门|对违反|本(?:办法|规定|方案|细则|意见|规划|预案|要点|通知|计划|通告|公告|决定|条例|批复)|特此|以上|附件|注:)"
)
_DOUBLED = "人天年月日个家户层步时处事种样常渐刚仅多少大小往"  # characters that words double of themselves


@dataclass(slots=True)
class Piece:
    """What only the splitter takes apart: a paragraph, an item, a row, with the headings over it."""

    nodes: tuple[Node, ...]
    units: list[Unit] = field(default_factory=list)
    _measured: tuple[int, int] = field(default=(0, 0), repr=False, compare=False)

    @property
    def path(self) -> tuple[str, ...]:
        """The titles of the headings over it, the outermost first."""
        return tuple(node.title for node in self.nodes if node.title)

    @property
    def size(self) -> int:
        """Its length in raw characters."""
        if self._measured[0] != len(self.units):  # units are only ever added
            self._measured = len(self.units), sum(map(size_of, self.units))
        return self._measured[1]


def size_of(unit: Unit) -> int:
    """The length of a unit in raw characters."""
    if len(unit.spans) == 1:
        return unit.spans[0][1] - unit.spans[0][0]
    return sum(end - start for start, end in unit.spans)


@dataclass(slots=True)
class _Lead:
    """The sentence that introduces the list that is being read."""

    spans: tuple[Span, ...] = ()
    """Where it stands; empty where no list is being read."""
    depth: int = 0
    """How many headings were in force there."""
    made_of: str | None = None
    """What the list is made of: marks of a kind, 'plain' paragraphs, 'people'; None so far."""

    def opens(self, spans: tuple[Span, ...], depth: int, made_of: str | None = None) -> None:
        """A list begins."""
        self.spans, self.depth, self.made_of = spans, depth, made_of

    def ends(self) -> None:
        """The list is over."""
        self.spans = ()

    def goes_on(self, mark: Mark | None, kind: UnitKind) -> None:
        """End the list where a paragraph cannot belong to it: prose below items or below names."""
        own = mark.kind if mark else "plain"
        prose = mark is None and kind == "sentence"
        if self.made_of is None:
            self.made_of = own
        elif (prose and self.made_of != "plain") or (
            self.made_of == "people" and own not in ("plain", "bullet")
        ):
            self.ends()


class Outline:
    """Walks over the blocks of a document, keeps the headings in force and hands out the pieces under them."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._closing = _closing_paragraphs(blocks)
        self._articles_named = sum(map(_is_named_article, blocks)) >= _NAMED_ARTICLES
        self._headings = Headings()
        self._lead = _Lead()
        self._waiting: list[Unit] = []
        """Headings whose piece is still to come."""

    def pieces(self) -> list[Piece]:
        """The pieces of the document, in order; headings stand at the head of the piece that follows them."""
        out: list[Piece] = []
        framed = False
        for at, block in enumerate(self._blocks):
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

    def _step(self, at: int, block: Block, following: Block | None) -> Iterator[Piece]:
        if block.kind in ("title", "plan"):
            self._lead.ends()
            title = tidy(block.text)
            if block.kind == "title":
                self._headings.open_part(title)
            else:
                self._headings.open_plan(title, following is not None and following.kind == "plan")
            self._waiting.append(_unit("heading", block.spans, block.text))
        elif block.kind == "annexes":
            yield self._piece([_unit("meta", block.spans, block.text)])
        elif block.kind == "annex":
            self._waiting.append(_unit("meta", block.spans, block.text))
        elif block.kind in ("head", "addressee", "signature"):
            if block.kind == "signature":
                self._headings.close_sections()
            yield self._piece([_frame_unit(block)])
        elif block.kind == "rows":
            yield from self._table(block)
        else:
            yield from self._paragraph(at, block, following)

    def _piece(self, units: list[Unit]) -> Piece:
        return Piece(self._headings.named, units)

    def _enter(self, mark: Mark, title: str | None, within_table: bool = False) -> None:
        """Open the heading or item a mark begins; a list is over where a heading over it is closed."""
        self._headings.enter(mark, title, within_table)
        if len(self._headings) <= self._lead.depth:
            self._lead.ends()

    # --- paragraphs ---

    def _paragraph(self, at: int, block: Block, following: Block | None) -> Iterator[Piece]:
        if self._heads(at, block, following):
            self._waiting.append(_unit("heading", block.spans, block.text))
            return
        mark = block.mark
        if mark is None:
            heading = self._enter_plain(at, block)
        elif mark.kind == "bullet":
            heading = 0
        else:
            heading = self._enter_item(at, block, mark)
        units = self._units(at, block, heading)
        self._remember_lead(block, units, following)
        yield self._piece(units)

    def _heads(self, at: int, block: Block, following: Block | None) -> bool:
        """Open the heading that a block is and nothing else; say whether it is one."""
        mark = block.mark
        if mark and mark.kind != "bullet":
            if not self._is_heading(at, block, mark, following):
                return False
            self._lead.ends()
            title = reading(block.text)[0].rstrip("。:：")
            if mark.kind == "box":
                self._headings.open_box("box", title)
            else:
                self._enter(mark, title)
        elif following is None:
            return False
        elif following.kind == "text" and (_QUESTION.match(fold(block.text)) or _is_label(block, following)):
            self._headings.close("question", "run_in", "dash", "table")
            self._headings.push("question", reading(block.text)[0].rstrip(":："))
            self._lead.ends()
            if _DECREED.fullmatch(fold(block.text)):  # who is appointed and who removed must be told apart
                self._lead.opens(block.spans, len(self._headings), "plain")
        elif following.kind == "rows" and _is_caption(block) and not self._is_loose(at):
            if _BOLD.fullmatch(fold(block.text)) or _LABEL.fullmatch(fold(block.text)):
                self._headings.close("question")
            self._headings.open_box("table", tidy(block.text.replace("**", "")))
        else:
            return False
        return True

    def _enter_item(self, at: int, block: Block, mark: Mark) -> int:
        """Open a numbered item; where its run-in heading ends, or 0."""
        if mark.kind == "article":
            run_in = _run_in_of(block) if self._articles_named and _is_named_article(block) else None
        else:
            run_in = self._run_in(at)
        title = mark.label if mark.kind == "article" else None
        if run_in:
            title = reading(block.text[: mark.end + run_in.end("head")])[0]
        self._enter(mark, title)
        return mark.end + run_in.end() if run_in and run_in.group().endswith("。") else 0

    def _enter_plain(self, at: int, block: Block) -> int:
        """Close what a paragraph without a mark closes; where its run-in heading ends, or 0."""
        folded = fold(block.text)
        self._headings.close("run_in", "dash")
        if _DECREES.search(folded):  # 根据院长的提请，任命： is none of those below 决定免去：
            self._headings.close("question")
        if at in self._closing and not self._waiting and _CLOSING.match(folded):
            self._headings.close_sections()
        run_in = _RUN_IN.match(folded)
        if not run_in or len(folded) < _RUN_IN_PARAGRAPH or not _NAME_LIKE.fullmatch(run_in["head"]):
            return 0
        self._headings.push("run_in", reading(run_in["head"])[0])
        return run_in.end()

    def _run_in(self, at: int) -> re.Match[str] | None:
        """The run-in heading of a marked block: a short first sentence, if the items beside it have one."""
        block = self._blocks[at]
        match = _run_in_of(block)
        if match is None or (match.group().endswith(":") and block.mark and block.mark.kind == "cn"):
            return match
        sign = match.group()[-1]
        beside = self._neighbours(at)
        alike = not beside or any(_is_named_like(block, sign) for block in beside)
        return match if alike else None

    def _neighbours(self, at: int) -> list[Block]:
        """The nearest blocks above and below with a mark of the same kind."""
        mark = self._blocks[at].mark
        sides = (self._blocks[max(0, at - _REACH) : at][::-1], self._blocks[at + 1 : at + 1 + _REACH])
        found = (
            next((b for b in side if b.mark and mark and b.mark.kind == mark.kind), None) for side in sides
        )
        return [block for block in found if block is not None]

    def _is_heading(self, at: int, block: Block, mark: Mark, following: Block | None) -> bool:
        """Whether a marked line is a heading only: short, no sentence, and what it heads comes next."""
        folded = fold(block.text).rstrip("* ")
        if mark.kind in ("part", "chapter", "section", "box"):
            return len(folded) <= 80
        if len(folded) > _HEADING_LIMIT or following is None or folded.endswith((";", ":", ",", "、")):
            return False
        words = folded[mark.end :].rstrip("。")
        if _STOP.search(words) and not words.endswith("?"):
            return False
        if folded.endswith("。") and not self._may_end_so(at, mark, words, following):
            return False
        return following.kind == "rows" or (following.kind == "text" and self._is_over(mark, following))

    def _may_end_so(self, at: int, mark: Mark, words: str, following: Block) -> bool:
        """Whether a line that ends as a sentence does can be a heading yet, as (一)强化组织保障。 is."""
        if mark.kind == "paren_num" or self._lead.spans or ":" in words:
            return False
        if mark.kind == "article" and not self._articles_named:  # its first paragraph, and others follow
            return False
        if len(words) > _SENTENCE_HEADING and (mark.kind == "article" or following.mark is None):
            return False
        return not any(fold(block.text).endswith(";") for block in self._neighbours(at))

    def _is_over(self, mark: Mark, following: Block) -> bool:
        """Whether the next block stands below a mark, and not beside it or further out."""
        below = following.mark
        if below is None:
            return True
        if below.kind == mark.kind:
            return mark.kind == "decimal" and below.depth > mark.depth
        return not self._headings.is_outside(below, mark)

    def _units(self, at: int, block: Block, heading: int) -> list[Unit]:
        """The units of a paragraph; `heading` is where its run-in heading ends."""
        folded = fold(block.text)
        places = sentences(block.text)
        inline = set(item_starts(block.text))
        role = ROLE.match(folded, block.mark.end if block.mark and block.mark.kind == "bullet" else 0)
        bare = _is_bare(block)
        listed = block.mark is not None and block.mark.kind not in ("article", "cn")
        kind: UnitKind = "sentence"
        if _FORMULA.match(folded):
            kind = "meta"
        elif role or bare or person_in(folded) or folded.endswith(";") or (listed and len(places) == 1):
            kind = "item"
        if role:
            self._lead.opens(places_of(block.spans, 0, role.end()), len(self._headings), "people")
        else:
            self._lead.goes_on(block.mark, kind)
        led = not role and (listed or block.mark is None or kind == "item") and kind != "meta"
        lead = self._lead.spans if led else ()
        flags = ("doubtful",) if bare and self._is_loose(at) else ()
        units: list[Unit] = []
        for start, end in places:
            spans, text = places_of(block.spans, start, end), block.text[start:end]
            if start < heading:
                units.append(_unit("heading", spans, text, (), flags))
            elif start in inline:
                if start == min(inline) and units and fold(units[-1].reading).endswith(":"):
                    lead = units[-1].spans
                units.append(_unit("item", spans, text, lead, flags))
            else:
                units.append(
                    _unit(
                        "sentence" if inline else kind,
                        spans,
                        text,
                        () if inline and start > min(inline) else lead,
                        flags,
                    )
                )
        return units

    def _is_loose(self, at: int) -> bool:
        """Whether a bare line is one of several that came loose from a table, which goes on below them."""
        first, last = at, at + 1
        while first and at - first < _REACH and _is_bare(self._blocks[first - 1]):
            first -= 1
        while last < len(self._blocks) and last - at < _REACH and _is_bare(self._blocks[last]):
            last += 1
        return last - first > 1 and last < len(self._blocks) and self._blocks[last].kind == "rows"

    def _remember_lead(self, block: Block, units: list[Unit], following: Block | None) -> None:
        """Keep the sentence that introduces the list below it; forget it where the list is over."""
        folded = fold(block.text).rstrip("* ")
        plain = following is not None and following.kind == "text" and following.mark is None
        below = fold(following.text).rstrip("* ") if following and plain else ""
        prose = units[-1].kind == "sentence" and folded.endswith("。")
        announces = below.endswith(";") and not folded.endswith(";") and (block.mark is not None or not prose)
        if folded.endswith(":") or announces:
            self._lead.opens(units[-1].spans, len(self._headings))
        elif block.mark is None and units[-1].kind == "sentence" and folded.endswith(("。", "!", "?", ")")):
            self._lead.ends()

    # --- tables ---

    def _table(self, block: Block) -> Iterator[Piece]:
        lead: tuple[Span, ...] = ()
        for row in block.rows:
            if row.kind == "caption":
                self._headings.open_box("box", row.text)
                self._waiting.append(Unit("heading", row.spans, row.text))
            elif row.kind == "header":
                self._waiting.append(Unit("heading", row.spans, row.text))
            elif row.kind == "section":
                self._row_section(row.text)
                self._waiting.append(Unit("heading", row.spans, row.text))
            elif row.kind == "item":
                lead = row.spans
                yield self._piece([Unit("item", row.spans, row.text)])
            elif row.kind == "prose":
                yield self._piece([Unit("sentence", row.spans, row.text, lead)])
            else:
                yield self._piece([Unit("row", row.spans, row.text, (), row.flags)])

    def _row_section(self, text: str) -> None:
        mark = mark_of(text)
        if mark:
            self._enter(mark, text.rstrip("。:："), within_table=True)


def _closing_paragraphs(blocks: Sequence[Block]) -> frozenset[int]:
    """The paragraphs without a mark, by their index, that end each part of a document."""
    closing: set[int] = set()
    for at in range(len(blocks) - 1, 0, -1):
        below = at + 1
        last = below == len(blocks) or blocks[below].kind in _PART_ENDS or below in closing
        if last and blocks[at].kind == "text" and blocks[at].mark is None:
            closing.add(at)
    return frozenset(closing)


def _is_caption(block: Block) -> bool:
    """Whether a line right above a table could be its title."""
    return _is_bare(block) and len(block.text) <= 50 and not _LISTED.search(fold(block.text))


def _is_label(block: Block, following: Block) -> bool:
    """Whether a line of a few words heads what stands below it: 申请材料 of a guide, 任命 of a list of posts."""
    words = fold(block.text)
    if _BOLD.fullmatch(words):
        return _BOLD.fullmatch(fold(following.text)) is None
    if following.mark is None and not fold(following.text).endswith(("。", ";")):
        return False
    return bool(_DECREED.fullmatch(words) or _LABEL.fullmatch(words))


def _is_bare(block: Block) -> bool:
    """Whether a block is a few words that make no sentence."""
    return (
        block.kind == "text"
        and block.mark is None
        and len(block.text) <= 80
        and not _PHRASED.search(fold(block.text))
    )


def _is_named_like(block: Block, sign: str) -> bool:
    """Whether a block is a few words or has a run-in heading; one that ends with 。 where `sign` is 。 too."""
    match = _run_in_of(block)
    if sign != "。":
        return match is not None or len(block.text) <= 20
    return (
        match.group().endswith(sign)
        if match
        else len(block.text) <= 20 and not fold(block.text).endswith("。")
    )


def _is_named_article(block: Block) -> bool:
    """Whether a block is an article that opens with what could be its name, as 第八条 提报资料 does."""
    match = _run_in_of(block) if block.mark and block.mark.kind == "article" else None
    return match is not None and len(match["head"]) <= _ARTICLE_NAME


def _run_in_of(block: Block) -> re.Match[str] | None:
    text = fold(block.text)[block.mark.end if block.mark else 0 :].replace("**", "  ")
    return _RUN_IN.match(text) or _LABELLED.match(text)


def _frame_unit(block: Block) -> Unit:
    """An issuer, a number, an addressee, a signature or a date; several authorities on a line stay apart."""
    text, _ = reading(block.text, keep_spaces=len(block.text.split()) > 1 and is_org(block.text))
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
        twice = 0 < at < len(text) and text[at - 1] == text[at]
        if twice and text[at] not in _DOUBLED and not text[at].isdigit():
            text = text[:at] + text[at + 1 :]
            at -= 1
    return text


def places_of(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """The raw places of a stretch of the text that lies at the spans."""
    if len(spans) == 1:
        first, last = spans[0]
        return ((first + start, min(first + end, last)),)
    out = []
    at = 0
    for first, last in spans:
        low, high = max(start, at), min(end, at + last - first)
        if low < high:
            out.append((first + low - at, first + high - at))
        at += last - first
    return tuple(out)
