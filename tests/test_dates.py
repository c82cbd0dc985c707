"""Dates and Chinese numerals as bulletins write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.dates import MONTHS, add_days, add_years, find_date, han_number, whole_date, write_out

DIGITS = "〇一二三四五六七八九"


def in_han(number: int) -> str:
    """A number below ten thousand as it is counted: 二十一, 一百零三."""
    said, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            said += ("零" if zero and said else "") + DIGITS[digit] + name
        zero = not digit
    return said.removeprefix("一") if said.startswith("一十") else said


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("自2021年11月30日起", "2021-11-30"),
        ("2021 年 1 月 3 日印发", "2021-01-03"),
        ("二〇二一年十一月三十日", "2021-11-30"),
        ("二○二一年十月二十一日", "2021-10-21"),
        ("二零二四年三月一日", "2024-03-01"),
        ("发布时间：2025-09-09 10:00", "2025-09-09"),
        ("2025/9/9", "2025-09-09"),
        ("2025.9.9", "2025-09-09"),
        ("２０２２年１月１日", "2022-01-01"),
        ("2023年2月30日，2023年3月2日", "2023-03-02"),  # no day that is none
    ],
)
def test_a_full_date_is_found_however_it_is_written(text: str, iso: str) -> None:
    found = find_date(text)
    assert found is not None
    assert found[0] == iso


@pytest.mark.parametrize(
    "text", ["2021年11月", "11月30日", "2025-9/9", "第12025-09-091页", "2023年13月1日", ""]
)
def test_what_is_no_full_date_is_none(text: str) -> None:
    assert find_date(text) is None


def test_a_date_is_found_from_a_place_on_with_its_own_place() -> None:
    text = "2021年1月1日和2022年2月2日"
    assert find_date(text, 1) == ("2022-02-02", 10, 19)
    assert text[10:19] == "2022年2月2日"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2021年1月1日", "2021-01-01"),
        ("（二〇二一年一月一日）", "2021-01-01"),
        ("2021年1月1日起", None),
        ("起", None),
    ],
)
def test_a_line_that_is_a_date_and_nothing_else(text: str, iso: str | None) -> None:
    assert whole_date(text) == iso


def test_dates_are_written_out_in_one_form_and_slips_stay() -> None:
    assert write_out("二〇二四年二月三十日至2024-03-01") == "二〇二四年二月三十日至2024年3月1日"


@pytest.mark.parametrize(
    ("start", "years", "last"),
    [("2021-12-01", 5, "2026-11-30"), ("2024-02-29", 1, "2025-02-27"), ("2022-01-01", 2, "2023-12-31")],
)
def test_a_period_of_years_ends_on_the_day_before(start: str, years: int, last: str) -> None:
    assert add_years(start, years) == last


def test_days_are_counted_over_the_end_of_a_year() -> None:
    assert add_days("2021-12-20", 30) == "2022-01-19"


@given(st.integers(1, 9999))
def test_every_number_is_read_as_it_is_counted(number: int) -> None:
    assert han_number(in_han(number)) == number


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_a_day_in_chinese_numerals_is_the_same_day(day: date) -> None:
    year = "".join(DIGITS[int(digit)] for digit in str(day.year))
    found = find_date(f"{year}年{in_han(day.month)}月{in_han(day.day)}日")
    assert found is not None
    assert found[0] == day.isoformat()


def test_what_is_no_numeral_is_nought() -> None:
    assert han_number("某") == 0
    assert han_number("") == 0


def test_the_months_stand_in_their_order() -> None:
    assert [date(2025, at, 1).strftime("%B").lower() for at in range(1, 13)] == list(MONTHS)
