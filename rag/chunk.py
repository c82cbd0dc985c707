"""Documents become passages: articles, items, table rows, each with its heading path and its exact places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.reading.blocks import blocks_of
from rag.reading.corpus import Body, Bulletin, stable_id
from rag.reading.lines import is_blank
from rag.reading.outline import Outline, Piece, Unit, UnitKind, places_of, rejoined, size_of
from rag.reading.sentences import reading
from rag.text.spans import Excerpt, Span, quote

__all__ = ["Chunk", "Unit", "UnitKind", "chunk_bulletin", "chunks_of", "chunks_of_document"]


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
SCRAP = 60
"""What is shorter than this does not stand alone where it can be helped."""
LIMIT = 450
"""No passage is longer than this, white space between its lines apart, but one row of a table."""

_SPLIT_AT = ["\n", "。", "；", ";", "，", ",", ""]
_WINDOW = 20_000  # the splitter is handed no more than this at once, so that its memory stays bounded


def chunk_bulletin(bulletin: Bulletin) -> tuple[Chunk, ...]:
    """The passages of a bulletin, in the order of their places."""
    return tuple(chunks_of(bulletin))


def chunks_of(bulletin: Bulletin) -> Iterator[Chunk]:
    """The same, one after the other, as they are cut."""
    for body in bulletin.bodies:
        yield from chunks_of_document(body)


def chunks_of_document(body: Body) -> Iterator[Chunk]:
    """The passages of one document."""
    text, source = body.text, body.document.source
    pieces = Outline(blocks_of(body)).pieces()
    pieces = [part for piece in pieces for part in _split(piece, text)]
    for group in _with_scraps(list(_pack(pieces, 0))):
        units = tuple(unit for piece in group for unit in _headed(piece))
        spans = _close_up(text, units)
        yield Chunk(
            id=stable_id(source, *spans),
            document=body.document.id,
            source=source,
            spans=spans,
            path=_path(group),
            text=quote(text, spans),
            units=units,
        )


def _headed(piece: Piece) -> list[Unit]:
    """The units of a piece with the headings over it."""
    path = piece.path
    return [Unit(one.kind, one.spans, one.reading, one.lead, one.flags, path) for one in piece.units]


def _close_up(text: str | Excerpt, units: Sequence[Unit]) -> tuple[Span, ...]:
    """The places of units, joined over white space between them; what was cut out inside one stays out."""
    spans: list[list[int]] = []
    for unit in units:
        for place, (start, end) in enumerate(unit.spans):
            if spans and (start == spans[-1][1] or (place == 0 and is_blank(text[spans[-1][1] : start]))):
                spans[-1][1] = end
            else:
                spans.append([start, end])
    return tuple((start, end) for start, end in spans)


def _path(group: Sequence[Piece]) -> tuple[str, ...]:
    """The headings that all pieces of a passage share."""
    framed = [piece for piece in group if any(unit.kind != "meta" for unit in piece.units)]
    group = framed or group
    shared = list(group[0].nodes)
    for piece in group[1:]:
        same = 0
        while same < min(len(shared), len(piece.nodes)) and shared[same] == piece.nodes[same]:
            same += 1
        del shared[same:]
    titles = [node.title for node in shared if node.title]
    here = list(dict.fromkeys(piece.nodes[len(shared)] for piece in group if len(piece.nodes) > len(shared)))
    if len(here) > 1:
        names = [str(n.title).split(" ")[0] if n.kind == "article" else str(n.title) for n in here]
        titles.append("；".join(names) if len(names) == 2 else f"{names[0]} 至 {names[-1]}")
    return tuple(titles)


# --- size ---


def _split(piece: Piece, source: str | Excerpt) -> Iterator[Piece]:
    """The piece itself, or its parts where it is too long: at sentence ends where it can be."""
    if piece.size <= LIMIT or all(unit.kind == "row" for unit in piece.units):
        yield piece
        return
    units = [part for unit in piece.units for part in _split_unit(unit, source)]
    runs = list(_runs(units))
    first = 0
    for _, last in _even([sum(map(size_of, run)) for run in runs]):
        while last - first > 1 and last < len(runs) and runs[last - 1][-1].kind == "heading":
            last -= 1  # a heading goes with what it heads
        yield Piece(piece.nodes, [unit for run in runs[first:last] for unit in run])
        first = last


def _runs(units: Sequence[Unit]) -> Iterator[list[Unit]]:
    """What stays together where a piece is cut: an item with the sentences about it, else each unit alone."""
    run: list[Unit] = []
    for unit in units:
        joins = run and run[0].kind == "item" and unit.kind == "sentence"
        if run and not (joins and sum(map(size_of, run)) + size_of(unit) <= TARGET):
            yield run
            run = []
        run.append(unit)
    if run:
        yield run


def _even(sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Cut things in a row into as few groups as `TARGET` allows, of about one size: (first, last + 1)."""
    left = sum(sizes)
    parts = max(1, -(-left // TARGET))
    first = held = 0
    for place, size in enumerate(sizes):
        share = (left + held) / parts
        if held and (held + size > LIMIT or (parts > 1 and held + size / 2 > share)):
            yield first, place
            first, held, parts = place, 0, max(1, parts - 1)
        held += size
        left -= size
    if first < len(sizes):
        yield first, len(sizes)


def _split_unit(unit: Unit, source: str | Excerpt) -> Iterator[Unit]:
    if unit.kind == "row" or size_of(unit) <= LIMIT:
        yield unit
        return
    # half a second to import, and whoever only answers cuts nothing
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    text = quote(source, unit.spans)
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=TARGET, chunk_overlap=0, separators=_SPLIT_AT, keep_separator="end", strip_whitespace=False
    )
    at = 0
    for low in range(0, len(text), _WINDOW):
        for part in splitter.split_text(text[low : low + _WINDOW]):
            spans = places_of(unit.spans, at, at + len(part))
            clean, spam = reading(rejoined(part, spans))
            if not is_blank(part):
                yield Unit(unit.kind, spans, clean, unit.lead, ("spam",) if spam else unit.flags)
            at += len(part)


def _pack(pieces: Sequence[Piece], depth: int) -> Iterator[list[Piece]]:
    """Put pieces together into passages: what is under one heading first, then small neighbours."""
    if depth == 0 and _is_one_passage(pieces):
        yield list(pieces)
        return
    runs: list[list[Piece]] = []
    for piece in pieces:
        key = piece.nodes[depth : depth + 1]
        if runs and runs[-1][0].nodes[depth : depth + 1] == key:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    waiting: list[Piece] = []
    for run in runs:
        held, size = (sum(piece.size for piece in part) for part in (waiting, run))
        apart = (held >= SMALL and size >= SMALL) or held + size > TARGET
        if waiting and (apart or _is_border(waiting[-1], run[0], depth)):
            yield waiting
            waiting = []
        if size <= TARGET:
            waiting = waiting + run
        elif any(len(piece.nodes) > depth + 1 for piece in run):
            yield from _pack(run, depth + 1)
        else:
            yield from _fill(run)
    if waiting:
        yield waiting


def _is_one_passage(pieces: Sequence[Piece]) -> bool:
    """Whether a document is short and encloses nothing: an appointment, a notice of a few lines."""
    titled = any(node.kind == "title" for piece in pieces for node in piece.nodes)
    return 0 < sum(piece.size for piece in pieces) <= TARGET and not titled


def _with_scraps(groups: list[list[Piece]]) -> list[list[Piece]]:
    """The passages, a signature or a last line too short to stand alone put to the one before it."""
    out: list[list[Piece]] = []
    for group in groups:
        size = sum(piece.size for piece in group)
        framing = all(unit.kind == "meta" for piece in group for unit in piece.units)
        short = size < (SMALL if framing else SCRAP)
        fits = bool(out) and sum(piece.size for piece in out[-1]) + size <= LIMIT
        if short and fits and (framing or not _is_border(out[-1][-1], group[0], 0)):
            out[-1] = out[-1] + group
        else:
            out.append(group)
    return out


def _is_border(above: Piece, below: Piece, depth: int) -> bool:
    """Whether an enclosure, a plan or a chapter begins or ends between two pieces."""
    sides = [piece.nodes[depth : depth + 1] for piece in (above, below)]
    kinds = {node.kind for nodes in sides for node in nodes}
    return sides[0] != sides[1] and bool(kinds & {"title", "plan", "part", "chapter", "section"})


def _fill(run: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Fill passages with pieces of one heading, evenly."""
    for first, last in _even([piece.size for piece in run]):
        yield list(run[first:last])
