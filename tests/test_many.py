"""A collection of many districts: no page lists everything, and everything can be found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from limits import parse
from playwright.sync_api import Page, expect
from starlette.testclient import TestClient

from rag.answer import Engine
from rag.index import Index, open_index
from rag.settings import Settings
from rag.text.places import TABLE
from store.database import Store, open_store
from store.staff import add_staff
from tests.browsers import serving
from tests.test_desk import PASSWORD, csrf_of
from web.districts import FEW
from web.options import Options
from web.site import serve

COUNTIES = [
    line.split("\t")[1]
    for line in TABLE.read_text(encoding="utf-8").splitlines()
    if re.match(r"37\d{4}\t[^\t]+县\t", line)
]
LAST = COUNTIES[-1]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A notice of each of some dozens of counties."""
    folder = tmp_path_factory.mktemp("many")
    settings = replace(Settings(), data=folder / "data", index=folder / "index", today=date(2026, 6, 1))
    settings.bulletins.mkdir(parents=True)
    for number, county in enumerate(COUNTIES, start=100):
        text = f"{county}人民政府关于开放人民公园的通告\n人民公园自2026年5月1日起全天免费开放。\n"
        (settings.bulletins / f"notice-{number}.txt").write_text(text, encoding="utf-8")
    return settings


@pytest.fixture(scope="module")
def index(many: Settings) -> Index:
    return open_index(many, quiet=True)


@pytest.fixture(scope="module")
def client(many: Settings, index: Index, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service, with an editor signed in."""
    store: Store = open_store(f"sqlite:///{tmp_path_factory.mktemp('store')}/bulletin.db")
    add_staff(store, "李", PASSWORD, "editor")
    site = serve(Engine(index, many), store, Options("", parse("10000/minute")))
    with TestClient(site, raise_server_exceptions=False) as opened:
        page = opened.get("/verify/sign-in").text
        opened.post("/verify/sign-in", data={"name": "李", "password": PASSWORD, "csrf": csrf_of(page)})
        yield opened


def options(page: str) -> int:
    return page.count("<option")


def test_there_are_more_districts_than_a_list_holds() -> None:
    assert len(COUNTIES) > 50 > FEW


def test_a_program_looks_for_a_district_by_a_part_of_its_name(client: TestClient) -> None:
    found = client.get("/api/districts", params={"q": LAST[:1]}).json()["districts"]
    assert LAST in found
    assert all(LAST[:1] in one for one in found)
    assert len(client.get("/api/districts").json()["districts"]) == FEW


def test_documents_are_narrowed_by_a_part_of_a_district_and_no_district_list_is_sent(
    client: TestClient,
) -> None:
    page = client.get("/documents", params={"district": LAST[:2]}).text
    assert f"{LAST}人民政府" in page
    assert options(page) < FEW + 10
    assert client.get("/documents", params={"district": "没有这里"}).text.count("<h2 lang") == 0


def test_words_and_a_district_find_the_document_of_that_district_first(client: TestClient) -> None:
    page = client.get("/documents", params={"district": LAST, "q": "公园"}).text
    assert re.findall(r'<h2 lang="zh-CN"><a [^>]*>([^<]*)人民政府', page) == [LAST]


def test_the_collection_is_described_by_a_few_districts(client: TestClient) -> None:
    page = client.get("/about").text
    assert sum(f"{county}、" in page for county in COUNTIES) < 10
    assert f"另有{len(COUNTIES) - 4}个" in page


def test_bulletins_are_read_page_by_page_and_found_by_name(client: TestClient) -> None:
    first = client.get("/verify/bulletins").text
    assert first.count("/verify/bulletins/in/notice") == 50
    second = client.get("/verify/bulletins", params={"page": 2}).text
    assert second.count("/verify/bulletins/in/notice") == min(50, len(COUNTIES) - 50)
    found = client.get("/verify/bulletins", params={"words": "notice-100"}).text
    assert re.findall(r"/verify/bulletins/in/([\w.-]+)", found) == ["notice-100.txt"]


def test_the_desk_finds_a_document_that_is_not_cited(client: TestClient) -> None:
    told = client.post("/api/ask", json={"question": f"{COUNTIES[0]}人民公园什么时候开放？"}).json()
    page = client.get(f"/verify/{told['id']}").text
    assert options(page) == 0
    found = client.get(f"/verify/{told['id']}", params={"look": LAST}).text
    address = re.search(rf'href="([^"]+)"[^>]*>{LAST}人民政府', found)
    assert address
    assert f"<h2>{LAST}人民政府关于开放人民公园的通告</h2>" in client.get(address[1]).text


def test_whom_to_ask_is_set_for_a_district_found_by_name_and_the_others_stay(client: TestClient) -> None:
    for county in (COUNTIES[0], LAST):
        page = client.get("/verify/home", params={"place": county}).text
        assert page.count('name="place" value="') < 55
        line = {"place": county, "zh": f"{county}热线", "en": f"Call {county}"}
        seen = re.search(r'contacts">\s*<input[^>]*><input type="hidden" name="seen" value="([^"]*)"', page)
        assert seen
        sent = line | {"csrf": csrf_of(page), "seen": seen[1]}
        assert client.post("/verify/home/contacts", data=sent, follow_redirects=False).status_code == 303
    page = client.get("/verify/home").text
    assert f"{COUNTIES[0]}热线" in page
    assert f"{LAST}热线" in page


def test_a_resident_looks_for_where_they_live(client: TestClient, page: Page) -> None:
    with serving(client.app) as url:
        page.goto(url)
        field = page.locator("#district")
        expect(page.locator("#districts option")).to_have_count(FEW)
        field.press_sequentially(LAST)
        expect(page.locator("#districts option")).to_have_count(1)
        field.blur()
        expect(field).to_have_attribute("aria-invalid", "false")
        page.fill("#question textarea", "人民公园什么时候免费开放？")
        page.keyboard.press("Enter")
        expect(page.locator("#current .tools")).to_be_visible()
        expect(page.locator("#current")).to_contain_text(LAST)
        field.fill("没有这里")
        field.blur()
        expect(page.locator("#lives .wrong")).to_be_visible()
        page.reload()
        expect(page.locator("#district")).to_have_value("")
