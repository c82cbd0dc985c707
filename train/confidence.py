"""Fit the model that says how sure an answer is, and choose the confidence below which none is given.

Answerable: the development questions. Not answerable: the development questions that have no answer, and
questions from `data/asked` ranked with every document that prints their answer taken away. The threshold
refuses at most a given share of the answerable development questions. Every
example counts twice, with and without what is written beside the bulletins. Logistic regression, L2, by
scikit-learn.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from eval.questions import WAYS, load_facts, load_unanswerable
from rag.answer import READ, Engine
from rag.cli import add_settings, settings_from
from rag.confidence import MODEL, Model, Signs, signs_of
from rag.index import open_index

_DEVELOPMENT_WEIGHT = 4.0  # a real unanswerable question says more than one made by taking documents away


@dataclass(frozen=True, slots=True)
class Example:
    """Signs of a question, whether the bulletins answer it, and how much it counts."""

    signs: Signs
    answerable: bool
    development: bool


def main() -> None:
    """Fit and save the model; print what the threshold costs."""
    parser = argparse.ArgumentParser(prog="python -m train.confidence", description=__doc__)
    parser.add_argument(
        "--sample", type=int, default=1500, help="questions of data/asked to use (default 1500)"
    )
    parser.add_argument(
        "--false-refusals", type=float, default=0.03, help="share of answerable questions that may be refused"
    )
    parser.add_argument("--seed", type=int, default=20261122)
    add_settings(parser)
    parsed = parser.parse_args()
    settings = settings_from(parsed)
    engine = Engine(open_index(settings), settings)
    homes = _homes(engine)
    chosen = random.Random(parsed.seed).sample(sorted(homes), min(parsed.sample, len(homes)))
    with tempfile.TemporaryDirectory() as folder:
        # the same bulletins as if nobody had written anything beside them: what the next bulletin will be like
        for name in ("bulletins", "lexicon"):
            (Path(folder) / name).symlink_to(settings.data / name)
        bare_settings = replace(settings, data=Path(folder), index=Path(folder) / "index")
        bare = Engine(open_index(bare_settings), bare_settings)
        examples = [e for one in (engine, bare) for e in (*_development(one), *_asked(one, chosen, homes))]
    model = fit(examples, parsed.false_refusals)
    MODEL.write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=2) + b"\n")
    print(msgspec.json.format(msgspec.json.encode(model), indent=2).decode())
    for name, development in (("development", True), ("data/asked", False)):
        for answerable in (True, False):
            scores = [
                model.confidence(e.signs)
                for e in examples
                if e.answerable == answerable and e.development == development
            ]
            if not scores:
                continue
            share = np.mean([score < model.threshold for score in scores])
            print(
                f"{name:12} {'answerable' if answerable else 'unanswerable':13} {len(scores):5}  refused {share:.3f}"
            )


def fit(examples: list[Example], false_refusals: float) -> Model:
    """Fit the model and choose the threshold on the development examples."""
    matrix = np.array([_row(example.signs) for example in examples])
    labels = np.array([example.answerable for example in examples])
    counts = np.array([_DEVELOPMENT_WEIGHT if example.development else 1.0 for example in examples])
    for answerable in (True, False):  # both sides weigh the same, whatever their numbers
        counts[labels == answerable] /= counts[labels == answerable].sum()
    regression = LogisticRegression(C=10.0, max_iter=5000).fit(
        matrix, labels, sample_weight=counts * len(examples)
    )
    weights = Signs(*(round(float(weight), 4) for weight in regression.coef_[0]))
    model = Model(weights, round(float(regression.intercept_[0]), 4), 0.0)
    known = sorted(model.confidence(e.signs) for e in examples if e.development and e.answerable)
    return Model(model.weights, model.bias, round(known[int(false_refusals * len(known))], 4))


def _development(engine: Engine) -> Iterator[Example]:
    for fact in tqdm(load_facts("dev"), desc="Development facts"):
        for way in WAYS:
            yield from _example(engine, fact.question(way), set(), answerable=True, development=True)
    for asked in load_unanswerable("dev"):
        for question in (asked.q_zh, asked.q_en):
            yield from _example(engine, question, set(), answerable=False, development=True)


def _homes(engine: Engine) -> dict[str, set[str]]:
    """Each written question with the documents that print its answer."""
    homes: dict[str, set[str]] = {}
    for passage in engine.index.passages:
        for asked in passage.fields.questions:
            homes.setdefault(asked.question, set()).add(passage.document.id)
    return homes


def _asked(engine: Engine, chosen: list[str], homes: dict[str, set[str]]) -> Iterator[Example]:
    for question in tqdm(chosen, desc="Questions of data/asked"):
        yield from _example(engine, question, homes[question], answerable=False, development=False)


def _example(
    engine: Engine, question: str, withheld: set[str], *, answerable: bool, development: bool
) -> Iterator[Example]:
    query = engine.retriever.understanding.understand(question)
    hits = [
        h
        for h in engine.retriever.rank(query, 400 if withheld else 10)
        if h.passage.document.id not in withheld
    ]
    candidates = engine.chooser.candidates(query, hits[:READ])
    if candidates:
        yield Example(signs_of(query, hits[:10], candidates, engine.index), answerable, development)


def _row(signs: Signs) -> npt.NDArray[np.float64]:
    return np.array([getattr(signs, field.name) for field in fields(Signs)])


if __name__ == "__main__":
    main()
