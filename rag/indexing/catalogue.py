"""The documents of a collection, read from disk one by one: by id, by what is meant, by what people look for.

They lie in an SQLite file that never changes once it is written, so that what a process holds does not grow with them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence, ValuesView
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import msgspec

from rag.reading.corpus import Document
from rag.text.normal import squeeze

State = Literal["replaced", "expired", "in_force", "lapsed", "unstated"]
"""Whether a document holds on a day, by its own words."""
Trait = Literal["district", "year", "kind"]
"""What documents are told apart by."""

_KEPT = 1024  # documents that stay read, some 1 kB each
_AT_ONCE = 1000  # documents read together, where all are
_TABLE = """
CREATE TABLE document (
    at INTEGER PRIMARY KEY, id TEXT UNIQUE, source TEXT, district TEXT, year TEXT, kind TEXT, number TEXT, mark TEXT,
    title TEXT, dated TEXT, replaced INTEGER, valid_until TEXT, implied_until TEXT, replaces INTEGER, record BLOB)
"""
_INDEXES = (
    "CREATE INDEX by_source ON document (source)",
    "CREATE INDEX by_district ON document (district)",
    "CREATE INDEX by_mark ON document (mark)",
    "CREATE INDEX by_title ON document (title)",
    "CREATE INDEX by_day ON document (dated DESC, title DESC, at)",
    "CREATE INDEX by_what_it_replaces ON document (replaces) WHERE replaces",
)
_STATE = """
CASE WHEN replaced THEN 'replaced'
    WHEN valid_until IS NOT NULL THEN iif(valid_until < :today, 'expired', 'in_force')
    WHEN implied_until < :today THEN 'lapsed'
    ELSE 'unstated' END
"""
"""As `state_of`: days in ISO form compare as they are written."""


@dataclass(frozen=True, slots=True)
class Where:
    """Which passages and documents are meant: those that fit everything that is set."""

    documents: frozenset[str] | None = None
    """Of these documents, by id."""
    sources: frozenset[str] | None = None
    """Of these bulletins, by name."""
    jurisdictions: frozenset[str] | None = None
    """Of these districts."""
    numbers: frozenset[str] | None = None
    """Of documents of these numbers, in normal form without blanks."""


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


class Catalogue(Mapping[str, Document]):
    """The documents of a version of the collection by id, in the order of their bulletins and places."""

    def __init__(self, documents: Iterable[Document] = (), *, file: Path | None = None) -> None:
        """Open what `write_catalogue` wrote, or keep some documents in a place of their own until this is gone.

        :param file: That it wrote; None to keep `documents`.
        :raises ValueError: if the file is none that it wrote; OSError if there is none.
        """
        self._lock = Lock()
        if file is None:
            self._connection = sqlite3.connect("", check_same_thread=False)
            _fill(self._connection, documents)
        else:
            with file.open("rb"):
                address = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
            self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        try:
            ((length,),) = self._rows("SELECT count(*) FROM document")
        except sqlite3.DatabaseError as error:
            raise ValueError(f"{file} holds no documents: {error}") from error
        self._length = int(length)
        self._decoder = msgspec.msgpack.Decoder(Document)
        self._document = lru_cache(maxsize=_KEPT)(self._read)
        self._counted = lru_cache(maxsize=None)(self._count_of)
        self._states = lru_cache(maxsize=2)(self._states_on)

    def __getitem__(self, id_: str) -> Document:
        """A document by its id."""
        return self._document(id_)

    def __iter__(self) -> Iterator[str]:
        """Their ids."""
        return (id_ for _, id_ in self.homes())

    def __len__(self) -> int:
        """How many."""
        return self._length

    def values(self) -> ValuesView[Document]:
        """All of them, read some at a time."""
        return _All(self)

    def every(self) -> Iterator[Document]:
        """All of them, read some at a time."""
        for first in range(0, self._length, _AT_ONCE):
            yield from self._found("at >= ? AND at < ? ORDER BY at", (first, first + _AT_ONCE))

    def meant(self, where: Where | None = None) -> list[Document]:
        """The documents meant; None for all."""
        asked, values = _asked(where)
        return self._found(f"{asked} ORDER BY at", values)

    def homes(self, where: Where | None = None) -> list[tuple[str, str]]:
        """The bulletin and the id of each document meant; None for all."""
        asked, values = _asked(where)
        return self._rows(f"SELECT source, id FROM document WHERE {asked} ORDER BY at", values)

    def called(self, name: str) -> list[Document]:
        """The documents of a number or a title."""
        found = self._found("mark = ? OR title = ? ORDER BY at", (squeeze(name), name))
        return [one for one in found if name in (one.number, one.title)]

    def replacing(self) -> list[Document]:
        """Those that say that they replace others."""
        return self._found("replaces ORDER BY at")

    def counts(self, trait: Trait) -> Mapping[str, int]:
        """How many documents there are of each district, year or kind, the most first."""
        return self._counted(trait)

    def states(self, today: date) -> Mapping[str, int]:
        """How many documents hold on a day, and how many do not, the most first."""
        return self._states(today)

    def districts(self, words: str, most: int) -> list[str]:
        """Districts whose names hold some words, those of the most documents first."""
        return [name for name, _ in zip(self._holding(words), range(most), strict=False)]

    def page(self, sought: Sought, today: date, first: int, most: int, ahead: Sequence[str] = ()) -> Listed:
        """Some of the documents looked for, the latest first.

        :param first: How many of them are passed over.
        :param ahead: Documents, by id, that stand before the others, whatever their titles say; only those of them that
            fit everything else.
        """
        asked, values = self._fitting(sought, today)
        values |= {"ahead": _listed(ahead), "words": sought.words, "first": first, "most": most}
        stands = f"FROM document WHERE {asked} AND id IN (SELECT value FROM json_each(:ahead))"
        fits = {id_ for (id_,) in self._rows(f"SELECT id {stands}", values)} if ahead else set()
        before = [id_ for id_ in dict.fromkeys(ahead) if id_ in fits]
        values |= {"ahead": _listed(before), "first": max(0, first - len(before))}
        asked += " AND id NOT IN (SELECT value FROM json_each(:ahead))"
        if sought.words:
            asked += " AND (instr(title, :words) OR number = :words)"
        ((others,),) = self._rows(f"SELECT count(*) FROM document WHERE {asked}", values)
        shown = [self[id_] for id_ in before[first : first + most]]
        values["most"] = most - len(shown)
        shown += self._found(f"{asked} ORDER BY dated DESC, title DESC, at LIMIT :most OFFSET :first", values)
        return Listed(tuple(shown), len(before) + others)

    def _fitting(self, sought: Sought, today: date) -> tuple[str, dict[str, Any]]:
        """What a document must fit that is looked for, the words aside."""
        values: dict[str, Any] = {"today": today.isoformat()}
        asked = ["true"]
        if sought.district:
            exact = sought.district in self.counts("district")
            values["district"] = _listed([sought.district] if exact else self._holding(sought.district))
            asked.append("district IN (SELECT value FROM json_each(:district))")
        for name, wanted, column in (
            ("year", sought.year, "year"),
            ("kind", sought.kind, "kind"),
            ("state", sought.state, _STATE),
        ):
            if wanted:
                values[name] = wanted
                asked.append(f"{column} = :{name}")
        return " AND ".join(asked), values

    def _holding(self, words: str) -> Iterator[str]:
        """Districts whose names hold some words, those of the most documents first."""
        wanted = squeeze(words)
        return (name for name in self.counts("district") if wanted in squeeze(name))

    def _count_of(self, trait: Trait) -> Mapping[str, int]:
        return dict(
            self._rows(
                f"SELECT {trait}, count(*) AS many FROM document WHERE {trait} IS NOT NULL "
                f"GROUP BY {trait} ORDER BY many DESC, {trait}"
            )
        )

    def _states_on(self, today: date) -> Mapping[str, int]:
        asked = f"SELECT {_STATE} AS state, count(*) AS many FROM document GROUP BY state ORDER BY many DESC, state"
        return dict(self._rows(asked, {"today": today.isoformat()}))

    def _read(self, id_: str) -> Document:
        found = self._found("id = ?", (id_,))
        if not found:
            raise KeyError(id_)
        return found[0]

    def _found(self, asked: str, values: Sequence[object] | Mapping[str, Any] = ()) -> list[Document]:
        rows = self._rows(f"SELECT record FROM document WHERE {asked}", values)
        return [self._decoder.decode(record) for (record,) in rows]

    def _rows(self, asked: str, values: Sequence[object] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock:  # threads share the connection; each question of it is over when its rows are here
            return self._connection.execute(asked, values).fetchall()


class _All(ValuesView[Document]):
    """All documents of a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(catalogue)
        self._catalogue = catalogue

    def __iter__(self) -> Iterator[Document]:
        """One after the other, none looked for by its id."""
        return self._catalogue.every()


def write_catalogue(file: Path, documents: Iterable[Document]) -> None:
    """Write the documents of a version, in the order of their bulletins and places."""
    with closing(sqlite3.connect(file)) as connection:
        _fill(connection, documents)


def state_of(document: Document, today: date) -> State:
    """Whether a document holds on a day, by its own words."""
    if document.replaced_by:
        return "replaced"
    if document.valid_until:
        return "expired" if date.fromisoformat(document.valid_until) < today else "in_force"
    if document.implied_until and date.fromisoformat(document.implied_until) < today:
        return "lapsed"
    return "unstated"


def _fill(connection: sqlite3.Connection, documents: Iterable[Document]) -> None:
    # it is complete or thrown away; whoever publishes it sees that it is on disk
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(_TABLE)
    encoder = msgspec.msgpack.Encoder()
    connection.executemany(
        f"INSERT INTO document VALUES ({', '.join('?' * 15)})",
        (
            (
                at, one.id, one.source, one.jurisdiction or None, (one.dated or "")[:4] or None, one.kind or None,
                one.number, squeeze(one.number) if one.number else None, one.title, one.dated, bool(one.replaced_by),
                one.valid_until or None, one.implied_until or None, bool(one.replaces), encoder.encode(one),
            )
            for at, one in enumerate(documents)
        ),
    )  # fmt: skip
    for index in _INDEXES:
        connection.execute(index)
    connection.commit()


def _asked(where: Where | None) -> tuple[str, list[str]]:
    """What the documents that are meant must fit."""
    if where is None:
        return "true", []
    wanted = (
        ("id", where.documents),
        ("source", where.sources),
        ("district", where.jurisdictions),
        ("mark", where.numbers),
    )
    fits = [(f"{column} IN (SELECT value FROM json_each(?))", of) for column, of in wanted if of is not None]
    return " AND ".join([*(asked for asked, _ in fits), "true"]), [_listed(of) for _, of in fits]


def _listed(values: Iterable[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)
