"""Verdicts as evaluation questions, from a store of one answer."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from rag.contract import Answer, Citation, CitedDocument, Notice
from rag.wording import worded
from store.database import Store
from store.export import export
from store.models import Asked, Ruling, Verdict
from store.questions import ChosenPlace

DOCUMENT = CitedDocument("d1", "甲办法", "甲政发〔2025〕1号", None, "甲区", "2025-01-02", None, None, None)
QUOTE = "每人每月发放100元，自2025年起。"
GIVEN = Answer(
    "", "津贴多少钱？", "zh", f"{QUOTE} [1]", False, 0.9, (Notice("target"),), (
        Citation(1, "a.txt", ((0, len(QUOTE)),), QUOTE, DOCUMENT, ()),
    ),
)  # fmt: skip
REFUSED = replace(GIVEN, answer="公报中没有查到答案。", abstained=True, citations=(), notices=())
PLACE = ChosenPlace("b.txt", "d2", ((3, 8),), "每月200元。")


def decide(store: Store, given: Answer, ruling: Ruling, place: ChosenPlace | None = None) -> None:
    asked = Asked(
        id="a" * 32,
        key="k",
        subject="s",
        sources="",
        fingerprint="",
        question=given.question,
        answer=worded(given).json(),
        language=given.language,
        abstained=given.abstained,
        confidence=given.confidence,
        asked_at=datetime.now(UTC),
        context="[]",
        before="",
        district="",
        topic="",
        seconds=0.1,
    )
    verdict = Verdict(
        subject="s",
        version=1,
        asked_id="a" * 32,
        ruling=ruling,
        corrected=place.json() if place else "",
        note="看过",
        staff="王",
        decided_at=datetime(2026, 6, 1, tzinfo=UTC),
    )
    with store.session() as session:
        session.add(asked)
        session.flush()
        session.add(verdict)


def test_a_right_answer_is_a_fact_with_its_evidence_and_figures(store: Store) -> None:
    decide(store, GIVEN, "right")
    (fact,) = export(store).facts
    assert (fact.file, fact.doc, fact.evidence) == ("a.txt", "甲政发〔2025〕1号", [QUOTE])
    assert fact.must == [["100元"], ["2025年"]]
    assert (fact.q_zh, fact.q_en, fact.answer_zh) == ("津贴多少钱？", "", QUOTE)
    assert fact.notices == ["target"]


def test_a_place_that_staff_point_to_is_the_evidence(store: Store) -> None:
    decide(store, GIVEN, "wrong", PLACE)
    (fact,) = export(store).facts
    assert (fact.file, fact.evidence, fact.must) == ("b.txt", ["每月200元。"], [["200元"]])
    assert "wrong" in fact.note


def test_a_refusal_found_right_is_unanswerable(store: Store) -> None:
    decide(store, REFUSED, "right")
    found = export(store)
    assert [one.q_zh for one in found.unanswerable] == ["津贴多少钱？"]
    assert (found.facts, found.left_out) == ((), 0)


@pytest.mark.parametrize(("given", "ruling"), [(GIVEN, "wrong"), (GIVEN, "incomplete"), (REFUSED, "wrong")])
def test_what_is_wrong_without_a_right_place_is_left_out_and_counted(
    store: Store, given: Answer, ruling: Ruling
) -> None:
    decide(store, given, ruling)
    found = export(store)
    assert (found.facts, found.unanswerable, found.left_out) == ((), (), 1)


def test_an_english_question_is_an_english_fact(store: Store) -> None:
    decide(store, replace(GIVEN, language="en", question="How much?"), "right")
    (fact,) = export(store).facts
    assert (fact.q_zh, fact.q_en, fact.answer_zh) == ("", "How much?", "")


def test_every_fact_is_a_line_of_json(store: Store) -> None:
    decide(store, GIVEN, "right")
    (line,) = export(store).facts_jsonl().splitlines()
    assert msgspec.json.decode(line)["id"] == "desk-aaaaaaaaaaaa"
