"""Fit the weights of the ranker on written questions, in collections of prepared and unprepared documents.

The questions are those of `data/asked` and `data/answered` about bulletins that a given encoder was trained without
(`python -m train encoder --leave-out …`), so that nearness is worth as little as it will be for new questions. They
are parted in two halves; each half is asked of an index that holds only the other half. Around the bulletins lie
public documents that nobody rendered or wrote questions into the index for, and that questions are asked about too:
so the weights also hold between passages that are prepared and those that are not. No question of an evaluation set
is used. Conditional logistic regression (`train.logit`); every way of asking weighs the same.

`--reader-alone` fits just the signals of the reader, on top of the others as they stand, on the development questions
(which no
model was trained on), asked of the prepared bulletins and of bare ones.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
from tqdm import tqdm

from eval.unprepared import LeftOut, haystack_questions, make_collection
from rag.asking.lexicon import load_lexicon
from rag.asking.translate import FILE as TRANSLATIONS
from rag.asking.translate import load_table
from rag.cli import add_settings, settings_from
from rag.fitted import write_fitted
from rag.index import Index, open_index
from rag.indexing.encoder import load_encoder
from rag.retrieval.rank import MODEL, NAMES, Ranker, Signals, load_ranker
from rag.retrieval.retrieve import Retriever
from rag.settings import Settings
from rag.text.normal import Language
from rag.text.spans import Span, mostly_shared, shared
from train.development import collections
from train.logit import Example, first_right, fit
from train.withheld import withhold

_READ = ("read", "read_best")
_SEED = 20261122
_SAMPLE = 400  # questions a half and bulletin, and questions about public documents
_NEGATIVE = ("prepared",)  # having questions is no merit; every other signal is
_IDLE: dict[Language, tuple[str, ...]] = {"zh": ("translated",), "en": ()}
"""What tells nothing: a question in Chinese is not translated."""
# People who name a thing mean it. Too few written questions name one to learn how much: set by hand.
_NAMED = {"place": 5.0, "year": 0.5, "number": 40.0, "article": 6.0}


@dataclass(frozen=True, slots=True)
class Sought:
    """A question, a name for its way of asking, and the ids of the passages that answer it."""

    question: str
    way: str
    homes: frozenset[str]


def main() -> None:
    """Fit and save the ranker; print how often the best passage is right."""
    parser = argparse.ArgumentParser(prog="python -m train.ranker", description=__doc__)
    parser.add_argument("--training", type=Path, help="folder of the public training files")
    parser.add_argument(
        "--reader-alone",
        action="store_true",
        help="fit the reader's signals on top of the others as they stand",
    )
    parser.add_argument(
        "--left-out",
        action="append",
        nargs="+",
        default=[],
        metavar=("ENCODER", "BULLETIN"),
        help="an encoder and the bulletins it was trained without; may be given several times",
    )
    parser.add_argument(
        "--public-only",
        action="store_true",
        help="fit on questions about public documents alone, to measure bulletins that the ranker never saw either",
    )
    parser.add_argument("--out", type=Path, default=MODEL, help="file to write (default: %(default)s)")
    add_settings(parser)
    parsed = parser.parse_args()
    settings = settings_from(parsed)
    if parsed.reader_alone:
        write_fitted(_with_reader(settings, load_ranker()), parsed.out)
        return
    found: dict[Language, list[tuple[str, Example]]] = {"zh": [], "en": []}
    for encoder, *bulletins in parsed.left_out:
        left_out = LeftOut(Path(encoder), tuple(bulletins))
        for half in (0, 1):
            for spoken, way, example in _half(settings, left_out, parsed, half):
                found[spoken].append((way, example))
    ranker = Ranker(
        zh=_fitted(found["zh"], _IDLE["zh"]),
        en=_fitted(found["en"], _IDLE["en"]),
        encoder=load_encoder(settings.encoder).fingerprint,
    )
    write_fitted(ranker, parsed.out)
    print(msgspec.json.format(msgspec.json.encode(ranker), indent=2).decode())
    for spoken, examples in found.items():
        weights = np.array([getattr(ranker.weights(spoken), name) for name in NAMES])
        for way in sorted({way for way, _ in examples}):
            chosen = [example for one, example in examples if one == way]
            print(
                f"{spoken} {way:12} {len(chosen):5} questions, best passage right {first_right(chosen, weights):.3f}"
            )


def _with_reader(settings: Settings, ranker: Ranker) -> Ranker:
    """A ranker whose other signals weigh what they did, and the reader's what helps beside their sum."""
    rest = ranker.without(_READ)
    found: dict[Language, list[tuple[str, Example]]] = {"zh": [], "en": []}
    read_by = encoder = ""
    for name, alone, index, asked in collections(settings):
        retriever = Retriever(index, load_lexicon(alone.data / "lexicon"), rest)
        read_by, encoder = index.read_by, index.encoder.fingerprint
        for one in tqdm(asked, desc=name):
            query = retriever.understanding.understand(one.question)
            passages, signals = retriever.signals(query)
            columns = [signals[:, NAMES.index(signal)] for signal in _READ]
            features = np.stack([rest.scores(signals, query.language), *columns], axis=1).astype(np.float64)
            homes = (passage.chunk for passage in passages)
            right = [
                c.source == one.source and any(shared(c.spans, place) for place in one.places) for c in homes
            ]
            example = Example(features, np.array(right, dtype=np.bool_))
            if example.decides:
                found[query.language].append((f"{name} {one.way}", example))
    weights: dict[Language, Signals] = {}
    for spoken, examples in found.items():
        counts = Counter(way for way, _ in examples)
        fitted = fit([Example(e.features, e.right, 1 / counts[way]) for way, e in examples], [False] * 3)
        told = {signal: round(float(w / fitted[0]), 3) for signal, w in zip(_READ, fitted[1:], strict=True)}
        weights[spoken] = replace(rest.weights(spoken), **told)
        print(
            f"{spoken}: {told}, {len(examples)} questions, {first_right([e for _, e in examples], fitted):.3f}"
        )
    return replace(ranker, zh=weights["zh"], en=weights["en"], encoder=encoder, reader=read_by)


def _fitted(examples: list[tuple[str, Example]], idle: tuple[str, ...]) -> Signals:
    counts = Counter(way for way, _ in examples)
    told = np.array([name not in idle for name in NAMES])
    weighted = [Example(e.features * told, e.right, 1 / counts[way]) for way, e in examples]
    weights = fit(weighted, [name in _NEGATIVE for name in NAMES])
    fitted = {name: round(float(weight), 3) for name, weight in zip(NAMES, weights, strict=True)}
    return Signals(**fitted | _NAMED)


def _half(
    settings: Settings, left_out: LeftOut, parsed: argparse.Namespace, half: int
) -> Iterator[tuple[Language, str, Example]]:
    """Ask one half of the questions of an index that holds the other half; half of those about public documents."""
    random_ = random.Random(_SEED + half)
    with tempfile.TemporaryDirectory() as name:
        alone = make_collection(left_out, parsed.training, settings, Path(name))
        asked = withhold(alone.data, settings, left_out.bulletins, half)
        index = open_index(alone)
        homes = _homes(open_index(settings))
        chosen = [
            Sought(one.question, one.way, homes[one.question]) for one in asked if one.question in homes
        ]
        sample = 0 if parsed.public_only else _SAMPLE * len(left_out.bulletins)
        chosen = random_.sample(chosen, min(sample, len(chosen)))
        about = haystack_questions(parsed.training)[half::2]
        for located in random_.sample(about, min(_SAMPLE, len(about))):
            places = _passages_at(index, located.source, located.span)
            chosen.append(Sought(located.question, f"public {located.way}", places))
        table = left_out.encoder / TRANSLATIONS.name  # one that was made without the bulletins, too
        retriever = Retriever(
            index,
            load_lexicon(settings.data / "lexicon"),
            Ranker(Signals(), Signals()),
            load_table(table if table.is_file() else TRANSLATIONS),
        )
        for one in tqdm(chosen, desc=f"Half {half + 1}"):
            query = retriever.understanding.understand(one.question)
            passages, signals = retriever.signals(query)
            right = np.array([passage.id in one.homes for passage in passages], dtype=np.bool_)
            example = Example(signals.astype(np.float64), right)
            if example.decides:
                yield query.language, one.way, example


def _homes(index: Index) -> dict[str, frozenset[str]]:
    """Every written question with the passages it was written for."""
    homes: dict[str, set[str]] = {}
    for passage in index.passages:
        for asked in passage.fields.questions:
            homes.setdefault(asked.question, set()).add(passage.chunk.id)
    return {question: frozenset(ids) for question, ids in homes.items()}


def _passages_at(index: Index, source: str, span: Span) -> frozenset[str]:
    """The passages that share at least half of the shorter of themselves and a place."""
    return frozenset(
        passage.chunk.id
        for passage in index.passages
        if passage.chunk.source == source and mostly_shared(passage.chunk.spans, span)
    )


if __name__ == "__main__":
    main()
