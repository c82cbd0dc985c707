"""A bulletin's passages on their way into a store: in a file, so that a large one's are never all in memory."""

from __future__ import annotations

import weakref
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import SpooledTemporaryFile

import msgspec

from rag.abreast import abreast
from rag.chunk import Chunk, chunks_of_document
from rag.reading.corpus import Body, Bulletin

_IN_MEMORY = 4_000_000  # bytes; most bulletins have less
_TOGETHER = 200_000  # characters of documents that are cut together
_LONG = 3_000_000  # characters of a bulletin that takes many seconds


class Aside(Sequence[Chunk]):
    """Passages in the order in which they were cut, each read when it is asked for; the file goes with it."""

    @classmethod
    def of(cls, bulletin: Bulletin, folder: Path) -> Aside:
        """The passages of a bulletin.

        :param folder: Where the file lies where they are many; it has no name there.
        :raises OSError: if there is no room.
        """
        cut = abreast(_cut, _together(bulletin.bodies), long=len(bulletin.text) > _LONG)
        return cls((chunk for some in cut for chunk in some), folder)

    def __init__(self, chunks: Iterable[bytes], folder: Path) -> None:
        """Take passages as they are made.

        :param chunks: As msgpack.
        :param folder: Where the file lies where they are many; it has no name there.
        :raises OSError: if there is no room.
        """
        self._file = SpooledTemporaryFile(_IN_MEMORY, dir=str(folder))  # noqa: SIM115  # closed below
        weakref.finalize(self, self._file.close)
        self._starts = array("q", [0])
        for chunk in chunks:
            self._starts.append(self._starts[-1] + self._file.write(chunk))
        self._decoder = msgspec.msgpack.Decoder(Chunk)

    def __len__(self) -> int:
        """How many."""
        return len(self._starts) - 1

    def __getitem__(self, at: int) -> Chunk:  # type: ignore[override]  # no slices
        """The passage at a place, from 0."""
        return self._read(self._starts[at], self._starts[at + 1])

    def __iter__(self) -> Iterator[Chunk]:
        """All of them, in order."""
        return (self._read(start, end) for start, end in pairwise(self._starts))

    def _read(self, start: int, end: int) -> Chunk:
        self._file.seek(start)
        return self._decoder.decode(self._file.read(end - start))


def _together(bodies: Iterable[Body]) -> Iterator[list[Body]]:
    """Documents with so many characters that to hand them on costs little beside the work on them."""
    some: list[Body] = []
    size = 0
    for body in bodies:
        some.append(body.apart())
        size += body.document.span[1] - body.document.span[0]
        if size >= _TOGETHER:
            yield some
            some, size = [], 0
    if some:
        yield some


def _cut(bodies: Iterable[Body]) -> list[bytes]:
    """The passages of some documents, as msgpack."""
    encode = msgspec.msgpack.Encoder().encode
    return [encode(chunk) for body in bodies for chunk in chunks_of_document(body)]
