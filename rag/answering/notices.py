"""What a reader must be told beside an answer: that a document has expired, that a date has passed, and the like."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from rag.asking.query import Query
from rag.contract import Citation, Notice, NoticeKind
from rag.indexing.fields import Rendering
from rag.reading.annexes import Annex
from rag.reading.corpus import Document
from rag.reading.files.original import Original, percent
from rag.text.normal import Language, normalise, squeeze
from rag.text.phones import phones
from rag.text.places import within
from rag.text.spans import Span

_DATE = re.compile(
    r"(?:(?P<year>(?:19|20)\d\d)年)?(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?"
    r"|(?:(?<=[至到—–~-])|(?<=[至到]\s))(?P<last>\d{1,2})日"
    r"|(?P<ended>(?:19|20)\d\d)年(?:年底|底|末)"
)
"""A day, a month, the last day of a stretch (9月1日至5日), the end of a year."""
_SINCE = re.compile(r"\s*(?:零时|\d{1,2}[时点](?:\d{1,2}分)?)?(?:起|以来|之日|以后|后(?!勤))")
"""Behind a date that begins something, and so does not end it."""
_NO_EVENT = re.compile(r"每年|施行|有效期|废止|(?:起|日)(?:实施|执行|生效)|出生")
_DRAFT = re.compile(r"征求意见稿|草案|送审稿|讨论稿|公开征求.{0,40}意见")

_SAID: dict[NoticeKind, dict[Language, str]] = {
    "expired": {
        "zh": "本文件的有效期至{on}，现已过期（《{title}》）。",
        "en": "This document was valid until {on} and has expired ({title}).",
    },
    "implied_expired": {
        "zh": "文件未写明失效日期，但据其内容应至{on}为止，可能已不再适用（{reason}）。",
        "en": "The document states no expiry date, but by its content it ran until {on}; it may no longer apply.",
    },
    "past_event": {
        "zh": "请注意：文中的日期（{on}）已经过去。",
        "en": "Please note: the date given ({on}) has passed.",
    },
    "explainer": {
        "zh": "这是一份解读，不是文件本身；以{explains}原文为准。",
        "en": "This is an official explainer, not the document itself ({explains}).",
    },
    "superseded": {
        "zh": "本文件已被{by}取代。",
        "en": "This document was replaced by {by}.",
    },
    "amended": {
        "zh": "本文件有过修改（{by}），以修改后的内容为准。",
        "en": "This document has been amended ({by}); what it says as amended holds.",
    },
    "draft": {
        "zh": "这是征求意见的草案，还没有正式施行。",
        "en": "This is a draft published for comment; it is not in force.",
    },
    "target": {
        "zh": "这是规划或计划中的目标，不是已经实现的情况。",
        "en": "This is a target set in a plan, not something already achieved.",
    },
    "old_contact": {
        "zh": "文中的人员或电话是{year}年的，可能已经变动。",
        "en": "The person or phone number is from {year} and may have changed.",
    },
    "conflict": {
        "zh": "公报中的说法不一致：{values}。各处原文均已列出。",
        "en": "The bulletins contradict themselves: {values}. All the places are quoted.",
    },
    "missing_annex": {
        "zh": "文中提到的附件{annexes}没有在公报中刊出。",
        "en": "The annex referred to ({annexes}) is not printed in the bulletin.",
    },
    "other_district": {
        "zh": "您问的是{asked}，这里引的是{found}的文件。",
        "en": "You asked about {asked}; this is from a document of {found}.",
    },
    "elsewhere": {
        "zh": "{places}也有相关内容，请确认您问的是哪一个。",
        "en": "There is an answer for {places} too: please check which one you mean.",
    },
    "recognised": {
        "zh": "所引文字是从图像识别而来的（原件第{page}页，把握{sure}），请与原件核对。{doubts}",
        "en": "This text was recognised from a picture (page {page} of the original, {sure} sure); "
        "please check it there.{doubts}",
    },
    "language": {
        "zh": "",
        "en": "The Chinese text is authoritative; the English is our rendering.",
    },
    "machine_rendered": {
        "zh": "",
        "en": "The English is a machine's rendering that nobody has checked; the Chinese text is authoritative.",
    },
    "untranslated": {
        "zh": "",
        "en": "Nobody has rendered this text into English yet: the sentence is the Chinese original, "
        "its dates and amounts explained beside it.",
    },
}
_DOUBTS: dict[Language, str] = {
    "zh": "其中“{said}”未能认准。",
    "en": " “{said}” may be read wrongly.",
}
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年)")
_PLAN = re.compile(r"规划|计划|要点|行动|目标")
_TARGET = re.compile(
    r"力争|达到|目标|突破|确保|控制在|新增|新建|到20\d\d年|20\d\d年底|(?:完成|建成|改造|培育|引进)\D{0,12}\d"
)
_ACHIEVED = re.compile(
    r"已(?!规划|列入|纳入)|截至|截止目前|现有|同比|现状|回顾|[\u4e00-\u9fff]了(?!解)|获(?:得|评|批)|累计(?!达到)"
)
_FIGURE = re.compile(r"\d")
_OLD = 2  # years after which a post may have changed hands


def recognised(language: Language, citations: Sequence[tuple[Citation, Original]]) -> tuple[Notice, ...]:
    """What is owed where the place that answers was recognised from a picture.

    :param citations: The places cited with the originals of their texts, the one that answers first.
    """
    for citation, original in citations:
        page = original.page_of(citation.spans[0][0])
        if page is None or page.confidence is None:
            continue
        doubts = [
            citation.quote[at : at + end - start]
            for start, end in (doubt.span for doubt in original.doubts_in(citation.spans))
            if (at := _place_in(citation.spans, start)) is not None
        ]
        said = "”“".join(dict.fromkeys(doubts)) if language == "zh" else ", ".join(dict.fromkeys(doubts))
        words = _DOUBTS[language].format(said=said) if doubts else ""
        sure = percent(page.confidence)
        return (_notice("recognised", language, page=str(page.number), sure=sure, doubts=words),)
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
    query: Query, documents: Sequence[Document], quotes: Sequence[str], today: date
) -> tuple[Notice, ...]:
    """The notices owed with an answer.

    :param documents: The documents cited, that of the first place first.
    :param quotes: The places cited, verbatim, the one that answers first.
    :param today: The date that "has passed" is judged by.
    """
    language = query.language
    last = _last_date(quotes[0], documents[0] if documents else None) if quotes else None
    over = last.day if last is not None and last.day < today else None
    found = [notice for document in documents for notice in _of_document(document, language, today, over)]
    if last is not None and over is not None:
        found.append(_notice("past_event", language, on=last.told(language)))
    elif documents and quotes and _is_target(documents[0], quotes[0]):
        found.append(_notice("target", language))
    stated = [d.signed_on or d.published_on for d in documents]
    years = [int(day[:4]) for day in stated if day]
    tells_who = "person" in query.wants or query.phone or any(map(phones, quotes))
    if tells_who and years and max(years) <= today.year - _OLD:
        found.append(_notice("old_contact", language, year=str(max(years))))
    # what holds for a city holds for a district of it, not the other way round
    others = [
        place
        for place in (document.jurisdiction for document in documents)
        if place and not any(within(asked, place) for asked in query.places)
    ]
    if query.places and others:
        asked, given = (listed(language, names) for names in (query.places, dict.fromkeys(others)))
        found.append(_notice("other_district", language, asked=asked, found=given))
    return tuple(dict.fromkeys(found))


def _is_target(document: Document, quote: str) -> bool:
    """Whether a place sets a figure that is to be reached: in a plan, and told of no time before the plan's."""
    plain = normalise(quote)
    if not _PLAN.search(document.title) or _ACHIEVED.search(plain) or not _FIGURE.search(plain):
        return False
    stated = int((document.signed_on or document.published_on or "0")[:4])
    years = [int(year) for year in _YEAR.findall(plain)]
    return bool(_TARGET.search(plain)) and not (years and max(years) < stated)


def unprinted(language: Language, quotes: Sequence[str], missing: Sequence[Annex]) -> tuple[Notice, ...]:
    """That places cited refer to annexes which the bulletin does not print.

    :param missing: Those of the documents cited.
    """
    cited = squeeze(" ".join(quotes))
    named = [a for a in missing if f"附件{a.number}" in cited or (a.title and squeeze(a.title) in cited)]
    if not named:
        return ()
    return (_notice("missing_annex", language, annexes=listed(language, (a.name for a in named))),)


def conflict(language: Language, values: Sequence[str]) -> Notice:
    """That places of the source give different values, all of them named."""
    return _notice("conflict", language, values=("；" if language == "zh" else "; ").join(values))


def elsewhere(language: Language, places: Sequence[str]) -> Notice:
    """That other districts or years have an answer too."""
    return _notice("elsewhere", language, places=listed(language, places))


def rendering(renderings: Sequence[Rendering]) -> Notice:
    """What an English reader must know of the text: whose rendering it is, or that there is none.

    :param renderings: Those shown.
    """
    if not renderings:
        return _notice("untranslated", "en")
    return _notice("machine_rendered" if any(one.machine for one in renderings) else "language", "en")


def listed(language: Language, names: Iterable[str]) -> str:
    """Names one after the other as the language has it."""
    return ("、" if language == "zh" else ", ").join(names)


def show_date(day: date, language: Language) -> str:
    """A date as people of the language write it: 2025年9月18日, 18 September 2025."""
    return f"{day.year}年{day.month}月{day.day}日" if language == "zh" else f"{day.day} {day:%B %Y}"


def _of_document(document: Document, language: Language, today: date, over: date | None) -> list[Notice]:
    """What is to be said of a document; `over` is a date of the answer that is said to have passed anyway."""
    found = []
    if document.valid_until and (until := date.fromisoformat(document.valid_until)) < today:
        found.append(_notice("expired", language, on=show_date(until, language), title=document.title))
    elif (
        document.implied_until
        and (until := date.fromisoformat(document.implied_until)) < today
        and until != over
    ):
        reason = document.implied_reason or ""
        found.append(_notice("implied_expired", language, on=show_date(until, language), reason=reason))
    if document.explains or document.kind == "解读":
        found.append(_notice("explainer", language, explains=document.explains or document.title))
    if document.replaced_by:
        found.append(_notice("superseded", language, by=document.replaced_by))
    elif document.amended_by:
        found.append(_notice("amended", language, by=document.amended_by))
    if _DRAFT.search(document.title):
        found.append(_notice("draft", language))
    return found


def _notice(kind: NoticeKind, language: Language, **values: str) -> Notice:
    return Notice(kind, _SAID[kind][language].format(**values))


@dataclass(frozen=True, slots=True)
class _Printed:
    """A date of a text, by its last day, and as it is printed there."""

    day: date
    text: str
    by_day: bool
    """Whether the day is printed, not only month or year."""

    def told(self, language: Language) -> str:
        """The date no more exact than it is printed: 9月18日, 2026年1月, the end of 2025."""
        day = self.day
        if language == "zh":
            return self.text if self.text.startswith(str(day.year)) else f"{day.year}年的{self.text}"
        if "月" not in self.text and not self.by_day:
            return f"the end of {day.year}"
        return show_date(day, "en") if self.by_day else f"{day:%B} {day.year}"


def _last_date(quote: str, document: Document | None) -> _Printed | None:
    """The latest date of a place: 2025年5月27日至6月20日, 2025年底前; of the document's year where it names none.

    A month without a day counts to its last. What comes back every year does not pass, since when or until when a text
    holds is told as such, and what begins on a day (自2026年1月起) is not over with it.
    """
    plain = normalise(quote)
    if _NO_EVENT.search(plain):
        return None
    days: list[_Printed] = []
    year, month = (document.signed_on or document.published_on or "")[:4] if document else "", ""
    for found in _DATE.finditer(plain):
        if found["ended"]:
            days.append(_Printed(date(int(found["ended"]), 12, 31), found[0], by_day=False))
            continue
        year, month = found["year"] or year, found["month"] or month
        if not year or not month or _SINCE.match(plain, found.end()):
            continue
        with suppress(ValueError):  # 2月30日 in a source is a slip of the source
            day = found["day"] or found["last"]
            last = int(day) if day else monthrange(int(year), int(month))[1]
            days.append(_Printed(date(int(year), int(month), last), found[0], by_day=bool(day)))
    return max(days, key=lambda one: one.day, default=None)
