"""Passages packed into one file: each comes back as it went in, by its id, whatever was packed beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.chunk import Chunk
from rag.index import Passage
from rag.indexing.fields import Fields, Rendering, Written
from rag.indexing.packed import Packed, Packer
from tests.test_owed import PLAIN


def passage(name: str, questions: int = 0) -> Passage:
    chunk = Chunk(name, PLAIN.id, "made.txt", ((0, 4),), ("一、总则",), "停水四天", ())
    asked = tuple(Written((0, 4), f"{name}问{at}？") for at in range(questions))
    return Passage(chunk, PLAIN, Fields((Rendering((0, 4), f"{name} in English"),), asked))


def packed(folder: Path, *passages: Passage, document: int = 0) -> Packed:
    folder.mkdir(parents=True, exist_ok=True)
    packer = Packer(folder)
    for one in passages:
        packer.add(one, document)
    packer.close()
    return Packed(folder)


def test_a_passage_comes_back_as_it_went_in(tmp_path: Path) -> None:
    put = [passage("b", 2), passage("a"), passage("c", 1)]
    found = packed(tmp_path, *put)
    assert len(found) == 3
    assert [found.id_of(row) for row in range(3)] == ["b", "a", "c"]
    for row, one in enumerate(put):
        assert found.record(row) == (one.chunk, one.fields)


def test_rows_are_found_by_id_in_the_order_asked_for(tmp_path: Path) -> None:
    found = packed(tmp_path, passage("b"), passage("a"), passage("cc"))
    assert found.rows(["cc", "b", "a", "b"]).tolist() == [2, 0, 1, 0]


@pytest.mark.parametrize("strange", ["", "0", "aa", "zz", "a much longer id than any that is here"])
def test_an_id_that_is_none_of_these_has_no_row(tmp_path: Path, strange: str) -> None:
    found = packed(tmp_path, passage("b"), passage("a"))
    assert found.rows([strange, "a"]).tolist() == [-1, 1]


def test_nothing_packed_holds_nothing(tmp_path: Path) -> None:
    found = packed(tmp_path)
    assert len(found) == 0
    assert found.rows(["a"]).tolist() == [-1]
    assert found.rows([]).tolist() == []


def test_the_questions_of_each_passage_are_numbered_through(tmp_path: Path) -> None:
    found = packed(tmp_path, passage("b", 2), passage("a"), passage("c", 3))
    assert found.first_question.tolist() == [0, 2, 2, 5]


def test_passages_of_another_segment_are_taken_as_they_are(tmp_path: Path) -> None:
    first = packed(tmp_path / "one", passage("a", 1), passage("b", 2), passage("c"), document=1)
    folder = tmp_path / "other"
    folder.mkdir()
    packer = Packer(folder)
    packer.add(passage("x", 1), 0)
    packer.take(first, range(1, 3), 5)
    packer.close()
    found = Packed(folder)
    assert [found.id_of(row) for row in range(3)] == ["x", "b", "c"]
    assert found.record(1) == first.record(1)
    assert found.documents.tolist() == [0, 6, 6]
    assert found.first_question.tolist() == [0, 1, 3, 3]


def test_a_file_that_is_missing_or_damaged_is_an_error(tmp_path: Path) -> None:
    packed(tmp_path, passage("a"))
    (tmp_path / "starts.npy").write_bytes(b"no array")
    with pytest.raises(ValueError, match=r"."):
        Packed(tmp_path)
    (tmp_path / "passages.bin").unlink()
    np.save(tmp_path / "starts.npy", np.array([0, 9], dtype=np.int64))
    with pytest.raises(OSError, match="passages"):
        Packed(tmp_path)
