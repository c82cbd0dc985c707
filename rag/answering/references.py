"""A sentence that points to another place of its document is told with that place: 按照第三条执行, 前款规定的, 同上."""

from __future__ import annotations

import re

from rag.text.dates import han_number
from rag.text.normal import fold

_ARTICLE = re.compile(
    r"(?:按照?|依照|参照|适用|执行|符合|依据|根据|属于?|违反|与|同)(?:本(?:办法|规定|细则|条例|方案|意见|预案|制度|通知))?"
    r"第([一二三四五六七八九十百零\d]+)条"
)
_ARTICLE_BEFORE = re.compile(r"前条|上一条")
_SENTENCE_BEFORE = re.compile(r"前款|上款|前项|^(?:违反(?:上述|以上)?规定的?|违者),")
_ROW_BEFORE = re.compile(r"(?:^|[:;])\s*(?:同上|同前)\s*(?=;|$)")


def articles_referred_to(sentence: str, own: int | None) -> list[int]:
    """The numbers of the articles of its own document that a sentence leaves something to, in order.

    :param own: The number of the article that it stands in, if it stands in one.

    >>> (
    ...     articles_referred_to("申请条件按照本办法第三条执行", 5),
    ...     articles_referred_to("依照《城乡规划法》第九条", 5),
    ... )
    ([3], [])
    """
    plain = fold(sentence)
    found = [han_number(number) for number in _ARTICLE.findall(plain)]
    if own and _ARTICLE_BEFORE.search(plain):
        found.append(own - 1)
    return [number for number in dict.fromkeys(found) if number > 0 and number != own]


def refers_before(sentence: str) -> bool:
    """Whether a sentence leaves something to the one before it, or a row of a table to the row above."""
    plain = fold(sentence)
    return bool(_SENTENCE_BEFORE.search(plain) or _ROW_BEFORE.search(plain))
