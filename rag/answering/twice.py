"""What a document says twice and not the same: told only where its words decide it, wherever the two places stand.

A body and its table of tasks name other members of one list; a row names one day in its text and another in its column;
a document has six leading industries here and four there; one and the same flood calls for two levels of response.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import islice

from rag.answering.reckoning import last_digit
from rag.chunk import Unit
from rag.index import Passage
from rag.reading.lines import mark_of
from rag.text.dates import han_number
from rag.text.normal import fold, squeeze

Placed = tuple[Passage, int, Unit]
"""A unit of a document with its passage and its number there."""

_HAN = "\u4e00-\u9fff"
_RUN = re.compile(rf"[{_HAN}]{{8,}}")
_ALIKE = 0.85  # of two sentences that are one but for a list
_ANCHORS = 4  # runs of words by which another print of a sentence is looked for
_SHOWN = 44  # characters of a clause that is told as what differs
_CLAUSE = re.compile(r"[^,;。:]+")
_MEMBER = re.compile(rf"^(?:[、和与及][{_HAN}]{{2,12}}|[{_HAN}]{{2,12}}[、和与及])$")
_LISTS = re.compile(r"[、和与及]")
_DUE = re.compile(r"(?:年底|年末|\d{1,2}月(?:底|末|\d{1,2}日)|第?[一二三四]季度|上半年)前?")
_DUE_COLUMN = re.compile(r"^[^;]{0,6}(?:时限|期限|完成时间)$")
_ALL_YEAR = re.compile(r"^(?:全年|长期|常年|持续推进|长期坚持)$")
_SO_MANY = re.compile(rf"(?P<n>[二三四五六七八九十]{{1,2}})大(?!队)(?P<of>[{_HAN}]{{4,10}})(?![{_HAN}])")
_SO_MANY_AT_END = re.compile(rf"(?P<n>[二三四五六七八九十]{{1,2}})大(?!队)(?P<of>[{_HAN}]{{4,10}})$")
_LEADS = re.compile(
    r"(?:下列|以下|如下)(?P<n>\d{1,2}|[二两三四五六七八九十]{1,3})(?P<unit>[个家项类种条点]|方面|名)[^,;。:\d]{0,14}[:。]$"
)
_COUNTED = re.compile(r"\d[个家户处所名项]")
_NTH_STAGE = re.compile(r"第([一二三四五六])阶段")
_SO_MANY_OF = re.compile(
    rf"(?P<n>\d+)(?P<unit>[个家户处所名项])(?:以上)?(?P<of>[{_HAN}]{{4,10}}?)(?=创建|建设|培育|认定|目标|工作|任务|[,。;])"
)
_TOTAL = re.compile(r"^(?:合计|总计|共计)$")
_NOT_ADDED = re.compile(r"%|率|比|均|序号|编号|年份|电话|日期")
_NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?)(?:[个家户人名处座所项条件台辆套张亩吨元]|[万亿]元?)?")
_PART = re.compile(
    rf"(?<![\d.])\d{{1,2}}%(?:以上)?的(?P<of>[{_HAN}]{{2,4}}?)(?:建立|建成|设立|建有|拥有|配备)(?P<what>[{_HAN}]{{4,10}})"
    rf"|(?P<rate>[{_HAN}]{{4,12}})覆盖率(?:达到?|提高到|不低于)?\d{{1,2}}(?:\.\d+)?%"
)
_WHOLE = re.compile(
    rf"(?P<what>[{_HAN}]{{4,10}}?)(?:设施|服务|功能)*覆盖(?:全部|所有|全体)(?P<of>[{_HAN}]{{2,8}})|实现(?P<full>[{_HAN}]{{4,12}})全覆盖"
)
"""A share, and the whole, of what has something: 60%以上的农村建立…, …覆盖全部农村社区."""
_BEGINS = re.compile(
    r"(?P<what>本(?:暂行|试行)?[\u4e00-\u9fff]{2})自(?P<day>(?:公布|印发|发布|颁布)之日|(?:19|20)\d\d年\d{1,2}月\d{1,2}日)起"
    r"(?:正式)?(?:施行|实施|执行|生效)"
)
_CASE = re.compile(r"(?:启动|适用|判定|认定)?(?:条件|情形|标准)$")
_EVENT = re.compile(r"[发出产]生|出现|达到?|超过?")
_EITHER = re.compile(r"[,;]?(?:或者?|以及)|[;。]|$")
_LEVEL = re.compile(r"([一二三四ⅠⅡⅢⅣⅤ]|(?<![\d.])\d{1,2}|I{1,3}V?)(?:级|类|档|等)")
_LONG = 10  # characters of a case that is a case by itself
_FEW = 2  # rows that may hold what all others hold once
_SEVERAL = 6  # members of a column by which it is seen that each stands once
_STAGE = re.compile(
    r"第[一二三四五六]阶段[,:(]?[从自]?(?P<y1>(?:19|20)\d\d)年(?P<m1>\d{1,2})月(?:\d{1,2}日)?[至到—~-]+(?:(?P<y2>(?:19|20)\d\d)年)?(?:(?P<m2>\d{1,2})月|年?[底末])"
)
_SPAN = re.compile(
    r"\((?P<y1>(?:19|20)\d\d)年(?P<m1>\d{1,2})月(?:\d{1,2}日)?[至到—~-]+(?:(?P<y2>(?:19|20)\d\d)年)?(?P<m2>\d{1,2})月[^()]{0,4}\)"
)


@dataclass(frozen=True, slots=True)
class Twice:
    """Two values that a document gives for one thing, and the other place, if it is another one."""

    values: tuple[str, str]
    other: Placed | None
    reckoned: bool = False
    """Whether the second is what its place lists or adds up to, not what it says."""


def said_twice(here: Placed, units: Sequence[Placed], asked: str, of_time: bool) -> Twice | None:
    """What else a document says of what a place says; None where nothing can be shown to differ.

    :param units: Those of the document, in order.
    :param asked: The question.
    :param of_time: Whether it asks when: what is said of the time matters then, and only then.
    """
    kinds = _OF_TIME if of_time else _OF_THINGS
    return next((found for kind in kinds if (found := kind(here, units, asked))), None)


def _listed_otherwise(here: Placed, units: Sequence[Placed], asked: str) -> Twice | None:
    """Another print of the sentence, in a table or beside one, whose list has a member more."""
    mine = squeeze(_text(here[2]))
    for other in _prints(here, units):
        theirs = squeeze(_text(other[2]))
        changes = [
            (kind, mine[a:b], theirs[c:d], (a, c))
            for kind, a, b, c, d in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes()
            if kind != "equal"
        ]
        for kind, left, right, (at, there) in changes:
            member = left or right
            if kind == "replace" or not _MEMBER.match(member):
                continue
            clauses = _clause(mine, at), _clause(theirs, there)
            if all(map(_LISTS.search, clauses)):
                return Twice((clauses[0][:_SHOWN], clauses[1][:_SHOWN]), other)
    return None


def _due_otherwise(here: Placed, units: Sequence[Placed], asked: str) -> Twice | None:
    """A row whose text sets a day and whose column another, the row itself or that of the same sentence."""
    same = (one for one in _prints(here, units) if here[2].kind != "row")
    for place in (here, *same):
        if place[2].kind != "row":
            continue
        due = next((value for head, value in _cells(place[2]) if _DUE_COLUMN.search(head)), "")
        said = _DUE.search(squeeze(_text(place[2])))
        if said and _ALL_YEAR.match(squeeze(due)):
            return Twice((said[0], due), None if place is here else place)
    return None


def _so_many(here: Placed, units: Sequence[Placed], asked: str) -> Twice | None:
    """What is counted by its name elsewhere, and is more or fewer there: 六大主导产业, 四大主导产业."""
    for found in _SO_MANY.finditer(fold(here[2].reading)):
        for other in units:
            if found["of"] not in other[2].reading:
                continue
            for again in _SO_MANY.finditer(fold(other[2].reading)):
                if again["of"] == found["of"] and han_number(again["n"]) != han_number(found["n"]):
                    return Twice((found[0], again[0]), other)
    return None


def _fewer_than_over(here: Placed, units: Sequence[Placed], asked: str) -> Twice | None:
    """More named than the heading over them counts: 四大特色优势产业, under which seven stand by name."""
    over = _SO_MANY_AT_END.search(fold(here[2].path[-1])) if here[2].path else None
    if over is None:
        return None
    plain = squeeze(here[2].reading)
    listed = re.search(rf"(?:[^。;:,、]{{1,12}}、){{2,}}[^。;:,、]{{1,12}}?等?{over['of']}", plain)
    named = listed[0].count("、") + 1 if listed else 0
    if named <= han_number(over["n"]):
        return None
    heading = next(
        (one for one in units if one[2].kind == "heading" and one[2].reading == here[2].path[-1]), None
    )
    return Twice((over[0], f"{named}个"), heading, reckoned=True)


def _items_otherwise(here: Placed, units: Sequence[Placed], asked: str) -> Twice | None:
    """A lead that counts what it leads to, and numbered items that are more or fewer: 下列8家企业: 1. … 9. …."""
    spans = here[2].lead or here[2].spans
    leads = next((one for one in units if one[2].spans == spans), None)
    found = _LEADS.search(squeeze(leads[2].reading)) if leads else None
    if leads is None or found is None:
        return None
    items = [one for one in units if one[2].lead == spans]
    marks = [mark_of(fold(one[2].reading)) for one in items]
    kinds = {mark.kind for mark in marks if mark}
    numbers = [
        int("".join(re.findall(r"\d", mark.label)) or 0) or han_number(mark.label.strip("()、. "))
        for mark in marks
        if mark
    ]
    if len(kinds) != 1 or len(numbers) != len(items) or numbers != list(range(1, len(items) + 1)):
        return None
    said = han_number(found["n"])
    if not said or said == len(items):
        return None
    return Twice(
        (f"{found['n']}{found['unit']}", f"{len(items)}{found['unit']}"),
        None if leads is here else leads,
        reckoned=True,
    )


def _sum_otherwise(here: Placed, units: Sequence[Placed], asked: str) -> Twice | None:
    """A row of totals that is not what the rows of its table add up to."""
    if here[2].kind != "row" or not any(_TOTAL.match(squeeze(value)) for _, value in _cells(here[2])):
        return None
    at = next((n for n, one in enumerate(units) if one[2].spans == here[2].spans), 0)
    first = last = at
    while first and units[first - 1][2].kind == "row" and units[first - 1][2].path == here[2].path:
        first -= 1
    while (
        last + 1 < len(units) and units[last + 1][2].kind == "row" and units[last + 1][2].path == here[2].path
    ):
        last += 1
    rows = [dict(_cells(one[2])) for one in units[first : last + 1] if one is not units[at]]
    if len(rows) < _FEW or any(_TOTAL.match(squeeze(value)) for row in rows for value in row.values()):
        return None
    for head, value in _cells(here[2]):
        figures = [_NUMBER.fullmatch(squeeze(cell)) for cell in (value, *(row.get(head, "") for row in rows))]
        if not all(figures) or _NOT_ADDED.search(head):
            continue
        printed = [one[1] for one in figures if one]
        whole, *parts = (Decimal(one.replace(",", "")) for one in printed)
        made = sum(parts, Decimal())
        if abs(made - whole) > sum(map(last_digit, printed)) / 2:
            return Twice((squeeze(value), f"{made.normalize():f}"), None, reckoned=True)
    return None


def _stages_otherwise(here: Placed, units: Sequence[Placed], asked: str) -> Twice | None:
    """A number for all stages, and what the stages of the document, each with its own, add up to."""
    plain = squeeze(here[2].reading)
    if not _COUNTED.search(plain):
        return None
    paths = {one[2].path for one in units if "阶段" in one[2].reading and _NTH_STAGE.search(one[2].reading)}
    staged = [one[2] for one in units if one[2].path in paths and one[2].kind != "heading"]
    stages = {stage for unit in staged for stage in _NTH_STAGE.findall(unit.reading)}
    parts: dict[tuple[str, str], list[int]] = defaultdict(list)
    for unit in staged:
        for found in _SO_MANY_OF.finditer(squeeze(unit.reading)):
            parts[found["of"], found["unit"]].append(int(found["n"]))
    for (of, counted), numbers in parts.items():
        if len(numbers) < _FEW or len(numbers) != len(stages):
            continue
        told = re.search(
            rf"{of}(?:总数)?(?:达到?|共)(\d+){counted}|(?<!\d)(\d+){counted}(?:以上)?{of}", plain
        )
        whole = int(told[1] or told[2]) if told else 0
        if whole > max(numbers) and whole != sum(numbers):
            return Twice((f"{whole}{counted}", f"{sum(numbers)}{counted}"), None, reckoned=True)
    return None


def _of_all(here: Placed, units: Sequence[Placed], asked: str) -> Twice | None:
    """A share of what another place says all of: 60%以上的农村建立幸福院, 幸福院覆盖全部农村社区."""
    mine = squeeze(here[2].reading)
    if not _PART.search(mine) and not _WHOLE.search(mine):
        return None
    for other in units:
        if "覆盖" not in other[2].reading and "%" not in fold(other[2].reading):
            continue
        theirs = squeeze(other[2].reading)
        for part, whole in ((mine, theirs), (theirs, mine)):
            found = _part_and_whole(part, whole)
            if found and _of_one_time(here, other):
                return Twice(found if part is mine else found[::-1], other)
    return None


def _part_and_whole(part: str, whole: str) -> tuple[str, str] | None:
    """What one text says of a share, and the other of all; None where they are not of one thing."""
    for found in _PART.finditer(part):
        for every in _WHOLE.finditer(whole):
            what = found["what"] or found["rate"]
            if what == every["full"] or (what == every["what"] and (found["of"] or "") in every["of"]):
                return found[0], every[0]
    return None


def _of_one_time(one: Placed, other: Placed) -> bool:
    """Whether two places name no different years."""
    years = [set(re.findall(r"(?:19|20)\d\d(?=年)", squeeze(place[2].reading))) for place in (one, other)]
    return not years[0] or not years[1] or years[0] == years[1]


def _begins(here: Placed, units: Sequence[Placed], asked: str) -> Twice | None:
    """Since when the document holds, said in two ways."""
    found = _BEGINS.search(squeeze(here[2].reading))
    if found is None:
        return None
    for other in units:
        if "起" in other[2].reading and (again := _BEGINS.search(squeeze(other[2].reading))):
            days = {found["day"], again["day"]}
            dated = any(day[0].isdigit() for day in days)  # 印发之日 and 公布之日 are one day
            if (
                len(days) > 1
                and dated
                and again["what"] == found["what"]
                and other[2].path[:1] == here[2].path[:1]
            ):
                return Twice((found["day"], again["day"]), other)
    return None


def _of_two_levels(here: Placed, units: Sequence[Placed], asked: str) -> Twice | None:
    """One and the same case that calls for two levels of what its document grades."""
    path, case = here[2].path, _first_case(here[2])
    if not case or not path or not _CASE.search(path[-1]):
        return None
    for other in units:
        theirs = other[2].path
        if case not in other[2].reading or other[2].spans == here[2].spans or _first_case(other[2]) != case:
            continue
        if theirs[:-2] != path[:-2] or not _CASE.search(theirs[-1]):
            continue
        levels = [_LEVEL.search(over[-2]) if len(over) > 1 else None for over in (path, theirs)]
        if levels[0] and levels[1] and levels[0][0] != levels[1][0]:
            return Twice((levels[0][0], levels[1][0]), other)
    return None


def _in_two_rows(here: Placed, units: Sequence[Placed], asked: str) -> Twice | None:
    """A member that the question names and that stands in two rows of a column whose other members stand in one."""
    if here[2].kind != "row":
        return None
    rows = [one for one in units if one[2].kind == "row" and one[2].path == here[2].path]
    wanted = squeeze(asked)
    for head, cell in _cells(here[2]):
        listed = _members(cell)
        members = [member for member in listed if len(member) > 1 and member in wanted]
        if not members or len(listed) == 1:
            continue
        held: dict[str, list[Placed]] = defaultdict(list)
        for row in rows:
            for member in set(_members(dict(_cells(row[2])).get(head, ""))):
                held[member].append(row)
        often = [member for member, places in held.items() if len(places) > 1]
        if len(held) < _SEVERAL or len(often) > _FEW:
            continue
        for member in members:
            other = next((row for row in held[member] if row[2].spans != here[2].spans), None)
            if other is not None and len(held[member]) == _FEW:
                firsts = [next(iter(_cells(row[2])))[1] for row in (here, other)]
                if firsts[0] != firsts[1]:
                    return Twice((firsts[0], firsts[1]), other)
    return None


def _outside_its_stage(here: Placed, units: Sequence[Placed], asked: str) -> Twice | None:
    """A stage that begins before, or ends after, what its heading says of all of them."""
    over = next((found for head in here[2].path[::-1] if (found := _SPAN.search(squeeze(head)))), None)
    stage = _STAGE.search(squeeze(here[2].reading))
    if over is None or stage is None:
        return None
    begins, ends = _months(over)
    first, last = _months(stage)
    if begins <= first and last <= ends:
        return None
    heading = next(
        (one for one in units if one[2].kind == "heading" and over[0] in squeeze(one[2].reading)), None
    )
    return Twice((stage[0].partition("阶段")[2].lstrip(",:(从自"), over[0].strip("()")), heading)


def _months(found: re.Match[str]) -> tuple[int, int]:
    """The months that a stretch begins and ends with, counted from the year 0."""
    year = int(found["y1"])
    last = int(found["y2"] or year)
    return 12 * year + int(found["m1"]), 12 * last + int(found["m2"] or 12)


def _prints(here: Placed, units: Sequence[Placed]) -> Iterator[Placed]:
    """Other places where the sentence stands nearly to the letter, in a row if it is none, else in none.

    Under a heading of the same words: what is like it under others is of something else.
    """
    unit = here[2]
    runs = sorted(_RUN.findall(_text(unit)), key=len)[-_ANCHORS:]
    if not runs or not unit.path:
        return
    found = (
        one
        for one in units
        if (one[2].kind == "row") != (unit.kind == "row")
        and one[2].kind not in ("heading", "meta")
        and any(run in one[2].reading for run in runs)
        and one[2].path
        and _same_heading(one[2].path[-1], unit.path[-1])
    )
    mine = squeeze(_text(unit))
    for one in islice(found, _ANCHORS):
        if SequenceMatcher(None, mine, squeeze(_text(one[2])), autojunk=False).ratio() >= _ALIKE:
            yield one


def _same_heading(one: str, other: str) -> bool:
    shorter, longer = sorted((squeeze(one).rstrip("。:"), squeeze(other).rstrip("。:")), key=len)
    return longer.startswith(shorter)


def _text(unit: Unit) -> str:
    """What a unit says: of a row, its longest cell."""
    if unit.kind != "row":
        return unit.reading
    return max((value for _, value in _cells(unit)), key=len, default="")


def _cells(unit: Unit) -> list[tuple[str, str]]:
    """The cells of a row, each with the head of its column."""
    parts = (cell.partition("：") for cell in unit.reading.split("；"))
    return [(head, value) for head, colon, value in parts if colon]


def _members(cell: str) -> list[str]:
    return [squeeze(member) for member in re.split(r"[、,，]", cell)]


def _clause(plain: str, at: int) -> str:
    """The clause of a text that holds a place."""
    return next((found[0] for found in _CLAUSE.finditer(plain) if found.start() <= at <= found.end()), "")


def _first_case(unit: Unit) -> str:
    """The case that a condition opens with, where it is one by itself: 施庄或刘庄水库发生超警戒水位洪水，或……."""
    plain = fold(unit.reading).strip()
    mark = mark_of(plain)
    case = re.split(r"[,;。]", plain[mark.end :] if mark else plain, maxsplit=1)[0].strip()
    rest = plain[(mark.end if mark else 0) :].strip()[len(case) :]
    return case if len(case) >= _LONG and _EVENT.search(case) and _EITHER.match(rest) else ""


_Kind = Callable[[Placed, Sequence[Placed], str], Twice | None]
_OF_TIME: tuple[_Kind, ...] = (_due_otherwise, _begins, _outside_its_stage)
_OF_THINGS: tuple[_Kind, ...] = (
    _listed_otherwise,
    _so_many,
    _fewer_than_over,
    _items_otherwise,
    _sum_otherwise,
    _stages_otherwise,
    _of_all,
    _of_two_levels,
    _in_two_rows,
)
