"""Passages in one file, each read from disk when it is asked for: what a process holds does not grow with them."""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from rag.chunk import Chunk
from rag.indexing.fields import Fields
from rag.indexing.store import Passage

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.intp]

_RECORDS, _ROWS = "passages.bin", "passages.rows.npz"


class Record(NamedTuple):
    """A passage less its document, which many share."""

    chunk: Chunk
    fields: Fields


class Packer:
    """Writes passages one after the other, and what must be known of each without reading it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = (folder / _RECORDS).open("wb")
        self._ids: list[bytes] = []
        self._documents: list[int] = []
        self._questions = [0]
        self._starts = [0]

    def add(self, passage: Passage, document: int) -> None:
        """Write the next passage.

        :param document: The number of its document.
        """
        written = self._file.write(msgspec.msgpack.encode(Record(passage.chunk, passage.fields)))
        self._ids.append(passage.id.encode())
        self._documents.append(document)
        self._questions.append(self._questions[-1] + len(passage.fields.questions))
        self._starts.append(self._starts[-1] + written)

    def close(self) -> None:
        """Complete what was written."""
        self._file.close()
        np.savez(
            self._folder / _ROWS,
            ids=np.array(self._ids, dtype=np.bytes_),
            documents=np.array(self._documents, dtype=np.int32),
            questions=np.array(self._questions, dtype=np.int64),
            starts=np.array(self._starts, dtype=np.int64),
        )


class Packed:
    """Passages as they were packed, numbered 0..n-1 in the order in which they were."""

    def __init__(self, folder: Path) -> None:
        """Open what a `Packer` wrote.

        :raises OSError: if it is missing; ValueError or KeyError if it is damaged.
        """
        with np.load(folder / _ROWS) as rows:
            self._ids = rows["ids"]
            self._starts = rows["starts"]
            self.documents: npt.NDArray[np.int32] = rows["documents"]
            """The number of each passage's document."""
            self.first_question: npt.NDArray[np.int64] = rows["questions"]
            """The number of the first question written for each passage, and how many there are in all."""
        self._order = np.argsort(self._ids, kind="stable")
        self._sorted = self._ids[self._order]
        self._decoder = msgspec.msgpack.Decoder(Record)
        with (folder / _RECORDS).open("rb") as file:
            size = self._starts[-1]
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""

    def __len__(self) -> int:
        """How many."""
        return len(self._ids)

    def record(self, row: int) -> Record:
        """A passage, read from disk."""
        return self._decoder.decode(self._bytes[self._starts[row] : self._starts[row + 1]])

    def id_of(self, row: int) -> str:
        """The id of a passage's chunk."""
        return bytes(self._ids[row]).decode()

    def rows(self, ids: Iterable[str]) -> Rows:
        """Where some passages stand, shape (ids,).

        :raises KeyError: if there is none of an id.
        """
        wanted = [one.encode() for one in ids]
        if not wanted:
            return np.zeros(0, dtype=np.intp)
        asked = np.array(wanted, dtype=np.bytes_)
        at = np.minimum(np.searchsorted(self._sorted, asked), max(len(self._sorted) - 1, 0))
        if not len(self._sorted) or (self._sorted[at] != asked).any():
            known = set(self._sorted[at]) if len(self._sorted) else set()
            raise KeyError(next(one.decode() for one in wanted if one not in known))
        return self._order[at]
