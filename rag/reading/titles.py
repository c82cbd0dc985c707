"""What a document is called, what kind it is, who issued it and for where."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.reading.lines import before_addressee, is_org, numbers_in, squeeze_blanks
from rag.reading.sentences import tidy
from rag.text.normal import fold

_QUOTED = r"《(?:[^《》]|《[^《》]*》)+》"
_KINDS = (
    "通知|通告|公告|通报|批复|意见|决定|决议|命令|令|办法|规定|细则|方案|规划|计划|预案|要点|措施|公报|复函|函|条例|制度|"
    "答记者问|解读|问答|纲要|规则|公示|纪要|说明"
)
_KIND_END = re.compile(rf"({_KINDS}|报告|指南|目录|清单|(?<![方做看说想])法)(?:\([^()]{{1,20}}\))?$")
_ENCLOSES = re.compile(rf"(?:印发|公布|制定|转发|将)了?(?P<title>{_QUOTED})|^(?P<first>{_QUOTED})")
_ACTION = re.compile(
    r"(?P<verb>开展|举办|召开|组织|实施|增设|设立|成立|调整|撤销|规范|加强)(?P<what>[^,。;:、]{3,60})"
)
_EXPLAINED = re.compile(
    rf"(?:印发|制定|出台|发布|公布|下发|实施)了?(?P<title>{_QUOTED})(?P<number>\([^()]{{4,40}}号\))?"
)
_ISSUED_BY = re.compile(
    r"(?:^|[,。;:])(?P<org>[\u4e00-\u9fff]{2,24}?(?:部|委员会|办公室|管委会|局|政府))(?:近日|日前)?,?(?:联合)?(?:印发|出台|发布|公布)了"
)
_ZONE = re.compile(
    r"(?:[\u4e00-\u9fff]{2,4}[市县区])?[\u4e00-\u9fff]{2,8}?(?:经济技术开发区|经济开发区|高新技术产业开发区|产业开发区|开发区|高新区|新区|保税区)"
)
_ADMIN = re.compile(
    r"(?:[\u4e00-\u9fff]{2,3}(?:省|自治区))?(?:[\u4e00-\u9fff]{2,5}?(?:市|自治州|盟))?(?:[\u4e00-\u9fff]{1,5}?[区县旗])?(?:[\u4e00-\u9fff]{1,5}?(?:镇|(?<!城)乡|街道))?"
)
_NATIONAL = re.compile(r"^(?:中华人民共和国|国务院|国家)|^[^省市区县镇乡]{2,10}部$")
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
    itself = re.search(rf"(?:本|现将.*?)(?:实施|工作)?({_KINDS})", text)
    kind = "通知" if re.search(r"印发给|通知如下|予以公布", text) else (itself.group(1) if itself else None)
    if encloses and "给" in text[encloses.end() :]:
        return f"{issuer or ''}关于印发{encloses['title'] or encloses['first']}的通知", "通知"
    plain = re.sub(_QUOTED, "", text)
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
        quoted = re.search(_QUOTED, text)
        return Explained(quoted.group() if quoted else None, None, issuer["org"] if issuer else None)
    numbers = numbers_in(matches[-1]["number"] or "")
    return Explained(
        matches[-1]["title"], numbers[0][0] if numbers else None, issuer["org"] if issuer else None
    )


def kind_of(title: str) -> str | None:
    """The word a title ends with: 通知, 批复, 意见, 方案; None where it names no kind."""
    match = _KIND_END.search(squeeze_blanks(fold(title)).rstrip("》"))
    return match.group(1) if match else None


def issuer_in(title: str) -> str | None:
    """The authority a title starts with (临沂市人民政府关于…), or None."""
    text = squeeze_blanks(title)
    head = re.split(r"关于|印发|转发|公告|通告|公报|批转|命令|令$", text, maxsplit=1)[0]
    return head if head != text and is_org(head) else None


def place_of(org: str) -> str | None:
    """The district an authority governs, as its name states it: 临沂市兰山区, 临沂临港经济开发区, 全国."""
    name = _PARTY.sub("", squeeze_blanks(org.split("、")[0]))
    zone = _ZONE.match(name)
    if zone:
        return zone.group()
    admin = _ADMIN.match(name)
    if admin and len(admin.group()) > 1:
        return admin.group()
    return "全国" if _NATIONAL.search(name) else None


def place_in(title: str) -> str | None:
    """The district that a title names first, for a document whose issuer is not known; or None."""
    text = re.sub(r"^(?:关于|印发|《|“)+", "", squeeze_blanks(title))
    place = place_of(text)
    return place if place and len(place) > 2 and not re.match(r"[城全本各我]", place) else None


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
