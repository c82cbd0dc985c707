"""China's districts: which places a text names, and what lies in what.

The table is `data/places.tsv`: the names and codes of GB/T 2260 at three levels, names no longer in force since 2000,
the zones whose names don't begin with their city's, and what people call each in Chinese and in Latin letters. A code's
digits say where a place lies: 370203 in 370200 in 370000. What the table does not know (a town, an invented city) is
nobody's other place: nothing is said of it but what its name says.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

import rjieba
from pypinyin import lazy_pinyin

from rag.settings import ROOT
from rag.text.normal import Language

TABLE = ROOT / "data" / "places.tsv"
NATION = "全国"
"""The district of the state's own documents: every place lies in it."""

_HAN = re.compile(r"[\u3400-\u9fff]")
_INNER = re.compile(r"\w['’]\w")
_OPEN = frozenset("aeo")  # what a syllable may begin with that could be read with the one before
_LATIN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_KIND_END = re.compile(r"(?:省|市|区|县|旗|盟|州|地区|新区)$")
_ZONE_END = re.compile(r"(?:开发区|高新区|新区|示范区|实验区|合作区|保税区|工业园区|片区|新城)$")
# names that are words of their own, and so name a place only behind one that it lies in: 晋城市城区
_WORDS = frozenset(
    """城区 郊区 矿区 东区 西区 新城区 老城区 城关区 城中区 港口区 海港区 古城区 平房区 解放区 回民区 新市区 新建区
    和县 成县 文县 应县 新县 南县 代县 古县 高县 道县 容县 单县 理县 富县 环县 云县 义县 易县""".split()
)
# what makes a bare name part of another: 上海路, 青岛啤酒, 北京时间
_GOES_ON = re.compile(
    r"[省市旗盟州屯巷庄]|区(?![级域内划间里属])|县(?![级域区城里乡])|镇(?![级街区])|乡(?![镇村下土])|村(?![民级里官委镇庄集])|"
    r"路(?![灯面边段政口桥网费况权])|街(?![边头面])|桥(?!梁)|站(?![点台])|港(?![口澳])|江|河(?!道)|"
    r"大道|大街|[^的有在哪几和、,，]{0,4}(?:大学|学院|银行)|证券|啤酒|石化|时间|方言|战役|合作组织|公约|协议|宣言|经验"
)
_GOES_ON_LATIN = re.compile(
    r"\s+(?:Road|Street|Avenue|Rd|St|University|College|Bank|Beer|Time|Stock|Port|Airport)\b", re.IGNORECASE
)
_ANOTHER = re.compile(r"[\u4e00-\u9fff]{1,3}(?:[市县旗盟]|自治)")
_COUNTY = re.compile(r"[市县旗州盟]$")
_CITY_PROVINCES = frozenset(["11", "12", "31", "50"])
_ZONE = re.compile(r"[\u4e00-\u9fff]{0,8}?(?:开发区|高新区|保税区|工业园区)")
_AWAY = re.compile(
    r"(?:(?<![免除失过])去|赴|往|飞|来自|离开|回|从|距|至|[卖运发迁嫁搬调寄转]到)$|"
    r"\b(?:from|to|towards?|leav(?:e|ing)|than) $",
    re.IGNORECASE,
)
# before a name in Latin letters it is a person's: Liu Zhenjiang
_SURNAME = re.compile(
    r"\b(?:Wang|Li|Zhang|Liu|Chen|Yang|Zhao|Huang|Zhou|Wu|Xu|Sun|Hu|Zhu|Gao|Lin|He|Guo|Ma|Luo|Liang|Song|Zheng|Xie|Han|"
    r"Tang|Feng|Yu|Dong|Xiao|Cheng|Cao|Yuan|Deng|Fu|Shen|Zeng|Peng|Lu|Su|Jiang|Cai|Jia|Ding|Wei|Xue|Ye|Yan|Pan|Du|Dai|"
    r"Xia|Zhong|Tian|Ren|Fan|Fang|Shi|Yao|Tan|Liao|Zou|Xiong|Jin|Hao|Kong|Bai|Cui|Kang|Mao|Qiu|Qin|Gu|Hou|Shao|Meng|Wan)\s+$"
)
_BETWEEN = re.compile(r"(?:'s|,| of| in|\s)*\s")
_KINDS = {
    "city": "市", "municipality": "市", "district": "区", "area": "区", "county": "县旗", "banner": "旗",
    "province": "省区", "region": "区", "prefecture": "州盟区市", "league": "盟",
}  # fmt: skip
_KIND_WORDS = re.compile(
    rf"(?:\s+(?:autonomous|new|special administrative))?\s+({'|'.join(_KINDS)})\b", re.IGNORECASE
)
_SURE = 5  # letters from which a county's bare name in Latin letters is no other word
_LONGEST = 3  # words of a name in Latin letters


@dataclass(frozen=True, slots=True)
class Place:
    """A district, or a zone of one."""

    code: str
    """Six digits of GB/T 2260; a zone has the code of the district it is in."""
    name: str
    """Its own name, without those it lies in: 兰山区."""
    latin: str
    """Its name in Latin letters, without the word for its kind: Lanshan."""
    zone: bool = False
    short: str = ""
    """What people call it without the word for its kind: 兰山, 朝阳."""

    @property
    def level(self) -> int:
        """1 a province, 2 a prefecture, 3 a county, 4 a zone."""
        return 4 if self.zone else 1 if self.code.endswith("0000") else 2 if self.code.endswith("00") else 3

    def called(self, language: Language) -> str:
        """Its name in a language: 上海市, Shanghai."""
        return self.name if language == "zh" else self.latin

    def lies_in(self, other: Place) -> bool:
        """Whether it is another place or lies in it."""
        if other.zone:
            return self == other
        return self.code.startswith(other.code.removesuffix("00").removesuffix("00"))


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that a text names."""

    start: int
    end: int
    places: tuple[Place, ...]
    """What it can be; several where the name does not tell (朝阳区, Lanshan)."""
    certain: bool
    """Whether it is surely meant: a county's name without its kind may be a village's, a road's or a word."""
    away: bool = False
    """Whether it is only where somebody goes to or comes from: 从上海回来, moving to Qingdao."""


@dataclass(frozen=True, slots=True)
class District:
    """A district as a document's issuer or a question names it."""

    name: str
    places: tuple[Place, ...] = ()
    """What the table knows of it; empty where it knows nothing."""
    rest: str = ""
    """What it is inside those: a town, a zone."""


@dataclass(slots=True)
class _Names:
    """The table, by what a text can say; the wider place first where several have one name."""

    alone: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    """Names with the word for their kind, that are unlike any other word."""
    bare: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    behind: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    """Names that are words too, to be read only behind a place that they lie in."""
    latin: dict[tuple[str, ...], list[Place]] = field(default_factory=lambda: defaultdict(list))
    coded: dict[str, Place] = field(default_factory=dict)
    """Districts by their code."""
    lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """How long names are that begin with two characters, longest first."""


@cache
def _names(table: Path = TABLE) -> _Names:
    names = _Names()
    for line in table.read_text("utf-8").splitlines()[1:]:
        code, name, bare, latin, also = line.split("\t")
        core = bare or _KIND_END.sub("", name)
        zone = (bool(_ZONE_END.search(name)) and code.endswith("00")) or not _KIND_END.search(name)
        place = Place(code, name, latin, zone, core if len(core) > 1 else name)
        if not zone:
            names.coded.setdefault(code, place)
        others = [other for other in also.split(";") if other]
        for spelling in (latin, *(other for other in others if not _HAN.match(other))):
            names.latin[tuple(_plain(word) for word in spelling.split())].append(place)
        for full in (name, *(other for other in others if _HAN.match(other))):
            whole = len(full) > 3 or (len(full) > 2 and bool(_KIND_END.search(full)))
            kind = names.behind if full in _WORDS else names.alone if whole else names.bare
            kind[full].append(place)
        (names.bare if bare else names.behind)[place.short].append(place)
    for places in (*names.bare.values(), *names.latin.values()):
        places.sort(key=lambda place: place.level)
    lengths: dict[str, set[int]] = defaultdict(set)
    for known in (names.alone, names.bare, names.behind):
        for name in known:
            lengths[name[:2]].add(len(name))
    names.lengths = {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}
    return names


def _plain(word: str) -> str:
    bare = unicodedata.normalize("NFKD", word).lower()
    return "".join(letter for letter in bare if "a" <= letter <= "z")


def latin_of(name: str) -> str:
    """A Chinese name in pinyin, small letters, with the apostrophe that parts its syllables where it has to.

    >>> latin_of("锦岸"), latin_of("济南")
    ("jin'an", 'jinan')
    """
    first, *others = lazy_pinyin(name) or [""]
    return first + "".join(f"'{other}" if other[:1] in _OPEN else other for other in others)


# --- which places a text names ---


def mentions(text: str) -> tuple[Mention, ...]:
    """The places that a text names, in order: 山东省临沂市兰山区 is one, 上海 in 上海路 is none.

    >>> [place.code for found in mentions("北京朝阳的低保") for place in found.places]
    ['110105']
    >>> [found.places[0].name for found in mentions("How is it done in Qingdao?")]
    ['青岛市']
    """
    found = [*_han_mentions(text), *_latin_mentions(text)]
    return tuple(sorted(found, key=lambda one: one.start))


def _han_mentions(text: str) -> Iterator[Mention]:
    names = _names()
    edges: set[int] | None = None
    at = 0
    while at < len(text) - 1:
        if text[at : at + 2] not in names.lengths:
            at += 1
            continue
        if edges is None:
            edges = _edges(text)
        found = _name_at(text, at, names, edges)
        if found is None:
            at += 1
            continue
        places, end = found
        certain = text[at:end] not in names.bare or any(place.level <= 2 for place in places)
        yield Mention(at, end, places, certain, bool(_AWAY.search(text, max(0, at - 3), at)))
        at = end


def _edges(text: str) -> set[int]:
    """Where words begin and end."""
    edges, at = {0}, 0
    for word in rjieba.cut(text):
        at += len(word)
        edges.add(at)
    return edges


def _name_at(
    text: str, at: int, names: _Names, edges: set[int] | None
) -> tuple[tuple[Place, ...], int] | None:
    """The longest name that stands at a place of a text by itself, with those inside it, and where it ends.

    :param edges: Where words begin and end; None where the text is a name, which begins with its district.
    """
    if edges is not None and at not in edges and _HAN.match(text[at - 1]):
        return None
    best: tuple[tuple[Place, ...], int] | None = None
    for length in names.lengths.get(text[at : at + 2], ()):
        end = at + length
        word = text[at:end]
        whole = word in names.alone
        if not whole and word not in names.bare:
            continue
        found = _followed(text, tuple((names.alone if whole else names.bare)[word]), end, names)
        # 上海防汛 may be cut 上 + 海防 + 汛, but 长治久安 is one word
        first = at == 0 or not _HAN.match(text[at - 1])
        parted = edges is None or end in edges or (first and any(at < edge < end for edge in edges))
        by_itself = whole or (parted and not _GOES_ON.match(text, end))
        if edges is None and not whole and found[1] == end and _ANOTHER.match(text, end):
            by_itself = any(place.level == 1 for place in found[0])  # 乌兰托旗 is none of 乌兰县
        if (by_itself or found[1] > end or _ZONE.match(text, end)) and (best is None or found[1] > best[1]):
            best = found
    return best


def _followed(text: str, places: tuple[Place, ...], end: int, names: _Names) -> tuple[tuple[Place, ...], int]:
    """A place together with those inside it that are named right behind: 山东省 + 临沂市 + 兰山区."""
    for length in names.lengths.get(text[end : end + 2], ()):
        word = text[end : end + length]
        if word not in names.alone and word not in _WORDS and _GOES_ON.match(text, end + length):
            continue
        known = [place for kind in (names.alone, names.bare, names.behind) for place in kind.get(word, ())]
        inside = tuple(p for p in known if any(p != q and p.lies_in(q) for q in places))
        if inside:
            return _followed(text, inside, end + length, names)
    return places, end


def _latin_mentions(text: str) -> list[Mention]:
    words = list(_LATIN.finditer(text))
    found: list[Mention] = []
    at = 0
    while at < len(words):
        for count in range(min(_LONGEST, len(words) - at), 0, -1):
            mention = _latin_name(text, words[at : at + count])
            if mention:
                found.append(mention)
                at += count
                break
        else:
            at += 1
    return _joined(text, found)


def _latin_name(text: str, words: list[re.Match[str]]) -> Mention | None:
    start, end = words[0].start(), words[-1].end()
    spoken = [re.sub(r"['’]s$", "", word.group()) for word in words]
    places = _names().latin.get(tuple(_plain(word) for word in spoken))
    if any(_INNER.search(word) for word in spoken):  # Jin'an is no Jinan, though the table spells both alike
        plain = _plain("".join(spoken))
        places = [p for p in places or () if _INNER.search(latin_of(p.short)) or _plain(p.latin) != plain]
    if not places:
        return None
    kind = _KIND_WORDS.match(text, end)
    if kind:
        places = [place for place in places if place.name[-1] in _KINDS[kind[1].lower()]]
        end = kind.end()
    else:
        capital = spoken[0][0].isupper()
        letters = sum(map(len, spoken))
        alone = text[:start].rstrip().endswith((".", "?", "!", ",", ":", ";")) or not re.search(
            r"[A-Z][\w'’-]*\s$", text[:start]
        )
        places = [
            place
            for place in places
            if (place.level <= 2 and (capital or letters >= _SURE) and not _SURNAME.search(text, 0, start))
            or (place.level > 2 and capital and letters >= _SURE and len(place.name) > 2 and alone)
        ]
    if not places or _GOES_ON_LATIN.match(text, end):
        return None
    certain = bool(kind) or any(place.level <= 2 for place in places)
    return Mention(start, end, tuple(places), certain, bool(_AWAY.search(text, max(0, start - 9), start)))


def _joined(text: str, found: list[Mention]) -> list[Mention]:
    """Lanshan District, Linyi is one place: the inner one, in the outer."""
    joined: list[Mention] = []
    for mention in found:
        before = joined[-1] if joined else None
        if before and _BETWEEN.fullmatch(text, before.end, mention.start):
            inner = tuple(p for p in before.places if any(p.lies_in(q) for q in mention.places))
            inner = inner or tuple(p for p in mention.places if any(p.lies_in(q) for q in before.places))
            if inner:
                joined[-1] = Mention(before.start, mention.end, inner, True, before.away)
                continue
        joined.append(mention)
    return joined


# --- what lies in what ---


@lru_cache(maxsize=8192)
def district(name: str) -> District:
    """A district read by its name: 临沂市兰山区义堂镇 is 义堂镇 in 371302; 青禾市 is known by its name alone."""
    names = _names()
    found = _name_at(name, 0, names, None)
    if found is None:
        return District(name, rest=name)
    places, end = found
    return District(name, places, name[end:])


def is_whole(name: str) -> bool:
    """Whether a name ends with the word for its kind: 临沂市, not 临沂."""
    return name.endswith(tuple("省市区县旗盟")) or name.endswith(("自治州", "地区"))


def full_name(place: Place) -> str:
    """A place by its name and that of the city it lies in: 临沂市罗庄区; of the province where it lies in no city."""
    coded = _names().coded
    around = coded.get(f"{place.code[:4]}00") or coded.get(f"{place.code[:2]}0000")
    return place.name if around in (None, place) or place.level == 1 else f"{around.name}{place.name}"


def within(name: str, other: str) -> bool:
    """Whether a district is another or lies in it: 临沂市兰山区 and 临沂临港经济开发区 in 临沂市, 朝阳区 not in 朝阳市.

    Districts that the table does not know lie in those that their names begin with.
    """
    if other == NATION or name == other:
        return True
    one, two = district(name), district(other)
    if one.places and two.places:
        return any(
            p.lies_in(q) and (not two.rest or (p == q and one.rest.startswith(two.rest)))
            for p in one.places
            for q in two.places
        )
    return name.startswith(other.removesuffix("市") if len(other) > 2 else other)


def same(name: str, other: str) -> bool:
    """Whether two names are of one district: 山东省临沂市兰山区 and 兰山区."""
    return within(name, other) and within(other, name)


class Around:
    """Some districts, found by what they may lie in: a few of thousands."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(names)
        self._by_province: dict[str, list[str]] = defaultdict(list)
        self._unknown: list[str] = []
        """Those that the table does not know: their names alone say what they lie in."""
        for name in self._names:
            places = district(name).places
            for province in {place.code[:2] for place in places}:
                self._by_province[province].append(name)
            if not places:
                self._unknown.append(name)

    def perhaps(self, name: str) -> list[str]:
        """All of them that hold a district or lie in it, `within`, and others of its province."""
        places = district(name).places
        if not places:
            return self._names
        of = [self._by_province.get(province, []) for province in {place.code[:2] for place in places}]
        return sorted({one for names in (*of, self._unknown) for one in names})


def is_strange(place: Place, districts: Iterable[str]) -> bool:
    """Whether a place surely neither is, nor holds, nor lies in any of some districts, the nation aside.

    A city or county that the table does not know may lie in any province but in no city that it knows; of a town or a
    zone without its city nothing is known.
    """
    named = (district(name) for name in districts if name != NATION)
    known = [one for one in named if one.places or _COUNTY.search(one.name)]
    open_to_all = place.level == 1 and place.code[:2] not in _CITY_PROVINCES
    return bool(known) and not any(
        any(place.lies_in(other) or other.lies_in(place) for other in one.places)
        or (open_to_all and not one.places)
        for one in known
    )
