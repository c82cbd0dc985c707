"""Questions that lean on the one before: “那要交多少钱？” is about what was asked last, in the district asked about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.asking.query import Query, Understanding
from rag.text.normal import tokens

_POINTS_BACK_ZH = re.compile(
    r"^(?:那|还有|另外|再|又|这|该|它|此|其中|上述|以上|同样|具体)|呢\s*[?？]?$|"
    r"它|其(?!他|它|余|实)|[这那]个|[这那]些|[这那]项|[这那]份|该(?:项|文件|办法|政策|计划|规定|方案)|上面|前面|刚才"
)
_POINTS_BACK_EN = re.compile(
    r"^(?:and|but|also|then|so|what about|how about)\b|"
    r"\b(?:it|its|they|them|their|those|these|that|this|he|she|his|her|the same|there)\b(?! (?:is|are) )",
    re.I,
)
_FEW = 2  # content words up to which a question says too little to stand alone


def in_context(query: Query, earlier: Sequence[str], understanding: Understanding) -> Query:
    """A question as it is meant after others: with `whole` set where it leans on them.

    :param earlier: The questions asked before, oldest first.
    """
    if not earlier or not leans(query):
        return query
    return after(query, in_context(understanding.understand(earlier[-1]), earlier[:-1], understanding))


def after(query: Query, before: Query) -> Query:
    """A question taken together with the one before: `whole` is both, for finding passages.

    It takes over the district and the years asked about, unless it names its own.
    """
    topic = before.whole or before
    stays = not query.elsewhere  # if another place is asked about, the one named before is not meant
    places = query.places or (topic.places if stays else ())
    years = query.years or (topic.years if places == topic.places or not stays else ())
    numbers = query.numbers or (topic.numbers if stays else ())
    whole = replace(
        query,
        text=f"{topic.text} {query.text}",
        terms=tuple(dict.fromkeys([*topic.terms, *query.terms])),
        official={
            term: max(one.official.get(term, 0.0) for one in (topic, query))
            for term in (*topic.official, *query.official)
        },
        names=tuple(dict.fromkeys([*topic.names, *query.names])),
        called={**topic.called, **query.called},
        places=places,
        years=years,
        numbers=numbers,
    )
    return replace(query, whole=whole, places=places, years=years, numbers=numbers)


def leans(query: Query) -> bool:
    """Whether a question can't be understood without the one before."""
    if query.numbers or (query.articles and query.places):
        return False
    points_back = _POINTS_BACK_ZH if query.language == "zh" else _POINTS_BACK_EN
    return bool(points_back.search(query.asked)) or len(set(tokens(query.asked))) <= _FEW


def may_lean(query: Query) -> bool:
    """Whether a question that does not point back may be meant after the one before: it names no place, no document."""
    return not (query.numbers or query.places or query.elsewhere)
