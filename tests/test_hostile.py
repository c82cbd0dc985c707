"""What somebody who means no good, or whose program is broken, sends; one test for each kind that once got through."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from limits import parse
from starlette.testclient import TestClient

from rag.answer import Engine
from rag.cli import main
from rag.index import change_collection, open_index
from rag.publishing.collection import Change
from rag.settings import Settings
from store.database import Store, open_store
from store.staff import add_staff
from tests.conftest import notice
from tests.test_desk import PARK_OPENS, PASSWORD, ask, csrf_of, signed_in
from web import account
from web.limits import client_of
from web.options import Options
from web.site import serve

ROOT = Path(__file__).resolve().parent.parent


def service(settings: Settings, store: Store, rate: str = "10000/minute") -> TestClient:
    engine = Engine(open_index(settings, quiet=True), settings)
    return TestClient(serve(engine, store, Options("", parse(rate))), raise_server_exceptions=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store of each kind, empty."""
    if request.param == "sqlite":
        opened = open_store(f"sqlite:///{tmp_path}/either/bulletin.db")
    else:
        opened = open_store(request.getfixturevalue("postgres"))
        with opened.engine.begin() as connection:
            connection.exec_driver_sql(
                "TRUNCATE asked, votes, verdicts, staff, sessions, phrasings, audit CASCADE"
            )
    yield opened
    opened.close()


# --- what people type ---


def test_zero_bytes_and_large_numbers_are_no_fault_of_ours_whatever_the_database(
    tiny: Settings, either: Store, patient: None
) -> None:
    add_staff(either, "李", PASSWORD, "editor")
    with service(tiny, either) as client:
        page = client.get("/verify/sign-in").text
        data = {"name": "a\x00b", "password": PASSWORD, "csrf": csrf_of(page)}
        assert client.post("/verify/sign-in", data=data).status_code == 403
        for vote_id in ("\x00", "x" * 200, "0" * 32):
            assert client.post("/api/vote", json={"id": vote_id, "helpful": True}).status_code == 404
        csrf, first = signed_in(client), ask(client, f"{PARK_OPENS}\x00")
        for path in ("/verify/%00", "/verify/export/%00", "/verify/bulletins/%00", "/documents/%00"):
            assert client.get(path).status_code == 404, path
        case = f"/verify/{first['id']}"
        right = {"csrf": csrf, "ruling": "right", "note": "\x00好"}
        # what nobody wrote can't have been seen: neither is taken, and the case goes on as before
        for seen in ("1", "3000000000", "9" * 50, "-1", "x"):
            assert client.post(case, data=right | {"seen": seen}).status_code in (409, 422), seen
        assert client.post(case, data=right | {"seen": "0"}, follow_redirects=False).status_code == 303
        assert client.post(case, data=right | {"seen": "0"}).status_code == 409  # somebody decided since
        assert client.post(case, data=right | {"seen": "1"}, follow_redirects=False).status_code == 303


def test_a_strange_origin_or_address_is_no_fault_of_ours(tiny: Settings, store: Store) -> None:
    add_staff(store, "李", PASSWORD)
    with service(tiny, store) as client:
        csrf = signed_in(client)
        for origin in ("http://[", "http://elsewhere", "null"):
            refused = client.post("/verify/sign-out", data={"csrf": csrf}, headers={"origin": origin})
            assert refused.status_code == 403, origin
            assert client.get("/verify", follow_redirects=False).status_code == 200, origin
        for path in ("/%0a", "/api%0a", "/verify/sign-in%0a", "/%00", "/healthz%0d%0a"):
            assert client.get(path, follow_redirects=False).status_code < 500, path


# --- who asks too much ---


def test_a_search_counts_as_a_question(tiny: Settings, store: Store) -> None:
    with service(tiny, store, "3/minute") as client:
        statuses = [client.get("/documents", params={"q": "公园"}).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        assert client.get("/documents").status_code == 200  # the list costs nothing


def test_whoever_has_a_network_of_addresses_is_one_client() -> None:
    assert client_of("2001:db8:1:2::1") == client_of("2001:db8:1:2:ffff::9") != client_of("2001:db8:1:3::1")
    assert client_of("::ffff:192.0.2.7") == client_of("192.0.2.7") != client_of("192.0.2.8")


def test_nobody_locks_a_member_of_staff_out(
    tiny: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "_SLOW", 0.0)
    add_staff(store, "李", PASSWORD)
    application = service(tiny, store).app
    statuses: Counter[int] = Counter()
    for address in ("10.0.0.1", "10.0.0.2", "10.0.0.3"):
        attacker = TestClient(application, client=(address, 1))
        for _ in range(11):
            data = {"name": "李", "password": "guess", "csrf": csrf_of(attacker.get("/verify/sign-in").text)}
            statuses[attacker.post("/verify/sign-in", data=data).status_code] += 1
    assert statuses == {403: 30, 429: 3}
    owner = TestClient(application, client=("10.0.0.4", 1))
    data = {"name": "李", "password": PASSWORD, "csrf": csrf_of(owner.get("/verify/sign-in").text)}
    assert owner.post("/verify/sign-in", data=data, follow_redirects=False).status_code == 303


# --- what is told of trouble ---


def test_health_tells_of_missing_processes_and_of_a_database_that_lags(
    tiny: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with service(tiny, store) as client:
        monkeypatch.setattr("web.workers.Workers.state", "degraded")
        told = client.get("/healthz")
        assert (told.status_code, told.json()["status"]) == (200, "degraded")
        monkeypatch.setattr("store.keeper.Keeper.behind", True)
        told = client.get("/healthz")
        assert (told.status_code, told.json()["database"]) == (503, "behind")


def test_the_schema_names_what_may_come_back_and_how_long_a_question_is(tiny: Settings, store: Store) -> None:
    with service(tiny, store) as client:
        schema = client.get("/api/openapi.json").json()
    asks, votes = (schema["paths"][path]["post"]["responses"] for path in ("/api/ask", "/api/vote"))
    assert {"400", "413", "422", "429", "500", "503"} <= asks.keys()
    assert {"400", "404", "422", "429", "503"} <= votes.keys()
    assert schema["components"]["schemas"]["Question"]["properties"]["question"]["maxLength"] == 1000


# --- the command line ---


def test_a_batch_may_begin_with_the_mark_of_its_encoding(tiny: Settings, tmp_path: Path) -> None:
    batch, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    batch.write_text('\ufeff{"id": "a", "question": "人民公园什么时候免费开放？"}\n', encoding="utf-8")
    common = ["--data", str(tiny.data), "--index-dir", str(tiny.index)]
    assert main(["ask", "--batch", str(batch), "--out", str(out), *common]) == 0
    assert "7月1日" in out.read_text(encoding="utf-8")


def test_of_two_files_of_one_name_neither_is_dropped_in_silence(
    tiny: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(notice(tmp_path / folder, "same.txt", f"{folder}线")) for folder in ("one", "two")]
    common = ["--data", str(tiny.data), "--index-dir", str(tiny.index)]
    assert main(["add", *files, *common]) == 1
    assert "would both be same.txt" in capsys.readouterr().err
    assert sorted(path.name for path in tiny.bulletins.iterdir()) == ["park.txt", "pool.txt"]


# --- what is on disk ---


def test_what_is_renamed_into_place_was_synced_and_the_name_is_synced_too(
    tiny: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_index(tiny, quiet=True)
    synced: set[int] = set()
    unsafe: list[str] = []
    owed: dict[int, str] = {}
    real_sync, real_replace = os.fsync, os.replace

    def sync(descriptor: int) -> None:
        inode = os.fstat(descriptor).st_ino
        synced.add(inode)
        owed.pop(inode, None)
        real_sync(descriptor)

    def renamed(source: str | Path, target: str | Path) -> None:
        if Path(source).stat().st_ino not in synced:
            unsafe.append(f"{source} was not on disk")
        real_replace(source, target)
        owed[Path(target).parent.stat().st_ino] = str(target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", renamed)
    added = {f"{name}.txt": notice(tmp_path, f"{name}.txt", f"{name}线") for name in ("a", "park")}
    change_collection(tiny, Change(add=added, remove=["pool.txt"]), quiet=True)
    monkeypatch.undo()
    mine = [one for one in unsafe if "removed" not in one and "/bulletins/" not in one]
    assert mine == []  # what a bulletin that was there says is long on disk
    assert [name for name in owed.values() if Path(name).exists()] == []


def test_what_was_left_half_written_is_cleaned_up(tiny: Settings) -> None:
    open_index(tiny, quiet=True)
    (tiny.index / "building-abc").mkdir()
    (tiny.index / "gone-build-0123456789abcdef-x").mkdir()
    (tiny.index / "CURRENT.partial").write_text("x")
    (tiny.bulletins / "pool.txt").unlink()
    after = open_index(tiny, quiet=True).version
    left = {path.name for path in tiny.index.iterdir()}
    assert {"building-abc", "gone-build-0123456789abcdef-x", "CURRENT.partial"} & left == set()
    assert after in left


# --- the house ---


def pins(name: str) -> list[str]:
    """The packages that a list pins, as one imports them: in small letters, - as _."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line and line[0] not in "#-"]
    assert all("==" in line for line in kept)
    return [re.split(r"[=\[]", line)[0].lower().replace("-", "_") for line in kept]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "train/requirements.txt"])
def test_a_package_is_pinned_once(name: str) -> None:
    assert [one for one, count in Counter(pins(name)).items() if count > 1] == []


CALLED = {
    "PIL": "pillow",
    "Stemmer": "pystemmer",
    "argon2": "argon2_cffi",
    "cv2": "opencv_python_headless",
    "docx": "python_docx",
    "faiss": "faiss_cpu",
    "markdown_it": "markdown_it_py",
    "pdfminer": "pdfplumber",
    "sklearn": "scikit_learn",
}
"""Packages that are imported by another name; pdfplumber pins pdfminer itself."""


@pytest.mark.parametrize(
    ("folders", "lists"),
    [
        (
            ("rag", "web", "store", "eval"),
            ("requirements.txt", "requirements-milvus.txt", "requirements-ocr.txt", "requirements-dev.txt"),
        ),
        (("train",), ("requirements.txt", "requirements-dev.txt", "train/requirements.txt")),
        (("tests",), ("requirements.txt", "requirements-ocr.txt", "requirements-dev.txt")),
    ],
)
def test_whatever_is_imported_is_pinned(folders: Sequence[str], lists: Sequence[str]) -> None:
    pinned = {one for name in lists for one in pins(name)}
    ours = {"rag", "web", "store", "eval", "train", "tests", "app"} | sys.stdlib_module_names
    missing = set()
    for file in (file for folder in folders for file in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            named = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                named = [node.module or ""]
            for package in {one.partition(".")[0] for one in named} - ours:
                if CALLED.get(package, package).lower() not in pinned:
                    missing.add((package, str(file.relative_to(ROOT))))
    assert missing == set()
