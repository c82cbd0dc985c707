"""A sentence too long for an answer is cut between clauses or words, never in a figure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.choose import _best_clauses, cut_short, telling

TEXT = "The grant is 50,000 yuan a year, paid on 18 September 2025, for 1,200 households of the district."


@pytest.mark.parametrize("longest", range(2, len(TEXT) + 5))
def test_a_text_cut_short_says_whole_words_and_no_bare_figure(longest: int) -> None:
    cut = cut_short(TEXT, longest)
    assert len(cut) <= longest
    if cut == TEXT:
        return
    *words, dots = cut.split(" ")
    assert dots == "…"
    assert words == TEXT.split(" ")[: len(words)]
    assert not words or not any(character.isdigit() for character in words[-1])


def test_a_text_that_fits_stays() -> None:
    assert cut_short(TEXT, len(TEXT)) == TEXT


@pytest.mark.parametrize(("longest", "kept"), [(25, {0, 1}), (30, {1, 3}), (100, {0, 1, 2, 3})])
def test_the_clauses_that_are_worth_most_and_fit_are_kept(longest: int, kept: set[int]) -> None:
    assert _best_clauses([0.1, 0.9, 0.2, 0.8], [10, 10, 10, 10], longest) == kept


def test_where_nothing_fits_the_best_clause_is_kept() -> None:
    assert _best_clauses([0.1, 0.9, 0.2], [100, 100, 100], 50) == {1}


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 40)), min_size=1, max_size=8), st.integers(45, 200))
def test_what_is_kept_fits(clauses: list[tuple[float, int]], longest: int) -> None:
    worth, lengths = zip(*clauses, strict=True)
    kept = sorted(_best_clauses(worth, lengths, longest))
    gaps = sum(1 for before, at in zip([-1, *kept], kept, strict=False) if at != before + 1)
    assert sum(lengths[at] + 1 for at in kept) + 2 * gaps + 2 <= longest


def test_a_word_that_few_sentences_hold_tells_most() -> None:
    weights = telling(["区", "津贴"], [{"区"}, {"区", "津贴"}, {"区"}])
    assert weights["津贴"] > 5 * weights["区"]
    assert sum(weights.values()) == pytest.approx(1.0)


def test_without_words_nothing_is_weighed() -> None:
    assert telling([], [{"区"}]) == {}
