"""What leaves the house: an answer with its citations, notices and timings, as every client gets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
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
    "dated",
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
"""What a notice is about: `llm_*` are owed by `rag.writing.generate`, `verified` and `disputed` by `web.asking`,
the others by `rag.answering.notices`."""


Manner = Literal[
    "unsupported", "written", "incomplete", "home", "term", "event", "occasion", "reckoned", "named", "quoted"
]
"""Which of several things a notice of one kind says: that an LLM failed because nothing it wrote was borne out, that
staff wrote the answer they verified, that they find it incomplete rather than wrong, that a district was not named but
meant, that what the place grants has expired and not its document, that the time set in the document has passed, that
the document arranges an occasion of years ago, that what is said is not what the place itself lists or adds up to, that
it names fewer than it counts, that two places differ in words which are only quoted."""


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date of a text, by its last day, and as it is printed there."""

    day: date
    text: str
    by_day: bool
    """Whether the day is printed, not only month or year."""


Value = str | int | date | PrintedDate | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing the reader must know, as a kind and its values; `rag.wording` says it."""

    kind: NoticeKind
    values: Mapping[str, Value] = field(default_factory=dict, hash=False)
    manner: Manner | None = None


@dataclass(frozen=True, slots=True)
class WordedNotice:
    """One thing the reader must know, as a kind and as a line for people, in the question's language.

    The kind is one of `NoticeKind`, or one that another version of this program told.
    """

    kind: str
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
    """One answer; as it leaves the house it is a `WordedAnswer`.

    `abstained` where the bulletins don't say; `answer` has markers, [1], that name citations.
    """

    id: str
    question: str
    language: Language
    answer: str
    abstained: bool
    confidence: float
    notices: tuple[Notice | WordedNotice, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[RankedPassage, ...] = ()
    timings_ms: Timings = field(default_factory=Timings)
    suggestions: tuple[str, ...] = ()
    """What may be asked instead: the question of other districts or years, the topics on a bare word."""
    version: str = ""
    """The version of the index that the answer came from; empty where none was looked into."""


@dataclass(frozen=True, slots=True)
class WordedAnswer(Answer):
    """One answer, as the command line, the batch file and the HTTP API give it.

    `abstained` where the bulletins don't say; `answer` has markers, [1], that name citations.
    """

    notices: tuple[WordedNotice, ...] = ()

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


def refused(question_id: str, question: str, why: str) -> WordedAnswer:
    """An answer for a question that could not even be asked (blank, too long): the reason stands for the text."""
    return WordedAnswer(question_id, question, language(question), why, abstained=True, confidence=0.0)
