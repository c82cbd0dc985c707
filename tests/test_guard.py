"""What every response carries and what no request may do, before an application of five lines."""

import json
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient

from web.problems import LONGEST_BODY
from web.security import UPLOADS, Guard


async def nothing(_: Request) -> Response:
    return Response("nothing here", 404)


@pytest.fixture
def client() -> Iterator[TestClient]:
    application = FastAPI(openapi_url=None)

    @application.api_route("/{path:path}", methods=["GET", "POST"])
    async def echo(request: Request) -> Response:
        return Response(str(len(await request.body())), headers={"server": "secret"})

    with TestClient(Guard(application, nothing, functions=[3])) as opened:
        yield opened


@pytest.mark.parametrize("path", ["/", "/documents", "/api/ask", "/elsewhere"])
def test_every_response_is_guarded(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "default-src" in headers["Content-Security-Policy"]
    assert "server" not in headers


def test_our_own_pages_run_no_script_of_their_text(client: TestClient) -> None:
    assert "unsafe" not in client.get("/documents").headers["Content-Security-Policy"]
    assert "unsafe-inline" in client.get("/").headers["Content-Security-Policy"]


def test_a_report_runs_alone(client: TestClient) -> None:
    policy = client.get("/evaluate/one/report.html").headers["Content-Security-Policy"]
    assert policy.startswith("sandbox")
    assert "connect-src" not in policy


def test_what_staff_see_is_not_kept_by_a_browser(client: TestClient) -> None:
    assert client.get("/verify/1").headers["Cache-Control"] == "no-store"
    assert client.get("/documents").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/proxy=http://x",
        "/monitoring",
        "/docs",
    ],
)
def test_what_nobody_needs_of_gradio_is_closed(client: TestClient, path: str) -> None:
    assert client.get(path).text == "nothing here"


@pytest.mark.parametrize("path", ["/", "/config", "/assets/index.js", "/gradio_api/queue/data", "/apiary"])
def test_what_the_chat_needs_is_open(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == (404 if path == "/apiary" else 200)


def test_a_body_that_says_it_is_too_long_is_refused(client: TestClient) -> None:
    assert client.post("/api/ask", content=b"x" * (LONGEST_BODY + 1)).status_code == 413
    assert client.post("/api/ask", content=b"x" * LONGEST_BODY).text == str(LONGEST_BODY)


def test_a_body_that_hides_its_length_is_refused_as_it_comes(client: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(LONGEST_BODY // 1000 + 2):
            yield b"x" * 1000

    assert client.post("/api/ask", content=pieces()).status_code == 413


def test_a_file_of_staff_may_be_longer(client: TestClient) -> None:
    assert client.post(UPLOADS, content=b"x" * (LONGEST_BODY + 1)).text == str(LONGEST_BODY + 1)


@pytest.mark.parametrize("length", [b"-5", b"many", b"\xb2"])  # the last is a digit, but no number
def test_a_length_that_is_no_number_is_refused(client: TestClient, length: bytes) -> None:
    assert client.get("/documents", headers={b"Content-Length": length}).status_code == 413


@pytest.mark.parametrize(
    ("body", "status"),
    [({"fn_index": 3}, 200), ({"fn_index": 4}, 422), ({}, 422), ([], 422), ("fn_index", 422)],
)
def test_only_the_functions_of_the_chat_are_called(client: TestClient, body: object, status: int) -> None:
    response = client.post("/gradio_api/queue/join", content=json.dumps(body).encode())
    assert response.status_code == status
    if status == 200:
        assert response.text == str(len(json.dumps(body)))  # the body reached the application whole
