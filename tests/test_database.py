"""Where things are kept: which database is meant, what is said of one that can't be, and what a session leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text

from rag.errors import BulletinError
from rag.settings import Settings
from store.audit import entry
from store.database import Store, _parse, database_url, open_store
from store.models import Asked, Audit, UtcDateTime
from tests.test_statistics import asked, fill

CHINA = timezone(timedelta(hours=8))


# --- which one ---


def test_by_default_it_lies_beside_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BULLETIN_DATABASE", raising=False)
    url = database_url(Settings(index=tmp_path / "deep" / "index"))
    assert url == f"sqlite:///{tmp_path}/deep/.store/bulletin.db"


def test_what_is_given_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULLETIN_DATABASE", "sqlite:////set.db")
    assert database_url(Settings()) == "sqlite:////set.db"
    assert database_url(Settings(), "sqlite:////given.db") == "sqlite:////given.db"


@pytest.mark.parametrize("name", ["postgresql", "postgres"])
def test_postgresql_is_reached_by_its_driver_under_either_name(name: str) -> None:
    assert _parse(f"{name}://user@host/name").drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("bulletin.db", "is no database URL"),
        ("", "is no database URL"),
        ("postgresql://host:port/name", "is no database URL"),
        ("mysql://user@host/name", "names mysql; expected sqlite or postgresql"),
        ("oracle+x://host", "expected sqlite or postgresql"),
    ],
)
def test_what_is_no_database_of_ours_is_told_with_what_was_expected(url: str, said: str) -> None:
    with pytest.raises(BulletinError, match=said):
        _parse(url)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_that_would_be_gone_at_the_end_is_refused(url: str) -> None:
    with pytest.raises(BulletinError, match="needs a file"):
        open_store(url)


def test_a_password_is_never_told() -> None:
    with pytest.raises(BulletinError) as told:
        open_store("postgresql://clerk:hunter2@127.0.0.1:9/name")
    assert "hunter2" not in str(told.value)
    assert "clerk:***@127.0.0.1:9" in str(told.value)


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BulletinError, match="can't be made"):
        open_store(f"sqlite:///{tmp_path}/file/bulletin.db")


def test_a_new_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/kept/bulletin.db").close()
    assert (tmp_path / "kept").stat().st_mode & 0o077 == 0


# --- sessions ---


def test_what_was_written_before_an_error_is_not_there_after_it(store: Store) -> None:
    def broken() -> None:
        with store.session() as session:
            session.add(asked(1))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    with store.session() as session:
        assert session.scalars(select(Asked)).all() == []


def test_what_a_session_gave_can_be_read_when_it_is_over(store: Store) -> None:
    fill(store, asked(1, question="甲"))
    with store.session() as session:
        (row,) = session.scalars(select(Asked)).all()
    assert row.question == "甲"


@pytest.mark.parametrize(("seconds", "milliseconds"), [(0.5, 500), (5.0, 5000), (0.0, 0)])
def test_how_long_a_statement_waits_for_another_is_set_by_each_session(
    store: Store, seconds: float, milliseconds: int
) -> None:
    with store.session(seconds) as session:
        assert session.execute(text("PRAGMA busy_timeout")).scalar() == milliseconds


def test_references_hold(store: Store) -> None:
    with store.session() as session:
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"


def test_a_database_that_is_there_is_well_and_one_without_tables_is_not(store: Store) -> None:
    store.check()
    with store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE asked RENAME TO gone"))
    with pytest.raises(Exception, match="no such table"):
        store.check()


# --- times ---


def test_a_time_of_any_zone_is_kept_and_comes_back_in_utc(store: Store) -> None:
    line = entry("李", "wrote", "甲")
    line.at = datetime(2026, 6, 1, 8, 30, tzinfo=CHINA)
    fill(store, line)
    with store.session() as session:
        (kept,) = session.scalars(select(Audit)).all()
    assert kept.at == datetime(2026, 6, 1, 0, 30, tzinfo=UTC)
    assert kept.at.tzinfo is UTC


def test_what_a_database_gives_with_its_zone_is_the_same_moment() -> None:
    column, moment = UtcDateTime(), datetime(2026, 6, 1, 8, 30, tzinfo=CHINA)
    given = column.process_result_value(moment, None)  # type: ignore[arg-type]
    assert given == moment
    assert given is not None
    assert given.utcoffset() == timedelta(0)
    assert column.process_result_value(None, None) is None  # type: ignore[arg-type]
    assert column.process_bind_param(None, None) is None  # type: ignore[arg-type]


def test_a_detail_of_the_log_is_cut_and_its_moment_is_now() -> None:
    before = datetime.now(UTC)
    line = entry("李", "wrote", "甲", "长" * 5000)
    assert len(line.detail) == 2000
    assert before <= line.at <= datetime.now(UTC)
