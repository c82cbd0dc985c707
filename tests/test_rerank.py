from dataclasses import replace
from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from rag.answer import Engine
from rag.errors import BulletinError
from rag.index import Index
from rag.retrieval.rerank import AT_MOST, Reranker
from rag.settings import Settings

QUESTION = "兰山区养老床位有多少张"


def model(folder: Path, labels: int) -> str:
    """A cross-encoder of random weights: what it thinks is worth nothing, but it is a real one."""
    words = {
        word: at for at, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"兰山区养老床位多少张年的"])
    }
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Split("", "isolated")
    names = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **names)  # type: ignore[no-untyped-call]
    fast.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
    )
    config.num_labels = labels
    BertForSequenceClassification(config).save_pretrained(folder)
    return str(folder)


def test_a_cross_encoder_orders_the_best_anew_and_leaves_the_rest(
    index: Index, settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    reranked = Engine(index, replace(settings, reranker=model(tmp_path / "one", 1)))
    plain = [hit.row for hit in engine.retriever.search(QUESTION, 10)[1]]
    found = [hit.row for hit in reranked.retriever.search(QUESTION, 10)[1]]
    assert sorted(found[:AT_MOST]) == sorted(plain[:AT_MOST])
    assert found[AT_MOST:] == plain[AT_MOST:]
    scores = Reranker(str(tmp_path / "one"))
    hits = engine.retriever.search(QUESTION, 10)[1]
    order = scores.order(QUESTION, [hit.passage.headed for hit in hits[:AT_MOST]])
    assert found[:AT_MOST] == [hits[at].row for at in order]


def test_a_model_that_ranks_nothing_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(BulletinError, match="gives 3 scores a passage; expected one"):
        Reranker(model(tmp_path / "three", 3))


def test_a_missing_model_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BulletinError, match="BULLETIN_RERANKER"):
        Reranker(str(tmp_path / "empty"))
