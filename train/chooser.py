"""Fit the model that chooses sentences, on the development questions with the places that answer them.

They are asked twice: of our bulletins with all that was written beside them, and of the bare bulletins, as the next
will come; beside them stand those of invented towns, and the written questions that the reader never saw
(`train.written`). Conditional logistic regression (`train.logit`): of the sentences of a question's best passages,
those at its places should score highest. Every collection and way of asking weighs the same.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path

import msgspec
import numpy as np
from tqdm import tqdm

from rag.answering.choose import READ, Candidate, Chooser
from rag.answering.grounds import Grounds, Model, model_file
from rag.asking.lexicon import load_lexicon
from rag.cli import add_settings, settings_from
from rag.fitted import write_fitted
from rag.index import Index, open_index
from rag.retrieval.retrieve import Retriever
from rag.settings import Settings
from rag.text.spans import mostly_shared
from train.development import Placed, collections
from train.logit import Example, Floats, first_right, fit
from train.sources import Sources
from train.written import collection

_FLAT = Model(Grounds(*(0.0 for _ in fields(Grounds))))


def main() -> None:
    """Fit and save the model for the reader that is set; print how often the best sentence is right."""
    parser = argparse.ArgumentParser(prog="python -m train.chooser", description=__doc__)
    parser.add_argument("--training", type=Path, required=True, help="folder of the public training files")
    add_settings(parser)
    parsed = parser.parse_args()
    settings = settings_from(parsed)
    examples = list(development(settings, parsed.training))
    weights = fit_model(examples)
    index = open_index(settings, quiet=True)
    model = Model(
        Grounds(*(round(float(w), 4) for w in weights)),
        index.encoder.fingerprint,
        index.read_by,
    )
    write_fitted(model, model_file(index.read_by))
    print(msgspec.json.format(msgspec.json.encode(model), indent=2).decode())
    for way in sorted({way for way, _ in examples}):
        chosen = [example for one, example in examples if one == way]
        print(f"{way:20} {len(chosen):5} questions, best sentence right {first_right(chosen, weights):.3f}")


def development(settings: Settings, training: Path) -> Iterator[tuple[str, Example]]:
    """The sentences found for the development questions, by the collection and the way of asking.

    :param training: The folder of the public training files.
    """
    with tempfile.TemporaryDirectory() as name:
        alone, asked, _ = collection(Sources(training, settings.data), settings, Path(name))
        yield from _examples("written", alone, open_index(alone, quiet=True), asked)
    for one in collections(settings):
        yield from _examples(*one)


def _examples(
    name: str, alone: Settings, index: Index, asked: Sequence[Placed]
) -> Iterator[tuple[str, Example]]:
    retriever = Retriever(index, load_lexicon(alone.data / "lexicon"))
    chooser = Chooser(index, _FLAT)
    for one in tqdm(asked, desc=name):
        if (example := example_of(retriever, chooser, one)).decides:
            yield f"{name} {one.way}", example


def example_of(retriever: Retriever, chooser: Chooser, one: Placed) -> Example:
    """The sentences of the best passages for a question, and which of them are right."""
    query, hits = retriever.search(one.question, READ)
    candidates = chooser.candidates(query, hits)
    rows = [[getattr(c.grounds, field.name) for field in fields(Grounds)] for c in candidates]
    right = np.array([_at(candidate, one) for candidate in candidates], dtype=bool)
    return Example(np.array(rows, dtype=np.float64).reshape(-1, len(fields(Grounds))), right)


def fit_model(examples: Sequence[tuple[str, Example]]) -> Floats:
    """Weights, shape (features,); every collection and way of asking counts the same."""
    counts = Counter(way for way, _ in examples)
    return fit([replace(example, weight=1 / counts[way]) for way, example in examples])


def _at(candidate: Candidate, one: Placed) -> bool:
    """Whether a sentence lies at a place of a question's answer by half of the shorter of them."""
    same = candidate.passage.chunk.source == one.source
    return same and any(mostly_shared(candidate.spans, place) for place in one.places)


if __name__ == "__main__":
    main()
