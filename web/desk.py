"""The verify desk: staff look at answers worst first, say what they make of them, and write those that are missing."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Annotated, cast, get_args

import numpy as np
from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from markupsafe import Markup

from rag.contract import Answer
from rag.index import Index
from rag.indexing.catalogue import Listed, Sought
from rag.reading.corpus import Document
from rag.text.normal import clean_question
from rag.text.spans import Span
from store.audit import entries
from store.export import export
from store.questions import ChosenPlace, context_of, kept_answer, printable, question_key
from store.review import (
    LONGEST_WRITTEN,
    RULINGS,
    Case,
    ConflictError,
    File,
    Shown,
    Wanted,
    Written,
    decide,
    districts,
    given,
    lately,
    open_file,
    phrase,
    phrasings,
    place_of,
    queue,
    topics,
    unphrase,
    written_of,
)
from store.staff import Signed
from store.statistics import statistics
from web import render, strings
from web.account import Field, check_form, signed_in
from web.asking import Asking
from web.document import Library, View
from web.editions import Edition
from web.pages import spans_in
from web.problems import Problem
from web.strings import Text
from web.templates import Pages, address

_PAGE = 25  # cases
_LINES = 100  # of the log on a page
_MOST_PAGES = 100_000
_FOUND = 20  # documents that a search beside a case lists
_LONGEST_LOOK = 200
_MOST_ROWS = 50_000  # cases of a table that is saved
_LATELY = 3000  # questions looked through for others that ask the same
_ALIKE = 60  # of a hundred, the nearness from which a question is shown as one that may ask the same
_FEW = 8  # of those
_DAYS = (7, 30, 90, 365)
_REASONS = {
    "voted_down": "VOTED_DOWN",
    "low_confidence": "LOW_CONFIDENCE",
    "refused": "WAS_REFUSED",
    "other": "OTHER_REASON",
}
_RULINGS = {"right": "RIGHT", "wrong": "WRONG", "incomplete": "INCOMPLETE"}
_ACTIONS = {
    **_RULINGS,
    "wrote": "DID_WRITE",
    "phrased": "DID_PHRASE",
    "unphrased": "DID_UNPHRASE",
    "password": "CHANGE_PASSWORD",
    "set a second factor": "DID_SET_FACTOR",
    "dropped the second factor": "DID_DROP_FACTOR",
    "brought": "DID_BRING",
    "corrected": "DID_CORRECT",
    "published": "DID_PUBLISH",
    "took back": "DID_TAKE_BACK",
    "put back": "DID_PUT_BACK",
    "deleted the draft": "DELETE_DRAFT",
    "set a word": "DID_SET_WORD",
    "dropped a word": "DID_DROP_WORD",
    "chose examples": "DID_CHOOSE_EXAMPLES",
    "set a contact": "DID_SET_CONTACT",
}
"""The actions of the log and what they are called."""
_BLANK_LINE = re.compile(r"\n\s*\n")
_COLUMNS = (
    "question language reason asked helped not_helped confidence district topic last_asked before verdict staff"
).split()
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a table program takes for the beginning of a formula."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What somebody put into the verdict form."""

    ruling: str = ""
    quote: str = ""
    note: str = ""
    near: str = ""
    written: str = ""


@dataclass(frozen=True, slots=True)
class Alike:
    """A question that may ask the same."""

    question: str
    percent: int
    """How near it is, of a hundred."""


def desk(asking: Asking, pages: Pages) -> APIRouter:
    """The routes of the queue, its tables and the log."""
    router = APIRouter(prefix="/verify", include_in_schema=False, default_response_class=HTMLResponse)
    store = asking.store
    reader = Depends(signed_in(store))
    administrator = Depends(signed_in(store, "administrator"))

    @router.get("")
    def cases(
        request: Request,
        shown: str = "open",
        words: str = "",
        district: str = "",
        topic: str = "",
        day: str = "",
        page: int = 1,
        who: Signed = reader,
    ) -> Response:
        wanted = wanted_of(shown, words, district, topic, day)
        page = min(max(page, 1), _MOST_PAGES)
        listed = queue(store, wanted, page, _PAGE)
        return pages.show(
            request,
            "queue.html",
            signed=who,
            queue=listed,
            wanted=wanted,
            day_chosen=wanted.day.isoformat() if wanted.day else "",
            same=address("/verify", chosen_of(wanted)),
            table=address("/verify/export/questions.csv", chosen_of(wanted)),
            topics=topics(store, wanted),
            districts=[(one, one, 0) for one in districts(store)],
            page=page,
            pages=math.ceil(listed.total / _PAGE),
            reasons=_REASONS,
            rulings=_RULINGS,
            given={one.subject: given(one.verdict, asking.editions.now.ground) for one in listed.cases},
        )

    @router.get("/export/{name}", response_class=PlainTextResponse)
    def exported(
        name: str,
        shown: str = "open",
        words: str = "",
        district: str = "",
        topic: str = "",
        day: str = "",
        who: Signed = reader,
    ) -> Response:
        del who
        saved = {"Content-Disposition": f'attachment; filename="{name}"'}
        if name == "questions.csv":
            listed = queue(store, wanted_of(shown, words, district, topic, day), 1, _MOST_ROWS)
            return Response(table(listed.cases), media_type="text/csv; charset=utf-8", headers=saved)
        if name not in ("desk.facts.jsonl", "desk.unanswerable.jsonl"):
            raise Problem(404, "not_found", strings.NOT_FOUND)
        found = export(store)
        lines = found.facts_jsonl() if name == "desk.facts.jsonl" else found.unanswerable_jsonl()
        return PlainTextResponse(lines, headers=saved)

    @router.get("/statistics")
    def numbers(request: Request, days: int = 30, who: Signed = reader) -> Response:
        days = days if days in _DAYS else 30
        return pages.show(
            request,
            "statistics.html",
            signed=who,
            found=statistics(store, days),
            days=days,
            choices=_DAYS,
        )

    @router.get("/log")
    def log(request: Request, page: int = 1, who: Signed = administrator) -> Response:
        page = min(max(page, 1), _MOST_PAGES)
        lines = entries(store, page, _LINES)
        more = len(lines) == _LINES
        return pages.show(
            request, "log.html", signed=who, lines=lines, actions=_ACTIONS, page=page, more=more
        )

    router.include_router(_cases(asking, pages))
    return router


def _cases(asking: Asking, pages: Pages) -> APIRouter:
    """The routes of one case. Its address is any name, so these come last."""
    router = APIRouter(default_response_class=HTMLResponse)
    store, editions = asking.store, asking.editions
    reader, editor = Depends(signed_in(store)), Depends(signed_in(store, "editor"))
    page = CasePage(asking, pages)

    def file_of(asked_id: str) -> File:
        file = open_file(store, asked_id)
        if file is None:
            raise Problem(404, "not_found", strings.NO_SUCH_ANSWER)
        return file

    @router.get("/{asked_id}")
    def look(
        request: Request,
        asked_id: str,
        document: str = "",
        at: str = "",
        look: str = "",
        saved: str = "",
        who: Signed = reader,
    ) -> Response:
        look = clean_question(look)[:_LONGEST_LOOK]
        return page.show(
            request, file_of(asked_id), who, document=document, at=at, look=look, saved=bool(saved)
        )

    @router.post("/{asked_id}")
    def rule(
        request: Request,
        asked_id: str,
        csrf: Field = "",
        ruling: Field = "",
        seen: Annotated[int, Form(ge=0)] = 0,
        document: Field = "",
        near: Field = "",
        quote: Field = "",
        note: Field = "",
        written: Field = "",
        who: Signed = editor,
    ) -> Response:
        check_form(request, csrf, who)
        file = file_of(asked_id)
        entered = Entered(ruling, quote, note, near, written)

        def again(problem: Text, status: int) -> Response:
            return page.show(
                request,
                file_of(asked_id),
                who,
                document=document,
                entered=entered,
                problem=problem,
                status=status,
            )

        if ruling not in RULINGS:
            return again(strings.NO_RULING, 422)
        places = places_of(editions.now, document, quote, near)
        if places is None:
            return again(strings.PLACE_NOT_FOUND, 422)
        text = printable(written).strip()
        if len(text) > LONGEST_WRITTEN:
            return again(strings.WRITTEN_TOO_LONG.format(longest=LONGEST_WRITTEN), 422)
        if text and not places:
            return again(strings.WRITTEN_NEEDS_PLACE, 422)
        try:
            decide(
                store,
                file.asked.id,
                staff=who.name,
                ruling=ruling,
                seen=seen,
                place=places[0] if places else None,
                note=note,
                written=Written(text, places) if text else None,
            )
        except ConflictError as conflict:
            return again(_conflict(conflict), 409)
        return RedirectResponse(f"/verify/{asked_id}?saved=1", status_code=303)

    @router.post("/{asked_id}/phrasings")
    async def phrased(request: Request, asked_id: str, who: Signed = editor) -> Response:
        form = await request.form(max_files=0, max_fields=100)
        check_form(request, str(form.get("csrf", "")), who)
        file = file_of(asked_id)
        for question in [*form.getlist("alike"), form.get("question", "")]:
            if text := clean_question(str(question))[:LONGEST_WRITTEN]:
                phrase(store, file.asked.id, text, who.name)
        for key in form.getlist("remove"):
            unphrase(store, file.asked.id, str(key)[:64], who.name)
        return RedirectResponse(f"/verify/{asked_id}?saved=1#phrasings", status_code=303)

    return router


class CasePage:
    """The page of one case: the answer and what was said of it, and beside it the source."""

    def __init__(self, asking: Asking, pages: Pages) -> None:
        self._asking = asking
        self._pages = pages

    def show(
        self,
        request: Request,
        file: File,
        who: Signed,
        *,
        document: str = "",
        at: str = "",
        look: str = "",
        entered: Entered | None = None,
        problem: Text | None = None,
        saved: bool = False,
        status: int = 200,
    ) -> Response:
        """The page, with a document chosen or looked for, or with what somebody entered and what is wrong with it."""
        edition, store = self._asking.editions.now, self._asking.store
        answer = kept_answer(file.asked)
        latest = file.history[0] if file.history else None
        corrected, written = (place_of(latest), written_of(latest)) if latest else (None, None)
        near_documents = _documents_of(edition.index, answer, corrected)
        chosen = edition.index.documents.get(document) or next(iter(near_documents), None)
        phrased = phrasings(store, file.asked.subject)
        known = {question_key(answer.question), *(one.key for one in phrased)}
        near = nearness(edition.index, answer.question, [one.question for one in phrased])
        return self._pages.show(
            request,
            "case.html",
            status=status,
            signed=who,
            file=file,
            answer=answer,
            context=context_of(file.asked),
            notices=Markup(render.notices(answer.notices)),
            document=chosen,
            look=look,
            found=_found(edition, look) if look else None,
            near_documents=near_documents,
            view=_view_of(edition.library, chosen, answer, corrected, at),
            places={one.version: place_of(one) for one in file.history},
            written={one.version: written_of(one) for one in file.history},
            stands=written,
            phrasings=list(zip(phrased, near, strict=True)),
            given=given(latest, edition.ground),
            alike=alike(edition.index, answer.question, lately(store, _LATELY), known) if written else [],
            changed=file.asked.sources != edition.ground.digest(c.source for c in answer.citations),
            rulings=_RULINGS,
            entered=entered or Entered(),
            problem=problem,
            saved=saved,
        )


def wanted_of(shown: str, words: str, district: str, topic: str, day: str) -> Wanted:
    """What of the queue an address asks for; what makes no sense is left out."""
    chosen = cast(Shown, shown if shown in get_args(Shown) else "open")
    parsed = None
    with suppress(ValueError):
        parsed = date.fromisoformat(day)
    return Wanted(chosen, clean_question(words)[:200], printable(district), printable(topic), parsed)


def table(cases: Sequence[Case]) -> str:
    """The cases as a table that other programs open; a question can't become a formula there."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for one in cases:
        writer.writerow(
            [
                _cell(one.question),
                one.language,
                one.reason,
                one.times,
                one.helpful,
                one.unhelpful,
                one.confidence,
                _cell(one.district),
                _cell(one.topic),
                one.last_asked.isoformat(timespec="seconds"),
                _cell(" / ".join(one.context)),
                one.verdict.ruling if one.verdict else "",
                _cell(one.verdict.staff) if one.verdict else "",
            ]
        )
    return "\ufeff" + out.getvalue()


def alike(index: Index, question: str, others: Sequence[str], known: set[str]) -> list[Alike]:
    """Of other questions the nearest ones, by the encoder that searches; those known already are left out."""
    candidates = [one for one in others if question_key(one) not in known]
    if not candidates:
        return []
    near = nearness(index, question, candidates)
    best = sorted(range(len(near)), key=lambda at: -near[at])[:_FEW]
    return [Alike(candidates[at], near[at]) for at in best if near[at] >= _ALIKE]


def nearness(index: Index, question: str, others: Sequence[str]) -> list[int]:
    """How near each of other questions is to one, of a hundred."""
    if not others:
        return []
    vectors = index.encoder.queries([question, *others])
    near = np.asarray(vectors[1:] @ vectors[0], dtype=np.float32)
    return [round(100 * float(one)) for one in near]


def places_of(edition: Edition, document: str, quotes: str, near: str) -> tuple[ChosenPlace, ...] | None:
    """Where the words that somebody chose stand, a blank line between two places; None where some stand nowhere.

    Of several places with the same words, the first is the one nearest to where they were chosen.
    """
    index = edition.index
    found: list[ChosenPlace] = []
    known = index.documents.get(document)
    for quote in filter(str.strip, _BLANK_LINE.split(quotes.replace("\r", ""))):
        places = edition.library.places(document, quote) if known else []
        if known is None or not places:
            return None
        at = int(near) if near.isdecimal() and len(near) < 10 and not found else places[0][0][0]
        spans = min(places, key=lambda one: abs(one[0][0] - at))
        found.append(ChosenPlace(known.source, known.id, spans, index.quote(known.source, spans)))
    return tuple(found)


def _documents_of(index: Index, answer: Answer, corrected: ChosenPlace | None) -> list[Document]:
    """The documents to show beside an answer: put right, then cited, then the nearest."""
    ids = [corrected.document if corrected else "", *(c.document.id for c in answer.citations)]
    with suppress(KeyError):  # a passage of an index that is gone
        ids += [index.passage(passage.chunk).document.id for passage in answer.passages]
    return [index.documents[one] for one in dict.fromkeys(ids) if one in index.documents]


def _found(edition: Edition, words: str) -> Listed:
    """Some documents whose titles hold words, or that have a number."""
    today = edition.engine.settings.current_date()
    return edition.index.store.catalogue.page(Sought(words), today, 0, _FOUND)


def _view_of(
    library: Library, document: Document | None, answer: Answer, corrected: ChosenPlace | None, at: str
) -> View | None:
    """The document with a place marked: the one asked for, else the one put right, else those cited."""
    if document is None:
        return None
    if chosen := spans_in(at, document):
        return library.view(document.id, chosen)
    places: list[Span] = [span for c in answer.citations if c.document.id == document.id for span in c.spans]
    if corrected and corrected.document == document.id:
        places = list(corrected.spans)
    return library.view(document.id, [span for span in places if _within(span, document)])


def _within(span: Span, document: Document) -> bool:
    return document.span[0] <= span[0] < span[1] <= document.span[1]


def _conflict(conflict: ConflictError) -> Text:
    """Who was faster, and that what was entered is still there."""
    if conflict.latest is None:  # a form of ours never says so
        return strings.FORM_EXPIRED
    on = render.show_day(conflict.latest.decided_at.date().isoformat())
    said = strings.CONFLICT.format(who=conflict.latest.staff, on=on)
    return Text(said.zh + strings.YOURS_KEPT.zh, f"{said.en} {strings.YOURS_KEPT.en}")


def chosen_of(wanted: Wanted) -> dict[str, str]:
    """The queue as it is looked at, but for its page, as an address says it."""
    day = wanted.day.isoformat() if wanted.day else ""
    return {
        "shown": wanted.shown,
        "words": wanted.words,
        "district": wanted.district,
        "topic": wanted.topic,
        "day": day,
    }


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
