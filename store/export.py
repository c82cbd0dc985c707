"""Verdicts as evaluation questions, in the evaluation set's own format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from rag.contract import Answer
from store.database import Store
from store.models import Asked, Verdict
from store.questions import kept_answer
from store.review import decided, place_of

_MARKER = re.compile(r"\s*\[\d+\]")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*\s?(?:%|％|年|月|日|时|分|元|万元|亿元|个|人|张|家|周岁|岁)?")


@dataclass(frozen=True, slots=True)
class ExportedFact:
    """A fact as `eval/questions/*.facts.jsonl` has it, with what staff said beside it."""

    id: str
    file: str
    doc: str
    type: str
    evidence: list[str]
    must: list[list[str]]
    answer_zh: str
    answer_en: str
    q_zh: str
    q_zh_hard: str
    q_en: str
    difficulty: str
    notices: list[str] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True, slots=True)
class ExportedUnanswerable:
    """A question that was rightly refused, as `eval/questions/*.unanswerable.jsonl` has it."""

    id: str
    kind: str
    q_zh: str
    q_en: str
    why: str


@dataclass(frozen=True, slots=True)
class Exported:
    """What verdicts are worth to the evaluation."""

    facts: tuple[ExportedFact, ...]
    unanswerable: tuple[ExportedUnanswerable, ...]
    left_out: int
    """Verdicts that say what is wrong but not where the right answer stands."""

    def facts_jsonl(self) -> str:
        """The facts, one line of JSON each."""
        return _lines(self.facts)

    def unanswerable_jsonl(self) -> str:
        """The unanswerable questions, one line of JSON each."""
        return _lines(self.unanswerable)


def export(store: Store) -> Exported:
    """Turn the verdicts that hold into evaluation questions.

    A right answer, or any whose place staff corrected, becomes a fact: the evidence is the place, and `must`
    proposes the figures of the answer (the whole answer where it has none), which whoever takes the fact into
    the set should read over, as they should ask it in the ways it was not asked in: those are left blank.
    """
    facts: list[ExportedFact] = []
    unanswerable: list[ExportedUnanswerable] = []
    left_out = 0
    for verdict, asked in decided(store):
        answer = kept_answer(asked)
        if verdict.ruling == "right" and answer.abstained:
            unanswerable.append(_unanswerable(verdict, asked, answer))
        elif fact := _fact(verdict, asked, answer):
            facts.append(fact)
        else:
            left_out += 1
    return Exported(tuple(facts), tuple(unanswerable), left_out)


def _fact(verdict: Verdict, asked: Asked, answer: Answer) -> ExportedFact | None:
    place = place_of(verdict)
    if place is not None:
        file, document, evidence = place.source, place.document, [place.quote]
        said = place.quote if verdict.ruling != "right" else _bare(answer.answer)
    elif verdict.ruling == "right" and answer.citations:
        first = answer.citations[0]
        file, document = first.source, first.document.number or first.document.id
        evidence, said = [citation.quote for citation in answer.citations], _bare(answer.answer)
    else:
        return None
    zh = answer.language == "zh"
    return ExportedFact(
        id=f"desk-{asked.id[:12]}",
        file=file,
        doc=document,
        type="desk",
        evidence=evidence,
        must=[[figure] for figure in _figures(said)] or [[said]],
        answer_zh=said if zh else "",
        answer_en="" if zh else said,
        q_zh=answer.question if zh else "",
        q_zh_hard="",
        q_en="" if zh else answer.question,
        difficulty="medium",
        notices=[notice.kind for notice in answer.notices if notice.kind not in ("language",)],
        note=f"{verdict.staff}, {verdict.decided_at:%Y-%m-%d}, {verdict.ruling}. {verdict.note}".strip(),
    )


def _unanswerable(verdict: Verdict, asked: Asked, answer: Answer) -> ExportedUnanswerable:
    zh = answer.language == "zh"
    return ExportedUnanswerable(
        id=f"desk-u-{asked.id[:12]}",
        kind="desk",
        q_zh=answer.question if zh else "",
        q_en="" if zh else answer.question,
        why=f"{verdict.staff}, {verdict.decided_at:%Y-%m-%d}. {verdict.note}".strip(),
    )


def _bare(answer: str) -> str:
    return _MARKER.sub("", answer).strip()


def _figures(text: str) -> Iterator[str]:
    """The figures of an answer with what they count, each once.

    >>> list(_figures("补贴200元，2025年起"))
    ['200元', '2025年']
    """
    yield from dict.fromkeys(match.group().strip() for match in _FIGURE.finditer(text))


def _lines(records: Sequence[object]) -> str:
    return "".join(msgspec.json.encode(record).decode() + "\n" for record in records)
