"""A Chinese sentence explained to an English reader as far as that is certain: its dates, times and amounts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rag.index import Passage
from rag.reading.corpus import Document
from rag.text.dates import find_date
from rag.text.normal import normalise, squeeze
from rag.wording import show_date

_DAY = re.compile(r"(?:((?:19|20)\d\d)年)?(\d{1,2})月(\d{1,2})日")
_AMOUNT = re.compile(r"(\d[\d,]*(?:\.\d+)?)(万亿|亿|万)?元")
_PERCENT = re.compile(r"\d+(?:\.\d+)?%")
_TIME = re.compile(r"(?<!\d)(\d{1,2})(?:时|点)(\d{2})?分?")
TIMES = {"": 1, "万": 10_000, "亿": 100_000_000, "万亿": 1_000_000_000_000}


def gloss(sentence: str) -> str:
    """What a Chinese sentence states in figures, in English; empty where it states none.

    >>> gloss("试鸣时间:2025年9月18日10时00分,补贴5万元")
    '18 September 2025, 10:00, 50,000 yuan'
    """
    plain = normalise(sentence)
    found = [_day(*m.groups()) for m in _DAY.finditer(plain)]
    found += [f"{int(m[1])}:{m[2] or '00'}" for m in _TIME.finditer(plain)]
    found += [_yuan(m[1], m[2] or "") for m in _AMOUNT.finditer(plain)]
    found += _PERCENT.findall(plain)
    return ", ".join(dict.fromkeys(part for part in found if part))


def titled(document: Document, passages: Sequence[Passage]) -> str:
    """The title of a document in English, as its title lines are rendered; empty where they are not.

    :param passages: The first ones of the document.
    """
    title, issuer = squeeze(document.title), squeeze(document.issuer or "")
    lines = [
        (reading, english)
        for passage in passages
        for unit in passage.chunk.units
        if (reading := squeeze(unit.reading)) in title
        and reading not in issuer
        and (english := passage.fields.english_of(unit.spans))
    ]
    return max(lines, key=lambda line: len(line[0]), default=("", ""))[1]


def about(document: Document, title: str = "") -> str:
    """Which document it is, in English as far as its record goes: title, number and date.

    :param title: Its title in English, where there is one.
    """
    day = document.dated
    parts = [title, document.number or "", f"dated {show_date(date.fromisoformat(day), 'en')}" if day else ""]
    return ", ".join(part for part in parts if part)


def _day(year: str | None, month: str, day: str) -> str:
    found = find_date(f"{year or 2000}年{month}月{day}日")
    if found is None:
        return ""
    said = show_date(date.fromisoformat(found[0]), "en")
    return said if year else said.rsplit(" ", 1)[0]


def _yuan(digits: str, times: str) -> str:
    amount = float(digits.replace(",", "")) * TIMES[times]
    return f"{amount:,.0f} yuan" if amount == int(amount) else f"{amount:,.2f} yuan"
