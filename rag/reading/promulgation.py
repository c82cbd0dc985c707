"""By whom and when a text was made, where no signature of its own lines says so.

A law says it in brackets below its title; a page whose line breaks a crawler lost says it at the ends of its text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.reading.lines import TITLED, numbers_in, squeeze_blanks
from rag.text.dates import find_date
from rag.text.normal import fold

_LONGEST = 1500  # characters; laws much amended say so at length
_ENDS = 600  # characters of a text's two ends that are looked at
_TAIL = 200
_COUNT = r"[\d一二三四五六七八九十]{1,3}"
_DAY = rf"(?:[12]\d{{3}}|[一二][〇零○一二三四五六七八九]{{3}})年{_COUNT}月{_COUNT}日"
_BRACKETED = re.compile(r"\((?=.*(?:公布|通过|批准|发布|修[正订]|施行)).*[12]\d{3}年.*\)")
_SESSION = re.compile(r"第[一二三四五六七八九十百\d]{1,4}届")
_MAKER = re.compile(
    r"(?:^\(|日)(?P<org>[\u4e00-\u9fff]{2,24}?"
    r"(?:人民代表大会(?:常务委员会)?|人民政府(?:办公[厅室])?|国务院|[部委局])(?=第|令|公告|公布|发布|批准|通过))"
)
_ORDER = re.compile(
    r"(?:^\(?|日|》)(?P<org>[\u4e00-\u9fff]{2,20}?)令(?P<serial>第\d{1,4}号|〔[12]\d{3}〕第?\d{1,4}号)"
)
_REVISED = re.compile(rf"{_DAY}(?:(?!{_DAY}|通过|公布\)).)*?修[正订]")
_DATED_NUMBER = re.compile(
    rf"\((?P<day>{_DAY}),?(?P<number>[\u4e00-\u9fff]{{2,10}}[〔\[][12]\d{{3}}[〕\]]第?\d{{1,4}}号)\)"
)
_PROCLAIMED = re.compile(rf"现予(?:公布|发布)[^。]{{0,60}}。[\u4e00-\u9fff]{{0,12}}(?P<day>{_DAY})")
_SIGNED_AT_END = re.compile(
    rf"(?:[。)》]|政府|办公[厅室]|委员会|[部局厅会院署联])(?P<day>{_DAY})(?:\(此件[^()]*\))?[^。;]{{0,60}}$"
)
_MADE_PUBLIC = re.compile(rf"(?P<day>{_DAY})(?:(?!{_DAY}|通过|批准|修[正订]|施行)[^,;)])*(?:公布|发布)")
_PASSED = re.compile(r"(?P<of>[省市县区])(?:人民)?政府(?:第[^,。]{1,16}次)?(?:常务|全体)?会议(?:审议)?通过")
_RULES = re.compile(r"《(?P<place>[\u4e00-\u9fff]{2,12}?[省市县区])")
_MARKS = str.maketrans("〈〉", "《》")
_ORDER_ONLY = re.compile(r"[\u4e00-\u9fff]{2,40}(?:令|公告)(?:第\d{1,4}号)?")
_PROCLAIMS = re.compile(rf"^(?P<title>{TITLED})(?:已|业)?[经于].*(?:现予以?|予以|现)(?:公布|发布)")


@dataclass(frozen=True, slots=True)
class Promulgation:
    """What a text says of its making; None where it says nothing."""

    number: str | None = None
    issuer: str | None = None
    on: str | None = None
    """ISO date."""
    published_on: str | None = None
    """The day it was made public, where a law says so in brackets; ISO date."""
    revised_on: str | None = None
    """The day it was last revised; ISO date."""


def is_promulgation(text: str) -> bool:
    """Whether a line says in brackets when and by whom a text was made law: (2021年11月12日…令第2号公布)."""
    return len(text) <= _LONGEST and bool(_BRACKETED.fullmatch(fold(text)))


def promulgation_of(paragraphs: Sequence[str]) -> Promulgation:
    """What the paragraphs below a head say of the making of their text."""
    if not paragraphs:
        return Promulgation()
    law = next((text for text in paragraphs[:2] if is_promulgation(text)), "")
    opening = squeeze_blanks(fold(law or paragraphs[0][:_ENDS]))
    order = _ORDER.search(opening)
    if dated := _DATED_NUMBER.match(opening):  # (1985年5月4日皖政〔1985〕38号)
        day = find_date(dated["day"])
        return Promulgation(numbers_in(dated["number"])[0][0], None, day[0] if day else None)
    # the title may stand before it without a break
    maker = re.split("办法|条例|规定|细则|规则", order["org"])[-1] if order else None
    maker = maker or _government(opening)
    number = f"{maker}令{order['serial']}" if order else _leading_number(opening)
    body = _MAKER.search(_SESSION.sub("", opening)) if law else None
    issuer = body["org"] if body else maker
    if law:
        day = find_date(opening)
        made_public = _MADE_PUBLIC.search(opening)
        public = find_date(made_public["day"]) if made_public else None
        return Promulgation(
            number,
            issuer,
            day[0] if day else None,
            public[0] if public else None,
            _revised_on(opening),
        )
    proclaimed = _PROCLAIMED.search(opening)
    signed = _SIGNED_AT_END.search(squeeze_blanks(fold(paragraphs[-1][-_TAIL:])))
    found = find_date(match["day"]) if (match := signed or proclaimed) else None
    return Promulgation(number, issuer, found[0] if found else None)


def proclaims(title: str, paragraphs: Sequence[str]) -> str | None:
    """The title of the text that an order makes law and prints below, where its own is no more than that of an order.

    >>> proclaims("青禾市人民政府令", ["《青禾市供热规定》已经市政府常务会议通过，现予公布。"])
    '青禾市供热规定'
    """
    if not _ORDER_ONLY.fullmatch(squeeze_blanks(fold(title))) or not paragraphs:
        return None
    match = _PROCLAIMS.match(squeeze_blanks(fold(paragraphs[0][:_ENDS])))
    return match["title"][1:-1].translate(_MARKS) if match else None


def _revised_on(law: str) -> str | None:
    """The last of the days on which a text was revised: (…通过　根据2024年10月8日…《关于修改…的决定》修正)."""
    revisions = (part for part in _REVISED.findall(law))
    return max((day[0] for part in revisions if (day := find_date(part))), default=None)


def _government(opening: str) -> str | None:
    """The government that passed a text named after its district: 《…省…办法》已经…省政府第162次常务会议通过."""
    passed, rules = _PASSED.search(opening), _RULES.search(opening)
    if not passed or not rules or not rules["place"].endswith(passed["of"]):
        return None
    return f"{rules['place']}人民政府"


def _leading_number(opening: str) -> str | None:
    """The number that a text begins with, where its line break was lost: 冀人社函〔2024〕54号各市."""
    numbers = numbers_in(opening[:60])
    return numbers[0][0] if numbers and numbers[0][1] <= 1 else None
