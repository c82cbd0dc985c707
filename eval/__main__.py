"""`python -m eval`: answer the evaluation questions, print the table, keep the results."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from tqdm import tqdm

from eval.measure import Result, judge, mean, reciprocal_rank
from eval.questions import WAYS, load_facts, load_unanswerable, part_of
from rag.answer import Engine
from rag.cli import add_settings, settings_from
from rag.errors import BulletinError
from rag.index import open_index

RESULTS = Path(__file__).parent / "results"

_COLUMNS: tuple[tuple[str, Callable[[list[Result]], float]], ...] = (
    ("recall@5", lambda found: mean([r.rank is not None and r.rank <= 5 for r in found])),
    ("MRR", reciprocal_rank),
    ("right", lambda found: mean([r.right for r in found])),
    ("right, concise", lambda found: mean([r.concise for r in found])),
    ("cited*", lambda found: mean([r.cited for r in found if not r.refused])),
    ("refused", lambda found: mean([r.refused for r in found])),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evaluation; 0 when it ran."""
    parser = argparse.ArgumentParser(
        prog="python -m eval", description="Answers the evaluation questions and measures the answers."
    )
    parser.add_argument(
        "--name", default="latest", help="results go to eval/results/NAME.* (default: latest)"
    )
    add_settings(parser)
    parsed = parser.parse_args(arguments)
    try:
        settings = settings_from(parsed)
        engine = Engine(open_index(settings), settings)
        facts, refusals = run(engine)
    except BulletinError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    RESULTS.mkdir(exist_ok=True)
    lines = [msgspec.json.encode(result).decode() for result in [*facts, *refusals]]
    (RESULTS / f"{parsed.name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = report(facts, refusals)
    (RESULTS / f"{parsed.name}.md").write_text(table, encoding="utf-8")
    print(table)
    return 0


def run(engine: Engine) -> tuple[list[Result], list[Result]]:
    """Answer every fact in its three ways, and every question that has no answer in both languages."""
    facts = []
    for fact in tqdm(load_facts(), desc="Facts", unit="fact", disable=None):
        text = engine.index.source_text(fact.file)
        facts += [judge(fact, way, engine.ask(fact.question(way), fact.id), text) for way in WAYS]
    refusals = []
    for asked in tqdm(load_unanswerable(), desc="Unanswerable", unit="question", disable=None):
        for way, question in asked.questions():
            answer = engine.ask(question, asked.id)
            refusals.append(
                Result(
                    asked.id,
                    way,
                    "",
                    "unanswerable",
                    question,
                    answer.answer,
                    answer.abstained,
                    answer.confidence,
                )
            )
    return facts, refusals


def report(facts: Sequence[Result], refusals: Sequence[Result]) -> str:
    """The table, as Markdown."""
    rows = [("| asked | bulletin | questions | " + " | ".join(name for name, _ in _COLUMNS) + " |")]
    rows.append("|---|---|---:|" + "---:|" * len(_COLUMNS))
    for way in WAYS:
        asked = [r for r in facts if r.way == way]
        groups = {f"**{part}**": [r for r in asked if part_of(r.id) == part] for part in ("dev", "test")}
        groups |= {
            Path(file).stem: [r for r in asked if r.file == file] for file in sorted({r.file for r in asked})
        }
        for name, found in groups.items():
            cells = " | ".join(f"{measure(found):.3f}" for _, measure in _COLUMNS)
            rows.append(f"| {way} | {name} | {len(found)} | {cells} |")
    times = sorted(result.milliseconds for result in facts)
    refused: list[str] = []
    for part in ("dev", "test"):
        for language in ("zh", "en"):
            unanswered = [r for r in refusals if r.way == language and part_of(r.id) == part]
            refused.append(
                f"{mean([r.refused for r in unanswered]):.3f} of {len(unanswered)} ({part}, {language})"
            )
    return "\n".join(
        [
            *rows,
            "",
            f"Unanswerable questions refused: {', '.join(refused)}.",
            f"Quotes that are the source to the letter: {mean([r.verbatim for r in facts]):.3f}.",
            f"Warm answer: {times[len(times) // 2]:.0f} ms at the median, "
            f"{times[int(len(times) * 0.95)]:.0f} ms at 95 % ({platform.machine()}, {os.cpu_count()} cores).",
            "",
            "dev: the questions that weights and thresholds were set on; test: those that nothing was set on. "
            "recall@5: all evidence stands in the five best passages. right: every required fact is in the answer. "
            "concise: at most 220 characters (zh), 420 (en). cited*: of the answers given, those whose citation "
            "overlaps the evidence. refused: answerable questions refused.",
            "",
        ]
    )


if __name__ == "__main__":
    raise SystemExit(main())
