"""Staff put bulletins in from the browser: see what was read, put it right, try it, publish it, take it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import anyio
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException

from rag.answer import Engine
from rag.contract import Answer
from rag.errors import BulletinError
from rag.index import change_collection, open_index
from rag.indexing.corrections import DATES, FIELDS, correct
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
from web.templates import Pages

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
_FOLDERS = re.compile(r"(?:/[^\s/]+)+/(?=[^\s/])")
T = TypeVar("T")


def bulletins(asking: Asking, pages: Pages) -> APIRouter:
    """The routes of the bulletins and of those on their way in."""
    router = APIRouter(prefix=PATH, include_in_schema=False, default_response_class=HTMLResponse)
    store, editions = asking.store, asking.editions
    settings = editions.now.engine.settings
    drafts = Drafts(settings)
    one_at_a_time = anyio.CapacityLimiter(1)
    reader, editor = Depends(signed_in(store)), Depends(signed_in(store, "editor"))

    async def work(task: Callable[[], T]) -> T:
        """Something that takes seconds and a processor: one at a time, the questions go on."""
        return await anyio.to_thread.run_sync(task, limiter=one_at_a_time)

    def draft_of(draft_id: str) -> Draft:
        draft = drafts.get(draft_id)
        if draft is None:
            raise Problem(404, "not_found", strings.NO_SUCH_DRAFT)
        return draft

    def listing(
        request: Request, who: Signed, problem: Text | None = None, saved: str = "", status: int = 200
    ) -> Response:
        index = editions.now.index
        there = set(_names(settings.bulletins))
        return pages.show(
            request,
            "bulletins.html",
            status=status,
            signed=who,
            holdings=holdings(index),
            unread=[(name, _by_name(one.reason)) for name, one in sorted(index.manifest.unread.items())],
            drafts=drafts.all(),
            removed=_names(settings.data / "removed"),
            going=index.manifest.files.keys() - there,
            coming=sorted(name for name in there - index.manifest.seen.keys() if _is_taken(name)),
            version=editions.now.version,
            problem=problem,
            saved=saved,
        )

    @router.get("")
    def look(request: Request, saved: str = "", who: Signed = reader) -> Response:
        return listing(request, who, saved=saved)

    @router.post("")
    async def bring(request: Request, who: Signed = editor) -> Response:
        try:
            form = await request.form(max_files=1, max_fields=10)
        except MultiPartException:
            return listing(request, who, strings.NO_FILE, status=422)
        check_form(request, str(form.get("csrf", "")), who)
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            return listing(request, who, strings.NO_FILE, status=422)
        try:
            draft = await work(partial(drafts.add, file.filename, file.file, who.name))
        except BulletinError as error:
            return listing(request, who, strings.NOT_READ.format(why=error), status=422)
        note(store, who.name, "brought", draft.name, draft.file)
        return RedirectResponse(f"{PATH}/{draft.id}", status_code=303)

    @router.post("/remove")
    async def remove(request: Request, csrf: Field = "", name: Field = "", who: Signed = editor) -> Response:
        check_form(request, csrf, who)
        if name not in editions.now.index.manifest.seen:
            raise Problem(404, "not_found", strings.NOT_FOUND)
        try:
            await work(partial(change_collection, settings, Change(remove=[name]), quiet=True))
        except BulletinError as error:
            return listing(request, who, strings.NOT_CHANGED.format(why=error), status=409)
        note(store, who.name, "took back", name)
        return RedirectResponse(f"{PATH}?saved=removed", status_code=303)

    @router.post("/restore")
    async def restore(request: Request, csrf: Field = "", name: Field = "", who: Signed = editor) -> Response:
        check_form(request, csrf, who)
        if name not in _names(settings.data / "removed"):
            raise Problem(404, "not_found", strings.NOT_FOUND)
        back = _first_name(name)
        if (settings.bulletins / back).exists():
            return listing(request, who, strings.NAME_TAKEN.format(name=back), status=409)
        try:
            change = Change(add={back: settings.data / "removed" / name})
            await work(partial(change_collection, settings, change, quiet=True))
        except BulletinError as error:
            return listing(request, who, strings.NOT_CHANGED.format(why=error), status=409)
        note(store, who.name, "put back", back, name)
        return RedirectResponse(f"{PATH}?saved=published", status_code=303)

    @router.get("/in/{name}")
    async def published(request: Request, name: str, saved: str = "", who: Signed = reader) -> Response:
        if name not in editions.now.index.manifest.files:
            raise Problem(404, "not_found", strings.NOT_FOUND)
        index = editions.now.index
        mine = [one for one in index.documents.values() if one.source == name]
        return pages.show(
            request,
            "bulletin.html",
            signed=who,
            name=name,
            documents=mine,
            labels=_LABELS,
            dates=DATES,
            action=f"{PATH}/in/{name}",
            saved=saved,
            problem=None,
        )

    @router.post("/in/{name}")
    async def put_right(request: Request, name: str, who: Signed = editor) -> Response:
        form = await request.form(max_files=0, max_fields=20)
        check_form(request, str(form.get("csrf", "")), who)
        if name not in editions.now.index.manifest.files:
            raise Problem(404, "not_found", strings.NOT_FOUND)
        values = {field: str(form.get(field, "")) for field in FIELDS}

        def change() -> str:
            read = read_bulletin(settings.bulletins / name)
            document = _one(read.documents, str(form.get("document", "")))
            correct(settings.data, name, document, values)
            open_index(settings, quiet=True)
            return document.title

        try:
            title = await work(change)
        except BulletinError as error:
            raise Problem(422, "invalid", strings.NOT_CHANGED.format(why=error)) from error
        note(store, who.name, "corrected", title, _shown(values))
        return RedirectResponse(f"{PATH}/in/{name}?saved=corrected", status_code=303)

    async def draft_page(
        request: Request,
        draft: Draft,
        who: Signed,
        *,
        question: str = "",
        problem: Text | None = None,
        saved: str = "",
        status: int = 200,
    ) -> Response:
        def gather() -> tuple[Seen, Answer | None]:
            seen = drafts.seen(draft)
            engine = Engine(seen.index, drafts.settings_of(draft)) if question else None
            return seen, engine.ask(question) if engine else None

        try:
            seen, answer = await work(gather)
        except BulletinError as error:
            raise Problem(422, "invalid", strings.NOT_READ.format(why=error)) from error
        return pages.show(
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
            exists=(settings.bulletins / draft.name).exists(),
            question=question,
            answer=answer,
            problem=problem,
            saved=saved,
        )

    @router.get("/{draft_id}")
    async def look_at(
        request: Request, draft_id: str, q: str = "", saved: str = "", who: Signed = reader
    ) -> Response:
        return await draft_page(
            request, draft_of(draft_id), who, question=clean_question(q)[:1000], saved=saved
        )

    @router.post("/{draft_id}/documents")
    async def correct_draft(request: Request, draft_id: str, who: Signed = editor) -> Response:
        form = await request.form(max_files=0, max_fields=20)
        check_form(request, str(form.get("csrf", "")), who)
        draft = draft_of(draft_id)
        values = {field: str(form.get(field, "")) for field in FIELDS}

        def change() -> str:
            document = _one(drafts.seen(draft).as_read, str(form.get("document", "")))
            drafts.correct(draft, document, values)
            return document.title

        try:
            title = await work(change)
        except BulletinError as error:
            return await draft_page(
                request, draft, who, problem=strings.NOT_CHANGED.format(why=error), status=422
            )
        note(store, who.name, "corrected", title, _shown(values))
        return RedirectResponse(f"{PATH}/{draft.id}?saved=corrected", status_code=303)

    @router.post("/{draft_id}/publish")
    async def publish(
        request: Request, draft_id: str, csrf: Field = "", replace: Field = "", who: Signed = editor
    ) -> Response:
        check_form(request, csrf, who)
        draft = draft_of(draft_id)
        try:
            await work(partial(drafts.publish, draft, replace_old=bool(replace)))
        except BulletinError as error:
            return await draft_page(
                request, draft, who, problem=strings.NOT_CHANGED.format(why=error), status=409
            )
        note(store, who.name, "published", draft.name, draft.file)
        return RedirectResponse(f"{PATH}?saved=published", status_code=303)

    @router.post("/{draft_id}/delete")
    def delete(request: Request, draft_id: str, csrf: Field = "", who: Signed = editor) -> Response:
        check_form(request, csrf, who)
        draft = draft_of(draft_id)
        drafts.delete(draft)
        note(store, who.name, "deleted the draft", draft.name)
        return RedirectResponse(PATH, status_code=303)

    return router


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
