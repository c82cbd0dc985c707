"""What each input of the fits is worth, on examples whose inputs are known to tell something or nothing."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from eval.unprepared import Elsewhere
from rag.answering.confidence import Signs
from rag.answering.grounds import Grounds
from train import confidence as confidence_module
from train.ablate import _dropped, _grounds, _questions, _signs
from train.confidence import Example as Answered
from train.confidence import fit, report
from train.logit import Example as Choice

GROUNDS = [field.name for field in fields(Grounds)]
NOTHING = Signs(*(0.0 for _ in fields(Signs)))


def choices(count: int = 80) -> list[Choice]:
    """Sentences of which the one with the highest first ground is right, and no other ground tells anything."""
    draw = np.random.default_rng(11)
    found = []
    for _ in range(count):
        features = draw.normal(size=(4, len(GROUNDS)))
        found.append(Choice(features, np.arange(4) == np.argmax(features[:, 0])))
    return found


def answered(count: int = 200) -> list[Answered]:
    """Questions told apart by how near the best passage is."""
    draw = np.random.default_rng(5)
    found = []
    for number in range(count):
        answerable = number % 2 == 0
        late = float(np.clip(draw.normal(0.8 if answerable else 0.3, 0.05), 0, 1))
        signs = replace(NOTHING, late=late, english=float(draw.random() < 0.5))
        found.append(
            Answered(signs, "answerable" if answerable else "no passage", development=number % 4 < 2)
        )
    return found


def cells(out: str) -> dict[str, list[str]]:
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in out.splitlines() if "|" in line
    ]
    return {line[0]: line[1:] for line in lines}


def test_a_ground_is_left_out_and_the_others_stay_in_their_places() -> None:
    one = Choice(np.arange(6.0).reshape(2, 3), np.array([True, False]), weight=0.5)
    assert _dropped(one, 1).features.tolist() == [[0.0, 2.0], [3.0, 5.0]]
    assert _dropped(one, 1).weight == 0.5
    assert _dropped(one, None) is one


def test_without_the_ground_that_decides_sentences_are_chosen_by_chance(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _grounds([("own zh", one) for one in choices()], {"jiyu": choices(), "yishui": choices()[:40]})
    told = cells(capsys.readouterr().out)
    assert told["without"] == ["jiyu", "yishui"]
    assert list(told)[2:] == ["nothing", *GROUNDS]
    assert float(told["nothing"][0]) > 0.9
    assert float(told[GROUNDS[0]][0]) < 0.5
    assert all(float(told[name][1]) > 0.9 for name in GROUNDS[1:])


def test_without_the_sign_that_tells_answerable_questions_are_not_told_apart(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _signs(answered(), {"jiyu": answered()}, 0.05)
    told = cells(capsys.readouterr().out)
    areas = {name: float(line[0].split(";")[0]) for name, line in told.items() if ";" in line[0]}
    assert set(areas) == {"nothing", *(field.name for field in fields(Signs))}
    assert areas["nothing"] > 0.99
    assert areas["late"] < 0.7
    assert all(area > 0.99 for name, area in areas.items() if name != "late")


def test_questions_of_another_place_know_where_their_evidence_stands(tmp_path: Path) -> None:
    (tmp_path / "bulletins").mkdir()
    (tmp_path / "questions").mkdir()
    text = "关于开放公园的通告\n公园自7月1日起\n免费开放。\n"
    (tmp_path / "bulletins" / "one.txt").write_text(text, encoding="utf-8")
    (tmp_path / "questions" / "a.facts.jsonl").write_text(
        '{"id": "f1", "file": "one.txt", "doc": "通告", "type": "date", "evidence": ["7月1日起免费"], '
        '"must": [["7月1日"]], "answer_zh": "7月1日", "answer_en": "1 July", "q_zh": "几号？", '
        '"q_zh_hard": "啥时候？", "q_en": "When?", "difficulty": "easy"}\n',
        encoding="utf-8",
    )
    (tmp_path / "questions" / "a.unanswerable.jsonl").write_text(
        '{"id": "u1", "kind": "elsewhere", "q_zh": "火星上呢？", "q_en": "On Mars?", "why": "no"}\n',
        encoding="utf-8",
    )
    found = list(_questions(Elsewhere("jiyu", tmp_path)))
    assert [(one.question, asked) for one, asked in found] == [
        ("几号？", True),
        ("啥时候？", True),
        ("When?", True),
        ("火星上呢？", False),
        ("On Mars?", False),
    ]
    ((first, end),) = found[0][0].places
    assert text[first:end] == "7月1日起\n免费"


# --- what a fit of the confidence costs ---


def test_the_report_tells_by_kind_what_is_refused_and_draws_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(confidence_module, "CHART", tmp_path / "curve.svg")
    made = answered()
    report(fit(made, 0.0), made)
    out = capsys.readouterr().out
    shares = {
        tuple(line.split()[:2]): float(line.split()[-1])
        for line in out.splitlines()
        if "refused 0" in line or "refused 1" in line
    }
    assert shares["development", "answerable"] == 0.0
    assert shares["development", "no"] > 0.95
    assert (tmp_path / "curve.svg").read_text(encoding="utf-8").lstrip().startswith(("<svg", "<?xml"))
    curve = [
        line.split() for line in out.splitlines() if line.split()[:1] and line.split()[0].startswith("0.")
    ]
    refused, given = ([float(line[at]) for line in curve] for at in (1, 2))
    assert refused == sorted(refused)
    assert given == sorted(given, reverse=True)
