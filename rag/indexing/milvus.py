"""The store kept in Milvus: one set of collections for all versions, each row with the versions that see it.

For a store NAME there are three collections:

    NAME_passages      a row a passage: its vectors, its terms, what is filtered by, and the passage itself
    NAME_questions     a row a written question: its vector, and what is filtered by
    NAME_kept          everything that is not searched, in pieces: texts, documents, counts of terms, what is in use

A row is seen by the versions from `since` up to, but without, `until`. So a change writes what is new, marks what is
gone and says in one row which version is in use; who reads an older one goes on reading it. What no version sees that
is in use, or was before the last change, is deleted with the next one. Aliases would not do: they switch whole
collections.

Milvus is asked as seldom as may be: what is searched by terms goes in one request, and a passage comes with its vectors
and terms, so that whatever else is wanted of the candidates of a question is worked out here.

Terms are weighed as the files weigh them (BM25, our own tokens), a dimension a term and field; the mean length of a
field is the one that the first passages had, so that what lies there need not be written again.
"""

from __future__ import annotations

import json
import zlib
from base64 import b85decode, b85encode
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, get_args

import msgspec
import numpy as np

from rag.chunk import Chunk
from rag.errors import BulletinError
from rag.indexing.catalogue import Catalogue
from rag.indexing.fields import Fields
from rag.indexing.inverted import idf, worth
from rag.indexing.late import Bags
from rag.indexing.manifest import Manifest
from rag.indexing.readings import Readings
from rag.indexing.segment import spelled_in
from rag.indexing.store import (
    ANYWHERE,
    Entry,
    Found,
    Passage,
    Records,
    TermField,
    VectorField,
    Where,
    text_of,
)
from rag.reading.corpus import Document
from rag.reading.files.original import Original
from rag.reading.succession import joined
from rag.text.normal import squeeze, tokens
from rag.text.spans import Span, quote

if TYPE_CHECKING:
    from pymilvus import MilvusClient

    from rag.indexing.encoder import Vectors
    from rag.indexing.late import Rows

T = TypeVar("T")

TERM_FIELDS: tuple[TermField, ...] = get_args(TermField)
PREFIX = "milvus+"
_PIECE = 60_000  # characters of a piece; Milvus takes 65,535 bytes
_BATCH = 500  # rows sent at once
_ASKED = 1000  # rows asked for at once
_ASKED_OF = 200  # passages whose written questions are asked for at once
_MOST = 16_384  # rows, the most that Milvus gives at once; of a value's pieces that is 1 GB
_KEPT = 4096  # passages that stay read
_NEVER = 2**62  # the version that ends what is still there
_DIMENSIONS = 2**32 - 2
_FILTERED = ("source", "document", "jurisdiction", "number")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store lies: `milvus+http://HOST:PORT/NAME`, or `milvus+file:///FOLDER/FILE.db/NAME` for Milvus Lite."""

    uri: str
    name: str

    @classmethod
    def of(cls, given: str) -> Address:
        """Read an address.

        :raises BulletinError: if it is none.
        """
        uri, _, name = given.removeprefix(PREFIX).rpartition("/")
        if not given.startswith(PREFIX) or "://" not in uri or not name.isidentifier():
            raise BulletinError(
                f"{given!r} is no store; expected milvus+http://HOST:PORT/NAME, or milvus+file:///FOLDER/FILE.db/NAME "
                "for Milvus Lite, NAME of letters, digits and underscores."
            )
        return cls(uri.removeprefix("file://"), name)

    @property
    def is_of_one(self) -> bool:
        """Whether one process alone can have it open: a file of Milvus Lite."""
        return not self.uri.startswith("http")

    def open(self) -> MilvusClient:
        """A connection.

        :raises BulletinError: if there is no such server, or what speaks to it is not installed.
        """
        try:
            from pymilvus import MilvusClient
            from pymilvus.exceptions import MilvusException
        except ImportError as error:
            raise BulletinError(
                "A store in Milvus needs more packages: pip install -r requirements-milvus.txt."
            ) from error
        try:
            return MilvusClient(self.uri)
        except MilvusException as error:
            what_to_do = (
                "One process at a time can have a file of Milvus Lite open: end the service or command that has it, "
                if self.is_of_one
                else "See that it runs and that this machine reaches it, "
            )
            raise BulletinError(
                f"No Milvus answers at {self.uri} ({str(error).splitlines()[0]}). {what_to_do}or correct "
                "BULLETIN_STORE."
            ) from error


class _Row(NamedTuple):
    """A passage as it lies in Milvus, beside its vector."""

    chunk: Chunk
    fields: Fields
    words: bytes
    """Of the passage, int32; None of them where the encoder knows none."""
    asked: tuple[bytes, ...]
    """Of each written question."""
    key: int
    read: bytes
    """What the reader made of it, and `sentences` of each of its sentences, int8."""
    sentences: bytes


class _Fetched(NamedTuple):
    """A passage as it comes from Milvus."""

    row: _Row
    vector: Vectors
    terms: dict[int, float]
    """What each of its terms is worth, by its dimension."""


@dataclass(frozen=True, slots=True)
class _Bulletin:
    """A bulletin less its passages."""

    encoding: str
    documents: tuple[Document, ...]
    original: Original | None
    passages: tuple[tuple[str, str], ...]
    """Chunk and document of each, by id, in the order of their places."""


@dataclass(frozen=True, slots=True)
class _State:
    """A version."""

    names: dict[str, int]
    """Its bulletins, and since which version each is as it is."""
    passages: int
    middle: dict[str, float]
    """The mean length of each field that terms are weighed by."""
    words: bool
    reader: str
    """Fingerprint of the reader that made `read`; empty where none did."""


class MilvusStore:
    """A version in Milvus, read."""

    def __init__(self, address: Address, version: int, *, words: bool, readings: bool) -> None:
        """Open a version.

        :param words: Whether the words of texts are wanted, too.
        :param readings: Whether what a reader made of the passages is wanted.
        :raises BulletinError: if there is no such store or version.
        """
        self.address = address
        self.version = version
        self._client = address.open()
        self._kept = _Kept(self._client, f"{address.name}_kept")
        state = self._kept.get(f"state@{version}", _State)
        if state is None:
            raise BulletinError(f"{address.uri} holds no version {version} of the store {address.name}.")
        for kind in ("passages", "questions"):
            _is_loaded(self._client, f"{address.name}_{kind}")
        self._state = state
        self._with_words = words and state.words
        self._with_readings = readings and bool(state.reader)
        self.catalogue = Catalogue(self._kept.get(f"documents@{version}", list[Document]) or [])
        """Its documents."""
        self._holding = self._kept.get(f"terms@{version}", dict[str, dict[str, int]]) or {}
        self._rows: OrderedDict[str, _Fetched] = OrderedDict()
        self._text = lru_cache(maxsize=64)(self._text_of)
        self._bulletin = lru_cache(maxsize=256)(self._bulletin_of)

    def __len__(self) -> int:
        """How many passages."""
        return self._state.passages

    def names(self) -> set[str]:
        """Its bulletins."""
        return set(self._state.names)

    @property
    def state(self) -> _State:
        """What the next version begins from."""
        return self._state

    def search(
        self,
        field: TermField | VectorField,
        query: Mapping[str, float] | Vectors,
        k: int,
        where: Where = ANYWHERE,
    ) -> Found:
        """The passages that fit a query best, by their score in one field, as `Store.search` says."""
        among = self._seen(where)
        if among is None or not k:
            return []
        if isinstance(query, Mapping):
            weighed = self._weighed(_term_field(field), query)
            return _above_zero(self._asked("passages", "terms", [weighed], k, among)[0]) if weighed else []
        if field in TERM_FIELDS:
            raise ValueError(f"{field} is searched by terms, not by a vector.")
        if field == "read" and not self._with_readings:
            return []
        kind, column = ("questions", "vector") if field == "written" else ("passages", field)
        best: dict[str, float] = {}
        (found,) = self._asked(kind, column, [np.asarray(query, dtype=np.float32).tolist()], k, among)
        for id_, score in found:
            best.setdefault(id_, score)
        return list(best.items())

    def searches(
        self,
        asked: Sequence[tuple[TermField | VectorField, Mapping[str, float] | Vectors, int]],
        where: Where,
    ) -> list[Found]:
        """Several searches; those by terms in one request."""
        among = self._seen(where)
        weighed = {
            at: query
            for at, (field, terms, _) in enumerate(asked)
            if isinstance(terms, Mapping) and (query := self._weighed(_term_field(field), terms))
        }
        most = max((asked[at][2] for at in weighed), default=0)
        found = (
            self._asked("passages", "terms", list(weighed.values()), most, among) if among and most else []
        )
        by_terms = {at: _above_zero(one)[: asked[at][2]] for at, one in zip(weighed, found, strict=False)}
        return [
            by_terms.get(at, []) if isinstance(query, Mapping) else self.search(field, query, k, where)
            for at, (field, query, k) in enumerate(asked)
        ]

    def scores(self, field: TermField, terms: Mapping[str, float], ids: Sequence[str]) -> Vectors:
        """BM25 of some passages for weighted terms, shape (ids,), as `Store.scores` says."""
        query = self._weighed(field, terms)
        return np.array(
            [
                sum(weight * one.terms.get(term, 0.0) for term, weight in query.items())
                for one in self._fetched(ids)
            ],
            dtype=np.float32,
        )

    def holding(self, field: TermField) -> Mapping[str, int]:
        """Every term of a field, and how many passages hold it."""
        return self._holding.get(field, {})

    def spelled(self) -> list[str]:
        """Every English word of a rendering as it is spelled, in small letters, once."""
        return sorted(self._holding.get("spelled", {}))

    def ids(self, where: Where = ANYWHERE) -> Iterator[str]:
        """The passages meant, in the order of their bulletins and places."""
        homes = None if where == ANYWHERE else self.catalogue.homes(where)
        meant = None if homes is None else {document for _, document in homes}
        sources = self._state.names if homes is None else {source for source, _ in homes}
        for name in sorted(sources):
            for id_, document in self._bulletin(name).passages:
                if meant is None or document in meant:
                    yield id_

    def passages(self, ids: Iterable[str]) -> list[Passage]:
        """Some passages, in the order asked for.

        :raises KeyError: if there is none of an id.
        """
        return [
            Passage(row.chunk, self.catalogue[row.chunk.document], row.fields)
            for row, *_ in self._fetched(list(ids))
        ]

    def documents(self, where: Where = ANYWHERE) -> list[Document]:
        """The documents meant, in the order of their bulletins and places."""
        return self.catalogue.meant(where)

    def vectors(self, ids: Sequence[str]) -> Vectors:
        """The vectors of some passages, shape (ids, dimension)."""
        return np.stack([one.vector for one in self._fetched(ids)])

    def words(self, ids: Sequence[str]) -> Bags | None:
        """The words of some passages; None where none are kept."""
        if not self._with_words:
            return None
        return Bags.of([np.frombuffer(one.row.words, np.int32).tolist() for one in self._fetched(ids)])

    def written(self, ids: Sequence[str]) -> tuple[Vectors, Rows]:
        """The vectors of the questions written for some passages, and where each passage's begin."""
        rows = self._fetched(ids)
        starts = np.cumsum([0, *(len(one.row.fields.questions) for one in rows)]).astype(np.intp)
        dimension = len(rows[0].vector) if rows else 0
        asked = [id_ for id_, one in zip(ids, rows, strict=True) if one.row.fields.questions]
        vectors: dict[tuple[str, int], Vectors] = {}
        for start in range(0, len(asked), _ASKED_OF):
            own = json.dumps(asked[start : start + _ASKED_OF], ensure_ascii=False)
            for one in self._client.query(
                f"{self.address.name}_questions",
                filter=f"{self._visible()} and chunk in {own}",
                output_fields=["chunk", "at", "vector"],
                limit=_MOST,
            ):
                vectors[one["chunk"], one["at"]] = np.asarray(one["vector"], dtype=np.float32)
        found = [
            vectors[id_, at]
            for id_, one in zip(ids, rows, strict=True)
            for at in range(len(one.row.fields.questions))
        ]
        return np.stack(found) if found else np.zeros((0, dimension), dtype=np.float32), starts

    def written_words(self, ids: Sequence[str]) -> tuple[Bags, Rows] | None:
        """The words of the questions written for some passages; None where none are kept."""
        if not self._with_words:
            return None
        rows = [one.row for one in self._fetched(ids)]
        starts = np.cumsum([0, *(len(row.asked) for row in rows)]).astype(np.intp)
        return Bags.of([np.frombuffer(one, np.int32).tolist() for row in rows for one in row.asked]), starts

    def readings(self, ids: Sequence[str]) -> Readings | None:
        """What a reader made of some passages at indexing; None where none did."""
        return self._readings_of([one.row for one in self._fetched(ids)]) if self._with_readings else None

    def text(self, source: str) -> str:
        """The whole decoded text of a bulletin; offsets count its code points."""
        return self._text(source)

    def quote(self, source: str, spans: Iterable[Span]) -> str:
        """The text of a bulletin at some places, verbatim."""
        return quote(self.text(source), spans)

    def original(self, source: str) -> Original | None:
        """What is known of the file that a bulletin was read from; None where it came as the text it is."""
        return self._bulletin(source).original if source in self._state.names else None

    def entry(self, name: str) -> Entry:
        """A bulletin as it was put in, whatever is wanted of the store otherwise."""
        kept = self._bulletin(name)
        ids = [id_ for id_, _ in kept.passages]
        fetched = self._fetched(ids)
        rows = [one.row for one in fetched]
        none = Fields()
        words = [np.frombuffer(row.words, np.int32).tolist() for row in rows]
        asked = [np.frombuffer(one, np.int32).tolist() for row in rows for one in row.asked]
        return Entry(
            Records(
                name,
                kept.encoding,
                kept.documents,
                tuple(row.chunk for row in rows),
                {row.chunk.id: row.fields for row in rows if row.fields != none},
                kept.original,
            ),
            self.text(name),
            np.stack([one.vector for one in fetched]),
            self.written(ids)[0],
            Bags.of(words) if self._state.words else None,
            Bags.of(asked) if self._state.words else None,
            self._readings_of(rows) if self._state.reader else None,
        )

    def _readings_of(self, rows: Sequence[_Row]) -> Readings:
        reads = [np.frombuffer(row.read, np.int8) for row in rows]
        wide = len(reads[0]) if reads else 0
        parts = [np.frombuffer(row.sentences, np.int8).reshape(-1, wide) for row in rows]
        return Readings(
            self._state.reader,
            np.array([row.key for row in rows], dtype=np.uint64),
            np.stack(reads) if reads else np.zeros((0, 0), dtype=np.int8),
            np.concatenate(parts) if parts else np.zeros((0, 0), dtype=np.int8),
            np.cumsum([0, *map(len, parts)]).astype(np.intp),
        )

    def _weighed(self, field: TermField, terms: Mapping[str, float]) -> dict[int, float]:
        """Terms that any passage holds, by their dimensions, each with its idf and its share of the most."""
        held = {term: self.holding(field).get(term, 0) for term in terms}
        most = sum(weight * idf(len(self), held[term]) for term, weight in terms.items())
        return {
            _dimension(field, term): weight / most * idf(len(self), held[term])
            for term, weight in terms.items()
            if held[term]
        }

    def _asked(self, kind: str, column: str, queries: list[Any], k: int, among: str) -> list[Found]:
        found = self._client.search(
            f"{self.address.name}_{kind}",
            data=queries,
            anns_field=column,
            limit=k,
            filter=among,
            output_fields=["chunk"],
            search_params={"metric_type": "IP"},
        )
        return [[(one["entity"]["chunk"], float(one["distance"])) for one in own] for own in found]

    def _visible(self) -> str:
        return f"since <= {self.version} and until > {self.version}"

    def _seen(self, where: Where) -> str | None:
        """What rows of passages meant fit; None where there are none."""
        parts = [self._visible()]
        for column, wanted in zip(
            _FILTERED, (where.sources, where.documents, where.jurisdictions, where.numbers), strict=True
        ):
            if wanted is not None:
                if not wanted:
                    return None
                parts.append(f"{column} in {json.dumps(sorted(wanted), ensure_ascii=False)}")
        return " and ".join(parts)

    def _fetched(self, ids: Sequence[str]) -> list[_Fetched]:
        """The rows of some passages, in the order asked for.

        :raises KeyError: if there is none of an id.
        """
        new = [id_ for id_ in dict.fromkeys(ids) if id_ not in self._rows]
        found = {id_: self._rows[id_] for id_ in ids if id_ in self._rows}
        for start in range(0, len(new), _ASKED):
            own = json.dumps(new[start : start + _ASKED], ensure_ascii=False)
            among = f"{self._visible()} and chunk in {own}"
            for one in self._client.query(
                f"{self.address.name}_passages",
                filter=among,
                output_fields=["chunk", "row", "passages", "terms"],
                limit=_ASKED,
            ):
                row = msgspec.msgpack.decode(zlib.decompress(b85decode(one["row"])), type=_Row)
                vector = np.asarray(one["passages"], dtype=np.float32)
                found[one["chunk"]] = _Fetched(row, vector, dict(one["terms"]))
        for id_ in new:
            self._rows[id_] = found[id_]
        while len(self._rows) > _KEPT:
            self._rows.popitem(last=False)
        return [found[id_] for id_ in ids]

    def _bulletin_of(self, name: str) -> _Bulletin:
        found = self._kept.get(f"bulletin@{self._state.names[name]}:{name}", _Bulletin)
        if found is None:
            raise KeyError(name)
        return found

    def _text_of(self, name: str) -> str:
        return self._kept.get(f"text@{self._state.names[name]}:{name}", str) or ""


class MilvusWriter:
    """Writes the next version into Milvus: what is new is written, what is gone is marked."""

    def __init__(self, address: Address, base: MilvusStore | None = None, names: Iterable[str] = ()) -> None:
        """Begin a version; nobody else writes into the store meanwhile.

        :param base: The version some of whose bulletins stay unless they are replaced or removed.
        :param names: Those bulletins.
        :raises BulletinError: if there is no such server.
        """
        self._address = address
        self._client = address.open()
        self._kept = _Kept(self._client, f"{address.name}_kept")
        self._base = base
        self._stays = set(names)
        self._waiting: dict[str, Entry] = {}
        self._put: dict[str, _Counted] = {}
        newest = base.version if base else self.in_use(address) or 0
        self.version = newest + 1
        """The number of the version."""
        self._middle: dict[str, float] = dict(base.state.middle) if base else {}
        self._words = base.state.words if base else False
        self._reader = base.state.reader if base else ""
        self._forget_unfinished()

    @staticmethod
    def in_use(address: Address) -> int | None:
        """The version of a store that is in use; None where there is none yet."""
        return _Kept(address.open(), f"{address.name}_kept").get("current", int)

    @staticmethod
    def manifest(address: Address, version: int) -> Manifest | None:
        """What a version was made from; None where there is none."""
        return _Kept(address.open(), f"{address.name}_kept").get(f"manifest@{version}", Manifest)

    def put(self, entry: Entry) -> None:
        """Put a bulletin in, in the place of one of its name."""
        self.remove(entry.records.name)
        self._waiting[entry.records.name] = entry
        if self._middle or sum(len(one.records.chunks) for one in self._waiting.values()) >= _MIDDLE_OF:
            self._send()

    def remove(self, name: str) -> None:
        """Take a bulletin out."""
        self._stays.discard(name)
        self._waiting.pop(name, None)
        if self._put.pop(name, None) is not None:
            self._delete(f"since == {self.version} and source == {_quoted(name)}")

    def finish(self, manifest: Manifest) -> str:
        """Complete the version; it is not in use yet.

        :param manifest: What it was made from.
        :return: Its number.
        """
        self._send()
        before = self._base.state.names if self._base else {}
        gone = before.keys() - self._stays
        holding = {
            field: Counter(self._base.holding(field)) if self._base else Counter() for field in TERM_FIELDS
        }
        spelled = set(self._base.spelled()) if self._base else set()
        passages = len(self._base) if self._base else 0
        for name in gone:
            assert self._base is not None
            counted = _Counted.of(self._base.entry(name))
            passages -= counted.passages
            for field in TERM_FIELDS:
                holding[field].subtract(counted.holding[field])
        for counted in self._put.values():
            passages += counted.passages
            spelled |= counted.spelled
            for field in TERM_FIELDS:
                holding[field].update(counted.holding[field])
        self._end(gone)
        names = {name: before[name] for name in self._stays} | dict.fromkeys(self._put, self.version)
        documents = joined(document for name in sorted(names) for document in self._documents_of(name, names))
        kept_terms: dict[str, dict[str, int]] = {field: dict(+counts) for field, counts in holding.items()}
        kept_terms["spelled"] = dict.fromkeys(sorted(spelled), 1)
        for key, value in (
            ("documents", list(documents.values())),
            ("terms", kept_terms),
            ("state", _State(names, passages, self._middle, self._words, self._reader)),
            ("manifest", manifest),
        ):
            self._kept.put(f"{key}@{self.version}", value, self.version)
        for kind in _KINDS:
            self._client.flush(f"{self._address.name}_{kind}")
        return str(self.version)

    def publish(self) -> None:
        """Put what was finished in use; who reads the version before goes on reading it."""
        self._kept.put("current", self.version, 0)

    def abandon(self) -> None:
        """Leave no trace of what is not finished."""
        self._forget_unfinished()

    def _send(self) -> None:
        """Write what was put in."""
        if not self._waiting:
            return
        entries, self._waiting = list(self._waiting.values()), {}
        first = entries[0]
        self._words = first.words is not None
        self._reader = first.readings.fingerprint if first.readings is not None else ""
        counted = {entry.records.name: _Counted.of(entry) for entry in entries}
        if not self._middle:
            total = sum(one.passages for one in counted.values()) or 1
            self._middle = {
                field: sum(sum(one.lengths[field]) for one in counted.values()) / total or 1.0
                for field in TERM_FIELDS
            }
        self._create(first)
        for entry in entries:
            self._write(entry, counted[entry.records.name])
        self._put |= counted

    def _write(self, entry: Entry, counted: _Counted) -> None:
        records, passages = entry.records, list(entry.records.passages())
        first = np.cumsum([0, *(len(one.fields.questions) for one in passages)])
        rows, questions = [], []
        for at, passage in enumerate(passages):
            own = range(first[at], first[at + 1])
            read = entry.readings
            row = _Row(
                passage.chunk,
                passage.fields,
                _bag(entry.words, at),
                tuple(_bag(entry.written_words, one) for one in own) if entry.written_words else (),
                int(read.keys[at]) if read else 0,
                read.passages[at].tobytes() if read else b"",
                read.sentences[read.starts[at] : read.starts[at + 1]].tobytes() if read else b"",
            )
            packed = b85encode(zlib.compress(msgspec.msgpack.encode(row))).decode()
            seen = {
                "since": self.version,
                "until": _NEVER,
                "source": records.name,
                "document": passage.document.id,
                "jurisdiction": passage.document.jurisdiction or "",
                "number": squeeze(passage.document.number or ""),
                "chunk": passage.id,
            }
            one = {
                "id": f"{passage.id}@{self.version}",
                "row": packed,
                "passages": entry.vectors[at].tolist(),
                "terms": self._weights(counted, at),
                **seen,
            }
            if read:
                vector = read.passages[at].astype(np.float32)
                one["read"] = (vector / max(float(np.linalg.norm(vector)), 1e-6)).tolist()
            rows.append(one)
            questions += [
                {
                    "id": f"{passage.id}@{self.version}#{nth}",
                    "at": nth,
                    "vector": entry.written[number].tolist(),
                    **seen,
                }
                for nth, number in enumerate(own)
            ]
        for kind, made in (("passages", rows), ("questions", questions)):
            for start in range(0, len(made), _BATCH):
                self._client.upsert(f"{self._address.name}_{kind}", made[start : start + _BATCH])
        self._kept.put(f"text@{self.version}:{records.name}", entry.text, self.version)
        kept = _Bulletin(
            records.encoding,
            records.documents,
            records.original,
            tuple((one.chunk.id, one.document.id) for one in passages),
        )
        self._kept.put(f"bulletin@{self.version}:{records.name}", kept, self.version)

    def _weights(self, counted: _Counted, at: int) -> dict[int, float]:
        """What each term of a passage is worth, less how rare it is."""
        found = {_NOTHING: 1.0}  # a row has to have one
        for field in TERM_FIELDS:
            often = counted.times[field][at]
            share = counted.lengths[field][at] / self._middle[field]
            found |= {_dimension(field, term): worth(times, share) for term, times in often.items()}
        return found

    def _create(self, entry: Entry) -> None:
        """Create what is not there yet, for vectors such as an entry's."""
        from pymilvus import DataType, MilvusClient

        def create(kind: str, vectors: Mapping[str, int | None], scalars: Mapping[str, Any]) -> None:
            name = f"{self._address.name}_{kind}"
            if self._client.has_collection(name):
                return
            schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
            schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=512)
            index = self._client.prepare_index_params()
            for column in ("since", "until"):
                schema.add_field(column, DataType.INT64)
            for column in (*_FILTERED, "chunk"):
                schema.add_field(column, DataType.VARCHAR, max_length=1024)
            for column, kind_of in scalars.items():
                schema.add_field(
                    column, kind_of, **({"max_length": 65_535} if kind_of == DataType.VARCHAR else {})
                )
            for column, dimension in vectors.items():
                if dimension is None:
                    schema.add_field(column, DataType.SPARSE_FLOAT_VECTOR)
                    index.add_index(column, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
                else:
                    schema.add_field(column, DataType.FLOAT_VECTOR, dim=dimension)
                    index.add_index(column, index_type="AUTOINDEX", metric_type="IP")
            self._client.create_collection(name, schema=schema, index_params=index)

        dimension = int(entry.vectors.shape[1])
        read = {"read": int(entry.readings.passages.shape[1])} if entry.readings is not None else {}
        create("passages", {"passages": dimension, "terms": None, **read}, {"row": DataType.VARCHAR})
        create("questions", {"vector": dimension}, {"at": DataType.INT64})

    def _end(self, gone: Iterable[str]) -> None:
        """Let no later version see what is of some bulletins, and delete what none sees that is still read."""
        for kind in ("passages", "questions"):
            name = f"{self._address.name}_{kind}"
            if not _is_loaded(self._client, name):
                continue
            self._client.delete(name, filter=f"until < {self.version}")
            before = f"until == {_NEVER} and since < {self.version}"
            if self._base is None:  # a new beginning
                self._let_end(name, before, self.version)
            for source in gone:
                self._let_end(name, f"source == {_quoted(source)} and {before}", self.version)
        self._kept.forget_before(self.version - 1)

    def _forget_unfinished(self) -> None:
        """Take back what a version that never came into use wrote."""
        self._delete(f"since >= {self.version}")
        for kind in ("passages", "questions"):
            name = f"{self._address.name}_{kind}"
            if _is_loaded(self._client, name):
                self._let_end(name, f"until == {self.version}", _NEVER)

    def _let_end(self, name: str, among: str, version: int) -> None:
        """Let some rows of a collection be seen up to a version."""
        rows = list(_every(self._client, name, among, ["*"]))
        for start in range(0, len(rows), _BATCH):
            self._client.upsert(name, [one | {"until": version} for one in rows[start : start + _BATCH]])

    def _delete(self, among: str) -> None:
        for kind in ("passages", "questions"):
            if _is_loaded(self._client, f"{self._address.name}_{kind}"):
                self._client.delete(f"{self._address.name}_{kind}", filter=among)

    def _documents_of(self, name: str, names: Mapping[str, int]) -> tuple[Document, ...]:
        found = self._kept.get(f"bulletin@{names[name]}:{name}", _Bulletin)
        return found.documents if found else ()


class _Kept:
    """Values by key, in pieces, in a collection that nobody searches."""

    def __init__(self, client: MilvusClient, name: str) -> None:
        self._client = client
        self._name = name
        self._found = False

    def get(self, key: str, kind: type[T]) -> T | None:
        """What was put in last; None where nothing was."""
        if not self._is_there():
            return None
        pieces = self._client.query(
            self._name, filter=f"key == {_quoted(key)}", output_fields=["at", "piece"], limit=_MOST
        )
        text = "".join(one["piece"] for one in sorted(pieces, key=lambda one: one["at"]))
        return msgspec.msgpack.decode(zlib.decompress(b85decode(text)), type=kind) if text else None

    def _is_there(self) -> bool:
        """Whether anything was ever put in; what is there stays there."""
        self._found = self._found or _is_loaded(self._client, self._name)
        return self._found

    def put(self, key: str, value: object, version: int) -> None:
        """Put a value in, in the place of what was there.

        :param version: That it was written by.
        """
        self._create()
        text = b85encode(zlib.compress(msgspec.msgpack.encode(value))).decode()
        pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
        rows = [
            {"id": f"{key}#{at}", "key": key, "at": at, "piece": piece, "since": version, "no": [1.0, 0.0]}
            for at, piece in enumerate(pieces)
        ]
        for start in range(0, len(rows), _BATCH):
            self._client.upsert(self._name, rows[start : start + _BATCH])
        if len(pieces) > 1:
            self._client.delete(self._name, filter=f"key == {_quoted(key)} and at >= {len(pieces)}")

    def forget_before(self, version: int) -> None:
        """Delete what was said of whole versions before one."""
        if self._is_there():
            for key in ("documents", "terms", "state", "manifest"):
                self._client.delete(
                    self._name, filter=f'key like "{key}@%" and since < {version} and since > 0'
                )

    def _create(self) -> None:
        from pymilvus import DataType, MilvusClient

        if self._client.has_collection(self._name):
            return
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=1024)
        schema.add_field("key", DataType.VARCHAR, max_length=1024)
        schema.add_field("at", DataType.INT64)
        schema.add_field("since", DataType.INT64)
        schema.add_field("piece", DataType.VARCHAR, max_length=65_535)
        schema.add_field("no", DataType.FLOAT_VECTOR, dim=2)  # every collection has to have a vector
        index = self._client.prepare_index_params()
        index.add_index("no", index_type="FLAT", metric_type="IP")
        self._client.create_collection(self._name, schema=schema, index_params=index)


@dataclass(frozen=True, slots=True)
class _Counted:
    """The terms of a bulletin's passages."""

    passages: int
    times: dict[TermField, list[Counter[str]]]
    lengths: dict[TermField, list[int]]
    holding: dict[TermField, Counter[str]]
    spelled: set[str]

    @classmethod
    def of(cls, entry: Entry) -> _Counted:
        """Count them."""
        passages = list(entry.records.passages())
        found = {field: [tokens(text_of(one, field)) for one in passages] for field in TERM_FIELDS}
        return cls(
            len(passages),
            {field: [Counter(words) for words in every] for field, every in found.items()},
            {field: [len(words) for words in every] for field, every in found.items()},
            {
                field: Counter(term for words in every for term in set(words))
                for field, every in found.items()
            },
            {word for one in passages for word in spelled_in(one.fields.english)},
        )


_KINDS = ("passages", "questions", "kept")
_MIDDLE_OF = 2000  # passages whose lengths stand for those of all
_NOTHING = _DIMENSIONS  # a dimension that no term has


def _dimension(field: TermField, term: str) -> int:
    """Where a term of a field stands among all that may be."""
    digest = blake2b(f"{field}\0{term}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % _DIMENSIONS


def _term_field(field: TermField | VectorField) -> TermField:
    if field == "text" or field == "english" or field == "questions":
        return field
    raise ValueError(f"{field} is searched by a vector, not by terms.")


def _is_loaded(client: MilvusClient, name: str) -> bool:
    """Whether there is a collection of a name; one that is can be asked then. Milvus Lite begins with none ready."""
    found = bool(client.has_collection(name))
    if found:
        client.load_collection(name)
    return found


def _above_zero(found: Found) -> Found:
    return [(id_, score) for id_, score in found if score > 0]


def _bag(bags: Bags | None, at: int) -> bytes:
    return b"" if bags is None else bags.ids[bags.starts[at] : bags.starts[at + 1]].astype(np.int32).tobytes()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _every(client: MilvusClient, name: str, among: str, columns: list[str]) -> Iterator[dict[str, Any]]:
    """All rows that fit, however many."""
    iterator = client.query_iterator(name, batch_size=_ASKED, filter=among, output_fields=columns)
    try:
        while batch := iterator.next():
            yield from batch
    finally:
        iterator.close()
