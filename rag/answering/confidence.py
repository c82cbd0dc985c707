"""How sure an answer is, and when to keep silent: a logistic model over a few signs, fitted by `train.confidence`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from pypinyin import lazy_pinyin

from rag.answering.choose import Candidate
from rag.asking.query import Query
from rag.asking.wants import INEXACT, share_held
from rag.fitted import fitted_file, read_fitted
from rag.index import Passage
from rag.reading.corpus import Document
from rag.retrieval.retrieve import Hit
from rag.settings import ROOT
from rag.text.figures import figures, unsupported
from rag.text.normal import squeeze
from rag.text.phones import phones
from rag.text.pins import is_measured, pins
from rag.text.places import NATION, Place, within

MODEL = ROOT / "models" / "confidence.json"

_THIRD = 2  # its place among the passages
_FAR = 8.0  # a difference of the ranker's scores: odds of e to it


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for an answer and against it, each between 0 and 1."""

    late: float
    """Late interaction of the question and the best passage."""
    read: float
    """How near the question is to the best sentence as the reader sees it."""
    annexed: float
    """1 where the question is nearer to the title of an annex that the document does not print than to the best
    sentence, as the reader sees both."""
    lacks: float
    """Share of the exact kinds of thing wanted (an amount of money, an age, whose name) that the best sentence, with
    what opens it, does not give (a further one may hold another amount), all of them of a question in parts. All of it
    where it counts nothing by the measure asked for (户 of 多少户)."""
    figures: float
    """Share of the figures in the question (第五轮, 2026) that neither the best passage nor its document gives."""
    stranger: float
    """Share of the names in the question, of places and people, that the best passage does not hold."""
    elsewhere: float
    """1 where a place is named that has no documents here, and neither headings nor the best sentence name it."""
    other_place: float
    """1 where a district is named and the best passage is of one that neither is it nor holds it."""
    english: float
    """1 for a question in English, which stands further from Chinese text."""
    apart: float
    """How far the best passage stands before the third, by the ranker's scores: 1 for odds of thousands to one. The
    second may be its twin of another year."""
    civic: float
    """How far the question is one for a government, as `answering.subject` has it."""


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model: confidence is the logistic function of `bias` plus the weighted signs."""

    weights: Signs
    bias: float
    threshold: float
    """Below this confidence an answer is not given."""
    encoder: str = ""
    """Fingerprint of the encoder it was fitted to."""
    reader: str = ""
    """Fingerprint of the reader it was fitted to; "" for none."""

    def confidence(self, signs: Signs) -> float:
        """Probability, between 0 and 1, that the bulletins answer the question by the sentence found."""
        total = sum(getattr(signs, f.name) * getattr(self.weights, f.name) for f in fields(Signs))
        return 1 / (1 + math.exp(-(self.bias + total)))


def model_file(reader: str) -> Path:
    """Where the model fitted for a reader lies, given its fingerprint; "" for none."""
    return fitted_file(MODEL, reader)


def load_model(reader: str) -> Model:
    """Read the fitted model.

    :param reader: The fingerprint of the reader in use; "" for none.
    :raises BulletinError: if the file is missing or does not fit this version.
    """
    return read_fitted(model_file(reader), Model, "python -m train.confidence")


def signs_of(
    query: Query,
    hits: Sequence[Hit],
    candidates: Sequence[Candidate],
    chosen: Sequence[Candidate],
    civic: float,
    annex: float = 0.0,
) -> Signs:
    """The signs of the best passage, the best sentence and the answer found for a question.

    :param hits: Ranked passages; at least one.
    :param candidates: Scored sentences, best first; at least one.
    :param chosen: Those that would be the answer.
    :param civic: How far the question is one for a government, between 0 and 1.
    :param annex: How near it is to the nearest annex that the document of the best sentence does not print.
    """
    best = candidates[0]
    passage = best.passage
    hit = next(hit for hit in hits if hit.passage.id == passage.id)
    read = _everything(passage)
    return Signs(
        late=hit.signals.late,
        read=best.grounds.read,
        annexed=float(annex > best.grounds.read),
        lacks=_lacking(query, chosen),
        figures=_strange_figures(query, read),
        stranger=_strangers(query, read),
        elsewhere=float(any(not _is_here(place, best) for place in query.elsewhere)),
        other_place=float(bool(query.places) and not is_of_place(passage.document, query.places)),
        english=float(query.language == "en"),
        apart=stands_apart([hit.score for hit in hits]),
        civic=civic,
    )


def stands_apart(scores: Sequence[float]) -> float:
    """How far the best passage stands before the third, between 0 and 1; 1 where there is no third.

    :param scores: The ranker's, best first.
    """
    return min(1.0, (scores[0] - scores[_THIRD]) / _FAR) if len(scores) > _THIRD else 1.0


def may_be_told(query: Query, chosen: Sequence[Candidate]) -> bool:
    """Whether an answer gives away nothing of anybody's private life, nor a number that is none.

    A phone number is told where the source prints one beside what was asked; homes, pay and the like never.
    """
    if query.private:
        return False
    return not query.phone or any(phones(candidate.unit.reading) for candidate in chosen)


def _everything(passage: Passage) -> str:
    document = passage.document
    facts = [
        document.title,
        document.number,
        document.jurisdiction,
        document.signed_on,
        document.published_on,
    ]
    written = [a.question for a in passage.fields.questions]
    return " ".join([*(fact for fact in facts if fact), passage.headed, passage.fields.english, *written])


def is_of_place(document: Document, places: Sequence[str]) -> bool:
    """Whether a document is of a place named, of one inside it or of one around it (临沂市 of 临沂临港经济开发区)."""
    own = document.jurisdiction or ""
    return bool(own) and any(within(own, place) or within(place, own) for place in places)


def _is_here(place: Place, best: Candidate) -> bool:
    """Whether the best sentence, its headings or its document's title name a place, or are of the whole nation."""
    document = best.passage.document
    said = squeeze(f"{document.title} {' '.join(best.unit.path)} {best.unit.reading} {best.text}")
    return document.jurisdiction == NATION or place.short in said or squeeze(place.latin) in said


def _strange_figures(query: Query, read: str) -> float:
    asked = [figure for figure in figures(query.text) if figure.certain]
    strange = len(unsupported(query.text, read))
    if strange:  # 95岁 is answered by 90至99周岁, and 36岁 by 35周岁以下
        strange = max(0, strange - sum(is_measured(pin, read) for pin in pins(query.text)))
    return strange / len(asked) if asked else 0.0


def _lacking(query: Query, chosen: Sequence[Candidate]) -> float:
    exact = [kind for kind in query.wants if kind == "person" or kind not in INEXACT]
    first = next((at for at, one in enumerate(chosen) if not one.opens), 0)
    told = chosen if query.parts > 1 else chosen[: first + 1]
    given = " ".join(one.unit.reading for one in told)
    return 1 - share_held(exact, given, query.measure) if exact else 0.0


def _strangers(query: Query, read: str) -> float:
    if not query.names:
        return 0.0
    known = squeeze(read)
    if query.language == "en":  # a name of a passage that nobody rendered is known by its sound
        known += "".join(lazy_pinyin(read))
    return sum(squeeze(name) not in known for name in query.names) / len(query.names)
