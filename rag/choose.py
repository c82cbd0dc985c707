"""The right few words: which sentences of the best passages answer, and which part of a long one."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from rag.chunk import Unit
from rag.corpus import Span
from rag.index import Index, Passage
from rag.query import Asks, Query
from rag.retrieve import Hit
from rag.sentences import reading
from rag.text import Language, normalise, tokens

LONGEST: dict[Language, int] = {"zh": 180, "en": 380}
"""Characters of an answer, markers aside: what a resident reads in one go."""

_MOST_SENTENCES = 3
_KEEP = 0.82  # a further sentence must score this share of the best one
_CLAUSE_END = re.compile(r"[^,，;；。!！?？]*[,，;；。!！?？]+[”’\"）)》]*|[^,，;；。!！?？]+$")

# What a sentence must hold to be the kind of answer that is asked for.
_HOLDS: dict[Asks, re.Pattern[str]] = {
    "when": re.compile(r"\d{4}年|\d+月|\d+日|\d+时|\d+(?:个)?(?:小时|天|工作日|年|周)|期限|年底|之日起"),
    "amount": re.compile(
        r"\d[\d.,]*\s*(?:万|亿)?(?:元|%|‰|倍)|\d+(?:万|亿)|[一二三四五六七八九十]+(?:万|亿|成|倍)"
    ),
    "count": re.compile(r"\d|[一二三四五六七八九十百千万两]+(?:个|家|名|人|条|种|项|处|次|张|所)"),
    "who": re.compile(r"局|委|办公室|部门|单位|政府|中心|公司|机构|组长|主任|负责|牵头|承办|镇|街道"),
    "where": re.compile(r"路|街|号|镇|村|区|地址|地点|大厅|中心|窗口|网站|平台"),
}


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a sentence is chosen, each between 0 and 1 before its weight."""

    passage: float
    """How well its passage ranks, as a share of the best."""
    near: float
    """Cosine of question and sentence."""
    telling: float
    """Share of the question's telling terms that it holds."""
    transfer: float
    """Cosine of the question and the likest one that somebody wrote for just this place."""
    holds: float
    """1 where it holds the kind of thing asked for: a date, an amount, a body."""
    frame: float
    """1 for a heading or a notice's frame (addressee, signature)."""


WEIGHTS = Grounds(passage=0.9, near=0.8, telling=0.9, transfer=0.8, holds=0.35, frame=-0.2)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence, or a part of one, that may answer."""

    passage: Passage
    unit: Unit
    place: int
    """Its number among the units of its passage."""
    spans: tuple[Span, ...]
    text: str
    """As it is shown, in the question's language where there is a rendering."""
    score: float
    grounds: Grounds


class Chooser:
    """Chooses sentences from the passages of one index."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def candidates(self, query: Query, hits: Sequence[Hit]) -> list[Candidate]:
        """Every sentence of some passages, scored, best first."""
        places = [
            (hit, place, unit)
            for hit in hits
            for place, unit in enumerate(hit.passage.chunk.units)
            if unit.reading.strip() and (unit.kind != "meta" or holds(query.asks, unit.reading))
        ]
        if not places:
            return []
        asked = [(hit, a) for hit in hits for a in hit.passage.fields.questions]
        encoder = self._index.encoder
        vectors = encoder.documents([self._with_lead(hit.passage, unit) for hit, _, unit in places])
        query_vector, *asked_vectors = encoder.queries([query.text, *(a.question for _, a in asked)])
        nearness = vectors @ query_vector
        likeness = [float(vector @ query_vector) for vector in asked_vectors]
        shown = [show(query.language, hit.passage, unit.spans, unit.reading) for hit, _, unit in places]
        held = [
            set(tokens(f"{self._with_lead(h.passage, u)} {s}"))
            for (h, _, u), s in zip(places, shown, strict=True)
        ]
        weights = telling(query.terms, held)
        best = hits[0].score or 1.0
        found = []
        for (hit, place, unit), near, words, text in zip(places, nearness, held, shown, strict=True):
            written_here = (
                like
                for (owner, a), like in zip(asked, likeness, strict=True)
                if owner is hit and _pinpoints(a.span, unit.spans)
            )
            grounds = Grounds(
                passage=hit.score / best,
                near=float(near),
                telling=sum(weight for term, weight in weights.items() if term in words),
                transfer=max(written_here, default=0.0),
                holds=float(holds(query.asks, unit.reading)),
                frame=float(_is_frame(unit)),
            )
            found.append(Candidate(hit.passage, unit, place, unit.spans, text, _weighted(grounds), grounds))
        return sorted(found, key=lambda candidate: -candidate.score)

    def choose(self, query: Query, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The best sentence and those nearly as good that still fit, in reading order; a long one is cut to its part.

        :param candidates: Scored, best first; at least one.
        """
        longest = LONGEST[query.language]
        best = candidates[0]
        chosen: list[Candidate] = []
        room = longest
        said: set[str] = set()
        for candidate in candidates:
            if len(chosen) == _MOST_SENTENCES or candidate.score < _KEEP * best.score:
                break
            words = set(tokens(f"{candidate.unit.reading} {candidate.text}"))
            adds = (words - said) & (set(query.terms) | _measures(words))
            if chosen and (not adds or candidate.passage.document.id != best.passage.document.id):
                continue
            if len(candidate.text) > room:
                if chosen:
                    continue
                candidate = self._clipped(query, candidate, room)
            chosen.append(candidate)
            said |= words
            room -= len(candidate.text)
        return sorted(chosen, key=lambda c: (c.passage is not best.passage, c.spans))

    def _with_lead(self, passage: Passage, unit: Unit) -> str:
        return self._index.quote(passage.chunk.source, unit.lead) + unit.reading

    def _clipped(self, query: Query, candidate: Candidate, longest: int) -> Candidate:
        """The run of clauses that holds most of what tells, and no more than `longest` characters as shown."""
        source = self._index.source_text(candidate.passage.chunk.source)
        clauses = [clause for span in candidate.unit.spans for clause in _clauses(source, span)]
        texts = [
            show(query.language, candidate.passage, [c], reading(source[c[0] : c[1]])[0]) for c in clauses
        ]
        held = [set(tokens(f"{source[c[0] : c[1]]} {text}")) for c, text in zip(clauses, texts, strict=True)]
        weights = telling(query.terms, held)
        best: tuple[float, int, int] = (-1.0, 0, 1)
        for first in range(len(clauses)):
            for last in range(first + 1, len(clauses) + 1):
                run = clauses[first:last]
                text = show(query.language, candidate.passage, run, _read(source, run))
                if len(text) > longest and last > first + 1:
                    break
                words = set().union(*held[first:last])
                worth = sum(weight for term, weight in weights.items() if term in words)
                worth += 0.5 * holds(query.asks, _read(source, run)) - 0.0005 * len(text)
                best = max(best, (worth, first, last))
        run = clauses[best[1] : best[2]]
        spans = _joined(run, candidate.unit.spans)
        text = show(query.language, candidate.passage, spans, _read(source, run))
        return Candidate(
            candidate.passage,
            candidate.unit,
            candidate.place,
            spans,
            text,
            candidate.score,
            candidate.grounds,
        )


def show(language: Language, passage: Passage, spans: Sequence[Span], clean: str) -> str:
    """A place as the reader of a question sees it: our rendering for an English one where there is one."""
    english = passage.fields.english_of(spans) if language == "en" else ""
    return english or clean.strip()


def holds(asks: Asks, text: str) -> bool:
    """Whether a text holds the kind of thing asked for; False where nothing particular is."""
    pattern = _HOLDS.get(asks)
    return pattern is not None and bool(pattern.search(normalise(text)))


def telling(terms: Sequence[str], sentences: Sequence[set[str]]) -> dict[str, float]:
    """Weight of each term of the question among some sentences, adding up to 1.

    The fewer sentences hold a term, the more it tells them apart; the district's name, in all of them, tells
    nothing. A term that none holds counts too: no sentence earns it.
    """
    weights = {
        t: math.log((1 + len(sentences)) / (0.5 + sum(t in words for words in sentences))) for t in terms
    }
    total = sum(weights.values())
    return {term: weight / total for term, weight in weights.items()} if total else weights


def _weighted(grounds: Grounds) -> float:
    return float(sum(getattr(grounds, f.name) * getattr(WEIGHTS, f.name) for f in fields(Grounds)))


def _is_frame(unit: Unit) -> bool:
    return unit.kind in ("heading", "meta")


def _measures(words: set[str]) -> set[str]:
    """The words that are numbers: what a further sentence may add beside words of the question."""
    return {word for word in words if word[0].isdigit()}


def _pinpoints(span: Span, spans: Iterable[Span]) -> bool:
    """Whether a question's place is about as small as a sentence and overlaps it by half."""
    own = list(spans)
    size = sum(end - start for start, end in own)
    shared = sum(max(0, min(end, span[1]) - max(start, span[0])) for start, end in own)
    return 2 * shared >= min(size, span[1] - span[0]) and span[1] - span[0] <= 3 * size


def _clauses(source: str, span: Span) -> list[Span]:
    return [(span[0] + m.start(), span[0] + m.end()) for m in _CLAUSE_END.finditer(source[span[0] : span[1]])]


def _read(source: str, spans: Iterable[Span]) -> str:
    return reading("".join(source[start:end] for start, end in spans))[0]


def _joined(run: Sequence[Span], within: Sequence[Span]) -> tuple[Span, ...]:
    """Neighbouring clauses as one span each, never across a place that was cut out."""
    first, last = run[0][0], run[-1][1]
    return tuple((max(s, first), min(e, last)) for s, e in within if max(s, first) < min(e, last))
