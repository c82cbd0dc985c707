"""Training pairs: translations, questions and titles with their passages, and questions made with the lexicon."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from eval.public import DOCUMENTS, read_jsonl
from rag.text.spans import shared
from train.sources import (
    Chunked,
    LexiconEntry,
    PublicQuestion,
    Sources,
    public_passages,
    read_asked,
    read_chunks,
    read_lexicon,
)
from train.text import normalise

_SENTENCE = re.compile(r"(?<=[。；;\n])")


@dataclass(slots=True)
class Pairs:
    """One source of pairs. `groups[i]` names what `passages[i]` is a piece of: no negatives inside a group."""

    name: str
    symmetric: bool
    """Both directions are trained: true for translations, false for questions and passages."""
    queries: list[str] = field(default_factory=list)
    passages: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)

    def add(self, query: str, passage: str, group: str | None = None) -> None:
        """Add a pair; without a group the passage itself is the group."""
        self.queries.append(query)
        self.passages.append(passage)
        self.groups.append(group or passage)

    def __len__(self) -> int:
        """How many pairs."""
        return len(self.queries)


def headed(title: str, text: str) -> str:
    """A passage under its document's title, as the index embeds it."""
    return f"{title}\n{text}"


def translations(sources: Sources) -> Iterator[Pairs]:
    """Parallel text, public and our own."""
    for name in sources.public_files("parallel_"):
        pairs = Pairs(name, symmetric=True)
        for record in sources.public_records(name):
            pairs.add(record["zh"], record["en"])
        yield pairs
    pairs = Pairs("own_renderings", symmetric=True)
    for bulletin in sources.bulletins():
        text = sources.bulletin_text(bulletin)
        for record in read_jsonl(sources.own / "english" / f"{bulletin}.jsonl"):
            pairs.add(text[record["start"] : record["end"]], record["en"])
    yield pairs


def public_questions(sources: Sources, random_: random.Random) -> Iterator[Pairs]:
    """Public questions with their passages, half of those that have a title under it."""
    for name in sources.public_files("pairs_"):
        pairs = Pairs(name, symmetric=False)
        for record in sources.public_records(name):
            title, passage = record.get("title", ""), record["passage"]
            shown = headed(title, passage) if title and random_.random() < 0.5 else passage
            pairs.add(record["query"], shown, passage)
        yield pairs


def titles(sources: Sources, random_: random.Random) -> Iterator[Pairs]:
    """Titles with passages under them, and sentences with the passage around them (inverse cloze, Lee et al. 2019).

    The sentence is taken out of its passage nine times in ten, so that the rest must be enough.
    """
    for name in sources.public_files("titles_"):
        titled = Pairs(name, symmetric=False)
        around = Pairs(name.replace("titles_", "around_"), symmetric=False)
        for text, title in public_passages(sources, (name,), held_out=False).items():
            titled.add(title, text, title)
            sentences = [sentence for sentence in _SENTENCE.split(text) if len(sentence) >= 12]
            if len(sentences) >= 2:
                sentence = random_.choice(sentences)
                rest = text if random_.random() < 0.1 else text.replace(sentence, "")
                around.add(sentence[:120], headed(title, rest) if random_.random() < 0.5 else rest, text)
        yield titled
        yield around


def best_chunk(chunks: tuple[Chunked, ...], start: int, end: int) -> int | None:
    """The chunk that shares most characters with a place, or None."""
    common = [shared(chunk.spans, (start, end)) for chunk in chunks]
    best = max(range(len(common)), key=common.__getitem__, default=None)
    return best if best is not None and common[best] else None


def window(text: str, asked: PublicQuestion, size: int, random_: random.Random) -> str:
    """A stretch of about `size` characters around what answers a question, shifted at random, begun at a sentence."""
    spare = max(0, size - (asked.end - asked.start))
    begin = max(0, asked.start - random_.randint(0, spare))
    finish = min(begin + size, len(text)) if spare else min(asked.end, asked.start + 2 * size)
    head = re.search(r"[。；\n]", text[begin : asked.start])
    return text[begin + head.end() if head else begin : finish]


def own_questions(sources: Sources, random_: random.Random) -> Iterator[Pairs]:
    """Our questions, each with the passage the index would find, or a stretch of text without headings."""
    by_style: dict[str, Pairs] = {}
    for bulletin in sources.bulletins():
        text = sources.bulletin_text(bulletin)
        chunks = read_chunks(sources.own, bulletin)
        for asked in read_asked(sources, bulletin):
            pairs = by_style.setdefault(asked.style, Pairs(f"own_{asked.style}", symmetric=False))
            chunk = best_chunk(chunks, asked.start, asked.end)
            group = f"{bulletin} {chunk}"
            if chunk is not None and random_.random() < 0.6:
                pairs.add(asked.question, chunks[chunk].text, group)
            else:
                pairs.add(asked.question, window(text, asked, random_.randint(120, 400), random_), group)
    yield from by_style.values()


def lexicon_words(entries: list[LexiconEntry]) -> Pairs:
    """Official words, everyday words and English, each with each."""
    pairs = Pairs("lexicon", symmetric=True)
    for entry in entries:
        for word in (*entry.everyday, *entry.english):
            pairs.add(word, entry.official, entry.official)
        for everyday, english in zip(entry.everyday, entry.english, strict=False):
            pairs.add(english, everyday, entry.official)
    return pairs


def lexicon_matches(text: str, by_word: dict[str, LexiconEntry], longest: int) -> list[str]:
    """Official words of the lexicon in a normalised text, the longest at each place."""
    found: dict[str, None] = {}
    at = 0
    while at < len(text):
        for size in range(min(longest, len(text) - at), 1, -1):
            if text[at : at + size] in by_word:
                found.setdefault(text[at : at + size])
                at += size - 1
                break
        at += 1
    return list(found)


def lexicon_questions(
    texts: list[str], entries: list[LexiconEntry], random_: random.Random, per_text: int = 3
) -> Iterator[Pairs]:
    """Made-up questions: some official words of a passage said in everyday words, or in English.

    They teach the encoder to find a passage by the words residents would use, in documents nobody asked about.
    """
    by_word: dict[str, LexiconEntry] = {}
    for entry in entries:
        by_word.setdefault(normalise(entry.official), entry)
    longest = max(map(len, by_word), default=0)
    matches = [lexicon_matches(normalise(text), by_word, longest) for text in texts]
    frequency: dict[str, int] = {}
    for words in matches:
        for word in words:
            frequency[word] = frequency.get(word, 0) + 1
    everyday = Pairs("lexicon_everyday", symmetric=False)
    english = Pairs("lexicon_english", symmetric=False)
    for text, words in zip(texts, matches, strict=True):
        for _ in range(per_text if len(words) > 1 else 0):
            weights = [frequency[word] ** -0.5 for word in words]
            count = min(len(words), random_.choice((2, 2, 3, 3, 4)))
            chosen = [by_word[word] for word in dict.fromkeys(random_.choices(words, weights, k=count))]
            everyday.add(" ".join(random_.choice(one.everyday or (one.official,)) for one in chosen), text)
            if all(one.english for one in chosen):
                english.add(" ".join(random_.choice(one.english) for one in chosen), text)
    yield everyday
    yield english


def every_pair(sources: Sources, seed: int) -> list[Pairs]:
    """Everything that can be trained on, source by source."""
    random_ = random.Random(seed)
    entries = read_lexicon(sources.own / "lexicon")
    texts = [chunk.text for name in sources.bulletins() for chunk in read_chunks(sources.own, name)]
    for names, share in ((DOCUMENTS, 1.0), (("titles_prc_laws",), 0.3)):
        for text, title in public_passages(sources, names, held_out=False).items():
            if random_.random() < share:
                texts.append(headed(title, text) if random_.random() < 0.5 else text)
    found = [
        *translations(sources),
        *public_questions(sources, random_),
        *titles(sources, random_),
        *own_questions(sources, random_),
        lexicon_words(entries),
        *lexicon_questions(texts, entries, random_),
    ]
    return [pairs for pairs in found if len(pairs)]
