"""What a question pins down by a figure, and whether a text is of that."""

import pytest

from rag.text.pins import is_measured, is_of, pins


@pytest.mark.parametrize(
    ("question", "text", "of"),
    [
        ("9岁的孩子补多少？", "7至14周岁每年18000元", True),
        ("9岁的孩子补多少？", "0至6周岁每年24000元", False),
        ("六十岁能领吗？", "年满18周岁不满60周岁的居民", True),
        ("70平方米的房子", "50平方米以上90平方米以下", True),
        ("1月2日停水吗？", "2025年12月30日至2026年1月3日停水", True),
        ("7月9日停水吗？", "7月7日至8日停水", False),
        ("第三批什么时候申请？", "第二批：9月1日至10月20日", False),
        ("二级待遇是多少？", "享受2级待遇的人员", True),
        ("三级响应谁来签发？", "Ⅲ级应急响应", True),
        ("三级响应谁来签发？", "Ⅳ级响应由副指挥签发", False),
        ("2025年标准是多少？", "2026年标准", False),
        ("2025年标准是多少？", "2024—2026年规划", True),
        ("2017年有多少？", "2018—2020年规划", None),
        ("罚多少钱？", "处500元罚款", None),
    ],
)
def test_a_text_is_of_what_is_pinned_down_or_of_something_else(
    question: str, text: str, of: bool | None
) -> None:
    found = [is_of(pin, text) for pin in pins(question)]
    assert found == ([of] if pins(question) else [])


def test_a_figure_is_measured_by_a_range_and_not_by_another_figure() -> None:
    (pin,) = pins("36岁能报名吗？")
    assert is_measured(pin, "年龄35周岁以下")
    assert is_measured(pin, "30至40周岁")
    assert not is_measured(pin, "奖励一名36周岁的职工")
    assert not is_measured(pin, "满3个月")
