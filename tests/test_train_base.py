"""The pretrained base of the reader: read from the package's own file, cut down to the words that are used."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from tokenizers import Tokenizer
from transformers import BertModel

from train.base import load_base, trimmed

Floats = npt.NDArray[np.float32]

HIDDEN, INNER, POSITIONS = 32, 64, 24
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁公园", "公", "园", "▁park", "开放", "▁every", "放", "a"]


def quantised(matrix: Floats) -> bytes:
    """Blocks of 32 weights: a scale, then two weights a byte, the first 16 in the low halves."""
    blocks = matrix.reshape(-1, 32)
    scales = (np.abs(blocks).max(axis=1) / 7).astype("<f2")
    levels = np.clip(np.round(blocks / scales.astype("f4")[:, None]) + 8, 0, 15).astype(np.uint8)
    packed = levels[:, :16] | (levels[:, 16:] << 4)
    return b"".join(scale.tobytes() + row.tobytes() for scale, row in zip(scales, packed, strict=True))


def tensors() -> dict[str, Floats]:
    draw = np.random.default_rng(2)

    def some(*shape: int) -> Floats:
        return draw.normal(0, 0.1, size=shape).astype(np.float32)

    found = {
        "emb.word": some(len(PIECES), HIDDEN),
        "emb.pos": some(POSITIONS, HIDDEN),
        "emb.type": some(1, HIDDEN),
        "emb.ln.w": np.ones(HIDDEN, dtype=np.float32),
        "emb.ln.b": some(HIDDEN),
    }
    for short, rows, columns in (
        ("q", HIDDEN, HIDDEN),
        ("k", HIDDEN, HIDDEN),
        ("v", HIDDEN, HIDDEN),
        ("ao", HIDDEN, HIDDEN),
        ("fi", INNER, HIDDEN),
        ("fo", HIDDEN, INNER),
    ):
        found[f"l0.{short}.w"] = some(rows, columns)
        found[f"l0.{short}.b"] = some(rows)
    for short in ("aln", "oln"):
        found[f"l0.{short}.w"] = np.ones(HIDDEN, dtype=np.float32)
        found[f"l0.{short}.b"] = some(HIDDEN)
    return found


def written(file: Path, made: Mapping[str, Floats]) -> None:
    """A file as the package has it: matrices of the layer in four bits, everything else whole."""
    blob = b"".join(piece.encode() for piece in PIECES)
    ends = np.cumsum([0, *(len(piece.encode()) for piece in PIECES)]).astype("<u4")
    scores = np.array([-float(len(PIECES) - at) for at in range(len(PIECES))], dtype="<f4")
    parts = {
        name: quantised(one) if name.startswith("l0") and one.ndim == 2 else one.astype("<f4").tobytes()
        for name, one in made.items()
    }
    head = b"E5S1" + struct.pack("<i", 1)
    head += struct.pack("<7i", HIDDEN, 1, 4, INNER, len(PIECES), POSITIONS, 2) + struct.pack("<fi", 1e-12, 32)
    head += struct.pack("<5i", len(PIECES), 0, 2, 1, 3) + struct.pack("<Q", len(blob))
    head += ends.tobytes() + scores.tobytes() + blob + struct.pack("<iI", 0, 4) + b"\0" * 4
    size = 4 + sum(2 + len(name) + 21 for name in parts)
    directory, data, at = struct.pack("<i", len(parts)), b"", len(head) + size
    for name, content in parts.items():
        directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BI", 0, 0)
        directory += struct.pack("<QQ", at + len(data), len(content))
        data += content
    file.write_bytes(head + directory + data)


@pytest.fixture
def base(tmp_path: Path) -> tuple[BertModel, Tokenizer]:
    written(tmp_path / "base.bin", tensors())
    return load_base(tmp_path / "base.bin")


def test_another_file_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "base.bin").write_bytes(b"GGUF and more")
    with pytest.raises(ValueError, match="begins with b'GGUF'; expected b'E5S1'"):
        load_base(tmp_path / "base.bin")


def test_what_is_kept_whole_is_read_as_it_was(base: tuple[BertModel, Tokenizer]) -> None:
    words = base[0].embeddings.word_embeddings.weight
    assert np.array_equal(words.detach().numpy(), tensors()["emb.word"])
    assert base[0].config.pad_token_id == 1


def test_what_is_kept_in_four_bits_is_near_and_in_its_place(base: tuple[BertModel, Tokenizer]) -> None:
    inner = base[0].state_dict()["encoder.layer.0.intermediate.dense.weight"].numpy()
    made = tensors()["l0.fi.w"]
    assert inner.shape == (INNER, HIDDEN)
    assert np.abs(inner - made).max() <= np.abs(made).max() / 7 / 2 + 1e-3


def test_a_kind_of_token_that_is_missing_is_the_first(base: tuple[BertModel, Tokenizer]) -> None:
    kinds = base[0].embeddings.token_type_embeddings.weight
    assert kinds.shape == (2, HIDDEN)
    assert torch.equal(kinds[0], kinds[1])


def test_a_text_stands_between_its_marks(base: tuple[BertModel, Tokenizer]) -> None:
    tokenizer = base[1]
    encoded = tokenizer.encode("公园开放")
    assert encoded.tokens == ["<s>", "▁公园", "开放", "</s>"]
    assert tokenizer.encode("公园", "park").tokens == ["<s>", "▁公园", "</s>", "</s>", "▁park", "</s>"]


def test_only_words_that_are_used_stay_and_mean_the_same(base: tuple[BertModel, Tokenizer]) -> None:
    model, tokenizer = base
    model.train(False)
    ids = torch.tensor([tokenizer.encode("公园开放").ids])
    with torch.no_grad():
        before = model(ids).last_hidden_state
    smaller, cut = trimmed(model, tokenizer, ["公园开放"])
    assert cut.get_vocab().keys() == set(PIECES) - {"▁", "▁park", "▁every"}
    assert smaller.config.vocab_size == cut.get_vocab_size() == len(PIECES) - 3
    assert cut.encode("公园开放").tokens == ["<s>", "▁公园", "开放", "</s>"]
    with torch.no_grad():
        after = smaller(torch.tensor([cut.encode("公园开放").ids])).last_hidden_state
    assert torch.allclose(before, after)


def test_characters_stay_though_no_text_uses_them(base: tuple[BertModel, Tokenizer]) -> None:
    _, cut = trimmed(*base, [])
    assert {"公", "园", "放", "a"} <= cut.get_vocab().keys()
    assert "开放" not in cut.get_vocab()
    assert cut.encode("开").ids[1:-1] == [cut.token_to_id("<unk>")]
