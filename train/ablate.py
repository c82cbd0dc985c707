"""What each ground of a sentence and each sign of an answer is worth, on collections that nothing was learned from.

Both models are fitted again without one input after the other, and asked of `eval/elsewhere`: how often the best
sentence is a right one, and how well answerable questions are told from unanswerable ones.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path

import msgspec
import numpy as np
from sklearn.metrics import roc_auc_score
from tqdm import tqdm

from eval.questions import WAYS, load_facts, load_unanswerable, places
from eval.unprepared import Elsewhere, collections_elsewhere
from rag.answer import Engine
from rag.answering.confidence import Signs
from rag.answering.grounds import Grounds
from rag.cli import add_settings, settings_from
from rag.index import open_index
from rag.settings import Settings
from rag.text.spans import Span
from train.chooser import development, example_of, fit_model
from train.confidence import Example as Answered
from train.confidence import fit, signs_for
from train.development import Placed
from train.logit import Example as Choice
from train.logit import first_right


def main() -> None:
    """Print two tables: the best sentence, and the area under the curve, without each input."""
    parser = argparse.ArgumentParser(prog="python -m train.ablate", description=__doc__)
    parser.add_argument(
        "--examples", type=Path, required=True, help="what `python -m train.confidence --keep` wrote"
    )
    parser.add_argument("--training", type=Path, required=True, help="folder of the public training files")
    parser.add_argument("--false-refusals", type=float, default=0.021, help="as for train.confidence")
    add_settings(parser)
    parsed = parser.parse_args()
    settings = settings_from(parsed)
    examples = msgspec.json.decode(parsed.examples.read_bytes(), type=list[Answered])
    choices: dict[str, list[Choice]] = {}
    signs: dict[str, list[Answered]] = {}
    for one in collections_elsewhere():
        choices[one.name], signs[one.name] = _asked(one, settings)
    _grounds(list(development(settings, parsed.training)), choices)
    _signs(examples, signs, parsed.false_refusals)


def _asked(collection: Elsewhere, settings: Settings) -> tuple[list[Choice], list[Answered]]:
    """The sentences found for the questions about a collection, and the signs of what would be answered."""
    with tempfile.TemporaryDirectory() as name:
        alone = collection.settings(settings, Path(name))
        engine = Engine(open_index(alone, quiet=True), alone)
        choices, signs = [], []
        for one, asked in tqdm(list(_questions(collection)), desc=collection.name):
            found = signs_for(engine, one.question)
            if found is not None:
                signs.append(Answered(found, "answerable" if asked else "unanswerable", development=False))
            if asked and (choice := example_of(engine.retriever, engine.chooser, one)).decides:
                choices.append(choice)
        return choices, signs


def _questions(collection: Elsewhere) -> Iterator[tuple[Placed, bool]]:
    """Every question about a collection, and whether it is answered there."""
    for fact in load_facts(folder=collection.questions_folder):
        text = (collection.bulletins / fact.file).read_bytes().decode()
        where = tuple[Span, ...](place for piece in fact.evidence for place in places(piece, text))
        for way in WAYS:
            yield Placed(fact.question(way), way, fact.file, where), True
    for one in load_unanswerable(folder=collection.questions_folder):
        for question in (one.q_zh, one.q_en):
            yield Placed(question, "", "", ()), False


def _grounds(examples: Sequence[tuple[str, Choice]], held: dict[str, list[Choice]]) -> None:
    names = [field.name for field in fields(Grounds)]
    print("| without | " + " | ".join(held) + " |\n|---|" + "---:|" * len(held))
    for at, name in [(None, "nothing"), *enumerate(names)]:
        weights = fit_model([(way, _dropped(one, at)) for way, one in examples])
        shares = [first_right([_dropped(one, at) for one in choices], weights) for choices in held.values()]
        print(f"| {name} | " + " | ".join(f"{share:.3f}" for share in shares) + " |", flush=True)


def _dropped(one: Choice, at: int | None) -> Choice:
    if at is None:
        return one
    return replace(one, features=np.delete(one.features, at, axis=1))


def _signs(examples: Sequence[Answered], held: dict[str, list[Answered]], false_refusals: float) -> None:
    print(
        "\narea under the curve; wrongly refused, rightly refused, at the cut that development questions set"
    )
    print("| without | " + " | ".join(held) + " |\n|---|" + "---|" * len(held))
    for name in ("", *(field.name for field in fields(Signs))):
        without: Callable[[Answered], Answered] = lambda one, name=name: (  # type: ignore[misc]  # noqa: E731
            replace(one, signs=replace(one.signs, **{name: 0.0})) if name else one
        )
        model = fit([without(one) for one in examples], false_refusals)
        cells = []
        for found in held.values():
            scores: dict[bool, list[float]] = defaultdict(list)
            for one in found:
                scores[one.answerable].append(model.confidence(without(one).signs))
            truth = [True] * len(scores[True]) + [False] * len(scores[False])
            area = roc_auc_score(truth, scores[True] + scores[False])
            refused = [np.mean([score < model.threshold for score in scores[side]]) for side in (True, False)]
            cells.append(f"{area:.3f}; {refused[0]:.3f}, {refused[1]:.3f}")
        print(f"| {name or 'nothing'} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
