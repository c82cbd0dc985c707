"""Questions typed in Latin letters by sound: xiaofeiquan zenme ling is 消费券怎么领."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache

from pypinyin import lazy_pinyin

_WORD = re.compile(r"[a-zü]+", re.IGNORECASE)
_OTHER = re.compile(r"[^\x00-\x7fü]")
_NAMED = re.compile(r"\d|(?<=\s)[A-Z]")
"""A figure or a capital inside: a document's number or a name in Latin letters, which is read as such."""
_FEWEST = 4  # syllables of a question; fewer may be a name or an English word
_LONGEST = 6  # letters of a syllable: zhuang
_SPAN = (4, 3, 2)  # characters of a word of the collection
_INITIAL = r"(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?"
_SYLLABLE = re.compile(
    rf"{_INITIAL}(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ueng|an|en|in|un|vn|"
    r"ai|ei|ao|ou|ia|ie|iu|ua|uo|ui|ue|ve|er|"
    r"a|o|e|i|u|v)"
)
_SPOKEN = """
怎么 怎样 如何 多少 多少钱 什么 什么时候 几号 几点 几岁 几个 哪里 哪些 哪个 谁 为什么 多久 能不能 可以 需要 要
办 办理 申请 领 领取 交 钱
几 分 吗 在 的 我 是 有 没有 去 报名 时间 每月 每年 每个月 一个月 年 月 天 号 个 和 给 能 会 到 从 补
买 卖 住 上学 上 小学 材料 带 手续 条件 电话 地址 标准 元 块 岁 人 家
""".split()
"""Words that questions are made of; of those that sound alike the first is meant."""


def as_han(question: str, words: Mapping[str, Sequence[str]], counts: Mapping[str, int]) -> str | None:
    """A question that is typed by sound, in characters; None for one that is not.

    :param words: Words of the collection by their sound, syllables apart: "xiao fei quan" to 消费券.
    :param counts: How many passages hold a word.
    """
    typed = question.lower().replace("ü", "v")
    if _OTHER.search(typed) or _NAMED.search(question):
        return None
    syllables: list[str] = []
    for word in _WORD.findall(typed):
        parts = _syllables(word)
        if parts is None:
            return None
        syllables += parts
    if len(syllables) < _FEWEST:
        return None
    return _likeliest(syllables, words, counts)


def _likeliest(
    syllables: Sequence[str], words: Mapping[str, Sequence[str]], counts: Mapping[str, int]
) -> str | None:
    """The characters that cover most syllables by long and common words; None if half of them stay without any."""
    best: list[tuple[float, str, int]] = [(0.0, "", 0)]
    for end in range(1, len(syllables) + 1):
        found = (best[end - 1][0] - 1.0, best[end - 1][1], best[end - 1][2])
        for size in (*_SPAN, 1):
            if size > end:
                continue
            worth, text, covered = best[end - size]
            sound = " ".join(syllables[end - size : end])
            spoken = _spoken().get(sound)
            known = max(words.get(sound, ()), key=lambda word: counts.get(word, 0), default=None)
            for word, value in (
                (spoken, size**2 + 1.0),
                (known, size**2 + 0.1 * math.log1p(counts.get(known, 0)) if known else 0.0),
            ):
                if word and worth + value > found[0]:
                    found = (worth + value, text + word, covered + size)
        best.append(found)
    _, text, covered = best[-1]
    return text if covered >= 0.75 * len(syllables) else None


def _syllables(word: str) -> list[str] | None:
    """A word in as few syllables as there can be; None where it is none of pinyin."""
    best: list[list[str] | None] = [[]]
    for end in range(1, len(word) + 1):
        ways = (
            [*before, word[start:end]]
            for start in range(max(0, end - _LONGEST), end)
            if (before := best[start]) is not None and _SYLLABLE.fullmatch(word[start:end])
        )
        best.append(min(ways, key=len, default=None))
    return best[-1]


@cache
def _spoken() -> dict[str, str]:
    """The words of `_SPOKEN` by their sound."""
    found: dict[str, str] = {}
    for word in _SPOKEN:
        found.setdefault(" ".join(lazy_pinyin(word)), word)
    return found
