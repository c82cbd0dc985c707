"""Staff put bulletins in from the browser: see what was read, put it right, try it, publish it, take it back."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import anyio
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException

from rag.answer import Engine
from rag.asking.query import LONGEST_QUESTION
from rag.contract import Answer
from rag.errors import BulletinError
from rag.index import change_collection, open_index
from rag.indexing.corrections import DATES, FIELDS, correct
from rag.indexing.store import Where
from rag.publishing.collection import Change, check_name
from rag.reading.corpus import Document, read_bulletin
from rag.text.normal import clean_question
from store.audit import note
from store.staff import Signed
from web import strings
from web.account import Field, check_form, signed_in
from web.asking import Asking
from web.drafts import Draft, Drafts, Seen
from web.pages import holdings
from web.problems import Problem
from web.strings import Text
from web.templates import Pages, address

PATH = "/verify/bulletins"
_LABELS = {
    "title": "TITLE",
    "number": "NUMBER",
    "jurisdiction": "DISTRICT",
    "signed_on": "SIGNED",
    "published_on": "PUBLISHED",
    "valid_from": "VALID_SINCE",
    "valid_until": "VALID_TO",
}
_DOCUMENTS = 50  # of a bulletin, on a page
_KEPT = 50  # bulletins taken out that are listed
_FOLDERS = re.compile(r"(?:/[^\s/]+)+/(?=[^\s/])")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kept:
    """Bulletins that were taken out or replaced."""

    shown: tuple[str, ...]
    """The names of the first of them."""
    total: int


class Bench:
    """What staff see of the bulletins and of those on their way in, and the one place where work on them is done."""

    def __init__(self, asking: Asking, pages: Pages) -> None:
        self.store = asking.store
        self.editions = asking.editions
        self.settings = asking.editions.now.engine.settings
        self.drafts = Drafts(self.settings)
        self._pages = pages
        self._one_at_a_time = anyio.CapacityLimiter(1)

    async def work(self, task: Callable[[], T]) -> T:
        """Something that takes seconds and a processor: one at a time, the questions go on."""
        return await anyio.to_thread.run_sync(task, limiter=self._one_at_a_time)

    def kept(self) -> list[str]:
        """The names of what was taken out or replaced."""
        return _names(self.settings.data / "removed")

    def listing(
        self,
        request: Request,
        who: Signed,
        *,
        words: str = "",
        page: int = 1,
        problem: Text | None = None,
        saved: str = "",
        status: int = 200,
    ) -> Response:
        """The page of all bulletins: on their way in, published, taken out."""
        edition = self.editions.now
        manifest, there = edition.index.manifest, set(_names(self.settings.bulletins))
        kept = [name for name in self.kept() if words in name]
        return self._pages.show(
            request,
            "bulletins.html",
            status=status,
            signed=who,
            words=words,
            same=address(PATH, {"words": words}),
            holdings=holdings(edition.index, words, page),
            published=len(manifest.files),
            unread=[(name, _by_name(one.reason)) for name, one in sorted(manifest.unread.items())],
            drafts=self.drafts.all(),
            kept=Kept(tuple(kept[:_KEPT]), len(kept)),
            going=manifest.files.keys() - there,
            coming=sorted(name for name in there - manifest.seen.keys() if _is_taken(name)),
            version=edition.version,
            problem=problem,
            saved=saved,
        )

    def bulletin(self, request: Request, name: str, who: Signed, page: int, saved: str) -> Response:
        """The page of a published bulletin: its documents, and what can be put right of each."""
        index = self.editions.now.index
        if name not in index.manifest.files:
            raise Problem(404, "not_found", strings.NOT_FOUND)
        documents = index.store.documents(Where(sources=frozenset([name])))
        pages = max(1, math.ceil(len(documents) / _DOCUMENTS))
        page = min(max(page, 1), pages)
        return self._pages.show(
            request,
            "bulletin.html",
            signed=who,
            name=name,
            documents=documents[(page - 1) * _DOCUMENTS : page * _DOCUMENTS],
            labels=_LABELS,
            dates=DATES,
            action=f"{PATH}/in/{name}?page={page}",
            page=page,
            pages=pages,
            same=f"{PATH}/in/{name}?",
            saved=saved,
            problem=None,
        )

    def draft_of(self, draft_id: str) -> Draft:
        """A draft.

        :raises Problem: if there is none.
        """
        draft = self.drafts.get(draft_id)
        if draft is None:
            raise Problem(404, "not_found", strings.NO_SUCH_DRAFT)
        return draft

    async def draft(
        self,
        request: Request,
        draft: Draft,
        who: Signed,
        *,
        question: str = "",
        problem: Text | None = None,
        saved: str = "",
        status: int = 200,
    ) -> Response:
        """The page of a draft: what was read, and what a trial question is answered from it alone."""

        def gather() -> tuple[Seen, Answer | None]:
            seen = self.drafts.seen(draft)
            engine = Engine(seen.index, self.drafts.settings_of(draft)) if question else None
            return seen, engine.ask(question) if engine else None

        try:
            seen, answer = await self.work(gather)
        except BulletinError as error:
            raise Problem(422, "invalid", strings.NOT_READ.format(why=error)) from error
        return self._pages.show(
            request,
            "draft.html",
            status=status,
            signed=who,
            draft=draft,
            seen=seen,
            aside=[
                (strings.ASIDE.get(one.kind, Text(one.kind, one.kind)), one.share)
                for one in seen.audit.shares
                if one.kind != "passage"
            ],
            documents=list(seen.index.documents.values()),
            labels=_LABELS,
            dates=DATES,
            action=f"{PATH}/{draft.id}/documents",
            exists=(self.settings.bulletins / draft.name).exists(),
            question=question,
            answer=answer,
            problem=problem,
            saved=saved,
        )


def bulletins(asking: Asking, pages: Pages) -> APIRouter:
    """The routes of the bulletins and of those on their way in."""
    bench = Bench(asking, pages)
    router = APIRouter(include_in_schema=False)
    for routes in (_published(bench), _on_their_way(bench)):  # an address of the second is any name
        router.include_router(routes)
    return router


def _published(bench: Bench) -> APIRouter:
    """The routes of the collection: what is in it, taken out, put back, put right."""
    router = APIRouter(prefix=PATH, default_response_class=HTMLResponse)
    store, settings = bench.store, bench.settings
    reader, editor = Depends(signed_in(store)), Depends(signed_in(store, "editor"))

    @router.get("")
    def look(
        request: Request, words: str = "", page: int = 1, saved: str = "", who: Signed = reader
    ) -> Response:
        return bench.listing(request, who, words=clean_question(words)[:200], page=page, saved=saved)

    @router.post("/remove")
    async def remove(request: Request, csrf: Field = "", name: Field = "", who: Signed = editor) -> Response:
        check_form(request, csrf, who)
        if name not in bench.editions.now.index.manifest.seen:
            raise Problem(404, "not_found", strings.NOT_FOUND)
        try:
            await bench.work(partial(change_collection, settings, Change(remove=[name]), quiet=True))
        except BulletinError as error:
            return bench.listing(request, who, problem=strings.NOT_CHANGED.format(why=error), status=409)
        note(store, who.name, "took back", name)
        return RedirectResponse(f"{PATH}?saved=removed", status_code=303)

    @router.post("/restore")
    async def restore(request: Request, csrf: Field = "", name: Field = "", who: Signed = editor) -> Response:
        check_form(request, csrf, who)
        if name not in bench.kept():
            raise Problem(404, "not_found", strings.NOT_FOUND)
        back = _first_name(name)
        if (settings.bulletins / back).exists():
            return bench.listing(request, who, problem=strings.NAME_TAKEN.format(name=back), status=409)
        try:
            change = Change(add={back: settings.data / "removed" / name})
            await bench.work(partial(change_collection, settings, change, quiet=True))
        except BulletinError as error:
            return bench.listing(request, who, problem=strings.NOT_CHANGED.format(why=error), status=409)
        note(store, who.name, "put back", back, name)
        return RedirectResponse(f"{PATH}?saved=published", status_code=303)

    @router.get("/in/{name}")
    def published(
        request: Request, name: str, page: int = 1, saved: str = "", who: Signed = reader
    ) -> Response:
        return bench.bulletin(request, name, who, page, saved)

    @router.post("/in/{name}")
    async def put_right(request: Request, name: str, page: int = 1, who: Signed = editor) -> Response:
        document_id, values = await _corrections(request, who)
        if name not in bench.editions.now.index.manifest.files:
            raise Problem(404, "not_found", strings.NOT_FOUND)

        def change() -> str:
            document = _one(read_bulletin(settings.bulletins / name).documents, document_id)
            correct(settings.data, name, document, values)
            open_index(settings, quiet=True)
            return document.title

        try:
            title = await bench.work(change)
        except BulletinError as error:
            raise Problem(422, "invalid", strings.NOT_CHANGED.format(why=error)) from error
        note(store, who.name, "corrected", title, _shown(values))
        return RedirectResponse(f"{PATH}/in/{name}?saved=corrected&page={page}", status_code=303)

    return router


def _on_their_way(bench: Bench) -> APIRouter:
    """The routes of the drafts: brought, looked at, put right, tried, published, deleted."""
    router = APIRouter(prefix=PATH, default_response_class=HTMLResponse)
    store, drafts = bench.store, bench.drafts
    reader, editor = Depends(signed_in(store)), Depends(signed_in(store, "editor"))

    @router.post("")
    async def bring(request: Request, who: Signed = editor) -> Response:
        try:
            form = await request.form(max_files=1, max_fields=10)
        except MultiPartException:
            return bench.listing(request, who, problem=strings.NO_FILE, status=422)
        check_form(request, str(form.get("csrf", "")), who)
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            return bench.listing(request, who, problem=strings.NO_FILE, status=422)
        try:
            draft = await bench.work(partial(drafts.add, file.filename, file.file, who.name))
        except BulletinError as error:
            return bench.listing(request, who, problem=strings.NOT_READ.format(why=error), status=422)
        note(store, who.name, "brought", draft.name, draft.file)
        return RedirectResponse(f"{PATH}/{draft.id}", status_code=303)

    @router.get("/{draft_id}")
    async def look_at(
        request: Request, draft_id: str, q: str = "", saved: str = "", who: Signed = reader
    ) -> Response:
        draft, question = bench.draft_of(draft_id), clean_question(q)[:LONGEST_QUESTION]
        return await bench.draft(request, draft, who, question=question, saved=saved)

    @router.post("/{draft_id}/documents")
    async def put_right(request: Request, draft_id: str, who: Signed = editor) -> Response:
        document_id, values = await _corrections(request, who)
        draft = bench.draft_of(draft_id)

        def change() -> str:
            document = _one(drafts.seen(draft).as_read, document_id)
            drafts.correct(draft, document, values)
            return document.title

        try:
            title = await bench.work(change)
        except BulletinError as error:
            problem = strings.NOT_CHANGED.format(why=error)
            return await bench.draft(request, draft, who, problem=problem, status=422)
        note(store, who.name, "corrected", title, _shown(values))
        return RedirectResponse(f"{PATH}/{draft.id}?saved=corrected", status_code=303)

    @router.post("/{draft_id}/publish")
    async def publish(
        request: Request, draft_id: str, csrf: Field = "", replace: Field = "", who: Signed = editor
    ) -> Response:
        check_form(request, csrf, who)
        draft = bench.draft_of(draft_id)
        try:
            await bench.work(partial(drafts.publish, draft, replace_old=bool(replace)))
        except BulletinError as error:
            problem = strings.NOT_CHANGED.format(why=error)
            return await bench.draft(request, draft, who, problem=problem, status=409)
        note(store, who.name, "published", draft.name, draft.file)
        return RedirectResponse(f"{PATH}?saved=published", status_code=303)

    @router.post("/{draft_id}/delete")
    def delete(request: Request, draft_id: str, csrf: Field = "", who: Signed = editor) -> Response:
        check_form(request, csrf, who)
        draft = bench.draft_of(draft_id)
        drafts.delete(draft)
        note(store, who.name, "deleted the draft", draft.name)
        return RedirectResponse(PATH, status_code=303)

    return router


async def _corrections(request: Request, who: Signed) -> tuple[str, dict[str, str]]:
    """The id of the document that a form puts right, and what it says of it."""
    form = await request.form(max_files=0, max_fields=20)
    check_form(request, str(form.get("csrf", "")), who)
    return str(form.get("document", "")), {field: str(form.get(field, "")) for field in FIELDS}


def _one(documents: tuple[Document, ...], document_id: str) -> Document:
    found = next((one for one in documents if one.id == document_id), None)
    if found is None:
        raise BulletinError("This document is no longer in the bulletin.")
    return found


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def _is_taken(name: str) -> bool:
    """Whether a file of the bulletins' folder is taken for one of them."""
    with suppress(BulletinError):
        return Path(check_name(name)).suffix == ".txt"
    return False


def _first_name(kept: str) -> str:
    """What a bulletin was called that is kept under a number: same~2.txt was same.txt."""
    stem, suffix = Path(kept).stem, Path(kept).suffix
    name, tilde, number = stem.rpartition("~")
    return f"{name}{suffix}" if tilde and number.isdecimal() else kept


def _by_name(reason: str) -> str:
    """Why a file can't be read, without the place of this machine where it lies."""
    return _FOLDERS.sub("", reason)


def _shown(values: dict[str, str]) -> str:
    return " · ".join(f"{field}: {value}" for field, value in values.items() if value)
