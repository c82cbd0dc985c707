"""Raw text becomes sentences with their places, and clean text to read."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from itertools import pairwise

from rag.reading.lines import TAG, starts_with_surname
from rag.text.dates import han_number
from rag.text.normal import fold
from rag.text.spans import Span

_STOP = re.compile("[。！？!?；;](?:(?<=[；;])[；;]*|[。！？!?]*)")
_HALF_STOPS = "；;"
_CLOSERS = '”’）)》〉」』】"*'
_OPEN = {"“": "”", "（": "）", "(": ")", "《": "》", "「": "」", "‘": "’", "〈": "〉"}
_CLOSE = {close: opening for opening, close in _OPEN.items()}
_BRACKET = re.compile("[" + re.escape("".join([*_OPEN, *_CLOSE])) + "]")
_PAIR_REACH = 150  # a bracket whose partner is further off than this is taken for a stray one
_LONG = 90  # a sentence longer than this also ends at a semicolon
_NEXT_ITEM = re.compile(r"\s*(?:\d{1,2}[.、．](?!\d)|[（(][一二三四五六七八九十\d]{1,3}[)）]|[①-⑳])")
_NUMBERED = re.compile(r"(第[一二三四五六七八九十百零〇\d]{1,6}[编章节条])\s+(?=\S)")

_NUMERALS = "一二三四五六七八九十"
_OPENS = r"(?:(?<=^.)|(?<=[。;:!?\s].))"  # behind its first character: a search that begins with one is quick
_INLINE = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<circle>[\u2460-\u2473])",
        rf"(?P<n>\d{_OPENS}\d?)[.、](?!\d)",
        rf"\({_OPENS}(?P<n>\d{{1,2}})\)",
        rf"\({_OPENS}(?P<han>[{_NUMERALS}]{{1,3}})\)",
        rf"(?P<han>[{_NUMERALS}]{_OPENS}[{_NUMERALS}]?)是",
    )
)
"""Where an item of a list may begin inside a line: ①, 1., (1), (一), 一是. What is rare is looked for first."""
_MAY_LIST = re.compile(rf"\A[\d({_NUMERALS}\u2460-\u2473]|\u2460|1[.、]|\((?:1|一)\)|一是")
"""What every list holds: the first of its items, or a number that the text opens with."""

_HAN = "\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60“”‘’"
_SIGNS = ",;:!?()"
_BETWEEN_HAN = re.compile(
    rf"(?<=[{_HAN}])[ \t\u3000\xa0]+(?=[{_HAN}{_SIGNS}])|(?<=[{_SIGNS}])[ \t\u3000\xa0]+(?=[{_HAN}])"
)
_NEAR_HAN = re.compile(
    r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”])\s+|\s+(?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”])"
)
_BLANK = re.compile(r"\s")
_BULLET = re.compile(r"(?:[-•●]\s+|#{1,6}\s+|\s)+")
_CALL = "(?:直接进入|登录网址|最新网址|在线登录|注册开户|注册送|下载安装)"
_SPAM_CALL = re.compile(_CALL)
_SPAM = re.compile(
    r"[\u4e00-\u9fffA-Za-z0-9]{0,4}(?:官方网站|官网|官方入口|网页版|手机版|客户端|娱乐城|百家乐|博彩|棋牌)"
    rf"{_CALL}的?"
)
"""Words that only an advertisement puts together: the name of a site and the call to enter it."""
_UNCLEAN = re.compile(rf"[\s*<&]|{_CALL}")
"""What every text holds that reads otherwise than it is printed."""

_PERSON = re.compile(
    r"(?:[-•]\s+)?(?P<label>[\u4e00-\u9fff](?:\s?[\u4e00-\u9fff]){1,5}\s?:\s*)?"
    r"(?P<name>[\u4e00-\u9fff]\s[\u4e00-\u9fff]|[\u4e00-\u9fff]{2,4})\s+(?P<post>[\u4e00-\u9fff][^\s。;:?!]{2}[^。;:?!]{0,60})"
)

ROLE = re.compile(
    r"(?:总?指挥|副总?指挥|组\s*长|副组长|成\s*员|主\s*任|副主任|委\s*员|召集人|副召集人|联络员|负责人|法\s*人|秘书长|顾\s*问|常务副\S{2})\s*[::]\s*"
)
"""What a line of a name list opens with: 组 长:, 成 员:."""


def person_in(text: str) -> re.Match[str] | None:
    """The label, name and post of a line of a name list, (组 长:)王 伟 区政府副区长; None for other lines."""
    plain = fold(text).strip() if len(text) <= 90 else ""
    match = _PERSON.fullmatch(plain) if _BLANK.search(plain) else None
    return match if match and starts_with_surname(match["name"]) else None


def item_starts(text: str) -> list[int]:
    """Where the items of a list begin that is printed in one line: ①…②…, 1.…2.…, 一是…二是….

    Only numbers that count on from one (or from the number the text opens with) make a list.
    """
    return list(_item_starts(text))


@lru_cache(maxsize=64)  # asked for once more where the sentences become units
def _item_starts(text: str) -> tuple[int, ...]:
    folded = fold(text)
    if not _MAY_LIST.search(folded):
        return ()
    for pattern in _INLINE:
        starts: list[int] = []
        last = 0
        for match in pattern.finditer(folded):
            number = _number_of(match)
            if number == last + 1 or (not starts and match.start() == 0):
                starts.append(match.start())
                last = number
        if len(starts) > 1:
            return tuple(starts)
    return ()


def _number_of(match: re.Match[str]) -> int:
    groups = match.groupdict()
    if groups.get("circle"):
        return ord(groups["circle"]) - 0x245F
    return int(groups["n"]) if groups.get("n") else han_number(groups["han"])


def sentences(text: str) -> list[Span]:
    """The places of the sentences of a text, in order, covering all of it but the blanks around them.

    A sentence ends at 。！？ outside brackets and quotation marks, its closing marks included, at a semicolon
    where it is long or the next item of a list follows, and wherever an item of a list begins.
    """
    borders = item_starts(text)
    spans: list[Span] = []
    for first, last in pairwise([0, *(start for start in borders if start), len(text)]):
        spans.extend((first + start, first + end) for start, end in _sentences(text[first:last]))
    return spans


def _sentences(text: str) -> list[Span]:
    inside = _bracketed(text)
    spans: list[Span] = []
    start = 0
    for match in _STOP.finditer(text):
        at, end = match.span()
        while end < len(text) and text[end] in _CLOSERS:
            end += 1
        if inside[at]:  # the last sentence of a quotation ends with it
            stop = text[end - 1] in _CLOSE and "。" in match.group() and not (end < len(text) and inside[end])
        elif text[at] in _HALF_STOPS:
            stop = at - start >= _LONG or _NEXT_ITEM.match(text, end) is not None
        else:
            stop = True
        if stop:
            _add(spans, text, start, end)
            start = end
    _add(spans, text, start, len(text))
    return spans


def _add(spans: list[Span], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))


def _bracketed(text: str) -> bytearray:
    """For each character, whether it stands inside a pair of brackets or quotation marks."""
    inside = bytearray(len(text))
    stack: list[tuple[str, int]] = []
    for match in _BRACKET.finditer(text):
        character, at = match.group(), match.start()
        while stack and at - stack[0][1] > _PAIR_REACH:
            del stack[0]
        if character in _OPEN:
            stack.append((character, at))
            continue
        place = next((p for p in range(len(stack) - 1, -1, -1) if stack[p][0] == _CLOSE[character]), None)
        if place is not None:
            begin = stack[place][1]
            inside[begin : at + 1] = b"\1" * (at + 1 - begin)
            del stack[place:]
    return inside


def reading(text: str, keep_spaces: bool = False) -> tuple[str, bool]:
    """The text for people, and whether injected advertising was masked in it.

    Markdown and HTML residue, list bullets and white space between Han characters are taken out; with
    `keep_spaces` a blank between words stays (names and posts, several offices in one cell).
    """
    if not _UNCLEAN.search(text):
        return text, False
    clean, spam = _SPAM.subn("", text) if _SPAM_CALL.search(text) else (text, 0)
    clean = TAG.sub(" ", clean) if "<" in clean else clean
    clean = _unescaped(clean.replace("**", ""))
    bullet = _BULLET.match(clean)
    clean = clean[bullet.end() :] if bullet else clean
    person = person_in(clean) if not keep_spaces else None
    if person:
        clean = _person(clean.strip(), person)
    elif keep_spaces:
        clean = " ".join(clean.split())
    else:
        numbered = _NUMBERED.match(clean)
        label = f"{numbered.group(1)} " if numbered else ""
        rest = clean[numbered.end() if numbered else 0 :]
        clean = label + (" ".join(_BETWEEN_HAN.sub("", rest).split()) if _BLANK.search(rest) else rest)
    return clean.strip(), bool(spam)


def _unescaped(text: str) -> str:
    return html.unescape(text) if "&" in text else text


def _person(line: str, match: re.Match[str]) -> str:
    """A line of a name list with the names of two characters closed up and the post one blank away."""
    label = "".join(line[slice(*match.span("label"))].split()) if match["label"] else ""
    name = "".join(line[slice(*match.span("name"))].split())
    return f"{label}{name} {' '.join(line[slice(*match.span('post'))].split())}"


def tidy(text: str) -> str:
    """A title or a cell for reading: no white space beside Han characters, single spaces elsewhere."""
    return " ".join(_NEAR_HAN.sub("", text).split())
