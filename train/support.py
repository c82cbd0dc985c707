"""How well the check of a model's sentences tells true from false: `python -m train.support`.

What must pass: sentences of passages, as printed and as rendered, held against their own passage; short answers of
`data/answered`, held against theirs. What must not: the same sentences with a figure, a name or a prohibition changed;
the answers, held against the best other passage found for their question. `rag.writing.support.ENOUGH` was chosen on
its table.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from rag.asking.lexicon import load_lexicon
from rag.index import Index, Passage, open_index
from rag.indexing.fields import Fields
from rag.retrieval.retrieve import Retriever
from rag.settings import Settings
from rag.text.normal import Language
from rag.text.spans import shared
from rag.writing.support import Checker

Said = tuple[str, Passage]
"""A sentence and the passage it is held against."""

_THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_OTHERS = {
    "兰山": "罗庄",
    "临沂": "济南",
    "临淄": "周村",
    "民政局": "教育局",
    "Lanshan": "Luozhuang",
    "Linyi": "Jinan",
    "Linzi": "Zhoucun",
}
_LEAVES = {"不得": "可以", "禁止": "允许", "严禁": "允许", "must not": "may", "may not": "may"}


def another_figure(text: str) -> str:
    """A text with one of its numbers greater by seven; the mark it opens with aside."""
    numbers = [number for number in re.finditer(r"\d+", text) if number.start() > 4]
    if not numbers:
        return text
    number = numbers[len(numbers) // 2]
    return f"{text[: number.start()]}{int(number[0]) + 7}{text[number.end() :]}"


def another_name(text: str) -> str:
    """A text with other districts and offices in it."""
    return _replaced(text, _OTHERS)


def leave_for_ban(text: str) -> str:
    """A text that allows what it forbade."""
    return _replaced(text, _LEAVES)


def sentences(
    index: Index, spoken: Language, change: Callable[[str], str] | None = None, most: int = 150
) -> list[Said]:
    """Sentences of passages chosen at random, one of each, as printed or rendered; changed, where a change is given."""
    found: list[Said] = []
    for passage in random.Random(1).sample(index.passages, len(index.passages)):
        for unit in passage.chunk.units:
            text = unit.reading if spoken == "zh" else passage.fields.english_of(unit.spans)
            if unit.kind in ("sentence", "item") and 12 < len(unit.reading) < 120 and len(text) < 400:
                said = change(text) if change else text
                if said != text or not change:
                    found.append((said, passage))
                    break
        if len(found) == most:
            break
    return found


def answers(
    index: Index, settings: Settings, spoken: Language, most: int = 300
) -> tuple[list[Said], list[Said]]:
    """Short answers with the passage that gives them, and with the best other one found for their question."""
    retriever = Retriever(index, load_lexicon(settings.data / "lexicon"))
    lines = [
        (f"{file.stem}.txt", json.loads(line))
        for file in sorted((settings.data / "answered").glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    own: list[Said] = []
    other: list[Said] = []
    for source, line in random.Random(1).sample(lines, most):
        home = max(
            (passage for passage in index.passages if passage.chunk.source == source),
            key=lambda passage: shared(passage.chunk.spans, (line["start"], line["end"])),
        )
        hits = retriever.search(line[f"q_{spoken}"], 4)[1]
        own.append((line[f"answer_{spoken}"], home))
        other += [(own[-1][0], hit.passage) for hit in hits if hit.passage.reading != home.reading][:1]
    return own, other


def passing(checker: Checker, said: Sequence[Said]) -> float:
    """Share of sentences that are borne out by their passages."""
    return sum(bool(checker.places(text, [passage])) for text, passage in said) / len(said)


def main() -> None:
    """Print the table."""
    settings = Settings.from_environment()
    index = open_index(settings)
    lexicon = load_lexicon(settings.data / "lexicon")
    print(f"share passing, by ENOUGH{'':16}" + "".join(f"{threshold:7}" for threshold in _THRESHOLDS))
    languages: tuple[Language, ...] = ("zh", "en")
    for spoken in languages:
        own, other = answers(index, settings, spoken)
        sets = {
            "own sentences": sentences(index, spoken),
            "answers at their passage": own,
            "answers at another passage": other,
            "another figure": sentences(index, spoken, another_figure),
            "another name": sentences(index, spoken, another_name),
            "leave for a ban": sentences(index, spoken, leave_for_ban),
        }
        if spoken == "en":
            sets |= {f"{name}, not rendered": _unrendered(said) for name, said in sets.items()}
        for name, said in sets.items():
            shares = (
                passing(Checker(index, lexicon, {"zh": threshold, "en": threshold}), said)
                for threshold in _THRESHOLDS
            )
            print(f"{spoken} {name:37}" + "".join(f"{share:7.1%}" for share in shares))


def _unrendered(said: Iterable[Said]) -> list[Said]:
    return [(text, replace(passage, fields=Fields())) for text, passage in said]


def _replaced(text: str, others: dict[str, str]) -> str:
    for one, other in others.items():
        text = text.replace(one, other)
    return text


if __name__ == "__main__":
    main()
