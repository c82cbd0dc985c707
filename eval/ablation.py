"""What each signal is worth: alone, left out, beside baselines, and on bulletins that nothing was prepared for."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from eval.baselines import K, Search, tutorial, vectors_only, words_only
from eval.measure import evidence_rank, mean
from eval.questions import WAYS, Fact, load_facts, part_of
from eval.unprepared import LeftOut, Located, haystack_questions, make_collection
from rag.answer import ranked
from rag.asking.lexicon import Lexicon, load_lexicon
from rag.asking.query import Query
from rag.asking.translate import load_table
from rag.contract import RankedPassage
from rag.index import Index, open_index
from rag.retrieval.rank import NAMES, Ranker, Signals, load_ranker
from rag.retrieval.retrieve import Judged, Retriever
from rag.settings import Settings
from rag.text.spans import shared, size

FULL = "full system"
NO_LEXICON = "without the civic lexicon"
OTHERS = "other province"
RANKER, TABLE = "ranker.json", "translations.tsv.gz"
"""Files that may lie in the folder of an encoder: made without the same bulletins."""
FLAGS = ("prepared",)
"""Signals that say what a passage has, not what it is about: alone they rank nothing."""
WARM = 50  # questions asked before the clock counts
DEPTH = 5  # recall counts what stands among so many


@dataclass(frozen=True, slots=True)
class Trial:
    """A question, what it is about, and the test of whether ranked passages answer it."""

    part: str
    """dev or test."""
    about: str
    """The bulletin, or OTHERS."""
    way: str
    question: str
    rank: Callable[[Sequence[RankedPassage]], int | None]


@dataclass(frozen=True, slots=True)
class Row:
    """How one system ranked the evidence of one group of questions, asked in one way."""

    group: str
    system: str
    way: str
    questions: int
    recall: float
    """Share with all evidence among the five best passages."""
    reciprocal_rank: float
    """Mean of 1 / rank, 0 beyond the ten best."""


@dataclass(frozen=True, slots=True)
class Unprepared:
    """A collection of bulletins left out among a haystack, and what was measured on it."""

    bulletins: tuple[str, ...]
    documents: int
    passages: int
    known: tuple[str, ...]
    """Parts that are the shipped ones, so that something of the bulletins may be in them."""
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Ablation:
    """Everything one run measured."""

    signals: list[Row]
    """By part of the questions: the full system, each signal alone, all but each, the baselines."""
    prepared: list[Row]
    """The full system by bulletin: what the left-out bulletins compare with."""
    unprepared: list[Unprepared]
    milliseconds: tuple[float, float]
    """What warm retrieval took: median and 95th percentile."""


def ablate(settings: Settings, left_out: Sequence[LeftOut], training: Path) -> Ablation:
    """Rank every question by every system.

    :param settings: The prepared collection.
    :param left_out: Bulletins to leave out, with encoders that know nothing of them; may be empty.
    :param training: The folder of the public training files, read only for `left_out`.
    :raises BulletinError: if the collection, an encoder or the training files are not there.
    """
    unprepared = [_unprepared(one, settings, training) for one in left_out]
    index, lexicon = open_index(settings), load_lexicon(settings.data / "lexicon")
    systems = signal_systems(index, lexicon) | baselines(index)
    asked = [one for fact in load_facts() for one in _in_each_way(fact)]
    found = _ranks(systems, asked)
    return Ablation(
        _rows(found, asked, lambda one: one.part),
        _rows({FULL: found[FULL]}, asked, lambda one: one.about),
        unprepared,
        _latency(Retriever(index, lexicon), asked),
    )


def signal_systems(index: Index, lexicon: Lexicon) -> dict[str, Search]:
    """The full system, each signal alone, and all but each, by name."""
    ranker = load_ranker()
    rankers = {FULL: ranker}
    for name in NAMES:
        if (
            name not in FLAGS
        ):  # the weight itself does not matter to one alone, and may be 0 in the full system
            alone = Signals(**{name: 1.0})
            rankers[f"{name} alone"] = Ranker(zh=alone, en=alone)
    rankers |= {f"without {name}": ranker.without([name]) for name in NAMES}
    retriever = Remembering(index, lexicon)
    return {name: _search(retriever.ranked_by(one)) for name, one in rankers.items()}


def baselines(index: Index) -> dict[str, Search]:
    """What the system is compared with, by name."""
    return {
        "BM25 only": words_only(index),
        "vectors only": vectors_only(index),
        "RecursiveCharacterTextSplitter + vectors": tutorial(index),
    }


class Remembering(Retriever):
    """A retriever that works out once what speaks for the passages of a question, for however many rankers."""

    def __init__(self, index: Index, lexicon: Lexicon) -> None:
        super().__init__(index, lexicon)
        self._known: dict[tuple[str, ...], Judged] = {}

    def _judged(self, queries: Sequence[Query]) -> Judged:
        asked = tuple(query.asked for query in queries)
        if asked not in self._known:
            self._known[asked] = super()._judged(queries)
        return self._known[asked]

    def ranked_by(self, ranker: Ranker) -> Remembering:
        """One that remembers the same, and ranks by other weights."""
        other = copy(self)
        other.ranker = ranker
        return other


def _search(retriever: Retriever) -> Search:
    def search(question: str) -> list[RankedPassage]:
        _, hits = retriever.search(question, K)
        return [ranked(rank, hit) for rank, hit in enumerate(hits, start=1)]

    return search


def _unprepared(left_out: LeftOut, settings: Settings, training: Path) -> Unprepared:
    """Measure on a collection made for the purpose and thrown away afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        alone = make_collection(left_out, training, settings, Path(folder))
        index = open_index(alone)
        own = {name: left_out.encoder / name for name in (RANKER, TABLE)}
        ranker = load_ranker(own[RANKER]) if own[RANKER].is_file() else load_ranker()
        table = load_table(own[TABLE]) if own[TABLE].is_file() else load_table()
        lexicon = load_lexicon(alone.data / "lexicon")
        systems = {
            FULL: _search(Retriever(index, lexicon, ranker, table)),
            NO_LEXICON: _search(Retriever(index, Lexicon(iter(())), ranker, table)),
        } | baselines(index)
        facts = [fact for fact in load_facts() if Path(fact.file).stem in left_out.bulletins]
        asked = [one for fact in facts for one in _in_each_way(fact)]
        asked += [_located(one) for one in haystack_questions(training)]
        rows = _rows(_ranks(systems, asked), asked, lambda one: one.about)
        known = tuple(name for name, file in own.items() if not file.is_file())
        return Unprepared(left_out.bulletins, len(index.documents), len(index.passages), known, rows)


def _in_each_way(fact: Fact) -> Iterator[Trial]:
    def rank(passages: Sequence[RankedPassage]) -> int | None:
        return evidence_rank(fact, passages)

    for way in WAYS:
        yield Trial(part_of(fact.id), Path(fact.file).stem, way, fact.question(way), rank)


def _located(one: Located) -> Trial:
    def rank(passages: Sequence[RankedPassage]) -> int | None:
        """Rank of the first passage that lies mostly within the place."""
        for passage in passages:
            within = 2 * shared(passage.spans, one.span) > size(passage.spans)
            if passage.source == one.source and within:
                return passage.rank
        return None

    return Trial("test", OTHERS, one.way, one.question, rank)


def _ranks(systems: dict[str, Search], asked: Sequence[Trial]) -> dict[str, list[int | None]]:
    """By system, the rank of every question's evidence."""
    found: dict[str, list[int | None]] = {name: [] for name in systems}
    with tqdm(total=len(systems) * len(asked), unit="question", disable=None) as bar:
        for name, search in systems.items():
            bar.set_description(name)
            for one in asked:
                found[name].append(one.rank(search(one.question)))
                bar.update()
    return found


def _rows(
    found: dict[str, list[int | None]], asked: Sequence[Trial], group: Callable[[Trial], str]
) -> list[Row]:
    """One row a group, system and way, in the order in which they come."""
    rows = []
    for system, ranks in found.items():
        groups: dict[tuple[str, str], list[int | None]] = {}
        for one, rank in zip(asked, ranks, strict=True):
            groups.setdefault((group(one), one.way), []).append(rank)
        for (name, way), of_group in groups.items():
            recall = mean([rank is not None and rank <= DEPTH for rank in of_group])
            reciprocal = mean([1 / rank if rank else 0.0 for rank in of_group])
            rows.append(Row(name, system, way, len(of_group), recall, reciprocal))
    return rows


def _latency(retriever: Retriever, asked: Sequence[Trial]) -> tuple[float, float]:
    """Time every question, after some that warm it up."""
    for one in asked[:WARM]:
        retriever.search(one.question, K)
    times = []
    for one in asked:
        began = time.perf_counter()
        retriever.search(one.question, K)
        times.append(1000 * (time.perf_counter() - began))
    median, late = np.percentile(times, [50, 95])
    return float(median), float(late)
