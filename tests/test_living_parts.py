"""What is counted of a service that lives: who asks, what a change takes to be seen, and what went wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from eval import living as module
from eval.living import Counts, live
from rag.errors import BulletinError
from rag.settings import Settings


class Service:
    """A service that answers from whatever bulletins it was given so far."""

    def __init__(self) -> None:
        self.bulletins = {"park.txt"}
        self.asked: list[str] = []
        self.version = 1
        self.refuses = 0
        self.blind = False
        """Whether it never takes up a change."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        question = request.read().decode()
        self.asked.append(question)
        if self.refuses:
            self.refuses -= 1
            return httpx.Response(503)
        passages = [{"source": name} for name in sorted(self.bulletins)]
        return httpx.Response(
            200, json={"passages": passages}, headers={"Bulletin-Version": f"v{self.version}"}
        )

    async def command(self, *arguments: str) -> None:
        if self.blind:
            return
        name = Path(arguments[1]).name
        (self.bulletins.add if arguments[0] == "add" else self.bulletins.discard)(name)
        self.version += 1


class Clock:
    """Time that passes only where somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    perf_counter = monotonic


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Service:
    """The service, on a small copy of a collection; nobody waits for time to pass."""
    made, clock = Service(), Clock()
    real, client = asyncio.sleep, httpx.AsyncClient

    async def sleep(seconds: float) -> None:
        until = clock.now + seconds
        while clock.now < until:
            clock.now += 0.25
            await real(0)
        await real(0)

    def connected(**given: object) -> httpx.AsyncClient:
        return client(base_url=str(given["base_url"]), transport=httpx.MockTransport(made))

    monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(module.asyncio, "sleep", sleep)  # type: ignore[attr-defined]
    monkeypatch.setattr(module.httpx, "AsyncClient", connected)  # type: ignore[attr-defined]
    monkeypatch.setattr(module, "_command", made.command)
    monkeypatch.setattr(module, "memory", lambda process: float(process + len(made.asked)))
    monkeypatch.setattr(
        Settings, "from_environment", lambda: Settings(data=tmp_path / "data", index=tmp_path / "no")
    )
    (tmp_path / "data" / "bulletins").mkdir(parents=True)
    (tmp_path / "data" / "bulletins" / "park.txt").write_text("公园", encoding="utf-8")
    (tmp_path / "data" / "removed").mkdir()
    return made


def lived(minutes: float, people: int = 2, pause: float = 1.0) -> tuple[Counts, list[str]]:
    """What was counted, and what the service was started with."""
    given: list[str] = []

    @contextmanager
    def serve(arguments: Sequence[str]) -> Iterator[tuple[str, int]]:
        given.extend(arguments)
        given.extend(sorted(file.name for file in Path(arguments[1]).iterdir()))
        yield "http://service.example", 100

    return live(serve, ["几点开？", "收费吗？", "在哪？"], minutes, people, pause), given


def test_the_service_lives_on_a_copy_of_the_collection(service: Service) -> None:
    _, given = lived(0.1)
    assert (given[0], given[2]) == ("--data", "--index-dir")
    assert given[4:] == ["bulletins"]  # what was taken out earlier is of no use
    assert not Path(given[1]).exists()  # and is gone afterwards


def test_people_ask_one_question_after_the_other_each_their_own(service: Service) -> None:
    counts, _ = lived(0.1)
    assert service.asked[:2] == ['{"question":"几点开？"}', '{"question":"收费吗？"}']
    assert {one for one in service.asked if "停车场" not in one} == {
        f'{{"question":"{one}"}}' for one in ("几点开？", "收费吗？", "在哪？")
    }
    assert counts.answered == len(service.asked) == len(counts.seconds)
    assert not counts.errors


def test_a_bulletin_is_put_in_seen_taken_out_and_seen_to_be_gone(service: Service) -> None:
    counts, _ = lived(3.0)
    assert counts.added == counts.removed >= 2
    assert len(counts.seen_after) == counts.added + counts.removed
    assert service.bulletins == {"park.txt"}
    assert {f"v{number}" for number in range(2, 6)} <= counts.versions


def test_memory_is_looked_at_before_anybody_asks_and_each_minute(service: Service) -> None:
    counts, _ = lived(3.0)
    assert counts.memory[0] == 100.0
    assert len(counts.memory) == 4
    assert counts.memory == sorted(counts.memory)


def test_a_question_that_was_refused_is_counted_by_what_it_was_told(service: Service) -> None:
    service.refuses = 3
    counts, _ = lived(0.5)
    assert counts.errors == {"HTTPStatusError 503": 3}
    assert counts.answered == len(service.asked) - 3


def test_a_change_that_is_never_seen_is_an_error_and_not_waited_for_for_ever(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SOON", 10.0)
    service.blind = True
    counts, _ = lived(2.0)
    assert counts.errors["add: not seen in 10 s"] >= 1
    assert "remove: not seen in 10 s" not in counts.errors  # it never was there


def test_a_command_that_fails_ends_it_with_what_was_said(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_: str) -> None:
        raise BulletinError("`python -m rag add` failed: no room")

    monkeypatch.setattr(module, "_command", failing)
    with pytest.raises(BulletinError, match="no room"):
        lived(1.0)


def test_what_came_of_it_is_told_in_lines() -> None:
    counts = Counts(answered=200, seconds=[0.1] * 190 + [2.0] * 10, added=1, removed=1)
    counts.seen_after, counts.memory = [1.0, 2.0, 7.5], [500.0, 520.0, 560.0, 530.0]
    counts.versions.update(("v1", "v2", "v3"))
    counts.errors.update({"ReadTimeout ": 2, "HTTPStatusError 503": 1})
    assert str(counts).splitlines() == [
        "200 answers from 3 versions, 3 errors; 1 bulletins put in, 1 taken out.",
        "An answer took 0.10 s in the middle, 2.00 s at 95 of 100.",
        "A change was answered from after 2.0 s in the middle, 7.5 s at most.",
        "Memory: 500 MB at the start, 520 after a minute, 560 at most, 530 at the end.",
        "2 x ReadTimeout ",
        "1 x HTTPStatusError 503",
    ]


def test_a_life_too_short_for_a_change_is_told_all_the_same() -> None:
    told = str(Counts(memory=[500.0]))
    assert "0 answers from 0 versions" in told
    assert "500 MB at the start, 500 after a minute" in told
