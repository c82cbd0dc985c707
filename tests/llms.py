"""Real models for tests: a tiny transformers model made on the spot, and a local server that speaks the OpenAI API."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def save_tiny_model(folder: Path, texts: Sequence[str], template: str | None = CHAT_TEMPLATE) -> Path:
    """Save a Qwen2 of one layer with random weights, and a byte-level tokenizer trained on some texts."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trained.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    trained.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=2500, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
        ),
    )
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=trained, eos_token="<|im_end|>", pad_token="<|endoftext|>", chat_template=template
    )
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_start|>"]})
    tokenizer.save_pretrained(folder)
    torch.manual_seed(7)
    config = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=1200,
        eos_token_id=None,  # so that it speaks until it is stopped
        pad_token_id=tokenizer.pad_token_id,
    )
    Qwen2ForCausalLM(config).save_pretrained(folder)
    return folder


@dataclass(frozen=True)
class Say:
    """A streamed answer; with `hang` the server then keeps the connection open and says no more."""

    pieces: Sequence[str]
    hang: bool = False


@dataclass(frozen=True)
class Whole:
    """An answer of a server that does not stream."""

    text: str


@dataclass(frozen=True)
class Refuse:
    """An answer that is none."""

    status: int
    body: str = "no"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Garbage:
    """Something that only claims to be a stream of events."""

    body: str


@dataclass(frozen=True)
class Drip:
    """Bytes as they stand, head and all, with a pause after each piece, until the asker goes away or all are sent."""

    pieces: Iterable[bytes]
    pause: float = 0.02


def event(**delta: str) -> bytes:
    """A server-sent event with one delta."""
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": delta}]}).encode() + b"\n\n"


HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"

Reply = Say | Whole | Refuse | Garbage | Drip
Talker = Callable[[str], Reply]
"""Given the last user message, what to answer."""


class Server:
    """The running server: its URL, and what it was sent."""

    def __init__(self, talker: Talker | Iterable[Reply]) -> None:
        script = iter(()) if callable(talker) else iter(talker)
        self.talk: Talker = talker if callable(talker) else lambda _: next(script)
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.models: Sequence[str] | Drip = ["bulletin-writer"]
        self.left = threading.Event()
        """Set when an asker went away before a drip was over."""
        self.over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def told(self) -> list[str]:
        """The last message of each request."""
        return [str(body["messages"][-1]["content"]) for body in self.bodies]

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def serve(talker: Talker | Iterable[Reply]) -> Iterator[Server]:
    """A server on a free port of this machine, that answers by a function or from a script."""
    server = Server(talker)
    try:
        yield server
    finally:
        server.close()


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if isinstance(server.models, Drip):
                self._drip(server.models)
                return
            self._send(
                200, "application/json", json.dumps({"data": [{"id": name} for name in server.models]})
            )

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.bodies.append(body)
            server.headers.append(dict(self.headers))
            reply = server.talk(str(body["messages"][-1]["content"]))
            if isinstance(reply, Refuse):
                self._send(reply.status, "text/plain", reply.body, reply.headers)
            elif isinstance(reply, Garbage):
                self._send(200, "text/event-stream", reply.body)
            elif isinstance(reply, Drip):
                self._drip(reply)
            elif isinstance(reply, Whole):
                message = {"role": "assistant", "content": reply.text}
                whole = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
                self._send(200, "application/json", json.dumps(whole))
            else:
                self._stream(reply)

        def _stream(self, reply: Say) -> None:
            self._head(200, "text/event-stream")
            self._event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})
            for piece in reply.pieces:
                self._event({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
            if reply.hang:
                server.over.wait()
                return
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            self._write(b"data: [DONE]\n\n")

        def _drip(self, reply: Drip) -> None:
            try:
                for piece in reply.pieces:
                    self.wfile.write(piece)
                    self.wfile.flush()
                    if server.over.wait(reply.pause):
                        return
            except OSError:
                server.left.set()

        def _event(self, data: object) -> None:
            self._write(b": still here\n\ndata: " + json.dumps(data).encode() + b"\n\n")

        def _write(self, data: bytes) -> None:
            try:
                self.wfile.write(data)
                self.wfile.flush()
            except OSError:  # the asker went away, which is what some tests are about
                pass

        def _send(self, status: int, kind: str, text: str, headers: dict[str, str] | None = None) -> None:
            self._head(status, kind, headers)
            self.wfile.write(text.encode())

        def _head(self, status: int, kind: str, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Handler
