"""Clean text, words and passages: what training and measuring share."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import rjieba

HAN = "\u3400-\u9fff\uf900-\ufaff〇"
_SPACE_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}，。；：、（）《》“”])\s+(?=[{HAN}，。；：、（）《》“”])")
_RUN = re.compile(rf"[{HAN}]+|[a-z]+|[0-9]+")
_SENTENCE_END = re.compile(r"(?<=[。；！？!?\n])")


def normalise(text: str) -> str:
    """NFKC, lower case, no space or line break between two Han characters, single spaces elsewhere."""
    return " ".join(_SPACE_BETWEEN_HAN.sub("", unicodedata.normalize("NFKC", text)).lower().split())


def runs(text: str) -> list[str]:
    """The runs of Han characters, of Latin letters and of digits in a normalised text, in order."""
    return _RUN.findall(text)


def is_han(run: str) -> bool:
    """Whether a run is of Han characters; a run is of one script only, so its first character decides."""
    return run[0] >= "\u3007"


@cache
def _segmenter() -> rjieba.Jieba:
    return rjieba.Jieba()


def han_words(run: str) -> list[str]:
    """The words of a run of Han characters, each character in exactly one of them."""
    return _segmenter().cut(run, False)


def han_subwords(word: str) -> list[str]:
    """The shorter dictionary words inside a word (人民政府: 人民, 政府), without the word itself."""
    return [part for part in _segmenter().cut_for_search(word, False) if part != word]


def passages(text: str, size: int = 280) -> list[tuple[int, int]]:
    """Cut a text at sentence ends into pieces of about `size` characters.

    Returns half-open code-point offsets, in order, which together cover the text.
    """
    found: list[tuple[int, int]] = []
    start = position = 0
    for piece in _SENTENCE_END.split(text):
        while len(piece) > size:  # a sentence longer than a passage is cut hard
            found.append((start, position + size))
            start = position = position + size
            piece = piece[size:]
        if position + len(piece) - start > size and position > start:
            found.append((start, position))
            start = position
        position += len(piece)
    if position > start:
        found.append((start, position))
    return [(s, e) for s, e in found if text[s:e].strip()]
