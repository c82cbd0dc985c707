"""What the API says that an answer is, against the answers that it gives."""

from dataclasses import fields
from typing import Any, cast

import msgspec
import pytest
from fastapi import FastAPI

from rag.contract import Citation, CitedDocument, RankedPassage, Timings, WordedAnswer, WordedNotice
from web.api import api
from web.asking import Asking


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
