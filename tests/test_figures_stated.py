"""What a text states in figures: what each can mean, which of them are certain, and where they stand."""

from __future__ import annotations

import pytest

from rag.text.figures import allowed, figures, located, unsupported


def stated(text: str) -> list[str]:
    """The values of the figures that can be nothing else, in the order of the text."""
    _, found = located(text)
    return [value for figure in found for value in sorted(figure.values)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("共计三十五万六千元", ["356000"]),
        ("总投资二十亿三千万元", ["2030000000"]),
        ("两千三百户", ["2300"]),
        ("九百九十九万九千元", ["9999000"]),
        ("一万零五百元", ["10500"]),
        ("1,234.5万元", ["12345000"]),
        ("1亿2千万元", ["100000000", "20000000"]),
        ("每年２０００元", ["2000"]),
        ("0.50元", ["0.5"]),
        ("3000余人", ["3000"]),
        ("12,34", ["12", "34"]),  # no thousands: two numbers
        ("ten million yuan", ["10000000"]),
        ("two hundred and five people", ["205"]),
        ("forty-five days", ["45"]),
        ("four five", ["4", "5"]),
        ("1.5 billion yuan", ["1500000000"]),
    ],
)
def test_an_amount_is_worth_what_it_says(text: str, values: list[str]) -> None:
    assert stated(text) == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("5至10万元", ["5", "50000", "100000"]),
        ("5—10亿元", ["5", "500000000", "1000000000"]),
        ("5万至10万元", ["50000", "100000"]),  # its own 万 is not the second one's too
        ("3万元、5万元", ["30000", "50000"]),
        ("3 to 5 million yuan", ["3", "3000000", "5000000"]),
    ],
)
def test_a_range_shares_the_multiplier_behind_it_once(text: str, values: list[str]) -> None:
    assert sorted(stated(text), key=float) == sorted(values, key=float)


def test_a_first_amount_ten_thousand_times_too_large_is_not_borne_out_by_a_range() -> None:
    assert unsupported("补贴5亿元", "补贴5万至10万元") == ["5亿"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("上午8时30分", ["T8:30"]),
        ("晚上8点", ["T20:00"]),
        ("下午2:30-5:30", ["T14:30", "T17:30"]),
        ("夜间11时至次日", ["T23:00"]),
        ("次日凌晨2时", ["T2:00"]),
        ("24时", ["T24:00"]),
        ("9点半", ["T9:30"]),
        ("12:30 a.m.", ["T0:30"]),
        ("12 p.m.", ["T12:00"]),
        ("3 pm", ["T15:00"]),
        ("14:00—17:30", ["T14:00", "T17:30"]),
    ],
)
def test_a_time_of_day_is_that_of_a_clock_of_24_hours(text: str, values: list[str]) -> None:
    assert stated(text) == values


@pytest.mark.parametrize("text", ["10点多人", "10点以上", "第3时期", "提出2点位"])
def test_points_and_periods_are_no_times(text: str) -> None:
    assert not [value for value in stated(text) if value.startswith("T")]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("5月18日至20日", ["D5-18", "20", "D5-20"]),
        ("12月31日至1月3日", ["D12-31", "D1-3"]),
        ("每月15日前", ["15"]),
        ("五月一日起", ["D5-1"]),
        ("二〇二四年一月一日", ["2024", "D1-1"]),
        ("一月三十一日", ["D1-31"]),
        ("2025年6月份", ["2025", "M6"]),
        ("May 5-8, 2025", ["D5-5", "D5-8", "2025"]),
        ("May 2025", ["M5", "2025"]),
        ("5th of May", ["D5-5"]),
        ("Sept. 18", ["D9-18"]),
        ("from 30 April until 3 May", ["D4-30", "D5-3"]),
        ("2025/9/8", ["2025", "D9-8"]),
    ],
)
def test_days_and_months_are_told_from_other_numbers(text: str, values: list[str]) -> None:
    assert stated(text) == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("地铁3号线", ["3"]),
        ("5号楼、6号院", ["5", "6"]),
        ("level 3 may be raised", ["3"]),
    ],
)
def test_a_line_a_building_and_a_modal_verb_are_no_dates(text: str, values: list[str]) -> None:
    assert stated(text) == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("补助标准为一千零三十六", ["1036"]),
        ("占百分之三", ["3"]),
        ("见第五", ["5"]),
        ("共计一百零五", ["105"]),
    ],
)
def test_a_numeral_is_stated_at_the_very_end_of_a_text_too(text: str, values: list[str]) -> None:
    assert stated(text) == values
    assert unsupported(text, "另有规定")


@pytest.mark.parametrize(
    "text",
    [
        "统一标准",
        "“十四五”规划",
        "三十一二岁",
        "七八个人",
        "星期三",
        "一次性补贴",
        "一方面",
        "二级联动",
        "五类似",
    ],
)
def test_what_may_be_no_figure_is_not_stated_and_is_allowed(text: str) -> None:
    assert stated(text) == []
    assert allowed(text)


def test_the_fourteenth_plan_allows_fourteen() -> None:
    assert {"14", "5"} <= allowed("“十四五”规划")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("①2025年", ["2025"]),
        ("1. 补贴5元", ["5"]),
        ("(一)三人参加", ["3"]),
        ("三、两人参加", ["2"]),
        ("（12）补贴7元", ["7"]),
        ("1.5万元", ["15000"]),  # no mark, but an amount
        ("COVID-19防控", []),
    ],
)
def test_the_mark_that_a_line_opens_with_is_no_figure(text: str, values: list[str]) -> None:
    assert stated(text) == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Ⅲ级响应", "3"),
        ("每千人", "1000"),
        ("twice a year", "2"),
        ("a dozen eggs", "12"),
        ("the twenty-first session", "21"),
        ("“5·12”防震演练", "D5-12"),
        ("半价", "2"),
        ("双人间", "2"),
        ("按季发放", "4"),
        ("首次申请", "1"),
        ("three quarters", "4"),
    ],
)
def test_words_for_numbers_are_allowed(text: str, value: str) -> None:
    assert value in allowed(text)


def test_a_year_of_two_digits_is_of_this_century() -> None:
    assert "2024" in allowed("24年")
    assert "2024" not in allowed("24个月")


def test_figures_are_found_where_they_stand_in_the_text_with_digits() -> None:
    plain, found = located("自二〇二五年九月十八日起，每人每月发放一千零三十六元（下午三时截止）")
    assert plain == "自2025年9月18日起,每人每月发放1036元(下午3时截止)"
    assert [plain[slice(*figure.span)] for figure in found] == ["2025", "9月18日", "1036", "3时"]


def test_a_figure_is_printed_as_the_text_has_it() -> None:
    assert [figure.printed for figure in figures("补贴1,036.50元") if figure.certain] == ["1,036.50"]


@pytest.mark.parametrize(
    ("said", "source", "missing"),
    [
        ("2025年9月18日10时试鸣", "定于2025年9月18日上午10时00分试鸣", []),
        ("9月19日试鸣", "定于9月18日试鸣", ["9月19日"]),
        ("10时20分结束", "10时00分至10时20分", []),
        ("10时30分结束", "10时00分至10时20分", ["10时30分"]),
        ("第21条", "第二十一条", []),
        ("第2批", "第一批", ["2"]),
        ("8%", "百分之八", []),
        ("80%", "百分之八", ["80"]),
        ("3万人", "30000人", []),
        ("year 2026", "2025年", ["2026"]),
    ],
)
def test_what_is_said_is_held_against_its_source(said: str, source: str, missing: list[str]) -> None:
    assert unsupported(said, source) == missing


def test_the_first_of_a_month_is_borne_out_in_both_languages() -> None:
    assert unsupported("from 1 October 2024", "自二〇二四年十月一日起施行") == []
    assert unsupported("十月一日", "1 October") == []
    assert unsupported("十月一日", "2 October") == ["10月1日"]


def test_several_sources_bear_a_text_out_together() -> None:
    assert unsupported("18日发放500元", "9月18日", "补贴500元") == []
    assert unsupported("18日发放500元") == ["18日", "500"]
