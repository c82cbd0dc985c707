"""What several tests share: the real collection, indexed once, and small collections made on the spot."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from rag.answer import Engine
from rag.contract import Answer
from rag.index import Index, open_index
from rag.settings import Settings
from rag.writing.enrich import ASK, RENDER
from store import staff
from store.database import Store, open_store
from store.keeper import Keeper
from tests import quickly
from tests.browsers import browser, page  # noqa: F401  (fixtures)
from tests.llms import save_tiny_model

SIREN = "防空警报什么时候试鸣？"
PARK = "关于开放人民公园的通告\n人民公园自2026年7月1日起全天免费开放。\n"
POOL = "关于开放游泳馆的通告\n游泳馆自2026年8月1日起每日开放。\n"


_LONG = """
    gate outages answer support editions desk app train_reader api scale kill generate hostile service many words
    cited eval_report retrieve publishing index ablation stores backup eval store documents_asked upgrade milvus
    """.split()
"""The files that take longest, the longest first; the first of them makes the index and the second needs none."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: two processes that take file after file then end together."""
    order = {f"test_{name}.py": at for at, name in enumerate(_LONG)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The real bulletins with an index of the tests' own, judged on a fixed day.

    Where several processes test, they share the index: the first builds it, and the others wait for it.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    return replace(Settings(), index=folder / "index", today=date(2026, 6, 1))


@pytest.fixture(scope="session")
def index(settings: Settings) -> Index:
    return open_index(settings, quiet=True)


@pytest.fixture(scope="session")
def engine(index: Index, settings: Settings) -> Engine:
    return Engine(index, settings)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A causal model of random weights with a tokenizer and a chat template: it runs, and speaks garbage."""
    text = (Settings().bulletins / "linyi-city-2025.txt").read_text(encoding="utf-8")
    return save_tiny_model(tmp_path_factory.mktemp("llm") / "tiny", [*text.splitlines()[:300], RENDER, ASK])


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    """A collection of the two shortest bulletins, without anything beside them, to be changed at will."""
    folder = tmp_path / "data" / "bulletins"
    folder.mkdir(parents=True)
    for name in ("linyi-city-2025.txt", "lingang-zone-2024.txt"):
        shutil.copy(Settings().bulletins / name, folder / name)
    return replace(Settings(), data=tmp_path / "data", index=tmp_path / "index", today=date(2026, 6, 1))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of the tests' own, on a socket in a folder of its own."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = shutil.which("initdb") or (str(found[-1]) if found else None)
    if initdb is None:
        pytest.skip("no PostgreSQL found; install Debian's package postgresql to run this test")
    folder = Path(tempfile.mkdtemp(prefix="bulletin-postgres-"))
    data = folder / "data"
    as_user: list[str] = []
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    control = [*as_user, str(Path(initdb).with_name("pg_ctl")), "-D", str(data), "-w", "-s"]
    log = ["-l", str(folder / "log")]
    subprocess.run(
        [*as_user, initdb, "-D", str(data), "-A", "trust", "-U", "bulletin", "-E", "UTF8", "--no-sync"],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    subprocess.run(
        [*control, *log, "-o", options, "start"], check=True, cwd=folder, stdout=subprocess.DEVNULL
    )
    yield f"postgresql://bulletin@/postgres?host={folder}"
    subprocess.run([*control, "-m", "immediate", "stop"], check=False, cwd=folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each answer waits until it is kept, however busy the machine is: what is asked here is decided on."""
    monkeypatch.setattr(Keeper.__init__, "__defaults__", (120.0,))


@pytest.fixture
def quick_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that our code starts need not import everything anew."""
    context = quickly.context()
    monkeypatch.setattr(multiprocessing, "get_context", lambda _: context)


@pytest.fixture(scope="session", autouse=True)
def in_no_time() -> Iterator[None]:
    """Passwords are hashed as always, but quickly, and nobody waits for a disk.

    How slowly passwords are to be hashed is held in `test_staff`, and what is synced, before what, in `test_hostile`;
    `tests.kill` waits for the disk.
    """
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(staff, "_hasher", lambda: hasher)
        patched.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty SQLite store, its tables made once for all who begin with one."""
    file = tmp_path_factory.mktemp("empty") / "bulletin.db"
    open_store(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def store(tmp_path: Path, empty_database: Path) -> Iterator[Store]:
    """An empty SQLite store."""
    (tmp_path / "store").mkdir()
    shutil.copy(empty_database, tmp_path / "store" / "bulletin.db")
    opened = open_store(f"sqlite:///{tmp_path}/store/bulletin.db")
    yield opened
    opened.close()


@pytest.fixture
def tiny(tmp_path: Path) -> Settings:
    """A collection of two notices of two lines."""
    settings = Settings(data=tmp_path / "data", index=tmp_path / "index")
    settings.bulletins.mkdir(parents=True)
    for name, text in (("park.txt", PARK), ("pool.txt", POOL)):
        (settings.bulletins / name).write_text(text, encoding="utf-8")
    return settings


def notice(folder: Path, name: str, about: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"关于{about}的通告\n{about}自2026年9月1日起实行。\n", encoding="utf-8")
    return file


@pytest.fixture
def ask(tmp_path: Path) -> Callable[[str], Callable[..., Answer]]:
    """Opens a collection of one literal bulletin and asks it."""

    def opened(text: str) -> Callable[..., Answer]:
        data = tmp_path / "data"
        (data / "bulletins").mkdir(parents=True)
        (data / "bulletins" / "one.txt").write_text(text, encoding="utf-8")
        settings = replace(Settings(), data=data, index=tmp_path / "index", today=date(2026, 6, 1))
        return Engine(open_index(settings, quiet=True), settings).ask

    return opened
