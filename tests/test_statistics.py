"""What a head of office reads, from a handful of rows."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from store.database import Store
from store.models import Asked, Base, Vote
from store.statistics import statistics

TODAY = date(2026, 6, 10)


def asked(number: int, days_ago: int = 0, **given: object) -> Asked:
    noon = datetime(2026, 6, 10, 12, tzinfo=UTC) - timedelta(days=days_ago)
    row = {
        "id": f"{number:032}",
        "key": "k",
        "subject": "s",
        "sources": "",
        "fingerprint": "",
        "question": "问",
        "answer": "{}",
        "language": "zh",
        "abstained": False,
        "confidence": 0.9,
        "asked_at": noon,
        "context": "[]",
        "before": "",
        "district": "甲区",
        "topic": "甲办法",
        "seconds": 0.1,
    }
    return Asked(**row | given)


def fill(store: Store, *rows: Base) -> None:
    with store.session() as session:
        session.add_all(rows)


def vote(number: int, *, helpful: bool) -> Vote:
    return Vote(asked_id=f"{number:032}", helpful=helpful, reason="", voted_at=datetime.now(UTC))


def test_nothing_asked_is_days_of_nothing(store: Store) -> None:
    found = statistics(store, 7, TODAY)
    assert len(found.days) == 7
    assert (found.asked, found.answered, found.voted) == (0, 0, 0)
    assert (found.median_seconds, found.slow_seconds) == (0.0, 0.0)


def test_each_question_counts_on_its_day_and_old_ones_do_not(store: Store) -> None:
    fill(store, asked(1), asked(2, 1), asked(3, 1, abstained=True), asked(4, 30))
    found = statistics(store, 7, TODAY)
    assert [day.asked for day in found.days[-2:]] == [2, 1]
    assert [day.answered for day in found.days[-2:]] == [1, 1]
    assert (found.days[0].day, found.days[-1].day) == (TODAY - timedelta(days=6), TODAY)
    assert found.asked == 3


def test_votes_count_for_and_against(store: Store) -> None:
    fill(store, asked(1), asked(2), asked(3))
    fill(store, vote(1, helpful=True), vote(2, helpful=False))
    found = statistics(store, 7, TODAY)
    assert (found.helped, found.voted) == (1, 2)


def test_topics_and_districts_come_the_most_asked_first_and_blank_ones_not(store: Store) -> None:
    fill(
        store, asked(1), asked(2), asked(3, topic="乙办法", district="乙区"), asked(4, topic="", district="")
    )
    found = statistics(store, 7, TODAY)
    assert found.topics == (("甲办法", 2), ("乙办法", 1))
    assert found.districts == (("甲区", 2), ("乙区", 1))


def test_times_are_the_middle_one_and_the_slow_one(store: Store) -> None:
    fill(store, *(asked(at, seconds=at / 10) for at in range(1, 22)))
    found = statistics(store, 7, TODAY)
    assert found.median_seconds == 1.1
    assert found.slow_seconds == 2.0


@pytest.mark.parametrize("count", [1, 2, 19, 20, 21, 39, 100])
def test_of_a_hundred_answers_ninety_five_took_at_most_the_slow_time(store: Store, count: int) -> None:
    times = [at / 10 for at in range(1, count + 1)]
    fill(store, *(asked(at, seconds=one) for at, one in enumerate(times)))
    assert statistics(store, 7, TODAY).slow_seconds == np.percentile(times, 95, method="inverted_cdf")
