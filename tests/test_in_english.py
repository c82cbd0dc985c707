"""What an English reader is told beside the sentences: titles, districts and cells in English."""

from __future__ import annotations

import re

import pytest

from rag.answer import Engine
from rag.answering.choose import LONGEST, show
from rag.contract import Notice


def notice(engine: Engine, question: str, kind: str) -> Notice:
    found = next(one for one in engine.ask(question).notices if one.kind == kind)
    assert isinstance(found, Notice)
    return found


def test_a_notice_names_a_document_by_its_english_title(engine: Engine) -> None:
    question = "Is Lanshan's measure on changes to government investment projects still valid?"
    assert str(notice(engine, question, "expired").values["title"]).isascii()


def test_a_notice_names_districts_in_english(engine: Engine) -> None:
    told = notice(engine, "How much is the one-off start-up subsidy in Linyi?", "other_district")
    assert told.values == {"asked": ("Linyi City",), "found": ("Lanshan District",)}


def test_a_place_of_which_there_is_no_document_is_named_too(engine: Engine) -> None:
    assert engine.retriever.understanding.called("临沂市罗庄区", "en") == "Luozhuang District"


@pytest.mark.parametrize(("words", "parted"), [("0539-5973310", 3), ("试鸣时间", 0)])
def test_the_cells_of_a_row_are_told_apart(engine: Engine, words: str, parted: int) -> None:
    passage, unit = next(
        (passage, unit)
        for passage in engine.index.passages
        for unit in passage.chunk.units
        if words in unit.reading and unit.kind != "heading"
    )
    assert show("en", passage, unit.spans, unit.reading).count("; ") == parted


@pytest.mark.parametrize(
    "question",
    [
        "Can somebody enter several contests of the Labour Star skills competition now?",
        "Where can I get the consumer vouchers of the Lanshan shopping season now?",
    ],
)
def test_what_is_over_is_told_in_few_words(engine: Engine, question: str) -> None:
    answer = engine.ask(question)
    assert "This is over" in answer.answer
    assert len(re.sub(r" \[\d+\]", "", answer.answer)) <= LONGEST["en"] + 20
