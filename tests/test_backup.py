"""A backup holds everything that can't be made anew, and comes back as it was, or not at all."""

from __future__ import annotations

import tarfile
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from rag.answer import Engine
from rag.errors import BulletinError
from rag.index import change_collection, open_index
from rag.publishing.collection import Change
from rag.settings import Settings
from store import backup as backup_module
from store.audit import entries, note
from store.backup import back_up, models_differ, read_backup, restore
from store.cli import add_commands
from store.database import Store, open_store
from store.questions import Ground, find, keep, vote
from store.review import decide, open_file, standing
from store.staff import add_staff, sign_in, signed
from tests.conftest import notice

QUESTION = "人民公园什么时候免费开放？"
PASSWORD = "correct horse battery"


@pytest.fixture
def filled(tiny: Settings, store: Store, tmp_path: Path) -> str:
    """The id of a question with a vote and a verdict, in a collection of which one bulletin was taken out."""
    change_collection(tiny, Change(add={"bus.txt": notice(tmp_path, "bus.txt", "公交车免费")}), quiet=True)
    index = change_collection(tiny, Change(remove=["bus.txt"]), quiet=True)
    asked_id = keep(store, Ground(index), Engine(index, tiny).ask(QUESTION))
    vote(store, asked_id, helpful=True, reason="谢谢\n“好”")
    decide(store, asked_id, staff="李", ruling="right", seen=0)
    add_staff(store, "李", PASSWORD)
    return asked_id


def elsewhere(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "new" / "data", index=tmp_path / "new" / "index")


def test_what_was_backed_up_comes_back_on_another_machine(
    tiny: Settings, store: Store, filled: str, tmp_path: Path
) -> None:
    token = sign_in(store, "李", PASSWORD)
    made = back_up(tiny, store, tmp_path / "b.tar.gz", quiet=True)
    assert made.rows["asked"] == made.rows["votes"] == made.rows["verdicts"] == 1
    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o077 == 0
    new = elsewhere(tmp_path)
    other = open_store(f"sqlite:///{tmp_path}/new/store/bulletin.db")
    restore(new, other, tmp_path / "b.tar.gz", quiet=True)
    index = open_index(new, quiet=True)
    assert sorted(index.manifest.files) == ["park.txt", "pool.txt"]
    assert (new.data / "removed" / "bus.txt").is_file()
    before, after = open_file(store, filled), open_file(other, filled)
    assert before
    assert after
    assert after.asked.asked_at == before.asked.asked_at
    assert (after.asked.answer, after.votes[0].reason) == (before.asked.answer, before.votes[0].reason)
    assert standing(other, Ground(index), after.asked.key)  # the verdict still holds
    assert sign_in(other, "李", PASSWORD)
    assert signed(store, token)
    assert signed(other, token) is None  # no session comes back
    note(other, "李", "published", "x")  # new lines are numbered after the old ones
    assert len(entries(other)) == made.rows["audit"] + 1
    other.close()


def test_what_is_there_stands_against_it_or_is_put_aside(
    tiny: Settings, store: Store, filled: str, tmp_path: Path
) -> None:
    back_up(tiny, store, tmp_path / "b.tar.gz", quiet=True)
    notice(tiny.bulletins, "later.txt", "后来的事")
    later = keep(
        store,
        Ground(open_index(tiny, quiet=True)),
        Engine(open_index(tiny, quiet=True), tiny).ask("游泳馆？"),
    )
    with pytest.raises(BulletinError, match="--replace"):
        restore(tiny, store, tmp_path / "b.tar.gz", quiet=True)
    assert find(store, later)
    restore(tiny, store, tmp_path / "b.tar.gz", replace=True, quiet=True)
    assert sorted(path.name for path in tiny.bulletins.iterdir()) == ["park.txt", "pool.txt"]
    assert find(store, filled)
    assert find(store, later) is None
    (aside,) = (tiny.data / ".restore").glob("before-*")
    assert (aside / "bulletins" / "later.txt").is_file()
    kept = read_backup(aside / "backup.tar.gz", quiet=True)
    assert kept.rows["asked"] == 2


@pytest.mark.parametrize("how", ["cut", "changed", "no record", "a newer one", "no tar", "escapes"])
def test_a_damaged_backup_changes_nothing(
    tiny: Settings, store: Store, filled: str, tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "b.tar.gz"
    if how == "a newer one":
        monkeypatch.setattr(backup_module, "FORM", 2)
    back_up(tiny, store, file, quiet=True)
    monkeypatch.undo()
    content = file.read_bytes()
    if how == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif how == "no tar":
        file.write_bytes(b"hello")
    elif how != "a newer one":
        _rewritten(file, how)
    with pytest.raises(BulletinError):
        restore(tiny, store, file, replace=True, quiet=True)
    assert find(store, filled)
    assert sorted(path.name for path in tiny.bulletins.iterdir()) == ["park.txt", "pool.txt"]
    assert not (tmp_path / "escaped").exists()


def _rewritten(file: Path, how: str) -> None:
    """The archive with something wrong in it."""
    with tarfile.open(file) as old:
        members = [(one, old.extractfile(one)) for one in old.getmembers()]
        read = [(one, content.read()) for one, content in members if content]
    with tarfile.open(file, "w:gz") as new:
        for member, content in read:
            if how == "no record" and member.name == "backup.json":
                continue
            if how == "changed" and member.name.endswith("park.txt"):
                content = content.replace(b"7", b"8", 1)
            if how == "escapes" and member.name.endswith("park.txt"):
                member.name = "../../escaped"
            from io import BytesIO

            member.size = len(content)
            new.addfile(member, BytesIO(content))


def test_a_backup_is_of_one_moment_while_people_ask(
    tiny: Settings, store: Store, filled: str, tmp_path: Path
) -> None:
    index = open_index(tiny, quiet=True)
    answer, ground = Engine(index, tiny).ask(QUESTION), Ground(index)
    over = threading.Event()

    def go_on() -> None:
        while not over.is_set():
            vote(store, keep(store, ground, answer), helpful=True)

    asker = threading.Thread(target=go_on)
    asker.start()
    made = [back_up(tiny, store, tmp_path / f"{number}.tar.gz", quiet=True) for number in range(3)]
    over.set()
    asker.join()
    other = open_store(f"sqlite:///{tmp_path}/new/store/bulletin.db")
    restore(
        elsewhere(tmp_path), other, tmp_path / "2.tar.gz", quiet=True
    )  # a vote without its question would not go in
    assert made[0].rows["asked"] <= made[2].rows["asked"]
    other.close()


def test_another_encoder_is_named(tiny: Settings, store: Store, filled: str, tmp_path: Path) -> None:
    made = back_up(tiny, store, tmp_path / "b.tar.gz", quiet=True)
    assert models_differ(made, tiny) == []
    assert models_differ(made, replace(tiny, encoder="another")) == [
        f"BULLETIN_ENCODER was {tiny.encoder}, now another"
    ]


def test_a_backup_goes_from_sqlite_to_postgresql_and_back(
    tiny: Settings, store: Store, filled: str, tmp_path: Path, postgres: str
) -> None:
    back_up(tiny, store, tmp_path / "b.tar.gz", quiet=True)
    server = open_store(postgres)
    with server.engine.begin() as connection:
        connection.exec_driver_sql(
            "TRUNCATE asked, votes, verdicts, staff, sessions, phrasings, audit CASCADE"
        )
    restore(elsewhere(tmp_path), server, tmp_path / "b.tar.gz", quiet=True)
    file = open_file(server, filled)
    assert file
    assert file.votes[0].helpful
    assert file.history[0].ruling == "right"
    note(server, "李", "published", "x")
    made = back_up(elsewhere(tmp_path), server, tmp_path / "c.tar.gz", quiet=True)
    restore(tiny, store, tmp_path / "c.tar.gz", replace=True, quiet=True)
    assert find(store, filled)
    assert len(entries(store)) == made.rows["audit"]
    server.close()


def test_both_are_commands(
    tiny: Settings, store: Store, filled: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from rag.cli import main

    common = ["--data", str(tiny.data), "--index-dir", str(tiny.index), "--database", str(store.engine.url)]
    file = str(tmp_path / "b.tar.gz")
    assert main(["backup", file, *common], add_commands) == 0
    assert main(["backup", file, *common], add_commands) == 1  # it is there already
    assert main(["restore", file, *common], add_commands) == 1
    assert main(["restore", file, "--replace", *common], add_commands) == 0
    said = capsys.readouterr()
    assert "read back" in said.out
    assert "2 bulletins" in said.out
    assert "--replace" in said.err
