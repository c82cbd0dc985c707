"""What can be asked: a baseline that quotes what it finds first, and a server that answers by the contract."""

from __future__ import annotations

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import httpx
import pytest

from eval import systems as module
from eval.systems import Baseline, Served, UnreachableError
from rag.contract import RankedPassage
from rag.errors import BulletinError
from rag.index import Index
from rag.reading.corpus import Document
from rag.settings import Settings

TEXT = "关于开放人民公园的通告\n人民公园免费。\n关于开放游泳馆的通告\n游泳馆收费。\n"
ANSWER = {
    "id": "a" * 32,
    "question": "公园收费吗?",
    "language": "zh",
    "answer": "人民公园免费。 [1]",
    "abstained": False,
    "confidence": 0.9,
    "citations": [],
    "notices": [],
    "passages": [],
}


# --- a server ---


class Server:
    """What a server answers, one after the other; the last is answered for ever."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.asked: list[dict[str, object]] = []
        self.answers = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append({"url": str(request.url), **json.loads(request.content)})
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def served(server: Server, url: str = "http://qa.example") -> Served:
    system = Served(url)
    system._client = httpx.Client(transport=httpx.MockTransport(server))
    return system


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited, none of which passed."""
    seconds: list[float] = []
    monkeypatch.setattr(module.time, "sleep", seconds.append)  # type: ignore[attr-defined]
    return seconds


def busy(status: int, after: str | None = None) -> httpx.Response:
    return httpx.Response(status, headers={"Retry-After": after} if after else None, json={})


def test_a_server_is_asked_at_its_address_and_its_answer_is_to_what_was_asked() -> None:
    server = Server(httpx.Response(200, json=ANSWER))
    answer = served(server).ask("公园收费吗？")
    assert server.asked == [{"url": "http://qa.example/api/ask", "question": "公园收费吗？"}]
    assert (answer.question, answer.answer) == ("公园收费吗？", "人民公园免费。 [1]")


def test_what_was_asked_before_is_sent_along_where_there_was_something() -> None:
    server = Server(httpx.Response(200, json=ANSWER))
    served(server).ask("收费吗？", ["公园在哪？", "几点开？"])
    assert server.asked[0]["history"] == [{"question": "公园在哪？"}, {"question": "几点开？"}]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_when_it_says(status: int, waited: list[float]) -> None:
    server = Server(busy(status, "7"), busy(status, "2"), httpx.Response(200, json=ANSWER))
    assert served(server).ask("问").answer
    assert waited == [7.0, 2.0]


def test_nobody_waits_longer_than_for_an_answer(waited: list[float]) -> None:
    served(Server(busy(503, "86400"), httpx.Response(200, json=ANSWER))).ask("问")
    assert waited == [module._PATIENCE]


@pytest.mark.parametrize("after", [None, "Wed, 21 Oct 2026 07:28:00 GMT", "-3"])
def test_a_server_that_names_no_seconds_is_given_up_on(after: str | None, waited: list[float]) -> None:
    with pytest.raises(UnreachableError, match="answered 503 to '问'"):
        served(Server(busy(503, after))).ask("问")
    assert waited == []


def test_a_server_that_is_always_busy_is_given_up_on(waited: list[float]) -> None:
    server = Server(busy(429, "1"))
    with pytest.raises(UnreachableError, match="answered 429"):
        served(server).ask("问")
    assert len(server.asked) == module._TRIES


def test_what_a_server_said_instead_is_told_in_part() -> None:
    with pytest.raises(UnreachableError, match="answered 500") as told:
        served(Server(httpx.Response(500, text="坏" * 1000))).ask("问")
    assert str(told.value).count("坏") == 200


@pytest.mark.parametrize("body", [{}, {**ANSWER, "answer": 5}, {**ANSWER, "abstained": "no"}, []])
def test_an_answer_of_another_form_is_told(body: object) -> None:
    with pytest.raises(UnreachableError, match="no answer of the form"):
        served(Server(httpx.Response(200, json=body))).ask("问")


@pytest.mark.parametrize("url", ["ours-but-wrong", "ftp://qa.example", "http://", "qa.example"])
def test_what_is_no_address_and_no_name_is_told_with_the_names(url: str) -> None:
    with pytest.raises(
        BulletinError, match="expected http://HOST:PORT or one of ours, bm25, vectors, tutorial"
    ):
        module.open_system(url, Settings())


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("http://qa.example", "http://qa.example/api/ask"),
        ("http://qa.example/", "http://qa.example/api/ask"),
        ("http://qa.example:8080/v2/answer", "http://qa.example:8080/v2/answer"),
    ],
)
def test_an_address_without_a_path_is_of_a_service_like_ours(given: str, asked: str) -> None:
    assert Served(given).url == asked


def test_a_server_may_have_changed_unseen_and_two_servers_are_two() -> None:
    assert not Served("http://a.example").known
    assert Served("http://a.example").fingerprint != Served("http://b.example").fingerprint


# --- a baseline ---


def document(number: int, first: int, end: int) -> Document:
    return cast(
        Document,
        SimpleNamespace(
            **{
                "id": f"d{number}",
                "source": "one.txt",
                "span": (first, end),
                "title": TEXT[first : first + 5],
            },
            **dict.fromkeys(("number", "issuer", "jurisdiction", "title_en"), None),
            **dict.fromkeys(("signed_on", "published_on", "valid_from", "valid_until"), None),
        ),
    )


INDEX = cast(
    Index,
    SimpleNamespace(
        manifest={"files": {"one.txt": "x"}},
        store=SimpleNamespace(documents=lambda where: [document(2, 20, 38), document(1, 0, 20)]),
        quote=lambda source, spans: "".join(TEXT[first:end] for first, end in spans),
    ),
)


def passage(first: int, end: int, score: float = 0.7, rank: int = 1) -> RankedPassage:
    return RankedPassage(rank, score, f"c{rank}", "one.txt", ((first, end),), "what it claims")


def baseline(*found: RankedPassage, title: str = "words") -> Baseline:
    def search(_: str) -> Sequence[RankedPassage]:
        return found

    return Baseline(title, search, INDEX)


def test_a_baseline_answers_with_its_first_passage_as_the_source_has_it() -> None:
    answer = baseline(passage(12, 19), passage(31, 37, rank=2)).ask("公园收费吗？")
    assert answer.answer == f"{TEXT[12:19]} [1]"
    (citation,) = answer.citations
    assert (citation.quote, citation.spans, citation.document.id) == (TEXT[12:19], ((12, 19),), "d1")
    assert [one.chunk for one in answer.passages] == ["c1", "c2"]


@pytest.mark.parametrize(("first", "named"), [(0, "d1"), (19, "d1"), (20, "d2"), (37, "d2")])
def test_the_document_cited_is_the_one_the_passage_begins_in(first: int, named: str) -> None:
    (citation,) = baseline(passage(first, first + 1)).ask("问").citations
    assert citation.document.id == named


def test_a_baseline_that_finds_nothing_refuses() -> None:
    answer = baseline().ask("Is it free?")
    assert (answer.abstained, answer.answer, answer.citations, answer.language) == (True, "", (), "en")


@pytest.mark.parametrize(("score", "confidence"), [(0.4, 0.4), (17.3, 1.0), (-0.2, 0.0)])
def test_its_confidence_is_its_score_as_far_as_that_can_be(score: float, confidence: float) -> None:
    assert baseline(passage(0, 5, score)).ask("问").confidence == confidence
