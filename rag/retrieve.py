"""From a question to ranked passages: every signal proposes some, the ranker weighs what speaks for each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rag.conversation import in_context
from rag.corpus import Document
from rag.index import Index, Passage
from rag.lexicon import Lexicon
from rag.query import Query, Understanding, articles_in
from rag.rank import NAMES, Ranker, Signals, load_ranker
from rag.rerank import AT_MOST, Reranker
from rag.spelling import Speller
from rag.text import squeeze
from rag.translate import Table, load_table

_CANDIDATES = 100
"""Passages each signal proposes. Late interaction only judges what the others propose, so that its cost does not
grow with the collection."""
_ALIKE = 0.97
"""Cosine from which passages are taken to say the same."""
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with its score (the weighted sum of its signals)."""

    row: int
    passage: Passage
    score: float
    signals: Signals


class Retriever:
    """Ranks the passages of one index for questions."""

    def __init__(
        self,
        index: Index,
        lexicon: Lexicon,
        ranker: Ranker | None = None,
        table: Table | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self.index = index
        self.lexicon = lexicon
        self.ranker = ranker or load_ranker()
        self._table = table or load_table()
        self._reranker = reranker
        speller = Speller(index.term_counts(), (p.fields.english for p in index.passages))
        self.understanding = Understanding(index.documents.values(), speller)
        self._prepared = np.array([bool(p.fields.questions) for p in index.passages], dtype=np.float32)
        self._rendered = np.array([bool(p.fields.renderings) for p in index.passages], dtype=np.float32)
        self._years = {document.id: _years_of(document) for document in index.documents.values()}

    def search(self, question: str, k: int = 10, earlier: Sequence[str] = ()) -> tuple[Query, list[Hit]]:
        """The k best passages for a question, best first.

        :param earlier: The questions asked before in the same conversation, oldest first.
        :raises BulletinError: if the question is blank or too long.
        """
        query = in_context(self.understanding.understand(question), earlier, self.understanding)
        return query, self.rank(query, k)

    def rank(self, query: Query, k: int = 10) -> list[Hit]:
        """The k best passages for an understood question, best first but for needless copies."""
        rows, signals = self.signals(query.whole or query)
        scores = self.ranker.scores(signals, query.language)
        if query.whole:  # what it adds to the question before tells as much as both together
            own_rows, own_signals = self.signals(replace(query, whole=None))
            own: dict[int, float] = dict(
                zip(own_rows, self.ranker.scores(own_signals, query.language), strict=True)
            )
            least = min(own.values(), default=0.0)
            alone = _column(own.get(row, least) for row in rows)
            scores = (scores + alone) / np.float32(2)
        best = np.argsort(-scores, kind="stable")
        wanted = max(k, AT_MOST) if self._reranker else k
        hits = [
            Hit(
                int(rows[at]),
                self.index.passages[rows[at]],
                float(scores[at]),
                Signals(*map(float, signals[at])),
            )
            for at in self._spread_copies(rows, best, wanted)
        ]
        return (self._reranker.reordered(query.text, hits) if self._reranker else hits)[:k]

    def signals(self, query: Query) -> tuple[Rows, Floats]:
        """The passages that any signal proposes, shape (passages,), and what speaks for each.

        :return: Rows of the index in order, and an array of shape (passages, signals), a column for each of
            `rag.rank.NAMES`.
        """
        index = self.index
        vector = index.encoder.queries([query.text])[0]
        terms = dict.fromkeys(query.terms, 1.0)
        found = {name: index.bm25(name, terms) for name in ("text", "questions", "english")}
        found["lexicon"] = index.bm25("text", self.lexicon.official_terms(query.text, query.language))
        table = self._table.translated(query.terms) if query.language == "en" else {}
        found["translated"] = index.bm25("text", table)
        found["dense"] = self._over_all(index.dense(vector, 2 * _CANDIDATES))
        found["asked"] = self._over_all(index.asked(vector, 4 * _CANDIDATES))
        proposed = [*(_best(scores, _CANDIDATES) for scores in found.values()), self._named(query)]
        rows = np.unique(np.concatenate(proposed))
        columns = {name: scores[rows] for name, scores in found.items()}
        # whom the vectors' search left out has a cosine all the same
        columns["dense"] = np.maximum(index.vectors(rows) @ vector, 0.0)
        late, asked_late = index.late(query.text, rows), index.asked_late(query.text, rows)
        columns["late"] = columns["dense"] if late is None else late
        columns["asked_late"] = columns["asked"] if asked_late is None else asked_late
        columns["prepared"], columns["rendered"] = self._prepared[rows], self._rendered[rows]
        passages = [index.passages[row] for row in rows]
        columns["place"] = _column(self._place(query, p.document) for p in passages)
        columns["year"] = _column(bool(set(query.years) & self._years[p.document.id]) for p in passages)
        columns["number"] = _column(_is_named(query, p.document) for p in passages)
        columns["article"] = _column(_has_article(query, p) for p in passages)
        return rows, np.stack([columns[name] for name in NAMES], axis=1).astype(np.float32)

    def _over_all(self, found: list[tuple[int, float]]) -> Floats:
        """Scores of some passages as an array over all, shape (passages,); the others have none."""
        scores = np.zeros(len(self.index.passages), dtype=np.float32)
        for row, score in found:
            scores[row] = max(score, 0.0)
        return scores

    def _named(self, query: Query) -> Rows:
        """Passages of the documents whose number the question gives: candidates whatever their words."""
        passages = enumerate(self.index.passages if query.numbers else ())
        return np.array([row for row, p in passages if _is_named(query, p.document)], dtype=np.intp)

    def _spread_copies(self, rows: Rows, best: Rows, k: int) -> list[int]:
        """The k best, those that repeat what a better one says put behind the rest of them."""
        near = [int(at) for at in best[: 3 * k]]
        vectors = self.index.vectors(rows[near])
        alike = vectors @ vectors.T >= _ALIKE
        first: list[int] = []
        later: list[int] = []
        for at in range(len(near)):
            (later if alike[at, first].any() else first).append(at)
        return [near[at] for at in (first + later)[:k]]

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


def explain(hit: Hit, query: Query, ranker: Ranker) -> str:
    """Why a passage ranks where it does, in a line: its signals by what they add to its score."""
    weights = ranker.weights(query.language)
    parts = [(getattr(hit.signals, name) * getattr(weights, name), name) for name in NAMES]
    return " + ".join(f"{name} {part:.2f}" for part, name in sorted(parts, reverse=True) if part > 0)


def _is_named(query: Query, document: Document) -> bool:
    return bool(document.number) and squeeze(document.number or "") in query.numbers


def _column(values: Iterable[float]) -> Floats:
    return np.fromiter(values, dtype=np.float32)


def _best(scores: Floats, k: int) -> Rows:
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
    place = articles_in(squeeze("".join(passage.chunk.path) + passage.reading[:20]))
    return any(article in place for article in query.articles)
