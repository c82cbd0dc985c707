"""The evaluation set: facts asked in three ways, questions the bulletins do not answer, and conversations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeVar, get_args

import msgspec

from rag.errors import BulletinError
from rag.text.spans import Span

Way = Literal["zh", "zh_hard", "en"]
"""As a civil servant would ask, in everyday words that avoid the document's own, in English."""

Part = Literal["all", "dev", "test", "residents"]
PARTS: tuple[Part, ...] = ("test", "residents", "dev")
"""The parts of the set, those to judge by first."""
WAYS: tuple[Way, ...] = get_args(Way)
FOLDER = Path(__file__).parent / "questions"
VALID_ON = date(2026, 6, 1)
"""The day by which the set says what has expired and what has passed; answers are judged on it."""
_Form = TypeVar("_Form", "Fact", "Unanswerable", "Conversation")
_WHITE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that a bulletin states.

    `evidence` are verbatim pieces of the bulletin, white space aside, that verify the answer. An answer is right
    when it holds, white space aside, one alternative of every group in `must`.
    """

    id: str
    file: str
    doc: str
    type: str
    evidence: tuple[str, ...]
    must: tuple[tuple[str, ...], ...]
    answer_zh: str
    answer_en: str
    q_zh: str
    q_zh_hard: str
    q_en: str
    difficulty: str
    notices: tuple[str, ...] | None = None
    """Kinds of notice owed with an answer on VALID_ON; None where nobody noted them."""
    parts: tuple[tuple[tuple[str, ...], ...], ...] = ()
    """Of a question of several parts: what each requires, as `must` does; nothing where the bulletin does not state
    the part, which an answer must say."""

    def question(self, way: Way) -> str:
        """The question as asked in one of the three ways."""
        return {"zh": self.q_zh, "zh_hard": self.q_zh_hard, "en": self.q_en}[way]


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """A question that the bulletins do not answer, of what kind it is, and why."""

    id: str
    kind: str
    q_zh: str
    q_en: str
    why: str

    def questions(self) -> tuple[tuple[Way, str], ...]:
        """The question in both languages."""
        return ("zh", self.q_zh), ("en", self.q_en)


@dataclass(frozen=True, slots=True)
class Turn:
    """What is asked at one point of a conversation, in both languages."""

    q_zh: str
    q_en: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """Two questions, the second of which is understood only after the first; the fact answers the second."""

    id: str
    file: str
    first: Turn
    second: Turn
    evidence: tuple[str, ...]
    must: tuple[tuple[str, ...], ...]
    answer_zh: str
    answer_en: str

    def fact(self) -> Fact:
        """The fact that the second question asks for, by the name of the conversation."""
        second = self.second
        return Fact(
            self.id,
            self.file,
            "",
            "conversation",
            self.evidence,
            self.must,
            self.answer_zh,
            self.answer_en,
            second.q_zh,
            second.q_zh,
            second.q_en,
            "",
        )


@dataclass(frozen=True, slots=True)
class Question:
    """One question as it is put to a system, and what is known of its answer."""

    id: str
    """Of the fact or unanswerable question, and the way of asking after a colon."""
    way: Way
    text: str
    fact: Fact | None
    """None: the bulletins do not answer it."""
    unanswerable: Unanswerable | None = None
    history: tuple[str, ...] = ()
    """What was asked before, oldest first."""

    @property
    def of(self) -> str:
        """The id of the fact or the unanswerable question."""
        return self.id.rpartition(":")[0]


def load_questions(folder: Path = FOLDER) -> list[Question]:
    """The whole set as it is asked: facts in three ways, unanswerable questions and conversations in both languages."""
    return [*_of_facts(folder), *_of_unanswerable(folder), *_of_conversations(folder)]


def load_facts(part: Part = "all", folder: Path = FOLDER) -> list[Fact]:
    """The facts of one part of the set, by file and line."""
    facts = _read(folder, "*.facts.jsonl", Fact)
    return [fact for fact in facts if part in ("all", part_of(fact.id))]


def load_unanswerable(part: Part = "all", folder: Path = FOLDER) -> list[Unanswerable]:
    """The questions of one part that must be refused, by file and line."""
    asked = _read(folder, "*.unanswerable.jsonl", Unanswerable)
    return [one for one in asked if part in ("all", part_of(one.id))]


def load_conversations(folder: Path = FOLDER) -> list[Conversation]:
    """The conversations, by file and line; a set may have none."""
    return list(_read(folder, "*.conversations.jsonl", Conversation, needed=False))


def part_of(question_id: str) -> Part:
    """'dev' for the development questions; nothing was set or fitted on the others.

    'residents' are asked as people type, 'test' are all the rest.
    """
    if question_id.startswith("own-residents-"):
        return "residents"
    return "test" if question_id.startswith("own-") else "dev"


def places(evidence: str, text: str) -> list[Span]:
    """Every place where a piece of evidence stands in a bulletin, white space aside, as offsets into `text`."""
    bare, kept = _bare(text)
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


def _of_facts(folder: Path) -> Iterator[Question]:
    for fact in load_facts(folder=folder):
        for way in WAYS:
            if not fact.question(way):  # staff who verified an answer know one way of asking for it
                continue
            yield Question(f"{fact.id}:{way}", way, fact.question(way), fact)


def _of_unanswerable(folder: Path) -> Iterator[Question]:
    for asked in load_unanswerable(folder=folder):
        for way, question in asked.questions():
            if not question:
                continue
            yield Question(f"{asked.id}:{way}", way, question, None, asked)


def _of_conversations(folder: Path) -> Iterator[Question]:
    for one in load_conversations(folder):
        yield Question(f"{one.id}:zh", "zh", one.second.q_zh, one.fact(), history=(one.first.q_zh,))
        yield Question(f"{one.id}:en", "en", one.second.q_en, one.fact(), history=(one.first.q_en,))


@lru_cache(maxsize=8)  # the bulletins of a collection, each asked for hundreds of times
def _bare(text: str) -> tuple[str, list[int]]:
    """A text less all white space, and where in it each character stands."""
    kept = [at for at, character in enumerate(text) if not character.isspace()]
    return "".join(text[at] for at in kept), kept


def _read(folder: Path, pattern: str, form: type[_Form], *, needed: bool = True) -> Iterator[_Form]:
    """Every line of some files.

    :raises BulletinError: if a line is not of the form, or there is no file though one is needed.
    """
    files = sorted(folder.glob(pattern))
    if not files and needed:
        raise BulletinError(f"No {pattern} in {folder}; expected the evaluation questions there.")
    for file in files:
        for number, line in enumerate(file.read_bytes().split(b"\n"), start=1):
            if line.strip():
                try:
                    yield msgspec.json.decode(line, type=form)
                except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                    wanted = ", ".join(one.name for one in fields(form) if one.default is MISSING)
                    raise BulletinError(
                        f"{file}, line {number} is no {form.__name__.lower()} ({error}). Expected one JSON object "
                        f"a line with {wanted}; eval/README.md says what each is."
                    ) from error
