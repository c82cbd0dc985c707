"""Where the documents of a bulletin begin: by a number, a head, a listing entry or a first sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rag.reading.lines import (
    CELL,
    Line,
    doc_number,
    ends_open,
    ends_title_glued,
    is_date_line,
    is_org,
    is_pipes,
    is_release,
    is_title_end,
    letterhead,
    mark_of,
    publication_line,
    serial_number,
    squeeze_blanks,
    teaser,
)
from rag.reading.promulgation import is_promulgation
from rag.text.normal import fold

_BETWEEN = (
    "publication date",
    "list mark",
    "page information",
    "page number",
)  # what may stand inside a head
_TITLE = 60  # characters of a title that ends with no word for a kind
_JOINT_TITLE = 200  # of a title that names many issuers before 关于
_VALUE = 40  # characters of what a label on a line of its own says
_HEAD_REACH = 5  # no head has more lines than this above its number
_ANNOUNCED_WITHIN = 40  # nor is an enclosure named further above than this
_CONTENTS_REACH = 400  # no table of contents has more entries
_FOOTER = re.compile(
    r"网站地图|网站标识码|版权所有|ICP备|公网安备|技术支持\s*:|[主承]办\s.{0,30}网站群|[主承]办.{0,60}技术支持"
)
_NAVIGATION = re.compile(
    r"(?:当前|您的?(?:现在)?的?|所在)位置\s*[:>]|^首页\s*[>»›]|^[上下]一[篇条页]\s*[:>]?|^[【\[]?(?:打印(?:本页|此页)?|关闭(?:窗口|本页)?|返回顶部|我要纠错|分享到?|收藏)[】\]:]?"
)
_CRUMBS = re.compile(
    r"(?:[\u4e00-\u9fff][^>»›。,;:|]{1,19}\s*(?:>{1,2}|»|›)\s*){2,6}[\u4e00-\u9fff][^>»›。,;:|]{0,19}\s*(?:>|»|›)?"
)
"""The way to a page: 青山市人民政府 > 新闻发布 > 发布会."""
_PAGE_INFORMATION = re.compile(
    r"(?:发布|发文|成文|生成|更新|公开)(?:日期|时间)|(?:信息|文章)?来源|作者|编辑|(?:浏览|阅读|点击)(?:次数|量|数)?|字[号体]|索\s?引\s?号|"
    r"主题(?:分类|词)|(?:发布|发文|公开|制定|起草|颁布)(?:机构|机关|单位)|发文字号|文\s?号|信息分类|公开(?:方式|目录|范围)|有效性|"
    r"统一编号|(?:抓取|采集)(?:日期|时间)|(?:原文)?链接|网址|(?:所属)?栏目|时效性|效力级别|责任编辑|(?:公布|颁布)日期|"
    r"(?:日期|时间)(?=:\s*[12]\d{3}[-/.]\d{1,2}[-/.]\d{1,2}\s+(?:\d{1,2}:\d{2}|[\u4e00-\u9fff]{2,4}:))"
)
_TITLE_LABEL = re.compile(r"(?:(?:文件|信息)?名\s?称|标\s?题)\s*:")
_BY_WHOM = re.compile(r"(?:机构|机关|单位|部门|来源)\s*:$")
_STAMP = re.compile(
    r"(?P<org>[\u4e00-\u9fff]{4,30})?\s*[12]\d{3}[-/.]\d{1,2}[-/.]\d{1,2}(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?"
)
_NUMBERED_PAGE = re.compile(
    r"[—–-]+\s*\d{1,4}\s*[—–-]+|[·•]\s*\d{1,4}\s*[·•]|第\s*\d{1,4}\s*页(?:[,\s/]*共\s*\d{1,4}\s*页)?"
)
_SEPARATOR = re.compile(r"([-—=_*~#·.…])(?:\s*\1){2,}")
_NOTICE_END = re.compile(
    r"(?:通知|通告|公告|通报|批复|决定|意见|复函|函|公示|纪要|公报|启事|倡议书|公开信|解读|问答|答记者问)(?:\([^()]{1,20}\))?$"
)
_NUMBERED_BY_TITLE = re.compile(r"(?:令|公告|通告|决定|纪要|公报)$")
_READ_ALOUD = re.compile(r"语音朗读|朗读按钮")
_READ_ALOUD_END = "取消朗读"
_EXPLAINS = re.compile(
    r"^[^。]*(?:近日|日前|\d日),?[^。;]{0,40}?(?:印发|出台|发布|公布|制定|下发)了《|(?:解读|说明|解答)如下:?$|回答了?记者"
)
_SPEAKER = re.compile(r"[问答]:")
_PAGE_NUMBER = re.compile(r"[.…·]{3,}|\s\d{1,3}$")
_SENTENCE = re.compile(r"[。;;!?]")


@dataclass(slots=True)
class Extent:
    """The lines of one document, by their index: where it starts and ends, and which of them are its head."""

    start: int
    end: int = 0
    listing: int | None = None
    issuers: list[int] = field(default_factory=list)
    titles: list[int] = field(default_factory=list)
    number: int | None = None
    explainer: bool = False

    @property
    def head_end(self) -> int:
        """The index after the last line of the head."""
        head = [*self.issuers, *self.titles, *([self.number] if self.number is not None else [])]
        return max(head) + 1 if head else self.start + (self.listing is not None)


def find_extents(lines: Sequence[Line]) -> tuple[list[Extent], dict[int, str]]:
    """Find the documents among the lines of a bulletin.

    Returns their extents, in order and without overlap, and the lines that are furniture: index to kind.
    """
    furniture = _line_furniture(lines)
    starts: dict[int, Extent] = {}
    for index, line in enumerate(lines):
        if furniture.get(index) == "listing entry":
            starts[index] = Extent(index, listing=index)
        elif index not in furniture and (doc_number(line.text) or serial_number(line.text)):
            found = _head_above(lines, index, furniture)
            if found and (doc_number(line.text) or _is_numbered_by_title(lines, found)):
                starts[found.start] = found
        elif index not in furniture and is_org(line.text):
            found = _head_without_number(lines, index, furniture)
            if found:
                starts.setdefault(index, found)
    for extent in list(starts.values()):
        for index in range(extent.start + 1, extent.head_end):
            starts.pop(index, None)
    _find_titled(lines, starts, furniture)
    _find_pages(lines, starts, furniture)
    _find_explainers(lines, starts, furniture)
    _front(lines, starts, furniture)
    extents = [starts[index] for index in sorted(starts)]
    ends = [extent.start for extent in extents[1:]] + [len(lines)]
    for extent, end in zip(extents, ends, strict=False):
        extent.end = end
        _mark_contents(lines, extent, furniture)
    for extent, below in pairwise(extents):
        _mark_page_title(lines, extent, below, furniture)
    kept = [
        extent
        for extent in extents
        if extent.listing is not None or any(i not in furniture for i in range(extent.start, extent.end))
    ]
    return kept, furniture


def _mark_page_title(lines: Sequence[Line], extent: Extent, below: Extent, furniture: dict[int, str]) -> None:
    """Mark the title that a site prints over a page whose document prints its own: nothing else is above that."""
    head = [*extent.issuers, *extent.titles]
    titles = [squeeze_blanks(fold("".join(lines[i].text for i in one.titles))) for one in (extent, below)]
    bare = extent.number is None and extent.listing is None
    if not (
        bare and all(titles) and all(i in head or i in furniture for i in range(extent.start, extent.end))
    ):
        return
    if titles[0].endswith(titles[1]):
        furniture.update(dict.fromkeys(head, "page title"))


# --- furniture that a line shows by itself ---


def _line_furniture(lines: Sequence[Line]) -> dict[int, str]:
    furniture: dict[int, str] = {}
    reading_aloud = 0
    for index, line in enumerate(lines):
        text = line.text
        if reading_aloud or _READ_ALOUD.search(text):
            reading_aloud = 0 if _READ_ALOUD_END in text or reading_aloud > 5 else reading_aloud + 1
            furniture[index] = "screen-reader text"
        elif teaser(text):
            furniture[index] = "listing entry"
        elif publication_line(text):
            furniture[index] = "publication date"
        elif len(text) <= 24 and _NUMBERED_PAGE.fullmatch(fold(text)):
            furniture[index] = "page number"
        elif _SEPARATOR.fullmatch(text):
            furniture[index] = "separator"
        elif _is_page_information(text) or is_stamp(text) or _is_value(lines, index, furniture):
            furniture[index] = "page information"
        elif (
            len(text) <= 100
            and (_NAVIGATION.search(fold(text)) or _CRUMBS.fullmatch(fold(text)))
            and not _SENTENCE.search(fold(text))
        ):
            furniture[index] = "site navigation"
        elif text in ("-", "●", "•"):
            furniture[index] = "list mark"
        elif is_pipes(text):
            furniture[index] = "table border"
        elif (
            len(text) <= 160
            and _FOOTER.search(fold(text))
            and not _SENTENCE.search(text)
            and not mark_of(text)
        ):
            furniture[index] = "site footer"
    for index, kind in list(furniture.items()):  # the border printed over a footer belongs to it
        if kind == "table border" and furniture.get(index + 1) == "site footer":
            furniture[index] = "site footer"
    return furniture


def _is_page_information(text: str) -> bool:
    """Whether a line is what a site prints about a page: 发布日期：2024-03-02　来源：区应急局　浏览次数：233."""
    folded = fold(text).lstrip("•-● ")
    if len(text) > 200 or ":" not in folded or _SENTENCE.search(folded):
        return False
    if _TITLE_LABEL.match(folded) and is_title_end(text):
        return True
    labels = [
        match for match in _PAGE_INFORMATION.finditer(folded) if folded[match.end() : match.end() + 1] == ":"
    ]
    return bool(labels) and labels[0].start() == 0 and (len(labels) > 1 or len(text) <= 40)


def _is_value(lines: Sequence[Line], index: int, furniture: dict[int, str]) -> bool:
    """Whether a line is what the label on the line above it says of a page: 发文字号: and 青政发〔2024〕7号."""
    label, text = fold(lines[index - 1].text) if index else "", lines[index].text
    if furniture.get(index - 1) != "page information" or not label.endswith(":"):
        return False
    if is_org(text) and not _BY_WHOM.search(
        label
    ):  # the label has no value, and the head of a document begins
        return False
    return len(text) <= _VALUE and not _SENTENCE.search(fold(text)) and not is_title_end(text)


def is_stamp(text: str) -> bool:
    """Whether a line says when a page was made and, may be, by whom: 2020-03-30 15:25:01, 青山市民政局　2026-05-12."""
    match = _STAMP.fullmatch(fold(text)) if len(text) <= 60 else None
    return match is not None and (bool(match["org"] and is_org(match["org"])) or ":" in text)


# --- heads ---


def _could_be_title(text: str) -> bool:
    folded = fold(text)
    return (
        len(text) <= (_JOINT_TITLE if "关于" in text else 100)
        and "|" not in text
        and "\t" not in text
        and not CELL.search(text)
        and not folded.endswith(("。", ";", ":", ",", "、", "(", "《", "“"))
        and not is_date_line(text)
        and not is_release(text)
        and mark_of(text) is None
    )


def _above(index: int, furniture: dict[int, str]) -> int:
    index -= 1
    while index >= 0 and furniture.get(index) in _BETWEEN:
        index -= 1
    return index


def _head_above(lines: Sequence[Line], number: int, furniture: dict[int, str]) -> Extent | None:
    """The head that ends with the document number on line `number`; None where the number is only quoted."""
    extent = Extent(number, number=number)
    above = _above(number, furniture)
    if furniture.get(above) == "listing entry":
        return Extent(above, listing=above, number=number)
    candidates: list[int] = []
    while above >= 0 and above not in furniture and number - above <= _HEAD_REACH + len(extent.issuers):
        text = lines[above].text
        if is_org(text) or letterhead(text):
            extent.issuers.insert(0, above)
        elif extent.issuers or not _could_be_title(text):
            break
        else:
            candidates.insert(0, above)
        above = _above(above, furniture)
    if not extent.issuers:
        candidates = _from_first_title(lines, candidates)
    if (
        not candidates
        and not extent.issuers
        and above >= 0
        and above not in furniture
        and ends_open(lines[above].text)
    ):
        return None
    if not candidates:
        issuers, candidates = _title_below(lines, number, furniture)
        extent.issuers += issuers
    extent.titles = candidates
    extent.start = min([number, *candidates, *extent.issuers])
    return extent


def _title_below(
    lines: Sequence[Line], number: int, furniture: dict[int, str]
) -> tuple[list[int], list[int]]:
    """The issuers and the title that stand below the number, as on letterhead paper; none, if none do."""
    first = number + 1
    while first < min(number + _HEAD_REACH, len(lines)) and is_org(lines[first].text):
        first += 1
    titles = _title_from(lines, first, furniture)
    end = titles[-1] + 1 if titles else len(lines)
    if end >= len(lines) or "关于" not in squeeze_blanks(fold(lines[titles[0]].text))[:40]:
        return [], []
    glued = fold(lines[titles[-1]].text).endswith(":")
    says = end not in furniture and fold(lines[end].text).endswith((":", "。"))
    return (list(range(number + 1, first)), titles) if glued or says else ([], [])


def _from_first_title(lines: Sequence[Line], candidates: list[int]) -> list[int]:
    """The candidates from the first that reads like a title on; none, if none does."""
    for place, index in enumerate(candidates):
        text = squeeze_blanks(fold(lines[index].text))
        if "关于" in text[:40] or (place == len(candidates) - 1 and is_title_end(text)):
            return candidates[place:]
    return []


def _head_without_number(lines: Sequence[Line], issuer: int, furniture: dict[int, str]) -> Extent | None:
    """Find an issuer, a title 关于…的通知 below it, an addressee or a sentence below that, and no number."""
    titles: list[int] = []
    for index in range(issuer + 1, min(issuer + 4, len(lines))):
        text = lines[index].text
        if index in furniture or not _could_be_title(text) or (not titles and not text.startswith("关于")):
            return None
        titles.append(index)
        if is_title_end(text):
            break
    below = titles[-1] + 1 if titles else len(lines)
    if below >= len(lines) or below in furniture or not is_title_end(lines[titles[-1]].text):
        return None
    addressed = fold(lines[below].text).endswith((":", "。"))
    return Extent(issuer, issuers=[issuer], titles=titles) if addressed else None


def _is_numbered_by_title(lines: Sequence[Line], head: Extent) -> bool:
    """Whether the title over a number without a series is that of an order, an announcement or minutes."""
    return bool(head.titles) and bool(_NUMBERED_BY_TITLE.search(squeeze_blanks(lines[head.titles[-1]].text)))


def _find_titled(lines: Sequence[Line], starts: dict[int, Extent], furniture: dict[int, str]) -> None:
    """Documents that nothing but a title opens: 关于青山路封闭施工的通告, on a page or below a line across it."""
    heads = {index for extent in starts.values() for index in range(extent.start, extent.head_end)}
    for index, line in enumerate(lines):
        if (
            index in furniture
            or index in heads
            or "关于" not in fold(line.text[:_JOINT_TITLE])
            or not _is_parted(lines, index, furniture)
        ):
            continue
        titles = _title_from(lines, index, furniture)
        below = titles[-1] + 1 if titles else len(lines)
        while furniture.get(below) in _BETWEEN:
            below += 1
        if below < len(lines) and not heads & {*titles, below} and below not in furniture:
            says = fold(lines[below].text).endswith((":", "。"))
            if says and not _was_announced(lines, titles):
                title = "".join(lines[i].text for i in titles)
                starts[index] = Extent(index, titles=titles, explainer=_is_explainer(title))


def _find_pages(lines: Sequence[Line], starts: dict[int, Extent], furniture: dict[int, str]) -> None:
    """Documents that a page opens: a title over what a site says of it, over who made it law, or over itself."""
    heads = {index for extent in starts.values() for index in range(extent.start, extent.head_end)}
    for index, line in enumerate(lines[:-1]):
        text = line.text
        if index in furniture or index in heads or index + 1 in heads or not _could_be_title(text):
            continue
        above = furniture.get(index - 1)
        closed = index == 0 or above is not None or fold(lines[index - 1].text).endswith(("。", "”", ")"))
        said = furniture.get(index + 1) == "page information"
        law = is_promulgation(lines[index + 1].text)
        again = squeeze_blanks(lines[index + 1].text).startswith(squeeze_blanks(text))
        named = is_title_end(text) or (above is not None and said)
        if named and (said or law or again) and (closed or law) and not _was_announced(lines, [index]):
            explains = _is_explainer(text)
            starts.setdefault(index, Extent(index, titles=[index], explainer=explains))


def _title_from(lines: Sequence[Line], index: int, furniture: dict[int, str]) -> list[int]:
    """The lines of the title of a notice that starts at `index`, three at most; none, if none does."""
    for last in range(index, min(index + 3, len(lines))):
        if last in furniture:
            return []
        if ends_title_glued(lines[last].text):
            return list(range(index, last + 1))
        if not _could_be_title(lines[last].text):
            return []
        if _NOTICE_END.search(squeeze_blanks(fold(lines[last].text))):
            return list(range(index, last + 1))
    return []


def _is_parted(lines: Sequence[Line], index: int, furniture: dict[int, str]) -> bool:
    """Whether a line stands at the top of a page, below furniture or below the end of a document."""
    if index == 0 or (index - 1) in furniture:
        return True
    above = lines[index - 1]
    if is_date_line(above.text) or is_release(above.text):
        return True
    return lines[index].number - above.number > 1 and fold(above.text).endswith("。")


def _was_announced(lines: Sequence[Line], titles: Sequence[int]) -> bool:
    """Whether the lines above name a title: then it is that of an enclosure."""
    title = squeeze_blanks(fold("".join(lines[i].text for i in titles)))
    above = lines[max(0, titles[0] - _ANNOUNCED_WITHIN) : titles[0]]
    return any(title in squeeze_blanks(fold(line.text[:2000])) for line in above)


def _is_explainer(title: str) -> bool:
    return bool(re.search(r"(?:解读|问答|答记者问)$", squeeze_blanks(title)))


# --- explainers and what has no head at all ---


def _find_explainers(lines: Sequence[Line], starts: dict[int, Extent], furniture: dict[int, str]) -> None:
    heads = {index for extent in starts.values() for index in range(extent.start, extent.head_end + 2)}
    for index, line in enumerate(lines):
        if index in furniture or index in heads or len(line.text) < 30 or mark_of(line.text):
            continue
        if not _EXPLAINS.search(fold(line.text[:1500])):
            continue
        before = index - 1
        said = before >= 0 and _SPEAKER.match(fold(lines[before].text[:10]))
        closed = before < 0 or before in furniture or _ends_text(lines[before].text)
        if closed and not said:
            starts.setdefault(index, Extent(index, explainer=True))
        elif (
            not said
            and before not in heads
            and _is_explainer(lines[before].text)
            and len(lines[before].text) <= 100
        ):
            starts.setdefault(before, Extent(before, titles=[before], explainer=True))


def _ends_text(text: str) -> bool:
    """Whether a line can be the last of a document: the end of a sentence or of a table, or the date of a signature."""
    return fold(text).endswith(("。", "|", "”", ")")) or is_date_line(text)


def _front(lines: Sequence[Line], starts: dict[int, Extent], furniture: dict[int, str]) -> None:
    """What stands before the first document is a cover with its contents, or a document without a head."""
    first = min(starts, default=len(lines))
    front = [index for index in range(first) if index not in furniture]
    if not front:
        return
    prose = any(len(lines[index].text) >= 40 and "。" in lines[index].text for index in front)
    if prose or not starts:
        starts[front[0]] = _untitled(lines, front)
        return
    contents = False
    for index in front:
        contents = contents or _is_contents_title(lines[index].text)
        furniture[index] = "contents" if contents else "cover"


def _untitled(lines: Sequence[Line], front: Sequence[int]) -> Extent:
    """A document without a head, with the title on its first lines where they are one.

    A line that ends with no word for a kind is a title where the text begins right below it.
    """
    issuers = [index for index in front[:1] if is_org(lines[index].text)]
    titles: list[int] = []
    for index in front[len(issuers) : len(issuers) + 3]:
        if not _could_be_title(lines[index].text) or is_org(lines[index].text):
            break
        titles.append(index)
        if is_title_end(lines[index].text):
            title = "".join(lines[i].text for i in titles)
            return Extent(front[0], issuers=issuers, titles=titles, explainer=_is_explainer(title))
    if titles and len(lines[titles[0]].text) <= _TITLE and len(front) > len(issuers) + 1:
        return Extent(front[0], issuers=issuers, titles=titles[:1])
    return Extent(front[0])


def _is_contents_title(text: str) -> bool:
    return squeeze_blanks(text) == "目录"


def _mark_contents(lines: Sequence[Line], extent: Extent, furniture: dict[int, str]) -> None:
    """Mark a table of contents inside a document: it ends where its first entry comes again, as a heading."""
    index = extent.head_end
    while index < extent.end:
        end = index + 1
        if index not in furniture and _is_contents_title(lines[index].text):
            end = _contents_end(lines, index, extent.end, furniture)
            furniture.update(dict.fromkeys(range(index, end), "contents"))
        index = end


def _contents_end(lines: Sequence[Line], title: int, limit: int, furniture: dict[int, str]) -> int:
    first = None
    for index in range(title + 1, min(limit, title + _CONTENTS_REACH)):
        text = lines[index].text
        if index in furniture or len(text) > 80 or _SENTENCE.search(fold(text)):
            break
        entry = squeeze_blanks(text)
        if first is None:
            first = entry
        elif entry == first:
            above = lines[index - 1].text  # the title may be printed once more above the first heading
            repeated = index > title + 2 and mark_of(above) is None and not above[:1].isdigit()
            return index - 1 if repeated else index
    end = title + 1
    while end < limit and _PAGE_NUMBER.search(lines[end].text):
        end += 1
    return end
