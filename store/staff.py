"""Staff accounts and their sessions."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import get_args

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Database

from rag.errors import BulletinError
from store.audit import entry
from store.database import Store
from store.models import Role, SignIn, Staff

ROLES: tuple[Role, ...] = get_args(Role)
"""Each may what those before it may."""
SESSION = timedelta(hours=8)
"""A working day; then one signs in again."""
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
"""Characters; hashing a megabyte would keep a processor busy."""
_LONGEST_NAME = 80
_STEP = 30  # seconds that a code of a second factor holds
_SECRET = re.compile(r"[A-Z2-7]{32}")


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody who is signed in; `csrf` must come back with every form they send."""

    name: str
    csrf: str
    role: Role = "administrator"
    has_factor: bool = False
    """Whether a second factor is asked of them."""

    def may(self, role: Role) -> bool:
        """Whether they may what somebody of a role may."""
        return ROLES.index(self.role) >= ROLES.index(role)


@dataclass(frozen=True, slots=True)
class Session:
    """Where somebody is signed in."""

    id: str
    """Names it to whoever owns it, and lets nobody in."""
    began_at: datetime
    expires_at: datetime
    here: bool
    """Whether it is the one that asks."""


def add_staff(store: Store, name: str, password: str, role: Role = "administrator") -> None:
    """Make an account.

    :raises BulletinError: if the name is taken, blank or too long, or the password too short or too long.
    """
    name = _clean_name(name)
    _check_password(name, password)
    account = Staff(name=name, password=_hasher().hash(password), added_at=datetime.now(UTC), role=role)
    try:
        with store.session() as session:
            session.add(account)
    except IntegrityError as error:
        raise BulletinError(
            f"There is an account {name} already. Change its password with `python -m rag staff password {name}`."
        ) from error


def set_password(store: Store, name: str, password: str) -> None:
    """Give an account another password and end its sessions.

    :raises BulletinError: if there is no such account, or the password is too short or too long.
    """
    _check_password(name, password)
    with store.session() as session:
        account = session.scalars(select(Staff).where(Staff.name == name)).one_or_none()
        if account is None:
            raise _unknown(name)
        account.password = _hasher().hash(password)
        session.execute(delete(SignIn).where(SignIn.staff_id == account.id))


def set_role(store: Store, name: str, role: Role) -> None:
    """Let an account do more or less.

    :raises BulletinError: if there is no such account.
    """
    with store.session() as session:
        account = session.scalars(select(Staff).where(Staff.name == name)).one_or_none()
        if account is None:
            raise _unknown(name)
        account.role = role


def change_own_password(store: Store, token: str, old: str, new: str) -> bool:
    """Let whoever holds a session choose another password; false where the old one is wrong.

    Every other session of the account ends.

    :raises BulletinError: if the new one is too short or too long.
    """
    with store.session() as session:
        here = session.get(SignIn, _digest(token))
        account = session.get(Staff, here.staff_id) if here else None
        if account is None:
            return False
        try:
            _hasher().verify(account.password, old[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False
        _check_password(account.name, new)
        account.password = _hasher().hash(new)
        session.execute(delete(SignIn).where(SignIn.staff_id == account.id, SignIn.token != _digest(token)))
        session.add(entry(account.name, "password", account.name))
    return True


def sessions_of(store: Store, token: str) -> list[Session]:
    """Where the holder of a session is signed in, the latest first."""
    with store.session() as session:
        here = session.get(SignIn, _digest(token))
        if here is None:
            return []
        rows = session.scalars(
            select(SignIn)
            .where(SignIn.staff_id == here.staff_id, SignIn.expires_at > datetime.now(UTC))
            .order_by(SignIn.began_at.desc())
        ).all()
        return [Session(_digest(one.token), one.began_at, one.expires_at, one is here) for one in rows]


def end_session(store: Store, token: str, session_id: str) -> None:
    """End one of the sessions of whoever holds one."""
    with store.session() as session:
        here = session.get(SignIn, _digest(token))
        for one in session.scalars(select(SignIn).where(SignIn.staff_id == here.staff_id)) if here else ():
            if _digest(one.token) == session_id:
                session.delete(one)


def remove_staff(store: Store, name: str) -> None:
    """Remove an account and end its sessions; its verdicts stay, under its name.

    :raises BulletinError: if there is no such account.
    """
    with store.session() as session:
        account = session.scalars(select(Staff).where(Staff.name == name)).one_or_none()
        if account is None:
            raise _unknown(name)
        session.delete(account)


def staff_roles(store: Store) -> dict[str, str]:
    """Who has an account and with what role, by name."""
    with store.session() as session:
        rows = session.execute(select(Staff.name, Staff.role).order_by(Staff.name)).all()
    return {row.name: row.role for row in rows}


def new_factor() -> str:
    """A secret for a second factor, to be shown once and put into somebody's app."""
    return pyotp.random_base32()


def factor_address(name: str, secret: str, issuer: str) -> str:
    """What an app reads from the picture: the secret, and what it is called there."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def set_factor(store: Store, token: str, secret: str, code: str) -> bool:
    """Ask a second factor of whoever holds a session from now on; false where the code is not one of the secret's."""
    return _change_factor(store, token, secret, secret, code, "set a second factor")


def drop_own_factor(store: Store, token: str, code: str) -> bool:
    """Ask for one no more; false where the code is not one of theirs."""
    return _change_factor(store, token, None, "", code, "dropped the second factor")


def _change_factor(store: Store, token: str, checked: str | None, new: str, code: str, action: str) -> bool:
    """Put another secret in place, where a code shows that somebody has the one that is checked."""
    with store.session() as session:
        here = session.get(SignIn, _digest(token))
        account = session.get(Staff, here.staff_id) if here else None
        if account is None or (checked is not None and account.factor):
            return False
        step = _step_of(account.factor if checked is None else checked, code, account.factor_step)
        if step is None:
            return False
        account.factor, account.factor_step = new, step
        session.add(entry(account.name, action, account.name))
    return True


def drop_factor(store: Store, name: str) -> None:
    """Ask no second factor of an account any more: its owner lost it.

    :raises BulletinError: if there is no such account.
    """
    with store.session() as session:
        account = session.scalars(select(Staff).where(Staff.name == name)).one_or_none()
        if account is None:
            raise _unknown(name)
        account.factor = ""


def _step_of(secret: str, code: str, after: int) -> int | None:
    """The half minute that a code is of, this one or one beside it; None where it is of none, or was taken already."""
    if not _SECRET.fullmatch(secret):
        return None
    made, now = pyotp.TOTP(secret), int(datetime.now(UTC).timestamp()) // _STEP
    digits = "".join(code.split())
    for step in (now - 1, now, now + 1):
        if step > after and secrets.compare_digest(made.at(step * _STEP).encode(), digits.encode()):
            return step
    return None


def sign_in(store: Store, name: str, password: str, code: str = "") -> str | None:
    """Begin a session and return what the browser is to hold; None where name, password or code is wrong.

    A name that does not exist takes as long as a wrong password, so that nobody learns who has an account.

    :param code: Of the second factor, where the account has one.
    """
    name = name.strip()
    account = None
    if name.isprintable():  # no account has another name, and PostgreSQL takes no zero byte
        with store.session() as session:
            account = session.scalars(select(Staff).where(Staff.name == name)).one_or_none()
    try:
        _hasher().verify(account.password if account else _nobody(), password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return None
    if account is None:
        return None
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    with store.session() as session:
        if account.factor:
            step = _step_of(account.factor, code, account.factor_step)
            if step is None or not _take_step(session, account.id, step):
                return None
        session.execute(delete(SignIn).where(SignIn.expires_at <= now))
        session.add(
            SignIn(
                token=_digest(token),
                staff_id=account.id,
                csrf=secrets.token_urlsafe(32),
                began_at=now,
                expires_at=now + SESSION,
            )
        )
    return token


def _take_step(session: Database, staff_id: int, step: int) -> bool:
    """Use a code up; false where another sign-in did at the same moment."""
    taken = update(Staff).where(Staff.id == staff_id, Staff.factor_step < step).values(factor_step=step)
    return bool(session.execute(taken.returning(Staff.id)).all())


def signed(store: Store, token: str | None) -> Signed | None:
    """Who holds a token, unless the session is over."""
    if not token:
        return None
    with store.session() as session:
        row = session.execute(
            select(Staff.name, SignIn.csrf, Staff.role, Staff.factor)
            .join(SignIn, SignIn.staff_id == Staff.id)
            .where(SignIn.token == _digest(token), SignIn.expires_at > datetime.now(UTC))
        ).one_or_none()
    return Signed(row.name, row.csrf, row.role, bool(row.factor)) if row else None


def sign_out(store: Store, token: str) -> None:
    """End a session."""
    with store.session() as session:
        session.execute(delete(SignIn).where(SignIn.token == _digest(token)))


def _clean_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise BulletinError(f"{name!r} is no name for an account; expected 1 to {_LONGEST_NAME} characters.")
    return name


def _check_password(name: str, password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or password == name:
        raise BulletinError(
            f"The password has {len(password)} characters; expected {SHORTEST_PASSWORD} to {LONGEST_PASSWORD}, "
            "and not the name. A few words in a row are easy to remember."
        )


def _unknown(name: str) -> BulletinError:
    return BulletinError(f"There is no account {name}. `python -m rag staff list` shows those there are.")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # Argon2id with the library's own settings, those of RFC 9106 for little memory


@cache
def _nobody() -> str:
    """A hash that no password fits."""
    return _hasher().hash(secrets.token_urlsafe(32))
