"""Many people at once, asked of the real service on two small notices, over the API and in the chat."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import anyio
import httpx
import pytest
from limits import parse

from eval import load
from rag.answer import Engine
from rag.errors import BulletinError
from rag.index import open_index
from rag.settings import Settings
from store.database import open_store
from tests.browsers import serving
from tests.conftest import PARK
from web.options import Options
from web.site import serve

QUESTIONS = ["人民公园什么时候开放？", "When does the park open?"]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running service."""
    folder = tmp_path_factory.mktemp("load")
    settings = replace(Settings(), data=folder / "data", index=folder / "index", reader="none")
    settings.bulletins.mkdir(parents=True)
    (settings.bulletins / "park.txt").write_text(PARK, encoding="utf-8")
    store = open_store(f"sqlite:///{folder}/bulletin.db")
    engine = Engine(open_index(settings, quiet=True), settings)
    application = serve(engine, store, Options("", parse("100000/minute")), folder / "results")
    with serving(application) as address:
        yield address


def test_everybody_is_answered_over_the_api_and_in_the_chat(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(load, "WAIT", 600.0)  # how fast this machine is is not what is asked here
    assert anyio.run(load._check, url, QUESTIONS, 3, 1)
    said = capsys.readouterr().out
    assert said.startswith("3 people at once, 1 rounds")
    for way in ("API", "chat"):
        (line,) = [one for one in said.splitlines() if one.startswith(f"{way:>4}: ")]
        assert line.endswith("100 % within 600 s, 0 errors.")


def test_whoever_waits_too_long_counts_as_late(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "WAIT", 0.0)
    assert not anyio.run(load._check, url, QUESTIONS, 2, 1)


def test_the_command_takes_a_service_that_runs(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(load, "WAIT", 600.0)
    assert load.main(["--url", url, "--people", "2", "--rounds", "1"]) == 0
    assert "2 people at once, 1 rounds" in capsys.readouterr().out


def test_an_error_is_kept_beside_those_who_were_answered(url: str) -> None:
    taken, failed = anyio.run(load._round, url, load._over_api, [QUESTIONS[0], ""])
    assert len(taken) == 1
    (why,) = failed
    assert why.startswith("HTTPStatusError")


def test_a_service_that_runs_is_known_to_answer(url: str) -> None:
    assert load._answers(url)


@pytest.fixture
def nobody() -> str:
    """An address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_where_nobody_listens_nobody_answers(nobody: str) -> None:
    assert not load._answers(nobody)
    taken, failed = anyio.run(load._round, nobody, load._over_api, QUESTIONS)
    assert taken == []
    assert [one.split(":")[0] for one in failed] == ["ConnectError"] * 2
    with pytest.raises(httpx.TransportError):
        anyio.run(load._in_chat, nobody)


def test_a_service_that_does_not_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BulletinError, match=r"try `python app\.py`"), load._served(["--no-such-option"]):
        pass


@pytest.mark.parametrize(("share", "value"), [(0.0, 1.0), (0.5, 3.0), (0.95, 4.0), (1.0, 4.0)])
def test_a_quantile_is_one_of_the_values(share: float, value: float) -> None:
    assert load._quantile([1.0, 2.0, 3.0, 4.0], share) == value
