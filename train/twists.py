"""Sentences twisted by rule: each kind turns a true sentence of a bulletin, or of its rendering, into a false one."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import rjieba

from rag.text.normal import Language

Twist = Callable[[str], str | None]
"""A sentence twisted; None where there is nothing in it to twist."""

_WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "limit": (
            "以上>以下 以下>以上 至少>至多 不低于>不高于 不超过>不低于 不少于>不多于 最高>最低 "
            "超过>低于 低于>超过 以内>以上"
        ),
        "bidding": "可以>必须 应当>可以 必须>可以 不得>可以 严禁>允许 禁止>允许 无需>必须 方可>即可 有权>无权 应>可",
        "denial": (
            "不予>予以 没有>有 不含>含 符合>不符合 属于>不属于 包括>不包括 按照>不按照 不得> 合格>不合格 "
            "能够>不能够"
        ),
        "time": "未>已 已>未 之前>之后 以前>以后 前>后 后>前 开始>结束 首次>再次 上午>下午",
        "unit": (
            "万元>元 元>美元 平方米>亩 亩>平方米 个月>年 工作日>日 小时>分钟 分钟>小时 %>倍 公里>米 "
            "每年>每月 每月>每年 每人>每户"
        ),
        "opposite": (
            "农村>城镇 城镇>农村 增加>减少 减少>增加 提高>降低 降低>提高 上升>下降 下降>上升 增长>下降 "
            "加强>削弱 扩大>缩小 "
            "鼓励>限制 支持>反对 同意>反对 公共>私人 优先>最后 统一>分别 老年人>未成年人 完成>放弃 公开>保密 免费>收费"
        ),
        "scope": "仅> 至少> 最高> 一次性>分期 全部>部分 或>和 所有>部分 全额>半额",
    },
    "en": {
        "limit": (
            "at least>at most;at most>at least;no less than>no more than;no more than>no less than;above>below;"
            "over>under;or more>or less;and above>and below;below>above"
        ),
        "bidding": "may>must;must>may;should>need not;must not>may;may not>may;shall>need not;can>cannot",
        "denial": "is>is not;are>are not;will>will not;not >;no >;include>exclude;approved>rejected",
        "time": "before>after;after>before;start>end;first>last;morning>afternoon;by>after",
        "unit": (
            "yuan>US dollars;working days>days;days>months;months>years;hours>minutes;minutes>hours;square metres>mu;"
            "a year>a month;per person>per household;percentage points>percent"
        ),
        "opposite": (
            "rural>urban;urban>rural;increase>decrease;reduce>raise;raise>lower;improve>worsen;strengthen>weaken;"
            "encourage>restrict;support>oppose;public>private;women>men;elderly>young;free>paid;open>closed;large>small"
        ),
        "scope": "only >;all>some;up to >;at least >;each>some;unless>if;with approval>",
    },
}
_BODY = {
    "zh": re.compile(
        r"[\u4e00-\u9fff]{2,8}?(?:局|委|办公室|政府|学校|医院|企业|公司|部门|单位|机构|街道|银行|家长|学生|教师|居民)"
    ),
    "en": re.compile(
        r"\b(?:[a-z]+ )?(?:departments?|bureaus?|schools?|hospitals?|companies|enterprises|governments?|banks?|parents|"
        r"students|teachers|residents|bodies|agencies|units)\b",
        re.IGNORECASE,
    ),
}
_CONDITION = {
    "zh": re.compile(
        r"(?:^|(?<=[;；:：]))(?:如|若|凡|对|经|符合|未经|在)[^,，;；。]{4,40}?(?:的|后|时|下|前)[,，]"
    ),
    "en": re.compile(
        r",? (?:if|where|unless|provided that|with the (?:approval|consent) of)\b[^,.;]{6,80}(?=[,.;]|$)"
    ),
}


@dataclass(frozen=True, slots=True)
class TwistKind:
    """One way to twist sentences of one language."""

    name: str
    twists: tuple[Twist, ...]
    """Each tried in turn."""


def kinds(spoken: Language, vocabulary: Sequence[str]) -> Iterator[TwistKind]:
    """All ways to twist sentences of one language.

    :param vocabulary: Words that may be put in another's stead, whatever they mean.
    """
    for name, listed in _WORDS[spoken].items():
        pairs = (pair.split(">") for pair in (listed.split() if spoken == "zh" else listed.split(";")))
        yield TwistKind(name, tuple(_swap(one, other, spoken) for one, other in pairs))
    yield TwistKind("figure", (another_figure,))
    yield TwistKind("bodies swapped", (lambda text: _bodies_swapped(text, spoken),))
    yield TwistKind(
        "condition dropped", (lambda text: _changed(_CONDITION[spoken].sub("", text, count=1), text),)
    )
    yield TwistKind("another word", (lambda text: _another_word(text, spoken, vocabulary),))


def twisted(kind: TwistKind, sentences: Sequence[str], each: int) -> Iterator[tuple[int, str]]:
    """Sentences of a kind, with the number of the one each was made of; no more than so many by one twist."""
    for twist in kind.twists:
        made = 0
        for at, text in enumerate(sentences):
            said = twist(text)
            if said and said != text:
                yield at, said
                made += 1
            if made == each:
                break


def another_figure(text: str) -> str | None:
    """A text with one of its numbers greater by seven; the mark it opens with aside."""
    numbers = [number for number in re.finditer(r"\d+", text) if number.start() > 4]
    if not numbers:
        return None
    number = numbers[len(numbers) // 2]
    return f"{text[: number.start()]}{int(number[0]) + 7}{text[number.end() :]}"


def _changed(said: str, text: str) -> str | None:
    return said if said != text and len(said) > 6 else None


def _swap(one: str, other: str, spoken: Language) -> Twist:
    edge = r"(?![A-Za-z-])" if spoken == "en" and not one.endswith(" ") else ""
    pattern = re.compile((r"(?<![A-Za-z-])" if spoken == "en" else "") + re.escape(one) + edge)

    def twist(text: str) -> str | None:
        found = list(pattern.finditer(text))
        if not found:
            return None
        match = found[crc32((one + text).encode()) % len(found)]
        return text[: match.start()] + other + text[match.end() :]

    return twist


def _bodies_swapped(text: str, spoken: Language) -> str | None:
    found = list(_BODY[spoken].finditer(text))
    pairs = [(a, b) for a, b in pairwise(found) if a[0].lower() != b[0].lower()]
    if not pairs:
        return None
    a, b = pairs[crc32(text.encode()) % len(pairs)]
    if len(re.findall(r"[^、,，和与 ]", text[a.end() : b.start()].replace("and", ""))) < 4:
        return None  # members of a list: the same in any order
    return text[: a.start()] + b[0] + text[a.end() : b.start()] + a[0] + text[b.end() :]


def _another_word(text: str, spoken: Language, vocabulary: Sequence[str]) -> str | None:
    words = (
        [word for word in rjieba.cut(text) if len(word) > 1 and "\u4e00" <= word[0] <= "\u9fff"]
        if spoken == "zh"
        else re.findall(r"\b[a-z]{4,}\b", text)
    )
    known = [word for word in words if word in vocabulary and text.count(word) == 1]
    if not known:
        return None
    chance = random.Random(crc32(text.encode()))
    other = chance.choice(vocabulary)
    return None if other in text else text.replace(chance.choice(known), other)
