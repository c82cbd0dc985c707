"""Whether a passage answers a question: the reader's second look at the one that would be answered from.

Vectors compared tell what a passage is about, badly whether it says what is asked. Here the reader's last states of the
question and of a window of the passage (its headings, and the text around the sentence nearest the question) meet in a
small transformer, which gives the odds. That only the last layers see both texts is what MacAvaney et al. 2020 (PreTTR)
and Cao et al. 2020 (DeFormer) found to cost little; that they start from finished states makes it learn in minutes
(`train.answerability`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Encoding, Tokenizer

from rag.indexing.layout import LONGEST_QUESTION, PASSAGE, QUERY, Laid

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Ints = npt.NDArray[np.int64]

FILE = "answerability.onnx"
"""Beside the reader's own files."""
HEADINGS, AROUND = 36, 110
"""Tokens of the headings, and of the text around the nearest sentence, that are read."""
_AT_ONCE = 3
"""Questions read at the same time; who comes when so many are being read is answered without a second look."""

States = Callable[["Ints", "Ints"], "Floats"]
"""Token ids and mask, shape (texts, tokens), to last states, shape (texts, tokens, dimension)."""


@dataclass(frozen=True, slots=True)
class Window:
    """What is read of a passage."""

    tokens: Ints
    """Numbers of its tokens, ascending, shape (tokens,)."""
    sentences: Ints
    """For each the number of the sentence it belongs to, -1 for the headings, shape (tokens,)."""


def sentence_of(encoding: Encoding, laid: Laid) -> Ints:
    """For each token of a passage the number of its sentence, or -1: shape (tokens,)."""
    offsets = np.array(encoding.offsets).reshape(-1, 2) - len(PASSAGE)
    found = np.full(len(offsets), -1, dtype=np.int64)
    for number, (start, end) in enumerate(laid.sentences):
        found[(offsets[:, 1] > start) & (offsets[:, 0] < end) & (offsets[:, 1] > offsets[:, 0])] = number
    return found


def window(sentences: Ints, best: int) -> Window:
    """The first tokens of the headings, and as much as fits around a sentence.

    :param sentences: As `sentence_of` gives them; some token must be of the sentence.
    :param best: The number of the sentence.
    """
    first = int(np.flatnonzero(sentences >= 0)[0])
    own = np.flatnonzero(sentences == best)
    begin, end = int(own[0]), int(own[-1]) + 1
    begin = max(first, begin - max(0, AROUND - (end - begin)) // 2)
    end = min(len(sentences), max(end, begin + AROUND), begin + AROUND)
    tokens = np.concatenate([np.arange(min(first, HEADINGS)), np.arange(begin, end)])
    return Window(tokens, sentences[tokens])


class Answerability:
    """Gives the odds that a passage answers a question."""

    def __init__(self, folder: Path, tokenizer: Tokenizer, states: States) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(folder / FILE), options, providers=["CPUExecutionProvider"]
        )
        self.fingerprint = sha256((folder / FILE).read_bytes()).hexdigest()[:8]
        self._tokenizer, self._states = tokenizer, states
        self._free = threading.BoundedSemaphore(_AT_ONCE)

    def odds(self, question: str, laid: Laid, near: Floats) -> float:
        """The logarithm of the odds that a passage answers.

        :param near: The reader's cosines of the question with its sentences.
        :return: 0, even odds, for a passage without text, and where too many ask at once.
        """
        encoding = self._tokenizer.encode(PASSAGE + laid.text)
        members = sentence_of(encoding, laid)
        best = nearest(members, near)
        if best is None or not self._free.acquire(blocking=False):
            return 0.0
        try:
            read = window(members, best)
            asked = np.array([self._tokenizer.encode(QUERY + question).ids[:LONGEST_QUESTION]])
            shown = np.array(encoding.ids)[None, read.tokens]
            given = {
                "question": self._states(asked, np.ones_like(asked)),
                "passage": self._states(shown, np.ones_like(shown)),
                "mask": np.ones_like(shown),
                "sentences": read.sentences[None],
                "near": near[None].astype(np.float32),
            }
            return float(self._session.run(None, given)[0][0])
        finally:
            self._free.release()


def nearest(sentences: Ints, near: Floats) -> int | None:
    """The number of the sentence nearest the question among those with a token; None where none has."""
    held = np.unique(sentences[sentences >= 0])
    return int(held[np.argmax(near[held])]) if len(held) else None
