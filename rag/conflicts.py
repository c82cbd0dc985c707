"""Places that say the same thing of different figures: what a bulletin contradicts itself in, reader must be told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.choose import Candidate, clauses_of, show
from rag.query import Query
from rag.text import normalise, tokens

_MOST = 3  # other places told of
_NEAR = 6.0  # how much less a place may score than the answer's and still be about the same
_ALIKE = 0.6  # share of the longer clause's words, figures aside, that both hold
_LEAST = 4  # words both hold, at least
_ASKED = 2  # words of the question, at least
_MEASURE = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*((?:万|亿)?(?:%|[\u4e00-\u9fff]))")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年|[-—~至])")
_NO_MEASURE = re.compile(r"[年月日时分号条章期第届次]$")


@dataclass(frozen=True, slots=True)
class Rival:
    """A place that gives another value than the answer."""

    candidate: Candidate
    value: str


def rivals(
    query: Query, best: Candidate, candidates: Sequence[Candidate], source: str
) -> tuple[str, list[Rival]]:
    """The value that the best place gives and the places that give another one for the same; '' and none if none do.

    Two places are about the same if the clauses with the figures share most of their words, count the same unit, and
    name no different years nor different things, in documents of one district.

    :param source: The decoded text of the bulletin that the best place and its rivals stand in.
    """
    found: dict[str, Rival] = {}
    own = ""
    for other in candidates:
        # what stands in one passage is told apart there: the steps of a scale, the stages of a plan
        beside = other.passage is best.passage or other.passage.chunk.source != best.passage.chunk.source
        if beside or other.score < best.score - _NEAR or len(found) == _MOST:
            continue
        if other.passage.document.jurisdiction != best.passage.document.jurisdiction:
            continue
        for mine, theirs, span in _pairs(best, other, source):
            if query.language == "zh" and not _is_about(query, source[span[0] : span[1]]):
                continue
            if theirs in found or theirs == own:
                continue
            text = show(query.language, other.passage, (span,), source[span[0] : span[1]])
            own = own or mine
            found[theirs] = Rival(replace(other, spans=(span,), text=text), theirs)
            break
    return own, list(found.values())


def _is_about(query: Query, clause: str) -> bool:
    """Whether a clause itself holds words of the question, not just figures of the same measure."""
    return len(set(query.terms) & set(tokens(clause))) >= _ASKED


def _pairs(best: Candidate, other: Candidate, source: str) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Figures of two places for the same thing, with the clause of the second."""
    for first in clauses_of(best, source):
        mine = normalise(source[first[0] : first[1]])
        for second in clauses_of(other, source):
            theirs = normalise(source[second[0] : second[1]])
            if not _same_but_figures(mine, theirs):
                continue
            measures, others = _measures(mine), _measures(theirs)
            for unit in measures.keys() & others.keys():
                if not measures[unit] & others[unit]:
                    yield min(measures[unit]) + unit, min(others[unit]) + unit, second


def _same_but_figures(one: str, other: str) -> bool:
    years, others = set(_YEAR.findall(one)), set(_YEAR.findall(other))
    if years and others and not years & others:
        return False
    words, said = _words(one), _words(other)
    shared = words & said
    if (
        (mine := "".join(words - shared))
        and (theirs := "".join(said - shared))
        and not set(mine) & set(theirs)
    ):
        return False  # each names something of its own: 直播基地, 批发市场
    return len(shared) >= _LEAST and len(shared) >= _ALIKE * max(len(words), len(said))


def _words(clause: str) -> set[str]:
    return {word for word in tokens(clause) if not word.isdigit() and len(word) > 1}


def _measures(clause: str) -> dict[str, set[str]]:
    """Figures by what they count; dates and ordinals are none."""
    found: dict[str, set[str]] = {}
    for number, unit in _MEASURE.findall(clause):
        if not _NO_MEASURE.search(unit):
            found.setdefault(unit, set()).add(number)
    return found
