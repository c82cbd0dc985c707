"""English questions as Chinese search terms, by a table of p(Chinese word | English stem or phrase).

A probabilistic structured query (Darwish and Oard 2003): each English word, or phrase of up to three, is searched for
as all its translations, each weighted by its probability. The table is made by `python -m train lexicon` from
word-aligned public text and this project's renderings; English that no bulletin's rendering holds finds Chinese by it.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from sys import intern

from rag.errors import BulletinError
from rag.settings import ROOT

FILE = ROOT / "models" / "lexicon" / "translations.tsv.gz"
_LONGEST = 3  # stems of a phrase

Translation = tuple[str, float]


@dataclass(frozen=True, slots=True)
class Table:
    """English stems, or phrases of them, with their Chinese search terms, likeliest first."""

    entries: dict[str, tuple[Translation, ...]]

    def translated(self, terms: Sequence[str]) -> dict[str, float]:
        """Chinese search terms for English ones, with their probabilities; the longest phrase at each place is taken.

        A term without an entry (a figure, a Chinese word) stays as it is.
        """
        found: dict[str, float] = {}
        at = 0
        while at < len(terms):
            size = next(
                (n for n in range(_LONGEST, 0, -1) if " ".join(terms[at : at + n]) in self.entries), 1
            )
            known = self.entries.get(" ".join(terms[at : at + size]), ((terms[at], 1.0),))
            for term, probability in known:
                found[term] = max(found.get(term, 0.0), probability)
            at += size
        return found

    def save(self, file: Path) -> None:
        """Write `english TAB word:probability TAB …` lines, sorted, gzipped without a date so that runs agree."""
        lines = [
            "\t".join([term, *(f"{word}:{probability:.3g}" for word, probability in self.entries[term])])
            for term in sorted(self.entries)
        ]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0))


def load_table(file: Path = FILE) -> Table:
    """Read what `Table.save` wrote.

    :raises BulletinError: if the file is missing or damaged.
    """
    try:
        status = file.stat()
    except OSError as error:
        raise _unusable(file, error) from error
    return _loaded(file, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=2)  # a process opens one version of an index after another, all with the same table
def _loaded(file: Path, _changed: int, _size: int) -> Table:
    entries: dict[str, tuple[Translation, ...]] = {}
    shares: dict[str, float] = {}
    try:
        lines = gzip.decompress(file.read_bytes()).decode().splitlines()
        if not lines:
            raise ValueError("it is empty")
        for line in lines:
            term, *words = line.split("\t")
            split = (word.rsplit(":", 1) for word in words)
            # most words and probabilities stand there many times, and are kept once
            entries[term] = tuple(
                (intern(word), shares.setdefault(share, float(share))) for word, share in split
            )
    except (OSError, EOFError, ValueError) as error:
        raise _unusable(file, error) from error
    return Table(entries)


def _unusable(file: Path, error: Exception) -> BulletinError:
    return BulletinError(
        f"{file} can't be used ({error}). It belongs to the program: restore it, or make it again with "
        "`python -m train lexicon`."
    )
