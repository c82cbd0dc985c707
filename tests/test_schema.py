"""What the API says that an answer is, against the answers that it gives."""

from dataclasses import fields
from typing import Any, cast

import msgspec
import pytest
from fastapi import FastAPI

from rag.asking.query import LONGEST_QUESTION
from rag.contract import Citation, CitedDocument, RankedPassage, Timings, WordedAnswer, WordedNotice, refused
from web.api import api
from web.asking import LONGEST_HISTORY, Asking


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    application = FastAPI()
    application.include_router(api(cast(Asking, None)))  # nothing is asked
    return cast(dict[str, Any], application.openapi()["components"]["schemas"])


@pytest.mark.parametrize(
    "record", [WordedAnswer, Citation, CitedDocument, WordedNotice, RankedPassage, Timings]
)
def test_every_record_of_an_answer_is_described_field_by_field(schema: dict[str, Any], record: type) -> None:
    described = schema[record.__name__]
    assert set(described["properties"]) == {field.name for field in fields(record)}
    assert described["description"]


def test_the_json_of_an_answer_has_just_the_fields_described(schema: dict[str, Any]) -> None:
    answer = WordedAnswer("", "几点？", "zh", "十点。", abstained=False, confidence=0.5)
    assert msgspec.json.decode(answer.json()).keys() == schema["WordedAnswer"]["properties"].keys()


def test_every_way_a_question_can_fail_is_listed_with_its_form() -> None:
    application = FastAPI()
    application.include_router(api(cast(Asking, None)))
    told = application.openapi()["paths"]["/api/ask"]["post"]["responses"]
    assert set(told) == {"200", "400", "408", "413", "422", "429", "500", "503"}
    for status, response in told.items():
        name = response["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
        assert name == ("WordedAnswer" if status == "200" else "Error")


def test_a_vote_on_no_answer_is_listed_too() -> None:
    application = FastAPI()
    application.include_router(api(cast(Asking, None)))
    assert "404" in application.openapi()["paths"]["/api/vote"]["post"]["responses"]


def test_how_long_a_question_may_be_is_said_where_it_is_asked(schema: dict[str, Any]) -> None:
    question = schema["Question"]["properties"]["question"]
    assert question["maxLength"] == LONGEST_QUESTION
    assert schema["Question"]["properties"]["history"]["maxItems"] == LONGEST_HISTORY


def test_a_page_is_in_the_json_only_where_the_source_has_pages() -> None:
    document = CitedDocument("d", "甲", None, None, None, None, None, None, None)
    cited = [
        Citation(1, "a.txt", ((0, 1),), "甲", document, ()),
        Citation(2, "b.txt", ((0, 1),), "甲", document, (), 3),
    ]
    answer = WordedAnswer("", "几点？", "zh", "十点。", False, 0.5, citations=tuple(cited))
    first, second = msgspec.json.decode(answer.json())["citations"]
    assert "page" not in first
    assert second["page"] == 3


def test_an_answer_comes_back_from_its_json_as_it_went() -> None:
    passage = RankedPassage(1, 0.5, "c", "a.txt", ((0, 2),), "甲乙")
    notices = (WordedNotice("draft", "草案"), WordedNotice("of_another_version", "说过的话"))
    answer = WordedAnswer(
        "7", "几点？", "zh", "十点。", True, 0.5, notices, (), (passage,), Timings(1, 2, 3), ("甲？",)
    )
    assert msgspec.json.decode(answer.json(), type=WordedAnswer) == answer


def test_a_question_that_can_not_be_asked_is_refused_in_its_language() -> None:
    answer = refused("7", "When?", "Too long.")
    assert (answer.id, answer.language, answer.abstained, answer.confidence) == ("7", "en", True, 0.0)
    assert msgspec.json.decode(answer.json())["answer"] == "Too long."
