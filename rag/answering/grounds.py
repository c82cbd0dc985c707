"""Why a sentence is chosen: what speaks for it and against it, and the fitted model that weighs that."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path

from rag.answering.references import refers_before
from rag.asking.query import Query
from rag.asking.wants import ASKS_PAPERS, INEXACT, share_held
from rag.chunk import Unit
from rag.fitted import fitted_file, read_fitted
from rag.settings import ROOT
from rag.text.normal import squeeze, tokens
from rag.text.pins import is_measured, is_of, pins

MODEL = ROOT / "models" / "chooser.json"

_OPENS_WITH = re.compile(r"(?:[(（]?\d{1,2}[.、)）]\s*)?([^:：。；;，,]{2,24})[:：]")
_REMOVED = re.compile("免去|免职")
_APPOINTED = re.compile("任命|聘任|提名")
_ASKS_REMOVED = re.compile(r"免|卸任|不再|原来|以前|\b(?:remov|dismiss|former|previous)", re.IGNORECASE)
_WHOM = re.compile(
    r"(?:(?:哪|那)(?:些|类|种)|(?:什么|啥)样?的?)人(?!民)|谁(?:可以|能|有资格|符合)|"
    r"\bwho (?:may|can|is eligible|qualifies)\b",
    re.IGNORECASE,
)
_FOR_WHOM = re.compile(
    r"(?:对象|人群|(?:申请|参加|申报|享受|报名|救助)(?:条件|范围))[:：是为]|^[^,，。]{0,20}的(?:人员|职工|居民|家庭)[，,]?可"
)
GIVES_PAPERS = re.compile(
    r"(?:提交|提供|携带|出示|备齐|递交|持有?|凭)[^。;；]{0,60}?(?:证|执照|簿|表|申请书|照片|发票|清单|合同|复印件|原件|凭证|材料)|[证簿表书][、,，][^。;；]{0,40}[证簿表书]"
)


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a sentence is chosen, each between 0 and 1 (`astray`: a number) before its weight."""

    passage: float
    """The odds of its passage against the best one, as the ranker's scores have them."""
    read: float
    """How near the question is to the sentence as the reader sees it, in its context."""
    late: float
    """Late interaction of question and sentence: how near each word of the question has one in it."""
    official: float
    """The same of the official words behind the question's everyday and English ones; 0 where there are none."""
    asked: float
    """How near the question is to the likest one written for a place that the sentence shares."""
    holds: float
    """Share of the kinds of thing wanted that it holds: a date, an amount, a body."""
    exact: float
    """The same of the exact kinds alone: many sentences hold a place, few an amount of money."""
    astray: float
    """How many of the figures that the question pins down (an age, a day, a second period) it is not of; one more where
    it says who has left a post that the question asks about, or who has come where it asks who left."""
    pinned: float
    """Share of those figures that it is of, or sets against a range: 36岁能报名吗 and 年龄35周岁以下."""
    given: float
    """1 where it says for whom, or gives papers, and that is asked."""
    headed: float
    """Share of the question's characters that its heading has."""
    labelled: float
    """1 for an item whose own label, before a colon, the question names."""
    cells: float
    """1 for a row of a table of which the question names a cell."""
    behind: float
    """1 where it holds what is wanted, and the sentence before it, which it refers to, does not: 违者，处…罚款."""


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model: the sum of the weighted grounds is the logarithm of a sentence's odds against the others."""

    weights: Grounds
    encoder: str = ""
    """Fingerprint of the encoder it was fitted to."""
    reader: str = ""
    """Fingerprint of the reader it was fitted to; "" for none."""

    def score(self, grounds: Grounds) -> float:
        """The weighted sum of a sentence's grounds; a difference of 1 between two is odds of e to 1."""
        return float(sum(getattr(grounds, name) * getattr(self.weights, name) for name in _GROUNDS))


_GROUNDS = tuple(field.name for field in fields(Grounds))


def model_file(reader: str) -> Path:
    """Where the model fitted for a reader lies, given its fingerprint; "" for none."""
    return fitted_file(MODEL, reader)


def load_model(reader: str) -> Model:
    """Read the fitted model.

    :param reader: The fingerprint of the reader in use; "" for none.
    :raises BulletinError: if the file is missing or does not fit this version.
    """
    return read_fitted(model_file(reader), Model, "python -m train.chooser")


class Sought:
    """What a question seeks beside its matter, and how far a sentence gives that."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._pins = pins(query.text)
        self._who = bool({"who", "person", "names"} & set(query.wants))
        self._removed = asks_removed(query)
        self._whom = _WHOM.search(query.text) is not None
        self._papers = ASKS_PAPERS.search(query.text) is not None
        self._terms = set(query.terms)
        self._characters = {c for term in query.terms for c in term if not c.isascii()}
        self._text = squeeze(query.text)
        self._exact = [kind for kind in query.wants if kind not in INEXACT]

    def grounds(self, unit: Unit, shown: str, lead: str, before: Unit | None) -> dict[str, float]:
        """What speaks for a sentence by what it says, by the names of `Grounds`.

        :param shown: The sentence in the question's language, where there is a rendering.
        :param lead: The sentence that it, an item, hangs on; "" for none.
        :param before: The sentence before it in its passage.
        """
        query, said = self._query, unit.reading
        heading = "".join(unit.path[-1:])
        others = self._who and _is_of_others(" ".join((heading, lead, said)), self._removed)
        holds = 0.0 if others else share_held(query.wants, said, query.measure)
        of = [
            next((o for t in (said, lead, *unit.path[::-1]) if (o := is_of(pin, t)) is not None), None)
            for pin in self._pins
        ]
        kept = [one or is_measured(pin, said) for one, pin in zip(of, self._pins, strict=True)]
        return {
            "holds": holds,
            "exact": 0.0 if others else share_held(self._exact, said, query.measure),
            "astray": float(sum(one is False for one in of) + others),
            "pinned": sum(map(bool, kept)) / max(1, len(kept)),
            "given": float(
                (self._whom and _FOR_WHOM.search(f"{heading}：{said}") is not None)
                or (self._papers and GIVES_PAPERS.search(said) is not None)
            ),
            "headed": len(self._characters & set(heading)) / max(1, len(self._characters)),
            "labelled": float(unit.kind == "item" and _label(shown) <= self._terms),
            "cells": float(unit.kind == "row" and bool(cells_named(self._text, unit))),
            "behind": float(
                before is not None
                and bool(query.wants and holds)
                and refers_before(said)
                and holds > share_held(query.wants, before.reading, query.measure)
            ),
        }


def asks_removed(query: Query) -> bool:
    """Whether a question asks who left a post."""
    return _ASKS_REMOVED.search(query.text) is not None


def says_removed(text: str) -> bool:
    """Whether a text says that somebody leaves a post."""
    return _REMOVED.search(text) is not None


def cells_named(asked: str, row: Unit) -> set[str]:
    """The cells of a row that a question holds word for word.

    :param asked: The question, squeezed.
    """
    cells = (squeeze(cell.split("：", 1)[-1]) for cell in row.reading.split("；"))
    return {cell for cell in cells if len(cell) > 1 and cell in asked}


def _is_of_others(text: str, removed: bool) -> bool:
    """Whether a text says who left a post where who holds it is asked for, or who came where it is who left."""
    return says_removed(text) != removed and (not removed or _APPOINTED.search(text) is not None)


def _label(text: str) -> set[str]:
    """The words that an item opens with before a colon; one that no question holds where it opens with none."""
    label = _OPENS_WITH.match(text)
    return set(tokens(label[1])) if label else {""}
