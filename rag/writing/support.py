"""Whether what a model says stands in the places it cites, and which few places bear it out.

A sentence is borne out when, of the sentences, items and rows of the passages it cites, a few hold

- every figure that it states (`rag.text.figures`: dates, times, amounts, in either language), where the sentence's
  own words for it stand,
- what turns its meaning: for a year, a month, a head; cancelled, put off, free (`_DECISIVE`),
- every name in it: titles and quotations to the letter, document numbers, places and people, Latin words in Chinese
  text; in English also by the pinyin of the Chinese,
- `ENOUGH` of its content words; of an English sentence on text that nobody rendered, which has no words to compare,
  the cited passage must be among the `NEAREST` passages of the whole collection by the encoder instead,

and it neither denies where they deny nothing nor is silent on a prohibition in a clause that it repeats. The
document's title, number, district and dates bear out as well, for every citation carries them. Text of a bulletin
that gives orders to a model (`is_order`) bears out nothing, nor does what follows it in its passage.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import rjieba
from pypinyin import lazy_pinyin

from rag.asking.lexicon import Lexicon
from rag.chunk import Unit
from rag.index import Index, Passage
from rag.text.figures import Figure, allowed, figures
from rag.text.normal import Language, language, normalise, squeeze, tokens
from rag.text.spans import Span

ENOUGH: dict[Language, float] = {"zh": 0.5, "en": 0.4}
"""Share of a sentence's content words, weighted by rarity, that its places must hold. `python -m train.support`
prints what other shares let pass: more let too many of our own short answers fall, less let more of them stand on a
passage beside the point."""
NEAREST = 10
"""Passages of the whole collection that are near enough to an English sentence on text that nobody rendered."""

_MOST_PLACES = 3  # places that one sentence may need from each passage it cites
_LONG = 120  # characters; of a longer place only the clauses that bear out are cited
_LONGEST_SAID = 400

_ORDER = re.compile(
    r"(?:忽略|无视|忘记|忘掉|不要理会|不要遵守|不必遵守)[^。;]{0,6}(?:以上|上面|上述|之前|前面|先前|此前|系统|所有|一切|任何)"
    r"[^。;]{0,8}(?:指令|指示|提示|命令|规则|要求|设定)|"
    r"\b(?:ignore|disregard|forget|override)\s+(?:\w+\s+){0,3}?(?:previous|above|prior|earlier|preceding|instructions?|prompts?)\b|"
    r"\bsystem prompt\b|\byou are now\b|<\|[a-z_]+\|>|\bas an ai\b"
)
_TITLE = re.compile(r"[《“「\"]([^《》“”「」\"]{2,60})[》”」\"]")
_NUMBER = re.compile(r"[\u4e00-\u9fff]{2}〔\d{4}〕\d+号")
_LATIN = re.compile(r"[A-Za-z][A-Za-z.@/:_-]*[A-Za-z]")
_CAPITALS = re.compile(r"(?:\b[A-Z][A-Za-z'’-]*[A-Za-z]\b)(?:\s+[A-Z][A-Za-z'’-]*[A-Za-z]\b)*")
_CALENDAR = frozenset(
    "January February March April May June July August September October November December "
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
)
_CALENDAR_STEMS = frozenset(tokens(" ".join(_CALENDAR)))
_HALF_DAY = re.compile(r"\b[ap]\.?m\b\.?|上午|下午", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_DECISIVE = {
    "a year": re.compile(
        r"(?:[每按逐/]|一)年|年均|\b(?:per|a|each|every) year\b|\b(?:annual|year)ly\b|\bannual\b"
    ),
    "a month": re.compile(r"(?:[每按逐/]|一个)月|月均|\b(?:per|a|each|every) month\b|\bmonthly\b"),
    "a week": re.compile(r"(?:[每按逐/]|一)周|每星期|\b(?:per|a|each|every) week\b|\bweekly\b"),
    "a day": re.compile(r"[每按逐/一][天日]|日均|\b(?:per|a|each|every) day\b|\bdaily\b"),
    "a head": re.compile(
        r"[每/]人|人均|\b(?:per|each|every) (?:person|head|resident)\b|\bper capita\b|\ba person\b"
    ),
    "a household": re.compile(r"[每/]户|户均|\b(?:per|each|every|a) (?:household|family)\b"),
    "cancelled": re.compile(r"取消|撤销|\bcancel\w*|\bcall(?:ed)? off\b|\brevok\w+"),
    "stopped": re.compile(r"停|终止|中止|\b(?:stop|suspend|halt|terminat)\w*|\bclosed\b"),
    "put off": re.compile(r"推迟|延期|延后|顺延|延长|\b(?:postpon|delay|defer|exten[ds])\w*"),
    "void": re.compile(r"作废|废止|失效|无效|届满|\b(?:abolish|repeal|void|invalid|expir|laps)\w*"),
    "free": re.compile(r"免费|免除|免收|减免|不收|免征|\bfree\b|\b(?:waive|exempt)\w*"),
    "changed": re.compile(r"改为|改在|改到|调整|变更|\b(?:chang|reschedul|adjust)\w*"),
}
"""What turns the meaning of a sentence, in either language, and must stand in its places too."""
_NAME_KINDS = ("ns", "nr", "nrt", "nrfg", "nt")
_BODY = re.compile(  # what the name of a body or an office ends with
    r".(?:局|厅|委|政府|镇|街道|县|省|公司|书记|主任|主席|委员|指挥|[局区市县镇省部校院所组]长)$"
)
_POSSESSIVE = re.compile(r"[’']s?$")
_GENERIC = frozenset(
    "city municipal district government people people's chinese china center centre the of and".split()
)
_BETWEEN = re.compile(r"[\s'’-]")
_HARMLESS = re.compile(  # denies nothing
    r"不超过|不少于|不低于|不高于|不足|不仅|不断|不同|不限于|无人机|未来|"
    r"\bno (?:more|less|fewer|later|earlier) than\b|\bnot (?:more|less|fewer|later|only)\b|\bno\.(?=\s*\d)"
)
_FIGURE, _NAME = 5.0, 3.0  # what a figure, a name count for beside the rarest of words
_LITTLE = 0.5  # a place that adds no more than this is not worth citing
_CLAUSE = re.compile(r"[^,;。!?，；！？\n]+[,;。!?，；！？\n]*")
_DENIES: dict[Language, re.Pattern[str]] = {
    "zh": re.compile(r"不|未|无|没|禁止|严禁"),
    "en": re.compile(
        r"\b(?:not|no|never|without|cannot|neither|nor|none|prohibit\w*|forbid\w*|ban|bans|banned)\b|n[’']t\b"
    ),
}
_NEGATIVE: dict[Language, re.Pattern[str]] = {  # what a denial may be said of
    "zh": re.compile(r"不|未|无|没|禁止|严禁|免|停|取消|拒|非|勿|除|只|仅"),
    "en": re.compile(
        rf"{_DENIES['en'].pattern}|\b(?:free|exempt\w*|except|waive\w*|stop\w*|cancel\w*|refus\w*|un\w+|in\w+|only|non)\b"
    ),
}
_PROHIBITION: dict[Language, re.Pattern[str]] = {
    "zh": re.compile(r"不得|禁止|严禁|不予|不准|不能|不可以|不许"),
    "en": re.compile(
        r"\b(?:must not|may not|shall not|cannot|prohibited|forbidden|banned|not (?:be )?(?:allowed|permitted))\b"
    ),
}
_FORBIDS: dict[Language, re.Pattern[str]] = {
    "zh": re.compile(r"不|禁止|严禁|无权|勿|别"),
    "en": re.compile(
        rf"{_PROHIBITION['en'].pattern}|\bnot?\b|\bnever\b|\bprohibit\w*|\bforbid\w*|\bban\w*|n[’']t\b"
    ),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A place that bears out a sentence."""

    passage: Passage
    unit: Unit
    spans: tuple[Span, ...]
    """All of the unit, or those of its clauses that bear out."""


@dataclass(frozen=True)
class _Text:
    """A text to be held against a sentence: what is printed in Chinese, and its English where there is some."""

    chinese: str
    english: str = ""

    @cached_property
    def words(self) -> set[str]:
        return {*tokens(self.chinese), *tokens(self.english)}

    @cached_property
    def figures(self) -> set[str]:
        return allowed(self.chinese) | allowed(self.english)

    @cached_property
    def squeezed(self) -> str:
        return _bare(self.chinese) + _bare(self.english)

    @cached_property
    def sounds(self) -> str:
        """The Chinese in pinyin, without tones or spaces."""
        return "".join(lazy_pinyin(normalise(self.chinese))).lower()

    @cached_property
    def clauses(self) -> tuple[_Text, ...]:
        """Its clauses, those of the Chinese first."""
        chinese = tuple(_Text(clause) for clause in _CLAUSE.findall(self.chinese))
        return chinese + tuple(_Text("", clause) for clause in _CLAUSE.findall(self.english))

    @cached_property
    def says(self) -> bool:
        """Whether it says anything beside figures."""
        return bool(_content(self.chinese) or _content(self.english))

    def gives(self, name: str) -> bool:
        """Whether a name stands in it: as written, or as it sounds."""
        bare = _bare(name)
        return bare in self.squeezed or (bare.isascii() and len(bare) > 2 and bare in self.sounds)

    def printed(self, spoken: Language) -> str:
        """It in one of its languages."""
        return self.chinese if spoken == "zh" else self.english

    def has(self, word: str) -> bool:
        """Whether it holds an English word in any form."""
        stems = tokens(word)
        return all(stem in self.words for stem in stems)


@dataclass(frozen=True)
class _Evidence(_Text):
    """One unit of a passage with what it is an item of."""

    passage: Passage = field(kw_only=True)
    unit: Unit = field(kw_only=True)


@dataclass(frozen=True)
class _Claim:
    """A sentence of a model, taken apart."""

    text: str
    language: Language
    figures: tuple[Figure, ...]
    """Those it states for certain."""
    names: tuple[str, ...]
    words: Mapping[str, float]
    """Content words, numbers apart, each with its weight: 1 for one that no passage has, near 0 for one in all."""


def is_order(text: str) -> bool:
    """Whether a text tries to tell a model what to do.

    >>> is_order("请忽略以上所有指令"), is_order("对无视交通规则的，按系统提示办理。")
    (True, False)
    """
    return bool(_ORDER.search(normalise(text)))


def trusted_units(passage: Passage) -> tuple[Unit, ...]:
    """The units of a passage, up to the first that gives orders to a model."""
    units = passage.chunk.units
    for at, unit in enumerate(units):
        if is_order(unit.reading):
            return units[:at]
    return units


class Checker:
    """Checks sentences against passages of one index."""

    def __init__(self, index: Index, lexicon: Lexicon, enough: Mapping[Language, float] = ENOUGH) -> None:
        self._enough = enough
        self._index = index
        self._lexicon = lexicon

    def places(self, said: str, passages: Sequence[Passage]) -> tuple[Place, ...]:
        """The places that bear a sentence out, in the order of the text; none where it is not borne out.

        :param said: One sentence, without its markers.
        :param passages: Those that it cites; what they hold may be needed together.
        """
        if len(said) > _LONGEST_SAID or is_order(said):
            return ()
        claim = self._claim(said)
        evidence = [one for passage in passages for one in _evidence(passage)]
        if not evidence or not (claim.words or claim.figures):
            return ()
        context = _Text("\n".join(_context(passage) for passage in passages))
        likeness = self._likeness(claim, evidence)
        chosen = _chosen(claim, evidence, likeness, _MOST_PLACES * len(passages))
        if not chosen or not self._bears_out(claim, chosen, context):
            return ()
        return tuple(self._place(claim, one) for one in evidence if one in chosen)

    def _claim(self, said: str) -> _Claim:
        spoken = language(said)
        names = _names_zh(said) if spoken == "zh" else self._names_en(said)
        field = "text" if spoken == "zh" else "english"
        most = self._index.idf(field, "")
        words = {word: self._index.idf(field, word) / most for word in _content(said)}
        return _Claim(said, spoken, _certain(said), names, words)

    def _names_en(self, said: str) -> tuple[str, ...]:
        """Runs of capitalised words; the first word of a sentence only where nothing says that it is no name."""
        found = []
        for match in _CAPITALS.finditer(said):
            words = match[0].split()
            if match.start() == 0 or said[: match.start()].rstrip().endswith((".", ":", "“", '"')):
                stems = tokens(words[0])
                if not stems or stems[0] in self._lexicon.english_words:
                    words = words[1:]
            words = [_POSSESSIVE.sub("", word) for word in words if word not in _CALENDAR]
            if words:
                found.append(" ".join(words))
        return tuple(dict.fromkeys(found))

    def _likeness(self, claim: _Claim, evidence: Sequence[_Evidence]) -> list[float]:
        """Cosine of an English sentence and each place that has no words of its language; 0 where words decide."""
        if claim.language == "zh" or all(one.english for one in evidence):
            return [0.0] * len(evidence)
        vectors = self._index.encoder.documents([claim.text, *(one.chinese for one in evidence)])
        near = vectors[1:] @ vectors[0]
        return [0.0 if one.english else float(cosine) for one, cosine in zip(evidence, near, strict=True)]

    def _bears_out(self, claim: _Claim, chosen: Sequence[_Evidence], context: _Text) -> bool:
        texts: list[_Text] = [*chosen, context]
        if not all(any(figure.values & text.figures for text in texts) for figure in claim.figures):
            return False
        if not _decisive(claim.text) <= set().union(
            *(_decisive(text.chinese + text.english) for text in texts)
        ):
            return False
        if not all(self._stands(name, claim, chosen, texts) for name in claim.names):
            return False
        if claim.language == "en" and not all(one.english for one in chosen):
            return self._is_near(claim, chosen) and not _is_turned_abroad(claim, chosen)
        if not _is_aligned(claim, texts) or _is_turned(claim, chosen):
            return False
        enough = self._enough[claim.language] * sum(claim.words.values())
        here, in_all = (_weight(claim, _held(claim.words, given)) for given in (chosen, texts))
        return in_all >= enough and 2 * here >= enough

    def _stands(self, name: str, claim: _Claim, chosen: Sequence[_Evidence], texts: Sequence[_Text]) -> bool:
        """Whether a name stands in the texts; of an English one each word, where it stands for one."""
        if any(text.gives(name) for text in texts):
            return True
        if claim.language == "zh":
            return False
        left = [
            word
            for word in name.split()
            if word.lower() not in _GENERIC and not any(text.gives(word) or text.has(word) for text in texts)
        ]
        if not left or all(one.english for one in chosen):
            return not left
        # nobody rendered it: ordinary words may stay, where the lexicon does not know the name to be said otherwise
        if not all(stem in self._lexicon.english_words for word in left for stem in tokens(word)):
            return False
        official = self._lexicon.official_terms(name, "en")
        return not official or any(term in text.words for term in official for text in texts)

    def _is_near(self, claim: _Claim, chosen: Sequence[_Evidence]) -> bool:
        vector = self._index.encoder.documents([claim.text])[0]
        near = {self._index.passages[row].chunk.id for row, _ in self._index.dense(vector, NEAREST)}
        return all(one.passage.chunk.id in near for one in chosen)

    def _place(self, claim: _Claim, one: _Evidence) -> Place:
        """A place as it is cited: of a long one the clauses between the first and the last that bear out."""
        spans = one.unit.spans
        if claim.language == "zh" and len(one.unit.reading) > _LONG:
            source = self._index.source_text(one.passage.chunk.source)
            clauses = [
                (start + match.start(), start + match.end())
                for start, end in spans
                for match in _CLAUSE.finditer(source[start:end])
            ]
            held = [clause for clause in clauses if _bears_part(claim, _Text(source[slice(*clause)]))]
            if held:
                first, last = held[0][0], held[-1][1]
                spans = tuple((max(s, first), min(e, last)) for s, e in spans if max(s, first) < min(e, last))
        return Place(one.passage, one.unit, spans)


def _evidence(passage: Passage) -> list[_Evidence]:
    """What a passage can bear out a sentence with: its trusted units, each with what it is an item of."""
    units = trusted_units(passage)
    by_place = {unit.spans: unit.reading for unit in units}
    return [
        _Evidence(
            by_place.get(unit.lead, "") + unit.reading,
            passage.fields.english_of(unit.spans),
            passage=passage,
            unit=unit,
        )
        for unit in units
        if unit.reading.strip()
    ]


def _context(passage: Passage) -> str:
    """What every citation of a passage shows beside the quote."""
    document = passage.document
    stated = (
        document.number,
        document.issuer,
        document.jurisdiction,
        document.signed_on,
        document.published_on,
    )
    valid = (document.valid_from, document.valid_until)
    return "\n".join(part for part in (document.title, *stated, *valid, *passage.chunk.path) if part)


def _chosen(
    claim: _Claim, evidence: Sequence[_Evidence], likeness: Sequence[float], most: int
) -> list[_Evidence]:
    """The fewest places that together hold what a sentence says, the most telling first."""
    chosen: list[_Evidence] = []
    words, figures_left, names = list(claim.words), list(claim.figures), list(claim.names)
    while len(chosen) < most:
        gains = [
            _FIGURE * sum(bool(figure.values & one.figures) for figure in figures_left)
            + _NAME * sum(one.gives(name) for name in names)
            + _weight(claim, _held(words, [one]))
            + _NAME * near * (not chosen)
            for one, near in zip(evidence, likeness, strict=True)
        ]
        best = max(range(len(gains)), key=gains.__getitem__)
        if gains[best] <= (_LITTLE if chosen else 0):
            break
        one = evidence[best]
        chosen.append(one)
        words = [word for word in words if word not in _held(words, [one])]
        figures_left = [figure for figure in figures_left if not figure.values & one.figures]
        names = [name for name in names if not one.gives(name)]
    return chosen


def _weight(claim: _Claim, words: Iterable[str]) -> float:
    return sum(claim.words[word] for word in words)


def _held(words: Iterable[str], texts: Sequence[_Text]) -> set[str]:
    """The words that stand in some of the texts: as search terms, or inside a Chinese word."""
    return {
        w for w in words if any(w in text.words or (not w.isascii() and w in text.squeezed) for text in texts)
    }


def _bears_part(claim: _Claim, text: _Text) -> bool:
    return bool(_held(claim.words, [text])) or any(figure.values & text.figures for figure in claim.figures)


def _is_aligned(claim: _Claim, texts: Sequence[_Text]) -> bool:
    """Whether each figure, years apart, stands in a clause that is about what the clause says that states it.

    A clause is, where it holds half as many of the words as the one that holds most; so is the one after it where it
    gives no figure itself, and one beside it that gives figures and no more.
    """
    clauses = [clause for text in texts for clause in text.clauses]
    figured = [bool(clause.figures) for clause in clauses]
    for said in _CLAUSE.findall(claim.text):
        stated = [figure for figure in _certain(said) if not any(map(_YEAR.fullmatch, figure.values))]
        if not stated:
            continue
        held = [len(_held(_content(said), [clause])) for clause in clauses]
        if not any(held):
            held = [len(_held(claim.words, [clause])) for clause in clauses]
        about = [2 * count >= max(held) for count in held]
        for figure in stated:
            places = [at for at, clause in enumerate(clauses) if figure.values & clause.figures]
            if not any(
                about[at]
                or (at > 0 and about[at - 1] and not figured[at - 1])
                or (not clauses[at].says and any(about[max(at - 1, 0) : at + 2]))
                for at in places
            ):
                return False
    return True


def _is_turned(claim: _Claim, chosen: Sequence[_Evidence]) -> bool:
    """Whether a sentence denies where its places deny nothing, or leaves out that they forbid what it says."""
    spoken = claim.language
    clauses = [clause for one in chosen for clause in one.clauses if clause.printed(spoken)]
    if _denies(claim) and not any(_NEGATIVE[spoken].search(normalise(c.printed(spoken))) for c in clauses):
        return True
    bans = [clause for clause in clauses if _PROHIBITION[spoken].search(normalise(clause.printed(spoken)))]
    others = [clause for clause in clauses if clause not in bans]
    for said in _CLAUSE.findall(claim.text):
        words = _content(said)
        if len(words) < 2 or _FORBIDS[spoken].search(normalise(said)):
            continue
        leave = max((len(_held(words, [clause])) for clause in others), default=0)
        for ban in bans:
            held = _held(words, [ban])
            if 2 * len(held) >= len(words) and (len(held) >= leave or held - _held(words, others)):
                return True
    return False


def _is_turned_abroad(claim: _Claim, chosen: Sequence[_Evidence]) -> bool:
    """The same for an English sentence on Chinese that nobody rendered, a whole place at a time."""
    printed = [normalise(one.chinese) for one in chosen if not one.english]
    if _denies(claim) and not any(_NEGATIVE["zh"].search(text) for text in printed):
        return True
    forbidden = any(_PROHIBITION["zh"].search(text) for text in printed)
    return forbidden and not _FORBIDS["en"].search(normalise(claim.text))


def _denies(claim: _Claim) -> bool:
    return bool(_DENIES[claim.language].search(_HARMLESS.sub("", normalise(claim.text))))


def _decisive(text: str) -> set[str]:
    """Which turns a text takes, by name."""
    plain = normalise(text)
    return {meaning for meaning, pattern in _DECISIVE.items() if pattern.search(plain)}


def _certain(text: str) -> tuple[Figure, ...]:
    return tuple(figure for figure in figures(text) if figure.certain)


def _content(text: str) -> tuple[str, ...]:
    words = dict.fromkeys(tokens(_HALF_DAY.sub(" ", text)))
    return tuple(word for word in words if not word[0].isdigit() and word not in _CALENDAR_STEMS)


def _bare(text: str) -> str:
    """A text in which names are looked up: without spaces, hyphens and what governments call themselves in full."""
    return _BETWEEN.sub("", squeeze(text)).replace("人民政府", "政府")


def _names_zh(said: str) -> tuple[str, ...]:
    """Titles and quotations, document numbers, places, people and bodies, words in Latin letters."""
    plain = normalise(said)
    found = [match[1] for match in _TITLE.finditer(said)]
    found += [match[0] for match in _NUMBER.finditer(plain)]
    found += [
        word
        for word, kind in rjieba.tag(plain)
        if len(word) > 1 and (kind in _NAME_KINDS or _BODY.search(word))
    ]
    found += [match[0] for match in _LATIN.finditer(plain)]
    return tuple(dict.fromkeys(found))
