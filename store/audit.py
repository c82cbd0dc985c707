"""The audit log: who of the staff changed what, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select

from store.database import Store
from store.models import Audit

_LONGEST = 2000  # characters of a detail


def entry(staff: str, action: str, about: str, detail: str = "") -> Audit:
    """A line of the log, to be written with what it tells of."""
    return Audit(at=datetime.now(UTC), staff=staff, action=action, about=about, detail=detail[:_LONGEST])


def note(store: Store, staff: str, action: str, about: str, detail: str = "") -> None:
    """Write a line of the log by itself, of a change that happened elsewhere."""
    with store.session() as session:
        session.add(entry(staff, action, about, detail))


def entries(store: Store, page: int = 1, size: int = 100) -> Sequence[Audit]:
    """The log, the latest first.

    :param page: Counted from 1.
    """
    with store.session() as session:
        return session.scalars(
            select(Audit).order_by(Audit.id.desc()).limit(size).offset((page - 1) * size)
        ).all()
