"""A recording in pictures of what staff do: `python -m tests.story`.

A bulletin goes in, is put right, tried, published, asked about and taken back; an answer is found incomplete and then
right; staff write an answer, and its paraphrase gets it. Works on a copy of the collection and writes
`docs/screenshots/story-NN-WHAT.png`, 1280 pixels wide, in Chinese.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import uvicorn
from limits import parse
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from rag.answer import Engine
from rag.index import open_index
from rag.settings import Settings
from store.database import open_store
from store.staff import add_staff
from tests.browsers import CHROMIUM, QUIET, WIDE
from tests.screenshots import FOLDER
from tests.test_app import PASSWORD
from web.options import Options
from web.site import serve

_COLOURS = 40
_SOON = 120.0  # seconds until what was published is answered
_NOTICE = (
    "<html><head><meta charset='utf-8'></head><body><h1>关于开放滨河书房的通告</h1>"
    "<p>甲政通〔2026〕8号</p><p>滨河书房自2026年7月1日起免费开放，每日9时至21时，周一闭馆。</p>"
    "<p>凭身份证或读者证入馆，每次可借书5册。</p><p>甲市人民政府</p><p>2026年6月20日</p></body></html>"
)
_NEW = "滨河书房每天几点开放？"
_SIREN = "防空警报什么时候试鸣？"
_SAME = "哪天要拉防空警报？"


def main() -> int:
    """Take the pictures; 0 when they are there."""
    if CHROMIUM is None:
        print("Error: no Chromium found. Install Debian's package chromium.", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("story-*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        data = Path(folder) / "data"
        shutil.copytree(
            Settings.from_environment().data, data, ignore=shutil.ignore_patterns(".*", "removed")
        )
        settings = replace(
            Settings.from_environment(), data=data, index=Path(folder) / "index", today=date(2026, 6, 25)
        )
        store = open_store(f"sqlite:///{folder}/store/bulletin.db")
        add_staff(store, "李", PASSWORD)
        engine = Engine(open_index(settings), settings)
        application = serve(engine, store, Options("", parse("1000/minute")))
        server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="error"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_context(locale="zh-CN", viewport=WIDE).new_page()
        Story(page, f"http://127.0.0.1:{port}").tell()
        browser.close()
        server.should_exit = True
        thread.join(timeout=10)
    pictures = sorted(FOLDER.glob("story-*.png"))
    print(f"{len(pictures)} pictures, {sum(one.stat().st_size for one in pictures) / 1e6:.2f} MB.")
    return 0


class Story:
    """What happens, one picture after the other."""

    def __init__(self, page: Page, address: str) -> None:
        self._page = page
        self._address = address
        self._taken = 0

    def tell(self) -> None:
        """From the file to the paraphrase."""
        page = self._page
        self._go("/verify/sign-in")
        page.locator("#name").fill("李")
        page.locator("#password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{self._address}/verify")
        self._a_bulletin()
        self._a_second_verdict()
        self._a_written_answer()

    def _a_bulletin(self) -> None:
        page = self._page
        self._go("/verify/bulletins")
        page.locator("#file").set_input_files(
            {"name": "滨河书房.html", "mimeType": "text/html", "buffer": _NOTICE.encode()}
        )
        self._take("bring")
        page.locator("form[enctype] button").click()
        page.locator("h1", has_text="滨河书房").wait_for()
        self._take("read")
        district = page.locator("input[name=jurisdiction]").first
        district.fill("临沂市")
        page.locator("input[name=valid_until]").first.fill("2028-12-31")
        self._take("put-right", district.scroll_into_view_if_needed)
        page.locator(".reading button[type=submit]").first.click()
        page.locator(".done").wait_for()
        page.locator("#q").fill(_NEW)
        page.keyboard.press("Enter")
        tried = page.locator(".exchange")
        tried.wait_for()
        self._take("tried", tried.scroll_into_view_if_needed)
        page.locator("form[action$=publish] button").click()
        page.locator(".done").wait_for()
        self._take("published")
        self._until(_NEW, "21时", there=True)
        self._ask(_NEW)
        self._take("asked")
        self._go("/verify/bulletins")
        page.locator("form[action$=remove]", has=page.locator("input[value='滨河书房.txt']")).locator(
            "button"
        ).click()
        page.locator(".done").wait_for()
        self._take("taken-back")
        self._until(_NEW, "21时", there=False)
        self._ask(_NEW)
        self._take("refused")
        self._go("/verify/log")
        self._take("log")

    def _a_second_verdict(self) -> None:
        self._ask(_SIREN)
        self._case(_SIREN)
        self._page.locator("#ruling-incomplete").check()
        self._page.locator("#note").fill("没有说试鸣多久。")
        self._save()
        self._take("first-verdict")
        self._page.locator("#ruling-right").check()
        self._page.locator("#note").fill("对照原文，日期和时间都对。")
        self._save()
        self._take("second-verdict", lambda: self._page.locator(".history").scroll_into_view_if_needed())
        self._ask(_SIREN)
        self._take("verified")

    def _a_written_answer(self) -> None:
        page = self._page
        self._ask(_SAME)
        self._case(_SIREN, shown="all")
        page.locator("#ruling-incomplete").check()
        quote = page.locator(".card blockquote").first.inner_text()
        page.locator("#quote").fill(quote)
        page.locator("#written").fill("2025年9月18日上午试鸣防空警报，请不要惊慌，照常工作和生活。")
        self._take("write", page.locator("#written").scroll_into_view_if_needed)
        self._save()
        page.locator("#question").fill(_SAME)
        self._take("paraphrase", page.locator("#phrasings").scroll_into_view_if_needed)
        page.locator("form[action$=phrasings] button").click()
        page.locator(".done").wait_for()
        self._take("paraphrases", page.locator("#phrasings").scroll_into_view_if_needed)
        self._ask(_SAME)
        self._take("paraphrase-answered")

    def _case(self, question: str, shown: str = "open") -> None:
        self._go(f"/verify?shown={shown}")
        self._page.locator(".cases a", has_text=question).first.click()
        self._page.locator("#verdict").wait_for()

    def _save(self) -> None:
        self._page.locator("#verdict button[type=submit]").click()
        self._page.locator(".done").wait_for()

    def _ask(self, question: str) -> None:
        self._go(f"/?q={question}")
        self._page.locator("#current .tools").wait_for()
        self._page.wait_for_timeout(300)  # until it has scrolled

    def _until(self, question: str, words: str, *, there: bool) -> None:
        """Wait until the service answers from what was published."""
        end = time.monotonic() + _SOON
        while time.monotonic() < end:
            said = self._page.request.post(f"{self._address}/api/ask", data={"question": question}).json()
            if (words in said["answer"]) == there:
                return
            time.sleep(0.5)
        raise RuntimeError(f"{question} was not answered from what was published.")

    def _go(self, path: str) -> None:
        self._page.goto(self._address + path)

    def _take(self, what: str, ready: Callable[[], None] = lambda: None) -> None:
        ready()
        self._taken += 1
        picture = Image.open(io.BytesIO(self._page.screenshot())).convert("RGB")
        small = picture.quantize(_COLOURS, dither=Image.Dither.NONE)
        small.save(FOLDER / f"story-{self._taken:02}-{what}.png", optimize=True)


if __name__ == "__main__":
    sys.exit(main())
