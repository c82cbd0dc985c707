"""Runs of the evaluation as staff read them: which there are, what became of each answer, what changed."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from web.evaluation import Judged, Quoted, Run, change, read_answers, runs

RIGHT = Judged("f1", "问", "答", right=True, bulletin="b.txt", evidence=1, evidence_cited=1)
WRONG = Judged("f1", "问", "错", bulletin="b.txt", evidence=1, evidence_cited=1)
REFUSED = Judged("f1", "问", "没有", refused=True, bulletin="b.txt", evidence=1)
RIGHTLY_REFUSED = Judged("u1", "问", "没有", refused=True)
INVENTED = Judged("u1", "问", "有")
HALF_CITED = Judged("f1", "问", "答", right=True, bulletin="b.txt", evidence=2, evidence_cited=1)


def made(folder: Path, name: str, *, day: int = 1, file: str = "judged.jsonl", text: str = "") -> Path:
    path = folder / name / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    at = datetime(2026, 6, day, tzinfo=UTC).timestamp()
    os.utime(path, (at, at))
    return path.parent


# --- runs ---


def test_the_latest_run_comes_first(tmp_path: Path) -> None:
    made(tmp_path, "old", day=1)
    made(tmp_path, "new", day=3)
    made(tmp_path, "middle", day=2)
    assert [one.name for one in runs(tmp_path)] == ["new", "middle", "old"]


@pytest.mark.parametrize("name", [".hidden", "a b", "-x", "x" * 101])
def test_a_folder_of_another_name_is_no_run(tmp_path: Path, name: str) -> None:
    made(tmp_path, name)
    assert runs(tmp_path) == []


def test_a_folder_without_results_and_a_file_are_no_runs(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "ablations.md").write_text("", encoding="utf-8")
    assert runs(tmp_path) == []
    assert runs(tmp_path / "nowhere") == []


def test_a_run_says_whether_it_has_its_report(tmp_path: Path) -> None:
    made(tmp_path, "bare")
    made(tmp_path, "whole", file="report.html")
    assert {one.name: one.report for one in runs(tmp_path)} == {"bare": False, "whole": True}


# --- answers ---


def test_answers_are_read_with_what_is_shown_of_them(tmp_path: Path) -> None:
    line = {
        "id": "f1:zh",
        "question": "问",
        "answer": "答",
        "right": True,
        "bulletin": "b.txt",
        "citations": [{"title": "甲", "quote": "答", "source": "b.txt"}],
        "something_else": 1,
    }
    folder = made(tmp_path, "run", text=json.dumps(line) + "\n\n")
    (answer,), unreadable = read_answers(Run("run", folder, datetime.now(UTC)))
    assert (answer.id, answer.citations, unreadable) == ("f1:zh", (Quoted("甲", "答"),), 0)


def test_a_line_that_can_not_be_read_costs_no_other(tmp_path: Path) -> None:
    folder = made(tmp_path, "run", text='{"id": "a", "question": "问"}\n{"id": 3}\nnot json\n')
    answers, unreadable = read_answers(Run("run", folder, datetime.now(UTC)))
    assert ([one.id for one in answers], unreadable) == (["a"], 2)


def test_a_run_without_its_answers_has_none(tmp_path: Path) -> None:
    assert read_answers(Run("run", tmp_path, datetime.now(UTC))) == ([], 0)


@pytest.mark.parametrize(
    ("answer", "tags"),
    [
        (RIGHT, [("RIGHT", False)]),
        (WRONG, [("F_WRONG", True)]),
        (REFUSED, [("F_WRONG", True), ("F_REFUSED", True)]),
        (HALF_CITED, [("RIGHT", False), ("F_MISSED", True)]),
        (RIGHTLY_REFUSED, [("F_REFUSED", False)]),
        (INVENTED, [("F_ANSWERED", True)]),
    ],
)
def test_each_answer_says_what_became_of_it(answer: Judged, tags: list[tuple[str, bool]]) -> None:
    assert answer.tags == tags


@pytest.mark.parametrize(
    ("answer", "good"),
    [(RIGHT, True), (WRONG, False), (REFUSED, False), (RIGHTLY_REFUSED, True), (INVENTED, False)],
)
def test_good_is_right_or_refused_where_there_is_no_answer(answer: Judged, good: bool) -> None:
    assert answer.good == good


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (RIGHT, WRONG, "C_LOST"),
        (WRONG, RIGHT, "C_GAINED"),
        (RIGHTLY_REFUSED, INVENTED, "C_LOST"),
        (INVENTED, RIGHTLY_REFUSED, "C_GAINED"),
        (WRONG, REFUSED, "C_OTHERWISE"),
        (RIGHT, RIGHT, ""),
        (None, WRONG, ""),
    ],
)
def test_what_changed_from_one_run_to_another(before: Judged | None, now: Judged, said: str) -> None:
    assert change(before, now) == said
