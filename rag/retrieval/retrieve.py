"""From a question to ranked passages: every signal proposes some, the ranker weighs what speaks for each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rag.asking.conversation import in_context
from rag.asking.lexicon import Lexicon
from rag.asking.query import Query, Understanding, articles_in
from rag.asking.spelling import Speller
from rag.asking.translate import Table, load_table
from rag.index import Index, Passage
from rag.reading.corpus import Document
from rag.retrieval.rank import NAMES, Ranker, Signals, load_ranker
from rag.text.normal import squeeze
from rag.text.places import same, within

_CANDIDATES = 64
"""Passages each signal proposes, and as many again of the districts that a question names. Late interaction only
judges what the others propose, so that its cost does not grow with the collection."""
_REORDERED = 8
"""Passages that a reader of question and passage together orders anew: a small one takes 30 ms for each."""
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
    ) -> None:
        self.index = index
        self.lexicon = lexicon
        self.ranker = ranker or load_ranker()
        self._table = table or load_table()
        speller = Speller(index.term_counts(), (p.fields.english for p in index.passages))
        self.understanding = Understanding(index.documents.values(), speller)
        self._prepared = np.array([bool(p.fields.questions) for p in index.passages], dtype=np.float32)
        self._rendered = np.array([bool(p.fields.renderings) for p in index.passages], dtype=np.float32)
        self._years = {document.id: _years_of(document) for document in index.documents.values()}
        self._jurisdictions, self._jurisdiction = np.unique(
            [p.document.jurisdiction or "" for p in index.passages], return_inverse=True
        )

    def search(self, question: str, k: int = 10, earlier: Sequence[str] = ()) -> tuple[Query, list[Hit]]:
        """The k best passages for a question, best first.

        :param earlier: The questions asked before in the same conversation, oldest first.
        :raises BulletinError: if the question is blank or too long.
        """
        query = in_context(self.understanding.understand(question), earlier, self.understanding)
        return query, self.rank(query, k)

    def rank(self, query: Query, k: int = 10) -> list[Hit]:
        """The k best passages for an understood question, best first but for needless copies."""
        # what a leaning question adds to the one before tells as much as both together
        asked = [query.whole, replace(query, whole=None)] if query.whole else [query]
        rows, tables = self._judged(asked)
        signals = tables[0]
        scores = np.mean([self.ranker.scores(table, query.language) for table in tables], axis=0)
        best = np.argsort(-scores, kind="stable")
        wanted = k if self.index.reads_ahead else max(k, _REORDERED)
        hits = [
            Hit(
                int(rows[at]),
                self.index.passages[rows[at]],
                float(scores[at]),
                Signals(*map(float, signals[at])),
            )
            for at in self._spread_copies(rows, self._in_force(query, rows, best[: 3 * wanted]), wanted)
        ]
        if not self.index.reads_ahead:  # it orders the first few; scores stay the ranker's
            readings = self.index.read(
                query.text, np.array([hit.row for hit in hits[:_REORDERED]], dtype=np.intp)
            )
            order = np.argsort([-reading.passage for reading in readings], kind="stable")
            hits[:_REORDERED] = [hits[at] for at in order]
        return hits[:k]

    def signals(self, query: Query) -> tuple[Rows, Floats]:
        """The passages that any signal proposes, shape (passages,), and what speaks for each.

        :return: Rows of the index in order, and an array of shape (passages, signals), a column for each of
            `rag.retrieval.rank.NAMES`.
        """
        rows, (signals,) = self._judged([query])
        return rows, signals

    def _judged(self, queries: Sequence[Query]) -> tuple[Rows, list[Floats]]:
        """The passages that any of some questions finds, and what speaks for each of them with each question."""
        vectors = self.index.encoder.queries([query.text for query in queries])
        found = [self._found(query, vector) for query, vector in zip(queries, vectors, strict=True)]
        rows = np.unique(np.concatenate([self._proposed(q, f) for q, f in zip(queries, found, strict=True)]))
        asked = zip(queries, vectors, found, strict=True)
        return rows, [self._weighed(query, vector, scores, rows) for query, vector, scores in asked]

    def _found(self, query: Query, vector: Floats) -> dict[str, Floats]:
        """What each signal that can search makes of every passage: shape (all passages,) each."""
        index = self.index
        terms = dict.fromkeys(query.terms, 1.0)
        found = {name: index.bm25(name, terms) for name in ("text", "questions", "english")}
        found["lexicon"] = index.bm25("text", self.lexicon.official_terms(query.text, query.language))
        table = self._table.translated(query.terms) if query.language == "en" else {}
        found["translated"] = index.bm25("text", table)
        found["dense"] = self._over_all(index.dense(vector, 2 * _CANDIDATES))
        found["read"] = self._over_all(index.nearest_read(query.text, 2 * _CANDIDATES))
        found["asked"] = self._over_all(index.asked(vector, 4 * _CANDIDATES))
        return found

    def _proposed(self, query: Query, found: dict[str, Floats]) -> Rows:
        """The best of each signal, in all and in the districts named, and the documents whose number is given."""
        proposed = [_best(scores, _CANDIDATES) for scores in found.values()]
        places = self._places(query)
        if places.any():
            named = places[self._jurisdiction] > 0
            proposed += (_best(scores * named, _CANDIDATES) for scores in found.values())
        if query.numbers:
            passages = enumerate(self.index.passages)
            rows = [row for row, p in passages if _is_named(query, p.document)]
            proposed.append(np.array(rows, dtype=np.intp))
        return np.concatenate(proposed)

    def _weighed(self, query: Query, vector: Floats, found: dict[str, Floats], rows: Rows) -> Floats:
        """All signals of some passages, shape (passages, signals)."""
        index = self.index
        columns = {name: scores[rows] for name, scores in found.items()}
        # whom the vectors' search left out has a cosine all the same
        columns["dense"] = np.maximum(index.vectors(rows) @ vector, 0.0)
        late, asked_late = index.late(query.text, rows), index.asked_late(query.text, rows)
        columns["late"] = columns["dense"] if late is None else late
        columns["asked_late"] = columns["asked"] if asked_late is None else asked_late
        columns["read"], columns["read_best"] = index.read_scores(query.text, rows)
        columns["prepared"], columns["rendered"] = self._prepared[rows], self._rendered[rows]
        passages = [index.passages[row] for row in rows]
        columns["place"] = self._places(query)[self._jurisdiction[rows]]
        columns["year"] = _column(bool(set(query.years) & self._years[p.document.id]) for p in passages)
        columns["number"] = _column(_is_named(query, p.document) for p in passages)
        columns["article"] = _column(_has_article(query, p) for p in passages)
        return np.stack([columns[name] for name in NAMES], axis=1).astype(np.float32)

    def _places(self, query: Query) -> Floats:
        """How far each district is a place that is named: 1 itself, 0.5 inside or around it; shape (districts,)."""
        return _column(_place(query, name) for name in self._jurisdictions)

    def _over_all(self, found: list[tuple[int, float]]) -> Floats:
        """Scores of some passages as an array over all, shape (passages,); the others have none."""
        scores = np.zeros(len(self.index.passages), dtype=np.float32)
        for row, score in found:
            scores[row] = max(score, 0.0)
        return scores

    def _in_force(self, query: Query, rows: Rows, best: Rows) -> list[int]:
        """The best, less those of a replaced document where the one that replaced it is among them too.

        A question that names a year or a number asks for what it names.
        """
        of = [self.index.passages[rows[at]].document for at in best]
        found = {document.number or document.title for document in of}
        named = query.years or query.numbers
        return [int(at) for at, one in zip(best, of, strict=True) if named or one.replaced_by not in found]

    def _spread_copies(self, rows: Rows, near: Sequence[int], k: int) -> list[int]:
        """The k best, those that repeat what a better one says put behind the rest of them."""
        vectors = self.index.vectors(rows[near])
        alike = vectors @ vectors.T >= _ALIKE
        first: list[int] = []
        later: list[int] = []
        for at in range(len(near)):
            (later if alike[at, first].any() else first).append(at)
        return [near[at] for at in (first + later)[:k]]


def explain(hit: Hit, query: Query, ranker: Ranker) -> str:
    """Why a passage ranks where it does, in a line: its signals by what they add to its score."""
    weights = ranker.weights(query.language)
    parts = [(getattr(hit.signals, name) * getattr(weights, name), name) for name in NAMES]
    return " + ".join(f"{name} {part:.2f}" for part, name in sorted(parts, reverse=True) if part > 0)


def _place(query: Query, jurisdiction: str) -> float:
    """1 for a place that is named, 0.5 for one inside or around it, 0 otherwise."""
    if not query.places or not jurisdiction:
        return 0.0
    if any(same(place, jurisdiction) for place in query.places):
        return 1.0
    return 0.5 * any(within(p, jurisdiction) or within(jurisdiction, p) for p in query.places)


def _is_named(query: Query, document: Document) -> bool:
    return bool(query.numbers and document.number) and squeeze(document.number or "") in query.numbers


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
