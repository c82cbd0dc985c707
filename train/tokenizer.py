"""The encoder's vocabulary: dictionary words, with characters to fall back on, chosen by frequency.

A Unigram model whose scores are log frequencies cuts a run into its likeliest words, as jieba does, inside the
Rust tokeniser. Words that share characters, shorter words or an English stem share *parts* while training.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import Stemmer
import torch
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram
from tqdm import tqdm

from train.text import han_subwords, han_words, is_han, normalise, runs

UNKNOWN = "[UNK]"
_PUNCTUATED_HAN = r"[\p{Han}，。；：、（）《》“”]"


@dataclass(frozen=True, slots=True)
class VocabularySize:
    """How many entries of each script the vocabulary holds."""

    han: int = 32_000
    latin: int = 18_000
    digits: int = 2_000


def count_words(texts: Iterable[tuple[str, float]], total: int) -> Counter[str]:
    """Weighted counts of words over (text, weight); numbers and Latin words whole, Han words by dictionary."""
    counts: Counter[str] = Counter()
    for text, weight in tqdm(texts, total=total, desc="counting words", unit="text", mininterval=2):
        for run in runs(normalise(text)):
            for word in han_words(run) if is_han(run) else [run]:
                counts[word] += weight  # type: ignore[assignment]  # fractions of a count are meant
    return counts


def _latin_pieces(counts: Counter[str], how_many: int) -> Counter[str]:
    """Frequent letter sequences of two to five letters, weighted by length, to spell rare words with."""
    pieces: Counter[str] = Counter()
    for word, count in counts.items():
        if word.isascii() and word.isalpha() and len(word) > 3:
            for size in range(2, 6):
                for at in range(len(word) - size + 1):
                    pieces[word[at : at + size]] += min(count, 50) * (size - 1)
    return Counter(dict(pieces.most_common(how_many)))


def build_tokenizer(counts: Counter[str], size: VocabularySize, pieces: int = 1_500) -> Tokenizer:
    """A Unigram tokeniser over the most frequent words of each script."""
    han = Counter({w: c for w, c in counts.items() if is_han(w) and len(w) <= 8})
    latin = Counter({w: c for w, c in counts.items() if w.isascii() and w.isalpha()})
    digits = Counter({w: c for w, c in counts.items() if w.isdigit() and len(w) <= 6})
    characters: Counter[str] = Counter()
    for word, count in han.items():
        for character in word:
            characters[character] += count

    chosen: dict[str, float] = {}
    for character, count in characters.most_common(7_000):
        chosen[character] = max(han.get(character, 0), count * 0.01)
    for word, count in han.most_common():
        if len(chosen) >= size.han:
            break
        chosen.setdefault(word, count)
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    words = dict.fromkeys([w for w, _ in latin.most_common(size.latin - pieces)])
    spelled = [p for p in _latin_pieces(latin, pieces * 2) if p not in words][:pieces]
    # A whole English word must always win over its pieces: each entry costs the same, and letters cost more.
    latin_score = dict.fromkeys(letters, -20.0) | dict.fromkeys(spelled, -14.0)
    latin_score |= {w: -10.0 + 0.1 * math.log1p(latin[w]) for w in words if len(w) > 1}
    digit_score = {str(d): -12.0 for d in range(10)}
    digit_score |= {w: -10.0 + 0.1 * math.log1p(c) for w, c in digits.most_common(size.digits)}

    mass = sum(chosen.values())
    vocabulary = [(UNKNOWN, 0.0)]
    vocabulary += [(w, round(math.log(max(c, 0.05) / mass), 3)) for w, c in chosen.items()]
    vocabulary += [(w, round(s, 3)) for w, s in latin_score.items()]
    vocabulary += [(w, round(s, 3)) for w, s in digit_score.items()]
    tokenizer = Tokenizer(Unigram(vocabulary, unk_id=0, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Lowercase(),
            normalizers.Replace(Regex(rf"(?<={_PUNCTUATED_HAN})\s+(?={_PUNCTUATED_HAN})"), ""),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split(
        Regex(r"\p{Han}+|[a-z]+|[0-9]+"), behavior="removed", invert=True
    )
    return tokenizer


@dataclass(frozen=True, slots=True)
class Parts:
    """What each vocabulary entry is made of: the part numbers of entry i are `ids[offsets[i]:offsets[i + 1]]`."""

    ids: torch.Tensor
    offsets: torch.Tensor
    count: int
    """How many different parts there are."""


def parts_of(token: str, stemmer: Stemmer.Stemmer) -> list[str]:
    """The characters and shorter dictionary words of a Chinese word, or the stem of an English one."""
    if token == UNKNOWN:
        return []
    if is_han(token):
        return list(token) + (han_subwords(token) if len(token) > 2 else [])
    return ["~" + stemmer.stemWord(token)] if token.isalpha() and len(token) > 2 else []


def composition(tokenizer: Tokenizer) -> Parts:
    """The parts of every vocabulary entry: its trained vector is its own plus the mean of its parts'.

    English stems are those of Porter's second stemmer.
    """
    stemmer = Stemmer.Stemmer("english")
    numbers: dict[str, int] = {}
    ids: list[int] = []
    offsets: list[int] = []
    for token, _ in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1]):
        offsets.append(len(ids))
        ids.extend(numbers.setdefault(part, len(numbers)) for part in parts_of(token, stemmer))
    return Parts(torch.tensor(ids), torch.tensor(offsets), len(numbers))
