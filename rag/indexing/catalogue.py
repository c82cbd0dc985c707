"""The documents of a collection by what people look for them by: the latest first, a page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from rag.reading.corpus import Document
from rag.text.normal import squeeze

State = Literal["replaced", "expired", "in_force", "lapsed", "unstated"]
"""Whether a document holds on a day, by its own words."""
Trait = Literal["district", "year", "kind"]
"""What documents are told apart by."""
_TRAITS: tuple[Trait, ...] = ("district", "year", "kind")
_Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Sought:
    """Which documents are looked for; what is empty leaves all of them."""

    words: str = ""
    """In the title, or the whole number."""
    district: str = ""
    """Its name, or else a part of its name."""
    year: str = ""
    kind: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """Some of the documents that were looked for."""

    documents: tuple[Document, ...]
    total: int
    """How many there are in all."""


class Catalogue:
    """The documents of a version of the collection, which never changes."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = sorted(documents, key=lambda one: (one.dated or "", one.title), reverse=True)
        self._row = {document.id: row for row, document in enumerate(self._documents)}
        self._traits = {trait: _Values([_value(one, trait) for one in self._documents]) for trait in _TRAITS}
        self._states = lru_cache(maxsize=2)(self._states_on)

    def counts(self, trait: Trait) -> Mapping[str, int]:
        """How many documents there are of each district, year or kind, the most first."""
        return self._traits[trait].counts

    def states(self, today: date) -> Mapping[str, int]:
        """How many documents hold on a day, and how many do not, the most first."""
        return self._states(today).counts

    def districts(self, words: str, most: int) -> list[str]:
        """Districts whose names hold some words, those of the most documents first."""
        wanted = squeeze(words)
        found = (name for name in self._traits["district"].counts if wanted in squeeze(name))
        return [name for name, _ in zip(found, range(most), strict=False)]

    def page(self, sought: Sought, today: date, first: int, most: int, ahead: Sequence[str] = ()) -> Listed:
        """Some of the documents looked for, the latest first.

        :param first: How many of them are passed over.
        :param ahead: Documents, by id, that stand before the others, whatever their titles say; only those of them that
            fit everything else.
        """
        fitting = self._fitting(sought, today)
        before = [row for row in map(self._row.get, ahead) if row is not None and fitting[row]]
        rows = np.flatnonzero(fitting)
        if sought.words:
            rows = np.array(
                [row for row in rows if _named(self._documents[row], sought.words)], dtype=np.intp
            )
        rows = np.concatenate([np.array(before, dtype=np.intp), rows[~np.isin(rows, before)]])
        return Listed(tuple(self._documents[row] for row in rows[first : first + most]), len(rows))

    def _fitting(self, sought: Sought, today: date) -> npt.NDArray[np.bool_]:
        """Of each document, whether it fits everything that is looked for but the words."""
        fitting = np.ones(len(self._documents), dtype=np.bool_)
        if sought.district:
            fitting &= self._traits["district"].holding(sought.district)
        for wanted, values in (
            (sought.year, self._traits["year"]),
            (sought.kind, self._traits["kind"]),
            (sought.state, self._states(today)),
        ):
            if wanted:
                fitting &= values.equal(wanted)
        return fitting

    def _states_on(self, today: date) -> _Values:
        return _Values([state_of(one, today) for one in self._documents])


class _Values:
    """What each document has of something, and how many have the same."""

    def __init__(self, values: Sequence[str]) -> None:
        counted = Counter(values)
        ordered = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
        self.counts = {value: count for value, count in ordered if value}
        self._numbers = {value: number for number, value in enumerate(counted)}
        self._of: _Rows = np.array([self._numbers[value] for value in values], dtype=np.intp)

    def equal(self, value: str) -> npt.NDArray[np.bool_]:
        """Of each document, whether it has a value."""
        return np.asarray(self._of == self._numbers.get(value, -1))

    def holding(self, words: str) -> npt.NDArray[np.bool_]:
        """Of each document, whether it has a value, or where none has it, one that holds these words."""
        if words in self._numbers:
            return self.equal(words)
        wanted = squeeze(words)
        return np.isin(
            self._of, [number for value, number in self._numbers.items() if wanted in squeeze(value)]
        )


def state_of(document: Document, today: date) -> State:
    """Whether a document holds on a day, by its own words."""
    if document.replaced_by:
        return "replaced"
    if document.valid_until:
        return "expired" if date.fromisoformat(document.valid_until) < today else "in_force"
    if document.implied_until and date.fromisoformat(document.implied_until) < today:
        return "lapsed"
    return "unstated"


def _value(document: Document, trait: Trait) -> str:
    if trait == "district":
        return document.jurisdiction or ""
    return (document.dated or "")[:4] if trait == "year" else document.kind or ""


def _named(document: Document, words: str) -> bool:
    return words in document.title or words == document.number
