"""Rankings as TREC has them, and the measures that ir-measures computes from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import ir_measures
from ir_measures import Qrel, ScoredDoc, nDCG


def ndcg(rankings: Mapping[str, Sequence[str]], relevant: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """nDCG@10 (Järvelin and Kekäläinen 2002) by question.

    :param rankings: Passage ids by question, best first.
    :param relevant: Ids of the relevant passages by question, each of gain 1; only these questions are measured.
    """
    qrels = [Qrel(question, passage, 1) for question, found in relevant.items() for passage in found]
    scored = [
        ScoredDoc(question, passage, score)
        for question, passages in rankings.items()
        for passage, score in _scored(passages)
    ]
    return {one.query_id: float(one.value) for one in ir_measures.iter_calc([nDCG @ 10], qrels, scored)}


def write_run(rankings: Mapping[str, Sequence[str]], tag: str, file: Path) -> None:
    """Write a TREC run: `question Q0 passage rank score tag`, one line a passage."""
    lines = [
        f"{question} Q0 {passage} {rank} {score} {tag}"
        for question, passages in rankings.items()
        for rank, (passage, score) in enumerate(_scored(passages), start=1)
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _scored(passages: Sequence[str]) -> Iterable[tuple[str, float]]:
    """Scores that keep the order given: what a system scores by is its own affair, and may hold ties."""
    return ((passage, float(len(passages) - at)) for at, passage in enumerate(passages))
