"""A bulletin file becomes documents: where each begins and ends, what it is called, when it holds."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from rag.errors import BulletinError
from rag.reading.drafts import is_draft
from rag.reading.files.plain import decode, escaped
from rag.reading.lines import (
    Line,
    doc_number,
    is_blank,
    is_date_line,
    is_org,
    is_signer,
    letterhead,
    numbers_in,
    publication_line,
    serial_number,
    split_lines,
    teaser,
)
from rag.reading.openings import Extent, find_extents, is_stamp
from rag.reading.promulgation import proclaims, promulgation_of
from rag.reading.sentences import tidy
from rag.reading.titles import (
    derived_title,
    explained,
    full_place,
    issuer_in,
    kind_of,
    numbered_by,
    place_in,
    place_of,
    place_told,
    printed_title,
    short_place,
)
from rag.reading.validity import is_on_trial, states_trial_rule, validity_of, validity_of_explained
from rag.text.dates import find_date, whole_date
from rag.text.normal import fold
from rag.text.spans import Excerpt, Span

_PUBLISHED = re.compile(
    r"(?:(?:发布|公开|生成|更新)(?:日期|时间)|(?<![\u4e00-\u9fff])(?:日期|时间)):\s*(?P<date>[\d年月日/.-]{8,11})"
)
_PUBLISHER = re.compile(
    r"(?:来源|(?:发布|发文|公开|制定|颁布)(?:机构|机关|单位))\s*:\s*(?P<org>[\u4e00-\u9fff]{3,40})|^(?P<before>[\u4e00-\u9fff]{4,30})\s*[12]\d{3}[-/.]"
)
_KEEPER = re.compile(
    r"主办(?:单位)?\s*[:\s]\s*(?P<org>[\u4e00-\u9fff]{4,40})|位置\s*[:>]\s*(?P<site>[\u4e00-\u9fff]{2,20}?)(?:政务服务网|门户网站|网站)"
)
_TITLED = re.compile(
    r"^[•\-● ]*(?:(?:文件|信息)?名\s?称|标\s?题)\s*:\s*(?P<value>[^:]{4,100}?)(?=\s+[^\s:]{2,6}:|$)"
)
_MADE_ON = re.compile(r"(?:成文|发文|签发)(?:日期|时间)\s*:\s*(?P<value>[\d年月日/.-]{8,11})")
_PRINTED_ON = re.compile(r"(?:[\u4e00-\u9fff]{4,30}\s*)?(?P<day>[12]\d{3}年\d{1,2}月\d{1,2}日)\s*印发")
_NUMBER_BEHIND = re.compile(r"\([\u4e00-\u9fff]{2,10}[〔\[(][12]\d{3}[〕\])]\d{1,4}号\)$")
_PAGE_INFORMATION_REACH = 4  # lines below the title
_NUMBER_LINE = 40  # characters of a line below a title that is a number with its series
_FOOT = 8  # lines over it and at its end in which a page says who keeps it
_TOLD = 6000  # characters at its beginning in which a document names where it holds
_SIGNATURE = 100  # characters that the authorities and the day have on one line at most
_OPENING = 2000  # an opening paragraph says what it opens within so many characters


@dataclass(frozen=True, slots=True)
class Document:
    """One notice with everything it encloses.

    Lines are 1-based and inclusive; dates are ISO (YYYY-MM-DD) or None where the text states none.
    """

    id: str
    source: str
    start_line: int
    end_line: int
    span: Span
    title: str
    title_printed: bool
    number: str | None
    issuer: str | None
    jurisdiction: str | None
    kind: str | None
    signed_on: str | None
    published_on: str | None
    valid_from: str | None
    valid_until: str | None
    implied_until: str | None = None
    """When it lapses by implication only (a plan for 2022; trial rules), never mixed with `valid_until`."""
    implied_reason: str | None = None
    replaces: tuple[str, ...] = ()
    amends: tuple[str, ...] = ()
    """What it changes in part, by number or title."""
    replaced_by: str | None = None
    amended_by: str | None = None
    explains: str | None = None
    """For an explainer: the number or title of the document it explains."""
    revised_on: str | None = None
    """When its text was last revised, as far as its head says so."""
    draft: bool = False

    @property
    def dated(self) -> str | None:
        """When it was signed, or else published."""
        return self.signed_on or self.published_on

    @property
    def year(self) -> int:
        """The year it is dated; 0 where it has no date."""
        return int((self.dated or "0")[:4])


@dataclass(frozen=True, slots=True)
class Furniture:
    """A piece of the file that belongs to no passage, and what it is."""

    span: Span
    kind: str


@dataclass(frozen=True, slots=True)
class Body:
    """The lines of one document that passages are made of, furniture already taken out.

    It keeps where they stand, not the lines: those of all documents of a large bulletin would be its text once more.
    """

    document: Document
    header: int
    """How many of the lines are the head: issuer, title, number."""
    text: str | Excerpt = field(repr=False)
    """The bulletin's, or of it what this document takes."""
    _places: array[int] = field(repr=False)
    """Of each line its number, its start and its end."""

    @classmethod
    def of(cls, document: Document, header: int, text: str | Excerpt, lines: Iterable[Line]) -> Body:
        """The body of a document of a text that consists of some lines."""
        places = array("q", (at for line in lines for at in (line.number, line.start, line.end)))
        return cls(document, header, text, places)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Its lines, made anew each time."""
        thirds = iter(self._places)
        return tuple(
            Line(number, start, end, self.text[start:end])
            for number, start, end in zip(thirds, thirds, thirds, strict=True)
        )

    def apart(self) -> Body:
        """The same with no more of the text than the document takes, as it goes to another process."""
        start, end = self.document.span
        return replace(self, text=Excerpt(self.text[start:end], start))


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One file as read: its text, its documents and everything in it that is none."""

    name: str
    text: str
    encoding: str
    documents: tuple[Document, ...]
    furniture: tuple[Furniture, ...]
    bodies: tuple[Body, ...]
    """What the chunker needs, one for each document and in their order."""
    warnings: tuple[str, ...] = ()


def stable_id(*parts: object) -> str:
    """A short name for a place in a source, the same on every machine and in every run."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:12]


def read_bulletin(path: Path) -> Bulletin:
    """Read one bulletin file: UTF-8, or another encoding of Chinese, with a warning.

    :raises BulletinError: if the file cannot be read, is empty or is no text.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BulletinError(
            f"{path}: cannot be read ({error.strerror}). Give the path of a text file."
        ) from error
    text, encoding, warnings = _decode(raw, path)
    del raw  # a bulletin may have tens of megabytes
    return replace(bulletin_of(path.name, text), encoding=encoding, warnings=warnings)


def bulletin_of(name: str, text: str) -> Bulletin:
    """The bulletin of a name that a decoded text is.

    :raises BulletinError: if nothing is in it.
    """
    lines = split_lines(text)
    if not lines:
        raise BulletinError(
            f"{name}, line 1: the file is empty; expected the text of a bulletin. Leave it out."
        )
    extents, marked = find_extents(lines)
    documents = _with_places([_describe(name, lines, extent, marked) for extent in extents], lines, extents)
    documents = _with_trial_rules(documents, lines, extents)
    bodies = tuple(
        Body.of(
            document,
            _head(extent, marked),
            text,
            (lines[i] for i in range(extent.start, extent.end) if i not in marked),
        )
        for document, extent in zip(documents, extents, strict=True)
    )
    return Bulletin(
        name=name,
        text=text,
        encoding="utf-8",
        documents=tuple(documents),
        furniture=_furniture(text, lines, marked),
        bodies=bodies,
    )


def _furniture(text: str, lines: Sequence[Line], marked: dict[int, str]) -> tuple[Furniture, ...]:
    """The lines that are furniture, and the markup that stands around lines."""
    pieces = [Furniture((lines[i].start, lines[i].end), kind) for i, kind in marked.items()]
    at = 0
    for start, end in chain(((line.start, line.end) for line in lines), [(len(text), len(text))]):
        if not is_blank(text[at:start]):
            pieces.append(Furniture((at, start), "markup"))
        at = end
    return tuple(sorted(pieces, key=lambda piece: piece.span))


def _head(extent: Extent, marked: dict[int, str]) -> int:
    return sum(1 for index in range(extent.start, extent.head_end) if index not in marked)


def _decode(raw: bytes, path: Path) -> tuple[str, str, tuple[str, ...]]:
    decoded = decode(raw, path)
    if escaped(decoded.text):
        raise BulletinError(
            f"{path}: found JSON whose characters are written as escapes (\\u8fd9); nobody could read a place in it. "
            f"Put it in with `python -m rag add {path.name}`, which writes it out."
        )
    if decoded.encoding == "utf-8":
        return decoded.text, decoded.encoding, ()
    said = f"{path.name} is not UTF-8 and was read as {decoded.encoding.upper()}; places count its decoded characters."
    return decoded.text, decoded.encoding, (said,)


# --- one document, described ---


@dataclass(frozen=True, slots=True)
class _Name:
    """What a document is called and who speaks in it."""

    title: str
    printed: bool
    kind: str | None
    issuer: str | None
    place: str | None
    explains: str | None = None


def _describe(source: str, lines: Sequence[Line], extent: Extent, marked: dict[int, str]) -> Document:
    """The record of one document, its district still as its own issuer names it."""
    paragraphs = [lines[i].text for i in range(extent.head_end, extent.end) if i not in marked]
    signers, signed_on = _signature(paragraphs)
    made = promulgation_of(paragraphs)
    said = _page_information(lines, extent, marked)
    signed_on = signed_on or made.on or whole_date(_told(said, _MADE_ON) or "")
    publisher = made.issuer or _publisher(said)
    speakers = signers or ([publisher] if publisher else [])
    name = (
        _explainer(lines, extent, paragraphs, speakers)
        if extent.explainer
        else _name(lines, extent, paragraphs, speakers, _told(said, _TITLED))
    )
    proclaimed = proclaims(name.title, paragraphs)
    validity = (
        validity_of_explained(name.title)
        if extent.explainer
        else validity_of(paragraphs, name.title, signed_on)
    )
    printed = [i for i in range(extent.start, extent.end) if i not in marked or i == extent.listing]
    first, last = lines[printed[0]], lines[printed[-1]]
    return Document(
        id=stable_id(source, first.start),
        source=source,
        start_line=first.number,
        end_line=last.number,
        span=(first.start, last.end),
        title=proclaimed or name.title,
        title_printed=name.printed,
        number=_number(lines, extent, marked, name.title) or made.number,
        issuer=name.issuer,
        jurisdiction=name.place,
        kind=(kind_of(proclaimed) if proclaimed else None) or name.kind,
        signed_on=signed_on,
        published_on=_published(lines, extent, marked) or made.published_on,
        valid_from=validity.valid_from,
        valid_until=validity.valid_until,
        implied_until=validity.implied_until,
        implied_reason=validity.implied_reason,
        replaces=validity.replaces,
        amends=validity.amends,
        replaced_by=validity.replaced_by,
        amended_by=validity.amended_by,
        explains=name.explains,
        revised_on=made.revised_on,
        draft=not extent.explainer and is_draft(name.title, paragraphs),
    )


def _name(
    lines: Sequence[Line],
    extent: Extent,
    paragraphs: Sequence[str],
    signers: Sequence[str],
    told: str | None,
) -> _Name:
    """The name in a listing entry or a head; one made from the first paragraph where neither prints any.

    :param told: What the page says that the title is.
    """
    named = (org for i in extent.issuers for org in (letterhead(lines[i].text) or lines[i].text).split())
    heads = list(
        dict.fromkeys(named)
    )  # letterhead paper names the issuer once more over the title, or more fully
    heads = [org for org in heads if not any(org != other and org.endswith(other) for other in heads)]
    issuer = "、".join(heads) or None
    listed = teaser(lines[extent.listing].text) if extent.listing is not None else None
    title = listed[0] if listed else printed_title(heads, [lines[i].text for i in extent.titles])
    if title is None and told:
        title = printed_title(heads, [told])
    printed = title is not None
    if title is None:
        issuer = issuer or "、".join(signers) or None
        title, kind = derived_title(_opening(paragraphs) or lines[extent.start].text, issuer)
    else:
        raw = listed[0] if listed else " ".join(lines[i].text for i in extent.titles) or title
        issuer = issuer or issuer_in(raw) or issuer_in(title) or "、".join(signers) or None
        # 云台县教育局 signs what its title says is of 教育局
        issuer = next((org for org in signers if issuer and org.endswith(issuer)), issuer)
        kind = kind_of(title)
    return _Name(title, printed, kind, issuer, place_of(issuer) if issuer else None)


def _explainer(
    lines: Sequence[Line], extent: Extent, paragraphs: Sequence[str], speakers: Sequence[str]
) -> _Name:
    """The name of an explainer, as printed or after what it says it explains; of a press talk also who speaks."""
    title = printed_title((), [lines[i].text for i in extent.titles])
    opening = ((_opening(paragraphs) or "") if title else lines[extent.start].text)[:_OPENING]
    about = explained(title if title and "《" in title else opening)
    kind = (kind_of(title) if title else None) or ("答记者问" if "记者" in opening else "解读")
    issuer = about.issuer or next(iter(speakers), None) if kind == "答记者问" else next(iter(speakers), None)
    place = place_of(said) if (said := about.issuer or issuer) else None
    name = title or f"{about.title or ''}{kind}"
    return _Name(name, title is not None, kind, issuer, place, about.number or about.title)


def _number(lines: Sequence[Line], extent: Extent, marked: dict[int, str], title: str) -> str | None:
    """The number in the head, or the one that the page says it has: 发文字号：青政发〔2024〕3号.

    A number without a series is that of its title: 青山市人民政府令第25号.
    """
    if extent.number is not None:
        text = lines[extent.number].text
        serial = serial_number(text)
        short = tidy(title) if title.endswith(("令", "公告", "通告")) and "关于" not in title else ""
        if serial and "届" in serial:  # as a congress numbers what it proclaims: 公告（十届第21号）
            serial = f"（{serial}）" if short else serial
        return doc_number(text) or numbered_by(title) or (f"{short}{serial}" if serial else None)
    if numbered := numbered_by(title):
        return numbered
    if tail := _NUMBER_BEHIND.search(fold(title)):  # …的通知(岳办发〔2017〕2号)
        return numbers_in(tail[0])[0][0]
    below = lines[extent.head_end].text if extent.head_end < extent.end else ""
    if len(below) <= _NUMBER_LINE and (numbered := numbered_by(below)):  # 财政部公告2022年第28号
        return numbered
    found = (numbers_in(text) for text in _page_information(lines, extent, marked))
    return next((numbers[0][0] for numbers in found if numbers), None)


def _page_information(lines: Sequence[Line], extent: Extent, marked: dict[int, str]) -> list[str]:
    """What a site prints about a page, above the text or right below its title."""
    first = extent.start
    while first and marked.get(first - 1) in ("page information", "site navigation", "page title"):
        first -= 1
    end = extent.head_end + _PAGE_INFORMATION_REACH
    while marked.get(end) == "page information":
        end += 1
    said: list[str] = []
    for i in range(first, min(end, extent.end)):
        if marked.get(i) != "page information":
            continue
        label = bool(said) and fold(said[-1]).endswith(":") and not fold(lines[i].text).endswith(":")
        said[-1:] = [said[-1] + lines[i].text] if label else [*said[-1:], lines[i].text]
    return said


def _published(lines: Sequence[Line], extent: Extent, marked: dict[int, str]) -> str | None:
    """The day that a listing entry, the line of its own that closes one, or the page itself gives."""
    listed = teaser(lines[extent.listing].text) if extent.listing is not None else None
    if listed:
        return listed[1]
    closing = filter(None, (publication_line(line.text) for line in lines[extent.start : extent.end]))
    said = (_PUBLISHED.search(fold(text)) for text in _page_information(lines, extent, marked))
    dates = (find_date(match["date"]) for match in said if match)
    stamps = (find_date(fold(text)) for text in _page_information(lines, extent, marked) if is_stamp(text))
    return next(closing, None) or next((date[0] for date in (*dates, *stamps) if date), None)


def _signature(paragraphs: Sequence[str]) -> tuple[list[str], str | None]:
    """The authorities that sign first in a document, and the date they sign on."""
    for index, text in enumerate(paragraphs):
        if (
            index
            and (is_date_line(text) or _PRINTED_ON.fullmatch(fold(text)))
            and (is_org(paragraphs[index - 1]) or is_signer(paragraphs[index - 1]))
        ):
            first = index
            while first and (is_org(paragraphs[first - 1]) or is_signer(paragraphs[first - 1])):
                first -= 1
            signers = [org for line in paragraphs[first:index] if is_org(line) for org in line.split()]
            printed = _PRINTED_ON.fullmatch(fold(text))
            return signers, whole_date(printed["day"] if printed else text)
    for text in paragraphs[1:]:  # on one line, in brackets or not: (青山市民政局 2026年1月8日)
        orgs, _, day = fold(text).strip("() ").rpartition(" ") if len(text) <= _SIGNATURE else ("", "", "")
        if is_date_line(day) and is_org(orgs):
            return orgs.split(), whole_date(day)
    alone = next((text for text in paragraphs if is_date_line(text)), None)
    printed = next(
        (match for text in reversed(paragraphs) if (match := _PRINTED_ON.fullmatch(fold(text)))), None
    )
    day = alone or (printed["day"] if printed else "")
    return [], whole_date(day)


def _told(page_information: Iterable[str], label: re.Pattern[str]) -> str | None:
    """What a page says of itself behind a label, as it is printed."""
    for text in page_information:
        if match := label.search(fold(text)):
            return text[slice(*match.span("value"))].strip()
    return None


def _publisher(page_information: Sequence[str]) -> str | None:
    """The authority that a page names as its source or publisher, in a label or before the day it was made."""
    for text in page_information:
        match = _PUBLISHER.search(fold(text))
        named = match and (match["org"] or match["before"])
        if named and is_org(named):
            return str(named)
    return None


def _opening(paragraphs: Sequence[str]) -> str | None:
    """The first paragraph after the addressee."""
    return next(
        (text[:_OPENING] for text in paragraphs if len(text) > 60 or not fold(text).endswith(":")), None
    )


def _with_places(
    documents: list[Document], lines: Sequence[Line], extents: Sequence[Extent]
) -> list[Document]:
    """Complete districts: by the fullest name the bulletin has, and by the text where no issuer is named."""
    named = Counter(d.jurisdiction for d in documents if d.jurisdiction and d.jurisdiction != "全国")
    known = [place for place, _ in named.most_common() if _completed(place, named) == place]
    home = known[0] if known else None
    completed = []
    for document, extent in zip(documents, extents, strict=True):
        place = document.jurisdiction
        if place is None:
            text = document.title + "".join(
                lines[i].text for i in range(extent.start, min(extent.start + 12, extent.end))
            )
            place = next((name for name in known if name in text), None) or next(
                (name for name in known if short_place(name) in text), place_in(document.title)
            )
            place = place or place_told(_beginning(lines, extent)) or _place_of_keeper(lines, extent)
        elif place.endswith(("镇", "乡", "街道")) and home and not place.startswith(home[:2]):
            place = home + place
        else:
            place = _completed(place, known)
            titled = place_in(document.title) or ""
            place = titled if titled.endswith(place) else place
        completed.append(replace(document, jurisdiction=place))
    return completed


def _place_of_keeper(lines: Sequence[Line], extent: Extent) -> str | None:
    """The district of the authority that keeps the page, as a site prints it over the text or below."""
    over = lines[max(0, extent.start - _FOOT) : extent.start + 1]
    for line in (*over[::-1], *lines[max(extent.start, extent.end - _FOOT) : extent.end]):
        match = _KEEPER.search(fold(line.text))
        if match and (match["site"] or is_org(match["org"])):
            return place_of(match["site"] or match["org"])
    return None


def _beginning(lines: Sequence[Line], extent: Extent) -> str:
    """The first lines of a document, as many as say where it holds."""
    shown, size = [], 0
    for line in lines[extent.start : extent.end]:
        shown.append(line.text)
        size += len(line.text)
        if size > _TOLD:
            break
    return "\n".join(shown)[:_TOLD]


def _with_trial_rules(
    documents: list[Document], lines: Sequence[Line], extents: Sequence[Extent]
) -> list[Document]:
    """Name the district's own rule on 暂行 and 试行, where the bulletin has it, as the reason they lapse."""
    rules = {
        document.jurisdiction: document.number or document.title
        for document, extent in zip(documents, extents, strict=True)
        if any(states_trial_rule(lines[i].text) for i in range(extent.start, extent.end))
    }
    return [
        replace(d, implied_reason=f"{d.implied_reason}（{rules[d.jurisdiction]}）")
        if d.implied_reason and is_on_trial(d.title) and d.jurisdiction in rules
        else d
        for d in documents
    ]


def _completed(place: str, known: Iterable[str]) -> str:
    """A district by the fullest name known for it: 临港区 is 临沂临港经济开发区, 兰山区 is 临沂市兰山区."""
    full = full_place(place, known)
    return next((name for name in known if short_place(name) == place and name != place), full)
