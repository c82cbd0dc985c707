"""Recognising pictures of pages on this machine, with models that come inside the package; an optional extra."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import BulletinError
from rag.reading.files.layout import Border, Glyph, Sheet

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL import Image
    from rapidocr import RapidOCR

    Pixels = npt.NDArray[np.uint8]

DOTS = 200
"""Dots an inch at which a page of a PDF is drawn to be recognised."""
_LEAST_SCORE = 0.3  # below that a line is a stain
_BORDER_PART = 1 / 30  # a border is at least so long, as a part of the page's longer side
_LARGEST = 120_000_000  # pixels; an A3 page at 600 dots an inch has 70 million


def sheet_of(picture: Image.Image, number: int, dots: float = DOTS) -> Sheet:
    """Recognise the picture of a page.

    :param picture: The page.
    :param number: The page's number, from 1.
    :param dots: Its dots an inch.
    :raises BulletinError: if the optional packages for it are not installed.
    """
    engine = _engine()
    pixels: Pixels = np.asarray(picture.convert("RGB"))[:, :, ::-1]
    found: Any = engine(np.ascontiguousarray(pixels), return_word_box=True, return_single_char_box=True)
    scale = 72 / dots
    glyphs = []
    for line in found.word_results if found.txts is not None else ():
        for text, score, box in line:
            if box is not None and text.strip():
                glyphs.append(_glyph(text, float(score), np.asarray(box, dtype=float) * scale))
    height, width = pixels.shape[:2]
    return Sheet(number, width * scale, height * scale, tuple(glyphs), tuple(_borders(pixels, scale)))


def pictures(raw: bytes, path: Path) -> Iterator[tuple[Image.Image, float]]:
    """The pages of a picture file, upright, each with its dots an inch (guessed as an A4 page where it says none).

    :raises BulletinError: if it is damaged, or larger than a page can be.
    """
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(raw)) as file:
            for frame in ImageSequence.Iterator(file):
                if frame.width * frame.height > _LARGEST:
                    raise BulletinError(
                        f"{path}: {frame.width} × {frame.height} dots; at most {_LARGEST:,} are read. "
                        "Scan the page at 200 to 300 dots an inch and try again."
                    )
                upright = ImageOps.exif_transpose(frame) or frame
                yield upright.convert("RGB"), max(upright.size) / 11.7
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise BulletinError(
            f"{path}: the picture is damaged ({error}). Save it again as PNG or JPEG and try again."
        ) from error


@cache
def _engine() -> RapidOCR:
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise BulletinError(
            "This is a picture of a page, and the packages that recognise text are not installed "
            f"({error.name} is missing). Install them with `make ocr`, or give the text itself."
        ) from error
    threads = int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)
    return RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.text_score": _LEAST_SCORE,
            "Global.max_side_len": 4000,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _glyph(text: str, score: float, box: npt.NDArray[np.float64]) -> Glyph:
    (x0, top), (x1, bottom) = box.min(axis=0), box.max(axis=0)
    return Glyph(text, float(x0), float(top), float(x1), float(bottom), score)


def _borders(pixels: Pixels, scale: float) -> Iterator[Border]:
    """The straight lines of a picture: what stays when it is thinned to long level and long upright strokes."""
    import cv2

    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    dark = cv2.adaptiveThreshold(
        cv2.bitwise_not(grey), 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 15, -2
    )
    length = int(max(grey.shape) * _BORDER_PART)
    for shape in ((length, 1), (1, length)):
        strokes = cv2.morphologyEx(dark, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, shape))
        count, _, found, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
        for x, y, width, height, _ in found[1:count]:
            if min(width, height) * 8 < max(width, height):  # a bar, no box filled in
                yield Border(x * scale, y * scale, (x + width) * scale, (y + height) * scale)
