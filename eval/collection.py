"""The bulletins as the measures see them: their texts, and their passages as a BEIR corpus with judged relevance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from eval.questions import VALID_ON, Fact, Question, places, without_space
from rag.chunk import chunk_bulletin
from rag.contract import RankedPassage
from rag.index import bulletin_files
from rag.reading.corpus import read_bulletin
from rag.settings import Settings
from rag.text.spans import Span, shared


@dataclass(frozen=True)
class CorpusPassage:
    """One document of the corpus in BEIR's sense: a passage of a bulletin."""

    id: str
    source: str
    title: str
    text: str
    spans: tuple[Span, ...]

    @cached_property
    def bare(self) -> str:
        """The text less all white space."""
        return without_space(self.text)


@dataclass(frozen=True, slots=True)
class Collection:
    """Texts by file name, and passages in order."""

    texts: dict[str, str]
    passages: tuple[CorpusPassage, ...]


def read_collection(settings: Settings) -> Collection:
    """Read the bulletins; they are cut as the index cuts them, but nothing of an index is needed.

    :raises BulletinError: if there are none, or one can't be read.
    """
    texts: dict[str, str] = {}
    passages: list[CorpusPassage] = []
    for file in bulletin_files(settings):
        bulletin = read_bulletin(file)
        texts[bulletin.name] = bulletin.text
        titles = {document.id: document.title for document in bulletin.documents}
        passages += [
            CorpusPassage(chunk.id, bulletin.name, titles[chunk.document], chunk.text, chunk.spans)
            for chunk in chunk_bulletin(bulletin)
        ]
    return Collection(texts, tuple(passages))


def relevant(fact: Fact, collection: Collection) -> list[str]:
    """Ids of the passages in which a piece of the fact's evidence stands whole, white space aside."""
    wanted = [without_space(evidence) for evidence in fact.evidence]
    return [
        passage.id
        for passage in collection.passages
        if passage.source == fact.file and any(evidence in passage.bare for evidence in wanted)
    ]


class Places:
    """Finds the passages of the corpus that a system's passages stand for, whatever the system cuts."""

    def __init__(self, collection: Collection) -> None:
        self._known = {passage.id for passage in collection.passages}
        self._by_source: dict[str, list[CorpusPassage]] = {}
        for passage in collection.passages:
            self._by_source.setdefault(passage.source, []).append(passage)

    def corpus_ids(self, passages: tuple[RankedPassage, ...]) -> list[str]:
        """Ids of the corpus, best first, each once: a passage's own, or that of which it holds most."""
        found: dict[str, None] = {}
        for passage in passages:
            if passage.chunk in self._known:
                found.setdefault(passage.chunk)
                continue
            best, most = "", 0
            for one in self._by_source.get(passage.source, []):
                common = sum(shared(one.spans, place) for place in passage.spans)
                if common > most:
                    best, most = one.id, common
            if best:
                found.setdefault(best)
        return list(found)


def export_beir(questions: list[Question], collection: Collection, folder: Path) -> None:
    """Write the set as BEIR has it: `corpus.jsonl`, `queries.jsonl`, `qrels/test.tsv`.

    Beside BEIR's own fields each query's `metadata` holds `answerable`, `places` (gold, by bulletin), `must`,
    `valid_on`, `history` and, where it is not answerable, `kind`.
    """
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    corpus = [
        {"_id": p.id, "title": p.title, "text": p.text, "metadata": {"source": p.source, "spans": p.spans}}
        for p in collection.passages
    ]
    queries, qrels = [], ["query-id\tcorpus-id\tscore"]
    for question in questions:
        fact = question.fact
        about: dict[str, object] = {"answerable": fact is not None, "valid_on": VALID_ON.isoformat()}
        if question.history:
            about["history"] = question.history
        if question.unanswerable:
            about["kind"] = question.unanswerable.kind
        if fact:
            gold = [places(evidence, collection.texts[fact.file]) for evidence in fact.evidence]
            about |= {"places": {fact.file: gold}, "must": fact.must, "notices": fact.notices}
            qrels += [f"{question.id}\t{passage}\t1" for passage in relevant(fact, collection)]
        queries.append({"_id": question.id, "text": question.text, "metadata": about})
    encode = msgspec.json.encode
    (folder / "corpus.jsonl").write_bytes(b"".join(encode(line) + b"\n" for line in corpus))
    (folder / "queries.jsonl").write_bytes(b"".join(encode(line) + b"\n" for line in queries))
    (folder / "qrels" / "test.tsv").write_text("\n".join(qrels) + "\n", encoding="utf-8")
