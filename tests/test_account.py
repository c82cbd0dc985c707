"""Signing in and one's own account, on a site of nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import anyio
import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from limits import parse
from starlette.testclient import TestClient

from store.database import Store
from store.models import Role
from store.staff import Signed, add_staff, set_role, signed
from store.staff import sign_in as begin
from web import account as account_module
from web import strings
from web.account import COOKIE, NotSignedInError, _inside, account, check_form, signed_in, to_sign_in
from web.problems import Problem
from web.templates import Pages

PASSWORD = "correct horse battery"
OTHER = "another horse battery"
NAME = "李<b>"


def site_of(*routers: APIRouter) -> FastAPI:
    """A site of some of our pages, with what all of them tell in the same way."""
    site = FastAPI(openapi_url=None)
    for router in routers:
        site.include_router(router)

    @site.exception_handler(Problem)
    async def problem(_: Request, found: Problem) -> Response:
        return found.response()

    @site.exception_handler(NotSignedInError)
    async def stranger(request: Request, _: Exception) -> Response:
        return to_sign_in(request)

    return site


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.fixture
def client(store: Store) -> Iterator[TestClient]:
    add_staff(store, NAME, PASSWORD, "editor")
    with TestClient(site_of(account(store, Pages())), headers={"accept-language": "en"}) as opened:
        yield opened


@pytest.fixture
def inside(client: TestClient, store: Store) -> str:
    """The form token of somebody who is signed in."""
    token = begin(store, NAME, PASSWORD)
    assert token
    client.cookies.set(COOKIE, token)
    who = signed(store, token)
    assert who
    return who.csrf


def enter(client: TestClient, **given: str) -> Response:
    form = {"name": NAME, "password": PASSWORD, "csrf": csrf_of(client.get("/verify/sign-in").text)}
    return client.post("/verify/sign-in", data=form | given, follow_redirects=False)  # type: ignore[return-value]


# --- signing in ---


def test_the_form_shows_what_it_was_told_as_text(client: TestClient) -> None:
    page = client.get("/verify/sign-in", params={"next": '/verify"><script>'}).text
    assert "<script>" not in page
    assert 'name="next" value="/verify&#34;&gt;&lt;script&gt;"' in page


def test_whoever_signs_in_gets_a_cookie_that_no_script_reads(client: TestClient, store: Store) -> None:
    entered = enter(client)
    assert (entered.status_code, entered.headers["location"]) == (303, "/verify")
    cookie = entered.headers["set-cookie"].lower()
    assert COOKIE in cookie
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie  # a service on one's own machine speaks no HTTPS
    who = signed(store, client.cookies[COOKIE])
    assert who is not None
    assert who.name == NAME


def test_behind_https_the_cookie_goes_nowhere_else(store: Store) -> None:
    add_staff(store, NAME, PASSWORD)
    with TestClient(site_of(account(store, Pages())), base_url="https://desk.example") as client:
        assert "secure" in enter(client).headers["set-cookie"].lower()


@pytest.mark.parametrize("wrong", [{"password": "wrong horse battery"}, {"name": "王"}, {"name": "a\x00"}])
def test_who_is_not_known_is_told_the_same_whatever_was_wrong(
    client: TestClient, wrong: dict[str, str]
) -> None:
    said = enter(client, **wrong)
    assert said.status_code == 403
    assert strings.WRONG_SIGN_IN.en in said.text  # type: ignore[attr-defined]
    assert COOKIE not in client.cookies


def test_a_name_that_was_typed_stays_in_the_form(client: TestClient) -> None:
    said = enter(client, password="wrong horse battery")
    assert 'value="李&lt;b&gt;"' in said.text  # type: ignore[attr-defined]


def test_a_form_of_another_browser_signs_nobody_in(client: TestClient) -> None:
    csrf = csrf_of(client.get("/verify/sign-in").text)
    client.cookies.clear()
    client.get("/verify/sign-in")  # another form, another token
    sent = client.post("/verify/sign-in", data={"name": NAME, "password": PASSWORD, "csrf": csrf})
    assert sent.status_code == 403
    assert strings.FORM_EXPIRED.en in sent.text


def test_a_form_without_any_token_signs_nobody_in(client: TestClient) -> None:
    assert client.post("/verify/sign-in", data={"name": NAME, "password": PASSWORD}).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://["])
def test_a_form_sent_from_elsewhere_signs_nobody_in(client: TestClient, origin: str) -> None:
    form = {"name": NAME, "password": PASSWORD, "csrf": csrf_of(client.get("/verify/sign-in").text)}
    assert client.post("/verify/sign-in", data=form, headers={"origin": origin}).status_code == 403


def test_a_form_sent_from_here_says_so_and_is_taken(client: TestClient) -> None:
    form = {"name": NAME, "password": PASSWORD, "csrf": csrf_of(client.get("/verify/sign-in").text)}
    here = {"origin": "http://testserver"}
    assert client.post("/verify/sign-in", data=form, headers=here, follow_redirects=False).status_code == 303


def test_after_ten_tries_from_one_address_one_waits(client: TestClient) -> None:
    for _ in range(10):
        assert enter(client, password="wrong horse battery").status_code == 403
    said = enter(client)
    assert said.status_code == 429
    assert strings.TOO_MANY_SIGN_INS.format(minutes=10).en in said.text  # type: ignore[attr-defined]


def test_a_name_tried_from_everywhere_takes_longer_and_lets_its_owner_in(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def no_time(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(anyio, "sleep", no_time)
    monkeypatch.setattr(account_module, "client_of", lambda _: str(len(waited) + id(object())))
    monkeypatch.setattr(account_module, "_PER_CLIENT", parse("1000 per 10 minute"))
    for _ in range(20):
        enter(client, password="wrong horse battery")
    assert waited == []
    assert enter(client).status_code == 303
    assert waited == [account_module._SLOW]


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/verify/bulletins?page=2", "/verify/bulletins?page=2"),
        ("/evaluate", "/evaluate"),
        ("https://evil.example/verify", "/verify"),
        ("//evil.example/verify", "/verify"),
        ("/verify//evil.example", "/verify"),
        ("/documents", "/verify"),
        ("", "/verify"),
    ],
)
def test_one_goes_on_to_a_page_of_the_desk_and_to_nothing_else(wanted: str, goes: str) -> None:
    assert _inside(wanted) == goes


def test_after_signing_in_one_is_where_one_wanted_to_be(client: TestClient) -> None:
    away = client.get("/verify/account", follow_redirects=False)
    assert away.headers["location"] == "/verify/sign-in?next=/verify/account"
    assert enter(client, next="/verify/account").headers["location"] == "/verify/account"


def test_a_form_that_came_too_late_leads_to_the_desk_and_not_to_itself(client: TestClient) -> None:
    away = client.post("/verify/account/password", data={"csrf": "x"}, follow_redirects=False)
    assert away.headers["location"] == "/verify/sign-in?next=/verify"


# --- what routes ask of whoever comes ---


@pytest.mark.parametrize(
    ("role", "wanted", "may"),
    [
        ("reader", "reader", True),
        ("reader", "editor", False),
        ("editor", "editor", True),
        ("editor", "administrator", False),
        ("administrator", "administrator", True),
    ],
)
def test_a_route_is_open_from_a_role_on(store: Store, role: Role, wanted: Role, may: bool) -> None:
    add_staff(store, NAME, PASSWORD, role)
    token = begin(store, NAME, PASSWORD)
    request = Request({"type": "http", "headers": [(b"cookie", f"{COOKIE}={token}".encode())]})
    if may:
        assert signed_in(store, wanted)(request).name == NAME
        return
    with pytest.raises(Problem) as refused:
        signed_in(store, wanted)(request)
    assert (refused.value.status, refused.value.code) == (403, "not_allowed")


@pytest.mark.parametrize("cookie", [b"", b"bulletin-staff=", b"bulletin-staff=guess"])
def test_a_stranger_has_to_sign_in(store: Store, cookie: bytes) -> None:
    with pytest.raises(NotSignedInError):
        signed_in(store)(Request({"type": "http", "headers": [(b"cookie", cookie)]}))


@pytest.mark.parametrize(("csrf", "origin"), [("", None), ("guess", None), ("right", "http://evil.example")])
def test_a_form_that_is_not_ours_is_refused(csrf: str, origin: str | None) -> None:
    sent = [(b"host", b"desk.example"), *([(b"origin", origin.encode())] if origin else [])]
    with pytest.raises(Problem) as refused:
        check_form(Request({"type": "http", "headers": sent}), csrf, Signed(NAME, "right"))
    assert (refused.value.status, refused.value.code) == (403, "form_expired")


def test_nobody_has_an_empty_token() -> None:
    with pytest.raises(Problem):
        check_form(Request({"type": "http", "headers": []}), "", Signed(NAME, ""))


# --- one's own account ---


@pytest.mark.usefixtures("inside")
def test_the_account_says_who_one_is_and_where_one_is_signed_in(client: TestClient) -> None:
    page = client.get("/verify/account").text
    assert "李&lt;b&gt;" in page
    assert strings.ROLE_EDITOR.en in page
    assert page.count(strings.SESSION_HERE.en) == 1


def test_a_session_elsewhere_is_ended_and_the_one_here_stays(
    client: TestClient, store: Store, inside: str
) -> None:
    elsewhere = begin(store, NAME, PASSWORD)
    page = client.get("/verify/account").text
    ended = re.search(r'name="session" value="(\w+)">[^<]*<button', page)
    assert ended
    sent = {"csrf": inside, "session": ended[1]}
    assert client.post("/verify/account/sessions", data=sent, follow_redirects=False).status_code == 303
    assert signed(store, elsewhere) is None
    assert client.get("/verify/account", follow_redirects=False).status_code == 200


def test_whoever_leaves_is_out(client: TestClient, store: Store, inside: str) -> None:
    token = client.cookies[COOKIE]
    left = client.post("/verify/sign-out", data={"csrf": inside}, follow_redirects=False)
    assert left.headers["location"] == "/"
    assert signed(store, token) is None


@pytest.mark.usefixtures("inside")
def test_nobody_is_signed_out_by_a_link_from_elsewhere(client: TestClient) -> None:
    assert client.post("/verify/sign-out", data={"csrf": "guess"}).status_code == 403
    assert client.get("/verify/account", follow_redirects=False).status_code == 200


def test_another_password_needs_the_old_one(client: TestClient, store: Store, inside: str) -> None:
    sent = {"csrf": inside, "old": OTHER, "new": "new horse battery"}
    said = client.post("/verify/account/password", data=sent)
    assert said.status_code == 403
    assert strings.WRONG_PASSWORD.en in said.text
    assert begin(store, NAME, PASSWORD)


def test_a_password_too_short_is_refused_with_the_rule(client: TestClient, inside: str) -> None:
    said = client.post("/verify/account/password", data={"csrf": inside, "old": PASSWORD, "new": "short"})
    assert said.status_code == 422
    assert "expected 12 to 200" in said.text


def test_a_new_password_takes_the_place_of_the_old_one(client: TestClient, store: Store, inside: str) -> None:
    sent = {"csrf": inside, "old": PASSWORD, "new": OTHER}
    changed = client.post("/verify/account/password", data=sent, follow_redirects=False)
    assert changed.headers["location"] == "/verify/account?saved=1"
    assert begin(store, NAME, PASSWORD) is None
    assert begin(store, NAME, OTHER)
    assert strings.SAVED.en in client.get("/verify/account?saved=1").text


def test_a_password_is_not_guessed_from_within_a_session_either(client: TestClient, inside: str) -> None:
    sent = {"csrf": inside, "old": OTHER, "new": OTHER}
    codes = [client.post("/verify/account/password", data=sent).status_code for _ in range(11)]
    assert codes == [403] * 10 + [429]


def test_a_role_that_is_taken_away_is_gone_from_the_next_page(
    client: TestClient, store: Store, inside: str
) -> None:
    set_role(store, NAME, "reader")
    assert strings.ROLE_READER.en in client.get("/verify/account").text


# --- a second factor ---


def test_a_secret_is_shown_with_its_picture_and_takes_nothing_away_before_a_code(
    client: TestClient, store: Store, inside: str
) -> None:
    page = client.post("/verify/account/factor", data={"csrf": inside}).text
    assert re.search(r"<code>[A-Z2-7]{32}</code>", page)
    assert "<svg" in page
    assert begin(store, NAME, PASSWORD)  # none is asked for yet


def test_a_code_that_is_wrong_keeps_the_secret_on_the_page(client: TestClient, inside: str) -> None:
    secret = "A" * 32
    said = client.post("/verify/account/factor", data={"csrf": inside, "secret": secret, "code": "0"})
    assert said.status_code == 422
    assert f"<code>{secret}</code>" in said.text


@pytest.mark.parametrize("secret", ["<script>", "a" * 32, "A" * 31])
def test_what_is_no_secret_is_not_drawn(client: TestClient, inside: str, secret: str) -> None:
    said = client.post("/verify/account/factor", data={"csrf": inside, "secret": secret, "code": "0"})
    assert said.status_code == 422
    assert secret not in said.text
    assert "<svg" not in said.text


def test_codes_are_not_guessed_for_ever(client: TestClient, inside: str) -> None:
    sent = {"csrf": inside, "secret": "A" * 32, "code": "0"}
    codes = [client.post("/verify/account/factor", data=sent).status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]
    assert client.post("/verify/account/factor/remove", data=sent).status_code == 429
