"""One evaluation, from the questions to the report."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
from tqdm import tqdm

from eval.collection import Collection, read_collection
from eval.measure import Result
from eval.metrics import Metrics, areas, latency, measure_all, notices, trade_off
from eval.questions import Question
from eval.report import write_report
from eval.runs import Evaluation, Measured, answer_all, judge_all, read_results, read_run
from eval.systems import BASELINES, OURS, open_system
from eval.unprepared import Elsewhere, collections_elsewhere
from rag.errors import BulletinError
from rag.settings import Settings


def evaluate(
    name: str,
    system: str,
    settings: Settings,
    results: Path,
    questions: list[Question],
    *,
    against: str | None,
    beside: bool,
) -> Evaluation:
    """Run one system on the set and write everything.

    :param name: The folder of the run below `results`.
    :param system: A name or an address, as `open_system` takes it.
    :param against: A run to compare with; None for what stood in the folder before.
    :param beside: Measure the baselines and, of our own system, the collections of other places as well.
    :raises BulletinError: if the collection, the system or the run to compare with can't be had.
    """
    if not name or Path(name).name != name or name.startswith("."):
        raise BulletinError(f"--name {name!r}: expected a plain name such as 2026-06-01 or new-ranker.")
    collection = read_collection(settings)
    other = _earlier(against, results / against / "judged.jsonl") if against else None
    run = measured(name, system, settings, questions, collection, results / name)
    before = results / name / "before.jsonl"
    if other is None and before.exists():
        try:
            other = _earlier("the run before", before)
        except BulletinError as error:  # a run must not fail for what an older version left behind
            tqdm.write(f"Not compared with the run before: {error}")
    around = tuple(
        measured(one, one, settings, questions, collection, results / one)
        for one in (BASELINES if beside else ())
        if one != system
    )
    away = collections_elsewhere() if beside and system == OURS else []
    there = measured_elsewhere(away, settings, results / name)
    evaluation = Evaluation(run, other, around, there, tuple(questions), collection)
    write_report(evaluation, results / name / "report.html")
    return evaluation


def measured_elsewhere(
    collections: Sequence[Elsewhere], settings: Settings, folder: Path
) -> tuple[Measured, ...]:
    """Our system on each collection of other places alone.

    :param folder: Of the run; each collection has one below `elsewhere` in it.
    """
    found = []
    for one in collections:
        with tempfile.TemporaryDirectory() as scratch:
            alone = one.settings(settings, Path(scratch))
            place = folder / "elsewhere" / one.name
            found.append(measured(one.name, OURS, alone, one.questions(), read_collection(alone), place))
    return tuple(found)


def measured(
    name: str,
    system: str,
    settings: Settings,
    questions: list[Question],
    collection: Collection,
    folder: Path,
) -> Measured:
    """Answers of one system, asked for where they are not there yet, judged, measured and written down."""
    answered = answer_all(open_system(system, settings), questions, folder)
    found = judge_all(answered, questions, collection, folder)
    metrics = _metrics(name, found, folder)
    encoded = msgspec.json.format(msgspec.json.encode(metrics), indent=1)
    (folder / "metrics.json").write_bytes(encoded + b"\n")
    return Measured(metrics, found)


def _metrics(name: str, results: list[Result], folder: Path) -> Metrics:
    run = read_run(folder)
    return Metrics(
        name,
        run.system,
        run.fingerprint,
        run.set,
        f"{platform.machine()}, {os.cpu_count()} cores",
        measure_all(results),
        notices(results),
        latency(results),
        trade_off(results),
        areas(results),
    )


def _earlier(name: str, judged: Path) -> Measured:
    results = read_results(judged)
    measures = measure_all(results), notices(results), latency(results), trade_off(results), areas(results)
    metrics = Metrics(name, name, "", "", "", *measures)
    return Measured(metrics, results)
