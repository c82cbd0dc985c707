"""What the reader is trained on: passages laid out as it sees them, questions, the sentences that answer them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from eval.public import read_jsonl
from rag.chunk import chunk_bulletin
from rag.indexing.layout import Laid, lay_out, lay_out_chunk
from rag.reading.corpus import read_bulletin
from rag.reading.sentences import sentences
from rag.text.spans import Span, mostly_shared
from train.sources import Sources
from train.written import LEARNED, beginning, passages

WINDOW = 360  # characters of a public passage read at once: as long as ours
LONGEST_PLACE = 400  # characters of an answer's place that still tells which sentence answers
_SHINGLE, _SHARED = 16, 0.1  # characters; share of a text's shingles from which it is taken for one kept out
STYLES = {
    "colloquial": 1.5, "english": 1.3, "formal": 0.8, "keywords": 0.5, "answered": 2.0, "answered_en": 2.0,
    "rendering": 0.12,
}  # fmt: skip
"""How often a question is drawn, by its style; a rendering stands for a question in English."""
_UNANSWERED = {"written": 1.0}  # and how often one that its passage does not answer, by the group of lessons
_UNANSWERED_ELSE = 0.3
SPANS = ("cmrc2018", "drcd", "squad2zh", "xquad")
"""Public reading-comprehension sets: `reading/reader_NAME.jsonl.gz`."""
PAIRS = {"civic": "pairs_civic_questions", "stard": "pairs_stard_law", "hebei": "pairs_hebei_policy_qa"}
"""Public questions with the passage that answers; nobody says which sentence of it."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a passage, and what answers it there."""

    id: str
    text: str
    right: frozenset[int]
    """Numbers of the sentences that answer; empty where none does, or where it is not known which."""
    answered: bool = True
    """Whether the passage answers it."""
    style: str = "formal"


@dataclass(slots=True)
class Lesson:
    """A passage and the questions about it."""

    group: str
    cluster: str
    """Passages of one document: neighbours are the hardest to tell apart."""
    laid: Laid
    questions: list[Question] = field(default_factory=list)


def every_lesson(sources: Sources) -> list[Lesson]:
    """Our own bulletins but those left out, and the public sets."""
    strange = kept_out()
    found = [lesson for name in sources.bulletins() for lesson in own_lessons(sources.own, name)]
    for name in SPANS:
        found += span_lessons(sources.public / "reading" / f"reader_{name}.jsonl.gz", name)
    for name, file in PAIRS.items():
        found += pair_lessons(sources.public / f"{file}.jsonl.gz", name, strange)
    return found + written_lessons(sources, LEARNED, strange)


def own_lessons(own: Path, bulletin: str) -> list[Lesson]:
    """The passages of one of our bulletins with the questions written about them.

    :param own: Folder of `bulletins/`, `asked/`, `answered/` and `english/`.
    """
    read = read_bulletin(own / "bulletins" / f"{bulletin}.txt")
    titles = {body.document.id: body.document.title for body in read.bodies}
    chunks = list(chunk_bulletin(read))
    found = [
        Lesson("own", chunk.document, lay_out_chunk(titles[chunk.document], chunk, read.text))
        for chunk in chunks
    ]
    for number, (style, question, place) in enumerate(_written(own, bulletin)):
        if place[1] - place[0] > LONGEST_PLACE:
            continue
        for chunk, lesson in zip(chunks, found, strict=True):
            if chunk.spans[-1][1] <= place[0] or chunk.spans[0][0] >= place[1]:
                continue
            right = frozenset(at for at, unit in enumerate(chunk.units) if mostly_shared(unit.spans, place))
            if right:
                lesson.questions.append(Question(f"{bulletin}/{number}", question, right, style=style))
    return [lesson for lesson in found if lesson.questions]


def _written(own: Path, bulletin: str) -> Iterator[tuple[str, str, Span]]:
    for record in read_jsonl(own / "asked" / f"{bulletin}.jsonl"):
        yield record["style"], record["question"], (record["start"], record["end"])
    for record in read_jsonl(own / "answered" / f"{bulletin}.jsonl"):
        yield "answered", record["q_zh"], (record["start"], record["end"])
        yield "answered_en", record["q_en"], (record["start"], record["end"])
    for record in read_jsonl(own / "english" / f"{bulletin}.jsonl"):
        if 20 <= len(record["en"]) <= 300:
            yield "rendering", record["en"], (record["start"], record["end"])


def span_lessons(file: Path, group: str) -> list[Lesson]:
    """Passages of a public reading-comprehension set; a long context is read in windows of whole sentences."""
    by_context: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in read_jsonl(file):
        by_context[record["context"]].append(record)
    found = []
    for number, (context, records) in enumerate(by_context.items()):
        for window in _windows(sentences(context)):
            lesson = Lesson(group, f"{group}/{number}", lay_out("", (), [context[s:e] for s, e in window]))
            for at, record in enumerate(records):
                answers = [(a["start"], a["start"] + len(a["text"])) for a in record["answers"]]
                right = frozenset(
                    n for n, (s, e) in enumerate(window) if any(min(e, b) > max(s, a) for a, b in answers)
                )
                style = "english" if record["lang"] == "en" else "formal"
                lesson.questions.append(
                    Question(f"{group}/{number}/{at}", record["question"], right, bool(right), style)
                )
            if any(question.answered for question in lesson.questions):
                found.append(lesson)
    return found


def pair_lessons(file: Path, group: str, strange: set[str]) -> list[Lesson]:
    """Passages of public questions, but for those that share text with documents that stay unseen.

    :param strange: Shingles of those documents (`kept_out`).
    """
    by_passage: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for record in read_jsonl(file):
        by_passage[record.get("title", ""), record["passage"]].append(record)
    styles = {"col": "colloquial", "kw": "keywords", "en": "english"}
    found = []
    for number, ((title, passage), records) in enumerate(by_passage.items()):
        if _is_kept_out(passage, strange):
            continue
        parts = [passage[start:end] for start, end in beginning(passage)]
        lesson = Lesson(group, title or f"{group}/{number % 50}", lay_out(title, (), parts))
        for at, record in enumerate(records):
            style = styles.get(record.get("style", ""), "formal")
            lesson.questions.append(
                Question(f"{group}/{number}/{at}", record["query"], frozenset(), True, style)
            )
        found.append(lesson)
    return found


def written_lessons(sources: Sources, folder: Path, strange: set[str]) -> list[Lesson]:
    """Passages of public documents with the questions that were written over their sentences (`train.written`).

    :param strange: Shingles of documents that stay unseen (`kept_out`).
    """
    found = []
    for passage in passages(sources, folder):
        if _is_kept_out(passage.text, strange):
            continue
        parts = [passage.text[start:end].strip() for start, end in passage.sentences]
        cluster = passage.title.split(" ")[0]
        lesson = Lesson("written", cluster, lay_out(passage.title, (), parts))
        lesson.questions = [
            Question(f"{passage.digest}/{at}", one.text, one.right, bool(one.right), one.style)
            for at, one in enumerate(passage.asked)
        ]
        found.append(lesson)
    return found


def kept_out() -> set[str]:
    """Shingles of every document that is kept to measure by: those of `eval/elsewhere`."""
    folder = Path(__file__).resolve().parent.parent / "eval" / "elsewhere"
    files = [file for file in folder.glob("*/bulletins/*") if file.is_file()]
    return set[str]().union(*(shingles(file.read_text(encoding="utf-8", errors="replace")) for file in files))


def _is_kept_out(text: str, strange: set[str]) -> bool:
    """Whether a text is taken for one of the documents whose shingles are given."""
    mine = shingles(text)
    return len(mine & strange) > _SHARED * len(mine)


def shingles(text: str) -> set[str]:
    """Every run of sixteen characters of a text, white space aside."""
    bare = "".join(text.split())
    return {bare[at : at + _SHINGLE] for at in range(max(1, len(bare) - _SHINGLE + 1))}


def _windows(cut: Sequence[Span], size: int = WINDOW) -> Iterator[list[Span]]:
    window: list[Span] = []
    for span in cut:
        if window and span[1] - window[0][0] > size:
            yield window
            window = []
        window.append(span)
    if window:
        yield window


def some_questions(lesson: Lesson, count: int, rng: np.random.Generator) -> list[Question]:
    """Some of a passage's questions, drawn by style; most of them answered by it."""
    unanswered = _UNANSWERED.get(lesson.group, _UNANSWERED_ELSE)
    weights = np.array(
        [STYLES.get(q.style, 1.0) * (1.0 if q.answered else unanswered) for q in lesson.questions]
    )
    drawn = rng.choice(len(weights), size=min(count, len(weights)), replace=False, p=weights / weights.sum())
    return [lesson.questions[at] for at in drawn]


def vocabulary(sources: Sources, lessons: Iterable[Lesson], lines: int = 12_000) -> Iterator[str]:
    """Texts by whose tokens the base is cut down: the lessons, our bulletins and lexicon, every public file's head."""
    for lesson in lessons:
        yield lesson.laid.text
        yield from (question.text for question in lesson.questions)
    for file in sorted(
        [*(sources.own / "bulletins").glob("*.txt"), *(sources.own / "lexicon").glob("*.tsv")]
    ):
        yield from file.read_text(encoding="utf-8").split("\n")
    for file in sorted(sources.public.glob("*.jsonl.gz")):
        for _, record in zip(range(lines), read_jsonl(file), strict=False):
            yield from (value[:2000] for value in record.values() if isinstance(value, str))
