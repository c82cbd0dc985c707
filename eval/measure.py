"""What one answer is worth: was the evidence found, is the answer right and short, is the right place cited.

Every judgement is made against the bulletins themselves: a passage or a quote counts by the place it names, not by
the text it claims to have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from eval.questions import Fact, Part, Question, Way, part_of, places, without_space
from rag.contract import Citation, RankedPassage, WordedAnswer
from rag.text.spans import Span, quote, shared, size

LONGEST = {"zh": 220, "zh_hard": 220, "en": 420}
"""Characters of a concise answer, markers included."""
LONGEST_ITEM = {"zh": 80, "zh_hard": 80, "en": 150}
"""Of each item of a list, where that is more in all."""
NOTICES = ("expired", "implied_expired", "past_event", "explainer", "conflict")
"""Kinds of notice that the set says are owed or not; others are neither rewarded nor held against an answer."""
LIST = 3
"""From so many groups in `must` an answer is a list, and is measured by how much of it is there."""
_MARKER = re.compile(r"\[(\d+)\]")
_MISSING = re.compile(
    r"(?:没有|未|不曾)(?:\w{0,2})(?:写|说明|说|提到|提及|载明|列明|规定|查到|回答|找到|印出)|不包括"
    r"|\bnot (?:\w+ )?(?:stated?|say|said|mentioned|given|found|printed|specified|answered?)\b|\bno mention\b",
    re.IGNORECASE,
)
"""How an answer says that something asked for is not in the bulletins."""


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
    items: int = 0
    """Of a list: what is owed."""
    items_given: int = 0
    parts: int = 0
    """Of a question of several parts: how many."""
    parts_told: int = 0
    """Parts answered, or said to be missing where the bulletin does not state them."""
    sentences: int = 0
    """What the answer consists of, from one citation's marker to the next."""
    stray: int = 0
    """Sentences that neither are cited at the evidence nor hold anything required."""
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


def judge(question: Question, answer: WordedAnswer, milliseconds: float, texts: dict[str, str]) -> Result:
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
    given = [holds(group, answer.answer) and not answer.abstained for group in fact.must]
    said = "\n".join([answer.answer, *(notice.text for notice in answer.notices)])
    told = [_told(part, said) and not answer.abstained for part in fact.parts]
    belongs = [] if answer.abstained else list(_belongs(answer, fact, result.citations))
    return replace(
        result,
        bulletin=fact.file,
        type=fact.type,
        difficulty=fact.difficulty,
        rank=evidence_rank(fact, read),
        right=right,
        concise=right and len(answer.answer) <= longest(fact, question.way),
        evidence=len(gold),
        evidence_cited=sum(any(_half_cited(place, cited) for place in found) for found in gold),
        items=len(given) if len(given) >= LIST else 0,
        items_given=sum(given) if len(given) >= LIST else 0,
        parts=len(told),
        parts_told=sum(told),
        sentences=len(belongs),
        stray=belongs.count(False),
        owed=fact.notices,
    )


def is_right(fact: Fact, answer: str) -> bool:
    """Whether an answer holds, white space and case aside, one alternative of every group in `must`."""
    return all(holds(group, answer) for group in fact.must)


def longest(fact: Fact, way: Way) -> int:
    """How many characters a concise answer has at most."""
    items = len(fact.must) if len(fact.must) >= LIST else 0
    return max(LONGEST[way], items * LONGEST_ITEM[way])


def holds(group: Sequence[str], answer: str) -> bool:
    """Whether a text holds, white space and case aside, one of some alternatives."""
    bare = without_space(answer).lower()
    return any(without_space(word).lower() in bare for word in group)


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


def _told(part: Sequence[Sequence[str]], said: str) -> bool:
    """Whether what an answer and its notices say tells a part of the question, or that it is missing."""
    if not part:
        return bool(_MISSING.search(said))
    return all(holds(group, said) for group in part)


def _belongs(answer: WordedAnswer, fact: Fact, cited: Sequence[Cited]) -> Iterable[bool]:
    """Of each sentence of an answer whether it belongs there.

    A sentence is what stands before a run of markers, and is cited by them.
    """
    on_gold = {
        citation.marker: judged.on_gold for citation, judged in zip(answer.citations, cited, strict=True)
    }
    end = 0
    runs = list(re.finditer(r"(?:\s*\[\d+\])+", answer.answer))
    for run in runs:
        text = answer.answer[end : run.start()]
        end = run.end()
        markers = [int(number) for number in _MARKER.findall(run[0])]
        yield any(on_gold.get(marker, False) for marker in markers) or _useful(text, fact)
    if answer.answer[end:].strip():
        yield _useful(answer.answer[end:], fact)


def _useful(text: str, fact: Fact) -> bool:
    """Whether a sentence holds something required, or says what is missing."""
    missing = () in fact.parts and _MISSING.search(text)
    return bool(missing) or any(holds(group, text) for group in fact.must)


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
        at_home and any(shared(citation.spans, place) for place in wanted),
    )


def _at(source: str, spans: Sequence[Span], texts: dict[str, str]) -> str:
    """The source at some places; nothing where there is no such source."""
    text = texts.get(source, "")
    return quote(text, spans)


def _half_cited(place: Span, cited: Sequence[Span]) -> bool:
    return 2 * shared(cited, place) >= size([place])
