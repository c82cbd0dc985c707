"""The service over HTTP: answers by the contract, clean errors for bad input, closed doors."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import anyio
import msgspec
import pytest
from fastapi import FastAPI
from limits import parse
from starlette.testclient import TestClient

from rag.answer import Engine
from rag.contract import Answer, WordedAnswer
from rag.index import Index
from rag.settings import Settings
from store.database import Store, open_store
from store.questions import ChosenPlace, question_key
from store.review import ConflictError, decide, open_file
from store.staff import add_staff
from tests.conftest import SIREN
from tests.llms import Say
from tests.llms import serve as llm_server
from web import pages, strings
from web.asking import Asking, Told
from web.document import Library, runs_of
from web.metrics import Metrics
from web.options import Options
from web.problems import LONGEST_BODY
from web.security import _OPEN, _OURS
from web.site import serve
from web.strings import Text

HTML = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def shared(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Store]]:
    """One service for the module, with room for every question in it."""
    folder = tmp_path_factory.mktemp("service")
    store = open_store(f"sqlite:///{folder}/bulletin.db")
    add_staff(store, "李", PASSWORD)
    add_staff(store, "王", PASSWORD)
    options = Options("", parse("100000/minute"))
    application = serve(engine, store, options, folder / "results")
    with TestClient(application, raise_server_exceptions=False) as client:
        yield client, store


@pytest.fixture
def client(shared: tuple[TestClient, Store]) -> TestClient:
    shared[0].cookies.clear()
    return shared[0]


@pytest.fixture
def kept(shared: tuple[TestClient, Store]) -> Store:
    return shared[1]


def ask(client: TestClient, question: str, **more: object) -> dict[str, Any]:
    response = client.post("/api/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    return dict(response.json())


def signed_in(client: TestClient, name: str = "李") -> str:
    """Sign in and return the token that forms must carry."""
    page = client.get("/verify/sign-in")
    csrf = _csrf(page.text)
    data = {"name": name, "password": PASSWORD, "csrf": csrf, "next": "/verify"}
    assert client.post("/verify/sign-in", data=data, follow_redirects=False).status_code == 303
    return _csrf(client.get("/verify").text)


def _csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


# --- asking ---


def test_an_answer_is_the_one_of_the_contract(client: TestClient, engine: Engine) -> None:
    response = client.post("/api/ask", json={"question": SIREN, "id": "mine"})
    answer = msgspec.json.decode(response.content, type=WordedAnswer)
    assert (answer.id, answer.answer) == ("mine", engine.ask(SIREN).answer)
    for citation in answer.citations:
        assert engine.index.quote(citation.source, citation.spans) == citation.quote


def test_an_answer_is_kept_and_may_be_voted_on(client: TestClient, kept: Store) -> None:
    asked_id = str(ask(client, SIREN)["id"])
    vote = {"id": asked_id, "helpful": False, "reason": HTML}
    assert client.post("/api/vote", json=vote).status_code == 204
    file = open_file(kept, asked_id)
    assert file is not None
    assert any(one.reason == HTML for one in file.votes)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "invalid"),
        (b"{", 422, "invalid"),
        (b"[]", 422, "invalid"),
        (b"\xff\xfe", 422, "invalid"),
        (b'{"question": null}', 422, "invalid"),
        (b'{"question": "\\ud800"}', 422, "invalid"),
        (b'{"question": "x", "more": 1}', 422, "invalid"),
        (b'{"question": "x", "history": "x"}', 422, "invalid"),
        (b'{"question": ""}', 422, "blank"),
        (b'{"question": "<b> </b>"}', 422, "blank"),
        (b'{"question": " \\u200b "}', 422, "blank"),
        (msgspec.json.encode({"question": "问" * 1001}), 422, "too_long"),
        (msgspec.json.encode({"question": "x", "history": [{"question": "x"}] * 21}), 422, "invalid"),
        (b" " * (LONGEST_BODY + 1), 413, "too_large"),
    ],
)
def test_bad_input_is_told_as_json(client: TestClient, body: bytes, status: int, code: str) -> None:
    response = client.post("/api/ask", content=body, headers={"Content-Type": "application/json"})
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (status, code)
    assert error["message"]
    assert error["message_zh"]
    assert "Traceback" not in response.text


def test_a_body_that_hides_its_length_is_cut_off(client: TestClient) -> None:
    pieces = (b" " * 65536 for _ in range(1 + LONGEST_BODY // 65536))
    response = client.post("/api/ask", content=pieces, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/ask", 405),
        ("TRACE", "/api/ask", 405),
        ("QUERY", "/documents", 405),
        ("QUERY", "/verify/sign-in", 405),
        ("QUERY", "/api/nothing", 404),
        ("GET", "/api/nothing", 404),
        ("POST", "/documents", 405),
        ("GET", "/documents/nothing", 404),
        ("GET", "/web/chat.py", 404),
        ("GET", "/web/..%2fapp.py", 404),
        ("GET", "/language/fr", 404),
    ],
)
def test_what_is_not_there_is_told_as_json_or_as_a_page(
    client: TestClient, method: str, path: str, status: int
) -> None:
    response = client.request(method, path)
    assert (response.status_code, "code" in response.json()["error"]) == (status, True)
    page = client.request(method, path, headers={"Accept": "text/html"})
    assert page.status_code == status
    assert path.startswith("/api/") or "<h1>" in page.text
    assert (status == 405) == ("allow" in response.headers)


def test_one_client_can_ask_only_so_much(engine: Engine, store: Store) -> None:
    application = serve(engine, store, Options("", parse("2/minute")))
    with TestClient(application) as client:
        statuses = [client.post("/api/ask", json={"question": "早上好"}).status_code for _ in range(3)]
        response = client.post("/api/ask", json={"question": "早上好"})
    assert statuses == [200, 200, 429]
    assert response.json()["error"]["code"] == "too_many"
    assert 1 <= int(response.headers["Retry-After"]) <= 60


def test_an_answer_that_a_model_writes_grows_before_it_is_told(
    index: Index, settings: Settings, store: Store
) -> None:
    said = [f"防空警报试鸣时间是2025年9月18日10时00分至10时20分。[{n}]" for n in (1, 1)]
    with llm_server([Say(said)]) as server:
        timed = replace(settings, llm=server.url, llm_model="m", llm_stall=120, llm_timeout=120)
        asking = Asking(Engine(index, timed), store, parse("9/minute"), Metrics())

        async def collect() -> list[Answer | Told]:
            return [part async for part in asking.stream(SIREN)]

        *parts, told = anyio.run(collect)
    assert isinstance(told, Told)
    assert told.asked_id
    assert all(isinstance(part, Answer) for part in parts)
    assert len(parts) >= 1


def test_an_answer_is_given_even_when_it_can_not_be_kept(engine: Engine, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/bulletin.db")
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE asked")
    with TestClient(serve(engine, store, Options("", parse("9/minute")))) as client:
        response = client.post("/api/ask", json={"question": SIREN})
    assert response.status_code == 200
    assert "Bulletin-Answer" not in response.headers
    assert response.json()["citations"]


def test_health_says_whether_answers_can_be_kept(client: TestClient, engine: Engine, tmp_path: Path) -> None:
    assert client.get("/healthz").json()["status"] == "ok"
    store = open_store(f"sqlite:///{tmp_path}/gone/bulletin.db")
    store.close()
    for file in (tmp_path / "gone").iterdir():
        file.unlink()
    (tmp_path / "gone").rmdir()
    with TestClient(serve(engine, store, Options("", parse("9/minute")))) as other:
        response = other.get("/healthz")
    assert (response.status_code, response.json()["database"]) == (503, "unreachable")


def test_the_counts_tell_how_many_and_not_what(client: TestClient) -> None:
    ask(client, SIREN)
    text = client.get("/metrics").text
    assert re.search(r'bulletin_questions_total\{language="zh",outcome="answered"\} [1-9]', text)
    assert "bulletin_answer_seconds_bucket" in text
    assert "防空" not in text


def test_the_reference_documents_every_route_and_loads_nothing_from_elsewhere(client: TestClient) -> None:
    schema = client.get("/api/openapi.json").json()
    page = client.get("/api").text
    documented = {"/api/ask", "/api/vote", "/api/districts", "/healthz", "/metrics"}
    assert set(schema["paths"]) == documented
    assert all(path in page for path in documented)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


# --- doors ---


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=http://127.0.0.1/",
        "/gradio_api/stream/x",
        "/gradio_api/component_server",
        "/gradio_api/runs",
        "/file=/etc/passwd",
        "/upload",
        "/monitoring",
        "/docs",
        "/openapi.json",
        "/../../etc/passwd",
        "/assets/../../../../etc/passwd",
        "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    ],
)
def test_files_and_doors_nobody_needs_are_out_of_reach(client: TestClient, path: str) -> None:
    for response in (client.get(path), client.post(path)):
        assert response.status_code in (403, 404, 405), path
        assert "root:" not in response.text


@pytest.mark.parametrize(
    "path", ["/", "/documents", "/about", "/api", "/verify/sign-in", "/healthz", "/web/style.css"]
)
def test_every_response_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"https?:|\*", policy)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    if path != "/":
        assert "unsafe" not in policy


def test_every_route_of_ours_is_let_through_and_known(client: TestClient) -> None:
    routes = cast(FastAPI, client.app).routes
    paths = [str(getattr(route, "path", "")) or "/" for route in routes]
    assert all(_OURS.fullmatch(path) or _OPEN.fullmatch(path) for path in paths)


# --- documents ---


def test_the_list_narrows_by_district_year_kind_and_validity(client: TestClient, engine: Engine) -> None:
    everything = client.get("/documents").text.count("<h2")
    assert everything == len(engine.index.documents)
    page = client.get("/documents", params={"district": "临沂市", "year": "2025", "kind": "公告"}).text
    wanted = [
        one
        for one in engine.index.documents.values()
        if one.jurisdiction == "临沂市" and one.kind == "公告" and (one.signed_on or "").startswith("2025")
    ]
    assert wanted
    assert page.count("<h2") == len(wanted)
    assert all(f"/documents/{one.id}" in page for one in wanted)
    expired = client.get("/documents", params={"validity": "expired"}).text
    assert 0 < expired.count("<h2") < everything


def test_a_long_list_is_read_page_by_page(
    client: TestClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_PAGE", 30)
    shown: list[str] = []
    address = "/documents?validity="
    for number in (1, 2, 3):
        page = client.get(address).text
        shown += re.findall(r'<h2[^>]*>\s*<a href="(/documents/[^"?]+)', page)
        following = re.search(rf'href="([^"]*page={number + 1})"', page)
        assert (following is None) == (number == 3)
        address = html.unescape(following[1]) if following else ""
    assert sorted(shown) == sorted(f"/documents/{id_}" for id_ in engine.index.documents)


def test_a_search_leads_to_the_place_in_the_document(client: TestClient) -> None:
    page = client.get("/documents", params={"q": "防空警报试鸣时间"}).text
    link = re.search(r"/documents/\w+\?at=[\d,-]+#at", page)
    assert link
    place = client.get(link[0].replace("&amp;", "&")).text
    assert re.search(r'<mark class="at"[^>]* id="at"', place)


def test_every_document_is_shown_whole_and_to_the_letter(engine: Engine) -> None:
    library = Library(engine.index)
    for document in engine.index.documents.values():
        text = engine.index.source_text(document.source)
        runs = [run for block in library.view(document.id).blocks for run in runs_of(block)]
        assert all(text[run.start : run.end] == run.text for run in runs)
        shown = {at for run in runs for at in range(run.start, run.end)}
        wanted = {
            at
            for passage in engine.index.passages
            if passage.chunk.document == document.id
            for unit in passage.chunk.units
            for start, end in unit.spans
            for at in range(start, end)
            if text[at].isalnum()
        }
        assert len(wanted - shown) <= 0.001 * len(wanted), document.title


def test_a_cited_place_is_marked_even_in_a_table(client: TestClient, engine: Engine) -> None:
    passage = next(p for p in engine.index.passages for u in p.chunk.units if u.kind == "row")
    unit = next(unit for unit in passage.chunk.units if unit.kind == "row")
    at = ",".join(f"{start}-{end}" for start, end in unit.spans)
    page = client.get(f"/documents/{passage.document.id}", params={"at": at}).text
    assert "<table" in page
    assert re.search(r'<td><mark class="at"', page)


@pytest.mark.parametrize("at", ["x", "9-3", "-1-5", "0-999999999", "1-2," * 1000, "1e3-2e3", "٣-٤"])
def test_a_place_that_is_none_is_passed_over(client: TestClient, engine: Engine, at: str) -> None:
    document = next(d.id for d in engine.index.documents.values() if d.number == "临政字〔2025〕75号")
    response = client.get(f"/documents/{document}", params={"at": at})
    assert (response.status_code, 'id="at"' in response.text) == (200, False)


def test_words_are_found_in_a_document_over_line_breaks(client: TestClient, engine: Engine) -> None:
    document = next(d for d in engine.index.documents.values() if d.number == "临政字〔2025〕75号")
    page = client.get(f"/documents/{document.id}", params={"find": "防空 警报"}).text
    (found,) = map(int, re.findall(r"找到(\d+)处", page))
    shown = "".join(
        run.text for block in Library(engine.index).view(document.id).blocks for run in runs_of(block)
    )
    assert found == shown.count("防空警报")
    assert page.count('<mark class="find"') == found


def test_what_looks_like_markup_shows_as_text_on_every_page(client: TestClient, kept: Store) -> None:
    asked_id = str(ask(client, f"{HTML} 防空警报什么时候试鸣？")["id"])
    client.post("/api/vote", json={"id": asked_id, "helpful": False, "reason": HTML})
    csrf = signed_in(client)
    data = {"csrf": csrf, "seen": 0, "ruling": "wrong", "note": HTML}
    client.post(f"/verify/{asked_id}", data=data)
    pages = [
        client.get("/documents", params={"q": HTML, "district": HTML}).text,
        client.get("/verify?shown=all").text,
        client.get(f"/verify/{asked_id}").text,
        client.get("/verify/sign-in", params={"next": f'/verify">{HTML}'}).text,
    ]
    for page in pages:
        assert "<img" not in page
        assert "<script>alert" not in page
    assert "&lt;img" in pages[2]


# --- language ---


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN", "zh"),
        ("fr,de;q=0.5", "zh"),
        ("fr, en;q=0.3, zh;q=0.8", "zh"),
        ("x;q=y", "zh"),
    ],
)
def test_the_language_follows_the_browser(client: TestClient, accepted: str, language: str) -> None:
    page = client.get("/about", headers={"Accept-Language": accepted})
    assert page.headers["content-language"] == language
    assert getattr(strings.ABOUT, language) in page.text


def test_the_language_can_be_switched_and_is_remembered(client: TestClient) -> None:
    before = {"referer": "http://testserver/documents?year=2025", "Accept-Language": "zh"}
    switched = client.get("/language/en", headers=before, follow_redirects=False)
    assert switched.headers["location"] == "/documents?year=2025"
    assert client.get("/about", headers={"Accept-Language": "zh"}).headers["content-language"] == "en"
    elsewhere = client.get(
        "/language/zh", headers={"referer": "http://evil.example/x"}, follow_redirects=False
    )
    assert elsewhere.headers["location"] == "/"


def test_everything_said_is_said_in_both_languages() -> None:
    said = [(name, text) for name, text in vars(strings).items() if isinstance(text, Text)]
    assert len(said) > 100
    one_sided = {name for name, text in said if not text.zh or not text.en}
    assert one_sided == {"CHINESE_ONLY"}


def test_every_word_the_templates_say_is_among_the_strings() -> None:
    for template in (Path(strings.__file__).parent / "templates").glob("*.html"):
        source = template.read_text(encoding="utf-8")
        assert all(hasattr(strings, name) for name in re.findall(r'\bt\("([A-Z_]+)"', source)), template.name
        without = re.sub(r"\{[{%#].*?[}%#]\}|<[^>]*>", "", source, flags=re.DOTALL)
        assert not re.search(r"[\u4e00-\u9fff]", without) or template.name == "api.html"


# --- the desk ---


@pytest.mark.parametrize(
    "path",
    ["/verify", "/verify/x", "/verify/export/desk.facts.jsonl", "/evaluate", "/evaluate/x/report.html"],
)
def test_the_desk_is_for_those_who_signed_in(client: TestClient, path: str) -> None:
    response = client.get(path, follow_redirects=False)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/verify/sign-in")


def test_after_signing_in_one_goes_on_inside_the_desk_only(client: TestClient) -> None:
    for wanted, got in (
        ("/evaluate", "/evaluate"),
        ("https://evil.example", "/verify"),
        ("//evil", "/verify"),
    ):
        csrf = _csrf(client.get("/verify/sign-in").text)
        data = {"name": "李", "password": PASSWORD, "csrf": csrf, "next": wanted}
        response = client.post("/verify/sign-in", data=data, follow_redirects=False)
        assert response.headers["location"] == got
        assert "HttpOnly" in response.headers["set-cookie"]
        assert "samesite=lax" in response.headers["set-cookie"].lower()


def test_forms_that_come_from_elsewhere_change_nothing(client: TestClient, kept: Store) -> None:
    asked_id = str(ask(client, "外来的表单？")["id"])
    csrf = signed_in(client)
    data = {"ruling": "right", "seen": "0"}
    for form, headers in (
        (data, {}),
        (data | {"csrf": "guessed"}, {}),
        (data | {"csrf": csrf}, {"Origin": "http://evil.example"}),
    ):
        assert client.post(f"/verify/{asked_id}", data=form, headers=headers).status_code == 403
    file = open_file(kept, asked_id)
    assert file is not None
    assert file.history == ()


def test_guessing_passwords_is_slowed_down(engine: Engine, store: Store) -> None:
    add_staff(store, "李", PASSWORD)
    with TestClient(serve(engine, store, Options("", parse("9/minute")))) as client:
        csrf = _csrf(client.get("/verify/sign-in").text)
        statuses = []
        for _ in range(11):
            data = {"name": "李", "password": "guess", "csrf": csrf}
            response = client.post("/verify/sign-in", data=data)
            statuses.append(response.status_code)
            csrf = _csrf(response.text)
        right = client.post("/verify/sign-in", data=data | {"password": PASSWORD, "csrf": csrf})
    assert statuses == [403] * 10 + [429]
    assert right.status_code == 429


def test_the_second_of_two_sees_what_the_first_wrote_and_keeps_their_own(client: TestClient) -> None:
    asked_id = str(ask(client, "两个人同时核对这一条？")["id"])
    csrf = signed_in(client, "李")
    first = {"csrf": csrf, "seen": "0", "ruling": "wrong", "note": "李的备注"}
    assert client.post(f"/verify/{asked_id}", data=first, follow_redirects=False).status_code == 303
    client.cookies.clear()
    csrf = signed_in(client, "王")
    second = {"csrf": csrf, "seen": "0", "ruling": "right", "note": "王的备注"}
    page = client.post(f"/verify/{asked_id}", data=second)
    assert page.status_code == 409
    for said in ("李已先于", "李的备注", "王的备注"):
        assert said in page.text
    assert 'name="seen" value="1"' in page.text


def test_words_that_are_not_in_the_document_are_refused(client: TestClient, engine: Engine) -> None:
    answer = ask(client, SIREN)
    document = answer["citations"][0]["document"]["id"]
    data = {
        "csrf": signed_in(client),
        "seen": "99",
        "ruling": "right",
        "document": document,
        "quote": "没有这句话",
    }
    page = client.post(f"/verify/{answer['id']}", data=data)
    assert page.status_code == 422
    assert strings.PLACE_NOT_FOUND.zh in page.text


def test_a_verified_answer_is_shown_as_verified(client: TestClient, kept: Store) -> None:
    question = "临港区居民充电桩报装由哪两家单位牵头？"
    first = ask(client, question)
    assert not any(n["kind"] == "verified" for n in first["notices"])
    decide(kept, str(first["id"]), staff="李", ruling="right", seen=0)
    again = ask(client, f"  {question.replace('？', '?')}")
    assert again["answer"] == first["answer"]
    assert again["notices"][0]["kind"] == "verified"
    assert "李" not in str(again["notices"])
    other = ask(client, SIREN + "下午吗")
    assert not any(n["kind"] == "verified" for n in other["notices"])


def test_a_verified_answer_asked_again_can_be_looked_at_and_decided_again(client: TestClient) -> None:
    question = "临港区居民充电桩报装由哪两家单位牵头办理？"
    csrf = signed_in(client)
    asked = [ask(client, question)]
    for seen, ruling in enumerate(("right", "right", "incomplete", "wrong", "right")):
        newest = str(asked[-1]["id"])
        data = {"csrf": csrf, "seen": seen, "ruling": ruling}
        saved = client.post(f"/verify/{newest}", data=data, follow_redirects=False)
        assert saved.status_code == 303
        assert client.get(f"/verify/{newest}").status_code == 200
        asked.append(ask(client, question))
    assert asked[-1]["answer"] == asked[0]["answer"]
    kinds = [one["notices"][0]["kind"] for one in asked[1:]]
    assert kinds == ["verified", "verified", "disputed", "disputed", "verified"]


def test_a_corrected_place_takes_the_place_of_the_citation(
    client: TestClient, kept: Store, engine: Engine
) -> None:
    question = "规范性文件的有效期是几年？"
    first = ask(client, question)
    document = next(d for d in engine.index.documents.values() if d.number == "临政字〔2025〕75号")
    (spans,) = Library(engine.index).places(document.id, "解除警报:连续鸣3分钟")
    place = ChosenPlace(document.source, document.id, spans, engine.index.quote(document.source, spans))
    decide(kept, str(first["id"]), staff="李", ruling="right", seen=0, place=place)
    citation = ask(client, question)["citations"][0]
    assert citation["quote"] == "解除警报:连续鸣3分钟"
    assert citation["document"]["number"] == "临政字〔2025〕75号"


def test_an_answer_found_wrong_says_so(client: TestClient, kept: Store) -> None:
    question = "临淄区新型智慧城市的“4+3+3”结构指什么？"
    decide(kept, str(ask(client, question)["id"]), staff="李", ruling="wrong", seen=0)
    notices = ask(client, question)["notices"]
    assert notices[0]["kind"] == "disputed"
    with pytest.raises(ConflictError):
        decide(kept, str(ask(client, question)["id"]), staff="王", ruling="right", seen=0)


def test_a_follow_up_takes_no_verdict_given_to_other_words_before_it(client: TestClient, kept: Store) -> None:
    question = "有效期到什么时候？"
    first = ask(client, question)
    decide(kept, str(first["id"]), staff="李", ruling="right", seen=0)
    history = [{"question": "临沂市防空警报什么时候试鸣？"}]
    again = ask(client, question, history=history)
    shown = any(n["kind"] == "verified" for n in again["notices"])
    same = {c["document"]["id"] for c in again["citations"]} == {
        c["document"]["id"] for c in first["citations"]
    }
    assert shown == same
    assert question_key(question) == question_key(" 有效期到什么时候? ")


# --- evaluation ---


def test_without_a_run_the_page_says_how_to_make_one(client: TestClient) -> None:
    signed_in(client)
    assert "python -m eval run --name" in client.get("/evaluate").text


def test_two_runs_are_compared_with_changed_answers_first(
    engine: Engine, store: Store, tmp_path: Path
) -> None:
    add_staff(store, "李", PASSWORD)
    fact = {"bulletin": "b.txt", "evidence": 1, "evidence_cited": 1}
    runs = {
        "old": [
            fact | {"id": "a:zh", "question": "一样的", "answer": "甲", "right": True},
            fact | {"id": "b:zh", "question": "变对的", "answer": "旧乙", "right": False},
            fact | {"id": "c:zh", "question": "变错的", "answer": "旧丙", "right": True},
        ],
        "new": [
            fact | {"id": "a:zh", "question": "一样的", "answer": "甲", "right": True},
            fact | {"id": "b:zh", "question": "变对的", "answer": "新乙", "right": True},
            fact | {"id": "c:zh", "question": "变错的", "answer": "新丙", "right": False},
            fact | {"id": "d:zh", "question": "新添的", "answer": "丁", "right": True},
        ],
    }
    for name, judged in runs.items():
        folder = tmp_path / "results" / name
        folder.mkdir(parents=True)
        (folder / "judged.jsonl").write_bytes(b"\n".join(msgspec.json.encode(one) for one in judged))
    with TestClient(serve(engine, store, Options("", parse("9/minute")), tmp_path / "results")) as client:
        signed_in(client)
        compared = client.get("/evaluate", params={"name": "new", "against": "old"}).text
        changed = client.get("/evaluate", params={"name": "new", "against": "old", "show": "changed"}).text
        alone = client.get("/evaluate", params={"name": "new", "against": "nowhere"}).text
    places = [compared.index(question) for question in ("变错的", "变对的", "一样的", "新添的")]
    assert places == sorted(places)
    assert "old的回答: 旧丙" in compared
    assert "不再答对" in compared
    assert "现在答对" in compared
    assert changed.count("<h3") == 2
    assert "旧丙" not in alone
    assert 'value="changed"' not in alone


def test_a_run_is_shown_with_its_misses(engine: Engine, store: Store, tmp_path: Path) -> None:
    add_staff(store, "李", PASSWORD)
    run = tmp_path / "results" / "latest"
    run.mkdir(parents=True)
    (run / "report.html").write_text("<h1>Report</h1><script>1</script>", encoding="utf-8")
    fact = {"bulletin": "b.txt", "evidence": 1}
    judged = [
        fact | {"id": "a:zh", "question": "对的", "right": True, "evidence_cited": 1},
        fact | {"id": "b:zh", "question": f"错的{HTML}", "answer": "错", "citations": [{"quote": "引文"}]},
        fact | {"id": "c:zh", "question": "拒的", "refused": True},
        {"id": "d:zh", "question": "不该答的", "answer": "答了"},
    ]
    lines = [msgspec.json.encode(one).decode() for one in judged]
    (run / "judged.jsonl").write_text("\n".join([*lines, "{broken"]), encoding="utf-8")
    with TestClient(serve(engine, store, Options("", parse("9/minute")), tmp_path / "results")) as client:
        signed_in(client)
        pages = {
            show: client.get("/evaluate", params={"show": show}).text
            for show in ("all", "wrong", "refused", "missed", "answered")
        }
        report = client.get("/evaluate/latest/report.html")
        outside = client.get("/evaluate/..%2f..%2fdata/report.html")
    shown = {show: page.count("<h3") for show, page in pages.items()}
    assert shown == {"all": 4, "wrong": 2, "refused": 1, "missed": 1, "answered": 1}
    assert "<img" not in pages["all"]
    assert "有1行无法读取" in pages["all"]
    assert "sandbox allow-scripts" in report.headers["content-security-policy"]
    assert outside.status_code == 404


# --- where one lives ---

SCHOOL = "今年义务教育什么时候报名？"


def test_the_district_sent_is_meant_and_one_unknown_is_refused(client: TestClient) -> None:
    there = ask(client, SCHOOL, district="临淄区")
    assert all(c["document"]["jurisdiction"] == "临淄区" for c in there["citations"]) or "other_district" in [
        notice["kind"] for notice in there["notices"]
    ]
    response = client.post("/api/ask", json={"question": SCHOOL, "district": "东边那里"})
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (422, "unknown_district")
    assert "东边那里" in error["message"]
    assert "东边那里" in error["message_zh"]


def test_readers_of_english_see_titles_in_english(client: TestClient) -> None:
    page = client.get("/ask", params={"q": "How many years does a normative document stay valid?"}).text
    assert re.search(
        r'<h4 lang="zh-CN">[^<]*规范性文件[^<]*</h4><p class="quiet" lang="en">[^<]*[Nn]ormative', page
    )
    page = client.get("/ask", params={"q": "规范性文件的有效期是几年？"}).text
    assert '<p class="quiet" lang="en">' not in page


def test_the_district_chosen_in_the_browser_goes_with_the_question(client: TestClient) -> None:
    client.cookies.set("bulletin-district", quote("临淄区"))
    assert "没有说是哪里，按临淄区来找" in client.get("/ask", params={"q": SCHOOL}).text
    client.cookies.set("bulletin-district", quote("没有这里"))
    assert client.get("/ask", params={"q": SCHOOL}).status_code == 200
