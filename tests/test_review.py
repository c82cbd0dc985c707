"""The queue and its verdicts, from a handful of rows: what comes first, what is found, who may overwrite whom."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from store.audit import entries
from store.database import Store
from store.questions import ChosenPlace
from store.review import (
    ConflictError,
    Wanted,
    Written,
    decide,
    decided,
    districts,
    lately,
    open_file,
    phrase,
    phrasings,
    place_of,
    queue,
    topics,
    unphrase,
    well_answered,
    written_of,
)
from tests.test_statistics import asked, fill, vote

PLACE = ChosenPlace("park.txt", "d1", ((3, 8),), "七月一日起")


def case_of(store: Store, wanted: Wanted | None = None) -> list[str]:
    return [one.question for one in queue(store, wanted or Wanted("all")).cases]


def id_of(number: int) -> str:
    return f"{number:032}"


# --- the queue ---


def test_the_worst_comes_first(store: Store) -> None:
    fill(
        store,
        asked(1, subject="a", question="没事的", confidence=0.95),
        asked(2, subject="b", question="拒答的", abstained=True),
        asked(3, subject="c", question="没把握的", confidence=0.5),
        asked(4, subject="d", question="没帮助的", confidence=0.99),
    )
    fill(store, vote(4, helpful=False))
    assert case_of(store) == ["没帮助的", "没把握的", "拒答的", "没事的"]


def test_each_case_says_why_it_stands_there(store: Store) -> None:
    fill(
        store,
        asked(1, subject="a", confidence=0.95),
        asked(2, subject="b", abstained=True, confidence=0.1),
        asked(3, subject="c", confidence=0.5),
        asked(4, subject="d", confidence=0.99),
    )
    fill(store, vote(4, helpful=False))
    found = {one.subject: one.reason for one in queue(store, "all").cases}
    assert found == {"a": "other", "b": "refused", "c": "low_confidence", "d": "voted_down"}


def test_a_question_with_the_same_answer_is_one_case_with_its_counts(store: Store) -> None:
    fill(store, asked(1, 2), asked(2, 1), asked(3))
    fill(store, vote(1, helpful=True), vote(2, helpful=False))
    (case,) = queue(store).cases
    assert (case.times, case.helpful, case.unhelpful) == (3, 1, 1)
    assert case.asked_id == id_of(1)
    assert case.last_asked == datetime(2026, 6, 10, 12, tzinfo=UTC)


def test_of_equal_cases_the_one_asked_more_comes_first(store: Store) -> None:
    fill(store, asked(1, subject="a", question="一次"), asked(2, subject="b", question="两次"))
    fill(store, asked(3, subject="b", question="两次"))
    assert case_of(store) == ["两次", "一次"]


def test_the_queue_is_read_page_by_page(store: Store) -> None:
    fill(store, *(asked(number, subject=str(number), question=str(number)) for number in range(1, 6)))
    pages = [queue(store, "all", page, 2) for page in (1, 2, 3, 4)]
    assert [len(one.cases) for one in pages] == [2, 2, 1, 0]
    assert {one.total for one in pages} == {5}
    assert len({case.question for one in pages for case in one.cases}) == 5


def test_what_is_decided_leaves_the_open_ones(store: Store) -> None:
    fill(store, asked(1, subject="a", question="甲"), asked(2, subject="b", question="乙"))
    decide(store, id_of(1), staff="李", ruling="right", seen=0)
    assert case_of(store, Wanted("open")) == ["乙"]
    assert case_of(store, Wanted("decided")) == ["甲"]
    assert sorted(case_of(store, Wanted("all"))) == ["乙", "甲"]


def test_written_answers_are_found_until_a_later_verdict_has_none(store: Store) -> None:
    fill(store, asked(1, question="甲"))
    decide(store, id_of(1), staff="李", ruling="wrong", seen=0, written=Written("七月一日。", (PLACE,)))
    assert case_of(store, Wanted("written")) == ["甲"]
    decide(store, id_of(1), staff="王", ruling="right", seen=1)
    assert case_of(store, Wanted("written")) == []


@pytest.mark.parametrize("words", ["%", "_", "\\", "' OR 1=1 --"])
def test_signs_that_a_database_reads_are_words_like_others(store: Store, words: str) -> None:
    fill(store, asked(1, subject="a", question="公园"), asked(2, subject="b", question=f"打{words}折吗"))
    assert case_of(store, Wanted("all", words=words)) == [f"打{words}折吗"]


def test_words_district_topic_and_day_narrow_together(store: Store) -> None:
    fill(
        store,
        asked(1, subject="a", question="公园几点开", district="甲区", topic="甲办法"),
        asked(2, subject="b", question="公园几点关", district="乙区", topic="甲办法"),
        asked(3, 3, subject="c", question="公园几点开？", district="甲区", topic="甲办法"),
    )
    day = datetime(2026, 6, 10, 12, tzinfo=UTC).astimezone().date()
    assert case_of(store, Wanted("all", "公园", "甲区", "甲办法", day)) == ["公园几点开"]
    assert case_of(store, Wanted("all", "公园", "甲区", "乙办法")) == []
    assert case_of(store, Wanted("all", day=date(2001, 1, 1))) == []


def test_topics_are_those_of_the_cases_looked_for(store: Store) -> None:
    fill(
        store,
        asked(1, subject="a", topic="甲办法"),
        asked(2, subject="a", topic="甲办法"),
        asked(3, subject="b", topic="乙办法", district="乙区"),
        asked(4, subject="c", topic=""),
    )
    assert [(one.name, one.cases, one.asked) for one in topics(store, Wanted("all"))] == [
        ("甲办法", 1, 2),
        ("乙办法", 1, 1),
    ]
    assert [one.name for one in topics(store, Wanted("all", district="乙区"))] == ["乙办法"]
    assert [one.name for one in topics(store, Wanted("all"), most=1)] == ["甲办法"]


def test_districts_are_each_named_once(store: Store) -> None:
    fill(store, asked(1, district="乙区"), asked(2, district="乙区"), asked(3, district=""))
    assert districts(store) == ["乙区"]


# --- verdicts ---


def test_the_first_verdict_is_version_one_and_each_next_one_more(store: Store) -> None:
    fill(store, asked(1))
    for seen, ruling in enumerate(("right", "wrong", "incomplete")):
        assert decide(store, id_of(1), staff="李", ruling=ruling, seen=seen).version == seen + 1  # type: ignore[arg-type]
    file = open_file(store, id_of(1))
    assert file is not None
    assert [one.ruling for one in file.history] == ["incomplete", "wrong", "right"]
    assert file.version == 3


def test_whoever_saw_less_than_there_is_writes_nothing(store: Store) -> None:
    fill(store, asked(1))
    decide(store, id_of(1), staff="李", ruling="right", seen=0, note="先写的")
    with pytest.raises(ConflictError) as conflict:
        decide(store, id_of(1), staff="王", ruling="wrong", seen=0)
    assert conflict.value.latest is not None
    assert (conflict.value.latest.staff, conflict.value.latest.note) == ("李", "先写的")
    file = open_file(store, id_of(1))
    assert file is not None
    assert file.version == 1


def test_whoever_says_they_saw_what_nobody_wrote_writes_nothing(store: Store) -> None:
    fill(store, asked(1))
    with pytest.raises(ConflictError) as conflict:
        decide(store, id_of(1), staff="王", ruling="right", seen=7)
    assert conflict.value.latest is None


def test_a_verdict_on_nothing_is_an_error(store: Store) -> None:
    with pytest.raises(KeyError):
        decide(store, id_of(9), staff="李", ruling="right", seen=0)


def test_a_verdict_is_of_every_time_the_same_was_asked(store: Store) -> None:
    fill(store, asked(1), asked(2))
    decide(store, id_of(2), staff="李", ruling="right", seen=0)
    file = open_file(store, id_of(1))
    assert file is not None
    assert file.version == 1


def test_a_note_is_cut_and_loses_what_no_page_shows(store: Store) -> None:
    fill(store, asked(1))
    verdict = decide(store, id_of(1), staff="李", ruling="right", seen=0, note=f"  好\x00{'了' * 3000}")
    assert verdict.note.startswith("好了")
    assert len(verdict.note) == 2000


def test_a_written_answer_brings_its_first_place(store: Store) -> None:
    fill(store, asked(1))
    other = ChosenPlace("park.txt", "d1", ((9, 12),), "免费的")
    verdict = decide(
        store, id_of(1), staff="李", ruling="wrong", seen=0, written=Written("免费。", (PLACE, other))
    )
    assert place_of(verdict) == PLACE
    assert written_of(verdict) == Written("免费。", (PLACE, other))


def test_a_verdict_without_words_or_place_has_neither(store: Store) -> None:
    fill(store, asked(1))
    verdict = decide(store, id_of(1), staff="李", ruling="wrong", seen=0)
    assert (place_of(verdict), written_of(verdict)) == (None, None)


def test_each_verdict_stands_in_the_log(store: Store) -> None:
    fill(store, asked(1, question="甲"))
    decide(store, id_of(1), staff="李", ruling="right", seen=0, note="核对过")
    decide(store, id_of(1), staff="王", ruling="wrong", seen=1, written=Written("乙。", (PLACE,)))
    assert [(one.staff, one.action, one.about) for one in entries(store)] == [
        ("王", "wrote", "甲"),
        ("李", "right", "甲"),
    ]
    assert entries(store)[1].detail == "核对过"


def test_of_decided_cases_the_verdict_that_holds_is_told(store: Store) -> None:
    fill(store, asked(1))
    decide(store, id_of(1), staff="李", ruling="right", seen=0)
    decide(store, id_of(1), staff="王", ruling="wrong", seen=1)
    assert [(verdict.staff, row.id) for verdict, row in decided(store)] == [("王", id_of(1))]


def test_a_case_shows_its_votes_the_latest_first(store: Store) -> None:
    fill(store, asked(1), asked(2))
    early, late = vote(1, helpful=True), vote(2, helpful=False)
    early.voted_at, late.voted_at = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    fill(store, early, late)
    file = open_file(store, id_of(1))
    assert file is not None
    assert [one.helpful for one in file.votes] == [False, True]


# --- other ways to ask, and what to offer ---


def test_another_way_to_ask_is_kept_once_with_who_chose_it(store: Store) -> None:
    fill(store, asked(1))
    assert phrase(store, id_of(1), " 公园 收费吗？ ", "李")
    assert phrase(store, id_of(1), "公园收费吗", "王")  # the same question
    assert [(one.question, one.staff) for one in phrasings(store, "s")] == [("公园收费吗", "王")]


@pytest.mark.parametrize(("asked_id", "question"), [(id_of(9), "公园收费吗"), (id_of(1), " \n ")])
def test_no_way_to_ask_is_kept_of_nothing(store: Store, asked_id: str, question: str) -> None:
    fill(store, asked(1))
    assert not phrase(store, asked_id, question, "李")
    assert phrasings(store, "s") == []


def test_another_way_to_ask_is_taken_out_again(store: Store) -> None:
    fill(store, asked(1))
    phrase(store, id_of(1), "公园收费吗", "李")
    (kept,) = phrasings(store, "s")
    unphrase(store, id_of(1), "no key", "李")
    unphrase(store, id_of(9), kept.key, "李")
    assert len(phrasings(store, "s")) == 1
    unphrase(store, id_of(1), kept.key, "李")
    assert phrasings(store, "s") == []
    assert [one.action for one in entries(store)] == ["unphrased", "phrased"]


def test_only_what_was_answered_well_is_offered(store: Store) -> None:
    fill(
        store,
        asked(1, key="a", subject="a", question="问得多的", confidence=0.95),
        asked(2, key="a", subject="a", question="问得多的", confidence=0.95),
        asked(3, key="b", subject="b", question="问过的", confidence=0.95),
        asked(4, key="c", subject="c", question="拒答的", confidence=0.95, abstained=True),
        asked(5, key="d", subject="d", question="没把握的", confidence=0.89),
        asked(6, key="e", subject="e", question="接着问的", confidence=0.95, before="k"),
        asked(7, key="f", subject="f", question="没帮助的", confidence=0.95),
    )
    fill(store, vote(7, helpful=False), vote(1, helpful=True))
    assert [(one.question, one.times) for one in well_answered(store, 9)] == [("问得多的", 2), ("问过的", 1)]
    assert len(well_answered(store, 1)) == 1


def test_what_was_asked_lately_is_each_told_once_without_what_leans_on_another(store: Store) -> None:
    fill(
        store,
        asked(1, 3, question="旧的"),
        asked(2, 1, question="新的"),
        asked(3, 2, question="新的"),
        asked(4, 0, question="那呢？", before="k"),
    )
    assert lately(store, 9) == ["新的", "旧的"]
    assert lately(store, 1) == ["新的"]


def test_the_log_is_read_the_latest_first_page_by_page(store: Store) -> None:
    fill(store, *(asked(number, subject=str(number), question=str(number)) for number in (1, 2, 3)))
    for number in (1, 2, 3):
        decide(store, id_of(number), staff="李", ruling="right", seen=0, note="长" * 2500)
    assert [[one.about for one in entries(store, page, 2)] for page in (1, 2, 3)] == [["3", "2"], ["1"], []]
    assert len(entries(store)[0].detail) == 2000
    assert abs(entries(store)[0].at - datetime.now(UTC)) < timedelta(days=1)
