"""Passages of a literal bulletin, and sentences of them, without an index or with a small one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

from rag.answering.choose import Candidate
from rag.answering.grounds import Grounds
from rag.chunk import chunk_bulletin
from rag.index import Index, Passage, open_index
from rag.indexing.fields import Fields
from rag.reading.corpus import Document, read_bulletin
from rag.settings import Settings

NOTHING = Grounds(**{field.name: 0.0 for field in fields(Grounds)})


def passages_of(folder: Path, text: str, name: str = "made.txt") -> list[Passage]:
    """The passages that a bulletin of this text is cut into, in order."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    bulletin = read_bulletin(file)
    documents = {document.id: document for document in bulletin.documents}
    return [Passage(chunk, documents[chunk.document], Fields()) for chunk in chunk_bulletin(bulletin)]


def index_of(folder: Path, text: str, name: str = "made.txt") -> Index:
    """An index of one bulletin, in a folder of its own, that nothing reads in context."""
    settings = replace(Settings(), data=folder / "data", index=folder / "index", reader="none")
    settings.bulletins.mkdir(parents=True)
    (settings.bulletins / name).write_text(text, encoding="utf-8")
    return open_index(settings, quiet=True)


def documents_of(passages: Sequence[Passage]) -> list[Document]:
    """The documents that some passages stand in, each once."""
    return list({passage.document.id: passage.document for passage in passages}.values())


def sentences_of(passages: Sequence[Passage]) -> list[Candidate]:
    """Every sentence of some passages, none better than another."""
    return [
        Candidate(passage, unit, place, unit.spans, unit.reading, 0.0, NOTHING)
        for passage in passages
        for place, unit in enumerate(passage.chunk.units)
    ]


def sentence(passages: Sequence[Passage], words: str) -> Candidate:
    """The first sentence that holds some words."""
    return next(one for one in sentences_of(passages) if words in one.unit.reading)
