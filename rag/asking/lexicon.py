"""The civic lexicon: what officials call a thing, what people call it, and its English. Staff may edit it.

Each line of `data/lexicon/*.tsv` is `OFFICIAL<TAB>EVERYDAY；EVERYDAY…<TAB>english; english…`. A question that
uses an everyday or English phrase is also searched by the words of the official one, with a weight. Nothing is trained
on a change: a command reads the files when it starts, a service within seconds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rag.errors import BulletinError
from rag.publishing import durable
from rag.text.normal import Language, squeeze, tokens

OWN = "own.tsv"
"""The file of those files that staff write from the browser."""
_SEPARATORS = re.compile(r"[;；]")
_UNWRITABLE = re.compile(r"[\t\n\r;；]|^#")
_LONGEST_ZH = 14  # characters of an everyday phrase that are looked up
_LONGEST_EN = 6  # stems of an English phrase that are looked up


@dataclass(frozen=True, slots=True)
class Entry:
    """One official word with its everyday words and its English."""

    official: str
    everyday: tuple[str, ...]
    english: tuple[str, ...]


class Lexicon:
    """Looks up the official words behind the phrases of a question."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._zh: dict[str, set[str]] = defaultdict(set)
        self._en: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for entry in entries:
            for phrase in entry.everyday:
                if len(key := squeeze(phrase)) >= 2:
                    self._zh[key].add(entry.official)
            for phrase in entry.english:
                if stems := tuple(tokens(phrase)):
                    self._en[stems].add(entry.official)

    def official_terms(self, question: str, language: Language) -> dict[str, float]:
        """Search terms of the official words that a question means, each with a weight between 0 and 1.

        A phrase counts the more the longer it is and the fewer official words share it; of phrases that
        overlap, the longest is taken.
        """
        found = (
            self._phrases_zh(squeeze(question)) if language == "zh" else self._phrases_en(tokens(question))
        )
        weights: dict[str, float] = {}
        for officials, length in found:
            weight = min(1.0, length) / len(officials) ** 0.5
            for official in officials:
                words = tokens(official)
                for word in words:
                    weights[word] = max(weights.get(word, 0.0), weight)
        return weights

    @cached_property
    def english_words(self) -> frozenset[str]:
        """The stems of all English words in it: ordinary words, no names."""
        return frozenset(stem for phrase in self._en for stem in phrase)

    def _phrases_zh(self, text: str) -> Iterator[tuple[set[str], float]]:
        at = 0
        while at < len(text):
            for length in range(min(_LONGEST_ZH, len(text) - at), 1, -1):
                if officials := self._zh.get(text[at : at + length]):
                    yield officials, length / 4  # four characters are a whole term
                    at += length - 1
                    break
            at += 1

    def _phrases_en(self, stems: list[str]) -> Iterator[tuple[set[str], float]]:
        at = 0
        while at < len(stems):
            for length in range(min(_LONGEST_EN, len(stems) - at), 0, -1):
                if officials := self._en.get(tuple(stems[at : at + length])):
                    yield officials, length / 2  # two stems are a whole term
                    at += length - 1
                    break
            at += 1


def load_lexicon(folder: Path) -> Lexicon:
    """Read every .tsv of a folder, in order of name; a folder that isn't there is an empty lexicon.

    :raises BulletinError: if a line has not three fields.
    """
    return Lexicon(entry for _, entry in read_entries(folder))


def read_entries(folder: Path) -> Iterator[tuple[str, Entry]]:
    """Every entry of the files of a folder, each with the name of its file.

    :raises BulletinError: if a line has not three fields.
    """
    for file in sorted(folder.glob("*.tsv")):
        for entry in _entries(file):
            yield file.name, entry


def write_own(folder: Path, entries: Sequence[Entry]) -> None:
    """Put the entries that staff wrote in the place of those they wrote before.

    :raises BulletinError: if a word holds what ends one in a file.
    :raises OSError: if the file can't be written; what was there stays.
    """
    lines = []
    for entry in entries:
        words = (entry.official, *entry.everyday, *entry.english)
        if not entry.official or any(_UNWRITABLE.search(word) for word in words):
            raise BulletinError("A word is empty or holds a line break, a tab or a semicolon.")
        everyday, english = "；".join(entry.everyday), "; ".join(entry.english)
        lines.append(f"{entry.official}\t{everyday}\t{english}\n")
    folder.mkdir(parents=True, exist_ok=True)
    durable.write(folder / OWN, "".join(lines).encode())


def _entries(file: Path) -> Iterator[Entry]:
    with file.open(encoding="utf-8") as opened:
        for number, line in enumerate(opened, start=1):
            if not line.strip() or line.startswith("#"):
                continue
            fields = line.rstrip("\n").split("\t")
            if len(fields) != 3:
                raise BulletinError(
                    f"{file}, line {number}: {len(fields)} fields; expected OFFICIAL<TAB>EVERYDAY；…<TAB>english; …, "
                    "an empty field where there is none. Correct or delete the line."
                )
            official, everyday, english = (field.strip() for field in fields)
            yield Entry(official, phrases_of(everyday), phrases_of(english))


def phrases_of(field: str) -> tuple[str, ...]:
    """The phrases of a field, between semicolons.

    >>> phrases_of("户口本；红本本; ")
    ('户口本', '红本本')
    """
    return tuple(phrase for part in _SEPARATORS.split(field) if (phrase := part.strip()))
