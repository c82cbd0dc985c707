"""The service goes away while somebody asks: a real one, in a process of its own, ended and started again."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

import app
from rag.settings import Settings
from tests import quickly
from tests.conftest import PARK
from tests.llms import Say, serve
from web import strings

QUESTION = "人民公园什么时候免费开放？"
ANSWER = "2026年7月1日"


class Service:
    """What `python app.py` runs, in a process and on a port of its own."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._arguments = [
            *("--port", str(self.port), "--workers", "0"),
            *("--data", str(settings.data), "--index-dir", str(settings.index)),
            *("--database", f"sqlite:///{folder}/service.db"),
        ]
        self.process: BaseProcess | None = None

    def start(self, *arguments: str) -> None:
        """Start it, and wait until it answers."""
        self.process = quickly.context().Process(  # type: ignore[attr-defined]
            target=app.main, args=([*self._arguments, *arguments],), daemon=True
        )
        assert self.process
        self.process.start()
        with httpx.Client(timeout=None) as client:
            while self.process.is_alive():
                with suppress(httpx.HTTPError):
                    client.get(f"{self.address}/healthz").raise_for_status()
                    return
        raise AssertionError("the service did not start")

    def kill(self) -> None:
        """End it at once."""
        if self.process:
            self.process.kill()
            self.process.join()
            self.process = None


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service on one notice, whose model takes an answer up and never ends it."""
    folder = tmp_path_factory.mktemp("outages")
    settings = Settings(data=folder / "data", index=folder / "index")
    settings.bulletins.mkdir(parents=True)
    (settings.bulletins / "park.txt").write_text(PARK, encoding="utf-8")
    made = Service(settings, folder)
    yield made
    made.kill()


@pytest.fixture
def service(kept: Service) -> Service:
    """The service, running."""
    if kept.process is None:
        kept.start()
    return kept


def ask(page: Page) -> None:
    page.locator("#send button").wait_for()
    page.fill("#question textarea", QUESTION)
    page.keyboard.press("Enter")


def told(page: Page, words: strings.Text) -> None:
    """The words of an outage are there in the language of the page and in the other, and the question in the box."""
    expect(page.get_by_text(words.zh)).to_be_visible()
    expect(page.locator("#question textarea")).to_have_value(QUESTION)
    assert page.locator(".toast-wrap").filter(visible=True).count() == 0
    page.locator(".switch:visible").click()
    expect(page.get_by_text(words.en)).to_be_visible()
    expect(page.get_by_text(words.zh)).to_be_hidden()
    page.locator(".switch:visible").click()
    expect(page.locator("#question textarea")).to_have_value(QUESTION)


def answered(page: Page, words: strings.Text) -> None:
    expect(page.locator("#current .answer")).to_contain_text(ANSWER, timeout=60_000)
    expect(page.get_by_text(words.zh)).to_be_hidden()
    expect(page.locator("#question textarea")).to_have_value("")


def test_a_question_asked_of_a_service_that_is_away_is_asked_again_when_it_is_back(
    service: Service, page: Page
) -> None:
    page.goto(service.address)
    page.locator("#send button").wait_for()
    service.kill()
    ask(page)
    told(page, strings.OUT_DOWN)
    page.get_by_role("button", name=strings.TRY_AGAIN.zh).click()  # still away
    told(page, strings.OUT_DOWN)
    service.start()
    told(page, strings.OUT_BACK)  # the page was loaded anew
    page.get_by_role("button", name=strings.TRY_AGAIN.zh).click()
    answered(page, strings.OUT_BACK)


def test_a_service_that_ends_before_it_has_taken_a_question_loses_none(service: Service, page: Page) -> None:
    page.goto(service.address)
    page.locator("#send button").wait_for()
    assert service.process
    assert service.process.pid
    os.kill(service.process.pid, signal.SIGSTOP)
    with page.expect_request("**/queue/join*"):
        ask(page)
    service.kill()
    told(page, strings.OUT_DOWN)
    service.start()
    told(page, strings.OUT_BACK)  # the page was loaded anew
    page.get_by_role("button", name=strings.TRY_AGAIN.zh).click()
    answered(page, strings.OUT_BACK)


def test_a_service_that_ends_in_the_middle_of_an_answer_gives_the_question_back(
    kept: Service, page: Page
) -> None:
    def silent(_: str) -> Say:
        return Say([], hang=True)

    with serve(silent) as model:
        kept.kill()
        kept.start("--llm", model.url)
        page.goto(kept.address)
        ask(page)
        expect(page.locator("#current .searching")).to_be_visible()
        expect(page.locator("#question textarea")).to_have_value("")  # it was taken
        kept.kill()
        told(page, strings.OUT_DOWN)
        kept.start()
        told(page, strings.OUT_BACK)
        page.get_by_role("button", name=strings.ASK.zh, exact=True).click()
        answered(page, strings.OUT_BACK)


def test_a_busy_service_says_so_and_takes_the_question_later(service: Service, page: Page) -> None:
    page.goto(service.address)
    page.route("**/gradio_api/queue/join*", lambda route: route.fulfill(status=503, body=""))
    ask(page)
    told(page, strings.OUT_BUSY)
    page.unroute("**/gradio_api/queue/join*")
    page.get_by_role("button", name=strings.TRY_AGAIN.zh).click()
    answered(page, strings.OUT_BUSY)


def test_a_conversation_outlives_a_reload_and_is_gone_when_it_is_cleared(
    service: Service, page: Page
) -> None:
    page.goto(service.address)
    ask(page)
    page.locator("#current .tools").wait_for()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.reload()
    expect(page.locator("#earlier .answer")).to_contain_text(ANSWER)
    assert not any(
        QUESTION in body for body in sent if body
    )  # nothing leaves the browser before one asks again
    page.fill("#question textarea", "那收费吗？")
    with page.expect_request(lambda request: "那收费吗" in (request.post_data or "")) as asked:
        page.keyboard.press("Enter")
    assert (
        QUESTION in json.loads(asked.value.post_data or "")["data"][1]
    )  # the question before it goes with it
    page.locator("#current .tools").wait_for()
    expect(page.locator("#earlier .exchange")).to_have_count(1)
    page.get_by_role("button", name=strings.CLEAR_CONVERSATION.zh).click()
    page.locator("#examples").wait_for()
    expect(page.locator(".exchange")).to_have_count(0)
    assert "公园" not in page.evaluate("JSON.stringify(sessionStorage)")
