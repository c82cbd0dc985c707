"""Answers as HTML. Whatever comes from a person or a bulletin passes through `plain`, and only there becomes HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from html import escape
from itertools import accumulate
from urllib.parse import quote as url_quote

from rag.contract import Answer, Citation, CitedDocument, WordedNotice, cited
from rag.index import Passage
from rag.text.normal import Language, tokens
from rag.text.spans import Span
from rag.wording import show_date, worded
from web import strings
from web.asking import Told
from web.cited import marks_of
from web.strings import Text

BETWEEN = "\n"
"""What stands between the earlier questions in a link."""
_LINKED = 4  # earlier questions that a link keeps
_MARKER = re.compile(r"\[(\d+)\]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_FIGURE_WITH_UNIT = re.compile(r"(?P<figure>\d+(?:[.,]\d+)*)(?:[年月日时分%％]|[万亿]?元|周?岁)?")
_LONG: dict[Language, int] = {"zh": 60, "en": 130}  # characters from which an answer is set lighter
_STEP = re.compile(
    r"\s*\[\d+\]|\s*[\x21-\u2e7f]+|\s*.", re.DOTALL
)  # a marker, a Latin word or a Han character


def plain(text: str) -> str:
    """Text that shows as it is written, whatever markup it looks like, but for what no page can show."""
    return escape(visible(text), quote=True)


def visible(text: str) -> str:
    r"""Text with a sign in the place of each control character: a page, a terminal or a reader may obey those.

    >>> visible("a\x1b[31mb\u202ec")
    'a�[31mb�c'
    """
    return _CONTROL.sub("\ufffd", text)


def both(text: Text) -> str:
    """A text in both languages, of which the page shows the one in use."""
    return f'<span class="zh" lang="zh-CN">{plain(text.zh)}</span><span class="en" lang="en">{plain(text.en)}</span>'


def asked(number: int, question: str) -> str:
    """A question being looked up."""
    return _exchange(number, question, f'<p class="searching">{both(strings.SEARCHING)}</p>')


def growing(number: int, answer: Answer, steps: int) -> Iterator[str]:
    """The answer word by word, without its notices and sources.

    :param steps: Pieces it comes in, at most, so that a long answer takes no longer to appear than a short one.
    """
    for text in _prefixes(answer.answer, steps):
        yield _exchange(number, answer.question, _answer(number, answer, text))


def partly(number: int, answer: Answer) -> str:
    """As much of an answer as there is, without its notices and sources."""
    return _exchange(number, answer.question, _answer(number, answer, answer.answer))


def answered(number: int, told: Told, earlier: Sequence[str] = ()) -> str:
    """The whole answer with its notices, what one may do with it, and its sources.

    :param number: Which exchange of the conversation it is; makes the links to its sources unique.
    :param earlier: The questions before it in the conversation, which a link to it keeps.
    """
    answer = told.answer
    said = [
        _answer(number, answer, answer.answer),
        notices(worded(answer).notices),
        _suggestions(answer.suggestions),
        _tools(answer, earlier),
        _vote(told.asked_id),
    ]
    sources = []
    if told.pointed is not None:
        sources.append(_sources(number, (told.pointed,), answer, strings.POINTED, linked=False))
    if answer.citations:
        sources.append(_sources(number, answer.citations, answer, strings.SOURCES))
    elif told.nearest is not None:
        sources.append(_nearest(told.nearest))
    sources.append(_version(told))
    body = f'<div class="said">{"".join(said)}</div><div class="beside">{"".join(sources)}</div>'
    return _exchange(number, answer.question, body)


def document_url(document: str, spans: Sequence[Span] = (), quote: str = "") -> str:
    """The address of a document, at some places of it.

    :param quote: What stands at those places, where whoever opens the address later is to find the same words.
    """
    at = ",".join(f"{start}-{end}" for start, end in spans)
    of = f"&of={marks_of(_pieces(quote, spans))}" if at and quote else ""
    return f"/documents/{url_quote(document)}" + (f"?at={at}{of}#at" if at else "")


def _pieces(quote: str, spans: Sequence[Span]) -> list[str]:
    """A quote cut into what stands at each of its places."""
    ends = list(accumulate(end - start for start, end in spans))
    return [quote[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


def original_url(document: str, page: int | None = None) -> str:
    """The address of the file that a document was read from, at a page of it."""
    return f"/documents/{url_quote(document)}/original" + (f"#page={page}" if page else "")


def problem(text: Text) -> str:
    """Why a question was not asked."""
    return f'<p class="problem">{both(text)}</p>'


def outage() -> str:
    """What is said when the service can't be reached; the script shows the one that holds."""
    said = "".join(
        f'<span data-out="{kind}" hidden>{both(text)}</span>'
        for kind, text in (("down", strings.OUT_DOWN), ("busy", strings.OUT_BUSY))
    )
    again = f'<button type="button" data-do="again">{both(strings.TRY_AGAIN)}</button>'
    return f'<div class="problem" role="alert" hidden>{said} {again}</div>'


def unanswered(number: int, question: str, why: Text) -> str:
    """A question that was taken and could not be answered, with a button to ask it again."""
    again = f'<p><button type="button">{plain(question)}</button></p>'
    body = f'<div class="suggestions">{problem(why)}<h3>{both(strings.ASK_AGAIN)}</h3>{again}</div>'
    return _exchange(number, question, body)


def finished(answer: Answer) -> str:
    """What a screen reader says when an answer is complete."""
    text = strings.REFUSED if answer.abstained else strings.DONE.format(count=len(answer.citations))
    return f'<p class="unseen">{both(text)}</p>'


def header(path: str = "/", signed: str | None = None) -> str:
    """The name of the service, the way to its pages, and the language switch.

    :param path: The page it stands on.
    :param signed: The name of whoever is signed in; they also see the way to the desk.
    """
    pages = [("/", strings.NAV_ASK), ("/documents", strings.NAV_DOCUMENTS), ("/about", strings.NAV_ABOUT)]
    if signed is not None:
        pages += [("/verify", strings.NAV_VERIFY), ("/evaluate", strings.NAV_EVALUATE)]
    links = "".join(
        f'<li><a href="{address}"{_current(address, path)}>{both(name)}</a></li>' for address, name in pages
    )
    skip = (
        f'<a class="skip" href="#question">{both(strings.SKIP)}</a>'
        if path == "/"
        else f'<a class="skip" href="#main">{both(strings.SKIP_MAIN)}</a>'
    )
    other = strings.OTHER_LANGUAGE
    return (
        f'{skip}<div class="bar"><p class="name"><a href="/">{both(strings.NAME)}</a></p>'
        f'<nav aria-label="{plain(strings.NAV.zh)} / {plain(strings.NAV.en)}"><ul>{links}</ul></nav>'
        f'<p class="switches"><a class="switch zh" href="/language/en" lang="en" hreflang="en">{plain(other.zh)}</a>'
        f'<a class="switch en" href="/language/zh" lang="zh-CN" hreflang="zh">{plain(other.en)}</a></p></div>'
    )


def _current(address: str, path: str) -> str:
    inside = path == address or (address != "/" and path.startswith(f"{address}/"))
    return ' aria-current="page"' if inside else ""


def intro(places: Sequence[str], bulletins: int, documents: int) -> str:
    """What this is and what it holds."""
    holds = strings.COLLECTION
    filled = Text(
        holds.zh.format(places="、".join(places), bulletins=bulletins, documents=documents),
        holds.en.format(places="、".join(places), bulletins=bulletins, documents=documents),
    )
    return f"<h1>{both(strings.HEADING)}</h1><p>{both(strings.INTRO)}</p><p class='quiet'>{both(filled)}</p>"


def question_label() -> str:
    """The label of the question box."""
    return f'<span id="question-label">{both(strings.QUESTION_LABEL)}</span>'


def district_choice(districts: Sequence[str]) -> str:
    """A choice of where one lives, if there are several places."""
    if len(districts) < 2:
        return ""
    named = strings.DISTRICT_CHOICE
    options = "".join(f'<option value="{plain(one)}">{plain(one)}</option>' for one in districts)
    return (
        f'<select aria-label="{plain(named.zh)} · {plain(named.en)}">'
        f'<option value="">{plain(named.zh)} · {plain(named.en)}</option>{options}</select>'
    )


def ask_button() -> str:
    """The button that asks."""
    return f'<button type="button">{both(strings.ASK)}</button>'


def examples(questions: Sequence[Text]) -> str:
    """The example questions, each a button that asks it."""
    buttons = "".join(
        f'<li class="{language}"><button type="button" lang="{tag}">{plain(getattr(example, language))}</button></li>'
        for example in questions
        for language, tag in (("zh", "zh-CN"), ("en", "en"))
    )
    return f"<h2>{both(strings.EXAMPLES_HEADING)}</h2><ul>{buttons}</ul>" if buttons else ""


def footer() -> str:
    """What is kept, in a line, and the ways that few people need."""
    links = (("/about", strings.ABOUT), ("/api", strings.FOOT_API), ("/verify", strings.FOOT_STAFF))
    items = "".join(f'<li><a href="{address}">{both(name)}</a></li>' for address, name in links)
    return f"<p>{both(strings.KEPT_LINE)}</p><ul>{items}</ul>"


def _exchange(number: int, question: str, body: str) -> str:
    return (
        f'<article class="exchange" id="q{number}"><h2 class="asked"><span class="unseen">{both(strings.ASKED)} </span>'
        f"<bdi>{plain(question)}</bdi></h2>{body}</article>"
    )


def _answer(number: int, answer: Answer, text: str) -> str:
    known = {citation.marker for citation in answer.citations}
    pieces = []
    for place, piece in enumerate(_MARKER.split(text)):  # every second piece is a marker's number
        if place % 2 == 0:
            pieces.append(plain(piece))
        elif int(piece) in known:
            label = f'<span class="unseen">{both(strings.SOURCE_MARK)}</span>[{piece}]'
            pieces.append(f'<a class="marker" href="#q{number}-s{piece}">{label}</a>')
        else:
            pieces.append(f"[{piece}]")
    kind = "refusal" if answer.abstained else "answer"
    if len(answer.answer) > _LONG[answer.language]:
        kind += " long"
    return f'<p class="{kind}" lang="{_tag(answer.language)}">{"".join(pieces)}</p>'


def _prefixes(text: str, steps: int) -> Iterator[str]:
    """Ever longer beginnings of a text, cut between words and never inside a marker."""
    ends = [match.end() for match in _STEP.finditer(text)]
    stride = -(-len(ends) // steps) or 1
    for end in ends[stride - 1 :: stride]:
        yield text[:end]


def notices(owed: Iterable[WordedNotice]) -> str:
    """What the reader must know, each as a label and a line."""
    items = []
    for notice in owed:
        tag = strings.TAGS.get(notice.kind, strings.OTHER_TAG)
        kind = f"notice {'warning' if tag.warning else plain(notice.kind)}"
        items.append(
            f'<li class="{kind}"><strong>{both(tag.text)}</strong> <span>{plain(notice.text)}</span></li>'
        )
    return f'<ul class="notices">{"".join(items)}</ul>' if items else ""


def _suggestions(questions: Sequence[str]) -> str:
    """Other questions, a click away."""
    if not questions:
        return ""
    buttons = "".join(f'<li><button type="button">{plain(question)}</button></li>' for question in questions)
    return f'<section class="suggestions"><h3>{both(strings.SUGGESTIONS)}</h3><ul>{buttons}</ul></section>'


def _tools(answer: Answer, earlier: Sequence[str]) -> str:
    """Copy, link, print; the script beside the page does them."""
    places = [
        f"[{c.marker}] {c.document.title}{f' {c.document.number}' if c.document.number else ''}"
        for c in answer.citations
    ]
    copied = "\n".join([answer.question, "", answer.answer, *([""] if places else []), *places])
    address = f"/?q={url_quote(answer.question, safe='')}"
    if earlier:
        address += f"&before={url_quote(BETWEEN.join(earlier[-_LINKED:]), safe='')}"
    said = "".join(
        f'<span hidden data-said="{name}">{both(text)}</span>'
        for name, text in (("copied", strings.COPIED), ("failed", strings.COPY_FAILED))
    )
    return (
        '<p class="tools">'
        f'<button type="button" data-do="copy" data-text="{plain(copied)}">{both(strings.COPY)}</button>'
        f'<button type="button" data-do="share" data-address="{plain(address)}">{both(strings.SHARE)}</button>'
        f'<button type="button" data-do="print">{both(strings.PRINT)}</button>'
        f'<span class="status" role="status"></span>{said}</p>'
    )


def _vote(asked_id: str | None) -> str:
    """Whether it helped, and why not; nothing where the answer could not be kept."""
    if asked_id is None:
        return ""
    said = "".join(
        f'<span hidden data-said="{name}">{both(text)}</span>'
        for name, text in (("voted", strings.VOTED), ("failed", strings.VOTE_FAILED))
    )
    label = f"why-{plain(asked_id)}"
    return (
        f'<form class="vote" data-asked="{plain(asked_id)}"><fieldset><legend>{both(strings.HELPFUL)}</legend>'
        f'<button type="button" data-helpful="true" aria-pressed="false">{both(strings.YES)}</button>'
        f'<button type="button" data-helpful="false" aria-pressed="false">{both(strings.NO)}</button></fieldset>'
        f'<div class="why" hidden><label for="{label}">{both(strings.REASON)}</label>'
        f'<textarea id="{label}" rows="2" maxlength="500"></textarea>'
        f'<button type="button" data-do="reason">{both(strings.SEND)}</button></div>'
        f'<span class="status" role="status"></span>{said}</form>'
    )


def _sources(
    number: int, citations: Sequence[Citation], answer: Answer, heading: Text, *, linked: bool = True
) -> str:
    """A card a document, with the places cited in it; `linked` where the answer's markers lead to them."""
    cards = []
    for document in dict.fromkeys(citation.document for citation in citations):
        mine = [citation for citation in citations if citation.document == document]
        quotes = "".join(_quote(number, citation, answer, linked=linked) for citation in mine)
        cards.append(_card(document, f'<ol class="quotes">{quotes}</ol>'))
    return f'<section class="sources"><h3>{both(heading)}</h3>{"".join(cards)}</section>'


def _quote(number: int, citation: Citation, answer: Answer, *, linked: bool) -> str:
    anchor = f' id="q{number}-s{citation.marker}" tabindex="-1"' if linked else ""
    mark = f'<span class="mark">[{citation.marker}]</span>' if linked else ""
    return (
        f"<li{anchor}>{mark}<div>{_path(citation.section)}"
        f'<blockquote lang="zh-CN">{highlighted(citation.quote, answer)}</blockquote>'
        f"{_show(citation.document.id, citation.spans, citation.quote, citation.page)}</div></li>"
    )


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


def _show(document: str, spans: Sequence[Span], quote: str, page: int | None = None) -> str:
    """The ways to a place in its document, and on its page of the original where there is one.

    They open beside the conversation, which would be lost otherwise.
    """
    ways = [(document_url(document, spans, quote), strings.SHOW_IN_DOCUMENT)]
    if page:
        ways.append((original_url(document, page), strings.ON_PAGE.format(page=page)))
    links = " ".join(
        f'<a href="{plain(url)}" target="_blank" rel="noopener">'
        f'{both(said)}<span class="unseen">{both(strings.NEW_TAB)}</span></a>'
        for url, said in ways
    )
    return f'<p class="show">{links}</p>'


def _version(told: Told) -> str:
    """Which state of the collection an answer was taken from, for whoever has to tell later."""
    if not told.version or told.made_on is None:
        return ""
    on = show_day(told.made_on.isoformat())
    said = Text(
        strings.VERSION_OF_ANSWER.zh.format(on=on.zh, version=told.version),
        strings.VERSION_OF_ANSWER.en.format(on=on.en, version=told.version),
    )
    return f'<details class="version"><summary>{both(strings.ABOUT_ANSWER)}</summary><p>{both(said)}</p></details>'


def _nearest(passage: Passage) -> str:
    """The document a refused question came nearest to, its passage a click away."""
    quote = f'<blockquote lang="zh-CN">{plain(passage.chunk.text)}</blockquote>'
    body = (
        f"<details><summary>{both(strings.SHOW_PASSAGE)}</summary>{_path(passage.chunk.path)}{quote}</details>"
        f"{_show(passage.document.id, passage.chunk.spans, passage.chunk.text)}"
    )
    card = _card(cited(passage.document), body)
    return f'<section class="sources"><h3>{both(strings.NEAREST)}</h3>{card}</section>'


def _card(document: CitedDocument, body: str) -> str:
    rows = "".join(f"<div><dt>{both(label)}</dt><dd>{value}</dd></div>" for label, value in _facts(document))
    return f'<div class="card"><h4 lang="zh-CN">{plain(document.title)}</h4>{body}<dl>{rows}</dl></div>'


def _facts(document: CitedDocument) -> Iterator[tuple[Text, str]]:
    """What is known of a document, each as a label and HTML."""
    for label, value in (
        (strings.NUMBER, document.number),
        (strings.DISTRICT, document.jurisdiction),
        (strings.ISSUER, document.issuer),
    ):
        if value:
            yield label, f'<span lang="zh-CN">{plain(value)}</span>'
    for label, day in ((strings.SIGNED, document.signed_on), (strings.PUBLISHED, document.published_on)):
        if day:
            yield label, both(show_day(day))
    if valid := _validity(document):
        yield strings.VALID, both(valid)


def _validity(document: CitedDocument) -> Text | None:
    start = show_day(document.valid_from) if document.valid_from else None
    end = show_day(document.valid_until) if document.valid_until else None
    if start and end:
        said = strings.VALID_BETWEEN
    elif start:
        said = strings.VALID_FROM
    elif end:
        said = strings.VALID_UNTIL
    else:
        return None
    zh = {name: day.zh for name, day in (("start", start), ("end", end)) if day}
    en = {name: day.en for name, day in (("start", start), ("end", end)) if day}
    return Text(said.zh.format(**zh), said.en.format(**en))


def show_day(iso: str) -> Text:
    """A day as people write it."""
    day = date.fromisoformat(iso)
    return Text(show_date(day, "zh"), show_date(day, "en"))


def _path(section: Sequence[str]) -> str:
    """Where in its document a place stands."""
    steps = " › ".join(plain(" ".join(step.split())) for step in section)
    return f'<p class="path" lang="zh-CN">{steps}</p>' if steps else ""


def _tag(language: str) -> str:
    return "zh-CN" if language == "zh" else "en"
