import pytest

from rag.answering.gloss import gloss


@pytest.mark.parametrize(
    ("sentence", "explained"),
    [
        ("试鸣时间：2025 年9月18日10时00分", "18 September 2025, 10:00"),
        ("最高给予500万元奖励", "5,000,000 yuan"),
        ("每人每月1.5元", "1.50 yuan"),
        ("每年5月1日", "1 May"),
        ("提高10%", "10%"),
        ("由区政府办公室负责", ""),
        ("2月30日", ""),
    ],
)
def test_figures_are_said_in_english_and_nothing_else(sentence: str, explained: str) -> None:
    assert gloss(sentence) == explained
