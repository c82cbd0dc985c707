"""Make the lexical translation table from word-aligned text: p(Chinese word | English stem or phrase)."""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from rag.asking.translate import Table, Translation
from rag.text.normal import tokens
from train.pairs import Pairs, lexicon_words, translations
from train.sources import Sources, read_lexicon

Tokens = tuple[str, ...]

DICTIONARIES = (
    "parallel_cedict",
    "parallel_twlaw_titles",
    "parallel_gov_misc",
    "parallel_cn_admin_places",
    "lexicon",
)
"""Sources whose pairs are translations of each other by design: one sight is enough."""
OURS = ("own_renderings", "lexicon")
_HAN = re.compile(r"[\u3400-\u9fff]")
_SENSES = re.compile(r"[;；]")
_ASIDE = re.compile(r"\([^)]*\)|（[^）]*）")


@dataclass(frozen=True, slots=True)
class Aligned:
    """A pair as search terms, with the places of terms that translate each other and how sure that is."""

    english: Tokens
    chinese: Tokens
    links: tuple[tuple[int, int, float], ...]
    source: str


def english_terms(text: str) -> Tokens:
    """Search terms of an English text: stems and numbers, no Chinese."""
    return tuple(term for term in tokens(text) if term.isascii())


def chinese_terms(text: str) -> Tokens:
    """Search terms of a Chinese text: words, and the words inside them."""
    return tuple(term for term in tokens(text) if _HAN.match(term))


def term_pairs(every: Iterable[Pairs], longest: int = 100) -> Iterator[tuple[Tokens, Tokens, str]]:
    """English and Chinese terms of every pair; the senses of a dictionary entry one by one."""
    for pairs in every:
        for one, other in zip(tqdm(pairs.queries, desc=pairs.name, leave=False), pairs.passages, strict=True):
            chinese, english = (one, other) if _HAN.search(one) else (other, one)
            if not _HAN.search(chinese) or _HAN.search(english):
                continue
            senses = _SENSES.split(_ASIDE.sub("", english)) if pairs.name in DICTIONARIES else [english]
            for sense in senses:
                left, right = english_terms(sense), chinese_terms(chinese)
                if left and right and max(len(left), len(right)) <= longest:
                    yield left, right, pairs.name


def read_links(path: Path) -> list[set[tuple[int, int]]]:
    """Alignments as eflomal writes them: a line of `i-j` for each pair."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        places = (place.split("-") for place in line.split())
        found.append({(int(i), int(j)) for i, j in places})
    return found


def align(pairs: list[tuple[Tokens, Tokens, str]], union_weight: float = 0.25) -> Iterator[Aligned]:
    """Align terms in both directions (Östling and Tiedemann 2016); a link in one direction only counts less."""
    import eflomal  # only who makes the table needs it

    with tempfile.TemporaryDirectory() as folder:
        forward, reverse = Path(folder) / "forward", Path(folder) / "reverse"
        eflomal.Aligner().align(
            [" ".join(english) for english, _, _ in pairs],
            [" ".join(chinese) for _, chinese, _ in pairs],
            links_filename_fwd=str(forward),
            links_filename_rev=str(reverse),
        )
        there, back = read_links(forward), read_links(reverse)
    for (english, chinese, source), one, other in zip(pairs, there, back, strict=True):
        links = [
            (i, j, 1.0 if (i, j) in one and (i, j) in other else union_weight) for i, j in sorted(one | other)
        ]
        yield Aligned(english, chinese, tuple(links), source)


class Counts:
    """Weighted counts of terms that translate each other."""

    def __init__(self) -> None:
        """Start with none."""
        self.both: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self.english: dict[str, float] = defaultdict(float)
        self.chinese: dict[str, float] = defaultdict(float)
        self.certain: set[tuple[str, str]] = set()
        """Pairs a dictionary gives."""

    def add(self, english: str, chinese: str, weight: float, certain: bool) -> None:
        """Count one link."""
        self.both[english][chinese] += weight
        self.english[english] += weight
        self.chinese[chinese] += weight
        if certain:
            self.certain.add((english, chinese))

    def translations(self, english: str, least: float, backward: float) -> list[Translation]:
        """Translations that are likely one way, not absurd the other way, and seen twice or in a dictionary."""
        found = []
        for chinese, count in self.both[english].items():
            probability = count / self.english[english]
            sure = (english, chinese) in self.certain
            if count < 2 and not sure:
                continue
            # A single character is mostly a scrap of a longer word.
            enough = max(least, 0.1) if len(chinese) == 1 else least
            if probability >= enough and count / self.chinese[chinese] >= (
                backward / 4 if sure else backward
            ):
                found.append((chinese, probability))
        return sorted(found, key=lambda item: (-item[1], item[0]))


def count_words(aligned: Iterable[Aligned]) -> tuple[Counts, Counts]:
    """Counts of single English terms, and of phrases of two or three, with the Chinese terms they align to."""
    words, phrases = Counts(), Counts()
    for pair in aligned:
        weight = 2.0 if pair.source in OURS else 1.0
        linked: dict[int, dict[int, float]] = defaultdict(dict)
        certain = pair.source in DICTIONARIES and len(pair.english) <= 3
        for i, j, strength in pair.links:
            linked[i][j] = strength
            words.add(pair.english[i], pair.chinese[j], weight * strength, certain)
        for size in (2, 3):
            for start in range(len(pair.english) - size + 1):
                places = range(start, start + size)
                if not all(place in linked for place in places):
                    continue
                reached = {j for place in places for j in linked[place]}
                if max(reached) - min(reached) < 2 * size + 1:
                    phrase = " ".join(pair.english[start : start + size])
                    for j in reached:
                        strength = max(linked[place].get(j, 0.0) for place in places)
                        phrases.add(
                            phrase, pair.chinese[j], weight * strength, certain and len(pair.english) == size
                        )
    return words, phrases


def normalised(found: list[Translation], at_most: int) -> tuple[Translation, ...]:
    """The likeliest few, with probabilities that sum to one."""
    kept = found[:at_most]
    total = sum(probability for _, probability in kept)
    return tuple((word, probability / total) for word, probability in kept)


def word_table(words: Counts) -> dict[str, tuple[Translation, ...]]:
    """Translations of single English terms."""
    table = {}
    for english in words.english:
        if not english.isdigit() and (found := words.translations(english, least=0.03, backward=0.01)):
            table[english] = normalised(found, at_most=8)
    return table


def phrase_table(
    phrases: Counts, singles: dict[str, tuple[Translation, ...]], at_most: int
) -> dict[str, tuple[Translation, ...]]:
    """Phrases that say more than their words: some translation is twice as likely as from any word alone."""
    scored: list[tuple[float, str, tuple[Translation, ...]]] = []
    for phrase, count in phrases.english.items():
        found = phrases.translations(phrase, least=0.08, backward=0.02)
        sure = any((phrase, chinese) in phrases.certain for chinese, _ in found)
        if not found or (count < 3 and not sure) or any(part.isdigit() for part in phrase.split()):
            continue
        alone: dict[str, float] = {}
        for part in phrase.split():
            for chinese, probability in singles.get(part, ()):
                alone[chinese] = max(alone.get(chinese, 0.0), probability)
        gained = sum(p for chinese, p in found if p > 2 * alone.get(chinese, 0.0))
        if gained > 0.15:
            scored.append((gained * min(count, 20.0), phrase, normalised(found, at_most=6)))
    scored.sort(key=lambda item: (-item[0], item[1]))
    return {phrase: found for _, phrase, found in scored[:at_most]}


def build(sources: Sources, file: Path, phrases_at_most: int = 60_000) -> Table:
    """Align everything parallel and write the table."""
    every = [*translations(sources), lexicon_words(read_lexicon(sources.own / "lexicon"))]
    pairs = list(dict.fromkeys(term_pairs(every)))
    print(f"aligning {len(pairs):,} pairs")
    words, phrases = count_words(align(pairs))
    singles = word_table(words)
    table = Table(singles | phrase_table(phrases, singles, phrases_at_most))
    table.save(file)
    print(f"{len(singles):,} words, {len(table.entries) - len(singles):,} phrases")
    return table
