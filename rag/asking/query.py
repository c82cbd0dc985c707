"""What a question says beyond its words: its language, the places, years, documents and articles it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import rjieba

from rag.asking.lexicon import Lexicon
from rag.asking.smalltalk import without_courtesy
from rag.asking.spelling import Speller
from rag.asking.wants import ASKS_PAPERS, Want, counted, wants
from rag.errors import BulletinError
from rag.reading.corpus import Document
from rag.text.dates import MONTHS, han_number
from rag.text.normal import (
    Language,
    clean_question,
    language,
    normalise,
    simplified,
    squeeze,
    strip_markup,
    tokens,
)
from rag.text.places import (
    NATION,
    Mention,
    Place,
    district,
    full_name,
    is_strange,
    latin_of,
    mentions,
    same,
    within,
)

LONGEST_QUESTION = 1000  # characters; far above any real question, far below what would slow the others down

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_SPAN = "(?!来|间|以上|以下|之?内|制|期|级)"  # what makes years a stretch of time
_FOR = "近过前后来满交缴够去这每整龄限达存住干了"  # what stands before years that are counted: 交15年
_SHORT_YEAR = re.compile(rf"(?<![\d.{_FOR}])(?<![少多低]于)(?<![缴交]费|参保|工作)([12]\d)年{_SPAN}")
_HAN_YEAR = re.compile(
    rf"(?<![一-十百近过前后来])([一二][〇零○一二三四五六七八九]|二[〇零○][〇零○一二三四五六七八九]{{2}})年{_SPAN}"
)
_HAN_DAY = re.compile(r"([一二三四五六七八九十]{1,3})月(?:([一二三四五六七八九十]{1,3})[日号])?")
_DAY_NUMBER = re.compile(r"(月\d{1,2})号")
_MONTH = "(" + "|".join(MONTHS) + ")"
_ENGLISH_DAY = re.compile(
    rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}|{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?)\b", re.I
)
_ARTICLE = re.compile(
    r"第([一二三四五六七八九十百零\d]+)([条章节款项])(?:\s*至\s*第([一二三四五六七八九十百零\d]+)\2)?"
)
_MANY = 20  # articles, more than one passage ever holds
_ENGLISH_ARTICLE = re.compile(r"\b(article|chapter|section) (\d+)\b", re.I)
_UNITS = {"article": "条", "chapter": "章", "section": "节"}
_NUMBER_PARTS = re.compile(r"(.+)〔(\d{4})〕(\d+)号")
_NUMBER_ZH = re.compile(r"([\u4e00-\u9fff]*)(?:〔(\d{4})〕|((?:19|20)\d\d)年)第?(\d{1,4})号")
_NUMBER_BARE = re.compile(r"(\d{1,4})号文")
_NUMBER_EN = re.compile(
    r"\b([a-z ]*?)\s*[\[〔(]?((?:19|20)\d\d)[\])〕]?,?\s*(?:no\.?|number)\s*(\d{1,4})\b", re.I
)
_CAPITAL = re.compile(r"\b[A-Z][a-z]{2,}\b")
_FULL_NAME = re.compile(r"\b[A-Z][a-z]+ [A-Z][a-z]+\b")
_PLACE_WORD = re.compile(
    r"\b(?:District|City|County|Town|Township|Zone|Province|Street|Village|School|Bureau|Road|Hospital|Office|Centre|Center|"
    r"What|Where|When|Which|Who|How|The|Is|Are|Do|Does)\b"
)
_STARTS = (". ", "? ", "! ", ": ")  # what a capital letter follows that makes no name
_PHONE = re.compile(
    r"电话|手机|联系方式|号码|热线|\btelephone\b|\bcontact number\b|"
    r"\b(?:phone|mobile)\b(?!,? (?:cards?|plans?|data|bills?|apps?|payments?|internet)\b)|"
    r"\bhotline\b|\bnumber (?:to|do I) call\b"
)
_BY_PHONE = re.compile(
    r"(?:[用凭填留换]|通过|绑定?|输入|登记|注册)(?:写|的|自己|本人)*(?:手机|电话|号码)|"
    r"(?:手机|电话)(?:号码?)?(?:怎么|卡|咋|如何|上|里|能|可以|银行|支付|领|办|登|注册|绑定|下载|app|客户端|验证|预约|报名|打不通)|"
    r"\b(?:with|by|on|using) (?:my|a|the|your)? ?(?:mobile|phone|telephone)\b"
)
"""A telephone that something is done with, not asked for."""
ASKING = re.compile(
    r"多[少大久长高远重宽]|几|谁|什么|哪|何时|啥|怎么|咋|是否|能不能|"
    r"\b(?:how|when|who|whom|what|which|where|why)\b|\band (?:is|are|was|were|does|do|did|can|must)\b"
)
_SEVERAL = re.compile(
    r"哪些|哪几|(?:什么|啥)样?的?人(?!民)|哪[类种]人|从哪[里儿]?[来出]|哪[两二三四五六七八九十]|分别|几[种类样项条步]|有什么|包括|都有|各[是有]|"
    r"[和及与](?=[^,，。?？;；]{2,16}(?:多少|几[个家名人项天]))|"
    r"\bwhich (?:two|three|four|five|\w+s)\b|\bwhat (?:are|kinds|types|two|three)\b|"
    r"\bwhich (?:[\w'’-]+ ){1,6}?(?:are|were|have|get)\b|\bwho (?:are|were)\b|"
    r"(?:^|[,.;] )(?:please )?list\b|\blist (?:the|all)\b|\beach\b|\brespectively\b"
)
_STEPS = re.compile(
    r"怎么(?!样|处罚|罚|收费|算|定义|理解|看|会|还|没|不)|怎样|如何|咋(?:办|弄|申请|领|报|整|转|交|搞)|流程|步骤|程序|条件|"
    r"(?:要|需要|得|交|准备)(?:准备|带|交|提供)?(?:什么|啥|哪些)|"
    r"\bhow (?:do|does|can|could|should|to|is|are)\b(?! (?:much|many|long|old|often))|"
    r"\bwhat (?:steps|conditions|requirements)\b|"
    r"\bwhat (?:do|must|should) (?:i|we|they|you) \b|"
    r"\b(?:requirements|procedure|eligib\w+|qualif\w+)\b",
    re.IGNORECASE,
)
_PRIVATE_MATTER = re.compile(
    r"住址|家住|住在?哪|哪个小区|身份证号|微信|什么病|病情|病历|诊断结果|手机|私人(?:电话|号码)|家里有几口|家庭情况|(?<!最低)工资|月薪|收入多少|"
    r"(?i:\bhome address|\blives?\b|\bmobile\b|\bcell ?phone|"
    r"\b(?:which|what) (?:illness|disease)|\bmedical record|"
    r"\bID (?:card )?number|\bwechat|\bsalary\b|\bearns?\b|\bhow old\b)"
)
_NEAR_NAME = 10  # characters before a private matter in which its owner's name stands
_PRIVATE_LISTS = re.compile(
    r"户主叫|户主(?:姓名|名单)|\d号(?:楼|院)?(?:\d+(?:单元|室))*的?(?:户主|业主|房主|主人)|"
    r"(?i:\bheads of (?:the )?household)"
)
_SOMEBODY = re.compile(
    r"[他她](?!们?的?(?:项|类))|某某?|邻居|同事|(?:长|书记|主任|老师|领导|老板|法人|经理|主播)(?:的|家|个人|本人)|"
    r"(?i:\b(?:he|she|his|her|mayor|director|secretary|chief|head|neighbou?r|boss)\b)"
)
_MYSELF = re.compile(
    r"我(?!们?的?(?:邻居|同事))|本人|自己|俺|咱|\b(?:[Ii]|[Mm]y(?! (?:neighbou?r|boss))|[Ww]e|[Oo]ur)\b"
)
_KINDS_EN = (
    ("开发区", "Zone"),
    ("省", "Province"),
    ("市", "City"),
    ("区", "District"),
    ("县", "County"),
    ("镇", "Town"),
    ("乡", "Township"),
    ("街道", "Subdistrict"),
)
_KIND_WORDS = "|".join(word for _, word in _KINDS_EN)
_PLACE_PART = re.compile(r".+?(?:自治区|自治州|开发区|省|市|区|县|旗|镇|乡|街道)")
_PLACE_TAIL = re.compile(
    r"(?:经济技术|高新技术产业|经济|高新|综合)?(?:开发区|自治区|自治州|省|市|新区|区|县|旗|镇|乡|街道)$"
)


@dataclass(frozen=True, slots=True)
class Query:
    """A question, understood."""

    asked: str
    """As typed, less control characters and runs of white space."""
    text: str
    """What is searched for: less markup and courtesy, simplified, years written out, slips corrected beside."""
    language: Language
    wants: tuple[Want, ...]
    """The kinds of thing it wants, as `rag.asking.wants` has them."""
    measure: str
    """What a text must match that gives the count it asks for; "" where it names no measure."""
    terms: tuple[str, ...]
    """Search terms, places aside; all of them where nothing else is left."""
    official: Mapping[str, float]
    """Search terms of the official words behind its everyday and English ones, each with a weight between 0 and 1."""
    parts: int
    """How many things it asks."""
    several: bool
    """Whether it asks for all of several things."""
    steps: bool
    """Whether it asks how something is done, with which papers or on which terms."""
    places: tuple[str, ...]
    """Districts that it asks about, the most exact only: the collection's, or one inside those (临沂市罗庄区)."""
    years: tuple[int, ...]
    numbers: tuple[str, ...]
    """Document numbers in normal form, 临政字〔2025〕75号."""
    articles: tuple[str, ...]
    """Articles, chapters and sections in normal form, 第2条."""
    names: tuple[str, ...]
    """Other names in it, of places and people."""
    called: Mapping[str, tuple[str, ...]]
    """The collection's districts that it names, and what they are called in it, the longest name first."""
    phone: bool
    """Whether a phone number is asked for."""
    private: bool
    """Whether it asks where somebody else lives and the like, which is nobody's to know."""
    elsewhere: tuple[Place, ...]
    """Places that it surely asks about and that neither are, nor hold, nor lie in any of the collection's districts."""
    home: str = ""
    """The reader's own district, meant where the question names no place; empty where that is not known."""
    whole: Query | None = None
    """The question together with the one before, where it leans on that (`rag.asking.conversation`)."""

    def matter(self, jurisdiction: str | None) -> str:
        """What is searched for, less the names of what a district is or lies in: they tell none of its texts apart.

        :param jurisdiction: The district of the documents that are compared; None for none.
        """
        left = self.text
        for place, names in self.called.items():
            if jurisdiction and within(jurisdiction, place):
                for name in names:
                    left = _word(name).sub(" ", left)
        return " ".join(left.split()) if left != self.text and tokens(left) else self.text


class Understanding:
    """Understands questions against the documents of one collection."""

    def __init__(
        self, documents: Iterable[Document], speller: Speller | None = None, lexicon: Lexicon | None = None
    ) -> None:
        """Get ready for the questions of a collection.

        :param speller: Mends slips by the collection's own words; None for none.
        :param lexicon: Knows the official words behind others; None for none.
        """
        numbers, places = set[str](), set[str]()
        for document in documents:
            numbers.add(squeeze(document.number or ""))
            places.add(document.jurisdiction or "")
        self._speller = speller
        self._lexicon = lexicon or Lexicon(())
        self._numbers = sorted(numbers - {""}, key=lambda one: (-len(one), one))
        self._places = sorted(places - {""})

    def understand(self, question: str) -> Query:
        """Read a question.

        :raises BulletinError: if it is blank or longer than `LONGEST_QUESTION` characters.
        """
        asked = clean_question(question)
        text = without_courtesy(simplified(strip_markup(asked)))
        if not text:
            raise BulletinError("The question is empty. Type a question, in Chinese or English.")
        if len(asked) > LONGEST_QUESTION:
            raise BulletinError(
                f"The question has {len(asked):,} characters; at most {LONGEST_QUESTION:,} are taken. Ask it shorter."
            )
        if self._speller and (han := self._speller.from_sound(text)):
            text = han
        spoken = language(text)
        numbers = self._named_numbers(text)
        searched = write_out_dates(_without_numbers(text, numbers))
        if self._speller:
            searched = " ".join([searched, *self._speller.corrections(searched)])
        plain = normalise(searched)
        names = self._other_names(text)
        said = normalise(text) if spoken == "zh" else text.replace("’", "'")
        found = mentions(said)
        own = self._own_places(said, found)
        # 临沂 in 临沂市兰山区 or 临沂临港 names no city of its own: a wider place gives way to one inside it
        places = tuple(p for p in own if not any(within(q, p) and not same(q, p) for q in own))
        asked_about = self._asked_about(found, own)
        words = tokens(searched)
        place_words = {word for place in places for alias in self._aliases[place] for word in tokens(alias)}
        terms = [word for word in words if word not in place_words]
        return Query(
            asked=asked,
            text=searched,
            language=spoken,
            wants=wants(plain),
            measure=counted(plain),
            terms=tuple(terms or words),
            official=self._lexicon.official_terms(searched, spoken),
            parts=len(ASKING.findall(plain)),
            several=bool(_SEVERAL.search(plain)),
            steps=bool(_STEPS.search(plain) or ASKS_PAPERS.search(plain)),
            places=places or tuple(full_name(p) for p in asked_about if not is_strange(p, self._places)),
            years=_years(plain),
            numbers=numbers,
            articles=articles_in(plain),
            names=names,
            called=self._called(searched, own),
            phone=bool(_PHONE.search(plain)) and not _BY_PHONE.search(plain),
            private=_is_private(text, spoken),
            elsewhere=tuple(place for place in asked_about if is_strange(place, self._places)),
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
            core = _PLACE_TAIL.sub("", full)
            core = core if len(core) > 1 else full  # 莒县 is never 莒
            rests = [core[length:] for length in range(len(core) - 1) if core[:length] in heads]
            short = min(rests, key=len) if rests else core
            names = dict.fromkeys([full, core, short, f"{short}区" if rests else full])
            aliases[place] = (*names, latin_of(short))
        return aliases

    @cached_property
    def _known_names(self) -> frozenset[str]:
        return frozenset(alias for aliases in self._aliases.values() for alias in aliases)

    @cached_property
    def _by_alias(self) -> dict[str, list[str]]:
        """The collection's districts by what people call them, in small letters."""
        found: dict[str, list[str]] = {}
        for place, aliases in self._aliases.items():
            for alias in dict.fromkeys(alias.casefold() for alias in aliases):
                found.setdefault(alias, []).append(place)
        return found

    @cached_property
    def _alias_lengths(self) -> frozenset[int]:
        return frozenset(map(len, self._by_alias))

    @cached_property
    def _by_place(self) -> dict[Place, list[str]]:
        """The collection's districts by what the table knows of them."""
        found: dict[Place, list[str]] = {}
        for name in self._places:
            for place in district(name).places:
                found.setdefault(place, []).append(name)
        return found

    def district(self, name: str) -> str:
        """The whole name of a district, given one of those that people call it by; "" where none is given.

        :raises BulletinError: if it is no place that is known.
        """
        if not name.strip():
            return ""
        meant = self.understand(name)
        known = [*meant.places, *map(full_name, meant.elsewhere)]
        if not known:
            raise BulletinError(
                f"The district {name!r} is not known. Give one as it is written in full, such as "
                f"{self._places[0] if self._places else '临沂市兰山区'}."
            )
        return known[0]

    def called(self, place: str, spoken: Language) -> str:
        """What a district is called by itself: 兰山区, Lanshan District."""
        if place in self._aliases:
            full, *_, latin = self._aliases[place]
        else:  # one that is asked about, and of which there is no document
            full = (_PLACE_PART.findall(place) or [place])[-1]
            latin = latin_of(_PLACE_TAIL.sub("", full))
        if spoken == "zh" or place == NATION:
            return full if spoken == "zh" else "China"
        kind = next((word for end, word in _KINDS_EN if full.endswith(end)), "")
        return f"{latin.capitalize()} {kind}".rstrip()

    def asked_of(self, query: Query, place: str) -> tuple[str, str]:
        """A district's short name, or its whole one where two here share that; and the question asked of it."""
        full, *_, latin = self._aliases[place]
        if sum(full == names[0] for names in self._aliases.values()) > 1:  # two towns are called 青山镇
            full, latin = place, latin_of(place)
        if query.language == "zh":
            return full, f"{full}{query.asked}"
        name = latin.capitalize()
        return name, f"{query.asked.rstrip('?').rstrip()} in {name}?"

    def _named_numbers(self, text: str) -> tuple[str, ...]:
        """Document numbers given whole (in any brackets, or in letters), or without what stands before the year."""
        plain = unify_brackets(squeeze(text))
        whole = tuple(number for number in self._numbers if number in plain)
        if whole:
            return whole
        given = [(m[1], m[2] or m[3], m[4]) for m in _NUMBER_ZH.finditer(plain)]
        given += [(m[1], m[2], m[3]) for m in _NUMBER_EN.finditer(text)]
        given += [("", "", m[1]) for m in _NUMBER_BARE.finditer(plain)]
        return tuple(number for prefix, year, at in given for number in self._numbers_like(prefix, year, at))

    def _numbers_like(self, prefix: str, year: str, number: str) -> list[str]:
        """Known numbers of a year and count; if what stands before the year is said as well, only those with it."""
        known = [(whole, m) for whole in self._numbers if (m := _NUMBER_PARTS.fullmatch(whole))]
        same = [(whole, m[1]) for whole, m in known if m[3] == number and year in ("", m[2])]
        spoken = "".join(prefix.lower().split())
        exact = [whole for whole, ours in same if spoken.endswith((ours, latin_of(ours)))]
        return exact or [whole for whole, _ in same]

    def _other_names(self, text: str) -> tuple[str, ...]:
        """Names of places and people that are no district of the collection: 罗庄区, 宋晓莉, Luozhuang."""
        if language(text) == "zh":
            found = [word for word, kind in rjieba.tag(text) if kind in ("ns", "nr", "nrt") and len(word) > 1]
        else:
            found = [
                m[0]
                for m in _CAPITAL.finditer(text)
                if m.start()
                and text[m.start() - 2 : m.start()] not in _STARTS
                and not _PLACE_WORD.match(m[0])
            ]
        return tuple(name for name in dict.fromkeys(found) if normalise(name) not in self._known_names)

    def _own_places(self, text: str, found: Sequence[Mention]) -> dict[str, list[int]]:
        """Districts of the collection that a question names, and where: by what people call them, or by the table."""
        named: dict[str, list[int]] = {}
        for place in self._perhaps_named(text, found):
            aliases, known = self._aliases[place], district(place)
            # 临港 in 上海临港 is not ours, nor 朝阳 in 朝阳市 that of 北京市
            others = [
                m
                for m in found
                if m.certain and not any(p in m.places or _around(p, m) for p in known.places)
            ]
            spelled = [
                at
                for alias in aliases
                for at in _occurrences(alias, text)
                if not any(m.start <= at < m.end and not _sounds(alias, text[m.start :]) for m in others)
            ]
            meant = [m.start for m in found if not known.rest and any(p in m.places for p in known.places)]
            if spelled or meant:
                named[place] = [*spelled, *meant]
        return named

    def _perhaps_named(self, text: str, found: Sequence[Mention]) -> list[str]:
        """The collection's districts one of whose names stands in a text, in their order: a few of thousands."""
        folded = text.casefold()
        pieces = {
            folded[at : at + length]
            for length in self._alias_lengths
            for at in range(len(folded) - length + 1)
        }
        named = {place for alias in pieces & self._by_alias.keys() for place in self._by_alias[alias]}
        named.update(name for one in found for place in one.places for name in self._by_place.get(place, ()))
        return sorted(named)

    def _called(self, text: str, own: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """What each district of the collection that a text names is called in it, the longest name first."""
        found = mentions(text)
        called = {}
        for place in own:
            known = district(place).places
            spelled = {text[m.start : m.end] for m in found if set(known).intersection(m.places)}
            called[place] = tuple(sorted({*self._aliases[place], *spelled}, key=len, reverse=True))
        return called

    def _asked_about(self, found: Sequence[Mention], own: dict[str, list[int]]) -> tuple[Place, ...]:
        """The places that a question asks about beside the collection's districts, of which no document is.

        Beside a district of the collection another place is what it is compared with or where somebody goes, unless
        it is said to hold it (青岛市兰山区); the names of towns come again elsewhere. One that holds a district of the
        collection (山东) is none.
        """
        here = {at for places in own.values() for at in places}
        towns = all(district(place).rest for place in own)
        asked = (
            m.places[0]
            for m in found
            if m.certain
            and not m.away
            and not any(m.start <= at < m.end for at in here)
            and (towns or m.end in here)
            and not any(within(mine, full_name(place)) for place in m.places for mine in self._places)
        )
        return tuple(dict.fromkeys(asked))


@lru_cache(maxsize=1024)
def _word(name: str) -> re.Pattern[str]:
    """A place's name as it stands in a text; one in Latin letters with its kind: Lanshan District."""
    pattern = rf"\b{re.escape(name)}\b(?: (?:{_KIND_WORDS})\b)?" if name.isascii() else re.escape(name)
    return re.compile(pattern, re.ASCII | re.IGNORECASE)


def by_matter(query: Query, documents: Sequence[Document]) -> dict[str, list[int]]:
    """What is asked of some documents, as `Query.matter` has it: each form with the numbers of those it is asked of."""
    found: dict[str, list[int]] = {}
    for at, document in enumerate(documents):
        found.setdefault(query.matter(document.jurisdiction), []).append(at)
    return found


def _around(place: Place, mention: Mention) -> bool:
    """Whether a mention is of what a place lies in, or what lies in it."""
    return any(place.lies_in(other) or other.lies_in(place) for other in mention.places)


def _sounds(alias: str, text: str) -> bool:
    """Whether a name in Latin letters begins a text: several places may be written so, and ours is meant first."""
    return alias.isascii() and text.lower().startswith(alias)


def _occurrences(alias: str, text: str) -> list[int]:
    if (
        alias.casefold() not in text.casefold()
    ):  # of thousands of districts, all but a few: no pattern is made for them
        return []
    pattern = rf"\b{re.escape(alias)}\b" if alias.isascii() else re.escape(alias)
    return [found.start() for found in re.finditer(pattern, text, re.ASCII | re.IGNORECASE)]


def write_out_dates(text: str) -> str:
    """A question with its years and days as bulletins print them.

    >>> write_out_dates("一七年九月十八号"), write_out_dates("22年")
    ('2017年9月18日', '2022年')
    """
    text = _HAN_YEAR.sub(lambda m: f"{_four_digits(m[1])}年", text)
    text = _SHORT_YEAR.sub(r"20\1年", text)
    text = _HAN_DAY.sub(lambda m: f"{han_number(m[1])}月" + (f"{han_number(m[2])}日" if m[2] else ""), text)
    text = _DAY_NUMBER.sub(r"\1日", text)
    for m in _ENGLISH_DAY.finditer(text):
        text += f" {MONTHS.index((m[2] or m[3]).lower()) + 1}月{m[1] or m[4]}日"
    return text


def articles_in(text: str) -> tuple[str, ...]:
    """The articles, chapters and sections a text names, in one form: 第二条, 第2条 and Article 2 are 第2条.

    >>> articles_in("第四条 至 第六条")
    ('第4条', '第5条', '第6条')
    """
    found = []
    for first, unit, last in _ARTICLE.findall(text):
        begin = han_number(first)
        end = han_number(last) if last else begin
        found += [f"第{number}{unit}" for number in range(begin, min(end, begin + _MANY) + 1)]
    found += [f"第{number}{_UNITS[unit.lower()]}" for unit, number in _ENGLISH_ARTICLE.findall(text)]
    return tuple(dict.fromkeys(found))


def _without_numbers(text: str, numbers: Iterable[str]) -> str:
    """A question less the document numbers it gives: its documents are known by them, and no others are like them."""
    left = text
    for number in numbers:
        if parts := _NUMBER_PARTS.fullmatch(number):
            prefix, year, count = parts.groups()
            whole = rf"(?:{prefix})?\s*[〔\[(（【]?\s*{year}\s*[〕\])）】年]\s*第?\s*{count}\s*号(?:文件?)?"
            left = re.sub(rf"{whole}|{count}号文件?", " ", left)
    left = _NUMBER_EN.sub(" ", left) if left == text and numbers else left
    return " ".join(left.split()) if tokens(left) else text


def _four_digits(han: str) -> str:
    digits = "".join(str(han_number(character)) for character in han)
    return digits if len(digits) == 4 else f"20{digits}"


def _is_private(text: str, spoken: Language) -> bool:
    """Whether a question is for somebody's data: a person stands before or beside a private matter, not the asker."""
    if _PRIVATE_LISTS.search(text):
        return True
    matters = [found.start() for found in _PRIVATE_MATTER.finditer(text)]
    if not matters or _MYSELF.search(text):
        return False
    if _SOMEBODY.search(text):
        return True
    if spoken == "en":
        return any(_names_person(found[0]) for found in _FULL_NAME.finditer(text))
    before = (text[max(0, at - _NEAR_NAME) : at] for at in matters)
    return any(kind in ("nr", "nrt") and len(word) > 1 for part in before for word, kind in rjieba.tag(part))


def _names_person(name: str) -> bool:
    """Whether two capital words are a person's and no place's: Song Xiaoli, not Lanshan District."""
    return not mentions(name) and not _PLACE_WORD.search(name)


def _years(plain: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(year) for year in _YEAR.findall(plain)))


def unify_brackets(text: str) -> str:
    """A text with the year of a document number in the brackets that belong there."""
    return re.sub(r"[\[(【]((?:19|20)\d\d)[\])】]", r"〔\1〕", text)
