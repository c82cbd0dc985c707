"""The JSON API: questions, votes, health, counts, and a page that documents them."""

from __future__ import annotations

import json
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from rag.asking.query import LONGEST_QUESTION
from rag.contract import WordedAnswer
from rag.wording import worded
from store.database import SQLAlchemyError
from store.questions import LONGEST_REASON
from web.asking import LONGEST_HISTORY, Asking
from web.districts import districts
from web.limits import client_of
from web.templates import Pages

_Id = Annotated[str, StringConstraints(max_length=200)]
_RECORD_HEADER = "Bulletin-Answer"
_VERSION_HEADER = "Bulletin-Version"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Turn(_Strict):
    """An earlier question of the same conversation, with its answer if you like."""

    question: str = Field(max_length=LONGEST_QUESTION)
    answer: str = Field("", max_length=20_000)


class Question(_Strict):
    """A question, in Chinese or English."""

    question: str = Field(
        max_length=10_000,
        examples=["防空警报什么时候试鸣？"],
        description=f"At most {LONGEST_QUESTION:,} characters; a longer one is answered with 422 `too_long`.",
        json_schema_extra={"minLength": 1, "maxLength": LONGEST_QUESTION},
    )
    history: list[Turn] = Field(
        [], max_length=LONGEST_HISTORY, description="Earlier turns, the oldest first."
    )
    district: str = Field(
        "",
        max_length=100,
        examples=["临沂市兰山区"],
        description="Where who asks lives, meant where the question names no place; without it the service's home.",
    )
    id: _Id = Field("", description="Yours to choose; it comes back in the answer.")


class Vote(_Strict):
    """Whether an answer helped."""

    id: _Id = Field(description=f"The `{_RECORD_HEADER}` header of the answer.")
    helpful: bool
    reason: str = Field("", max_length=LONGEST_REASON)


class Health(BaseModel):
    """Whether the service can answer, and keep what it answers."""

    status: str
    documents: int
    index: str = Field(description="The version of the index in use")
    database: str = Field(description="ok, behind where writing waits, or unreachable")
    workers: str = Field(description="none, loading, ready, or degraded where some are missing")


class Districts(BaseModel):
    """Districts that may be sent with a question, those of the most documents first."""

    districts: list[str]


class ErrorBody(BaseModel):
    """What is wrong, for a program and for people in both languages."""

    code: str
    message: str
    message_zh: str


class Error(BaseModel):
    """A request that was not answered."""

    error: ErrorBody


_ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": Error, "description": "No HTTP request that can be read"},
    408: {"model": Error, "description": "The body took too long to come"},
    413: {"model": Error, "description": "More was sent than a question can be"},
    422: {"model": Error, "description": "Blank, too long, or of another form"},
    429: {"model": Error, "description": "This client asks too much; Retry-After says when to go on"},
    500: {"model": Error, "description": "A fault of the service"},
    503: {"model": Error, "description": "Too many are waiting; Retry-After says when to come back"},
}


def api(asking: Asking) -> APIRouter:
    """The routes of the API."""
    router = APIRouter(tags=["api"])

    @router.post(
        "/api/ask", response_model=WordedAnswer, responses=_ERRORS, summary="Ask the bulletins a question"
    )
    async def ask(body: Question, request: Request) -> Response:
        """Give a short answer with the exact place in the source, or say that the bulletins don't.

        The header `Bulletin-Answer` holds the id the answer is kept under, by which it may be voted on.
        Where no `id` is sent, the answer's own `id` is the same. `Bulletin-Version` names the version of the index that
        answered.
        """
        earlier = [turn.question for turn in body.history]
        client = client_of(request.client and request.client.host)
        told = await asking.ask(body.question, earlier, client, district=body.district)
        answer = json.loads(worded(told.answer).json()) | {"id": body.id or told.asked_id or ""}
        headers = {_VERSION_HEADER: told.version}
        if told.asked_id:
            headers[_RECORD_HEADER] = told.asked_id
        return JSONResponse(answer, headers=headers)

    @router.post(
        "/api/vote",
        status_code=204,
        response_class=Response,
        responses=_ERRORS | {404: {"model": Error, "description": "No such answer"}},
        summary="Say whether it helped",
    )
    async def vote(body: Vote, request: Request) -> None:
        """Keep a vote on an answer; a second one takes the place of the first."""
        await asking.vote(
            body.id, body.helpful, body.reason, client_of(request.client and request.client.host)
        )

    @router.get(
        "/api/districts",
        response_model=Districts,
        responses={status: _ERRORS[status] for status in (400, 422, 500)},
        summary="Which districts there are",
    )
    async def known(
        q: Annotated[str, Query(max_length=100, description="Words of their names.")] = "",
    ) -> Districts:
        """Some districts whose names hold some words, a few dozen at most."""
        return Districts(districts=districts(asking.editions.now.index, q))

    @router.get("/healthz", response_model=Health, responses={503: {"model": Health}}, summary="Is it well?")
    async def healthz() -> Response:
        """200 when questions can be answered and kept by all who should, 503 when they can't be."""
        try:
            await anyio.to_thread.run_sync(asking.store.check)
        except SQLAlchemyError:
            database = "unreachable"
        else:
            database = "behind" if asking.keeper.behind else "ok"
        well = database == "ok"
        whole = well and asking.editions.workers.state != "degraded"
        health = Health(
            status="ok" if whole else "degraded",
            documents=len(asking.editions.now.index.documents),
            index=asking.editions.now.version,
            database=database,
            workers=asking.editions.workers.state,
        )
        return JSONResponse(health.model_dump(), 200 if well else 503)

    @router.get("/metrics", response_class=Response, summary="Counts for Prometheus")
    async def metrics() -> Response:
        """Questions, seconds, votes and rejections in the Prometheus text format; nothing of who asked what."""
        counts, editions, keeper = asking.metrics, asking.editions, asking.keeper
        counts.workers.set(editions.workers.alive)
        counts.replaced.set(editions.workers.replaced)
        counts.unwritten.set(keeper.waiting)
        counts.dropped.set(keeper.dropped)
        counts.documents.set(len(editions.now.index.documents))
        return Response(counts.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router


def add_reference(application: FastAPI, pages: Pages) -> None:
    """Add `/api/openapi.json` and `/api`, a page that shows it without loading anything from anywhere."""

    @application.get("/api/openapi.json", include_in_schema=False)
    async def schema() -> JSONResponse:
        return JSONResponse(application.openapi())

    @application.get("/api", include_in_schema=False, response_class=HTMLResponse)
    async def reference(request: Request) -> Response:
        return pages.show(request, "api.html", operations=_operations(application.openapi()))


def _operations(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations of an OpenAPI document, each with its fields spelt out."""
    found = []
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            responses = [
                {
                    "status": status,
                    "description": response.get("description", ""),
                    "fields": _fields(
                        schema, response.get("content", {}).get("application/json", {}).get("schema", {})
                    ),
                }
                for status, response in sorted(operation["responses"].items())
            ]
            found.append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": operation.get("summary", ""),
                    "description": operation.get("description", ""),
                    "fields": _fields(schema, content.get("schema", {})),
                    "responses": responses,
                }
            )
    return found


def _fields(schema: dict[str, Any], of: dict[str, Any], prefix: str = "") -> list[dict[str, Any]]:
    """Every field of a schema by its dotted name, with its type and what it means."""
    of = _resolved(schema, of)
    fields = []
    for name, one in of.get("properties", {}).items():
        inner = _resolved(schema, one)
        items = _resolved(schema, inner.get("items", {}))
        fields.append(
            {
                "name": prefix + name,
                "type": _type_of(inner, items),
                "required": name in of.get("required", []),
                "description": one.get("description")
                or inner.get("description")
                or items.get("description", ""),
                "longest": inner.get("maxLength") or inner.get("maxItems"),
            }
        )
        nested = items if items.get("properties") else inner
        suffix = "[]." if items.get("properties") else "."
        fields.extend(_fields(schema, nested, f"{prefix}{name}{suffix}") if nested.get("properties") else [])
    return fields


def _resolved(schema: dict[str, Any], of: dict[str, Any]) -> dict[str, Any]:
    """What a reference refers to."""
    while "$ref" in of:
        of = schema["components"]["schemas"][of["$ref"].rsplit("/", 1)[1]]
    return of


def _type_of(of: dict[str, Any], items: dict[str, Any]) -> str:
    if of.get("type") == "array":
        return f"list of {items.get('type', 'values')}"
    if "anyOf" in of:
        return " or ".join(str(one.get("type", "value")) for one in of["anyOf"])
    return str(of.get("type", "value"))
