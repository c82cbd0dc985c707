"""A link to a cited place, opened after bulletins came and went; and the version that each answer names."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from rag.answer import Engine
from rag.index import change_collection, open_index
from rag.publishing.collection import Change
from rag.settings import Settings
from tests.conftest import PARK
from tests.test_desk import PARK_OPENS, client, until
from web import cited, strings
from web.cited import marks_of, moved_to

__all__ = ["client"]


def version(client: TestClient) -> str:
    return str(client.get("/healthz").json()["index"])


def link(client: TestClient) -> str:
    """The link to its source that the answer to a question carries."""
    page = client.get("/ask", params={"q": PARK_OPENS}).text
    found = re.search(r'href="(/documents/[^"]+)"', page)
    assert found
    return found[1].replace("&amp;", "&").removesuffix("#at")


def rewritten(client: TestClient, tiny: Settings, text: str | None) -> None:
    """The bulletin with another text, or without it, taken up by the service."""
    before = version(client)
    park = tiny.bulletins / "park.txt"
    if text is None:
        change_collection(tiny, Change(remove=["park.txt"]), quiet=True)
    else:
        park.write_text(text, encoding="utf-8")
        open_index(tiny, quiet=True)
    until(lambda: version(client) != before)


def test_every_answer_names_the_version_it_came_from(client: TestClient, tiny: Settings) -> None:
    given = client.post("/api/ask", json={"question": PARK_OPENS})
    assert given.json()["version"] == given.headers["Bulletin-Version"] == version(client)
    assert version(client) in client.get("/ask", params={"q": PARK_OPENS}).text
    index = open_index(tiny, quiet=True)
    assert Engine(index, tiny).ask(PARK_OPENS).version == index.version


def test_a_link_opens_at_its_place_while_the_words_stand_there(client: TestClient) -> None:
    opened = client.get(link(client), follow_redirects=False)
    assert opened.status_code == 200
    assert 'id="at"' in opened.text
    assert strings.CITED_MOVED.zh not in opened.text


def test_words_that_moved_are_found_where_they_stand_now(client: TestClient, tiny: Settings) -> None:
    old = link(client)
    rewritten(client, tiny, f"关于新增座椅的通告\n各公园增设座椅二百张。\n\n{PARK}")
    opened = client.get(old)
    assert opened.status_code == 200
    assert strings.CITED_MOVED.zh in opened.text
    marked = re.search(r'<mark class="at"[^>]*>([^<]*)</mark>', opened.text)
    assert marked
    assert "2026年7月1日" in marked[1]


def test_words_that_changed_are_said_to_have_changed(client: TestClient, tiny: Settings) -> None:
    old = link(client)
    rewritten(client, tiny, PARK.replace("7月1日", "8月5日"))
    opened = client.get(old)
    assert opened.status_code == 200
    assert strings.CITED_CHANGED.zh in opened.text
    assert "8月5日" in opened.text
    assert "<mark" not in opened.text


def test_a_document_that_is_gone_is_said_to_be_gone(client: TestClient, tiny: Settings) -> None:
    old = link(client)
    rewritten(client, tiny, None)
    opened = client.get(old)
    assert opened.status_code == 404
    assert strings.CITED_GONE.zh in opened.text


def test_marks_that_are_none_find_nothing(client: TestClient) -> None:
    address = link(client).partition("?")[0]
    for of in ("x", "0" * 16, f"{'0' * 16},{'f' * 16}", "0" * 5000, "\x00", "٣" * 16):
        assert client.get(address, params={"at": "3-9", "of": of}).status_code == 200, of
        assert client.get("/documents/gone", params={"at": "0-9", "of": of}).status_code == 404, of


def test_places_are_found_in_order_across_a_bulletin(tiny: Settings) -> None:
    index = open_index(tiny, quiet=True)
    text = index.source_text("park.txt")
    marks = marks_of([text[2:7], text[9:12]])
    assert moved_to(index, [5, 3], marks) == ("park.txt", [(2, 7), (9, 12)])
    assert moved_to(index, [3, 5], marks_of([text[9:12], text[2:7]])) is None
    assert moved_to(index, [len(text) + 1], marks_of(["x"])) is None


def test_of_many_bulletins_the_one_cited_and_as_many_others_as_time_allows_are_looked_through(
    tiny: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = open_index(tiny, quiet=True)
    marks = marks_of([index.source_text("pool.txt")[2:7]])
    monkeypatch.setattr(cited, "_LOOKED_THROUGH", 1)  # no more than one bulletin
    assert moved_to(index, [5], marks) is None
    assert moved_to(index, [5], marks, "pool.txt") == ("pool.txt", [(2, 7)])
