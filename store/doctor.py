"""Looks at everything a service needs and says what to do: `python -m rag doctor`. It changes nothing."""

from __future__ import annotations

import os
import re
import resource
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import httpx
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from rag.errors import BulletinError
from rag.index import condition_of
from rag.publishing import collection
from rag.settings import ROOT, Settings, stated
from store.database import database_url, migration_config
from store.models import Asked, Staff

State = Literal["well", "look", "ill"]
_ROOM = 500_000_000  # bytes that should be free beside the space for another index
_FILES = 1024  # open files below which connections run out first
_PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it stands, and what to do where it is not well."""

    about: str
    state: State
    said: str
    todo: str = ""


def examine(settings: Settings, database: str | None = None, address: str | None = None) -> Iterator[Finding]:
    """Look at one thing after the other.

    :param database: A URL in the place of the one that is set.
    :param address: Where a service runs that is to be looked at too, `http://127.0.0.1:7860` for example.
    """
    looks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("packages", _packages),
        ("collection", lambda: _collection(settings)),
        ("index", lambda: _index(settings)),
        ("disk", lambda: _disk(settings)),
        ("database", lambda: _database(database_url(settings, database))),
        ("system", _system),
    ]
    if address:
        looks.append(("service", lambda: _service(address)))
    for about, look in looks:
        try:
            yield from look()
        except (BulletinError, OSError) as error:
            yield Finding(about, "ill", str(error), "See the message.")


def _packages() -> Iterator[Finding]:
    wrong = []
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if pin := _PIN.match(line):
            try:
                installed = version(pin[1])
            except PackageNotFoundError:
                installed = "missing"
            if installed.partition("+")[0] != pin[2]:  # torch says for which processor it was built
                wrong.append(f"{pin[1]} {installed}, expected {pin[2]}")
    if wrong:
        yield Finding("packages", "look", "; ".join(wrong), "Run `make install`.")
    else:
        yield Finding("packages", "well", "as pinned in requirements.txt")


def _collection(settings: Settings) -> Iterator[Finding]:
    if collection.is_pending(settings):
        yield Finding(
            "collection",
            "look",
            "a change was interrupted",
            "Nothing need be done: the next command finishes it; `python -m rag index` does it now.",
        )
    bad = []
    for path in sorted(settings.bulletins.iterdir()):
        try:
            collection.check_name(path.name)
            path.open("rb").close()
        except BulletinError as error:
            bad.append(str(error))
        except OSError as error:
            bad.append(f"{path} can't be read ({error.strerror}).")
    for said in bad:
        yield Finding("collection", "ill", said, "Rename it, or let the service's user read it.")
    if not os.access(settings.bulletins, os.W_OK):
        yield Finding(
            "collection",
            "look",
            f"{settings.bulletins} can't be written by this user",
            "Bulletins can't be put in or taken out as this user; asking works.",
        )
    if not bad:
        yield Finding(
            "collection",
            "well",
            f"{sum(1 for _ in settings.bulletins.iterdir())} files in {settings.bulletins}",
        )


def _index(settings: Settings) -> Iterator[Finding]:
    index, troubles = condition_of(settings)
    if index is None:
        said = "; ".join(troubles) or f"there is none in {settings.index}"
        yield Finding("index", "ill", said, "Run `python -m rag index`.")
        return
    if troubles:
        yield Finding(
            "index", "look", "; ".join(troubles), "Run `python -m rag index`; a running service takes it up."
        )
    for one in index.manifest.unread.values():
        yield Finding(
            "index", "look", one.reason, "Save the file anew and add it with --replace, or remove it."
        )
    counts = f"{len(index.manifest.files)} bulletins, {len(index.documents)} documents, {len(index.passages)} passages"
    yield Finding("index", "well", f"{index.version}: {counts}")


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = next(path for path in (settings.index, *settings.index.resolve().parents) if path.exists())
    size = sum(path.stat().st_size for path in settings.index.rglob("*") if path.is_file())
    free, wanted = shutil.disk_usage(folder).free, size + _ROOM
    said = f"{free / 1e9:.1f} GB free at {folder}, the index takes {size / 1e9:.2f} GB"
    if free < wanted:
        yield Finding(
            "disk", "ill", said, "Make room: a new version of the index is built beside the old one."
        )
    else:
        yield Finding("disk", "well", said)


def _database(url: str) -> Iterator[Finding]:
    file = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None
    if file is not None and not file.exists():
        yield Finding("database", "look", f"{file} is not there yet", "The service makes it when it starts.")
        return
    url = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.connect() as connection:
            have = MigrationContext.configure(connection).get_current_revision()
            head = ScriptDirectory.from_config(migration_config()).get_current_head()
            if have != head:
                yield Finding(
                    "database",
                    "look",
                    f"its tables are of revision {have}, the program's are {head}",
                    "Back it up; the service brings it up to date when it starts.",
                )
                return
            asked = connection.scalar(select(func.count()).select_from(Asked)) or 0
            staff = connection.scalar(select(func.count()).select_from(Staff)) or 0
            if file is not None:
                broken = connection.exec_driver_sql("PRAGMA quick_check").scalar()
                if broken != "ok":
                    yield Finding("database", "ill", f"{file}: {broken}", "Restore it from a backup.")
            connection.rollback()
    except SQLAlchemyError as error:
        why = type(getattr(error, "orig", None) or error).__name__
        yield Finding(
            "database",
            "ill",
            f"it can't be used ({why})",
            "See that it runs and that this user may read and write it.",
        )
        return
    finally:
        engine.dispose()
    if file is not None and not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
        yield Finding(
            "database", "ill", f"{file} can't be written by this user", "Give it to the service's user."
        )
    if not staff:
        yield Finding("database", "look", "nobody has an account", "Make one: python -m rag staff add NAME")
    yield Finding("database", "well", f"{asked} questions, {staff} accounts, tables of revision {have}")


def _system() -> Iterator[Finding]:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < _FILES:
        yield Finding(
            "system", "look", f"{soft} open files allowed", "Raise it: ulimit -n 4096, LimitNOFILE=4096."
        )
    if stated("llm") and not stated("llm_model"):
        yield Finding(
            "system",
            "look",
            "BULLETIN_LLM is set without BULLETIN_LLM_MODEL",
            "Needed where a server has several.",
        )
    yield Finding("system", "well", f"{os.cpu_count()} processors, {soft} open files allowed")


def _service(address: str) -> Iterator[Finding]:
    try:
        answer = httpx.get(f"{address.rstrip('/')}/healthz", timeout=10)
        health = answer.json()
        said = ", ".join(f"{name} {health[name]}" for name in ("status", "index", "database", "workers"))
    except (httpx.HTTPError, ValueError, KeyError) as error:
        yield Finding(
            "service",
            "ill",
            f"{address} does not answer ({type(error).__name__})",
            "Start it, and see its log.",
        )
        return
    state: State = "well" if health["status"] == "ok" else "ill"
    yield Finding("service", state, said, "" if state == "well" else "See its log.")
