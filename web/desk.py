"""The verify desk: staff sign in, look at answers worst first, and say what they make of them."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, cast
from urllib.parse import urlsplit

import anyio
from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from limits import parse
from markupsafe import Markup

from rag.contract import Answer
from rag.index import Index
from rag.reading.corpus import Document
from rag.text.spans import Span
from store.database import Store
from store.export import export
from store.questions import Place, kept_answer
from store.review import RULINGS, ConflictError, File, Shown, decide, open_file, place_of, queue
from store.staff import SESSION, Signed, sign_in, sign_out, signed
from web import render, strings
from web.asking import Asking
from web.document import Library, View
from web.editions import Edition
from web.limits import Window, client_of
from web.pages import spans_in
from web.problems import Problem
from web.strings import Text
from web.templates import Pages

_COOKIE = "bulletin-staff"
_FORM_COOKIE = "bulletin-form"
_PER_CLIENT = parse("10 per 10 minute")  # sign-ins tried from one address
_PER_NAME = parse("20 per 60 minute")  # for one name from wherever, before each further one has to wait
_SLOW = 3.0  # seconds it waits: guessing takes years, and whoever has the password still gets in
_HASHING = 2  # passwords looked at together; each keeps a processor and some memory busy
_PAGE = 25  # cases
_MOST_PAGES = 100_000
_REASONS = {
    "voted_down": "VOTED_DOWN",
    "low_confidence": "LOW_CONFIDENCE",
    "refused": "WAS_REFUSED",
    "other": "OTHER_REASON",
}
_RULINGS = {"right": "RIGHT", "wrong": "WRONG", "incomplete": "INCOMPLETE"}
_Field = Annotated[str, Form(max_length=5000)]


@dataclass(frozen=True, slots=True)
class Entered:
    """What somebody put into the verdict form."""

    ruling: str = ""
    quote: str = ""
    note: str = ""
    near: str = ""


class NotSignedInError(Exception):
    """The desk was asked for by somebody who has to sign in first."""


def signed_in(store: Store) -> Callable[[Request], Signed]:
    """What a route depends on that is for staff only."""

    def check(request: Request) -> Signed:
        who = signed(store, request.cookies.get(_COOKIE))
        if who is None:
            raise NotSignedInError
        return who

    return check


def to_sign_in(request: Request) -> Response:
    """The way to the sign-in page, and from there back."""
    wanted = request.url.path if request.method == "GET" else "/verify"
    return RedirectResponse(f"/verify/sign-in?next={wanted}", status_code=303)


def desk(asking: Asking, pages: Pages) -> APIRouter:
    """The routes of the desk."""
    router = APIRouter(prefix="/verify", include_in_schema=False, default_response_class=HTMLResponse)
    store, editions = asking.store, asking.editions
    attempts, hashing = Window(), anyio.CapacityLimiter(_HASHING)
    staff = Depends(signed_in(store))

    @router.get("/sign-in")
    async def form(request: Request, next: str = "/verify") -> Response:
        return _sign_in_page(pages, request, next)

    @router.post("/sign-in")
    async def enter(
        request: Request,
        name: _Field = "",
        password: _Field = "",
        csrf: _Field = "",
        next: _Field = "/verify",
    ) -> Response:
        if not _same_origin(request) or not _equal(csrf, request.cookies.get(_FORM_COOKIE, "")):
            return _sign_in_page(pages, request, next, strings.FORM_EXPIRED, 403, name)
        client = client_of(request.client and request.client.host)
        if wait := attempts.hit(_PER_CLIENT, f"client {client}"):
            problem = strings.TOO_MANY_SIGN_INS.format(minutes=math.ceil(wait / 60))
            return _sign_in_page(pages, request, next, problem, 429, name)
        if attempts.hit(_PER_NAME, f"name {name.strip()}"):
            await anyio.sleep(_SLOW)
        token = await anyio.to_thread.run_sync(sign_in, store, name, password, limiter=hashing)
        if token is None:
            return _sign_in_page(pages, request, next, strings.WRONG_SIGN_IN, 403, name)
        response = RedirectResponse(_inside(next), status_code=303)
        response.set_cookie(
            _COOKIE,
            token,
            max_age=int(SESSION.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        response.delete_cookie(_FORM_COOKIE, path="/verify")
        return response

    @router.post("/sign-out")
    async def leave(request: Request, csrf: _Field = "", who: Signed = staff) -> Response:
        _check_form(request, csrf, who)
        sign_out(store, request.cookies[_COOKIE])
        response = RedirectResponse("/", status_code=303)
        response.delete_cookie(_COOKIE)
        return response

    @router.get("")
    def cases(request: Request, shown: str = "open", page: int = 1, who: Signed = staff) -> Response:
        chosen = cast(Shown, shown if shown in ("open", "decided", "all") else "open")
        page = min(max(page, 1), _MOST_PAGES)
        listed = queue(store, chosen, page, _PAGE)
        return pages.show(
            request,
            "queue.html",
            signed=who,
            queue=listed,
            shown=chosen,
            page=page,
            pages=math.ceil(listed.total / _PAGE),
            reasons=_REASONS,
            rulings=_RULINGS,
        )

    @router.get("/export/{name}", response_class=PlainTextResponse)
    def exported(name: str, who: Signed = staff) -> Response:
        del who
        found = export(store)
        files = {
            "desk.facts.jsonl": found.facts_jsonl,
            "desk.unanswerable.jsonl": found.unanswerable_jsonl,
        }
        if name not in files:
            raise Problem(404, "not_found", strings.NOT_FOUND)
        return PlainTextResponse(
            files[name](), headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )

    @router.get("/{asked_id}")
    def look(
        request: Request,
        asked_id: str,
        document: str = "",
        at: str = "",
        saved: str = "",
        who: Signed = staff,
    ) -> Response:
        file = open_file(store, asked_id)
        if file is None:
            raise Problem(404, "not_found", strings.NO_SUCH_ANSWER)
        return case_page(request, file, who, document=document, at=at, saved=bool(saved))

    @router.post("/{asked_id}")
    def rule(
        request: Request,
        asked_id: str,
        csrf: _Field = "",
        ruling: _Field = "",
        seen: Annotated[int, Form(ge=0)] = 0,
        document: _Field = "",
        near: _Field = "",
        quote: _Field = "",
        note: _Field = "",
        who: Signed = staff,
    ) -> Response:
        _check_form(request, csrf, who)
        file = open_file(store, asked_id)
        if file is None:
            raise Problem(404, "not_found", strings.NO_SUCH_ANSWER)
        entered = Entered(ruling, quote, note, near)

        def again(problem: Text, status: int, latest: File) -> Response:
            return case_page(
                request, latest, who, document=document, entered=entered, problem=problem, status=status
            )

        if ruling not in RULINGS:
            return again(strings.NO_RULING, 422, file)
        place = None
        if quote.strip():
            place = _place(editions.now, document, quote, near)
            if place is None:
                return again(strings.PLACE_NOT_FOUND, 422, file)
        try:
            decide(
                store,
                asked_id,
                staff=who.name,
                ruling=ruling,
                seen=seen,
                place=place,
                note=note,
            )
        except ConflictError as conflict:
            latest = open_file(store, asked_id) or file
            if conflict.latest is None:  # a form of ours never says so
                return again(strings.FORM_EXPIRED, 409, latest)
            on = render.show_day(conflict.latest.decided_at.date().isoformat())
            said = Text(
                strings.CONFLICT.zh.format(who=conflict.latest.staff, on=on.zh) + strings.YOURS_KEPT.zh,
                strings.CONFLICT.en.format(who=conflict.latest.staff, on=on.en) + " " + strings.YOURS_KEPT.en,
            )
            return again(said, 409, latest)
        return RedirectResponse(f"/verify/{asked_id}?saved=1", status_code=303)

    def case_page(
        request: Request,
        file: File,
        who: Signed,
        *,
        document: str = "",
        at: str = "",
        entered: Entered | None = None,
        problem: Text | None = None,
        saved: bool = False,
        status: int = 200,
    ) -> Response:
        edition = editions.now
        answer = kept_answer(file.asked)
        corrected = place_of(file.history[0]) if file.history else None
        chosen = _document_of(edition.index, document, answer, corrected)
        if entered is None:
            entered = Entered()
        return pages.show(
            request,
            "case.html",
            status=status,
            signed=who,
            file=file,
            answer=answer,
            notices=Markup(render.notices(answer.notices)),
            document=chosen,
            documents=sorted(edition.index.documents.values(), key=lambda one: one.title),
            view=_view_of(edition.library, chosen, answer, corrected, at),
            places={one.version: place_of(one) for one in file.history},
            changed=file.asked.sources != edition.ground.digest(c.source for c in answer.citations),
            rulings=_RULINGS,
            entered=entered,
            problem=problem,
            saved=saved,
        )

    return router


def _document_of(index: Index, wanted: str, answer: Answer, corrected: Place | None) -> Document | None:
    """The document to show beside an answer: asked for, else put right, else cited, else the nearest."""
    ids = [wanted, corrected.document if corrected else "", *(c.document.id for c in answer.citations)]
    with suppress(KeyError):  # a passage of an index that is gone
        ids += [index.passage(passage.chunk).document.id for passage in answer.passages]
    return next((index.documents[one] for one in ids if one in index.documents), None)


def _view_of(
    library: Library, document: Document | None, answer: Answer, corrected: Place | None, at: str
) -> View | None:
    """The document with a place marked: the one asked for, else the one put right, else those cited."""
    if document is None:
        return None
    if chosen := spans_in(at, document):
        return library.view(document.id, chosen)
    places: list[Span] = [span for c in answer.citations if c.document.id == document.id for span in c.spans]
    if corrected and corrected.document == document.id:
        places = list(corrected.spans)
    return library.view(document.id, [span for span in places if _within(span, document)])


def _place(edition: Edition, document: str, quote: str, near: str) -> Place | None:
    """Where the words that somebody chose stand; of several places the one nearest to where they chose."""
    index = edition.index
    known = index.documents.get(document)
    found = edition.library.places(document, quote) if known else []
    if known is None or not found:
        return None
    at = int(near) if near.isdecimal() and len(near) < 10 else found[0][0][0]
    spans = min(found, key=lambda one: abs(one[0][0] - at))
    return Place(known.source, known.id, spans, index.quote(known.source, spans))


def _sign_in_page(
    pages: Pages,
    request: Request,
    next: str,
    problem: Text | None = None,
    status: int = 200,
    name: str = "",
) -> Response:
    """The form, with a token that must come back from the same browser."""
    csrf = secrets.token_urlsafe(24)
    page = pages.show(
        request, "sign-in.html", status=status, csrf=csrf, next=_inside(next), problem=problem, name=name
    )
    page.set_cookie(
        _FORM_COOKIE,
        csrf,
        path="/verify",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return page


def _check_form(request: Request, csrf: str, who: Signed) -> None:
    """Refuse a form that did not come from a page of ours."""
    if not _same_origin(request) or not _equal(csrf, who.csrf):
        raise Problem(403, "form_expired", strings.FORM_EXPIRED)


def _same_origin(request: Request) -> bool:
    """Whether a form came from this host, as far as the browser says."""
    origin = request.headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == request.headers.get("host")
    except ValueError:  # "http://["
        return False


def _equal(given: str, wanted: str) -> bool:
    return bool(wanted) and secrets.compare_digest(given.encode(), wanted.encode())


def _inside(address: str) -> str:
    """A page of the desk to go on to; nothing else."""
    return address if address.startswith(("/verify", "/evaluate")) and "//" not in address else "/verify"


def _within(span: Span, document: Document) -> bool:
    return document.span[0] <= span[0] < span[1] <= document.span[1]
