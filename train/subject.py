"""Fit the model that says whether a question is one for a government.

For one: questions of the public civic and legal sets, and those written for our bulletins. For none: those of everyday
conversations, in Chinese and English, and those put to encyclopedias. Logistic regression, L2, by scikit-learn.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from tqdm import tqdm

from rag.answering.subject import MODEL, Subject
from rag.fitted import write_fitted
from rag.indexing.reader import VectorReader
from rag.text.normal import fold
from train.sources import ENCYCLOPEDIAS, TALK, Sources, read_asked

_SEED = 20261130
_STEP = 32  # questions read at once
_MEASURED = 0.1  # share left out to measure by
_CIVIC = ("pairs_civic_questions", "pairs_stard_law")
_MOST = 3000  # questions of one kind

Floats = npt.NDArray[np.float64]


def fit_subject(sources: Sources, reader: VectorReader, most: int = _MOST, file: Path = MODEL) -> Subject:
    """Fit and save the model for a reader; print how well it tells a tenth of the questions that was left out.

    :param most: Questions of one kind, at most.
    """
    civic, others = gather(sources, most)
    vectors = _vectors(reader, [*civic, *others])
    labels = np.repeat([1, 0], [len(civic), len(others)])
    order = np.random.default_rng(_SEED).permutation(len(labels))
    measured, rest = np.split(order, [int(_MEASURED * len(order))])
    told = _regression(vectors[rest], labels[rest]).decision_function(vectors[measured])
    print(
        f"{len(civic)} questions for a government, {len(others)} for none; of a tenth left out, area under the curve "
        f"{roc_auc_score(labels[measured], told):.3f}"
    )
    regression = _regression(vectors, labels)
    weights = tuple(round(float(weight), 3) for weight in regression.coef_[0])
    model = Subject(weights, round(float(regression.intercept_[0]), 3), reader.fingerprint)
    write_fitted(model, file)
    return model


def gather(sources: Sources, most: int) -> tuple[list[str], list[str]]:
    """Questions for a government, and for none.

    :param most: Of one kind, drawn where there are more.
    """
    draw = random.Random(_SEED)

    def drawn(questions: Iterator[str]) -> list[str]:
        found = sorted(set(questions))
        return draw.sample(found, min(most, len(found)))

    own = (one.question for name in sources.bulletins() for one in read_asked(sources, name))
    civic = [*drawn(own), *drawn(_asked(sources, _CIVIC))]
    talk = (
        drawn(
            record[way] for record in sources.public_records(TALK) if fold(record[way].strip()).endswith("?")
        )
        for way in ("zh", "en")
    )
    return civic, [*drawn(_asked(sources, ENCYCLOPEDIAS)), *(question for some in talk for question in some)]


def _asked(sources: Sources, names: Sequence[str]) -> Iterator[str]:
    return (record["query"] for name in names for record in sources.public_records(name))


def _regression(vectors: Floats, labels: npt.NDArray[np.int64]) -> LogisticRegression:
    return LogisticRegression(C=3.0, max_iter=3000, class_weight="balanced").fit(vectors, labels)


def _vectors(reader: VectorReader, questions: Sequence[str]) -> Floats:
    steps = tqdm(range(0, len(questions), _STEP), desc="Reading questions")
    read = [reader.questions(questions[at : at + _STEP]) for at in steps]
    return np.concatenate(read).astype(np.float64)
