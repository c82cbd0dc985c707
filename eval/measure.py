"""What an answer is worth: was the evidence found, is the answer right and short, is the right place cited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval.questions import Fact, Way, places, without_space
from rag.answer import Answer
from rag.corpus import Span

_LONGEST = {"zh": 220, "zh_hard": 220, "en": 420}  # characters of a concise answer


@dataclass(frozen=True, slots=True)
class Result:
    """One question answered and judged. For a question without an answer only `refused` says anything."""

    id: str
    way: Way
    file: str
    type: str
    question: str
    answer: str
    refused: bool
    confidence: float
    rank: int | None = None
    """Rank of the passage by which all evidence is found, 1 to 10; None where it is not."""
    right: bool = False
    concise: bool = False
    cited: bool = False
    verbatim: bool = True
    milliseconds: float = 0.0


def judge(fact: Fact, way: Way, answer: Answer, text: str) -> Result:
    """Judge the answer to one way of asking a fact.

    :param text: The whole bulletin that states the fact.
    """
    gold = [places(evidence, text) for evidence in fact.evidence]
    bare = without_space(answer.answer).lower()
    right = all(any(without_space(word).lower() in bare for word in group) for group in fact.must)
    cited = [span for citation in answer.citations if citation.source == fact.file for span in citation.spans]
    return Result(
        fact.id,
        way,
        fact.file,
        fact.type,
        answer.question,
        answer.answer,
        answer.abstained,
        answer.confidence,
        _rank(fact, answer),
        right and not answer.abstained,
        right and not answer.abstained and len(answer.answer) <= _LONGEST[way],
        any(_overlap(span, place) for span in cited for found in gold for place in found),
        all(
            c.quote == "".join(text[s:e] for s, e in c.spans)
            for c in answer.citations
            if c.source == fact.file
        ),
        answer.timings_ms.total,
    )


def reciprocal_rank(results: Iterable[Result]) -> float:
    """Mean of 1 / rank of the evidence, 0 where it is not among the ten."""
    return mean([1 / result.rank if result.rank else 0.0 for result in results])


def mean(values: Sequence[float | bool]) -> float:
    """Arithmetic mean; 0 for none."""
    return sum(values) / len(values) if values else 0.0


def _rank(fact: Fact, answer: Answer) -> int | None:
    """The rank by which every piece of evidence stands whole in a passage seen so far."""
    missing = {without_space(evidence) for evidence in fact.evidence}
    for passage in answer.passages:
        if passage.source == fact.file:
            bare = without_space(passage.text)
            missing = {evidence for evidence in missing if evidence not in bare}
        if not missing:
            return passage.rank
    return None


def _overlap(one: Span, other: Span) -> bool:
    return max(one[0], other[0]) < min(one[1], other[1])
