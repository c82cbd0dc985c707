"""Questions about our districts asked of other cities: how they are moved, and how those answered are counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.measure import Result
from eval.moved import count, moved, table
from eval.questions import Fact, Question, Way
from tests.test_measures import RIGHT

FACT = Fact(
    "own-siren-1",
    "a.txt",
    "",
    "date",
    ("9月18日",),
    (("9月18日",),),
    "9月18日。",
    "18 September.",
    "",
    "",
    "",
    "",
)


def question(text: str, way: Way = "zh", **changes: object) -> Question:
    made = Question(f"own-siren-1:{way}", way, text, FACT)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "way", "asked"),
    [
        ("临沂市兰山区几点响警报？", "zh", "上海几点响警报？"),
        ("临沂临港经济开发区招人吗？", "zh_hard", "上海招人吗？"),
        ("临淄区低保多少钱？", "zh", "上海低保多少钱？"),
        ("临沂几点响警报？", "zh", "上海几点响警报？"),
        ("When does the siren sound in Linyi?", "en", "When does the siren sound in Shanghai?"),
        ("How many beds has Lanshan District?", "en", "How many beds has Shanghai District?"),
    ],
)
def test_another_city_stands_in_the_place_of_ours(text: str, way: Way, asked: str) -> None:
    first, *others = moved([question(text, way)])
    assert first.text == asked
    assert len(others) == 1
    assert {first.way, others[0].way} == {way}


def test_a_moved_question_has_no_answer_and_an_id_of_its_own() -> None:
    found = moved([question("临沂几点响警报？")])
    assert all(one.fact is None and one.unanswerable for one in found)
    assert [one.id for one in found] == ["own-siren-1@上海:zh", "own-siren-1@青岛:zh"]


@pytest.mark.parametrize(
    "left",
    [
        question("几点响警报？"),
        question("In Shanghai?", "en"),
        question("临沂几点响？", fact=None),
        question("那临沂呢？", history=("青岛几点响警报？",)),
    ],
    ids=["names none", "names another", "has no answer", "leans on one before"],
)
def test_other_questions_are_not_moved(left: Question) -> None:
    assert moved([left]) == []


def result(city: str, refused: bool = False, given: tuple[str, ...] = ()) -> Result:
    return replace(RIGHT, of=f"f@{city}", refused=refused, given=given, question=f"{city}几点？")


def test_what_became_of_them_is_counted_by_city() -> None:
    results = [
        result("上海", refused=True),
        result("上海", given=("other_district",)),
        result("上海", given=("expired",)),
        result("青岛"),
    ]
    shanghai, qingdao = count(results)
    assert (shanghai.asked, shanghai.refused, shanghai.told, shanghai.without_a_word) == (3, 1, 1, 1)
    assert (qingdao.city, qingdao.without_a_word) == ("青岛", 1)


def test_a_refusal_is_not_told_twice() -> None:
    (one,) = count([result("上海", refused=True, given=("other_district",))])
    assert (one.refused, one.told) == (1, 0)


def test_the_table_lists_the_questions_answered_without_a_word() -> None:
    page = table([result("上海", refused=True), result("青岛"), result("青岛", given=("other_district",))])
    assert "| 青岛 | 2 | 0 | 1 | 1 |" in page
    assert page.endswith("\n- 青岛几点？")
