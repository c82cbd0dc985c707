"""What a document is called, what kind it is, who issued it and for where."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rag.reading.lines import KINDS, TITLED, before_addressee, is_org, numbers_in, squeeze_blanks
from rag.reading.sentences import tidy
from rag.text.normal import fold
from rag.text.places import NATION, Place, district, full_name, is_whole, mentions

_SERIES = r"(?:(?:[12]\d{3}年)?第?\d{1,4}号)?"
_KIND_END = re.compile(
    rf"({KINDS}|报告|目录|清单|名单|(?<![方做看说想])法){_SERIES}(?:\([^()]{{1,20}}\)|\(关于[^()]{{4,80}}\))?$"
)
_NUMBERED_TITLE = re.compile(
    r"(?P<number>[\u4e00-\u9fff]{2,30}(?:公告|通告|令)\(?(?:[12]\d{3}年)?第\d{1,4}号\)?)(?:\([^()]*\))?$"
)
_PARTED = re.compile(r"[\s、]+")  # several authorities
_BEFORE_PLACE = re.compile(
    r"^(?:关于|印发|《|“|[12]\d{3}年度?|(?:进一步)?(?:调整|公布|发布|核定|规范|加强|修改|修订|废止|同意|批准|开展|举办|设立|成立|撤销|"
    r"做好|组织|落实|明确|完善|推进|实施|制定|下达|取消|停止|恢复|启用|收回|征收|征求|表彰|命名|举行|提高|降低|优化|加快|支持|召开|建立|划定))+"
)
_NOBODYS = re.compile(r"[省市区县州旗镇乡](?![中南北东西]区)")
"""What an authority begins with that does not say of where it is: 区政府."""
_OFFICES = re.compile(r"(?<=办公[室厅])(?=[\u4e00-\u9fff]{2,8}(?:人民政府|委员会))")
_BEFORE_MATTER = re.compile(r"关于|印发|转发|(?:专题|常务)?会议纪要|公告|通告|公报|批转|命令|令$")
_ENCLOSES = re.compile(rf"(?:印发|公布|制定|转发|将)了?(?P<title>{TITLED})|^(?P<first>{TITLED})")
_ACTION = re.compile(
    r"(?P<verb>开展|举办|召开|组织|实施|增设|设立|成立|调整|撤销|规范|加强)(?P<what>[^,。;:、]{3,60})"
)
_EXPLAINED = re.compile(
    rf"(?:印发|制定|出台|发布|公布|下发|实施)了?(?P<title>{TITLED})(?P<number>\([^()]{{4,40}}号\))?"
)
_ISSUED_BY = re.compile(
    r"(?:^|[,。;:])(?P<org>[\u4e00-\u9fff]{2,24}?(?:部|委员会|办公室|管委会|局|政府))(?:近日|日前)?,?(?:联合)?(?:印发|出台|发布|公布)了"
)
_ZONE = re.compile(
    r"(?:[\u4e00-\u9fff]{2,4}[市县区])?[\u4e00-\u9fff]{2,8}?(?:经济技术开发区|经济开发区|高新技术产业开发区|产业开发区|开发区|高新区|新区|保税区)"
)
# districts that the table does not know, by the words for their kinds
_ADMIN = re.compile(
    r"(?:[\u4e00-\u9fff]{2,3}省|[\u4e00-\u9fff]{2,6}自治区)?"
    r"(?:[\u4e00-\u9fff]{2,9}?自治州|[\u4e00-\u9fff]{2,5}?(?<![区县旗镇]城)(?<![区县旗])[市盟])?"
    r"(?:[\u4e00-\u9fff]{2,9}?自治[县旗]|[\u4e00-\u9fff]{1,5}?[区县旗])?"
)
_TOWN = re.compile(
    r"(?!城[镇乡]|乡[镇村]|村镇|小城镇|建制镇|各)[\u4e00-\u9fff]{1,5}?(?:镇|苏木|(?<!城)乡|街道)"
)
_NATIONAL = re.compile(
    r"^(?:中华人民共和国|国务院|国家|全国|最高人民|中央)|^[^省市区县镇乡州旗盟]{2,10}?部(?:$|办公厅|[^门队分落省市区县]{2,}?[部局委厅会院联])"
)
_MOSTLY = 0.6  # share of the places a text names that are of the district it is about
_PARTY = re.compile(r"^(?:中国共产党|中共|共青团|共)")


@dataclass(frozen=True, slots=True)
class Explained:
    """What an explainer explains: its title, its number where given, and who issued it."""

    title: str | None
    number: str | None
    issuer: str | None


def printed_title(issuers: Iterable[str], titles: Iterable[str]) -> str | None:
    """The title as printed over the text, the issuer before 关于…的通知; None where no title is printed."""
    title = before_addressee(tidy("".join(line.strip() + " " for line in titles)))
    if not title:
        return None
    if title.startswith(("关于", "印发", "转发")):
        return "、".join(issuers) + title
    return title


def derived_title(paragraph: str, issuer: str | None) -> tuple[str, str | None]:
    """Make a title from a document's first paragraph where none is printed; with the kind it says it is."""
    text = squeeze_blanks(fold(paragraph))
    encloses = _ENCLOSES.search(text)
    itself = re.search(rf"(?:本|现将.*?)(?:实施|工作)?({KINDS})", text)
    kind = "通知" if re.search(r"印发给|通知如下|予以公布", text) else (itself.group(1) if itself else None)
    if encloses and "给" in text[encloses.end() :]:
        return f"{issuer or ''}关于印发{encloses['title'] or encloses['first']}的通知", "通知"
    plain = re.sub(TITLED, "", text)
    decided = max(0, plain.find("决定"))
    actions = list(_ACTION.finditer(plain, decided))
    if actions:
        action = actions[0] if decided else actions[-1]
        title = f"{issuer or ''}关于{action['verb']}{action['what']}"
        return title + (f"的{kind}" if kind else ""), kind
    return re.split(r"[,。;:]", plain, maxsplit=1)[0][:60] or plain[:60], kind


def explained(paragraph: str) -> Explained:
    """What the opening paragraph of an explainer says it explains."""
    text = squeeze_blanks(fold(paragraph))
    matches = list(_EXPLAINED.finditer(text))
    issuer = _ISSUED_BY.search(text)
    if not matches:
        quoted = re.search(TITLED, text)
        return Explained(quoted.group() if quoted else None, None, issuer["org"] if issuer else None)
    numbers = numbers_in(matches[-1]["number"] or "")
    return Explained(
        matches[-1]["title"], numbers[0][0] if numbers else None, issuer["org"] if issuer else None
    )


def kind_of(title: str) -> str | None:
    """The word a title ends with: 通知, 批复, 意见, 方案; None where it names no kind."""
    match = _KIND_END.search(squeeze_blanks(fold(title)).rstrip("》"))
    return match.group(1) if match else None


def numbered_by(title: str) -> str | None:
    """The number that a title gives: 云港海关公告2026年第6号 of 云港海关公告2026年第6号（关于…的公告）; or None."""
    match = _NUMBERED_TITLE.match(squeeze_blanks(fold(title)))
    return match["number"] if match else None


def issuer_in(title: str) -> str | None:
    """The authority a title starts with (临沂市人民政府关于…), or several, parted by 、 or by blanks; or None."""
    head = _BEFORE_MATTER.split(title, maxsplit=1)[0].strip()
    named = _PARTED.split(head)
    if len(named) > 1 and all(map(is_org, named)):
        return "、".join(named)
    head = squeeze_blanks(head)
    glued = [org for org in _OFFICES.split(head) if org]  # 中共青禾市委办公室青禾市人民政府办公室
    if len(glued) > 1 and head != squeeze_blanks(title) and all(map(is_org, glued)):
        return "、".join(glued)
    whose = head != squeeze_blanks(title) and not _NOBODYS.match(head)
    return head if whose and is_org(head) else None


def place_of(org: str) -> str | None:
    """The district an authority governs, as its name states it: 临沂市兰山区, 临沂临港经济开发区, 全国."""
    name = _PARTY.sub("", squeeze_blanks(org.split("、")[0]))
    zone = _ZONE.match(name)
    if zone:
        return zone.group()
    known = district(name)
    if known.places:
        head = name[: len(name) - len(known.rest)] if known.rest else name
        place = head if is_whole(head) else full_name(known.places[0])
        below = _ADMIN.match(known.rest) if known.places[0].level < 3 else None
        rest = known.rest
        if below and len(below.group()) > 2:
            place, rest = place + below.group(), rest[below.end() :]
    else:
        admin = _ADMIN.match(name)
        place, rest = (admin.group(), name[admin.end() :]) if admin else ("", name)
    town = _TOWN.match(rest)
    place += town.group() if town else ""
    if len(place) > 1 and place[0] not in "各本全我该":
        return place
    return NATION if _NATIONAL.search(name) else None


def place_in(title: str) -> str | None:
    """The district that a title names first, for a document whose issuer is not known; or None."""
    text = _BEFORE_PLACE.sub("", squeeze_blanks(title))
    place = place_of(text)
    return place if place and (len(place) > 2 or place == NATION) and not place.startswith("城") else None


def place_told(text: str) -> str | None:
    """The district that a text is about where nothing names its issuer: the one it names most, if it names few others.

    >>> place_told("在兰州市有住房的，向兰州市城关区申请；甘肃省另有规定的，从其规定。")
    '兰州市'
    """
    named: Counter[Place] = Counter(
        found.places[0]
        for found in mentions(text)
        if found.certain and not found.away and len({place.code[:4] for place in found.places}) == 1
    )
    if not named:
        return None
    best = max(named, key=lambda place: named[place])
    inside = sum(count for place, count in named.items() if place.lies_in(best))
    beside = sum(count for place, count in named.items() if not best.lies_in(place)) + named[best]
    sure = named[best] > 1 or beside == inside
    return full_name(best) if sure and inside >= _MOSTLY * beside else None


def short_place(place: str) -> str:
    """The everyday name of a district: 兰山区, 临港区."""
    core = re.sub(r"(?:经济技术|经济|高新技术产业|产业)?开发区$", "", place)
    if core != place:
        return core[-2:] + "区"
    parts = re.findall(r"[\u4e00-\u9fff]{1,6}?[市区县旗镇乡]", place)
    return parts[-1] if parts else place


def full_place(place: str, known: Iterable[str]) -> str:
    """The fullest known name of a district: 兰山区 is 临沂市兰山区 where the bulletin says so."""
    longer = [name for name in known if name.endswith(place) and len(name) > len(place)]
    return max(longer, key=len) if longer else place
