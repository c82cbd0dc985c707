"""What a reader made of passages at indexing, kept beside them: a vector a passage, a vector a sentence, in bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import faiss
import numpy as np
from tqdm import tqdm

from rag.indexing.layout import Laid
from rag.indexing.reader import Reading, VectorReader

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Bytes = npt.NDArray[np.int8]
    Rows = npt.NDArray[np.intp]


_ARRAYS = ("keys", "passages", "sentences", "starts")


class Directions:
    """Vectors kept in bytes, each taken up as a unit vector when it is asked for."""

    def __init__(self, kept: Bytes) -> None:
        self._kept = kept
        self.shape: tuple[int, ...] = kept.shape

    def __len__(self) -> int:
        """How many."""
        return len(self._kept)

    def __getitem__(self, rows: Rows | slice) -> Floats:
        """Those at some rows, shape (rows, dimension)."""
        vectors: Floats = self._kept[rows].astype(np.float32)
        faiss.normalize_L2(vectors)
        return vectors


@dataclass(frozen=True, slots=True)
class Readings:
    """The vectors of some passages, each a direction in signed bytes: only cosines are taken of them."""

    fingerprint: str
    """Of the reader that made them."""
    keys: npt.NDArray[np.uint64]
    """Of what was read, shape (passages,): `Laid.key`."""
    passages: Bytes
    """Shape (passages, dimension)."""
    sentences: Bytes
    """Shape (sentences, dimension): those of passage i are `starts[i]` to `starts[i + 1]`."""
    starts: Rows
    """Shape (passages + 1,)."""

    @classmethod
    def joined(cls, parts: Sequence[Readings]) -> Readings:
        """Several by one reader, one after the other."""
        ends = np.cumsum([0, *(len(part.sentences) for part in parts)])
        starts = [part.starts[:-1] + end for part, end in zip(parts, ends[:-1], strict=True)]
        return cls(
            parts[0].fingerprint,
            np.concatenate([part.keys for part in parts]),
            np.concatenate([part.passages for part in parts]),
            np.concatenate([part.sentences for part in parts]),
            np.concatenate([*starts, ends[-1:]]).astype(np.intp),
        )

    @classmethod
    def load(cls, file: Path) -> Readings:
        """Read what `save` wrote."""
        with np.load(file) as saved:
            arrays = [saved[name] for name in _ARRAYS]
            return cls(str(saved["fingerprint"]), *arrays)

    def save(self, file: Path) -> None:
        """Write to a .npz file."""
        np.savez_compressed(
            file, fingerprint=np.array(self.fingerprint), keys=self.keys, passages=self.passages,
            sentences=self.sentences, starts=self.starts,
        )  # fmt: skip

    def lay_out(self, folder: Path) -> None:
        """Write as `mapped` takes them up."""
        folder.mkdir()
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))
        (folder / "fingerprint").write_text(self.fingerprint, encoding="utf-8")

    @classmethod
    def mapped(cls, folder: Path) -> Readings:
        """Take up what `lay_out` wrote, read from disk as it is needed."""
        arrays = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS)
        return cls((folder / "fingerprint").read_text(encoding="utf-8"), *arrays)

    def directions(self) -> Directions:
        """The passages' vectors to search, by row."""
        return Directions(self.passages)

    def take(self, rows: Rows) -> Readings:
        """Those of some passages, in the order of `rows`."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.intp)
        places = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], lengths)
        return Readings(
            self.fingerprint,
            np.asarray(self.keys[rows]),
            np.asarray(self.passages[rows]),
            np.asarray(self.sentences[places]),
            starts,
        )

    def near(self, question: Floats) -> list[Reading]:
        """Cosines of a question with the passages and with the sentences of each.

        :param question: Shape (dimension,), unit length.
        """
        wholes, sentences = _cosines(self.passages, question), _cosines(self.sentences, question)
        places = zip(self.starts[:-1], self.starts[1:], strict=True)
        return [
            Reading(float(whole), sentences[start:end])
            for whole, (start, end) in zip(wholes, places, strict=True)
        ]


class Known:
    """What a reader made of passages before, wherever that is kept; no more of it is looked at than is needed."""

    def __init__(self, kept: Iterable[Readings], fingerprint: str) -> None:
        """Look things up.

        :param kept: What was read before, by any reader.
        :param fingerprint: Of the reader whose readings are wanted.
        """
        self._left = (one for one in kept if one.fingerprint == fingerprint)
        self._seen: list[tuple[Readings, Rows]] = []

    def find(self, keys: Iterable[int]) -> dict[int, tuple[Bytes, Bytes]]:
        """The vectors of passages and of their sentences, by key, of those that were read before."""
        wanted = set(keys)
        found: dict[int, tuple[Bytes, Bytes]] = {}
        for readings, order in self._all():
            asked = np.array(sorted(wanted), dtype=np.uint64)
            if not len(asked):
                break
            if not len(order):
                continue
            at = np.searchsorted(readings.keys, asked, sorter=order)
            rows = order[np.minimum(at, len(order) - 1)]
            for key, row in zip(asked.tolist(), rows.tolist(), strict=True):
                if readings.keys[row] == key:
                    sentences = readings.sentences[readings.starts[row] : readings.starts[row + 1]]
                    found[key] = (readings.passages[row], sentences)
                    wanted.discard(key)
        return found

    def _all(self) -> Iterator[tuple[Readings, Rows]]:
        yield from self._seen
        for readings in self._left:
            self._seen.append((readings, np.argsort(readings.keys, kind="stable")))
            yield self._seen[-1]


def read_passages(
    laid: Sequence[Laid], reader: VectorReader, known: Known, *, quiet: bool = False
) -> Readings:
    """Read passages, but for those whose vectors are known already."""
    keys = [one.key for one in laid]
    found = known.find(keys)
    new = {key: one for key, one in zip(keys, laid, strict=True) if key not in found}
    order = list(new)
    made = reader.passages(list(new.values()))
    for number, passage, sentences in tqdm(
        made, desc="Reading passages", total=len(new), unit="passage", disable=quiet or not new or None
    ):
        found[order[number]] = (_bytes(passage[None])[0], _bytes(sentences))
    empty = np.zeros((0, reader.dimension), dtype=np.int8)
    return Readings(
        reader.fingerprint,
        np.array(keys, dtype=np.uint64),
        np.stack([found[key][0] for key in keys]) if keys else empty,
        np.concatenate([empty, *(found[key][1] for key in keys)]),
        np.cumsum([0, *(len(found[key][1]) for key in keys)], dtype=np.intp),
    )


def _bytes(vectors: Floats) -> Bytes:
    """Directions in signed bytes: each vector as large as fits."""
    largest = np.abs(vectors).max(axis=-1, keepdims=True, initial=1e-12)
    found: Bytes = np.round(vectors / largest * 127).astype(np.int8)
    return found


def _cosines(directions: Bytes, question: Floats) -> Floats:
    vectors = directions.astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=-1)
    dots: Floats = vectors @ question
    found: Floats = np.divide(dots, lengths, out=np.zeros_like(dots), where=lengths > 0)
    return found
