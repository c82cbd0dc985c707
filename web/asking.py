"""One way to ask, whoever asks: the page and the API go through the same limits, verdicts, records and counts."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import TypeVar

import anyio
import msgspec
from limits import RateLimitItem

from rag.answer import Engine
from rag.answering.gloss import titled
from rag.asking.query import LONGEST_QUESTION
from rag.contract import Answer, Citation, Manner, Notice, NoticeKind, cited
from rag.errors import BulletinError
from rag.index import Index, Passage
from rag.text.normal import clean_question, strip_markup
from store.database import SQLAlchemyError, Store
from store.keeper import Keeper
from store.questions import ChosenPlace, kept_answer, question_key, row_of, vote
from store.review import Standing, Written, standing
from web import strings
from web.editions import Edition, Editions
from web.limits import Window
from web.logs import fault
from web.metrics import Metrics
from web.problems import Problem

LONGEST_HISTORY = 20
"""Earlier questions of a conversation that are looked at."""
_WAITING = 256  # questions that may wait; whoever comes then is told to come back
_WITH_MODEL = 16  # questions answered at once where a model writes the answers
_LEAVE_ALONE = 5.0  # seconds a database that failed is not asked again
_TITLED = 2  # passages that may begin with a document's title
_MARKER = re.compile(r"\s*\[\d+\]")

T = TypeVar("T")
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
    version: str = ""
    """The version of the index that the answer came from."""
    made_on: date | None = None
    """The day that version was made."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """For readers of English, the titles in English of the documents it shows, by id, where there are any."""
    texts: frozenset[str] = frozenset()
    """The bulletins it cites whose originals are texts, in which a browser finds what is cited."""


class Asking:
    """Takes questions and gives answers, a few at a time however many ask."""

    def __init__(
        self, engine: Engine, store: Store, rate: RateLimitItem, metrics: Metrics, workers: int = 0
    ) -> None:
        self.editions = Editions(engine, workers)
        self.store = store
        self.metrics = metrics
        self._rate = rate
        self._clients = Window()
        self.keeper = Keeper(store)
        self._not_before = 0.0  # when the database is asked again what staff say
        self._taken = 0
        # A model answers elsewhere or takes its time, and must not keep the processors from the others.
        at_once = _WITH_MODEL if engine.settings.llm else max(workers + 1, os.cpu_count() or 1)
        self._threads = anyio.CapacityLimiter(at_once)

    @property
    def waiting(self) -> int:
        """Questions taken and not answered yet."""
        return self._taken

    async def stream(
        self, question: str, earlier: Sequence[str] = (), client: str = "", district: str = ""
    ) -> AsyncIterator[Answer | Told]:
        """The answer as it grows where a model writes it, and at last what is told; see `ask`."""
        loop = asyncio.get_running_loop()
        parts: asyncio.Queue[Answer | None] = asyncio.Queue()

        def grown(answer: Answer) -> None:
            loop.call_soon_threadsafe(parts.put_nowait, answer)

        asking = asyncio.create_task(self.ask(question, earlier, client, grown, district))
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
        district: str = "",
    ) -> Told:
        """Answer a question and keep it.

        :param earlier: The questions before it in the conversation.
        :param client: Who asks, for the rate limit only; it is never kept.
        :param district: Where who asks lives, meant where the question names no place; "" for the service's home.
        :param grown: Called in another thread with each beginning of an answer that a model writes.
        :raises Problem: if the question is blank or too long, the district is not known, the client asks too much, or
            too many are waiting.
        """
        text = self._admit(question, client)
        self._check(district)
        began = time.perf_counter()
        self._taken += 1
        with self.metrics.waiting.track_inprogress():
            try:
                told = await anyio.to_thread.run_sync(
                    partial(self._answer, text, earlier, grown, district), limiter=self._threads
                )
            except BulletinError as error:  # its length was looked at: nothing is left of it to ask
                self.metrics.rejected.labels("invalid").inc()
                raise Problem(422, "blank", strings.BLANK) from error
            except Exception as error:  # a fault of ours must not show its insides
                _log.error("A question could not be answered: %s", fault(error))
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
        self.limit(client)
        try:
            known = await anyio.to_thread.run_sync(vote, self.store, asked_id, helpful, reason)
        except SQLAlchemyError as error:
            _log.error("A vote could not be kept: %s", fault(error))
            raise Problem(503, "unavailable", strings.NOT_KEPT, retry_after=30) from error
        if not known:
            raise Problem(404, "not_found", strings.NO_SUCH_ANSWER)
        self.metrics.votes.labels("yes" if helpful else "no").inc()

    def _admit(self, question: str, client: str) -> str:
        """The question cleaned, or the reason why it is not taken."""
        text = clean_question(question)
        if not strip_markup(text):  # tags alone ask nothing either
            raise Problem(422, "blank", strings.BLANK)
        if len(text) > LONGEST_QUESTION:
            raise Problem(
                422, "too_long", strings.TOO_LONG.format(length=len(text), longest=LONGEST_QUESTION)
            )
        self.limit(client)
        self._let_wait()
        return text

    def _check(self, district: str) -> None:
        """Refuse a place that nobody knows: an answer for another one would mislead."""
        if district:
            try:
                self.editions.now.engine.retriever.understanding.district(district)
            except BulletinError as error:
                self.metrics.rejected.labels("invalid").inc()
                raise Problem(
                    422, "unknown_district", strings.UNKNOWN_DISTRICT.format(district=district)
                ) from error

    def limit(self, client: str) -> None:
        """Count something that a client does.

        :raises Problem: if it does too much.
        """
        if wait := self._clients.hit(self._rate, client):
            self.metrics.rejected.labels("rate").inc()
            raise Problem(429, "too_many", strings.TOO_MANY, retry_after=math.ceil(wait))

    async def search(self, look: Callable[[], T], client: str) -> T:
        """Look something up in the index, as one of those that ask.

        :raises Problem: if the client asks too much, or too many are waiting.
        """
        self.limit(client)
        self._let_wait()
        return await anyio.to_thread.run_sync(look, limiter=self._threads)

    def close(self) -> None:
        """End the processes, and write down what is not written yet."""
        self.editions.close()
        self.keeper.close()

    def _let_wait(self) -> None:
        if self._threads.statistics().tasks_waiting >= _WAITING:
            self.metrics.rejected.labels("busy").inc()
            raise Problem(503, "busy", strings.BUSY, retry_after=5)

    def _answer(
        self, question: str, earlier: Sequence[str], grown: Callable[[Answer], None], district: str
    ) -> Told:
        """In a thread of its own: the answer, what staff made of it, and its record."""
        began = time.perf_counter()
        *_, (answer, edition) = _watched(self.editions.answers(question, earlier, district), grown)
        nearest = None
        if answer.abstained and answer.passages:
            nearest = edition.index.passage(answer.passages[0].chunk)
        plain = Told(answer, None, nearest, version=edition.version, made_on=edition.made_on)
        told, subject = self._reviewed(plain, edition, earlier)
        if told.answer.language == "en":
            told = replace(told, titles=_titles(edition, told))
        told = replace(told, texts=_texts(edition, told))
        seconds = time.perf_counter() - began
        row = row_of(edition.ground, told.answer, subject, earlier, seconds)
        # an id is given only for what is on disk: whoever holds one may vote on it
        return replace(told, asked_id=row.id if self.keeper.keep(row) else None)

    def _reviewed(self, told: Told, edition: Edition, earlier: Sequence[str]) -> tuple[Told, str | None]:
        """The answer with what staff say of it, and what their verdict is about where it replaced the answer."""
        if time.monotonic() < self._not_before:
            return told, None
        before = question_key(earlier[-1]) if earlier else ""
        try:
            found = standing(self.store, edition.ground, question_key(told.answer.question), before)
            return _reviewed(told, edition.index, found)
        except (
            SQLAlchemyError,
            msgspec.MsgspecError,
        ) as error:  # whoever asked is owed an answer all the same
            _log.error("What staff say of an answer can't be read: %s", fault(error))
            self._not_before = time.monotonic() + _LEAVE_ALONE
            return told, None


def _texts(edition: Edition, told: Told) -> frozenset[str]:
    """The bulletins shown with an answer whose originals are texts."""
    cited = {citation.source for citation in (*told.answer.citations, *filter(None, [told.pointed]))}
    originals = {source: edition.index.original(source) for source in cited}
    return frozenset(source for source, original in originals.items() if original and original.is_text)


def _titles(edition: Edition, told: Told) -> dict[str, str]:
    """The titles in English of the documents that are shown with an answer."""
    shown = [citation.document.id for citation in (*told.answer.citations, *filter(None, [told.pointed]))]
    shown += [told.nearest.document.id] if told.nearest else []
    documents = (edition.index.documents.get(one) for one in dict.fromkeys(shown))
    found = {
        one.id: titled(one, edition.index.passages_of(one.id)[:_TITLED])
        for one in documents
        if one is not None
    }
    return {document: title for document, title in found.items() if title}


def _reviewed(told: Told, index: Index, found: Sequence[Standing]) -> tuple[Told, str | None]:
    """An answer with the verdicts that stand for its question, the latest first."""
    answer = told.answer
    # the same words may ask something else after other questions; then they are answered from other documents
    found = [
        one for one in found if one.in_context or _documents(kept_answer(one.asked)) == _documents(answer)
    ]
    for one in found:
        if one.written is not None:
            return _written(told, index, one, one.written), one.verdict.subject
    for one in found:
        if one.verdict.ruling == "right":
            return _verified(told, index, one), one.verdict.subject
    for one in found:
        if kept_answer(one.asked).answer == answer.answer:
            given = _disputed if one.verdict.ruling == "incomplete" else _withdrawn
            return given(told, index, one), one.verdict.subject
    return told, None


def _written(told: Told, index: Index, one: Standing, written: Written) -> Told:
    """The answer that staff wrote, with its places."""
    citations = tuple(_citation(index, place, at) for at, place in enumerate(written.places, start=1))
    marks = "".join(f" [{citation.marker}]" for citation in citations)
    notice = _notice("verified", one, "written")
    answer = replace(
        told.answer,
        answer=f"{written.text}{marks}",
        abstained=False,
        confidence=1.0,
        citations=citations,
        notices=(notice,),
        suggestions=(),
    )
    return replace(told, answer=answer, nearest=None)


def _withdrawn(told: Told, index: Index, one: Standing) -> Told:
    """In the place of an answer found wrong: the place that staff point to, or that there is no right answer yet."""
    notice = _notice("disputed", one)
    abstained = one.place is None
    text = getattr(strings.WITHDRAWN, told.answer.language)
    citations: tuple[Citation, ...] = ()
    if one.place is not None:
        text, citations = f"{one.place.quote} [1]", (_citation(index, one.place),)
    answer = replace(
        told.answer,
        answer=text,
        abstained=abstained,
        confidence=0.0 if abstained else 1.0,
        citations=citations,
        notices=(notice,),
        suggestions=(),
    )
    return replace(told, answer=answer, nearest=told.nearest if abstained else None)


def _disputed(told: Told, index: Index, one: Standing) -> Told:
    """An answer found incomplete, with the place that staff point to."""
    notice = _notice("disputed", one, "incomplete")
    answer = replace(told.answer, notices=(notice, *told.answer.notices))
    return replace(told, answer=answer, pointed=_citation(index, one.place) if one.place else None)


def _verified(told: Told, index: Index, one: Standing) -> Told:
    """The answer that staff found right, in the place of today's where the two differ."""
    fresh, given = told.answer, kept_answer(one.asked)
    text, citations = given.answer, given.citations
    if one.place is not None:
        citations = (_citation(index, one.place),)
        text = f"{_MARKER.sub('', text).strip()} [1]"
    documents = {citation.document.id for citation in citations}
    shared = any(citation.document.id in documents for citation in fresh.citations)
    notices = fresh.notices if shared or fresh.answer == text else given.notices
    notice = _notice("verified", one)
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


def _citation(index: Index, place: ChosenPlace, marker: int = 1) -> Citation:
    """A place that staff chose, as a citation of an answer."""
    document = cited(index.documents[place.document])
    return Citation(marker, place.source, place.spans, place.quote, document, section_at(index, place))


def _watched(
    answers: Iterable[tuple[Answer, Edition]], grown: Callable[[Answer], None]
) -> Iterator[tuple[Answer, Edition]]:
    """The same answers, each but the last shown to somebody on its way."""
    last: Answer | None = None
    for answer, edition in answers:
        if last is not None:
            grown(last)
        last = answer
        yield answer, edition


def section_at(index: Index, place: ChosenPlace) -> tuple[str, ...]:
    """The headings over the beginning of a place."""
    at = place.spans[0][0]
    for passage in index.passages_of(place.document):
        for unit in passage.chunk.units:
            if any(start <= at < end for start, end in unit.spans):
                return unit.path
    return ()


def _documents(answer: Answer) -> set[str]:
    """The documents an answer cites."""
    return {citation.document.id for citation in answer.citations}


def _notice(kind: NoticeKind, one: Standing, manner: Manner | None = None) -> Notice:
    """What is said of a verdict; the name of whoever decided stays inside."""
    return Notice(kind, {"on": one.verdict.decided_at.date()}, manner)
