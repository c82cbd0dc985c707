"""The page of the evaluation runs, for staff: which run, which questions, what changed, and its report."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest
from fastapi import Response
from starlette.testclient import TestClient

from store.database import Store
from tests.test_account import site_of
from web import evaluation as evaluation_module
from web import strings
from web.account import COOKIE, account
from web.evaluation import evaluation
from web.templates import Pages

PASSWORD = "correct horse battery"


Line = Mapping[str, object]


def judged(folder: Path, name: str, *lines: Line, made: int = 1_000, report: str = "") -> None:
    run = folder / name
    run.mkdir(parents=True)
    text = "\n".join(msgspec.json.encode(line).decode() for line in lines)
    (run / "judged.jsonl").write_text(text, encoding="utf-8")
    if report:
        (run / "report.html").write_text(report, encoding="utf-8")
    for file in run.iterdir():
        os.utime(file, (made, made))


RIGHT: Line = {
    "id": "f1:zh",
    "question": "公园几点开？",
    "answer": "六点。",
    "right": True,
    "bulletin": "a.txt",
}
WRONG: Line = {"id": "f2:zh", "question": "门票多少钱？", "answer": "十元。", "bulletin": "a.txt"}
REFUSED: Line = {
    "id": "f3:zh",
    "question": "谁来管？",
    "answer": "没有。",
    "refused": True,
    "bulletin": "a.txt",
}
MISSED: Line = {
    **{"id": "f4:en", "question": "When does it open?", "answer": "At six.", "right": True},
    **{"bulletin": "a.txt", "evidence": 2, "evidence_cited": 1},
    "citations": [{"title": "通告", "quote": "六点开放。"}, {"title": "通告", "quote": "<b>每日</b>"}],
}
ANSWERED: Line = {"id": "u1:zh", "question": "火星上几点开？", "answer": "六点。"}
LEFT: Line = {"id": "u2:zh", "question": "月球上呢？", "answer": "没有。", "refused": True}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "results"


@pytest.fixture
def client(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The page, with a member of staff signed in."""
    from store.staff import add_staff, sign_in

    monkeypatch.setattr(evaluation_module, "_expected", lambda: {"f1": "六点 / six", "u1": "no such place"})
    add_staff(store, "李", PASSWORD, "reader")
    site = site_of(account(store, Pages()), evaluation(store, Pages(), folder))
    with TestClient(site, headers={"accept-language": "en"}) as opened:
        opened.cookies.set(COOKIE, sign_in(store, "李", PASSWORD) or "")
        yield opened


def look(client: TestClient, **given: str) -> str:
    said: Response = client.get("/evaluate", params=given)  # type: ignore[assignment]
    assert said.status_code == 200
    return str(said.text)  # type: ignore[attr-defined]


def listed(page: str) -> list[str]:
    return re.findall(r'<span class="quiet">(\w+:\w+)</span>', page)


def counted(page: str) -> dict[str, int]:
    return {
        name: int(number)
        for name, number in re.findall(r'<option value="(\w+)"[^>]*>[^<]*\((\d+)\)</option>', page)
    }


def test_the_runs_are_for_staff(store: Store, folder: Path) -> None:
    judged(folder, "one", RIGHT, report="secret")
    with TestClient(site_of(evaluation(store, Pages(), folder))) as stranger:
        for address in ("/evaluate", "/evaluate/one/report.html"):
            assert stranger.get(address, follow_redirects=False).status_code == 303


def test_without_runs_the_page_says_what_to_do(client: TestClient) -> None:
    assert strings.NO_RUN.en in look(client)


def test_the_latest_run_is_shown_unless_another_is_asked_for(client: TestClient, folder: Path) -> None:
    judged(folder, "old", WRONG, made=1_000)
    judged(folder, "new", RIGHT, made=2_000)
    assert listed(look(client)) == ["f1:zh"]
    assert listed(look(client, name="old")) == ["f2:zh"]
    assert listed(look(client, name="../secret")) == ["f1:zh"]


@pytest.mark.parametrize(
    ("show", "ids"),
    [
        ("all", ["f1:zh", "f2:zh", "f3:zh", "f4:en", "u1:zh", "u2:zh"]),
        ("wrong", ["f2:zh", "f3:zh"]),
        ("refused", ["f3:zh", "u2:zh"]),
        ("missed", ["f4:en"]),
        ("answered", ["u1:zh"]),
        ("nonsense", ["f1:zh", "f2:zh", "f3:zh", "f4:en", "u1:zh", "u2:zh"]),
    ],
)
def test_questions_are_looked_at_by_what_became_of_them(
    client: TestClient, folder: Path, show: str, ids: list[str]
) -> None:
    judged(folder, "one", RIGHT, WRONG, REFUSED, MISSED, ANSWERED, LEFT)
    page = look(client, show=show)
    assert listed(page) == ids
    assert counted(page) == {"all": 6, "wrong": 2, "refused": 2, "missed": 1, "answered": 1}


def test_each_question_stands_with_what_was_given_expected_and_quoted(
    client: TestClient, folder: Path
) -> None:
    judged(folder, "one", RIGHT, MISSED)
    page = look(client)
    assert "六点 / six" in page
    assert "六点开放。\n&lt;b&gt;每日&lt;/b&gt;" in page


def test_many_questions_are_read_page_by_page(client: TestClient, folder: Path) -> None:
    judged(folder, "one", *({**RIGHT, "id": f"f{number:03}:zh"} for number in range(120)))
    assert listed(look(client))[0] == "f000:zh"
    last = look(client, page="99")
    assert listed(last) == [f"f{number:03}:zh" for number in range(100, 120)]
    assert "page=2#questions" in last
    assert listed(look(client, page="-3"))[0] == "f000:zh"


def test_a_line_that_cannot_be_read_is_counted_and_the_others_are_shown(
    client: TestClient, folder: Path
) -> None:
    judged(folder, "one", RIGHT)
    with (folder / "one" / "judged.jsonl").open("ab") as file:
        file.write(b"\n{half a line\n")
    page = look(client)
    assert listed(page) == ["f1:zh"]
    assert strings.BAD_LINES.format(count=1).en in page


# --- two runs ---


def test_what_was_lost_comes_first_then_what_was_gained_then_other_words(
    client: TestClient, folder: Path
) -> None:
    otherwise = {**RIGHT, "id": "f5:zh"}
    judged(folder, "before", {**WRONG, "right": True}, {**REFUSED}, otherwise, RIGHT, made=1_000)
    judged(
        folder,
        "now",
        RIGHT,
        {**otherwise, "answer": "早上六点。"},
        {**REFUSED, "refused": False, "right": True, "answer": "园林局。"},
        {**WRONG, "answer": "二十元。"},
        made=2_000,
    )
    page = look(client, name="now", against="before")
    assert listed(page) == ["f2:zh", "f3:zh", "f5:zh", "f1:zh"]
    assert counted(page)["changed"] == 3
    assert listed(look(client, name="now", against="before", show="changed")) == ["f2:zh", "f3:zh", "f5:zh"]
    assert "十元。" in page  # what it was before stands beside what it is


def test_a_run_is_not_compared_with_itself_or_with_none(client: TestClient, folder: Path) -> None:
    judged(folder, "one", RIGHT)
    for against in ("one", "none"):
        page = look(client, name="one", against=against)
        assert "changed" not in counted(page)
        assert strings.REPORT.en in page


def test_a_question_that_was_not_asked_before_did_not_change(client: TestClient, folder: Path) -> None:
    judged(folder, "before", RIGHT, made=1_000)
    judged(folder, "now", RIGHT, WRONG, made=2_000)
    assert counted(look(client, name="now", against="before"))["changed"] == 0


# --- the report ---


def test_a_report_is_shown_as_it_was_written(client: TestClient, folder: Path) -> None:
    judged(folder, "one", RIGHT, report="<p>报告</p>")
    assert client.get("/evaluate/one/report.html").text == "<p>报告</p>"
    assert "/evaluate/one/report.html" in look(client)


@pytest.mark.parametrize("name", ["none", "one", "..", "%2e%2e", "..%2Fone"])
def test_a_report_that_is_not_there_is_told_and_no_other_file_is_read(
    client: TestClient, folder: Path, name: str
) -> None:
    judged(folder, "one", RIGHT)
    (folder / "report.html").write_text("secret", encoding="utf-8")
    said = client.get(f"/evaluate/{name}/report.html")
    assert said.status_code == 404
    assert "secret" not in said.text
