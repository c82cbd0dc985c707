"""What the bulletins' page makes of names and reasons, without a service."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from rag.errors import BulletinError
from rag.reading.corpus import Document, read_bulletin
from web.bulletins import _by_name, _first_name, _is_taken, _names, _one, _shown


@pytest.mark.parametrize(
    ("kept", "first"),
    [
        ("park.txt", "park.txt"),
        ("park~2.txt", "park.txt"),
        ("park~12.txt", "park.txt"),
        ("公园~3.txt", "公园.txt"),
        ("a~b.txt", "a~b.txt"),
        ("park~.txt", "park~.txt"),
        ("a~1~2.txt", "a~1.txt"),
        ("park.v2~2.txt", "park.v2.txt"),
    ],
)
def test_what_was_replaced_goes_back_under_the_name_it_had(kept: str, first: str) -> None:
    assert _first_name(kept) == first


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("/srv/data/bulletins/park.txt holds no text.", "park.txt holds no text."),
        ("park.txt: 3 of 4 pages are pictures.", "park.txt: 3 of 4 pages are pictures."),
        ("It is text/html and no bulletin.", "It is text/html and no bulletin."),
        ("Both /a/b/one.txt and /a/b/two.txt.", "Both one.txt and two.txt."),
    ],
)
def test_why_a_file_cannot_be_read_is_told_without_where_it_lies(reason: str, told: str) -> None:
    assert _by_name(reason) == told


@pytest.mark.parametrize("name", ["park.txt", "2026年第1期.txt"])
def test_a_text_is_taken_for_a_bulletin(name: str) -> None:
    assert _is_taken(name)


@pytest.mark.parametrize("name", ["park.pdf", ".park.txt", "park.txt~", "Thumbs.db", "a" * 300 + ".txt"])
def test_other_files_of_the_folder_are_not(name: str) -> None:
    assert not _is_taken(name)


def test_what_was_put_right_is_logged_field_by_field_and_blanks_are_not() -> None:
    assert _shown({"title": "甲办法", "number": "", "signed_on": "2026-01-02"}) == (
        "title: 甲办法 · signed_on: 2026-01-02"
    )
    assert _shown({"title": "", "number": ""}) == ""


def test_the_names_of_a_folder_come_in_order_and_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_text("x")
    assert _names(tmp_path) == ["a.txt", "b.txt"]
    assert _names(tmp_path / "none") == []


def test_a_document_is_found_by_its_id(tmp_path: Path) -> None:
    file = tmp_path / "two.txt"
    file.write_text(
        "关于开放人民公园的通告\n人民公园自2026年7月1日起开放。\n甲市人民政府\n2026年6月1日\n"
        "关于开放游泳馆的通告\n游泳馆自2026年8月1日起开放。\n甲市人民政府\n2026年7月1日\n",
        encoding="utf-8",
    )
    documents = read_bulletin(file).documents
    assert [_one(documents, one.id).title for one in documents] == [one.title for one in documents]


def test_a_document_that_is_gone_meanwhile_is_told() -> None:
    there = cast(Document, SimpleNamespace(id="d1"))
    with pytest.raises(BulletinError, match="no longer in the bulletin"):
        _one((there,), "d2")
