"""What can be evaluated: ours, the baselines, and any server that answers in the same JSON."""

from __future__ import annotations

import hashlib
import inspect
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx
import msgspec

from eval.baselines import Search, tutorial, vectors_only, words_only
from eval.questions import VALID_ON
from rag.answer import Engine
from rag.contract import Citation, WordedAnswer, cited
from rag.errors import BulletinError
from rag.index import Index, open_index
from rag.indexing.store import Where
from rag.reading.corpus import Document
from rag.settings import ROOT, Settings
from rag.text.normal import language
from rag.wording import worded

OURS = "ours"
BASELINES: dict[str, tuple[str, Callable[[Index], Search]]] = {
    "bm25": ("BM25, first passage", words_only),
    "vectors": ("vectors, first passage", vectors_only),
    "tutorial": ("RecursiveCharacterTextSplitter, vectors, first passage", tutorial),
}
_PATIENCE = 60.0  # seconds until a server is given up on
_BUSY = (429, 503)  # answers that may name a time to come back
_TRIES = 20


class UnreachableError(BulletinError):
    """A server does not answer, or not in the contract's form: no question more can be asked."""


class System(Protocol):
    """Answers questions by the public contract."""

    title: str
    """What a report calls it."""
    fingerprint: str
    """Changes when answers given before may no longer be its answers, as far as that can be known."""
    known: bool
    """Whether it can: a complete run of the same fingerprint need not be repeated."""

    def ask(self, question: str, history: Sequence[str] = ()) -> WordedAnswer:
        """Answer one question, asked after those of `history`.

        :raises BulletinError: if it can't be asked or its answer is not of the contract's form.
        """
        ...


class Ours:
    """The engine of this repository."""

    known = True

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.title = "Bulletin Q&A"
        code = sorted((ROOT / "rag").rglob("*.py")) + sorted((ROOT / "models").glob("*.json"))
        lexicon = sorted((engine.settings.data / "lexicon").glob("*.tsv"))
        manifest = msgspec.json.encode(engine.index.manifest)
        self.fingerprint = _digest(manifest, *(file.read_bytes() for file in [*code, *lexicon]))
        self._remembers = "history" in inspect.signature(engine.ask).parameters

    def ask(self, question: str, history: Sequence[str] = ()) -> WordedAnswer:
        """Answer one question, asked after those of `history`."""
        memory: dict[str, Any] = {"history": list(history)} if self._remembers and history else {}
        return worded(self.engine.ask(question, **memory))


class Baseline:
    """The first passage that a search finds, whole, as the answer; it knows no conversation.

    It refuses only where nothing is found: words alone find passages that hold one.
    """

    known = True

    def __init__(self, title: str, search: Search, index: Index) -> None:
        self.title = title
        self._search = search
        self._index = index
        code = [Path(inspect.getfile(words_only)), Path(__file__)]
        manifest = msgspec.json.encode(index.manifest)
        self.fingerprint = _digest(title.encode(), manifest, *(file.read_bytes() for file in code))

    def ask(self, question: str, history: Sequence[str] = ()) -> WordedAnswer:
        """Answer one question by the first passage; `history` is not understood."""
        passages = tuple(self._search(question))
        if not passages:
            return WordedAnswer("", question, language(question), "", abstained=True, confidence=0.0)
        first = passages[0]
        quote = self._index.quote(first.source, first.spans)
        document = self._document(first.source, first.spans[0][0])
        citation = Citation(1, first.source, first.spans, quote, cited(document), ())
        confidence = min(max(first.score, 0.0), 1.0)
        return WordedAnswer(
            "",
            question,
            language(question),
            f"{quote} [1]",
            abstained=False,
            confidence=confidence,
            citations=(citation,),
            passages=passages,
        )

    def _document(self, source: str, place: int) -> Document:
        """The document that a place lies in, or the last that begins before it."""
        documents = self._index.store.documents(Where(sources=frozenset([source])))
        return max((d for d in documents if d.span[0] <= place), key=lambda d: d.span, default=documents[0])


class Served:
    """A server that takes {"question", "history": [{"question"}]} by POST and answers in the contract's JSON."""

    known = False

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise BulletinError(f"--system {url}: expected http://HOST:PORT or one of {', '.join(NAMES)}.")
        self.url = url if parts.path.strip("/") else f"{url.rstrip('/')}/api/ask"
        self.title = url
        self.fingerprint = _digest(url.encode())
        self._client = httpx.Client(timeout=_PATIENCE, follow_redirects=True)

    def ask(self, question: str, history: Sequence[str] = ()) -> WordedAnswer:
        """Answer one question, asked after those of `history`, which is sent only where there is any."""
        body: dict[str, Any] = {"question": question}
        if history:
            body["history"] = [{"question": earlier} for earlier in history]
        response = self._post(body)
        if response.status_code != httpx.codes.OK:
            raise UnreachableError(
                f"{self.url} answered {response.status_code} to {question!r}; expected 200 and an answer as JSON: "
                f"{response.text[:200]}"
            )
        try:
            return replace(msgspec.json.decode(response.content, type=WordedAnswer), question=question)
        except msgspec.MsgspecError as error:
            raise UnreachableError(
                f"{self.url} gave no answer of the form that README.md shows ({error}); found {response.text[:200]}"
            ) from error

    def _post(self, body: dict[str, Any]) -> httpx.Response:
        """Ask, and ask again when the server says when to."""
        for _ in range(_TRIES):
            try:
                response = self._client.post(self.url, json=body)
            except httpx.HTTPError as error:
                raise UnreachableError(
                    f"{self.url} did not answer ({error}). Is the server running? What was answered so far is kept; "
                    "run the same command again to go on."
                ) from error
            wait = response.headers.get("Retry-After", "")
            if response.status_code not in _BUSY or not wait.isdigit():
                return response
            time.sleep(min(int(wait), _PATIENCE))
        return response


NAMES = (OURS, *BASELINES)


def open_system(name: str, settings: Settings) -> System:
    """A system by name, or by the address of its server.

    :param settings: The collection; its clock is set to the day the evaluation set is valid on, unless one is set.
    :raises BulletinError: if there is no such system or the collection can't be read.
    """
    if name == OURS:
        clocked = replace(settings, today=settings.today or VALID_ON)
        return Ours(Engine(open_index(clocked), clocked))
    if name in BASELINES:
        index = open_index(settings)
        title, make = BASELINES[name]
        return Baseline(title, make(index), index)
    return Served(name)


def _digest(*parts: bytes) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(hashlib.sha256(part).digest())
    return found.hexdigest()[:16]
