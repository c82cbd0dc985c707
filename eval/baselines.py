"""What others do, measured in the same harness: words only, vectors only, and what a tutorial gives.

They share the index's passages, tokeniser and encoder, so that a difference is one of method.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import faiss
from langchain_text_splitters import RecursiveCharacterTextSplitter

from rag.contract import RankedPassage
from rag.index import Index
from rag.indexing.store import Found
from rag.reading.corpus import stable_id
from rag.text.normal import tokens

Search = Callable[[str], Sequence[RankedPassage]]
"""A question goes in, the ten best passages come out, best first."""

K = 10
CHUNK_SIZE = 280  # about what our own passages measure
CHUNK_OVERLAP = 40


def words_only(index: Index) -> Search:
    """BM25 (bm25s, Lucene's form) over the Chinese words of each passage and its headings."""

    def search(question: str) -> list[RankedPassage]:
        return _ranked(index, index.store.search("text", dict.fromkeys(tokens(question), 1.0), K))

    return search


def vectors_only(index: Index) -> Search:
    """Cosine of the question and each passage with its headings."""

    def search(question: str) -> list[RankedPassage]:
        return _ranked(index, index.store.search("passages", index.encoder.queries([question])[0], K))

    return search


def tutorial(index: Index) -> Search:
    """`RecursiveCharacterTextSplitter`, an encoder and FAISS: no headings, no article marks, no words.

    The encoder is the index's own, so this is better than what a tutorial's encoder would give.
    """
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=CHUNK_SIZE, chunk_overlap=CHUNK_OVERLAP, add_start_index=True
    )
    sources = sorted(index.manifest.files)
    documents = splitter.create_documents(
        [index.source_text(source) for source in sources], [{"source": source} for source in sources]
    )
    texts = [document.page_content for document in documents]
    vectors = faiss.IndexFlatIP(index.encoder.dimension)
    vectors.add(index.encoder.documents(texts))

    def search(question: str) -> list[RankedPassage]:
        scores, rows = vectors.search(index.encoder.queries([question]), min(K, len(texts)))
        found = []
        for rank, (row, score) in enumerate(zip(rows[0], scores[0], strict=True), start=1):
            source = documents[row].metadata["source"]
            start = documents[row].metadata["start_index"]
            span = (start, start + len(texts[row]))
            found.append(
                RankedPassage(rank, float(score), stable_id(source, *span), source, (span,), texts[row])
            )
        return found

    return search


def _ranked(index: Index, found: Found) -> list[RankedPassage]:
    passages = index.store.passages(id_ for id_, _ in found)
    return [
        RankedPassage(rank, score, p.id, p.chunk.source, p.chunk.spans, p.chunk.text)
        for rank, ((_, score), p) in enumerate(zip(found, passages, strict=True), start=1)
    ]
