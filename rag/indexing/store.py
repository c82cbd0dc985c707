"""The seam of the store: how a collection's passages are kept, searched and changed, each known by its chunk's id.

Whatever stands above asks by these two protocols alone, so that another store can take the place of the files
(`rag.indexing.files`). What one numbers its passages by never leaves it, and nothing above it makes an array as long
as the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from rag.chunk import Chunk
from rag.indexing.catalogue import Catalogue
from rag.indexing.catalogue import Where as Where  # who asks the store says it with this
from rag.indexing.fields import Fields
from rag.reading.corpus import Document
from rag.reading.files.original import Original
from rag.text.normal import simplified
from rag.text.spans import Span

if TYPE_CHECKING:
    from rag.indexing.encoder import Vectors
    from rag.indexing.late import Bags, Rows
    from rag.indexing.manifest import Manifest
    from rag.indexing.readings import Readings

TermField = Literal["text", "english", "questions"]
"""What is searched by terms: a passage with its headings, its English rendering, the questions written for it."""
VectorField = Literal["passages", "written", "read"]
"""What is searched by vectors: passages and the questions written for them, as the encoder has them; passages as the
reader has them."""
Found = list[tuple[str, float]]
"""Ids of chunks with their scores, best first."""


@dataclass(frozen=True, slots=True)
class Records:
    """Everything read from one bulletin."""

    name: str
    encoding: str
    documents: tuple[Document, ...]
    chunks: Sequence[Chunk]
    fields: dict[str, Fields]
    """By chunk id."""
    original: Original | None = None
    """What is known of the file that the text was read from, where it is not that file itself."""

    def passages(self) -> Iterator[Passage]:
        """Its passages with their documents and fields, in the order of their places."""
        documents = {document.id: document for document in self.documents}
        none = Fields()
        for chunk in self.chunks:
            yield Passage(chunk, documents[chunk.document], self.fields.get(chunk.id, none))


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as the retriever sees it: the chunk, its document, and what is attached to it."""

    chunk: Chunk
    document: Document
    fields: Fields

    @property
    def id(self) -> str:
        """Its chunk's id, by which every store knows it."""
        return self.chunk.id

    @property
    def reading(self) -> str:
        """The passage as people read it: clean, one unit after the other."""
        return "".join(unit.reading for unit in self.chunk.units)

    @property
    def headed(self) -> str:
        """The passage with what it stands under: title, headings, text, simplified. This is searched and embedded."""
        return simplified("\n".join([self.document.title, *self.chunk.path, self.reading]))


def text_of(passage: Passage, field: TermField) -> str:
    """What is searched of a passage in a field."""
    if field == "text":
        return passage.headed
    if field == "english":
        return passage.fields.english
    return " ".join(asked.question for asked in passage.fields.questions)


@dataclass(frozen=True, slots=True)
class Entry:
    """A bulletin as a store takes it: what was read from it, and what the models made of that.

    The vectors stand in the order of the records' passages, those of their questions one passage after the other.
    """

    records: Records
    text: str
    """Its whole decoded text."""
    vectors: Vectors = field(repr=False)
    written: Vectors = field(repr=False)
    words: Bags | None = field(default=None, repr=False)
    """The words of the passages, where the encoder tells texts apart word by word."""
    written_words: Bags | None = field(default=None, repr=False)
    readings: Readings | None = field(default=None, repr=False)
    """Where a reader reads at indexing."""


ANYWHERE = Where()


class Store(Protocol):
    """A collection of passages, read. Nothing of it changes as long as it is open."""

    def search(
        self,
        field: TermField | VectorField,
        query: Mapping[str, float] | Vectors,
        k: int,
        where: Where = ANYWHERE,
    ) -> Found:
        """The passages that fit a query best, by their score in one field.

        :param query: Terms with their weights for a field of terms, scored as `scores` does and above 0; for one of
            vectors a unit vector, shape (dimension,), scored by cosine.
        :param k: At most so many; of the field `written`, as many questions, and so perhaps fewer passages.
        """
        ...

    def searches(
        self,
        asked: Sequence[tuple[TermField | VectorField, Mapping[str, float] | Vectors, int]],
        where: Where,
    ) -> list[Found]:
        """What `search` finds for each field, query and k, asked together."""
        ...

    def scores(self, field: TermField, terms: Mapping[str, float], ids: Sequence[str]) -> Vectors:
        """BM25 of some passages for weighted terms, shape (ids,), as shares of the most there is.

        1 would be a passage that holds every term over and over; so the shares of different questions compare. A term
        that the field lacks adds to no passage, but to the most.
        """
        ...

    def ids(self, where: Where = ANYWHERE) -> Iterator[str]:
        """The passages meant, in the order of their bulletins and places."""
        ...

    def passages(self, ids: Iterable[str]) -> list[Passage]:
        """Some passages, in the order asked for.

        :raises KeyError: if there is none of an id.
        """
        ...

    def documents(self, where: Where = ANYWHERE) -> list[Document]:
        """The documents meant, in the order of their bulletins and places."""
        ...

    @property
    def catalogue(self) -> Catalogue:
        """All its documents: by id, and by what people look for them by, a page at a time."""
        ...

    def vectors(self, ids: Sequence[str]) -> Vectors:
        """The vectors of some passages, shape (ids, dimension)."""
        ...

    def words(self, ids: Sequence[str]) -> Bags | None:
        """The words of some passages; None where none are kept."""
        ...

    def written(self, ids: Sequence[str]) -> tuple[Vectors, Rows]:
        """The vectors of the questions written for some passages, shape (questions, dimension).

        :return: And where each passage's begin, shape (ids + 1,).
        """
        ...

    def written_words(self, ids: Sequence[str]) -> tuple[Bags, Rows] | None:
        """The words of the questions written for some passages, as `written`; None where none are kept."""
        ...

    def readings(self, ids: Sequence[str]) -> Readings | None:
        """What a reader made of some passages at indexing; None where none did."""
        ...

    def text(self, source: str) -> str:
        """The whole decoded text of a bulletin; offsets count its code points."""
        ...

    def quote(self, source: str, spans: Iterable[Span]) -> str:
        """The text of a bulletin at some places, verbatim."""
        ...

    def original(self, source: str) -> Original | None:
        """What is known of the file that a bulletin was read from; None where it came as the text it is."""
        ...

    def holding(self, field: TermField) -> Mapping[str, int]:
        """Every term of a field, and how many passages hold it."""
        ...

    def spelled(self) -> Iterable[str]:
        """Every English word of a rendering as it is spelled, in small letters, once."""
        ...

    def entry(self, name: str) -> Entry:
        """A bulletin as it was put in."""
        ...

    def __len__(self) -> int:
        """How many passages."""
        ...


class Writer(Protocol):
    """Changes of a store that come into use together, or not at all."""

    def put(self, entry: Entry) -> None:
        """Put a bulletin in, in the place of one of its name."""
        ...

    def remove(self, name: str) -> None:
        """Take a bulletin out."""
        ...

    def finish(self, manifest: Manifest) -> str:
        """Complete the changed version, to the last byte; it is not in use yet.

        :return: Its name.
        """
        ...

    def publish(self) -> None:
        """Put what was finished in use; who reads the version before goes on reading it."""
        ...
