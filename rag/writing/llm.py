"""A large language model, if somebody has one: a local `transformers` model or an OpenAI-compatible server.

Nothing here is needed to answer. Both kinds take the same messages and give text in pieces; whatever goes wrong
with one is an `LLMError`, which callers catch to go on without it. torch, transformers and httpx are imported only
when a model is opened.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from queue import Empty
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Literal, Protocol
from urllib.parse import urlsplit

import msgspec

from rag.errors import BulletinError
from rag.settings import Settings

if TYPE_CHECKING:
    import httpx
    import torch

HOW_TO = (
    "Set BULLETIN_LLM (or --llm) to the folder or hub name of a transformers model, or to the base URL of an "
    "OpenAI-compatible server such as http://127.0.0.1:8000/v1, with BULLETIN_LLM_MODEL and, where it wants one, "
    "BULLETIN_LLM_KEY."
)

_CONNECT = 5.0  # seconds to wait for a server to take the connection
_LONGEST_PAUSE = 30.0  # seconds between two tries, whatever the server asks for
_PASSING = (408, 409, 425, 429, 500, 502, 503, 504)  # answers of a server that may be another a moment later
_THINKING = ("<think>", "</think>")


class LLMError(BulletinError):
    """The model gave nothing that can be used: it failed, kept silent, was refused or spoke garbage."""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of what a model is told."""

    role: Literal["system", "user", "assistant"]
    content: str


class LLM(Protocol):
    """What can be asked to write."""

    @property
    def name(self) -> str:
        """What the model is called, for the mark on what it writes."""
        ...

    def generate(self, messages: Sequence[Message], max_tokens: int) -> str:
        """Everything the model says, of at most `max_tokens` tokens.

        :raises LLMError: if it fails, or keeps silent for longer than it may.
        """
        ...

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Generator[str]:
        """The same in pieces as they come. Closing it stops the model.

        :raises LLMError: as `generate`, after whatever came before.
        """
        ...


def is_served(settings: Settings) -> bool:
    """Whether the configured model is a server's, not a local one."""
    return (settings.llm or "").startswith(("http://", "https://"))


def open_llm(settings: Settings, *, tries: int = 2) -> LLM:
    """The model that the settings name; a local one is loaded now, a server is first spoken to when asked.

    :param tries: How often a server is asked that can't be reached or is too busy.
    :raises BulletinError: if none is configured, or a local one can't be loaded.
    """
    if not settings.llm:
        raise BulletinError(f"No LLM is configured. {HOW_TO}")
    if is_served(settings):
        return ServedLLM(
            settings.llm, settings.llm_model, settings.llm_key, stall=settings.llm_stall, tries=tries
        )
    return LocalLLM(settings.llm, stall=settings.llm_stall)


def quoted(text: str) -> str:
    """A text that can hold no tag and no control token of a model: its angle brackets become their wide forms."""
    return text.replace("<", "＜").replace(">", "＞")


class LocalLLM:
    """A causal `transformers` model from a folder or by hub name, decoding greedily, one asker at a time."""

    def __init__(self, name: str, *, stall: float) -> None:
        """Load the model, on a GPU where there is one.

        :param stall: Seconds it may take for a token (the first one waits for the whole prompt to be read).
        :raises BulletinError: if there is no such model or it can't be loaded.
        """
        path = Path(name).expanduser()
        local = path.is_dir()
        if not local and (path.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1):
            raise BulletinError(f"No LLM at {name}: there is no such folder. {HOW_TO}")
        if local:  # must be set before the hub library is first imported
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        place = str(path) if local else name
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(
                place, local_files_only=local, trust_remote_code=False
            )
            model: Any = AutoModelForCausalLM.from_pretrained(
                place, dtype="auto", local_files_only=local, trust_remote_code=False
            )
        except Exception as error:  # whatever the readers of weights, tokenizers and configurations raise
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise BulletinError(
                f"The LLM {name!r} could not be loaded ({reason}). Expected a folder that transformers saved with its "
                "tokenizer, or a hub name on a machine that reaches the hub."
            ) from error
        self._model = model.to("cuda" if torch.cuda.is_available() else "cpu").eval()
        config = self._model.generation_config
        config.do_sample, config.temperature, config.top_p, config.top_k = False, None, None, None
        self._context: int | None = getattr(
            self._model.config.get_text_config(), "max_position_embeddings", None
        )
        self._stall = stall
        self._turn = Lock()
        self._name = path.name if local else name

    @property
    def name(self) -> str:
        """The folder's name, or the hub name."""
        return self._name

    def generate(self, messages: Sequence[Message], max_tokens: int) -> str:
        """See `LLM.generate`."""
        return "".join(self.stream(messages, max_tokens))

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Generator[str]:
        """See `LLM.stream`."""
        with closing(self._pieces(messages, max_tokens)) as pieces:
            yield from _without_thinking(pieces)

    def _pieces(self, messages: Sequence[Message], max_tokens: int) -> Generator[str]:
        import torch
        from transformers import StoppingCriteriaList, TextIteratorStreamer

        prompt = self._prompt(messages)
        room = max_tokens if self._context is None else min(max_tokens, self._context - prompt.shape[1])
        if room < 1:
            raise LLMError(
                f"A prompt of {prompt.shape[1]} tokens does not fit {self.name}, which reads {self._context}. "
                "Use a model with a longer context."
            )
        if not self._turn.acquire(timeout=self._stall):
            raise LLMError(f"{self.name} was busy with other questions for {self._stall:g} s.")
        streamer: Any = TextIteratorStreamer(
            self._tokenizer, skip_prompt=True, timeout=self._stall, skip_special_tokens=True
        )
        stopped = Event()
        failures: list[Exception] = []

        def is_stopped(ids: torch.Tensor, _scores: object, **_: object) -> torch.Tensor:
            return torch.full((len(ids),), stopped.is_set(), dtype=torch.bool, device=ids.device)

        def run() -> None:
            try:
                self._model.generate(
                    input_ids=prompt,
                    attention_mask=torch.ones_like(prompt),
                    max_new_tokens=room,
                    streamer=streamer,
                    stopping_criteria=StoppingCriteriaList([is_stopped]),
                )
            except Exception as error:  # told to whoever waits for the pieces
                failures.append(error)
                streamer.end()
            finally:
                self._turn.release()

        Thread(target=run, daemon=True).start()
        try:
            yield from (piece for piece in streamer if piece)
        except Empty:
            raise LLMError(f"{self.name} kept silent for {self._stall:g} s.") from None
        finally:
            stopped.set()
        if failures:
            raise LLMError(f"{self.name} failed: {failures[0]}") from failures[0]

    def _prompt(self, messages: Sequence[Message]) -> torch.Tensor:
        """Token ids, shape (1, length). Control tokens that stand in a message are encoded as plain text."""
        from jinja2 import TemplateError

        if not self._tokenizer.chat_template:
            text = "\n\n".join(message.content for message in messages) + "\n\n"
            plain = self._tokenizer(text, return_tensors="pt", split_special_tokens=True)
            return self._on_device(plain["input_ids"])
        try:
            return self._templated([(message.role, message.content) for message in messages])
        except TemplateError:  # some know no system turn: it goes before the first thing said
            system = "\n\n".join(message.content for message in messages if message.role == "system")
            turns = [(message.role, message.content) for message in messages if message.role != "system"]
            first = (turns[0][0], f"{system}\n\n{turns[0][1]}")
            return self._templated([first, *turns[1:]])

    def _templated(self, turns: Sequence[tuple[str, str]]) -> torch.Tensor:
        encoded = self._tokenizer.apply_chat_template(
            [{"role": role, "content": content} for role, content in turns],
            add_generation_prompt=True,
            sanitize_control_tokens=True,
            return_tensors="pt",
            return_dict=True,
            enable_thinking=False,  # known to the templates of models that think aloud, ignored by the others
        )
        return self._on_device(encoded["input_ids"])

    def _on_device(self, ids: torch.Tensor) -> torch.Tensor:
        return ids.to(self._model.device)


class ServedLLM:
    """A model behind an OpenAI-compatible HTTP server: `POST BASE/chat/completions`, streamed.

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
        :param stall: Seconds without a piece after which it counts as failed.
        :param pause: Seconds before the second try.
        """
        import httpx

        parts = urlsplit(url)
        if not parts.hostname:
            raise BulletinError(f"{url!r} is no address of a server. {HOW_TO}")
        base = url.rstrip("/").removesuffix("/chat/completions")
        self._base = base if parts.path.strip("/") else f"{base}/v1"
        self._wanted = model
        self._stall = stall
        self._tries = max(tries, 1)
        self._pause = pause
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(
            headers=headers, timeout=httpx.Timeout(stall, connect=min(_CONNECT, stall))
        )

    @cached_property
    def name(self) -> str:
        """The model's name there.

        :raises LLMError: if none was given and the server can't be asked or has several.
        """
        if self._wanted:
            return self._wanted
        with closing(self._send("GET", "models")) as response:
            try:
                found = [model.id for model in msgspec.json.decode(response.read(), type=_Models).data]
            except (msgspec.MsgspecError, UnicodeDecodeError):
                found = []
        if len(found) != 1:
            listed = f" It has {', '.join(found[:8])}." if found else ""
            raise LLMError(
                f"{self._base} does not say which model to use.{listed} Set BULLETIN_LLM_MODEL to its name."
            )
        return found[0]

    def generate(self, messages: Sequence[Message], max_tokens: int) -> str:
        """See `LLM.generate`."""
        return "".join(self.stream(messages, max_tokens))

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Generator[str]:
        """See `LLM.stream`."""
        body = {
            "model": self.name,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
        }
        with closing(self._send("POST", "chat/completions", body)) as response:
            yield from _without_thinking(self._pieces(response, max_tokens))

    def _send(self, method: str, path: str, body: object = None) -> httpx.Response:
        """An opened response of status 200, after as many tries as it takes and may."""
        import httpx

        url = f"{self._base}/{path}"
        trouble, pause = "", 0.0
        for trial in range(self._tries):
            if trial:
                time.sleep(pause)
            pause = self._pause * 2**trial
            try:
                response = self._client.send(self._client.build_request(method, url, json=body), stream=True)
            except httpx.ReadTimeout:
                raise self._silent() from None
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

    def _pieces(self, response: httpx.Response, max_tokens: int) -> Iterator[str]:
        """What the model says, out of a stream of server-sent events or, from a server that has none, in one piece."""
        import httpx

        try:
            if "json" in response.headers.get("Content-Type", ""):
                whole = self._decoded(response.read())
                yield from (choice.message.content or "" for choice in whole.choices[:1])
                if not whole.choices:
                    raise LLMError(f"{self._base} answered what is no chat completion.")
                return
            heard, events = time.monotonic(), 0
            finished = False
            for line in response.iter_lines():
                if not line.startswith("data:"):  # comments keep a connection alive, they say nothing
                    if time.monotonic() - heard > self._stall:
                        raise self._silent()
                    continue
                data = line.removeprefix("data:").strip()
                if data == "[DONE]":
                    return
                heard, events = time.monotonic(), events + 1
                if events > 4 * max_tokens + 100:
                    raise LLMError(f"{self.name} did not stop after {max_tokens} tokens, as it was asked to.")
                for choice in self._decoded(data.encode()).choices[:1]:
                    finished = finished or choice.finish_reason is not None
                    if choice.delta.content:
                        yield choice.delta.content
        except httpx.ReadTimeout:
            raise self._silent() from None
        except (httpx.HTTPError, UnicodeDecodeError) as error:
            raise LLMError(f"The answer of {self.name} broke off ({error}).") from error
        if not finished:
            raise LLMError(f"The answer of {self.name} broke off.")

    def _decoded(self, data: bytes) -> _Completion:
        try:
            completion = msgspec.json.decode(data, type=_Completion)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            start = data[:80].decode(errors="replace")
            raise LLMError(f"{self._base} answered what is no chat completion: {start!r}.") from None
        if completion.error is not None:
            raise LLMError(f"{self.name} failed: {str(completion.error)[:200]}")
        return completion

    def _silent(self) -> LLMError:
        return LLMError(f"{self._base} kept silent for {self._stall:g} s.")


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

    try:
        said = " ".join(response.read().decode(errors="replace").split())[:200]
    except httpx.HTTPError:
        said = ""
    hint = {
        401: " Set BULLETIN_LLM_KEY to a key that it takes.",
        403: " Set BULLETIN_LLM_KEY to a key that it takes.",
        404: " Check the base URL (most end in /v1) and BULLETIN_LLM_MODEL.",
    }.get(response.status_code, "")
    return f"{url} answered {response.status_code}: {said or response.reason_phrase}.{hint}"


def _asked_pause(stated: str | None, default: float) -> float:
    """The seconds that a server asks to be left alone for (Retry-After), within reason."""
    try:
        return min(max(float(stated or default), 0.0), _LONGEST_PAUSE)
    except ValueError:  # a date
        return default


def _without_thinking(pieces: Iterator[str]) -> Iterator[str]:
    """What a model says, less the thinking aloud that some put before it."""
    opening, ending = _THINKING
    head = ""
    for piece in pieces:
        head += piece
        lead = head.lstrip()
        if lead.startswith(opening):
            if ending in lead:
                yield lead.split(ending, 1)[1].lstrip()
                break
        elif not opening.startswith(lead):
            yield head
            break
    else:  # all of it was one short word, or thinking that never ended
        if not head.lstrip().startswith(opening):
            yield head
        return
    yield from pieces
