"""How well readers do on the written lessons that none was trained on (`train/lessons/kept`), as they are shipped.

By style: how often the sentence nearest to a question is a right one, how often its passage is nearest of all, and the
area under the curve by which the cosine of the nearest sentence tells answered questions from near-misses.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from rag.indexing.reader import VectorReader, load_reader
from rag.settings import ROOT
from train.reading import Lesson, written_lessons
from train.sources import Sources
from train.written import KEPT


def main() -> None:
    """Print a table a reader."""
    parser = argparse.ArgumentParser(prog="python -m train.measure_reader", description=__doc__)
    parser.add_argument("--training", type=Path, required=True, help="folder of the public training files")
    parser.add_argument("readers", nargs="+", metavar="FOLDER", help="readers that compare vectors")
    parsed = parser.parse_args()
    lessons = written_lessons(Sources(parsed.training, ROOT / "data"), KEPT, set())
    for name in parsed.readers:
        reader = load_reader(name)
        if not isinstance(reader, VectorReader):
            parser.error(f"{name} reads question and passage together; expected one that compares vectors.")
        print(f"{name}: {len(lessons)} passages")
        for style, (count, sentence, passage, area) in told(reader, lessons).items():
            print(
                f"{style:10} {count:5} questions: first sentence {sentence:.3f}, passage {passage:.3f}, area {area:.3f}"
            )


def told(reader: VectorReader, lessons: Sequence[Lesson]) -> dict[str, tuple[int, float, float, float]]:
    """By style: the number of questions, the two shares of those answered, and the area; nan without near-misses."""
    read = {number: (whole, parts) for number, whole, parts in reader.passages([one.laid for one in lessons])}
    wholes = np.stack([read[number][0] for number in range(len(lessons))])
    found: dict[str, list[tuple[bool, float, bool, bool]]] = defaultdict(list)
    for number, lesson in enumerate(lessons):
        questions = reader.questions([one.text for one in lesson.questions])
        near, passages = questions @ read[number][1].T, questions @ wholes.T
        for row, one in enumerate(lesson.questions):
            right = int(near[row].argmax()) in one.right, int(passages[row].argmax()) == number
            found[one.style].append((one.answered, float(near[row].max()), *right))
    shares = {}
    for style, marks in sorted(found.items()):
        answered = [mark for mark in marks if mark[0]]
        several = len({mark[0] for mark in marks}) > 1
        area = roc_auc_score([mark[0] for mark in marks], [mark[1] for mark in marks]) if several else np.nan
        sentence, passage = (float(np.mean([mark[at] for mark in answered])) for at in (2, 3))
        shares[style] = len(marks), sentence, passage, float(area)
    return shares


if __name__ == "__main__":
    main()
