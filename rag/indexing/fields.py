"""What was written beside the bulletins: English renderings and the questions a place answers.

They are kept apart from the bulletins (`data/english`, `data/asked`, `data/answered`, one JSON Lines file a
bulletin) and attached to passages by place and, where a text stands twice, by text. All of it is optional.
People wrote them, but for lines marked `"by": "machine:MODEL"`, as `rag.writing.enrich` writes them; the mark is kept.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.chunk import Chunk
from rag.errors import BulletinError
from rag.text.normal import squeeze
from rag.text.spans import Span, mostly_shared

MACHINE = "machine:"
"""What the mark of a machine-written line begins with; the model's name follows."""

_SHINGLE = 16  # characters; long enough that a shared one means the same text, short enough for one clause
_STEP = (
    8  # every eighth shingle of a passage is kept; all of a question's place are looked up, so some must meet
)
_TWIN = 0.6  # share of those that may meet from which a passage counts as printing the same text


@dataclass(frozen=True, slots=True)
class Rendering:
    """The English of one place of a bulletin."""

    span: Span
    english: str
    machine: bool = False
    """Whether a model wrote it, and nobody read it."""


@dataclass(frozen=True, slots=True)
class Written:
    """A question somebody wrote, and the place that answers it."""

    span: Span
    question: str
    machine: bool = False
    """Whether a model wrote it."""


@dataclass(frozen=True, slots=True)
class Fields:
    """What is attached to one passage."""

    renderings: tuple[Rendering, ...] = ()
    questions: tuple[Written, ...] = ()

    @property
    def english(self) -> str:
        """The whole rendering of the passage, in the order of the text."""
        return " ".join(rendering.english for rendering in self.renderings)

    def english_of(self, spans: Iterable[Span]) -> str:
        """The rendering of some places: each segment that lies in them by half, or holds half of one."""
        return " ".join(rendering.english for rendering in self.renderings_of(spans))

    def renderings_of(self, spans: Iterable[Span]) -> tuple[Rendering, ...]:
        """The renderings that make up `english_of`, with who wrote them."""
        wanted = list(spans)
        return tuple(r for r in self.renderings if any(mostly_shared([r.span], span) for span in wanted))


def read_fields(data: Path, source: str, text: str, chunks: Sequence[Chunk]) -> dict[str, Fields]:
    """Attach the fields of one bulletin to its passages.

    :param data: The folder that holds `english/`, `asked/` and `answered/`; any of them may be missing.
    :param source: The bulletin's file name.
    :param text: Its decoded text.
    :param chunks: Its passages.
    :return: Fields by chunk id, only for passages that have some.
    :raises BulletinError: if a line is not of the form described in `data/README.md`.
    """
    renderings = [r for r in _renderings(data / "english" / fields_file(source)) if r.span[1] <= len(text)]
    renderings.sort(
        key=lambda rendering: rendering.span
    )  # what a machine added stands at the end of the file
    asked = [
        question
        for folder in ("asked", "answered")
        for question in _asked(data / folder / fields_file(source))
        if question.span[1] <= len(text)
    ]
    if not renderings and not asked:
        return {}
    attached_english: dict[str, list[Rendering]] = defaultdict(list)
    starts = [rendering.span[0] for rendering in renderings]
    for chunk in chunks:
        for span in chunk.spans:
            first = max(bisect_left(starts, span[0]) - 1, 0)
            for rendering in renderings[first : bisect_left(starts, span[1])]:
                if mostly_shared([rendering.span], span) and rendering not in attached_english[chunk.id][-1:]:
                    attached_english[chunk.id].append(rendering)
    attached_questions: dict[str, list[Written]] = defaultdict(list)
    places = _Places(chunks)
    homes: dict[Span, tuple[str, ...]] = {}
    for question in asked:
        if question.span not in homes:
            homes[question.span] = places.homes(question.span, text)
        for chunk_id in homes[question.span]:
            attached_questions[chunk_id].append(question)
    return {
        chunk.id: Fields(tuple(attached_english[chunk.id]), tuple(attached_questions[chunk.id]))
        for chunk in chunks
        if attached_english[chunk.id] or attached_questions[chunk.id]
    }


class _Places:
    """Finds the passages that print a place's text: those at the place, and those that repeat it."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._by_start = sorted((span, chunk.id) for chunk in chunks for span in chunk.spans)
        self._starts = [span[0] for span, _ in self._by_start]
        self._shingles: dict[str, list[str]] = defaultdict(list)
        for chunk in chunks:
            printed = squeeze(chunk.text)
            for at in range(0, len(printed) - _SHINGLE + 1, _STEP):
                self._shingles[printed[at : at + _SHINGLE]].append(chunk.id)

    def homes(self, span: Span, text: str) -> tuple[str, ...]:
        printed = squeeze(text[span[0] : span[1]])
        probes = [printed[at : at + _SHINGLE] for at in range(max(len(printed) - _SHINGLE + 1, 0))]
        votes = Counter(chunk_id for probe in probes for chunk_id in set(self._shingles.get(probe, ())))
        by_text = [chunk_id for chunk_id, count in votes.items() if count >= _TWIN * len(probes) / _STEP]
        return tuple(dict.fromkeys([*self._at(span), *by_text]))

    def _at(self, span: Span) -> Iterator[str]:
        first = max(bisect_left(self._starts, span[0]) - 1, 0)
        for place, chunk_id in self._by_start[first : bisect_left(self._starts, span[1])]:
            if mostly_shared([place], span):
                yield chunk_id


def fields_file(source: str) -> str:
    """The name of the files beside a bulletin: NAME.jsonl beside NAME.txt."""
    return Path(source).with_suffix(".jsonl").name


def _renderings(file: Path) -> Iterator[Rendering]:
    for line, where in _lines(file):
        try:
            yield Rendering((int(line["start"]), int(line["end"])), str(line["en"]), _by_machine(line))
        except (KeyError, TypeError, ValueError):
            raise BulletinError(f'{where}: expected {{"start", "end", "en"}}, found {line!r}.') from None


def _asked(file: Path) -> Iterator[Written]:
    for line, where in _lines(file):
        try:
            span = (int(line["start"]), int(line["end"]))
            written = [line["question"]] if "question" in line else [line["q_zh"], line["q_en"]]
        except (KeyError, TypeError, ValueError):
            message = (
                f'{where}: expected {{"start", "end", "question"}} or {{…, "q_zh", "q_en"}}, found {line!r}.'
            )
            raise BulletinError(message) from None
        for question in written:
            yield Written(span, str(question), _by_machine(line))


def _by_machine(line: dict[str, str | int]) -> bool:
    return str(line.get("by", "")).startswith(MACHINE)


def _lines(file: Path) -> Iterator[tuple[dict[str, str | int], str]]:
    if not file.is_file():
        return
    with file.open(encoding="utf-8") as opened:
        for number, line in enumerate(opened, start=1):
            where = f"{file}, line {number}"
            try:
                yield json.loads(line), where
            except ValueError:
                raise BulletinError(
                    f"{where}: expected one JSON object a line. Correct or delete the line."
                ) from None
