"""The fit behind the ranker and the chooser, on alternatives whose right one is known."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from train.logit import PENALTY, Example, first_right, fit


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


def test_of_two_alternatives_it_is_a_plain_logistic_regression_of_their_difference() -> None:
    draw = np.random.default_rng(3)
    pairs = draw.normal(size=(150, 2, 3)) * np.array([1.0, 4.0, 0.5])
    first = draw.random(150) < 1 / (1 + np.exp(-(pairs[:, 0] - pairs[:, 1]) @ np.array([1.5, -0.3, 0.8])))
    found = fit([Example(two, np.array([one, not one])) for two, one in zip(pairs, first, strict=True)])
    scale = pairs.reshape(-1, 3).std(axis=0)
    reference = LogisticRegression(C=1 / (2 * PENALTY * len(pairs)), fit_intercept=False, tol=1e-8)
    reference.fit((pairs[:, 0] - pairs[:, 1]) / scale, first)
    np.testing.assert_allclose(found, reference.coef_[0] / scale, rtol=0.01, atol=0.005)


def test_where_several_are_right_it_is_enough_that_one_stands_first() -> None:
    features = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    either = [Example(features, np.array([True, True, False]))] * 20
    sure = [Example(features[[0, 2]], np.array([True, False]))] * 20
    weights = fit([*either, *sure])
    assert weights[0] > weights[1]
    assert first_right(either, weights) == 1.0


def test_in_which_unit_a_feature_is_told_changes_nothing_that_is_chosen() -> None:
    made = examples([2.0, -1.0])
    metres = fit(made)
    millimetres = fit([Example(one.features * [1000.0, 1.0], one.right) for one in made])
    np.testing.assert_allclose(millimetres * [1000.0, 1.0], metres, rtol=0.02)


def test_a_feature_that_never_differs_weighs_nothing() -> None:
    made = [Example(np.c_[one.features, np.full(5, 7.0)], one.right) for one in examples([2.0])]
    assert abs(fit(made)[1]) < 1e-6
