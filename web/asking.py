"""One way to ask, whoever asks: the page and the API go through the same limits, verdicts, records and counts."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import anyio
from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from rag.answer import Engine
from rag.answering.notices import show_date
from rag.asking.query import LONGEST_QUESTION
from rag.contract import Answer, Citation, Notice, NoticeKind, cited
from rag.errors import BulletinError
from rag.index import Index, Passage
from rag.text.normal import clean_question
from store.database import SQLAlchemyError, Store
from store.questions import Ground, Place, keep, kept_answer, question_key, vote
from store.review import Standing, standing
from web import strings
from web.metrics import Metrics
from web.problems import Problem
from web.strings import Text
from web.workers import Workers

LONGEST_HISTORY = 20
"""Earlier questions of a conversation that are looked at."""
_WAITING = 256  # questions that may wait; whoever comes then is told to come back
_WITH_MODEL = 16  # questions answered at once where a model writes the answers
_MARKER = re.compile(r"\s*\[\d+\]")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as somebody is told it."""

    answer: Answer
    asked_id: str | None
    """What it is kept under; None where it could not be kept."""
    nearest: Passage | None = None
    """For a refusal, the passage that came nearest."""
    pointed: Citation | None = None
    """The place that staff point to where they found the answer wrong or incomplete."""

    @property
    def suggestions(self) -> tuple[str, ...]:
        """Questions one could ask instead or next."""
        return tuple(getattr(self.answer, "suggestions", ()))


class Asking:
    """Takes questions and gives answers, a few at a time however many ask."""

    def __init__(
        self, engine: Engine, store: Store, rate: RateLimitItem, metrics: Metrics, workers: int = 0
    ) -> None:
        self.engine = engine
        self.workers = Workers(engine, workers)
        self.store = store
        self.ground = Ground(engine.index)
        self.metrics = metrics
        self._rate = rate
        self._clients = MovingWindowRateLimiter(MemoryStorage())
        self._taken = 0
        # A model answers elsewhere or takes its time, and must not keep the processors from the others.
        at_once = _WITH_MODEL if engine.settings.llm else max(workers + 1, os.cpu_count() or 1)
        self._threads = anyio.CapacityLimiter(at_once)

    @property
    def waiting(self) -> int:
        """Questions taken and not answered yet."""
        return self._taken

    async def stream(
        self, question: str, earlier: Sequence[str] = (), client: str = ""
    ) -> AsyncIterator[Answer | Told]:
        """The answer as it grows where a model writes it, and at last what is told; see `ask`."""
        loop = asyncio.get_running_loop()
        parts: asyncio.Queue[Answer | None] = asyncio.Queue()

        def grown(answer: Answer) -> None:
            loop.call_soon_threadsafe(parts.put_nowait, answer)

        asking = asyncio.create_task(self.ask(question, earlier, client, grown))
        asking.add_done_callback(lambda _: parts.put_nowait(None))
        while (part := await parts.get()) is not None:
            yield part
        yield await asking

    async def ask(
        self,
        question: str,
        earlier: Sequence[str] = (),
        client: str = "",
        grown: Callable[[Answer], None] = lambda _: None,
    ) -> Told:
        """Answer a question and keep it.

        :param earlier: The questions before it in the conversation.
        :param client: Who asks, for the rate limit only; it is never kept.
        :param grown: Called in another thread with each beginning of an answer that a model writes.
        :raises Problem: if the question is blank or too long, the client asks too much, or too many are waiting.
        """
        text = self._admit(question, client)
        began = time.perf_counter()
        self._taken += 1
        with self.metrics.waiting.track_inprogress():
            try:
                told = await anyio.to_thread.run_sync(
                    partial(self._answer, text, earlier, grown), limiter=self._threads
                )
            except BulletinError as error:
                self.metrics.rejected.labels("invalid").inc()
                raise Problem(422, "invalid", Text(str(error), str(error))) from error
            except Exception as error:  # a fault of ours must not show its insides
                _log.exception("A question could not be answered.")
                self.metrics.rejected.labels("fault").inc()
                raise Problem(500, "fault", strings.BROKEN) from error
            finally:
                self._taken -= 1
        self.metrics.seconds.observe(time.perf_counter() - began)
        outcome = "refused" if told.answer.abstained else "answered"
        self.metrics.questions.labels(told.answer.language, outcome).inc()
        return told

    async def vote(self, asked_id: str, helpful: bool, reason: str, client: str) -> None:
        """Keep what somebody thought of an answer.

        :raises Problem: if there is no such answer, the client votes too much, or it can't be kept.
        """
        self._limit(client)
        try:
            known = await anyio.to_thread.run_sync(vote, self.store, asked_id, helpful, reason)
        except SQLAlchemyError as error:
            _log.exception("A vote could not be kept.")
            raise Problem(503, "unavailable", strings.NOT_KEPT, retry_after=30) from error
        if not known:
            raise Problem(404, "not_found", strings.NO_SUCH_ANSWER)
        self.metrics.votes.labels("yes" if helpful else "no").inc()

    def _admit(self, question: str, client: str) -> str:
        """The question cleaned, or the reason why it is not taken."""
        text = clean_question(question)
        if not text:
            raise Problem(422, "blank", strings.BLANK)
        if len(text) > LONGEST_QUESTION:
            raise Problem(
                422, "too_long", strings.TOO_LONG.format(length=len(text), longest=LONGEST_QUESTION)
            )
        self._limit(client)
        if self._threads.statistics().tasks_waiting >= _WAITING:
            self.metrics.rejected.labels("busy").inc()
            raise Problem(503, "busy", strings.BUSY, retry_after=5)
        return text

    def _limit(self, client: str) -> None:
        if not self._clients.hit(self._rate, client):
            self.metrics.rejected.labels("rate").inc()
            wait = self._clients.get_window_stats(self._rate, client).reset_time - time.time()
            raise Problem(429, "too_many", strings.TOO_MANY, retry_after=max(1, round(wait)))

    def _answer(self, question: str, earlier: Sequence[str], grown: Callable[[Answer], None]) -> Told:
        """In a thread of its own: the answer, what staff made of it, and its record."""
        *_, answer = _watched(self.workers.answers(question, earlier), grown)
        nearest = None
        if answer.abstained and answer.passages:
            nearest = self.engine.index.passage(answer.passages[0].chunk)
        try:
            told, subject = self._reviewed(Told(answer, None, nearest), earlier)
            return replace(told, asked_id=keep(self.store, self.ground, told.answer, subject))
        except SQLAlchemyError:  # whoever asked is owed an answer all the same
            _log.exception("A question could not be kept.")
            return Told(answer, None, nearest)

    def _reviewed(self, told: Told, earlier: Sequence[str]) -> tuple[Told, str | None]:
        """The answer with what staff say of it, and what their verdict is about where it replaced the answer."""
        answer = told.answer
        found = standing(self.store, self.ground, question_key(answer.question))
        if earlier:  # the same words may ask something else here; then they are answered from other documents
            found = [one for one in found if _documents(kept_answer(one.asked)) == _documents(answer)]
        for one in found:
            if one.verdict.ruling == "right":
                return self._verified(told, one), one.verdict.subject
        for one in found:
            given = kept_answer(one.asked)
            if given.answer == answer.answer:
                wrong = one.verdict.ruling == "wrong"
                notice = _notice(
                    "disputed", strings.SAID_WRONG if wrong else strings.SAID_INCOMPLETE, one, answer
                )
                disputed = replace(answer, notices=(notice, *answer.notices))
                pointed = self._citation(one.place, 1) if one.place else None
                return replace(told, answer=disputed, pointed=pointed), one.verdict.subject
        return told, None

    def _verified(self, told: Told, one: Standing) -> Told:
        """The answer that staff found right, in the place of today's where the two differ."""
        fresh, given = told.answer, kept_answer(one.asked)
        text, citations = given.answer, given.citations
        if one.place is not None:
            citations = (self._citation(one.place, 1),)
            text = f"{_MARKER.sub('', text).strip()} [1]"
        documents = {citation.document.id for citation in citations}
        shared = any(citation.document.id in documents for citation in fresh.citations)
        notices = fresh.notices if shared or fresh.answer == text else given.notices
        notice = _notice("verified", strings.SAID_RIGHT, one, fresh)
        kept = tuple(n for n in notices if n.kind not in ("verified", "disputed"))
        answer = replace(
            fresh,
            answer=text,
            abstained=given.abstained,
            confidence=1.0 if not given.abstained else given.confidence,
            citations=citations,
            notices=(notice, *kept),
        )
        return replace(told, answer=answer, nearest=told.nearest if answer.abstained else None)

    def _citation(self, place: Place, marker: int) -> Citation:
        """A place that staff chose as a citation."""
        index = self.engine.index
        return Citation(
            marker,
            place.source,
            place.spans,
            place.quote,
            cited(index.documents[place.document]),
            section_at(index, place),
        )


def _watched(answers: Iterable[Answer], grown: Callable[[Answer], None]) -> Iterator[Answer]:
    """The same answers, each but the last shown to somebody on its way."""
    last: Answer | None = None
    for answer in answers:
        if last is not None:
            grown(last)
        last = answer
        yield answer


def section_at(index: Index, place: Place) -> tuple[str, ...]:
    """The headings over the beginning of a place."""
    at = place.spans[0][0]
    for passage in index.passages:
        if passage.chunk.document != place.document:
            continue
        for unit in passage.chunk.units:
            if any(start <= at < end for start, end in unit.spans):
                return unit.path
    return ()


def _documents(answer: Answer) -> set[str]:
    """The documents an answer cites."""
    return {citation.document.id for citation in answer.citations}


def _notice(kind: NoticeKind, said: Text, one: Standing, answer: Answer) -> Notice:
    """A line about a verdict, in the language of the answer; the name of whoever decided stays inside."""
    day = show_date(one.verdict.decided_at.date(), answer.language)
    return Notice(kind, getattr(said.format(on=day), answer.language))
