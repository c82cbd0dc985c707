"""The tables. A change here needs a migration in `migrations/versions`; a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import (
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    MetaData,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Ruling = Literal["right", "wrong", "incomplete"]
Role = Literal["reader", "editor", "administrator"]
"""A reader sees what was asked; an editor decides and publishes too; an administrator sees the log as well."""


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time: aware and in UTC on this side, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """An aware time as the database takes it."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What the database holds as an aware time; SQLite forgets the zone, which is always UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table's parent; constraints have names, so that a migration can change them on any database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, str: Text}  # noqa: RUF012  (read by SQLAlchemy, never changed)


class Asked(Base):
    """A question somebody asked and the answer they got."""

    __tablename__ = "asked"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Random: whoever holds it may vote on the answer."""
    key: Mapped[str] = mapped_column(String(64), index=True)
    """Digest of the question's normal form: the same question has the same key."""
    subject: Mapped[str] = mapped_column(String(64), index=True)
    """Digest of question, answer, cited places and their sources: what a verdict is about."""
    sources: Mapped[str] = mapped_column(String(64))
    """Digest of the bulletins the answer rests on; of all of them for a refusal."""
    fingerprint: Mapped[str] = mapped_column(String(64))
    """The index that answered."""
    question: Mapped[str]
    answer: Mapped[str]
    """The answer as JSON, as the API gave it, without its passages."""
    language: Mapped[str] = mapped_column(String(2))
    abstained: Mapped[bool]
    confidence: Mapped[float] = mapped_column(Double)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    context: Mapped[str] = mapped_column(server_default="[]")
    """The questions before it in the conversation as a JSON list, the oldest first."""
    before: Mapped[str] = mapped_column(String(64), server_default="")
    """Key of the question just before it; empty for a first one."""
    district: Mapped[str] = mapped_column(String(80), server_default="")
    """Of the document that the answer rests on, or that came nearest."""
    topic: Mapped[str] = mapped_column(server_default="")
    """The title of that document."""
    seconds: Mapped[float] = mapped_column(Double, server_default="0")
    """From question to answer."""


class Vote(Base):
    """Whether an answer helped whoever asked; a second vote takes the place of the first."""

    __tablename__ = "votes"

    asked_id: Mapped[str] = mapped_column(ForeignKey("asked.id", ondelete="CASCADE"), primary_key=True)
    helpful: Mapped[bool]
    reason: Mapped[str]
    voted_at: Mapped[datetime]


class Staff(Base):
    """Somebody who may sign in to the desk."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    password: Mapped[str]
    """An Argon2 hash."""
    added_at: Mapped[datetime]
    role: Mapped[str] = mapped_column(String(20), server_default="administrator")
    """See `Role`."""
    factor: Mapped[str] = mapped_column(String(64), server_default="")
    """The secret of a second factor in base 32 (RFC 6238); empty where there is none."""
    factor_step: Mapped[int] = mapped_column(server_default="0")
    """The half minute of the last code that was taken: none is taken twice."""


class SignIn(Base):
    """A staff member's session."""

    __tablename__ = "sessions"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of what the browser holds, so that a copy of the table lets nobody in."""
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    began_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Verdict(Base):
    """What a staff member found of an answer. Verdicts are only ever added: the one of the highest version holds."""

    __tablename__ = "verdicts"

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, …; whoever decides says which version they had before them, and two can't write the same one."""
    asked_id: Mapped[str] = mapped_column(ForeignKey("asked.id"), index=True)
    staff: Mapped[str] = mapped_column(String(80))
    """The name, kept as written even when the account is removed."""
    decided_at: Mapped[datetime]
    ruling: Mapped[str] = mapped_column(String(10))
    corrected: Mapped[str]
    """The right place as JSON, `{"source", "document", "spans", "quote"}`; empty where the citation stands."""
    note: Mapped[str]
    written: Mapped[str] = mapped_column(server_default="")
    """The answer in the words of staff as JSON, `{"text", "places"}`; empty where none was written."""


class Phrasing(Base):
    """Another way to ask what a written answer answers, as staff saw it."""

    __tablename__ = "phrasings"

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    question: Mapped[str]
    staff: Mapped[str] = mapped_column(String(80))
    added_at: Mapped[datetime]


class Audit(Base):
    """One change that somebody of the staff made. Lines are only ever added."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    staff: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(40))
    about: Mapped[str]
    detail: Mapped[str]
