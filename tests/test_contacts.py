"""A refusal is no dead end: it says whom to ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answering.contacts import load_contacts
from rag.answering.refusal import refusal
from rag.asking.query import Understanding
from rag.errors import BulletinError
from tests.test_owed import PLAIN


def test_without_a_line_the_hotline_and_the_issuing_office_are_named(tmp_path: Path) -> None:
    contact = load_contacts(tmp_path).line(PLAIN, "zh")
    assert "12345" in contact
    assert PLAIN.issuer is None or PLAIN.issuer in contact
    query = Understanding([]).understand("社保卡丢了在哪补办？")
    assert contact in refusal(query, PLAIN, (), contact)


def test_staff_write_a_line_for_a_district_and_one_for_all_others(tmp_path: Path) -> None:
    (tmp_path / "contacts.tsv").write_text(
        f"{PLAIN.jurisdiction}\t请到便民大厅一楼咨询。\tAsk on the ground floor of the service hall.\n"
        "\t请打12345。\tCall 12345.\n",
        encoding="utf-8",
    )
    contacts = load_contacts(tmp_path)
    assert contacts.line(PLAIN, "zh") == "请到便民大厅一楼咨询。"
    assert contacts.line(None, "en") == "Call 12345."


def test_a_line_of_another_form_is_said_to_be_wrong(tmp_path: Path) -> None:
    (tmp_path / "contacts.tsv").write_text("兰山区 请打12345\n", encoding="utf-8")
    with pytest.raises(BulletinError, match="line 1: 1 fields"):
        load_contacts(tmp_path)
