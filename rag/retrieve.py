"""From a question to ranked passages: several signals, weighted and added, and bent by what the question names."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from rag.corpus import Document
from rag.index import Index, Passage
from rag.lexicon import Lexicon
from rag.query import Query, Understanding
from rag.text import Language, squeeze

_CANDIDATES = 100  # passages each signal proposes
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Signals:
    """Why a passage ranks where it does: each signal between 0 and 1, before its weight."""

    dense: float
    """Cosine of the question and the passage."""
    asked: float
    """Cosine of the question and the likest question written for the passage."""
    text: float
    """BM25 of the question's terms in the passage with its headings."""
    english: float
    """The same in its English rendering."""
    questions: float
    """The same in the questions written for it."""
    lexicon: float
    """BM25 of the official words behind the question's everyday or English ones."""
    place: float
    """1 in a document of a district that is named, 0.5 of one around it or inside it."""
    year: float
    """1 in a document of a year that is named."""
    number: float
    """1 in a document whose number is given."""
    article: float
    """1 in an article that is named."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with its score (the weighted sum of its signals)."""

    row: int
    passage: Passage
    score: float
    signals: Signals


# Set by hand on the development questions in coarse steps; `python -m eval` shows what they give.
_NAMED = {"place": 1.5, "year": 0.3, "number": 4.0, "article": 0.3}  # the same in both languages
WEIGHTS: dict[Language, Signals] = {
    "zh": Signals(dense=1.5, asked=1.5, text=2.0, english=0.0, questions=1.0, lexicon=0.3, **_NAMED),
    "en": Signals(dense=1.5, asked=1.5, text=1.0, english=1.0, questions=1.0, lexicon=0.6, **_NAMED),
}


class Retriever:
    """Ranks the passages of one index for questions."""

    def __init__(self, index: Index, lexicon: Lexicon) -> None:
        self.index = index
        self.lexicon = lexicon
        self.understanding = Understanding(index.documents.values())
        self._unasked = np.array([not passage.fields.questions for passage in index.passages])
        self._unrendered = np.array([not passage.fields.renderings for passage in index.passages])
        self._years = {document.id: _years_of(document) for document in index.documents.values()}

    def search(self, question: str, k: int = 10) -> tuple[Query, list[Hit]]:
        """The k best passages for a question, best first.

        :raises BulletinError: if the question is blank or too long.
        """
        query = self.understanding.understand(question)
        return query, self.rank(query, k)

    def rank(self, query: Query, k: int = 10) -> list[Hit]:
        """The k best passages for an understood question, best first."""
        index = self.index
        vector = index.encoder.queries([query.text])[0]
        terms = dict.fromkeys(query.terms, 1.0)
        signals = {name: index.bm25(name, terms) for name in ("text", "english", "questions")}
        signals["lexicon"] = index.bm25("text", self.lexicon.official_terms(query.text, query.language))
        signals["dense"] = self._spread(index.dense(vector, 4 * _CANDIDATES))
        signals["asked"] = self._spread(index.asked(vector, 4 * _CANDIDATES))
        # what nobody wrote for a passage is not held against it: its own text stands in
        signals["asked"] = np.where(self._unasked, signals["dense"], signals["asked"])
        signals["questions"] = np.where(self._unasked, signals["text"], signals["questions"])
        signals["english"] = np.where(self._unrendered, signals["lexicon"], signals["english"])
        candidates = sorted({int(row) for scores in signals.values() for row in _best(scores, _CANDIDATES)})
        candidates += [row for row in self._named(query) if row not in set(candidates)]
        columns = {name: scores[candidates] for name, scores in signals.items()}
        documents = [index.passages[row].document for row in candidates]
        columns["place"] = np.array(
            [self._place(query, document) for document in documents], dtype=np.float32
        )
        columns["year"] = np.array(
            [bool(set(query.years) & self._years[d.id]) for d in documents], dtype=np.float32
        )
        columns["number"] = np.array([_is_named(query, document) for document in documents], dtype=np.float32)
        columns["article"] = np.array(
            [_has_article(query, index.passages[row]) for row in candidates], dtype=np.float32
        )
        table = np.stack([columns[field.name] for field in fields(Signals)], axis=1)
        weights = WEIGHTS[query.language]
        scores = table @ np.array(
            [getattr(weights, field.name) for field in fields(Signals)], dtype=np.float32
        )
        best = np.argsort(-scores, kind="stable")[:k]
        return [
            Hit(
                candidates[at],
                index.passages[candidates[at]],
                float(scores[at]),
                Signals(*map(float, table[at])),
            )
            for at in best
        ]

    def _spread(self, found: list[tuple[int, float]]) -> Floats:
        """Scores of some passages as an array over all, shape (passages,); the others have none."""
        scores = np.zeros(len(self.index.passages), dtype=np.float32)
        for row, score in found:
            scores[row] = max(score, 0.0)
        return scores

    def _named(self, query: Query) -> list[int]:
        """Passages of the documents whose number the question gives: candidates whatever their words."""
        if not query.numbers:
            return []
        return [row for row, passage in enumerate(self.index.passages) if _is_named(query, passage.document)]

    @staticmethod
    def _place(query: Query, document: Document) -> float:
        """1 for a document of a place named, 0.5 for one of a place inside or around it, 0 otherwise."""
        if not query.places or not document.jurisdiction:
            return 0.0
        if document.jurisdiction in query.places:
            return 1.0
        wider = (
            p.startswith(document.jurisdiction) or document.jurisdiction.startswith(p) for p in query.places
        )
        return 0.5 if any(wider) else 0.0


def explain(hit: Hit, query: Query) -> str:
    """Why a passage ranks where it does, in a line: its signals by what they add to its score."""
    weights = WEIGHTS[query.language]
    parts = [(getattr(hit.signals, f.name) * getattr(weights, f.name), f.name) for f in fields(Signals)]
    return " + ".join(f"{name} {part:.2f}" for part, name in sorted(parts, reverse=True) if part > 0)


def _is_named(query: Query, document: Document) -> bool:
    return bool(document.number) and squeeze(document.number or "") in query.numbers


def _best(scores: Floats, k: int) -> npt.NDArray[np.intp]:
    """Rows of the k highest scores above zero."""
    rows = (
        np.argpartition(-scores, min(k, len(scores) - 1))[:k] if len(scores) else np.empty(0, dtype=np.intp)
    )
    return rows[scores[rows] > 0]


def _years_of(document: Document) -> set[int]:
    """Years a question may mean a document by: when it was signed and published, and those in its title and number."""
    stated = [document.signed_on, document.published_on, document.number, document.title]
    return {int(year) for text in stated if text for year in _YEAR.findall(text)}


def _has_article(query: Query, passage: Passage) -> bool:
    if not query.articles:
        return False
    place = squeeze("".join(passage.chunk.path) + passage.reading[:20])
    return any(squeeze(article) in place for article in query.articles)
