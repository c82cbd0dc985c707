"""Keeping a question with its answer, and what whoever asked thought of it."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

import msgspec
from sqlalchemy import delete, select

from rag.contract import Answer, WordedAnswer
from rag.index import Index
from rag.text.normal import clean_question, squeeze
from rag.text.spans import Span
from rag.wording import worded
from store.database import Store
from store.models import Asked, Verdict, Vote

LONGEST_REASON = 500
"""Characters of the reason a vote may give."""
_ID = re.compile(r"[0-9a-f]{32}")
_NEAREST = 3  # passages kept of a refusal: what came nearest


@dataclass(frozen=True, slots=True)
class ChosenPlace:
    """A place in a bulletin that staff chose; `quote` is the source's text at `spans`."""

    source: str
    document: str
    spans: tuple[Span, ...]
    quote: str

    def json(self) -> str:
        """The place as one line of JSON."""
        return msgspec.json.encode(self).decode()


class Ground:
    """What answers rest on: the bulletins as the index holds them. A text is read when its digest is first wanted."""

    def __init__(self, index: Index) -> None:
        self.index = index
        manifest = index.manifest
        self.fingerprint = _digest(
            manifest.encoder_fingerprint, manifest.made_by, *sorted(map(str, manifest.files.items()))
        )
        self._texts: dict[str, str] = {}

    def digest(self, names: Iterable[str]) -> str:
        """Digest of some bulletins' texts, or of all bulletins where none is named; one that is gone changes it too."""
        wanted = sorted(set(names))
        return _digest(*(f"{name} {self._text(name)}" for name in wanted)) if wanted else self._all

    @cached_property
    def _all(self) -> str:
        """Of every bulletin as the index knows it: none is read for that."""
        return _digest(*(f"{name} {digest}" for name, digest in sorted(self.index.manifest.files.items())))

    def _text(self, name: str) -> str | None:
        """The digest of a bulletin's text; None where there is none of the name."""
        if name not in self._texts and name in self.index.manifest.files:
            self._texts[name] = hashlib.sha256(self.index.source_text(name).encode()).hexdigest()
        return self._texts.get(name)

    def holds(self, place: ChosenPlace) -> bool:
        """Whether a place still says what it said."""
        return place.document in self.index.documents and (
            place.source in self.index.manifest.files
            and self.index.quote(place.source, place.spans) == place.quote
        )


def question_key(question: str) -> str:
    """The same for the same question: width, case, white space and the sign at its end don't count.

    >>> question_key("防空警报什么时候试鸣？") == question_key(" 防空警报 什么时候试鸣?")
    True
    """
    return _digest(squeeze(clean_question(question)).rstrip("?!.。"))


def row_of(
    ground: Ground,
    answer: Answer,
    subject: str | None = None,
    earlier: Sequence[str] = (),
    seconds: float = 0.0,
) -> Asked:
    """A question and its answer as they are kept, under a new id.

    :param subject: What the answer is about where it was given on the strength of a verdict: that verdict's.
    :param earlier: The questions before it in the conversation, the oldest first.
    :param seconds: From question to answer.
    """
    kept = replace(worded(answer), passages=answer.passages[:_NEAREST] if answer.abstained else ())
    sources = ground.digest(citation.source for citation in answer.citations)
    key, before = question_key(answer.question), question_key(earlier[-1]) if earlier else ""
    places = (str((c.source, c.spans)) for c in answer.citations)
    district, topic = _about(ground, answer)
    return Asked(
        id=uuid.uuid4().hex,
        key=key,
        subject=subject or _digest(key, answer.answer, sources, *([before] if before else []), *places),
        sources=sources,
        fingerprint=ground.fingerprint,
        question=answer.question,
        answer=kept.json(),
        language=answer.language,
        abstained=answer.abstained,
        confidence=answer.confidence,
        asked_at=datetime.now(UTC),
        context=msgspec.json.encode(list(earlier)).decode(),
        before=before,
        district=district,
        topic=topic,
        seconds=seconds,
    )


def printable(text: str) -> str:
    """Text without what no page shows and PostgreSQL takes none of; its lines stay."""
    return "".join(one for one in text if one.isprintable() or one in "\n\t\u3000")


def keep(store: Store, ground: Ground, answer: Answer, subject: str | None = None) -> str:
    """Write down a question and its answer at once, and return the id they are kept under."""
    asked = row_of(ground, answer, subject)
    with store.session() as session:
        session.add(asked)
    return asked.id


def _about(ground: Ground, answer: Answer) -> tuple[str, str]:
    """District and title of the document an answer rests on, or of the one that came nearest."""
    if answer.citations:
        document = answer.citations[0].document
        return document.jurisdiction or "", document.title
    for passage in answer.passages[:1]:
        nearest = ground.index.passage(passage.chunk).document
        return nearest.jurisdiction or "", nearest.title
    return "", ""


def context_of(asked: Asked) -> list[str]:
    """The questions before it in the conversation, the oldest first."""
    return msgspec.json.decode(asked.context, type=list[str])


def vote(store: Store, asked_id: str, helpful: bool, reason: str = "") -> bool:
    """Take a vote on an answer, in the place of an earlier one; whether there is such an answer."""
    if not _ID.fullmatch(asked_id):
        return False
    with store.session() as session:
        if session.get(Asked, asked_id) is None:
            return False
        session.merge(
            Vote(
                asked_id=asked_id,
                helpful=helpful,
                reason=clean_question(reason)[:LONGEST_REASON],
                voted_at=datetime.now(UTC),
            )
        )
    return True


def forget(store: Store, before: datetime) -> int:
    """Delete the questions asked before some time with their votes, those staff decided on excepted; how many."""
    decided = select(Verdict.subject)
    old = select(Asked.id).where(Asked.asked_at < before, Asked.subject.not_in(decided))
    with store.session() as session:
        ids = session.scalars(old).all()
        session.execute(delete(Vote).where(Vote.asked_id.in_(old)))
        session.execute(delete(Asked).where(Asked.asked_at < before, Asked.subject.not_in(decided)))
    return len(ids)


def kept_answer(asked: Asked) -> WordedAnswer:
    """The answer as it was given, in the words it was given in."""
    return msgspec.json.decode(asked.answer, type=WordedAnswer)


def find(store: Store, asked_id: str) -> Asked | None:
    """A question by its id."""
    if not _ID.fullmatch(asked_id):
        return None
    with store.session() as session:
        return session.scalars(select(Asked).where(Asked.id == asked_id)).one_or_none()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
