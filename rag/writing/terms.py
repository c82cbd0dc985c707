"""A text taken apart into what it says, in order: figures in their frames, words, and particles that turn them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import rjieba

from rag.text.figures import Figure, located
from rag.text.normal import Language, tokens
from rag.writing.senses import particle, particles, pole

_CLAUSE_END = re.compile(r"[,;。!?、:\n]|\.(?=\s|$)")
_HALF_DAY = re.compile(r"(?:上午|下午|傍晚|晚上|晚间|凌晨|早上|中午)\s*$")
_BY = frozenset(
    "按照 依照 根据 依据 遵照 按 依 据 如下 以下".split()
)  # function words here, whatever search thinks of them

_UNITS: tuple[tuple[str, str], ...] = (
    ("usd", r"美元|us dollars?\b|usd\b|dollars?\b"),
    ("hkd", r"港元|港币|hong kong dollars?\b|hkd\b"),
    ("eur", r"欧元|euros?\b"),
    ("yuan", r"元|块钱|人民币|yuan\b|rmb\b|cny\b"),
    ("m2", r"平方米|平米|㎡|m2|sq(?:uare)?\.? met(?:re|er)s?\b"),
    ("km2", r"平方公里|平方千米|square kilomet(?:re|er)s?\b|sq\.? ?km\b"),
    ("mu", r"亩|mu\b"),
    ("hectare", r"公顷|hectares?\b"),
    ("m3", r"立方米|cubic met(?:re|er)s?\b"),
    ("workday", r"个?工作日|(?:working|business|work)[ -]days?\b"),
    ("day", r"个?(?:自然日|日历日|日)|天|日(?!常|益|均)|(?:calendar )?days?\b"),
    ("week", r"周(?!岁|年|边)|个?星期|weeks?\b"),
    ("month", r"个月|(?:working |business )?months?\b"),
    ("age", r"周岁|岁|years? old\b|years? of age\b"),
    ("year", r"周年|年(?!度|级|产)|years?\b"),
    ("second", r"秒|seconds?\b"),
    ("minute", r"分钟|minutes?\b"),
    ("hour", r"个?小时|hours?\b"),
    ("point", r"个?百分点|percentage points?\b"),
    ("percent", r"%|per ?cent\b"),
    ("km", r"公里|千米|kilomet(?:re|er)s?\b|km\b"),
    ("m", r"米|met(?:re|er)s?\b"),
    ("tonne", r"吨|tonnes?\b|tons?\b"),
    ("kg", r"公斤|千克|kilograms?\b|kg\b"),
    ("kwh", r"千瓦时|度电|kwh\b"),
    ("person", r"人(?!次|均)|名|位|people\b|persons?\b"),
    ("household", r"户|households?\b|families\b"),
    ("times", r"倍|times\b"),
)
_UNIT = re.compile(
    r"[ -]?(?:多|余|来|几)?[ ]?(?:" + "|".join(f"(?P<{name}>{look})" for name, look in _UNITS) + ")"
)
_SAME_UNIT = (frozenset({"year", "age"}),)
_BETWEEN = r"(?:的|为|达到?|约|近|将|应|在|到|the |a |an |of |by |about |to |is |age |ages )*"
_LIMIT_BEFORE = re.compile(
    r"(?:(?P<up>(?:不得?|未)(?:低于|少于|小于)|至少|最少|最低|起码|超过|高于|大于|多于|超|逾|满|突破|"
    r"(?:no|not) (?:less|fewer|lower) than |at least |not (?:be )?below |"
    r"minimum of |more than |greater than |over |above |exceed\w* )|"
    r"(?P<down>不得?(?:超过|高于|多于|大于)|至多|最多|最高|最长|上限|低于|少于|小于|不足|不满|未满|"
    r"(?:no|not) (?:more|higher|longer|greater) than |at most |up to |"
    r"not (?:be )?(?:exceed\w*|above|over) |maximum of |less than |"
    r"fewer than |under |below |within ))"
    rf"{_BETWEEN}$"
)
_COUNTER = re.compile(r"[个家级次项件台套间张座处所辆场种类批层份篇条](?!人)")
_LIMIT_AFTER = re.compile(
    r"\s*(?:[人名户家个级次项件台套间张座处所辆场种类批层位份篇条]|周?岁)?"
    r"\s*(?:\([^()]{0,8}\))?\s*(?:[及或]其?)?(?:"
    r"(?P<up>以上|(?:or|and) (?:more|above|over|older|higher|longer)\b)|"
    r"(?P<down>以下|以内|之内|内(?![容部])|(?:or|and) (?:less|fewer|below|under|lower|younger)\b))"
)
_ORDER_BEFORE = re.compile(
    r"(?:(?P<before>截至|截止|到|不晚于|before |prior to |by |no later than |until )|(?P<after>after |following ))"
    r"(?:the )?(?:end of |start of |beginning of |early |late |mid-)?(?:\d{4}年)?$"
)
_ORDER_AFTER = re.compile(
    r"(?:年?底|年?末|[上中下]旬|份)?(?:\([^()]{0,8}\))?(?:(?P<before>之?前|"
    r"以前|前)|(?P<after>之后|以后|后))(?![期往])"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands round a figure and says what it is: its unit, whether it is a limit, whether a date bounds."""

    unit: str = ""
    limit: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a text says."""

    kind: Literal["word", "figure", "particle"]
    text: str
    """A Chinese word, an English stem, a figure as printed, a particle's name (`rag.senses`)."""
    clause: int
    """Which clause of the text it stands in, from 0."""
    pole: tuple[str, str] | None = None
    """Of a word with an opposite: its axis and its pole."""
    figure: Figure | None = None
    frame: Frame = field(default_factory=Frame)


@lru_cache(maxsize=4096)
def terms(text: str, spoken: Language) -> tuple[Term, ...]:
    """The terms of a text in order; function words that turn nothing are left out."""
    plain, found = located(text)
    pieces: list[tuple[int, int, Term]] = []
    taken = 0
    for figure in found:
        start, end = figure.span
        if start < taken and pieces:
            start = taken
        frame, first, last = _framed(plain, figure)
        pieces.append((max(first, taken), last, Term("figure", figure.printed, 0, None, figure, frame)))
        taken = last
    for one in particles(plain, spoken):
        if not any(first < one.end and one.start < last for first, last, _ in pieces):
            pieces.append((one.start, one.end, Term("particle", one.pole, 0)))
    pieces.sort(key=lambda piece: piece[0])
    ordered: list[Term] = []
    clause = at = 0
    for start, end, term in [*pieces, (len(plain), len(plain), None)]:
        for part, breaks in _parts(plain[at:start]):
            ordered += _words(part, spoken, clause)
            clause += breaks
        if term:
            ordered.append(_in_clause(term, clause))
        at = max(at, end)
    return tuple(ordered)


def _in_clause(term: Term, clause: int) -> Term:
    return Term(term.kind, term.text, clause, term.pole, term.figure, term.frame)


def _parts(text: str) -> list[tuple[str, bool]]:
    """A stretch cut at the ends of clauses, each part with whether it ends one."""
    parts, at = [], 0
    for match in _CLAUSE_END.finditer(text):
        parts.append((text[at : match.start()], match[0] != "、"))
        at = match.end()
    return [*parts, (text[at:], False)]


def _words(text: str, spoken: Language, clause: int) -> list[Term]:
    if not text.strip():
        return []
    found = []
    for word in rjieba.cut(text) if spoken == "en" else _cut(text):
        if spoken == "zh" and (name := particle(word)):
            found.append(Term("particle", name, clause))
            continue
        for term in tokens(word.replace("-", " ")) if word.isascii() else [word]:
            if term not in _BY and _says(term):
                found.append(Term("word", term, clause, pole(term)))
    return found


def _cut(text: str) -> Iterator[str]:
    """Chinese words; a long one in the words it is made of, before and after apart."""
    for cut in rjieba.cut(text):
        word, ending = (cut[:-1], cut[-1]) if len(cut) > 2 and cut[-1] in "前后" else (cut, "")
        parts = [part for part in rjieba.cut_for_search(word) if part != word] if len(word) > 3 else []
        yield from parts if "".join(parts) == word and not pole(word) else [word]
        if ending:
            yield ending


@lru_cache(maxsize=50_000)
def _says(word: str) -> bool:
    return bool(tokens(word)) if not word.isascii() else True


def _framed(plain: str, figure: Figure) -> tuple[Frame, int, int]:
    """The frame of a figure, and from where to where it reaches in the text."""
    start, end = figure.span
    first, last = start, end
    unit = limit = order = ""
    if any(value[0] == "T" for value in figure.values) and (match := _HALF_DAY.search(plain, 0, start)):
        first = match.start()
    is_date = all(value[0] in "DMT" for value in figure.values)
    if not is_date and plain[end - 1] in "日号":
        unit = "day"
    elif not is_date and (match := _UNIT.match(plain, end)):
        unit, last = match.lastgroup or "", match.end()
    elif not is_date and (match := _COUNTER.match(plain, end)):
        last = match.end()
    if not is_date and (match := _LIMIT_AFTER.match(plain, last)):
        limit, last = match.lastgroup or "", match.end()
    elif not is_date and (match := _LIMIT_BEFORE.search(plain, max(0, start - 40), start)):
        limit, first = match.lastgroup or "", match.start()
    if match := _ORDER_AFTER.match(plain, last):
        order, last = match.lastgroup or "", match.end()
    elif match := _ORDER_BEFORE.search(plain, max(0, start - 40), start):
        order, first = match.lastgroup or "", min(first, match.start())
    return Frame(unit, limit, order), first, last
