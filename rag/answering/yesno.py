"""Yes or no, where that is asked and the sentence found decides it."""

from __future__ import annotations

import re

from rag.asking.query import Query
from rag.text.normal import normalise, tokens

_MAY = re.compile(
    r"(?:能不能|能否|可不可以|可否|可以|能够|(?<![功性职智])能|准许|允许|(?<![标批核水])准|让)(?P<deed>[\u4e00-\u9fff]{1,10}?)(?:吗|么|嘛|不|没有?)?[?？。]*$"
)
_MUST = re.compile(
    r"(?:要不要|用不用|需不需要|需要|必须|是否需要|(?<![重主])要|(?<![使费信利作应享])用|(?<![取获])得)(?P<deed>[\u4e00-\u9fff]{1,10}?)(?:吗|么|嘛|不|没有?)?[?？。]*$"
)
_ASKS = re.compile(r"吗|么$|嘛|能不能|能否|可不可以|可否|要不要|用不用|需不需要|是否|[能行要]不[?？]?$")
_OPEN = re.compile(r"多少|几|什么|啥|怎|咋|哪|谁|何")
_FORBIDDEN = re.compile(r"不得|不能|不可|不准|不允许|不许|禁止|严禁|不予|不再")
_ALLOWED = re.compile(r"可以|允许|准予|可(?!能|靠|持续|行|用)|能够")
_FREE = re.compile(r"无需|不需|不用|无须|免予|免于|不必")
_DUTY = re.compile(r"必须|应当|须|需(?!求)|应(?!急|用|对|届)")
_IF = re.compile(r"未|除|否则|超过|以外|以上|以下|符合|满足|经.{1,12}(?:同意|批准|审批)|的[,，]|但")
"""What makes a sentence hold only for some: then it is for the reader to say yes or no."""
_CLAUSE = re.compile(r"[。;；]")


def verdict(query: Query, sentence: str) -> str:
    """What a Chinese answer to a yes-or-no question opens with; empty where the sentence does not decide it.

    A sentence decides where the deed that is asked about stands behind a word that forbids, allows, demands or waives
    it, in a clause without conditions.

    :param sentence: The best sentence, as it is read.
    """
    asked = normalise(query.text)
    if query.language != "zh" or query.several or _OPEN.search(asked) or not _ASKS.search(asked):
        return ""
    for form, no, yes, said in ((_MAY, _FORBIDDEN, _ALLOWED, "能"), (_MUST, _FREE, _DUTY, "要")):
        found = form.search(asked)
        deed = set(tokens(found["deed"])) if found else set()
        if not deed:
            continue
        for clause in _CLAUSE.split(normalise(sentence)):
            at = max((clause.find(word) for word in deed), default=-1)
            if at < 0 or _IF.search(clause):
                continue
            if no.search(clause, 0, at):
                return "不能。" if said == "能" else "不用。"
            if yes.search(clause, 0, at):
                return "可以。" if said == "能" else "要。"
    return ""
