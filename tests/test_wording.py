"""What notices say, from their values, in both languages."""

from datetime import date
from typing import get_args

import pytest

from rag.contract import Answer, Notice, NoticeKind, PrintedDate, Value, WordedNotice
from rag.text.normal import Language, language
from rag.wording import listed, show_date, worded

DAY = date(2025, 9, 18)
VALUES: dict[NoticeKind, dict[str, Value]] = {
    "expired": {"on": DAY, "title": "办法"},
    "implied_expired": {"on": DAY, "reason": "年度计划"},
    "past_event": {"on": PrintedDate(DAY, "9月18日", by_day=True)},
    "explainer": {"explains": "某政字〔2025〕1号"},
    "superseded": {"by": "某政字〔2025〕1号"},
    "amended": {"by": "某政字〔2025〕1号"},
    "dated": {"year": 2022},
    "old_contact": {"year": 2021},
    "conflict": {"values": ("3米", "5米")},
    "missing_annex": {"annexes": ("1《申请表》", "2《名单》")},
    "other_district": {"asked": ("甲区",), "found": ("乙区", "丙区")},
    "elsewhere": {"places": ("甲区", "乙区")},
    "recognised": {"page": 3, "sure": "97%", "doubts": ()},
    "llm_written": {"model": "qwen", "dropped": 0},
    "verified": {"on": DAY},
    "disputed": {"on": DAY},
}
"""What each kind is told with; those that are not here have no values."""
ENGLISH_ONLY = {"language", "machine_rendered", "untranslated"}
"""What is owed to English readers alone."""


def said(notice: Notice, spoken: Language = "zh") -> str:
    (one,) = worded(Answer("", "问", spoken, "答", False, 0.9, notices=(notice,))).notices
    return one.text


@pytest.mark.parametrize("kind", get_args(NoticeKind))
def test_every_kind_has_its_words_in_both_languages(kind: NoticeKind) -> None:
    notice = Notice(kind, VALUES.get(kind, {}))
    english, chinese = said(notice, "en"), said(notice)
    assert english.rstrip().endswith((".", "one you mean."))
    assert language(chinese) == "zh" if kind not in ENGLISH_ONLY else chinese == ""
    for text in (english, chinese):
        assert not set("{}") & set(text)


@pytest.mark.parametrize("kind", VALUES)
def test_no_value_is_left_out(kind: NoticeKind) -> None:
    """Each value changes what is said to Chinese readers."""
    first = VALUES[kind]
    other: dict[type, Value] = {
        date: date(2024, 1, 2),
        str: "别的",
        int: 7,
        tuple: ("别的",),
        PrintedDate: PrintedDate(date(2024, 1, 2), "2024年1月2日", by_day=True),
    }
    for name, value in first.items():
        assert said(Notice(kind, {**first, name: other[type(value)]})) != said(Notice(kind, first)), name


def test_dates_are_written_as_the_language_has_it() -> None:
    assert show_date(DAY, "zh") == "2025年9月18日"
    assert show_date(DAY, "en") == "18 September 2025"


@pytest.mark.parametrize(
    ("printed", "chinese", "english"),
    [
        (PrintedDate(DAY, "2025年9月18日", by_day=True), "2025年9月18日", "18 September 2025"),
        (PrintedDate(DAY, "9月18日", by_day=True), "2025年的9月18日", "18 September 2025"),
        (PrintedDate(date(2025, 10, 31), "2025年10月", by_day=False), "2025年10月", "October 2025"),
        (PrintedDate(date(2025, 12, 31), "2025年年底", by_day=False), "2025年年底", "the end of 2025"),
    ],
)
def test_a_date_is_told_no_more_exactly_than_it_is_printed(
    printed: PrintedDate, chinese: str, english: str
) -> None:
    notice = Notice("past_event", {"on": printed})
    assert f"（{chinese}）" in said(notice)
    assert f"({english})" in said(notice, "en")


def test_values_that_contradict_are_set_apart_otherwise_than_names() -> None:
    assert "3米；5米" in said(Notice("conflict", {"values": ("3米", "5米")}))
    assert "3 m; 5 m" in said(Notice("conflict", {"values": ("3 m", "5 m")}), "en")


def test_what_was_offered_for_a_time_is_over_with_it() -> None:
    assert said(Notice("expired", {"on": DAY}, "event")) == "文件写明的时间至2025年9月18日，现已结束。"
    assert "it is over" in said(Notice("expired", {"on": DAY}, "event"), "en")


def test_an_occasion_of_years_ago_is_told_with_its_year() -> None:
    occasion = Notice("past_event", {"year": 2022}, "occasion")
    assert "2022年" in said(occasion)
    assert "made in 2022" in said(occasion, "en")


def test_what_a_place_comes_to_is_told_apart_from_what_it_says() -> None:
    notice = Notice("conflict", {"told": "90家", "made": "85家"}, "reckoned")
    assert "写的是90家" in said(notice)
    assert "是85家" in said(notice)
    english = Notice("conflict", {"told": "90", "made": "85"}, "reckoned")
    assert "says 90" in said(english, "en")


def test_what_is_counted_and_not_all_named() -> None:
    named = Notice("conflict", {"told": "6个", "made": "5个"}, "named")
    assert said(named) == "公报写的是6个，但只列出了5个。"
    assert "says 6 but names only 5" in said(Notice("conflict", {"told": "6", "made": "5"}, "named"), "en")


def test_places_that_differ_in_words_alone_are_only_quoted_in_english() -> None:
    assert "both places are quoted" in said(Notice("conflict", {}, "quoted"), "en")
    assert "甲区、乙区" in said(Notice("elsewhere", {"places": ("甲区", "乙区")}))
    assert listed("en", ["A", "B"]) == "A, B"


def test_what_was_recognised_without_doubt_says_nothing_of_doubts() -> None:
    sure: dict[str, Value] = {"page": 3, "sure": "97%", "doubts": ()}
    assert said(Notice("recognised", sure)).endswith("请与原件核对。")
    assert said(Notice("recognised", {**sure, "doubts": ("甲", "乙")})).endswith("其中“甲”“乙”未能认准。")
    assert said(Notice("recognised", {**sure, "doubts": ("甲",)}), "en").endswith(
        " “甲” may be read wrongly."
    )


def test_sentences_that_were_dropped_are_counted_where_there_are_any() -> None:
    assert "删去" not in said(Notice("llm_written", {"model": "qwen", "dropped": 0}))
    assert "没有依据的3句已删去" in said(Notice("llm_written", {"model": "qwen", "dropped": 3}))


def test_one_kind_may_be_said_in_several_manners() -> None:
    assert said(Notice("verified", {"on": DAY})) != said(Notice("verified", {"on": DAY}, "written"))
    assert said(Notice("disputed", {"on": DAY})) != said(Notice("disputed", {"on": DAY}, "incomplete"))
    assert said(Notice("llm_failed")) != said(Notice("llm_failed", manner="unsupported"))


def test_what_is_in_words_stays_as_it_is_whatever_its_kind() -> None:
    kept = WordedNotice("of_another_version", "说过的话。")
    answer = Answer("", "问", "zh", "答", False, 0.9, notices=(kept, Notice("draft")))
    once = worded(answer)
    assert once.notices[0] == kept
    assert worded(once) == once


def test_the_same_words_are_said_once() -> None:
    """To English readers, who are not told why, two documents that lapsed on one day are one notice."""
    lapsed = [Notice("implied_expired", {"on": DAY, "reason": why}) for why in ("年度计划", "名单")]
    answer = Answer("", "When?", "en", "Then.", False, 0.9, notices=tuple(lapsed))
    assert len(worded(answer).notices) == 1
