"""A second factor: set with a code, asked for at every sign-in, each code taken once, and taken off again."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pyotp
import pytest
from starlette.testclient import TestClient

from store import staff as staff_module
from store.cli import add_commands
from store.database import Store
from store.staff import sign_in
from tests.test_desk import PASSWORD, client, csrf_of, signed_in

__all__ = ["client"]


class Clock:
    """What the accounts take for the time."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)

    def now(self, _zone: object = None) -> datetime:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(staff_module, "datetime", made)
    return made


def later(clock: Clock, seconds: int = 60) -> None:
    clock.at = datetime.fromtimestamp(clock.at.timestamp() + seconds, UTC)


def code(clock: Clock, secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(clock.at.timestamp()) + 30 * steps)


def with_factor(client: TestClient, clock: Clock) -> str:
    """The secret of a second factor that an editor set up."""
    csrf = signed_in(client)
    page = client.post("/verify/account/factor", data={"csrf": csrf}).text
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert secret
    assert "<svg" in page
    form = {"csrf": csrf, "secret": secret[1]}
    assert client.post("/verify/account/factor", data=form | {"code": "000000"}).status_code == 422
    right = form | {"code": code(clock, secret[1])}
    assert client.post("/verify/account/factor", data=right, follow_redirects=False).status_code == 303
    return secret[1]


def test_who_set_one_signs_in_with_a_code_and_with_each_code_once(
    client: TestClient, store: Store, clock: Clock
) -> None:
    secret = with_factor(client, clock)
    assert sign_in(store, "李", PASSWORD, code(clock, secret)) is None  # it was used to set it up
    later(clock)
    assert sign_in(store, "李", PASSWORD) is None
    assert sign_in(store, "李", PASSWORD, "123456") is None
    assert sign_in(store, "李", "another password", code(clock, secret)) is None
    given = code(clock, secret)
    assert sign_in(store, "李", PASSWORD, f"{given[:3]} {given[3:]}")
    assert sign_in(store, "李", PASSWORD, given) is None
    later(clock)
    assert sign_in(store, "李", PASSWORD, code(clock, secret, 5)) is None  # of a time to come
    assert sign_in(store, "王", PASSWORD)  # the others need none


def test_the_form_asks_for_it(client: TestClient, clock: Clock) -> None:
    secret = with_factor(client, clock)
    later(clock)
    client.cookies.clear()
    page = client.get("/verify/sign-in").text
    form = {"name": "李", "password": PASSWORD, "csrf": csrf_of(page)}
    assert client.post("/verify/sign-in", data=form).status_code == 403
    form["csrf"] = csrf_of(client.get("/verify/sign-in").text)
    right = form | {"code": code(clock, secret)}
    assert client.post("/verify/sign-in", data=right, follow_redirects=False).status_code == 303


def test_its_owner_takes_it_off_with_a_code(client: TestClient, store: Store, clock: Clock) -> None:
    secret = with_factor(client, clock)
    csrf = csrf_of(client.get("/verify/account").text)
    later(clock)
    other = {"csrf": csrf, "secret": pyotp.random_base32(), "code": "1"}
    client.post("/verify/account/factor", data=other)  # there is one already: nothing takes its place
    assert (
        client.post("/verify/account/factor/remove", data={"csrf": csrf, "code": "000000"}).status_code == 422
    )
    assert sign_in(store, "李", PASSWORD) is None
    right = {"csrf": csrf, "code": code(clock, secret)}
    assert client.post("/verify/account/factor/remove", data=right, follow_redirects=False).status_code == 303
    assert sign_in(store, "李", PASSWORD)


def test_whoever_lost_it_is_let_in_by_whoever_runs_the_service(
    client: TestClient, store: Store, clock: Clock
) -> None:
    from rag.cli import main

    with_factor(client, clock)
    assert main(["staff", "--database", str(store.engine.url), "drop-factor", "李"], add_commands) == 0
    assert sign_in(store, "李", PASSWORD)
