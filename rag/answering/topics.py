"""A bare word is no question: what the collection has on it is offered, not guessed at."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.asking.query import ASKING, Query
from rag.index import Passage
from rag.reading.lines import mark_of
from rag.retrieval.retrieve import Hit
from rag.text.normal import Language, language, normalise, squeeze, tokens

LOOKED_AT = 40
"""Passages that the topics are taken from."""
_MOST = 6  # topics offered
_FEW = 3  # topics that are a choice
_LONGEST: dict[Language, int] = {"zh": 4, "en": 2}
"""Characters of a Chinese word, words of an English one, up to which it is bare."""
_OFFERED: dict[Language, str] = {
    "zh": "公报里有这些关于“{word}”的内容，您想问哪一项？",
    "en": "The bulletins have these on “{word}”. Which one do you mean?",
}
_WORDS = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")
_ONLY_WORDS = re.compile(r"[\u4e00-\u9fff] +[\u4e00-\u9fff]")  # 消费券 云闪付 线下: typed into a search box
_LEADS_NOWHERE = re.compile(r"[:：;；，,。]$")
_LONG = 40  # characters of a heading beyond which it names no topic


def is_bare(query: Query) -> bool:
    """Whether a question is but a word or two that say what it is about, and not what is wanted of it."""
    if query.whole or query.wants or query.numbers or query.articles or query.phone or query.private:
        return False
    plain = normalise(query.asked).strip(" ?？。.!！")
    size = len(plain) if query.language == "zh" else len(_WORDS.findall(plain))
    return size <= _LONGEST[query.language] and bool(tokens(plain)) and not ASKING.search(plain)


def topics(query: Query, hits: Sequence[Hit]) -> list[str]:
    """Questions that one may ask about a word: those written for the places that hold it, else the headings over them.

    :param hits: Best first. A topic a heading, and the documents by turns; more of one heading where there is no other.
    """
    found: dict[str, list[str]] = {}
    further: list[str] = []
    seen: set[tuple[str, ...]] = set()
    for hit in hits:
        passage = hit.passage
        place = (passage.document.id, *passage.chunk.path[:2])
        first, *others = _topics(query, passage) or [""]
        if first and place not in seen:
            seen.add(place)
            found.setdefault(passage.document.id, []).append(first)
            further += others
    turns = max(map(len, found.values()), default=0)
    dealt = [of[turn] for turn in range(turns) for of in found.values() if turn < len(of)]
    return list(dict.fromkeys(dealt if len(dealt) >= _FEW else [*dealt, *further]))[:_MOST]


def offer(query: Query, offered: Sequence[str]) -> str:
    """The question back, with the topics one a line."""
    said = _OFFERED[query.language].format(word=query.asked.strip(" ?？。.!！"))
    return "\n".join([said, *(f"· {topic}" for topic in offered)])


def _topics(query: Query, passage: Passage) -> list[str]:
    """What one may ask of a passage about a word, the shortest first; none where it is not about it."""
    asked = {
        one.span: one.question
        for one in passage.fields.questions
        if language(one.question) == query.language
        and _is_about(query, one.question)
        and not _ONLY_WORDS.search(one.question)
    }
    if asked:
        return sorted(asked.values(), key=len)
    over = dict.fromkeys(heading for unit in passage.chunk.units for heading in unit.path)
    short = [one for one in over if len(one) <= _LONG and not _LEADS_NOWHERE.search(one)]
    about = [_bare(heading) for heading in short if _is_about(query, heading)]
    return about or ([passage.document.title] if _is_about(query, passage.document.title) else [])


def _is_about(query: Query, text: str) -> bool:
    """Whether a text holds the word: as it is typed in Chinese, by its stems in English."""
    if query.language == "zh":
        return squeeze(query.asked.strip(" ?？。.!！")) in squeeze(text)
    return set(query.terms) <= set(tokens(text))


def _bare(heading: str) -> str:
    mark = mark_of(heading)
    return heading[mark.end :].strip() if mark else heading
