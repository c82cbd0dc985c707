"""Lists come whole: the items that a lead, a heading or a numbering holds together, in order, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answering.choose import LONGEST, Candidate, is_preamble, placed, show
from rag.answering.grounds import GIVES_PAPERS, asks_removed, says_removed
from rag.answering.references import articles_referred_to, refers_before
from rag.asking.query import Query
from rag.asking.wants import ASKS_PAPERS, MEASURED
from rag.chunk import Unit
from rag.index import Index, Passage
from rag.reading.corpus import Document
from rag.reading.lines import mark_of, titled_in
from rag.text.dates import han_number
from rag.text.normal import Language, fold, squeeze, tokens
from rag.text.pins import pins
from rag.text.spans import Span

ROOM: dict[Language, int] = {"zh": 560, "en": 1100}
"""Characters of a list, markers aside: what a resident follows step by step."""

_ITEM: dict[Language, int] = {"zh": 120, "en": 240}
"""Characters of one item; what goes on is cut off, with dots."""
_FEWEST = 2  # items that make a list
_MOST = 12  # items shown
_COUNT = 30  # characters of how many items there are, and that there are more
_AS_GOOD = 8.0  # how much less than the best sentence one may score whose list is wanted
_REMARKS = 2  # sentences that may stand between a lead and its list
_FAR = 400  # units on either side that are looked at
_MOST_REFERENCES = 2  # articles that are told beside the one that points to them
_ARTICLE_UNITS = 8  # units of such an article
_TITLE = 16  # characters of a numbered title
_SHORT_LEAD = 60  # characters of a heading or a lead
_STEP = re.compile(r"第([一二三四五六七八九十\d]{1,3})步")
_IS = re.compile(r"([一二三四五六七八九十]{1,2})是")
_NUMERAL = re.compile(r"[一二三四五六七八九十百零〇]+|\d+")
_DEPTHS = ("part", "chapter", "section", "article", "cn", "paren_cn", "num", "paren_num", "circle", "is")
"""How deep a numbering usually lies; a mark that lies further out ends a list."""
_PAPERS = re.compile(
    r"(?<![新建原装饰板钢木辅])材料(?!产业|工业|科[学技]|价格|费)|资料|证件|手续|证明|凭证|(?:提交|提供|携带|出示|递交|备齐)(?:下列|以下|如下)"
)
_SORTS = (
    (ASKS_PAPERS, _PAPERS),
    (
        re.compile(r"流程|程序|步骤|怎么|怎样|如何|咋|\b(?:steps|procedure|how)\b", re.IGNORECASE),
        re.compile(r"流程|程序|步骤|方式|方法|途径|办理|申报|申请|报名|阶段"),
    ),
    (
        re.compile(
            r"条件|要求|资格|谁能|(?:哪[些类种]|(?:什么|啥)样?的?)人(?!民)|\b(?:conditions?|requirements?|eligib\w+|qualif\w+)",
            re.IGNORECASE,
        ),
        re.compile(r"条件|要求|资格|对象|范围|标准"),
    ),
)
"""What a question wants a list of, and the words that stand over such a list."""
_EXCLUDES = re.compile(
    r"除了?(?P<what>[^,，。;；?？]{1,24}?)(?:(?:之外|以外|外)[,，]?|[,，])?(?=[^,，]{0,6}(?:还|哪|其他|其余|别的|什么|有))"
)
_AND = re.compile(r"[、和与及或跟]")
_COUNTS = re.compile(
    r"(?:一共|总共|总计|合计|共有?|(?:目录|清单|名单|名录)[里上中]?[^,，。;；?？]{0,6}[列有收含括])[^,，。;；?？]{0,12}?"
    r"(?:几|多少)(?P<unit>[家个人名项件户所处条座辆位种类])|"
    r"\bhow many (?P<noun>[a-z]+)\b.{0,40}\b(?:in|on) .{0,60}\b(?:catalogue|list|directory)\b",
    re.IGNORECASE,
)
_IS_LIST = re.compile("目录|清单|名单|名录|catalogue|list", re.IGNORECASE)
_SUM = re.compile(r"合计|总计|小计|总数|共计|[^:：;；]{0,8}(?:数|数量|人次|规模)[:：]")
"""A row that adds others up, or that counts something itself: its rows are not what is counted."""
_LEADS = re.compile(r":$|(?:以下|下列|如下)[^,，。;；]{0,20}。$")
"""The end of a sentence that leads to a list: 分以下五个批次依次录取。"""
_ALSO = re.compile(r"还(?:需|要|应|须)|另(?:需|须)")
"""An item that some must give besides those before it: MCN机构还需提供……."""
_POST = re.compile(
    r"\b(?:director|head|chief|mayor|secretary|chair\w*|deputy|judge|president|principal)\b", re.IGNORECASE
)
_DECREED = re.compile(r"任命|任职|聘任|免去|免职|\b(?:appoint|remov|dismiss)", re.IGNORECASE)
_AMENDS = re.compile("修[改订]")
_ASKS_AMENDED = re.compile(
    r"修[改订]了?(?:哪|什么|啥)|(?:哪|什么|啥)[^,，。?？]{0,12}被?修[改订]|\bwhich\b.{0,80}\b(?:amend|revis)",
    re.IGNORECASE,
)
_END_OF_CLAUSE = re.compile(r"[,，;；。、]")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as the answer: what leads it, its items, and what of it there is no room for."""

    lead: Candidate | None
    items: tuple[Candidate, ...]
    rest: Candidate | None
    """The places of the items that are not shown, as one; None where all are."""
    left_out: int
    """How many these are."""
    counted: str = ""
    """How many items there are, where that is asked for: 5家, 7 items."""

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What is shown, in order: the lead in one place with the first item, which it opens."""
        if self.lead is None:
            return self.items
        first = self.items[0]
        opened = replace(
            first,
            spans=_merged(tuple(dict.fromkeys((*self.lead.spans, *first.spans)))),
            # one rendering may hold both: the lead of what is numbered within its sentence
            text=first.text if self.lead.text in first.text else f"{self.lead.text}\n{first.text}",
        )
        return (opened, *self.items[1:])


def _holds(listing: Listing, best: Candidate) -> bool:
    """Whether a list gives the best sentence whole: one that cuts it off, or only heads it, answers less than it."""
    return _is_lead(best.unit) or any(best.text.strip() in one.text for one in listing.candidates)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A unit of a document with the passage that holds it."""

    passage: Passage
    place: int
    unit: Unit

    @property
    def text(self) -> str:
        return self.unit.reading.rstrip("* ")


class Lists:
    """Finds the lists in the documents of one index."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def found(self, query: Query, best: Candidate, candidates: Sequence[Candidate]) -> Listing | None:
        """The list that answers, if the question wants one; None otherwise.

        Wanted is a list where several things are asked for, or how, with what, on which terms: the one that the best
        sentence leads, heads or belongs to, or one of its document nearly as good, over which the question's own word
        stands (材料, 条件). A sentence that only leads to a list is never told without it.

        :param candidates: Scored, best first.
        """
        if listing := (
            self._decreed(query, best)
            or self._others(query, best)
            or self._counted(query, best, candidates)
            or self._amended(query, best)
        ):
            return listing
        if not wants_list(query):
            if _is_lead(best.unit):
                return self._around(query, best)
            listing = self._around(replace(query, several=True), best) if _asks_whom_of(query, best) else None
            return listing if listing and _holds(listing, best) and listing.rest is None else None
        around = self._around(query, best)
        if around and _holds(around, best) and _gives_what_is_asked_for(query, best):
            return around
        if listing := self._beside(query, best):
            return listing
        if around and _holds(around, best):
            return around
        for candidate in candidates:
            if candidate.score < best.score - _AS_GOOD:
                break
            if candidate is best or candidate.passage.document.id != best.passage.document.id:
                continue
            listing = self._around(query, candidate)
            if listing and listing.lead and _is_of_the_sort(query, listing.lead.unit):
                return listing
        return None

    def _around(self, query: Query, best: Candidate) -> Listing | None:
        """The list that a sentence leads, heads or belongs to.

        A short list that holds it is given whole; a long one only where the question is about what stands over it, for
        a question about one of its items wants that item.
        """
        units, at = self._placed(best)
        if at is None:
            return None
        over, items = _list_at(units, at)
        # never told without what it leads to, were that one thing
        leads = over is units[at] and _is_lead(best.unit)
        if len(items) < (1 if leads else _FEWEST) or (over and is_preamble(over.text)):
            return None
        named = _named(query, over, items, units[at])
        if named:  # one item that the question names answers by itself
            return self._shown(query, best, over, named) if len(named) >= _FEWEST else None
        listing = self._shown(query, best, over, items)
        size = sum(len(one.text) for one in listing.candidates)
        if listing.rest is None and size <= LONGEST[query.language] and query.several:
            return listing
        if over is not None and units[at] is over:
            return listing if _is_lead(best.unit) or _is_of_the_sort(query, best.unit) else None
        within = next((item for item in items if any(one is units[at] for one in item)), None)
        if within is not None and within[0] is units[at] and _ALSO.search(best.unit.reading):
            others = set[str]().union(*(_who_also(item[0]) for item in items if item is not within))
            if set(query.terms) & (_who_also(within[0]) - others):
                items = [item for item in items if item is within or not _who_also(item[0])]
            return self._shown(query, best, over, items) if len(items) >= _FEWEST else None
        told = bool(MEASURED & set(query.wants)) and best.grounds.holds == 1
        if within is None or within[0] is not units[at] or told:
            return None  # a sentence inside an item, or one that gives the figure asked for, is itself the answer
        return listing if _is_about(query, best, listing, items, units[at]) else None

    def _others(self, query: Query, best: Candidate) -> Listing | None:
        """What stands beside the best sentence but for what the question leaves out: 除了城区，哪里…."""
        excluded = _EXCLUDES.search(query.text)
        names = [name for name in _AND.split(squeeze(excluded["what"])) if len(name) > 1] if excluded else []
        units, at = self._placed(best)
        if not names or at is None:
            return None
        _, items = _list_at(units, at)
        left = [item for item in items if not any(n in squeeze(one.text) for one in item for n in names)]
        return self._shown(query, best, None, left) if left and len(left) < len(items) else None

    def _counted(self, query: Query, best: Candidate, candidates: Sequence[Candidate]) -> Listing | None:
        """The rows of the best one's table, the numbered items beside it, where how many there are in all is asked.

        Of a document that is itself a list by its title, those of the likeliest row or item.
        """
        asked = _COUNTS.search(query.text)
        if asked is None or "count" not in query.wants or any(pin.kind != "year" for pin in pins(query.text)):
            return None
        document = best.passage.document
        listed = candidates if _IS_LIST.search(query.text) and _IS_LIST.search(document.title) else ()
        rows = (
            one
            for one in (best, *listed)
            if one.unit.kind in ("row", "item")
            and not one.unit.lead
            and one.passage.document.id == document.id
        )
        if (row := next(rows, None)) is None:
            return None
        units, at = self._placed(row)
        alike = _alike(units, at, grouped=False) if at is not None else []
        if len(alike) < _FEWEST or any(_SUM.search(one[0].text) for one in alike):
            return None
        shown = self._shown(query, row, None, alike, LONGEST[query.language] - _COUNT)
        unit = asked["unit"] or (f" {asked['noun'].lower()}" if asked["noun"] else "")
        return replace(shown, counted=f"{len(alike)}{unit}")

    def _decreed(self, query: Query, best: Candidate) -> Listing | None:
        """All whom a document appoints, or removes, where it says so under several leads and that is asked for.

        根据市长的提请，决定任命：……根据院长的提请，任命：……
        """
        asked = _DECREED.search(query.text)
        if asked is None or not (query.several or "who" in query.wants) or _POST.search(query.text):
            return None
        units = self._all_units(best.passage.document)
        governing = {
            one.unit.spans: one
            for one in units
            if _is_lead(one.unit)
            and _DECREED.search(one.text)
            and says_removed(one.text) == asks_removed(query)
        }
        groups = [(lead, _led_by(units, spans)) for spans, lead in governing.items()]
        groups = [(lead, items) for lead, items in groups if items]
        told = {one.unit.spans for _, items in groups for item in items for one in item}
        row = set(query.terms) & set(tokens(best.unit.reading)) - set(
            tokens(" ".join(g.text for g, _ in groups))
        )
        if len(groups) < _FEWEST or best.unit.spans not in told | set(governing) or row:
            return None
        listed = [
            [lead, *item] if at == 0 else item for lead, items in groups for at, item in enumerate(items)
        ]
        return self._shown(query, best, None, listed)

    def _amended(self, query: Query, best: Candidate) -> Listing | None:
        """What the document amends, where a sentence of it says so of several at once: 修改了哪些规章."""
        document = best.passage.document
        if not document.amends or not _ASKS_AMENDED.search(query.text):
            return None
        saying = [one for one in self._all_units(document) if _AMENDS.search(one.unit.reading)]
        most = max(saying, key=lambda one: len(titled_in(one.unit.reading)), default=None)
        if most is None or len(titled_in(most.unit.reading)) < _FEWEST:
            return None
        said = placed(query, best, most.passage, most.place, most.unit)
        return self._around(query, said) or self._shown(query, best, None, [[most]])

    def _beside(self, query: Query, best: Candidate) -> Listing | None:
        """The papers asked for, where one list of them stands under what is over the best sentence's article."""
        if not ASKS_PAPERS.search(query.text):
            return None
        units = self._all_units(best.passage.document)
        lists = [(units[at], *_list_at(units, at)) for at, one in enumerate(units) if _leads_papers(one.unit)]
        over = [(lead, items) for lead, above, items in lists if above is lead and len(items) >= _FEWEST]
        mine = best.unit.path[:-1]
        near = [found for found in over if found[0].unit.path[: len(mine)] == mine]
        return self._shown(query, best, *near[0]) if len(near) == 1 else None

    def referred_to(self, query: Query, best: Candidate) -> list[Candidate]:
        """The places of its document that the best sentence leaves something to: articles, the sentence before it."""
        units = self._all_units(best.passage.document)
        at = next(
            (
                n
                for n, one in enumerate(units)
                if one.passage.id == best.passage.id and one.place == best.place
            ),
            None,
        )
        if at is None:
            return []
        starts = [n for n, one in enumerate(units) if (_ordinal(one.unit) or ("", 0))[0] == "article"]
        above = [n for n in starts if n <= at]
        own = _ordinal(units[above[-1]].unit) if above else None
        found: list[Candidate] = []
        for number in articles_referred_to(best.unit.reading, own[1] if own else None)[:_MOST_REFERENCES]:
            same = [n for n in starts if _ordinal(units[n].unit) == ("article", number)]
            if same:  # enclosures count their articles anew: the nearest is meant
                first = min(same, key=lambda n: abs(n - at))
                last = next((n for n in starts if n > first), first + _ARTICLE_UNITS)
                found.append(
                    self._candidate(query.language, best, units[first : min(last, first + _ARTICLE_UNITS)])
                )
        if refers_before(best.unit.reading) and at:
            found.append(self._candidate(query.language, best, [units[at - 1]]))
        return found

    def passages(self, document: Document) -> list[Passage]:
        """The passages of a document, in order."""
        return self._index.passages_of(document.id)

    def _placed(self, best: Candidate) -> tuple[list[_Placed], int | None]:
        """The units around the best sentence, and where among them it stands."""
        units = self._units(best)
        here = (
            n for n, one in enumerate(units) if one.passage.id == best.passage.id and one.place == best.place
        )
        return units, next(here, None)

    def _units(self, best: Candidate) -> list[_Placed]:
        """The units of the best sentence's document around it, in order."""
        units = self._all_units(best.passage.document)
        here = next((n for n, one in enumerate(units) if one.passage.id == best.passage.id), 0)
        return units[max(0, here - _FAR) : here + _FAR]

    def _all_units(self, document: Document) -> list[_Placed]:
        """The units of a document in order, less its frame."""
        return [
            _Placed(passage, place, unit)
            for passage in self.passages(document)
            for place, unit in enumerate(passage.chunk.units)
            if unit.kind != "meta"
        ]

    def _shown(
        self,
        query: Query,
        best: Candidate,
        over: _Placed | None,
        items: Sequence[Sequence[_Placed]],
        room: int = 0,
    ) -> Listing:
        """A list as it is told, as many items as there is room for.

        :param room: Characters; 0 for what a list may have.
        """
        spoken = query.language
        lead = self._candidate(spoken, best, [over]) if over else None
        room = (room or ROOM[spoken]) - (len(lead.text) if lead else 0)
        found: list[Candidate] = []
        for item in items[:_MOST]:
            one = self._candidate(spoken, best, item)
            if found and len(one.text) > room:
                break
            found.append(one)
            room -= len(one.text)
        left = items[len(found) :]
        rest = None
        if left:
            spans = _merged([span for item in left for one in item for span in one.unit.spans])
            rest = replace(self._candidate(spoken, best, left[0]), spans=spans)
        return Listing(lead, tuple(found), rest, len(left))

    def _candidate(self, spoken: Language, best: Candidate, units: Sequence[_Placed]) -> Candidate:
        """Some units as one place: as much of their beginning as an item may have, cut at a clause if longer."""
        first = units[0]
        longest, text = _ITEM[spoken], ""
        spans: tuple[Span, ...] = ()
        for one in units:
            more = show(spoken, one.passage, one.unit.spans, one.unit.reading)
            if text and len(text) + len(more) > longest:
                text = f"{text.rstrip()} …" if spoken == "en" else f"{text}……"
                break
            text = f"{text} {more}" if text and spoken == "en" else text + more
            spans = (*spans, *one.unit.spans)
        if len(text) > longest + 10:
            text = _cut(text, longest, spoken)
        return replace(
            best, passage=first.passage, unit=first.unit, place=first.place, spans=_merged(spans), text=text
        )


def wants_list(query: Query) -> bool:
    """Whether a question may be answered by a list: it asks for several things, or how, with what, on which terms."""
    return query.several or query.steps


def _asks_whom_of(query: Query, best: Candidate) -> bool:
    """Whether a question asks whom what stands over a sentence is about: 免去了谁, of a name under 免去.

    One that has words of this sentence alone (鲁南制药的是谁) asks for it.
    """
    units = [unit for unit in best.passage.chunk.units if unit.path == best.unit.path and unit != best.unit]
    own, beside = set(tokens(best.unit.reading)), {word for unit in units for word in tokens(unit.reading)}
    asked, over = set(query.terms) | set(query.official), set(tokens(" ".join(best.unit.path[-1:])))
    wanted = bool({"who", "person", "names"} & set(query.wants))
    about = bool((over - own) & asked) or (
        asks_removed(query) and says_removed(" ".join(best.unit.path[-1:]))
    )
    return wanted and about and not (own - beside) & asked


def _leads(unit: Unit) -> bool:
    return _is_lead(unit) or unit.kind == "heading"


def _leads_papers(unit: Unit) -> bool:
    """Whether a heading or a lead stands over a list of papers: 第八条 提报资料, 应当提交下列材料：."""
    short = len(unit.reading) <= _SHORT_LEAD
    return short and (_leads(unit) or bool(mark_of(unit.reading))) and bool(_PAPERS.search(unit.reading))


def _gives_what_is_asked_for(query: Query, best: Candidate) -> bool:
    """Whether papers stand in the best sentence where they are asked for: else its list is of something else."""
    return not ASKS_PAPERS.search(query.text) or bool(GIVES_PAPERS.search(best.unit.reading))


def _who_also(item: _Placed) -> set[str]:
    """The words for who must give an item besides those before it: MCN机构 of MCN机构还需提供……."""
    also = _ALSO.search(item.text)
    return set(tokens(item.text[: also.start()])) if also else set()


def _is_lead(unit: Unit) -> bool:
    return bool(_LEADS.search(fold(unit.reading.rstrip("* "))))


def _is_remark(unit: Unit) -> bool:
    return unit.kind == "sentence" and not unit.lead and _ordinal(unit) is None


def _list_at(units: Sequence[_Placed], at: int) -> tuple[_Placed | None, list[list[_Placed]]]:
    """What stands over the list at a place, and its items, each of one unit or more; no items where there is none."""
    here = units[at]
    start = at + 1
    if _is_lead(here.unit):  # a sentence may stand between: 分以下五个批次录取。学位不足时，……。①……
        between = (n for n in range(start, len(units)) if not _is_remark(units[n].unit))
        start = min(next(between, start), start + _REMARKS)
    below = units[start] if start < len(units) else None
    leads = _leads(here.unit) or _is_titled(here.unit)
    if below and (below.unit.lead == here.unit.spans or (leads and _is_below(here, below))):
        _, items = _siblings(units, start)
        return here, items or _led_by(units, here.unit.spans)
    first, items = _siblings(units, at)
    if len(items) < _FEWEST:
        items = _led_by(units, here.unit.lead) if here.unit.lead else _alike(units, at)
        first = next((n for n, one in enumerate(units) if items and one is items[0][0]), at)
    above = units[first - 1] if first else None
    led = items[0][0].unit.lead if items else ()
    over = next((one for one in units[:first][::-1] if led and one.unit.spans == led), None)
    if over is None and above is not None and _leads(above.unit):
        over = above
    return over, items


def _is_titled(unit: Unit) -> bool:
    """Whether a numbered sentence (第八条 提报资料。) is no more than a title."""
    return bool(mark_of(unit.reading)) and len(unit.reading) <= _TITLE


def _is_below(here: _Placed, below: _Placed) -> bool:
    """Whether a unit begins a list under a heading or a lead: numbered deeper than that, or not at all."""
    mine, theirs = _ordinal(here.unit), _ordinal(below.unit)
    if theirs is None or theirs[1] != 1:
        return False
    return mine is None or mine[0] != theirs[0]


def _siblings(units: Sequence[_Placed], at: int) -> tuple[int, list[list[_Placed]]]:
    """The numbered items that the unit at a place counts among, from the first on, and where that stands."""
    start = at
    while start >= 0 and _ordinal(units[start].unit) is None:
        if units[start].unit.kind in ("heading", "row") or at - start > 3:
            return at, []
        start -= 1
    own = _ordinal(units[start].unit) if start >= 0 else None
    if own is None:
        return at, []
    kind, number = own
    first = start
    for place in range(start - 1, -1, -1):
        other = _ordinal(units[place].unit)
        if number == 1 or (other and _is_further_out(other[0], kind)):
            break
        if other and other[0] == kind:
            if other[1] != number - 1:
                break
            first, number = place, other[1]
    if number != 1:
        return at, []
    items: list[list[_Placed]] = []
    for place in range(first, len(units)):
        one = units[place]
        other = _ordinal(one.unit)
        if other and other[0] == kind:
            if other[1] != len(items) + 1:
                break
            items.append([])
        elif (other and (_is_further_out(other[0], kind))) or (
            other is None and (one.unit.kind in ("heading", "row") or not _continues(one.unit, items[-1]))
        ):
            break
        items[-1].append(one)
    return first, items


def _continues(unit: Unit, item: Sequence[_Placed]) -> bool:
    """Whether a unit without a number goes on with the item above it: in its paragraph, or under what it leads to."""
    if unit.lead == item[-1].unit.spans or (unit.lead and unit.lead == item[-1].unit.lead):
        return True
    if unit.spans[0][0] == item[-1].unit.spans[-1][1]:
        return True
    mark, path = mark_of(fold(item[0].text)), item[0].unit.path
    headed = bool(mark and path) and fold(path[-1]).startswith(mark.label if mark else "")
    return headed and unit.path == path


def _is_further_out(kind: str, than: str) -> bool:
    if kind in _DEPTHS and than in _DEPTHS:
        return _DEPTHS.index(kind) < _DEPTHS.index(than)
    return False


def _ordinal(unit: Unit) -> tuple[str, int] | None:
    """The kind of a unit's number and the number: ("num", 3) for 3., ("is", 2) for 二是."""
    if unit.kind == "row":
        return None
    text = fold(unit.reading).lstrip("-• *")
    for kind, pattern in (("step", _STEP), ("is", _IS)):
        if found := pattern.match(text):
            return kind, han_number(found[1])
    mark = mark_of(text)
    if mark is None or mark.kind in ("bullet", "dash", "box"):
        return None
    if mark.kind == "circle":
        return mark.kind, ord(mark.label[0]) - 0x245F
    numerals = _NUMERAL.findall(mark.label)
    if not numerals:
        return None
    kind = f"decimal{mark.depth}" if mark.kind == "decimal" else mark.kind
    return kind, han_number(numerals[-1])


def _led_by(units: Sequence[_Placed], lead: tuple[Span, ...]) -> list[list[_Placed]]:
    """The items that one sentence leads, in order."""
    items: list[list[_Placed]] = []
    for one in units:
        if one.unit.lead == lead:
            apart = one.unit.spans[0][0] > items[-1][-1].unit.spans[-1][1] if items else True
            plain = all(
                _ordinal(item[0].unit) is None for item in items
            )  # a line each, the last one ends with 。
            if items and one.unit.kind == "sentence" and _ordinal(one.unit) is None and not (plain and apart):
                items[-1].append(one)
            else:
                items.append([one])
    return items


def _alike(units: Sequence[_Placed], at: int, grouped: bool = True) -> list[list[_Placed]]:
    """The rows, or the items without number or lead, around one, with nothing between them.

    Of a table that groups its rows by the first cell, those of the group, unless all are wanted.
    """
    here = units[at]
    if here.unit.kind not in ("item", "row"):
        return []

    def belongs(one: _Placed) -> bool:
        return one.unit.kind == here.unit.kind and not one.unit.lead and one.unit.path == here.unit.path

    first = last = at
    while first and belongs(units[first - 1]):
        first -= 1
    while last + 1 < len(units) and belongs(units[last + 1]):
        last += 1
    run = units[first : last + 1]
    if here.unit.kind == "row" and grouped:
        group = [one for one in run if _first_cell(one.unit) == _first_cell(here.unit)]
        if _FEWEST <= len(group) < len(run):
            run = group
    return [[one] for one in run]


def _first_cell(unit: Unit) -> str:
    return re.split(r"[;；]", unit.reading, maxsplit=1)[0]


def _is_about(
    query: Query, best: Candidate, listing: Listing, items: Sequence[Sequence[_Placed]], here: _Placed
) -> bool:
    """Whether the question is about what stands over a list rather than about one of its items."""
    over = listing.lead
    heads = " ".join(
        [*(over.unit.path if over else ()), over.text if over else "", over.unit.reading if over else ""]
    )
    held = set(tokens(heads))
    asked = set(query.terms)
    own = set(tokens(f"{here.unit.reading} {best.text}")) - held
    # what every item says (废止) is said of the list, unless the question names the one thing that this item is of
    every = set.intersection(*(set(tokens(" ".join(one.text for one in item))) for item in items))
    by_items = bool(asked & every) and not asked & (own - every)
    if not over or not (by_items or len(asked & held) >= max(1, len(asked & own))):
        return False
    if _is_of_the_sort(query, over.unit):
        return True
    number = _ordinal(here.unit)
    chapter = (
        number is not None and number[0] == "article"
    )  # its articles have a chapter in common, not a sort
    return query.several and query.parts <= 1 and not chapter


def _named(
    query: Query, over: _Placed | None, items: Sequence[Sequence[_Placed]], here: _Placed
) -> list[Sequence[_Placed]]:
    """The items that a question for several things is about, where it names few by what only those say.

    由市发展改革委承办的有哪些, of a catalogue of what many bodies do. None where it is about all, or asks for steps,
    papers or conditions, which go together, as do the items of one sentence.
    """
    if query.steps or not query.several or query.parts > 1 or here.unit.lead:
        return []

    def words_of(units: Sequence[_Placed]) -> set[str]:
        shown = (show(query.language, one.passage, one.unit.spans, one.unit.reading) for one in units)
        return set(tokens(" ".join((*(one.text for one in units), *shown))))

    beside = set(tokens(" ".join((here.passage.document.title, *here.unit.path))))
    meant = {term for term in (*query.terms, *tokens(" ".join(query.official))) if not term.isdigit()}
    asked = meant - beside - (words_of([over]) if over else set())
    held = [asked & words_of(item) for item in items]
    of_few = {term for term in asked if 0 < sum(term in words for words in held) <= len(items) / 2}
    mine = next((words for item, words in zip(items, held, strict=True) if here in item), set[str]()) & of_few
    return [item for item, words in zip(items, held, strict=True) if mine <= words] if mine else []


def _is_of_the_sort(query: Query, over: Unit) -> bool:
    """Whether a lead or a heading, or the one over a lead, is of what the question wants: papers, steps, conditions."""
    heads = " ".join((*over.path[-1:], over.reading))
    return any(asked.search(query.text) and named.search(heads) for asked, named in _SORTS)


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in spans:
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return tuple(merged)


def _cut(text: str, longest: int, spoken: Language) -> str:
    """The beginning of a text, up to a clause's end, with dots that say so."""
    ends = [m.start() for m in _END_OF_CLAUSE.finditer(text[:longest])]
    if spoken == "en":
        ends = ends if ends and ends[-1] > longest // 2 else [text.rfind(" ", 0, longest)]
        return f"{text[: ends[-1]]} …"
    return f"{text[: ends[-1] if ends and ends[-1] > longest // 3 else longest]}……"
