"""Another city is another city: questions about our districts asked of cities that the bulletins do not cover.

Each fact of the test part whose question names one of our districts is asked again with another city's name in its
place. The bulletins answer none of these; whoever answers from them must at least say whose document it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from eval.measure import Result
from eval.questions import Question, Unanswerable

CITIES = {"zh": ("上海", "青岛"), "en": ("Shanghai", "Qingdao")}
"""Bare names, as people type them."""
_OURS = {
    "zh": re.compile(r"(?:临沂市?)?(?:兰山区|临港区|临沂临港经济开发区)|临淄区|临沂市?"),
    "en": re.compile(r"\b(?:Lanshan|Lingang|Linzi|Linyi)\b"),
}
_SAYS = "other_district"
"""The notice that says that the document is another place's."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of questions moved to one city."""

    city: str
    asked: int
    refused: int
    told: int
    """Answered with a notice that the document is another place's."""

    @property
    def without_a_word(self) -> int:
        """Answered as if the other city had been asked about."""
        return self.asked - self.refused - self.told


def moved(questions: Sequence[Question]) -> list[Question]:
    """The questions of facts that name a district of ours, asked of each other city."""
    found = []
    for question in questions:
        language = "en" if question.way == "en" else "zh"
        if question.fact is None or question.history or not _OURS[language].search(question.text):
            continue
        for city in CITIES[language]:
            text = _OURS[language].sub(city, question.text)
            nowhere = Unanswerable(
                f"{question.of}@{city}", "other_place", text, text, "asked of another city"
            )
            found.append(Question(f"{nowhere.id}:{question.way}", question.way, text, None, nowhere))
    return found


def count(results: Sequence[Result]) -> list[Moved]:
    """What became of them, by city."""
    by_city: dict[str, list[Result]] = {}
    for result in results:
        by_city.setdefault(result.of.rpartition("@")[2], []).append(result)
    return [
        Moved(
            city,
            len(some),
            sum(one.refused for one in some),
            sum(not one.refused and _SAYS in one.given for one in some),
        )
        for city, some in by_city.items()
    ]


def table(results: Sequence[Result]) -> str:
    """The counts as Markdown, and the questions answered without a word."""
    counts = count(results)
    lines = ["| asked of | questions | refused | told it is another place's | answered without a word |"]
    lines += ["|---|" + "---:|" * 4]
    lines += [
        f"| {one.city} | {one.asked} | {one.refused} | {one.told} | {one.without_a_word} |" for one in counts
    ]
    silent = [one for one in results if not one.refused and _SAYS not in one.given]
    return "\n".join([*lines, "", *(f"- {one.question}" for one in silent)])
