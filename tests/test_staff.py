"""Accounts and sessions of staff, in an empty store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import update

from rag.errors import BulletinError
from store import staff
from store.database import Store
from store.models import SignIn
from store.staff import (
    Signed,
    add_staff,
    change_own_password,
    drop_factor,
    end_session,
    remove_staff,
    sessions_of,
    set_password,
    set_role,
    sign_in,
    sign_out,
    signed,
    staff_roles,
)

PASSWORD = "correct horse battery"

real_hasher = staff._hasher  # the tests' own is quick, see `conftest`


def entered(store: Store, name: str = "李", password: str = PASSWORD) -> str:
    token = sign_in(store, name, password)
    assert token is not None
    return token


def test_whoever_has_the_password_gets_in_and_is_known(store: Store) -> None:
    add_staff(store, "李", PASSWORD, "editor")
    who = signed(store, entered(store))
    assert who is not None
    assert (who.name, who.role, who.has_factor) == ("李", "editor", False)
    assert len(who.csrf) > 20


def test_spaces_around_a_name_do_not_count(store: Store) -> None:
    add_staff(store, " 李 ", PASSWORD)
    assert list(staff_roles(store)) == ["李"]
    assert sign_in(store, "  李", PASSWORD)


@pytest.mark.parametrize(
    ("name", "password"), [("李", "another password"), ("王", PASSWORD), ("李\x00", PASSWORD), ("", "")]
)
def test_nobody_else_gets_in(store: Store, name: str, password: str) -> None:
    add_staff(store, "李", PASSWORD)
    assert sign_in(store, name, password) is None


@pytest.mark.parametrize("token", [None, "", "guess", "\x00"])
def test_no_token_is_nobody(store: Store, token: str | None) -> None:
    assert signed(store, token) is None


def test_what_the_database_holds_lets_nobody_in(store: Store) -> None:
    add_staff(store, "李", PASSWORD)
    token = entered(store)
    with store.session() as session:
        kept = session.query(SignIn).one().token
    assert kept != token
    assert signed(store, kept) is None


@pytest.mark.parametrize("name", ["", "  ", "李\n王", "a" * 81, "a\x00b"])
def test_a_name_that_is_none_is_refused_with_what_was_expected(store: Store, name: str) -> None:
    with pytest.raises(BulletinError, match="expected 1 to 80 characters"):
        add_staff(store, name, PASSWORD)


@pytest.mark.parametrize("password", ["short", "a" * 11, "a" * 201])
def test_a_password_too_short_or_too_long_is_refused(store: Store, password: str) -> None:
    with pytest.raises(BulletinError):
        add_staff(store, "李", password)
    assert staff_roles(store) == {}


def test_a_name_is_taken_once_and_the_error_says_what_to_do(store: Store) -> None:
    add_staff(store, "李", PASSWORD)
    with pytest.raises(BulletinError, match="staff password 李"):
        add_staff(store, "李", PASSWORD)


@pytest.mark.parametrize("task", [set_password, set_role, remove_staff, drop_factor])
def test_an_account_that_is_not_there_is_named_with_those_that_are(store: Store, task: object) -> None:
    arguments = {set_password: (PASSWORD,), set_role: ("reader",)}.get(task, ())  # type: ignore[call-overload]
    with pytest.raises(BulletinError, match="王"):
        task(store, "王", *arguments)  # type: ignore[operator]


def test_roles_are_set_and_listed_by_name(store: Store) -> None:
    add_staff(store, "b", PASSWORD, "reader")
    add_staff(store, "a", PASSWORD)
    set_role(store, "b", "editor")
    assert staff_roles(store) == {"a": "administrator", "b": "editor"}


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("reader", ["reader"]),
        ("editor", ["reader", "editor"]),
        ("administrator", ["reader", "editor", "administrator"]),
    ],
)
def test_each_role_may_what_those_before_it_may(role: str, may: list[str]) -> None:
    who = Signed("李", "csrf", role)  # type: ignore[arg-type]
    assert [one for one in staff.ROLES if who.may(one)] == may


def test_a_role_holds_from_the_next_request(store: Store) -> None:
    add_staff(store, "李", PASSWORD, "editor")
    token = entered(store)
    set_role(store, "李", "reader")
    who = signed(store, token)
    assert who is not None
    assert who.role == "reader"


def test_a_session_ends_when_it_is_left(store: Store) -> None:
    add_staff(store, "李", PASSWORD)
    one, other = entered(store), entered(store)
    sign_out(store, one)
    assert signed(store, one) is None
    assert signed(store, other) is not None


def test_a_session_ends_with_the_working_day_and_is_cleaned_up_at_the_next(store: Store) -> None:
    add_staff(store, "李", PASSWORD)
    old = entered(store)
    with store.session() as session:
        session.execute(update(SignIn).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert signed(store, old) is None
    entered(store)
    with store.session() as session:
        assert session.query(SignIn).count() == 1


def test_sessions_are_listed_to_their_owner_with_the_one_here(store: Store) -> None:
    add_staff(store, "李", PASSWORD)
    add_staff(store, "王", PASSWORD)
    one, other = entered(store), entered(store)
    entered(store, "王")
    found = sessions_of(store, other)
    assert len(found) == 2
    assert [session.here for session in found].count(True) == 1
    assert not {session.id for session in found} & {one, other}  # what names a session opens none
    assert sessions_of(store, "guess") == []


def test_one_ends_a_session_elsewhere_and_nobody_elses(store: Store) -> None:
    add_staff(store, "李", PASSWORD)
    add_staff(store, "王", PASSWORD)
    here, elsewhere, theirs = entered(store), entered(store), entered(store, "王")
    their_id = sessions_of(store, theirs)[0].id
    end_session(store, here, their_id)
    assert signed(store, theirs) is not None
    gone = next(one.id for one in sessions_of(store, here) if not one.here)
    end_session(store, here, gone)
    assert signed(store, elsewhere) is None
    assert signed(store, here) is not None


def test_another_password_of_ones_own_needs_the_old_one_and_ends_the_other_sessions(store: Store) -> None:
    add_staff(store, "李", PASSWORD)
    here, elsewhere = entered(store), entered(store)
    assert not change_own_password(store, here, "not this one, no", "a longer password")
    assert not change_own_password(store, "guess", PASSWORD, "a longer password")
    assert change_own_password(store, here, PASSWORD, "a longer password")
    assert signed(store, here) is not None
    assert signed(store, elsewhere) is None
    assert sign_in(store, "李", PASSWORD) is None
    assert sign_in(store, "李", "a longer password")


def test_a_password_set_by_whoever_runs_the_service_ends_every_session(store: Store) -> None:
    add_staff(store, "李", PASSWORD)
    token = entered(store)
    set_password(store, "李", "a longer password")
    assert signed(store, token) is None


def test_who_is_removed_is_out_at_once(store: Store) -> None:
    add_staff(store, "李", PASSWORD)
    token = entered(store)
    remove_staff(store, "李")
    assert signed(store, token) is None
    assert sign_in(store, "李", PASSWORD) is None
    assert staff_roles(store) == {}


def test_passwords_are_hashed_as_slowly_as_the_library_advises() -> None:
    kept = real_hasher().hash(PASSWORD)
    assert kept.startswith("$argon2id$")
    assert not PasswordHasher().check_needs_rehash(kept)
