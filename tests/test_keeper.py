"""Questions are written down beside answering: in order, all of them, and nobody waits for long."""

from __future__ import annotations

import logging
import threading

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from store import keeper as keeper_module
from store.database import Store
from store.keeper import Keeper
from store.models import Asked
from tests.test_statistics import asked


def kept(store: Store) -> list[str]:
    with store.session() as session:
        return list(session.scalars(select(Asked.question).order_by(Asked.id)))


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The database takes nothing until this is set."""
    back = threading.Event()
    real = Store.session

    def session(self: Store, *given: float) -> object:
        if not back.is_set():
            raise OperationalError("", {}, Exception("away"))
        return real(self, *given)

    monkeypatch.setattr(Store, "session", session)
    monkeypatch.setattr(keeper_module, "_PAUSE", (0.01,))
    return back


def test_what_is_said_to_be_kept_is_on_disk(store: Store) -> None:
    keeper = Keeper(store, patience=60.0)
    assert keeper.keep(asked(1, question="甲"))
    assert kept(store) == ["甲"]
    assert (keeper.waiting, keeper.behind, keeper.dropped) == (0, False, 0)
    keeper.close()


def test_what_could_not_be_written_is_not_said_to_be_kept_and_is_written_later(
    store: Store, away: threading.Event
) -> None:
    keeper = Keeper(store, patience=0.05)
    assert [keeper.keep(asked(number, question=str(number))) for number in (1, 2, 3)] == [False] * 3
    assert keeper.behind
    assert keeper.waiting == 3
    away.set()
    keeper.close()
    assert kept(store) == ["1", "2", "3"]


def test_the_end_waits_for_what_waits(store: Store) -> None:
    keeper = Keeper(store, patience=0.0)
    for number in range(1, 50):
        keeper.keep(asked(number, question=f"{number:02}"))
    keeper.close()
    assert kept(store) == [f"{number:02}" for number in range(1, 50)]


def test_after_the_end_nothing_is_taken(store: Store) -> None:
    keeper = Keeper(store, patience=60.0)
    keeper.close()
    assert not keeper.keep(asked(1))
    assert keeper.dropped == 1
    assert kept(store) == []


def test_a_database_that_stays_away_fills_no_memory(
    store: Store, away: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "_MOST", 2)
    keeper = Keeper(store, patience=0.01)
    for number in range(1, 6):
        keeper.keep(asked(number))
    assert (keeper.waiting, keeper.dropped) == (2, 3)
    away.set()
    keeper.close()


def test_what_is_lost_at_the_end_is_counted_in_the_log_and_not_told(
    store: Store, away: threading.Event, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "_LAST", 0.5)
    keeper = Keeper(store, patience=0.01)
    with caplog.at_level(logging.WARNING):
        keeper.keep(asked(1, question="我家在幸福路"))
        keeper.close()
    assert "1 questions could not be written down" in caplog.text
    assert "幸福路" not in caplog.text
    away.set()
