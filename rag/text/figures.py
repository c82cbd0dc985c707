"""Numbers, dates and times as values, so that a Chinese text and an English one can be held against each other.

    2025年9月18日 = 二〇二五年九月十八日 = 2025-09-18 = 18 September 2025 = Sept. 18, 2025
    10万元 = 十万元 = 100,000 yuan          下午3时 = 15:00 = 3 p.m.

A text *states* the figures that can mean nothing else: digits, dates, numerals before a unit. It *allows* more: every
numeral in it, the parts of its dates. What is said is borne out when all that it states is allowed by its source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from rag.text.dates import MONTHS, han_number
from rag.text.normal import normalise

_MONTH_NUMBER = {name: at for at, name in enumerate(MONTHS, start=1)}
_MONTH_NUMBER |= {name[:3]: at for name, at in _MONTH_NUMBER.items()} | {"sept": 9}
_MONTH = r"(?:" + "|".join(sorted(_MONTH_NUMBER.keys() - {"may"}, key=len, reverse=True)) + r")\b\.?"
_FULL_MONTH = (
    r"(?:" + "|".join(name for name in MONTHS if name != "may") + r")\b"
)  # Jun and Jan are names too
_MAY = r"may\b(?!\s+(?!(?:to|and|until|through|in|at|from|of|or)\b)[a-z])"  # "level 3 may be" is no date
_MONTH = rf"(?:{_MONTH}|{_MAY})"

_TIMES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7}
_TIMES |= {"亿": 10**8, "十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12}
_TIMES |= {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_LARGE = "|".join(sorted(_TIMES, key=len, reverse=True))
_DIGITS = r"\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?|\d+(?:\.\d+)?"

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = dict(
    zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True)
)
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_WORDS = {word: at for at, word in enumerate(_ONES)} | _TENS
_LOOSE_WORDS = {word: at for at, word in enumerate(_ORDINALS, start=1)}
_LOOSE_WORDS |= {
    "once": 1,
    "a": 1,
    "an": 1,
    "single": 1,
    "both": 2,
    "twice": 2,
    "double": 2,
    "pair": 2,
    "half": 2,
}
_LOOSE_WORDS |= {"triple": 3, "quarter": 4, "quarters": 4, "dozen": 12} | {
    f"{w}s": n for w, n in _LOOSE_WORDS.items()
}
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_ROMAN_RUN = re.compile(r"(?<![a-z0-9])[ivx]{1,4}(?![a-z0-9])")
_LOOSE_HAN = {"双": 2, "俩": 2, "半": 2, "首": 1, "单": 1, "全年": 12, "季": 4}

_D = "一二两三四五六七八九"
_SECTION = (
    rf"(?:[{_D}]千)?(?:零?[{_D}]百)?(?:零?[{_D}]?十)?(?:零?[{_D}])?"  # below ten thousand; may be empty
)
_HAN = re.compile(
    rf"(?P<year>[一二][〇零○一二三四五六七八九]{{3}})(?=年)"
    rf"|(?=[{_D}十])(?P<high>{_SECTION})亿(?P<mid>(?:{_SECTION})万)?(?P<low>{_SECTION})"
    rf"|(?=[{_D}十])(?P<wan>{_SECTION})万(?P<rest>零?{_SECTION})"
    rf"|(?=[{_D}十])(?P<small>{_SECTION})"
)
_HAN_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_UNIT_NEXT = re.compile(
    r"(?:多|余|来)?(?:年|月|日|号|时|点|分|天|周|个|岁|名|人|户|家|次|项|条|章|节|款|届|批|期|种|类|级|元|块|亩|米|吨|公|平|套|"
    r"间|座|处|张|份|台|辆|车|口人|万|亿|%|‰|倍|成|位|所|部|支|场|小时|工作日|季度|镇|街|村|区|县|市)"
)
_NO_UNIT_NEXT = re.compile(
    r"部分|方面|分之|点五|人称|日游|时[期代候]|区分|成立|成为|级联|次性|类似|条龙|体化"
)
_DAY_NEXT = re.compile(rf"月[{_D}十]{{1,3}}[日号]")  # 一月三十日
_MARKS = re.compile(
    r"^\s*(?:[(（]?\d{1,2}[.、)）](?!\d)|[(（][一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}、)\s*"
)
_NO_FIGURE = re.compile("[\u2460-\u249b\u2776-\u2793]|[*]{2}|(?<=covid)-19", re.IGNORECASE)
_BARE = re.compile(rf"(?<![{_D}十百千万亿\d])[百千万亿]+")
_FEAST = re.compile(r"(?<!\d)(\d{1,2})·(\d{1,2})(?!\d)")

_PATTERNS = re.compile(
    "|".join(
        (
            r"(?P<iy>(?:19|20)\d\d)(?P<sep>[-/.])(?P<im>\d{1,2})(?P=sep)(?P<id>\d{1,2})(?!\d)",
            r"(?P<zm>\d{1,2})月(?:份)?(?:(?P<zd>\d{1,2})[日号])?",
            r"(?P<zd2>\d{1,2})[日号](?!线|楼|院|文|令|公)",
            rf"(?P<ed1>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:-|–|—|to|and|until|through)\s*(?P<ed2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<em1>{_MONTH})",
            rf"(?P<ed3>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<em2>{_MONTH})",
            rf"\b(?P<em3>{_MONTH})\s+(?P<ed4>\d{{1,2}})(?:st|nd|rd|th)?(?:\s*(?:-|–|—|to|and)\s*(?P<ed5>\d{{1,2}})(?:st|nd|rd|th)?)?(?![\d:%.]|\s*(?:%|million|billion|thousand))",
            rf"\b(?P<em4>(?:{_FULL_MONTH}|{_MONTH}(?=,?\s+(?:19|20)\d\d))(?<!may)|may(?=,?\s+(?:19|20)\d\d|\s*(?:-|–|to|and)\s*{_MONTH}))",
            r"(?P<th>\d{1,2}):(?P<tm>[0-5]\d)(?!\d)\s*(?P<ap>[ap]\.?m\b\.?)?",
            r"(?P<th2>\d{1,2})\s*(?P<ap2>[ap]\.?m\b\.?)",
            r"(?P<th3>\d{1,2})(?:时|点(?!多|\d|位|以上))(?!间|期|代|长|效)(?:(?P<tm3>\d{1,2})分|(?P<half>半))?",
            rf"(?P<n>{_DIGITS})(?:\s*-?\s*(?P<x>{_LARGE})(?![a-z]))?",
        )
    )
)
_WORD = re.compile(r"[a-z]+")
_RANGE = re.compile(r"\s*(?:元|人|家|个|%|yuan)?\s*(?:-|–|—|~|至|到|to|and|、)\s*$")
_AFTERNOON = re.compile(r"(?:下午|傍晚|晚上|晚间|晚|夜间)[^上。;]{0,12}$")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, date or time as a text gives it."""

    printed: str
    values: frozenset[str]
    """What it may mean: `100000`, `D9-18` (a day), `M9` (a month), `T10:00`; usually one."""
    certain: bool
    """Whether it can be nothing but a figure."""
    parts: frozenset[str] = frozenset()
    """Values it also lends to what is held against it: the hour of a time, the day of a date."""
    span: tuple[int, int] = field(default=(0, 0), compare=False)
    """Where it stands in the text as `digitised`; (0, 0) for one that is not certain."""


def figures(text: str) -> list[Figure]:
    """Every figure of a text in order, circled numbers and the mark it opens with apart.

    >>> [sorted(figure.values) for figure in figures("自二〇二五年9月18日起补贴１０万元")]
    [['2025'], ['D9-18'], ['100000']]
    """
    plain, loose = _with_digits(_prepared(text))
    found = [*_digits(plain), *loose, *_spelled(plain)]
    found += [_loose(word, str(n)) for word, n in _LOOSE_HAN.items() if word in plain]
    found += [_loose(run, str(_TIMES[run])) for run in _BARE.findall(plain) if run in _TIMES]  # 每千人
    found += [_loose(run, str(ROMAN[run])) for run in _ROMAN_RUN.findall(plain) if run in ROMAN]  # Ⅱ级
    found += [_loose(f"{month}·{day}", f"D{month}-{day}") for month, day in _FEAST.findall(plain)]
    return found


def located(text: str) -> tuple[str, list[Figure]]:
    """A text in the normal form and with digits for Chinese numerals, and the certain figures by their place in it.

    >>> plain, found = located("于九月十八日发放二十个名额")
    >>> plain, [plain[slice(*figure.span)] for figure in found]
    ('于9月18日发放20个名额', ['9月18日', '20'])
    """
    plain, _ = _with_digits(_prepared(text))
    found = [figure for figure in (*_digits(plain), *_spelled(plain)) if figure.certain]
    return plain, sorted(found, key=lambda figure: figure.span)


def allowed(text: str) -> set[str]:
    """All values that a text may be taken to give."""
    return {value for figure in figures(text) for value in figure.values | figure.parts}


def unsupported(said: str, *sources: str) -> list[str]:
    """The figures that a text states and none of its sources gives, as printed.

    >>> unsupported("The test is on 18 September 2025 at 10 a.m.", "试鸣时间:2025年9月18日10时00分")
    []
    >>> unsupported("每人补贴600元", "每人补贴500元")
    ['600']
    """
    given = set().union(*(allowed(source) for source in sources))
    return [figure.printed for figure in figures(said) if figure.certain and not figure.values & given]


def _prepared(text: str) -> str:
    return normalise(_MARKS.sub("", _NO_FIGURE.sub(" ", text), count=1))


def _with_digits(text: str) -> tuple[str, list[Figure]]:
    """The text with certain Chinese numerals in digits, and those that may be none (统一, 十四五)."""
    loose: list[Figure] = []

    def digits(match: re.Match[str]) -> str:
        run = match.group()
        if not run:
            return run
        before, after = text[max(match.start() - 3, 0) : match.start()], text[match.end() : match.end() + 5]
        if match["year"]:
            return run.translate(_HAN_DIGITS)
        value = _han_value(match)
        of_a_day = before.endswith("月") and after.startswith(("日", "号"))  # 五月一日
        certain = (of_a_day or value > 1 or bool(_DAY_NEXT.match(after))) and (
            value > 10 or before.endswith(("第", "百分之")) or bool(_UNIT_NEXT.match(after))
        )
        certain = (
            certain
            and not _NO_UNIT_NEXT.match(after)
            and not (len(run) == 1 and before and before[-1] in _D + "十")
        )
        certain = certain and after[:1] not in tuple(_D)  # 十四五
        if certain and not before[-1:].isdigit():
            return str(value)
        loose.append(_loose(run, str(value)))
        return run

    return _HAN.sub(digits, text), loose


def _han_value(match: re.Match[str]) -> int:
    if match["high"] is not None:
        mid = (match["mid"] or "")[:-1]
        return han_number(match["high"]) * 10**8 + han_number(mid) * 10**4 + han_number(match["low"] or "")
    if match["wan"] is not None:
        return han_number(match["wan"]) * 10**4 + han_number(match["rest"] or "")
    return han_number(match["small"])


def _digits(text: str) -> list[Figure]:
    """Figures written in digits: dates, times and numbers, Chinese or English."""
    found: list[Figure] = []
    month, number_end = 0, -1
    for match in _PATTERNS.finditer(text):
        part = match.groupdict()
        printed = match.group().strip()
        known = len(found)
        if part["iy"]:
            found += [_number(part["iy"]), _day(printed, int(part["im"]), int(part["id"]))]
        elif part["zm"]:
            month = int(part["zm"])
            found.append(_day(printed, month, int(part["zd"] or 0)))
        elif part["zd2"]:
            day = int(part["zd2"])
            values = {str(day)} | ({f"D{month}-{day}"} if month and day <= 31 else set())
            found.append(Figure(printed, frozenset(values), True))
        elif name := part["em1"] or part["em2"] or part["em3"] or part["em4"]:
            month = _MONTH_NUMBER[name.rstrip(".")]
            days = [part[key] for key in ("ed1", "ed2", "ed3", "ed4", "ed5") if part[key]]
            found += [_day(printed, month, int(day)) for day in days or ["0"]]
        elif hour := part["th"] or part["th2"] or part["th3"]:
            minute = int(part["tm"] or part["tm3"] or (30 if part["half"] else 0))
            found.append(
                _time(printed, int(hour), minute, part["ap"] or part["ap2"] or "", text[: match.start()])
            )
        else:
            if part["x"] and number_end >= 0 and _RANGE.fullmatch(text[number_end : match.start()]):
                found[-1] = _lent(found[-1], _TIMES[part["x"]])  # 5至10万元: the 万 is the first one's too
            short = text[match.end() : match.end() + 1] == "年" and re.fullmatch(r"[012]\d", part["n"])
            values = _values(part["n"], part["x"]) | ({f"20{part['n']}"} if short else set())
            found.append(Figure(printed, frozenset(values), True))
        number_end = match.end() if part["n"] and not part["x"] else -1
        found[known:] = [replace(figure, span=match.span()) for figure in found[known:]]
    return found


def _values(digits: str, times: str | None) -> set[str]:
    number = Decimal(digits.replace(",", ""))
    values = {_plain(number * _TIMES[times]) if times else _plain(number)}
    return values | ({_plain(number)} if times in ("千", "百") else set())  # 5千米: a unit's name


def _lent(figure: Figure, times: int) -> Figure:
    """The first number of a range, which may share the multiplier of the second."""
    values = {_plain(Decimal(value) * times) for value in figure.values}
    return replace(figure, values=figure.values | values)


def _number(digits: str) -> Figure:
    return Figure(digits, frozenset({_plain(Decimal(digits))}), True)


def _loose(printed: str, value: str) -> Figure:
    return Figure(printed, frozenset({value}), False)


def _day(printed: str, month: int, day: int) -> Figure:
    if not day:
        return Figure(printed, frozenset({f"M{month}"}), True, frozenset({str(month)}))
    parts = {f"M{month}", str(month), str(day)}
    return Figure(printed, frozenset({f"D{month}-{day}"}), True, frozenset(parts))


def _time(printed: str, hour: int, minute: int, half_day: str, before: str) -> Figure:
    if half_day.startswith("p") or (not half_day and _AFTERNOON.search(before)):
        hours = {hour + 12 if hour < 12 else hour}
    elif half_day.startswith("a"):
        hours = {0 if hour == 12 else hour}
    else:
        hours = {hour}
    times = {f"T{h}:{minute:02}" for h in hours}
    return Figure(printed, frozenset(times), True, frozenset({str(hour), str(minute)}))


def _spelled(text: str) -> Iterator[Figure]:
    """Numbers in English words: two, forty-five, one hundred and twenty; ordinals and the like as what may be one."""
    words = list(_WORD.finditer(text))
    at = 0
    while at < len(words):
        word = words[at].group()
        if word in _LOOSE_WORDS:
            yield _loose(word, str(_LOOSE_WORDS[word]))
        if word not in _WORDS:
            at += 1
            continue
        first, total, group = at, 0, 0
        while at < len(words) and (
            words[at].group() in _WORDS or words[at].group() in _TIMES or _joins(words, at)
        ):
            part = words[at].group()
            if part in _WORDS:
                if group % 10 or (group and _WORDS[part] >= 10 and group % 100):
                    break  # four five: two numbers
                group += _WORDS[part]
            elif part == "hundred":
                group = max(group, 1) * 100
            elif part in _TIMES:
                total += max(group, 1) * _TIMES[part]
                group = 0
            at += 1
            if at < len(words) and text[words[at - 1].end() : words[at].start()].strip(" -") != "":
                break
        value = total + group
        printed = text[words[first].start() : words[at - 1].end()]
        ordinal = words[at].group() if at < len(words) else ""
        if ordinal in _LOOSE_WORDS and value >= 20 and value % 10 == 0:  # twenty-first
            yield _loose(printed, str(value + _LOOSE_WORDS[ordinal]))
        span = words[first].start(), words[at - 1].end()
        yield Figure(printed, frozenset({str(value)}), value > 1, span=span)


def _joins(words: list[re.Match[str]], at: int) -> bool:
    """Whether the word is the "and" of one hundred and twenty."""
    return (
        words[at].group() == "and"
        and words[at - 1].group() in ("hundred", "thousand", "million")
        and at + 1 < len(words)
        and words[at + 1].group() in _WORDS
    )


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
