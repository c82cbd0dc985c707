"""A Word document (.docx) becomes text: paragraphs with the numbers Word prints before them, tables, in order."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement as Element
from docx.styles.style import BaseStyle, ParagraphStyle
from lxml import etree

from rag.errors import BulletinError
from rag.reading.files.grid import labelled, one_header, one_line
from rag.reading.files.numerals import numeral
from rag.reading.files.original import Aside, Read

_LARGEST = 400 * 1024 * 1024  # bytes of all its parts unpacked: more is no document but a trap
_INSIDE = tuple(
    map(qn, "w:ins w:moveTo w:hyperlink w:smartTag w:sdt w:sdtContent w:r w:fldSimple w:customXml".split())
)
_BLOCKS = tuple(qn(f"w:{name}") for name in ("sdt", "sdtContent", "ins", "customXml"))


def read_docx(raw: bytes, path: Path) -> Read:
    """Read a Word document. Running heads and its table of contents are set aside; what was deleted is left out.

    :raises BulletinError: if it is damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            size = sum(part.file_size for part in packed.infolist())
        if size > _LARGEST:
            raise BulletinError(
                f"{path}: the document unpacks to {size >> 20:,} MB; at most {_LARGEST >> 20} MB are read. "
                "Take its pictures out and try again."
            )
        document = docx.Document(io.BytesIO(raw))
        reader = _Reader(document)
        lines = [line for block in reader.blocks(document.element.body) for line in block]
        aside = (*reader.contents, *_heads(document))
    except (
        zipfile.BadZipFile,
        etree.XMLSyntaxError,
        KeyError,
        ValueError,
        AttributeError,
        EOFError,
    ) as error:
        raise BulletinError(
            f"{path}: the document is damaged ({error}). Open it in Word or WPS, save it again, and try once more."
        ) from error
    return Read("\n".join(lines) + "\n" if lines else "", "docx", aside=aside)


def _heads(document: WordDocument) -> Iterator[Aside]:
    """The running heads and feet, each once."""
    said = dict.fromkeys(
        one_line(paragraph.text)
        for section in document.sections
        for part in (section.header, section.footer)
        for paragraph in part.paragraphs
    )
    return (Aside(None, text) for text in said if text)


class _Reader:
    """Walks over the body of a document."""

    def __init__(self, document: WordDocument) -> None:
        self._styles = {style.style_id: style for style in document.styles}
        self._numbers = _Numbers(document)
        self._notes = _notes(document)
        self.contents: list[Aside] = []

    def blocks(self, parent: Element) -> Iterator[list[str]]:
        """The lines of each paragraph and of each table below an element, in order."""
        for child in parent:
            if child.tag == qn("w:p"):
                yield self._paragraph(child)
            elif child.tag == qn("w:tbl"):
                yield from self._table(child)
            elif child.tag in _BLOCKS:
                yield from self.blocks(child)

    def _paragraph(self, paragraph: Element) -> list[str]:
        boxes: list[Element] = []
        notes: list[str] = []
        words = "".join(self._words(paragraph, boxes, notes))
        style = self._style_of(paragraph)
        number = self._numbers.next(paragraph, style)
        lines = [text for line in words.split("\n") if (text := line.strip())]
        if style is not None and (style.name or "").lower().startswith(("toc ", "目录")):
            self.contents += [Aside(None, line) for line in lines]
            return []
        if lines and number:
            lines[0] = f"{number}{lines[0]}"
        inside = [line for box in boxes for block in self.blocks(box) for line in block]
        return [*lines, *inside, *(self._notes[note] for note in notes if self._notes.get(note))]

    def _words(self, parent: Element, boxes: list[Element], notes: list[str]) -> Iterator[str]:
        for child in parent:
            tag = child.tag
            if tag == qn("w:r") and child.find(f"{qn('w:rPr')}/{qn('w:vanish')}") is not None:
                continue
            if tag == qn("w:t"):
                yield child.text or ""
            elif tag == qn("w:tab"):
                yield "  "
            elif tag in (qn("w:br"), qn("w:cr")):
                yield "\n"
            elif tag == qn("w:noBreakHyphen"):
                yield "-"
            elif tag == qn("w:footnoteReference"):
                notes.append(child.get(qn("w:id")))
            elif tag == qn("w:ruby"):
                for base in child.iter(qn("w:rubyBase")):
                    yield from self._words(base, boxes, notes)
            elif tag in (qn("w:drawing"), qn("w:pict")) or tag.endswith("}AlternateContent"):
                box = next(child.iter(qn("w:txbxContent")), None)  # the old form of a box repeats the new one
                boxes += [] if box is None else [box]
            elif tag in _INSIDE:
                yield from self._words(child, boxes, notes)

    def _style_of(self, paragraph: Element) -> BaseStyle | None:
        named = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        return self._styles.get(named.get(qn("w:val"))) if named is not None else None

    def _table(self, table: Element) -> Iterator[list[str]]:
        """The rows of a table, a line each; the paragraphs inside a table of one column, which is a frame."""
        rows: list[list[str | None]] = []
        cells = [
            _cells(row) for row in table.iter(qn("w:tr")) if next(row.iterancestors(qn("w:tbl"))) is table
        ]
        if max((sum(_across(cell) for cell in row) for row in cells), default=0) < 2:
            for row in cells:
                for cell in row:
                    yield from self.blocks(cell)
            return
        for row in cells:
            values: list[str | None] = []
            for cell in row:
                words = one_line(" ".join(line for block in self.blocks(cell) for line in block))
                above = rows[-1] if rows else []
                at = len(values)
                if _continues(cell):
                    words = (above[at] if at < len(above) else None) or words
                width = _across(cell)
                values += [words] + [words if len(row) > 1 else None] * (width - 1)
            rows.append(values)
        yield list(labelled(one_header(rows, lambda upper, lower: f"{upper or ''} {lower or ''}".strip())))


def _cells(row: Element) -> list[Element]:
    """The cells of a row, those in content controls too."""
    found: list[Element] = []
    for child in row:
        if child.tag == qn("w:tc"):
            found.append(child)
        elif child.tag in _BLOCKS:
            found += _cells(child)
    return found


def _across(cell: Element) -> int:
    """How many columns a cell spans."""
    span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
    return int(span.get(qn("w:val"))) if span is not None else 1


def _continues(cell: Element) -> bool:
    """Whether a cell is merged with the one above."""
    merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
    return merged is not None and merged.get(qn("w:val"), "continue") == "continue"


def _notes(document: WordDocument) -> dict[str, str]:
    """The footnotes by their id."""
    for relation in document.part.rels.values():
        if relation.reltype.endswith("/footnotes"):
            root = etree.fromstring(relation.target_part.blob)
            return {
                note.get(
                    qn("w:id")
                ): f"注：{one_line(''.join(text.text or '' for text in note.iter(qn('w:t'))))}"
                for note in root.iter(qn("w:footnote"))
                if note.get(qn("w:type")) is None
            }
    return {}


# --- the numbers Word prints before paragraphs and keeps out of their text ---


@dataclass(frozen=True, slots=True)
class _Level:
    """How the paragraphs of one level of a list are numbered."""

    start: int
    form: str
    pattern: str
    """With %1 for the number of the first level, and so on."""
    gap: str


class _Numbers:
    """Counts the numbered paragraphs of a document."""

    def __init__(self, document: WordDocument) -> None:
        self._lists: dict[str, str] = {}
        self._levels: dict[tuple[str, int], _Level] = {}
        self._counts: dict[str, list[int]] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return
        for abstract in root.iter(qn("w:abstractNum")):
            name = abstract.get(qn("w:abstractNumId"))
            for level in abstract.iter(qn("w:lvl")):
                self._levels[name, int(level.get(qn("w:ilvl")))] = _level(level)
        for one in root.iter(qn("w:num")):
            self._lists[one.get(qn("w:numId"))] = one.find(qn("w:abstractNumId")).get(qn("w:val"))

    def next(self, paragraph: Element, style: BaseStyle | None) -> str:
        """What Word prints before a paragraph; empty where it is not numbered."""
        number, depth = self._place(paragraph, style)
        name = self._lists.get(number or "")
        level = self._levels.get((name, depth)) if name is not None else None
        if name is None or level is None or level.form in ("none", "bullet"):
            return ""
        counts = self._counts.setdefault(name, [])
        while len(counts) <= depth:
            above = self._levels.get((name, len(counts)))
            counts.append((above.start if above else 1) - (len(counts) == depth))
        counts[depth] += 1
        del counts[depth + 1 :]
        said = level.pattern
        for place, count in enumerate(counts):
            form = self._levels[name, place].form if (name, place) in self._levels else "decimal"
            said = said.replace(f"%{place + 1}", numeral(count, form))
        return said + level.gap

    def _place(self, paragraph: Element, style: BaseStyle | None) -> tuple[str | None, int]:
        """The list of a paragraph and its level in it, as it or one of its styles says."""
        found = [paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}")]
        while isinstance(style, ParagraphStyle):
            found.append(style.element.find(f"{qn('w:pPr')}/{qn('w:numPr')}"))
            style = style.base_style
        number = depth = None
        for said in found:
            if said is not None:
                number = number or _value(said, "numId")
                depth = depth if depth is not None else _value(said, "ilvl")
        return number, int(depth or 0)


def _level(level: Element) -> _Level:
    form = _value(level, "numFmt") or "decimal"
    pattern = _value(level, "lvlText") or ""
    closed = pattern.endswith(("、", "）", "．")) or (_value(level, "suff") or "tab") == "nothing"
    return _Level(int(_value(level, "start") or 1), form, pattern, "" if closed else " ")


def _value(element: Element, name: str) -> str | None:
    found = element.find(qn(f"w:{name}"))
    return found.get(qn("w:val")) if found is not None else None
