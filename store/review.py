"""What staff make of answers: the queue, verdicts that can't overwrite one another, and what residents are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

import msgspec
from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.exc import IntegrityError

from store.database import Store
from store.models import Asked, Ruling, Verdict, Vote
from store.questions import Ground, Place

RULINGS: tuple[Ruling, ...] = get_args(Ruling)
Shown = Literal["open", "decided", "all"]
LOW_CONFIDENCE = 0.8
"""An answer below it is looked at before the others; see `Case.reason`."""
LONGEST_NOTE = 2000
"""Characters of a note."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question with one answer, however often it was asked."""

    subject: str
    asked_id: str
    question: str
    language: str
    abstained: bool
    confidence: float
    times: int
    helpful: int
    unhelpful: int
    last_asked: datetime
    verdict: Verdict | None

    @property
    def reason(self) -> Literal["voted_down", "low_confidence", "refused", "other"]:
        """Why it stands where it stands in the queue."""
        if self.unhelpful:
            return "voted_down"
        if self.abstained:
            return "refused"
        return "low_confidence" if self.confidence < LOW_CONFIDENCE else "other"


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the queue."""

    cases: tuple[Case, ...]
    total: int
    """Cases on all pages."""


@dataclass(frozen=True, slots=True)
class File:
    """Everything known of one case."""

    asked: Asked
    votes: tuple[Vote, ...]
    history: tuple[Verdict, ...]
    """All verdicts, the latest first."""

    @property
    def version(self) -> int:
        """The version of the verdict that holds; 0 where there is none."""
        return self.history[0].version if self.history else 0


@dataclass(frozen=True, slots=True)
class Standing:
    """A verdict that still holds for a question: its sources say today what they said then."""

    verdict: Verdict
    asked: Asked
    place: Place | None


class ConflictError(Exception):
    """Somebody else decided in the meantime."""

    def __init__(self, latest: Verdict) -> None:
        super().__init__(f"{latest.staff} wrote version {latest.version} first")
        self.latest = latest


def queue(store: Store, shown: Shown = "open", page: int = 1, size: int = 25) -> Queue:
    """The cases worst first: voted down, then answers given with low confidence, then refusals, then the rest.

    :param page: Counted from 1.
    """
    down = func.coalesce(func.sum(case((Vote.helpful.is_(False), 1), else_=0)), 0)
    up = func.coalesce(func.sum(case((Vote.helpful.is_(True), 1), else_=0)), 0)
    counted = (
        select(
            Asked.subject,
            func.min(Asked.id).label("asked_id"),
            func.count(Asked.id).label("times"),
            up.label("up"),
            down.label("down"),
            func.max(Asked.asked_at).label("last_asked"),
        )
        .outerjoin(Vote, Vote.asked_id == Asked.id)
        .group_by(Asked.subject)
        .subquery()
    )
    latest = _latest().subquery()
    listed = (
        select(Asked, counted, Verdict)
        .join(counted, Asked.id == counted.c.asked_id)
        .outerjoin(latest, latest.c.subject == Asked.subject)
        .outerjoin(Verdict, and_(Verdict.subject == latest.c.subject, Verdict.version == latest.c.version))
    )
    if shown == "open":
        listed = listed.where(Verdict.subject.is_(None))
    elif shown == "decided":
        listed = listed.where(Verdict.subject.is_not(None))
    worst = case(
        (counted.c.down > 0, 0),
        (and_(Asked.abstained.is_(False), Asked.confidence < LOW_CONFIDENCE), 1),
        (Asked.abstained.is_(True), 2),
        else_=3,
    )
    ordered = listed.order_by(
        worst, counted.c.down.desc(), counted.c.times.desc(), Asked.confidence, Asked.id
    )
    with store.session() as session:
        total = session.scalar(select(func.count()).select_from(listed.subquery())) or 0
        rows = session.execute(ordered.limit(size).offset((page - 1) * size)).all()
    cases = [
        Case(
            subject=row.Asked.subject,
            asked_id=row.Asked.id,
            question=row.Asked.question,
            language=row.Asked.language,
            abstained=row.Asked.abstained,
            confidence=row.Asked.confidence,
            times=row.times,
            helpful=int(row.up),
            unhelpful=int(row.down),
            last_asked=row.last_asked,
            verdict=row.Verdict,
        )
        for row in rows
    ]
    return Queue(tuple(cases), total)


def open_file(store: Store, asked_id: str) -> File | None:
    """Everything known of the case that a question belongs to."""
    with store.session() as session:
        asked = session.get(Asked, asked_id)
        if asked is None:
            return None
        votes = session.scalars(
            select(Vote).join(Asked).where(Asked.subject == asked.subject).order_by(Vote.voted_at.desc())
        ).all()
        history = session.scalars(
            select(Verdict).where(Verdict.subject == asked.subject).order_by(Verdict.version.desc())
        ).all()
    return File(asked, tuple(votes), tuple(history))


def decide(
    store: Store,
    asked_id: str,
    *,
    staff: str,
    ruling: Ruling,
    seen: int,
    place: Place | None = None,
    note: str = "",
) -> Verdict:
    """Write a verdict as the next version after the one its author had before them.

    :param seen: The version its author saw; 0 for none.
    :param place: The right place, where the citation is to be corrected.
    :raises ConflictError: if there is a later version already; nothing is written.
    :raises KeyError: if there is no such question.
    """
    with store.session() as session:
        asked = session.get(Asked, asked_id)
        if asked is None:
            raise KeyError(asked_id)
    verdict = Verdict(
        subject=asked.subject,
        version=seen + 1,
        asked_id=asked_id,
        staff=staff,
        decided_at=datetime.now(UTC),
        ruling=ruling,
        corrected=place.json() if place else "",
        note=note.strip()[:LONGEST_NOTE],
    )
    try:
        with store.session() as session:
            session.add(verdict)
    except IntegrityError as error:
        file = open_file(store, asked_id)
        if file is None or not file.history:
            raise
        raise ConflictError(file.history[0]) from error
    return verdict


def standing(store: Store, ground: Ground, key: str) -> list[Standing]:
    """The verdicts on a question whose sources have not changed since, the latest first."""
    latest = _latest().join(Asked, Asked.id == Verdict.asked_id).where(Asked.key == key).subquery()
    chosen = (
        select(Verdict, Asked)
        .join(latest, and_(Verdict.subject == latest.c.subject, Verdict.version == latest.c.version))
        .join(Asked, Asked.id == Verdict.asked_id)
        .order_by(Verdict.decided_at.desc())
    )
    with store.session() as session:
        rows = session.execute(chosen).all()
    found = []
    for verdict, asked in rows:
        place = place_of(verdict)
        if _sources_of(asked, ground) == asked.sources and (place is None or ground.holds(place)):
            found.append(Standing(verdict, asked, place))
    return found


def decided(store: Store) -> Sequence[tuple[Verdict, Asked]]:
    """Every verdict that holds with its question, the earliest first."""
    latest = _latest().subquery()
    with store.session() as session:
        rows = session.execute(
            select(Verdict, Asked)
            .join(latest, and_(Verdict.subject == latest.c.subject, Verdict.version == latest.c.version))
            .join(Asked, Asked.id == Verdict.asked_id)
            .order_by(Verdict.decided_at)
        ).all()
    return [(verdict, asked) for verdict, asked in rows]


def place_of(verdict: Verdict) -> Place | None:
    """The corrected place of a verdict."""
    return msgspec.json.decode(verdict.corrected, type=Place) if verdict.corrected else None


def _sources_of(asked: Asked, ground: Ground) -> str:
    """The digest today of the bulletins a kept answer cites."""
    cited = msgspec.json.decode(asked.answer, type=_Cited)
    return ground.digest(citation.source for citation in cited.citations)


@dataclass(frozen=True, slots=True)
class _CitedSource:
    source: str


@dataclass(frozen=True, slots=True)
class _Cited:
    """As much of an answer as says what it rests on."""

    citations: tuple[_CitedSource, ...] = ()


def _latest() -> Select[str, int]:
    """The number of the latest verdict by subject."""
    return select(Verdict.subject, func.max(Verdict.version).label("version")).group_by(Verdict.subject)
