"""Everything that can't be made anew, in one file: the collection and what staff wrote beside it, and the database.

    data/…              the collection's folder, but for drafts, locks and a change under way (which is finished first)
    tables/NAME.jsonl   each table of the database, a JSON list a line, the first one the names of its columns;
                        all of one moment, from SQLite or PostgreSQL, for either
    backup.json         the last member: when it was made, the revision of the tables, how answers were made,
                        and the SHA-256 of every other member

Sessions are left out: whoever restores a backup must not revive one that was ended since.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

import msgspec
from alembic import command
from alembic.migration import MigrationContext
from sqlalchemy import Connection, DateTime, MetaData, Table, func, inspect, select
from sqlalchemy import types as sql
from tqdm import tqdm

from rag.errors import BulletinError
from rag.publishing import collection, durable
from rag.settings import Settings
from store.database import Store, migration_config

FORM = 1
"""Of the file; another program may write another."""
_RECORD = "backup.json"
_LEFT_OUT = (".drafts", ".lock", ".change", ".restore", ".words.lock")
_NOT_KEPT = ("sessions", "alembic_version")
_ROWS = 1000  # written to the database at once
_BLOCK = 1 << 20
_SETTINGS = ("encoder", "reader", "query_prompt", "document_prompt", "llm", "llm_model")


@dataclass(frozen=True, slots=True)
class Backup:
    """What a file says of itself."""

    form: int
    made_at: datetime
    revision: str
    """Of the tables."""
    settings: dict[str, str | None] = field(default_factory=dict)
    """The models that answers were made with; no keys."""
    digests: dict[str, str] = field(default_factory=dict)
    """Of every other member, by its name."""
    rows: dict[str, int] = field(default_factory=dict)
    """Of each table."""


def back_up(settings: Settings, store: Store, file: Path, *, quiet: bool = False) -> Backup:
    """Write a backup, read it back, and only then give it its name; the service may run meanwhile.

    The database is copied first, as it is at one moment, and then the collection, which nobody changes meanwhile.

    :raises BulletinError: if there is such a file already, or it can't be written.
    """
    if file.exists():
        raise BulletinError(f"{file} is there already. Give another name, or move it away.")
    new = file.with_name(f"{file.name}.partial")
    try:
        new.touch(mode=0o600)  # it holds what residents asked
        with collection.changing(settings), tarfile.open(new, "w:gz", compresslevel=6) as archive:
            made = _write(settings, store, archive, quiet=quiet)
        durable.sync(new)
        read_backup(new, quiet=quiet)
        durable.move(new, file)
    except OSError as error:
        raise BulletinError(f"{file} can't be written ({error.strerror}). Nothing was backed up.") from error
    finally:
        new.unlink(missing_ok=True)
    return made


def read_backup(file: Path, into: Path | None = None, *, quiet: bool = False) -> Backup:
    """Read a whole backup and hold every member against its digest.

    :param into: A folder to put the members into.
    :raises BulletinError: if it is damaged, no backup, or one of a newer program.
    """
    digests: dict[str, str] = {}
    record: Backup | None = None
    try:
        with tarfile.open(file, "r|gz") as archive:
            for member in tqdm(archive, desc="Reading the backup", unit="file", disable=quiet or None):
                name = PurePosixPath(member.name)
                if not member.isfile() or name.is_absolute() or ".." in name.parts:
                    raise BulletinError(f"{file} is no backup of this program: it holds {member.name}.")
                content = archive.extractfile(member)
                assert content is not None  # a file has one
                if member.name == _RECORD:
                    record = msgspec.json.decode(content.read(), type=Backup)
                else:
                    digests[member.name] = _taken(content, into / name if into else None)
    except (tarfile.TarError, EOFError, OSError, msgspec.MsgspecError) as error:
        raise BulletinError(f"{file} is damaged, or no backup ({error}). Restore from another.") from error
    if record is None:
        raise BulletinError(
            f"{file} is not whole: what says that it is complete is missing. Restore from another."
        )
    if record.form > FORM:
        raise BulletinError(f"{file} was made by a newer version of this program. Update the program first.")
    if wrong := sorted(
        name
        for name in digests.keys() | record.digests.keys()
        if digests.get(name) != record.digests.get(name)
    ):
        raise BulletinError(
            f"{file} is damaged: {', '.join(wrong[:3])} is not as it was. Restore from another."
        )
    return record


def restore(
    settings: Settings, store: Store, file: Path, *, replace: bool = False, quiet: bool = False
) -> Backup:
    """Put the collection and the database of a backup in the place of those there are, once all of it was verified.

    The index is for the caller to build anew. Interrupted, it is begun again with the same command.

    :param replace: Put aside what is there, which otherwise stands against it: in `data/.restore/before-…`.
    :raises BulletinError: if the file is damaged, or something is there; nothing is changed.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    held = _held(settings, store)
    if held and not replace:
        raise BulletinError(
            f"There is something already: {held}. Nothing was restored. With --replace it is put aside first."
        )
    staging = settings.data / ".restore"
    new, before = (
        staging / "new",
        staging / f"before-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
    )
    shutil.rmtree(new, ignore_errors=True)
    try:
        new.mkdir(parents=True)
        made = read_backup(file, new, quiet=quiet)
        durable.sync_tree(new)
        _check_revision(made, file)
        before.mkdir()
        if _rows(store):
            back_up(settings, store, before / "backup.tar.gz", quiet=quiet)
        with collection.changing(settings):
            _fill(store, new / "tables", made)
            _swap(settings.data, new / "data", before)
        with suppress(OSError):  # there was nothing to put aside
            before.rmdir()
    except OSError as error:
        raise BulletinError(f"{file} can't be restored ({error}). Make room, and begin again.") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return made


def models_differ(made: Backup, settings: Settings) -> list[str]:
    """The settings that differ from those a backup was made with, each as a phrase for people."""
    now = _models(settings)
    return [
        f"BULLETIN_{name.upper()} was {then or 'not set'}, now {now[name] or 'not set'}"
        for name, then in made.settings.items()
        if name in now and now[name] != then
    ]


def _write(settings: Settings, store: Store, archive: tarfile.TarFile, *, quiet: bool) -> Backup:
    digests: dict[str, str] = {}
    rows: dict[str, int] = {}
    with _one_moment(store) as connection:
        revision = MigrationContext.configure(connection).get_current_revision() or ""
        for table in _tables(connection):
            with tempfile.TemporaryFile() as lines:
                rows[str(table.name)] = _dump(connection, table, lines)
                _put(archive, f"tables/{table.name}.jsonl", lines, digests)
    files = list(_collected(settings.data))
    for path in tqdm(files, desc="Backing up", unit="file", disable=quiet or None):
        with path.open("rb") as content:
            _put(archive, f"data/{path.relative_to(settings.data).as_posix()}", content, digests)
    made = Backup(FORM, datetime.now(UTC), revision, _models(settings), digests, rows)
    _put(archive, _RECORD, io.BytesIO(msgspec.json.encode(made)), {})
    return made


def _models(settings: Settings) -> dict[str, str | None]:
    return {name: value and str(value) for name, value in asdict(settings).items() if name in _SETTINGS}


def _collected(data: Path) -> Iterator[Path]:
    for path in sorted(data.rglob("*")):
        if path.relative_to(data).parts[0] not in _LEFT_OUT and path.is_file() and not path.is_symlink():
            yield path


def _put(archive: tarfile.TarFile, name: str, content: IO[bytes], digests: dict[str, str]) -> None:
    content.seek(0, os.SEEK_END)
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = content.tell(), int(datetime.now(UTC).timestamp()), 0o600
    content.seek(0)
    digests[name] = _taken(content, None)
    content.seek(0)
    archive.addfile(member, content)


def _taken(content: IO[bytes], target: Path | None) -> str:
    """The digest of a member, written to a file on the way where one is given."""
    digest = hashlib.sha256()
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
    with (target or Path(os.devnull)).open("wb") as out:
        while block := content.read(_BLOCK):
            digest.update(block)
            out.write(block)
    return digest.hexdigest()


@contextmanager
def _one_moment(store: Store) -> Iterator[Connection]:
    """A transaction that sees the database as it is now, whatever others write meanwhile."""
    if store.engine.dialect.name == "sqlite":
        with store.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")  # with WAL a reader keeps the state it began with
            yield connection
            connection.rollback()
        return
    with store.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        yield connection
        connection.rollback()


def _tables(connection: Connection) -> list[Table]:
    """The tables as they are in the database, each after those it refers to."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in _NOT_KEPT]


def _dump(connection: Connection, table: Table, out: IO[bytes]) -> int:
    count = 0
    out.write(msgspec.json.encode([str(column.name) for column in table.columns]) + b"\n")
    ordered = select(table).order_by(*table.primary_key.columns)
    for row in connection.execution_options(yield_per=_ROWS).execute(ordered):
        out.write(msgspec.json.encode([_said(value) for value in row]) + b"\n")
        count += 1
    return count


def _said(value: object) -> object:
    if not isinstance(value, datetime):
        return value
    aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return aware.isoformat()


def _meant(column_type: sql.TypeEngine[Any], value: object, *, aware: bool) -> object:
    """A value as the database takes it; SQLite keeps a time without its zone, which is always UTC."""
    if value is None or not isinstance(column_type, DateTime):
        return bool(value) if isinstance(column_type, sql.Boolean) and value is not None else value
    moment = datetime.fromisoformat(str(value))
    return moment if aware else moment.astimezone(UTC).replace(tzinfo=None)


def _held(settings: Settings, store: Store) -> str:
    """What there is already, for people; empty where nothing is."""
    held = []
    if rows := _rows(store):
        held.append(f"{rows} rows in the database")
    files = sum(1 for path in settings.bulletins.iterdir()) if settings.bulletins.is_dir() else 0
    if files:
        held.append(f"{files} bulletins in {settings.bulletins}")
    return ", ".join(held)


def _rows(store: Store) -> int:
    with store.engine.connect() as connection:
        return sum(
            connection.scalar(select(func.count()).select_from(table)) or 0 for table in _tables(connection)
        )


def _check_revision(made: Backup, file: Path) -> None:
    from alembic.script import ScriptDirectory
    from alembic.util.exc import CommandError

    try:
        ScriptDirectory.from_config(migration_config()).get_revision(made.revision)
    except CommandError as error:
        raise BulletinError(
            f"{file} holds tables of a newer version of this program ({made.revision}). Update the program first."
        ) from error


def _fill(store: Store, folder: Path, made: Backup) -> None:
    """Put the rows of a backup in the place of all there are, in one transaction, in tables of today's form."""
    with store.engine.begin() as connection:
        config = migration_config()
        config.attributes["connection"] = connection
        for name in ("sessions", *reversed([table.name for table in _tables(connection)])):
            connection.execute(Table(name, MetaData(), autoload_with=connection).delete())
        if made.revision != MigrationContext.configure(connection).get_current_revision():
            command.downgrade(config, made.revision)
        aware = connection.dialect.name != "sqlite"
        for table in _tables(connection):
            file = folder / f"{table.name}.jsonl"
            if file.is_file():
                _load(connection, table, file, aware=aware)
        command.upgrade(config, "head")
        _count_on(connection)


def _load(connection: Connection, table: Table, file: Path, *, aware: bool) -> None:
    with file.open("rb") as lines:
        names = msgspec.json.decode(next(lines), type=list[str])
        types = [table.columns[name].type for name in names]
        batch: list[dict[str, Any]] = []
        for line in lines:
            values = msgspec.json.decode(line, type=list[Any])
            batch.append(
                {
                    name: _meant(kind, value, aware=aware)
                    for name, kind, value in zip(names, types, values, strict=True)
                }
            )
            if len(batch) >= _ROWS:
                connection.execute(table.insert(), batch)
                batch = []
        if batch:
            connection.execute(table.insert(), batch)


def _count_on(connection: Connection) -> None:
    """Have PostgreSQL number new rows after those that were put in."""
    if connection.dialect.name != "postgresql":
        return
    for table in _tables(connection):
        for column in inspect(connection).get_columns(table.name):
            if "nextval" in str(column.get("default") or ""):
                connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column['name']}'), "
                    f"coalesce(max({column['name']}), 0) + 1, false) FROM {table.name}"
                )


def _swap(data: Path, new: Path, before: Path) -> None:
    """Put a collection in the place of another, which is put aside; renames on one file system."""
    new.mkdir(exist_ok=True)
    for path in sorted(data.iterdir()):
        if path.name not in _LEFT_OUT:
            os.replace(path, before / path.name)
    for path in sorted(new.iterdir()):
        os.replace(path, data / path.name)
    durable.sync(data)
