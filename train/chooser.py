"""Fit the model that chooses sentences, on the questions of `data/answered` with the sentences that answer them.

The questions are parted in two halves; each half is answered from an index that holds only the other half, so that
no question finds itself among the written ones. Conditional logistic regression (`train.logit`): of the sentences of
a question's best passages, those at its place should score highest. The encoder was trained on these questions, so
nearness looks better here than it is: it keeps half of its fitted weight.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import msgspec
import numpy as np
from tqdm import tqdm

from rag.answer import READ
from rag.choose import MODEL, Candidate, Chooser, Grounds, Model
from rag.cli import add_settings, settings_from
from rag.corpus import Span
from rag.index import open_index
from rag.lexicon import load_lexicon
from rag.retrieve import Retriever
from rag.settings import Settings
from train.logit import Example, first_right, fit

_SEEN = 0.5
_FLAT = Model(Grounds(*(0.0 for _ in fields(Grounds))))


def main() -> None:
    """Fit and save the model; print how often the best sentence is right."""
    parser = argparse.ArgumentParser(prog="python -m train.chooser", description=__doc__)
    add_settings(parser)
    settings = settings_from(parser.parse_args())
    examples = [example for half in (0, 1) for example in _half(settings, half)]
    weights = fit(examples)
    fitted = Grounds(*(round(float(weight), 4) for weight in weights))
    model = Model(replace(fitted, near=round(_SEEN * fitted.near, 4)))
    MODEL.write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=2) + b"\n")
    print(msgspec.json.format(msgspec.json.encode(model), indent=2).decode())
    kept = np.array([getattr(model.weights, field.name) for field in fields(Grounds)])
    print(
        f"{len(examples)} questions; best sentence at the place in {first_right(examples, kept):.3f} of them"
    )


def _half(settings: Settings, half: int) -> Iterator[Example]:
    """Answer one half of the questions from an index that holds the other half."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kept in ("bulletins", "lexicon", "english", "asked"):
            (folder / kept).symlink_to(settings.data / kept)
        (folder / "answered").mkdir()
        asked: list[tuple[str, str, Span]] = []
        for file in sorted((settings.data / "answered").glob("*.jsonl")):
            lines = file.read_text(encoding="utf-8").splitlines()
            (folder / "answered" / file.name).write_text("\n".join(lines[1 - half :: 2]), encoding="utf-8")
            for line in map(json.loads, lines[half::2]):
                span = (line["start"], line["end"])
                asked += [(file.stem, line["q_zh"], span), (file.stem, line["q_en"], span)]
        index = open_index(replace(settings, data=folder, index=folder / "index"))
        lexicon = load_lexicon(settings.data / "lexicon")
        retriever = Retriever(index, lexicon)
        chooser = Chooser(index, lexicon, _FLAT)
        for stem, question, span in tqdm(asked, desc=f"Half {half + 1}"):
            query, hits = retriever.search(question, READ)
            candidates = chooser.candidates(query, hits)
            right = np.array([_at(candidate, stem, span) for candidate in candidates], dtype=bool)
            rows = [[getattr(c.grounds, field.name) for field in fields(Grounds)] for c in candidates]
            example = Example(np.array(rows, dtype=np.float64), right)
            if example.decides:
                yield example


def _at(candidate: Candidate, stem: str, span: Span) -> bool:
    """Whether a sentence lies at a place by half of the shorter of them."""
    if Path(candidate.passage.chunk.source).stem != stem:
        return False
    size = sum(end - start for start, end in candidate.spans)
    shared = sum(max(0, min(end, span[1]) - max(start, span[0])) for start, end in candidate.spans)
    return 2 * shared >= min(size, span[1] - span[0])


if __name__ == "__main__":
    main()
