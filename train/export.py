"""Writing the reader as the product loads it: ONNX in eight bits, its tokenizer, and what it was made from."""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import Tensor
from transformers import BertModel


class _States(torch.nn.Module):
    def __init__(self, base: BertModel) -> None:
        super().__init__()
        self.base = base

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        states: Tensor = self.base(ids, attention_mask=mask).last_hidden_state
        return states


def export(base: BertModel, tokenizer: Tokenizer, folder: Path) -> None:
    """Write `model.onnx` (token ids and mask to last states), `tokenizer.json` and `config.json`.

    Matrices and embeddings are stored in eight bits, a scale a column; sums are taken in whole numbers. A card that
    lies there already is kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ids = torch.randint(5, 100, (2, 40))
    texts, words = torch.export.Dim("texts", min=1, max=512), torch.export.Dim("tokens", min=2, max=512)
    shapes = {0: texts, 1: words}
    base.train(False)
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = Path(name) / "whole.onnx"
        torch.onnx.export(
            _States(base), (ids, torch.ones_like(ids)), str(whole), input_names=["ids", "mask"],
            output_names=["states"], dynamic_shapes={"ids": shapes, "mask": shapes}, opset_version=18, dynamo=True,
            verbose=False,
        )  # fmt: skip
        # without 16-bit sums (VNNI) a product of eight-bit numbers overflows: seven bits of the weights are used
        quantize_dynamic(
            whole, folder / "model.onnx", weight_type=QuantType.QInt8, per_channel=True, reduce_range=True,
            op_types_to_quantize=["MatMul", "Gather", "Gemm"],
        )  # fmt: skip
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    config = {"pad_token_id": base.config.pad_token_id, "hidden_size": base.config.hidden_size}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
