"""The report: one page that holds everything, to be opened in any browser without a network."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from eval import charts
from eval.compare import Comparison, compare
from eval.measure import Result
from eval.metrics import BY_NAME, DEPTH, MEASURES, Group, Metrics
from eval.questions import PARTS, VALID_ON, WAYS, Fact, Question, places
from eval.runs import Evaluation
from eval.table import AREA, ELSEWHERE, away
from eval.words import both, both_in_chart, chinese
from rag.text.spans import Span

_AROUND = 60  # characters of the source shown on each side of a place
_BETWEEN = "⋯"
_SECOND = ("recall_10", "mrr", "ndcg_10", "in_language", "refusal_precision")
"""Measures that the summary leaves to the longer tables."""
_LISTED = ("bulletin", "type", "difficulty", "unanswerable", "conversation")
_WHAT = {
    "bulletin": "Bulletin",
    "type": "Type of question",
    "difficulty": "Difficulty",
    "unanswerable": "Kind of question without an answer",
    "conversation": "Second question of a conversation",
}
_SHORT = {
    "not found": "all evidence is not in the five best passages",
    "wrong": "a required fact is not in the answer",
    "long": "right, but too long",
    "not cited": "no citation is at the evidence",
    "refused": "refused, though the bulletins answer it",
    "answered": "answered, though the bulletins do not say",
    "not verbatim": "a quote is not the source to the letter",
    "notice missing": "a notice is owed and not given",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of source text; the marked one is the place, the others stand around it."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class PlaceShown:
    """A place in a bulletin with what stands around it."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Miss:
    """An answer that falls short, with everything needed to see why."""

    result: Result
    faults: tuple[str, ...]
    expected: str
    must: tuple[tuple[str, ...], ...]
    gold: tuple[PlaceShown, ...]
    cited: tuple[PlaceShown, ...]


def write_report(evaluation: Evaluation, file: Path) -> None:
    """Write the page in one step."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"both": both, "chinese": chinese, "both_in_chart": both_in_chart}
    page = environment.get_template("report.html.jinja").render(**_content(evaluation))
    partial = file.with_suffix(".partial")
    partial.write_text(page, encoding="utf-8")
    os.replace(partial, file)


def faults_of(result: Result) -> tuple[str, ...]:
    """In what an answer falls short, by the names the report filters by."""
    found = {
        "refused": result.answerable and result.refused,
        "answered": not result.answerable and not result.refused,
        "not found": result.answerable and (result.rank is None or result.rank > DEPTH),
        "wrong": result.answerable and not result.refused and not result.right,
        "long": result.right and not result.concise,
        "not cited": result.answerable and not result.refused and not result.cited,
        "not verbatim": any(not citation.verbatim for citation in result.citations),
        "notice missing": not result.refused and bool(set(result.owed or ()) - set(result.given)),
    }
    return tuple(name for name, is_so in found.items() if is_so)


def _content(evaluation: Evaluation) -> dict[str, object]:
    """What the template shows."""
    run = evaluation.run
    systems = [run.metrics, *([evaluation.before.metrics] if evaluation.before else [])]
    systems += [one.metrics for one in evaluation.baselines]
    everything = run.metrics.group("all", "all")
    assert everything is not None
    misses = list(_misses(evaluation))
    return {
        "run": run,
        "valid_on": VALID_ON,
        "measures": MEASURES,
        "main": [measure for measure in MEASURES if measure.name not in _SECOND],
        "by_name": BY_NAME,
        "everything": everything,
        "parts": [group for group in run.metrics.groups if group.dimension == "part and way"],
        "elsewhere": {
            f"{one.metrics.name} {way}": (group.questions, away(one.metrics, way))
            for one in evaluation.elsewhere
            for way in WAYS
            if (group := one.metrics.group("way", way))
        },
        "away": (*ELSEWHERE, AREA),
        "systems": systems,
        "listed": {_WHAT[d]: _groups(run.metrics.groups, d) for d in _LISTED},
        "comparison": _comparison(evaluation),
        "before": evaluation.before.metrics.name if evaluation.before else "",
        "charts": _charts(evaluation, systems, everything),
        "misses": misses,
        "faults": {name: _SHORT[name] for name in _SHORT if any(name in miss.faults for miss in misses)},
        "bulletins": sorted({Path(r.bulletin).stem for r in run.results if r.bulletin}),
        "types": sorted({r.type or r.kind for r in run.results}),
    }


def _charts(evaluation: Evaluation, systems: Sequence[Metrics], everything: Group) -> dict[str, str]:
    """Each chart by its title."""
    metrics = evaluation.run.metrics
    found = {
        "Right and concise, test questions": charts.by_system(systems, "concise"),
        "Evidence among the five best passages, test questions": charts.by_system(systems, "recall_5"),
        "Right and concise, by bulletin": charts.by_group(_groups(metrics.groups, "bulletin"), "concise"),
        "Right and concise, by type of question": charts.by_group(_groups(metrics.groups, "type"), "concise"),
    }
    if metrics.trade_off:  # there are questions with and without an answer
        now = (
            everything.measures["false_refusal"].value,
            1 - everything.measures["refusal_recall"].value,
        )
        title = "Refused or answered: what each threshold would give"
        found[title] = charts.refusal_curve(metrics.trade_off, now)
    if evaluation.elsewhere:
        there = [one.metrics for one in evaluation.elsewhere]
        found["Refused or answered, collections of other places"] = charts.refusal_curves(there)
    by_part = {part: [r for r in evaluation.run.results if r.part == part] for part in PARTS}
    answered = [*by_part.items(), *((one.metrics.name, one.results) for one in evaluation.elsewhere)]
    found["Confidence and rightness"] = charts.calibration([(n, some) for n, some in answered if some])
    return found | {"Time to the answer": charts.latencies(evaluation.run.results)}


def _groups(groups: Sequence[Group], dimension: str) -> list[Group]:
    return [group for group in groups if group.dimension == dimension]


def _comparison(evaluation: Evaluation) -> Comparison | None:
    return compare(evaluation.before.results, evaluation.run.results) if evaluation.before else None


def _misses(evaluation: Evaluation) -> Iterator[Miss]:
    asked = {question.id: question for question in evaluation.questions}
    texts = evaluation.collection.texts
    for result in evaluation.run.results:
        if faults := faults_of(result):
            question = asked[result.id]
            fact = question.fact
            yield Miss(
                result,
                faults,
                _expected(question),
                fact.must if fact else (),
                tuple(_gold(fact, texts)) if fact else (),
                tuple(
                    _place(f"[{number}] {c.source}: {c.title}", c.spans, texts.get(c.source, ""))
                    for number, c in enumerate(result.citations, start=1)
                ),
            )


def _expected(question: Question) -> str:
    if question.fact:
        return question.fact.answer_en if question.way == "en" else question.fact.answer_zh
    return f"A refusal: {question.unanswerable.why}" if question.unanswerable else ""


def _gold(fact: Fact, texts: dict[str, str]) -> Iterator[PlaceShown]:
    text = texts[fact.file]
    for evidence in fact.evidence:
        yield _place(fact.file, places(evidence, text)[:1], text)


def _place(label: str, spans: Sequence[Span], text: str) -> PlaceShown:
    """Some spans of a text marked, with a little of what stands around them."""
    pieces: list[Piece] = []
    end = -1
    for start, finish in spans:
        before = text[max(start - _AROUND, end, 0) : start]
        pieces.append(Piece((_BETWEEN if start - _AROUND > max(end, 0) else "") + before, False))
        pieces.append(Piece(text[start:finish], True))
        end = finish
    if spans:
        pieces.append(Piece(text[end : end + _AROUND] + _BETWEEN, False))
    places_ = ", ".join(f"{start}–{finish}" for start, finish in spans)
    return PlaceShown(f"{label} {places_}", tuple(pieces))
