"""What one large bulletin costs to read and index: `python -m eval large 50`.

It is made of the made bulletins of `eval.scale`, one after the other. A process of its own reads it, cuts it into
passages and writes all that an index holds of them but vectors; another one indexes it as `python -m rag index` does,
the reader left out, which takes 30 ms a passage.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from eval.living import memory
from rag.index import open_index
from rag.indexing.aside import Aside
from rag.indexing.reader import NONE
from rag.indexing.segment import write
from rag.indexing.store import Entry, Records
from rag.reading.corpus import read_bulletin
from rag.settings import Settings

_MEGABYTE = 1_000_000
_LOOK = 0.2  # seconds between two looks at the memory
_MADE = 150_000  # bytes that a made bulletin has at least


@dataclass(frozen=True, slots=True)
class Large:
    """What it took."""

    bytes: int
    passages: int
    without_vectors: Cost
    indexed: Cost


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the clock and of processors, and the most MB held at once, libraries and mapped files included.

    All is of the process and those it started.
    """

    clock: float
    processor: float
    memory: float


def measure(
    megabytes: float, folder: Path, settings: Settings, public: Sequence[Sequence[str]] = ()
) -> Large:
    """Make a bulletin of about so many megabytes, and measure it.

    :param folder: Where it is kept; it is made once.
    :param public: Documents that stand in it as they are (`eval.scale.public_documents`).
    """
    own = replace(
        settings, data=folder / f"{megabytes:g}MB", index=folder / f"{megabytes:g}MB" / "index", reader=NONE
    )
    file = own.bulletins / "large.txt"
    if not file.is_file():
        _make(int(megabytes * _MEGABYTE), file, own, settings, public)
    shutil.rmtree(own.index, ignore_errors=True)
    passages, without_vectors = _apart(_without_vectors, own)
    _, indexed = _apart(_indexed, own)
    return Large(file.stat().st_size, passages, without_vectors, indexed)


def shown(large: Large) -> str:
    """The measures for people."""
    said = [f"{large.bytes / _MEGABYTE:.1f} MB, {large.passages:,} passages"]
    for name, cost in (
        ("read, cut and written without vectors", large.without_vectors),
        ("indexed", large.indexed),
    ):
        said.append(
            f"{name}: {cost.clock:.0f} s, {cost.processor:.0f} s of processors, {cost.memory:,.0f} MB"
        )
    return "\n".join(said)


def _make(size: int, file: Path, own: Settings, settings: Settings, public: Sequence[Sequence[str]]) -> None:
    from eval.scale import make  # with all that asks, which would count as memory of what only reads

    parts = replace(own, data=own.data / "parts")
    make(size // _MADE + 1, parts, settings, public)
    file.parent.mkdir(parents=True)
    with file.open("wb") as whole:
        for part in sorted(parts.bulletins.glob("*.txt")):
            whole.write(part.read_bytes())
            if whole.tell() >= size:
                break
    (own.data / "lexicon").symlink_to((settings.data / "lexicon").resolve())


def _apart(work: Callable[[Settings], int], own: Settings) -> tuple[int, Cost]:
    """What some work gives in a process of its own, and what that cost."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as one:
        process, done = one.submit(os.getpid).result(), one.submit(_costed, work, own)
        most = 0.0
        while not done.done():
            most = max(most, memory(process))
            wait([done], _LOOK)
        most = max(most, memory(process))
        found, clock, processor = done.result()
    return found, Cost(clock, processor, most)


def _costed(work: Callable[[Settings], int], own: Settings) -> tuple[int, float, float]:
    """What some work gives, and the seconds it took: on the clock, of processors."""
    began, used = time.perf_counter(), _used()
    found = work(own)
    return found, time.perf_counter() - began, _used() - used


def _used() -> float:
    times = os.times()
    return sum(times[:4])


def _without_vectors(own: Settings) -> int:
    bulletin = read_bulletin(own.bulletins / "large.txt")
    own.index.mkdir(parents=True)
    text, chunks = bulletin.text, Aside.of(bulletin, own.index)
    records = Records(bulletin.name, bulletin.encoding, bulletin.documents, chunks, {})
    del bulletin
    vectors = np.zeros((len(chunks), 1), dtype=np.float32)
    write(own.index / "without", [Entry(records, text, vectors, vectors[:0])])
    return len(chunks)


def _indexed(own: Settings) -> int:
    return len(open_index(own, quiet=True).store)
