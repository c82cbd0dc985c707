"""A store in Milvus behind a service, and copies from one place to another; Milvus Lite stands in for a server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.answer import Engine
from rag.errors import BulletinError
from rag.index import change_collection, open_index
from rag.indexing import houses
from rag.indexing.houses import Files, copy, digest_of, house_of
from rag.indexing.milvus import Address, MilvusWriter
from rag.publishing.collection import Change
from rag.settings import Settings
from tests.conftest import notice

OPENS = "人民公园什么时候免费开放？"


@pytest.fixture
def kept(tiny: Settings, tmp_path: Path) -> Settings:
    """The two notices, kept in Milvus; nothing reads them ahead."""
    return replace(tiny, reader="none", store=f"milvus+file://{tmp_path}/kept.db/notices")


@pytest.mark.parametrize(
    "given",
    ["milvus+http://127.0.0.1:19530", "http://127.0.0.1:19530/a", "milvus+http://127.0.0.1:19530/no-name"],
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(BulletinError, match="NAME"):
        Address.of(given)


def test_answers_from_milvus_are_those_from_files(kept: Settings, tmp_path: Path) -> None:
    files = replace(kept, store="", index=tmp_path / "files")
    answers = [Engine(open_index(one, quiet=True), one).ask(OPENS) for one in (kept, files)]
    assert answers[0].answer == answers[1].answer
    assert answers[0].citations == answers[1].citations
    assert "2026年7月1日" in answers[0].answer


def test_bulletins_come_and_go_in_milvus(kept: Settings, tmp_path: Path) -> None:
    before = open_index(kept, quiet=True)
    added = notice(tmp_path, "bus.txt", "第九号公交线路")
    index = change_collection(kept, Change(add={added.name: added}), quiet=True)
    assert set(index.manifest.files) == {"bus.txt", "park.txt", "pool.txt"}
    assert "公交" in Engine(index, kept).ask("第九号公交线路什么时候实行？").answer
    assert len(before.store) == len(list(before.store.ids()))  # who reads it goes on
    index = change_collection(kept, Change(remove=["bus.txt"]), quiet=True)
    assert set(index.manifest.files) == {"park.txt", "pool.txt"}
    assert not index.knows("公交")


def test_what_was_given_up_is_taken_back(kept: Settings) -> None:
    store = open_index(kept, quiet=True).store
    address = Address.of(kept.store)
    writer = MilvusWriter(address, house_of(kept.store).open(), ["park.txt"])  # type: ignore[arg-type]
    writer.put(store.entry("pool.txt"))
    writer.abandon()
    again = house_of(kept.store).open()
    assert list(again.ids()) == list(store.ids())


def test_an_index_is_moved_by_saying_where_it_is_to_lie(kept: Settings) -> None:
    files = replace(kept, store="")
    passages = {one.id: one.chunk.text for one in open_index(files, quiet=True).passages}
    moved = open_index(kept, quiet=True)
    assert moved.manifest.store == kept.store
    assert {one.id: one.chunk.text for one in moved.passages} == passages


def test_a_copy_is_the_same_and_is_not_made_twice(kept: Settings, tmp_path: Path) -> None:
    files = replace(kept, store="")
    open_index(files, quiet=True)
    source, there, back = Files(files.index), house_of(kept.store), Files(tmp_path / "back")
    assert copy(source, there, quiet=True).new == 2
    assert copy(source, there, quiet=True).new == 0
    assert copy(there, back, quiet=True).new == 2
    for name in ("park.txt", "pool.txt"):
        assert digest_of(back.open().entry(name)) == digest_of(source.open().entry(name))


def test_a_bulletin_that_is_damaged_where_it_was_copied_to_is_copied_again(
    kept: Settings, tmp_path: Path
) -> None:
    files = replace(kept, store="")
    store = open_index(files, quiet=True).store
    source, target = Files(files.index), Files(tmp_path / "target")
    copy(source, target, quiet=True)
    manifest = target.manifest()
    assert manifest is not None
    writer = target.begin()
    writer.put(replace(store.entry("park.txt"), text="公园"))
    writer.finish(manifest)
    writer.publish()
    assert copy(source, target, quiet=True).new == 1
    assert target.open().text("park.txt") == store.text("park.txt")
    assert copy(source, target, quiet=True).new == 0


@pytest.mark.parametrize("folder", ["index", "empty"])
def test_a_service_that_is_told_of_a_copy_answers_from_it_and_reads_and_writes_nothing_anew(
    kept: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    files = replace(kept, store="")
    expected = Engine(open_index(files, quiet=True), files).ask(OPENS)
    copy(Files(files.index), house_of(kept.store), quiet=True)
    told = replace(kept, index=files.index if folder == "index" else tmp_path / "empty")
    monkeypatch.setattr("rag.index._build", lambda *_, **__: pytest.fail("built again"))
    index = open_index(told, quiet=True)
    assert index.manifest.store == kept.store
    answer = Engine(index, told).ask(OPENS)
    assert (answer.answer, answer.citations) == (expected.answer, expected.citations)


def test_what_others_kept_in_milvus_under_the_name_is_written_over_not_taken_up(
    kept: Settings, tmp_path: Path
) -> None:
    files = replace(kept, store="")
    open_index(files, quiet=True)
    copy(Files(files.index), house_of(kept.store), quiet=True)
    client = Address.of(kept.store).open()
    for kind in ("passages", "questions", "kept"):
        client.release_collection(f"notices_{kind}")  # as they are when Milvus Lite begins
    (kept.bulletins / "park.txt").unlink()
    index = open_index(replace(kept, index=files.index), quiet=True)
    assert set(index.manifest.files) == {"pool.txt"}
    assert {one.source for one in index.documents.values()} == {"pool.txt"}


def test_a_copy_that_was_stopped_goes_on_where_it_was(
    kept: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = replace(kept, store="")
    store = open_index(files, quiet=True).store
    monkeypatch.setattr(houses, "_TOGETHER", 1)  # each bulletin is put in use by itself
    source, target = Files(files.index), Files(tmp_path / "target")
    taken: list[str] = []
    entry = type(store).entry

    def stopped(self: object, name: str) -> object:
        if taken:
            raise KeyboardInterrupt
        taken.append(name)
        return entry(store, name)

    with monkeypatch.context() as patched:
        patched.setattr(type(store), "entry", stopped)
        with pytest.raises(KeyboardInterrupt):
            copy(source, target, quiet=True)
    assert target.open().names() == {"park.txt"}
    assert copy(source, target, quiet=True).new == 1
    assert target.open().names() == {"park.txt", "pool.txt"}
