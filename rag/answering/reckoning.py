"""What a text says beside what it lists, adds up or counts out itself: 共85户，其中…, 三个部门 and four.

Told is only what arithmetic or the calendar decides: a part may be left out of a list (等), figures may be rounded or
least ones (以上), and a whole may have more parts than are named (其中).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rag.text.dates import han_number
from rag.text.normal import squeeze

TIMES = {"": 1, "万": 10_000, "亿": 100_000_000, "万亿": 1_000_000_000_000}
_HAN = "一二两三四五六七八九十百"
_ROUGH = r"余|多|约|近|超|突破|以上|以下|左右|不[少低高多]于|不足|至少|最[高低多少]|达到?(?=\d)"
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_COUNTED = r"[个家户人名处座所项条件台辆套张亩吨元]"
_FIGURE = re.compile(rf"(?P<n>{_NUMBER})(?P<times>万亿|亿|万)?(?P<rough>余|多)?(?P<unit>{_COUNTED})")
_PLAIN_FIGURE = rf"(?:{_NUMBER})(?:万亿|亿|万)?{_COUNTED}"
_TOTALS = re.compile(
    rf"(?:(?P<a>[\u4e00-\u9fff]{{2}})(?:总计|合计|共计|总数|总量)|总(?P<b>[\u4e00-\u9fff]{{2}}))(?:为|有|约|近|已?超过?|达到?)*"
    rf"(?P<n>{_NUMBER}(?:万亿|亿|万)?[余多]?[人户名])"
)
_SUM = re.compile(
    rf"(?P<parts>[^。;:、,\d]{{1,12}}{_PLAIN_FIGURE}(?:[、,][^。;:、,\d]{{1,12}}{_PLAIN_FIGURE})+)[、,]?"
    rf"(?:总计|合计|共计|总共|一共|共)(?:为|有)?(?P<whole>{_PLAIN_FIGURE})"
)
"""Parts and then what they add up to: 男12人、女15人，合计27人."""
_PARTED = re.compile(
    rf"(?P<whole>{_PLAIN_FIGURE})[,(:]?其中[:,]?(?P<parts>[^。;:、,\d]{{1,12}}{_PLAIN_FIGURE}(?:[、,][^。;:、,\d]{{1,12}}{_PLAIN_FIGURE})*)"
)
"""A whole and some of its parts."""
_EXCLUSIVE = (("男", "女"), ("城镇", "农村"), ("城市", "农村"), ("城镇", "乡村"))
"""Parts of which two make a whole."""
_OF_LIST = (
    r"(?P<unit>[个大项类种])(?P<of>部门|单位|镇街|[镇乡村]|街道|方面|领域|行业|[^。;:,、\d]{0,8}产业(?!园|集)|园区|板块|功能区|小?组|批次|环节|阶段|层[级面]|"
    r"工程|行动|指标|政务服务流程|流程|事项|类别|步骤)"
)
"""What is counted and listed by name: 三个部门, 六大主导产业, not of what there are several each (小学、初中12所)."""
_MEMBER = r"[^。;:,、!?\d]{1,24}"
_LISTED = re.compile(
    rf"(?<![{_HAN}])(?P<members>(?![{_HAN}]{{1,3}}、){_MEMBER}(?:、{_MEMBER})+?)(?P<more>等)?(?<![{_HAN}第])(?P<n>\d{{1,3}}|(?!一)[{_HAN}]{{1,3}}){_OF_LIST}"
)
"""Members and how many they are: 甲、乙、丙三个部门."""
_COUNTED_OUT = re.compile(
    rf"(?<![{_HAN}第\d])(?P<n>\d{{1,3}}|(?!一)[{_HAN}]{{1,3}}){_OF_LIST}:(?P<members>{_MEMBER}(?:、{_MEMBER})+)(?=[。;]|$)"
)
"""How many there are, and which: 三个部门：甲、乙、丙。"""
_NO_MEMBERS = re.compile(rf"等|[{_HAN}]{{1,3}}[个大项类种](?!体)")
"""In what looks like members: two lists, or members that are counted themselves."""
_OF_A_TIME = re.compile(r"年|月|以上|以下|其中")
"""With what two totals are of two times, or steps of a scale."""
_BRACKETED = re.compile(r"\([^()]*\)|“[^“”]*”|《[^《》]*》|\"[^\"]*\"|〈[^〈〉]*〉")
_AND = re.compile(r"和|与|及|或")
_SHARE = re.compile(
    rf"(?P<whole>{_NUMBER}(?:万亿|亿|万)?{_COUNTED})[,(]其中[^。;\d]{{1,40}}?(?P<part>{_NUMBER}(?:万亿|亿|万)?{_COUNTED})[,(]占比?(?:例|重)?(?:为|达到?|的)?(?P<share>{_NUMBER})%"
)
"""A whole, a part of it and its share."""
_CHANGED = re.compile(
    rf"由[^。;,]{{0,16}}?的?(?P<before>{_NUMBER})(?P<unit>[个家户人名处座所项条件台辆套张亩吨]|万[元人吨亩]|亿元|%)[^。;,\d]{{0,12}}?(?:增加|增长|提高|提升|上升|扩大|发展|减少|下降|降低|压减|缩短|压缩)(?:到|至|为)[^。;,\d]{{0,10}}"
    rf"(?P<after>{_NUMBER})(?P=unit),?(?:净增|增加了?|新增|提[升高]了?|减少了?|下降了?|降低了?|上升了?)(?P<by>{_NUMBER})(?P<of>个百分点|(?P=unit))"
)
"""From what to what, and by how much: 由505家增加到598家，净增93家."""
_CAPITALS = "零壹贰叁肆伍陆柒捌玖"
_CAPITAL = re.compile(
    rf"(?P<words>[{_CAPITALS}拾佰仟万亿]{{2,}})[元圆]整?[,(]*(?:即|小写|人民币|:|¥|rmb)*(?P<n>{_NUMBER})(?P<times>万|亿)?元?"
    rf"|[¥(](?P<n2>{_NUMBER})(?P<times2>万|亿)?元?[,)(]*(?:大写|人民币|:)+(?P<words2>[{_CAPITALS}拾佰仟万亿]{{2,}})[元圆]"
)
_TWICE = re.compile(
    rf"(?<![{_HAN}第])(?P<han>[{_HAN}]{{1,4}})\((?P<n>\d{{1,4}})\)(?=个?(?:工作)?[日天月年人名家户项条元])"
)
"""A numeral and, in brackets, its figure: 十五(15)日."""
_WEEKDAY = re.compile(
    r"(?P<year>(?:19|20)\d\d)年(?P<month>\d{1,2})月(?P<day>\d{1,2})日[,(]?(?:星期|周)(?P<weekday>[一二三四五六日天])"
)
_WEEK = "一二三四五六日"
_PAIR = 2
_LONGEST = 12  # characters of a member: longer ones may hold lists themselves
_FEW = 2  # members that a list which counts them leaves out: 甲、乙、丙等四个部门
_FEWEST = 3  # members of a list of which some may be missing: not 新增、调整了10个方面
_BY_FAR = Decimal("0.2")
"""How far a share of rough figures may be from the one that is said."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a text says, and what it comes to by what it lists itself; both as they may be told."""

    told: str
    made: str
    span: tuple[int, int]
    """Where what is said stands in the text as `squeeze` has it."""
    said: bool = False
    """Whether the second is said too, as another total of the same thing."""
    rest: bool = False
    """Whether a few are left unnamed, which contradicts nothing, and matters to who asks for all of them."""


def reckoned(text: str) -> list[Reckoned]:
    """Where a text says otherwise than its own figures, lists and dates, in order of their kinds.

    >>> [(one.told, one.made) for one in reckoned("男12人、女15人，合计28人")]
    [('28人', '27人')]
    """
    plain = squeeze(text)
    kinds = (_totals, _sums, _parts, _counts, _shares, _changes, _in_words, _weekdays)
    return [found for kind in kinds for found in kind(plain)]


def _totals(plain: str) -> Iterator[Reckoned]:
    """Two totals of one thing in one sentence: 人口总计3500余人，总人口已超5000人."""
    for found in _TOTALS.finditer(plain):
        for again in _TOTALS.finditer(plain, found.end()):
            one, other = _figure(found["n"]), _figure(again["n"])
            names = {(each["a"] or each["b"]) for each in (found, again)}
            if _OF_A_TIME.search(plain[max(found.start() - 8, 0) : again.end()]):
                continue
            if (
                len(names) == 1
                and one[1] == other[1]
                and abs(one[0] - other[0]) > _BY_FAR * max(one[0], other[0])
            ):
                yield Reckoned(found["n"], again["n"], found.span("n"), said=True)


def _sums(plain: str) -> Iterator[Reckoned]:
    for found in _SUM.finditer(plain):
        if re.search(_ROUGH, found["parts"]):
            continue
        whole, parts = _figure(found["whole"]), [_figure(one[0]) for one in _FIGURE.finditer(found["parts"])]
        if len({unit for _, unit, _ in (whole, *parts)}) > 1:
            continue
        made = sum((value for value, _, _ in parts), Decimal())
        if abs(made - whole[0]) > sum(ulp for *_, ulp in (whole, *parts)) / 2:
            yield Reckoned(found["whole"], f"{_printed(made)}{whole[1]}", found.span("whole"))


def _parts(plain: str) -> Iterator[Reckoned]:
    """Parts that are more than their whole, one of them or two of which one excludes the other."""
    for found in _PARTED.finditer(plain):
        named = re.split(r"[、,]", found["parts"])
        if re.search(_ROUGH, plain[max(found.start() - 4, 0) : found.end()]):
            continue
        whole, parts = _figure(found["whole"]), [_figure(one) for one in named]
        if len({unit for _, unit, _ in (whole, *parts)}) > 1:
            continue
        pairs = {tuple(named), tuple(reversed(named))} if len(named) == _PAIR else set()
        exclusive = any(a in one and b in other for one, other in pairs for a, b in _EXCLUSIVE)
        made = sum(value for value, *_ in parts) if exclusive else max(value for value, *_ in parts)
        slack = sum(ulp for *_, ulp in (whole, *parts)) / 2
        if made - whole[0] > slack or (exclusive and abs(made - whole[0]) > slack):
            yield Reckoned(found["whole"], f"{_printed(Decimal(made))}{whole[1]}", found.span("whole"))


def _counts(plain: str) -> Iterator[Reckoned]:
    """Members that are more than is said, or as many as can be and fewer, where all are named."""
    bare = _BRACKETED.sub(lambda inner: "〇" * len(inner[0]), plain)
    for found in (*_LISTED.finditer(bare), *_COUNTED_OUT.finditer(bare)):
        said = han_number(found["n"])
        if max(map(len, found["members"].split("、")[1:])) > _LONGEST:
            continue
        if _NO_MEMBERS.search(found["members"].removesuffix("等")):
            continue
        least = found["members"].count("、") + 1
        most = least + len(_AND.findall(found["members"]))
        open_ended = found.groupdict().get("more") or found["members"].endswith("等")
        all_but_few = _FEWEST <= most < said <= most + _FEW
        if said and (least > said or (_FEWEST <= most < said and not open_ended) or all_but_few):
            made = least if least > said else most
            rest = bool(open_ended) and made < said
            told, comes_to = (f"{number}{found['unit']}" for number in (found["n"], made))
            yield Reckoned(told, comes_to, found.span("n"), rest=rest)


def _shares(plain: str) -> Iterator[Reckoned]:
    for found in _SHARE.finditer(plain):
        (whole, unit, _), (part, of, _) = _figure(found["whole"]), _figure(found["part"])
        share = Decimal(found["share"])
        if unit != of or not whole:
            continue
        made = 100 * part / whole
        rough = re.search(_ROUGH, plain[max(found.start() - 4, 0) : found.end()])
        slack = _BY_FAR * share if rough else last_digit(found["share"]) / 2 + made * _error(found)
        if abs(made - share) > slack:
            digits = (
                made.quantize(Decimal(1)) if made == made.to_integral() else made.quantize(Decimal("0.1"))
            )
            yield Reckoned(f"{found['share']}%", f"{_printed(digits)}%", found.span("share"))


def _changes(plain: str) -> Iterator[Reckoned]:
    for found in _CHANGED.finditer(plain):
        if (found["unit"] == "%") != (found["of"] == "个百分点") or re.search(_ROUGH, found[0]):
            continue
        values = [found[name].replace(",", "") for name in ("before", "after", "by")]
        before, after, by = map(Decimal, values)
        made = abs(after - before)
        if abs(made - by) > sum(map(last_digit, values)) / 2:
            yield Reckoned(f"{found['by']}{found['of']}", f"{_printed(made)}{found['of']}", found.span("by"))


def _in_words(plain: str) -> Iterator[Reckoned]:
    for found in _CAPITAL.finditer(plain):
        words, digits = found["words"] or found["words2"], found["n"] or found["n2"]
        amount = Decimal(digits.replace(",", "")) * TIMES[found["times"] or found["times2"] or ""]
        if _capitals(words) != amount:
            yield Reckoned(f"{words}元", f"{_printed(amount)}元", found.span())
    for found in _TWICE.finditer(plain):
        if han_number(found["han"]) != int(found["n"]):
            yield Reckoned(found["han"], found["n"], found.span("han"))


def _weekdays(plain: str) -> Iterator[Reckoned]:
    for found in _WEEKDAY.finditer(plain):
        with suppress(ValueError):
            day = date(*(int(found[name]) for name in ("year", "month", "day")))
            made = _WEEK[day.weekday()]
            if found["weekday"].replace("天", "日") != made:
                yield Reckoned(f"星期{found['weekday']}", f"星期{made}", found.span("weekday"))


def _capitals(words: str) -> Decimal:
    """An amount in the numerals of cheques: 壹拾万贰仟."""
    total = section = digit = 0
    for character in words:
        if character in _CAPITALS:
            digit = _CAPITALS.index(character)
        elif character in "拾佰仟":
            section += (digit or 1) * 10 ** ("拾佰仟".index(character) + 1)
            digit = 0
        else:
            total = (
                (total + section + digit) * TIMES[character]
                if character == "亿"
                else total + (section + digit) * TIMES[character]
            )
            section = digit = 0
    return Decimal(total + section + digit)


def _figure(text: str) -> tuple[Decimal, str, Decimal]:
    """The value of the figure in a text, its unit, and what its last digit is worth."""
    found = _FIGURE.search(text)
    if found is None:
        return Decimal(), "", Decimal()
    times = TIMES[found["times"] or ""]
    return Decimal(found["n"].replace(",", "")) * times, found["unit"], last_digit(found["n"]) * times


def _error(found: re.Match[str]) -> Decimal:
    """How far the quotient of a share may be off by the last digits of its figures, relatively."""
    parts = (_figure(found[name]) for name in ("whole", "part"))
    return sum((ulp / value / 2 for value, _, ulp in parts if value), Decimal())


def last_digit(printed: str) -> Decimal:
    """What the last digit of a decimal figure is worth; 0 where it has no decimals and is taken to be exact."""
    digits = printed.replace(",", "").partition(".")[2]
    return Decimal(1).scaleb(-len(digits)) if digits else Decimal(0)


def _printed(value: Decimal) -> str:
    return f"{value.normalize():f}"
