"""The evaluation set: facts asked in three ways, and questions the bulletins do not answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import msgspec

from rag.corpus import Span
from rag.errors import BulletinError

Way = Literal["zh", "zh_hard", "en"]
"""As a civil servant would ask, in everyday words that avoid the document's own, in English."""

Part = Literal["all", "dev", "test"]
WAYS: tuple[Way, ...] = get_args(Way)
FOLDER = Path(__file__).parent / "questions"
_WHITE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that a bulletin states.

    `evidence` are verbatim pieces of the bulletin, white space aside, that verify the answer. An answer is right
    when it holds, white space aside, one alternative of every group in `must`.
    """

    id: str
    file: str
    type: str
    evidence: tuple[str, ...]
    must: tuple[tuple[str, ...], ...]
    answer_zh: str
    answer_en: str
    q_zh: str
    q_zh_hard: str
    q_en: str
    difficulty: str

    def question(self, way: Way) -> str:
        """The question as asked in one of the three ways."""
        return {"zh": self.q_zh, "zh_hard": self.q_zh_hard, "en": self.q_en}[way]


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """A question that the bulletins do not answer, and why."""

    id: str
    q_zh: str
    q_en: str
    why: str

    def questions(self) -> tuple[tuple[Way, str], ...]:
        """The question in both languages."""
        return ("zh", self.q_zh), ("en", self.q_en)


def load_facts(part: Part = "all", folder: Path = FOLDER) -> list[Fact]:
    """The facts of one part of the set, by file and line."""
    facts = (msgspec.json.decode(line, type=Fact) for line in _lines(folder, "*.facts.jsonl"))
    return [fact for fact in facts if part in ("all", part_of(fact.id))]


def load_unanswerable(part: Part = "all", folder: Path = FOLDER) -> list[Unanswerable]:
    """The questions of one part that must be refused, by file and line."""
    asked = (msgspec.json.decode(line, type=Unanswerable) for line in _lines(folder, "*.unanswerable.jsonl"))
    return [one for one in asked if part in ("all", part_of(one.id))]


def part_of(question_id: str) -> Part:
    """'test' for questions that nothing was set or fitted on, 'dev' for the development questions."""
    return "test" if question_id.startswith("own-") else "dev"


def places(evidence: str, text: str) -> list[Span]:
    """Every place where a piece of evidence stands in a bulletin, white space aside, as offsets into `text`."""
    kept = [at for at, character in enumerate(text) if not character.isspace()]
    bare = "".join(text[at] for at in kept)
    wanted = without_space(evidence)
    found = []
    start = bare.find(wanted)
    while start >= 0:
        found.append((kept[start], kept[start + len(wanted) - 1] + 1))
        start = bare.find(wanted, start + 1)
    return found


def without_space(text: str) -> str:
    """A text less all white space."""
    return _WHITE.sub("", text)


def _lines(folder: Path, pattern: str) -> list[str]:
    files = sorted(folder.glob(pattern))
    if not files:
        raise BulletinError(f"No {pattern} in {folder}; expected the evaluation questions there.")
    return [line for file in files for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
