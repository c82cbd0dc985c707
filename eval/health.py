"""Whether the evaluation set itself is sound: gold places, counts, references, and nothing of it in training."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from eval.measure import NOTICES, is_right
from eval.questions import (
    WAYS,
    Fact,
    Unanswerable,
    load_conversations,
    load_facts,
    load_questions,
    load_unanswerable,
    places,
)
from eval.unprepared import collections_elsewhere, towns
from rag.settings import Settings
from rag.text.normal import squeeze

KINDS = (
    "other_place",
    "other_year",
    "missing_annex",
    "false_premise",
    "private_data",
    "not_stated",
    "off_topic",
)
"""Why a question has no answer."""
NEAR = 0.8
"""Share of three-character pieces in common (Jaccard) from which two questions are taken for one."""
_AT_LEAST = {
    "facts": 300,
    "unanswerable questions": 80,
    "conversations": 40,
    "facts with a contradiction": 20,
    "facts of an expired document": 20,
}
_AT_ONCE = 200  # questions compared with all of data/ at a time: some 30 MB


@dataclass(frozen=True, slots=True)
class Near:
    """A question of the set, and the one written for the collection that it resembles."""

    question: str
    written: str
    alike: float


@dataclass(frozen=True, slots=True)
class Health:
    """What was counted, and what is wrong."""

    counts: dict[str, int]
    faults: tuple[str, ...]
    near: tuple[Near, ...]
    """Questions that resemble a written one, likest first; of `NEAR` and more are also among the faults."""


def check(settings: Settings) -> Health:
    """Check the set against the bulletins and against everything written beside them.

    :raises BulletinError: if the set or the bulletins can't be read.
    """
    facts, nowhere, conversations = load_facts(), load_unanswerable(), load_conversations()
    texts = _texts(settings.bulletins)
    counts = {
        "facts": len(facts),
        "unanswerable questions": len(nowhere),
        "conversations": len(conversations),
        "questions as asked": len(load_questions()),
        "facts with a contradiction": sum("conflict" in (fact.notices or ()) for fact in facts),
        "facts of an expired document": sum(
            bool({"expired", "implied_expired"} & set(fact.notices or ())) for fact in facts
        ),
    }
    counts |= {f"facts of {name}": n for name, n in sorted(Counter(fact.file for fact in facts).items())}
    counts |= {f"unanswerable: {kind}": n for kind, n in sorted(Counter(one.kind for one in nowhere).items())}
    near = _near_duplicates([question.text for question in load_questions()], list(_written(settings.data)))
    faults = [
        f"{counts[name]} {name}; at least {least} are wanted"
        for name, least in _AT_LEAST.items()
        if counts[name] < least
    ]
    faults += _faults_of_set(
        [*facts, *(conversation.fact() for conversation in conversations)], nowhere, texts
    )
    for place in [*collections_elsewhere(), towns()]:
        there, no_answer = (
            load_facts(folder=place.questions_folder),
            load_unanswerable(folder=place.questions_folder),
        )
        counts |= {
            f"{place.name}: facts": len(there),
            f"{place.name}: unanswerable questions": len(no_answer),
        }
        faults += _faults_of_set(there, no_answer, _texts(place.bulletins))
    faults += [f"{one.question!r} is nearly {one.written!r} of data/" for one in near if one.alike >= NEAR]
    return Health(counts, tuple(faults), tuple(near[:20]))


def _texts(bulletins: Path) -> dict[str, str]:
    return {file.name: file.read_bytes().decode() for file in bulletins.glob("*.txt")}


def _faults_of_set(
    facts: Sequence[Fact], nowhere: Sequence[Unanswerable], texts: dict[str, str]
) -> Iterator[str]:
    """What is wrong with the questions about one collection."""
    ids = Counter([fact.id for fact in facts] + [one.id for one in nowhere])
    yield from (f"{name} is the id of {count} questions" for name, count in ids.items() if count > 1)
    for one in nowhere:
        if one.kind not in KINDS:
            yield f"{one.id}: kind {one.kind!r} is none of {', '.join(KINDS)}"
    for fact in facts:
        yield from _faults(fact, texts)


def _faults(fact: Fact, texts: dict[str, str]) -> Iterator[str]:
    """What is wrong with one fact."""
    text = texts.get(fact.file)
    if text is None:
        yield f"{fact.id}: there is no bulletin {fact.file}"
        return
    if not fact.evidence or not fact.must:
        yield f"{fact.id}: has no evidence, or requires nothing of an answer"
    for evidence in fact.evidence:
        if not places(evidence, text):
            yield f"{fact.id}: its evidence does not stand in {fact.file}: {evidence}"
    for way in WAYS:
        if not fact.question(way).strip():
            yield f"{fact.id}: is not asked in {way}"
    for language, reference in (("zh", fact.answer_zh), ("en", fact.answer_en)):
        if not is_right(fact, reference):
            yield f"{fact.id}: its own {language} answer lacks a required fact: {reference}"
    if any(group not in fact.must for part in fact.parts for group in part):
        yield f"{fact.id}: a part requires what `must` does not"
    if unknown := set(fact.notices or ()) - set(NOTICES):
        yield f"{fact.id}: notice {', '.join(sorted(unknown))} is none of {', '.join(NOTICES)}"


def _written(data: Path) -> Iterator[str]:
    """Every question in `data/asked` and `data/answered`."""
    for file in sorted([*(data / "asked").glob("*.jsonl"), *(data / "answered").glob("*.jsonl")]):
        for line in file.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            yield from (record[name] for name in ("question", "q_zh", "q_en") if name in record)


def _near_duplicates(questions: Sequence[str], written: Sequence[str]) -> list[Near]:
    """Each question with the written one that it resembles most, likest first."""
    if not written:
        return []
    vectorizer = CountVectorizer(analyzer="char", ngram_range=(3, 3), binary=True)
    there = vectorizer.fit_transform([squeeze(one) for one in written])
    here = vectorizer.transform([squeeze(one) for one in questions])
    sizes = np.asarray(there.sum(axis=1)).ravel()
    found = []
    for first in range(0, here.shape[0], _AT_ONCE):
        rows = here[first : first + _AT_ONCE]
        common = (rows @ there.T).toarray()
        # pieces that no written question has count as well
        own = [max(len(_pieces(squeeze(one))), 1) for one in questions[first : first + _AT_ONCE]]
        alike = common / (np.array(own)[:, None] + sizes[None, :] - common)
        for row, best in enumerate(alike.argmax(axis=1)):
            found.append(Near(questions[first + row], written[best], float(alike[row, best])))
    return sorted(found, key=lambda one: -one.alike)


def _pieces(text: str) -> set[str]:
    return {text[at : at + 3] for at in range(len(text) - 2)}


def shown(health: Health) -> str:
    """The health of the set, for people."""
    lines = [f"{count:5}  {name}" for name, count in health.counts.items()]
    lines += ["", "Questions nearest to one written for the collection (share of pieces in common):"]
    lines += [
        f"  {math.floor(100 * one.alike) / 100:.2f}  {one.question}  |  {one.written}"
        for one in health.near[:5]
    ]
    verdict = "Sound." if not health.faults else f"{len(health.faults)} faults:"
    return "\n".join([*lines, "", verdict, *(f"  {fault}" for fault in health.faults)])
