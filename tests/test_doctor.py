"""What the doctor finds of each thing by itself, and what it says to do."""

from __future__ import annotations

import resource
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag.publishing import collection
from rag.settings import Settings
from store import doctor
from store.database import Store, open_store
from store.doctor import Finding
from store.staff import add_staff
from tests.conftest import notice


def states(found: Iterator[Finding]) -> list[tuple[str, str]]:
    return [(one.state, one.said) for one in found]


# --- packages and the system ---


def test_a_package_that_is_missing_or_another_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "# a comment\n-c constraints.txt\npytest==0.0.1\nno-such-package==3.1\npsycopg[binary]==0.2\n"
    (tmp_path / "requirements.txt").write_text(lines, encoding="utf-8")
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    (found,) = doctor._packages()
    assert found.state == "look"
    assert "no-such-package missing, expected 3.1" in found.said
    assert "expected 0.0.1" in found.said
    assert "psycopg" in found.said
    assert found.todo == "Run `make install`."


@pytest.mark.parametrize(
    ("files", "state"), [(256, "look"), (4096, "well"), (resource.RLIM_INFINITY, "well")]
)
def test_few_open_files_are_told_with_how_to_raise_them(
    monkeypatch: pytest.MonkeyPatch, files: int, state: str
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    monkeypatch.delenv("BULLETIN_LLM", raising=False)
    first = next(iter(doctor._system()))
    assert first.state == state
    assert (state == "well") or "ulimit" in first.todo


def test_a_model_without_a_name_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULLETIN_LLM", "http://127.0.0.1:1/v1")
    monkeypatch.delenv("BULLETIN_LLM_MODEL", raising=False)
    assert any("BULLETIN_LLM_MODEL" in one.said for one in doctor._system())
    monkeypatch.setenv("BULLETIN_LLM_MODEL", "a")
    assert not any("BULLETIN_LLM_MODEL" in one.said for one in doctor._system())


# --- the collection and the disk ---


def test_a_collection_is_well_and_counted(tiny: Settings) -> None:
    assert states(doctor._collection(tiny)) == [("well", f"2 files in {tiny.bulletins}")]


def test_a_file_under_a_name_that_can_not_be_is_told(tiny: Settings) -> None:
    (tiny.bulletins / "a\nb.txt").write_text("甲", encoding="utf-8")
    (found,) = doctor._collection(tiny)
    assert found.state == "ill"
    assert "Rename it" in found.todo


def test_a_change_that_was_interrupted_is_told(tiny: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collection, "is_pending", lambda _: True)
    first, second = doctor._collection(tiny)
    assert (first.state, second.state) == ("look", "well")
    assert "the next command finishes it" in first.todo


def test_a_folder_that_is_gone_is_an_ill_and_no_traceback(tiny: Settings, tmp_path: Path) -> None:
    for file in tiny.bulletins.iterdir():
        file.unlink()
    tiny.bulletins.rmdir()
    found = [
        one for one in doctor.examine(tiny, f"sqlite:///{tmp_path}/none.db") if one.about == "collection"
    ]
    assert [one.state for one in found] == ["ill"]


@pytest.mark.parametrize(("free", "state"), [(10**6, "ill"), (10**12, "well")])
def test_room_for_another_version_is_looked_for(
    tiny: Settings, monkeypatch: pytest.MonkeyPatch, free: int, state: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert [one.state for one in doctor._disk(tiny)] == [state]


def test_a_bulletin_left_out_is_told_with_why(tiny: Settings) -> None:
    from rag.index import open_index

    (tiny.bulletins / "bad.txt").write_bytes(b"\xff\xfe\x00")
    notice(tiny.bulletins, "good.txt", "好的")
    open_index(tiny, quiet=True)
    said = states(doctor._index(tiny))
    assert [state for state, _ in said] == ["look", "well"]
    assert "bad.txt" in said[0][1]


# --- the database ---


def test_a_database_is_counted(store: Store) -> None:
    add_staff(store, "李", "correct horse battery")
    (found,) = doctor._database(f"sqlite:///{store.engine.url.database}")
    assert found.state == "well"
    assert found.said.startswith("0 questions, 1 accounts")


def test_nobody_with_an_account_is_told_with_how_to_make_one(store: Store) -> None:
    first, _ = doctor._database(f"sqlite:///{store.engine.url.database}")
    assert (first.state, "staff add" in first.todo) == ("look", True)


def test_a_database_that_is_not_there_yet_is_not_made_by_looking(tmp_path: Path) -> None:
    file = tmp_path / "none.db"
    (found,) = doctor._database(f"sqlite:///{file}")
    assert found.state == "look"
    assert not file.exists()


def test_tables_of_an_older_program_are_left_as_they_are(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    (found,) = doctor._database(f"sqlite:///{store.engine.url.database}")
    assert (found.state, "0001" in found.said) == ("look", True)
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "0001"


def test_a_server_that_does_not_answer_is_told_without_its_password() -> None:
    (found,) = doctor._database("postgresql://bulletin:secret@127.0.0.1:1/bulletin")
    assert found.state == "ill"
    assert "secret" not in found.said + found.todo


def test_a_file_that_is_no_database_is_ill(tmp_path: Path) -> None:
    file = tmp_path / "bulletin.db"
    file.write_bytes(b"no database" * 500)
    assert [one.state for one in doctor._database(f"sqlite:///{file}")] == ["ill"]
    opened = open_store(f"sqlite:///{tmp_path}/other.db")
    opened.close()


# --- a running service ---


@pytest.fixture
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server whose `/healthz` says what the test wants."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(request.param.encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


HEALTH = '{"status": "%s", "index": "v1", "database": "ok", "workers": "ready"}'


@pytest.mark.parametrize(
    ("address", "state"),
    [(HEALTH % "ok", "well"), (HEALTH % "degraded", "ill"), ("{}", "ill"), ("<html>", "ill")],
    indirect=["address"],
)
def test_a_service_is_asked_how_it_is(address: str, state: str) -> None:
    assert [one.state for one in doctor._service(address)] == [state]


def test_a_service_that_is_not_there_is_told_with_its_address() -> None:
    (found,) = doctor._service("http://127.0.0.1:1")
    assert found.state == "ill"
    assert "http://127.0.0.1:1" in found.said
