"""What is known of a file as it came: kept beside its text, so that a citation can name the page of the original."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.text.spans import Span, shared

KINDS = ".txt, .md, .html, .json, .docx, .pdf, .ofd, .png, .jpg, .tif"
"""What can be read, for people."""

FileKind = Literal["txt", "md", "html", "json", "docx", "pdf", "ofd", "image"]
_READ_AS_TEXT: tuple[FileKind, ...] = ("txt", "md", "html", "json")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the original: its 1-based number, and where its text begins in the text of the whole."""

    number: int
    start: int
    confidence: float | None = None
    """How surely its characters were recognised, on average from 0 to 1; None where they were not recognised."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Recognised characters that may be read wrongly: their place, and how sure the least sure of them is."""

    span: Span
    confidence: float


@dataclass(frozen=True, slots=True)
class Aside:
    """What stands in the file and not in its text: a running head, a page number, a site's navigation."""

    page: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Read:
    """A file as read: the text that is indexed and cited, and what is known of it.

    `encoding` is that of a text file, None for others; `pages` is empty where the file has none.
    """

    text: str
    kind: FileKind
    encoding: str | None = None
    pages: tuple[Page, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    aside: tuple[Aside, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def recognised(self) -> bool:
        """Whether any of it was recognised from a picture."""
        return any(page.confidence is not None for page in self.pages)


def percent(part: float) -> str:
    """How sure a recognition is, for people; never more than 99.9 %, for none is certain.

    >>> percent(0.9996), percent(0.87)
    ('99.9%', '87.0%')
    """
    return f"{min(part, 0.999):.1%}"


@dataclass(frozen=True, slots=True)
class Original:
    """The original of a text in the collection: its file, and what reading it found. Kept beside the file, as JSON."""

    file: str
    """Its name."""
    kind: FileKind
    digest: str
    """Of the text made of it: what it is found by."""
    encoding: str | None = None
    pages: tuple[Page, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    aside: tuple[Aside, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether it is a text that a browser shows, and finds words in."""
        return self.kind in _READ_AS_TEXT

    @property
    def sure(self) -> float | None:
        """How surely its pages were recognised, on average; None where none was."""
        read = [page.confidence for page in self.pages if page.confidence is not None]
        return sum(read) / len(read) if read else None

    @property
    def sure_in_words(self) -> str:
        """The same for people; empty where nothing was recognised."""
        return percent(self.sure) if self.sure is not None else ""

    def page_of(self, place: int) -> Page | None:
        """The page on which a place of the text stands; None where the original has no pages."""
        found = bisect_right(self.pages, place, key=lambda page: page.start) - 1
        return self.pages[found] if found >= 0 else None

    def doubts_in(self, spans: Sequence[Span]) -> list[Doubt]:
        """The doubtful characters inside some places."""
        return [doubt for doubt in self.doubts if shared(spans, doubt.span)]
