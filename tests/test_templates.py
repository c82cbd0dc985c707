"""The language a page is in."""

import pytest
from starlette.requests import Request

from web.strings import Text
from web.templates import COOKIE, Pages, language_of


def request(accept: str | None = None, cookie: str | None = None) -> Request:
    headers = [(b"accept-language", accept.encode())] if accept is not None else []
    headers += [(b"cookie", f"{COOKIE}={cookie}".encode())] if cookie else []
    return Request(
        {"type": "http", "method": "GET", "path": "/about", "headers": headers, "query_string": b""}
    )


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "zh"),
        ("", "zh"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en;q=0.3,zh;q=0.9", "zh"),
        ("de,fr;q=0.9", "zh"),
        ("de,en;q=0.1", "en"),
        ("en;q=rubbish,zh", "zh"),
        (",,;q=,en", "en"),
    ],
)
def test_the_browsers_first_language_that_there_is(accept: str | None, language: str) -> None:
    assert language_of(request(accept)) == language


def test_a_language_chosen_goes_before_the_browsers() -> None:
    assert language_of(request("zh", cookie="en")) == "en"
    assert language_of(request("en", cookie="zh")) == "zh"


def test_a_cookie_of_no_language_is_passed_over() -> None:
    assert language_of(request("en", cookie="de")) == "en"


def test_a_text_is_said_in_the_language_of_whoever_asks() -> None:
    pages, text = Pages(), Text("中", "E")
    assert [pages.said(request(accept), text) for accept in ("en", "zh")] == ["E", "中"]


def test_a_page_says_its_language_and_shows_text_as_text() -> None:
    hostile = "<script>alert(1)</script>\u202e"
    shown = Pages().show(request("en"), "plain.html", question=hostile, before=[], exchange="", problem=None)
    body = bytes(shown.body).decode()
    assert shown.headers["Content-Language"] == "en"
    assert "Accept-Language" in shown.headers["Vary"]
    assert "<script>alert" not in body
    assert "\u202e" not in body
