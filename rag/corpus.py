"""A bulletin file becomes documents: where each begins and ends, what it is called, when it holds."""

from __future__ import annotations

from dataclasses import dataclass

Span = tuple[int, int]
"""Half-open code-point offsets into a bulletin's decoded text."""


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
    replaced_by: str | None = None
    amended_by: str | None = None
    explains: str | None = None
    """For an explainer: the number or title of the document it explains."""
