"""Annexes that a document promises and its bulletin does not print: an answer may stand there, and nowhere here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz

from rag.reading.lines import is_date_line
from rag.text.normal import squeeze

_ITEM = re.compile(r"^[ \t]*(\d)[ \t]*[.、．][ \t]*(?!\d)(.*\S)", re.M)
_LIST = re.compile(
    r"^[ \t]*附[ \t]*件[ \t]*[:：](?:[ \t]*(?:1[ \t]*[.、．][ \t]*)?|\s*1[ \t]*[.、．][ \t]*)(?P<first>[^\s\d].*)$"
    r"(?P<more>(?:\s*^[ \t]*\d[ \t]*[.、．](?!\d).*$)*)",
    re.M,
)
_PLACE = re.compile(r"^[ \t]*附[ \t]*件[ \t]*(\d{0,2})[ \t]*[:：]?[ \t]*$", re.M)
_HEAD = re.compile(r"[ \t]*附[ \t]*件[ \t]*(\d{0,2})[ \t]*[:：][ \t]*(\S.*)")
_SAYS = re.compile(r"[。；;|\t]|^[ \t]*[一二三四五六七八九十第(（]")
_CITED = re.compile(r"附[ \t]*件[ \t]*(\d{1,2})(?!\d)")
_LEADS_TO = re.compile(r"[(（,，]?(?:详?见)?[ \t]*$")
_HOLDS = re.compile(r"《([^《》]{4,40})》$|((?:[^《》，,。；;：:、.\d\s()（）]|[(（]\w+[)）]){2,20})$")
_SAME = 85.0
"""Likeness in per cent from which two titles are one: 区棚户区改造…名单 is printed as 兰山区棚户区改造…名单."""


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex by its number ("" where there is but one) and its title, or what it is said to hold."""

    number: str
    title: str

    @property
    def name(self) -> str:
        """As it is told to people."""
        return f"“{self.title}”" if self.title else self.number


def missing_annexes(text: str) -> tuple[Annex, ...]:
    r"""The annexes that a document's text names and that are not in it, in order of their numbers.

    >>> missing_annexes("评价标准见附件1。\n附件:1.评分表\n2.名单\n附件2\n名单\n张三")
    (Annex(number='1', title='评分表'),)
    """
    headed = list(_headed(text))
    printed = {match[1] for match in _PLACE.finditer(text)} | {number for number, _ in headed}
    titles = [*_possible_titles(text), *(squeeze(title) for _, title in headed)]
    named = dict(_listed(text))
    for match in _CITED.finditer(text):
        named.setdefault(match[1], _what_for(text[: match.start()]))
    return tuple(
        Annex(number, title)
        for number, title in sorted(named.items())
        if number not in printed and not _stands_in(title, titles)
    )


def _listed(text: str) -> Iterator[tuple[str, str]]:
    for found in _LIST.finditer(text):
        more = _ITEM.findall(found["more"])
        yield ("1" if more else "", found["first"].strip())
        yield from ((number, title.strip()) for number, title in more)


def _headed(text: str) -> Iterator[tuple[str, str]]:
    """The annexes printed below the signature that number and title head on one line: 附件2：名单 over the names."""
    signed = False
    lines = [line for line in text.splitlines() if line.strip()]
    for line, below in pairwise(lines):
        signed = signed or is_date_line(line.strip())
        head = _HEAD.fullmatch(line) if signed else None
        if head and not _HEAD.match(below) and not _ITEM.match(below) and _SAYS.search(below):
            yield head[1], head[2]


def _what_for(before: str) -> str:
    """What an annex is said to hold where its text only refers to it: 《…申报表》（附件1）, 评价标准见附件1."""
    line = _LEADS_TO.sub("", before[before.rfind("\n") + 1 :])
    found = _HOLDS.search(line)
    return (found[1] or found[2]) if found else ""


def _possible_titles(text: str) -> Iterator[str]:
    """Every line of a text, and every two, in normal form; the lists that name annexes do not count."""
    lines = [squeeze(line) for line in text.splitlines() if line.strip()]
    heads = [line for line in lines if not line.startswith("附件") and not re.match(r"\d[.、．]", line)]
    yield from heads
    yield from (first + second for first, second in pairwise(heads))


def _stands_in(title: str, titles: list[str]) -> bool:
    """Whether a title is printed over something."""
    wanted = squeeze(title)
    return bool(wanted) and any(
        len(one) <= 2 * len(wanted) and fuzz.ratio(one, wanted) >= _SAME for one in titles
    )
