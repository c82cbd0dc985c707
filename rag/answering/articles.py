"""An article asked for by its number, whole or one paragraph of it: 第三条第二款."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.standing import Stated
from rag.index import Passage
from rag.reading.lines import is_blank, mark_of
from rag.text.dates import han_number
from rag.text.normal import fold, tokens

_N = r"[一二三四五六七八九十百零〇\d]+"
_ARTICLE = re.compile(rf"第\s?(?P<article>{_N})\s?条(?:第\s?(?P<paragraph>{_N})\s?款)?")
_ARTICLE_EN = re.compile(
    r"\b(?:what (?:does|is|are|do)|show|quote|text of|content of)\b.*?\barticle (?P<article>\d+)"
    r"(?:,? (?:paragraph|para\.?) (?P<paragraph>\d+))?\s*(?:of\b.*|say\b.*|provide\b.*)?[?.]?$",
    re.IGNORECASE,
)
_UNDER = re.compile(r"(?:违反|触犯|按照?|依照|依据|根据|适用|符合)[^,。;]{0,20}$")
_WHAT_IT_SAYS = re.compile(
    r"(?:的|具体|内容|规定|条文|原文|怎么|如何|怎样|是|都|说|讲|写|了|什么|啥|哪些|呢|吗)*[?!。]*"
)
_TITLE = re.compile(rf"第({_N})条")


@dataclass(frozen=True, slots=True)
class Asked:
    """An article by its number, and one of its paragraphs; None for all of it."""

    article: int
    paragraph: int | None = None


def asked_article(question: str) -> Asked | None:
    """The article whose words a question asks for; None where it asks what follows from one.

    >>> asked_article("养犬条例第三条第二款是什么？"), asked_article("违反第三条第二款罚多少？")
    (Asked(article=3, paragraph=2), None)
    """
    plain = fold(question)
    match = _ARTICLE.search(plain)
    if match and (_UNDER.search(plain[: match.start()]) or not _WHAT_IT_SAYS.fullmatch(plain, match.end())):
        return None
    match = match or _ARTICLE_EN.search(plain)
    if match is None:
        return None
    return Asked(han_number(match["article"]), han_number(match["paragraph"]) if match["paragraph"] else None)


def article_at(asked: Asked, terms: Sequence[str], passages: Sequence[Passage], source: str) -> list[Stated]:
    """The sentences of an article, or of one of its paragraphs; of several texts, of the one named by most terms.

    :param passages: Those of the document, in order.
    :param source: The text that they stand in.
    """
    texts: dict[tuple[str, ...], list[Stated]] = defaultdict(list)
    for passage in passages:
        for place, unit in enumerate(passage.chunk.units):
            depth = next(
                (at for at, title in enumerate(unit.path) if _is_article(title, asked.article)), None
            )
            if depth is not None and unit.kind != "meta":
                texts[unit.path[:depth]].append((passage, place, unit))
    if not texts:
        return []
    best = max(texts, key=lambda path: len(set(terms) & set(tokens(" ".join(path)))))
    return [one for number, one in _numbered(texts[best], source) if asked.paragraph in (None, number)]


def _is_article(title: str, number: int) -> bool:
    match = _TITLE.match(title)
    return match is not None and han_number(match[1]) == number


def _numbered(units: Sequence[Stated], source: str) -> list[tuple[int, Stated]]:
    """The units of an article with the number of the paragraph that each is in; its items belong to the one above."""
    number = 0
    found = []
    for one in units:
        start = one[2].spans[0][0]
        opens = is_blank(source[source.rfind("\n", 0, start) + 1 : start])
        mark = mark_of(one[2].reading)
        number += opens and (mark is None or mark.kind == "article")
        found.append((number, one))
    return found
