"""The fit of the confidence on a few made examples, and the questions made to have no answer."""

from __future__ import annotations

import random

import numpy as np
import pytest

from rag.answering.confidence import Signs
from train.confidence import _FIGURE, _YEAR, Example, elsewhere, fit, with_another


def examples(count: int = 120) -> list[Example]:
    """Questions whose answer is near, and questions whose answer lacks what is wanted."""
    draw = np.random.default_rng(5)
    found = []
    for number in range(count):
        answerable = number % 2 == 0
        near = float(np.clip(draw.normal(0.8 if answerable else 0.4, 0.1), 0, 1))
        signs = Signs(
            near, near, 0.0, 0.0 if answerable else 1.0, 0.0, 0.0, 0.0, 0.0, float(number % 4 < 2), 1.0, 1.0
        )
        found.append(
            Example(signs, "answerable" if answerable else "no passage", development=number % 3 == 0)
        )
    return found


def test_what_is_near_speaks_for_an_answer_and_what_is_lacking_against() -> None:
    model = fit(examples(), 0.05)
    assert model.weights.late > 0
    assert model.weights.lacks < 0
    sure = model.confidence(Signs(0.9, 0.9, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0))
    assert sure > 0.9 > 0.1 > model.confidence(Signs(0.3, 0.3, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3])
def test_the_threshold_refuses_no_more_than_the_share_given(share: float) -> None:
    made = examples()
    model = fit(made, share)
    known = [model.confidence(one.signs) for one in made if one.development and one.answerable]
    assert sum(confidence < model.threshold for confidence in known) <= share * len(known)


def test_both_sides_weigh_the_same_whatever_their_numbers() -> None:
    made = examples()
    many = [*made, *(one for one in made if not one.answerable for _ in range(4))]
    undecided = Signs(0.6, 0.6, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.5, 1.0, 1.0)
    once, often = (fit(some, 0.0).confidence(undecided) for some in (made, many))
    assert often == pytest.approx(once, abs=0.1)


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("兰山区高龄津贴多少钱？", "高龄津贴多少钱？"),
        ("高龄津贴多少钱？", "高龄津贴多少钱？"),
        ("How much is the allowance in Lanshan District?", "How much is the allowance in "),
        ("How much is the allowance?", "How much is the allowance in "),
    ],
)
def test_a_question_is_asked_of_another_place(question: str, kept: str) -> None:
    for seed in range(10):
        asked = elsewhere(question, random.Random(seed))
        assert kept in asked
        assert "兰山" not in asked
        assert "Lanshan" not in asked
        assert asked != question


@pytest.mark.parametrize(
    ("question", "before", "after"),
    [("2022年补贴多少？", "", "年补贴多少？"), ("第二批名单有谁？", "第", "批名单有谁？")],
)
def test_a_figure_is_changed_to_another_and_the_rest_stays(question: str, before: str, after: str) -> None:
    pattern = _YEAR if "20" in question else _FIGURE
    for seed in range(10):
        other = with_another(pattern, question, random.Random(seed))
        assert other is not None
        assert other != question
        assert other.startswith(before)
        assert other.endswith(after)


def test_a_question_without_a_figure_has_no_other() -> None:
    assert with_another(_FIGURE, "补贴多少？", random.Random(1)) is None
