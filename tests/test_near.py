"""Vectors searched by inner product: the same nearest ones whether each is compared or lists are looked into."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from rag.indexing import near
from rag.indexing.near import Nearest, write_lists

Floats = npt.NDArray[np.float32]


def unit(count: int, dimension: int = 16, seed: int = 3) -> Floats:
    drawn = np.random.default_rng(seed).normal(size=(count, dimension))
    vectors: Floats = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
    return vectors


def best(vectors: Floats, query: Floats, k: int, rows: list[int] | None = None) -> list[int]:
    """The rows with the greatest products, computed plainly."""
    scores = vectors @ query
    among = range(len(vectors)) if rows is None else rows
    return sorted(among, key=lambda row: -float(scores[row]))[:k]


@pytest.fixture
def vectors() -> Floats:
    return unit(600)


@pytest.fixture
def lists(vectors: Floats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lists of vectors that count as many."""
    monkeypatch.setattr(near, "FEW", 100)
    monkeypatch.setattr(near, "_PER_LIST", 40)
    write_lists(vectors, tmp_path / "lists.bin")
    return tmp_path / "lists.bin"


def test_few_vectors_need_no_lists(tmp_path: Path, vectors: Floats) -> None:
    write_lists(vectors, tmp_path / "lists.bin")
    assert not (tmp_path / "lists.bin").exists()


def test_each_of_a_few_is_compared(tmp_path: Path, vectors: Floats) -> None:
    found = Nearest(vectors, tmp_path / "none").search(vectors[7], 5, [(0, 600)])
    assert [row for row, _ in found] == best(vectors, vectors[7], 5)
    assert found[0][0] == 7
    assert found[0][1] == pytest.approx(1.0, abs=1e-5)


def test_lists_find_what_comparing_each_does(vectors: Floats, lists: Path) -> None:
    opened = Nearest(vectors, lists)
    for at in range(0, 600, 60):
        found = opened.search(vectors[at], 5, [(0, 600)])
        assert [row for row, _ in found] == best(vectors, vectors[at], 5)


def test_scores_are_the_products_themselves_and_fall(vectors: Floats, lists: Path) -> None:
    query = unit(1, seed=8)[0]
    found = Nearest(vectors, lists).search(query, 20, [(0, 600)])
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert scores == pytest.approx([float(vectors[row] @ query) for row, _ in found], abs=1e-5)


@pytest.mark.parametrize("many", [False, True])
def test_what_was_taken_out_is_not_found(vectors: Floats, lists: Path, tmp_path: Path, many: bool) -> None:
    opened = Nearest(vectors, lists if many else tmp_path / "none")
    runs = [(0, 100), (250, 600)]
    left = [row for first, end in runs for row in range(first, end)]
    found = opened.search(vectors[180], 10, runs)
    assert [row for row, _ in found] == best(vectors, vectors[180], 10, left)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("size", [1, 30, 300])
def test_only_rows_asked_for_are_found(
    vectors: Floats, lists: Path, tmp_path: Path, many: bool, size: int
) -> None:
    opened = Nearest(vectors, lists if many else tmp_path / "none")
    rows = sorted(np.random.default_rng(size).choice(600, size, replace=False).tolist())
    found = opened.search(vectors[5], 8, [(0, 600)], np.array(rows, dtype=np.intp))
    assert [row for row, _ in found] == best(vectors, vectors[5], 8, rows)


def test_no_rows_are_no_neighbours(vectors: Floats, tmp_path: Path) -> None:
    opened = Nearest(vectors, tmp_path / "none")
    assert opened.search(vectors[5], 8, [(0, 600)], np.zeros(0, dtype=np.intp)) == []
    assert opened.search(vectors[5], 8, []) == []


def test_fewer_than_wanted_are_all_there_are(vectors: Floats, tmp_path: Path) -> None:
    assert len(Nearest(vectors, tmp_path / "none").search(vectors[0], 50, [(10, 13)])) == 3
