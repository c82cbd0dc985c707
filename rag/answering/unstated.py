"""How something is done has parts that a resident cannot do without: what a document leaves open of them is said."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from rag.asking.query import Query
from rag.text.normal import Language, normalise

Aspect = Literal["papers", "where"]

_DOES = re.compile(
    r"(?:怎么|怎样|如何|咋)(?:才?能)?(?:去)?(?:办理|领|申请|申领|申报|报名|报销|登记|补办)|"
    r"(?:领|办|申请|申领|报名|登记)(?:的)?(?:流程|手续)|"
    r"\bhow (?:do|can|should|could) (?:i|we|you|one) (?:\w+ )?(?:claim|apply|get|register|sign up|enrol|"
    r"receive|collect|renew|obtain)\b|\bhow to (?:claim|apply|get|register|enrol|collect|obtain)\b"
)
_ASKS_PAPERS = re.compile(
    r"(?:什么|哪些|啥|哪几[样种])(?:材料|资料|证件|手续|证明)|带(?:什么|啥)|"
    r"\b(?:what|which) (?:papers?|documents?|paperwork)\b"
)
_PAPERS_AT_ALL = re.compile(r"材料|资料|证|[表照书]|户口|复印")
_STATES: dict[Aspect, re.Pattern[str]] = {
    "papers": re.compile(
        r"身份证|户口[簿本]|申请[表书]|复印件|证明|(?:下列|以下|所需|提交|提供|准备|携带|出示)\D{0,8}(?:材料|资料|信息|证件|手续)|"
        r"(?:材料|资料|证件|信息)[:：包]|(?:无需|免于|不用|不需)提[交供]|免申"
    ),
    "where": re.compile(
        r"窗口|大厅|网站|网址|app|小程序|公众号|平台|网上|线上|官网|地址|登[录陆]|邮寄|邮箱|现场|(?:到|向|由).{0,20}(?:申请|申报|登记|报名|领取|受理|办理)|"
        r"\d{7,}"
    ),
}
_NAMED: dict[Aspect, dict[Language, str]] = {
    "papers": {"zh": "需要哪些材料", "en": "which papers are needed"},
    "where": {"zh": "在哪里办理", "en": "where it is done"},
}
_SAID: dict[Language, str] = {
    "zh": "{what}，公报没有写明。",
    "en": "Not stated in the bulletin: {what}.",
}


def asks_how(query: Query) -> bool:
    """Whether a question is how something is done, or with which papers."""
    asked = normalise(query.text)
    return bool(_DOES.search(asked) or _ASKS_PAPERS.search(asked))


def unstated(query: Query, shown: Iterable[str], beside: Iterable[str]) -> list[Aspect]:
    """What a question for how something is done needs and its document does not say; none for another question.

    Which papers are needed is said to be open where they are asked for, or where it is open as well where to go.

    :param shown: The sentences of the answer, as they are read.
    :param beside: Those of its document on the same matter.
    """
    asked = normalise(query.text)
    said = normalise(" ".join([*shown, *beside]))
    if _ASKS_PAPERS.search(asked):
        return [] if _PAPERS_AT_ALL.search(said) else ["papers"]
    lacking = [aspect for aspect, states in _STATES.items() if not states.search(said)]
    return lacking if _DOES.search(asked) and len(lacking) == len(_STATES) else []


def said_unstated(lacking: Iterable[Aspect], spoken: Language) -> str:
    """That something is not stated, in a sentence."""
    between = "、" if spoken == "zh" else " and "
    return _SAID[spoken].format(what=between.join(_NAMED[aspect][spoken] for aspect in lacking))
