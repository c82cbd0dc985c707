"""What the desk makes of addresses, cases and the words that somebody chose, without a service."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from rag.index import Index
from store.models import Verdict
from store.questions import question_key
from store.review import Case, ConflictError
from web import strings
from web.desk import _conflict, alike, chosen_of, nearness, table, wanted_of


def case(**given: object) -> Case:
    values: dict[str, object] = {
        "subject": "s",
        "asked_id": "1",
        "question": "公园几点开？",
        "language": "zh",
        "abstained": False,
        "confidence": 0.9,
        "times": 3,
        "helpful": 1,
        "unhelpful": 2,
        "last_asked": datetime(2026, 6, 1, 8, 30, tzinfo=UTC),
        "verdict": None,
    }
    return Case(**values | given)  # type: ignore[arg-type]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


# --- the queue's address ---


@pytest.mark.parametrize("shown", ["open", "decided", "written", "all"])
def test_an_address_says_what_is_shown(shown: str) -> None:
    assert wanted_of(shown, "", "", "", "").shown == shown


@pytest.mark.parametrize("day", ["", "no day", "2026-13-40", "2026-6-1x"])
def test_what_makes_no_sense_in_an_address_is_left_out(day: str) -> None:
    wanted = wanted_of("everything", "\x00", "甲\x00区", "", day)
    assert (wanted.shown, wanted.words, wanted.district, wanted.day) == ("open", "", "甲区", None)


def test_an_address_leads_back_to_what_was_looked_at() -> None:
    wanted = wanted_of("all", "公园 & 门票", "甲区", "", "2026-06-01")
    assert wanted.day == date(2026, 6, 1)
    assert wanted_of(**chosen_of(wanted)) == wanted


# --- the table ---


def test_a_table_has_a_line_a_case_and_opens_where_umlauts_and_han_are_guessed() -> None:
    verdict = Verdict(ruling="wrong", staff="李")
    text = table([case(), case(question="几号？", context=("防空警报", "在哪"), verdict=verdict)])
    assert text.startswith("\ufeff")
    first, second = rows(text)
    assert (first["question"], first["asked"], first["not_helped"], first["verdict"]) == (
        "公园几点开？",
        "3",
        "2",
        "",
    )
    assert (second["before"], second["verdict"], second["staff"]) == ("防空警报 / 在哪", "wrong", "李")
    assert first["last_asked"] == "2026-06-01T08:30:00+00:00"


@pytest.mark.parametrize("question", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1"])
def test_no_question_becomes_a_formula(question: str) -> None:
    (row,) = rows(table([case(question=question)]))
    assert row["question"].startswith("'")


def test_a_question_of_lines_and_quotes_stays_in_its_cell() -> None:
    (row,) = rows(table([case(question='第一行\n"第二行", 三')]))
    assert row["question"] == '第一行\n"第二行", 三'


# --- questions that ask the same ---


NEAR = {"公园": 1.0, "花园": 0.8, "公园里": 0.95, "税": 0.1}


class Encoder:
    """Knows how near some words are to 公园."""

    def queries(self, texts: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        return np.array([[NEAR[text], 0.0] for text in texts], dtype=np.float32)


INDEX = cast(Index, SimpleNamespace(encoder=Encoder()))


def test_the_nearest_questions_come_first_and_far_ones_not_at_all() -> None:
    found = alike(INDEX, "公园", ["税", "花园", "公园里"], set())
    assert [(one.question, one.percent) for one in found] == [("公园里", 95), ("花园", 80)]


def test_a_question_known_already_is_not_offered() -> None:
    assert alike(INDEX, "公园", ["公园里"], {question_key("公园里")}) == []


def test_of_nothing_nothing_is_near() -> None:
    assert nearness(INDEX, "公园", []) == []
    assert alike(INDEX, "公园", [], set()) == []


# --- two who decide at once ---


def test_whoever_came_second_is_told_who_was_first_in_both_languages() -> None:
    first = Verdict(staff="王", version=2, decided_at=datetime(2026, 6, 1, 12, tzinfo=UTC))
    said = _conflict(ConflictError(first))
    assert "王" in said.zh
    assert "2026年6月1日" in said.zh
    assert "1 June 2026" in said.en
    assert strings.YOURS_KEPT.zh in said.zh
    assert strings.YOURS_KEPT.en in said.en


def test_a_form_that_saw_what_nobody_wrote_has_expired() -> None:
    assert _conflict(ConflictError(None)) == strings.FORM_EXPIRED
