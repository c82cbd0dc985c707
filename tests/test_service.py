"""What keeps a service alive: logs without questions, a database that is away, limits, slow connections, the doctor."""

from __future__ import annotations

import io
import json
import logging
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
import uvicorn
from limits import parse
from sqlalchemy.exc import SQLAlchemyError
from starlette.testclient import TestClient

from rag.answer import Engine
from rag.index import load_version, open_index
from rag.publishing import versions
from rag.settings import Settings
from store.database import Store, open_store
from store.doctor import examine
from store.keeper import Keeper
from store.questions import Ground, find, row_of
from tests.conftest import notice
from web import connections, logs
from web.asking import Asking
from web.connections import Bounded
from web.limits import Window
from web.metrics import Metrics
from web.options import Options
from web.site import serve
from web.templates import visible
from web.watch import Watch

QUESTION = "我家住在幸福路三号，公园什么时候开放？"


@pytest.fixture
def asking(tiny: Settings, store: Store) -> Iterator[Asking]:
    made = Asking(Engine(open_index(tiny, quiet=True), tiny), store, parse("1000/minute"), Metrics())
    yield made
    made.close()


# --- logs ---


def test_no_question_is_logged_whatever_breaks(asking: Asking, caplog: pytest.LogCaptureFixture) -> None:
    with asking.store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE verdicts")
        connection.exec_driver_sql("DROP TABLE asked")
    told = anyio.run(asking.ask, QUESTION)
    assert told.asked_id is None
    asking.close()
    assert caplog.records
    said = caplog.text + "".join(logs.JsonLines().format(record) for record in caplog.records)
    assert not any(part in said for part in ("幸福路", "公园", told.answer.answer))


def test_a_line_of_the_log_is_json_and_tells_where_not_what() -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.JsonLines())
    logger = logging.Logger("web.test")
    logger.addHandler(handler)
    try:
        try:
            raise KeyError(QUESTION)
        except KeyError as error:
            raise ValueError(QUESTION) from error
    except ValueError:
        logger.exception("It broke.")
    line = json.loads(out.getvalue())
    assert (line["level"], line["message"]) == ("error", "It broke.")
    assert line["fault"].startswith("ValueError at ")
    assert "after KeyError at test_service.py" in line["fault"]
    assert QUESTION not in out.getvalue()


def test_what_the_database_refuses_names_no_values(asking: Asking) -> None:
    with asking.store.engine.begin() as connection, pytest.raises(SQLAlchemyError) as refused:
        connection.exec_driver_sql("INSERT INTO asked (id, question) VALUES (?, ?)", ("x", QUESTION))
    assert "幸福路" not in str(refused.value)


def test_no_control_character_reaches_a_page() -> None:
    assert visible("a\x1b[31m\u202eb\x00\n\t中") == "a\ufffd[31m\ufffdb\ufffd\n\t中"


# --- a database that is away ---


def test_a_locked_database_stalls_no_answer_and_nothing_is_lost(asking: Asking) -> None:
    anyio.run(asking.ask, "公园什么时候开放？")  # everything is loaded
    lock = sqlite3.connect(
        str(asking.store.engine.url.database), isolation_level=None, check_same_thread=False
    )
    lock.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    told = [anyio.run(asking.ask, f"{QUESTION}{number}") for number in range(5)]
    assert [one.asked_id for one in told] == [None] * 5  # nobody is told that it is kept
    assert asking.keeper.behind
    took = time.monotonic() - began
    lock.execute("ROLLBACK")
    lock.close()
    until = time.monotonic() + 60
    while asking.keeper.waiting and time.monotonic() < until:
        time.sleep(0.05)
    with asking.store.engine.connect() as connection:
        kept = connection.exec_driver_sql(
            "SELECT count(*) FROM asked WHERE question LIKE '%幸福路%'"
        ).scalar()
    assert kept == 5
    assert took < 5 * 5.0  # each would have waited for the lock


def test_a_row_that_the_database_refuses_holds_up_no_other(asking: Asking, store: Store) -> None:
    answer, ground = asking.editions.now.engine.ask(QUESTION), Ground(asking.editions.now.index)
    keeper = Keeper(store, patience=60.0)
    first = row_of(ground, answer)
    same_id = row_of(ground, answer)
    same_id.id = first_id = first.id
    other = row_of(ground, answer)
    other_id = other.id
    assert keeper.keep(first)
    assert not keeper.keep(same_id)
    assert keeper.keep(other)
    assert find(store, first_id) is not None
    assert find(store, other_id) is not None
    assert keeper.dropped == 1
    keeper.close()


# --- limits ---


def test_a_clock_that_is_set_back_locks_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    window, rate = Window(), parse("2/minute")
    assert [window.hit(rate, "a") for _ in range(2)] == [0.0, 0.0]
    assert 0 < window.hit(rate, "a") <= 60
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert 0 < window.hit(rate, "a") <= 60
    assert window.hit(rate, "b") == 0.0


def test_what_was_done_a_minute_ago_counts_no_more() -> None:
    now = 0.0
    window, rate = Window(lambda: now), parse("2/minute")
    window.hit(rate, "a")
    now = 59.0
    window.hit(rate, "a")
    assert window.hit(rate, "a") == 1.0
    now = 60.0
    assert window.hit(rate, "a") == 0.0


# --- connections ---


async def _hello(scope: object, receive: object, send: object) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": b"ok"})  # type: ignore[operator]


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server that waits half a second for a head, and takes three connections."""
    monkeypatch.setattr(connections, "HEAD", 0.5)
    monkeypatch.setattr(connections, "MOST", 3)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(_hello, http=Bounded, lifespan="off", log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join(10)


def test_half_a_head_ends_and_whoever_asks_properly_is_answered(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(3)]
    for one in slow:
        one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    assert [one.recv(100) for one in slow] == [b"", b"", b""]
    with socket.create_connection(("127.0.0.1", port), timeout=60) as asked:
        asked.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert asked.recv(1000).startswith(b"HTTP/1.1 200")
    for one in slow:
        one.close()


def test_there_is_a_most_of_connections(port: int) -> None:
    inside = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(3)]
    for one in inside:
        one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert one.recv(1000).startswith(b"HTTP/1.1 200")
    with socket.create_connection(("127.0.0.1", port), timeout=60) as more:
        try:
            more.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert more.recv(1000) == b""
        except ConnectionError:
            pass
    for one in inside:
        one.close()


# --- the chat's own door, and the watched folder ---


@pytest.mark.parametrize(
    "body", [b'{"fn_index": 99, "data": []}', b'{"fn_index": "x"}', b"{}", b"[", b"\xff"]
)
def test_a_call_of_no_function_of_the_chat_is_no_fault_of_ours(
    tiny: Settings, store: Store, body: bytes
) -> None:
    engine = Engine(open_index(tiny, quiet=True), tiny)
    with TestClient(
        serve(engine, store, Options("", parse("9/minute"))), raise_server_exceptions=False
    ) as client:
        assert client.post("/gradio_api/queue/join", content=body).status_code == 422


@pytest.mark.usefixtures("quick_processes")
def test_a_folder_that_is_watched_is_indexed_when_something_was_copied_there(tiny: Settings) -> None:
    seen = [open_index(tiny, quiet=True).version]
    notice(tiny.bulletins, "early.txt", "早到的")  # while the service was starting
    watch = Watch(tiny, 0.1)
    for name in ("early.txt", "new.txt"):
        if name == "new.txt":
            notice(tiny.bulletins, name, "新的")
        until = time.monotonic() + 240
        while versions.current(tiny.index) == seen[-1] and time.monotonic() < until:
            time.sleep(0.1)
        seen.append(versions.current(tiny.index) or "")
        assert name in load_version(tiny, seen[-1]).manifest.files
    watch.close()


# --- the doctor ---


def test_the_doctor_finds_what_is_wrong_and_changes_nothing(tiny: Settings, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/store/bulletin.db"

    def said(settings: Settings = tiny) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for one in examine(settings, database):
            found.setdefault(one.about, []).append(one.state)
        return found

    assert said()["index"] == ["ill"]  # none is there yet
    assert not tiny.index.exists()
    open_index(tiny, quiet=True)
    open_store(database).close()
    healthy = said()
    assert healthy["index"] == healthy["collection"] == ["well"]
    assert healthy["database"] == ["look", "well"]  # nobody has an account
    notice(tiny.bulletins, "new.txt", "新的")
    assert said()["index"] == ["look", "well"]
    current = tiny.index / (tiny.index / "CURRENT").read_text()
    next(file for file in current.glob("segments/*/*") if file.is_file() and file.stat().st_size).write_bytes(
        b""
    )
    assert said()["index"] == ["ill"]
    (tmp_path / "store" / "bulletin.db").write_bytes(b"no database" * 500)
    assert "ill" in said()["database"]
    assert "ill" in said(replace(tiny, data=tmp_path / "nowhere"))["collection"]
