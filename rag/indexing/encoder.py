"""Sentence encoders: our own static one, read in milliseconds, or any SentenceTransformer by path or name."""

from __future__ import annotations

import hashlib
import json
import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.sparse import csr_matrix

from rag.errors import BulletinError
from rag.indexing.late import Bags, TokenVectors

if TYPE_CHECKING:
    import numpy.typing as npt
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

    Vectors = npt.NDArray[np.float32]

Stamps = tuple[tuple[str, int, int], ...]
_STATIC_MODULE = "StaticEmbedding"
_KEPT = 64  # questions
_ROWS = 4096  # token vectors read at once


class Encoder(Protocol):
    """What the index and the retriever need of a model."""

    name: str
    fingerprint: str
    """Changes when vectors made before and after would not be comparable."""
    dimension: int

    @property
    def by_word(self) -> WordEncoder | None:
        """The same encoder as one that tells texts apart word by word; None where it can't."""
        ...

    def queries(self, texts: list[str]) -> Vectors:
        """Unit vectors of questions, shape (len(texts), dimension), float32."""
        ...

    def documents(self, texts: list[str]) -> Vectors:
        """Unit vectors of passages, shape (len(texts), dimension), float32."""
        ...


class WordEncoder(Encoder, Protocol):
    """An encoder that has a vector a word, whatever stands around it."""

    def query_bags(self, texts: list[str]) -> Bags:
        """The words of questions, as token ids."""
        ...

    def document_bags(self, texts: list[str]) -> Bags:
        """The words of passages, as token ids."""
        ...

    def means(self, bags: Bags) -> Vectors:
        """Unit vectors of texts by their words, shape (texts, dimension)."""
        ...

    def late(self, question: str, bags: Bags) -> Vectors:
        """How well texts answer to the words of a question (`rag.indexing.late`), shape (texts,), each at most 1."""
        ...


class StaticEncoder:
    """A SentenceTransformer of one StaticEmbedding, computed with numpy: the mean of its token vectors.

    The same numbers as SentenceTransformer gives (a test compares them), without the seconds that
    importing torch takes.
    """

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        module = _static_module(folder)
        if module is None:
            raise BulletinError(
                f"{folder} is no static encoder; expected one {_STATIC_MODULE} in modules.json."
            )
        self.name = folder.name
        self._weights = _weights_in(module / "model.safetensors")
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(module / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.dimension = int(self._weights.shape[1])
        self._words = TokenVectors(self._weights)
        # a question is looked at many times on the way to its answer
        self._query_bag = lru_cache(maxsize=_KEPT)(lambda text: self._bags([self._query_prompt + text]))
        self._query_vector = lru_cache(maxsize=_KEPT)(lambda text: self.means(self._query_bag(text)))
        prompts = _prompts(folder)
        self._query_prompt = prompts.get("query", "")
        self._document_prompt = prompts.get("document", "")
        self.fingerprint = _folder_fingerprint(folder)

    @property
    def by_word(self) -> StaticEncoder:
        """Itself: it has no other vectors than those of words."""
        return self

    def late(self, question: str, bags: Bags) -> Vectors:
        """How well texts answer to the words of a question, shape (texts,), each at most 1."""
        return self._words.scores(self.query_bags([question]).ids, bags)

    def queries(self, texts: list[str]) -> Vectors:
        """Unit vectors of questions, shape (len(texts), dimension); a text without known tokens is all zeros."""
        return self._query_vector(texts[0]) if len(texts) == 1 else self.means(self.query_bags(texts))

    def documents(self, texts: list[str]) -> Vectors:
        """Unit vectors of passages, shape (len(texts), dimension); a text without known tokens is all zeros."""
        return self.means(self.document_bags(texts))

    def query_bags(self, texts: list[str]) -> Bags:
        """Token ids of questions."""
        return (
            self._query_bag(texts[0])
            if len(texts) == 1
            else self._bags([self._query_prompt + t for t in texts])
        )

    def document_bags(self, texts: list[str]) -> Bags:
        """Token ids of passages."""
        return self._bags([self._document_prompt + text for text in texts])

    def _bags(self, texts: list[str]) -> Bags:
        found = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        return Bags.of([encoding.ids for encoding in found])

    def means(self, bags: Bags) -> Vectors:
        """Unit vectors of texts given as token ids, shape (texts, dimension)."""
        ones = np.ones(len(bags.ids), dtype=np.float32)
        # the sum points where the mean does; a sparse product gathers no vector twice
        words = csr_matrix((ones, bags.ids, bags.starts), shape=(len(bags), len(self._weights)))
        vectors: Vectors = words @ self._weights
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return vectors


class TransformerEncoder:
    """Any SentenceTransformer, a local folder or a hub name, with its own or the given prompts."""

    by_word = None

    def __init__(self, name: str, query_prompt: str | None, document_prompt: str | None) -> None:
        local = Path(name).is_dir()
        if local:  # must be set before the hub library is first imported
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from sentence_transformers import SentenceTransformer

        try:
            self._model: SentenceTransformer = SentenceTransformer(name, device="cpu", local_files_only=local)
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise _unloadable(name, error) from error
        self.name = Path(name).name if local else name
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise BulletinError(
                f"Encoder {name!r} names no vector size; expected a sentence embedding model."
            )
        self.dimension = dimension
        self._query_prompt = query_prompt
        self._document_prompt = document_prompt
        where = _folder_fingerprint(Path(name)) if local else name
        of_all = f"{where}|{query_prompt}|{document_prompt}"
        self.fingerprint = hashlib.sha256(of_all.encode()).hexdigest()[:16]

    def queries(self, texts: list[str]) -> Vectors:
        """Unit vectors of questions, shape (len(texts), dimension)."""
        vectors = self._model.encode_query(texts, prompt=self._query_prompt, normalize_embeddings=True)
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimension)

    def documents(self, texts: list[str]) -> Vectors:
        """Unit vectors of passages, shape (len(texts), dimension)."""
        vectors = self._model.encode_document(texts, prompt=self._document_prompt, normalize_embeddings=True)
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimension)


def load_encoder(name: str, query_prompt: str | None = None, document_prompt: str | None = None) -> Encoder:
    """Load an encoder by folder or hub name; a folder is never looked for on a network.

    :param name: A folder saved by SentenceTransformer, or a hub name.
    :param query_prompt: Put before each question; None takes the model's own.
    :param document_prompt: Put before each passage; None takes the model's own.
    :raises BulletinError: if there is no such encoder or it can't be loaded.
    """
    folder = Path(name)
    if (
        query_prompt is None
        and document_prompt is None
        and folder.is_dir()
        and _static_module(folder) is not None
    ):
        try:
            return _loaded(folder, stamps(folder))
        except Exception as error:  # the readers of weights and tokenizers raise types of their own
            raise _unloadable(name, error) from error
    looks_like_path = folder.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1
    if looks_like_path and not folder.is_dir():
        raise BulletinError(
            f"No encoder at {name}: there is no such folder. Expected a folder that SentenceTransformer saved; "
            "correct --encoder (or BULLETIN_ENCODER), or leave it out to use the built-in one."
        )
    return TransformerEncoder(name, query_prompt, document_prompt)


@lru_cache(maxsize=2)  # a process opens one version of an index after another, all with the same encoder
def _loaded(folder: Path, _files: Stamps) -> StaticEncoder:
    return StaticEncoder(folder)


def stamps(folder: Path) -> Stamps:
    """Name, time and size of each file below a folder: the same while nothing in it was written."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return tuple((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files)


def _unloadable(name: str, error: Exception) -> BulletinError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return BulletinError(
        f"Encoder {name!r} could not be loaded ({reason}). Expected a folder that SentenceTransformer saved, or a hub "
        "name on a machine that reaches the hub. Give one with --encoder, or leave it out to use the built-in one."
    )


def _static_module(folder: Path) -> Path | None:
    """The folder of the StaticEmbedding where the model is one (and at most a Normalize after it)."""
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    kinds = [str(module["type"]).rsplit(".", 1)[-1] for module in modules]
    if kinds not in ([_STATIC_MODULE], [_STATIC_MODULE, "Normalize"]):
        return None
    return folder / str(modules[0]["path"])


def _weights_in(file: Path) -> Vectors:
    """The table of a StaticEmbedding, read a part at a time.

    A block as large as the file would be given back, but glibc then keeps as much of what is freed later.
    """
    from safetensors import safe_open

    with safe_open(file, framework="numpy") as opened:
        table = opened.get_slice("embedding.weight")
        count, dimension = table.get_shape()
        weights = np.empty((count, dimension), dtype=np.float32)
        for first in range(0, count, _ROWS):
            end = min(first + _ROWS, count)
            weights[first:end] = table[first:end]
    return weights


def _prompts(folder: Path) -> dict[str, str]:
    try:
        config = json.loads((folder / "config_sentence_transformers.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return dict(config.get("prompts") or {})


def _folder_fingerprint(folder: Path) -> str:
    """Digest of what decides the vectors: every weight, tokenizer and configuration file."""
    files = sorted(
        p for p in folder.rglob("*") if p.is_file() and p.suffix in {".safetensors", ".json", ".bin"}
    )
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as opened:
            while part := opened.read(1 << 20):
                digest.update(part)
    return digest.hexdigest()[:16]
