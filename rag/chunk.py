"""Documents become passages: articles, items, table rows, each with its heading path and its exact places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.corpus import Span

UnitKind = Literal["heading", "sentence", "item", "row", "meta"]


@dataclass(frozen=True, slots=True)
class Unit:
    """The least that is worth quoting: a sentence, a list item, a table row, a heading, a signature."""

    kind: UnitKind
    spans: tuple[Span, ...]
    """Raw places; several where a page break was cut out."""
    reading: str
    """Clean text for people: rejoined, without residue; a row reads 'header：cell；header：cell'."""
    lead: tuple[Span, ...] = ()
    """Place of the sentence that introduces the list this item belongs to."""
    flags: tuple[str, ...] = ()
    """'doubtful' (a torn table row), 'spam' (injected words were masked)."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One passage. `text == "".join(source[s:e] for s, e in spans)`: verbatim, always."""

    id: str
    document: str
    source: str
    spans: tuple[Span, ...]
    path: tuple[str, ...]
    """Enclosure › chapter › section › article, without the document's own title."""
    text: str
    units: tuple[Unit, ...]
