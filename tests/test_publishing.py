"""Versions of the index and changes of the collection on disk: leased, whole, durable, healed."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path

import pytest

from rag import index as index_module
from rag.answer import Engine
from rag.errors import BulletinError
from rag.index import change_collection, load_version, open_index
from rag.indexing.store import Records
from rag.publishing import collection, durable, versions
from rag.publishing.collection import Change
from rag.settings import Settings
from tests.conftest import PARK, POOL, notice

BOTH = {"lingang-zone-2024.txt", "linyi-city-2025.txt"}


def builds(settings: Settings) -> set[str]:
    return {path.name for path in settings.index.iterdir() if path.is_dir()}


# --- versions ---


def test_a_version_lives_while_it_is_read_and_is_cleaned_up_after(tiny: Settings, tmp_path: Path) -> None:
    old = open_index(tiny, quiet=True)
    kept = old.version
    new = change_collection(
        tiny, Change(add={"bus.txt": notice(tmp_path, "bus.txt", "公交免费")}), quiet=True
    )
    assert builds(tiny) == {kept, new.version}
    assert old.source_text("park.txt") == PARK  # read from the version only now
    del old
    versions.try_clean(tiny.index)
    assert builds(tiny) == {new.version}


def test_a_version_that_is_gone_or_of_another_program_is_not_loaded(
    tiny: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = open_index(tiny, quiet=True).version
    assert load_version(tiny, version).version == version
    with pytest.raises(BulletinError, match="gone"):
        load_version(tiny, "build-0123456789abcdef-x")
    monkeypatch.setattr("rag.index._made_by", lambda: "another")
    with pytest.raises(BulletinError, match="Restart the service"):
        load_version(tiny, version)


def test_a_reader_that_comes_while_others_publish_always_gets_a_whole_version(tiny: Settings) -> None:
    open_index(tiny, quiet=True)
    over = threading.Event()
    failed: list[BaseException] = []

    def read() -> None:
        while not over.is_set():
            try:
                lease, trouble = versions.lease(tiny.index)
                assert lease is not None
                assert not trouble
                assert versions.is_whole(lease.folder)
                lease.release()
            except BaseException as error:
                failed.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(2)]
    for one in readers:
        one.start()
    for _ in range(5):
        open_index(tiny, rebuild=True, quiet=True)
    over.set()
    for one in readers:
        one.join()
    assert failed == []
    versions.try_clean(tiny.index)  # the last build leaves what was being read just then
    assert len(builds(tiny)) == 1


def test_an_index_can_be_read_by_other_users(tiny: Settings) -> None:
    tiny.index.mkdir(mode=0o755)
    tiny.index.chmod(0o755)
    before = os.umask(0o022)
    try:
        index = open_index(tiny, quiet=True)
    finally:
        os.umask(before)
    for path in (index.folder, *index.folder.rglob("*")):
        assert path.stat().st_mode & 0o044 == 0o044, path


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 40, b"\xff\xfe", b"../..", b"build-0123456789abcdef-gone", b"x" * 5000, None]
)
def test_a_damaged_pointer_is_healed(
    tiny: Settings, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    version = open_index(tiny, quiet=True).version
    pointer = tiny.index / "CURRENT"
    if content is None:
        pointer.unlink()
        pointer.mkdir()
        pointer.rmdir()
    else:
        pointer.write_bytes(content)
    index = open_index(tiny)
    assert sorted(index.manifest.files) == ["park.txt", "pool.txt"]
    assert "damaged" in capsys.readouterr().err
    assert versions.current(tiny.index) == index.version != version


def test_whatever_file_of_an_index_is_damaged_it_is_healed(tiny: Settings) -> None:
    chance = random.Random(15)
    names = sorted(
        path.relative_to(tiny.index / open_index(tiny, quiet=True).version)
        for path in (tiny.index / open_index(tiny, quiet=True).version).rglob("*")
        if path.is_file() and path.stat().st_size
    )
    assert len(names) > 20
    for name in names:
        folder = tiny.index / str(versions.current(tiny.index))
        file = folder / name
        whole = file.read_bytes()
        at = chance.randrange(len(whole))
        file.write_bytes(
            chance.choice(
                [
                    b"",
                    b"\0" * len(whole),
                    whole[: len(whole) // 2],
                    whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :],
                ]
            )
        )
        assert sorted(open_index(tiny, quiet=True).manifest.files) == ["park.txt", "pool.txt"], name
    assert len(builds(tiny)) == 1


def test_two_builders_at_once_leave_one_whole_index(tiny: Settings, tmp_path: Path) -> None:
    open_index(tiny, quiet=True)
    added = [notice(tmp_path, f"{number}.txt", f"第{number}号线路") for number in range(4)]
    failed: list[BaseException] = []

    def add(file: Path) -> None:
        try:
            change_collection(tiny, Change(add={file.name: file}), quiet=True)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=add, args=(file,)) for file in added]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    assert sorted(open_index(tiny, quiet=True).manifest.files) == [
        *(f.name for f in added),
        "park.txt",
        "pool.txt",
    ]
    versions.try_clean(tiny.index)
    assert len(builds(tiny)) == 1


def test_what_is_put_in_while_another_builds_is_in_and_breaks_neither(
    tiny: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_index(tiny, quiet=True)
    bus = notice(tmp_path, "bus.txt", "公交车免费")
    failed: list[BaseException] = []

    def add() -> None:
        try:
            change_collection(tiny, Change(add={"bus.txt": bus}), quiet=True)
        except BaseException as error:
            failed.append(error)

    adding = threading.Thread(target=add)
    read_one = index_module._read_one

    def slowly(file: Path, settings: Settings) -> tuple[Records, str]:
        if adding.ident is None:  # in the middle of the build, one comes by hand and one by the command
            notice(tiny.bulletins, "tram.txt", "电车免费")
            adding.start()
        return read_one(file, settings)

    monkeypatch.setattr(index_module, "_read_one", slowly)
    rebuilt = open_index(tiny, rebuild=True, quiet=True)
    assert sorted(rebuilt.manifest.files) == ["park.txt", "pool.txt"]
    adding.join()
    assert failed == []
    index = open_index(tiny, quiet=True)
    assert sorted(index.manifest.files) == ["bus.txt", "park.txt", "pool.txt", "tram.txt"]
    assert {one.source for one in index.documents.values()} == set(index.manifest.files)
    assert "9月1日" in Engine(index, tiny).ask("公交车什么时候免费？").answer


# --- changes ---


def test_several_bulletins_go_in_and_out_in_one_step(tiny: Settings, tmp_path: Path) -> None:
    open_index(tiny, quiet=True)
    added = {f"{name}.txt": notice(tmp_path, f"{name}.txt", f"{name}线") for name in "ab"}
    change_collection(tiny, Change(add=added, remove=["pool.txt"]), quiet=True)
    assert sorted(open_index(tiny, quiet=True).manifest.files) == ["a.txt", "b.txt", "park.txt"]
    assert (tiny.data / "removed" / "pool.txt").read_text(encoding="utf-8") == POOL
    assert not (tiny.data / ".change").exists()


@pytest.mark.parametrize("step", ["sync_tree", "move", "write"])
def test_where_there_is_no_room_nothing_is_changed(
    tiny: Settings, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = open_index(tiny, quiet=True).version

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable, step, full)
    with pytest.raises(BulletinError, match="No space left on device"):
        change_collection(tiny, Change(add={"bus.txt": notice(tmp_path, "bus.txt", "公交")}), quiet=True)
    monkeypatch.undo()
    assert sorted(path.name for path in tiny.bulletins.iterdir()) == ["park.txt", "pool.txt"]
    assert open_index(tiny, quiet=True).version == before
    assert builds(tiny) == {before}


@pytest.mark.parametrize("moved", range(4))
def test_a_change_that_was_interrupted_is_finished_by_the_next_who_comes(
    tiny: Settings,
    tmp_path: Path,
    moved: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Stopped after so many of its files were moved."""
    open_index(tiny, quiet=True)
    added = {f"{name}.txt": notice(tmp_path, f"{name}.txt", f"{name}线") for name in ("a", "park")}
    calls = 0
    real = durable.move

    def stopped(source: Path, target: Path) -> None:
        nonlocal calls
        if tiny.index not in target.parents:
            calls += 1
            if calls > moved:
                raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr(durable, "move", stopped)
    with pytest.raises(KeyboardInterrupt):
        change_collection(tiny, Change(add=added, remove=["pool.txt"]), quiet=True)
    monkeypatch.undo()
    index = open_index(tiny, quiet=True)
    assert sorted(index.manifest.files) == ["a.txt", "park.txt"]
    assert index.source_text("park.txt") == added["park.txt"].read_text(encoding="utf-8")
    assert {file.name: file.read_text(encoding="utf-8") for file in (tiny.data / "removed").iterdir()} == {
        "park.txt": PARK,
        "pool.txt": POOL,
    }
    assert "interrupted is finished" in caplog.text
    assert not collection.is_pending(tiny)


def test_every_copy_of_what_is_taken_out_or_replaced_is_kept(tiny: Settings, tmp_path: Path) -> None:
    for about in ("一号", "二号", "三号"):
        change_collection(tiny, Change(add={"x.txt": notice(tmp_path, "x.txt", about)}), quiet=True)
    change_collection(tiny, Change(remove=["x.txt"]), quiet=True)
    kept = sorted(path.name for path in (tiny.data / "removed").iterdir())
    assert kept == ["x.txt", "x~2.txt", "x~3.txt"]
    said = [(tiny.data / "removed" / name).read_text(encoding="utf-8")[2:4] for name in kept]
    assert said == ["一号", "二号", "三号"]


def test_a_bulletin_that_cannot_be_read_goes_not_in_and_neither_do_those_with_it(
    tiny: Settings, tmp_path: Path
) -> None:
    before = open_index(tiny, quiet=True).version
    (tmp_path / "bad.txt").write_bytes(b"\0\0")
    added = {"good.txt": notice(tmp_path, "good.txt", "好的"), "bad.txt": tmp_path / "bad.txt"}
    with pytest.raises(BulletinError, match=r"bad\.txt.*Nothing was changed"):
        change_collection(tiny, Change(add=added), quiet=True)
    assert open_index(tiny, quiet=True).version == before
    assert not (tiny.data / ".change").exists()


def test_the_last_bulletin_stays(tiny: Settings) -> None:
    open_index(tiny, quiet=True)
    with pytest.raises(BulletinError, match="no bulletin at all"):
        change_collection(tiny, Change(remove=["park.txt", "pool.txt"]), quiet=True)
    assert sorted(open_index(tiny, quiet=True).manifest.files) == ["park.txt", "pool.txt"]


@pytest.mark.parametrize(
    "name",
    [
        "a/b.txt",
        "..",
        ".x.txt",
        "-x.txt",
        "x\n.txt",
        "长" * 80 + ".txt",
        b"\xff.txt".decode("utf-8", "surrogateescape"),
    ],
)
def test_a_name_that_some_file_system_cannot_have_is_refused(name: str) -> None:
    with pytest.raises(BulletinError, match="can't be named"):
        collection.check_name(name)


def test_a_bulletin_put_in_by_hand_under_a_bad_name_stops_nothing(
    tiny: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    (tiny.bulletins / os.fsdecode(b"\xff\xfe.txt")).write_text(PARK, encoding="utf-8")
    assert sorted(open_index(tiny, quiet=True).manifest.files) == ["park.txt", "pool.txt"]
    assert "can't be named" in caplog.text


def test_a_folder_that_cannot_be_written_serves_what_it_holds(
    tiny: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    version = open_index(tiny, quiet=True).version
    notice(tiny.bulletins, "new.txt", "新的")

    def read_only(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(versions, "FileLock", read_only)
    assert open_index(tiny, quiet=True).version == version
    assert "Read-only file system" in caplog.text
