"""Places that say the same thing of different figures: what a bulletin contradicts itself in, reader must be told."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from rag.answering.choose import Candidate, clauses_of, show
from rag.answering.gloss import TIMES
from rag.asking.query import Query
from rag.reading.lines import mark_of
from rag.text.normal import normalise, tokens

_MOST = 3  # other places told of
_NEAR = 6.0  # how much less a place may score than the answer's and still be about the same
_ALIKE = 0.6  # share of the shorter name's words that both names hold
_NOT_ALIKE = 0.4  # share of the longer name's
_LEAST = 2  # words both names hold, at least
_ASKED = 2  # of them words of the question, at least, where it is Chinese
_MEASURE = re.compile(
    r"(\d[\d,]*(?:\.\d+)?)\s*(万亿|亿|万)?\s*(?:余|多)?(%|‰|公[顷里]|平方[公千]?[米里]|千瓦时?|个?(?:工作日|小时|月)|"
    r"[\u4e00-\u9fff])"
)
_STEP = re.compile(
    r"([一二三四五六七八九十]|(?<![\d.])\d{1,2})(级|类|档|等|期|批|轮|阶段|年级|星)(?!以|别|型)"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年|[-—~至])")
_NO_MEASURE = re.compile(r"[年日时分号条章期第届次级]$")
_IS = re.compile(r"截至|截止|目前|现有|已(?:有|达|建|经)|现状|成就|成效|成绩|回顾|基础")
_SHALL = re.compile(r"到(?:19|20)\d\d年|目标|力争|确保|指标")
_HELD = 0.85  # share of the question's words in the one place that the other must hold as well
_EACH = re.compile(r"每|各|分别|人均|平均")
_SAYS_LITTLE = frozenset(
    """
    达到 达 新增 突破 力争 确保 完成 实现 左右 以上 以下 不少 不低 于 年底 全年 目标 任务 年 前 底 到 累计 计划
    """.split()
)


@dataclass(frozen=True, slots=True)
class Rival:
    """A place that gives another value than the answer."""

    candidate: Candidate
    value: str


def rivals(
    query: Query, best: Candidate, candidates: Sequence[Candidate], source: str
) -> tuple[str, list[Rival]]:
    """The value that the best place gives and the places that give another one for the same; '' and none if none do.

    Two places are about the same if what they count by the same unit has the same name (护理型养老床位200张, 新增护理型
    养老床位1110张) and they name no different years, in two passages of one document. Those of a single
    passage are told apart there: the steps of a scale, the stages of a plan.

    :param source: The decoded text of the bulletin that the best place and its rivals stand in.
    """
    found: dict[str, Rival] = {}
    own = ""
    asked = set(query.terms)
    for other in candidates:
        if other.passage.id == best.passage.id or other.score < best.score - _NEAR or len(found) == _MOST:
            continue
        if other.passage.document.id != best.passage.document.id or not _is_about_as_much(query, best, other):
            continue
        for mine, theirs, span in _pairs(best, other, source):
            if query.language == "zh" and len(asked & set(tokens(source[span[0] : span[1]]))) < _ASKED:
                continue
            if theirs in found or theirs == own or own not in ("", mine):
                continue
            text = show(query.language, other.passage, (span,), source[span[0] : span[1]])
            own = own or mine
            found[theirs] = Rival(replace(other, spans=(span,), text=text), theirs)
            break
    return own, list(found.values())


@dataclass(frozen=True, slots=True)
class _Quantity:
    """A figure of a clause, with the words that name what it counts."""

    name: frozenset[str]
    value: Decimal
    unit: str
    printed: str
    each: bool


def _pairs(best: Candidate, other: Candidate, source: str) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Figures of two places for the same thing, with the clause of the second."""
    years, others = _years(best), _years(other)
    if (
        (years and others and not years & others)
        or _are_apart(best, other)
        or _are_tiers(best, other, source)
    ):
        return
    for first in clauses_of(best, source):
        for second in clauses_of(other, source):
            theirs = list(_quantities(source[second[0] : second[1]]))
            for mine in _quantities(source[first[0] : first[1]]):
                same = [quantity for quantity in theirs if _same(mine, quantity)]
                if same and all(quantity.value != mine.value for quantity in same):
                    yield mine.printed, same[0].printed, second


def _years(candidate: Candidate) -> set[str]:
    return set(_YEAR.findall(normalise(candidate.unit.reading)))


def _are_apart(one: Candidate, other: Candidate) -> bool:
    """Whether one place says what is and the other what shall be: these contradict nothing."""
    texts = [normalise(" ".join((*c.unit.path, c.unit.reading))) for c in (one, other)]
    are = [bool(_IS.search(text)) and not _SHALL.search(text) for text in texts]
    shall = [bool(_SHALL.search(text)) for text in texts]
    return (are[0] and shall[1]) or (are[1] and shall[0])


def _are_tiers(one: Candidate, other: Candidate, source: str) -> bool:
    """Whether two places are of different steps of one scale, named over them or in them: 1级待遇, 2级待遇."""
    scales = [_steps(candidate, source) for candidate in (one, other)]
    return any(scales[0][scale].isdisjoint(scales[1][scale]) for scale in scales[0].keys() & scales[1].keys())


def _steps(candidate: Candidate, source: str) -> dict[str, set[str]]:
    """The steps of scales that a place, its lead or the paragraph it stands in name, by the word for the scale."""
    units = candidate.passage.chunk.units[: candidate.place + 1]
    opening = next((u for u in reversed(units) if mark_of(u.reading) and u.path == candidate.unit.path), None)
    lead = "".join(source[start:end] for start, end in candidate.unit.lead)
    said = normalise(
        " ".join((*candidate.unit.path, lead, opening.reading if opening else "", candidate.unit.reading))
    )
    found: dict[str, set[str]] = defaultdict(set)
    for step, scale in _STEP.findall(said):
        found[scale].add(step)
    return found


def _is_about_as_much(query: Query, best: Candidate, other: Candidate) -> bool:
    """Whether a place holds what the answer's place holds of the question: 木业总产值 is no 食品总产值."""
    held, also = (
        set(tokens(" ".join((*c.unit.path, c.unit.reading, c.text)))) & set(query.terms)
        for c in (best, other)
    )
    return len(held & also) >= _HELD * len(held)


def _quantities(clause: str) -> Iterator[_Quantity]:
    """The figures of a clause, dates and ordinals aside; what is counted twice is named once: 89个、15532户."""
    plain, at, name = normalise(clause), 0, ""
    for found in _MEASURE.finditer(plain):
        number, times, unit = found.groups()
        before = plain[at : found.start()]
        at = found.end()
        name = before if tokens(before) else name
        if not _NO_MEASURE.search(unit):
            words = {word for word in tokens(name) if not word.isdigit() and len(word) > 1}
            value = Decimal(number.replace(",", "")) * TIMES[times or ""]
            printed = f"{number}{times or ''}{unit}"
            yield _Quantity(frozenset(words - _SAYS_LITTLE), value, unit, printed, bool(_EACH.search(name)))


def _same(one: _Quantity, other: _Quantity) -> bool:
    """Whether two figures count the same thing."""
    shared = len(one.name & other.name)
    sizes = sorted((len(one.name), len(other.name)))
    alike = shared >= _LEAST and shared >= _ALIKE * sizes[0] and shared >= _NOT_ALIKE * sizes[1]
    own = "".join(one.name - other.name), "".join(other.name - one.name)
    apart = all(own) and not set(own[0]) & set(own[1])  # each names something of its own: 直播基地, 批发市场
    return alike and not apart and one.unit == other.unit and one.each == other.each
