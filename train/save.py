"""Writing the encoder as a sentence-transformers model that any SentenceTransformer loader reads."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from tokenizers import Tokenizer

CARD = "README.md"


def save_model(table: torch.Tensor, tokenizer: Tokenizer, folder: Path) -> None:
    """Write a (vocabulary, dimensions) table and its tokeniser; a card that lies there already is kept.

    Numbers are stored in half precision: `SentenceTransformer(folder).float()` computes in single precision.
    """
    card = (folder / CARD).read_text(encoding="utf-8") if (folder / CARD).exists() else None
    embedding = StaticEmbedding(tokenizer, embedding_weights=table.detach().to(torch.float16).contiguous())
    model = SentenceTransformer(modules=[embedding, Normalize()], device="cpu")
    model.save_pretrained(str(folder), create_model_card=False)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "model.safetensors").chmod(0o644)
    # The versions it was saved with say nothing to a reader of the model and would change with every run.
    config = folder / "config_sentence_transformers.json"
    settings = json.loads(config.read_text(encoding="utf-8"))
    config.write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    if card is not None:
        (folder / CARD).write_text(card, encoding="utf-8")
