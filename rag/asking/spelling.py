"""Slips of typing: an unknown English word a letter or two off a known one, Chinese words in the wrong characters.

A correction never replaces what was typed, for the unknown word may be a name that is meant as it stands: it is
searched for as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property

import rjieba
from pypinyin import lazy_pinyin
from rapidfuzz import process
from rapidfuzz.distance import OSA

from rag.asking.pinyin import as_han
from rag.text.normal import term_of, tokens

_WORD = re.compile(r"\b[a-z]{5,}\b")  # small letters: what has a capital is taken for a name
_HAN_WORD = re.compile(r"[\u4e00-\u9fff]+")
_LONG = 8  # letters from which two slips are forgiven, not one
_WINDOW = (4, 3, 2)  # characters of a Chinese word, longest first
_COMMON = 2  # passages a word must stand in to be thought meant


class Speller:
    """Corrects questions by the words of a collection."""

    def __init__(self, counts: Mapping[str, int], english: Iterable[str]) -> None:
        """Remember the collection's words.

        :param counts: Search term (as `rag.text.normal.tokens` makes them) to the number of passages that hold it.
        :param english: English text of the collection, whose words are what a slip is measured against.
        """
        self._counts = counts
        self._english = english

    def from_sound(self, question: str) -> str | None:
        """A question typed in pinyin, in characters; None for any other."""
        return as_han(question, self._by_sound, self._counts)

    def corrections(self, question: str) -> list[str]:
        """Words that were probably meant, for words of the question that the collection does not know."""
        return list(dict.fromkeys([*self._latin(question), *self._han(question)]))

    def _latin(self, question: str) -> Iterator[str]:
        for word in _WORD.findall(question):
            if any(stem in self._counts for stem in tokens(word)):
                continue
            at_most = 2 if len(word) >= _LONG else 1
            # Optimal string alignment: insertions, deletions, substitutions, neighbours swapped
            found = process.extract(word, self._words, scorer=OSA.distance, score_cutoff=at_most, limit=5)
            if found:
                yield min(found, key=lambda one: (one[1], -self._words_count(one[0])))[0]

    def _han(self, question: str) -> Iterator[str]:
        for run in _unknown_runs(question, self._counts):
            at = 0
            while at < len(run):
                for size in _WINDOW:
                    meant = self._sounding_like(run[at : at + size]) if at + size <= len(run) else None
                    if meant:
                        yield meant
                        at += size - 1
                        break
                at += 1

    def _sounding_like(self, typed: str) -> str | None:
        same = self._by_sound.get(_sound(typed), [])
        meant = (word for word in same if word != typed and set(word) & set(typed))
        return max(meant, key=lambda word: self._counts[word], default=None)

    def _words_count(self, word: str) -> int:
        return max((self._counts.get(stem, 0) for stem in tokens(word)), default=0)

    @cached_property
    def _words(self) -> list[str]:
        """English words of the collection; gathered when the first unknown one is met."""
        return sorted({word for text in self._english for word in _WORD.findall(text.lower())})

    @cached_property
    def _by_sound(self) -> dict[str, list[str]]:
        """Chinese words of the collection by how they sound; gathered when first needed."""
        found: dict[str, list[str]] = {}
        for word, count in self._counts.items():
            if count >= _COMMON and 2 <= len(word) <= _WINDOW[0] and _HAN_WORD.fullmatch(word):
                found.setdefault(_sound(word), []).append(word)
        return found


def _unknown_runs(question: str, counts: Mapping[str, int]) -> Iterator[str]:
    """Stretches of a question that fell into single characters: no words of the dictionary, none that join others."""
    run = ""
    for word in [*rjieba.cut(question, False), ""]:
        if len(word) == 1 and _HAN_WORD.fullmatch(word) and term_of(word):
            run += word
            continue
        if len(run) >= 2 and run not in counts:
            yield run
        run = ""


def _sound(word: str) -> str:
    return " ".join(map(_sound_of_one, word))


@cache
def _sound_of_one(character: str) -> str:
    """A character's commonest reading: looking whole words up costs a hundred times as much."""
    return "".join(lazy_pinyin(character))
