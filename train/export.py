"""Writing the reader as the product loads it: ONNX in eight bits, its tokenizer, and what it was made from."""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from tokenizers import Tokenizer
from torch import Tensor
from transformers import BertModel

_BLOCK = 128  # numbers that share a scale: an outlier spoils no more than these


class _States(torch.nn.Module):
    def __init__(self, base: BertModel) -> None:
        super().__init__()
        self.base = base

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        states: Tensor = self.base(ids, attention_mask=mask).last_hidden_state
        return states


def export(base: BertModel, tokenizer: Tokenizer, folder: Path) -> None:
    """Write `model.onnx` (token ids and mask to last states), `tokenizer.json` and `config.json`.

    Matrices and embeddings are stored in eight bits. What is multiplied with a matrix is rounded to eight bits in
    blocks, each with a scale of its own: with one scale for a whole text, as onnxruntime's dynamic quantisation has it,
    the few large numbers of this base's states moved a question's vector by .01 to .04 (cosine), and by what else was
    read with it. A card that lies there already is kept.
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
        words_only = whole.with_name("words.onnx")
        quantize_dynamic(whole, words_only, weight_type=QuantType.QInt8, op_types_to_quantize=["Gather"])
        matrices = MatMulNBitsQuantizer(
            onnx.load(words_only), bits=8, block_size=_BLOCK, is_symmetric=True, accuracy_level=4
        )
        matrices.process()
        onnx.save(matrices.model.model, folder / "model.onnx")
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    config = {"pad_token_id": base.config.pad_token_id, "hidden_size": base.config.hidden_size}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
