"""Signing in to the desk, and what everybody of the staff does with their own account."""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

import anyio
import segno
from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from limits import parse
from markupsafe import Markup

from rag.errors import BulletinError
from store.database import Store
from store.models import Role
from store.staff import (
    SESSION,
    Signed,
    change_own_password,
    drop_own_factor,
    end_session,
    factor_address,
    new_factor,
    sessions_of,
    set_factor,
    sign_in,
    sign_out,
    signed,
)
from web import strings
from web.limits import Window, client_of
from web.problems import Problem
from web.strings import Text
from web.templates import Pages

COOKIE = "bulletin-staff"
_FORM_COOKIE = "bulletin-form"
_PER_CLIENT = parse("10 per 10 minute")  # sign-ins tried from one address
_PER_NAME = parse("20 per 60 minute")  # for one name from wherever, before each further one has to wait
_BASE32 = re.compile(r"[A-Z2-7]{32}")
_SLOW = 3.0  # seconds it waits: guessing takes years, and whoever has the password still gets in
_HASHING = 2  # passwords looked at together; each keeps a processor and some memory busy
_ROLES = {"reader": "ROLE_READER", "editor": "ROLE_EDITOR", "administrator": "ROLE_ADMINISTRATOR"}
Field = Annotated[str, Form(max_length=5000)]


class NotSignedInError(Exception):
    """The desk was asked for by somebody who has to sign in first."""


def signed_in(store: Store, role: Role = "reader") -> Callable[[Request], Signed]:
    """What a route depends on that is for staff only.

    :param role: What they must be at least.
    """

    def check(request: Request) -> Signed:
        who = signed(store, request.cookies.get(COOKIE))
        if who is None:
            raise NotSignedInError
        if not who.may(role):
            raise Problem(403, "not_allowed", strings.NOT_ALLOWED)
        return who

    return check


def to_sign_in(request: Request) -> Response:
    """The way to the sign-in page, and from there back."""
    wanted = request.url.path if request.method == "GET" else "/verify"
    return RedirectResponse(f"/verify/sign-in?next={wanted}", status_code=303)


def account(store: Store, pages: Pages) -> APIRouter:
    """The routes of signing in and out, of one's own password and of one's sessions."""
    router = APIRouter(prefix="/verify", include_in_schema=False, default_response_class=HTMLResponse)
    attempts, hashing = Window(), anyio.CapacityLimiter(_HASHING)
    staff = Depends(signed_in(store))

    @router.get("/sign-in")
    async def form(request: Request, next: str = "/verify") -> Response:
        return _sign_in_page(pages, request, next)

    @router.post("/sign-in")
    async def enter(
        request: Request,
        name: Field = "",
        password: Field = "",
        code: Field = "",
        csrf: Field = "",
        next: Field = "/verify",
    ) -> Response:
        if not _same_origin(request) or not _equal(csrf, request.cookies.get(_FORM_COOKIE, "")):
            return _sign_in_page(pages, request, next, strings.FORM_EXPIRED, 403, name)
        client = client_of(request.client and request.client.host)
        if wait := attempts.hit(_PER_CLIENT, f"client {client}"):
            problem = strings.TOO_MANY_SIGN_INS.format(minutes=math.ceil(wait / 60))
            return _sign_in_page(pages, request, next, problem, 429, name)
        if attempts.hit(_PER_NAME, f"name {name.strip()}"):
            await anyio.sleep(_SLOW)
        token = await anyio.to_thread.run_sync(sign_in, store, name, password, code, limiter=hashing)
        if token is None:
            return _sign_in_page(pages, request, next, strings.WRONG_SIGN_IN, 403, name)
        response = RedirectResponse(_inside(next), status_code=303)
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(SESSION.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        response.delete_cookie(_FORM_COOKIE, path="/verify")
        return response

    @router.post("/sign-out")
    async def leave(request: Request, csrf: Field = "", who: Signed = staff) -> Response:
        check_form(request, csrf, who)
        sign_out(store, request.cookies[COOKIE])
        response = RedirectResponse("/", status_code=303)
        response.delete_cookie(COOKIE)
        return response

    @router.get("/account")
    def own(request: Request, saved: str = "", who: Signed = staff) -> Response:
        return _account_page(request, who, saved=bool(saved))

    @router.post("/account/password")
    async def change(
        request: Request, csrf: Field = "", old: Field = "", new: Field = "", who: Signed = staff
    ) -> Response:
        check_form(request, csrf, who)
        if attempts.hit(_PER_CLIENT, f"password {who.name}"):
            return _account_page(
                request, who, problem=strings.TOO_MANY_SIGN_INS.format(minutes=10), status=429
            )
        token = request.cookies[COOKIE]
        try:
            changed = await anyio.to_thread.run_sync(
                change_own_password, store, token, old, new, limiter=hashing
            )
        except BulletinError as error:
            return _account_page(request, who, problem=Text(strings.PASSWORD_RULE.zh, str(error)), status=422)
        if not changed:
            return _account_page(request, who, problem=strings.WRONG_PASSWORD, status=403)
        return RedirectResponse("/verify/account?saved=1", status_code=303)

    @router.post("/account/sessions")
    def end(request: Request, csrf: Field = "", session: Field = "", who: Signed = staff) -> Response:
        check_form(request, csrf, who)
        end_session(store, request.cookies[COOKIE], session)
        return RedirectResponse("/verify/account?saved=1", status_code=303)

    @router.post("/account/factor")
    def factor(
        request: Request, csrf: Field = "", secret: Field = "", code: Field = "", who: Signed = staff
    ) -> Response:
        """Show a new secret, or take the one shown where a code proves that an app has it."""
        check_form(request, csrf, who)
        if who.has_factor or not secret:
            return _account_page(request, who, secret="" if who.has_factor else new_factor())
        if attempts.hit(_PER_CLIENT, f"factor {who.name}"):
            problem = strings.TOO_MANY_SIGN_INS.format(minutes=10)
            return _account_page(request, who, problem=problem, status=429)
        if not set_factor(store, request.cookies[COOKIE], secret, code):
            return _account_page(request, who, secret=secret, problem=strings.WRONG_CODE, status=422)
        return RedirectResponse("/verify/account?saved=1", status_code=303)

    @router.post("/account/factor/remove")
    def without(request: Request, csrf: Field = "", code: Field = "", who: Signed = staff) -> Response:
        check_form(request, csrf, who)
        if attempts.hit(_PER_CLIENT, f"factor {who.name}"):
            problem = strings.TOO_MANY_SIGN_INS.format(minutes=10)
            return _account_page(request, who, problem=problem, status=429)
        if not drop_own_factor(store, request.cookies[COOKIE], code):
            return _account_page(request, who, problem=strings.WRONG_CODE, status=422)
        return RedirectResponse("/verify/account?saved=1", status_code=303)

    def _account_page(
        request: Request,
        who: Signed,
        *,
        secret: str = "",
        problem: Text | None = None,
        saved: bool = False,
        status: int = 200,
    ) -> Response:
        sessions = sessions_of(store, request.cookies[COOKIE])
        return pages.show(
            request,
            "account.html",
            status=status,
            signed=who,
            sessions=sessions,
            secret=secret if _BASE32.fullmatch(secret) else "",
            picture=Markup(_picture(who.name, secret)) if _BASE32.fullmatch(secret) else "",
            roles=_ROLES,
            problem=problem,
            saved=saved,
        )

    return router


def _picture(name: str, secret: str) -> str:
    """What an app photographs, as SVG; dark on light whatever the page is."""
    code = segno.make(factor_address(name, secret, strings.NAME.zh), micro=False)
    return code.svg_inline(scale=4, border=4, dark="#000", light="#fff")


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


def check_form(request: Request, csrf: str, who: Signed) -> None:
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
