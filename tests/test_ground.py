"""What answers and verdicts rest on: a verdict holds while its sources say what they said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest

from rag.contract import Answer, Citation, CitedDocument, RankedPassage
from rag.index import Index
from store.audit import entries
from store.database import Store
from store.models import Asked
from store.questions import ChosenPlace, Ground, context_of, kept_answer, question_key, row_of
from store.review import Standing, Written, decide, given, phrase, standing

PARK = "人民公园自2026年7月1日起全天免费开放。"
POOL = "游泳馆自2026年8月1日起每日开放，门票10元。"
QUESTION = "公园收费吗？"
DOCUMENT = CitedDocument("d1", "关于开放人民公园的通告", None, None, "甲市甲区", None, None, None, None)
CITED = Citation(1, "park.txt", ((0, len(PARK)),), PARK, DOCUMENT, ())
ANSWER = Answer("", QUESTION, "zh", f"{PARK} [1]", False, 0.9, (), (CITED,))
FREE = ChosenPlace("park.txt", "d1", ((4, 13), (14, 18)), "自2026年7月1起全天免")


def ground_of(**texts: str) -> Ground:
    """What stands on bulletins of these texts, each of one document: d1 of `park`, d2 of `pool`."""
    files = {f"{name}.txt": text for name, text in texts.items()}
    named = {"d1": "park.txt", "d2": "pool.txt"}
    held = SimpleNamespace(
        manifest=SimpleNamespace(
            encoder_fingerprint="e",
            made_by="m",
            files={name: question_key(text) for name, text in files.items()},
        ),
        documents=[one for one, file in named.items() if file in files],
        source_text=files.__getitem__,
        quote=lambda source, spans: "".join(files[source][first:end] for first, end in spans),
        passage=lambda _: SimpleNamespace(
            document=SimpleNamespace(jurisdiction="乙市乙区", title="关于开放游泳馆的通告")
        ),
    )
    return Ground(cast(Index, held))


BOTH = ground_of(park=PARK, pool=POOL)
CHANGED = ground_of(park=PARK.replace("免费", "收费"), pool=POOL)


def kept(
    store: Store,
    answer: Answer = ANSWER,
    *,
    earlier: Sequence[str] = (),
    ground: Ground = BOTH,
    asked_at: datetime | None = None,
) -> Asked:
    row = row_of(ground, answer, earlier=earlier)
    row.asked_at = asked_at or row.asked_at
    with store.session() as session:
        session.add(row)
    return row


def holding(
    store: Store, ground: Ground = BOTH, question: str = QUESTION, before: str = ""
) -> list[Standing]:
    return standing(store, ground, question_key(question), question_key(before) if before else "")


# --- the bulletins as an index holds them ---


def test_the_same_bulletins_have_the_same_digest_in_whatever_order_they_are_named() -> None:
    assert BOTH.digest(["park.txt", "pool.txt"]) == BOTH.digest(["pool.txt", "park.txt", "pool.txt"])
    assert BOTH.digest(["park.txt"]) != BOTH.digest(["pool.txt"])


def test_where_none_is_named_all_are_meant() -> None:
    assert BOTH.digest([]) == ground_of(pool=POOL, park=PARK).digest([])
    assert BOTH.digest([]) != ground_of(park=PARK).digest([])
    assert BOTH.digest([]) != CHANGED.digest([])


def test_no_bulletin_is_read_but_what_is_named() -> None:
    ground, read = ground_of(park=PARK, pool=POOL), list[str]()
    text = ground.index.source_text

    def reading(name: str) -> str:
        read.append(name)
        return text(name)

    ground.index.source_text = reading  # type: ignore[method-assign]
    ground.digest([])
    assert read == []
    for _ in range(2):
        ground.digest(["park.txt"])
    assert read == ["park.txt"]


def test_a_digest_changes_with_the_text_of_what_is_named_only() -> None:
    assert CHANGED.digest(["park.txt"]) != BOTH.digest(["park.txt"])
    assert CHANGED.digest(["pool.txt"]) == BOTH.digest(["pool.txt"])


def test_a_bulletin_that_is_gone_changes_the_digest_and_is_no_fault() -> None:
    assert ground_of(pool=POOL).digest(["park.txt"]) != BOTH.digest(["park.txt"])


def test_a_place_holds_while_it_says_what_it_said() -> None:
    assert BOTH.holds(replace(FREE, spans=((0, 4),), quote="人民公园"))
    assert not BOTH.holds(replace(FREE, spans=((1, 5),), quote="人民公园"))


@pytest.mark.parametrize("gone", [{"source": "fire.txt"}, {"document": "d9"}])
def test_a_place_whose_bulletin_or_document_is_gone_holds_no_more(gone: dict[str, str]) -> None:
    place = replace(FREE, spans=((0, 4),), quote="人民公园")
    assert not BOTH.holds(replace(place, **gone))  # type: ignore[arg-type]


# --- a question and its answer as they are kept ---


def test_a_question_is_kept_with_its_district_and_document() -> None:
    row = row_of(BOTH, ANSWER, seconds=0.25)
    assert (row.district, row.topic) == ("甲市甲区", "关于开放人民公园的通告")
    assert (row.seconds, row.sources) == (0.25, BOTH.digest(["park.txt"]))


def test_a_refusal_is_kept_with_the_nearest_document_and_rests_on_all() -> None:
    ranked = [RankedPassage(rank, 0.1, f"c{rank}", "pool.txt", ((0, 3),), POOL[:3]) for rank in range(1, 6)]
    refused = replace(ANSWER, abstained=True, citations=(), passages=tuple(ranked))
    row = row_of(BOTH, refused)
    assert (row.district, row.topic) == ("乙市乙区", "关于开放游泳馆的通告")
    assert row.sources == BOTH.digest([])
    assert [one.chunk for one in kept_answer(row).passages] == ["c1", "c2", "c3"]


def test_of_an_answer_no_passages_are_kept() -> None:
    ranked = RankedPassage(1, 0.1, "c1", "park.txt", ((0, 3),), PARK[:3])
    assert kept_answer(row_of(BOTH, replace(ANSWER, passages=(ranked,)))).passages == ()


def test_what_nothing_was_found_for_has_no_district() -> None:
    row = row_of(BOTH, replace(ANSWER, abstained=True, citations=()))
    assert (row.district, row.topic) == ("", "")


def test_the_same_question_with_the_same_answer_is_one_subject() -> None:
    first, again = row_of(BOTH, ANSWER), row_of(BOTH, replace(ANSWER, question=" 公园收费吗?"))
    assert first.subject == again.subject
    assert first.id != again.id


@pytest.mark.parametrize(
    "other",
    [
        replace(ANSWER, question="公园几点开？"),
        replace(ANSWER, answer="不收费 [1]"),
        replace(ANSWER, citations=(replace(CITED, spans=((0, 4),), quote="人民公园"),)),
    ],
)
def test_another_question_answer_or_place_is_another_subject(other: Answer) -> None:
    assert row_of(BOTH, other).subject != row_of(BOTH, ANSWER).subject


def test_an_answer_from_a_changed_bulletin_is_another_subject() -> None:
    assert row_of(CHANGED, ANSWER).subject != row_of(BOTH, ANSWER).subject


def test_the_question_before_makes_another_subject_and_those_before_it_do_not() -> None:
    alone, after = row_of(BOTH, ANSWER), row_of(BOTH, ANSWER, earlier=["人民公园在哪里？"])
    later = row_of(BOTH, ANSWER, earlier=["今天开门吗？", "人民公园在哪里？"])
    assert alone.subject != after.subject == later.subject
    assert (alone.before, after.before) == ("", question_key("人民公园在哪里？"))
    assert context_of(later) == ["今天开门吗？", "人民公园在哪里？"]


def test_an_answer_given_on_the_strength_of_a_verdict_has_that_verdicts_subject() -> None:
    assert row_of(BOTH, replace(ANSWER, answer="staff say so"), "s" * 64).subject == "s" * 64


# --- verdicts that hold ---


def test_nothing_said_is_nothing_that_holds(store: Store) -> None:
    kept(store)
    assert holding(store) == []


def test_a_verdict_holds_for_its_question_and_for_no_other(store: Store) -> None:
    decide(store, kept(store).id, staff="李", ruling="right", seen=0)
    (found,) = holding(store, question="公园 收费吗")
    assert (found.verdict.staff, found.place, found.written) == ("李", None, None)
    assert holding(store, question="公园几点开？") == []


def test_a_verdict_ends_when_a_source_of_its_answer_says_something_else(store: Store) -> None:
    decide(store, kept(store).id, staff="李", ruling="right", seen=0)
    assert holding(store, CHANGED) == []
    assert len(holding(store, ground_of(park=PARK, pool=POOL + "停水。"))) == 1


def test_a_verdict_on_a_refusal_ends_when_anything_is_published(store: Store) -> None:
    refused = replace(ANSWER, answer="没有查到。", abstained=True, citations=())
    decide(store, kept(store, refused).id, staff="李", ruling="right", seen=0)
    assert len(holding(store)) == 1
    assert holding(store, ground_of(park=PARK, pool=POOL, bus="公交车免费。")) == []


def test_a_corrected_place_has_to_hold_as_well(store: Store) -> None:
    price = ChosenPlace("pool.txt", "d2", ((20, 25),), POOL[20:25])
    decide(store, kept(store).id, staff="李", ruling="wrong", seen=0, place=price)
    (found,) = holding(store)
    assert found.place == price
    assert holding(store, ground_of(park=PARK, pool="第一行。" + POOL)) == []


def test_a_written_answer_holds_by_its_places_whatever_else_changed(store: Store) -> None:
    written = Written("自8月1日起每天开。", (ChosenPlace("pool.txt", "d2", ((0, 3),), "游泳馆"),))
    verdict = decide(store, kept(store).id, staff="李", ruling="wrong", seen=0, written=written)
    assert (given(verdict, BOTH), given(verdict, CHANGED)) == (True, True)
    (found,) = holding(store, CHANGED)  # what the old answer cited says something else now
    assert found.written == written
    moved = ground_of(park=PARK, pool="二号" + POOL)
    assert given(verdict, moved) is False
    assert holding(store, moved) == []


def test_where_nothing_was_written_nothing_is_given(store: Store) -> None:
    assert given(None, BOTH) is None
    assert given(decide(store, kept(store).id, staff="李", ruling="right", seen=0), BOTH) is None


def test_the_latest_verdict_on_an_answer_holds(store: Store) -> None:
    row = kept(store)
    decide(store, row.id, staff="李", ruling="right", seen=0)
    decide(store, row.id, staff="王", ruling="wrong", seen=1)
    assert [(one.verdict.staff, one.verdict.version) for one in holding(store)] == [("王", 2)]


def test_of_verdicts_on_two_answers_the_later_comes_first(store: Store) -> None:
    decide(store, kept(store).id, staff="李", ruling="right", seen=0)
    other = replace(ANSWER, answer="免费。 [1]")
    decide(store, kept(store, other).id, staff="王", ruling="wrong", seen=0)
    assert [one.verdict.staff for one in holding(store)] == ["王", "李"]


def test_the_answer_a_verdict_is_about_is_the_first_that_was_given(store: Store) -> None:
    first = kept(store, asked_at=datetime(2026, 5, 1, tzinfo=UTC))
    later = kept(store, replace(ANSWER, confidence=0.5), asked_at=datetime(2026, 6, 1, tzinfo=UTC))
    assert first.subject == later.subject
    decide(store, later.id, staff="李", ruling="right", seen=0)
    (found,) = holding(store)
    assert (found.asked.id, found.verdict.asked_id) == (first.id, later.id)


def test_a_verdict_given_after_a_question_holds_after_that_question_only(store: Store) -> None:
    row = kept(store, earlier=["人民公园在哪里？"])
    decide(store, row.id, staff="李", ruling="right", seen=0)
    assert holding(store) == []
    assert holding(store, before="游泳馆在哪里？") == []
    (found,) = holding(store, before="人民公园在哪里")
    assert found.in_context


def test_a_verdict_on_a_question_by_itself_holds_within_a_conversation_and_says_so(store: Store) -> None:
    decide(store, kept(store).id, staff="李", ruling="right", seen=0)
    (found,) = holding(store, before="人民公园在哪里？")
    assert not found.in_context


def test_a_written_answer_is_given_for_another_way_to_ask_and_a_plain_verdict_is_not(store: Store) -> None:
    row = kept(store)
    decide(store, row.id, staff="李", ruling="right", seen=0)
    phrase(store, row.id, "进公园要买票吗？", "李")
    assert holding(store, question="进公园要买票吗？") == []
    written = Written("免费。", (ChosenPlace("park.txt", "d1", ((0, 4),), "人民公园"),))
    decide(store, row.id, staff="李", ruling="right", seen=1, written=written)
    (found,) = holding(store, question="进公园要买票吗？")
    assert found.written == written
    assert [one.action for one in entries(store)] == ["wrote", "phrased", "right"]


def test_a_place_is_read_back_as_it_was_written() -> None:
    assert msgspec.json.decode(FREE.json(), type=ChosenPlace) == FREE
