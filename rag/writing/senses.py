"""Words that turn what a sentence says, in both languages: what may not differ between a sentence and its place.

A *particle* is grammar: it denies, bids, allows, limits a figure, puts before or after. A *pole* is a word with an
opposite: rural and urban, raise and lower, approve and reject. Both are named the same in Chinese and English, so that
an English sentence can be held against Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag.text.normal import Language, tokens

Axis = str
Pole = str

PARTICLES: dict[Language, tuple[tuple[Pole, str], ...]] = {
    "zh": (
        (
            "forbid",
            r"(?<!力)不得(?!不|力|已|超过|低于|高于|少于|多于|大于|小于)|禁止|严禁|不准|不许|"
            r"不可以|不可(?!或缺|抗|分|缺|逆|避免|少)|不能(?!不)|不允许|不应(?!诉)|不宜|切勿|请勿|不要|"
            r"无权",
        ),
        ("need not", r"不需要?|不必|无需|无须|不须|不用|毋须|可不|免于"),
        ("must", r"不得不|必须|应当|应该|务必|必需|需要|须|(?<![响供适相对反])应(?=[^急用付对变聘届激收有])"),
        ("may", r"可以|能够|允许|准予|有权"),
        ("up", r"(?:不得?|未)(?:低于|少于|小于)|至少|最少|起码|以上|超过|高于|大于|多于|逾"),
        (
            "down",
            r"不得?(?:超过|高于|多于|大于)|至多|最多|以下(?!简称|几|方面|问题|内容|措施|条件|材料|情形|行为)|"
            r"以内|之内|低于|少于|小于|不足|不满(?!意)|未满",
        ),
        ("before", r"之前|以前|先于"),
        ("after", r"之后|以后"),
        ("only", r"仅限|只限|仅仅|仅(?!次于)|只(?!要|是)"),
        (
            "if",
            r"如果|如(?=[有遇因需确未不])|若|凡|(?<![已曾历途财])经(?=[^济营常验办历理费开销贸典络纬信由])",
        ),
        ("where", r"的(?=,)"),
        ("not", r"不予|未经|尚未|没有|并未|从未|不再|而非|并非|非(?!常|法|遗|凡|洲)"),
        ("except", r"除外|除(?=[^了])"),
        ("or", r"或者?(?![有许缺])"),
    ),
    "en": (
        (
            "up",
            r"(?:no|not) (?:less|fewer|lower|earlier) than|at least|not (?:be )?below|"
            r"minimum of|\bmore than|greater than|over(?=\s*\d)|\babove|"
            r"exceed\w*|(?:or|and) (?:more|above|over|older|higher|longer)|"
            r"upwards of|at or above",
        ),
        (
            "down",
            r"(?:no|not) (?:more|higher|later|longer|greater) than|at most|"
            r"up to|not (?:be )?(?:exceed\w*|above|over)|maximum of|less than|"
            r"fewer than|under(?=\s*\d)|\bbelow|within|(?:or|and) (?:less|"
            r"fewer|below|under|lower|younger)",
        ),
        (
            "need not",
            r"need not|needn't|(?:do|does|did) not (?:need|have) to|don't (?:need|"
            r"have) to|no need|not (?:be )?(?:required|necessary|obliged)",
        ),
        (
            "forbid",
            r"(?:must|may|shall|should|can|could)(?:\s+not\b|n't)|cannot|"
            r"not (?:be )?(?:allowed|permitted)|prohibit\w*|forbid\w*|forbidden|"
            r"bann?(?:ed|s)?\b|barred",
        ),
        ("must", r"must|shall|should|ha(?:ve|s|d) to|needs? to|required|obliged|(?:is|are) to\b"),
        ("may", r"may|can|could|allowed|permitted|able to|entitled"),
        ("only", r"only|solely"),
        (
            "if",
            r"if|provided that|on condition|in case of|(?:with|on|upon|after|"
            r"subject to|without) (?:the )?(?:\w+ )?(?:approval|consent|"
            r"permission)",
        ),
        ("before", r"before|prior to|ahead of|by(?= (?:the )?(?:end|start|beginning|early|late|mid))|until"),
        ("after", r"after|following|once"),
        ("not", r"not|no(?!\.?\s*\d)|never|without|neither|nor|none|\w+n't|non|fail(?:s|ed)? to"),
        ("except", r"except|unless|other than|apart from|excluding"),
    ),
}
"""What each particle looks like in the normal form, in the order in which they are tried."""

_SINGLE: dict[str, Pole] = {
    **dict.fromkeys("不未无没非否", "not"),
    **dict.fromkeys(["勿", "别"], "forbid"),
    **dict.fromkeys(["应", "须", "需"], "must"),
    **dict.fromkeys(["可", "能"], "may"),
    "前": "before",
    "后": "after",
    "逾": "up",
    "满": "up",
}
"""Single characters that are particles where they are a word of their own."""

_OPPOSITES = Path(__file__).with_name("opposites.tsv")
"""One axis a line; its poles, by tabs; of each the words, Chinese and English, by spaces."""

_AXES: dict[Pole, Axis] = {
    **dict.fromkeys(("must", "may", "forbid", "need not", "not"), "mode"),
    **dict.fromkeys(("up", "down"), "limit"),
    **dict.fromkeys(("before", "after"), "order"),
}


@cache
def _poles() -> dict[str, tuple[Axis, Pole]]:
    found: dict[str, tuple[Axis, Pole]] = {}
    for line in _OPPOSITES.read_text(encoding="utf-8").splitlines():
        poles = [side.split() for side in line.split("\t")]
        for side in poles:
            for word in side:
                key = tokens(word)[0] if word.isascii() and tokens(word) else word
                found.setdefault(key, (poles[0][0], side[0]))
    return found


def pole(word: str) -> tuple[Axis, Pole] | None:
    """The axis and pole of a Chinese word or an English stem; None where it has no opposite that is known.

    >>> pole("农村"), pole("urban"), pole("苹果")
    (('农村', '农村'), ('农村', '城镇'), None)
    """
    return _poles().get(word)


@dataclass(frozen=True, slots=True)
class Particle:
    """A particle at its place in a text in the normal form."""

    pole: Pole
    start: int
    end: int


@cache
def _pattern(spoken: Language) -> re.Pattern[str]:
    edge = r"\b" if spoken == "en" else ""
    parts = (f"(?P<p{at}>{edge}(?:{look}){edge})" for at, (_, look) in enumerate(PARTICLES[spoken]))
    return re.compile("|".join(parts))


def particles(plain: str, spoken: Language) -> Iterator[Particle]:
    """The particles of a text in the normal form, in order; single characters apart (see `particle`)."""
    names = [name for name, _ in PARTICLES[spoken]]
    for match in _pattern(spoken).finditer(plain):
        assert match.lastgroup
        yield Particle(names[int(match.lastgroup[1:])], match.start(), match.end())


def axis(name: Pole) -> Axis:
    """The axis of a particle: others on it contradict it."""
    return _AXES.get(name, name)


def particle(word: str) -> Pole | None:
    """Which particle a Chinese word of one character is."""
    return _SINGLE.get(word)
