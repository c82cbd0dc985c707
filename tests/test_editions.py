"""A service while bulletins come and go, and while the processes that answer die, hang or stop."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from limits import parse
from starlette.testclient import TestClient

from rag.answer import Engine
from rag.answering.contacts import Contacts, save_contacts
from rag.asking.lexicon import Entry, write_own
from rag.index import change_collection, open_index
from rag.publishing.collection import Change
from rag.settings import Settings
from store.database import Store
from tests.conftest import notice
from tests.test_publishing import builds
from web import workers as workers_module
from web.editions import Editions
from web.options import Options
from web.site import serve
from web.workers import Given, LostError, Workers, version_of

pytestmark = pytest.mark.usefixtures("quick_processes")
QUESTION = "人民公园什么时候免费开放？"
PATIENCE = 240.0  # seconds until something that should happen soon counts as not happening


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


@pytest.fixture
def editions(quick_processes: None, tiny: Settings) -> Iterator[Editions]:
    """What a service answers from, with two processes, all there."""
    opened = Editions(Engine(open_index(tiny, quiet=True), tiny), workers=2, seconds=0.05)
    assert opened.workers.wait(PATIENCE)
    yield opened
    opened.close()


def published(settings: Settings, change: Change) -> str:
    """The version that a change made."""
    return change_collection(settings, change, quiet=True).version


def answered_from(editions: Editions) -> set[str]:
    """The versions that the processes answer from."""
    return {version_of(one) for one in editions.workers.versions}


def asked(editions: Editions) -> set[str]:
    """The bulletins that an answer was looked for in."""
    *_, (answer, edition) = editions.answers(QUESTION, ())
    for citation in answer.citations:  # what an answer cites is there in the version it came from
        assert edition.index.quote(citation.source, citation.spans) == citation.quote
        assert citation.document.id in edition.index.documents
    return {passage.source for passage in answer.passages}


def test_what_is_published_is_answered_and_what_is_taken_out_is_not(
    editions: Editions, tiny: Settings, tmp_path: Path
) -> None:
    over = threading.Event()
    failed: list[BaseException] = []

    def keep_asking() -> None:
        while not over.is_set():
            try:
                asked(editions)
            except BaseException as error:
                failed.append(error)
                return

    asker = threading.Thread(target=keep_asking)
    asker.start()
    told: list[str] = []
    editions.tell(lambda edition: told.append(edition.version))
    new = published(tiny, Change(add={"bus.txt": notice(tmp_path, "bus.txt", "公交车免费")}))
    until(lambda: answered_from(editions) == {new})
    assert "bus.txt" in asked(editions)
    last = published(tiny, Change(remove=["bus.txt"]))
    until(lambda: answered_from(editions) == {last})
    assert "bus.txt" not in asked(editions)
    over.set()
    asker.join()
    assert failed == []
    assert told[-1] == last
    until(lambda: builds(tiny) == {last})


def test_the_version_that_a_service_began_with_goes_too(tiny: Settings, store: Store, tmp_path: Path) -> None:
    application = serve(Engine(open_index(tiny, quiet=True), tiny), store, Options("", parse("9/minute")))
    with TestClient(application) as client:
        client.get("/ask", params={"q": QUESTION})
        new = published(tiny, Change(add={"bus.txt": notice(tmp_path, "bus.txt", "公交车免费")}))
        until(lambda: builds(tiny) == {new})


def test_what_staff_write_beside_the_bulletins_takes_effect_in_every_process(
    editions: Editions, tiny: Settings
) -> None:
    before = editions.now
    save_contacts(tiny.data, Contacts({"": {"zh": "请到一楼大厅问。", "en": "Ask in the hall."}}))
    write_own(tiny.data / "lexicon", [Entry("人民公园", ("遛弯的园子",), ())])
    until(lambda: editions.now.name != before.name)
    until(lambda: editions.workers.versions == {editions.now.name})
    assert editions.now.version == before.version  # the same index, read once
    assert editions.now.index is before.index
    *_, (answer, _) = editions.answers("火星上有几座图书馆？", ())
    assert "请到一楼大厅问。" in answer.answer
    (tiny.data / "lexicon" / "own.tsv").write_text("broken", encoding="utf-8")
    until(lambda: editions._refused != "")  # what was there goes on
    *_, (answer, _) = editions.answers(QUESTION, ())
    assert "7月1日" in answer.answer


def test_processes_that_die_or_stop_are_replaced_and_their_questions_answered(tiny: Settings) -> None:
    version = open_index(tiny, quiet=True).version
    workers = Workers(tiny, version, 2, longest=20.0, ping=0.2)
    try:
        assert workers.wait(PATIENCE)
        first, second = workers.processes
        os.kill(first, signal.SIGKILL)
        os.kill(second, signal.SIGSTOP)
        answer = workers.ask(QUESTION, ())
        assert answer is None or isinstance(answer, Given)  # the service answers where no process does
        until(lambda: workers.state == "ready" and not {first, second} & set(workers.processes))
        assert isinstance(workers.ask(QUESTION, ()), Given)
        assert workers.replaced == 2
    finally:
        workers.close()


class Deadly:
    """A question that ends whatever process reads it."""

    def __init__(self, *_: object) -> None:
        """Take what a question is made of."""

    def __reduce__(self) -> tuple[Callable[[int], None], tuple[int]]:
        return os._exit, (1,)


def test_a_question_that_no_process_survives_is_given_up(
    tiny: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers_module, "Job", Deadly)
    workers = Workers(tiny, open_index(tiny, quiet=True).version, 2, ping=3600.0)
    try:
        until(lambda: workers.alive == 2)
        with pytest.raises(LostError):
            workers.ask(QUESTION, ())
    finally:
        workers.close()


def test_a_question_is_not_blamed_for_processes_that_never_read_it(tiny: Settings) -> None:
    workers = Workers(tiny, open_index(tiny, quiet=True).version, 2, longest=1.0, ping=3600.0)
    try:
        until(lambda: workers.alive == 2)
        for process in workers.processes:
            os.kill(process, signal.SIGSTOP)
        answer = workers.ask(QUESTION, ())
        assert answer is None or isinstance(answer, Given)  # of one that took their place
        assert workers.replaced == 2
    finally:
        workers.close()


def test_a_process_that_cannot_start_is_not_started_again_and_again(
    tiny: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers_module, "_PATIENCE", (3600.0,))
    open_index(tiny, quiet=True)
    workers = Workers(tiny, "build-0123456789abcdef-gone", 1)
    try:
        until(lambda: workers.replaced == 1)
        assert workers.state == "degraded"
        assert workers.ask(QUESTION, ()) is None
        assert workers.processes == []
    finally:
        workers.close()
