"""The reader: how near a question is to a passage and to each of its sentences, every sentence read in its context.

The built-in one was tuned from a pretrained multilingual encoder (models/reader-zh-en/README.md). One pass over a
passage, headings first, gives a vector a sentence (the mean of its tokens' last states) and one for the passage (the
mean of all), so they are made once, at indexing, and a question costs one short pass of its own. Günther et al. 2024
("late chunking") for the pooling. Any other model of the kind will do instead (`BULLETIN_READER`), and so will one that
reads question and passage together, a cross-encoder or a token classifier; that one reads the few best passages at each
question.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from tokenizers import Encoding, Tokenizer

from rag.errors import BulletinError
from rag.indexing.encoder import Stamps, stamps
from rag.indexing.layout import LONGEST, LONGEST_QUESTION, PASSAGE, QUERY, Laid

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

NONE = "none"
"""The name of no reader at all."""
_WINDOW = 700  # characters of a passage read at once, headings included: some 450 tokens
_BATCH = 8
_KEPT = 4096  # questions whose vectors are kept, 1.5 kB each


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of a passage for a question; the higher, the likelier an answer."""

    passage: float
    sentences: Floats
    """Shape (units,)."""

    @property
    def best(self) -> float:
        """That of its likest sentence; 0 where it has none."""
        return float(self.sentences.max()) if len(self.sentences) else 0.0


@runtime_checkable
class VectorReader(Protocol):
    """A reader that compares vectors, which it makes of passages once."""

    name: str
    fingerprint: str
    dimension: int

    def questions(self, texts: Sequence[str]) -> Floats:
        """Unit vectors of questions, shape (texts, dimension)."""
        ...

    def passages(self, laid: Sequence[Laid]) -> Iterator[tuple[int, Floats, Floats]]:
        """Of each passage, in any order: its number, its unit vector, and those of its sentences."""
        ...


class JointReader(Protocol):
    """A reader that reads question and passage together, at each question."""

    name: str
    fingerprint: str

    def read(self, question: str, laid: Sequence[Laid]) -> list[Reading]:
        """What it makes of some passages."""
        ...


Reader = VectorReader | JointReader
_States = Callable[["npt.NDArray[np.int64]", "npt.NDArray[np.int64]"], "Floats"]


class PoolingReader:
    """Sentence vectors in context, by any encoder of tokens: mean pooling of its last states."""

    def __init__(
        self, name: str, fingerprint: str, tokenizer: Tokenizer, states: _States, padding: int
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self._tokenizer = tokenizer
        self._states = states
        self._padding = padding
        self.dimension = int(states(np.array([[0, 0]]), np.array([[1, 1]])).shape[-1])
        self._question = lru_cache(maxsize=_KEPT)(lambda text: self._pooled([text])[0])

    def questions(self, texts: Sequence[str]) -> Floats:
        """Unit vectors of questions, shape (texts, dimension); those asked lately are remembered."""
        if len(texts) == 1:
            one: Floats = self._question(texts[0])[None]
            return one
        return self._pooled(texts)

    def _pooled(self, texts: Sequence[str]) -> Floats:
        encodings = self._tokenizer.encode_batch([QUERY + text for text in texts])
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for numbers, states, mask in self._runs(encodings, LONGEST_QUESTION):
            weights = mask[..., None].astype(np.float32)
            vectors[numbers] = (states * weights).sum(axis=1) / weights.sum(axis=1)
        return _unit(vectors)

    def passages(self, laid: Sequence[Laid]) -> Iterator[tuple[int, Floats, Floats]]:
        """Of each passage its number, its unit vector, and those of its sentences; a window at a time."""
        wholes = np.zeros((len(laid), self.dimension), dtype=np.float32)
        sentences = [np.zeros((len(one.sentences), self.dimension), dtype=np.float32) for one in laid]
        windows = [(number, *window) for number, one in enumerate(laid) for window in _windows(one)]
        left = np.bincount([number for number, *_ in windows], minlength=len(laid))
        encodings = self._tokenizer.encode_batch([PASSAGE + text for _, text, _ in windows])
        for numbers, states, mask in self._runs(encodings, LONGEST):
            for row, at in enumerate(numbers):
                number, _, places = windows[at]
                width = int(mask[row].sum())
                offsets = np.array(encodings[at].offsets[:width]) - len(PASSAGE)
                wholes[number] += states[row, :width].sum(axis=0)
                for unit, (start, end) in places:
                    inside = (offsets[:, 1] > start) & (offsets[:, 0] < end) & (offsets[:, 1] > offsets[:, 0])
                    if inside.any():
                        sentences[number][unit] = states[row, :width][inside].mean(axis=0)
                left[number] -= 1
                if not left[number]:
                    yield number, _unit(wholes[number : number + 1])[0], _unit(sentences[number])

    def _runs(
        self, encodings: Sequence[Encoding], longest: int
    ) -> Iterator[tuple[list[int], Floats, npt.NDArray[np.int64]]]:
        """States of texts, shape (texts, tokens, dimension), a batch of like lengths at a time, and their masks."""
        order = sorted(range(len(encodings)), key=lambda n: len(encodings[n].ids))
        for first in range(0, len(order), _BATCH):
            numbers = order[first : first + _BATCH]
            width = min(longest, max(len(encodings[n].ids) for n in numbers))
            ids = np.full((len(numbers), width), self._padding, dtype=np.int64)
            mask = np.zeros((len(numbers), width), dtype=np.int64)
            for row, n in enumerate(numbers):
                own = encodings[n].ids[:width]
                ids[row, : len(own)], mask[row, : len(own)] = own, 1
            yield numbers, self._states(ids, mask), mask


class CrossEncoderReader:
    """A cross-encoder with one score: it judges the passage, and each sentence under its headings."""

    def __init__(
        self, name: str, fingerprint: str, scores: Callable[[list[tuple[str, str]]], Floats]
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self._scores = scores

    def read(self, question: str, laid: Sequence[Laid]) -> list[Reading]:
        """The probabilities it gives to passages and sentences."""
        texts: list[str] = []
        for one in laid:
            headings = one.text[: one.sentences[0][0]] if one.sentences else ""
            texts += [one.text, *(headings + one.text[start:end] for start, end in one.sentences)]
        scores = self._scores([(question, text) for text in texts])
        found, at = [], 0
        for one in laid:
            last = at + 1 + len(one.sentences)
            found.append(Reading(float(scores[at]), scores[at + 1 : last]))
            at = last
        return found


class TokenReader:
    """A token classifier that reads question and passage together: its last label marks what answers."""

    def __init__(
        self, name: str, fingerprint: str, marks: Callable[[str, str], tuple[Floats, list[tuple[int, int]]]]
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self._marks = marks

    def read(self, question: str, laid: Sequence[Laid]) -> list[Reading]:
        """A sentence's score is the mean of its tokens' probabilities, a passage's that of its best sentence."""
        found = []
        for one in laid:
            marks, places = self._marks(question, one.text)
            offsets = np.array(places).reshape(-1, 2)
            scores = np.zeros(len(one.sentences), dtype=np.float32)
            for unit, (start, end) in enumerate(one.sentences):
                inside = (offsets[:, 1] > start) & (offsets[:, 0] < end) & (offsets[:, 1] > offsets[:, 0])
                scores[unit] = marks[inside].mean() if inside.any() else 0.0
            found.append(Reading(float(scores.max(initial=0.0)), scores))
        return found


def load_reader(name: str) -> Reader | None:
    """Load a reader by folder or hub name; a folder is never looked for on a network.

    :param name: The built-in one's folder, or any encoder, cross-encoder or token classifier that transformers can
        load; `none` for no reader.
    :raises BulletinError: if there is no such model or it can't be loaded.
    """
    if name == NONE:
        return None
    folder = Path(name)
    return _loaded(name, stamps(folder) if folder.is_dir() else ())


@lru_cache(maxsize=2)  # a process opens one version of an index after another, all with the same reader
def _loaded(name: str, _files: Stamps) -> Reader:
    folder = Path(name)
    try:
        return _load_onnx(folder) if (folder / "model.onnx").is_file() else _load_transformer(name)
    except BulletinError:
        raise
    except Exception as error:  # the readers of weights and tokenizers raise types of their own
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BulletinError(
            f"Reader {name!r} could not be loaded ({reason}). Expected the folder of an encoder, a cross-encoder or a "
            "token classifier that transformers can load, or a hub name on a machine that reaches the hub. Correct "
            "BULLETIN_READER (or --reader), set it to none to do without, or leave it out to use the built-in one."
        ) from error


def _load_onnx(folder: Path) -> PoolingReader:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(2, os.cpu_count() or 1)
    options.add_session_config_entry(
        "session.intra_op.allow_spinning", "0"
    )  # others want the processors, too
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, ["CPUExecutionProvider"])
    tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    padding = int(json.loads((folder / "config.json").read_text(encoding="utf-8"))["pad_token_id"])
    prints = _folder_fingerprint(folder)
    return PoolingReader(
        folder.name,
        prints,
        tokenizer,
        lambda ids, mask: np.asarray(session.run(None, {"ids": ids, "mask": mask})[0], dtype=np.float32),
        padding,
    )


def _load_transformer(name: str) -> Reader:
    folder = Path(name)
    local = folder.is_dir()
    if local:  # must be set before the hub library is first imported
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    import transformers

    config = transformers.AutoConfig.from_pretrained(name, local_files_only=local)
    tokenizer: Any = transformers.AutoTokenizer.from_pretrained(name, local_files_only=local)
    kind = (config.architectures or [""])[0]
    prints = _folder_fingerprint(folder) if local else name
    label = folder.name if local else name

    def opened(of: Any) -> Any:  # noqa: ANN401 (classes that transformers makes)
        return of.from_pretrained(name, local_files_only=local).eval()

    if kind.endswith("ForSequenceClassification"):
        if config.num_labels != 1:
            raise BulletinError(
                f"Reader {name!r} gives {config.num_labels} scores a text; expected one. Name a cross-encoder made "
                "for ranking, or unset BULLETIN_READER."
            )
        model = opened(transformers.AutoModelForSequenceClassification)

        def scores(pairs: list[tuple[str, str]]) -> Floats:
            found = []
            for first in range(0, len(pairs), _BATCH):
                inputs = tokenizer(
                    [list(pair) for pair in pairs[first : first + _BATCH]],
                    truncation="only_second", max_length=LONGEST, padding=True, return_tensors="pt",
                )  # fmt: skip
                with torch.inference_mode():
                    found.append(torch.sigmoid(model(**inputs).logits[:, 0]).numpy())
            return np.concatenate(found).astype(np.float32)

        return CrossEncoderReader(label, prints, scores)
    if kind.endswith("ForTokenClassification"):
        model = opened(transformers.AutoModelForTokenClassification)

        def marks(question: str, text: str) -> tuple[Floats, list[tuple[int, int]]]:
            inputs = tokenizer(
                question, text, truncation="only_second", max_length=LONGEST, return_offsets_mapping=True,
                return_tensors="pt",
            )  # fmt: skip
            offsets = inputs.pop("offset_mapping")[0].tolist()
            second = [at for at, sequence in enumerate(inputs.sequence_ids(0)) if sequence == 1]
            with torch.inference_mode():
                likely = torch.softmax(model(**inputs).logits[0], dim=-1)[:, -1].numpy()
            return likely[second].astype(np.float32), [tuple(offsets[at]) for at in second]

        return TokenReader(label, prints, marks)
    model = opened(transformers.AutoModel)

    def states(ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]) -> Floats:
        with torch.inference_mode():
            output = model(torch.from_numpy(ids), attention_mask=torch.from_numpy(mask))
        return np.asarray(output.last_hidden_state.numpy(), dtype=np.float32)

    return PoolingReader(label, prints, tokenizer.backend_tokenizer, states, int(config.pad_token_id or 0))


def _windows(laid: Laid) -> Iterator[tuple[str, list[tuple[int, tuple[int, int]]]]]:
    """A passage in parts short enough to be read: the text of each, and its sentences' numbers and places there."""
    headings = laid.text[: laid.sentences[0][0]] if laid.sentences else laid.text
    text, places = headings, list[tuple[int, tuple[int, int]]]()
    for unit, (start, end) in enumerate(laid.sentences):
        if places and len(text) + end - start > _WINDOW:
            yield text, places
            text, places = headings, []
        places.append((unit, (len(text), len(text) + end - start)))
        text += laid.text[start:end] + "\n"
    yield text, places


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    found: Floats = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return found


def _folder_fingerprint(folder: Path) -> str:
    digest = sha256()
    for file in sorted(folder.iterdir()):
        if file.suffix in {".onnx", ".safetensors", ".json", ".bin"}:
            digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]
