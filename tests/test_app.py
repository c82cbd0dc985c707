"""The service as people meet it: what is drawn, and the real pages in a real browser."""

from __future__ import annotations

import html
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from limits import parse
from playwright.sync_api import Browser, Page, expect

import app
from rag.answer import Engine
from rag.contract import Answer, Citation, CitedDocument, WordedAnswer, WordedNotice
from store.database import Store, open_store
from store.staff import add_staff
from tests.browsers import WIDE, serving
from tests.conftest import SIREN
from web import render
from web.asking import Told
from web.options import Options
from web.site import serve

PASSWORD = "correct horse battery"
# Every text on the page against what lies under it: less than 4.5 to 1 is hard to read (WCAG 2.2, 1.4.3).
CONTRAST = """() => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgba = colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = colour => colour.slice(0, 3)
        .map(part => part / 255)
        .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
    const under = one => {
        for (let at = one; at; at = at.parentElement) {
            const colour = rgba(getComputedStyle(at).backgroundColor);
            if (colour[3] === 255) return colour;
        }
        return matchMedia('(prefers-color-scheme: dark)').matches ? [0, 0, 0] : [255, 255, 255];
    };
    const thin = new Set();
    for (const one of document.querySelectorAll('body *')) {
        const own = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        const shown = one.checkVisibility({checkVisibilityCSS: true});
        if (!own || !shown || one.closest('.unseen, noscript, script, style')) continue;
        const [a, b] = [light(rgba(getComputedStyle(one).color)), light(under(one))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) thin.add(one.className + ' ' + one.textContent.slice(0, 40));
    }
    return [...thin].slice(0, 5);
}"""
HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script> **粗体** & "引号"'


def answer(question: str, quote: str) -> Answer:
    document = CitedDocument(
        "d", quote, "某政字〔2025〕1号", None, "某市", "2025-09-07", None, None, "2025-12-31"
    )
    citation = Citation(1, "b.txt", ((0, len(quote)),), quote, document, (quote,))
    notices = (WordedNotice("expired", quote),)
    return WordedAnswer("", question, "zh", f"{quote} [1]", False, 0.9, notices, (citation,))


def test_markup_in_a_question_or_a_bulletin_shows_as_text() -> None:
    page = render.answered(1, Told(answer(HOSTILE, HOSTILE), "a"))
    assert "<img" not in page
    assert "<script" not in page
    assert "&lt;img src=x" in page
    assert "**粗体**" in page


def test_a_link_to_an_answer_keeps_the_questions_before_it() -> None:
    page = render.answered(2, Told(answer("那几点结束？", "10时20分结束。"), "a"), ("防空警报几点响？",))
    address = html.unescape(page.split('data-address="')[1].split('"')[0])
    asked = parse_qs(urlsplit(address).query)
    assert asked == {"q": ["那几点结束？"], "before": ["防空警报几点响？"]}


def test_where_one_lives_is_a_choice_only_among_several_places() -> None:
    assert render.district_choice(["临沂市"]) == ""
    assert '<option value="临淄区">' in render.district_choice(["临沂市", "临淄区"])


def test_each_marker_links_to_its_quote() -> None:
    page = render.answered(3, Told(answer("问", "到期之前可以续期。"), "a"))
    assert 'href="#q3-s1"' in page
    assert 'id="q3-s1"' in page


def test_a_card_names_the_document_its_number_district_and_dates() -> None:
    page = render.answered(1, Told(answer("问", "到期之前可以续期。"), "a"))
    for fact in ("某政字〔2025〕1号", "某市", "2025年9月7日", "7 September 2025", "2025年12月31日"):
        assert fact in page


def test_an_answer_grows_and_never_shows_half_a_marker() -> None:
    texts = list(render.growing(1, answer("问", "一二三四五六七八九十" * 5), 12))
    assert len(texts) > 5
    assert [len(text) for text in texts] == sorted(len(text) for text in texts)
    assert not any(re.search(r"\[1?(?!1?\])", text) for text in texts)


def test_a_suggestion_is_a_button_that_asks_it() -> None:
    given = replace(answer("问", "到期之前可以续期。"), suggestions=("临淄区呢？", HOSTILE))
    page = render.answered(1, Told(given, "a"))
    assert '<button type="button">临淄区呢？</button>' in page
    assert "<img" not in page


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


class Desk(NamedTuple):
    """The running service, and how staff get in."""

    address: str
    store: Store


@pytest.fixture(scope="module")
def desk(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The real service, on the real index, with an account for each of two."""
    folder = tmp_path_factory.mktemp("desk")
    store = open_store(f"sqlite:///{folder}/bulletin.db")
    for name in ("李", "王"):
        add_staff(store, name, PASSWORD)
    application = serve(engine, store, Options("", parse("100000/minute")), folder / "results")
    with serving(application) as address:
        yield Desk(address, store)


def ask(page: Page, question: str) -> None:
    """Ask, and wait until the answer is there with all that belongs to it."""
    page.locator("#send button").wait_for()
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.locator("#current .asked", has_text=question).wait_for()
    page.locator("#current .tools").wait_for()


def sign_in(page: Page, address: str, name: str = "李") -> None:
    page.goto(f"{address}/verify")
    page.get_by_label("姓名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="核对回答").wait_for()


def test_a_resident_asks_in_both_languages(desk: Desk, page: Page) -> None:
    page.goto(desk.address)
    page.get_by_role("button", name="提问").wait_for()
    for question, said in (
        (SIREN, "2025年9月18日10时00分至10时20分"),
        ("when is the air-raid siren test?", "18 September 2025"),
    ):
        ask(page, question)
        assert said in page.locator("#current .answer").inner_text()
        assert page.locator("#current .card", has_text="临政字〔2025〕75号").is_visible()
    page.fill("#question textarea", "   ")
    page.keyboard.press("Enter")
    page.get_by_text("请先输入问题。").wait_for()
    page.locator(".switch:visible").click()
    assert page.get_by_role("button", name="Ask").is_visible()
    assert page.locator("#earlier .exchange").count() == 1, (
        "switching the language must not lose the conversation"
    )


def test_a_resident_follows_a_source_into_the_document(desk: Desk, page: Page) -> None:
    page.goto(desk.address)
    ask(page, SIREN)
    page.locator("#current .tools").wait_for()
    with page.context.expect_page() as opened:
        page.locator("#current .quotes li", has_text="2025年9月18日").locator(".show a").click()
    document = opened.value
    mark = document.locator("mark#at")
    mark.wait_for()
    assert "2025年9月18日" in mark.inner_text()
    assert mark.evaluate("one => one.getBoundingClientRect().top < innerHeight")
    document.get_by_label("在本文中查找").fill("解除警报")
    document.keyboard.press("Enter")
    document.get_by_text("找到2处").wait_for()


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_without_scripts_the_form_asks_and_a_source_opens(desk: Desk, page: Page) -> None:
    page.goto(desk.address)
    page.wait_for_url("**/ask")
    page.get_by_label("您的问题").fill(SIREN)
    page.get_by_role("button", name="提问").click()
    expect(page.locator(".answer")).to_contain_text("2025年9月18日10时00分至10时20分")
    page.get_by_label("您的问题").fill("那几点结束？")
    page.get_by_role("button", name="提问").click()
    expect(page.locator(".asked bdi")).to_have_text("那几点结束？")
    expect(page.locator(".answer")).to_contain_text("10时20分")
    with page.context.expect_page() as opened:
        page.locator(".show a").first.click()
    assert "2025年9月18日" in opened.value.locator("mark#at").inner_text()


def test_a_link_asks_the_same_question_again(desk: Desk, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{desk.address}/?q=防空警报什么时候试鸣")
    page.locator("#current .tools").wait_for()
    page.get_by_role("button", name="复制链接").click()
    page.locator("#current .tools .status", has_text="已复制").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    page.goto(link)
    page.locator("#current .tools").wait_for()
    assert page.locator("#current .asked bdi").inner_text() == "防空警报什么时候试鸣"
    page.get_by_role("button", name="复制回答").click()
    page.locator("#current .tools .status", has_text="已复制").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "2025年9月18日" in copied
    assert "临政字〔2025〕75号" in copied


def test_a_vote_reaches_the_desk_and_the_verdict_the_next_resident(
    desk: Desk, page: Page, browser: Browser
) -> None:
    question = "What day will the air-raid sirens be tested in Linyi?"
    page.goto(desk.address)
    ask(page, question)
    page.get_by_role("button", name="没有帮助").click()
    page.get_by_label("哪里不好").fill("没有写电话")
    page.get_by_role("button", name="发送").click()
    page.locator("#current .vote .status", has_text="谢谢").wait_for()

    context = browser.new_context(locale="zh-CN", viewport=WIDE)
    hosts: set[str | None] = set()
    context.on("request", lambda sent: hosts.add(urlsplit(sent.url).hostname))
    staff = context.new_page()
    sign_in(staff, desk.address)
    staff.locator(".cases a", has_text=question).click()
    staff.get_by_text("没有写电话").wait_for()
    staff.locator("mark.at").first.evaluate(
        "one => { const range = document.createRange(); range.selectNodeContents(one);"
        " const all = getSelection(); all.removeAllRanges(); all.addRange(range); }"
    )
    expect(staff.get_by_label("更正引用")).not_to_have_value("")
    chosen = staff.get_by_label("更正引用").input_value()
    other = context.new_page()
    other.goto(staff.url)
    other.get_by_label("错误").check()
    other.get_by_label("备注").fill("先写的")
    other.get_by_role("button", name="保存结论").click()
    other.get_by_text("已保存").wait_for()
    staff.get_by_label("正确", exact=True).check()
    staff.get_by_role("button", name="保存结论").click()
    staff.get_by_text("您的没有保存").wait_for()
    staff.get_by_text("先写的").wait_for()
    staff.get_by_role("button", name="保存结论").click()
    staff.get_by_text("已保存").wait_for()
    staff.get_by_role("button", name="退出").click()
    staff.goto(f"{desk.address}/verify")
    assert "/verify/sign-in" in staff.url
    context.close()
    assert hosts == {"127.0.0.1"}

    page.goto(f"{desk.address}/?q={question}")
    page.locator("#current .notice.verified").wait_for()
    assert page.locator("#current blockquote").inner_text() == chosen


@pytest.mark.parametrize("page", [{"viewport": WIDE}], indirect=True)
def test_staff_take_the_verdicts_home_as_evaluation_questions(desk: Desk, page: Page) -> None:
    sign_in(page, desk.address)
    with page.expect_download() as download:
        page.get_by_role("link", name="导出事实题").click()
    assert download.value.suggested_filename == "desk.facts.jsonl"
    page.get_by_role("link", name="评测").click()
    page.get_by_text("python -m eval run --name").wait_for()


def test_the_keyboard_is_enough(desk: Desk, page: Page) -> None:
    page.goto(desk.address)
    page.locator("#send button").wait_for()
    page.locator("#question textarea:focus").wait_for()
    page.keyboard.type(SIREN)
    page.keyboard.press("Enter")
    page.locator("#current .tools").wait_for()
    page.locator("#current .marker").first.focus()
    page.keyboard.press("Enter")
    page.locator("#q1-s1:focus").wait_for()
    page.goto(f"{desk.address}/about")
    page.keyboard.press("Tab")
    assert page.locator("a.skip:focus").is_visible()
    page.keyboard.press("Enter")
    page.locator("main:focus").wait_for()


@pytest.mark.parametrize(
    "page", [{}, {"viewport": WIDE, "locale": "en-GB", "color_scheme": "dark"}], indirect=True
)
def test_no_page_scrolls_sideways_or_lacks_a_label(desk: Desk, page: Page, engine: Engine) -> None:
    longest = max(engine.index.documents.values(), key=lambda one: one.span[1] - one.span[0])
    paths = ("/", "/documents", f"/documents/{longest.id}", "/about", "/api", "/verify/sign-in", "/nothing")
    for path in paths:
        page.goto(desk.address + path)
        if path == "/":
            page.locator("#question textarea[aria-labelledby]").wait_for()
        width, inner = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width <= inner, path
        unlabelled = page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]"
            ".filter(one => !one.labels.length)"
            ".filter(one => !one.hasAttribute('aria-labelledby') && !one.hasAttribute('aria-label'))"
            ".map(one => one.outerHTML)"
        )
        assert unlabelled == [], path
        assert page.locator("h1").count() == 1, path
        thin = page.evaluate(CONTRAST)
        assert thin == [], path


def test_markup_in_a_question_shows_as_text_in_the_browser(desk: Desk, page: Page) -> None:
    page.goto(desk.address)
    page.locator("#send button").wait_for()
    page.fill("#question textarea", HOSTILE)
    page.keyboard.press("Enter")
    page.locator("#current .tools").wait_for()
    assert page.locator("#current .asked bdi").inner_text() == HOSTILE
    assert page.locator("#current img").count() == 0
