"""Keys of questions, printable text, votes and forgetting, in an empty store."""

from datetime import UTC, datetime, timedelta

import pytest

from store.database import Store
from store.models import Asked, Verdict, Vote
from store.questions import context_of, find, forget, printable, question_key, vote
from tests.test_statistics import asked, fill

ID = f"{1:032}"


@pytest.mark.parametrize(
    "same", [" 津贴 多少钱?", "津贴多少钱？", "津贴多少钱。", "津貼多少錢？", "津贴多少钱？？"]
)
def test_print_and_stops_make_no_other_question(same: str) -> None:
    assert question_key(same) == question_key("津贴多少钱")


@pytest.mark.parametrize("other", ["津贴多少", "补贴多少钱", "津贴多少钱2025"])
def test_other_words_make_another_question(other: str) -> None:
    assert question_key(other) != question_key("津贴多少钱")


def test_what_no_page_shows_is_left_out() -> None:
    assert printable("甲\x00乙\u202e丙\n丁\u3000戊\t己") == "甲乙丙\n丁\u3000戊\t己"


def test_only_an_answer_that_is_there_is_voted_on(store: Store) -> None:
    assert not vote(store, ID, helpful=True)
    assert not vote(store, "no id", helpful=True)
    fill(store, asked(1))
    assert vote(store, ID, helpful=True)


def test_a_reason_is_kept_on_one_line_and_cut(store: Store) -> None:
    fill(store, asked(1))
    vote(store, ID, helpful=False, reason="太\n旧\x00" + "了" * 600)
    with store.session() as session:
        kept = session.get(Vote, ID)
        assert kept is not None
        assert kept.reason.startswith("太 旧 了")
        assert len(kept.reason) == 500


def test_old_questions_go_with_their_votes_and_decided_ones_stay(store: Store) -> None:
    fill(store, asked(1, 40), asked(2, 40, subject="decided"), asked(3, 1))
    vote(store, ID, helpful=True)
    fill(
        store,
        Verdict(
            subject="decided", version=1, asked_id=f"{2:032}", ruling="right", corrected="", note="", staff="王",
            decided_at=datetime.now(UTC),
        ),
    )  # fmt: skip
    assert forget(store, datetime(2026, 6, 10, tzinfo=UTC) - timedelta(days=30)) == 1
    with store.session() as session:
        assert session.get(Asked, ID) is None
        assert session.get(Vote, ID) is None
        assert session.get(Asked, f"{2:032}") is not None
        assert session.get(Asked, f"{3:032}") is not None


def test_a_question_is_found_by_its_id_alone(store: Store) -> None:
    fill(store, asked(1, context='["前面的问题"]'))
    found = find(store, ID)
    assert found is not None
    assert context_of(found) == ["前面的问题"]
    assert find(store, "' OR 1=1 --") is None
    assert find(store, f"{9:032}") is None
