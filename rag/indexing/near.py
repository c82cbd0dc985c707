"""Vectors of a segment, searched by inner product: each of them where they are few, else those of the likeliest lists.

The vectors themselves lie in an array that is mapped from disk, and whatever is found is scored by them. Where there
are many, they are also kept in lists by the nearest of some centres (FAISS, IVF), a byte a number; a search looks
through the lists whose centres are nearest to the question, and what those hold is mapped from disk, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import faiss
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Rows = npt.NDArray[np.intp]
    Near = list[tuple[int, float]]
    """Rows with their inner products, best first."""


class Vectors(Protocol):
    """An array of vectors, or what gives one of those that are asked for."""

    @property
    def shape(self) -> tuple[int, ...]:
        """How many, and of how many numbers each."""
        ...

    def __len__(self) -> int:
        """How many."""
        ...

    def __getitem__(self, rows: Rows | slice) -> Floats:
        """Those at some rows, shape (rows, dimension)."""
        ...


FEW = 50_000
"""Vectors up to which each one is compared: at 256 numbers each that takes some 5 ms."""
_PER_LIST = 256  # vectors in the middle: few enough that a list is soon compared
_LOOKED_INTO = 256  # lists
_TAUGHT_BY = 64  # vectors a centre is fitted to
_OVER = 4  # as many more are taken from the lists as are wanted: bytes tell near ones apart badly
_AT_ONCE = 50_000  # vectors put into lists at once


class Nearest:
    """The vectors of one field of a segment. Rows number them 0..n-1."""

    def __init__(self, vectors: Vectors, lists: Path) -> None:
        """Open what there is.

        :param vectors: Shape (n, dimension), best mapped from disk.
        :param lists: The file that `write_lists` made; there need be none where there are few.
        """
        self.vectors = vectors
        self._lists: Any = None
        self._looks_into_lists = True
        if lists.exists():
            self._lists = faiss.read_index(str(lists), faiss.IO_FLAG_MMAP)
            self._lists.nprobe = _LOOKED_INTO

    def compare_each(self) -> None:
        """Look into no lists from now on, whatever that takes: so is known what they miss."""
        self._looks_into_lists = False

    def search(
        self, query: Floats, k: int, runs: Sequence[tuple[int, int]], rows: Rows | None = None
    ) -> Near:
        """The rows nearest to a unit vector, best first.

        :param runs: The stretches of rows that are there, first and end, in order.
        :param rows: Only these, all of them there; None for all that are.
        """
        by_lists = self._lists is not None and self._looks_into_lists
        if rows is not None and (not by_lists or len(rows) <= FEW):
            found = self._compared(query, k, [rows]) if len(rows) else []
            return [(int(rows[at]), score) for at, score in found]
        if not by_lists:
            return self._compared(query, k, [slice(first, end) for first, end in runs])
        sought: Any = None
        if rows is not None:
            there = np.zeros(len(self.vectors), dtype=np.bool_)
            there[rows] = True
            # a bit a vector: a set of so many rows took longer to make than all else of a search
            sought = faiss.IDSelectorBitmap(np.packbits(there, bitorder="little"))  # type: ignore[arg-type, call-arg]
        elif list(runs) != [(0, len(self.vectors))]:
            sought = _any_of([faiss.IDSelectorRange(first, end, True) for first, end in runs])
        only = faiss.SearchParametersIVF(nprobe=_LOOKED_INTO, sel=sought)  # type: ignore[call-arg]  # added later
        _, near = self._lists.search(query.reshape(1, -1), _OVER * k, params=only)
        likely = np.sort(near[0][near[0] >= 0])
        return (
            [(int(likely[at]), score) for at, score in self._compared(query, k, [likely])]
            if len(likely)
            else []
        )

    def _compared(self, query: Floats, k: int, parts: Iterable[Rows | slice]) -> Near:
        """The nearest among some stretches, each vector compared; of one array of rows, their places in it."""
        found: Near = []
        for part in parts:
            vectors = np.ascontiguousarray(self.vectors[part], dtype=np.float32)
            scores, near = faiss.knn(
                query.reshape(1, -1), vectors, min(k, len(vectors)), metric=faiss.METRIC_INNER_PRODUCT
            )
            first = part.start if isinstance(part, slice) else 0
            found += [(first + int(at), float(score)) for at, score in zip(near[0], scores[0], strict=True)]
        return sorted(found, key=lambda one: -one[1])[:k]


def write_lists(vectors: Vectors, file: Path) -> None:
    """Keep vectors in lists where there are many."""
    count, dimension = vectors.shape
    if count <= FEW:
        return
    lists = max(1, count // _PER_LIST)
    chosen = np.sort(np.random.default_rng(0).choice(count, min(count, _TAUGHT_BY * lists), replace=False))
    index: Any = faiss.index_factory(dimension, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.cp.niter = 8
    index.train(np.asarray(vectors[chosen], dtype=np.float32))
    for start in range(0, count, _AT_ONCE):
        index.add(np.asarray(vectors[start : start + _AT_ONCE], dtype=np.float32))
    faiss.write_index(index, str(file))


def _any_of(selectors: Sequence[faiss.IDSelector]) -> faiss.IDSelector:
    found = selectors[0]
    for one in selectors[1:]:
        found = faiss.IDSelectorOr(found, one)
    return found
