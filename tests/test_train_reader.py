from pathlib import Path

import numpy as np
import pytest

from rag.indexing.layout import lay_out
from rag.settings import Settings
from train.reader import Drawer
from train.reader_run import run
from train.reading import Lesson, Question, own_lessons
from train.sources import Sources

OTHERS = ("lanshan-district-2022", "lanshan-gazette-2021-04", "lingang-zone-2024", "linzi-gazette-2018-10")


@pytest.fixture(scope="module")
def lessons() -> list[Lesson]:
    return own_lessons(Settings().data, "linyi-city-2025")


def test_a_question_is_taught_with_the_sentence_that_answers_it(lessons: list[Lesson]) -> None:
    taught = {
        lesson.laid.text[slice(*lesson.laid.sentences[at])]
        for lesson in lessons
        for question in lesson.questions
        if question.text == "2025年临沂哪天几点会拉响防空警报做演练？"
        for at in question.right
    }
    assert any("9月18日10时00分" in sentence for sentence in taught)


def test_a_run_goes_on_where_it_was_stopped_and_learns(tmp_path: Path) -> None:
    sources = Sources(tmp_path, Settings().data, leave_out=OTHERS)
    first = run(sources, None, tmp_path / "work", None, 2, None, quick=True)
    rest = run(sources, None, tmp_path / "work", None, 24, None, quick=True)
    assert len(first) == 2
    assert len(rest) == 22
    assert np.mean(rest[-6:]) < 0.9 * np.mean(first + rest[:4])


def test_the_same_step_draws_the_same_batch(lessons: list[Lesson]) -> None:
    one, other = Drawer(lessons).batch(7), Drawer(lessons).batch(7)
    assert [question.id for _, question in one.asked] == [question.id for _, question in other.asked]
    assert len({id(lesson) for lesson in one.lessons}) == len(one.lessons)


def test_questions_a_passage_does_not_answer_are_drawn_less() -> None:
    laid = lay_out("", [], ["甲。", "乙。"])
    questions = [
        Question("a", "甲？", frozenset({0})),
        *(Question(f"{n}", "丙？", frozenset(), False) for n in range(3)),
    ]
    from train.reading import some_questions

    drawn = [
        some_questions(Lesson("g", "c", laid, list(questions)), 1, np.random.default_rng(n))[0].answered
        for n in range(200)
    ]
    assert np.mean(drawn) > 0.4
