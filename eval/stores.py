"""The fixed part of the questions, asked of the files and of another store, and their answers side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from eval.collection import Collection, read_collection
from eval.gate import Guarded, guard
from eval.questions import Question
from eval.runs import Answered, answer_one, judge_all
from eval.systems import OURS, open_system
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Beside:
    """What two stores answered to the same questions: of each pair, the files' first."""

    measures: tuple[Guarded, Guarded]
    milliseconds: tuple[list[float], list[float]]
    same_answers: int
    """Word for word."""
    same_citations: int
    differing: tuple[str, ...]
    """The questions whose answers differ."""


def beside(settings: Settings, store: str, folder: Path, questions: Sequence[Question]) -> Beside:
    """Ask the files and another store, which is filled first where it is not.

    :param store: Its address, as `BULLETIN_STORE` has it.
    :param folder: Of its index, which says what is in use there.
    """
    files = replace(settings, store="")
    systems = [open_system(OURS, one) for one in (files, replace(settings, store=store, index=folder))]
    asked = tqdm(questions, desc="Asking both", unit="question", disable=None)
    return compared([(*(answer_one(one, question) for one in systems),) for question in asked], questions,
                    read_collection(settings))  # fmt: skip


def compared(
    answered: Sequence[tuple[Answered, ...]], questions: Sequence[Question], collection: Collection
) -> Beside:
    """Pairs of answers, judged and held against each other."""
    first, second = ([pair[at] for pair in answered] for at in (0, 1))
    words = [a.answer.answer == b.answer.answer for a, b in zip(first, second, strict=True)]
    places = [a.answer.citations == b.answer.citations for a, b in zip(first, second, strict=True)]
    measures = [guard(judge_all(own, questions, collection)) for own in (first, second)]
    return Beside(
        (measures[0], measures[1]),
        ([one.milliseconds for one in first], [one.milliseconds for one in second]),
        sum(words),
        sum(places),
        tuple(question.text for question, same in zip(questions, words, strict=True) if not same),
    )


def table(found: Beside) -> str:
    """Both side by side, and whether the other store is within the files' 95 % interval."""
    files, other = found.measures
    lines = [
        f"{files.questions} questions: {found.same_answers} answers are the same word for word, "
        f"{found.same_citations} have the same citations.",
        "Milliseconds at 50 / 95 of 100: "
        + ", ".join(
            f"{name} {np.percentile(times, 50):.0f} / {np.percentile(times, 95):.0f}"
            for name, times in zip(("files", "the other store"), found.milliseconds, strict=True)
        )
        + ".",
        *(f"Answered otherwise: {question}" for question in found.differing),
        "",
        "| | measure | files (95 %) | the other store | within |",
        "|---|---|---:|---:|---|",
    ]
    for group, measures in files.groups.items():
        for name, was in measures.items():
            now = other.groups[group].get(name)
            within = now is not None and was.low - 1e-9 <= now.value <= was.high + 1e-9
            lines.append(
                f"| {group} | {name} | {was.value:.3f} ({was.low:.3f} to {was.high:.3f}) | "
                f"{f'{now.value:.3f}' if now else '–'} | {'yes' if within else '**no**'} |"
            )
    return "\n".join(lines)
