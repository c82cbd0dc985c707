"""Who heads a body: the 组长 of the list of its members, not a sentence about the body."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.choose import Candidate
from rag.asking.query import Query
from rag.chunk import Unit
from rag.index import Passage
from rag.text.normal import normalise, tokens

_BODY = r"(?:领导小组|工作组|专班|指挥部|委员会|联席会议|小组|\b(?:group|committee|task force|headquarters|team)\b)"
_HEAD = r"(?<!副)(?:组长|总指挥|指挥长|召集人|牵头人?|带头人?|带队|头头?|头儿|挂帅|领导|负责人?|一把手)"
_ASKED = re.compile(
    rf"(?:谁|哪位|哪个人|哪个领导).{{0,12}}{_HEAD}|{_HEAD}(?:的)?(?:是|由|为)?(?:谁|哪位|哪个人|叫什么)|"
    r"\bwho (?:is the (?:head|leader|chair\w*|director)|heads?|leads?|chairs?|is in charge)\b"
)
_ITS_DEPUTY = re.compile(r"副|成员|办公室|下设|\b(?:deputy|vice|members?|office)\b")
_LISTED = re.compile(r"(?:组长|总指挥|指挥长|主任委员|召集人|主任)[:：]\D")


def asks_for_head(query: Query) -> bool:
    """Whether a question is who heads a body."""
    asked = normalise(query.text)
    return bool(re.search(_BODY, asked) and _ASKED.search(asked)) and not _ITS_DEPUTY.search(asked)


def head_of(query: Query, best: Candidate, passages: Sequence[Passage]) -> tuple[Passage, int, Unit] | None:
    """The line of the list of members that names the head of the body asked about; None where none is listed.

    Of several bodies in one document, the one whose headings hold most of the question; else the nearest.

    :param passages: Those of the best sentence's document, in order.
    """
    here = best.unit.spans[0][0]
    listed = [
        (
            len(set(query.terms) & set(tokens(" ".join(unit.path)))),
            -abs(unit.spans[0][0] - here),
            passage,
            place,
        )
        for passage in passages
        for place, unit in enumerate(passage.chunk.units)
        if _LISTED.match(normalise(unit.reading).replace(" ", ""))
    ]
    if not listed:
        return None
    _, _, passage, place = max(listed, key=lambda one: one[:2])
    return passage, place, passage.chunk.units[place]
