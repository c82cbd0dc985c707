"""Which documents of a collection were replaced or amended by later ones, told by what those say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from rag.reading.corpus import Document
from rag.reading.lines import TITLED, squeeze_blanks, titled_in
from rag.text.normal import fold

_TITLED = re.compile(TITLED)
_INNER = str.maketrans("〈〉", "《》")


def joined(documents: Iterable[Document]) -> dict[str, Document]:
    """The documents by their id, each that a later one of them repeals or amends with that one's number or title.

    A document is meant by its number, by its title or by the title of what it encloses; one that its own text says
    was replaced keeps what it says. Versions of one title are told apart by when they were signed.
    """
    known = list(documents)
    named: dict[str, list[Document]] = defaultdict(list)
    for document in known:
        for name in _names(document):
            named[name].append(document)
    over = _older_versions(known)
    changed: dict[str, str] = {}
    for document in known:
        for amended in document.amends:
            for old in named.get(_plain(amended), ()):
                if old.id != document.id and _before(old, document):
                    changed[old.id] = document.number or document.title
        for repealed in document.replaces:
            for old in named.get(_plain(repealed), ()):
                if old.id != document.id and _before(old, document):
                    over[old.id] = document.number or document.title
    return {
        document.id: replace(
            document,
            replaced_by=document.replaced_by or over.get(document.id),
            amended_by=document.amended_by or changed.get(document.id),
        )
        for document in known
    }


def _older_versions(documents: Iterable[Document]) -> dict[str, str]:
    """The older versions of texts that were revised, by their ids, with what names the newest: its number or title."""
    versions: dict[tuple[str, str | None], list[Document]] = defaultdict(list)
    for document in documents:
        versions[_plain(document.title), document.jurisdiction].append(document)
    older: dict[str, str] = {}
    for of_one in versions.values():
        newest = max(of_one, key=lambda one: one.revised_on or "")
        for old in of_one:
            stands = old.revised_on or old.dated
            if newest.revised_on and stands and stands < newest.revised_on:
                older[old.id] = newest.number or newest.title
    return older


def _names(document: Document) -> set[str]:
    title = document.title.translate(_INNER)
    enclosed = titled_in(title) if "关于" in title and not document.explains else []
    return {_plain(name) for name in (document.number, title, *enclosed) if name}


def _plain(name: str) -> str:
    """A number or a title in one form, without the marks of a title around it."""
    plain = squeeze_blanks(fold(name.translate(_INNER)))
    return plain[1:-1] if _TITLED.fullmatch(plain) else plain


def _before(old: Document, new: Document) -> bool:
    """Whether one document is the earlier: by the day it was signed or published, else by its number's alone."""
    days = [old.revised_on or old.dated or old.valid_from, new.dated or new.valid_from]
    if days[0] and days[1]:
        return days[0] < days[1]
    return bool(old.number) and old.number in (*new.replaces, *new.amends)
