"""What staff do in the browser, on a collection of two notices."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest
from limits import parse
from starlette.testclient import TestClient

from rag.answer import Engine
from rag.index import open_index
from rag.settings import Settings
from store.database import Store
from store.review import Wanted, queue, topics
from store.staff import add_staff
from store.statistics import statistics
from tests.conftest import notice
from web import strings
from web.desk import table
from web.options import Options
from web.site import serve

PASSWORD = "correct horse battery"
PARK_OPENS = "人民公园什么时候免费开放？"
BUS = "<html><body><h1>关于公交免费的通告</h1><p>公交车自2026年9月1日起免费乘坐。</p></body></html>"


@pytest.fixture
def client(tiny: Settings, store: Store, patient: None) -> Iterator[TestClient]:
    """A service with an editor, a reader and an administrator."""
    for name, role in (("李", "editor"), ("王", "reader"), ("赵", "administrator")):
        add_staff(store, name, PASSWORD, role)  # type: ignore[arg-type]
    engine = Engine(open_index(tiny, quiet=True), tiny)
    with TestClient(
        serve(engine, store, Options("", parse("10000/minute"))), raise_server_exceptions=False
    ) as one:
        yield one


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def signed_in(client: TestClient, name: str = "李") -> str:
    """Sign in, and return the token that forms carry."""
    client.cookies.clear()
    data = {"name": name, "password": PASSWORD, "csrf": csrf_of(client.get("/verify/sign-in").text)}
    assert client.post("/verify/sign-in", data=data, follow_redirects=False).status_code == 303
    return csrf_of(client.get("/verify").text)


def ask(client: TestClient, question: str, *before: str) -> dict[str, object]:
    history = [{"question": one} for one in before]
    response = client.post("/api/ask", json={"question": question, "history": history})
    assert response.status_code == 200, response.text
    return dict(response.json())


def document_of(answer: dict[str, object]) -> str:
    return str(answer["citations"][0]["document"]["id"])  # type: ignore[index]


def written(client: TestClient, text: str = "七月一日起免费。", quote: str = "2026年7月1日起") -> str:
    """An answer that staff wrote, and the id of the question it is for."""
    csrf, first = signed_in(client), ask(client, PARK_OPENS)
    data = {
        "csrf": csrf,
        "ruling": "wrong",
        "seen": 0,
        "written": text,
        "quote": quote,
        "document": document_of(first),
    }
    assert client.post(f"/verify/{first['id']}", data=data, follow_redirects=False).status_code == 303
    return str(first["id"])


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.1)


# --- verdicts and written answers ---


def test_an_answer_found_wrong_is_withdrawn_until_there_is_a_right_one(client: TestClient) -> None:
    csrf, first = signed_in(client), ask(client, PARK_OPENS)
    data = {"csrf": csrf, "ruling": "wrong", "seen": 0}
    client.post(f"/verify/{first['id']}", data=data)
    again = ask(client, PARK_OPENS)
    assert again["abstained"]
    assert "2026" not in str(again["answer"])
    # decided once more on what was told meanwhile: what was wrong stays away
    client.post(f"/verify/{again['id']}", data=data | {"seen": 1})
    assert ask(client, PARK_OPENS)["answer"] == again["answer"]
    pointed = data | {"seen": 2, "document": document_of(first), "quote": "全天免费开放"}
    client.post(f"/verify/{first['id']}", data=pointed)
    assert ask(client, PARK_OPENS)["answer"] == "全天免费开放 [1]"


def test_a_written_answer_is_given_with_its_places(client: TestClient) -> None:
    written(client, quote="2026年7月1日起\n\n全天免费开放")
    told = ask(client, f"  {PARK_OPENS}")
    assert told["answer"] == "七月一日起免费。 [1] [2]"
    assert [one["quote"] for one in told["citations"]] == ["2026年7月1日起", "全天免费开放"]  # type: ignore[attr-defined]


def test_an_answer_is_not_written_without_a_place(client: TestClient) -> None:
    csrf, first = signed_in(client), ask(client, PARK_OPENS)
    data = {"csrf": csrf, "ruling": "wrong", "seen": 0, "written": "七月一日起免费。"}
    assert client.post(f"/verify/{first['id']}", data=data).status_code == 422
    assert ask(client, PARK_OPENS)["answer"] == first["answer"]


def test_it_is_given_for_the_phrasings_that_staff_chose_and_no_others(client: TestClient) -> None:
    ask(client, "人民公园何时免费开放呢？")
    asked_id = written(client)
    page = client.get(f"/verify/{asked_id}").text
    assert 'name="alike" value="人民公园何时免费开放呢？"' in page  # offered, since it is near
    data = {"csrf": csrf_of(page), "alike": "人民公园何时免费开放呢？", "question": "逛公园要不要门票"}
    client.post(f"/verify/{asked_id}/phrasings", data=data)
    for question in ("人民公园何时免费开放呢？", "逛公园要不要门票？"):
        assert ask(client, question)["answer"] == "七月一日起免费。 [1]"
    assert ask(client, "游泳馆什么时候开放？")["answer"] != "七月一日起免费。 [1]"
    key = re.search(r'name="remove" value="([0-9a-f]+)"', client.get(f"/verify/{asked_id}").text)
    assert key
    client.post(f"/verify/{asked_id}/phrasings", data={"csrf": data["csrf"], "remove": key[1]})
    assert ask(client, "人民公园何时免费开放呢？")["answer"] != "七月一日起免费。 [1]"


def test_a_verdict_in_a_conversation_answers_no_stranger(client: TestClient) -> None:
    csrf = signed_in(client)
    follow_up = "那游泳馆呢？"
    told = ask(client, follow_up, PARK_OPENS)
    data = {"csrf": csrf, "ruling": "right", "seen": 0}
    client.post(f"/verify/{told['id']}", data=data)
    kinds = [
        [one["kind"] for one in ask(client, follow_up, *before)["notices"]]  # type: ignore[attr-defined]
        for before in ((PARK_OPENS,), (), ("临沂有几个区？",))
    ]
    assert ["verified" in one for one in kinds] == [True, False, False]


def test_a_written_answer_ends_when_its_place_changes(client: TestClient, tiny: Settings) -> None:
    written(client)
    park = tiny.bulletins / "park.txt"
    park.write_text(park.read_text(encoding="utf-8").replace("7月1日", "8月5日"), encoding="utf-8")
    open_index(tiny, quiet=True)
    until(lambda: "8月5日" in str(ask(client, PARK_OPENS)["answer"]))


# --- queue, tables, numbers ---


def test_the_queue_is_looked_through_by_words_district_topic_and_day(
    client: TestClient, store: Store
) -> None:
    ask(client, PARK_OPENS)
    ask(client, PARK_OPENS)
    ask(client, "游泳馆什么时候开放？")
    found = queue(store, Wanted("all", words="公园"))
    assert [(case.question, case.times, case.topic) for case in found.cases] == [
        (PARK_OPENS, 2, "关于开放人民公园的通告")
    ]
    assert queue(store, Wanted("all", topic="关于开放游泳馆的通告")).total == 1
    assert queue(store, Wanted("all", words="%")).total == 0
    assert queue(store, Wanted("all", day=date(2001, 1, 1))).total == 0
    signed_in(client)
    page = client.get("/verify", params={"words": "公园", "day": "no day", "district": "\x00"})
    assert page.status_code == 200


def test_cases_are_counted_by_topic_and_a_day_shows_what_was_asked_on_it(
    client: TestClient, store: Store
) -> None:
    ask(client, PARK_OPENS)
    ask(client, "人民公园哪天免费开放？")
    ask(client, "游泳馆什么时候开放？", PARK_OPENS)
    ask(client, "游泳馆什么时候开放？", PARK_OPENS)
    found = {one.name: (one.cases, one.asked) for one in topics(store, Wanted("all"))}
    assert found["关于开放人民公园的通告"] == (2, 2)
    assert found["关于开放游泳馆的通告"] == (1, 2)
    today = datetime.now().astimezone().date()
    assert queue(store, Wanted("all", day=today)).total == 3
    signed_in(client)
    page = client.get("/verify", params={"day": today.isoformat(), "words": "游泳馆"}).text
    assert "关于开放游泳馆的通告" in page
    assert PARK_OPENS in page  # the conversation before it


def test_written_answers_are_listed_with_whether_they_are_still_given(
    client: TestClient, tiny: Settings, store: Store
) -> None:
    ask(client, "游泳馆什么时候开放？")
    asked_id = written(client)
    page = client.get("/verify?shown=written").text
    assert (PARK_OPENS in page, "游泳馆" in page) == (True, False)
    assert strings.IS_GIVEN.zh in page
    data = {"csrf": csrf_of(page), "question": "逛公园要不要门票"}
    client.post(f"/verify/{asked_id}/phrasings", data=data)
    case = client.get(f"/verify/{asked_id}").text
    assert re.search(r"李于.*加入，相近\d+%", case)  # which paraphrase, and why
    park = tiny.bulletins / "park.txt"
    park.write_text(park.read_text(encoding="utf-8").replace("7月1日", "8月5日"), encoding="utf-8")
    open_index(tiny, quiet=True)
    until(lambda: strings.NOT_GIVEN.zh in client.get("/verify?shown=written").text)
    assert strings.NOT_GIVEN_HELP.zh in client.get(f"/verify/{asked_id}").text
    for question in (PARK_OPENS, "逛公园要不要门票"):
        assert ask(client, question)["answer"] != "七月一日起免费。 [1]"


def test_a_table_of_questions_runs_no_formula(client: TestClient, store: Store) -> None:
    ask(client, "=HYPERLINK(1)", PARK_OPENS)
    text = table(queue(store, "all").cases)
    assert "'=HYPERLINK(1)" in text
    assert PARK_OPENS in text  # the conversation before it
    signed_in(client)
    saved = client.get("/verify/export/questions.csv?shown=all")
    assert saved.headers["content-type"].startswith("text/csv")
    assert "HYPERLINK" in saved.text


def test_the_numbers_count_what_was_asked_answered_and_helped(client: TestClient, store: Store) -> None:
    told = ask(client, PARK_OPENS)
    ask(client, "火星上有几座图书馆？")
    client.post("/api/vote", json={"id": told["id"], "helpful": True})
    found = statistics(store, 7)
    assert (found.asked, found.answered, found.helped, found.voted) == (2, 1, 1, 1)
    assert found.days[-1].asked == 2
    assert ("关于开放人民公园的通告", 1) in found.topics
    signed_in(client)
    assert "50 %" in client.get("/verify/statistics").text


# --- accounts ---


def test_everybody_may_do_what_their_role_says(client: TestClient) -> None:
    asked_id = ask(client, PARK_OPENS)["id"]
    doors = {
        "王": (200, 403, 403),
        "李": (200, 303, 403),
        "赵": (200, 409, 200),
    }
    for name, expected in doors.items():
        data = {"csrf": signed_in(client, name), "ruling": "right", "seen": 0}
        got = (
            client.get(f"/verify/{asked_id}").status_code,
            client.post(f"/verify/{asked_id}", data=data, follow_redirects=False).status_code,
            client.get("/verify/log").status_code,
        )
        assert got == expected, name
    assert ">正确<" in client.get("/verify/log").text


def test_a_password_of_ones_own_ends_the_other_sessions(client: TestClient) -> None:
    signed_in(client)
    elsewhere = client.cookies["bulletin-staff"]
    csrf = signed_in(client)
    wrong = {"csrf": csrf, "old": "another one, not this", "new": "a longer password"}
    assert client.post("/verify/account/password", data=wrong).status_code == 403
    short = {"csrf": csrf, "old": PASSWORD, "new": "short"}
    assert client.post("/verify/account/password", data=short).status_code == 422
    right = {"csrf": csrf, "old": PASSWORD, "new": "a longer password"}
    assert client.post("/verify/account/password", data=right, follow_redirects=False).status_code == 303
    assert client.get("/verify", follow_redirects=False).status_code == 200
    client.cookies.clear()
    client.cookies["bulletin-staff"] = elsewhere
    assert client.get("/verify", follow_redirects=False).status_code == 303


# --- bulletins ---


def bring(client: TestClient, csrf: str, name: str, content: bytes) -> str:
    """Bring a file, and return the address of the draft."""
    response = client.post(
        "/verify/bulletins", data={"csrf": csrf}, files={"file": (name, content)}, follow_redirects=False
    )
    assert response.status_code == 303, response.text
    return response.headers["location"]


def test_a_file_is_brought_looked_at_put_right_tried_published_and_taken_back(client: TestClient) -> None:
    question = "公交车什么时候免费？"
    csrf = signed_in(client)
    draft = bring(client, csrf, "../bus.html", BUS.encode())
    assert draft.startswith("/verify/bulletins/")
    page = client.get(draft, params={"q": question}).text
    assert "2026年9月1日" in page
    assert strings.ASIDE["blank"].zh in page  # what was set aside, in the reader's language
    assert "2026年9月1日" not in str(ask(client, question)["answer"])  # not published yet
    document = re.search(r'name="document" value="([^"]+)"', page)
    assert document
    values = {"csrf": csrf, "document": document[1], "title": "关于公交车免费的通告", "jurisdiction": "甲市"}
    assert client.post(f"{draft}/documents", data=values | {"signed_on": "2026-13-40"}).status_code == 422
    client.post(f"{draft}/documents", data=values | {"signed_on": "2026-08-20"})
    assert client.post(f"{draft}/publish", data={"csrf": csrf}, follow_redirects=False).status_code == 303
    until(lambda: "2026年9月1日" in str(ask(client, question)["answer"]))
    cited = ask(client, question)["citations"][0]["document"]  # type: ignore[index]
    assert (cited["title"], cited["jurisdiction"], cited["signed_on"]) == (
        "关于公交车免费的通告",
        "甲市",
        "2026-08-20",
    )
    client.post("/verify/bulletins/remove", data={"csrf": csrf, "name": "bus.txt"})
    until(lambda: "2026年9月1日" not in str(ask(client, question)["answer"]))
    client.post("/verify/bulletins/restore", data={"csrf": csrf, "name": "bus.txt"})
    until(lambda: "2026年9月1日" in str(ask(client, question)["answer"]))
    signed_in(client, "赵")
    log = client.get("/verify/log").text
    assert all(f">{action}<" in log for action in ("放入文件", "更正", "发布", "撤回", "放回"))


def test_what_is_being_taken_back_or_up_is_said_until_it_is(client: TestClient, tiny: Settings) -> None:
    signed_in(client)

    def line(name: str) -> str:
        page = client.get("/verify/bulletins").text
        found = re.search(rf"<li>(?:<a [^>]*>)?{name}.*?</li>", page, re.DOTALL)
        return found[0] if found else ""

    (tiny.bulletins / "pool.txt").rename(tiny.data / "pool.txt")
    notice(tiny.bulletins, "bus.txt", "公交车免费")
    assert strings.GOING.zh in line("pool.txt")
    assert "<form" not in line("pool.txt")
    assert strings.COMING.zh in line("bus.txt")
    open_index(tiny, quiet=True)
    until(lambda: not line("pool.txt"))
    assert strings.COMING.zh not in line("bus.txt")


def test_a_file_that_cannot_be_read_leaves_nothing(client: TestClient, tiny: Settings) -> None:
    csrf = signed_in(client)
    for files in ({"file": ("empty.txt", b"")}, {"file": ("x" * 300 + ".txt", BUS.encode())}, None):
        response = client.post("/verify/bulletins", data={"csrf": csrf}, files=files)
        assert response.status_code == 422
    drafts = tiny.data / ".drafts"
    assert not drafts.exists() or list(drafts.iterdir()) == []


def test_a_bulletin_of_the_same_name_is_replaced_only_when_that_is_said(
    client: TestClient, tiny: Settings
) -> None:
    csrf = signed_in(client)
    draft = bring(client, csrf, "park.txt", "关于关闭公园的通告\n人民公园自2026年10月1日起关闭。\n".encode())
    assert client.post(f"{draft}/publish", data={"csrf": csrf}).status_code == 409
    assert "7月1日" in (tiny.bulletins / "park.txt").read_text(encoding="utf-8")
    assert (
        client.post(
            f"{draft}/publish", data={"csrf": csrf, "replace": "1"}, follow_redirects=False
        ).status_code
        == 303
    )
    assert "关闭" in (tiny.bulletins / "park.txt").read_text(encoding="utf-8")
    assert (tiny.data / "removed" / "park.txt").is_file()


def test_a_reader_brings_nothing(client: TestClient) -> None:
    csrf = signed_in(client, "王")
    response = client.post("/verify/bulletins", data={"csrf": csrf}, files={"file": ("a.txt", BUS.encode())})
    assert response.status_code == 403


# --- without scripts ---


def test_without_scripts_one_asks_and_is_answered(client: TestClient) -> None:
    page = client.get("/ask", params={"q": PARK_OPENS}).text
    assert "2026年7月1日" in page
    assert f'name="before" value="{PARK_OPENS}"' in page
    assert client.get("/ask", params={"q": "问" * 1001}).status_code == 422
    assert 'url=/ask"' in client.get("/").text
