"""Where somebody lives: the districts that documents are of, offered a few at a time, and the one that was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from rag.index import Index
from rag.text.places import NATION

COOKIE = "bulletin-district"
"""Keeps where somebody lives, in the browser."""
FEW = 30
"""Districts that are a list to choose from; of more some are offered, and the others looked for by name."""


def districts(index: Index, words: str = "", most: int = FEW) -> list[str]:
    """The districts that documents are of whose names hold some words, those of the most documents first."""
    found = index.store.catalogue.districts(words, most + 1)
    return [one for one in found if one != NATION][:most]


def are_few(index: Index) -> bool:
    """Whether there are so few districts that one chooses from a list of all of them."""
    return len(districts(index, most=FEW + 1)) <= FEW


def district_of(cookies: Mapping[str, str], index: Index) -> str:
    """The district that somebody chose, if documents are of it; "" otherwise."""
    chosen = unquote(cookies.get(COOKIE, ""))
    return chosen if chosen != NATION and chosen in index.store.catalogue.counts("district") else ""
