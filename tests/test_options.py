"""How the service is set."""

from pathlib import Path

import pytest

from rag.errors import BulletinError
from rag.settings import Settings
from web.options import Options


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE", "RATE", "WORKERS", "WATCH"):
        monkeypatch.delenv(f"BULLETIN_{name}", raising=False)


def test_by_default_it_keeps_beside_the_data_and_asks_two_a_second(tmp_path: Path) -> None:
    options = Options.of(Settings(data=tmp_path))
    assert options.database.startswith("sqlite:///")
    assert (options.rate.amount, options.rate.get_expiry(), options.watch) == (120, 60, 0.0)


def test_what_is_given_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULLETIN_RATE", "5/second")
    monkeypatch.setenv("BULLETIN_WORKERS", "3")
    set_, given = Options.of(Settings()), Options.of(Settings(), rate="7/second", workers=0)
    assert (set_.rate.amount, set_.workers) == (5, 3)
    assert (given.rate.amount, given.workers) == (7, 0)


@pytest.mark.parametrize("processors", [1, 2, 64])
def test_one_processor_has_no_workers_and_many_have_not_more_than_memory_holds(
    monkeypatch: pytest.MonkeyPatch, processors: int
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: range(processors), raising=False)
    assert Options.of(Settings()).workers == {1: 0, 2: 2, 64: 8}[processors]


@pytest.mark.parametrize(
    ("name", "value"),
    [("RATE", "often"), ("WORKERS", "-1"), ("WORKERS", "two"), ("WATCH", "-3"), ("WATCH", "soon")],
)
def test_what_can_not_be_is_named_with_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"BULLETIN_{name}", value)
    with pytest.raises(BulletinError, match=f"BULLETIN_{name} is '{value}'; expected"):
        Options.of(Settings())
