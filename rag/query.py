"""What a question says beyond its words: its language, the places, years, documents and articles it names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import rjieba
from pypinyin import lazy_pinyin

from rag.corpus import Document
from rag.errors import BulletinError
from rag.text import Language, clean_question, language, normalise, squeeze, strip_markup, tokens

LONGEST_QUESTION = 1000  # characters; far above any real question, far below what would slow the others down

Asks = Literal["when", "amount", "count", "who", "where", "list", "other"]

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_SHORT_YEAR = re.compile(r"(?<![\d.])([12]\d)年(?!来|间|以上|以下|内|制|期|级)")
_ARTICLE = re.compile(r"第[一二三四五六七八九十百零\d]+[条章节款项]")
_CAPITAL = re.compile(r"\b[A-Z][a-z]{2,}\b")
_STARTS = (". ", "? ", "! ", ": ")  # what a capital letter follows that makes no name
_PHONE = re.compile(r"电话|手机|联系方式|号码|\bphone\b|\bmobile\b|\btelephone\b|\bcontact number\b")
_SEVERAL = re.compile(
    r"哪些|哪几|哪[两二三四五六七八九十]|分别|几[种类样项条步]|有什么|包括|都有|各[是有]|"
    r"\bwhich (?:two|three|four|five|\w+s)\b|\bwhat (?:are|kinds|types|two|three)\b|\blist\b|\beach\b|\brespectively\b"
)
_PRIVATE = re.compile(
    r"住址|家住|住哪|身份证|家庭情况|工资多少|\bhome address\b|\blives?\b.*\bwhere\b|where does .* live|\bsalary\b"
)
_PLACE_PART = re.compile(r".+?(?:自治区|自治州|开发区|省|市|区|县|旗|镇|乡|街道)")
_PLACE_TAIL = re.compile(
    r"(?:经济技术|高新技术产业|经济|高新|综合)?(?:开发区|自治区|自治州|省|市|新区|区|县|旗|镇|乡|街道)$"
)

# Asked first: the first pattern that matches says what kind of answer is wanted.
_ASKS: tuple[tuple[Asks, re.Pattern[str]], ...] = (
    (
        "when",
        re.compile(
            r"什么时候|啥时候|何时|哪天|哪一天|几点|几号|几月|哪年|哪一年|什么时间|多久|多长时间|期限|时限|哪几天|截止|"
            r"\bwhen\b|\b(?:what|which) (?:dates?|days?|time|year|month)\b|"
            r"\bhow (?:long|soon|late|often)\b|\bdeadline\b"
        ),
    ),
    (
        "who",
        re.compile(
            r"谁|哪个(?:部门|单位|局|机构|人)|哪些(?:部门|单位)|归谁|负责|牵头|哪家|\bwho\b|\bwhom\b|"
            r"\bwhich (?:body|office|department|agency|unit|bureau|authority)\b|\bin charge\b|\bresponsible\b"
        ),
    ),
    ("where", re.compile(r"哪里|哪儿|在哪|什么地方|地址|何处|去哪|\bwhere\b|\baddress\b|\blocation\b")),
    (
        "amount",
        re.compile(
            r"多少钱|金额|补贴|奖励|奖金|收费|费用|价格|罚款|多少(?:万|亿)?元|产值|税|几成|百分之几|比例|"
            r"\bhow much\b|\bpercent|\bshare\b|\bfee\b|\bcost\b|\bfine\b|\bprice\b|\brate\b|\bamount\b"
        ),
    ),
    (
        "count",
        re.compile(
            r"多少|几(?:个|家|名|人|条|种|项|处|次|张|所|座|户|岁|类|台|辆|块|天|年)|"
            r"\bhow many\b|\bhow (?:big|large|old|far|high)\b|\bnumber\b"
        ),
    ),
    ("list", re.compile(r"哪些|哪几|有什么|分别|包括|\bwhich\b|\bwhat (?:are|kinds|types)\b|\blist\b")),
)


@dataclass(frozen=True, slots=True)
class Query:
    """A question, understood."""

    asked: str
    """As typed, less control characters and runs of white space."""
    text: str
    """The same less markup: what is searched for."""
    language: Language
    asks: Asks
    terms: tuple[str, ...]
    """Search terms, places aside; all of them where nothing else is left."""
    several: bool
    """Whether it asks for all of several things."""
    places: tuple[str, ...]
    """Jurisdictions of the collection that the question names, the most exact only."""
    years: tuple[int, ...]
    numbers: tuple[str, ...]
    """Document numbers in normal form, 临政字〔2025〕75号."""
    articles: tuple[str, ...]
    names: tuple[str, ...]
    """Other names in it, of places and people."""
    phone: bool
    """Whether a phone number is asked for."""
    private: bool
    """Whether it asks where somebody lives and the like, which is nobody's to know."""


class Understanding:
    """Understands questions against the documents of one collection."""

    def __init__(self, documents: Iterable[Document]) -> None:
        known = list(documents)
        self._numbers = sorted({squeeze(d.number) for d in known if d.number}, key=len, reverse=True)
        self._places = sorted({d.jurisdiction for d in known if d.jurisdiction})

    def understand(self, question: str) -> Query:
        """Read a question.

        :raises BulletinError: if it is blank or longer than `LONGEST_QUESTION` characters.
        """
        asked = clean_question(question)
        text = strip_markup(asked)
        if not text:
            raise BulletinError("The question is empty. Type a question, in Chinese or English.")
        if len(asked) > LONGEST_QUESTION:
            raise BulletinError(
                f"The question has {len(asked):,} characters; at most {LONGEST_QUESTION:,} are taken. Ask it shorter."
            )
        plain = normalise(text)
        places = self._named_places(plain)
        words = tokens(text)
        place_words = {word for place in places for alias in self._aliases[place] for word in tokens(alias)}
        terms = [word for word in words if word not in place_words]
        return Query(
            asked=asked,
            text=text,
            language=language(text),
            asks=next((kind for kind, pattern in _ASKS if pattern.search(plain)), "other"),
            terms=tuple(terms or words),
            several=bool(_SEVERAL.search(plain)),
            places=places,
            years=_years(plain),
            numbers=tuple(number for number in self._numbers if number in _unify_brackets(squeeze(text))),
            articles=tuple(_ARTICLE.findall(plain)),
            names=self._other_names(text),
            phone=bool(_PHONE.search(plain)),
            private=bool(_PRIVATE.search(plain)),
        )

    @cached_property
    def _aliases(self) -> dict[str, tuple[str, ...]]:
        """What people call each jurisdiction: 临沂市兰山区 is 兰山区, 兰山, lanshan.

        A name that begins with another place's (临沂临港经济开发区) is also called by the rest (临港).
        """
        parts = {place: _PLACE_PART.findall(place) or [place] for place in self._places}
        heads = {_PLACE_TAIL.sub("", part) for found in parts.values() for part in found}
        aliases = {}
        for place, found in parts.items():
            full = found[-1]
            core = _PLACE_TAIL.sub("", full) or full
            rests = [
                core[len(head) :] for head in heads if core.startswith(head) and len(core) - len(head) >= 2
            ]
            short = min(rests, key=len) if rests else core
            names = dict.fromkeys([full, core, short, f"{short}区" if rests else full])
            aliases[place] = (*names, "".join(lazy_pinyin(short)))
        return aliases

    def _other_names(self, text: str) -> tuple[str, ...]:
        """Names of places and people that are no district of the collection: 罗庄区, 宋晓莉, Luozhuang."""
        if language(text) == "zh":
            found = [word for word, kind in rjieba.tag(text) if kind in ("ns", "nr", "nrt") and len(word) > 1]
        else:
            found = [
                m[0]
                for m in _CAPITAL.finditer(text)
                if m.start() and text[m.start() - 2 : m.start()] not in _STARTS
            ]
        known = {alias for aliases in self._aliases.values() for alias in aliases}
        return tuple(name for name in dict.fromkeys(found) if normalise(name) not in known)

    def _named_places(self, plain: str) -> tuple[str, ...]:
        named = {}
        for place, aliases in self._aliases.items():
            places = [at for alias in aliases for at in _occurrences(alias, plain)]
            if places:
                named[place] = places
        # 临沂 in 临沂市兰山区 or 临沂临港 names no city of its own: a wider place gives way to one inside it
        return tuple(p for p in named if not any(q != p and _inside(q, p, self._aliases) for q in named))


def _inside(place: str, other: str, aliases: dict[str, tuple[str, ...]]) -> bool:
    """Whether a place's full name begins with another's name."""
    return any(place.startswith(alias) for alias in aliases[other])


def _occurrences(alias: str, plain: str) -> list[int]:
    pattern = rf"\b{re.escape(alias)}\b" if alias.isascii() else re.escape(alias)
    return [found.start() for found in re.finditer(pattern, plain, re.ASCII)]


def _years(plain: str) -> tuple[int, ...]:
    full = [int(year) for year in _YEAR.findall(plain)]
    return tuple(dict.fromkeys([*full, *(2000 + int(year) for year in _SHORT_YEAR.findall(plain))]))


def _unify_brackets(text: str) -> str:
    return re.sub(r"[\[(【]((?:19|20)\d\d)[\])】]", r"〔\1〕", text)
