"""How sure an answer is, and when to keep silent: a logistic model over a few signs, fitted by `train.confidence`."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import msgspec
import numpy as np

from rag.choose import Candidate
from rag.index import Index, Passage
from rag.query import Query
from rag.retrieve import Hit
from rag.settings import ROOT
from rag.text import squeeze, tokens

MODEL = ROOT / "models" / "confidence.json"

_PHONE = re.compile(r"(?<!\d)(?:1\d{10}|0\d{2,3}-?\d{7,8}|\d{7,8})(?!\d)")


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for an answer and against it, each between 0 and 1."""

    near: float
    """Cosine of the question and the best passage."""
    asked: float
    """Cosine of the question and the likest question written for the best passage; `near` without any."""
    unwritten: float
    """1 where no question was written for the best passage."""
    covered: float
    """Share of the question's terms, by their weight, that the best passage holds in any of its fields."""
    sentence: float
    """Cosine of the question and the best sentence."""
    telling: float
    """Share of the question's telling terms that the best sentence holds."""
    lacks: float
    """1 where a kind of thing is asked for (a date, an amount) and the best sentence holds none."""
    stranger: float
    """Share of the names in the question, of places and people, that the best passage does not hold."""
    other_place: float
    """1 where a district is named and the best passage is of another."""
    other_year: float
    """1 where a year is named that neither the best passage nor its document knows."""
    private: float
    """1 where a phone number is asked for and the best passages print none, or somebody's home is asked for."""
    english: float
    """1 for a question in English."""


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model: confidence is the logistic function of `bias` plus the weighted signs."""

    weights: Signs
    bias: float
    threshold: float
    """Below this confidence an answer is not given."""

    def confidence(self, signs: Signs) -> float:
        """Probability, between 0 and 1, that the bulletins answer the question by the sentence found."""
        total = sum(getattr(signs, f.name) * getattr(self.weights, f.name) for f in fields(Signs))
        return 1 / (1 + math.exp(-(self.bias + total)))


def load_model(file: Path = MODEL) -> Model:
    """Read the fitted model."""
    return msgspec.json.decode(file.read_bytes(), type=Model)


def signs_of(query: Query, hits: Sequence[Hit], candidates: Sequence[Candidate], index: Index) -> Signs:
    """The signs of the best passage and the best sentence found for a question.

    :param hits: Ranked passages; at least one.
    :param candidates: Scored sentences, best first; at least one.
    """
    best = candidates[0]
    passage = best.passage
    vector = index.encoder.queries([query.text, *(a.question for a in passage.fields.questions)])
    row = next(hit.row for hit in hits if hit.passage is passage)
    near = float(index.vectors(np.array([row]))[0] @ vector[0])
    read = _everything(passage)
    return Signs(
        near=near,
        asked=float(max(vector[1:] @ vector[0], default=near)),
        unwritten=float(not passage.fields.questions),
        covered=_covered(query, read, index),
        sentence=best.grounds.near,
        telling=best.grounds.telling,
        lacks=float(query.asks not in ("other", "list") and not best.grounds.holds),
        stranger=_strangers(query, read),
        other_place=float(bool(query.places) and passage.document.jurisdiction not in query.places),
        other_year=float(bool(query.years) and not any(str(year) in read for year in query.years)),
        private=float(
            query.private or (query.phone and not any(_PHONE.search(h.passage.reading) for h in hits[:3]))
        ),
        english=float(query.language == "en"),
    )


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


def _covered(query: Query, read: str, index: Index) -> float:
    weights = {term: index.idf("text", term) for term in query.terms}
    total = sum(weights.values())
    held = set(tokens(read))
    return sum(weight for term, weight in weights.items() if term in held) / total if total else 0.0


def _strangers(query: Query, read: str) -> float:
    if not query.names:
        return 0.0
    known = squeeze(read)
    return sum(squeeze(name) not in known for name in query.names) / len(query.names)
