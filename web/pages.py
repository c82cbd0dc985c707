"""What anybody may read: the documents, each document, and what this service is."""

from __future__ import annotations

import math
import mimetypes
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

import anyio
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from markupsafe import Markup

from rag.answer import Engine
from rag.asking.query import LONGEST_QUESTION
from rag.errors import BulletinError
from rag.index import Index
from rag.reading.corpus import Document
from rag.reading.files import shelf
from rag.reading.files.original import Original
from rag.text.normal import clean_question
from rag.text.spans import Span
from web import render, strings
from web.asking import LONGEST_HISTORY, Asking
from web.chat import collection, district_of
from web.cited import moved_to, still_there
from web.limits import client_of
from web.problems import Problem
from web.strings import Text
from web.templates import COOKIE, Pages

_PAGE = 100  # documents
_SEARCHED = 40  # passages a search looks at
_BEFORE = 3  # questions of the conversation that the page without scripts carries on
_SNIPPETS = 2  # of one document
_SNIPPET = 120  # characters
_LONGEST_SEARCH = 200
_MOST_PLACES = 50  # places one address may mark
_YEAR_OF_SECONDS = 365 * 24 * 3600
_AT = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_WHITE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a document is in force on a day."""

    value: str
    label: Text
    warning: bool = False
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Snippet:
    """A place a search found."""

    text: str
    path: str
    url: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A document in the list."""

    document: Document
    standing: Standing
    url: str
    snippets: tuple[Snippet, ...] = ()


@dataclass(frozen=True, slots=True)
class Holding:
    """One bulletin file, for the about page."""

    name: str
    places: str
    documents: int
    first: str | None
    last: str | None


def browse(asking: Asking, pages: Pages) -> APIRouter:
    """The routes of the documents, of the about page and of the language switch."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    editions = asking.editions

    @router.get("/documents")
    async def documents(
        request: Request,
        q: str = "",
        district: str = "",
        year: str = "",
        kind: str = "",
        validity: str = "",
        page: int = 1,
    ) -> Response:
        chosen = {
            "q": clean_question(q)[:_LONGEST_SEARCH],
            "district": district,
            "year": year,
            "kind": kind,
            "validity": validity,
        }
        engine = editions.now.engine
        index = engine.index
        today = engine.settings.current_date()
        everything = sorted(index.documents.values(), key=_date_of, reverse=True)
        fitting = [
            one
            for one in everything
            if (not district or one.jurisdiction == district)
            and (not year or _year_of(one) == year)
            and (not kind or one.kind == kind)
            and (not validity or standing_of(one, today).value == validity)
        ]
        if chosen["q"]:
            client = client_of(request.client and request.client.host)
            found = await asking.search(partial(_searched, engine, chosen["q"], fitting), client)
        else:
            found = {one.id: () for one in fitting}
        count = max(1, math.ceil(len(found) / _PAGE))
        page = min(max(page, 1), count)
        shown = list(found.items())[(page - 1) * _PAGE : page * _PAGE]
        listed = [
            Listed(
                index.documents[one], standing_of(index.documents[one], today), f"/documents/{one}", snippets
            )
            for one, snippets in shown
        ]
        same = urlencode({name: value for name, value in chosen.items() if value})
        return pages.show(
            request,
            "documents.html",
            chosen=chosen,
            choices=_choices(everything, today, pages, request),
            filtered=any(chosen.values()),
            listed=listed,
            total=len(found),
            page=page,
            pages=count,
            same=same,
        )

    @router.get("/documents/{document}")
    async def document(
        request: Request, document: str, at: str = "", of: str = "", moved: str = "", find: str = ""
    ) -> Response:
        """A document.

        :param at: Places of it to mark.
        :param of: Marks of the words that stood there when the address was made.
        :param moved: Not empty where an older address led here.
        """
        edition = editions.now
        library = edition.library
        known = edition.index.documents.get(document)
        words = clean_question(find)[:_LONGEST_SEARCH]
        places = spans_in(at, known) if known else ()
        changed = strings.CITED_MOVED if moved else None
        if of and not (known and still_there(edition.index, known.source, places, of)):
            first = known.source if known else ""
            look = partial(_moved, edition.index, first, _lengths(at), of)
            found_at = await asking.search(look, client_of(request.client and request.client.host))
            if found_at:
                return RedirectResponse(found_at, status_code=303)
            if known is None:
                raise Problem(404, "not_found", strings.CITED_GONE)
            places, changed = (), strings.CITED_CHANGED
        if known is None:
            raise Problem(404, "not_found", strings.DOCUMENT_GONE)
        view = await anyio.to_thread.run_sync(library.view, document, places, words)
        found = len(library.places(document, words)) if words else 0
        original = edition.index.original(known.source)
        return pages.show(
            request,
            "document.html",
            document=known,
            standing=standing_of(known, edition.engine.settings.current_date()),
            view=view,
            cited=bool(places),
            changed=changed,
            find=words,
            found=found,
            original=original,
            original_url=render.original_url(known.id, _page_of(original, places)),
            wide=True,
        )

    @router.get("/ask")
    async def plain(request: Request, q: str = "", before: Annotated[list[str], Query()] = []) -> Response:  # noqa: B006
        """Ask and be answered on one page, without scripts."""
        question, exchange, problem = clean_question(q), "", None
        earlier = [
            one for one in map(clean_question, before[-LONGEST_HISTORY:]) if len(one) <= LONGEST_QUESTION
        ]
        if question:
            try:
                client = client_of(request.client and request.client.host)
                lives = district_of(request.cookies, editions.now.index)
                told = await asking.ask(question, earlier, client, district=lives)
            except Problem as found:
                problem = found
            else:
                exchange = render.answered(1, told, earlier)
                earlier = [*earlier, question][-_BEFORE:]
        return pages.show(
            request,
            "plain.html",
            status=problem.status if problem else 200,
            question=question,
            before=earlier,
            exchange=Markup(exchange),
            problem=problem.text if problem else None,
        )

    @router.get("/documents/{document}/original")
    async def original(document: str) -> Response:
        edition = editions.now
        known = edition.index.documents.get(document)
        kept = edition.index.original(known.source) if known else None
        file = shelf.file_of(edition.engine.settings.originals, kept) if kept else None
        if kept is None or file is None:
            raise Problem(404, "not_found", strings.ORIGINAL_GONE)
        shown = kept.kind in ("pdf", "image")  # everything else is handed over, not run
        kind = mimetypes.guess_type(file.name)[0] if shown else None
        return FileResponse(
            file,
            media_type=kind or "application/octet-stream",
            filename=file.name,
            content_disposition_type="inline" if shown else "attachment",
        )

    @router.get("/about")
    async def about(request: Request) -> Response:
        edition = editions.now
        sections = _about(edition.engine)
        return pages.show(request, "about.html", sections=sections, holdings=holdings(edition.index))

    @router.get("/language/{wanted}")
    async def language(request: Request, wanted: str) -> Response:
        """Remember a language, and go back to where it was chosen."""
        if wanted not in ("zh", "en"):
            raise Problem(404, "not_found", strings.NOT_FOUND)
        back = RedirectResponse(_page_before(request), status_code=303)
        back.set_cookie(COOKIE, wanted, max_age=_YEAR_OF_SECONDS, samesite="lax")
        return back

    return router


def _page_of(original: Original | None, places: Sequence[Span]) -> int | None:
    """The page of an original on which the first of some places begins."""
    page = original.page_of(places[0][0]) if original and places else None
    return page.number if page else None


def standing_of(document: Document, today: date) -> Standing:
    """Whether a document is in force on a day, by its own words."""
    if document.replaced_by:
        return Standing("replaced", strings.REPLACED, warning=True)
    if until := document.valid_until:
        over = date.fromisoformat(until) < today
        return Standing(
            *(("expired", strings.EXPIRED) if over else ("in_force", strings.IN_FORCE)), over, until
        )
    if (implied := document.implied_until) and date.fromisoformat(implied) < today:
        return Standing("lapsed", strings.LAPSED, warning=True)
    return Standing("unstated", strings.UNSTATED)


def spans_in(at: str, document: Document) -> tuple[Span, ...]:
    """The places an address names (`366-401,450-470`), those that lie in a document.

    >>> from types import SimpleNamespace
    >>> spans_in("366-401,9-3,5-x,900-1000", SimpleNamespace(span=(2, 560)))
    ((366, 401),)
    """
    found = []
    for part in at.split(",")[:_MOST_PLACES]:
        match = _AT.fullmatch(part.strip())
        if match:
            start, end = int(match[1]), int(match[2])
            if document.span[0] <= start < end <= document.span[1]:
                found.append((start, end))
    return tuple(found)


def _lengths(at: str) -> list[int]:
    """How many code points each of the places has that an address names."""
    places = [_AT.fullmatch(part.strip()) for part in at.split(",")[:_MOST_PLACES]]
    return [int(place[2]) - int(place[1]) for place in places if place]


def _moved(index: Index, first: str, lengths: Sequence[int], marks: str) -> str | None:
    """The address at which the words of an older address stand now; None where they stand nowhere."""
    found = moved_to(index, lengths, marks, first)
    if found is None:
        return None
    source, spans = found
    for one in index.documents.values():
        if one.source == source and one.span[0] <= spans[0][0] and spans[-1][1] <= one.span[1]:
            address = render.document_url(one.id, spans, index.quote(source, spans))
            return address.replace("#at", "&moved=1#at")
    return None


def holdings(index: Index) -> list[Holding]:
    """The bulletins with what is in them."""
    found = []
    for name in sorted(index.manifest.files):
        mine = [one for one in index.documents.values() if one.source == name]
        places = Counter(one.jurisdiction for one in mine if one.jurisdiction)
        days = sorted(day for one in mine if (day := one.dated))
        shown = "、".join(place for place, _ in places.most_common(3))
        found.append(Holding(name, shown, len(mine), days[0] if days else None, days[-1] if days else None))
    return found


@dataclass(frozen=True, slots=True)
class _Section:
    heading: Text
    paragraphs: tuple[Text, ...]
    holdings: bool = False


def _about(engine: Engine) -> list[_Section]:
    index = engine.index
    places, bulletins, documents = collection(index)
    days = [day for one in index.documents.values() if (day := one.dated)]
    last = render.show_day(max(days)) if days else Text("—", "—")
    sections: list[_Section] = []
    for heading, paragraphs in strings.ABOUT_SECTIONS:
        filled = tuple(
            one.format(places="、".join(places), bulletins=bulletins, documents=documents, last=last)
            for one in paragraphs
        )
        if engine.settings.llm and heading == strings.ABOUT_MADE:
            filled = (*filled, strings.ABOUT_MODEL)
        sections.append(_Section(heading, filled, holdings=not sections))
    return sections


def _searched(engine: Engine, words: str, among: Sequence[Document]) -> dict[str, tuple[Snippet, ...]]:
    """The documents a search finds, best first, with the places it found in them."""
    wanted = {one.id for one in among}
    try:
        _, hits = engine.retriever.search(words, _SEARCHED)
    except BulletinError:
        return {}
    found: dict[str, list[Snippet]] = {}
    for hit in hits:
        passage = hit.passage
        if passage.document.id not in wanted:
            continue
        snippets = found.setdefault(passage.document.id, [])
        if len(snippets) < _SNIPPETS:
            text = _WHITE.sub(" ", passage.chunk.text)
            snippets.append(
                Snippet(
                    text if len(text) <= _SNIPPET else f"{text[:_SNIPPET]}…",
                    " › ".join(passage.chunk.path),
                    render.document_url(passage.document.id, passage.chunk.spans),
                )
            )
    for one in among:  # a title that holds the words is found whatever the passages say
        if words in one.title or words == one.number:
            found.setdefault(one.id, [])
    return {document: tuple(snippets) for document, snippets in found.items()}


def _choices(
    everything: Sequence[Document], today: date, pages: Pages, request: Request
) -> list[tuple[str, str, list[tuple[str, str, int]]]]:
    """The filters: name, label, and for each option its value, what it is called and how many documents it has."""
    standings = [standing_of(one, today) for one in everything]
    labels = {one.value: pages.said(request, one.label) for one in standings}
    return [
        ("district", "DISTRICT", _counted(one.jurisdiction for one in everything)),
        ("year", "YEAR", sorted(_counted(_year_of(one) for one in everything), reverse=True)),
        ("kind", "KIND", _counted(one.kind for one in everything)),
        (
            "validity",
            "VALIDITY",
            [(value, labels[value], count) for value, _, count in _counted(one.value for one in standings)],
        ),
    ]


def _counted(values: Iterable[str | None]) -> list[tuple[str, str, int]]:
    return [(value, value, count) for value, count in Counter(v for v in values if v).most_common()]


def _date_of(document: Document) -> tuple[str, str]:
    return document.dated or "", document.title


def _year_of(document: Document) -> str:
    return _date_of(document)[0][:4]


def _page_before(request: Request) -> str:
    """The page of ours that a request came from, else the first."""
    before = request.headers.get("referer", "")
    here = f"{request.url.scheme}://{request.url.netloc}/"
    path = before.removeprefix(here[:-1]) if before.startswith(here) else "/"
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
