"""What is kept, on SQLite and on a real PostgreSQL: the same behaviour, and two people never overwrite each other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text, update

from eval.questions import load_facts, load_unanswerable, places
from rag.answer import Engine
from rag.cli import main
from rag.contract import Answer, Notice, WordedAnswer, WordedNotice
from rag.errors import BulletinError
from rag.wording import worded
from store.cli import add_commands
from store.database import Store, open_store
from store.export import export
from store.models import Asked, Base, SignIn
from store.questions import ChosenPlace, Ground, forget, keep, kept_answer, question_key, vote
from store.review import ConflictError, decide, open_file, queue, standing
from store.staff import SESSION, add_staff, remove_staff, set_password, sign_in, sign_out, signed, staff_roles
from tests.conftest import SIREN

PASSWORD = "correct horse battery"


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store in each kind of database."""
    if request.param == "sqlite":
        opened = open_store(f"sqlite:///{tmp_path}/deep/bulletin.db")
    else:
        opened = open_store(request.getfixturevalue("postgres"))
        with opened.session() as session:
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(table.delete())
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def ground(engine: Engine) -> Ground:
    return Ground(engine.index)


@pytest.fixture(scope="session")
def siren(engine: Engine) -> Answer:
    return engine.ask(SIREN)


def test_the_migrations_make_the_tables_of_the_models(kept: Store) -> None:
    with kept.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_what_is_kept_comes_back(kept: Store, ground: Ground, siren: Answer) -> None:
    began = datetime.now(UTC)
    asked_id = keep(kept, ground, siren)
    file = open_file(kept, asked_id)
    assert file is not None
    given = kept_answer(file.asked)
    said = worded(siren)
    assert (given.answer, given.citations, given.notices) == (said.answer, said.citations, said.notices)
    assert began <= file.asked.asked_at <= datetime.now(UTC)
    assert file.asked.fingerprint == ground.fingerprint


def test_nothing_of_a_resident_is_kept_beyond_question_answer_and_vote() -> None:
    columns = {name: set(table.columns.keys()) for name, table in Base.metadata.tables.items()}
    assert columns["asked"] == {
        *("id", "key", "subject", "sources", "fingerprint", "question", "answer"),
        *("language", "abstained", "confidence", "asked_at"),
        *("context", "before", "district", "topic", "seconds"),
    }
    assert columns["votes"] == {"asked_id", "helpful", "reason", "voted_at"}


def test_an_answer_told_on_the_strength_of_a_verdict_comes_back(
    kept: Store, ground: Ground, siren: Answer
) -> None:
    told = replace(siren, notices=(Notice("verified", {"on": date(2026, 5, 1)}), *siren.notices))
    file = open_file(kept, keep(kept, ground, told))
    assert file is not None
    (verified, *others) = kept_answer(file.asked).notices
    assert verified == WordedNotice("verified", "工作人员已于2026年5月1日核对过这个回答，来源此后没有变化。")
    assert others == list(worded(siren).notices)


def test_a_second_vote_takes_the_place_of_the_first(kept: Store, ground: Ground, siren: Answer) -> None:
    asked_id = keep(kept, ground, siren)
    assert vote(kept, asked_id, helpful=True)
    assert vote(kept, asked_id, helpful=False, reason="没说\x00地点")
    file = open_file(kept, asked_id)
    assert file is not None
    assert [(one.helpful, one.reason) for one in file.votes] == [(False, "没说 地点")]
    assert not vote(kept, "0" * 32, helpful=True)


def test_old_questions_can_be_forgotten_and_verdicts_stay(kept: Store, ground: Ground, siren: Answer) -> None:
    plain = keep(kept, ground, siren)
    vote(kept, plain, helpful=True)
    decided = keep(kept, ground, replace(siren, question="核对过的？"))
    decide(kept, decided, staff="李", ruling="right", seen=0)
    assert forget(kept, datetime.now(UTC) - timedelta(days=1)) == 0
    assert forget(kept, datetime.now(UTC)) == 1
    assert (open_file(kept, plain), open_file(kept, decided) is not None) == (None, True)


def test_the_queue_begins_with_the_worst(kept: Store, ground: Ground, siren: Answer) -> None:
    def asked(question: str, **values: object) -> str:
        return keep(kept, ground, replace(siren, question=question, **values))  # type: ignore[arg-type]

    asked("好", confidence=0.95)
    asked("拒", confidence=0.1, abstained=True, citations=(), answer="没有")
    asked("弱", confidence=0.5)
    vote(kept, asked("差", confidence=0.99), helpful=False)
    vote(kept, asked("更差", confidence=0.99), helpful=False)
    vote(kept, asked("更差", confidence=0.99), helpful=False)
    found = queue(kept)
    assert [case.question for case in found.cases] == ["更差", "差", "弱", "拒", "好"]
    assert [case.reason for case in found.cases] == [
        *("voted_down", "voted_down", "low_confidence", "refused", "other")
    ]
    assert (found.cases[0].times, found.cases[0].unhelpful, found.total) == (2, 2, 5)
    assert [case.question for case in queue(kept, page=2, size=2).cases] == ["弱", "拒"]


def test_what_was_decided_leaves_the_queue(kept: Store, ground: Ground, siren: Answer) -> None:
    asked_id = keep(kept, ground, siren)
    decide(kept, asked_id, staff="李", ruling="right", seen=0)
    keep(kept, ground, siren)  # asked once more: the same question with the same answer
    assert queue(kept).total == 0
    assert [case.verdict.staff for case in queue(kept, "decided").cases if case.verdict] == ["李"]


def test_of_two_who_decide_at_once_one_is_told_what_the_other_wrote(
    kept: Store, ground: Ground, siren: Answer
) -> None:
    asked_id = keep(kept, ground, siren)
    ready = threading.Barrier(2)
    told: list[str] = []

    def rule(name: str) -> None:
        ready.wait()
        try:
            decide(kept, asked_id, staff=name, ruling="wrong", seen=0, note=f"由{name}")
        except ConflictError as conflict:
            told.append(conflict.latest.note if conflict.latest else "")

    both = [threading.Thread(target=rule, args=(name,)) for name in ("李", "王")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    file = open_file(kept, asked_id)
    assert file is not None
    assert [one.note for one in file.history] == told
    for unseen in (0, 7, 3_000_000_000):  # stale, made up, more than a column holds
        with pytest.raises(ConflictError):
            decide(kept, asked_id, staff="李", ruling="right", seen=unseen)
    decide(kept, asked_id, staff="王", ruling="right", seen=1)
    file = open_file(kept, asked_id)
    assert file is not None
    assert [(one.version, one.ruling) for one in file.history] == [(2, "right"), (1, "wrong")]


def test_a_verdict_stands_while_its_sources_stay_the_same(kept: Store, ground: Ground, siren: Answer) -> None:
    asked_id = keep(kept, ground, siren)
    decide(kept, asked_id, staff="李", ruling="right", seen=0)
    key = question_key("防空警报 什么时候试鸣")
    assert [one.verdict.ruling for one in standing(kept, ground, key)] == ["right"]
    with kept.session() as session:  # as if the bulletin had said something else then
        session.execute(update(Asked).values(sources="another text"))
    assert standing(kept, ground, key) == []


def test_a_verdict_whose_corrected_place_moved_no_longer_stands(
    kept: Store, ground: Ground, siren: Answer
) -> None:
    cited = siren.citations[0]
    place = ChosenPlace(cited.source, cited.document.id, cited.spans, cited.quote)
    asked_id = keep(kept, ground, siren)
    decide(kept, asked_id, staff="李", ruling="right", seen=0, place=place)
    assert len(standing(kept, ground, question_key(SIREN))) == 1
    decide(kept, asked_id, staff="李", ruling="right", seen=1, place=replace(place, quote="别的"))
    assert standing(kept, ground, question_key(SIREN)) == []


def test_staff_sign_in_until_the_session_is_over(kept: Store) -> None:
    add_staff(kept, "李", PASSWORD)
    assert sign_in(kept, "李", "wrong password") is None
    assert sign_in(kept, "王", PASSWORD) is None
    token = sign_in(kept, "李", PASSWORD)
    who = signed(kept, token)
    assert who is not None
    assert who.name == "李"
    with kept.session() as session:
        session.execute(update(SignIn).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert signed(kept, token) is None


def test_signing_out_a_new_password_and_removal_end_sessions(kept: Store) -> None:
    add_staff(kept, "李", PASSWORD)
    first, second = sign_in(kept, "李", PASSWORD), sign_in(kept, "李", PASSWORD)
    assert first is not None
    sign_out(kept, first)
    assert (signed(kept, first), signed(kept, second) is not None) == (None, True)
    set_password(kept, "李", PASSWORD + "!")
    assert signed(kept, second) is None
    third = sign_in(kept, "李", PASSWORD + "!")
    remove_staff(kept, "李")
    assert (signed(kept, third), staff_roles(kept)) == (None, {})


def test_neither_passwords_nor_session_tokens_can_be_read_in_the_database(kept: Store) -> None:
    add_staff(kept, "李", PASSWORD)
    token = sign_in(kept, "李", PASSWORD)
    with kept.engine.connect() as connection:
        rows = [
            *connection.execute(text("SELECT * FROM staff")).all(),
            *connection.execute(text("SELECT * FROM sessions")).all(),
        ]
    assert rows
    assert not any(secret in str(rows) for secret in (PASSWORD, str(token)))


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [("李", "short", "12 to 200"), ("", PASSWORD, "no name"), ("李" * 81, PASSWORD, "no name")],
)
def test_an_account_needs_a_name_and_a_password(store: Store, name: str, password: str, said: str) -> None:
    with pytest.raises(BulletinError, match=said):
        add_staff(store, name, password)
    assert staff_roles(store) == {}


def test_an_account_is_made_once(store: Store) -> None:
    add_staff(store, "李", PASSWORD)
    with pytest.raises(BulletinError, match="already"):
        add_staff(store, "李", PASSWORD)
    assert timedelta(hours=12) >= SESSION


def test_a_right_answer_becomes_a_fact_that_the_evaluation_reads(
    kept: Store, ground: Ground, siren: Answer, engine: Engine, tmp_path: Path
) -> None:
    decide(kept, keep(kept, ground, siren), staff="李", ruling="right", seen=0, note="对")
    refusal = replace(siren, question="河东区的路灯归谁管？", answer="没有", abstained=True, citations=())
    decide(kept, keep(kept, ground, refusal), staff="李", ruling="right", seen=0)
    wrong = replace(siren, question="错了的？")
    decide(kept, keep(kept, ground, wrong), staff="李", ruling="wrong", seen=0)
    exported = export(kept)
    (tmp_path / "desk.facts.jsonl").write_text(exported.facts_jsonl(), encoding="utf-8")
    (tmp_path / "desk.unanswerable.jsonl").write_text(exported.unanswerable_jsonl(), encoding="utf-8")
    (fact,) = load_facts(folder=tmp_path)
    assert (fact.q_zh, fact.file) == (SIREN, "linyi-city-2025.txt")
    assert all(places(one, engine.index.source_text(fact.file)) for one in fact.evidence)
    assert any("18" in figure for group in fact.must for figure in group)
    (refused,) = load_unanswerable(folder=tmp_path)
    assert refused.q_zh == "河东区的路灯归谁管？"
    assert exported.left_out == 1


def test_a_wrong_answer_with_the_right_place_becomes_a_fact_too(
    store: Store, ground: Ground, siren: Answer
) -> None:
    cited = siren.citations[0]
    place = ChosenPlace(cited.source, cited.document.id, cited.spans, cited.quote)
    decide(store, keep(store, ground, siren), staff="李", ruling="wrong", seen=0, place=place)
    (fact,) = export(store).facts
    assert fact.evidence == [cited.quote]


def test_accounts_are_made_and_verdicts_exported_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", _typed(f"{PASSWORD}\n"))
    options = ["staff", "--database", f"sqlite:///{tmp_path}/bulletin.db"]
    assert main([*options, "add", "李"], add_commands) == 0
    assert main([*options, "list"], add_commands) == 0
    assert "李 (editor)" in capsys.readouterr().out.splitlines()
    assert main([*options, "export", str(tmp_path)], add_commands) == 0
    assert (tmp_path / "desk.facts.jsonl").read_text() == ""
    assert main([*options, "forget", "30"], add_commands) == 0
    assert main([*options, "forget", "-1"], add_commands) == 1
    assert main([*options, "remove", "王"], add_commands) == 1
    assert "no account 王" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://u@h/d", "expected sqlite or postgresql"),
        ("not a url", "no database URL"),
        ("sqlite://", "needs a file"),
        ("postgresql://u:secret@127.0.0.1:1/d", "can't be used"),
    ],
)
def test_a_database_that_can_not_be_used_is_told_in_one_line(url: str, said: str) -> None:
    with pytest.raises(BulletinError) as told:
        open_store(url)
    assert said in str(told.value)
    assert "secret" not in str(told.value)
    assert "\n" not in str(told.value)


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/bulletin.db"
    opened = open_store(url)
    with opened.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    opened.close()
    with pytest.raises(BulletinError, match="newer version"):
        open_store(url)


def test_sqlite_lets_people_read_while_somebody_writes(store: Store) -> None:
    with store.engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_answers_of_an_older_version_can_still_be_read(siren: Answer) -> None:
    kept = msgspec.json.decode(worded(siren).json())
    kept["added_later"] = 1
    del kept["notices"]
    assert msgspec.json.decode(msgspec.json.encode(kept), type=WordedAnswer).answer == siren.answer


class _typed:  # noqa: N801  (stands in for a stream)
    """A standard input that is no terminal."""

    def __init__(self, line: str) -> None:
        self._line = line

    def isatty(self) -> bool:
        return False

    def readline(self) -> str:
        return self._line
