"""How well the check of a model's sentences tells true from false: `python -m train.support`.

True: sentences of passages, as printed and as rendered, held against their own passage; short answers of
`data/answered`, with their question, against theirs. False: the same sentences twisted by rule, a row for each kind
(`train.twists`); the answers, against the best other passage found for their question (some say the same). With
`--data` also the public pairs of sentences, by rule true, turned or beside the point.

Nothing is fitted. The words of `rag.writing.senses` were chosen with the bulletins of the first column at hand; those
of the second were held out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import rjieba

from rag.asking.lexicon import load_lexicon
from rag.chunk import Chunk, Unit
from rag.index import Index, Passage, open_index
from rag.indexing.fields import Fields
from rag.retrieval.retrieve import Retriever
from rag.settings import Settings
from rag.text.normal import Language
from rag.writing.support import Checker
from train.twists import kinds, twisted

Said = tuple[str, Passage, str]
"""A sentence, the passage it is held against, the question it answers (empty where there is none)."""

HELD_OUT = ("linzi-gazette-2018-10.txt", "lanshan-gazette-2021-04.txt")
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
_PUBLIC = "nli_rule_official.jsonl.gz"


def another_name(text: str) -> str:
    """A text with other districts and offices in it."""
    return _replaced(text, _OTHERS)


def leave_for_ban(text: str) -> str:
    """A text that allows what it forbade."""
    return _replaced(text, _LEAVES)


def sentences(
    index: Index,
    spoken: Language,
    change: Callable[[str], str | None] | None = None,
    most: int = 150,
    sources: Sequence[str] | None = None,
) -> list[Said]:
    """Sentences of passages chosen at random, one of each, as printed or rendered; changed, where a change is given.

    :param sources: The bulletins to take them from; None for all.
    """
    found: list[Said] = []
    for passage in random.Random(1).sample(list(index.passages), len(index.passages)):
        if sources is not None and passage.chunk.source not in sources:
            continue
        for unit in passage.chunk.units:
            text = unit.reading if spoken == "zh" else passage.fields.english_of(unit.spans)
            if unit.kind in ("sentence", "item") and 12 < len(unit.reading) < 120 and 0 < len(text) < 390:
                said = change(text) if change else text
                if said and (said != text or not change):
                    found.append((said, passage, ""))
                    break
        if len(found) == most:
            break
    return found


def answers(
    index: Index, settings: Settings, spoken: Language, most: int = 300, sources: Sequence[str] | None = None
) -> tuple[list[Said], list[Said]]:
    """Short answers with the passage that gives them, and with the best other one found for their question."""
    retriever = Retriever(index, load_lexicon(settings.data / "lexicon"))
    lines = [
        (f"{file.stem}.txt", json.loads(line))
        for file in sorted((settings.data / "answered").glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
        if sources is None or f"{file.stem}.txt" in sources
    ]
    own: list[Said] = []
    other: list[Said] = []
    for source, line in random.Random(1).sample(lines, min(most, len(lines))):
        home = max(
            (passage for passage in index.passages if passage.chunk.source == source),
            key=lambda passage: sum(
                max(0, min(end, line["end"]) - max(start, line["start"]))
                for start, end in passage.chunk.spans
            ),
        )
        asked = line[f"q_{spoken}"]
        hits = retriever.search(asked, 4)[1]
        own.append((line[f"answer_{spoken}"], home, asked))
        other += [(own[-1][0], hit.passage, asked) for hit in hits if hit.passage.reading != home.reading][:1]
    return own, other


def passing(checker: Checker, said: Sequence[Said]) -> float:
    """Share of sentences that are borne out by their passages."""
    return sum(
        bool(checker.check(text, [passage], asked=asked).places) for text, passage, asked in said
    ) / len(said)


def twists(true: Sequence[Said], spoken: Language, each: int) -> Iterator[tuple[str, list[Said]]]:
    """The kinds of twists with the sentences that each makes of true ones."""
    texts = [text for text, _, _ in true]
    counted = Counter(word for text in texts for word in set(_words(text, spoken)))
    vocabulary = [word for word, count in counted.most_common(400) if count > 2]
    for kind in kinds(spoken, vocabulary):
        yield kind.name, [(said, true[at][1], "") for at, said in twisted(kind, texts, each)]


def public(file: Path, passage: Passage, most: int) -> dict[str, list[Said]]:
    """Pairs of official sentences, by what they are: the first is put in the place of a passage's text."""
    rows: dict[str, list[Said]] = defaultdict(list)
    with gzip.open(file, "rt", encoding="utf-8") as opened:
        for line in opened:
            row = json.loads(line)
            name = f"{row['label']}: {row['made']}"
            if len(rows[name]) < most:
                rows[name].append((row["hypothesis"], _with_text(passage, row["premise"]), ""))
    return dict(rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m train.support", description=__doc__)
    parser.add_argument("--data", type=Path, help=f"folder of {_PUBLIC}")
    parser.add_argument("--each", type=int, default=10, help="sentences of each twist (default: %(default)s)")
    parser.add_argument(
        "--most", type=int, default=150, help="sentences of each other row (default: %(default)s)"
    )
    given = parser.parse_args()
    settings = Settings.from_environment()
    index = open_index(settings)
    checker = Checker(index, load_lexicon(settings.data / "lexicon"))
    read = [name for name in {passage.chunk.source for passage in index.passages} if name not in HELD_OUT]
    print(f"share passing{'':34}{'read':>14}{'held out':>14}")
    languages: tuple[Language, ...] = ("zh", "en")
    for spoken in languages:
        columns = [_rows(index, settings, spoken, given, sources) for sources in (read, HELD_OUT)]
        _print(checker, spoken, columns)
        if spoken == "en":
            _print(
                checker,
                "en, not rendered",
                [{name: _unrendered(said) for name, said in rows.items()} for rows in columns],
            )
    if given.data:
        for name, said in public(given.data / _PUBLIC, next(iter(index.passages)), given.most).items():
            print(f"{'public: ' + name:47}{passing(checker, said):8.1%} {len(said):5}")


def _rows(
    index: Index, settings: Settings, spoken: Language, given: argparse.Namespace, sources: Sequence[str]
) -> dict[str, list[Said]]:
    own, other = answers(index, settings, spoken, given.most, sources)
    true = sentences(index, spoken, most=given.most, sources=sources)
    many = sentences(index, spoken, most=4000, sources=sources)
    return {
        "true: own sentences": true,
        "true: answers at their passage": own,
        "answers at another passage": other,
        **{f"twist: {name}": said for name, said in twists(many, spoken, given.each)},
        "twist: another name": sentences(index, spoken, another_name, given.most, sources),
    }


def _print(checker: Checker, label: str, columns: Sequence[dict[str, list[Said]]]) -> None:
    """A row a kind, and one of all true and all twisted sentences."""
    passed: list[Counter[str]] = [Counter() for _ in columns]
    total: list[Counter[str]] = [Counter() for _ in columns]
    for name in columns[0]:
        cells = ""
        for at, rows in enumerate(columns):
            said = rows.get(name, [])
            share = passing(checker, said) if said else 0.0
            cells += f"{share:8.1%} {len(said):5}"
            kind = name.split(":")[0]
            passed[at][kind] += round(share * len(said))
            total[at][kind] += len(said)
        print(f"{label + ' ' + name:47}{cells}", flush=True)
    for kind in ("true", "twist"):
        cells = "".join(
            f"{p[kind] / max(t[kind], 1):8.1%} {t[kind]:5}" for p, t in zip(passed, total, strict=True)
        )
        print(f"{label + ' all ' + kind:47}{cells}", flush=True)


def _words(text: str, spoken: Language) -> list[str]:

    if spoken == "en":
        return re.findall(r"\b[a-z]{5,}\b", text)
    return [word for word in rjieba.cut(text) if len(word) > 1 and "\u4e00" <= word[0] <= "\u9fff"]


def _unrendered(said: Sequence[Said]) -> list[Said]:
    return [(text, replace(passage, fields=Fields()), asked) for text, passage, asked in said]


def _with_text(passage: Passage, text: str) -> Passage:
    unit = Unit("sentence", ((0, len(text)),), text)
    chunk: Chunk = replace(passage.chunk, text=text, units=(unit,), path=())
    return replace(passage, chunk=chunk, fields=Fields())


def _replaced(text: str, others: dict[str, str]) -> str:
    for one, other in others.items():
        text = text.replace(one, other)
    return text


if __name__ == "__main__":
    main()
