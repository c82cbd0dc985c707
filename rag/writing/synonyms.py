"""Words that mean the same: Chinese words that the same English renders, English stems that render the same Chinese.

Two words are one where the translation table (`rag.translate`) gives them nearly the same translations; opposites,
which stand in the same surroundings, are kept apart by it as an encoder does not keep them apart.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property, lru_cache
from math import sqrt

from rag.asking.translate import Table
from rag.writing.align import fits
from rag.writing.terms import Term

ALIKE = 0.3
"""Cosine of two words' translations from which they count as one; 增加 and 减少 have 0, 提升 and 提高 0.85."""
LIKELY = 0.04
"""Probability from which a Chinese word counts as a translation."""

_HANGING = "由对在及和与等的被将向从到该本各按"  # what the cutting of Chinese leaves on a word now and then


class Synonyms:
    """Says how far two terms mean the same, within a language and across."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._same = lru_cache(maxsize=100_000)(self._compared)
        self._puts = lru_cache(maxsize=100_000)(self._looked_up)

    def within(self, said: Term, place: Term) -> float:
        """How far a term of a sentence and one of a place in its language mean the same, from 0 to 1."""
        if said.kind != place.kind:
            return 0.0
        if said.figure and place.figure:
            lends = said.frame.unit in ("", "day")  # the 18 of a date is no 18 months
            values = place.figure.values | (place.figure.parts if lends else frozenset())
            return float(bool(said.figure.values & values) and fits(said.frame, place.frame))
        if said.text == place.text:
            return 1.0
        if said.kind == "particle" or (said.pole and place.pole and said.pole[0] == place.pole[0]):
            return 0.6 if said.pole and said.pole == place.pole else 0.0
        if self._same(*sorted((said.text, place.text))):
            return 0.8
        return 0.5 if said.text.strip(_HANGING) == place.text.strip(_HANGING) != "" else 0.0

    def abroad(self, said: Term, place: Term) -> float:
        """The same of an English term of a sentence and a Chinese one of a place."""
        if said.kind != "word" or place.kind != "word":
            return self.within(said, place)
        if said.pole and place.pole and said.pole[0] == place.pole[0]:
            return 0.6 if said.pole == place.pole else 0.0
        return 0.8 if self.puts(said.text, place.text) else 0.0

    def puts(self, stem: str, word: str) -> bool:
        """Whether an English stem may well stand for a Chinese word, or for what it is made of."""
        return self._puts(stem, word)

    def likely(self, stem: str) -> tuple[str, ...]:
        """The Chinese words that an English stem may well stand for; none for a name or a word that is not known."""
        return tuple(word for word, chance in self._chinese.get(stem, {}).items() if chance >= LIKELY)

    def _looked_up(self, stem: str, word: str) -> bool:
        return any(
            one == word or (min(len(one), len(word)) > 1 and (one in word or word in one))
            for one in self.likely(stem)
        )

    def _compared(self, one: str, other: str) -> bool:
        by_word = self._chinese if one.isascii() else self._english
        a, b = by_word.get(one, {}), by_word.get(other, {})
        shared = sum(weight * b.get(key, 0.0) for key, weight in a.items())
        return shared > 0 and shared >= ALIKE * sqrt(
            sum(w * w for w in a.values()) * sum(w * w for w in b.values())
        )

    @cached_property
    def _chinese(self) -> dict[str, dict[str, float]]:
        return {stem: dict(words) for stem, words in self._table.entries.items() if " " not in stem}

    @cached_property
    def _english(self) -> dict[str, dict[str, float]]:
        found: dict[str, dict[str, float]] = defaultdict(dict)
        for stem, words in self._chinese.items():
            for word, probability in words.items():
                found[word][stem] = probability
        return found
