"""When a document holds: what its text states, and, kept apart, what its title or kind only implies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from rag.reading.lines import TITLED, numbers_in, squeeze_blanks
from rag.text.dates import add_days, add_years, find_date, write_out
from rag.text.normal import fold

_T = TypeVar("_T")
_DAY = r"[12]\d{3}年\d{1,2}月\d{1,2}日"
_FORCE = r"(?:施行|试行|实行|实施|执行|生效|起效)"
_TERM = r"(?:有效期|试行期|施行期|实施期|执行期)限?"
_TITLED = rf"{TITLED}(?:\([^()]{{2,40}}\))?"
_IN_FORCE = re.compile(
    rf"[自于从](?P<date>{_DAY})(?:零时|0时)?(?:抄见?(?:表|水量|电量|气量))?(?:起|开始)?(?:在[^,。;:]{{1,12}})?(?:正式|统一)?{_FORCE}"
    rf"|{_FORCE}(?:日期|时间)?(?:为|是|:)?[自从](?P<since>{_DAY})(?:零时|0时)?(?:起|开始)(?![至到—–~-])"
)
_IN_FORCE_FROM_MONTH = re.compile(
    rf"[自于从](?P<year>[12]\d{{3}})年(?P<month>\d{{1,2}})月(?:份|[上中下]旬)?的?(?:抄见?(?:表|水量|电量|气量)|用[水电气]量?)?(?:之日)?(?:起|开始)"
    rf"(?:在[^,。;:]{{1,12}})?(?:正式|统一)?{_FORCE}"
)
"""A price holds from a month, or from the day in it on which a meter is read: 自2018年10月抄表之日起执行."""
_ENDS = re.compile(
    rf"(?:失效|废止)(?:日期|时间):(?P<date>{_DAY})|(?:起|{_FORCE}),?至(?P<until>{_DAY})(?:24时|零时)?(?:止|失效)"
    rf"|(?:此|本)(?:文)?件已于(?P<gone>{_DAY})起?(?:废止|失效|停止执行)"
)
_IN_FORCE_NOW = re.compile(
    rf"自(?:印发|发布|公布|发文|下发|签发|颁布)之日起(?:(?P<days>\d{{1,3}})日后)?(?:正式)?{_FORCE}"
)
_PERIOD = re.compile(
    rf"(?:{_TERM}(?:为|:|,)?[自从]?(?P<first>{_DAY})起?[至到—–~-]+(?P<last>{_DAY})"
    rf"|自(?P<from>{_DAY})起?[至到](?P<to>{_DAY})止?{_FORCE})"
)
_UNTIL = re.compile(rf"{_TERM}(?:截至|截止到?|至|到)+(?P<date>{_DAY})")
_FOR_YEARS = re.compile(rf"{_TERM}(?:为|是|:)?(?P<years>[一二两三四五1-5])年(?![至到—–~-])")
_REPEALS = re.compile(
    rf"(?<![被由])(?P<before>(?:{_TITLED}(?:等[^,。;《》]{{0,12}})?[、,和及]?)+)[^《》。;,]{{0,12}},?(?:同时|即行|予以|自行|相应|一并)?(?<![未不])废止"
    rf"|废止了?(?P<after>(?:{_TITLED}[、,和及]?)+)"
    r"|(?P<number>[\u4e00-\u9fff]{2,10}〔[12]\d{3}〕\d{1,4}号)(?:文件?)?(?:同时|予以|即行)*废止"
)
_SPEAKS = re.compile(r"[施试实]行|实施|执行|生效|起效|有效期|废止|修改|修订|失效|长期|替代|代替|取代")
"""What a paragraph says that speaks of force at all."""
_ABOUT_ITSELF = re.compile(
    r"本(?:暂行|试行)?(?:办法|规定|细则|意见|方案|预案|通知|规则|制度|通告|公告|措施|规划|决定|条例|政策|批复|指南|导则|标准|法(?!律|规))"
)
_PROCLAIMS = re.compile(r"予以?公布|现公布|公布之日|通过|修[正订]")
_SHORT = 40  # characters of an article that says when a text holds and nothing else
_ITSELF = r"(?:此|本)(?:文)?件"
_AGENT = rf"(?:于{_DAY})?(?:(?:被|由|经)(?:{_TITLED}|[^。;,《》()]|\([^()]{{0,30}}\)){{0,40}}?)?"
_AMENDED = re.compile(rf"{_ITSELF}(?:已经?)?{_AGENT}(?:有修改|修改|修订)")
_REPLACED = re.compile(rf"{_ITSELF}已经?{_AGENT}(?:起|予以|宣布|明令)?(?:废止|失效|停止执行|[代替]替|取代)")
_NOT_OF_IT = re.compile(r"^[^〔]*[的被由据照见](?=[^〔]{2,}〔)")
"""The words before a number that run on into it: 此文件已被青政发〔2025〕9号."""
_NAMED = re.compile(r"《[^《》]+》")
_DECISION = re.compile(r"决定(?:[（(][^（()）]*[)）])?$")
_ENDS_OTHERS = re.compile(r"废止|失效|清理")
_ADJUSTED = re.compile(rf"(?:公布|印发)了(?P<what>{TITLED})")
_TRIAL = re.compile(r"试行|暂行")
_WRITTEN = "文中写明的时间至"
_STRETCHED = "文中写明的起止时间至"
_HELD = re.compile("竞赛|比赛|大赛|评选|演练|普查|博览会|展会")
"""What is held; other events are offered or required, for as long as they are."""
_FIVE_YEARS = {"十三五": "2020", "十四五": "2025", "十五五": "2030", "十二五": "2015"}
_YEARS = re.compile(r"(?P<first>[12]\d{3})年?[-—–~至]+(?P<last>[12]\d{3})(?:年|\))")
_ONE_YEAR = re.compile(r"(?P<year>[12]\d{3})年度?")
_PLAN = re.compile(r"计划|规划|要点|方案|目录|安排|实事|任务|日程")
_LASTS = re.compile(r"长期(?:有效|执行|实施)")
_LISTS_REPEALED = re.compile(
    r"(?:废止|失效).{0,24}(?:如下|下列|以下|[\d一二三四五六七八九十]+[件部项])|(?:下列|以下).{0,24}(?:废止|失效)|"
    r"^[^《》。]{0,8}(?:废止|失效)[^《》。]{0,20}(?:文件|规章|法规)"
)
_LISTS_AMENDED = re.compile(r"^[^《》。]{0,8}(?:修改|修订)[^《》]{0,20}(?:文件|规章|法规|条款|如下)")
_AMENDS = re.compile(
    rf"(?:对|将)?({_TITLED})(?:作出?|进行|予以)(?:如下|以下|部分)?修[改订]|修[改订]({_TITLED})的?决定"
)
_AMENDS_BY_TITLE = re.compile(rf"关于修[改订]({_TITLED})")
_ENTRY = 120  # characters of an entry in a list of what is repealed
_DAY_OF_YEAR = re.compile(
    r"(?:(?P<year>[12]\d{3})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日(?P<begins>起(?![至到—–~-]))?"
)
_HAN_YEARS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_CAMPAIGN = r"行动(?!计划)|整治|纠治|攻坚|治理|清理"
_EVENT = r"通告|公告|活动|竞赛|比赛|大赛|评选|征集|演练|普查|博览会|展会"
_EVENT_TITLE = re.compile(_EVENT)
_PASSING_TITLE = re.compile(f"{_CAMPAIGN}|{_EVENT}")
_LASTING_TITLE = re.compile(r"办法|规定|细则|条例|规划|制度|机制")
_STRETCH = re.compile(
    r"(?<!每年)(?:(?P<year>[12]\d{3})年)?(?<!\d)(?P<month>\d{1,2})月\d{1,2}日(?:\d{1,2}[时点:](?:\d{1,2}分?)?)?起?[至到—–~-]+"
    r"(?:(?P<until_year>[12]\d{3})年)?(?:(?P<until_month>\d{1,2})月)?(?P<until_day>\d{1,2})日"
)
_ON_DAY = re.compile(
    r"(?:时间|日期|期限|时段)(?:为|是|:|定于)?(?:(?P<year>[12]\d{3})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日"
)
_TRIAL_RULE = re.compile(r"暂行.{0,6}试行.{0,12}有效期为?[1一]年?[至到—-]+[2二两]年")


@dataclass(frozen=True, slots=True)
class Validity:
    """What a document says of its own force; every field is None or empty where it says nothing."""

    valid_from: str | None = None
    valid_until: str | None = None
    implied_until: str | None = None
    implied_reason: str | None = None
    replaces: tuple[str, ...] = ()
    amends: tuple[str, ...] = ()
    replaced_by: str | None = None
    amended_by: str | None = None


def validity_of_explained(title: str) -> Validity:
    """What the title of an explainer implies of the document it explains: a plan of a year gone by is no plan today."""
    until, reason = _implied(title, None)
    return Validity(implied_until=until, implied_reason=reason)


def validity_of(paragraphs: Sequence[str], title: str, signed_on: str | None) -> Validity:
    """What the paragraphs of a document state of its force, and what its title implies.

    A date stated outright wins over "from the day of issue", and the last statement over earlier ones: later
    amendments stand at the end. What a decision says of itself counts before what it encloses says.
    """
    read = [(paragraph, _statement(paragraph)) for paragraph in paragraphs]
    statements = [said for _, said in read if said]
    own = [said for said in statements if "本决定" in said.text] if _DECISION.search(title) else []
    of_force = own or statements
    valid_from = _last(map(_holds_from, of_force)) or _last(
        _holds_from_issue(said, signed_on) for said in of_force if signed_on
    )
    until = _last(map(_holds_until, statements))
    years = _last(map(_holds_for, of_force))
    if years and valid_from and not until:
        until = add_years(valid_from, years)
    implied_until = reason = None
    if not until and not any(map(_lasts, statements)):
        implied_until, reason = _implied(title, valid_from or signed_on)
        if not implied_until:
            implied_until, reason = _event_over(paragraphs, title, signed_on)
    return Validity(
        valid_from=valid_from,
        valid_until=until,
        implied_until=implied_until,
        implied_reason=reason,
        replaces=tuple(dict.fromkeys(_replaced(read, title))),
        amends=tuple(dict.fromkeys(_amends(paragraphs, title))),
        replaced_by=_last(_by_whom(_REPLACED.search(said.text)) for said in statements),
        amended_by=_last(_by_whom(_AMENDED.search(said.text)) for said in statements),
    )


# --- one statement, read for one thing ---


@dataclass(frozen=True, slots=True)
class _Statement:
    """A paragraph that speaks of force."""

    text: str
    """In the form that patterns read: folded, without blanks, its dates in one form."""
    of_itself: bool
    """Whether it says of what it speaks: 本办法."""

    @property
    def is_plain(self) -> bool:
        """Whether it speaks of its own document: by its name, or by saying nothing else."""
        bracketed = self.text.startswith("(") and self.text.endswith(")")  # below a title
        return self.of_itself or len(self.text) <= (2 * _SHORT if bracketed else _SHORT)


def _statement(paragraph: str) -> _Statement | None:
    if not _SPEAKS.search(paragraph):
        return None
    text = write_out(squeeze_blanks(fold(paragraph)))
    return _Statement(text, bool(_ABOUT_ITSELF.search(text)))


def _holds_from(said: _Statement) -> str | None:
    """The day from which a document holds, where it is stated outright."""
    period = _PERIOD.search(said.text) if said.is_plain else None
    stated = _IN_FORCE.finditer(said.text) if said.is_plain or _PROCLAIMS.search(said.text) else ()
    days = [match["date"] or match["since"] for match in stated]
    month = _IN_FORCE_FROM_MONTH.search(said.text) if said.is_plain else None
    if month and not days:
        days = [f"{month['year']}年{month['month']}月1日"]
    return _last(_iso(day) for day in [*days, period and (period["first"] or period["from"])] if day)


def _holds_from_issue(said: _Statement, issued: str) -> str | None:
    """The day from which a document holds that does so with its issue, or so many days after it."""
    match = _IN_FORCE_NOW.search(said.text)
    return add_days(issued, int(match["days"] or 0)) if match else None


def _holds_until(said: _Statement) -> str | None:
    """The last day that is stated; a measure may end before the document that takes it."""
    untils = (
        match["date"]
        for match in _UNTIL.finditer(said.text)
        if said.of_itself or match.group().startswith("有效期")
    )
    ends = (match["date"] or match["until"] or match["gone"] for match in _ENDS.finditer(said.text))
    period = _PERIOD.search(said.text) if said.is_plain else None
    return _last(_iso(day) for day in [*untils, *ends, period and (period["last"] or period["to"])] if day)


def _holds_for(said: _Statement) -> int | None:
    """For how many years a document holds."""
    match = _FOR_YEARS.search(said.text) if said.of_itself else None
    return (_HAN_YEARS.get(match["years"]) or int(match["years"])) if match else None


def _lasts(said: _Statement) -> bool:
    """Whether a document says that it holds for good."""
    return said.is_plain and bool(_LASTS.search(said.text))


def _last(values: Iterable[_T | None]) -> _T | None:
    """The last of some values that is one."""
    found = None
    for value in values:
        found = value or found
    return found


# --- other documents ---


def _replaced(read: Sequence[tuple[str, _Statement | None]], title: str) -> Iterator[str]:
    """What a document takes the place of or repeals, by number or title."""
    if "关于调整" in title:
        yield from _ADJUSTED.findall("".join(squeeze_blanks(fold(text[:2000])) for text, _ in read[:3]))
    ends_others = bool(_ENDS_OTHERS.search(title))
    listing = False
    for paragraph, said in read:
        if ends_others or listing or "下列" in paragraph or "以下" in paragraph:
            listing, listed = _listed_as_repealed(paragraph, listing)
            listing = listing and (ends_others or bool(listed) or "废止" in paragraph)
            yield from listed
        if said:
            yield from _repealed(_REPLACED.sub("", said.text))


def _amends(paragraphs: Sequence[str], title: str) -> Iterator[str]:
    """What a document changes in part, by number or title."""
    yield from map(_called, _AMENDS_BY_TITLE.findall(squeeze_blanks(fold(title))))
    for paragraph in paragraphs:
        if "修改" in paragraph or "修订" in paragraph:
            for match in _AMENDS.finditer(squeeze_blanks(fold(paragraph[:2000]))):
                yield _called(match[1] or match[2])


def states_trial_rule(text: str) -> bool:
    """Whether a paragraph rules that what is marked 暂行 or 试行 holds for a year or two.

    >>> states_trial_rule("标注“暂行”、“试行”的规范性文件，有效期为 1 年至 2 年。")
    True
    """
    return "试行" in text and "有效期" in text and bool(_TRIAL_RULE.search(squeeze_blanks(fold(text[:2000]))))


def _repealed(text: str) -> list[str]:
    """What a paragraph repeals, by number where one stands behind the title, else by title."""
    found = []
    for match in _REPEALS.finditer(text):
        if match["number"]:
            found.append(_NOT_OF_IT.sub("", match["number"]).lstrip("原"))
        found += [_called(titled) for titled in re.findall(_TITLED, match["before"] or match["after"] or "")]
    return found


def _listed_as_repealed(paragraph: str, listing: bool) -> tuple[bool, list[str]]:
    """Whether a decision's list of what it repeals goes on below a paragraph, and what the paragraph adds to it."""
    text = squeeze_blanks(fold(paragraph))
    if _LISTS_REPEALED.search(text):
        listing = True
    elif _LISTS_AMENDED.search(text) or "本决定自" in text:
        return False, []
    named = re.findall(_TITLED, text) if listing else []
    numbers = numbers_in(paragraph) if listing and not named and len(text) <= _ENTRY else []
    return listing, [_called(titled) for titled in named] or [number for number, *_ in numbers]


def _called(titled: str) -> str:
    """A document by its number where one stands behind its title, else by its title."""
    end = titled.rindex("》") + 1
    numbers = numbers_in(titled[end:])
    return numbers[0][0] if numbers else titled[:end]


def _event_over(
    paragraphs: Sequence[str], title: str, signed_on: str | None
) -> tuple[str | None, str | None]:
    """When a campaign or an event that a document announces is over, by the days its text gives."""
    name = squeeze_blanks(fold(title))
    if not signed_on or not _PASSING_TITLE.search(name) or _LASTING_TITLE.search(name):
        return None, None
    ends: list[str | None] = []
    days: list[str | None] = []
    stretches: list[str | None] = []
    year = signed_on[:4]
    for paragraph in paragraphs:
        if "日" not in paragraph or not any(digit in fold(paragraph[:4000]) for digit in "0123456789"):
            continue
        text = squeeze_blanks(fold(paragraph[:4000]))
        ends += [_iso(f"{m['year'] or year}年{m['month']}月{m['day']}日") for m in _ON_DAY.finditer(text)]
        stretches += [
            _iso(
                f"{m['until_year'] or m['year'] or year}年{m['until_month'] or m['month']}月{m['until_day']}日"
            )
            for m in _STRETCH.finditer(text)
        ]
        for m in _DAY_OF_YEAR.finditer(text):
            if m["year"] and abs(int(m["year"]) - int(signed_on[:4])) <= 1:  # not that of a birth
                year = m["year"]
            if not m["begins"]:
                days.append(_iso(f"{m['year'] or year}年{m['month']}月{m['day']}日"))
    last = max((end for end in (*ends, *stretches) if end and end >= signed_on), default=None)
    if not last:
        return None, None
    # what is held after the registration ends later than that
    last = max(day for day in (last, *days) if day and day[:4] <= str(int(last[:4]) + 1))
    year_named = max(_ONE_YEAR.findall(name), default="")
    if (
        year_named > last[:4]
    ):  # what is announced is of a year to come: the contributions for 2026 are paid in 2025
        return f"{year_named}-12-31", f"标题所示为{year_named}年度的安排"
    day = date.fromisoformat(last)
    return last, f"{_STRETCHED if last in stretches else _WRITTEN}{day.year}年{day.month}月{day.day}日"


def announces_event(title: str, implied_reason: str | None) -> bool:
    """Whether a document that lapses by its own days announces something that takes place, not a plan or a campaign.

    >>> announces_event("关于举办职工技能竞赛的通知", "文中写明的时间至2022年7月31日")
    True
    """
    return ends_by_its_days(implied_reason) and bool(_EVENT_TITLE.search(squeeze_blanks(fold(title))))


def ends_by_its_days(implied_reason: str | None) -> bool:
    """Whether a document lapses by days that its text gives, not by its title."""
    return bool(implied_reason and implied_reason.startswith((_WRITTEN, _STRETCHED)))


def holds_for_a_stretch(title: str, implied_reason: str | None) -> bool:
    """Whether a document offers or requires something from a day to a day, and so has expired when that is over.

    >>> holds_for_a_stretch("关于发放惠民消费券的公告", "文中写明的起止时间至2021年12月31日")
    True
    """
    stretched = bool(implied_reason and implied_reason.startswith(_STRETCHED))
    return stretched and announces_event(title, implied_reason) and not _HELD.search(fold(title))


def _iso(text: str) -> str | None:
    found = find_date(text)
    return found[0] if found else None


def _by_whom(note: re.Match[str] | None) -> str | None:
    """The document that a note on a change or an end names, before it or behind: its number, else its title."""
    if note is None:
        return None
    text = note.string[note.string.rfind("。", 0, note.start()) + 1 :]
    numbers = numbers_in(text)
    if numbers:
        return _NOT_OF_IT.sub("", numbers[-1][0])
    named = _NAMED.search(text)
    return named.group() if named else None


def is_on_trial(title: str) -> bool:
    """Whether a title says that its document is on trial.

    >>> is_on_trial("临沂市兰山区规范性文件管理办法（试行）"), is_on_trial("临沂市兰山区规范性文件管理办法")
    (True, False)
    """
    return bool(_TRIAL.search(squeeze_blanks(fold(title))))


def _implied(title: str, since: str | None) -> tuple[str | None, str | None]:
    """When a document lapses by what its title says, and why; a guess that is labelled as one."""
    text = squeeze_blanks(fold(title))
    if is_on_trial(title) and since:
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
    years = _ONE_YEAR.findall(text)
    if years:
        return f"{max(years)}-12-31", f"标题所示为{max(years)}年度的安排"
    return None, None
