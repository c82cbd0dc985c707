"""What a question pins down by a figure (a year, a day, an age, a second period), and whether a text is of that.

2月18日            lies in 2月16日至2月21日        95岁     lies in 90至99周岁, and in 80周岁以上
第二期             is not 第一期                    2025年   is not 2026年
三级响应           is Ⅲ级应急响应
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rag.text.figures import ROMAN, located

_UNITS = (
    "周岁|岁|平方米|平米|㎡|公里|千米|立方米|立方|方(?![面式法案向便位程针])|千瓦时|万元|亿元|元|工作日|小时|分钟|个月|天|口人|人户|人|口|户|亩|公顷|吨|摄氏度|℃|°c|度|"
    "吋|英寸|级|类|档|等|期|批|轮|阶段|年级|楼|栋|号楼|单元|路|号线|分|%"
)
_SAME_UNIT = {
    "周岁": "岁",
    "平米": "平方米",
    "立方": "立方米",
    "方": "立方米",
    "摄氏度": "度",
    "℃": "度",
    "°c": "度",
    "㎡": "平方米",
    "千米": "公里",
    "口人": "人",
    "口": "人",
    "人户": "人",
}
_TIMES = {"万元": (10**4, "元"), "亿元": (10**8, "元")}
_TO = r"(?:\(含[^()]{0,8}\))?(?:至|到|-|—|–|~|～)+"
_PLACED = re.compile(
    rf"(?P<first>\d+(?:\.\d+)?)(?P<first_unit>{_UNITS})?{_TO}(?P<last>\d+(?:\.\d+)?)(?P<last_unit>{_UNITS})"
    rf"|(?P<low>\d+(?:\.\d+)?)(?P<low_unit>{_UNITS})(?:\([^()]{{1,8}}\)|[及或]|\(含\))*以上"
    rf"(?:[至到、,]?(?:不满|未满|不足)?(?P<high>\d+(?:\.\d+)?)(?P<high_unit>{_UNITS})(?:\([^()]{{1,8}}\)|[及或])*(?:以下|以内)?)?"
    rf"|(?:年?满|超过|高于|大于)(?P<over>\d+(?:\.\d+)?)(?P<over_unit>{_UNITS})"
    rf"(?:(?:以上)?[、,]?(?:但)?(?:不满|未满|不足|不超过|{_TO})(?P<under>\d+(?:\.\d+)?)(?P<under_unit>{_UNITS}))?"
    rf"|(?P<most>\d+(?:\.\d+)?)(?P<most_unit>{_UNITS})(?:\([^()]{{1,8}}\)|[及或])*(?:以下|以内)"
    rf"|(?:不满|未满|不足|低于|小于|不超过)(?P<less>\d+(?:\.\d+)?)(?P<less_unit>{_UNITS})"
    rf"|(?P<one>\d+(?:\.\d+)?)(?P<one_unit>{_UNITS})"
)
_ROMAN = re.compile(r"(?<![a-z0-9])(?:iv|v|i{1,3})(?=[级类档])")
_DAYS = re.compile(
    r"(?:(?P<year>(?:19|20)\d\d)年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日(?:\d{1,2}(?:时|点|:\d\d)(?:\d{1,2}分)?)?"
    r"(?:[^\d月日,。;]{0,6}(?:至|到|-|—|–|~|～)+(?:次日)?(?:(?P<last_year>(?:19|20)\d\d)年)?(?:(?P<last_month>\d{1,2})月)?"
    r"(?P<last_day>\d{1,2})日)?"
)
_PAID = re.compile(
    r"(?P<sum>(?<![\d.])\d+(?:\.\d+)?[万亿]?)[多余来]?块钱?|"
    r"(?:[花掏付挣赚]|费用?|收入|支出|自费|人均|(?:一个?|每)月)[了去掉]?(?:大?[约概])?(?P<paid>\d+(?:\.\d+)?[万亿]?)"
    rf"(?![\d.万亿块]|{_UNITS}|[立平年月日种次个])"
)
_AGED = re.compile(
    r"(?:今年|已经?|都)(?P<now>\d{2,3})了|\b(?:is|am|aged|turned) (?P<is>\d{2,3})(?=[,.;?]|$| and\b)|"
    r"\b(?P<old>\d{1,3})[ -]years?[ -]olds?\b"
)
_ENGLISH = re.compile(
    r"(?P<number>\d[\d,]*(?:\.\d+)?)[ -]?"
    r"(?:(?P<平方米>square met(?:re|er)s?)|(?P<立方米>cubic met(?:re|er)s?)|(?P<度>degrees?)|(?P<元>yuan))"
)
_UNIT_AHEAD = re.compile(rf"\((?P<unit>{_UNITS})\):(?P<cell>[\d.]+(?:{_TO}[\d.]+)?)(?![\d.]|{_UNITS})")
"""A cell whose unit its column's name gives: 户年用水量(立方米):144—240."""
_YEARS = re.compile(
    r"(?<!\d)(?P<first>(?:19|20)\d\d)(?:年?(?:-|—|–|~|～|至|到)+(?P<last>(?:19|20)\d\d))?年(?!\d{1,2}月)"
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From a value to another, both within, of one kind: days of a year as 2*31+18, years, or a number of a unit."""

    kind: str
    first: float
    last: float

    def holds(self, other: Stretch) -> bool:
        """Whether another stretch of the kind lies in this one."""
        return self.kind == other.kind and self.first <= other.first and other.last <= self.last


def pins(question: str) -> tuple[Stretch, ...]:
    """What a question pins down.

    >>> pins("95岁老人每月有多少高龄津贴？")
    (Stretch(kind='岁', first=95.0, last=95.0),)
    """
    return tuple(found for found in _stretches(_paid(question)) if found.first == found.last)


def is_of(pin: Stretch, text: str) -> bool | None:
    """Whether a text is of what a question pins down; None where it gives nothing of the kind.

    The years that a plan is for are no others than the one that it looks back on.

    >>> [is_of(pins("2月18日")[0], text) for text in ("除夕(2月16日至2月21日)", "2月10日", "全年")]
    [True, False, None]
    """
    same = [found for found in _stretches(text) if found.kind == pin.kind]
    same = [found for found in same if pin.kind != "year" or found.first == found.last or found.holds(pin)]
    return any(found.holds(pin) for found in same) if same else None


def is_measured(pin: Stretch, text: str) -> bool:
    """Whether a text sets what is pinned down against a range: what lies in it, or beyond it but for years.

    >>> [is_measured(pins("95岁")[0], text) for text in ("90至99周岁", "35周岁以下", "95周岁")]
    [True, True, False]
    """
    same = [found for found in _stretches(text) if found.kind == pin.kind]
    ranges = (found for found in same if found.first < found.last)
    return pin not in same and any(pin.kind != "year" or found.holds(pin) for found in ranges)


def _paid(question: str) -> str:
    """A question with the unit behind what is told without one (花了3万, 一万块钱, 今年85了) or with it in English."""
    plain = _AGED.sub(lambda match: f" {match['now'] or match['is'] or match['old']}岁", located(question)[0])
    plain = _ENGLISH.sub(lambda match: f"{match['number'].replace(',', '')}{match.lastgroup}", plain)
    return _PAID.sub(lambda match: f"{match['sum'] or match['paid']}元", plain)


@lru_cache(maxsize=8192)  # the sentences of the passages that are read again and again
def _stretches(text: str) -> tuple[Stretch, ...]:
    plain, _ = located(text)
    plain = _ROMAN.sub(lambda match: str(ROMAN[match[0]]), plain)
    plain = _UNIT_AHEAD.sub(r"(\g<unit>):\g<cell>\g<unit>", plain)
    return (*_days(plain), *_years(plain), *_numbers(plain))


def _days(plain: str) -> Iterator[Stretch]:
    for match in _DAYS.finditer(plain):
        first = _day(int(match["month"]), int(match["day"]))
        last = first
        if match["last_day"]:
            last = _day(int(match["last_month"] or match["month"]), int(match["last_day"]))
        if first <= last:
            yield Stretch("day", first, last)
        else:  # over the end of a year
            yield Stretch("day", first, _day(12, 31))
            yield Stretch("day", _day(1, 1), last)


def _years(plain: str) -> Iterator[Stretch]:
    for match in _YEARS.finditer(plain):
        yield Stretch("year", int(match["first"]), int(match["last"] or match["first"]))


def _numbers(plain: str) -> Iterator[Stretch]:
    for match in _PLACED.finditer(plain):
        for first, last in (
            ("first", "last"),
            ("low", "high"),
            ("over", "under"),
            ("", "most"),
            ("", "less"),
        ):
            given = match[last] is not None or (bool(first) and match[first] is not None)
            if not given:
                continue
            unit = match[f"{last}_unit"] if match[last] else match[f"{first}_unit"]
            low, kind = _value(match[first], match[f"{first}_unit"] or unit) if first else (0.0, "")
            high, kind = _value(match[last], unit) if match[last] else (float("inf"), kind)
            yield Stretch(kind, low, high)
        if match["one"]:
            number, kind = _value(match["one"], match["one_unit"])
            yield Stretch(kind, number, number)


def _value(number: str, unit: str) -> tuple[float, str]:
    times, plain = _TIMES.get(unit, (1, unit))
    return float(number) * times, _SAME_UNIT.get(plain, plain)


def _day(month: int, day: int) -> int:
    return month * 31 + day
