"""What a reader must be told beside an answer: that a document has expired, that a date has passed, and the like."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from contextlib import suppress
from datetime import date

from rag.asking.query import Query
from rag.contract import Citation, Manner, Notice, NoticeKind, PrintedDate, Value
from rag.indexing.fields import Rendering
from rag.reading.annexes import Annex
from rag.reading.corpus import Document
from rag.reading.files.original import Original, percent
from rag.reading.validity import announces_event, ends_by_its_days, holds_for_a_stretch
from rag.text.dates import add_years, whole_date
from rag.text.normal import Language, normalise, squeeze
from rag.text.phones import phones
from rag.text.places import within
from rag.text.spans import Span

_DATE = re.compile(
    r"(?:(?P<year>(?:19|20)\d\d)年)?(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?"
    r"|(?:(?<=[至到—–~-])|(?<=[至到]\s))(?P<last>\d{1,2})日"
    r"|(?P<ended>(?:19|20)\d\d)年(?:年底|底|末)"
    r"|(?:(?<=到)|(?<=至))(?P<by>(?:19|20)\d\d)年(?=[,、]|前|[^\d月底末年]{0,12}(?:达|超|突破|实现|完成|建成))"
    r"|(?P<of>(?:19|20)\d\d)年(?=:)"
)
"""A day, a month, the last of a stretch (9月1日至5日), the end of a year, a year to be reached, a column's."""
_AS_OF = re.compile(r"(?:^|[,。;:(、\s])(?:截[至止]到?|截至)\s*$")
"""Before the day by which something is counted, which is no event: 截至2017年底, but not 报名截至6月30日."""
_ISSUED = re.compile(r"(?!前)[^。;]{0,40}?(?:印发|出台|发布|公布|下发|审议通过)")
"""Behind the day on which a document came out."""
_SOME_DAY = re.compile(r"\s*(?:底|前|末|[上中下]旬|份|举[行办])")
"""Behind a month without a year that something happens in or is done by; others come back: 8、9月有时有台风."""
_SINCE = re.compile(r"\s*(?:零时|\d{1,2}[时点](?:\d{1,2}分)?)?(?:起|以来|之日|以后|后(?!勤))")
"""Behind a date that begins something, and so does not end it."""
_NO_EVENT = re.compile(
    r"每年|往年|常年|多年|施行|有效期|废止|(?:起|日)(?:实施|执行|生效)|出生|"
    r"(?:处罚|签发|发证|成立|登记|公布|批准|印发|作出|立案|检查|抽样)(?:决定)?(?:日期|时间)"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年)")
_PLAN = re.compile(r"规划|计划|要点|行动|目标")
_TARGET = re.compile(
    r"力争|达到|目标|突破|确保|控制在|新增|新建|到20\d\d年|20\d\d年底|(?:完成|建成|改造|培育|引进)\D{0,12}\d"
)
_ACHIEVED = re.compile(
    r"已(?!规划|列入|纳入)|截至|截止目前|现有|同比|现状|回顾|[\u4e00-\u9fff]了(?!解)|获(?:得|评|批)|累计(?!达到)"
)
_SHALL_BE = re.compile(r"到20\d\d年|20\d\d年底前|力争|确保|目标")
_TO_COME = re.compile(r"(?:[到至]|(?:^|[,。;]))((?:19|20)\d\d)年(?![-—~)])")
_LAST_PLAN = re.compile(r"十[一二三]五(?!五)")
OVER: frozenset[NoticeKind] = frozenset(("past_event", "superseded", "expired", "implied_expired"))
"""Kinds that say of a document or a place that it holds no more."""
_BEFORE = re.compile(r"(?:成就|成效|回顾|现状|历程|(?:发展|转换|工作|现实)基础|面临的?(?:形势|问题))$")
"""A heading of a plan under which stands what was before it: 第一节 发展成效."""
_POST = re.compile(r"^[-*]?(?:副?组长|副?主任|副?总?指挥|召集人|负责人|联系人):")
"""A line that tells who holds a post."""
_FOR_OCCASION = re.compile(
    r"(?<!每年)(?:博览会|展会|展览会|运动会|大赛|竞赛|论坛|庆典|普查)[^《》]{0,16}(?:专班|领导小组|组委会|组织委员会|指挥部|筹备)"
)
"""In a title: a body set up for one occasion."""
_TO_DO = re.compile(
    r"[,，]|夯|筑|打牢|强化|巩固|完善|优化|加强|增强|提[升高]|确保|突出|注重|扩大|检验|评估|推进|建立"
)
"""In a heading that says what shall be done: 夯实数字乡村发展基础."""
_FIGURE = re.compile(r"\d")
_TERM = re.compile(
    r"(?:(?:执行|实施|政策|优惠|补贴|缓缴|享受|使用)(?:期限?|时间)|有效期限?)[^。;,]{0,4}?(?:截?止?至|截止?到?|到)"
    r"\s*((?:19|20)\d\d)年(\d{1,2})月(\d{1,2})日|(?:执行|实施)[至到]\s*((?:19|20)\d\d)年(\d{1,2})月(\d{1,2})日"
)
"""The last day of what a place grants."""
_MEASURE_OF = re.compile(
    r"(?<![自从到至\d])((?:19|20)\d\d)年(?:度|内|全年|期间)?(?![起底末前\d])[^。;,0-9了]{0,12}"
    r"(?:减免|免征|免收|缓缴|返还|补贴|补助|奖励|发放)"
)
"""What is granted for one year: 2022年减免6个月租金."""
_IN_OFFICE = re.compile(r"(?:挂职|试用)(?:时间|期)?(?:为|:)?([一两二三123])年")
_NUMBERS = {"一": 1, "两": 2, "二": 2, "三": 3}
_OLD = 2  # years after which a post may have changed hands, and an amount its size
_PROMISES = re.compile(
    r"\d(?:\.\d+)?\s*(?:余|多)?(?:万|亿)?元|补贴|补助|奖励|奖补|津贴|贷款|贴息|减免|免征|免收|缓缴|收费|罚款"
)
"""What a document gives or takes."""
_SINGLE_ACTS = ("批复", "通报", "决定", "命令")
"""Kinds of documents that do one thing, on their day, and lay nothing down for later."""


def recognised(citations: Sequence[tuple[Citation, Original]]) -> tuple[Notice, ...]:
    """What is owed where the place that answers was recognised from a picture.

    :param citations: The places cited with the originals of their texts, the one that answers first.
    """
    for citation, original in citations:
        page = original.page_of(citation.spans[0][0])
        if page is None or page.confidence is None:
            continue
        doubts = tuple(
            citation.quote[at : at + end - start]
            for start, end in (doubt.span for doubt in original.doubts_in(citation.spans))
            if (at := _place_in(citation.spans, start)) is not None
        )
        sure = percent(page.confidence)
        return (_notice("recognised", page=page.number, sure=sure, doubts=tuple(dict.fromkeys(doubts))),)
    return ()


def _place_in(spans: Sequence[Span], place: int) -> int | None:
    """Where a place of the source stands in a quote; None where it is not in it."""
    before = 0
    for start, end in spans:
        if start <= place < end:
            return before + place - start
        before += end - start
    return None


def notices_for(
    query: Query,
    documents: Sequence[Document],
    quotes: Sequence[str],
    today: date,
    section: Sequence[str] = (),
) -> tuple[Notice, ...]:
    """The notices owed with an answer.

    :param documents: The documents cited, that of the first place first.
    :param quotes: The places cited, verbatim, the one that answers first.
    :param today: The date that "has passed" is judged by.
    :param section: The headings over the one that answers first.
    """
    first = documents[0] if documents else None
    found = _of_time(first, quotes[0], today, section) if quotes else _lapsed(first, today)
    found += [notice for document in documents[1:] for notice in _lapsed(document, today)]
    found += [notice for document in documents for notice in _of_document(document)]
    years = [document.year for document in documents if document.year]
    holds_post = any(_POST.search(squeeze(quote)) for quote in quotes)
    tells_who = "person" in query.wants or query.phone or holds_post or any(map(phones, quotes))
    if tells_who and years and max(years) <= today.year - _OLD:
        found.append(_notice("old_contact", year=max(years)))
    # what holds for a city holds for a district of it, not the other way round
    meant = query.places or ((query.home,) if query.home else ())
    others = [
        place
        for place in (document.jurisdiction for document in documents)
        if place and not any(within(asked, place) for asked in meant)
    ]
    if meant and others:
        manner: Manner | None = None if query.places else "home"
        values = {"asked": tuple(meant), "found": tuple(dict.fromkeys(others))}
        found.append(Notice("other_district", values, manner))
    over_anyway = {notice.kind for notice in found} & (OVER | {"amended"})
    if documents and quotes and not over_anyway and (year := _dated(documents[0], quotes[0], today)):
        found.append(_notice("dated", year=year))
    return tuple(dict.fromkeys(found))


def _dated(document: Document, quote: str, today: date) -> int:
    """The year of a document that states no term, where what it promises is old enough to have changed; 0 otherwise."""
    year = document.year
    plain = normalise(quote)
    until = document.implied_until
    runs = until and (until >= today.isoformat() or _YEAR.search(plain))  # what tells its year is no news
    lapses = document.valid_until or runs or document.kind in _SINGLE_ACTS
    told = _PROMISES.search(plain) and not _TERM.search(plain)
    return year if year and not lapses and told and year <= today.year - _OLD else 0


def _is_target(document: Document, quote: str) -> bool:
    """Whether a place sets a figure that is to be reached: in a plan, and told of no time before the plan's."""
    plain = normalise(quote)
    if not _PLAN.search(document.title) or _ACHIEVED.search(plain) or not _FIGURE.search(plain):
        return False
    years = [int(year) for year in _YEAR.findall(plain)]
    return bool(_TARGET.search(plain)) and not (years and max(years) < document.year)


def unprinted(quotes: Sequence[str], missing: Sequence[Annex], spoken: Language = "zh") -> tuple[Notice, ...]:
    """That places cited refer to annexes which the bulletin does not print.

    :param missing: Those of the documents cited.
    :param spoken: The reader's language; English readers are told their numbers, where they have any.
    """
    cited = squeeze(" ".join(quotes))
    named = [a for a in missing if f"附件{a.number}" in cited or (a.title and squeeze(a.title) in cited)]
    if not named:
        return ()
    names = (f"Annex {a.number}" if spoken == "en" and a.number else a.name for a in named)
    return (_notice("missing_annex", annexes=tuple(names)),)


def conflict(values: Sequence[str]) -> Notice:
    """That places of the source give different values, all of them named."""
    return _notice("conflict", values=tuple(values))


def elsewhere(places: Sequence[str]) -> Notice:
    """That other districts or years have an answer too."""
    return _notice("elsewhere", places=tuple(places))


def rendering(renderings: Sequence[Rendering]) -> Notice:
    """What an English reader must know of the text: whose rendering it is, or that there is none.

    :param renderings: Those shown.
    """
    if not renderings:
        return _notice("untranslated")
    return _notice("machine_rendered" if any(one.machine for one in renderings) else "language")


def _of_time(document: Document | None, quote: str, today: date, section: Sequence[str]) -> list[Notice]:
    """What is to be said of the time of a place: what its document or it states wins over what either implies."""
    plain = normalise(quote)
    expired = document and (document.valid_until or "9999") < today.isoformat()
    if not expired and (term := _term_of(plain)):
        return [Notice("expired", {"on": term}, "term")] if term < today else []
    if document and document.dated and (office := _IN_OFFICE.search(plain)):
        years = _NUMBERS.get(office[1]) or int(office[1])
        ended = date.fromisoformat(add_years(document.dated, years))
        return [_notice("implied_expired", on=ended, reason=office[0])] if ended < today else []
    last = _last_date(quote, document)
    over = last if last is not None and last.day < today else None
    before = any(_BEFORE.search(heading) and not _TO_DO.search(heading) for heading in section)
    another = document and (
        (before and document.implied_until) or _tells_of_another_time(document, plain, today)
    )
    found = [] if another else _lapsed(document, today)
    lapsed = found[0] if found else None
    told = lapsed is not None and (lapsed.kind == "expired" or over is None or not over.by_day)
    if over and not told and not (lapsed and over.day in lapsed.values.values()):
        # a day that the place itself gives says more than that the days of its document are over
        by_days = document is not None and ends_by_its_days(document.implied_reason)
        found = [one for one in found if one.kind == "implied_expired" and not by_days]
        found.append(_notice("past_event", on=over))
    if not found and (year := max(_MEASURE_OF.findall(plain), default="")) and int(year) < today.year:
        reason = f"所引规定写的是{year}年"
        found = [_notice("implied_expired", on=date(int(year), 12, 31), reason=reason)]
    if (
        document
        and not before
        and _is_target(document, quote)
        and all(one.kind != "past_event" for one in found)
    ):
        found.append(_notice("target"))
    return found


def _lapsed(document: Document | None, today: date) -> list[Notice]:
    """That a document has expired, or by its content lapsed; none where neither."""
    if document is None:
        return []
    if document.valid_until:
        until = date.fromisoformat(document.valid_until)
        return [_notice("expired", on=until, title=document.title)] if until < today else []
    old = not document.implied_until and 0 < (document.year or 0) < today.year - 1
    if old and _FOR_OCCASION.search(normalise(document.title)):
        return [Notice("past_event", {"year": document.year or 0}, "occasion")]
    if not document.implied_until or (until := date.fromisoformat(document.implied_until)) >= today:
        return []
    if holds_for_a_stretch(document.title, document.implied_reason):
        return [Notice("expired", {"on": until}, "event")]
    if announces_event(document.title, document.implied_reason):
        return [Notice("past_event", {"on": until}, "event")]
    return [_notice("implied_expired", on=until, reason=document.implied_reason or "")]


def _tells_of_another_time(document: Document, plain: str, today: date) -> bool:
    """Whether a place of a plan tells what there was before it, or shall be after it."""
    if not document.implied_until:
        return False
    if max(map(int, _TO_COME.findall(plain)), default=0) >= max(today.year, int(document.implied_until[:4])):
        return True
    years = [int(year) for year in _YEAR.findall(plain)]
    if not _PLAN.search(document.title) or _SHALL_BE.search(plain):
        return False
    before = max(years) < document.year if years else bool(_LAST_PLAN.search(plain))
    stands = not years and _FIGURE.search(plain) and _ACHIEVED.search(plain) and not _TARGET.search(plain)
    return before or ("规划" in document.title and bool(stands))


def _term_of(plain: str) -> date | None:
    """The last day of what a place grants; the latest of several."""
    days = [date(*map(int, filter(None, found))) for found in _TERM.findall(plain)]
    return max(days, default=None)


def _of_document(document: Document) -> list[Notice]:
    """What is to be said of a document besides its time."""
    found = []
    if document.explains or document.kind == "解读":
        found.append(_notice("explainer", explains=document.explains or document.title))
    if document.replaced_by:
        found.append(_notice("superseded", by=document.replaced_by))
    elif document.amended_by:
        found.append(_notice("amended", by=document.amended_by))
    if document.draft:
        found.append(_notice("draft"))
    return found


def _notice(kind: NoticeKind, **values: Value) -> Notice:
    return Notice(kind, values)


def _last_date(quote: str, document: Document | None) -> PrintedDate | None:
    """The latest date of a place: 2025年5月27日至6月20日, 2025年底前; of the document's year where it names none.

    A month without a day counts to its last. What comes back every year does not pass, nor does a day without a year
    in a document that holds for years; since when or until when a text holds is told as such, and what begins on a day
    (自2026年1月起) is not over with it.
    """
    plain = normalise(quote)
    if _NO_EVENT.search(plain) or (document and document.dated and whole_date(quote) == document.dated):
        return None
    days: list[PrintedDate] = []
    lasts = document is not None and int((document.valid_until or "0")[:4]) > document.year + 1
    year, month = (str(document.year or "") if document and not lasts else ""), ""
    for found in _DATE.finditer(plain):
        if _AS_OF.search(plain, 0, found.start()) or _ISSUED.match(plain, found.end()):
            continue
        if whole := found["ended"] or found["by"] or found["of"]:
            days.append(PrintedDate(date(int(whole), 12, 31), found[0], by_day=False))
            continue
        some_day = found["year"] or found["day"] or found["last"] or _SOME_DAY.match(plain, found.end())
        year, month = found["year"] or year, found["month"] or month
        if not year or not month or not some_day or _SINCE.match(plain, found.end()):
            continue
        with suppress(ValueError):  # 2月30日 in a source is a slip of the source
            day = found["day"] or found["last"]
            last = int(day) if day else monthrange(int(year), int(month))[1]
            text = f"{month}月{day}日" if found["last"] else found[0]
            days.append(PrintedDate(date(int(year), int(month), last), text, by_day=bool(day)))
    return max(days, key=lambda one: one.day, default=None)
