"""From a question to ranked passages: every signal proposes some, the ranker weighs what speaks for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from rag.asking.conversation import in_context
from rag.asking.lexicon import Lexicon
from rag.asking.query import Query, Understanding, articles_in, by_matter
from rag.asking.spelling import Speller
from rag.asking.translate import Table, load_table
from rag.index import Index
from rag.indexing.reader import Reading
from rag.indexing.store import ANYWHERE, Found, Passage, TermField, VectorField, Where
from rag.reading.corpus import Document
from rag.retrieval.fresh import Editions
from rag.retrieval.rank import NAMES, Ranker, Signals, load_ranker
from rag.text.normal import squeeze
from rag.text.places import Around, same, within

_CANDIDATES = 64
"""Passages each signal proposes, and as many again of the districts that a question names. Late interaction only
judges what the others propose, so that its cost does not grow with the collection."""
_WRITTEN = 4
"""Written questions looked at for each passage that they propose: several may be of one."""
REORDERED = 8
"""Passages that a reader of question and passage together orders anew: a small one takes 30 ms for each."""
_ALIKE = 0.97
"""Cosine from which passages are taken to say the same."""
PASSED_OVER = 3.0
"""How much less a passage of last year's document counts where this year's is found too: odds of twenty to one."""
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with its score (the weighted sum of its signals)."""

    passage: Passage
    score: float
    signals: Signals
    reading: Reading
    """What the reader makes of it for the question; one that reads with each question read only the best few."""


@dataclass(frozen=True, slots=True)
class _Searched:
    """A question in the form that each signal searches for."""

    query: Query
    vector: Floats
    terms: dict[str, tuple[TermField, Mapping[str, float]]]
    """By signal, the field and the weighted terms."""
    places: dict[str, float]
    """How far a district is a place that is named: 1 itself, 0.5 inside or around it; empty where none is."""
    written: Found
    """The passages of the written questions nearest to it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The passages that are candidates for a question, in the order of their bulletins and places."""

    passages: list[Passage]
    signals: list[Floats]
    """What speaks for each with each form of the question, shape (passages, signals), a column for each of `NAMES`."""
    readings: list[Reading]
    """What the reader made of each, for the first form of the question."""


class Retriever:
    """Ranks the passages of one index for questions."""

    def __init__(
        self,
        index: Index,
        lexicon: Lexicon,
        ranker: Ranker | None = None,
        table: Table | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        self.index = index
        self.lexicon = lexicon
        self.ranker = ranker or load_ranker()
        self._table = table or load_table()
        self._today = today
        self._editions = Editions(index.documents.values())
        speller = Speller(index.term_counts(), index.store.spelled())
        self.understanding = Understanding(index.documents.values(), speller, lexicon)
        self._jurisdictions = Around(index.store.catalogue.counts("district"))

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
        judged = self._judged(asked)
        scores = np.mean([self.ranker.scores(table, query.language) for table in judged.signals], axis=0)
        scores = self._freshest(query, judged.passages, scores)
        best = [int(at) for at in np.argsort(-scores, kind="stable")]
        wanted = max(k, REORDERED) if self.index.models.joint else k
        near = self._in_force(query, judged.passages, best[: 3 * wanted])
        hits = [
            Hit(
                judged.passages[at],
                float(scores[at]),
                Signals(*map(float, judged.signals[0][at])),
                judged.readings[at],
            )
            for at in self._spread_copies(judged.passages, near, wanted)
        ]
        # one that reads with each question orders the first few; scores stay the ranker's
        first = [hit.passage for hit in hits[:REORDERED]]
        if readings := self.index.read_anew(asked[0].text, first):
            order = np.argsort([-reading.passage for reading in readings], kind="stable")
            hits[:REORDERED] = [replace(hits[at], reading=readings[at]) for at in order]
        return hits[:k]

    def signals(self, query: Query) -> tuple[list[Passage], Floats]:
        """The passages that any signal proposes, and what speaks for each.

        :return: Passages in the order of their bulletins and places, and an array of shape (passages, signals), a
            column for each of `rag.retrieval.rank.NAMES`.
        """
        judged = self._judged([query])
        return judged.passages, judged.signals[0]

    def _judged(self, queries: Sequence[Query]) -> Judged:
        """The passages that any of some questions finds, and what speaks for each of them with each question."""
        vectors = self.index.encoder.queries([query.text for query in queries])
        searched = [self._searched(query, vector) for query, vector in zip(queries, vectors, strict=True)]
        ids = dict.fromkeys(id_ for one in searched for id_ in self._proposed(one))
        passages = sorted(self.index.store.passages(ids), key=lambda one: (one.chunk.source, one.chunk.spans))
        readings = [self.index.read(query.text, passages) for query in queries]
        tables = [self._weighed(one, passages, read) for one, read in zip(searched, readings, strict=True)]
        return Judged(passages, tables, readings[0])

    def _searched(self, query: Query, vector: Floats) -> _Searched:
        """A question in the form that each signal searches for, with the written questions nearest to it."""
        terms = dict.fromkeys(query.terms, 1.0)
        return _Searched(
            query,
            vector,
            {
                "text": ("text", terms),
                "questions": ("questions", terms),
                "english": ("english", terms),
                "lexicon": ("text", query.official),
                "translated": ("text", self._table.translated(query.terms) if query.language == "en" else {}),
            },
            self._places(query),
            self.index.store.search("written", vector, _WRITTEN * _CANDIDATES),
        )

    def _places(self, query: Query) -> dict[str, float]:
        """How far each district is a place that a question names, or else the reader's own."""
        meant = query.places or ((query.home,) if query.home else ())
        return {name: _place(query, name) for place in meant for name in self._jurisdictions.perhaps(place)}

    def _proposed(self, searched: _Searched) -> Iterator[str]:
        """The best of each signal, in all and in the districts named, and the documents whose number is given."""
        store = self.index.store
        named = frozenset(name for name, place in searched.places.items() if place)
        ahead = self.index.models.ahead
        for where in (ANYWHERE, Where(jurisdictions=named)) if named else (ANYWHERE,):
            asked: list[tuple[TermField | VectorField, Mapping[str, float] | Floats, int]] = [
                (field, terms, _CANDIDATES) for field, terms in searched.terms.values()
            ]
            asked.append(("passages", searched.vector, _CANDIDATES))
            if ahead:
                asked.append(("read", ahead.questions([searched.query.text])[0], _CANDIDATES))
            if where is not ANYWHERE:
                asked.append(("written", searched.vector, _WRITTEN * _CANDIDATES))
            found = store.searches(asked, where)
            for own in found if where is not ANYWHERE else (*found, searched.written):
                yield from (id_ for id_, score in own[:_CANDIDATES] if score > 0)
        if searched.query.numbers:
            yield from store.ids(Where(numbers=frozenset(searched.query.numbers)))

    def _weighed(
        self, searched: _Searched, passages: Sequence[Passage], readings: Sequence[Reading]
    ) -> Floats:
        """All signals of some passages, shape (passages, signals)."""
        index, query = self.index, searched.query
        ids = [passage.id for passage in passages]
        columns = {
            name: index.store.scores(field, terms, ids)
            for name, (field, terms) in searched.terms.items()
            if name in NAMES  # a rendering proposes passages; that it shares a question's words says no more
        }
        # whom the vectors' search left out has a cosine all the same
        columns["dense"] = np.maximum(index.store.vectors(ids) @ searched.vector, 0.0)
        written = dict(searched.written)
        columns["asked"] = _column(max(written.get(id_, 0.0), 0.0) for id_ in ids)
        columns["late"], columns["asked_late"] = columns["dense"].copy(), columns["asked"].copy()
        for matter, at in by_matter(query, [passage.document for passage in passages]).items():
            of = [ids[one] for one in at]
            for name, late in (
                ("late", index.late(matter, of)),
                ("asked_late", index.asked_late(matter, of)),
            ):
                if late is not None:
                    columns[name][at] = late
        columns["read"] = _column(reading.passage for reading in readings)
        columns["read_best"] = _column(reading.best for reading in readings)
        columns["prepared"] = _column(bool(p.fields.questions) for p in passages)
        columns["place"] = _column(searched.places.get(p.document.jurisdiction or "", 0.0) for p in passages)
        columns["year"] = _column(_is_of_year(query, p.document) for p in passages)
        columns["number"] = _column(_is_named(query, p.document) for p in passages)
        columns["article"] = _column(_has_article(query, p) for p in passages)
        return np.stack([columns[name] for name in NAMES], axis=1).astype(np.float32)

    def _freshest(self, query: Query, passages: Sequence[Passage], scores: Floats) -> Floats:
        """The scores, less for a document of the same thing as one found that goes before it today.

        A question that names a year or a number asks for what it names.
        """
        before = {} if query.years or query.numbers else self._editions.passed_over(self._today())
        if not before:
            return scores
        of = [passage.document.id for passage in passages]
        least = max(scores, default=0.0) - 2 * PASSED_OVER
        found = {id_ for id_, score in zip(of, scores, strict=True) if score >= least}
        return scores - _column(PASSED_OVER * (before.get(id_) in found) for id_ in of)

    @staticmethod
    def _in_force(query: Query, passages: Sequence[Passage], best: Sequence[int]) -> list[int]:
        """The best, less those of a replaced document where the one that replaced it is among them too.

        A question that names a year or a number asks for what it names.
        """
        of = [passages[at].document for at in best]
        found = {document.number or document.title for document in of}
        named = query.years or query.numbers
        return [at for at, one in zip(best, of, strict=True) if named or one.replaced_by not in found]

    def _spread_copies(self, passages: Sequence[Passage], near: Sequence[int], k: int) -> list[int]:
        """The k best, those that repeat what a better one says put behind the rest of them."""
        vectors = self.index.store.vectors([passages[at].id for at in near])
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
    """1 for a place that is named, 0.5 for one inside or around it or for the reader's own, 0 otherwise."""
    if not jurisdiction:
        return 0.0
    if not query.places:  # the reader's own place is meant, if anything there answers
        return 0.5 * bool(
            query.home and (within(query.home, jurisdiction) or within(jurisdiction, query.home))
        )
    if any(same(place, jurisdiction) for place in query.places):
        return 1.0
    return 0.5 * any(within(p, jurisdiction) or within(jurisdiction, p) for p in query.places)


def _is_named(query: Query, document: Document) -> bool:
    return bool(query.numbers and document.number) and squeeze(document.number or "") in query.numbers


def _column(values: Iterable[float]) -> Floats:
    return np.fromiter(values, dtype=np.float32)


def _is_of_year(query: Query, document: Document) -> bool:
    return bool(query.years) and bool(set(query.years) & _years_of(document))


def _years_of(document: Document) -> set[int]:
    """Years a question may mean a document by: when it was signed and published, and those in its title and number."""
    stated = [document.signed_on, document.published_on, document.number, document.title]
    return {int(year) for text in stated if text for year in _YEAR.findall(text)}


def _has_article(query: Query, passage: Passage) -> bool:
    if not query.articles:
        return False
    place = articles_in(squeeze("".join(passage.chunk.path) + passage.reading[:20]))
    return any(article in place for article in query.articles)
