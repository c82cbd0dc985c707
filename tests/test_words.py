"""What staff set in the browser: words, examples, contacts; each takes effect within seconds, and nobody's is lost."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from rag.answer import Engine
from rag.answering.contacts import Contacts, load_contacts, save_contacts
from rag.asking.lexicon import Entry, load_lexicon, read_entries, write_own
from rag.errors import BulletinError
from rag.index import open_index
from rag.settings import Settings
from tests.test_desk import PARK_OPENS, ask, client, csrf_of, signed_in, until
from web.chat import example_questions
from web.examples import load_examples

__all__ = ["client"]  # the service with staff, as a fixture
HOLIDAY = "夜游什么时候开始？"


@pytest.fixture
def night(tiny: Settings) -> Settings:
    """The collection with a notice whose words no resident uses."""
    text = "关于延长景区开放时间的通告\n景区夜间延时开放服务自2026年9月5日起提供。\n"
    (tiny.bulletins / "night.txt").write_text(text, encoding="utf-8")
    return tiny


@pytest.fixture
def service(night: Settings, client: TestClient) -> TestClient:
    assert "night.txt" in {path.name for path in night.bulletins.iterdir()}
    return client


def seen_of(page: str, at: int = 0) -> str:
    """What a form says that its author had before them."""
    return str(re.findall(r'name="seen" value="([^"]*)"', page)[at])


def test_a_word_is_tried_before_it_is_saved_and_removed_again(service: TestClient, night: Settings) -> None:
    signed_in(service)
    page = service.get("/verify/words").text
    word = {
        "official": "夜间延时开放",
        "everyday": "夜游；晚上逛景区",
        "english": "night opening",
        "question": HOLIDAY,
    }
    form = {"csrf": csrf_of(page), "seen": seen_of(page)} | word
    tried = service.post("/verify/words", data=form | {"do": "try"})
    assert tried.status_code == 200
    assert 'value="夜游；晚上逛景区"' in tried.text  # what was entered is still there
    assert "关于延长景区开放时间的通告" in tried.text
    assert list(read_entries(night.data / "lexicon")) == []
    assert (
        service.post("/verify/words", data=form | {"do": "save"}, follow_redirects=False).status_code == 303
    )
    assert "开放" in load_lexicon(night.data / "lexicon").official_terms(HOLIDAY, "zh")
    late = service.post("/verify/words", data=form | {"official": "另一个", "do": "save"})
    assert late.status_code == 409  # somebody changed it since the page was opened
    assert 'value="另一个"' in late.text
    page = service.get("/verify/words?edit=夜间延时开放").text
    assert 'value="夜游；晚上逛景区"' in page
    drop = {"csrf": csrf_of(page), "seen": seen_of(page), "official": "夜间延时开放"}
    assert service.post("/verify/words/remove", data=drop, follow_redirects=False).status_code == 303
    assert list(read_entries(night.data / "lexicon")) == []
    signed_in(service, "赵")
    log = service.get("/verify/log").text
    assert ">设定词语<" in log
    assert ">删去词语<" in log


def test_a_word_that_cannot_stand_in_the_file_is_refused(client: TestClient, tiny: Settings) -> None:
    csrf = signed_in(client)
    form = {"csrf": csrf, "seen": "", "do": "save"}
    for official, everyday in (("", "乙"), ("甲", ""), ("甲；丙", "丁"), ("#甲", "丁"), ("\x00", "丁")):
        refused = client.post("/verify/words", data=form | {"official": official, "everyday": everyday})
        assert refused.status_code in (409, 422), official
    assert list(read_entries(tiny.data / "lexicon")) == []


def test_the_words_that_came_with_it_are_looked_up_and_stay(client: TestClient, tiny: Settings) -> None:
    (tiny.data / "lexicon").mkdir()
    (tiny.data / "lexicon" / "home.tsv").write_text(
        "居民户口簿\t户口本\thousehold booklet\n", encoding="utf-8"
    )
    signed_in(client)
    assert "居民户口簿" in client.get("/verify/words?q=户口本").text
    write_own(tiny.data / "lexicon", [Entry("居民户口簿", ("红本本",), ())])
    terms = load_lexicon(tiny.data / "lexicon")
    assert terms.official_terms("红本本", "zh").keys() == terms.official_terms("户口本", "zh").keys()


def test_examples_that_staff_chose_are_offered_while_they_are_answered(
    client: TestClient, tiny: Settings
) -> None:
    csrf = signed_in(client)
    ask(client, PARK_OPENS)
    page = client.get("/verify/home").text
    data = {
        "csrf": csrf,
        "seen": seen_of(page),
        "zh": [PARK_OPENS, "火星上有几座图书馆？"],
        "en": ["", ""],
    }
    assert client.post("/verify/home/examples", data=data, follow_redirects=False).status_code == 303
    assert [one.zh for one in load_examples(tiny.data)] == [PARK_OPENS, "火星上有几座图书馆？"]
    assert "现在答不出" in client.get("/verify/home").text
    offered = example_questions(Engine(open_index(tiny, quiet=True), tiny))
    assert [one.zh for one in offered] == [PARK_OPENS]
    until(lambda: f">{PARK_OPENS}</button>" in str(client.get("/config").json()))
    assert client.post("/verify/home/examples", data=data).status_code == 409


def test_whom_to_ask_is_set_for_a_district(client: TestClient, tiny: Settings) -> None:
    csrf = signed_in(client)
    seen = seen_of(client.get("/verify/home").text, 1)
    data = {
        "csrf": csrf,
        "seen": seen,
        "place": ["", "甲市"],
        "zh": ["请问大厅。", ""],
        "en": ["Ask in the hall.", ""],
    }
    half = data | {"en": ["", ""]}
    assert client.post("/verify/home/contacts", data=half).status_code == 409
    assert client.post("/verify/home/contacts", data=data, follow_redirects=False).status_code == 303
    assert load_contacts(tiny.data).lines == {"": {"zh": "请问大厅。", "en": "Ask in the hall."}}
    until(lambda: "请问大厅。" in str(ask(client, "火星上有几座图书馆？")["answer"]))


def test_a_reader_sets_nothing(client: TestClient, tiny: Settings) -> None:
    csrf = signed_in(client, "王")
    for path in ("/verify/words", "/verify/words/remove", "/verify/home/examples", "/verify/home/contacts"):
        assert client.get(path.rsplit("/", 1)[0] if path.count("/") > 2 else path).status_code == 200
        assert (
            client.post(
                path, data={"csrf": csrf, "official": "甲", "everyday": "乙", "do": "save"}
            ).status_code
            == 403
        )
    assert not (tiny.data / "contacts.tsv").exists()


def test_lines_of_contacts_come_back_as_they_were(tiny: Settings) -> None:
    lines = Contacts(
        {"": {"zh": "请打12345。", "en": "Call 12345."}, "甲市": {"zh": "一楼。", "en": "Ground floor."}}
    )
    save_contacts(tiny.data, lines)
    assert load_contacts(tiny.data) == lines
    with pytest.raises(BulletinError):
        save_contacts(tiny.data, Contacts({"甲\n市": {"zh": "一", "en": "b"}}))
    assert load_contacts(tiny.data) == lines
