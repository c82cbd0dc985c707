"""Debian's Chromium without a screen, and a page in it that must not leave this machine."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from starlette.types import ASGIApp

expect.set_options(timeout=60_000)  # a busy machine is no failure

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PHONE: ViewportSize = {"width": 390, "height": 844}
WIDE: ViewportSize = {"width": 1280, "height": 900}


@contextmanager
def serving(application: ASGIApp) -> Iterator[str]:
    """An application on a port of its own, and its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(application, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a screen."""
    if CHROMIUM is None:
        pytest.skip("no Chromium found; install Debian's package chromium to run this test")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page on a phone that reads Chinese; it fails the test when a request leaves the machine or a script breaks."""
    options = {"locale": "zh-CN", "viewport": PHONE} | getattr(request, "param", {})
    context = browser.new_context(**options)
    context.set_default_timeout(120_000)
    opened = context.new_page()
    hosts: set[str | None] = set()
    broken: list[str] = []
    context.on("request", lambda sent: hosts.add(urlsplit(sent.url).hostname))
    context.on("weberror", lambda error: broken.append(str(error.error)))
    opened.on("console", lambda said: broken.append(said.text) if "Content Security" in said.text else None)
    yield opened
    context.close()
    assert hosts <= {"127.0.0.1", None}
    assert broken == []
