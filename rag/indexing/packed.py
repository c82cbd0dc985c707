"""Passages in one file, each read from disk when it is asked for: what a process holds does not grow with them."""

from __future__ import annotations

import mmap
from collections.abc import Sequence
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

_RECORDS = "passages.bin"
_IDS, _SORTED, _ORDER = "ids.npy", "sorted.npy", "order.npy"
_STARTS, _DOCUMENTS, _QUESTIONS = "starts.npy", "documents.npy", "asked.npy"


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
        self._put(
            passage.id.encode(),
            msgspec.msgpack.encode(Record(passage.chunk, passage.fields)),
            document,
            len(passage.fields.questions),
        )

    def take(self, packed: Packed, rows: range, further: int) -> None:
        """Write passages of another segment next, as they are.

        :param further: How much higher the numbers of their documents are here.
        """
        for row in rows:
            questions = int(packed.first_question[row + 1] - packed.first_question[row])
            self._put(
                packed.id_of(row).encode(),
                packed.bytes_of(row),
                int(packed.documents[row]) + further,
                questions,
            )

    def close(self) -> None:
        """Complete what was written."""
        self._file.close()
        ids = np.array(self._ids, dtype=np.bytes_)
        order = np.argsort(ids, kind="stable")
        for name, array in (
            (_IDS, ids),
            (_SORTED, ids[order]),
            (_ORDER, order.astype(np.int32)),
            (_DOCUMENTS, np.array(self._documents, dtype=np.int32)),
            (_QUESTIONS, np.array(self._questions, dtype=np.int64)),
            (_STARTS, np.array(self._starts, dtype=np.int64)),
        ):
            np.save(self._folder / name, array)

    def _put(self, id_: bytes, record: bytes, document: int, questions: int) -> None:
        self._starts.append(self._starts[-1] + self._file.write(record))
        self._ids.append(id_)
        self._documents.append(document)
        self._questions.append(self._questions[-1] + questions)


class Packed:
    """Passages as they were packed, numbered 0..n-1 in the order in which they were."""

    def __init__(self, folder: Path) -> None:
        """Open what a `Packer` wrote.

        :raises OSError: if it is missing; ValueError if it is damaged.
        """
        self._ids, self._sorted, self._order, self._starts = (
            np.load(folder / name, mmap_mode="r").view(np.ndarray)
            for name in (_IDS, _SORTED, _ORDER, _STARTS)
        )
        self.documents: npt.NDArray[np.int32] = np.load(folder / _DOCUMENTS, mmap_mode="r").view(np.ndarray)
        """The number of each passage's document."""
        self.first_question: npt.NDArray[np.int64] = np.load(folder / _QUESTIONS, mmap_mode="r").view(
            np.ndarray
        )
        """The number of the first question written for each passage, and how many there are in all."""
        self._decoder = msgspec.msgpack.Decoder(Record)
        with (folder / _RECORDS).open("rb") as file:
            size = self._starts[-1]
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""

    def __len__(self) -> int:
        """How many."""
        return len(self._ids)

    def record(self, row: int) -> Record:
        """A passage, read from disk."""
        return self._decoder.decode(self.bytes_of(row))

    def bytes_of(self, row: int) -> bytes:
        """A passage as it lies on disk."""
        return self._bytes[self._starts[row] : self._starts[row + 1]]

    def id_of(self, row: int) -> str:
        """The id of a passage's chunk."""
        return bytes(self._ids[row]).decode()

    def rows(self, ids: Sequence[str]) -> Rows:
        """Where some passages stand, shape (ids,); -1 for an id that is none of these."""
        wanted = np.array([one.encode() for one in ids], dtype=np.bytes_)
        if not len(wanted) or not len(self._sorted):
            return np.full(len(wanted), -1, dtype=np.intp)
        # of one length, so that the ids on disk are compared as they lie there
        asked = wanted.astype(self._sorted.dtype)
        at = np.minimum(np.searchsorted(self._sorted, asked), len(self._sorted) - 1)
        return np.where(self._sorted[at] == wanted, self._order[at], -1).astype(np.intp)
