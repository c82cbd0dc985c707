from hypothesis import given
from hypothesis import strategies as st

from rag.text.spans import Span, mostly_shared, quote, shared, size, within

spans = st.lists(st.integers(0, 60), max_size=8, unique=True).map(
    lambda ends: list(zip(sorted(ends)[::2], sorted(ends)[1::2], strict=False))
)
place = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda two: (min(two), max(two)))


@given(spans, place)
def test_what_is_shared_is_what_lies_within(some: list[Span], one: Span) -> None:
    assert shared(some, one) == size(within(some, one)) <= size([one])


@given(spans)
def test_a_quote_is_as_long_as_its_places(some: list[Span]) -> None:
    assert len(quote("字" * 60, some)) == size(some)


def test_half_of_the_shorter_is_most_of_it() -> None:
    assert mostly_shared([(0, 10)], (5, 100))
    assert not mostly_shared([(0, 10)], (6, 100))


def test_an_empty_place_shares_nothing() -> None:
    assert not mostly_shared([(0, 10)], (5, 5))
