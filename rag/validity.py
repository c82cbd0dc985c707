"""When a document holds: what its text states, and, kept apart, what its title or kind only implies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.dates import add_years, find_date
from rag.lines import fold, numbers_in, squeeze_blanks

_FORCE = r"(?:施行|实施|执行|生效|起效)"
_IN_FORCE = re.compile(rf"[自于从](?P<date>[12]\d{{3}}年\d{{1,2}}月\d{{1,2}}日)起?(?:正式)?{_FORCE}")
_IN_FORCE_NOW = re.compile(rf"自(?:印发|发布|公布|发文|下发)之日起(?:正式)?{_FORCE}")
_UNTIL = re.compile(r"有效期(?:限)?(?:截?至|到)(?P<date>[12]\d{3}年\d{1,2}月\d{1,2}日)")
_FOR_YEARS = re.compile(r"有效期(?:限)?(?:为)?(?P<years>[一二三四五1-5])年(?![至到、-])")
_REPEALS = re.compile(
    r"(?P<what>《(?:[^《》]|《[^《》]*》)+》)(?P<number>\([^()]{4,30}\))?(?:等[^,。;]{0,12})?(?:同时)?(?:予以)?废止"
)
_AMENDED = re.compile(r"此文件(?:已)?(?:有修改|修改|修订)|(?:本文件|此文件)已(?:被)?(?:修改|修订)")
_REPLACED = re.compile(r"(?:此文件|本文件)已(?:被)?(?:废止|失效|停止执行)")
_ADJUSTED = re.compile(r"(?:公布|印发)了(?P<what>《(?:[^《》]|《[^《》]*》)+》)")
_TRIAL = re.compile(r"试行|暂行")
_FIVE_YEARS = {"十三五": "2020", "十四五": "2025", "十五五": "2030", "十二五": "2015"}
_YEARS = re.compile(r"(?P<first>[12]\d{3})年?[-—–~至](?P<last>[12]\d{3})年")
_ONE_YEAR = re.compile(r"(?P<year>[12]\d{3})年度?")
_PLAN = re.compile(r"计划|规划|要点|方案|目录|安排|实事|任务|日程")
_HAN_YEARS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}


@dataclass(frozen=True, slots=True)
class Validity:
    """What a document says of its own force; every field is None or empty where it says nothing."""

    valid_from: str | None = None
    valid_until: str | None = None
    implied_until: str | None = None
    implied_reason: str | None = None
    replaces: tuple[str, ...] = ()
    replaced_by: str | None = None
    amended_by: str | None = None


def validity_of(paragraphs: Sequence[str], title: str, signed_on: str | None) -> Validity:
    """What the paragraphs of a document state of its force, and what its title implies.

    A date stated outright wins over "from the day of issue", and the last statement over earlier ones: later
    amendments stand at the end.
    """
    dated = by_issue = until = None
    years = 0
    replaces: list[str] = []
    if "关于调整" in title:
        replaces += _ADJUSTED.findall("".join(squeeze_blanks(fold(text[:2000])) for text in paragraphs[:3]))
    replaced_by = amended_by = None
    for paragraph in paragraphs:
        if not re.search(r"施行|实施|执行|生效|有效期|废止|修改|修订|失效", paragraph):
            continue
        text = squeeze_blanks(fold(paragraph))
        for match in _IN_FORCE.finditer(text):
            dated = _iso(match["date"]) or dated
        if _IN_FORCE_NOW.search(text):
            by_issue = signed_on
        for match in _UNTIL.finditer(text):
            until = _iso(match["date"]) or until
        about_itself = re.search(
            r"本(?:办法|规定|细则|意见|方案|预案|通知|规则|制度|通告|公告|措施|规划)", text
        )
        stated = _FOR_YEARS.search(text)
        if stated and about_itself:
            years = _HAN_YEARS.get(stated["years"]) or int(stated["years"])
        for match in _REPEALS.finditer(text):
            found = numbers_in(match["number"] or "")
            replaces.append(found[0][0] if found else match["what"])
        if _AMENDED.search(text):
            amended_by = _by_whom(text)
        if _REPLACED.search(text):
            replaced_by = _by_whom(text)
    valid_from = dated or by_issue
    if years and valid_from and not until:
        until = add_years(valid_from, years)
    implied_until, reason = (None, None) if until else _implied(title, valid_from or signed_on)
    return Validity(
        valid_from, until, implied_until, reason, tuple(dict.fromkeys(replaces)), replaced_by, amended_by
    )


def _iso(text: str) -> str | None:
    found = find_date(text)
    return found[0] if found else None


def _by_whom(text: str) -> str | None:
    numbers = numbers_in(text)
    if numbers:
        return numbers[-1][0]
    named = re.search(r"《[^《》]+》", text)
    return named.group() if named else None


def _implied(title: str, since: str | None) -> tuple[str | None, str | None]:
    """When a document lapses by what its title says, and why; a guess that is labelled as one."""
    text = squeeze_blanks(fold(title))
    if _TRIAL.search(text) and since:
        word = "试行" if "试行" in text else "暂行"
        return add_years(since, 2), f"标题注明“{word}”，文中未写明有效期；{word}文件的有效期一般为一至二年"
    span = _YEARS.search(text)
    if span:
        return f"{span['last']}-12-31", f"标题所示期间至{span['last']}年"
    if not _PLAN.search(text):
        return None, None
    for name, year in _FIVE_YEARS.items():
        if name in text or f"第{name}" in text:
            return f"{year}-12-31", f"“{name}”期间至{year}年"
    if "第十四个五年规划" in text:
        return "2025-12-31", "“十四五”期间至2025年"
    one = _ONE_YEAR.search(text)
    if one:
        return f"{one['year']}-12-31", f"标题所示为{one['year']}年度的安排"
    return None, None
