"""What anybody may read: the documents, each document, and what this service is."""

from __future__ import annotations

import math
import mimetypes
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from typing import Annotated

import anyio
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from markupsafe import Markup

from rag.answer import Engine
from rag.asking.query import LONGEST_QUESTION
from rag.errors import BulletinError
from rag.index import Index
from rag.indexing.catalogue import Catalogue, Sought, state_of
from rag.indexing.store import Where
from rag.reading.corpus import Document
from rag.reading.files import shelf
from rag.reading.files.original import Original
from rag.text.normal import clean_question
from rag.text.spans import Span
from web import render, strings
from web.asking import LONGEST_HISTORY, Asking
from web.chat import collection
from web.cited import moved_to, still_there
from web.districts import district_of
from web.limits import client_of
from web.problems import Problem
from web.strings import Text
from web.templates import COOKIE, Pages, address

_PAGE = 100  # documents
_BULLETINS = 50  # on a page
_KINDS = 50  # of documents, offered to choose from
_SEARCHED = 40  # passages a search looks at
_BEFORE = 3  # questions of the conversation that the page without scripts carries on
_SNIPPETS = 2  # of one document
_SNIPPET = 120  # characters
_LONGEST_SEARCH = 200
_MOST_PLACES = 50  # places one address may mark
_YEAR_OF_SECONDS = 365 * 24 * 3600
_STATES = {
    "replaced": strings.REPLACED,
    "expired": strings.EXPIRED,
    "in_force": strings.IN_FORCE,
    "lapsed": strings.LAPSED,
    "unstated": strings.UNSTATED,
}
_AT = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_WHITE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a document is in force on a day."""

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
    """One bulletin file."""

    name: str
    places: str
    documents: int
    first: str | None
    last: str | None


@dataclass(frozen=True, slots=True)
class Holdings:
    """A page of bulletins."""

    shown: tuple[Holding, ...]
    total: int
    """Bulletins on all pages."""
    page: int
    pages: int


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
            "district": clean_question(district)[:_LONGEST_SEARCH],
            "year": year,
            "kind": kind,
            "validity": validity,
        }
        engine = editions.now.engine
        catalogue, today = engine.index.store.catalogue, engine.settings.current_date()
        snippets: dict[str, tuple[Snippet, ...]] = {}
        if chosen["q"]:
            client = client_of(request.client and request.client.host)
            wanted = f"{chosen['district']} {chosen['q']}".strip()  # the places named are looked into first
            snippets = await asking.search(partial(_searched, engine, wanted), client)
        sought = Sought(chosen["q"], chosen["district"], year, kind, validity)
        page = max(page, 1)
        found = catalogue.page(sought, today, (page - 1) * _PAGE, _PAGE, list(snippets))
        count = max(1, math.ceil(found.total / _PAGE))
        if page > count:
            page, found = count, catalogue.page(sought, today, (count - 1) * _PAGE, _PAGE, list(snippets))
        listed = [
            Listed(one, standing_of(one, today), f"/documents/{one.id}", snippets.get(one.id, ()))
            for one in found.documents
        ]
        return pages.show(
            request,
            "documents.html",
            chosen=chosen,
            choices=_choices(catalogue, today, pages, request),
            filtered=any(chosen.values()),
            listed=listed,
            total=found.total,
            page=page,
            pages=count,
            same=address("/documents", chosen),
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
            original_page=(page := _page_of(original, places)),
            original_url=render.original_url(
                known.id, page, _words_of(edition.index, original, known, places)
            ),
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
        kind = _shown_as(kept)  # what no browser shows is handed over; nothing of it runs (`web.security`)
        return FileResponse(
            file,
            media_type=kind or "application/octet-stream",
            filename=file.name,
            content_disposition_type="inline" if kind else "attachment",
        )

    @router.get("/about")
    async def about(request: Request, page: int = 1) -> Response:
        edition = editions.now
        sections = _about(edition.engine)
        return pages.show(
            request, "about.html", sections=sections, holdings=holdings(edition.index, "", page)
        )

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


def _words_of(index: Index, original: Original | None, document: Document, places: Sequence[Span]) -> str:
    """What stands at the first of some places, where it can be looked for in the original."""
    return index.quote(document.source, places[:1]) if original and original.is_text else ""


def _shown_as(original: Original) -> str | None:
    """The type by which a browser shows an original; None where it can't."""
    if original.is_text:
        kind = "html" if original.kind == "html" else "plain"
        return f"text/{kind}; charset={original.encoding or 'utf-8'}"
    return mimetypes.guess_type(original.file)[0] if original.kind in ("pdf", "image") else None


def standing_of(document: Document, today: date) -> Standing:
    """Whether a document is in force on a day, by its own words."""
    state = state_of(document, today)
    until = document.valid_until if state in ("expired", "in_force") else None
    return Standing(_STATES[state], state in ("replaced", "expired", "lapsed"), until)


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
    for one in index.store.documents(Where(sources=frozenset([source]))):
        if one.span[0] <= spans[0][0] and spans[-1][1] <= one.span[1]:
            address = render.document_url(one.id, spans, index.quote(source, spans))
            return address.replace("#at", "&moved=1#at")
    return None


def holdings(index: Index, words: str, page: int) -> Holdings:
    """A page of the bulletins with what is in them.

    :param words: In their names.
    :param page: Counted from 1; the last one for one beyond it.
    """
    names = sorted(name for name in index.manifest.files if words in name)
    pages = max(1, math.ceil(len(names) / _BULLETINS))
    page = min(max(page, 1), pages)
    shown = names[(page - 1) * _BULLETINS : page * _BULLETINS]
    documents: dict[str, list[Document]] = {name: [] for name in shown}
    for one in index.store.documents(Where(sources=frozenset(shown))):
        documents[one.source].append(one)
    return Holdings(tuple(_holding(name, own) for name, own in documents.items()), len(names), page, pages)


def _holding(name: str, documents: Sequence[Document]) -> Holding:
    places = Counter(one.jurisdiction for one in documents if one.jurisdiction)
    days = sorted(day for one in documents if (day := one.dated))
    shown = "、".join(place for place, _ in places.most_common(3))
    return Holding(name, shown, len(documents), days[0] if days else None, days[-1] if days else None)


@dataclass(frozen=True, slots=True)
class _Section:
    heading: Text
    paragraphs: tuple[Text, ...]
    holdings: bool = False


def _about(engine: Engine) -> list[_Section]:
    index = engine.index
    held = collection(index)
    (latest,) = index.store.catalogue.page(Sought(), date.min, 0, 1).documents or (None,)
    last = render.show_day(latest.dated) if latest and latest.dated else Text("—", "—")
    sections: list[_Section] = []
    for heading, paragraphs in strings.ABOUT_SECTIONS:
        filled = tuple(
            one.format(places=held.places, bulletins=held.bulletins, documents=held.documents, last=last)
            for one in paragraphs
        )
        if engine.settings.llm and heading == strings.ABOUT_MADE:
            filled = (*filled, strings.ABOUT_MODEL)
        sections.append(_Section(heading, filled, holdings=not sections))
    return sections


def _searched(engine: Engine, words: str) -> dict[str, tuple[Snippet, ...]]:
    """The documents in whose passages a search finds something, best first, with the places it found."""
    try:
        _, hits = engine.retriever.search(words, _SEARCHED)
    except BulletinError:
        return {}
    found: dict[str, list[Snippet]] = {}
    for passage in (hit.passage for hit in hits):
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
    return {document: tuple(snippets) for document, snippets in found.items()}


def _choices(
    catalogue: Catalogue, today: date, pages: Pages, request: Request
) -> list[tuple[str, str, list[tuple[str, str, int]]]]:
    """The filters: name, label, and for each option its value, what it is called and how many documents it has."""
    years = sorted(catalogue.counts("year").items(), reverse=True)
    kinds = islice(catalogue.counts("kind").items(), _KINDS)
    states = catalogue.states(today).items()
    return [
        (
            "district",
            "DISTRICT",
            [(name, name, count) for name, count in catalogue.counts("district").items()],
        ),
        ("year", "YEAR", [(year, year, count) for year, count in years]),
        ("kind", "KIND", [(kind, kind, count) for kind, count in kinds]),
        (
            "validity",
            "VALIDITY",
            [(state, pages.said(request, _STATES[state]), count) for state, count in states],
        ),
    ]


def _page_before(request: Request) -> str:
    """The page of ours that a request came from, else the first."""
    before = request.headers.get("referer", "")
    here = f"{request.url.scheme}://{request.url.netloc}/"
    path = before.removeprefix(here[:-1]) if before.startswith(here) else "/"
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
