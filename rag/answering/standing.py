"""Whether a document still holds: answered from its record, with the place that states it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from rag.asking.query import Query
from rag.chunk import Unit
from rag.index import Passage
from rag.reading.corpus import Document
from rag.reading.lines import titled_in
from rag.text.normal import Language, normalise, squeeze
from rag.wording import show_date

_ASKED = re.compile(
    r"有效(?!果|的?(?:证|身份))|失效|过期|到期|作废|废止|过时|(?:还|仍|现在|目前)(?:在)?(?:管用|算数|执行|施行|实行|用)(?:吗|么|没|不)|"
    r"\b(?:still|no longer) (?:valid|in force|apply|applies|in effect)\b|\bexpired?\b|"
    r"\bin force\b|\bvalid\b"
)
_WHETHER = re.compile(
    r"[吗么没]|是否|还|仍|不(?=作数|算数|管用|[??]|$)|[过到]期了|作废了|废止了|失效了|有效\s*[??]?$|"
    r"\b(?:is|are|was|were|does|do|has|have|still)\b"
)
_UNTIL = re.compile(
    r"(?:什么时候|啥时候|何时|哪一?[天年])(?:[过到]期|失效|作废|废止)|\bwhen\b.*\bexpires?\b|\buntil when\b"
)
_OTHER = re.compile(r"几|多[久长少]|哪|谁|什么时候|何时|什么时间|\b(?:how|which|who|what|where)\b")
"""What asks for something else than whether: 有效期是几年, 由哪个部门牵头."""
_DOCUMENT = re.compile(
    r"办法|规定|意见|方案|通知|通告|公告|文件|政策|细则|预案|条例|规划|计划|制度|\b(?:rules?|measures?|polic(?:y|ies)|notice|plan|"
    r"document|opinions?|regulations?|provisions|schemes?|program(?:me)?s?|decision|circular)\b"
)
_STATES = re.compile(
    r"有效期|长期有效|废止|失效|(?:之日|\d日|[\d年]月)(?:零时|[后以])?起?(?:正式)?(?:[施试]行|实施|执行|生效)|(?:实施|施行|执行)(?:时间|日期)"
)
_ISSUES = re.compile(r"现(?:将.{0,120}|予|就)?(?:印发|公布|发布|下发)|予以?(?:印发|公布)")
_TERM = re.compile(r"有效期|长期有效")
_PLACE = re.compile(r"^[\u4e00-\u9fff]{2,10}?(?:省|市|区|县|旗|州)(?=[\u4e00-\u9fff]{4})")
_NOW = re.compile(r"现在|目前|如今|还(?!有)|仍|\b(?:now|still|today|currently)\b")
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
    "open": {"zh": "文件没有写明有效期：", "en": "The document states no date of expiry: "},
}


def asks_for_standing(query: Query) -> bool:
    """Whether a question is whether, or until when, a document holds."""
    plain = normalise(query.text)
    whether = _WHETHER.search(plain) and not _OTHER.search(plain)
    return bool((whether or _UNTIL.search(plain)) and _ASKED.search(plain) and _DOCUMENT.search(plain))


def asks_of_today(query: Query) -> bool:
    """Whether a question is what holds today: 消费券现在还能用吗."""
    return bool(_NOW.search(normalise(query.text)))


def standing(document: Document, language: Language, today: date) -> str:
    """What a document's record says of its force, as the beginning of an answer."""
    if document.draft:
        return _SAID["draft"][language]
    if document.replaced_by:
        return _SAID["replaced"][language].format(by=document.replaced_by)
    if document.valid_until:
        until = date.fromisoformat(document.valid_until)
        return _SAID["over" if until < today else "holds"][language].format(on=show_date(until, language))
    if document.implied_until and document.implied_until < today.isoformat():
        return _SAID["lapsed"][language].format(
            on=show_date(date.fromisoformat(document.implied_until), language)
        )
    return _SAID["open"][language]


def repealed_by_name(
    query: Query, documents: Iterable[Document], passages_of: Callable[[Document], Sequence[Passage]]
) -> tuple[str, Stated] | None:
    """What a document that the question names, be it printed here or not, was repealed by, and where.

    :returns: How an answer opens that says so, and the place that repeals it; None where nothing here does.
    """
    asked = squeeze(query.asked)
    for document in documents:
        for repealed in document.replaces:
            place = repealed_at(passages_of(document), repealed)
            titles = titled_in(place[2].reading) if place else []
            cores = [_PLACE.sub("", squeeze(title)) for title in titles]
            named = squeeze(repealed) in asked or any(len(core) >= _NAMES and core in asked for core in cores)
            if place and named:
                said = _SAID["repealed"][query.language].format(by=document.number or document.title)
                return said, place
    return None


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

    Where none does, the sentence that issues it.

    :param passages: Those of the document, in order.
    """
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
    return found or issues
