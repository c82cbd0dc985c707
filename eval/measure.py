"""What one answer is worth: was the evidence found, is the answer right and short, is the right place cited.

Every judgement is made against the bulletins themselves: a passage or a quote counts by the place it names, not by
the text it claims to have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from eval.questions import Fact, Part, Question, Way, part_of, places, without_space
from rag.contract import Answer, Citation, RankedPassage
from rag.reading.corpus import Span

LONGEST = {"zh": 220, "zh_hard": 220, "en": 420}
"""Characters of a concise answer, markers included."""
NOTICES = ("expired", "implied_expired", "past_event", "explainer", "conflict")
"""Kinds of notice that the set says are owed or not; others are neither rewarded nor held against an answer."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation, judged."""

    source: str
    spans: tuple[Span, ...]
    title: str
    quote: str
    """What the system says stands there."""
    verbatim: bool
    """The quote is the source at its spans, to the letter."""
    on_gold: bool
    """It shares a character with the evidence."""


@dataclass(frozen=True, slots=True)
class Result:
    """One question answered and judged. What does not apply to a question is at its default."""

    id: str
    of: str
    """The fact or unanswerable question; its ways of asking share it."""
    way: Way
    part: Part
    question: str
    answer: str
    refused: bool
    confidence: float
    milliseconds: float
    history: tuple[str, ...] = ()
    bulletin: str = ""
    """File name of the bulletin that states the fact; "" for a question without answer."""
    type: str = ""
    difficulty: str = ""
    kind: str = ""
    """Of a question without answer."""
    rank: int | None = None
    """Rank of the passage by which all evidence is found, 1 to 10; None where it is not."""
    ndcg: float = 0.0
    """nDCG@10 of the passages, filled in by `eval.trec`."""
    right: bool = False
    concise: bool = False
    """Right, and short."""
    evidence: int = 0
    evidence_cited: int = 0
    """Pieces of evidence of which at least half is cited."""
    citations: tuple[Cited, ...] = ()
    owed: tuple[str, ...] | None = None
    """Notices owed; None where nobody noted them."""
    given: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether the bulletins answer the question."""
        return bool(self.bulletin)

    @property
    def conversation(self) -> bool:
        """Whether it is understood only after an earlier question."""
        return bool(self.history)

    @property
    def cited(self) -> bool:
        """Whether some citation is at the evidence."""
        return any(citation.on_gold for citation in self.citations)


def judge(question: Question, answer: Answer, milliseconds: float, texts: dict[str, str]) -> Result:
    """Judge one answer.

    :param milliseconds: How long the asker waited.
    :param texts: The bulletins by file name.
    """
    fact = question.fact
    gold = [] if fact is None else [places(evidence, texts[fact.file]) for evidence in fact.evidence]
    result = Result(
        id=question.id,
        of=question.of,
        way=question.way,
        part=part_of(question.id),
        question=question.text,
        answer=answer.answer,
        refused=answer.abstained,
        confidence=answer.confidence,
        milliseconds=round(milliseconds, 1),
        history=question.history,
        citations=tuple(_cited(citation, fact, gold, texts) for citation in answer.citations),
        given=tuple(dict.fromkeys(notice.kind for notice in answer.notices)),
    )
    if fact is None:
        return replace(result, kind=question.unanswerable.kind if question.unanswerable else "")
    read = [replace(passage, text=_at(passage.source, passage.spans, texts)) for passage in answer.passages]
    right = is_right(fact, answer.answer) and not answer.abstained
    cited = [span for c in answer.citations if c.source == fact.file for span in c.spans]
    return replace(
        result,
        bulletin=fact.file,
        type=fact.type,
        difficulty=fact.difficulty,
        rank=evidence_rank(fact, read),
        right=right,
        concise=right and len(answer.answer) <= LONGEST[question.way],
        evidence=len(gold),
        evidence_cited=sum(any(_half_cited(place, cited) for place in found) for found in gold),
        owed=fact.notices,
    )


def is_right(fact: Fact, answer: str) -> bool:
    """Whether an answer holds, white space and case aside, one alternative of every group in `must`."""
    bare = without_space(answer).lower()
    return all(any(without_space(word).lower() in bare for word in group) for group in fact.must)


def evidence_rank(fact: Fact, passages: Sequence[RankedPassage]) -> int | None:
    """The rank by which every piece of evidence stands whole in a passage seen so far; None if it never does."""
    missing = {without_space(evidence) for evidence in fact.evidence}
    for passage in passages:
        if passage.source == fact.file:
            bare = without_space(passage.text)
            missing = {evidence for evidence in missing if evidence not in bare}
        if not missing:
            return passage.rank
    return None


def mean(values: Sequence[float | bool]) -> float:
    """Arithmetic mean; 0 for none."""
    return sum(values) / len(values) if values else 0.0


def shared(one: Span, other: Span) -> int:
    """How many characters two places share."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def _cited(
    citation: Citation, fact: Fact | None, gold: Iterable[Sequence[Span]], texts: dict[str, str]
) -> Cited:
    wanted = [place for found in gold for place in found]
    at_home = fact is not None and citation.source == fact.file
    return Cited(
        citation.source,
        citation.spans,
        citation.document.title,
        citation.quote,
        bool(citation.quote) and citation.quote == _at(citation.source, citation.spans, texts),
        at_home and any(shared(span, place) for span in citation.spans for place in wanted),
    )


def _at(source: str, spans: Sequence[Span], texts: dict[str, str]) -> str:
    """The source at some places; nothing where there is no such source."""
    text = texts.get(source, "")
    return "".join(text[start:end] for start, end in spans)


def _half_cited(place: Span, cited: Sequence[Span]) -> bool:
    return 2 * sum(shared(place, span) for span in cited) >= place[1] - place[0]
