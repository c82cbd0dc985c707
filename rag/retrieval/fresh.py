"""Which of documents that are the same thing of different years holds on a day: the last one that was out by then."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from rag.reading.corpus import Document
from rag.text.normal import squeeze

_DIGITS = re.compile(r"[\d一二三四五六七八九十〇零○]+")


class _Dated(NamedTuple):
    """What is kept of a document: there may be very many."""

    dated: str
    id: str

    @property
    def year(self) -> str:
        return self.dated[:4]


class Editions:
    """The documents of a collection by what they are, whatever the year."""

    def __init__(self, documents: Iterable[Document]) -> None:
        same: dict[tuple[str | None, str], list[_Dated]] = defaultdict(list)
        for document in documents:
            if document.dated:
                same[document.jurisdiction, _bare(document)].append(_Dated(document.dated, document.id))
        self._same = [found for found in same.values() if len({one.year for one in found}) > 1]
        self._of_the_day: tuple[date | None, Mapping[str, str]] = (None, {})

    def passed_over(self, today: date) -> Mapping[str, str]:
        """The documents that another one of the same thing goes before on a day, and that one, by their ids.

        That is the last one that was out by then; where none was, the first.
        """
        if self._of_the_day[0] != today:  # all questions of a day ask for the same
            self._of_the_day = today, self._passed_over(today)
        return self._of_the_day[1]

    def _passed_over(self, today: date) -> Mapping[str, str]:
        before: dict[str, str] = {}
        for found in self._same:
            days = sorted(found, key=lambda one: one.dated)
            out = [one for one in days if one.dated <= today.isoformat()]
            holds = (out or days[:1])[-1]
            before |= {one.id: holds.id for one in found if one.year != holds.year}
        return before


def same_but_year(one: Document, other: Document) -> bool:
    """Whether two documents of one district are the same thing of different years, by their titles."""
    alike = one.jurisdiction == other.jurisdiction and _bare(one) == _bare(other)
    return alike and one.year != other.year


def _bare(document: Document) -> str:
    return _DIGITS.sub("", squeeze(document.title))
