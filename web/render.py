"""Answers as HTML. Whatever comes from a person or a bulletin passes through `plain`, and only there becomes HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from html import escape

from rag.answer import Answer, Citation, CitedDocument, cited
from rag.index import Passage
from rag.notices import Notice, show_date
from web import strings
from web.strings import Text

_MARKER = re.compile(r"\[(\d+)\]")
_STEP = re.compile(
    r"\s*\[\d+\]|\s*[\x21-\u2e7f]+|\s*.", re.DOTALL
)  # a marker, a Latin word or a Han character
_STEPS = 24  # at most so many pieces, so that a long answer takes no longer to appear than a short one


def plain(text: str) -> str:
    """Text that shows as it is written, whatever markup it looks like."""
    return escape(text, quote=True)


def both(text: Text) -> str:
    """A text in both languages, of which the page shows the one in use."""
    return f'<span class="zh" lang="zh-CN">{plain(text.zh)}</span><span class="en" lang="en">{plain(text.en)}</span>'


def asked(number: int, question: str) -> str:
    """A question being looked up."""
    return _exchange(number, question, f'<p class="searching">{both(strings.SEARCHING)}</p>')


def growing(number: int, answer: Answer) -> Iterator[str]:
    """The answer word by word, then whole with its notices, without its sources."""
    for text in _prefixes(answer.answer):
        yield _exchange(number, answer.question, _answer(number, answer, text))


def answered(number: int, answer: Answer, nearest: Passage | None) -> str:
    """The whole answer with its sources.

    :param number: Which exchange of the conversation it is; makes the links to its sources unique.
    :param nearest: For a refusal, the passage that came nearest.
    """
    parts = [_answer(number, answer, answer.answer), _notices(answer.notices)]
    if answer.citations:
        parts.append(_sources(number, answer.citations))
    elif nearest is not None:
        parts.append(_nearest(nearest))
    return _exchange(number, answer.question, "".join(parts))


def problem(text: Text) -> str:
    """Why a question was not asked."""
    return f'<p class="problem">{both(text)}</p>'


def finished(answer: Answer) -> str:
    """What a screen reader says when an answer is complete."""
    text = strings.REFUSED if answer.abstained else strings.DONE.format(count=len(answer.citations))
    return f'<p class="unseen">{both(text)}</p>'


def header() -> str:
    """The name of the service and the language switch."""
    return (
        f'<a class="skip" href="#question">{both(strings.SKIP)}</a>'
        f'<div class="bar"><p class="name">{both(strings.NAME)}</p>'
        f'<button type="button" class="switch"><span class="zh" lang="en">{plain(strings.OTHER_LANGUAGE.zh)}</span>'
        f'<span class="en" lang="zh-CN">{plain(strings.OTHER_LANGUAGE.en)}</span></button></div>'
    )


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


def ask_button() -> str:
    """The button that asks."""
    return f'<button type="button">{both(strings.ASK)}</button>'


def examples() -> str:
    """The example questions, each a button that asks it."""
    buttons = "".join(
        f'<li class="{language}"><button type="button" lang="{tag}">{plain(getattr(example, language))}</button></li>'
        for example in strings.EXAMPLES
        for language, tag in (("zh", "zh-CN"), ("en", "en"))
    )
    return f"<h2>{both(strings.EXAMPLES_HEADING)}</h2><ul>{buttons}</ul>"


def footer() -> str:
    """What is kept, in a line."""
    return f"<p>{both(strings.NOTHING_KEPT)}</p>"


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
    return f'<p class="{kind}" lang="{_tag(answer.language)}">{"".join(pieces)}</p>'


def _prefixes(text: str) -> Iterator[str]:
    """Ever longer beginnings of a text, cut between words and never inside a marker."""
    ends = [match.end() for match in _STEP.finditer(text)]
    stride = -(-len(ends) // _STEPS) or 1
    for end in ends[stride - 1 :: stride]:
        yield text[:end]


def _notices(notices: Iterable[Notice]) -> str:
    items = []
    for notice in notices:
        tag = strings.TAGS.get(notice.kind, strings.OTHER_TAG)
        kind = "notice warning" if tag.warning else "notice"
        items.append(
            f'<li class="{kind}"><strong>{both(tag.text)}</strong> <span>{plain(notice.text)}</span></li>'
        )
    return f'<ul class="notices">{"".join(items)}</ul>' if items else ""


def _sources(number: int, citations: Sequence[Citation]) -> str:
    """A card a document, with the places cited in it."""
    cards = []
    for document in dict.fromkeys(citation.document for citation in citations):
        quotes = "".join(_quote(number, citation) for citation in citations if citation.document == document)
        cards.append(_card(document, f'<ol class="quotes">{quotes}</ol>'))
    return f'<section class="sources"><h3>{both(strings.SOURCES)}</h3>{"".join(cards)}</section>'


def _quote(number: int, citation: Citation) -> str:
    return (
        f'<li id="q{number}-s{citation.marker}" tabindex="-1"><span class="mark">[{citation.marker}]</span><div>'
        f'{_path(citation.section)}<blockquote lang="zh-CN">{plain(citation.quote)}</blockquote></div></li>'
    )


def _nearest(passage: Passage) -> str:
    """The document a refused question came nearest to, its passage a click away."""
    quote = f'<blockquote lang="zh-CN">{plain(passage.chunk.text)}</blockquote>'
    body = f"<details><summary>{both(strings.SHOW_PASSAGE)}</summary>{_path(passage.chunk.path)}{quote}</details>"
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
            yield label, both(_day(day))
    if valid := _validity(document):
        yield strings.VALID, both(valid)


def _validity(document: CitedDocument) -> Text | None:
    start = _day(document.valid_from) if document.valid_from else None
    end = _day(document.valid_until) if document.valid_until else None
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


def _day(iso: str) -> Text:
    day = date.fromisoformat(iso)
    return Text(show_date(day, "zh"), show_date(day, "en"))


def _path(section: Sequence[str]) -> str:
    """Where in its document a place stands."""
    steps = " › ".join(plain(" ".join(step.split())) for step in section)
    return f'<p class="path" lang="zh-CN">{steps}</p>' if steps else ""


def _tag(language: str) -> str:
    return "zh-CN" if language == "zh" else "en"
