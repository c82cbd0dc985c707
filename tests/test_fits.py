"""The fit behind the ranker and the chooser, on alternatives whose right one is known."""

import numpy as np
import pytest

from train.logit import Example, first_right, fit


def examples(weights: list[float], count: int = 200) -> list[Example]:
    """Questions with five alternatives each, of which the one with the highest weighted sum is right."""
    draw = np.random.default_rng(7)
    found = []
    for _ in range(count):
        features = draw.normal(size=(5, len(weights)))
        right = np.zeros(5, dtype=bool)
        right[np.argmax(features @ np.array(weights))] = True
        found.append(Example(features, right))
    return found


def test_what_decides_is_found_by_its_sign_and_its_weight() -> None:
    weights = fit(examples([2.0, -1.0, 0.0]))
    assert weights[0] / weights[1] == pytest.approx(-2.0, rel=0.15)
    assert abs(weights[2]) < 0.1 * weights[0]


def test_the_fit_puts_right_alternatives_first_among_others_too() -> None:
    known, unseen = examples([2.0, -1.0, 0.0])[:100], examples([2.0, -1.0, 0.0])[100:]
    assert first_right(unseen, fit(known)) > 0.9


def test_a_weight_that_may_not_be_negative_is_none() -> None:
    weights = fit(examples([2.0, -1.0]), negative=[False, False])
    assert weights[1] == 0.0
    assert weights[0] > 0


def test_a_question_counts_by_its_weight() -> None:
    one = examples([1.0, 0.0])
    other = [Example(e.features, e.right, weight=0.0) for e in examples([0.0, 1.0])]
    weights = fit([*one, *other])
    assert weights[0] > 5 * abs(weights[1])


@pytest.mark.parametrize(("right", "decides"), [([1, 0], True), ([1, 1], False), ([0, 0], False)])
def test_a_question_teaches_where_some_alternatives_are_right_and_some_not(
    right: list[int], decides: bool
) -> None:
    assert Example(np.zeros((2, 1)), np.array(right, dtype=bool)).decides == decides
