"""Whether a text is a draft: it says so, asks for comments on itself, or leaves open when it begins to hold."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.reading.lines import squeeze_blanks
from rag.text.normal import fold

_SAYS = re.compile(r"征求意见稿|草案|送审稿|讨论稿|公开征求.{0,40}意见")
_ASKS = re.compile(r"现[^。,;]{0,20}征求[^。,;]{0,16}意见")
_LEFT_OPEN = re.compile(
    r"自(?:[12]\d[\dX×*_]{2}|[X×*_]{2,4})?年(?:\d{1,2}|[X×*_]{1,2})?月[X×*_]{0,2}日起(?:正式)?(?:施行|实施|执行|试行)",
    re.IGNORECASE,
)
_NO_DAY = re.compile(r"月[^\d。;]{0,6}日\s*起")
_QUOTED = re.compile(r"“[^”]*”")  # what a rule on drafting shows as an example
_OPENING = 8  # paragraphs in which a text asks for comments on itself


def is_draft(title: str, paragraphs: Sequence[str]) -> bool:
    """Whether a document, or what it encloses, is no more than a draft.

    >>> is_draft(
    ...     "青禾市养犬管理办法",
    ...     ["第一条　为加强养犬管理，制定本办法。", "第二条　本办法自2027年　月　日起施行。"],
    ... )
    True
    """
    if _SAYS.search(title) or any(_ASKS.search(squeeze_blanks(fold(text))) for text in paragraphs[:_OPENING]):
        return True
    without_a_day = (text for text in paragraphs if _NO_DAY.search(text))
    return any(_LEFT_OPEN.search(_QUOTED.sub("", squeeze_blanks(fold(text)))) for text in without_a_day)
