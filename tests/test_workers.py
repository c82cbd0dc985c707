"""The processes that answer, as the service sees them: who is asked, who is replaced, who moves on, and when.

No process is started here: each is stood in for by what it would say. What real ones do is in `test_editions`.
"""

from __future__ import annotations

import subprocess
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.errors import BulletinError
from rag.settings import Settings
from tests.test_render import answer
from web import workers as module
from web.workers import Failed, Given, Job, LostError, Open, Opened, Workers, edition_of, version_of

ANSWER = answer()
GIVEN = Given(ANSWER, "v1")


class Pipe:
    """What a process says, said before it is asked."""

    def __init__(self) -> None:
        self.sent: list[object] = []
        self.says: deque[object] = deque()
        self.broken = False

    def send(self, message: object) -> None:
        if self.broken:
            raise BrokenPipeError
        self.sent.append(message)

    def poll(self) -> bool:
        return bool(self.says)

    def recv(self) -> object:
        if not self.says:
            raise EOFError
        return self.says.popleft()


class Process(module._Worker):
    """A process that nobody started."""

    started: list[Process]
    cannot_start = 0

    def __init__(self, settings: Settings, version: str) -> None:
        if Process.cannot_start:
            Process.cannot_start -= 1
            raise OSError("no memory")
        self.heard = Pipe()
        self.pipe = self.heard  # type: ignore[assignment]
        self.version = ""
        self.loads = version
        self.refused = ""
        self.alive = True
        self.worked = 0.0
        self.begin("loading", module._LONGEST_LOAD)
        Process.started.append(self)

    def used(self) -> float:
        return self.worked

    @property
    def pid(self) -> int:
        return 100 + Process.started.index(self)

    def is_alive(self) -> bool:
        return self.alive

    def end(self) -> None:
        self.alive = False


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(module, "time", made)
    return made


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> list[Process]:
    """The processes that were started, in order; nothing looks after them but the test."""
    Process.started, Process.cannot_start = [], 0
    monkeypatch.setattr(module, "_Worker", Process)
    monkeypatch.setattr(Workers, "_look_after", lambda _: None)
    return Process.started


def look(workers: Workers, times: int = 1) -> None:
    """What is done for the processes at each look."""
    for _ in range(times):
        for place in workers._places:
            workers._look_at(place)


def ready(workers: Workers, version: str = "v1") -> None:
    """Have every process started, and let each say that it is there."""
    look(workers)
    for place in workers._places:
        process = place.worker
        assert isinstance(process, Process)
        if not process.version:
            process.heard.says.append(Opened(version))
    look(workers)


@pytest.fixture
def two(started: list[Process]) -> Workers:
    workers = Workers(Settings(), "v1", 2, longest=10.0, ping=5.0)
    ready(workers)
    return workers


# --- names ---


def test_an_edition_names_its_version_and_the_words_beside_it(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    before = edition_of(settings, "build-1")
    assert version_of(before) == "build-1"
    assert edition_of(settings, "build-1") == before
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "lexicon" / "own.tsv").write_text("公园\t园子\tpark\n", encoding="utf-8")
    after = edition_of(settings, "build-1")
    assert (version_of(after), after == before) == ("build-1", False)
    (tmp_path / "notes.txt").write_text("of no interest", encoding="utf-8")
    assert edition_of(settings, "build-1") == after


@pytest.mark.parametrize("file", ["contacts.tsv", "examples.tsv", "lexicon/civic.tsv"])
def test_each_file_that_staff_write_makes_another_edition(tmp_path: Path, file: str) -> None:
    settings = Settings(data=tmp_path)
    before = edition_of(settings, "build-1")
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text("", encoding="utf-8")
    assert edition_of(settings, "build-1") != before


# --- how it stands ---


def test_without_processes_the_service_answers_itself(started: list[Process]) -> None:
    workers = Workers(Settings(), "v1", 0)
    assert (workers.state, workers.alive, workers.ask("问", ())) == ("none", 0, None)


def test_where_a_model_writes_there_are_no_processes(started: list[Process]) -> None:
    assert Workers(Settings(llm="http://127.0.0.1:1"), "v1", 4).state == "none"


@pytest.mark.parametrize(
    ("store", "count"), [("milvus+file:///srv/kept.db/a", 0), ("milvus+http://10.0.0.1:19530/a", 4)]
)
def test_where_one_process_alone_can_open_the_store_there_are_no_others(
    started: list[Process], store: str, count: int
) -> None:
    workers = Workers(Settings(store=store), "v1", 4)
    look(workers)
    assert len(workers.processes) == count


def test_processes_load_until_each_has_said_that_it_is_there(started: list[Process]) -> None:
    workers = Workers(Settings(), "v1", 2)
    look(workers)
    assert (workers.state, workers.alive, len(started)) == ("loading", 0, 2)
    assert workers.versions == {"v1"}  # what they are loading is not to be deleted
    started[0].heard.says.append(Opened("v1"))
    look(workers)
    assert (workers.state, workers.alive) == ("loading", 1)
    started[1].heard.says.append(Opened("v1"))
    look(workers)
    assert (workers.state, workers.alive, workers.processes) == ("ready", 2, [100, 101])


def test_who_waits_is_told_when_they_are_there_or_that_it_took_too_long(
    two: Workers, started: list[Process], clock: Clock
) -> None:
    assert two.wait(0.0)
    before = clock.now
    assert not two.wait(3.0, "degraded")
    assert clock.now - before == pytest.approx(3.0, abs=0.5)


# --- asking ---


def test_a_question_goes_to_a_process_with_all_that_belongs_to_it(
    two: Workers, started: list[Process]
) -> None:
    started[0].heard.says.append(GIVEN)
    assert two.ask("公园几点开？", ["公园在哪？"], "甲区") == GIVEN
    assert started[0].heard.sent == [Job("公园几点开？", ("公园在哪？",), "甲区")]
    assert started[0].doing == "nothing"  # and is free for the next


def test_what_went_wrong_with_a_question_comes_back_as_it_was_told(
    two: Workers, started: list[Process]
) -> None:
    started[0].heard.says.append(Failed("The question is empty.", ours=False))
    assert two.ask(" ", ()) == Failed("The question is empty.", ours=False)
    assert two.replaced == 0


def test_a_process_that_works_is_not_asked_another_question(two: Workers, started: list[Process]) -> None:
    started[0].begin("asked", 10.0)
    started[1].heard.says.append(GIVEN)
    assert two.ask("问", ()) == GIVEN
    assert started[0].heard.sent == []


def test_while_nobody_is_there_the_service_answers_itself(started: list[Process]) -> None:
    workers = Workers(Settings(), "v1", 1)
    look(workers)
    assert workers.ask("问", ()) is None


def test_whoever_answers_from_the_version_wanted_is_asked_first(two: Workers, started: list[Process]) -> None:
    two.move("v2")
    started[1].version = "v2"
    started[1].heard.says.append(Given(ANSWER, "v2"))
    assert two.ask("问", ()) == Given(ANSWER, "v2")


def test_a_question_whose_process_dies_is_answered_by_another(two: Workers, started: list[Process]) -> None:
    started[1].heard.says.append(GIVEN)  # the first says nothing: its pipe has ended
    assert two.ask("问", ()) == GIVEN
    assert (two.replaced, started[0].alive) == (1, False)


def test_a_question_that_two_processes_died_of_is_given_up(two: Workers, started: list[Process]) -> None:
    with pytest.raises(LostError):
        two.ask("问", ())
    assert two.replaced == 2


@pytest.mark.parametrize("gone", ["dead", "deaf"])
def test_a_process_that_was_gone_before_it_read_the_question_is_not_the_questions_fault(
    started: list[Process], gone: str
) -> None:
    workers = Workers(Settings(), "v1", 3)
    ready(workers)
    for process in started[:2]:
        process.alive = gone != "dead"
        process.heard.broken = gone == "deaf"
    started[2].heard.says.append(GIVEN)
    assert workers.ask("问", ()) == GIVEN
    assert workers.replaced == 2


# --- looking after them ---


def test_a_process_that_was_lost_is_replaced_at_once(two: Workers, started: list[Process]) -> None:
    started[0].alive = False
    look(two, 2)
    assert (two.replaced, len(started), two.state) == (1, 3, "degraded")
    started[2].heard.says.append(Opened("v1"))
    look(two)
    assert two.state == "ready"


def test_one_that_can_never_load_is_tried_ever_more_rarely(started: list[Process], clock: Clock) -> None:
    workers = Workers(Settings(), "v1", 1)
    waited = []
    for _ in range(6):
        look(workers)
        started[-1].alive = False
        look(workers)
        before, count = clock.now, len(started)
        while len(started) == count:
            clock.now += 0.5
            look(workers)
        waited.append(clock.now - before)
        started[-1].alive = True
    assert waited == sorted(waited)
    assert waited[0] < 1.5
    assert waited[-1] == pytest.approx(60.0, abs=1.0)


def test_one_that_loads_at_last_is_forgiven(started: list[Process], clock: Clock) -> None:
    workers = Workers(Settings(), "v1", 1)
    look(workers)
    for _ in range(3):
        started[-1].alive = False
        look(workers)
        clock.now += 100.0
        look(workers)
    started[-1].heard.says.append(Opened("v1"))
    look(workers)
    assert workers.state == "ready"
    assert workers._places[0].failures == 0


def test_one_that_takes_too_long_to_load_is_replaced(started: list[Process], clock: Clock) -> None:
    workers = Workers(Settings(), "v1", 1)
    look(workers)
    clock.now += module._LONGEST_LOAD + 1
    look(workers)
    assert (workers.replaced, started[0].alive) == (1, False)


def test_one_that_rests_too_long_over_a_question_is_ended_and_who_asked_learns_it(
    two: Workers, started: list[Process], clock: Clock
) -> None:
    started[0].begin("asked", 10.0)
    clock.now += 9.0
    look(two)
    assert started[0].alive
    clock.now += 2.0
    look(two)
    assert not started[0].alive
    assert two.replaced == 0  # counted by whoever waits for its answer


def test_one_that_works_too_long_on_a_question_is_ended(two: Workers, started: list[Process]) -> None:
    started[0].worked = 100.0  # on questions before
    started[0].begin("asked", 10.0)
    started[0].worked += 9.0
    look(two)
    assert started[0].alive
    started[0].worked += 2.0
    look(two)
    assert not started[0].alive


def test_one_that_works_but_seldom_gets_a_processor_is_waited_for_yet_not_for_ever(
    two: Workers, started: list[Process], clock: Clock
) -> None:
    started[0].begin("asked", 10.0)
    for _ in range(60):
        clock.now += 9.0
        started[0].worked += 0.1
        look(two)
    assert started[0].alive
    for _ in range(10):
        clock.now += 9.0
        look(two)
        started[0].worked += 0.1
    assert not started[0].alive


def test_the_processor_that_a_process_used_is_seen_from_outside() -> None:
    code = "import sys\nfor _ in sys.stdin:\n sum(range(3_000_000)); print(flush=True)"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin
        assert child.stdout
        seen = []
        for _ in range(3):
            child.stdin.write("\n")
            child.stdin.flush()
            child.stdout.readline()
            seen.append(module.used(child.pid))
        child.stdin.close()
    assert 0.0 < seen[0] < seen[1] < seen[2]
    assert module.used(2**22 + 1) == 0.0  # no such process


def test_an_idle_process_is_asked_from_time_to_time_whether_it_listens(
    two: Workers, started: list[Process], clock: Clock
) -> None:
    look(two, 3)
    assert started[0].heard.sent == []
    clock.now += 6.0
    look(two)
    assert started[0].heard.sent == [None]
    started[0].heard.says.append(None)
    clock.now += 4.0
    look(two, 2)
    assert started[0].heard.sent == [None]
    clock.now += 6.0
    look(two)
    assert started[0].heard.sent == [None, None]
    assert two.replaced == 0


def test_an_idle_process_that_does_not_listen_is_replaced(
    two: Workers, started: list[Process], clock: Clock
) -> None:
    clock.now += 6.0
    look(two)
    clock.now += 11.0
    look(two)
    assert two.replaced == 2
    assert not started[0].alive


def test_processes_move_to_a_new_version_one_after_the_other(two: Workers, started: list[Process]) -> None:
    two.move("v2")
    look(two)
    assert [one.heard.sent for one in started] == [[Open("v2")], []]
    assert two.versions == {"v1", "v2"}
    started[1].heard.says.append(GIVEN)
    assert two.ask("问", ()) == GIVEN  # the other one answers meanwhile
    started[0].heard.says.append(Opened("v2"))
    look(two)
    assert (started[0].version, started[1].heard.sent[-1]) == ("v2", Open("v2"))
    started[1].heard.says.append(Opened("v2"))
    look(two)
    assert (two.versions, two.state) == ({"v2"}, "ready")


def test_a_version_that_a_process_refused_is_not_offered_again_and_the_next_one_is(
    two: Workers, started: list[Process], caplog: pytest.LogCaptureFixture
) -> None:
    two.move("v2")
    look(two)
    started[0].heard.says.append(Opened("v1", trouble="Version v2 is damaged."))
    look(two, 3)
    assert "goes on answering from v1" in caplog.text
    assert started[0].heard.sent == [Open("v2")]
    assert started[0].version == "v1"
    started[1].heard.says.append(Opened("v2"))
    two.move("v3")
    look(two, 2)
    assert started[0].heard.sent[-1] == Open("v3")


def test_a_process_that_cannot_be_started_is_tried_again_later(
    started: list[Process], clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    Process.cannot_start = 1
    workers = Workers(Settings(), "v1", 1)
    turns = iter(range(3))

    def wait(_: object) -> None:
        clock.now += 2.0
        if next(turns, None) is None:
            workers._closed = True

    monkeypatch.undo()
    monkeypatch.setattr(module, "_Worker", Process)
    monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(workers._changed, "wait", wait)
    workers._look_after()
    assert "could not be started" in caplog.text
    assert len(started) == 1


def test_at_the_end_all_are_ended_and_none_is_asked_or_started(two: Workers, started: list[Process]) -> None:
    two.close()
    assert not any(process.alive for process in started)
    assert two.ask("问", ()) is None
    two._places[0].emptied()
    look(two)
    assert len(started) == 2


# --- what a process does ---


class Engine:
    def __init__(self, ask: Callable[..., object]) -> None:
        self.ask = ask


def _refuses(*_: object, **__: object) -> object:
    raise BulletinError("The question is empty.")


def _breaks(*_: object, **__: object) -> object:
    raise KeyError("我家在幸福路")


def test_a_process_answers_with_the_version_it_has() -> None:
    engine = Engine(lambda question, history, district: (question, history, district))
    given = module._answered(engine, "v1", Job("问", ("前",), "甲区"))  # type: ignore[arg-type]
    assert given == Given(("问", ("前",), "甲区"), "v1")  # type: ignore[arg-type]


def test_a_question_that_can_not_be_asked_is_told_to_who_asked() -> None:
    failed = module._answered(Engine(_refuses), "v1", Job("", ()))  # type: ignore[arg-type]
    assert failed == Failed("The question is empty.", ours=False)


def test_a_fault_of_ours_is_told_by_its_place_and_without_its_words() -> None:
    failed = module._answered(Engine(_breaks), "v1", Job("问", ()))  # type: ignore[arg-type]
    assert isinstance(failed, Failed)
    assert failed.ours
    assert failed.why.startswith("KeyError at workers.py:")
    assert "test_workers.py:" in failed.why
    assert "幸福路" not in failed.why
