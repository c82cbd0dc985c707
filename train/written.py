"""Questions written over numbered sentences of public government documents, and near-misses that nothing answers.

`train/lessons/learned` is what the reader is trained on, `train/lessons/kept` what it never saw: by that, the choice of
sentences and the confidence are fitted. The documents themselves are read from the public training files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from eval.public import read_jsonl
from eval.unprepared import Elsewhere
from rag.reading.sentences import sentences
from rag.settings import Settings
from rag.text.spans import Span
from train.development import Placed
from train.sources import Sources

LEARNED = Path(__file__).resolve().parent / "lessons" / "learned"
KEPT = LEARNED.with_name("kept")
_WINDOW = 450  # characters of a document that are read with the questions about it


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a passage."""

    text: str
    style: str
    right: frozenset[int]
    """Numbers of the sentences that answer it; none where it is a near-miss."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What was read of a document, and what is asked of it."""

    digest: str
    title: str
    text: str
    sentences: tuple[Span, ...]
    asked: tuple[Asked, ...]


def passages(sources: Sources, folder: Path) -> Iterator[Passage]:
    """The passages of a folder's files, each named for the public file that its documents are of.

    A line a question: `of` is the passage's digest, `q` the question, `style` how it is asked, `right` the numbers of
    the sentences that answer it, `near` those that a near-miss is nearest to.
    """
    for file in sorted(folder.glob("*.jsonl")):
        by_passage: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for record in read_jsonl(file):
            by_passage[record["of"]].append(record)
        for document in sources.public_records(file.stem):
            text, name = document["text"], digest(document["text"])
            if records := by_passage.pop(name, []):
                asked = tuple(Asked(r["q"], r["style"], frozenset(r["right"])) for r in records)
                yield Passage(name, document["title"], text, beginning(text), asked)


def beginning(text: str) -> tuple[Span, ...]:
    """The first sentences of a text, as many as are read of a document: whole ones, one at the least."""
    cut = list(sentences(text))
    return tuple(span for span in cut if span[1] - cut[0][0] <= _WINDOW) or tuple(cut[:1])


def digest(text: str) -> str:
    """The twelve characters by which a passage of a public file is named."""
    return sha256(text.encode()).hexdigest()[:12]


def collection(
    sources: Sources, settings: Settings, folder: Path
) -> tuple[Settings, list[Placed], list[str]]:
    """Make a collection of the passages that the reader never saw, each a document of its own.

    :param folder: An empty folder for it.
    :return: Settings for it, the questions with the places that answer them, and those that nothing answers.
    """
    found, unanswerable = list[Placed](), list[str]()
    (folder / "bulletins").mkdir(parents=True)
    for passage in passages(sources, KEPT):
        first, last = passage.sentences[0][0], passage.sentences[-1][1]
        file = folder / "bulletins" / f"{passage.digest}.txt"
        file.write_text(f"{passage.title}\n{passage.text[first:last]}\n", encoding="utf-8", newline="")
        ahead = len(passage.title) + 1 - first
        for one in passage.asked:
            if one.right:
                spans = [passage.sentences[at] for at in sorted(one.right)]
                places = tuple((start + ahead, end + ahead) for start, end in spans)
                found.append(Placed(one.text, one.style, file.name, places))
            else:
                unanswerable.append(one.text)
    here = Elsewhere("written", folder)
    return here.settings(settings, folder / "at"), found, unanswerable
