"""What can be wrong with a request, said in one way to every client."""

from __future__ import annotations

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from web import strings
from web.strings import Text

LONGEST_BODY = 256 * 1024
"""Bytes a request may send."""
LONGEST_FILE = 64 * 1024 * 1024
"""Bytes of a file that staff bring."""


class Problem(Exception):  # noqa: N818  (it is what people are told, not a fault)
    """A request that is not answered, and why."""

    def __init__(self, status: int, code: str, text: Text, retry_after: int | None = None) -> None:
        super().__init__(text.en)
        self.status = status
        self.code = code
        self.text = text
        self.retry_after = retry_after
        """Seconds after which it is worth trying again."""

    def response(self) -> JSONResponse:
        """The problem as the API tells it."""
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after else None
        body = {"error": {"code": self.code, "message": self.text.en, "message_zh": self.text.zh}}
        return JSONResponse(body, self.status, headers)


def invalid(error: RequestValidationError) -> Problem:
    """A body of the wrong form: what was found where, without echoing what was sent."""
    found = []
    for one in error.errors():
        place = ".".join(str(step) for step in one["loc"] if step != "body")
        found.append(f"{place}: {one['msg']}" if place else str(one["msg"]))
    said = "; ".join(found[:5])
    return Problem(422, "invalid", strings.INVALID.format(found=said))


def of_status(error: HTTPException) -> Problem:
    """A problem that the framework found: no such address, another method."""
    known = {404: ("not_found", strings.NOT_FOUND), 405: ("method_not_allowed", strings.WRONG_METHOD)}
    code, text = known.get(error.status_code, ("refused", strings.INVALID.format(found=str(error.detail))))
    return Problem(error.status_code, code, text)


def wants_page(request: Request) -> bool:
    """Whether a person is looking, who is better shown a page than JSON."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")
