"""What every response carries and what no request may do."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Awaitable, Callable, Container
from contextlib import suppress

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web import strings
from web.problems import LONGEST_BODY, LONGEST_FILE, Problem

_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
_STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Gradio writes its settings into the page and builds functions from text; it gets no more than that, and no host.
_GRADIO = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "form-action 'self'; base-uri 'self'; frame-ancestors 'none'"
)
# A report is a page of its own with its charts inside: it runs, alone, and reaches nothing.
_REPORT = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; frame-ancestors 'self'"
)
# The file a document was read from. A browser's own viewer of PDFs is an object; a page of somebody else's neither runs
# nor sends anything.
_ORIGINAL = (
    "default-src 'none'; object-src 'self'; img-src 'self' data:; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'"
)
_ORIGINAL_PAGE = f"sandbox; {_ORIGINAL}; form-action 'none'; base-uri 'none'"
# What the chat needs of Gradio. Its uploads, its file server, its proxy and its runs are nobody's business.
_OPEN = re.compile(
    r"/(?:|config|theme\.css|manifest\.json|favicon\.ico|robots\.txt|(?:assets|static)/.*"
    r"|gradio_api/(?:info|app_id|startup-events|heartbeat/[\w-]+|queue/(?:join|data|status)))"
)
_JOIN = "/gradio_api/queue/join"
_BODY = 30.0  # seconds in which a body has to be there
PREFIXES = ("ask", "api", "web", "documents", "about", "language", "verify", "evaluate", "healthz", "metrics")
"""What the addresses of our own begin with; all others are Gradio's."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
"""What an address of ours may be asked with; Gradio takes any other method for its own."""
UPLOADS = "/verify/bulletins"
"""Where staff bring files, which may be longer than anything else."""
_OURS = re.compile(rf"/(?:{'|'.join(PREFIXES)})(?:/.*)?", re.DOTALL)


class Guard:
    """Puts security headers on every response, refuses long bodies, and closes what nobody needs.

    `nothing` says that there is nothing at an address. `functions` are those of the chat that may be called.
    """

    def __init__(
        self,
        app: ASGIApp,
        nothing: Callable[[Request], Awaitable[Response]],
        functions: Container[int] = (),
    ) -> None:
        self.app = app
        self.nothing = nothing
        self.functions = functions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with a problem."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":  # nothing here speaks it
                await send({"type": "websocket.close", "code": 1008})
                return
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        ours = bool(_OURS.fullmatch(path))
        policy = _STRICT if ours else _GRADIO
        if path.startswith("/evaluate/") and path.endswith("/report.html"):
            policy = _REPORT
        elif path.startswith("/documents/") and path.endswith("/original"):
            policy = _ORIGINAL

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _COMMON.items():
                    headers[name] = value
                page = policy is _ORIGINAL and headers.get("content-type", "").startswith("text/")
                headers["Content-Security-Policy"] = _ORIGINAL_PAGE if page else policy
                if ours and "cache-control" not in headers:
                    headers["Cache-Control"] = "no-store" if path.startswith("/verify") else "no-cache"
                if "server" in headers:
                    del headers["server"]
            await send(message)

        if scope["method"] not in METHODS if ours else not _OPEN.fullmatch(path):
            closed = await self.nothing(Request(scope))
            await closed(scope, receive, guarded)
            return
        length = Headers(scope=scope).get("content-length", "0")
        longest = LONGEST_FILE if path == UPLOADS else LONGEST_BODY
        if not length.isdecimal() or int(length) > longest:
            await _too_large(longest).response()(scope, receive, guarded)
            return
        if path == _JOIN and scope["method"] == "POST":
            called = await _body(receive)
            if not self._is_call(called):
                problem = Problem(422, "invalid", strings.INVALID.format(found="fn_index"))
                await problem.response()(scope, receive, guarded)
                return
            receive = _again(called, receive)
        await self._counted(scope, receive, guarded, longest)

    def _is_call(self, body: bytes) -> bool:
        """Whether a body calls a function that there is; Gradio takes any other for a fault of ours."""
        try:
            return json.loads(body)["fn_index"] in self.functions
        except (ValueError, KeyError, TypeError):
            return False

    async def _counted(self, scope: Scope, receive: Receive, send: Send, longest: int) -> None:
        """Run the application on a body that is counted as it comes: a length may be left out or be a lie."""
        taken = 0
        started = whole = late = False
        until = anyio.current_time() + _BODY * max(1, longest // LONGEST_BODY // 16)

        async def counting() -> Message:
            nonlocal taken, whole, late
            message: Message = {"type": "http.disconnect"}  # to one that never says all it has to say
            with anyio.move_on_after(math.inf if whole else max(until - anyio.current_time(), 0.0)) as waited:
                message = await receive()
            late = waited.cancelled_caught
            taken += len(message.get("body", b""))
            whole = whole or not message.get("more_body", False)
            return {"type": "http.disconnect"} if taken > longest else message

        async def watching(message: Message) -> None:
            nonlocal started
            if (taken > longest or late) and not started:
                return  # what the application makes of half a body is of no interest
            started = True
            await send(message)

        with suppress(ClientDisconnect):
            await self.app(scope, counting, watching)
        if late and not started:
            await Problem(408, "too_slow", strings.TOO_SLOW).response()(scope, receive, send)
        elif taken > longest and not started:
            await _too_large(longest).response()(scope, receive, send)


async def _body(receive: Receive) -> bytes:
    """A whole body, or as much of one as came in time and is not too long."""
    body = b""
    with anyio.move_on_after(_BODY):
        while len(body) <= LONGEST_BODY:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body", False):
                break
    return body


def _again(body: bytes, receive: Receive) -> Receive:
    """A body that was read, to be read once more."""
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


def _too_large(longest: int) -> Problem:
    return Problem(413, "too_large", strings.TOO_LARGE.format(longest=longest // 1024))
