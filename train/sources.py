"""What training reads: where it lies, its records, and what is kept out for measuring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from eval.public import is_held_out, read_jsonl
from rag.chunk import chunk_bulletin
from rag.index import Passage
from rag.indexing.fields import Fields
from rag.reading.corpus import read_bulletin
from rag.settings import ROOT
from rag.text.spans import Span
from train.text import passages

LAWS = "titles_prc_laws"
"""Laws are never held out: they serve as training only."""
ENCYCLOPEDIAS = ("pairs_drcd", "pairs_cmrc2018", "pairs_xquad_en_zh")
"""Public files of questions put to encyclopedias: none of them is one for a government."""
TALK = "parallel_tatoeba"
"""The public file of everyday conversations; neither are its questions."""


@dataclass(frozen=True, slots=True)
class PublicQuestion:
    """A question of our own and the place in a bulletin that answers it."""

    bulletin: str
    style: str
    """formal, colloquial, keywords or english."""
    question: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LexiconEntry:
    """An official word with the words residents use for it and its English."""

    official: str
    everyday: tuple[str, ...]
    english: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chunked:
    """A passage of a bulletin as the index holds it: `text` begins with the headings it stands under."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the material lies, and what is kept out of training for measuring."""

    public: Path
    """Folder of `parallel_*`, `pairs_*` and `titles_*.jsonl.gz`."""
    own: Path
    """Folder of `bulletins/`, `english/`, `asked/`, `answered/` and `lexicon/`."""
    leave_out: tuple[str, ...] = ()
    """Bulletins of which nothing is trained on."""
    hold_out: float = 0.0
    """Share of the public government documents kept out, with the questions asked about them."""
    skip: tuple[str, ...] = ()
    """Public files not used."""

    def held_out(self, title: str) -> bool:
        """Whether a public document is kept out of training: decided by its title alone."""
        return is_held_out(title, self.hold_out)

    def bulletins(self) -> list[str]:
        """Names of the bulletins trained on, without their suffix."""
        names = sorted(path.stem for path in (self.own / "bulletins").glob("*.txt"))
        if unknown := set(self.leave_out) - set(names):
            raise ValueError(
                f"No bulletin {', '.join(sorted(unknown))}: expected some of {', '.join(names)}."
            )
        return [name for name in names if name not in self.leave_out]

    def bulletin_text(self, name: str) -> str:
        """A bulletin's text, with the offsets that questions and renderings count by."""
        return (self.own / "bulletins" / f"{name}.txt").read_bytes().decode()

    def public_files(self, prefix: str) -> list[str]:
        """Names of the public files that begin with a prefix, less those skipped."""
        names = sorted(
            path.name.removesuffix(".jsonl.gz") for path in self.public.glob(f"{prefix}*.jsonl.gz")
        )
        return [name for name in names if name not in self.skip]

    def public_records(self, name: str) -> Iterator[dict[str, Any]]:
        """Records of a public file, less those about documents held out or kept to measure by."""
        for record in read_jsonl(self.public / f"{name}.jsonl.gz"):
            title = record.get("title", "")
            if title.split(" ")[0] not in measured_by() and (name == LAWS or not self.held_out(title)):
                yield record


@lru_cache(maxsize=1)
def measured_by() -> frozenset[str]:
    """Titles of the public documents in the evaluation's collections of other places: never to train on."""
    return frozenset((ROOT / "eval" / "elsewhere" / "titles.txt").read_text(encoding="utf-8").splitlines())


def read_lexicon(folder: Path) -> list[LexiconEntry]:
    """Every entry of the civic lexicon's `*.tsv` files: official, everyday and English words between tabs."""
    entries = []
    for path in sorted(folder.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("#") or line.count("\t") < 2:
                continue
            official, everyday, english = line.split("\t")[:3]
            entries.append(
                LexiconEntry(
                    official.strip(),
                    tuple(word.strip() for word in everyday.split("；") if word.strip()),
                    tuple(word.strip() for word in english.split(";") if word.strip()),
                )
            )
    return entries


def read_asked(sources: Sources, bulletin: str) -> list[PublicQuestion]:
    """Our questions about one bulletin, those of the reading-comprehension set among them."""
    found = []
    for record in read_jsonl(sources.own / "asked" / f"{bulletin}.jsonl"):
        found.append(
            PublicQuestion(bulletin, record["style"], record["question"], record["start"], record["end"])
        )
    answered = sources.own / "answered" / f"{bulletin}.jsonl"
    if answered.exists():
        for record in read_jsonl(answered):
            found.append(PublicQuestion(bulletin, "formal", record["q_zh"], record["start"], record["end"]))
            found.append(PublicQuestion(bulletin, "english", record["q_en"], record["start"], record["end"]))
    return found


@lru_cache(maxsize=16)
def read_chunks(folder: Path, bulletin: str) -> tuple[Chunked, ...]:
    """A bulletin's passages as the index makes them, headings first."""
    read = read_bulletin(folder / "bulletins" / f"{bulletin}.txt")
    documents = {document.id: document for document in read.documents}
    return tuple(
        Chunked(Passage(chunk, documents[chunk.document], Fields()).headed, chunk.spans)
        for chunk in chunk_bulletin(read)
    )


def public_passages(
    sources: Sources, names: tuple[str, ...], held_out: bool, size: int = 280
) -> dict[str, str]:
    """Passages of public documents, either those kept out of training or those trained on: text to title."""
    found: dict[str, str] = {}
    for name in names:
        for record in read_jsonl(sources.public / f"{name}.jsonl.gz"):
            if (name != LAWS and sources.held_out(record["title"])) == held_out:
                for start, end in passages(record["text"], size):
                    found.setdefault(record["text"][start:end], record["title"])
    return found
