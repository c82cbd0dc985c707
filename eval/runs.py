"""Putting every question to a system, keeping the answers as they come, and judging them.

Below `eval/results/NAME/`:

    run.json        what answered what: the system's fingerprint and the set's
    answers.jsonl   every answer, in the order of the set; grows while a run goes on
    run.trec        the passages found, as a TREC run
    judged.jsonl    every answer judged (eval.measure.Result)
    before.jsonl    the judgements that stood here before the system or the set changed
    metrics.json    every measure with its interval
    summary.md      the few numbers that one looks at first
    report.html     all of it to look at
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from tqdm import tqdm

from eval import trec
from eval.collection import Collection, Places, relevant
from eval.measure import Result, judge
from eval.metrics import Metrics
from eval.questions import Question
from eval.systems import System, UnreachableError
from rag.contract import WordedAnswer, refused
from rag.errors import BulletinError

_WARM = 10  # questions asked before the clock counts


@dataclass(frozen=True, slots=True)
class Run:
    """What answered what."""

    system: str
    fingerprint: str
    set: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer as it was given, less the texts of its passages, which their places say."""

    id: str
    milliseconds: float
    answer: WordedAnswer


@dataclass(frozen=True, slots=True)
class Measured:
    """One system's answers, judged and measured."""

    metrics: Metrics
    results: list[Result]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A run, and what it is compared with."""

    run: Measured
    before: Measured | None
    """The run before, or the one asked for; None where there is none."""
    baselines: tuple[Measured, ...]
    elsewhere: tuple[Measured, ...]
    """The same system on each collection of other places, which can be had of ours only."""
    questions: tuple[Question, ...]
    collection: Collection


def answer_all(system: System, questions: Sequence[Question], folder: Path) -> list[Answered]:
    """Ask every question; a run that was interrupted goes on where it stopped, one that is complete is kept.

    :raises BulletinError: if the system can't be asked; what was answered so far is kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(system.title, system.fingerprint, _digest(questions))
    answered = _resume(run, questions, folder)
    if len(answered) == len(questions) and not system.known:
        answered = _begin(run, folder, keep=True)
    missing = questions[len(answered) :]
    if not missing:
        return answered
    for question in questions[:_WARM]:
        _ask(system, question)
    with (folder / "answers.jsonl").open("ab") as file:
        for question in tqdm(
            missing, desc=system.title, unit="question", initial=len(answered), total=len(questions)
        ):
            answered.append(answer_one(system, question))
            file.write(msgspec.json.encode(answered[-1]) + b"\n")
            file.flush()
    return answered


def answer_one(system: System, question: Question) -> Answered:
    """Ask one question and take the time. What can't be asked (an empty question, say) counts as refused."""
    began = time.perf_counter()
    answer = _ask(system, question)
    milliseconds = round(1000 * (time.perf_counter() - began), 1)
    bare = tuple(replace(passage, text="") for passage in answer.passages)
    return Answered(question.id, milliseconds, replace(answer, passages=bare))


def judge_all(
    answered: Sequence[Answered],
    questions: Sequence[Question],
    collection: Collection,
    folder: Path | None = None,
) -> list[Result]:
    """Judge every answer; write the judgements and the TREC run where there is a folder for them."""
    places = Places(collection)
    rankings = {one.id: places.corpus_ids(one.answer.passages) for one in answered}
    gold = {question.id: relevant(question.fact, collection) for question in questions if question.fact}
    gains = trec.ndcg(rankings, gold)
    results = [
        replace(
            judge(question, one.answer, one.milliseconds, collection.texts), ndcg=gains.get(question.id, 0.0)
        )
        for question, one in zip(questions, answered, strict=True)
    ]
    if folder is not None:
        trec.write_run(rankings, folder.name, folder / "run.trec")
        lines = b"".join(msgspec.json.encode(result) + b"\n" for result in results)
        _replace(folder / "judged.jsonl", lines)
    return results


def read_run(folder: Path) -> Run:
    """What answered what in a folder that `answer_all` filled."""
    return msgspec.json.decode((folder / "run.json").read_bytes(), type=Run)


def read_results(file: Path) -> list[Result]:
    """Judgements written before.

    :raises BulletinError: if there are none, or they are of another form.
    """
    try:
        return [msgspec.json.decode(line, type=Result) for line in file.read_bytes().splitlines()]
    except OSError:
        names = ", ".join(sorted(f.parent.name for f in file.parent.parent.glob("*/judged.jsonl"))) or "none"
        raise BulletinError(
            f"No results in {file}; there are: {names}. Make them with `python -m eval run --name {file.parent.name}`."
        ) from None
    except msgspec.MsgspecError as error:
        raise BulletinError(
            f"{file} was written by another version of this evaluation ({error}). Delete {file.parent} and run again."
        ) from None


def _ask(system: System, question: Question) -> WordedAnswer:
    try:
        return system.ask(question.text, question.history)
    except UnreachableError:
        raise
    except BulletinError as error:
        return refused(question.id, question.text, str(error))


def _resume(run: Run, questions: Sequence[Question], folder: Path) -> list[Answered]:
    """The answers of an earlier run of the same system on the same set; others are put aside."""
    try:
        earlier = msgspec.json.decode((folder / "run.json").read_bytes(), type=Run)
    except (OSError, msgspec.MsgspecError):
        earlier = None
    if earlier == run:
        answered = list(_whole_lines(folder / "answers.jsonl"))
        if [one.id for one in answered] == [question.id for question in questions[: len(answered)]]:
            return answered
    return _begin(run, folder, keep=earlier is not None and earlier.set == run.set)


def _begin(run: Run, folder: Path, *, keep: bool) -> list[Answered]:
    """Start with no answer.

    :param keep: Put the judgements that are there aside, to compare with: they are of the same set.
    """
    if keep and (folder / "judged.jsonl").exists():
        os.replace(folder / "judged.jsonl", folder / "before.jsonl")
    (folder / "answers.jsonl").unlink(missing_ok=True)
    _replace(folder / "run.json", msgspec.json.format(msgspec.json.encode(run), indent=2) + b"\n")
    return []


def _whole_lines(file: Path) -> Iterator[Answered]:
    """Answers up to the first line that an interruption cut; the file is cut there, too."""
    if not file.exists():
        return
    good = 0
    for line in file.read_bytes().splitlines(keepends=True):
        try:
            one = msgspec.json.decode(line, type=Answered)
        except msgspec.MsgspecError:
            break
        if not line.endswith(b"\n"):
            break
        good += len(line)
        yield one
    os.truncate(file, good)


def _digest(questions: Sequence[Question]) -> str:
    return hashlib.sha256(msgspec.json.encode(questions)).hexdigest()[:16]


def _replace(file: Path, content: bytes) -> None:
    """Write a file in one step, so that it is there whole or not at all."""
    partial = file.with_suffix(".partial")
    partial.write_bytes(content)
    os.replace(partial, file)
