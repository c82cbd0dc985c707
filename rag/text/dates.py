"""Dates as bulletins write them: 2021 年 11 月 30 日, 二〇二一年十一月三十日, 2025-09-09, 2025/9/9, 2025.9.9."""

from __future__ import annotations

import re
from datetime import date

from rag.text.normal import fold

MONTHS = tuple(
    "january february march april may june july august september october november december".split()
)
_HAN_DIGITS = str.maketrans("〇零○Ｏ一二三四五六七八九", "0000123456789")
_DATE = re.compile(
    r"(?P<year>[12]\d{3})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日"
    r"|(?P<hyear>[一二][〇零○一二三四五六七八九]{3})\s*年\s*(?P<hmonth>[一二三四五六七八九十]{1,3})\s*月"
    r"\s*(?P<hday>[一二三四五六七八九十]{1,3})\s*日"
    r"|(?P<iyear>(?<!\d)[12]\d{3})(?P<between>[-/.])(?P<imonth>\d{1,2})(?P=between)(?P<iday>\d{1,2})(?!\d)"
)


def find_date(text: str, start: int = 0) -> tuple[str, int, int] | None:
    """The first full date at or after `start`: its ISO form, where it starts and where it ends; else None.

    >>> find_date("自２０２２年1月1日起")
    ('2022-01-01', 1, 10)
    """
    folded = fold(text)
    for match in _DATE.finditer(folded, start):
        iso = _iso(match)
        if iso:
            return iso, match.start(), match.end()
    return None


def write_out(text: str) -> str:
    """A folded text with its full dates in one form.

    >>> write_out("自二〇二四年三月一日起，至2025.12.31止")
    '自2024年3月1日起，至2025年12月31日止'
    """
    return _DATE.sub(_in_full, text)


def _in_full(match: re.Match[str]) -> str:
    iso = _iso(match)
    if iso is None:
        return match.group()
    year, month, day = iso.split("-")
    return f"{year}年{int(month)}月{int(day)}日"


def whole_date(text: str) -> str | None:
    """The ISO date, if the text is a date and nothing else."""
    text = fold(text).strip("() ")
    found = find_date(text)
    return found[0] if found and found[1:] == (0, len(text)) else None


def add_years(iso: str, years: int) -> str:
    """The last day of a period of whole years that starts on `iso`."""
    start = date.fromisoformat(iso)
    try:
        end = start.replace(year=start.year + years)
    except ValueError:  # 29 February
        end = start.replace(year=start.year + years, day=28)
    return date.fromordinal(end.toordinal() - 1).isoformat()


def add_days(iso: str, days: int) -> str:
    """The day so many days after `iso`."""
    return date.fromordinal(date.fromisoformat(iso).toordinal() + days).isoformat()


def _iso(match: re.Match[str]) -> str | None:
    groups = match.groupdict()
    if groups["hyear"]:
        year = int(groups["hyear"].translate(_HAN_DIGITS))
        month, day = han_number(groups["hmonth"]), han_number(groups["hday"])
    else:
        prefix = "i" if groups["iyear"] else ""
        year, month, day = (int(groups[prefix + name]) for name in ("year", "month", "day"))
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def han_number(text: str) -> int:
    """A Chinese numeral below ten thousand as a number; 0 where there is none.

    >>> han_number("二十一"), han_number("一百零三"), han_number("两"), han_number("15")
    (21, 103, 2, 15)
    """
    if text.isdecimal():
        return int(text)
    total = digit = 0
    for character in text.replace("两", "二"):
        unit = {"十": 10, "百": 100, "千": 1000}.get(character)
        if unit:
            total += (digit or 1) * unit
            digit = 0
        else:
            value = character.translate(_HAN_DIGITS)
            digit = int(value) if value.isdecimal() else 0
    return total + digit
