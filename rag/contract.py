"""What leaves the house: an answer with its citations, notices and timings, as every client gets it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import msgspec

from rag.reading.corpus import Document
from rag.text.normal import Language, language
from rag.text.spans import Span

NoticeKind = Literal[
    "expired",
    "implied_expired",
    "past_event",
    "explainer",
    "superseded",
    "amended",
    "draft",
    "target",
    "old_contact",
    "conflict",
    "missing_annex",
    "other_district",
    "elsewhere",
    "recognised",
    "language",
    "machine_rendered",
    "untranslated",
    "llm_written",
    "llm_failed",
    "verified",
    "disputed",
]
"""What a notice is about: `llm_*` are said by `rag.writing.generate`, `verified` and `disputed` by `web.asking`,
the others by `rag.answering.notices`."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing the reader must know, as data and as a line for people, in the question's language."""

    kind: NoticeKind
    text: str


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """The document that a citation stands in; dates are ISO, or null where the text states none."""

    id: str
    title: str
    number: str | None
    issuer: str | None
    jurisdiction: str | None
    signed_on: str | None
    published_on: str | None
    valid_from: str | None
    valid_until: str | None


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in the source: `quote` is the file's text at `spans` (half-open code points), to the letter."""

    marker: int
    source: str
    spans: tuple[Span, ...]
    quote: str
    document: CitedDocument
    section: tuple[str, ...]
    page: int | None = None
    """The page of the original on which it begins; None, and left out of the JSON, where the source has no pages."""


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """One of the passages that the answer was looked for in, verbatim."""

    rank: int
    score: float
    chunk: str
    source: str
    spans: tuple[Span, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds."""

    retrieve: float = 0.0
    answer: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, as the command line, the batch file and the HTTP API give it.

    `abstained` where the bulletins don't say; `answer` has markers, [1], that name citations.
    """

    id: str
    question: str
    language: Language
    answer: str
    abstained: bool
    confidence: float
    notices: tuple[Notice, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[RankedPassage, ...] = ()
    timings_ms: Timings = field(default_factory=Timings)
    suggestions: tuple[str, ...] = ()
    """The question asked of other districts or years that may be meant as well."""

    def json(self) -> str:
        """The answer as one line of JSON."""
        told = msgspec.to_builtins(self)
        for citation in told["citations"]:
            if citation["page"] is None:
                del citation["page"]
        return msgspec.json.encode(told).decode()


def cited(document: Document) -> CitedDocument:
    """The part of a document's record that a citation carries."""
    return CitedDocument(**{name: getattr(document, name) for name in CitedDocument.__dataclass_fields__})


def refused(question_id: str, question: str, why: str) -> Answer:
    """An answer for a question that could not even be asked (blank, too long): the reason stands for the text."""
    return Answer(question_id, question, language(question), why, abstained=True, confidence=0.0)
