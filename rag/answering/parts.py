"""A question of several parts: each is answered, or said not to be found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.choose import Candidate
from rag.asking.query import ASKING, Query
from rag.asking.wants import INEXACT, Want, share_held, wants
from rag.text.normal import Language, normalise, tokens

_BORDER = re.compile(
    r",?\s+\band\b\s+(?=(?:how|when|who|what|which|where|is|are|do|does|can|must|will)\b)|"
    r"[？?；;。!！]+\s*|[，,、]\s*(?:那么?|还有|以及|又|再|另外|同时)?(?=[^，,？?]{2})|\s+(?=[\d\u4e00-\u9fff]{2,})",
    re.IGNORECASE,
)
_ASKS = re.compile(r"(?:do|does|did|is|are|was|were|can|may|must|will)\b.{8}|.*呢$", re.IGNORECASE)
_NEAR = 8.0  # how much less than the best sentence one may score that answers a part
_MOST = 2  # parts said to be missing
_SAID: dict[Language, str] = {
    "zh": "“{part}”，公报中没有查到。",
    "en": "“{part}”: not stated in the bulletins.",
}


def parts_of(query: Query) -> list[str]:
    """The parts of a question, each of which asks something; the whole one where it asks one thing."""
    asking: list[str] = []
    begun = 0  # where the part at hand begins: what asks nothing belongs to what is asked next
    for border in (*_BORDER.finditer(query.text), None):
        end, after = border.span() if border else (len(query.text), 0)
        piece = query.text[begun:end].strip(" ，,。？?！!")
        if ASKING.search(normalise(piece)) or wants(piece) or _ASKS.match(piece):
            asking.append(piece)
            begun = after
    return asking if len(asking) > 1 else [query.text]


def untold(
    query: Query, shown: Sequence[Candidate], candidates: Sequence[Candidate]
) -> tuple[list[Candidate], list[str]]:
    """What an answer lacks of the parts of its question: sentences that give it, and the parts that none gives.

    A part is told where a sentence holds the kind of thing it wants (an amount, a day) exactly; the others are
    `left_open`.

    :param shown: The answer's sentences.
    :param candidates: Scored, best first.
    """
    parts = parts_of(query)
    if len(parts) < 2 or not shown:
        return [], []
    more: list[Candidate] = []
    missing: list[str] = []
    for part, exact in _known_by_kind(parts).items():
        if any(share_held(exact, one.unit.reading) == 1 for one in (*shown, *more)):
            continue
        own = set(tokens(part))
        giving = (
            one
            for one in candidates
            if one.score >= candidates[0].score - _NEAR
            and one.passage.document.id == shown[0].passage.document.id
            and share_held(exact, one.unit.reading) == 1
            and own & set(tokens(f"{one.unit.reading} {one.text}"))
        )
        if found := next(giving, None):
            more.append(found)
        else:
            missing.append(part)
    return more, missing[:_MOST]


def left_open(query: Query) -> list[str]:
    """The parts of a question of several of which no kind of thing tells whether they are answered.

    They want none, or a number, or the same as another part: two sums of two things.
    """
    parts = parts_of(query)
    known = _known_by_kind(parts)
    return [part for part in parts if part not in known] if len(parts) > 1 else []


def _known_by_kind(parts: Sequence[str]) -> dict[str, list[Want]]:
    """The parts that alone want some exact kinds of thing, with these."""
    alone: dict[str, list[Want]] = {}
    for part in parts:
        kinds: list[Want] = [kind for kind in wants(part) if kind not in INEXACT and kind != "count"]
        if kinds and not any(set(kinds) & set(wants(other)) for other in parts if other != part):
            alone[part] = kinds
    return alone


def less_missing(query: Query, missing: Sequence[str]) -> Query:
    """A question as far as it can be answered: without what only its missing parts want."""
    told = [part for part in parts_of(query) if part not in missing]
    if not missing or not told:
        return query
    return replace(query, wants=tuple(dict.fromkeys(kind for part in told for kind in wants(part))))


def said_missing(parts: Sequence[str], language: Language) -> str:
    """That parts of a question are not stated, in a sentence each; empty for none."""
    return ("" if language == "zh" else " ").join(_SAID[language].format(part=part) for part in parts)
