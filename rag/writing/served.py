"""A model behind an OpenAI-compatible HTTP server.

What is asked runs in a thread of its own (`_Exchange`); whoever waits has one deadline by the clock, and at it, or when
he leaves, the connection is shut down under the thread, wherever it waits: in a connection, headers, a body, a pause
before another try. Bytes, lines, events and text are capped, so that no server costs memory.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from rag.errors import BulletinError
from rag.writing.llm import HOW_TO, LONGEST, LLMError, Message, without_thinking

if TYPE_CHECKING:
    import httpx

_CONNECT = 5.0  # seconds to wait for a server to take the connection
_LONGEST_PAUSE = 30.0  # seconds between two tries, whatever the server asks for
_PASSING = (408, 409, 425, 429, 500, 502, 503, 504)  # answers of a server that may be another a moment later
_MOST_BYTES = 1_000_000  # of an answer, less its tokens; a model list has no more either
_BYTES_A_TOKEN = 2_000  # an event with one token has some 300
_LONGEST_LINE = 200_000
_LETTERS_A_TOKEN = 20
_MOST_REASON = 2_000  # bytes that are read of why a server refused


class ServedLLM:
    """`POST BASE/chat/completions`, streamed.

    Connections that fail and the answers of a busy server are tried again, with a pause that doubles or as long as
    the server asks for; what broke off after it began is not.
    """

    def __init__(
        self,
        url: str,
        model: str | None,
        key: str | None,
        *,
        stall: float,
        tries: int = 2,
        pause: float = 1.0,
    ) -> None:
        """Nothing is sent yet.

        :param url: The base URL; `/v1` is meant where it has no path.
        :param model: Its name there; None asks the server, which must then have just one.
        :param key: Sent as a bearer token.
        :param stall: Seconds without a sign of life after which it counts as failed.
        :param pause: Seconds before the second try.
        """
        import httpx

        parts = urlsplit(url)
        if not parts.hostname:
            raise BulletinError(f"{url!r} is no address of a server. {HOW_TO}")
        base = url.rstrip("/").removesuffix("/chat/completions")
        self._base = base if parts.path.strip("/") else f"{base}/v1"
        self._model = model
        self._stall = stall
        self._tries = max(tries, 1)
        self._pause = pause
        headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._client = httpx.Client(
            headers=headers,
            timeout=httpx.Timeout(stall, connect=min(_CONNECT, stall)),
            limits=httpx.Limits(max_keepalive_connections=0),  # what is shut down is nobody else's
        )

    @property
    def name(self) -> str:
        """The model's name there.

        :raises LLMError: if none was given and the server can't be asked or has several.
        """
        if self._model is None:
            exchange = _Exchange(self._base, self._stall, time.monotonic() + self._stall)
            self._model = "".join(exchange.pieces(lambda: iter([self._only_model(exchange)])))
        return self._model

    def generate(self, messages: Sequence[Message], max_tokens: int) -> str:
        """See `LLM.generate`."""
        return "".join(self.stream(messages, max_tokens))

    def stream(
        self, messages: Sequence[Message], max_tokens: int, deadline: float | None = None
    ) -> Generator[str]:
        """See `LLM.stream`."""
        exchange = _Exchange(
            self._base, self._stall, time.monotonic() + LONGEST if deadline is None else deadline
        )
        yield from exchange.pieces(lambda: self._answer(exchange, messages, max_tokens))

    def _answer(self, exchange: _Exchange, messages: Sequence[Message], max_tokens: int) -> Iterator[str]:
        if self._model is None:
            self._model = self._only_model(exchange)
        body = {
            "model": self._model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
        }
        with closing(self._send(exchange, "POST", "chat/completions", body)) as response:
            yield from without_thinking(self._said(exchange, response, max_tokens))

    def _only_model(self, exchange: _Exchange) -> str:
        with closing(self._send(exchange, "GET", "models")) as response:
            try:
                listed = msgspec.json.decode(b"".join(exchange.chunks(response, _MOST_BYTES)), type=_Models)
                found = [model.id for model in listed.data]
            except (msgspec.MsgspecError, UnicodeDecodeError):
                found = []
        if len(found) != 1:
            listing = f" It has {', '.join(found[:8])}." if found else ""
            raise LLMError(
                f"{self._base} does not say which model to use.{listing} Set BULLETIN_LLM_MODEL to its name."
            )
        return found[0]

    def _send(self, exchange: _Exchange, method: str, path: str, body: object = None) -> httpx.Response:
        """An opened response of status 200, after as many tries as it takes and may."""
        import httpx

        url = f"{self._base}/{path}"
        trouble, pause = "", 0.0
        for trial in range(self._tries):
            if trial:
                exchange.wait(pause)
            pause = self._pause * 2**trial
            request = self._client.build_request(method, url, json=body, extensions={"trace": exchange.trace})
            try:
                response = self._client.send(request, stream=True)
            except httpx.ReadTimeout:
                raise exchange.silent() from None
            except (httpx.TransportError, httpx.InvalidURL) as error:
                trouble = f"{url} can't be reached ({error or type(error).__name__}). Is the server running?"
                continue
            if response.status_code == httpx.codes.OK:
                return response
            with closing(response):
                trouble = _refusal(url, response)
            if response.status_code not in _PASSING:
                break
            pause = _asked_pause(response.headers.get("Retry-After"), pause)
        raise LLMError(trouble)

    def _said(self, exchange: _Exchange, response: httpx.Response, max_tokens: int) -> Iterator[str]:
        """What the model says, out of a stream of server-sent events or, from a server that has none, in one piece."""
        chunks = exchange.chunks(response, _MOST_BYTES + _BYTES_A_TOKEN * max_tokens)
        if "json" in response.headers.get("Content-Type", ""):
            whole = self._decoded(b"".join(chunks))
            if not whole.choices:
                raise LLMError(f"{self._base} answered what is no chat completion.")
            yield whole.choices[0].message.content or ""
            return
        finished, events, letters = False, 0, 0
        for line in _lines(chunks):
            if not line.startswith(b"data:"):  # comments keep a connection alive, they say nothing
                continue
            data = line.removeprefix(b"data:").strip()
            if data == b"[DONE]":
                return
            exchange.beat()
            events += 1
            for choice in self._decoded(data).choices[:1]:
                finished = finished or choice.finish_reason is not None
                said = choice.delta.content or ""
                letters += len(said)
                if said:
                    yield said
            if events > 4 * max_tokens + 100 or letters > _LETTERS_A_TOKEN * max_tokens + 1_000:
                raise LLMError(f"{self._model} did not stop after {max_tokens} tokens, as it was asked to.")
        if not finished:
            raise LLMError(f"The answer of {self._model} broke off.")

    def _decoded(self, data: bytes) -> _Completion:
        try:
            completion = msgspec.json.decode(data, type=_Completion)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            start = data[:80].decode(errors="replace")
            raise LLMError(f"{self._base} answered what is no chat completion: {start!r}.") from None
        if completion.error is not None:
            raise LLMError(f"{self._model} failed: {str(completion.error)[:200]}")
        return completion


class _Exchange:
    """One exchange with a server, in a thread of its own, that whoever waits for it can leave at any moment."""

    def __init__(self, base: str, stall: float, deadline: float) -> None:
        """Nothing happens yet.

        :param stall: Seconds without a piece or a beat after which the server counts as silent.
        :param deadline: When it must be over, by `time.monotonic`.
        """
        self._base = base
        self._stall = stall
        self._deadline = deadline
        self._began = time.monotonic()
        self._heard: SimpleQueue[str | LLMError | None] = SimpleQueue()
        self._over = Event()
        self._lock = Lock()
        self._sockets: list[socket.socket] = []

    def pieces(self, work: Callable[[], Iterator[str]]) -> Generator[str]:
        """What some work gives, as it comes.

        :raises LLMError: if the work does, keeps silent, or goes on at the deadline.
        """
        Thread(target=self._run, args=(work,), daemon=True).start()
        try:
            while True:
                left = self._deadline - time.monotonic()
                if left <= 0:
                    raise self._late()
                try:
                    piece = self._heard.get(timeout=min(self._stall, left))
                except Empty:
                    raise self._late() if left <= self._stall else self.silent() from None
                if isinstance(piece, LLMError):
                    raise piece
                if piece is None:
                    return
                if piece:
                    yield piece
        finally:
            self._leave()

    def _run(self, work: Callable[[], Iterator[str]]) -> None:
        import httpx

        try:
            for piece in work():
                self._heard.put(piece)
                if self._over.is_set():
                    return
            self._heard.put(None)
        except LLMError as error:
            self._heard.put(error)
        except httpx.ReadTimeout:
            self._heard.put(self.silent())
        except Exception as error:  # told to whoever waits; a thread has nobody else to tell
            self._heard.put(
                LLMError(f"The answer of {self._base} broke off ({error or type(error).__name__}).")
            )

    def beat(self) -> None:
        """Say that the server is alive, though it says nothing."""
        self._heard.put("")

    def wait(self, seconds: float) -> None:
        """Pause before another try.

        :raises LLMError: if the time for it all will be over before.
        """
        end = time.monotonic() + seconds
        if end >= self._deadline:
            raise LLMError(f"{self._base} is busy, and asks to be left alone for longer than there is time.")
        while (left := end - time.monotonic()) > 0 and not self._over.wait(min(left, self._stall / 2)):
            self.beat()

    def chunks(self, response: httpx.Response, most: int) -> Iterator[bytes]:
        """The bytes of a response as they come.

        :raises LLMError: if there are more than so many.
        """
        total = 0
        for chunk in response.iter_raw():
            total += len(chunk)
            if total > most:
                raise LLMError(f"{self._base} sent more than {most:,} bytes.")
            yield chunk

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Told by the HTTP library what it does: each connection is remembered, so that it can be shut down."""
        if event == "connection.connect_tcp.complete":
            made = info["return_value"].get_extra_info("socket")
            with self._lock:
                self._sockets.append(made.dup())
            if self._over.is_set():
                self._leave()

    def silent(self) -> LLMError:
        """The error that says so."""
        return LLMError(f"{self._base} kept silent for {self._stall:g} s.")

    def _late(self) -> LLMError:
        return LLMError(f"{self._base} took longer than {self._deadline - self._began:.3g} s.")

    def _leave(self) -> None:
        """Shut the connections down, under whoever reads from them."""
        self._over.set()
        with self._lock:
            sockets, self._sockets = self._sockets, []
        for one in sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a body.

    :raises LLMError: if one is longer than any event.
    """
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
        if len(rest) > _LONGEST_LINE:
            raise LLMError(f"The server sent a line of more than {_LONGEST_LINE:,} bytes.")
    yield rest


@dataclass(frozen=True, slots=True)
class _Said:
    content: str | None = None


@dataclass(frozen=True, slots=True)
class _Choice:
    delta: _Said = field(default_factory=_Said)
    message: _Said = field(default_factory=_Said)
    finish_reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Completion:
    """A chunk of a streamed answer, or the whole of one that is not."""

    choices: tuple[_Choice, ...] = ()
    error: object = None


@dataclass(frozen=True, slots=True)
class _Model:
    id: str


@dataclass(frozen=True, slots=True)
class _Models:
    data: tuple[_Model, ...]


def _refusal(url: str, response: httpx.Response) -> str:
    """Why a server said no, in its words, and what can be done."""
    import httpx

    said = b""
    with suppress(httpx.HTTPError):
        for chunk in response.iter_raw():
            said += chunk
            if len(said) > _MOST_REASON:
                break
    reason = " ".join(said.decode(errors="replace").split())[:200]
    hint = {
        401: " Set BULLETIN_LLM_KEY to a key that it takes.",
        403: " Set BULLETIN_LLM_KEY to a key that it takes.",
        404: " Check the base URL (most end in /v1) and BULLETIN_LLM_MODEL.",
    }.get(response.status_code, "")
    return f"{url} answered {response.status_code}: {reason or response.reason_phrase}.{hint}"


def _asked_pause(stated: str | None, default: float) -> float:
    """The seconds that a server asks to be left alone for (Retry-After), within reason."""
    try:
        return min(max(float(stated or default), 0.0), _LONGEST_PAUSE)
    except ValueError:  # a date
        return default
