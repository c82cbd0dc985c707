"""From ranked passages to a short, cited answer: sentences chosen, places quoted, notices owed, or a refusal."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from rag.chunk import Unit
from rag.corpus import Document, Span
from rag.index import Index, Passage
from rag.notices import Notice, notices_for
from rag.query import Asks, Query
from rag.retrieve import Hit, Retriever
from rag.settings import Settings
from rag.text import Language, language, normalise, squeeze, tokens

_READ = 4  # passages whose sentences may answer
_PASSAGES = 10  # passages in an answer, as the contract has it
_LONGEST: dict[Language, int] = {"zh": 180, "en": 380}  # characters of an answer, markers aside
_MOST_SENTENCES = 3
_KEEP = 0.82  # a further sentence must score this share of the best one
_REFUSE_BELOW = 0.35  # confidence; chosen on the development questions, see eval/

# What a sentence must hold to be the kind of answer that is asked for.
_HOLDS: dict[Asks, re.Pattern[str]] = {
    "when": re.compile(r"\d{4}年|\d+月|\d+日|\d+时|\d+(?:个)?(?:小时|天|工作日|年|周)|期限|年底|之日起"),
    "amount": re.compile(r"\d[\d.,]*\s*(?:万|亿)?(?:元|%|‰|倍)|\d+(?:万|亿)|[一二三四五六七八九十]+(?:万|亿|成|倍)"),
    "count": re.compile(r"\d|[一二三四五六七八九十百千万两]+(?:个|家|名|人|条|种|项|处|次|张|所)"),
    "who": re.compile(r"局|委|办公室|部门|单位|政府|中心|公司|机构|组长|主任|负责|牵头|承办|镇|街道"),
    "where": re.compile(r"路|街|号|镇|村|区|地址|地点|大厅|中心|窗口|网站|平台"),
}


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """What a citation says of its document."""

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
    """A place in the source: `quote` is the file's text at `spans`, to the letter."""

    marker: int
    source: str
    spans: tuple[Span, ...]
    quote: str
    document: CitedDocument
    section: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """One of the passages an answer was made from, verbatim."""

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
    """One answer, as the command line, the batch file and the HTTP API give it."""

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

    def json(self) -> str:
        """The answer as one line of JSON."""
        return msgspec.json.encode(self).decode()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence that may answer."""

    passage: Passage
    unit: Unit
    place: int  # of the unit in its passage
    score: float
    text: str  # as it would be shown


class Engine:
    """Answers questions from one index."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self.index = index
        self.settings = settings
        self.retriever = Retriever(index)

    def ask(self, question: str, question_id: str = "") -> Answer:
        """Answer one question, or say that the bulletins don't.

        :raises BulletinError: if the question is blank or too long.
        """
        began = time.perf_counter()
        query, hits = self.retriever.search(question, _PASSAGES)
        found = time.perf_counter()
        candidates = self._candidates(query, hits[:_READ])
        confidence = self._confidence(query, hits, candidates)
        passages = tuple(ranked(rank, hit) for rank, hit in enumerate(hits, start=1))
        if not candidates or confidence < _REFUSE_BELOW:
            text, notices, citations, abstained = _refusal(query, hits), (), (), True
        else:
            chosen = _choose(query, candidates)
            text, citations = self._compose(chosen)
            documents = list({c.passage.document.id: c.passage.document for c in chosen}.values())
            notices = notices_for(query, documents, [c.quote for c in citations], self.settings.current_date())
            abstained = False
        done = time.perf_counter()
        timings = Timings(_ms(began, found), _ms(found, done), _ms(began, done))
        return Answer(
            question_id, query.text, query.language, text, abstained, round(confidence, 4), notices, citations, passages, timings
        )

    def _candidates(self, query: Query, hits: Sequence[Hit]) -> list[_Candidate]:
        """Every sentence of the best passages, scored, best first."""
        places = [
            (hit, place, unit)
            for hit in hits
            for place, unit in enumerate(hit.passage.chunk.units)
            if unit.kind not in ("heading", "meta") and unit.reading.strip()
        ]
        if not places:
            return []
        asked = [(hit, a) for hit in hits for a in hit.passage.fields.questions]
        vectors = self.index.encoder.documents([self._with_lead(hit.passage, unit) for hit, _, unit in places])
        query_vector, *asked_vectors = self.index.encoder.queries([query.text, *(a.question for _, a in asked)])
        nearness = vectors @ query_vector
        likeness = [float(vector @ query_vector) for vector in asked_vectors]
        best = hits[0].score or 1.0
        candidates = []
        for (hit, place, unit), near in zip(places, nearness, strict=True):
            shown = self._shown(query.language, hit.passage, unit)
            transfer = max(
                (
                    like
                    for (owner, a), like in zip(asked, likeness, strict=True)
                    if owner is hit and _pinpoints(a.span, unit.spans)
                ),
                default=0.0,
            )
            score = (
                0.9 * hit.score / best
                + 0.8 * float(near)
                + 0.9 * self._coverage(query, f"{self._with_lead(hit.passage, unit)} {shown}")
                + 0.8 * transfer
                + 0.25 * float(_holds(query.asks, unit.reading))
            )
            candidates.append(_Candidate(hit.passage, unit, place, score, shown))
        return sorted(candidates, key=lambda c: -c.score)

    def _with_lead(self, passage: Passage, unit: Unit) -> str:
        return self.index.quote(passage.chunk.source, unit.lead) + unit.reading

    @staticmethod
    def _shown(language: Language, passage: Passage, unit: Unit) -> str:
        english = passage.fields.english_of(unit.spans) if language == "en" else ""
        return english or unit.reading.strip()

    def _coverage(self, query: Query, text: str) -> float:
        """Share of the question's terms, by weight, that a text holds."""
        weights = {term: self.index.idf.get(term, 1.0) for term in query.terms}
        total = sum(weights.values())
        held = set(tokens(text))
        return sum(weight for term, weight in weights.items() if term in held) / total if total else 0.0

    def _confidence(self, query: Query, hits: Sequence[Hit], candidates: Sequence[_Candidate]) -> float:
        """How sure it is, between 0 and 1, that the best sentence answers the question."""
        if not hits or not candidates:
            return 0.0
        best = hits[0]
        passage = best.passage
        vectors = self.index.vectors_of([best.row])
        near = float((vectors @ self.index.encoder.queries([query.text])[0])[0])
        read = f"{passage.headed} {passage.fields.english} {' '.join(a.question for a in passage.fields.questions)}"
        covered = self._coverage(query, read)
        return float(1 / (1 + np.exp(-(6 * near + 4 * covered - 4))))

    def _compose(self, chosen: Sequence[_Candidate]) -> tuple[str, tuple[Citation, ...]]:
        """The chosen sentences with their markers, and a citation a place."""
        parts, citations = [], []
        for candidate in chosen:
            unit, passage = candidate.unit, candidate.passage
            marker = len(citations) + 1
            citations.append(
                Citation(
                    marker,
                    passage.chunk.source,
                    unit.spans,
                    self.index.quote(passage.chunk.source, unit.spans),
                    cited(passage.document),
                    passage.chunk.path,
                )
            )
            parts.append(f"{candidate.text} [{marker}]")
        return " ".join(parts), tuple(citations)


def cited(document: Document) -> CitedDocument:
    """The part of a document's record that a citation carries."""
    return CitedDocument(**{name: getattr(document, name) for name in CitedDocument.__dataclass_fields__})


def _choose(query: Query, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The best sentence and those nearly as good that still fit, in reading order."""
    longest = _LONGEST[query.language]
    best = candidates[0]
    chosen = [best]
    room = longest - len(best.text)
    seen = {squeeze(best.unit.reading)}
    for candidate in candidates[1:]:
        if len(chosen) == _MOST_SENTENCES or candidate.score < _KEEP * best.score:
            break
        repeated = squeeze(candidate.unit.reading) in seen
        if not repeated and len(candidate.text) <= room and candidate.passage.document.id == best.passage.document.id:
            chosen.append(candidate)
            seen.add(squeeze(candidate.unit.reading))
            room -= len(candidate.text)
    return sorted(chosen, key=lambda c: (c.passage is not best.passage, c.passage.chunk.id, c.place))


def _pinpoints(span: Span, spans: Iterable[Span]) -> bool:
    """Whether a question's place is about as small as a sentence and overlaps it by half."""
    own = list(spans)
    size = sum(end - start for start, end in own)
    shared = sum(max(0, min(end, span[1]) - max(start, span[0])) for start, end in own)
    return 2 * shared >= min(size, span[1] - span[0]) and span[1] - span[0] <= 3 * size


def _holds(asks: Asks, reading: str) -> bool:
    pattern = _HOLDS.get(asks)
    return pattern is not None and bool(pattern.search(normalise(reading)))


def ranked(rank: int, hit: Hit) -> RankedPassage:
    """A hit as the contract shows it."""
    chunk = hit.passage.chunk
    return RankedPassage(rank, round(hit.score, 4), chunk.id, chunk.source, chunk.spans, chunk.text)


def refused(question_id: str, question: str, why: str) -> Answer:
    """An answer for a question that could not even be asked (blank, too long): the reason stands for the text."""
    return Answer(question_id, question, language(question), why, abstained=True, confidence=0.0)


def _refusal(query: Query, hits: Sequence[Hit]) -> str:
    """A refusal that says what was looked for and which document came nearest."""
    nearest = hits[0].passage.document if hits else None
    if query.language == "en":
        said = "The bulletins don't say."
        return f"{said} The nearest document is “{nearest.title}”, but it does not answer this." if nearest else said
    said = "公报中没有查到答案。"
    return f"{said}最接近的文件是《{nearest.title.strip('《》')}》，但其中没有回答这个问题。" if nearest else said


def _ms(start: float, end: float) -> float:
    return round(1000 * (end - start), 2)
