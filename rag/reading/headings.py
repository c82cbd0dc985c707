"""The headings in force at a place of a document: one numbering, one depth."""

from __future__ import annotations

from dataclasses import dataclass

from rag.reading.lines import Mark

ITEM_KINDS = ("num", "paren_num", "half_num", "circle", "letter", "dash", "run_in", "bullet")
"""Kinds of marks and headings that items have, not sections."""
_SECTIONS = ("part", "chapter", "section", "article", "cn", "paren_cn")
_PASSING = ("box", "table", "run_in", "dash", "question")  # what ends where a section begins
_BOXES = ("box", "table")
_PARTS = ("title", "plan")


@dataclass(frozen=True, slots=True)
class Node:
    """A heading in force."""

    kind: str
    title: str | None
    serial: int
    """Tells two headings of the same wording apart."""
    depth: int = 1


class Headings:
    """The headings in force, the outermost first.

    A mark of a kind that is in force closes that heading and all below it; a mark of another kind goes one deeper.
    """

    def __init__(self) -> None:
        self._stack: list[Node] = []
        self._serial = 0
        self._beside_box: set[str] = set()
        """Kinds of the items that a box stands beside: their numbering goes on after it."""

    def __len__(self) -> int:
        """How many are in force."""
        return len(self._stack)

    @property
    def named(self) -> tuple[Node, ...]:
        """Those that have a title."""
        return tuple([node for node in self._stack if node.title])

    def push(self, kind: str, title: str | None, depth: int = 1) -> None:
        """Open a heading below those in force."""
        self._serial += 1
        self._stack.append(Node(kind, title, self._serial, depth))

    def enter(self, mark: Mark, title: str | None, within_table: bool = False) -> None:
        """Open the heading or item a mark begins, at the depth of its kind.

        :param within_table: Whether it is a row's, which closes nothing outside of its table.
        """
        if mark.kind == "decimal":
            places = [p for p, n in enumerate(self._stack) if n.kind == "decimal" and n.depth >= mark.depth]
        else:
            closes = (mark.kind, *_PASSING) if mark.kind in _SECTIONS else (mark.kind,)
            places = self._places(*closes)
        if mark.kind in self._beside_box:
            places += self._places(*_BOXES)
        if within_table:
            table = next((place + 1 for place in self._places("table")), 0)
            places = [place for place in places if place >= table]
        if places:
            del self._stack[min(places) :]
        if not self._places(*_BOXES):
            self._beside_box.clear()
        self.push(mark.kind, title, mark.depth)

    def open_box(self, kind: str, title: str) -> None:
        """Open a box or a table beside the items of a section, not below one; their numbering goes on after it."""
        items = self._places(*ITEM_KINDS, *_BOXES)
        if items:
            self._beside_box |= {node.kind for node in self._stack[items[0] :]}
            del self._stack[items[0] :]
        self.push(kind, title)

    def open_part(self, title: str) -> None:
        """Open what a notice encloses: nothing before it governs it."""
        self._stack.clear()
        self.push("title", title)

    def open_plan(self, title: str, of_several: bool) -> None:
        """Open a plan inside an enclosure, as deep as the last one called alike.

        :param of_several: Whether another plan's title stands right below: a group of plans begins.
        """
        plans = self._places("plan")
        outermost = 1 if self._stack and self._stack[0].kind == "title" else 0
        if not plans:
            depth = outermost
        elif len(self._stack) == plans[-1] + 1:  # right below another title
            depth = plans[-1] + 1
        elif of_several:
            depth = outermost
        else:
            alike = [place for place in plans if str(self._stack[place].title)[-1:] == title[-1:]]
            depth = (alike or plans)[-1]
        del self._stack[depth:]
        self.push("plan", title)

    def close(self, *kinds: str) -> None:
        """Close the headings of some kinds; what stands below them stays."""
        self._stack = [node for node in self._stack if node.kind not in kinds]

    def close_sections(self) -> None:
        """Close all but the titles of enclosures and plans."""
        del self._stack[sum(1 for node in self._stack if node.kind in _PARTS) :]

    def is_outside(self, mark: Mark, other: Mark) -> bool:
        """Whether a mark closes a heading that stands outside of where another mark stands or would."""
        kinds = [node.kind for node in self._stack]
        own = kinds.index(other.kind) if other.kind in kinds else len(kinds)
        return mark.kind in kinds[:own]

    def _places(self, *kinds: str) -> list[int]:
        return [place for place, node in enumerate(self._stack) if node.kind in kinds]
