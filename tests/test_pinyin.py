"""A question typed by its sound is read in characters; English is left as it is."""

from __future__ import annotations

import pytest

from rag.asking.spelling import Speller

WORDS = "消费 消费券 防空 警报 防空警报 公积金 提取 小学 招生 方城".split()
SPELLER = Speller(dict.fromkeys(WORDS, 10), ())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("xiaofeiquan zenme ling", "消费券怎么领"),
        ("gongjijin zenme tiqu?", "公积金怎么提取"),
        ("fangcheng xiaoxue zhaosheng dianhua duoshao", "方城小学招生电话多少"),
    ],
)
def test_pinyin_is_read_in_characters(typed: str, meant: str) -> None:
    assert SPELLER.from_sound(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "How do I claim the money?",
        "minimum wage in linyi 2025",
        "PPP",
        "Lin Zheng Zi [2025] No. 75",
        "he can ban me",
        "方城小学",
    ],
)
def test_what_is_no_pinyin_is_left_alone(typed: str) -> None:
    assert SPELLER.from_sound(typed) is None
