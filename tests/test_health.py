"""Whether an evaluation set is sound: each fault is named with its question, and a sound set has none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.health import NEAR, Health, Near, _faults, _faults_of_set, _near_duplicates, _written, shown
from eval.questions import Fact, Unanswerable

TEXT = "青禾市停水通知\n因检修，2026年9月1日8时至18时停水。\n"
FACT = Fact(
    id="own-water-1",
    file="water.txt",
    doc="停水通知",
    type="date",
    evidence=("9月1日8时至18时停水",),
    must=(("9月1日",), ("18时", "18:00")),
    answer_zh="9月1日8时至18时停水。",
    answer_en="On 9月1日, until 18:00.",
    q_zh="什么时候停水？",
    q_zh_hard="哪天没水用？",
    q_en="When is the water cut off?",
    difficulty="easy",
)
NOWHERE = Unanswerable("own-none-1", "not_stated", "谁来检修？", "Who repairs it?", "nobody is named")


def faults(**changes: object) -> list[str]:
    return list(_faults(replace(FACT, **changes), {"water.txt": TEXT}))  # type: ignore[arg-type]


def test_a_sound_fact_has_no_fault() -> None:
    assert faults() == []
    assert faults(notices=("expired",), parts=((("9月1日",),), ())) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"file": "gas.txt"}, "there is no bulletin gas.txt"),
        ({"evidence": ()}, "has no evidence"),
        ({"must": ()}, "requires nothing"),
        ({"evidence": ("9月2日停水",)}, "its evidence does not stand in water.txt: 9月2日停水"),
        ({"q_zh_hard": " "}, "is not asked in zh_hard"),
        ({"q_en": ""}, "is not asked in en"),
        ({"answer_zh": "9月1日停水。"}, "its own zh answer lacks a required fact"),
        ({"answer_en": "On 1 September."}, "its own en answer lacks a required fact"),
        ({"parts": ((("6时",),),)}, "a part requires what `must` does not"),
        ({"notices": ("expired", "broken")}, "notice broken is none of"),
    ],
)
def test_each_fault_is_named_with_its_question(changes: dict[str, object], fault: str) -> None:
    found = faults(**changes)
    assert any(one.startswith("own-water-1: ") and fault in one for one in found)


def test_evidence_stands_in_a_text_whatever_its_white_space() -> None:
    assert faults(evidence=("2026 年9月1日\n8时",)) == []


def test_an_id_belongs_to_one_question() -> None:
    twice = [FACT, replace(FACT, q_zh="几点停水？")]
    assert list(_faults_of_set(twice, [NOWHERE], {"water.txt": TEXT})) == [
        "own-water-1 is the id of 2 questions"
    ]
    shared = replace(NOWHERE, id=FACT.id)
    assert any("is the id of 2" in one for one in _faults_of_set([FACT], [shared], {"water.txt": TEXT}))


def test_a_question_without_an_answer_has_a_known_reason() -> None:
    assert list(_faults_of_set([], [NOWHERE], {})) == []
    (fault,) = _faults_of_set([], [replace(NOWHERE, kind="dunno")], {})
    assert "kind 'dunno' is none of other_place" in fault


# --- nothing of it beside the bulletins ---


def test_a_question_that_is_nearly_a_written_one_is_found() -> None:
    found = _near_duplicates(
        ["高龄津贴每月多少钱？", "停水从几点到几点？"], ["高龄津贴每个月多少钱？", "怎么报名？"]
    )
    assert found[0].question == "高龄津贴每月多少钱？"
    assert found[0].written == "高龄津贴每个月多少钱？"
    assert found[0].alike > 0.5 > found[1].alike


def test_the_same_question_is_wholly_alike_whatever_its_signs() -> None:
    (one,) = _near_duplicates(["高龄津贴每月多少钱?"], ["高龄津贴 每月多少钱？"])
    assert one.alike == pytest.approx(1.0)
    assert one.alike >= NEAR


def test_a_longer_question_that_holds_a_written_one_is_less_alike() -> None:
    (one,) = _near_duplicates(["高龄津贴每月多少钱？还要带什么材料去办理呢？"], ["高龄津贴每月多少钱？"])
    assert one.alike < NEAR


def test_where_nothing_is_written_nothing_is_near() -> None:
    assert _near_duplicates(["高龄津贴每月多少钱？"], []) == []


def test_more_questions_than_are_compared_at_a_time_each_find_their_own() -> None:
    questions = [f"第{number:03}号小区今天停水到几点钟？" for number in range(230)]
    found = {one.question: one.written for one in _near_duplicates(questions, questions[::-1])}
    assert found == {question: question for question in questions}


def test_every_question_written_beside_a_bulletin_is_read(tmp_path: Path) -> None:
    for kind, lines in (
        ("asked", [{"question": "停水吗？"}, {"question": "几点？"}]),
        ("answered", [{"q_zh": "何时？", "q_en": "When?", "answer_zh": "今天。"}]),
    ):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "water.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert set(_written(tmp_path)) == {"停水吗？", "几点？", "何时？", "When?"}
    assert list(_written(tmp_path / "none")) == []


# --- what is said ---


def test_a_sound_set_is_said_to_be() -> None:
    said = shown(Health({"facts": 312}, (), (Near("甲？", "乙？", 0.799),)))
    assert said.splitlines()[0] == "  312  facts"
    assert "  0.79  甲？  |  乙？" in said  # never rounded up to a fault
    assert said.endswith("Sound.")


def test_faults_are_counted_and_listed() -> None:
    said = shown(Health({}, ("own-1: is not asked in en", "own-2: has no evidence"), ()))
    assert said.endswith("2 faults:\n  own-1: is not asked in en\n  own-2: has no evidence")
