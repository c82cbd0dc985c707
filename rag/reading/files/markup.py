"""Pages of the web, and Markdown, become text: what an author wrote, a paragraph a line, tables as rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree, html
from markdown_it import MarkdownIt

from rag.errors import BulletinError
from rag.reading.files.grid import Cell, labelled, one_header, one_line, spread
from rag.reading.files.original import Aside, Read

_SILENT = frozenset(
    "script style noscript template iframe object svg math canvas video audio select option button input textarea "
    "head map".split()
)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code del dfn em font i img ins kbd label mark q rp rt ruby s samp small span "
    "strike strong sub sup time tt u var wbr".split()
)
_ASIDE = re.compile(
    r"(?<![a-z])(?:nav|navbar|menu|footer|foot|breadcrumbs?|crumbs?|position|location|share|bdshare\w*|sidebar|"
    r"copyright|pagination|pager|related|toolbar|search\w*|login|qrcode|ewm|print|close|friend\w*|banner)(?![a-z])",
    re.IGNORECASE,
)
_ASIDE_PART = 0.3  # what is called a menu and holds more of the page than that is none
_LINKED = 0.6  # a line with so much of it in links is a menu's
_LONGEST_LINK = 60
_FILE = re.compile(r"\.(?:docx?|xlsx?|pptx?|pdf|wps|et|ofd|rar|zip|txt|jpe?g|png)(?:$|[?#])", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_FRONT = re.compile(r"\A\ufeff?---\s*\n(.*?)\n(?:---|\.\.\.)\s*(?:\n|\Z)", re.DOTALL)
_META = {"ArticleTitle": "{}", "PubDate": "发布日期：{}", "ContentSource": "来源：{}"}
_BLANKS = " \t\r\n\f\v\xa0\u3000\u200b\ufeff"


@dataclass(slots=True)
class _Line:
    """A line being put together: its words, and how many of their characters stand in links."""

    aside: bool = False
    lead: str = ""
    """The number of a list item, which stands before its first words."""
    parts: list[str] = field(default_factory=list)
    linked: int = 0
    files: bool = False
    """Whether a link of it leads to a file, as those to enclosures do."""
    is_row: bool = False

    @property
    def text(self) -> str:
        if self.is_row:  # the tabs between its cells stay
            return "".join(self.parts)
        words = re.sub(r"[ \t\r\n\f\v\xa0]+", " ", "".join(self.parts)).strip(_BLANKS)
        return self.lead + words if words else ""


def read_html(text: str, path: Path, encoding: str) -> Read:
    """The text of a page of the web; its menus and its frame are set aside.

    :raises BulletinError: if nothing but menus is there.
    """
    root = _parsed(text, path)
    walk = _Walk(root)
    lines = list(walk.lines())
    kept = [line for line in lines if not (line.aside or _is_menu(line))]
    if not kept:
        raise BulletinError(
            f"{path}: the page holds links and no text of its own ({len(lines)} lines). "
            "Open the document it lists, save that page, and add it."
        )
    said = {line.text for line in kept}
    heads = [line for line in _meta(root) if line not in said and not any(line in other for other in said)]
    aside = tuple(Aside(None, line.text) for line in lines if line.aside or _is_menu(line))
    return Read("\n".join([*heads, *(line.text for line in kept)]) + "\n", "html", encoding, aside=aside)


def read_markdown(text: str, path: Path, encoding: str) -> Read:
    """The text of a Markdown file as it is meant to be read: without its signs, each line break kept."""
    front = _FRONT.match(text)
    parser = MarkdownIt("commonmark", {"breaks": True, "html": True}).enable(["table", "strikethrough"])
    parser.disable("code")  # four blanks before a Chinese paragraph are its indentation
    page = parser.render(text[front.end() if front else 0 :].lstrip("\ufeff"))
    lines = [line.text for line in _Walk(_parsed(f"<div>{page}</div>", path), whole=True).lines()]
    heads = [head for head in (_front(front.group(1)) if front else []) if head not in lines[:1]]
    return Read("\n".join([*heads, *lines]) + "\n", "md", encoding)


def declared_encoding(raw: bytes) -> str | None:
    """The encoding that a page says it is written in; GB2312 and GBK mean GB18030, which holds them."""
    found = _DECLARED.search(raw[:4096])
    name = found.group(1).decode("ascii", "replace").lower() if found else None
    return "gb18030" if name in ("gb2312", "gbk", "gb_2312-80", "gb18030") else name


def looks_like_html(text: str) -> bool:
    """Whether a text begins as a page of the web does."""
    return bool(
        re.match(
            r"[\s\ufeff]*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
            text[:4000],
            re.I | re.S,
        )
    )


def _parsed(text: str, path: Path) -> html.HtmlElement:
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise BulletinError(
            f"{path}: no page can be read from it ({error}). Save the page again, as HTML, and try once more."
        ) from error
    return root


def _meta(root: html.HtmlElement) -> list[str]:
    """What a page of a Chinese government says of itself in its head, as the state's guide for such pages lays down."""
    named = {element.get("name"): element.get("content") for element in root.iter("meta")}
    return [
        form.format(said.strip())
        for name, form in _META.items()
        if (said := named.get(name)) and said.strip()
    ]


def _front(block: str) -> list[str]:
    """Title and date of the head that some Markdown has."""
    named = dict(re.findall(r"^(\w+):\s*[\"']?(.+?)[\"']?\s*$", block, re.MULTILINE))
    forms = (("title", "{}"), ("date", "发布日期：{}"))
    return [form.format(named[name]) for name, form in forms if name in named]


def _is_menu(line: _Line) -> bool:
    words = len(line.text)
    return line.linked > _LINKED * words and words <= _LONGEST_LINK and not line.files


class _Walk:
    """Walks over a page and gives its lines."""

    def __init__(self, root: html.HtmlElement, *, whole: bool = False) -> None:
        self._root = root
        self._whole = whole
        self._all = max(len(root.text_content()), 1)
        self._line = _Line()
        self._aside = False

    @classmethod
    def of_cell(cls, cell: html.HtmlElement) -> Iterator[_Line]:
        """The lines of one cell."""
        walk = cls(cell, whole=True)
        yield from walk._inside(cell)
        yield from walk._broken()

    def lines(self) -> Iterator[_Line]:
        """The lines in order, without empty ones."""
        body = self._root.find("body")
        yield from self._inside(self._root if body is None else body)
        yield from self._broken()

    def _broken(self) -> Iterator[_Line]:
        """The line that ends here, if it has words."""
        if self._line.text:
            yield self._line
            self._line = _Line(self._aside)

    def _inside(self, element: html.HtmlElement) -> Iterator[_Line]:
        self._say(element.text, element)
        number = _start(element)
        for child in element:
            if isinstance(child.tag, str) and not self._is_silent(child):
                if child.tag in _INLINE:
                    yield from self._inside(child)
                else:
                    yield from self._block(
                        child, "" if number is None or child.tag != "li" else f"{number}. "
                    )
                    number = None if number is None else number + (child.tag == "li")
            self._say(child.tail, element)

    def _block(self, element: html.HtmlElement, lead: str) -> Iterator[_Line]:
        yield from self._broken()
        before, self._aside = self._aside, self._aside or self._is_aside(element)
        self._line.aside, self._line.lead = self._aside, self._line.lead or lead
        rows = _table(element) if element.tag == "table" else None
        if rows is not None:
            yield from (_Line(self._aside, parts=[row], is_row=True) for row in rows)
        else:
            yield from self._inside(element)
            yield from self._broken()
        self._aside = before
        self._line = _Line(before)

    def _say(self, words: str | None, element: html.HtmlElement) -> None:
        if not words:
            return
        link = next((one for one in (element, *element.iterancestors()) if one.tag == "a"), None)
        self._line.parts.append(words)
        if link is not None and link.get("href"):
            self._line.linked += len(words.strip(_BLANKS))
            self._line.files = self._line.files or bool(_FILE.search(link.get("href")))

    def _is_silent(self, element: html.HtmlElement) -> bool:
        hidden = element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "")
        return element.tag in _SILENT or bool(hidden)

    def _is_aside(self, element: html.HtmlElement) -> bool:
        if self._whole:
            return False
        names = f"{element.get('id') or ''} {element.get('class') or ''}"
        called = (
            element.tag in ("nav", "footer", "aside")
            or _ASIDE.search(names)
            or element.get("role") == "navigation"
        )
        return bool(called) and len(element.text_content()) < _ASIDE_PART * self._all


def _start(element: html.HtmlElement) -> int | None:
    """The number of the first item of a list that numbers its items."""
    if element.tag != "ol":
        return None
    start = element.get("start") or "1"
    return int(start) if start.isdigit() else 1


def _table(element: html.HtmlElement) -> list[str] | None:
    """The rows of a table; None where it only lays out a page."""
    if next(element.iterdescendants("table"), None) is not None:
        return None
    rows: list[list[Cell[str]]] = [
        [
            Cell(one_line(_words(cell)), _span(cell, "rowspan"), _span(cell, "colspan"))
            for cell in row
            if cell.tag in ("td", "th")
        ]
        for row in element.iter("tr")
    ]
    if max((sum(cell.columns for cell in row) for row in rows), default=0) < 2:
        return None
    caption = element.find("caption")
    said = [one_line(caption.text_content())] if caption is not None else []
    table = list(spread(row for row in rows if row))
    return said + list(
        labelled(one_header(table, lambda upper, lower: f"{upper or ''} {lower or ''}".strip()))
    )


def _words(cell: html.HtmlElement) -> str:
    """The words of a cell, its paragraphs parted by a blank."""
    return " ".join(line.text for line in _Walk.of_cell(cell))


def _span(cell: html.HtmlElement, name: str) -> int:
    stated = (cell.get(name) or "1").strip()
    return min(max(int(stated), 1), 200) if stated.isdigit() else 1
