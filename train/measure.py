"""Retrieval measured: recall among the five best and mean reciprocal rank, for each way of asking."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from eval.public import DOCUMENTS, read_jsonl
from eval.questions import WAYS, Part, load_facts, places
from rag.indexing.encoder import StaticEncoder
from rag.text.normal import tokens
from rag.text.spans import Span, shared, size
from train.pairs import headed
from train.sources import Sources, public_passages, read_asked, read_chunks
from train.text import passages

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Test:
    """Questions, each with the passages that answer it, over a pool of passages."""

    name: str
    questions: list[str]
    gold: list[frozenset[int]]


@dataclass(frozen=True, slots=True)
class Score:
    """How well one way of ranking did on one test."""

    test: str
    way: str
    questions: int
    recall_5: float
    recall_10: float
    reciprocal_rank: float

    def row(self) -> str:
        """One line of a Markdown table."""
        return (
            f"| {self.test} | {self.way} | {self.questions} | {self.recall_5:.3f} | {self.recall_10:.3f} "
            f"| {self.reciprocal_rank:.3f} |"
        )


@dataclass(slots=True)
class Pool:
    """Passages to search: those of bulletins with their places, then distractors."""

    texts: list[str]
    places: list[tuple[str, tuple[Span, ...]]]
    """Bulletin and spans of the first passages; distractors have none."""
    bodies: dict[str, int]
    """Number of each distractor by its text without headings."""

    def covering(self, bulletin: str, start: int, end: int) -> frozenset[int]:
        """Passages that hold more than half of a place, or lie mostly inside it."""
        found = set()
        for number, (name, spans) in enumerate(self.places):
            if name == bulletin:
                common = shared(spans, (start, end))
                if common and (2 * common > end - start or 2 * common > size(spans)):
                    found.add(number)
        return frozenset(found)


def make_pool(sources: Sources, bulletins: Iterable[str], distractors: dict[str, str]) -> Pool:
    """Passages of some bulletins as the index holds them, then the distractors (text to title), headings first."""
    pool = Pool([], [], {})
    for bulletin in bulletins:
        for chunk in read_chunks(sources.own, bulletin):
            pool.texts.append(chunk.text)
            pool.places.append((bulletin, chunk.spans))
    for text, title in distractors.items():
        pool.bodies[text] = len(pool.texts)
        pool.texts.append(headed(title, text))
    return pool


def question_tests(sources: Sources, pool: Pool, part: Part) -> list[Test]:
    """The evaluation questions of one part about the pool's bulletins, in their three ways of asking."""
    bulletins = {name for name, _ in pool.places}
    facts = [fact for fact in load_facts(part) if Path(fact.file).stem in bulletins]
    gold = []
    for fact in facts:
        name = Path(fact.file).stem
        text = sources.bulletin_text(name)
        found = [
            pool.covering(name, *place) for evidence in fact.evidence for place in places(evidence, text)
        ]
        gold.append(frozenset[int]().union(*found))
    return [Test(f"{part} {way}", [fact.question(way) for fact in facts], gold) for way in WAYS]


def asked_tests(sources: Sources, pool: Pool, at_most: int = 500, seed: int = 7) -> list[Test]:
    """Our own questions about the pool's bulletins, a sample for each style."""
    tests = []
    bulletins = dict.fromkeys(name for name, _ in pool.places)
    asked = [a for bulletin in bulletins for a in read_asked(sources, bulletin)]
    for style in ("formal", "colloquial", "keywords", "english"):
        # A question whose answer is spread over more than two passages has no clear gold passage.
        chosen = [a for a in asked if a.style == style and a.end - a.start <= 400]
        random.Random(seed).shuffle(chosen)
        chosen = chosen[:at_most]
        gold = [pool.covering(a.bulletin, a.start, a.end) for a in chosen]
        tests.append(Test(f"asked {style}", [a.question for a in chosen], gold))
    return tests


def civic_tests(sources: Sources, pool: Pool) -> list[Test]:
    """Questions about public documents that were kept out of training."""
    by_style: dict[str, tuple[list[str], list[frozenset[int]]]] = {}
    for record in read_jsonl(sources.public / "pairs_civic_questions.jsonl.gz"):
        if not sources.held_out(record["title"]):
            continue
        text = record["passage"]
        gold = frozenset(pool.bodies[text[s:e]] for s, e in passages(text) if text[s:e] in pool.bodies)
        if gold:
            questions, golds = by_style.setdefault(record["style"], ([], []))
            questions.append(record["query"])
            golds.append(gold)
    return [Test(f"civic {style}", *by_style[style]) for style in sorted(by_style)]


def score(test: Test, way: str, scores: FloatArray) -> Score:
    """Rank of the best gold passage by scores (questions, passages); a question without gold counts as lost."""
    ranks = []
    for row, gold in zip(scores, test.gold, strict=True):
        best = max((float(row[number]) for number in gold), default=np.inf)
        # Passages that score the same stand before the gold one: nothing is won by scoring none.
        rivals = int((row >= best).sum()) - sum(float(row[number]) >= best for number in gold)
        ranks.append(1 + rivals if gold else len(row))
    rank = np.array(ranks)
    found = (float((rank <= 5).mean()), float((rank <= 10).mean()), float((1.0 / rank).mean()))
    return Score(test.name, way, len(ranks), *found)


def standardised(scores: FloatArray) -> FloatArray:
    """Scores (questions, passages) with mean 0 and deviation 1 over each question's passages."""
    deviation = scores.std(axis=1, keepdims=True)
    spread: FloatArray = (scores - scores.mean(axis=1, keepdims=True)) / np.maximum(deviation, 1e-6)
    return spread


def lexical_scores(pool: Pool, questions: list[str]) -> FloatArray:
    """BM25 scores (questions, passages) over Chinese words: what there is without a model."""
    engine = bm25s.BM25()
    engine.index([tokens(text) for text in pool.texts], show_progress=False)
    return np.stack([engine.get_scores(tokens(question) or ["\0"]) for question in questions]).astype(
        np.float32
    )


def score_ways(model: StaticEncoder, pool: Pool, tests: list[Test]) -> list[Score]:
    """Score every test by words alone, by the mean vectors, by late interaction, and by the sum of the last two."""
    bags = model.document_bags(pool.texts)
    vectors = model.means(bags)
    found = []
    for test in tqdm(tests, desc="tests", unit="test"):
        dense = model.queries(test.questions) @ vectors.T
        late = np.stack([model.late(question, bags) for question in test.questions])
        found.append(score(test, "BM25", lexical_scores(pool, test.questions)))
        found.append(score(test, "mean vectors", dense))
        found.append(score(test, "late interaction", late))
        found.append(score(test, "both, standardised and added", standardised(dense) + standardised(late)))
    return found


def unseen_pool(sources: Sources) -> Pool:
    """The left-out bulletins among passages of the public documents that were held out."""
    return make_pool(sources, sources.leave_out, public_passages(sources, DOCUMENTS, held_out=True))


def report(sources: Sources, folder: Path) -> None:
    """Print a table: the bulletins left out, among held-out public documents, or else all bulletins."""
    model = StaticEncoder(folder)
    if sources.leave_out:
        pool = unseen_pool(sources)
        tests = [*asked_tests(sources, pool), *civic_tests(sources, pool)]
    else:
        pool = make_pool(sources, sources.bulletins(), {})
        tests = []
    tests = [*question_tests(sources, pool, "dev"), *question_tests(sources, pool, "test"), *tests]
    print(f"{len(pool.places)} passages of bulletins, {len(pool.texts) - len(pool.places)} others")
    print("| questions | ranked by | number | recall@5 | recall@10 | MRR |\n|---|---|---:|---:|---:|---:|")
    for one in score_ways(model, pool, tests):
        print(one.row())
