"""What the reader makes of lessons, token by token: kept in files, so that a run that was stopped goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from rag.indexing.answerability import sentence_of
from rag.indexing.layout import PASSAGE, QUERY
from rag.indexing.reader import PoolingReader
from train.reading import Lesson, Question

LONGEST, LONGEST_QUESTION = 288, 48  # tokens kept of a passage, of a question

Floats = npt.NDArray[np.float32]
Halves = npt.NDArray[np.float16]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class States:
    """Last states of the tokens of passages and questions, and the reader's vectors, which are means of them."""

    lessons: Sequence[Lesson]
    asked: Sequence[tuple[int, Question]]
    """Questions, each with the number of its lesson."""
    of_passages: Sequence[Halves]
    """Each of shape (tokens, dimension)."""
    of_questions: Sequence[Halves]
    members: Sequence[Ints]
    """Of each passage, for each token the number of its sentence, or -1."""

    @cached_property
    def questions(self) -> Floats:
        """Unit vectors of the questions, shape (questions, dimension)."""
        return _unit(np.stack([one.mean(axis=0, dtype=np.float32) for one in self.of_questions]))

    @cached_property
    def sentences(self) -> list[Floats]:
        """Unit vectors of the sentences of each passage; zeros for one without a token."""
        found = []
        for lesson, states, member in zip(self.lessons, self.of_passages, self.members, strict=True):
            vectors = np.zeros((len(lesson.laid.sentences), states.shape[1]), dtype=np.float32)
            for number in np.unique(member[member >= 0]):
                vectors[number] = states[member == number].mean(axis=0, dtype=np.float32)
            found.append(_unit(vectors))
        return found

    def near(self, question: int, passage: int) -> Floats:
        """Cosines of a question with the sentences of a passage."""
        found: Floats = self.sentences[passage] @ self.questions[question]
        return found


def read_lessons(
    reader: PoolingReader, lessons: Sequence[Lesson], asked: Sequence[tuple[int, Question]], folder: Path
) -> States:
    """Have the reader read passages and questions, unless files in the folder say that it has.

    :param folder: Where the states are kept, some 150 kB a passage.
    """
    passages = [PASSAGE + lesson.laid.text for lesson in lessons]
    encodings = reader.tokenizer.encode_batch(passages)
    of_passages = _states(reader, passages, LONGEST, folder / "passages.npy")
    members = [
        sentence_of(encoding, lesson.laid)[: len(states)]
        for encoding, lesson, states in zip(encodings, lessons, of_passages, strict=True)
    ]
    questions = [QUERY + question.text for _, question in asked]
    of_questions = _states(reader, questions, LONGEST_QUESTION, folder / "questions.npy")
    return States(lessons, asked, of_passages, of_questions, members)


def _states(reader: PoolingReader, texts: Sequence[str], longest: int, file: Path) -> list[Halves]:
    lengths = [min(longest, len(one.ids)) for one in reader.tokenizer.encode_batch(list(texts))]
    ends = np.cumsum([0, *lengths])
    shape = (int(ends[-1]), reader.dimension)
    if not file.exists():
        partial = file.with_suffix(".partial")
        kept = np.lib.format.open_memmap(partial, mode="w+", dtype=np.float16, shape=shape)
        with tqdm(total=len(texts), desc=f"States of {file.stem}", unit="text") as progress:
            for number, states in reader.states(texts, longest):
                kept[ends[number] : ends[number + 1]] = states
                progress.update()
        kept.flush()
        partial.replace(file)
    kept = np.load(file)
    if kept.shape != shape:
        raise ValueError(
            f"{file} holds states of shape {kept.shape}, expected {shape}. Delete it to read again."
        )
    return np.split(kept, ends[1:-1])


def _unit(vectors: Floats) -> Floats:
    found: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6)
    return found
