"""Opening the database: SQLite in a folder beside the index, or PostgreSQL by URL, its tables brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from filelock import FileLock
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session

from rag.errors import BulletinError
from rag.settings import Settings, stated
from store.models import Asked

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY = 5.0  # seconds a write waits for another one
_SOON = 1.0  # seconds a look at the database may wait
_REACH = 3  # seconds to reach a server
_LOCK = 7860_2026  # the advisory lock that PostgreSQL holds while tables are changed


@dataclass(frozen=True, slots=True)
class Store:
    """An open database with its tables up to date."""

    engine: Engine

    @contextmanager
    def session(self, patience: float = _BUSY) -> Iterator[Session]:
        """A session that commits at the end, or rolls back when an error leaves it.

        :param patience: Seconds that a statement may wait for somebody else's.
        """
        milliseconds = int(1000 * patience)
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            if self.engine.dialect.name == "sqlite":
                session.connection().exec_driver_sql(f"PRAGMA busy_timeout={milliseconds}")
            else:
                session.connection().exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")
            yield session

    def check(self) -> None:
        """Ask the database whether it is there, with the tables.

        :raises SQLAlchemyError: if it is not.
        """
        with self.session(_SOON) as session:
            session.execute(select(Asked.id).limit(1))

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def database_url(settings: Settings, given: str | None = None) -> str:
    """Where things are kept: what is given, else `BULLETIN_DATABASE`, else a SQLite file in a folder beside the index.

    :param given: A URL such as `sqlite:////var/lib/bulletin/bulletin.db` or `postgresql://user@host/name`.
    """
    beside = settings.index.resolve().parent / ".store" / "bulletin.db"
    return given or stated("database") or f"sqlite:///{beside}"


def open_store(url: str) -> Store:
    """Open a database and bring its tables up to date, creating a SQLite file and its folder where they are missing.

    :raises BulletinError: if the URL is none, or the database can't be reached, read or written.
    """
    parsed = _parse(url)
    shown = parsed.render_as_string(hide_password=True)
    if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
        try:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise BulletinError(
                f"The folder of {shown} can't be made ({error.strerror}). Set BULLETIN_DATABASE to another place."
            ) from error
    try:
        sqlite = parsed.get_backend_name() == "sqlite"
        # what a statement was to write is a question, and no log's business
        engine = create_engine(
            parsed,
            hide_parameters=True,
            pool_pre_ping=not sqlite,
            connect_args={} if sqlite else {"connect_timeout": _REACH},
        )
        if sqlite:
            event.listen(engine, "connect", _sqlite_connected)
        with _alone(engine, parsed) as connection:
            _migrate(connection)
    except CommandError as error:
        raise BulletinError(
            f"{shown} was written by a newer version of this program ({error}). Update the program."
        ) from error
    except (DBAPIError, NoSuchModuleError, ImportError) as error:
        why = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise BulletinError(
            f"The database {shown} can't be used ({why}). Check that it is running and may be written, "
            "or set BULLETIN_DATABASE to another."
        ) from error
    return Store(engine)


def migration_config() -> Config:
    """What Alembic needs to know."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise BulletinError(
            f"BULLETIN_DATABASE is no database URL ({error}). Expected for example sqlite:////path/bulletin.db or "
            "postgresql://user@host/name."
        ) from error
    if parsed.drivername in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise BulletinError(f"BULLETIN_DATABASE names {parsed.drivername}; expected sqlite or postgresql.")
    return parsed


def _sqlite_connected(connection: object, _record: object) -> None:
    """Readers don't wait for a writer (WAL), references hold, and a busy database is waited for."""
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={int(1000 * _BUSY)}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@contextmanager
def _alone(engine: Engine, url: URL) -> Iterator[Connection]:
    """A transaction in which nobody else changes tables."""
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise BulletinError(
                "A SQLite database needs a file: sqlite:////path/bulletin.db (four slashes before an absolute path)."
            )
        with FileLock(f"{url.database}.lock"), engine.begin() as connection:
            yield connection
        return
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield connection


def _migrate(connection: Connection) -> None:
    config = migration_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


__all__ = ["SQLAlchemyError", "Store", "database_url", "migration_config", "open_store"]
