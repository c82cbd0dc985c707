"""The encoder's vocabulary and its fit, on a handful of pairs: what is near afterwards was not before."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from train.encoder import ComposedEmbedding, Stage, tokenise, train_stage
from train.pairs import Pairs
from train.save import save_model
from train.tokenizer import UNKNOWN, VocabularySize, build_tokenizer, composition, count_words, parts_of

TEXTS = (
    "人民政府发布公告 the government publishes a notice",
    "高龄津贴每月发放 the allowance is paid monthly",
    "停水通知 notice of a water outage 2025",
    "公园免费开放 the park opens free of charge",
)


@pytest.fixture(scope="module")
def counts() -> Counter[str]:
    return count_words([(text, 3.0) for text in TEXTS], total=len(TEXTS))


@pytest.fixture(scope="module")
def tokenizer(counts: Counter[str]) -> Tokenizer:
    return build_tokenizer(counts, VocabularySize(han=200, latin=200, digits=20), pieces=50)


def test_words_are_counted_by_the_weight_of_their_text(counts: Counter[str]) -> None:
    assert counts["notice"] == 6.0
    assert counts["2025"] == counts["公园"] == 3.0


def test_words_stay_whole_and_what_is_unknown_is_spelled(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("高龄津贴 notice").tokens[-1] == "notice"
    assert "津贴" in tokenizer.encode("高龄津贴").tokens
    spelled = tokenizer.encode("notices").tokens
    assert "".join(spelled) == "notices"
    assert UNKNOWN not in spelled


@pytest.mark.parametrize(
    ("one", "other"), [("停 水\n通知", "停水通知"), ("ＮＯＴＩＣＥ", "notice"), ("公园，开放！", "公园 开放")]
)
def test_prints_of_one_text_have_one_encoding(tokenizer: Tokenizer, one: str, other: str) -> None:
    assert tokenizer.encode(one).tokens == tokenizer.encode(other).tokens


def test_a_word_shares_parts_with_its_own_shorter_words() -> None:
    import Stemmer

    stemmer = Stemmer.Stemmer("english")
    assert {"人", "民", "人民", "政府"} <= set(parts_of("人民政府", stemmer))
    assert parts_of("publishes", stemmer) == parts_of("published", stemmer)
    assert parts_of("2025", stemmer) == parts_of(UNKNOWN, stemmer) == []


def test_every_entry_of_the_vocabulary_knows_its_parts(tokenizer: Tokenizer) -> None:
    made = composition(tokenizer)
    assert len(made.offsets) == tokenizer.get_vocab_size()
    assert int(made.ids.max()) < made.count


@pytest.fixture(scope="module")
def fitted(tokenizer: Tokenizer) -> tuple[torch.Tensor, torch.Tensor]:
    """The table of vectors before and after a short stage."""
    pairs = Pairs("own", symmetric=True)
    for text in TEXTS * 8:
        chinese, english = text.split(" ", 1)
        pairs.add(chinese, english)
    torch.manual_seed(1)
    model = ComposedEmbedding(composition(tokenizer), 16)
    before = model.table().detach().clone()
    generator = np.random.default_rng(1)
    stage = Stage(name="short", steps=60, batch=8, learning_rate=0.05, longest=40, weights={"own": 1.0})
    train_stage(model, [tokenise(tokenizer, pairs, generator)], stage, generator, 1)
    return before, model.table().detach()


def right(table: torch.Tensor, tokenizer: Tokenizer) -> float:
    """The share of texts that are nearest to their own translation."""

    def vector(text: str) -> torch.Tensor:
        return torch.nn.functional.normalize(table[tokenizer.encode(text).ids].mean(0), dim=0)

    sides = [text.split(" ", 1) for text in TEXTS]
    near = torch.stack([vector(one) for one, _ in sides]) @ torch.stack([vector(o) for _, o in sides]).T
    return float((near.argmax(1) == torch.arange(len(TEXTS))).float().mean())


def test_translations_are_nearest_after_the_fit(
    tokenizer: Tokenizer, fitted: tuple[torch.Tensor, torch.Tensor]
) -> None:
    before, after = fitted
    assert right(after, tokenizer) == 1.0
    assert right(before, tokenizer) < 1.0


def test_what_is_saved_gives_the_same_vectors_and_keeps_its_card(
    tokenizer: Tokenizer, fitted: tuple[torch.Tensor, torch.Tensor], tmp_path: Path
) -> None:
    from sentence_transformers import SentenceTransformer

    (tmp_path / "README.md").write_text("how it was made", encoding="utf-8")
    save_model(fitted[1], tokenizer, tmp_path)
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "how it was made"
    model = SentenceTransformer(str(tmp_path), device="cpu").float()
    own = torch.nn.functional.normalize(fitted[1][tokenizer.encode("高龄津贴").ids].mean(0), dim=0)
    assert model.encode("高龄津贴") == pytest.approx(own.numpy(), abs=2e-3)
