"""The chat as residents meet it: what is drawn, and the real page in a real browser."""

from __future__ import annotations

import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import uvicorn

import app
from rag.answer import Answer, Citation, CitedDocument, Engine
from rag.notices import Notice
from tests.conftest import SIREN
from web import render
from web.asking import Told

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script> **粗体** & "引号"'


def answer(question: str, quote: str) -> Answer:
    document = CitedDocument(
        "d", quote, "某政字〔2025〕1号", None, "某市", "2025-09-07", None, None, "2025-12-31"
    )
    citation = Citation(1, "b.txt", ((0, len(quote)),), quote, document, (quote,))
    return Answer("", question, "zh", f"{quote} [1]", False, 0.9, (Notice("expired", quote),), (citation,))


def test_markup_in_a_question_or_a_bulletin_shows_as_text() -> None:
    page = render.answered(1, Told(answer(HOSTILE, HOSTILE), "a"))
    assert "<img" not in page
    assert "<script" not in page
    assert "&lt;img src=x" in page
    assert "**粗体**" in page


def test_each_marker_links_to_its_quote() -> None:
    page = render.answered(3, Told(answer("问", "到期之前可以续期。"), "a"))
    assert 'href="#q3-s1"' in page
    assert 'id="q3-s1"' in page


def test_a_card_names_the_document_its_number_district_and_dates() -> None:
    page = render.answered(1, Told(answer("问", "到期之前可以续期。"), "a"))
    for fact in ("某政字〔2025〕1号", "某市", "2025年9月7日", "7 September 2025", "2025年12月31日"):
        assert fact in page


def test_an_answer_grows_and_never_shows_half_a_marker() -> None:
    texts = list(render.growing(1, answer("问", "一二三四五六七八九十" * 5)))
    assert len(texts) > 5
    assert [len(text) for text in texts] == sorted(len(text) for text in texts)
    assert not any(re.search(r"\[1?(?!1?\])", text) for text in texts)


def test_every_quote_on_the_page_is_the_source(engine: Engine) -> None:
    found = engine.ask(SIREN)
    page = render.answered(1, Told(found, "a"))
    for citation in found.citations:
        assert render.plain(engine.index.quote(citation.source, citation.spans)) in page


def test_a_port_in_use_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert app.main(["--port", str(port)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"Error: Port {port} ")
    assert "--port" in error
    assert len(error.splitlines()) == 1


@pytest.fixture(scope="module")
def address(engine: Engine) -> Iterator[str]:
    """The real page, served from the real index."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(serve(engine), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium found; install Debian's package chromium to run this test"
)
def test_people_ask_in_both_languages_and_no_request_leaves_the_machine(address: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844}).new_page()
        hosts: set[str | None] = set()
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        page.goto(address)
        page.get_by_role("button", name="提问").wait_for()
        for question, said in (
            (SIREN, "2025年9月18日10时00分至10时20分"),
            ("when is the air-raid siren test?", "18 September 2025"),
        ):
            page.fill("#question textarea", question)
            page.keyboard.press("Enter")
            page.locator("#current .answer", has_text=said).wait_for(timeout=30_000)
            page.locator("#current .card", has_text="临政字〔2025〕75号").wait_for(timeout=30_000)
        page.fill("#question textarea", "   ")
        page.keyboard.press("Enter")
        page.get_by_text("请先输入问题。").wait_for(timeout=30_000)
        page.locator(".switch").click()
        assert page.get_by_role("button", name="Ask").is_visible()
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, "the page must not scroll sideways on a phone"
        assert hosts <= {"127.0.0.1", None}
        browser.close()
