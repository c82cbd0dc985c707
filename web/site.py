"""The whole service: API, pages, desk and chat in one application, everything it loads from this machine."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import fastapi
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from rag.answer import Engine
from store.database import Store
from web import strings
from web.account import NotSignedInError, account, to_sign_in
from web.api import add_reference, api
from web.asking import Asking
from web.bulletins import bulletins
from web.chat import WithoutScripts, mount
from web.desk import desk
from web.evaluation import RESULTS, evaluation
from web.logs import fault
from web.metrics import Metrics
from web.options import Options
from web.pages import browse
from web.problems import Problem, invalid, of_status, wants_page
from web.security import METHODS, PREFIXES, Guard
from web.templates import Pages
from web.watch import Watch
from web.words import words

_log = logging.getLogger(__name__)
_HERE = Path(__file__).parent
_FILES = {"style.css": "text/css", "site.js": "text/javascript", "icon.svg": "image/svg+xml"}


def serve(engine: Engine, store: Store, options: Options, results: Path = RESULTS) -> fastapi.FastAPI:
    """The application.

    :param store: Where questions, votes and verdicts are kept; closed when the application ends.
    :param results: Where the evaluation runs lie.
    """
    settings = engine.settings  # and nothing below keeps the engine: another takes its place

    @asynccontextmanager
    async def alive(_: fastapi.FastAPI) -> AsyncIterator[None]:
        watch = Watch(settings, options.watch) if options.watch else None
        yield
        if watch:
            watch.close()
        asking.close()
        store.close()

    application = fastapi.FastAPI(
        title="Bulletin Q&A",
        version="1.0.0",
        description="Answers questions from government bulletins, each with its exact place in the source.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=alive,
    )
    pages = Pages()
    asking = Asking(engine, store, options.rate, Metrics(), options.workers)
    application.include_router(api(asking))
    add_reference(application, pages)
    application.include_router(browse(asking, pages))
    application.include_router(account(store, pages))
    application.include_router(bulletins(asking, pages))
    application.include_router(words(asking, pages))
    application.include_router(desk(asking, pages))
    application.include_router(evaluation(store, pages, results))

    @application.get("/web/{name}", include_in_schema=False)
    async def file(name: str) -> Response:
        if name not in _FILES:
            raise Problem(404, "not_found", strings.NOT_FOUND)
        return FileResponse(_HERE / name, media_type=_FILES[name])

    def told(request: Request, problem: Problem) -> Response:
        if wants_page(request):
            return pages.show(request, "problem.html", status=problem.status, text=problem.text)
        return problem.response()

    @application.exception_handler(Problem)
    async def problem(request: Request, found: Problem) -> Response:
        return told(request, found)

    @application.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        return told(request, invalid(error))

    @application.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        return told(request, of_status(error))

    @application.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        _log.error("A request could not be answered: %s", fault(error))
        return told(request, Problem(500, "fault", strings.BROKEN))

    @application.exception_handler(NotSignedInError)
    async def stranger(request: Request, _: Exception) -> Response:
        return to_sign_in(request)

    async def nothing(request: Request) -> Response:
        """What is not there, before Gradio takes it for its own."""
        allowed = [
            method
            for method in METHODS
            if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in ours)
        ]
        answer = told(request, of_status(HTTPException(405 if allowed else 404)))
        if allowed:
            answer.headers["Allow"] = ", ".join(allowed)
        return answer

    ours = list(application.routes)
    for prefix in PREFIXES:
        for path in (f"/{prefix}", f"/{prefix}/{{rest:path}}"):
            application.add_route(path, nothing, methods=list(METHODS), include_in_schema=False)
    functions = mount(application, asking)
    application.add_middleware(WithoutScripts)
    application.add_middleware(Guard, nothing=nothing, functions=functions)
    return application
