"""A PDF becomes text: its characters as printed, page by page; pages that are pictures are recognised."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.page import Page as Printed
from pdfplumber.utils.exceptions import PdfminerException
from tqdm import tqdm

from rag.errors import BulletinError
from rag.reading.files.layout import Border, Glyph, Sheet, compose
from rag.reading.files.original import Read

MOST_PAGES = 3000
_FEW = 8  # characters: a page with a large picture and no more than these is the picture
_COVERS = 0.5  # of a page
_OUTLINES = 50  # curves: letters may be drawn instead of printed
_UNREADABLE = 0.2  # a page with so many characters that no font explains is recognised instead


def read_pdf(raw: bytes, path: Path) -> Read:
    """Read a PDF.

    :raises BulletinError: if it is encrypted, damaged, has no page or too many, or needs recognition that is not
        installed.
    """
    try:
        file = pdfplumber.open(io.BytesIO(raw), raise_unicode_errors=False)
    except PdfminerException as error:
        if isinstance(error.args[0] if error.args else None, PDFPasswordIncorrect):
            raise BulletinError(
                f"{path}: the PDF is encrypted and asks for a password. Save it without one and try again."
            ) from error
        raise _damaged(path, error) from error
    except Exception as error:  # the parser raises whatever a broken file trips it up with
        raise _damaged(path, error) from error
    with file:
        try:
            pages = file.pages
        except Exception as error:
            raise _damaged(path, error) from error
        if not pages:
            raise BulletinError(f"{path}: the PDF has no page. Export it again and try once more.")
        if len(pages) > MOST_PAGES:
            raise BulletinError(
                f"{path}: the PDF has {len(pages):,} pages; at most {MOST_PAGES:,} are read. Cut it into parts."
            )
        warnings: list[str] = []
        layered: list[int] = []
        sheets = list(_sheets(raw, path, pages, layered))
    if layered:
        warnings.append(
            f"{path.name}: {_named(layered)} carry text that somebody's recognition put under a picture; "
            "how surely it was read is not known."
        )
    composed = compose(sheets)
    return Read(composed.text, "pdf", None, composed.pages, composed.doubts, composed.aside, tuple(warnings))


def _sheets(raw: bytes, path: Path, pages: list[Printed], layered: list[int]) -> Iterator[Sheet]:
    for page in tqdm(
        pages, desc=path.name, unit="page", disable=None if len(pages) > 5 else True, leave=False
    ):
        try:
            sheet, covered = _sheet(page)
        except Exception as error:
            raise _damaged(path, error, page.page_number) from error
        readable = [glyph for glyph in sheet.glyphs if _is_readable(glyph.text)]
        drawn = not sheet.glyphs and (len(page.images) > 0 or len(page.curves) > _OUTLINES)
        bare = (covered and len(readable) <= _FEW) or drawn
        if bare or len(readable) < (1 - _UNREADABLE) * len(sheet.glyphs):
            sheet = _recognised(raw, path, page.page_number)
        elif covered:
            layered.append(page.page_number)
        page.close()
        yield sheet


def _sheet(page: Printed) -> tuple[Sheet, bool]:
    """A page as printed, and whether a picture covers it."""
    plain = page.dedupe_chars(tolerance=1)  # letters are printed twice to look bold
    glyphs = tuple(
        Glyph(char["text"], char["x0"], char["top"], char["x1"], char["bottom"])
        for char in plain.chars
        if char["upright"] and char["text"].strip()
    )
    borders = tuple(
        Border(edge["x0"], edge["top"], edge["x1"], edge["bottom"])
        for edge in plain.edges
        if _is_visible(edge)
    )
    area = float(page.width * page.height) or 1.0
    covered = sum(image["width"] * image["height"] for image in page.images) >= _COVERS * area
    return Sheet(page.page_number, float(page.width), float(page.height), glyphs, borders), covered


def _is_visible(edge: dict[str, Any]) -> bool:
    """Whether an edge is drawn, or bounds a narrow box drawn as a line."""
    return bool(edge.get("stroke", True) or edge.get("fill", True))


def _is_readable(text: str) -> bool:
    """Whether a font says which character it is."""
    return not (text.startswith("(cid:") or "\ufffd" in text or "\ue000" <= text <= "\uf8ff")


def _recognised(raw: bytes, path: Path, number: int) -> Sheet:
    """A page drawn and recognised."""
    import pypdfium2

    from rag.reading.files.ocr import DOTS, sheet_of

    try:
        with pypdfium2.PdfDocument(raw) as file:
            picture = file[number - 1].render(scale=DOTS / 72).to_pil()
    except pypdfium2.PdfiumError as error:
        raise _damaged(path, error, number) from error
    try:
        return sheet_of(picture, number)
    except BulletinError as error:
        raise BulletinError(f"{path}, page {number}: {error}") from error


def _damaged(path: Path, error: Exception, page: int | None = None) -> BulletinError:
    where = f"{path}, page {page}" if page else str(path)
    return BulletinError(
        f"{where}: the PDF is damaged ({str(error) or type(error).__name__}). "
        "Export or download it again and try once more."
    )


def _named(numbers: list[int]) -> str:
    """Page numbers for people, runs as ranges."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    said = ", ".join("–".join(map(str, run)) for run in runs)
    return f"page {said}" if len(numbers) == 1 else f"pages {said}"
