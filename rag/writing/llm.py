"""A large language model, if somebody has one: a local `transformers` model or an OpenAI-compatible server.

Nothing here is needed to answer. Both kinds take the same messages and give text in pieces until a deadline, whatever
they do meanwhile; what goes wrong with one is an `LLMError`, which callers catch to go on without it. torch,
transformers and httpx are imported only when a model is opened. The server's side is `rag.writing.served`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Literal, Protocol

from rag.errors import BulletinError

if TYPE_CHECKING:
    import torch

HOW_TO = (
    "Set BULLETIN_LLM (or --llm) to the folder or hub name of a transformers model, or to the base URL of an "
    "OpenAI-compatible server such as http://127.0.0.1:8000/v1, with BULLETIN_LLM_MODEL and, where it wants one, "
    "BULLETIN_LLM_KEY."
)

LONGEST = 900.0
"""Seconds that anything a model is asked may take where the asker sets no deadline."""
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

        :raises LLMError: if it fails, keeps silent for longer than it may, or takes longer than `LONGEST`.
        """
        ...

    def stream(
        self, messages: Sequence[Message], max_tokens: int, deadline: float | None = None
    ) -> Generator[str]:
        """The same in pieces as they come. Closing it stops the model.

        :param deadline: When it must be over, by `time.monotonic`; None is `LONGEST` seconds from now.
        :raises LLMError: as `generate` and at the deadline, after whatever came before.
        """
        ...


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

    def stream(
        self, messages: Sequence[Message], max_tokens: int, deadline: float | None = None
    ) -> Generator[str]:
        """See `LLM.stream`."""
        end = time.monotonic() + LONGEST if deadline is None else deadline
        with closing(self._pieces(messages, max_tokens, end)) as pieces:
            yield from without_thinking(pieces)

    def _pieces(self, messages: Sequence[Message], max_tokens: int, deadline: float) -> Generator[str]:
        import torch
        from transformers import StoppingCriteriaList, TextIteratorStreamer

        prompt = self._prompt(messages)
        room = max_tokens if self._context is None else min(max_tokens, self._context - prompt.shape[1])
        if room < 1:
            raise LLMError(
                f"A prompt of {prompt.shape[1]} tokens does not fit {self.name}, which reads {self._context}. "
                "Use a model with a longer context."
            )
        if not self._turn.acquire(timeout=self._patience(deadline)):
            raise LLMError(f"{self.name} was busy with other questions for too long.")
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
            while time.monotonic() < deadline:
                streamer.timeout = self._patience(deadline)
                piece = next(streamer, None)
                if piece is None:
                    break
                if piece:
                    yield piece
            else:
                raise LLMError(f"{self.name} did not finish in the time it had.")
        except Empty:
            raise LLMError(f"{self.name} kept silent for too long.") from None
        finally:
            stopped.set()
        if failures:
            raise LLMError(f"{self.name} failed: {failures[0]}") from failures[0]

    def _patience(self, deadline: float) -> float:
        return max(min(self._stall, deadline - time.monotonic()), 0.0)

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


def without_thinking(pieces: Iterator[str]) -> Iterator[str]:
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
