"""Fit the model that chooses sentences, on written questions with the places that answer them.

The questions are those of `data/asked` and `data/answered` about bulletins that a given encoder was trained without,
so that nearness is worth as little as it will be for new questions. They are parted in two halves; each half is asked
of an index that holds only the other half, so that no question finds itself among the written ones. Conditional
logistic regression (`train.logit`): of the sentences of a question's best passages, those at its place should score
highest. Questions with a short answer (`data/answered`) count more: their places are the shortest.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path

import msgspec
import numpy as np
from tqdm import tqdm

from rag.answering.choose import MODEL, READ, Candidate, Chooser, Grounds, Model
from rag.asking.lexicon import load_lexicon
from rag.cli import add_settings, settings_from
from rag.fitted import write_fitted
from rag.index import open_index
from rag.indexing.encoder import load_encoder
from rag.retrieval.retrieve import Retriever
from rag.settings import Settings
from rag.text.spans import Span, mostly_shared
from train.logit import Example, first_right, fit
from train.withheld import withhold

_SEED = 20261122
_SAMPLE = 600  # questions a half
_LONGEST = 200  # characters of a place that still tells which sentence answers
_FLAT = Model(Grounds(*(0.0 for _ in fields(Grounds))))


def main() -> None:
    """Fit and save the model; print how often the best sentence is right."""
    parser = argparse.ArgumentParser(prog="python -m train.chooser", description=__doc__)
    parser.add_argument(
        "--left-out",
        nargs="+",
        required=True,
        metavar=("ENCODER", "BULLETIN"),
        help="an encoder and the bulletins it was trained without",
    )
    add_settings(parser)
    parsed = parser.parse_args()
    encoder, *bulletins = parsed.left_out
    shipped = settings_from(parsed)
    settings = replace(shipped, encoder=encoder)
    examples = [example for half in (0, 1) for example in _half(settings, bulletins, half)]
    counts = Counter(way for way, _ in examples)
    weights = fit([replace(example, weight=1 / counts[way]) for way, example in examples])
    grounds = Grounds(*(round(float(weight), 4) for weight in weights))
    model = Model(grounds, load_encoder(shipped.encoder).fingerprint)
    write_fitted(model, MODEL)
    print(msgspec.json.format(msgspec.json.encode(model), indent=2).decode())
    for way in sorted(counts):
        chosen = [example for one, example in examples if one == way]
        print(f"{way:12} {len(chosen):5} questions, best sentence right {first_right(chosen, weights):.3f}")


def _half(settings: Settings, bulletins: Sequence[str], half: int) -> Iterator[tuple[str, Example]]:
    """Ask one half of the questions of an index that holds the other half."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asked = withhold(folder / "data", settings, bulletins, half)
        asked = [one for one in asked if one.span[1] - one.span[0] <= _LONGEST]
        asked = random.Random(_SEED + half).sample(asked, min(_SAMPLE, len(asked)))
        index = open_index(replace(settings, data=folder / "data", index=folder / "index"))
        lexicon = load_lexicon(settings.data / "lexicon")
        retriever = Retriever(index, lexicon)
        chooser = Chooser(index, lexicon, _FLAT)
        for one in tqdm(asked, desc=f"Half {half + 1}"):
            query, hits = retriever.search(one.question, READ)
            candidates = chooser.candidates(query, hits)
            right = np.array([_at(candidate, one.source, one.span) for candidate in candidates], dtype=bool)
            rows = [[getattr(c.grounds, field.name) for field in fields(Grounds)] for c in candidates]
            example = Example(np.array(rows, dtype=np.float64), right)
            if example.decides:
                yield one.way, example


def _at(candidate: Candidate, source: str, span: Span) -> bool:
    """Whether a sentence lies at a place by half of the shorter of them."""
    return candidate.passage.chunk.source == source and mostly_shared(candidate.spans, span)


if __name__ == "__main__":
    main()
