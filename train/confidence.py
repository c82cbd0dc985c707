"""Fit the model that says how sure an answer is, and choose the confidence below which none is given.

Answerable: the development questions, of our bulletins and of those of other towns, and written questions withheld from
an index. Not answerable: the development questions that have no answer, most of them about something that stands right
beside what a document says, and questions made from the withheld ones: with the
passages or the documents that answer them taken away (not stated, missing annex), asked about another place or
another year, or with another figure (a false premise); near-misses written over documents that the reader never saw
(`train.written`, whose answered questions count as answerable); and questions of public reading-comprehension sets
and of everyday conversations (off topic).
All are asked with and without what is written beside the bulletins; every kind weighs the same. Logistic regression,
L2, by scikit-learn. The threshold refuses at most a given share of the answerable development questions; what that
costs is printed and drawn.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from eval.charts import refusal_curve
from eval.metrics import Trade
from eval.public import read_jsonl
from eval.questions import WAYS, Fact, Unanswerable, load_facts, load_unanswerable
from eval.unprepared import towns
from rag.answer import Engine
from rag.answering.choose import READ
from rag.answering.confidence import MODEL, Model, Signs, model_file, signs_of
from rag.asking.query import Query
from rag.cli import add_settings, settings_from
from rag.fitted import write_fitted
from rag.index import open_index
from rag.retrieval.retrieve import Hit
from rag.text.normal import language
from rag.text.spans import Span, shared
from train.sources import ENCYCLOPEDIAS, TALK, Sources
from train.withheld import Withheld, bare, withhold
from train.written import collection

CHART = MODEL.with_suffix(".svg")
_SEED = 20261122
_WRITTEN = 4.0  # what a kind of development question counts beside one of those made up
_ELSEWHERE_ZH = """
    罗庄区 河东区 沂水县 莒南县 郯城县 费县 平邑县 蒙阴县 张店区 周村区 桓台县 济南市 青岛市 济宁市 潍坊市 石家庄市
    """.split()
_ELSEWHERE_EN = """
    Luozhuang Hedong Yishui Junan Tancheng Feixian Pingyi Mengyin Zhangdian Zhoucun Huantai Jinan Qingdao
    """.split()
_OURS_ZH = re.compile(r"临沂市兰山区|兰山区|兰山|临淄区|临淄|临沂市|临沂|临港区|临港")
_OURS_EN = re.compile(r"\b(?:Lanshan|Linzi|Linyi|Lingang)\b(?: [Dd]istrict| [Zz]one| [Cc]ity)?")
_YEAR = re.compile(r"(?<!\d)20[12]\d(?!\d)")
_FIGURE = re.compile(
    r"(?<=第)[一二三四五六七八九十]+|[一二三四五六七八九十]+(?=[轮届批期类级等])|(?<![\d.])\d{1,3}(?![\d.])"
)


@dataclass(frozen=True, slots=True)
class Example:
    """Signs of a question, of what kind it is, and whether it is one of the development questions."""

    signs: Signs
    kind: str
    """`answerable`, or why it is not."""
    development: bool

    @property
    def answerable(self) -> bool:
        """Whether an answer is owed."""
        return self.kind == "answerable"


def main() -> None:
    """Fit and save the model; print what the threshold costs."""
    parser = argparse.ArgumentParser(prog="python -m train.confidence", description=__doc__)
    parser.add_argument("--training", type=Path, required=True, help="folder of the public training files")
    parser.add_argument(
        "--left-out",
        nargs="+",
        required=True,
        metavar="BULLETIN",
        help="those that the reader was trained without",
    )
    parser.add_argument("--sample", type=int, default=500, help="withheld questions a half (default 500)")
    parser.add_argument(
        "--false-refusals",
        type=float,
        default=0.021,
        help="share of answerable questions that may be refused",
    )
    parser.add_argument("--keep", type=Path, metavar="FILE", help="also keep the examples there, as JSON")
    add_settings(parser)
    parsed = parser.parse_args()
    settings = settings_from(parsed)
    ours = load_facts("dev"), load_unanswerable("dev")
    examples = list(_development(Engine(open_index(settings), settings), *ours))
    with tempfile.TemporaryDirectory() as name:
        alone = bare(Path(name) / "data", settings)
        examples += _development(Engine(open_index(alone), alone), *ours)
    there = towns()
    with tempfile.TemporaryDirectory() as name:
        alone = there.settings(settings, Path(name))
        folder = there.questions_folder
        theirs = load_facts(folder=folder), load_unanswerable(folder=folder)
        examples += _development(Engine(open_index(alone), alone), *theirs)
    with tempfile.TemporaryDirectory() as name:
        alone, placed, missed = collection(Sources(parsed.training, settings.data), settings, Path(name))
        engine = Engine(open_index(alone), alone)
        for question in tqdm([one.question for one in placed], desc="Written questions"):
            examples += _example(engine, question, "answerable")
        for question in missed:
            examples += _example(engine, question, "near-miss")
    off_topic = _off_topic(parsed.training, parsed.sample // 4)
    for half in (0, 1):
        for unprepared in (False, True):
            with tempfile.TemporaryDirectory() as name:
                data = Path(name) / "data"
                asked = withhold(data, settings, parsed.left_out, half)
                if unprepared:  # what the next bulletin will be like
                    for kind in ("english", "asked", "answered"):
                        (data / kind).rename(data / f"no-{kind}")
                alone = replace(settings, data=data, index=Path(name) / "index")
                engine = Engine(open_index(alone), alone)
                chosen = random.Random(_SEED + half).sample(asked, parsed.sample)
                examples += _made_up(engine, chosen, off_topic)
                with_figures = [one for one in asked if _FIGURE.search(_YEAR.sub("", one.question))]
                some = random.Random(_SEED).sample(with_figures, min(parsed.sample, len(with_figures)))
                examples += _with_other_figures(engine, some)
    if parsed.keep:
        parsed.keep.write_bytes(msgspec.json.encode(examples))
    index = open_index(settings, quiet=True)
    model = replace(
        fit(examples, parsed.false_refusals), encoder=index.encoder.fingerprint, reader=index.read_by
    )
    write_fitted(model, model_file(index.read_by))
    print(msgspec.json.format(msgspec.json.encode(model), indent=2).decode())
    report(model, examples)


def fit(examples: Sequence[Example], false_refusals: float) -> Model:
    """Fit the model and choose the threshold on the development examples."""
    matrix = np.array([_row(example.signs) for example in examples])
    labels = np.array([example.answerable for example in examples])
    of = Counter((example.development, example.kind) for example in examples)
    counts = np.array([(_WRITTEN if e.development else 1.0) / of[e.development, e.kind] for e in examples])
    for answerable in (True, False):  # both sides weigh the same, whatever their numbers
        counts[labels == answerable] /= counts[labels == answerable].sum()
    regression = LogisticRegression(C=10.0, max_iter=5000).fit(
        matrix, labels, sample_weight=counts * len(examples)
    )
    weights = Signs(*(round(float(weight), 4) for weight in regression.coef_[0]))
    model = Model(weights, round(float(regression.intercept_[0]), 4), 0.0)
    known = sorted(model.confidence(e.signs) for e in examples if e.development and e.answerable)
    threshold = known[int(false_refusals * len(known))]
    down = math.floor(10_000 * threshold) / 10_000  # rounded up it would refuse one more
    return Model(model.weights, model.bias, down)


def report(model: Model, examples: Sequence[Example]) -> None:
    """Print, by kind, the share refused; print and draw, for other thresholds, false refusals and false answers."""
    scores: dict[tuple[bool, str], list[float]] = defaultdict(list)
    for example in examples:
        scores[example.development, example.kind].append(model.confidence(example.signs))
    for (development, kind), found in sorted(scores.items()):
        share = np.mean([score < model.threshold for score in found])
        print(
            f"{'development' if development else 'made up':12} {kind:13} {len(found):5}  refused {share:.3f}"
        )
    known = np.array(scores[True, "answerable"])
    unknown = np.array(
        [
            s
            for (development, kind), found in scores.items()
            if development and kind != "answerable"
            for s in found
        ]
    )
    curve = [
        Trade(float(t), float((unknown >= t).mean()), float((known < t).mean()))
        for t in [*np.arange(0.0, 1.0, 0.01), model.threshold]
    ]
    print("threshold  answerable refused  unanswerable answered (development questions)")
    for trade in curve[5:-1:5]:
        print(f"{trade.threshold:9.2f}  {trade.refused_falsely:18.3f}  {trade.answered_falsely:21.3f}")
    now = (curve[-1].refused_falsely, curve[-1].answered_falsely)
    CHART.write_text(refusal_curve(curve[:-1], now), encoding="utf-8")
    print(f"Drawn: {CHART}")


def _development(
    engine: Engine, facts: Sequence[Fact], unanswerable: Sequence[Unanswerable]
) -> Iterator[Example]:
    for fact in tqdm(facts, desc="Development facts"):
        for way in WAYS:
            yield from _example(engine, fact.question(way), "answerable", development=True)
    for asked in unanswerable:
        for question in (asked.q_zh, asked.q_en):
            yield from _example(engine, question, "unanswerable", development=True)


def _made_up(engine: Engine, chosen: Sequence[Withheld], off_topic: Sequence[str]) -> Iterator[Example]:
    random_ = random.Random(_SEED)
    for one in tqdm(chosen, desc="Withheld questions"):
        yield from _example(engine, one.question, "answerable")
        yield from _example(engine, one.question, "no passage", one, whole_document=False)
        yield from _example(engine, one.question, "no document", one, whole_document=True)
        yield from _example(engine, elsewhere(one.question, random_), "other place")
        if (other := with_another(_YEAR, one.question, random_)) is not None:
            yield from _example(engine, other, "other year")
    for question in off_topic:
        yield from _example(engine, question, "off topic")


def _with_other_figures(engine: Engine, chosen: Sequence[Withheld]) -> Iterator[Example]:
    random_ = random.Random(_SEED)
    for one in tqdm(chosen, desc="Questions with figures"):
        yield from _example(engine, one.question, "answerable")
        if (other := with_another(_FIGURE, _YEAR.sub("", one.question), random_)) is not None:
            yield from _example(engine, other, "other figure")


def elsewhere(question: str, random_: random.Random) -> str:
    """The question asked about another place."""
    if language(question) == "en":
        place = random_.choice(_ELSEWHERE_EN) + random_.choice((" District", " County", ""))
        asked, count = _OURS_EN.subn(place, question)
        return asked if count else f"{question.rstrip('?')} in {place}?"
    place = random_.choice(_ELSEWHERE_ZH)
    asked, count = _OURS_ZH.subn(place, question)
    return asked if count else place + question


def with_another(pattern: re.Pattern[str], question: str, random_: random.Random) -> str | None:
    """The question with one of its years or figures changed; None where it has none."""
    found = pattern.search(question)
    if found is None:
        return None
    if found[0].isdigit():
        number = int(found[0])
        other = str(number + random_.choice([3, 4, 5, 6] if number > 2000 else [7, 13, 29]))
    else:
        other = random_.choice([n for n in ("七", "八", "九", "十一", "十三", "六十") if n != found[0]])
    return question[: found.start()] + other + question[found.end() :]


def _off_topic(training: Path, count: int) -> list[str]:
    draw = random.Random(_SEED)
    asked = [
        record["query"] for name in ENCYCLOPEDIAS for record in read_jsonl(training / f"{name}.jsonl.gz")
    ]
    talked = [record for record in read_jsonl(training / f"{TALK}.jsonl.gz") if record["en"].endswith("?")]
    said = [record[way] for way in ("zh", "en") for record in draw.sample(talked, count // 2)]
    return [*draw.sample(asked, count), *said]


def _example(
    engine: Engine,
    question: str,
    kind: str,
    home: Withheld | None = None,
    *,
    whole_document: bool = False,
    development: bool = False,
) -> Iterator[Example]:
    """The signs of a question; where a home is given, with the passages or documents that print it taken away."""
    query = engine.retriever.understanding.understand(question)
    hits = engine.retriever.rank(query, 60 if home else 10)
    if home:
        at_home = [hit for hit in hits if _holds(hit.passage.chunk.spans, hit.passage.chunk.source, home)]
        documents = {hit.passage.document.id for hit in at_home}
        texts = {hit.passage.reading for hit in at_home}
        hits = [
            hit
            for hit in hits
            if (
                hit.passage.document.id not in documents
                if whole_document
                else hit.passage.reading not in texts
            )
        ]
    found = _signs(engine, query, hits)
    if found is not None:
        yield Example(found, kind, development)


def signs_for(engine: Engine, question: str) -> Signs | None:
    """The signs of what would be answered to a question; None where there is nothing."""
    query = engine.retriever.understanding.understand(question)
    return _signs(engine, query, engine.retriever.rank(query, 10))


def _signs(engine: Engine, query: Query, hits: Sequence[Hit]) -> Signs | None:
    candidates = engine.chooser.candidates(query, hits[:READ])
    if not candidates:
        return None
    chosen = engine.chooser.choose(query, candidates)
    annex = engine.annexed(query, candidates[0].passage.document)
    return signs_of(query, hits[:10], candidates, chosen, engine.civic(query), annex)


def _holds(spans: Sequence[Span], source: str, home: Withheld) -> bool:
    return source == home.source and shared(spans, home.span) > 0


def _row(signs: Signs) -> npt.NDArray[np.float64]:
    return np.array([getattr(signs, field.name) for field in fields(Signs)])


if __name__ == "__main__":
    main()
