"""The lines of a document become blocks: rejoined paragraphs, tables, signatures, titles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rag.reading.corpus import Body
from rag.reading.lines import (
    CELL,
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
)
from rag.reading.sentences import ROLE, person_in
from rag.reading.tables import Row, TabTable, columns, goes_on, names_columns, pipe_rows, stacked_rows
from rag.text.normal import fold
from rag.text.spans import Span

BlockKind = Literal["head", "addressee", "text", "signature", "annexes", "annex", "title", "plan", "rows"]

_ADDRESSEE = re.compile(r"^[^。;]{2,120}?[:]")
_ADDRESSED = re.compile(
    r"^(?:各|[省市区县镇]直|[\u4e00-\u9fff]{2,12}(?:人民政府|办事处|管委会|[局委办厅院]):?)"
)
_QUOTED = re.compile(r"《((?:[^《》]|《[^《》]*》)+)》")
_ISSUED = re.compile(r"(?:印发|公布|调整)(.{4,80}?)的通知")
_GLUED_CHAPTER = re.compile(r"(?<=。)\s*第[一二三四五六七八九十]{1,3}章\s+\S{1,10}(?:\s\S{1,4})?$")
_CHAPTER = re.compile(r"(?P<number>\d{1,2})\s*(?P<title>[\u4e00-\u9fff][\u4e00-\u9fff、与及和]{1,20})")
_FIRST = re.compile(r"^(?:一[、.]|第一[章节条编]|1\s?总则|\(一\))")
_NOTE = re.compile(r"\([^()]{2,30}\)")
_AFTER_TITLE = re.compile(r"^(?:为|根据|按照|依据|\d{4}年)")
_PARAGRAPH_LIMIT = (
    4000  # no paragraph of a bulletin is that long: lines without an end are not joined for ever
)
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
    blocks = _head(lines[: body.header])
    rest = lines[body.header :]
    names = _enclosed_names(body)
    spaced = _is_spaced(rest)
    closed: dict[str, bool] = {}
    tabs = TabTable()
    people = False
    at = 0
    signed = False
    while at < len(rest):
        line = rest[at]
        end = at + 1
        if _is_row(rest, at):
            while end < len(rest) and (_is_row(rest, end) or _goes_on(rest, end)):
                end += 1
            fresh = not (blocks and blocks[-1].kind == "rows")
            blocks.append(_table(tabs.rows(rest[at:end], fresh)))
        elif (stacked := stacked_rows(rest, at))[1]:
            rows, end = stacked
            blocks.append(_table(rows))
        elif aligned := _aligned_end(rest, at):
            end = aligned
            blocks.append(_table(tabs.rows(rest[at:end], fresh=True)))
        elif line.text.endswith("|") and "|" in line.text:
            while end < len(rest) and rest[end].text.endswith("|"):
                end += 1
            blocks.append(_table(pipe_rows(rest[at:end])))
        elif signature := _signature_end(rest, at):
            end = signature
            blocks.extend(_block("signature", [signing]) for signing in rest[at:end])
        elif annex_label(line.text):
            blocks.append(_block("annex", [line]))
        else:
            people = _names_person(line.text, people)
            end = _paragraph_end(rest, at, spaced, closed, people)
            blocks.extend(_split_glued(_block("text", rest[at:end]), names, first=at == 0))
        signed = signed or (blocks[-1].kind == "signature")
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


def _goes_on(lines: Sequence[Line], at: int) -> bool:
    """Whether a line between two rows, or below the last, is the rest of a cell of the row above it."""
    return _is_row(lines, at - 1) and goes_on(lines[at - 1].text, lines[at].text)


def _aligned_end(lines: Sequence[Line], at: int) -> int:
    """The index after a table that starts at `at` and whose columns only wide blanks part; 0 for none."""
    width = columns(lines[at].text)
    if width < 3 or not names_columns(lines[at].text):
        return 0
    end = at + 1
    while end < len(lines) and columns(lines[end].text) == width:
        end += 1
    return end if end > at + 1 else 0


def _is_spaced(lines: Sequence[Line]) -> bool:
    """Whether blank lines part the paragraphs, as in a gazette that was scanned page by page."""
    gaps = sum(1 for above, below in pairwise(lines) if below.number - above.number > 1)
    return gaps * 3 > len(lines)


# --- paragraphs ---


def _names_person(text: str, above: bool) -> bool:
    """Whether a line belongs to a list of names and posts; `above` says whether the line above it does."""
    folded = fold(text)
    mark = mark_of(text)
    if re.search(r"[。;!?]", folded) or len(folded) > 70 or (mark and mark.kind != "bullet"):
        return False
    folded = folded[mark.end if mark else 0 :]
    return bool(person_in(folded) or ROLE.match(folded) or (above and starts_with_surname(folded)))


def _paragraph_end(
    lines: Sequence[Line], at: int, spaced: bool, closed: dict[str, bool], people: bool
) -> int:
    text, end = lines[at].text, at + 1
    mark = mark_of(text)
    while (
        end < len(lines)
        and len(text) < _PARAGRAPH_LIMIT
        and _runs_on(text, mark, lines[end - 1], lines[end], spaced, closed, people)
    ):
        text += lines[end].text
        end += 1
    if mark:
        closed[mark.kind] = ends_closed(text)
    return end


def _runs_on(
    text: str,
    mark: Mark | None,
    last: Line,
    following: Line,
    spaced: bool,
    closed: dict[str, bool],
    people: bool,
) -> bool:
    """Whether a paragraph goes on in the following line: the line was broken by a page or a column."""
    folded, below = fold(text), following.text
    if (
        "\t" in below.strip()
        or below.endswith("|")
        or columns(below) > 2
        or annex_label(below)
        or is_date_line(below)
        or is_release(below)
    ):
        return False
    if ends_open(text):
        below_mark = mark_of(below)
        return below_mark is None or (
            below_mark.kind in ("decimal", "num", "dash") and folded.endswith((",", "、"))
        )
    if spaced and _quotes_on(folded) and mark_of(below) is None:
        return True
    if ends_closed(text) or mark_of(below) or (mark and mark.kind in ("part", "chapter", "section", "box")):
        return False
    if is_title_end(text) and mark is None and not re.search(r"[,。]", folded):
        return False
    if people:  # a line of a name list that begins with no surname is the rest of the line above
        return not (
            ends_with_post(text)
            or starts_with_surname(below)
            or len(below) > 40
            or re.search(r"[。;:,]", fold(below))
        )
    if is_org(below) or is_org(text):
        return False
    if mark and mark.kind == "article":
        return True
    if re.search(r"[。;!?]", folded):
        return True
    if not spaced or len(last.text) < _LINE_WIDTH:
        return False
    return mark is None or mark.kind in ("bullet", "dash") or closed.get(mark.kind, False)


def _quotes_on(folded: str) -> bool:
    """Whether a paragraph of several sentences stops behind a quotation that ended none of them."""
    return (
        folded.endswith(("”", "》"))
        and folded[-2:-1] not in "。!?;…"
        and re.search(r"[。;]", folded) is not None
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


def _enclosed_names(body: Body) -> set[str]:
    """The names of what a notice encloses, from its title and its covering words."""
    names = set(_QUOTED.findall(body.document.title))
    names |= {name.strip("《》") for name in _ISSUED.findall(body.document.title)}
    for line in body.lines[body.header : body.header + 12]:
        if is_date_line(line.text):
            break
        names |= set(_QUOTED.findall(line.text))
    return {squeeze_blanks(fold(name)) for name in names if len(name) >= 6}


def _is_bare(block: Block) -> bool:
    """Whether a block could be a title: one short line without a mark or the end of a sentence."""
    folded = fold(block.text)
    return (
        block.kind == "text"
        and block.mark is None
        and len(block.text) <= 80
        and not folded.endswith(("。", ";", ":", ",", "、", "!", "?"))
        and not re.search(r"[。;]", folded)
        and not person_in(folded)
    )


def _name_titles(blocks: list[Block], names: set[str]) -> list[Block]:
    """Find the titles of enclosures and of plans inside them; join those that are broken over lines."""
    out: list[Block] = []
    expecting = listing = False
    at = 0
    while at < len(blocks):
        block = blocks[at]
        if block.kind in ("signature", "annex"):
            expecting = True
        elif block.kind == "text" and (announces_annex(block.text) or (listing and _lists_annex(block))):
            block = Block("annexes", block.spans, block.text)
            following = blocks[at + 1] if at + 1 < len(blocks) else None
            expecting = following is not None and _is_bare(following) and _alike(block.text, following.text)
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
