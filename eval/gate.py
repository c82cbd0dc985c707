"""The gate: a small fixed part of the set that must not get worse than the result accepted last.

`eval/results/gate.json` holds that result with its 95 % intervals; a measure that leaves its interval for the worse
fails the tests. `python -m eval accept` puts today's result there.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from tqdm import tqdm

from eval.collection import Collection
from eval.measure import Result
from eval.metrics import BY_NAME, measure_group
from eval.questions import WAYS, Question, load_questions, part_of
from eval.runs import answer_one, judge_all
from eval.statistics import Estimate
from eval.systems import System
from rag.errors import BulletinError

ACCEPTED = Path(__file__).parent / "results" / "gate.json"
GUARDED = (
    "recall_5",
    "mrr",
    "concise",
    "completeness",
    "parts",
    "in_language",
    "cited",
    "citation_recall",
    "verbatim",
    "notices_recall",
    "false_refusal",
    "refusal_recall",
)
_EVERY = 4  # of the facts, of the unanswerable questions and of the conversations, this one


@dataclass(frozen=True, slots=True)
class Guarded:
    """The measures of the fixed part, by group (a way of asking, or conversations)."""

    questions: int
    groups: dict[str, dict[str, Estimate]]


def fixed_part() -> list[Question]:
    """Of facts, unanswerable questions, conversations and what residents ask every fourth, in each way of asking."""
    questions = load_questions()
    kinds = {question.of: _kind(question) for question in questions}
    chosen: set[str] = set()
    for kind in ("fact", "unanswerable", "conversation", "residents"):
        chosen.update([of for of, its in kinds.items() if its == kind][::_EVERY])
    return [question for question in questions if question.of in chosen]


def answer_and_judge(system: System, collection: Collection, questions: Sequence[Question]) -> list[Result]:
    """Ask and judge the fixed part, or some of it."""
    answered = [
        answer_one(system, one) for one in tqdm(questions, desc="Asking", unit="question", disable=None)
    ]
    return judge_all(answered, questions, collection)


def guard(results: Sequence[Result]) -> Guarded:
    """What the gate looks at."""
    groups: dict[str, list[Result]] = {
        way: [r for r in results if r.way == way and not r.conversation and r.part != "residents"]
        for way in WAYS
    }
    groups["residents"] = [r for r in results if r.part == "residents"]
    groups["conversation"] = [r for r in results if r.conversation]
    found = {name: measure_group("gate", name, answers).measures for name, answers in groups.items()}
    kept = {name: {m: e for m, e in measures.items() if m in GUARDED} for name, measures in found.items()}
    return Guarded(len(results), kept)


def failures(now: Guarded, accepted: Guarded) -> list[str]:
    """Every measure that left its accepted interval for the worse, as a line for people; none if all is well."""
    lines = []
    for group, measures in accepted.groups.items():
        for name, was in measures.items():
            found = now.groups.get(group, {}).get(name)
            measure = BY_NAME[name]
            if found is None:
                lines.append(f"{group}: {measure.title} can no longer be measured; it was {was.value:.3f}.")
            elif found.value < was.low - 1e-9 if measure.rises else found.value > was.high + 1e-9:
                lines.append(
                    f"{group}: {measure.title} is {found.value:.3f}, was {was.value:.3f} "
                    f"(95 % interval {was.low:.3f} to {was.high:.3f})."
                )
    return lines


def read_accepted(file: Path = ACCEPTED) -> Guarded:
    """The result accepted last.

    :raises BulletinError: if there is none.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=Guarded)
    except (OSError, msgspec.MsgspecError) as error:
        raise BulletinError(
            f"No accepted result in {file} ({error}). Make one with `python -m eval accept`."
        ) from error


def accept(now: Guarded, file: Path = ACCEPTED) -> None:
    """Make today's result the one to keep."""
    rounded = Guarded(
        now.questions,
        {group: {name: _rounded(e) for name, e in found.items()} for group, found in now.groups.items()},
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(rounded), indent=1) + b"\n")
    os.replace(partial, file)


def _rounded(estimate: Estimate) -> Estimate:
    return Estimate(
        *(round(number, 4) for number in (estimate.value, estimate.low, estimate.high, estimate.of))
    )


def _kind(question: Question) -> str:
    if part_of(question.id) == "residents":
        return "residents"
    if question.fact is None:
        return "unanswerable"
    return "conversation" if question.history else "fact"
