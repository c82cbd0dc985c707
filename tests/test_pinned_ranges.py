"""Ages, amounts, days and years of a question held against the ranges that rules are written in."""

from __future__ import annotations

import pytest

from rag.text.pins import Stretch, is_measured, is_of, pins


@pytest.mark.parametrize(
    ("question", "kind", "value"),
    [
        ("95岁老人补多少", "岁", 95),
        ("三口人的家庭", "人", 3),
        ("八十平米的房子", "平方米", 80),
        ("5千米以内吗", "", 0),
        ("3万元要交税吗", "元", 30000),
        ("第三批何时申请", "批", 3),
        ("9号楼停水吗", "号楼", 9),
        ("一年级怎么报名", "", 0),
        ("10%够吗", "%", 10),
        ("3号线几点停运", "号线", 3),
        ("我爸今年85了，能领多少", "岁", 85),
        ("My father is 85; how much does he get?", "岁", 85),
        ("a 95-year-old", "岁", 95),
        ("家里只有17度能退多少", "度", 17),
        ("室温17℃的退多少", "度", 17),
        ("My flat is only 17 degrees", "度", 17),
        ("人均一个月两千，租金多少", "元", 2000),
        ("an income of 2,000 yuan", "元", 2000),
        ("My only home is 36 square metres", "平方米", 36),
        ("用了180方水", "立方米", 180),
        ("这三方面是什么", "", 0),
    ],
)
def test_what_a_question_pins_down(question: str, kind: str, value: float) -> None:
    assert [(pin.kind, pin.first) for pin in pins(question)] == ([(kind, value)] if kind else [])


def test_a_question_of_a_range_pins_nothing_down() -> None:
    assert pins("60至70岁的老人") == ()
    assert pins("2024—2026年规划") == ()


@pytest.mark.parametrize(
    ("question", "rule", "of"),
    [
        ("59岁能领吗", "60周岁及以上的老年人", False),
        ("60岁能领吗", "60周岁（含）以上", True),
        ("70岁能领吗", "年满60周岁、不满70周岁", True),
        ("65岁能领吗", "60周岁以上未满70周岁", True),
        ("80岁能领吗", "60周岁以上70周岁以下", False),
        ("18岁能报名吗", "未满18周岁", True),
        ("19岁能报名吗", "不满18周岁", False),
        ("两口人能申请吗", "3人以下家庭", True),
        ("月收入3000元行吗", "低于0.25万元", False),
        ("月收入2000元行吗", "不超过0.25万元", True),
        ("120平方米的房子", "90平方米以上", True),
        ("8万元补多少", "5至10万元的部分", True),
        ("8万元补多少", "10至20万元的部分", False),
        ("3级伤残", "1级至4级", True),
        ("5级伤残", "1—4级", False),
        ("5级伤残", "一次性缴费", None),
    ],
)
def test_a_rule_is_of_what_lies_in_its_range(question: str, rule: str, of: bool | None) -> None:
    (pin,) = pins(question)
    assert is_of(pin, rule) is of


@pytest.mark.parametrize(
    ("question", "text", "of"),
    [
        ("12月31日开门吗", "12月30日至1月3日闭馆", True),
        ("1月2日开门吗", "12月30日至1月3日闭馆", True),
        ("1月4日开门吗", "12月30日至1月3日闭馆", False),
        ("6月30日办吗", "5月1日8时至6月30日18时", True),
        ("5月19日停吗", "5月18日至20日停水", True),
        ("5月19日停吗", "5月18日、20日停水", False),
        ("十月一日放假吗", "10月1日至8日放假", True),
        ("2月18日放假吗", "除夕(2月16日至2月21日)", True),
        ("2月18日放假吗", "春节期间", None),
    ],
)
def test_a_day_lies_in_a_stretch_of_days_over_the_end_of_a_year_too(
    question: str, text: str, of: bool | None
) -> None:
    (pin,) = pins(question)
    assert is_of(pin, text) is of


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("2025年度标准", True),
        ("2024至2026年执行", True),
        ("2026年标准", False),
        ("2021—2023年规划", None),
        ("临政发〔2024〕18号", None),
        ("2026年1月起", None),  # the year of a day says when, not of what
    ],
)
def test_a_year_is_that_of_a_text_and_not_of_a_plan_it_looks_back_on(text: str, of: bool | None) -> None:
    (pin,) = pins("2025年标准是多少")
    assert is_of(pin, text) is of


def test_another_unit_is_of_another_kind() -> None:
    (pin,) = pins("60岁")
    assert is_of(pin, "60元") is None
    assert is_of(pin, "60个月") is None


def test_a_stretch_holds_what_lies_in_it_and_itself() -> None:
    ages = Stretch("岁", 60, 70)
    assert ages.holds(ages)
    assert ages.holds(Stretch("岁", 65, 65))
    assert not ages.holds(Stretch("岁", 65, 71))
    assert not ages.holds(Stretch("元", 65, 65))


@pytest.mark.parametrize(
    ("question", "text", "measured"),
    [
        ("36岁能报名吗", "年龄18周岁以上35周岁以下", True),
        ("36岁能报名吗", "获奖者36周岁", False),
        ("36岁能报名吗", "满36周岁且不满40周岁", True),
        ("2025年标准", "2024—2026年", True),
        ("2027年标准", "2024—2026年", False),
    ],
)
def test_a_figure_is_measured_by_a_limit(question: str, text: str, measured: bool) -> None:
    (pin,) = pins(question)
    assert is_measured(pin, text) is measured


def test_a_figure_in_a_table_is_of_the_unit_that_its_column_names() -> None:
    (pin,) = pins("一年用水180立方米怎么算")
    row = "阶梯：第{}阶梯；户年用水量（立方米）：{}；到户价（元/立方米）：4.75"
    assert is_of(pin, row.format("二", "144—240（含）")) is True
    assert is_of(pin, row.format("一", "144（含）以下")) is False
