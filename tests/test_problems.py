"""What can be wrong with a request, said to programs and to people."""

import json

import pytest
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from web import strings
from web.problems import Problem, invalid, of_status, wants_page


def request(path: str, accept: str = "") -> Request:
    headers = [(b"accept", accept.encode())]
    return Request({"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b""})


def test_a_problem_is_told_in_both_languages_with_when_to_come_back() -> None:
    response = Problem(429, "too_many", strings.NOT_FOUND, retry_after=7).response()
    error = json.loads(bytes(response.body))["error"]
    assert error == {"code": "too_many", "message": strings.NOT_FOUND.en, "message_zh": strings.NOT_FOUND.zh}
    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
    assert "Retry-After" not in Problem(404, "not_found", strings.NOT_FOUND).response().headers


def test_a_body_of_the_wrong_form_is_told_where_without_what_was_sent() -> None:
    secret = {
        "loc": ("body", "history", 0, "question"),
        "msg": "Field required",
        "input": "my secret",
        "type": "x",
    }
    problem = invalid(RequestValidationError([secret]))
    assert problem.status == 422
    assert "history.0.question: Field required" in problem.text.en
    assert "secret" not in problem.text.en + problem.text.zh


def test_of_many_faults_a_few_are_told() -> None:
    faults = [{"loc": ("body", f"f{at}"), "msg": "bad", "input": "", "type": "x"} for at in range(50)]
    assert invalid(RequestValidationError(faults)).text.en.count(": bad") == 5


@pytest.mark.parametrize(
    ("status", "code"), [(404, "not_found"), (405, "method_not_allowed"), (418, "refused")]
)
def test_what_the_framework_finds_has_a_code(status: int, code: str) -> None:
    problem = of_status(HTTPException(status))
    assert (problem.status, problem.code) == (status, code)


@pytest.mark.parametrize(
    ("path", "accept", "page"),
    [
        ("/documents", "text/html,*/*", True),
        ("/api/ask", "text/html", False),
        ("/documents", "application/json", False),
        ("/documents", "", False),
    ],
)
def test_people_get_a_page_and_programs_json(path: str, accept: str, page: bool) -> None:
    assert wants_page(request(path, accept)) == page
