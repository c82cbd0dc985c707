"""What an earlier version of the program wrote is taken over by this one."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from rag.answer import Engine
from rag.index import Index, open_index
from rag.publishing import durable, versions
from rag.settings import Settings
from store.database import migration_config, open_store
from store.questions import Ground, kept_answer, row_of
from store.review import Wanted, queue, standing
from store.staff import add_staff, sign_in, staff_roles

PASSWORD = "correct horse battery"
PARK_OPENS = "人民公园什么时候免费开放？"


@pytest.fixture
def index(tiny: Settings) -> Index:
    return open_index(tiny, quiet=True)


def database_of(revision: str, folder: Path, index: Index, settings: Settings) -> str:
    """A database as the program wrote it then: a question with its answer, a vote, a verdict and an account."""
    ground = Ground(index)
    asked = row_of(ground, Engine(index, settings).ask(PARK_OPENS))
    made = open_store(f"sqlite:///{folder}/made.db")
    add_staff(made, "李", PASSWORD)
    with made.session() as session:
        password = session.execute(text("SELECT password FROM staff")).scalar_one()
    made.close()
    url = f"sqlite:///{folder}/old.db"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        config = migration_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        values = {
            name: getattr(asked, name)
            for name in "id key subject sources fingerprint question answer language abstained confidence".split()
        }
        columns, places = ", ".join(values), ", ".join(f":{name}" for name in values)
        day = "2026-05-01 08:00:00.000000"
        for statement in (
            f"INSERT INTO asked ({columns}, asked_at) VALUES ({places}, :day)",
            "INSERT INTO votes VALUES (:id, 1, '很清楚', :day)",
            "INSERT INTO staff (name, password, added_at) VALUES ('李', :password, :day)",
            "INSERT INTO verdicts (subject, version, asked_id, staff, decided_at, ruling, corrected, note) "
            "VALUES (:subject, 1, :id, '李', :day, 'right', '', '对')",
        ):
            connection.execute(text(statement), values | {"day": day, "password": password})
    engine.dispose()
    return url


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_a_database_of_an_earlier_version_keeps_all_it_holds(
    revision: str, tiny: Settings, index: Index, tmp_path: Path
) -> None:
    store = open_store(database_of(revision, tmp_path, index, tiny))
    (case,) = queue(store, Wanted("all")).cases
    assert (case.question, case.helpful, case.context, case.district) == (PARK_OPENS, 1, (), "")
    assert case.verdict is not None
    assert (case.verdict.ruling, case.verdict.note) == ("right", "对")
    assert staff_roles(store) == {"李": "administrator"}
    assert sign_in(store, "李", PASSWORD)
    store.close()


def test_a_verdict_of_an_earlier_version_still_stands(tiny: Settings, index: Index, tmp_path: Path) -> None:
    store = open_store(database_of("0001", tmp_path, index, tiny))
    key = queue(store, Wanted("all")).cases[0].asked_id
    (stands,) = standing(store, Ground(index), row_of(Ground(index), Engine(index, tiny).ask(PARK_OPENS)).key)
    assert stands.asked.id == key
    assert "2026年7月1日" in kept_answer(stands.asked).answer
    store.close()


def test_an_index_of_an_earlier_version_is_built_anew(
    tiny: Settings, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index._made_by", lambda: "a later program")
    assert open_index(tiny, quiet=True).version != index.version


def test_while_it_can_not_be_built_anew_the_old_one_serves(
    tiny: Settings, index: Index, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(folder))

    monkeypatch.setattr("rag.index._made_by", lambda: "a later program")
    monkeypatch.setattr(durable, "sync_tree", full)
    old = open_index(tiny, quiet=True)
    assert old.version == index.version
    assert "2026年7月1日" in Engine(old, tiny).ask(PARK_OPENS).answer
    assert "No space left" in caplog.text


def test_an_index_of_a_form_that_is_no_more_is_built_anew(tiny: Settings, index: Index) -> None:
    count, folder = len(index.passages), tiny.index / str(versions.current(tiny.index))
    for path in sorted(folder.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    (folder / versions.MANIFEST).write_text('{"format": 1, "files": {"park.txt": "0"}}', encoding="utf-8")
    (folder / "passages.npz").write_bytes(b"something else")
    assert len(open_index(tiny, quiet=True).passages) == count
