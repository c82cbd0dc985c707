"""Places that say the same thing of different figures: what a bulletin contradicts itself in, reader must be told."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from rag.answering.choose import Candidate, clauses_in, clauses_of, show
from rag.answering.gloss import TIMES
from rag.asking.query import Query
from rag.chunk import Unit
from rag.index import Index, Passage
from rag.reading.lines import mark_of
from rag.text.normal import normalise, tokens
from rag.text.spans import Span, quote

if TYPE_CHECKING:
    from rag.indexing.encoder import Vectors

_MOST = 3  # other places told of
_SAME = 0.84  # cosine from which two names are of the same thing: 设立老年医学科的比例, 设老年病科比例
_ABOUT = 0.8  # how near the question a figure's name must be, where the whole sentence is 1 ...
_LESS = 0.09  # ... and how much less near the other's may be
_SAYING = 5  # characters that a name has at least, or it counts anything: 分别奖励, 培育
_COMPARED = 64  # figures of a document compared by meaning, those that share most words first
_KEPT = 1024  # passages whose figures stay read
_MEASURE = re.compile(
    r"(\d[\d,]*(?:\.\d+)?)\s*(万亿|亿|万)?\s*(?:余|多)?(%|‰|公[顷里]|平方[公千]?[米里]|千瓦时?|周岁|个?(?:工作日|小时|月)|"
    r"[\u4e00-\u9fff])"
)
_STEP = re.compile(
    r"([一二三四五六七八九十ⅠⅡⅢⅣ]|(?<![\d.])\d{1,2})(级|类|档|等|期|批|轮|阶段|年级|星)(?!以|别|型)"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年|[-—~至])")
_NO_MEASURE = re.compile(r"[年日时分号条章期第届次级]$")
_IS = re.compile(
    r"截至|截止|目前|现有|已(?:有|达|建|经)|现状|成就|成效|成绩|回顾|(?:发展|工作|产业|现实)基础"
)
_SHALL = re.compile(r"到(?:19|20)\d\d年|目标|力争|确保|指标")
_ADDED = re.compile(r"[新再净]|增加|增长")
_IN_ALL = re.compile(r"累计|总|共|合计|现有|全部")
_EACH = re.compile(r"每|各|分别|人均|平均")
_SAYS_LITTLE = frozenset(
    """
    达到 达 新增 突破 力争 确保 完成 实现 左右 以上 以下 不少 不低 于 年底 全年 目标 任务 年 前 底 到 累计 计划
    最高 最低 最多 最少 至少 不得 不能 超过 不超过 低于 高于 不低于 可以 应当 时间
    """.split()
)


@dataclass(frozen=True, slots=True)
class Rival:
    """A place that gives another value than the answer."""

    candidate: Candidate
    value: str


@dataclass(frozen=True, slots=True)
class _Quantity:
    """A figure of a clause, and what it counts."""

    name: str
    """The words before it in its clause, in normal form."""
    words: frozenset[str]
    """Those that say something."""
    value: Decimal
    unit: str
    printed: str
    clause: Span

    @property
    def manner(self) -> tuple[bool, bool, bool]:
        """Whether it is of each, of what is added, of all in all: figures of two manners count no one thing."""
        added = bool(_ADDED.search(self.name))
        return bool(_EACH.search(self.name)), added, not added and bool(_IN_ALL.search(self.name))


class Conflicts:
    """Finds what the documents of one index contradict themselves in."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._read = lru_cache(maxsize=_KEPT)(self._read_anew)

    def rivals(self, query: Query, best: Candidate, passages: Sequence[Passage]) -> tuple[str, list[Rival]]:
        """The value that a place gives for what is asked, and places that give another; "" and none if none do.

        Two figures are of the same thing if they are counted by the same unit in the same manner, their names mean the
        same, the question is as near to the one as to the other, and they name no different years, in two passages of
        one document. Those of a single passage are told apart there: the steps of a scale, the stages of a plan.

        :param passages: Those of the place's document.
        """
        encoder = self._index.encoder
        source = self._index.source_text(best.passage.chunk.source)
        asked = encoder.queries([query.matter(best.passage.document.jurisdiction)])[0]
        mine = self._meant(query, asked, best, source)
        if mine is None:
            return "", []
        others = [
            (replace(best, passage=passage, unit=unit, place=place, spans=(other.clause,)), other)
            for passage in passages
            if passage.id != best.passage.id
            for place, unit, other in self._read(passage.id)
            if other.unit == mine.unit and other.manner == mine.manner and other.words & mine.words
        ]
        others = sorted(others, key=lambda one: -len(one[1].words & mine.words))[:_COMPARED]
        own, *names = encoder.documents([mine.name, *(other.name for _, other in others)])
        agreeing = {other.clause for _, other in others if other.value == mine.value}
        found: dict[str, Rival] = {}
        for (place, other), name in zip(others, names, strict=True):
            same = own @ name >= _SAME and name @ asked >= own @ asked - _LESS
            if not same or other.clause in agreeing or len(found) == _MOST or other.printed in found:
                continue
            if _of_different_years(best, place) or _are_apart(best, place) or _are_tiers(best, place, source):
                continue
            text = show(query.language, place.passage, place.spans, quote(source, place.spans))
            found[other.printed] = Rival(replace(place, text=text), other.printed)
        return (mine.printed, list(found.values())) if found else ("", [])

    def _meant(self, query: Query, asked: Vectors, best: Candidate, source: str) -> _Quantity | None:
        """The figure of a place that the question is after; None where none is what it asks about."""
        figures = [
            figure
            for clause in clauses_of(best, source)
            for figure in _quantities(source[clause[0] : clause[1]], clause)
            if (
                figure.unit in "%‰"
                if "percent" in query.wants
                else not query.measure or re.search(query.measure, figure.printed)
            )
        ]
        figures = [figure for figure in figures if len(set("".join(figure.words))) >= _SAYING]
        if not figures:
            return None
        whole, *near = self._index.encoder.documents([best.unit.reading, *(f.name for f in figures)]) @ asked
        nearest = int(np.argmax(near))
        return figures[nearest] if near[nearest] >= _ABOUT * whole else None

    def _read_anew(self, chunk_id: str) -> list[tuple[int, Unit, _Quantity]]:
        """The figures of a passage, each with its unit and that one's number."""
        passage = self._index.passage(chunk_id)
        source = self._index.source_text(passage.chunk.source)
        return [
            (place, unit, figure)
            for place, unit in enumerate(passage.chunk.units)
            for span in unit.spans
            for clause in clauses_in(source, span)
            for figure in _quantities(source[clause[0] : clause[1]], clause)
        ]


def _of_different_years(one: Candidate, other: Candidate) -> bool:
    years, others = _years(one), _years(other)
    return bool(years and others and not years & others)


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


def _quantities(clause: str, span: Span) -> Iterator[_Quantity]:
    """The figures of a clause, dates and ordinals aside; what is counted twice is named once: 89个、15532户."""
    plain, at, name = normalise(clause), 0, ""
    for found in _MEASURE.finditer(plain):
        number, times, unit = found.groups()
        before = plain[at : found.start()]
        at = found.end()
        name = before.strip(" ,:|、") if tokens(before) else name
        if not _NO_MEASURE.search(unit):
            words = frozenset(word for word in tokens(name) if not word.isdigit() and len(word) > 1)
            value = Decimal(number.replace(",", "")) * TIMES[times or ""]
            yield _Quantity(name, words - _SAYS_LITTLE, value, unit, f"{number}{times or ''}{unit}", span)
