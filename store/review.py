"""What staff make of answers: the queue, verdicts that can't overwrite one another, and what residents are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, get_args

import msgspec
from sqlalchemy import Select, and_, case, func, not_, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from rag.text.normal import clean_question
from store.audit import entry
from store.database import Store
from store.models import Asked, Phrasing, Ruling, Verdict, Vote
from store.questions import ChosenPlace, Ground, context_of, find, printable, question_key

RULINGS: tuple[Ruling, ...] = get_args(Ruling)
Shown = Literal["open", "decided", "written", "all"]
"""What of the queue: not decided yet, decided, with an answer that staff wrote, or everything."""
LOW_CONFIDENCE = 0.8
"""An answer below it is looked at before the others; see `Case.reason`."""
SURE = 0.9
"""An answer of at least that is given with confidence."""
LONGEST_NOTE = 2000
"""Characters of a note."""
LONGEST_WRITTEN = 2000
"""Characters of an answer that staff write."""
_SOON = 0.5  # seconds an answer waits for what staff said of it


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
    district: str = ""
    topic: str = ""
    context: tuple[str, ...] = ()
    """The questions before it in the conversation, the oldest first."""

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
class Written:
    """An answer in the words of staff, and the places it rests on."""

    text: str
    places: tuple[ChosenPlace, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A verdict that still holds for a question: its sources say today what they said then."""

    verdict: Verdict
    asked: Asked
    """The question with the answer that the verdict is about."""
    place: ChosenPlace | None
    written: Written | None = None
    in_context: bool = True
    """Whether it was decided after the same question, or none; else the question stood alone then, and not now."""


class ConflictError(Exception):
    """Somebody else decided in the meantime."""

    def __init__(self, latest: Verdict | None) -> None:
        super().__init__(
            f"{latest.staff} wrote version {latest.version} first" if latest else "nobody has decided yet"
        )
        self.latest = latest
        """The verdict that holds; None where there is none, whatever the form said it had seen."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the queue is looked for; what is empty leaves everything."""

    shown: Shown = "open"
    words: str = ""
    district: str = ""
    """Its name, or else a part of its name."""
    topic: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Often:
    """A question, and how often it was asked."""

    question: str
    times: int


@dataclass(frozen=True, slots=True)
class Topic:
    """What cases are about, and how many there are."""

    name: str
    cases: int
    asked: int


def queue(store: Store, wanted: Wanted | Shown = "open", page: int = 1, size: int = 25) -> Queue:
    """The cases worst first: voted down, then answers given with low confidence, then refusals, then the rest.

    :param page: Counted from 1.
    """
    listed = _listed(wanted if isinstance(wanted, Wanted) else Wanted(wanted))
    found = listed.subquery()
    worst = case(
        (found.c.down > 0, 0),
        (and_(found.c.abstained.is_(False), found.c.confidence < LOW_CONFIDENCE), 1),
        (found.c.abstained.is_(True), 2),
        else_=3,
    )
    ordered = (
        select(Asked, found.c.times, found.c.up, found.c.down, found.c.last_asked, Verdict)
        .join(found, Asked.id == found.c.id)
        .outerjoin(Verdict, and_(Verdict.subject == Asked.subject, Verdict.version == found.c.version))
        .order_by(worst, found.c.down.desc(), found.c.times.desc(), Asked.confidence, Asked.id)
    )
    with store.session() as session:
        total = session.scalar(select(func.count()).select_from(found)) or 0
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
            district=row.Asked.district,
            topic=row.Asked.topic,
            context=tuple(context_of(row.Asked)),
        )
        for row in rows
    ]
    return Queue(tuple(cases), total)


def topics(store: Store, wanted: Wanted, most: int = 20) -> list[Topic]:
    """What the cases looked for are about, the most asked first."""
    found = _listed(wanted).subquery()
    counted = (
        select(found.c.topic, func.count().label("cases"), func.sum(found.c.times).label("asked"))
        .where(found.c.topic != "")
        .group_by(found.c.topic)
        .order_by(func.sum(found.c.times).desc(), found.c.topic)
        .limit(most)
    )
    with store.session() as session:
        return [Topic(row.topic, row.cases, int(row.asked)) for row in session.execute(counted)]


def districts(store: Store, most: int = 31) -> list[str]:
    """The districts that questions were about, the most asked about first."""
    asked = (
        select(Asked.district)
        .where(Asked.district != "")
        .group_by(Asked.district)
        .order_by(func.count().desc(), Asked.district)
        .limit(most)
    )
    with store.session() as session:
        return list(session.scalars(asked))


def _listed(wanted: Wanted) -> Select[Any]:
    """One row a case: its first question, how often it was asked, its votes, and the version of its verdict."""
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
    )
    if wanted.day is not None:
        first = datetime.combine(wanted.day, time.min).astimezone(UTC)
        counted = counted.where(Asked.asked_at >= first, Asked.asked_at < first + timedelta(days=1))
    counts, latest = counted.subquery(), _latest().subquery()
    listed = (
        select(
            Asked.id,
            Asked.topic,
            Asked.abstained,
            Asked.confidence,
            counts.c.times,
            counts.c.up,
            counts.c.down,
            counts.c.last_asked,
            latest.c.version,
        )
        .join(counts, Asked.id == counts.c.asked_id)
        .outerjoin(latest, latest.c.subject == Asked.subject)
    )
    if wanted.shown == "written":
        holds = and_(Verdict.subject == Asked.subject, Verdict.version == latest.c.version)
        listed = listed.join(Verdict, holds).where(Verdict.written != "")
    elif wanted.shown != "all":
        decided = latest.c.version.is_not(None)
        listed = listed.where(decided if wanted.shown == "decided" else not_(decided))
    if wanted.words:
        listed = listed.where(Asked.question.contains(wanted.words, autoescape=True))
    if wanted.district:
        same = aliased(Asked)
        known = select(same.id).where(same.district == wanted.district).exists()
        part = Asked.district.contains(wanted.district, autoescape=True)
        listed = listed.where(or_(Asked.district == wanted.district, and_(not_(known), part)))
    if wanted.topic:
        listed = listed.where(Asked.topic == wanted.topic)
    return listed


def open_file(store: Store, asked_id: str) -> File | None:
    """Everything known of the case that a question belongs to."""
    asked = find(store, asked_id)
    if asked is None:
        return None
    with store.session() as session:
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
    place: ChosenPlace | None = None,
    note: str = "",
    written: Written | None = None,
) -> Verdict:
    """Write a verdict as the next version after the one its author had before them.

    :param seen: The version its author saw; 0 for none.
    :param place: The right place, where the citation is to be corrected.
    :param written: The answer in the words of staff, which is given from now on.
    :raises ConflictError: if another version holds; nothing is written.
    :raises KeyError: if there is no such question.
    """
    file = open_file(store, asked_id)
    if file is None:
        raise KeyError(asked_id)
    if file.version != seen:
        raise ConflictError(file.history[0] if file.history else None)
    asked = file.asked
    if written and place is None and written.places:
        place = written.places[0]
    verdict = Verdict(
        subject=asked.subject,
        version=seen + 1,
        asked_id=asked_id,
        staff=staff,
        decided_at=datetime.now(UTC),
        ruling=ruling,
        corrected=place.json() if place else "",
        note=printable(note).strip()[:LONGEST_NOTE],
        written=msgspec.json.encode(written).decode() if written else "",
    )
    try:
        with store.session() as session:
            session.add(verdict)
            session.add(entry(staff, "wrote" if written else ruling, asked.question, verdict.note))
    except IntegrityError as error:
        file = open_file(store, asked_id)
        if file is None or not file.history:
            raise
        raise ConflictError(file.history[0]) from error
    return verdict


def standing(store: Store, ground: Ground, key: str, before: str = "") -> list[Standing]:
    """The verdicts on a question that still hold, the latest first.

    One holds while its sources say what they said; an answer that staff wrote, while its places do. One on a question
    that somebody asked after another question holds after that question only.

    :param before: Key of the question just before it in the conversation; empty for a first one.
    """
    same = select(Verdict.subject).join(Asked, Asked.id == Verdict.asked_id).where(Asked.key == key)
    alike = select(Phrasing.subject).where(Phrasing.key == key)
    latest = _latest().where(Verdict.subject.in_(same.union(alike))).subquery()
    chosen = (
        select(Verdict, Phrasing)
        .join(latest, and_(Verdict.subject == latest.c.subject, Verdict.version == latest.c.version))
        .outerjoin(Phrasing, and_(Phrasing.subject == Verdict.subject, Phrasing.key == key))
        .order_by(Verdict.decided_at.desc())
    )
    with store.session(_SOON) as session:
        rows = [
            (verdict, _first_of(session, verdict.subject), phrasing)
            for verdict, phrasing in session.execute(chosen).all()
        ]
    found = []
    for verdict, asked, phrasing in rows:
        place, written = place_of(verdict), written_of(verdict)
        if asked.before not in ("", before) or (phrasing is not None and not written):
            continue
        holds = given(verdict, ground)
        if holds is None:
            holds = _sources_of(asked, ground) == asked.sources and (place is None or ground.holds(place))
        if holds:
            found.append(Standing(verdict, asked, place, written, in_context=asked.before == before))
    return found


def _first_of(session: Session, subject: str) -> Asked:
    """The question as it was first answered: later ones were told what staff had said by then."""
    return session.scalars(
        select(Asked).where(Asked.subject == subject).order_by(Asked.asked_at, Asked.id).limit(1)
    ).one()


def phrase(store: Store, asked_id: str, question: str, staff: str) -> bool:
    """Have a written answer given for another way to ask it as well; whether there is such a question."""
    file, text = open_file(store, asked_id), clean_question(question)
    if file is None or not text:
        return False
    key = question_key(text)
    with store.session() as session:
        session.merge(
            Phrasing(
                subject=file.asked.subject, key=key, question=text, staff=staff, added_at=datetime.now(UTC)
            )
        )
        session.add(entry(staff, "phrased", file.asked.question, text))
    return True


def unphrase(store: Store, asked_id: str, key: str, staff: str) -> None:
    """Have it given no more for one of them."""
    file = open_file(store, asked_id)
    if file is None:
        return
    with store.session() as session:
        found = session.get(Phrasing, (file.asked.subject, key))
        if found is not None:
            session.add(entry(staff, "unphrased", file.asked.question, found.question))
            session.delete(found)


def phrasings(store: Store, subject: str) -> Sequence[Phrasing]:
    """The other ways to ask what a written answer answers, the earliest first."""
    with store.session() as session:
        return session.scalars(
            select(Phrasing).where(Phrasing.subject == subject).order_by(Phrasing.added_at)
        ).all()


def well_answered(store: Store, most: int) -> list[Often]:
    """Questions that stand by themselves, answered with confidence and never voted down; the most asked first."""
    down = func.sum(case((Vote.helpful.is_(False), 1), else_=0))
    counted = (
        select(func.min(Asked.question).label("question"), func.count(Asked.id).label("times"))
        .outerjoin(Vote, Vote.asked_id == Asked.id)
        .where(Asked.before == "", Asked.abstained.is_(False), Asked.confidence >= SURE)
        .group_by(Asked.key)
        .having(func.coalesce(down, 0) == 0)
        .order_by(func.count(Asked.id).desc(), func.min(Asked.question))
        .limit(most)
    )
    with store.session() as session:
        return [Often(row.question, row.times) for row in session.execute(counted)]


def lately(store: Store, most: int) -> list[str]:
    """Questions asked lately that stand by themselves, each once."""
    with store.session() as session:
        asked = session.scalars(
            select(Asked.question).where(Asked.before == "").order_by(Asked.asked_at.desc()).limit(most)
        )
        return list(dict.fromkeys(asked))


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


def written_of(verdict: Verdict) -> Written | None:
    """The answer that staff wrote with a verdict."""
    return msgspec.json.decode(verdict.written, type=Written) if verdict.written else None


def given(verdict: Verdict | None, ground: Ground) -> bool | None:
    """Whether an answer that staff wrote is given: while its places hold. None where none was written."""
    written = written_of(verdict) if verdict else None
    return all(map(ground.holds, written.places)) if written else None


def place_of(verdict: Verdict) -> ChosenPlace | None:
    """The corrected place of a verdict."""
    return msgspec.json.decode(verdict.corrected, type=ChosenPlace) if verdict.corrected else None


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
