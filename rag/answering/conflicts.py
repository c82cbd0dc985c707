"""Places that say the same thing of different figures: what a bulletin contradicts itself in must be told."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from rag.answering.choose import Candidate, clauses_in, cut_short, placed, show
from rag.answering.gloss import TIMES, gloss
from rag.answering.reckoning import reckoned
from rag.answering.twice import Twice, said_twice
from rag.asking.query import Query
from rag.asking.wants import MEASURED
from rag.asking.wants import TIMES as OF_TIME
from rag.chunk import Unit
from rag.contract import Notice
from rag.index import Index, Passage
from rag.reading.lines import mark_of
from rag.text.dates import han_number
from rag.text.normal import Language, fold, normalise, squeeze, tokens
from rag.text.spans import Span, shared

if TYPE_CHECKING:
    from rag.indexing.encoder import Vectors

_MOST = 3  # other places told of
_SAME = 0.84  # cosine from which two names are of the same thing: 设立老年医学科的比例, 设老年病科比例
_SAME_ELSEWHERE = 0.9  # ... where they stand in two documents
_SIBLINGS = (
    0.8  # share of the characters of the longer title that two documents of two like things have in common
)
_ALIKE = 0.75  # ... where the question is nearer still to the other's
_SAME_SHORT = 0.95  # ... where they have few characters, and say little by themselves: 光纤入户率
_ABOUT = 0.8  # how near the question a figure's name must be, where the whole sentence is 1 ...
_LESS = 0.09  # ... and how much less near the other's may be
_CLEARLY: dict[Language, float] = {
    "zh": 0.55,
    "en": 0.45,
}
"""... and how near the question one of few characters must be, in all."""
_TAIL = 4  # characters of a name that is the end of another's: 健康管理率 of 老年人健康管理率
_SAYING_SOMETHING = 3  # characters of a name that says anything: not 培育, 净增
_SAYING = 5  # characters of a name that says by itself what is counted
_COMPARED = 64  # figures of a document compared by meaning, those that share most words first
_CELL = (
    12  # characters of a cell that gives a figure; longer ones name what it is of: 65周岁以上老年人健康管理率
)
_REACH = 800  # passages on either side that are looked at for what is said twice: some 200,000 characters
_IN_SHORT = 160  # characters of another place in English
_KEPT = 1024  # passages whose figures stay read
_MEASURE = re.compile(
    r"(\d[\d,]*(?:\.\d+)?)\s*(万亿|亿|万)?\s*(?:余|多)?(%|‰|公[顷里]|平方[公千]?[米里]|千瓦时?|周岁|个?(?:工作日|小时|月)|"
    r"[\u4e00-\u9fff])"
)
_RANK = re.compile(r"(?:[前第表图]|专栏|附件)$")
_UNIT_COLUMN = ("单位", "计量单位")
_MEASURED_AS = re.compile(r"(?:覆盖|通达|普及)率$")
"""Words for one rate."""
_NUMBER_OF = re.compile(r"(?:总量|总数|数量)$")
_DIGIT = re.compile(r"\d")  # full-width ones too
_NUMBER = re.compile(r"^\(?\d+[).、][\d.]*")
_AT_ENDS = re.compile(
    r"^(?:年?[底末初]前?,?|[到至在将使]|[全我][区市县镇省]|力争|争取|确保|实现|完成)+|(?:力争|达到?|突破|超过?|完成|实现|不[低少]于|(?:控制|稳定|巩固|保持|维持)在|为|至)+$"
)
"""What a name says no thing by: 力争全区…达到."""
_WHICH = re.compile(r"哪|几|\b(?:which|what|list|name)\b")
"""Asks for all of what is counted."""
_IN_ENGLISH = {
    "年底前": "by the end of the year",
    "全年": "all year",
    "公布之日": "the day of its publication",
    "印发之日": "the day of its issue",
    "发布之日": "the day of its publication",
}
_LEVEL = re.compile(r"([ⅠⅡⅢⅣⅤ]|I{1,3}V?)级")
_DIGITS = re.compile(r"(\d[\d,]*(?:\.\d+)?)(万亿|亿|万)?[余多]?[\u4e00-\u9fff]?")
_SO_MANY = re.compile(r"([二两三四五六七八九十]{1,3})[大个家项类种条点]")
_STEP = re.compile(
    r"([一二三四五六七八九十ⅠⅡⅢⅣ]|(?<![\d.])\d{1,2})(级|类|档|等|期|批|轮|阶段|年级|星)(?!以|别|型)"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年|[-—~至])")
_WHEN = re.compile(
    r"[到至在]?(?:(?:19|20)\d\d年|[本当]年|年(?=[底末初]))(?:年?[底末初]|度|内|上半年|下半年)?[前内]?[,，]?|\d{1,2}月[底末]?[前内]?"
)
_OF_NAME = re.compile(r"[岁年月日级]$")
_NO_MEASURE = re.compile(r"[年日时分号条章期第届次级]$")
_IS = re.compile(
    r"截至|截止|目前|现有|已(?:有|达|建|经)|现状|成就|成效|成绩|回顾|(?:发展|工作|产业|现实)基础"
)
_SHALL = re.compile(r"到(?:19|20)\d\d年|目标|力争|确保|指标")
_ADDED = re.compile(r"新(?:增|建|设|开|培|引|改|扩|上|办|认)|再|净增|增加|增长")
_IN_ALL = re.compile(r"累计|总|共|合计|现有|全部")
_ALL_OF_IT = re.compile(r"总[量数]|总数量")
_NEWLY = re.compile(r"^(?:力争|争取)?(?:新增|净增|再|新培育)")
_REACHED = re.compile(r"(?:达到?|突破|超过)$")
_EACH = re.compile(r"每|各|分别|人均|平均")
_VILLAGE = re.compile(r"[镇乡街道]([\u4e00-\u9fff]{1,4}村)")
_RANGE = re.compile(r"^[-—~至到]\d"), re.compile(r"\d\D?[-—~至到]$")
"""Behind the first figure of a range, and before the last."""
_BAND = re.compile(
    r"^[及含()]{0,4}(?:以[上下内][^,。;]{0,8}|[^,。;]{0,8}的),[^,。;]{0,10}(?:奖|补[贴助]|罚|减[按免征]|征收|给予|发放|扣)"
)
"""Behind a figure that is the step of a scale: 5000万元以上的，给予10万元奖励."""
_CASE = re.compile(r"(?:^|[。;:,)])([^。;:,]{3,60}的(?:部分)?),")
"""For whom or what a rule is: 发生一般资产损失的，扣减30%."""
_CONTRASTS = (
    frozenset(("国家级", "省级", "市级", "区级", "县级", "镇级")),
    frozenset(("城镇", "农村", "乡村")),
    frozenset(("男", "女")),
    frozenset(("小学", "初中", "高中", "高校", "幼儿园")),
    frozenset(("个人", "企业", "单位", "合伙", "职工", "学生", "居民")),
    frozenset(("一般", "较大", "重大")),
    frozenset(("工业", "服务业", "农业")),
)
"""Words of which one excludes the others."""
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
    """A figure of a place, and what it counts."""

    name: str
    """The words before it in its clause, in normal form, less when it is; of a cell, those of its row and column."""
    words: frozenset[str]
    """Those that say something."""
    value: Decimal
    unit: str
    printed: str
    year: str
    """The last one named before it; "" for none."""
    spans: tuple[Span, ...]
    """The clause, or the row, that says it."""
    beside: str
    """The clause, or the row, in normal form."""
    banded: bool
    """Whether it is the step of a scale: 5000万元以上的，给予10万元奖励."""
    reached: bool
    """Whether it is a level that is reached, not a part of one: 达到280家."""

    @property
    def manner(self) -> tuple[bool, bool, bool]:
        """Whether it is of each, of what is added, of all in all: figures of two manners count no one thing."""
        added = bool(_ADDED.search(self.name))
        return bool(_EACH.search(self.name)), added, not added and bool(_IN_ALL.search(self.name))

    @property
    def says_something(self) -> bool:
        """Whether its name says what is counted, and is no list of what is counted there: A、B、C等3个部门."""
        return len(set("".join(self.words))) >= _SAYING_SOMETHING and self.name.count("、") <= 1

    @property
    def says_enough(self) -> bool:
        """Whether its name says by itself what is counted."""
        return len(set("".join(self.words))) >= _SAYING


class Conflicts:
    """Finds what the documents of one index contradict themselves in."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._read = lru_cache(maxsize=_KEPT)(self._read_anew)

    def rivals(
        self, query: Query, chosen: Sequence[Candidate], passages: Sequence[Passage]
    ) -> tuple[str, list[Rival]]:
        """The value that an answer gives for what is asked, and places that give another; "" and none if none do.

        Two figures are of the same thing if they are counted by the same unit in the same manner, their names mean the
        same, the question is as near to the one as to the other, and they name no different years, in two passages.
        Those of a single passage are told apart there: the steps of a scale, the stages of a plan.

        :param chosen: The sentences of the answer, the one that answers first.
        :param passages: Those of the document of that one, and others in which the answer was looked for.
        """
        encoder = self._index.encoder
        asked = encoder.queries([query.matter(chosen[0].passage.document.jurisdiction)])[0]
        of_it = [one for one in chosen if one.passage.document.id == chosen[0].passage.document.id]
        best, mine = next(
            ((one, figure) for one in of_it if (figure := self._meant(query, asked, one))), (None, None)
        )
        if best is None or mine is None:
            return "", []
        others = [
            (replace(best, passage=passage, unit=unit, place=place, spans=other.spans), other)
            for passage in passages
            if passage.id != best.passage.id and mine.unit in fold(passage.chunk.text)
            for place, unit, other in self._read(passage.id)
            if _may_be_same(mine, other)
        ]
        others = sorted(others, key=lambda one: -len(one[1].words & mine.words))[:_COMPARED]
        agreeing = {other.spans for _, other in others if other.value == mine.value}
        others = [one for one in others if one[1].spans not in agreeing]
        if not others:
            return "", []
        own, *names = encoder.documents([mine.name, *(other.name for _, other in others)])
        found: dict[str, Rival] = {}
        for (place, other), name in zip(others, names, strict=True):
            least = _SAME if mine.says_enough and other.says_enough else _SAME_SHORT
            alike, nearer = float(own @ name), float(name @ asked - own @ asked)
            same = (alike >= least and nearer >= -_LESS) or (alike >= _ALIKE and nearer >= 0)
            same = same or _is_tail(best.unit, mine, place.unit, other) or _are_synonyms(mine, other)
            if place.passage.document.id != best.passage.document.id:
                same = alike >= _SAME_ELSEWHERE and _are_of_one_thing(query, best, mine, place, other)
            if not same or len(found) == _MOST or other.printed in found:
                continue
            if _are_apart(best, place) or self._are_tiers(best, place):
                continue
            in_row = place.unit.kind == "row"
            clean = (
                place.unit.reading if in_row else self._index.quote(place.passage.chunk.source, place.spans)
            )
            text = show(query.language, place.passage, place.spans, clean)
            found[other.printed] = Rival(replace(place, text=text), _said(other, query.language))
        return (_said(mine, query.language), list(found.values())) if found else ("", [])

    def proved(
        self, query: Query, shown: Sequence[Candidate], passages: Sequence[Passage]
    ) -> tuple[Notice, list[Rival]] | None:
        """What the document of an answer contradicts itself in by its own words or figures; None for nothing.

        :param shown: What is told, the place that answers first.
        :param passages: Those of its document, in order.
        """
        document = shown[0].passage.document.id
        at = next((n for n, passage in enumerate(passages) if passage.id == shown[0].passage.id), 0)
        units = [
            (passage, place, unit)
            for passage in passages[max(at - _REACH, 0) : at + _REACH]
            for place, unit in enumerate(passage.chunk.units)
            if unit.kind != "meta"
        ]
        of_all = query.several or "count" in query.wants or bool(_WHICH.search(normalise(query.text)))
        of_time = bool(OF_TIME & set(query.wants) - {"duration"})
        for one in shown:
            if one.passage.document.id != document:
                continue
            quote = squeeze(self._index.quote(one.passage.chunk.source, one.spans))
            said = (r for r in reckoned(one.unit.reading) if r.told in quote and (of_all or not r.rest))
            found = next(said, None)
            if found is not None and found.rest:
                told, made = (_worded(value, query.language) for value in (found.told, found.made))
                return Notice("conflict", {"told": told, "made": made}, "named"), []
            if found is not None:
                return self._told_twice(
                    query, one, Twice((found.told, found.made), None, reckoned=not found.said)
                )
            twice = said_twice((one.passage, one.place, one.unit), units, query.text, of_time)
            if twice is not None:
                return self._told_twice(query, one, twice)
        return None

    def _told_twice(self, query: Query, best: Candidate, twice: Twice) -> tuple[Notice, list[Rival]]:
        """What is owed where a document says a thing twice, and its other place."""
        values = tuple(_worded(value, query.language) for value in twice.values)
        others = []
        if twice.other is not None:
            other = placed(query, best, *twice.other)
            short = twice.values[1] if query.language == "zh" else cut_short(other.text, _IN_SHORT)
            others = [Rival(other, other.text if twice.reckoned else short)]
        if not all(values):
            return Notice("conflict", {}, "quoted"), others
        if twice.reckoned:
            return Notice("conflict", {"told": values[0], "made": values[1]}, "reckoned"), others
        return Notice("conflict", {"values": values}), others

    def _meant(self, query: Query, asked: Vectors, best: Candidate) -> _Quantity | None:
        """The figure of a place that the question is after; None where none is what it asks about."""
        wanted = MEASURED & set(query.wants)
        figures = [
            figure
            for place, _, figure in self._read(best.passage.id)
            if place == best.place
            and any(shared(best.spans, span) for span in figure.spans)
            and figure.says_something
            and not figure.banded
            and (
                figure.unit in "%‰"
                if "percent" in wanted
                else not query.measure or re.search(query.measure, figure.printed)
            )
        ]
        figures = [one for one in figures if one.year and int(one.year) in query.years] or figures
        if not figures:
            return None
        whole, *near = self._index.encoder.documents([best.unit.reading, *(f.name for f in figures)]) @ asked
        nearest = int(np.argmax(near))
        least = (_ABOUT if wanted else 1) * whole
        if not figures[nearest].says_enough:
            least = max(least, _CLEARLY[query.language])
        return figures[nearest] if near[nearest] >= least else None

    def _are_tiers(self, *places: Candidate) -> bool:
        """Whether two places are of different steps of one scale, named over them or in them: 1级待遇, 2级待遇."""
        one, other = (_steps(place, self._index.source_text(place.passage.chunk.source)) for place in places)
        return any(one[scale].isdisjoint(other[scale]) for scale in one.keys() & other.keys())

    def _read_anew(self, chunk_id: str) -> list[tuple[int, Unit, _Quantity]]:
        """The figures of a passage, each with its unit and that one's number."""
        passage = self._index.passage(chunk_id)
        source = self._index.source_text(passage.chunk.source)
        return [
            (place, unit, figure)
            for place, unit in enumerate(passage.chunk.units)
            if _DIGIT.search(unit.reading)
            for figure in (_in_row(unit) if unit.kind == "row" else _in_text(unit, source))
        ]


def _may_be_same(one: _Quantity, other: _Quantity) -> bool:
    """Whether nothing that two figures say of themselves tells them apart."""
    if one.unit != other.unit or not one.words & other.words or other.banded:
        return False
    # what is reached is all there is, said so or not: 高新技术企业达到350家, 高新技术企业总量达到280家
    reached = one.reached and other.reached and one.manner[:2] == other.manner[:2] == (False, False)
    if one.manner != other.manner and not (reached and one.year == other.year != ""):
        return False
    if one.year and other.year and one.year != other.year:
        return False
    named = [
        [{word for word in words if word in figure.beside} for words in _CONTRASTS] for figure in (one, other)
    ]
    return not any(a and b and not a & b for a, b in zip(*named, strict=True))


def _is_tail(unit: Unit, mine: _Quantity, of: Unit, other: _Quantity) -> bool:
    """Whether one name is the end of the other, whose rest the first one's sentence says before it."""
    (short, said), (long, _) = sorted(((mine.name, unit), (other.name, of)), key=lambda one: len(one[0]))
    if len(short) < _TAIL or not long.endswith(short) or long == short:
        return False
    rest = _words(long.removesuffix(short))
    return bool(rest) and rest <= _words(normalise(said.reading))


def _are_synonyms(one: _Quantity, other: _Quantity) -> bool:
    """Whether two names differ in their last word alone, and that says one thing: 5G网络通达率, 5G网络覆盖率."""
    for last in (_MEASURED_AS, _NUMBER_OF):
        names = [last.sub("", figure.name) for figure in (one, other)]
        if names[0] == names[1] and len(names[0]) >= _TAIL and (one.name, other.name) != tuple(names):
            return True
    return False


def _are_of_one_thing(
    query: Query, best: Candidate, mine: _Quantity, place: Candidate, other: _Quantity
) -> bool:
    """Whether figures of two documents are of one thing.

    They must say so by themselves, be of one year or of none, stand under all words of the question that the answer
    stands under, and not in siblings: the plans of two villages.
    """
    documents = [one.passage.document for one in (best, place)]
    years = [
        figure.year or str(document.year or "")
        for figure, document in zip((mine, other), documents, strict=True)
    ]
    of_one_year = years[0] == years[1] or not (mine.year or other.year)
    texts = [squeeze(f"{one.passage.document.title} {one.unit.reading}") for one in (best, place)]
    under = [{term for term in query.terms if term in text} for text in texts]
    titles = [set(squeeze(document.title)) for document in documents]
    siblings = len(titles[0] & titles[1]) >= _SIBLINGS * max(map(len, titles))
    named = [set(_VILLAGE.findall(normalise(document.title))) for document in documents]
    siblings = siblings or bool(named[0] and named[1] and not named[0] & named[1])
    return mine.says_enough and other.says_enough and of_one_year and under[0] <= under[1] and not siblings


def _are_apart(one: Candidate, other: Candidate) -> bool:
    """Whether one place says what is and the other what shall be, or they are of different cases."""
    if _CASE.findall(normalise(one.unit.reading)) != _CASE.findall(normalise(other.unit.reading)):
        return True
    texts = [normalise(" ".join((*c.unit.path, c.unit.reading))) for c in (one, other)]
    are = [bool(_IS.search(text)) and not _SHALL.search(text) for text in texts]
    shall = [bool(_SHALL.search(text)) for text in texts]
    return (are[0] and shall[1]) or (are[1] and shall[0])


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


def _in_text(unit: Unit, source: str) -> Iterator[_Quantity]:
    """The figures of a sentence."""
    year, named = _last_year(" ".join(unit.path), ""), ""
    for span in unit.spans:
        for clause in clauses_in(source, span):
            if not _DIGIT.search(source, *clause):
                continue
            plain = normalise(source[slice(*clause)])
            for figure in _quantities(plain, (clause,), year, normalise(source[clause[1] : span[1]])):
                if _ALL_OF_IT.fullmatch(figure.name):  # 新增高新技术企业50家，总量达到280家
                    name = f"{_NEWLY.sub('', named)}{figure.name}"
                    figure = replace(figure, name=name, words=_words(name))
                yield figure
                named = figure.name
            year = _last_year(plain, year)


def _in_row(unit: Unit) -> Iterator[_Quantity]:
    """The figures of a row of a table, each named by the cell before the first one and by what stands beside it."""
    plain = normalise(unit.reading)
    titled, named = _last_year(" ".join(unit.path), ""), ""
    for cell in plain.split(";"):
        head, _, value = cell.partition(":")
        if head.strip() in _UNIT_COLUMN:
            continue
        figure = next(_quantities(value, unit.spans, _last_year(head, titled)), None)
        if figure is None or len(value) > _CELL:
            named = _NUMBER.sub("", value.strip())
            continue
        name = f"{named}{_AT_ENDS.sub('', figure.name)}"
        yield replace(figure, name=name, words=_words(name), beside=plain)


def _last_year(plain: str, otherwise: str) -> str:
    return next(reversed(_YEAR.findall(plain)), otherwise)


def _quantities(plain: str, spans: tuple[Span, ...], year: str, after: str = "") -> Iterator[_Quantity]:
    """The figures of a clause, dates and ordinals aside; what is counted twice is named once: 89个、15532户.

    :param year: The last one named before the clause.
    :param after: The rest of its sentence.
    """
    at, name = 0, ""
    for found in _MEASURE.finditer(plain):
        number, times, unit = found.groups()
        before = _WHEN.sub("", plain[at : found.start()])
        if not _OF_NAME.search(unit):  # 3岁以下婴幼儿托位数
            at = found.end()
        if tokens(before):
            name = _AT_ENDS.sub("", before.strip(" ,:|、"))
        if not _NO_MEASURE.search(unit) and not _RANK.search(before):
            yield _Quantity(
                name,
                _words(name),
                Decimal(number.replace(",", "")) * TIMES[times or ""],
                unit,
                f"{number}{times or ''}{unit}",
                _last_year(plain[: found.start()], year),
                spans,
                plain,
                _is_step(plain + after, found.span(), unit),
                bool(_REACHED.search(plain, 0, found.start())),
            )


def _is_step(plain: str, span: Span, unit: str) -> bool:
    """Whether a figure is the step of a scale, the end of a range or one of several: 分别奖励10万元、20万元."""
    begun, ended = _RANGE
    before, behind = plain[: span[0]], plain[span[1] :]
    several = rf"^[、和]\d[\d.]*[万亿]?{unit}", rf"\d[万亿]?{unit}[、和]$"
    among = re.match(several[0], behind) or re.search(several[1], before)
    return bool(among or _BAND.match(behind) or begun.match(behind) or ended.search(before))


def _words(name: str) -> frozenset[str]:
    """The words of a name that say something."""
    return frozenset(word for word in tokens(name) if not word.isdigit() and len(word) > 1) - _SAYS_LITTLE


def _said(figure: _Quantity, language: Language) -> str:
    """A figure as it is told: as printed, or for English readers without its Chinese unit."""
    if language == "zh":
        return figure.printed
    return gloss(figure.printed) or f"{figure.value.normalize():,f}"


def _worded(value: str, language: Language) -> str:
    """A value that a place gives in the words of a language; "" where there is none for it."""
    if language == "zh":
        return value
    if value in _IN_ENGLISH:
        return _IN_ENGLISH[value]
    if level := _LEVEL.fullmatch(value):
        return f"Level {unicodedata.normalize('NFKC', level[1])}"
    if said := gloss(value):
        return said
    if digits := _DIGITS.fullmatch(value):
        return f"{Decimal(digits[1].replace(',', '')) * TIMES[digits[2] or '']:,f}"
    return str(han_number(found[1])) if (found := _SO_MANY.match(value)) else ""
