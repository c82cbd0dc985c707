"""Terms in other engines: `python -m eval terms 10000 --folder .bench`, after `eval scale`.

Our own lists, tantivy and SQLite FTS5 take the Chinese text of the same passages in, each by our tokens, and are asked
the questions of the bench. Times are those of processors, all threads together: a busy machine changes them little.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Protocol

import numpy as np
import tantivy

from rag.indexing.inverted import Inverted, Part, Postings, Terms, counted
from rag.text.normal import tokens

_WANTED = 64
"""Passages asked for: as many as retrieval asks for."""
_BEST = 10
_MORE = 300
_HEAP = 200_000_000  # bytes that tantivy gathers before it writes


class Engine(Protocol):
    """What is compared."""

    def add(self, texts: Sequence[str]) -> None:
        """Take more texts in; from then on they are found."""

    def search(self, terms: Sequence[str]) -> list[int]:
        """The places of the texts that fit best, best first, as they were added."""


class Ours:
    """Our lists; each time texts are added they are a segment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts: list[Part] = []

    def add(self, texts: Sequence[str]) -> None:
        """Take more texts in."""
        terms, home = Terms(), self._folder / str(len(self._parts))
        terms.add(counted(texts))
        terms.save(home)
        self._parts.append(Part(Postings(home), [(0, len(texts))], len(texts)))
        self._inverted = Inverted(self._parts)
        self._starts = [0, *accumulate(part.count for part in self._parts)]

    def search(self, terms: Sequence[str]) -> list[int]:
        """The places of the best."""
        found = self._inverted.search(dict.fromkeys(terms, 1.0), _WANTED)
        return [self._starts[part] + row for part, row, _ in found]


class Tantivy:
    """tantivy, which writes in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("row", fast=True)
        builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
        self._schema = builder.build()
        folder.mkdir(parents=True)
        self._index = tantivy.Index(self._schema, path=str(folder))
        self._rows = 0

    def add(self, texts: Sequence[str]) -> None:
        """Take more texts in."""
        writer = self._index.writer(_HEAP, 1)
        for text in texts:
            writer.add_document(tantivy.Document(row=self._rows, text=" ".join(tokens(text))))
            self._rows += 1
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def search(self, terms: Sequence[str]) -> list[int]:
        """The places of the best."""
        asked = [tantivy.Query.term_query(self._schema, "text", term, "freq") for term in terms]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in asked])
        searcher = self._index.searcher()
        hits = searcher.search(query, _WANTED, count=False).hits
        rows = searcher.fast_field_values("row", [address for _, address in hits])
        return [row for row in rows if isinstance(row, int)]


class Fts5:
    """SQLite's full text search, which keeps no text of its own here."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._kept = sqlite3.connect(folder / "terms.db")
        # letters, marks, digits and signs are all of a token: ours are told apart by spaces alone
        split = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Co'"
        self._kept.execute(f"CREATE VIRTUAL TABLE terms USING fts5(text, content='', tokenize=\"{split}\")")
        self._rows = 0

    def add(self, texts: Sequence[str]) -> None:
        """Take more texts in."""
        rows = ((self._rows + at, " ".join(tokens(text))) for at, text in enumerate(texts))
        self._kept.executemany("INSERT INTO terms(rowid, text) VALUES (?, ?)", rows)
        self._kept.commit()
        self._rows += len(texts)

    def search(self, terms: Sequence[str]) -> list[int]:
        """The places of the best."""
        asked = " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)
        query = "SELECT rowid FROM terms WHERE terms MATCH ? ORDER BY rank LIMIT ?"
        return [int(row) for (row,) in self._kept.execute(query, (asked, _WANTED))]


@dataclass(frozen=True, slots=True)
class Compared:
    """What one engine took, in seconds of processors."""

    name: str
    passages: int
    built: float
    size: int
    """Bytes on disk when it was built."""
    questions: tuple[float, float, float]
    """Milliseconds of a processor at 50, 95 and 99 of 100."""
    more: float
    """Seconds to take in some passages more."""
    same: float
    """Share of our ten best that are among its own."""


def compare(texts: Sequence[str], questions: Sequence[str], folder: Path) -> list[Compared]:
    """Have each engine take the texts in, ask it, and have it take some of them in once more; ours is the first.

    :param folder: Empty; where the engines keep what they write.
    """
    asked = [list(dict.fromkeys(tokens(question))) for question in questions]
    found: list[Compared] = []
    ours: list[list[int]] = []
    for name, make in (("ours", Ours), ("tantivy", Tantivy), ("SQLite FTS5", Fts5)):
        engine: Engine = make(folder / name)
        one, best = _measured(name, engine, folder / name, texts, asked, ours)
        ours = ours or best
        found.append(one)
    return found


def _measured(
    name: str,
    engine: Engine,
    folder: Path,
    texts: Sequence[str],
    asked: Sequence[Sequence[str]],
    ours: Sequence[Sequence[int]],
) -> tuple[Compared, list[list[int]]]:
    """What one engine takes, and its ten best for each question, held against ours."""
    built = _processor(lambda: engine.add(texts))
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    best = [engine.search(terms)[:_BEST] for terms in asked]
    times = [1000 * _processor(partial(engine.search, terms)) for terms in asked]
    shares = [len({*own} & {*one}) / max(1, len(one)) for own, one in zip(best, ours or best, strict=True)]
    fifty, most, nearly_all = np.percentile(times, (50, 95, 99)).tolist()
    more = _processor(lambda: engine.add(texts[:_MORE]))
    shown = (fifty, most, nearly_all)
    return Compared(name, len(texts), built, size, shown, more, float(np.mean(shares))), best


def table(found: Sequence[Compared]) -> str:
    """The engines side by side."""
    rows: list[tuple[str, Callable[[Compared], str]]] = [
        ("built in", lambda one: f"{one.built:.1f} s of a processor"),
        ("on disk", lambda one: f"{one.size / 1e6:.1f} MB"),
        ("a question at 50 / 95 / 99", lambda one: " / ".join(f"{t:.1f}" for t in one.questions) + " ms"),
        (f"{_MORE} passages more", lambda one: f"{1000 * one.more:.0f} ms"),
        ("of our ten best", lambda one: f"{one.same:.3f}"),
    ]
    return "\n".join(
        [
            f"| {found[0].passages:,} passages | {' | '.join(one.name for one in found)} |",
            f"|---|{'---:|' * len(found)}",
            *(f"| {name} | {' | '.join(map(shown, found))} |" for name, shown in rows),
        ]
    )


def _processor(work: Callable[[], object]) -> float:
    """Seconds of processors that something takes."""
    began = time.process_time()
    work()
    return time.process_time() - began
