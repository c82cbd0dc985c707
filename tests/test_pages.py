"""What the pages of documents make of dates, addresses and filters, without a service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import SimpleNamespace
from typing import cast

import pytest
from starlette.requests import Request

from rag.reading.corpus import Document
from web import strings
from web.pages import _lengths, _page_before, spans_in, standing_of
from web.strings import Text

TODAY = date(2026, 6, 1)


def document(**given: object) -> Document:
    values: dict[str, object] = {
        "span": (100, 500),
        "replaced_by": None,
        "valid_until": None,
        "implied_until": None,
        "title": "甲办法",
    }
    return cast(Document, SimpleNamespace(**values | given))


# --- whether it holds ---


@pytest.mark.parametrize(
    ("given", "label", "warning"),
    [
        ({}, strings.UNSTATED, False),
        ({"valid_until": "2026-06-01"}, strings.IN_FORCE, False),  # its last day
        ({"valid_until": "2026-05-31"}, strings.EXPIRED, True),
        ({"implied_until": "2026-05-31"}, strings.LAPSED, True),
        ({"implied_until": "2026-06-01"}, strings.UNSTATED, False),
        # its own words go first
        ({"valid_until": "2027-01-01", "implied_until": "2020-01-01"}, strings.IN_FORCE, False),
        ({"valid_until": "2030-01-01", "replaced_by": "d2"}, strings.REPLACED, True),
    ],
)
def test_whether_a_document_holds_on_a_day(given: Mapping[str, object], label: Text, warning: bool) -> None:
    found = standing_of(document(**given), TODAY)
    assert (found.label, found.warning) == (label, warning)


def test_until_when_it_holds_is_told_where_it_says_so() -> None:
    assert standing_of(document(valid_until="2026-12-31"), TODAY).until == "2026-12-31"
    assert standing_of(document(implied_until="2020-01-01"), TODAY).until is None


# --- places in an address ---


@pytest.mark.parametrize(
    ("at", "spans"),
    [
        ("100-500", ((100, 500),)),
        ("120-130,140-150", ((120, 130), (140, 150))),
        (" 120-130 , 140-150 ", ((120, 130), (140, 150))),
        ("99-130", ()),  # begins before the document
        ("120-501", ()),
        ("130-120", ()),
        ("120-120", ()),
        ("", ()),
        ("x,1-,-2,１２０-１３０", ()),
        ("9999999999-99999999999", ()),
    ],
)
def test_only_places_inside_the_document_are_marked(at: str, spans: object) -> None:
    assert spans_in(at, document()) == spans


def test_an_address_marks_no_more_than_a_page_can_show() -> None:
    assert len(spans_in(",".join(["120-130"] * 500), document())) == 50


def test_how_long_the_places_of_an_old_address_were() -> None:
    assert _lengths("10-15,x,20-22") == [5, 2]


# --- the way back ---


def before(referer: str, host: str = "127.0.0.1:7860") -> str:
    headers = [(b"host", host.encode()), (b"referer", referer.encode())]
    scope = {"type": "http", "method": "GET", "path": "/language/en", "headers": headers, "query_string": b""}
    return _page_before(Request(scope | {"scheme": "http", "server": ("127.0.0.1", 7860)}))


def test_a_language_leads_back_to_the_page_it_was_chosen_on() -> None:
    assert before("http://127.0.0.1:7860/documents?q=a") == "/documents?q=a"


@pytest.mark.parametrize(
    "referer",
    ["", "http://elsewhere/x", "http://127.0.0.1:7860//elsewhere", "http://127.0.0.1:7860/\\elsewhere", "x"],
)
def test_nobody_is_led_elsewhere(referer: str) -> None:
    assert before(referer) == "/"
