"""Pictures of every page, for the README and for looking at: `python -m tests.screenshots`.

Starts the real service on the real index with a database of its own, does what people do, and writes
`docs/screenshots/PAGE-WIDTH-LANGUAGE.png`: Chinese in daylight, English in the dark, at 390 and 1280 pixels wide.
"""

from __future__ import annotations

import io
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import uvicorn
from limits import parse
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from tqdm import tqdm

from rag.answer import Engine
from rag.index import open_index
from rag.settings import ROOT, Settings
from store.database import Store, open_store
from store.questions import keep, vote
from store.review import decide, queue
from store.staff import add_staff
from tests.browsers import CHROMIUM, PHONE, QUIET, WIDE
from tests.test_app import PASSWORD
from web.asking import Asking
from web.metrics import Metrics
from web.options import Options
from web.site import serve

FOLDER = ROOT / "docs" / "screenshots"
_COLOURS = 40  # enough for text on plain ground
_ASKED = {
    "zh": "兰山区2022年计划新增多少张护理型养老床位？",
    "en": "When is the air-raid siren test?",
}
_ALSO_ASKED = (
    "防空警报什么时候试鸣？",
    "规范性文件的有效期是几年？",
    "河东区的路灯归谁管？",
    "今天天气怎么样？",
    "临港区居民充电桩报装由哪两家单位牵头？",
    "When is the air-raid siren test?",
)


def main() -> int:
    """Take all pictures; 0 when they are there."""
    if CHROMIUM is None:
        print("Error: no Chromium found. Install Debian's package chromium.", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    settings = replace(Settings.from_environment(), today=date(2026, 6, 1))
    engine = Engine(open_index(settings), settings)
    with _service(engine) as (address, store), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        case = next(one.asked_id for one in queue(store, "all").cases if one.question == _ALSO_ASKED[0])
        looks: list[tuple[str, ViewportSize, str]] = [
            (language, size, scheme)
            for language, scheme in (("zh", "light"), ("en", "dark"))
            for size in (PHONE, WIDE)
        ]
        for language, size, scheme in tqdm(looks, desc="Taking pictures", unit="look"):
            _look(browser, address, case, engine, language, size, scheme)
        browser.close()
    total = sum(file.stat().st_size for file in FOLDER.glob("*.png"))
    print(f"{len(list(FOLDER.glob('*.png')))} pictures, {total / 1e6:.2f} MB, in {FOLDER.relative_to(ROOT)}.")
    return 0


def _look(
    browser: Browser, address: str, case: str, engine: Engine, language: str, size: ViewportSize, scheme: str
) -> None:
    """All pages in one language at one width."""
    locale = {"zh": "zh-CN", "en": "en-GB"}[language]
    dark = scheme == "dark"
    context = browser.new_context(locale=locale, viewport=size, color_scheme="dark" if dark else "light")
    page = context.new_page()

    def take(name: str, path: str, ready: Callable[[Page], None] = lambda _: None) -> None:
        page.goto(address + path)
        ready(page)
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        small = picture.quantize(_COLOURS, dither=Image.Dither.NONE)
        small.save(FOLDER / f"{name}-{size['width']}-{language}.png", optimize=True)

    document = next(d for d in engine.index.documents.values() if d.number == "临兰政办字〔2022〕43号")
    row = next(
        unit
        for passage in engine.index.passages
        if passage.document.id == document.id
        for unit in passage.chunk.units
        if unit.kind == "row"
    )
    at = ",".join(f"{start}-{end}" for start, end in row.spans)
    take("ask", "/", lambda p: p.locator("#send button").wait_for())
    take("answer", f"/?q={_ASKED[language]}", _answered)
    if not dark:  # the pictures are to be small together
        take("refusal", "/?q=河东区的路灯归谁管？", _answered)
        take("search", "/documents?q=养老床位")
        take("api", "/api")
    take("documents", "/documents")
    take("document", "/documents/5707aad252e9?at=366-401#at")
    take("table", f"/documents/{document.id}?at={at}#at")
    take("about", "/about")
    take("sign-in", "/verify/sign-in")
    page.locator("#name").fill("李")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/verify")
    take("queue", "/verify")
    take("verify", f"/verify/{case}")
    take("bulletins", "/verify/bulletins")
    take("statistics", "/verify/statistics")
    take("log", "/verify/log")
    take("account", "/verify/account")
    take("evaluate", "/evaluate", lambda p: p.wait_for_timeout(500))
    context.close()


def _answered(page: Page) -> None:
    page.locator("#current .tools").wait_for()
    page.wait_for_timeout(300)  # until it has scrolled


@contextmanager
def _service(engine: Engine) -> Iterator[tuple[str, Store]]:
    """The service with some questions asked, votes cast and a verdict given."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'bulletin.db'}")
        add_staff(store, "李", PASSWORD)
        asking = Asking(engine, store, parse("1000/minute"), Metrics())
        for place, question in enumerate(_ALSO_ASKED):
            asked_id = keep(store, asking.editions.now.ground, engine.ask(question))
            if place == 1:
                vote(store, asked_id, helpful=False, reason="没有说从哪天算起")
        beds = keep(store, asking.editions.now.ground, engine.ask(_ASKED["zh"]))
        decide(store, beds, staff="李", ruling="right", seen=0)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        application = serve(engine, store, Options("", parse("1000/minute")))
        server = uvicorn.Server(uvicorn.Config(application, port=port, log_level="error"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}", store
        server.should_exit = True
        thread.join(timeout=10)


if __name__ == "__main__":
    sys.exit(main())
