"""Files changed in one step, and a folder of bulletins that changes whole or not at all."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.errors import BulletinError
from rag.publishing import collection, durable
from rag.publishing.collection import Change, check_name
from rag.settings import Settings


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if not file.name.startswith("."))


def test_a_file_is_the_old_one_or_the_new(tmp_path: Path) -> None:
    file = tmp_path / "a"
    durable.write(file, b"old")
    durable.write(file, b"new")
    assert file.read_bytes() == b"new"
    assert names(tmp_path) == ["a"]


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a"
    durable.write(file, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        durable.write(file, b"new")
    assert (file.read_bytes(), names(tmp_path)) == (b"old", ["a"])


def test_a_copy_that_can_not_be_read_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(OSError, match="gone"):
        durable.copy(tmp_path / "gone", tmp_path / "a")
    assert ((tmp_path / "a").read_bytes(), names(tmp_path)) == (b"old", ["a"])


def test_a_file_is_moved_between_folders(tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    (tmp_path / "a").write_bytes(b"x")
    durable.move(tmp_path / "a", tmp_path / "to" / "b")
    assert names(tmp_path) == ["to"]
    assert (tmp_path / "to" / "b").read_bytes() == b"x"


@pytest.mark.parametrize("name", ["a.txt", "关于停水的通知.txt", "a b.txt"])
def test_a_name_that_any_system_can_have(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", [".a.txt", "-a.txt", "a/b.txt", "a\\b.txt", "a\nb.txt", "字" * 67])
def test_a_name_that_some_can_not(name: str) -> None:
    with pytest.raises(BulletinError, match="can't be named"):
        check_name(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(data=tmp_path / "data", index=tmp_path / "index")
    made.bulletins.mkdir(parents=True)
    (made.bulletins / "park.txt").write_text("公园", encoding="utf-8")
    return made


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def made(text: str) -> Path:
        path = tmp_path / "given.txt"
        path.write_text(text, encoding="utf-8")
        return path

    return made


def test_what_is_staged_is_not_in_the_collection_yet(settings: Settings, file: Callable[[str], Path]) -> None:
    with collection.changing(settings):
        files = collection.stage(settings, Change(add={"pool.txt": file("游泳馆")}))
        assert sorted(files) == ["park.txt", "pool.txt"]
        assert names(settings.bulletins) == ["park.txt"]
    assert not collection.is_pending(settings)
    assert not (settings.data / ".change").exists()


def test_a_change_that_happened_is_carried_out_by_whoever_comes_next(
    settings: Settings, file: Callable[[str], Path]
) -> None:
    change = Change(add={"pool.txt": file("游泳馆")}, remove=["park.txt"])
    with collection.changing(settings):
        collection.stage(settings, change)
        collection.commit(settings, change, "build-1")  # and then the machine stops
    assert collection.is_pending(settings)
    with collection.changing(settings) as plan:
        assert plan is not None
        assert plan.version == "build-1"
        collection.done(settings)
    assert names(settings.bulletins) == ["pool.txt"]
    assert names(settings.data / "removed") == ["park.txt"]


def test_carried_out_twice_it_is_the_same(settings: Settings, file: Callable[[str], Path]) -> None:
    change = Change(add={"park.txt": file("新的公园")})
    with collection.changing(settings):
        collection.stage(settings, change)
        collection.commit(settings, change, "build-1")
    collection.carry_out(settings)
    collection.carry_out(settings)
    assert (settings.bulletins / "park.txt").read_text(encoding="utf-8") == "新的公园"
    assert (settings.data / "removed" / "park.txt").read_text(encoding="utf-8") == "公园"


def test_a_plan_that_can_not_be_read_is_told_with_what_to_do(settings: Settings) -> None:
    (settings.data / ".change").mkdir()
    (settings.data / ".change" / "plan.json").write_text("{", encoding="utf-8")
    with pytest.raises(BulletinError, match=r"plan\.json can't be read"), collection.changing(settings):
        pass
