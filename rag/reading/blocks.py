"""The lines of a document become blocks: rejoined paragraphs, tables, signatures, titles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rag.reading.corpus import Body
from rag.reading.lines import (
    CELL,
    FIELD,
    Line,
    Mark,
    annex_label,
    announces_annex,
    doc_number,
    ends_closed,
    ends_open,
    ends_with_post,
    is_date_line,
    is_org,
    is_release,
    is_signer,
    is_title_end,
    mark_of,
    squeeze_blanks,
    starts_with_surname,
    titled_in,
)
from rag.reading.sentences import ROLE, person_in
from rag.reading.tables import (
    Row,
    TabTable,
    columns,
    goes_on,
    heads_figures,
    is_stroked,
    names_columns,
    pipe_rows,
    stacked_rows,
)
from rag.text.normal import fold
from rag.text.spans import Span

BlockKind = Literal["head", "addressee", "text", "signature", "annexes", "annex", "title", "plan", "rows"]

_ADDRESSEE = re.compile(r"^[^。;]{2,120}?[:]")
_ADDRESSED = re.compile(
    r"^(?:各|[省市区县镇]直|[\u4e00-\u9fff]{2,12}(?:人民政府|办事处|管委会|[局委办厅院]):?|"
    r"[\u4e00-\u9fff()]{2,24}(?:公司|集团|银行|大学|学院|中心)[:、]|"
    r"[\u4e00-\u9fff]{0,10}(?:居民|市民|村民|群众|业主|家长|考生|用户|学生|同志|企业|商户)(?:朋友)?们?[:、])"
)
_ISSUED = re.compile(r"(?:印发|公布|调整)(.{4,80}?)的通知")
_GLUED_CHAPTER = re.compile(r"(?<=。)\s*第[一二三四五六七八九十]{1,3}章\s+\S{1,10}(?:\s\S{1,4})?$")
_CHAPTER = re.compile(r"(?P<number>\d{1,2})\s*(?P<title>[\u4e00-\u9fff][\u4e00-\u9fff、与及和]{1,20})")
_FIRST = re.compile(r"^(?:一[、.]|第一[章节条编]|1\s?总则|\(一\))")
_FIELD = re.compile(rf"{FIELD}:")
_ENDED = re.compile(r"[。;!?]")
_PARTED = re.compile(r"[,。]")
_PHRASED = re.compile(r"[。;:,]")
_STOPPED = re.compile(r"[。;]")
_NAMES_NUMBERED = re.compile(r"\([^()]{0,10}[件表图第]\s*$")
_NUMBER_CLOSES = re.compile(r"\d{1,3}\)")
_NOTE = re.compile(r"\([^()]{2,30}\)")
_AFTER_TITLE = re.compile(r"^(?:为|根据|按照|依据|\d{4}年)")
_PARAGRAPH_LIMIT = (
    4000  # no paragraph of a bulletin is that long: lines without an end are not joined for ever
)
_COVERING = 12  # lines below a head that may name what is enclosed
_CHAIN = 2  # dashes inside a line that parts steps by them
_LINE_WIDTH = 20  # a printed line of a gazette that runs on has at least this many characters


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a table, or a part of the frame of a document, with its place."""

    kind: BlockKind
    spans: tuple[Span, ...]
    text: str
    """The raw text at the spans, joined."""
    mark: Mark | None = None
    rows: tuple[Row, ...] = ()


def blocks_of(body: Body) -> list[Block]:
    """The blocks of one document, in order; together they hold every line of it."""
    lines = body.lines
    head, rest = lines[: body.header], lines[body.header :]
    blocks = _head(head)
    names = _enclosed_names(body.document.title, rest)
    paragraphs = _Paragraphs(rest)
    tabs = TabTable()
    at = 0
    while at < len(rest):
        if end := _rows_end(rest, at):
            below_rows = bool(blocks) and blocks[-1].kind == "rows"
            blocks.append(_table(tabs.rows(rest[at:end], fresh=not below_rows)))
        elif (stacked := stacked_rows(rest, at))[1]:
            rows, end = stacked
            blocks.append(_table(rows))
        elif end := _aligned_end(rest, at):
            blocks.append(_table(tabs.rows(rest[at:end], fresh=True)))
        elif end := _piped_end(rest, at):
            blocks.append(_table(pipe_rows(rest[at:end])))
        elif end := _signature_end(rest, at):
            blocks.extend(_block("signature", [signing]) for signing in rest[at:end])
        elif annex_label(rest[at].text):
            end = at + 1
            blocks.append(_block("annex", rest[at:end]))
        else:
            end = paragraphs.end(at)
            blocks.extend(_split_glued(_block("text", rest[at:end]), names, first=at == 0))
        at = end
    return _name_titles(_decimal_chapters(blocks), names)


def _decimal_chapters(blocks: list[Block]) -> list[Block]:
    """In a text numbered 1.1, 1.2, … a bare number before a few words is a chapter: 5应急响应."""
    decimals = sum(
        1 for block in blocks if block.mark and block.mark.kind == "decimal" and len(block.text) <= 30
    )
    if decimals < 5:
        return blocks
    out, last = [], 0
    for block in blocks:
        match = _CHAPTER.fullmatch(fold(block.text)) if block.kind == "text" and block.mark is None else None
        if match and int(match["number"]) in (1, last + 1):
            last = int(match["number"])
            mark = Mark("decimal", match["number"], match.start("title"), 1)
            block = Block("text", block.spans, block.text, mark)
        out.append(block)
    return out


def _head(lines: Sequence[Line]) -> list[Block]:
    """The lines of a head, those of a title put together."""
    groups: list[list[Line]] = []
    for line in lines:
        title = not (is_org(line.text) or doc_number(line.text))
        if title and groups and not (is_org(groups[-1][-1].text) or doc_number(groups[-1][-1].text)):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_block("head", group) for group in groups]


def _block(kind: BlockKind, lines: Sequence[Line]) -> Block:
    text = "".join(line.text for line in lines)
    return Block(
        kind, tuple((line.start, line.end) for line in lines), text, mark_of(text) if kind == "text" else None
    )


def _table(rows: list[Row]) -> Block:
    return Block("rows", tuple(span for row in rows for span in row.spans), "", None, tuple(rows))


def _is_row(lines: Sequence[Line], at: int) -> bool:
    """Whether a line is a row of cells parted by tabs or strokes; tabs at its end alone count beside such rows."""
    text = lines[at].text
    if "\t" in text.strip() or (text.startswith("|") and columns(text) > 1) or CELL.search(text):
        return True
    beside = [lines[place].text for place in (at - 1, at + 1) if 0 <= place < len(lines)]
    return text.endswith("\t") and any("\t" in line.strip() for line in beside)


def _rows_end(lines: Sequence[Line], at: int) -> int:
    """The index after a run of rows that starts at `at`, the rests of torn cells among them; 0 for none."""
    if not _is_row(lines, at):
        return 0
    end = at + 1
    while end < len(lines) and (_is_row(lines, end) or _goes_on(lines, end)):
        end += 1
    return end


def _goes_on(lines: Sequence[Line], at: int) -> bool:
    """Whether a line between two rows, or below the last, is the rest of a cell of the row above it."""
    return _is_row(lines, at - 1) and goes_on(lines[at - 1].text, lines[at].text)


def _piped_end(lines: Sequence[Line], at: int) -> int:
    """The index after a table that starts at `at` with a cell a line, each ending in a stroke; 0 for none."""
    end = at
    while end < len(lines) and lines[end].text.endswith("|"):
        end += 1
    return end if end > at else 0


def _aligned_end(lines: Sequence[Line], at: int) -> int:
    """The index after a table that starts at `at`, whose columns wide blanks part or strokes; 0 for none."""
    width = columns(lines[at].text)
    if width < 3:
        return 0
    end = at + 1
    while end < len(lines) and columns(lines[end].text) == width:
        end += 1
    rows = [line.text for line in lines[at:end]]
    heads = is_stroked(rows[0]) or names_columns(rows[0]) or heads_figures(rows)
    return end if heads and end > at + 1 else 0


# --- paragraphs ---


@dataclass(frozen=True, slots=True)
class _Joint:
    """Where a paragraph could go on in the next line; what stands there, folded, is said of both sides."""

    text: str
    """The paragraph so far."""
    folded: str
    mark: Mark | None
    """That of the paragraph."""
    last: str
    """Its last line."""
    below: str
    """The line that follows."""
    below_mark: Mark | None
    spaced: bool
    """Whether blank lines part the paragraphs of the document."""
    people: bool
    """Whether it belongs to a list of names and posts."""
    torn: bool
    """Whether the last paragraph with such a mark ended as a sentence does, so that this one may be broken off."""


class _Paragraphs:
    """The paragraphs of a document's lines: where each ends that a page or a column broke."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._spaced = _is_spaced(lines)
        self._closed: dict[str, bool] = {}
        """By the kind of a mark: whether the last paragraph with one ended as a sentence does."""
        self._people = False

    def end(self, at: int) -> int:
        """The index after the paragraph that starts at `at`; to be asked of each paragraph in turn."""
        lines, text, end = self._lines, self._lines[at].text, at + 1
        mark = mark_of(text)
        self._people = _names_person(text, self._people)
        torn = mark is None or mark.kind in ("bullet", "dash") or self._closed.get(mark.kind, False)
        while end < len(lines) and len(text) < _PARAGRAPH_LIMIT:
            last, below = lines[end - 1].text, lines[end].text
            joint = _Joint(
                text, fold(text), mark, last, below, mark_of(below), self._spaced, self._people, torn
            )
            if not _runs_on(joint):
                break
            text += below
            end += 1
        if mark:
            self._closed[mark.kind] = ends_closed(text)
        return end


def _is_spaced(lines: Sequence[Line]) -> bool:
    """Whether blank lines part the paragraphs, as in a gazette that was scanned page by page."""
    gaps = sum(1 for above, below in pairwise(lines) if below.number - above.number > 1)
    return gaps * 3 > len(lines)


def _names_person(text: str, above: bool) -> bool:
    """Whether a line belongs to a list of names and posts; `above` says whether the line above it does."""
    folded = fold(text)
    mark = mark_of(text)
    if len(folded) > 70 or (mark and mark.kind != "bullet") or _ENDED.search(folded):
        return False
    folded = folded[mark.end if mark else 0 :]
    return bool(person_in(folded) or ROLE.match(folded) or (above and starts_with_surname(folded)))


def _runs_on(joint: _Joint) -> bool:
    """Whether a paragraph goes on in the line below: by the first of the rules that says anything."""
    return next((said for rule in _RULES if (said := rule(joint)) is not None), joint.torn)


def _by_what_is_below(joint: _Joint) -> bool | None:
    """A row, a label, a field of a form, a date or a note on the release of a document is a line of its own."""
    below = joint.below
    row = "\t" in below.strip() or below.endswith("|") or columns(below) > 2
    own = row or annex_label(below) or is_date_line(below) or is_release(below) or _FIELD.match(fold(below))
    return False if own else None


def _by_an_open_end(joint: _Joint) -> bool | None:
    """What stops at a comma or inside a bracket goes on, be it with a number that looks like a mark."""
    if not ends_open(joint.text):
        return None
    below = joint.below_mark
    if below is None or _is_torn(joint.folded, fold(joint.below)):
        return True
    return below.kind in ("decimal", "num", "dash") and joint.folded.endswith((",", "、"))


def _by_a_chain(joint: _Joint) -> bool | None:
    """Steps that follow one another (申请——受理——审核) go on where the line is broken between two of them."""
    dash = joint.below_mark is not None and joint.below_mark.kind == "dash"
    return True if dash and joint.folded.count("——") >= _CHAIN and not ends_closed(joint.text) else None


def _by_a_quotation(joint: _Joint) -> bool | None:
    """A paragraph of several sentences may stop behind a quotation that ended none of them."""
    return True if joint.spaced and joint.below_mark is None and _quotes_on(joint.folded) else None


def _by_its_own_end(joint: _Joint) -> bool | None:
    """What ends as a sentence or as a title does is over, and so is what stands over another mark."""
    heads = joint.mark is not None and joint.mark.kind in ("part", "chapter", "section", "box")
    if heads or joint.below_mark or ends_closed(joint.text):
        return False
    title = joint.mark is None and is_title_end(joint.text) and not _PARTED.search(joint.folded)
    return False if title else None


def _by_the_list_of_names(joint: _Joint) -> bool | None:
    """A line of a name list that begins with no surname is the rest of the line above."""
    if not joint.people:
        return None
    below = joint.below
    starts = starts_with_surname(below) or len(below) > 40 or _PHRASED.search(fold(below))
    return not (starts or ends_with_post(joint.text))


def _by_an_authority(joint: _Joint) -> bool | None:
    """The name of an authority is a line of its own."""
    return False if is_org(joint.below) or is_org(joint.text) else None


def _by_a_sentence_begun(joint: _Joint) -> bool | None:
    """An article goes on to its end, and so does what has a sentence behind it."""
    article = joint.mark is not None and joint.mark.kind == "article"
    return True if article or _ENDED.search(joint.folded) else None


def _by_its_width(joint: _Joint) -> bool | None:
    """Only where blank lines part paragraphs can a line without an end be told from a short paragraph."""
    return False if not joint.spaced or len(joint.last) < _LINE_WIDTH else None


_RULES: tuple[Callable[[_Joint], bool | None], ...] = (
    _by_what_is_below,
    _by_an_open_end,
    _by_a_chain,
    _by_a_quotation,
    _by_its_own_end,
    _by_the_list_of_names,
    _by_an_authority,
    _by_a_sentence_begun,
    _by_its_width,
)
"""Each says whether a paragraph goes on in the line below, or None; the first that says anything holds."""


def _is_torn(above: str, below: str) -> bool:
    """Whether what looks like a mark is the number of what the line above names in a bracket: （附件 over 2）及材料."""
    return bool(_NAMES_NUMBERED.search(above) and _NUMBER_CLOSES.match(below))


def _quotes_on(folded: str) -> bool:
    """Whether a paragraph of several sentences stops behind a quotation that ended none of them."""
    return (
        folded.endswith(("”", "》")) and folded[-2:-1] not in "。!?;…" and _STOPPED.search(folded) is not None
    )


def _signature_end(lines: Sequence[Line], at: int) -> int:
    """The index after a signature (authorities or a person, date, release note) that starts at `at`; 0 for none."""
    end = at
    while end < len(lines) and end - at < 12 and (is_org(lines[end].text) or is_signer(lines[end].text)):
        end += 1
    if end >= len(lines) or not is_date_line(lines[end].text):
        return 0
    end += 1
    return end + 1 if end < len(lines) and is_release(lines[end].text) else end


def _split_glued(block: Block, names: Iterable[str], first: bool) -> list[Block]:
    """Part what was printed without a break: an addressee or a title, and the paragraph after it."""
    folded = fold(block.text)
    if first and _ADDRESSED.match(folded):
        match = _ADDRESSEE.match(folded)
        if match and match.end() == len(folded):
            return [Block("addressee", block.spans, block.text)]
        if match:
            above, below = _cut(block, match.end())
            return [Block("addressee", above.spans, above.text), below]
    chapter = _GLUED_CHAPTER.search(folded[-24:])
    if chapter and block.mark and block.mark.kind == "article":
        return list(_cut(block, len(folded) - len(chapter.group().lstrip())))
    for name in names:
        if folded.startswith(name) and _AFTER_TITLE.match(folded[len(name) : len(name) + 8]):
            above, below = _cut(block, len(name))
            return [Block("title", above.spans, above.text), below]
    return [block]


def _cut(block: Block, at: int) -> tuple[Block, Block]:
    above, below = [], []
    left = at
    for start, end in block.spans:
        middle = min(end, start + max(left, 0))
        if start < middle:
            above.append((start, middle))
        if middle < end:
            below.append((middle, end))
        left -= end - start
    return (
        Block("text", tuple(above), block.text[:at], mark_of(block.text[:at])),
        Block("text", tuple(below), block.text[at:], mark_of(block.text[at:])),
    )


# --- titles of what a notice encloses ---


def _enclosed_names(title: str, lines: Sequence[Line]) -> set[str]:
    """The names of what a notice encloses, from its title and its covering words."""
    names = set(titled_in(title))
    names |= {name.strip("《》") for name in _ISSUED.findall(title)}
    for line in lines[:_COVERING]:
        if is_date_line(line.text):
            break
        names |= set(titled_in(line.text))
    return {squeeze_blanks(fold(name)) for name in names if len(name) >= 6}


def _is_bare(block: Block) -> bool:
    """Whether a block could be a title: one short line without a mark or the end of a sentence."""
    folded = fold(block.text)
    return (
        block.kind == "text"
        and block.mark is None
        and len(block.text) <= 80
        and not folded.endswith(("。", ";", ":", ",", "、", "!", "?"))
        and not _STOPPED.search(folded)
        and not person_in(folded)
    )


def _name_titles(blocks: list[Block], names: set[str]) -> list[Block]:
    """Find the titles of enclosures and of plans inside them; join those that are broken over lines."""
    out: list[Block] = []
    expecting = listing = signed = False
    at = 0
    while at < len(blocks):
        block = blocks[at]
        if block.kind in ("signature", "annex"):
            expecting = signed = True
        elif block.kind == "text" and (announces_annex(block.text) or (listing and _lists_annex(block))):
            following = blocks[at + 1] if at + 1 < len(blocks) else None
            expecting = following is not None and _is_bare(following) and _alike(block.text, following.text)
            heads = signed and not expecting and following is not None and _is_enclosed(following)
            block = Block("title" if heads else "annexes", block.spans, block.text)
        elif _is_bare(block) and (expecting or _named(block.text, names)):
            end = at + 1
            while (
                end < len(blocks)
                and end - at < 3
                and _is_bare(blocks[end])
                and not is_title_end(_joined(blocks[at:end]))
            ):
                end += 1
            if end < len(blocks) and blocks[end].kind == "text" and _NOTE.fullmatch(fold(blocks[end].text)):
                end += 1
            out.append(_merge("title", blocks[at:end]))
            expecting = False
            at = end
            continue
        elif _is_bare(block) and _opens_plan(blocks, at):
            block = Block("plan", block.spans, block.text)
        elif block.kind not in ("addressee", "head"):
            expecting = False
        listing = block.kind == "annexes"
        out.append(block)
        at += 1
    return out


def _is_enclosed(block: Block) -> bool:
    """Whether a block below the name of an enclosure, which stands below the signature, is what is enclosed."""
    if block.kind == "rows":
        return True
    return (
        block.kind == "text"
        and not announces_annex(block.text)
        and not _lists_annex(block)
        and (block.mark is not None or _STOPPED.search(fold(block.text)) is not None)
    )


def _lists_annex(block: Block) -> bool:
    """Whether a block below the announcement of enclosures names another of them."""
    return (
        block.mark is not None
        and block.mark.kind == "num"
        and len(block.text) <= 100
        and "。" not in block.text
    )


def _joined(blocks: Sequence[Block]) -> str:
    return "".join(block.text for block in blocks)


def _merge(kind: BlockKind, blocks: Sequence[Block]) -> Block:
    return Block(kind, tuple(span for block in blocks for span in block.spans), _joined(blocks))


def _named(text: str, names: set[str]) -> bool:
    title = squeeze_blanks(fold(text))
    if title in names:
        return True
    return len(title) >= 8 and any(
        len(name) >= 8 and (title.endswith(name) or name.endswith(title)) for name in names
    )


def _alike(announcement: str, title: str) -> bool:
    a, b = set(squeeze_blanks(announcement)), set(squeeze_blanks(title))
    return len(a & b) >= 0.6 * len(b)


def _opens_plan(blocks: Sequence[Block], at: int) -> bool:
    """Whether a bare line names a plan inside an enclosure: numbering starts anew right below it."""
    words = fold(blocks[at].text)
    if ":" in words or words.startswith("("):  # a label with its value, a note
        return False
    for below in blocks[at + 1 : at + 3]:
        if below.kind == "text" and below.mark and _FIRST.match(fold(below.text)):
            return below.mark.kind in ("cn", "chapter", "decimal", "article")
        if not _is_bare(below):
            return False
    return False
