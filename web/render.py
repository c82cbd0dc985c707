"""Answers as HTML: what an answer shows of itself, drawn by the macros of `templates/answer.html`.

Whatever comes from a person or a bulletin becomes HTML in the templates alone, which escape it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from urllib.parse import quote as url_quote

from markupsafe import Markup, escape

from rag.contract import Answer, Citation, CitedDocument, WordedNotice, cited
from rag.index import Passage
from rag.text.normal import Language, tokens
from rag.text.spans import Span
from rag.wording import show_date, worded
from web import strings
from web.asking import Told
from web.cited import marks_of
from web.strings import Tag, Text
from web.templates import draw, visible

BETWEEN = "\n"
"""What stands between the earlier questions in a link."""
_LINKED = 4  # earlier questions that a link keeps
_MARKER = re.compile(r"\[(\d+)\]")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_STRETCH = re.compile(r"[^\s|，。；：！？,;:!?]{4,80}")
"""What stands in a text between two signs, as it also does where the text is laid out in another way."""
_FIGURE_WITH_UNIT = re.compile(r"(?P<figure>\d+(?:[.,]\d+)*)(?:[年月日时分%％]|[万亿]?元|周?岁)?")
_LONG: dict[Language, int] = {"zh": 60, "en": 130}  # characters from which an answer is set lighter
_STEP = re.compile(
    r"\s*\[\d+\]|\s*[\x21-\u2e7f]+|\s*.", re.DOTALL
)  # a marker, a Latin word or a Han character
_ANSWER, _FRAME = "answer.html", "frame.html"


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some text of an answer, or the number of a citation, `linked` where there is such a one."""

    text: str = ""
    marker: str = ""
    linked: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """The words of an answer."""

    kind: str
    language: str
    pieces: tuple[_Piece, ...]


_Way = tuple[str, Text]
"""The address of a place, and what its link says."""


@dataclass(frozen=True, slots=True)
class _Quote:
    """A place cited."""

    marker: int
    section: tuple[str, ...]
    html: Markup
    ways: tuple[_Way, ...]


@dataclass(frozen=True, slots=True)
class _Card:
    """A document that an answer rests on, with its places; or the one nearest to a question, with a passage."""

    document: CitedDocument
    signed: Text | None
    published: Text | None
    valid: Text | None
    english: str
    """Its title in English, for readers of English; "" where nobody rendered it."""
    quotes: tuple[_Quote, ...] = ()
    section: tuple[str, ...] = ()
    passage: str = ""
    ways: tuple[_Way, ...] = ()


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is shown of an answer."""

    line: _Line
    notices: tuple[tuple[WordedNotice, Tag], ...]
    copied: str
    address: str
    pointed: tuple[_Card, ...]
    sources: tuple[_Card, ...]
    nearest: _Card | None
    made_on: Text | None


def plain(text: str) -> str:
    """Text as HTML that shows as it is written, whatever markup it looks like, but for what no page can show."""
    return str(escape(visible(text)))


# --- an exchange of the conversation ---


def asked(number: int, question: str) -> str:
    """A question being looked up."""
    return draw(_ANSWER, "searching", number, question)


def growing(number: int, answer: Answer, steps: int) -> Iterator[str]:
    """The answer word by word, without its notices and sources.

    :param steps: Pieces it comes in, at most, so that a long answer takes no longer to appear than a short one.
    """
    for text in _prefixes(answer.answer, steps):
        yield draw(_ANSWER, "partly", number, answer.question, _line(answer, text))


def partly(number: int, answer: Answer) -> str:
    """As much of an answer as there is, without its notices and sources."""
    return draw(_ANSWER, "partly", number, answer.question, _line(answer, answer.answer))


def answered(number: int, told: Told, earlier: Sequence[str] = ()) -> str:
    """The whole answer with its notices, what one may do with it, and its sources.

    :param number: Which exchange of the conversation it is; makes the links to its sources unique.
    :param earlier: The questions before it in the conversation, which a link to it keeps.
    """
    answer = told.answer
    shown = _Shown(
        _line(answer, answer.answer),
        _tagged(worded(answer).notices),
        _copied(answer),
        _address(answer.question, earlier),
        _cards((told.pointed,), told) if told.pointed else (),
        _cards(answer.citations, told),
        _nearest(told.nearest, told) if told.nearest else None,
        show_day(told.made_on.isoformat()) if told.version and told.made_on else None,
    )
    return draw(_ANSWER, "whole", number, told, shown)


def unanswered(number: int, question: str, why: Text) -> str:
    """A question that was taken and could not be answered, with a button to ask it again."""
    return draw(_ANSWER, "unanswered", number, question, why)


def notices(owed: Iterable[WordedNotice]) -> str:
    """What the reader must know, each as a label and a line."""
    return draw(_ANSWER, "notices", _tagged(owed))


def finished(answer: Answer) -> str:
    """What a screen reader says when an answer is complete."""
    return draw(_ANSWER, "finished", answer)


def problem(text: Text) -> str:
    """Why a question was not asked."""
    return draw(_ANSWER, "problem", text)


# --- the page of the chat ---


def header(path: str = "/", signed: str | None = None) -> str:
    """The name of the service, the way to its pages, and the language switch.

    :param path: The page it stands on.
    :param signed: The name of whoever is signed in; they also see the way to the desk.
    """
    return draw(_FRAME, "header", path, signed)


def footer() -> str:
    """What is kept, in a line, and the ways that few people need."""
    return draw(_FRAME, "footer")


def outage() -> str:
    """What is said when the service can't be reached; the script shows the one that holds."""
    return draw(_FRAME, "outage")


def intro(places: Text, bulletins: int, documents: int) -> str:
    """What this is and what it holds."""
    return draw(_FRAME, "intro", places, bulletins, documents)


def question_label() -> str:
    """The label of the question box."""
    return draw(_FRAME, "question_label")


def district_choice(districts: Sequence[str], all_of_them: bool = True) -> str:
    """A choice of where one lives, if there are several places.

    :param all_of_them: Whether there are no others; else those are looked for by name.
    """
    return draw(_FRAME, "district_choice", districts, all_of_them)


def ask_button() -> str:
    """The button that asks."""
    return draw(_FRAME, "ask_button")


def clear_button() -> str:
    """The button that takes the conversation out of the browser."""
    return draw(_FRAME, "clear_button")


def examples(questions: Sequence[Text]) -> str:
    """The example questions, each a button that asks it."""
    return draw(_FRAME, "examples", questions)


# --- addresses ---


def document_url(document: str, spans: Sequence[Span] = (), quote: str = "") -> str:
    """The address of a document, at some places of it.

    :param quote: What stands at those places, where whoever opens the address later is to find the same words.
    """
    at = ",".join(f"{start}-{end}" for start, end in spans)
    of = f"&of={marks_of(_cut(quote, spans))}" if at and quote else ""
    return f"/documents/{url_quote(document)}" + (f"?at={at}{of}#at" if at else "")


def _cut(quote: str, spans: Sequence[Span]) -> list[str]:
    """A quote cut into what stands at each of its places."""
    ends = list(accumulate(end - start for start, end in spans))
    return [quote[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


def original_url(document: str, page: int | None = None, words: str = "") -> str:
    """The address of the file that a document was read from, at a page of it, or at words of it.

    >>> original_url("d1", words="一、补贴标准为100元。")
    '/documents/d1/original#:~:text=%E4%B8%80%E3%80%81%E8%A1%A5%E8%B4%B4%E6%A0%87%E5%87%86%E4%B8%BA100%E5%85%83'
    """
    at = ""
    if page:
        at = f"#page={page}"
    elif stretches := _STRETCH.findall(words):
        # the longest is the least likely to stand elsewhere, too; a hyphen would part it from what stands around it
        at = f"#:~:text={url_quote(max(stretches, key=len), safe='').replace('-', '%2D')}"
    return f"/documents/{url_quote(document)}/original{at}"


def _address(question: str, earlier: Sequence[str]) -> str:
    """The address that asks a question again, after those before it."""
    before = f"&before={url_quote(BETWEEN.join(earlier[-_LINKED:]), safe='')}" if earlier else ""
    return f"/?q={url_quote(question, safe='')}{before}"


# --- what is shown of an answer ---


def _line(answer: Answer, text: str) -> _Line:
    """A beginning of an answer, with its markers."""
    known = {str(citation.marker) for citation in answer.citations}
    pieces = tuple(  # every second one is a marker's number
        _Piece(marker=piece, linked=piece in known) if place % 2 else _Piece(piece)
        for place, piece in enumerate(_MARKER.split(text))
    )
    kind = "refusal" if answer.abstained else "answer"
    long = " long" if len(answer.answer) > _LONG[answer.language] else ""
    return _Line(f"{kind}{long}", "zh-CN" if answer.language == "zh" else "en", pieces)


def _prefixes(text: str, steps: int) -> Iterator[str]:
    """Ever longer beginnings of a text, cut between words and never inside a marker."""
    ends = [match.end() for match in _STEP.finditer(text)]
    stride = -(-len(ends) // steps) or 1
    for end in ends[stride - 1 :: stride]:
        yield text[:end]


def _tagged(owed: Iterable[WordedNotice]) -> tuple[tuple[WordedNotice, Tag], ...]:
    return tuple((notice, strings.TAGS.get(notice.kind, strings.OTHER_TAG)) for notice in owed)


def _copied(answer: Answer) -> str:
    """What is copied: the question, the answer with its warnings, and its documents."""
    warnings = [f"! {notice.text}" for notice in worded(answer).notices if notice.text]
    places = [
        f"[{c.marker}] {c.document.title}{f' {c.document.number}' if c.document.number else ''}"
        for c in answer.citations
    ]
    parts = [[answer.question], [answer.answer, *warnings], places]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _cards(citations: Sequence[Citation], told: Told) -> tuple[_Card, ...]:
    """A card a document, with the places cited in it."""
    return tuple(
        _card(document, told, tuple(_quote(one, told) for one in citations if one.document == document))
        for document in dict.fromkeys(citation.document for citation in citations)
    )


def _card(
    document: CitedDocument,
    told: Told,
    quotes: tuple[_Quote, ...] = (),
    section: tuple[str, ...] = (),
    passage: str = "",
    ways: tuple[_Way, ...] = (),
) -> _Card:
    signed, published = (
        show_day(day) if day else None for day in (document.signed_on, document.published_on)
    )
    english = told.titles.get(document.id, "")
    return _Card(document, signed, published, _validity(document), english, quotes, section, passage, ways)


def _quote(citation: Citation, told: Told) -> _Quote:
    ways = [(document_url(citation.document.id, citation.spans, citation.quote), strings.SHOW_IN_DOCUMENT)]
    if citation.page:
        page = strings.ON_PAGE.format(page=citation.page)
        ways.append((original_url(citation.document.id, citation.page), page))
    elif citation.source in told.texts:
        ways.append((original_url(citation.document.id, words=citation.quote), strings.IN_ORIGINAL))
    quote = Markup(highlighted(citation.quote, told.answer))
    return _Quote(citation.marker, citation.section, quote, tuple(ways))


def _nearest(passage: Passage, told: Told) -> _Card:
    """The document a refused question came nearest to."""
    chunk = passage.chunk
    way = (document_url(passage.document.id, chunk.spans, chunk.text), strings.SHOW_IN_DOCUMENT)
    return _card(cited(passage.document), told, section=chunk.path, passage=chunk.text, ways=(way,))


def highlighted(quote: str, answer: Answer) -> str:
    """A quote as HTML with the words of the question and the figures of the answer marked."""
    words = sorted({term for term in tokens(answer.question) if len(term) > 1}, key=len, reverse=True)
    figures = set(_FIGURE.findall(_MARKER.sub(" ", answer.answer)))
    marked = [
        match.span()
        for match in _FIGURE_WITH_UNIT.finditer(quote)
        if match["figure"] in figures and len(match.group()) > 1
    ]
    if words:
        pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
        marked += [match.span() for match in pattern.finditer(quote)]
    pieces, at = [], 0
    for start, end in _joined(sorted(marked)):
        pieces.append(f"{plain(quote[at:start])}<mark>{plain(quote[start:end])}</mark>")
        at = end
    return "".join(pieces) + plain(quote[at:])


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Spans in order, those that touch made one."""
    out: list[Span] = []
    for start, end in spans:
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def _validity(document: CitedDocument) -> Text | None:
    start = show_day(document.valid_from) if document.valid_from else None
    end = show_day(document.valid_until) if document.valid_until else None
    if start and end:
        return strings.VALID_BETWEEN.format(start=start, end=end)
    if start:
        return strings.VALID_FROM.format(start=start)
    return strings.VALID_UNTIL.format(end=end) if end else None


def show_day(iso: str) -> Text:
    """A day as people write it."""
    day = date.fromisoformat(iso)
    return Text(show_date(day, "zh"), show_date(day, "en"))
