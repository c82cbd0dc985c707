"""An OFD (GB/T 33190, the state's own form of pages that do not change) becomes text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import ofdkit

from rag.errors import BulletinError
from rag.reading.files.layout import Glyph, Sheet, compose
from rag.reading.files.original import Read

_POINTS = 72 / 25.4  # in a millimetre
_ABOVE = 0.85  # of the size of its letters, a line stands above its base


def read_ofd(raw: bytes, path: Path) -> Read:
    """Read an OFD.

    :raises BulletinError: if it is damaged, a page of it is missing, or its pages are pictures.
    """
    try:
        with ofdkit.open(raw) as document:
            lost = [str(page.index + 1) for page in document.pages if page.location is None]
            if lost:
                raise BulletinError(
                    f"{path}: the OFD is damaged: of {len(document.pages)} pages there is nothing of "
                    f"{', '.join(lost)}. Download or save it again and try once more."
                )
            sheets = [_sheet(page, number) for number, page in enumerate(document.pages, start=1)]
    except ofdkit.OFDError as error:
        raise BulletinError(
            f"{path}: the OFD cannot be read ({error}). Save it again, or save it as PDF, and try once more."
        ) from error
    if not any(sheet.glyphs for sheet in sheets):
        raise BulletinError(
            f"{path}: the OFD's {len(sheets)} pages are pictures, without a word of text. "
            "Save it as PDF: the pages of a PDF can be recognised."
        )
    composed = compose(sheets)
    return Read(composed.text, "ofd", None, composed.pages, composed.doubts, composed.aside)


def _sheet(page: ofdkit.Page, number: int) -> Sheet:
    left, top, width, height = page.box
    glyphs = [glyph for run in page.runs for glyph in _glyphs(run, left, top)]
    inside = [
        g for g in glyphs if 0 <= g.middle[0] <= width * _POINTS and 0 <= g.middle[1] <= height * _POINTS
    ]
    return Sheet(number, width * _POINTS, height * _POINTS, tuple(inside))


def _glyphs(run: ofdkit.TextRun, left: float, top: float) -> Iterator[Glyph]:
    """The characters of a run, as if they were all of one width."""
    step = run.width / len(run.text)
    upper = run.y - top - _ABOVE * run.size
    for place, character in enumerate(run.text):
        x = run.x - left + place * step
        yield Glyph(
            character, x * _POINTS, upper * _POINTS, (x + step) * _POINTS, (upper + run.size) * _POINTS
        )
