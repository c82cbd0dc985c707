"""Whether a document still holds: answered from its record, with the place that states it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from rag.asking.query import Query
from rag.chunk import Unit
from rag.contract import Notice
from rag.index import Passage
from rag.reading.corpus import Document
from rag.reading.lines import is_org, titled_in
from rag.reading.validity import ends_by_its_days
from rag.text.normal import Language, normalise, squeeze
from rag.wording import show_date

_ASKED = re.compile(
    r"有效(?!果|的?(?:证|身份))|失效|(?:生效|施行|实施|执行)了?(?:吗|没)|"
    r"过[没不]?过?期|到期|作废|废止|过时|结束了?(?=[吗么没]|[??]?$)|还在(?:进行|开展|搞)|作数|算不?算?数|管不?管?用|[替取]代|"
    r"(?:还|仍|现在|目前)(?:在|能|可以)*(?:执行|施行|实行|适用|用)(?:吗|么|没|不)|"
    r"\b(?:still|no longer) (?:valid|in (?:force|effect|place|use)|appl(?:y|ies)|holds?|good|running|current)\b|"
    r"\bexpired?\b|\bin force\b|\bvalid\b|\bout of date\b|\boutdated\b|\bobsolete\b|"
    r"\b(?:over|ended|finished)(?: yet| now)?[??]?$|"
    r"\bbeen (?:replaced|superseded|repealed|abolished|withdrawn)\b"
)
_WHETHER = re.compile(
    r"[吗么没]|是否|还|仍|不(?=作数|算数|管用|[??]|$)|(?:过不过|是不是|算不算|管不管)|[过到]期了|作废了|废止了|失效了|有效\s*[??]?$|"
    r"\b(?:is|are|was|were|does|do|has|have|still)\b"
)
_UNTIL = re.compile(
    r"(?:什么时候|啥时候|何时|哪一?[天年])(?:[过到]期|失效|作废|废止)|\bwhen\b.*\bexpires?\b|\buntil when\b"
)
_OTHER = re.compile(r"几|多[久长少]|哪|谁|什么时候|何时|什么时间|\b(?:how|which|who|what|where)\b")
"""What asks for something else than whether: 有效期是几年, 由哪个部门牵头."""
_DOCUMENT = re.compile(
    r"办法|规定|意见|方案|通知|通告|公告|文件|政策|细则|预案|条例|规划|计划|制度|措施|要点|清单|目录|标准|决定|批复|行动|整治|活动|竞赛|"
    r"[一二三四五六七八九十\d]条|\b(?:rules?|measures?|polic(?:y|ies)|notice|plan|"
    r"document|opinions?|regulations?|provisions|schemes?|program(?:me)?s?|decision|circular|"
    r"list|catalogue|standards?|announcement|guidelines?|campaign|contest)\b"
)
_STATES = re.compile(
    r"有效期|长期有效|废止|失效|(?:之日|\d日|[\d年]月)(?:零时|[后以])?起?(?:正式)?(?:[施试]行|实施|执行|生效)|(?:实施|施行|执行)(?:时间|日期)"
)
_ISSUES = re.compile(r"现(?:将.{0,120}|予|就)?(?:印发|公布|发布|下发)|予以?(?:印发|公布)")
_TERM = re.compile(r"有效期|长期有效")
_PLACE = re.compile(r"^[\u4e00-\u9fff]{2,10}?(?:省|市|区|县|旗|州)(?=[\u4e00-\u9fff]{4})")
_NOW = re.compile(r"现在|目前|如今|还(?!有)|还有(?=[吗么没])|仍|\b(?:now|still|today|currently)\b")
_NOW_IN = r"(?:还|现在|(?<![数项])目前|如今)(?:在|能|可以|可不可以|能不能|有没有)*"
_HAD = r"有|发|领|办|申请|申报|报名|参加|使?用|享受"
_STILL_ON = re.compile(
    rf"{_NOW_IN}(?:{_HAD}|搞|举行|举办|发放|开放)(?:[发领用办]|得到)?(?:不\w{{1,2}}|[吗么没不])?[??]?$|"
    r"\bstill (?:valid|available|running|on|open|going|offered|issued|given)\b|"
    r"\b(?:over|ended|available)(?: now)?[??]?$"
)
"""Asks whether an offer is still on, and no more."""
_BARE: dict[Language, int] = {"zh": 18, "en": 60}  # characters of such a question
_OF_NOW = re.compile(
    rf"现在|(?<![数项])目前|如今|{_NOW_IN}(?<!还)(?:{_HAD}|拿)|还有(?=[吗么没])|\b(?:now|today|currently)\b|"
    r"\bstill (?:valid|available|appl\w+|get|claim|use|running|open|receive|register)\b"
)
"""Asks what can be had today."""
_GETS = r"领|申请|申报|报名|参加|参与|兑换|享受|办理|用券|预约"
_HOW_TO_GET = re.compile(
    rf"(?:怎么|怎样|如何|咋|哪里|哪儿|在哪|能不能|可不可以|可以|能).{{0,6}}(?:{_GETS})|"
    rf"(?:{_GETS}).{{0,8}}(?:怎么|咋|如何|哪里|哪儿|流程|步骤|[吗么不][??]?$)|"
    r"\b(?:how|where|can|could|may)\b.{0,24}\b"
    r"(?:get|claim|apply|register|sign up|enter|take part|participate|obtain|redeem|collect|use)\b"
)
"""Asks how something is got, as if it could be."""
_NAMES = 5  # characters of a title, its place aside, that name it

Stated = tuple[Passage, int, Unit]
"""A sentence with its passage and its number there."""

_SAID: dict[str, dict[Language, str]] = {
    "over": {"zh": "已过有效期（至{on}）：", "en": "No longer valid; it was valid until {on}: "},
    "holds": {"zh": "仍在有效期内（至{on}）：", "en": "Still valid, until {on}: "},
    "replaced": {"zh": "已被{by}取代：", "en": "No longer valid; replaced by {by}: "},
    "repealed": {"zh": "已被{by}废止：", "en": "No longer valid; repealed by {by}: "},
    "draft": {"zh": "还在征求意见，没有施行：", "en": "A draft published for comment, not in force: "},
    "lapsed": {
        "zh": "没有写明有效期，但据其内容应至{on}为止：",
        "en": "No date of expiry is stated; by its content it ran until {on}: ",
    },
    "ended": {
        "zh": "已经结束（文件写明的时间至{on}）：",
        "en": "This is over; the time set in the document ran until {on}: ",
    },
    "runs": {
        "zh": "没有写明有效期，据其内容至{on}为止，尚未到期：",
        "en": "No date of expiry is stated; by its content it runs until {on}: ",
    },
    "granted": {
        "zh": "所写明的期限（至{on}）已过：",
        "en": "What is granted here ran until {on} and is over: ",
    },
    "open": {"zh": "文件没有写明有效期：", "en": "The document states no date of expiry: "},
}


_AT_THE_TIME: dict[Language, str] = {"zh": "。当时写的是：", "en": ". What it said then: "}
_OVER = {
    ("expired", None): "over",
    ("expired", "term"): "granted",
    ("expired", "event"): "ended",
    ("past_event", "event"): "ended",
    ("implied_expired", None): "lapsed",
}
"""How a notice of what is over opens an answer."""


def asks_for_standing(query: Query) -> bool:
    """Whether a question is whether, or until when, a document holds."""
    plain = normalise(query.text)
    whether = _WHETHER.search(plain) and not _OTHER.search(plain)
    return bool((whether or _UNTIL.search(plain)) and _ASKED.search(plain) and _DOCUMENT.search(plain))


def asks_of_today(query: Query) -> bool:
    """Whether a question is what holds today: 消费券现在还能用吗."""
    return bool(_NOW.search(normalise(query.text)))


def asks_whether_on(query: Query) -> bool:
    """Whether a question is whether an offer or an event is still on: 消费券还能用吗, are the vouchers still valid."""
    plain = normalise(query.text)
    return (
        len(plain) <= _BARE[query.language]
        and not re.search("[,，]", plain)
        and bool(_STILL_ON.search(plain))
    )


def asks_to_get(query: Query) -> bool:
    """Whether a question is how to get something, or part in it, as if that were possible today."""
    return bool(not query.years and _HOW_TO_GET.search(normalise(query.text)))


def said_over(notices: Iterable[Notice], query: Query) -> str:
    """What an answer opens with that is asked of today and comes from what is over; "" where nothing need be said.

    What only its content implies is said to who asks of today alone.

    :param notices: Those owed with the answer.
    """
    for notice in notices:
        on = notice.values.get("on")
        said = _OVER.get((notice.kind, notice.manner))
        if said is None or not isinstance(on, date):
            continue
        if _OF_NOW.search(normalise(query.text)) or (said != "lapsed" and asks_to_get(query)):
            opening = _SAID[said][query.language].format(on=show_date(on, query.language))
            return opening.rstrip("：: ") + _AT_THE_TIME[query.language]
    return ""


def is_over(document: Document, today: date) -> bool:
    """Whether a document is over by the days that it gives, or states a term that has passed."""
    if document.valid_until:
        return document.valid_until < today.isoformat()
    ended = ends_by_its_days(document.implied_reason)
    return bool(ended and document.implied_until and document.implied_until < today.isoformat())


def standing(document: Document, language: Language, today: date) -> str:
    """What a document's record says of its force, as the beginning of an answer."""
    if document.draft:
        return _SAID["draft"][language]
    if document.replaced_by:
        return _SAID["replaced"][language].format(by=document.replaced_by)
    if document.valid_until:
        until = date.fromisoformat(document.valid_until)
        return _SAID["over" if until < today else "holds"][language].format(on=show_date(until, language))
    if document.implied_until:
        until = date.fromisoformat(document.implied_until)
        ended = ends_by_its_days(document.implied_reason)
        said = "runs" if until >= today else "ended" if ended else "lapsed"
        return _SAID[said][language].format(on=show_date(until, language))
    return _SAID["open"][language]


def repealed_by_name(
    query: Query,
    first: Document,
    documents: Iterable[Document],
    passages_of: Callable[[Document], Sequence[Passage]],
) -> tuple[str, Stated] | None:
    """What a document that the question names, be it printed here or not, was repealed by, and where.

    One whose name its successor bears too is meant where its number or its year is named: else the one in force is.

    :param first: The document that answers first.
    :param documents: Those that replace others.

    :returns: How an answer opens that says so, and the place that repeals it; None where nothing here does.
    """
    asked = squeeze(query.asked)
    for document in documents:
        own = squeeze(document.title)
        for repealed in document.replaces:
            place = repealed_at(passages_of(document), repealed)
            titles = titled_in(place[2].reading) if place else []
            cores = [_PLACE.sub("", squeeze(title)) for title in titles]
            by_title = any(len(core) >= _NAMES and core in asked and core not in own for core in cores)
            of_its_year = _of_year(query, repealed) and (
                document.id == first.id or any(c in asked for c in cores)
            )
            if place and (squeeze(repealed) in asked or by_title or of_its_year):
                said = _SAID["repealed"][query.language].format(by=document.number or document.title)
                return said, place
    return None


def _of_year(query: Query, number: str) -> bool:
    """Whether a question names the year of a document's number."""
    year = re.search(r"〔((?:19|20)\d\d)〕", number)
    return bool(year and int(year[1]) in query.years)


def repealed_at(passages: Sequence[Passage], repealed: str) -> Stated | None:
    """The place of a document that repeals another.

    :param passages: Those of the document that repeals.
    :param repealed: The number or title of the other, as the record of that document has it.
    """
    wanted = squeeze(repealed)
    units = ((passage, place, unit) for passage in passages for place, unit in enumerate(passage.chunk.units))
    named = [one for one in units if wanted in squeeze(one[2].reading)]
    return next((one for one in reversed(named) if one[2].kind not in ("heading", "meta")), None)


def stated_at(passages: Sequence[Passage]) -> Stated | None:
    """The place of a document that states its force: its term, else since when it holds; the last one counts.

    Of one that is over by the days it gives, the first that gives the last of them. Where none does, the sentence
    that issues it, else its title.

    :param passages: Those of the document, in order.
    """
    if (dated := _event_at(passages)) is not None:
        return dated
    found: Stated | None = None
    issues: Stated | None = None
    for passage in passages:
        for place, unit in enumerate(passage.chunk.units):
            if unit.kind in ("heading", "meta"):
                continue
            if issues is None and _ISSUES.search(unit.reading):
                issues = passage, place, unit
            if not _STATES.search(squeeze(unit.reading)):
                continue
            if not re.search(r"\d|之日|长期", unit.reading):
                continue
            if found is None or _TERM.search(unit.reading) or not _TERM.search(found[2].reading):
                found = passage, place, unit
    return found or issues or _title_of(passages)


def _title_of(passages: Sequence[Passage]) -> Stated | None:
    """The line that prints the title of a document, or the last of several."""
    units = (
        (passage, place, unit) for passage in passages[:1] for place, unit in enumerate(passage.chunk.units)
    )
    title = squeeze(passages[0].document.title) if passages else ""
    lines = [
        one
        for one in units
        if len(one[2].reading) >= _NAMES and squeeze(one[2].reading) in title and not is_org(one[2].reading)
    ]
    return max(lines, key=lambda one: len(one[2].reading), default=None)


def _event_at(passages: Sequence[Passage]) -> Stated | None:
    """The first place of a document that names the last of the days that it is over by; None of other documents."""
    document = passages[0].document if passages else None
    if document is None or not document.implied_until:
        return None
    if not ends_by_its_days(document.implied_reason):
        return None
    day = date.fromisoformat(document.implied_until)
    named = re.compile(rf"(?<!\d){day.month}月(?:\d{{1,2}}日?[-—~至到])?{day.day}日")
    units = ((passage, place, unit) for passage in passages for place, unit in enumerate(passage.chunk.units))
    return next(
        (one for one in units if one[2].kind != "meta" and named.search(normalise(one[2].reading))), None
    )
