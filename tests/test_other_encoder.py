"""Another encoder than ours, a transformer that reads texts whole: indexed and answered from like any other."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from transformers import BertConfig, BertModel, BertTokenizer

from rag.answer import Engine
from rag.index import Index, open_index
from rag.indexing.encoder import load_encoder
from rag.settings import Settings

NOTICE = """青禾市人民政府关于开放人民公园的通告
青政通〔2025〕4号
人民公园自2026年7月1日起全天免费开放，原收费办法同时停止执行。
公园内禁止烧烤和钓鱼，违者处50元罚款。
公园管理处电话：0539-8184032。
青禾市人民政府
2025年12月1日
"""
DIMENSION = 32


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A transformer of random weights that knows the characters of the notice."""
    folder = tmp_path_factory.mktemp("encoder")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(set(NOTICE) - {"\n"})]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    config = BertConfig(
        vocab_size=len(words), hidden_size=DIMENSION, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=256,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder / "bert")
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    read = Transformer(str(folder / "bert"), max_seq_length=256)
    model = SentenceTransformer(modules=[read, Pooling(DIMENSION)], device="cpu")
    model.save(str(folder / "model"), create_model_card=False)
    return folder / "model"


@pytest.fixture(scope="module")
def settings(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("other")
    settings = replace(
        Settings(), data=folder / "data", index=folder / "index", encoder=str(encoder), reader="none"
    )
    settings.bulletins.mkdir(parents=True)
    (settings.bulletins / "park.txt").write_text(NOTICE, encoding="utf-8")
    return settings


@pytest.fixture(scope="module")
def index(settings: Settings) -> Index:
    return open_index(settings, quiet=True)


@pytest.fixture(scope="module")
def engine(index: Index, settings: Settings) -> Engine:
    return Engine(index, settings)


def test_its_vectors_are_of_unit_length_and_of_its_own_size(encoder: Path) -> None:
    vectors = load_encoder(str(encoder)).documents(["公园开放", "禁止钓鱼"])
    assert vectors.shape == (2, DIMENSION)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)


def test_it_knows_no_words_one_by_one(encoder: Path) -> None:
    assert load_encoder(str(encoder)).by_word is None


def test_a_prompt_of_ones_own_makes_another_encoder(encoder: Path) -> None:
    plain, asked = load_encoder(str(encoder)), load_encoder(str(encoder), query_prompt="开放")
    assert plain.fingerprint != asked.fingerprint
    assert not np.allclose(plain.queries(["公园"]), asked.queries(["公园"]))
    assert np.allclose(plain.documents(["公园"]), asked.documents(["公园"]), atol=1e-5)


def test_an_index_is_made_with_it_and_says_so(index: Index, settings: Settings) -> None:
    assert index.encoder.fingerprint == load_encoder(settings.encoder).fingerprint
    ids = [passage.id for passage in index.passages]
    assert index.store.vectors(ids).shape == (len(ids), DIMENSION)
    assert index.late("公园", ids) is None


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("人民公园什么时候开放？", "7月1日"),
        ("公园里钓鱼罚多少钱？", "50元"),
        ("公园管理处电话多少？", "8184032"),
    ],
)
def test_questions_are_answered_with_their_place(engine: Engine, question: str, holds: str) -> None:
    query, hits = engine.retriever.search(question, 3)
    best, *_ = engine.chooser.candidates(query, hits)
    assert hits[0].passage.document.number == "青政通〔2025〕4号"
    assert any(holds in one.unit.reading for one in engine.chooser.candidates(query, hits)[:3])
    assert engine.index.quote("park.txt", best.spans) in NOTICE
    answer = engine.ask(question)
    for citation in answer.citations:
        assert citation.quote == "".join(NOTICE[start:end] for start, end in citation.spans)


def test_that_nothing_was_fitted_to_it_is_said_in_the_log(
    index: Index, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        Engine(index, settings)
    assert "is not the one that" in caplog.text
    assert "Fit anew" in caplog.text
