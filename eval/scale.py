"""How cost grows with a collection: `python -m eval scale 2000 10000`, as `make bench`.

The collections are made: documents of our bulletins, each moved to a district of the country and with the paragraphs
of others among its own, so that words, lengths and tables are real while what they say together is not. Public
documents of other places, where a folder of them is given, stand among them as they are, each once. In each bulletin
one notice is planted that states an amount of one district; asked for it, its passage should be among the ten best.
Made collections are indexed by the whole program but for the reader, which takes 30 ms a passage and whose share grows
in proportion; so retrieval is measured without the reader's signals, too. What is done is kept, and the same command
goes on where it stopped; serving can be measured again without building anew.
"""

from __future__ import annotations

import gc
import gzip
import multiprocessing
import os
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
from tqdm import tqdm

from eval.charts import drawn
from rag.answer import Engine
from rag.errors import BulletinError
from rag.index import Passages, bulletin_files, change_collection, open_index
from rag.indexing.files import FileStore
from rag.indexing.reader import NONE
from rag.indexing.store import text_of
from rag.publishing import versions
from rag.publishing.collection import Change
from rag.reading.corpus import read_bulletin
from rag.retrieval.retrieve import Hit
from rag.settings import Settings
from rag.text.places import TABLE
from rag.text.spans import quote

T = TypeVar("T")

_SEED = 20261130
_DOCUMENTS = 8
"""Made documents of a made bulletin, beside the planted one: some 280 passages."""
_PUBLIC = 6
"""Documents of other places that stand in a made bulletin as they are, where some are given."""
_PASSAGES = 300
_FOREIGN = 0.5  # share of a document's paragraphs that come from others
_LONG = 30  # characters from which a line is a paragraph that may stand elsewhere
_ASKED = 200  # planted notices asked for
_WARM = 5  # questions asked before the clock counts: what is gathered at the first is not what each costs
_BEST = 10
_THINGS = (
    "高龄津贴",
    "水稻良种补贴",
    "家庭医生签约补助",
    "公租房租金",
    "垃圾处理费",
    "丧葬补助",
    "电动公交票价",
)
_DISTRICT = re.compile(r"\d{4}(?!00)\d\d")
_BUILT = "built-{passages}.json"
_MEASURED = "measured-{passages}.json"
_NEAREST = 64
"""Vectors asked for, to see how many of them the lists find: as many as retrieval asks for."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a public document."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Planted:
    """A notice that states an amount, the question for it, and the bulletin it stands in."""

    source: str
    question: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Built:
    """What building a collection took."""

    bulletins: int
    seconds: float
    processor: float
    """Seconds of processors; on a machine that does nothing else about as many as `seconds`."""
    on_disk: int
    """Bytes of the index."""


@dataclass(frozen=True, slots=True)
class Served:
    """What answering from a collection takes, all times in milliseconds at 50, 95 and 99 of 100 questions."""

    passages: int
    opening: float
    """Seconds until a new process could answer."""
    resident: int
    """Bytes that this process held then, mapped files included, and `asked` after the questions."""
    asked: int
    retrieval: tuple[float, float, float]
    """Until the passages were found."""
    answers: tuple[float, float, float]
    """Until the answer was whole."""
    found: float
    """Share of the planted passages among the ten best, and `found_exactly` with every vector compared."""
    found_exactly: float
    near: float
    """Share of the nearest vectors to a question that are found as they are, not with every vector compared."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What a collection of one size costs, on one machine."""

    built: Built
    served: Served
    worker: int
    """Bytes that another process holds for itself alone after it answered as many questions beside the first."""
    adding: float
    """Seconds to add one more bulletin, and `removing` to take it out, while another process asks."""
    removing: float
    meanwhile: tuple[float, float, float]
    """Milliseconds to an answer then."""


def measure(
    passages: int,
    folder: Path,
    settings: Settings,
    public: Sequence[Sequence[str]] = (),
    *,
    again: bool = False,
) -> Scale:
    """Make a collection of about so many passages, and measure it; what is done already is not done again.

    :param folder: Where collections, indexes and results are kept.
    :param settings: Where the bulletins lie that the made ones are of.
    :param public: Documents that stand among the made ones as they are.
    :param again: Measure once more what is built and was measured, all but the building.
    """
    done = folder / _MEASURED.format(passages=passages)
    if done.is_file() and not again:
        return msgspec.json.decode(done.read_bytes(), type=Scale)
    own = _collection(passages, folder, settings)
    planted = make(_bulletins(passages), own, settings, public)
    built = _build(own, len(planted), folder / _BUILT.format(passages=passages))
    first = _some(planted)
    more = own.data / "more.txt"
    more.write_text((own.bulletins / planted[0].source).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    context = multiprocessing.get_context("spawn")
    over = context.Event()
    with context.Pool(1, _begin, (over,)) as one, context.Pool(1, _begin, (over,)) as other:
        served = one.apply(_serve, (own, first))
        worker = other.apply(_serve_beside, (own, first))
        asking = other.apply_async(_ask_on, (first,))
        _, adding = _timed(lambda: change_collection(own, Change(add={more.name: more}), quiet=True))
        _, removing = _timed(lambda: change_collection(own, Change(remove=[more.name]), quiet=True))
        over.set()
        meanwhile = asking.get()
    scale = Scale(built, served, worker, adding, removing, meanwhile)
    done.write_bytes(msgspec.json.encode(scale))
    return scale


def texts_and_questions(passages: int, folder: Path, settings: Settings) -> tuple[list[str], list[str]]:
    """The Chinese text of every passage of a collection that was measured, and what was asked of it.

    :raises BulletinError: if there is none of that size in the folder.
    """
    own = _collection(passages, folder, settings)
    version = versions.current(own.index)
    if version is None:
        raise BulletinError(
            f"{folder} holds no collection of {passages} passages. "
            f"Make it first: `python -m eval scale {passages} --folder {folder}`."
        )
    store = FileStore(own.index / version, words=False, readings=False)
    texts = [text_of(passage, "text") for passage in Passages(store)]
    return texts, [one.question for one in _some(make(_bulletins(passages), own, settings))]


def _collection(passages: int, folder: Path, settings: Settings) -> Settings:
    """Where the collection of about so many passages lies, whether it is made yet or not."""
    home = folder / str(passages)
    return replace(settings, data=home / "data", index=home / "index", reader=NONE)


def _bulletins(passages: int) -> int:
    return max(1, round(passages / _PASSAGES))


def _some(planted: Sequence[Planted]) -> list[Planted]:
    """Those that are asked for."""
    return random.Random(_SEED).sample(planted, min(_ASKED, len(planted)))


def _build(own: Settings, bulletins: int, done: Path) -> Built:
    """Build the index of a collection, unless that is done."""
    if done.is_file():
        return msgspec.json.decode(done.read_bytes(), type=Built)
    began = time.process_time()
    _, seconds = _timed(lambda: open_index(own))
    size = sum(file.stat().st_size for file in own.index.rglob("*") if file.is_file())
    built = Built(bulletins, seconds, time.process_time() - began, size)
    done.write_bytes(msgspec.json.encode(built))
    return built


def public_documents(folder: Path) -> list[list[str]]:
    """The lines of documents that others made public, each with its title first.

    :param folder: Holds `titles_*.jsonl.gz`, a piece of a document a line: `{"title": …, "text": …}`.
    :raises BulletinError: if it holds none.
    """
    documents: dict[str, list[str]] = {}
    for file in sorted(folder.glob("titles_*.jsonl.gz")):
        with gzip.open(file, "rb") as rows:
            for row in rows:
                piece = msgspec.json.decode(row, type=_Piece)
                documents.setdefault(piece.title, []).extend(piece.text.splitlines())
    if not documents:
        raise BulletinError(
            f"{folder} holds no titles_*.jsonl.gz; expected public documents there, a line "
            '{"title": …, "text": …} for each piece. Leave --documents out to do without.'
        )
    return [[title, *lines] for title, lines in documents.items()]


def make(
    bulletins: int, own: Settings, settings: Settings, public: Sequence[Sequence[str]] = ()
) -> list[Planted]:
    """Write a collection of made bulletins, the same at each call; files that are there stay.

    :param public: Documents that stand in them as they are, `_PUBLIC` in each until all stand in one.
    """
    own.bulletins.mkdir(parents=True, exist_ok=True)
    if not (own.data / "lexicon").exists():
        (own.data / "lexicon").symlink_to((settings.data / "lexicon").resolve())
    documents = [
        (document.jurisdiction or "", quote(read.text, (document.span,)).splitlines())
        for read in map(read_bulletin, bulletin_files(settings))
        for document in read.documents
    ]
    paragraphs = [line for _, lines in documents for line in lines if len(line) >= _LONG]
    districts = _districts()
    planted = []
    for number in tqdm(range(bulletins), desc="Making bulletins", unit="file", disable=None):
        chance = random.Random(f"{_SEED} {number}")
        name, place = f"made-{number:05}.txt", districts[number % len(districts)]
        thing = _THINGS[number // len(districts) % len(_THINGS)]
        amount = chance.randrange(100, 99999)
        sentence = f"{place}{thing}标准为每人每年{amount}元。"
        planted.append(Planted(name, f"{place}{thing}标准是多少？", sentence))
        if (own.bulletins / name).is_file():
            continue
        notice = [f"{place}人民政府关于调整{thing}标准的通告", sentence, f"{place}人民政府", "2025年3月1日"]
        chosen = [
            list(_moved(*chance.choice(documents), place, paragraphs, chance)) for _ in range(_DOCUMENTS)
        ]
        chosen += [list(one) for one in public[number * _PUBLIC : (number + 1) * _PUBLIC]]
        chosen.insert(chance.randrange(len(chosen) + 1), notice)
        text = "\n".join(line for lines in chosen for line in lines) + "\n"
        (own.bulletins / name).write_text(text, encoding="utf-8")
    return planted


def table(scales: Sequence[Scale]) -> str:
    """The measures, a line each, a column a size."""
    rows: list[tuple[str, Callable[[Scale], str]]] = [
        ("bulletins", lambda one: f"{one.built.bulletins:,}"),
        ("built in", lambda one: f"{one.built.seconds:,.0f} s, {one.built.processor:,.0f} s of a processor"),
        ("passages a second of a processor", lambda one: f"{one.served.passages / one.built.processor:,.0f}"),
        ("on disk", lambda one: f"{one.built.on_disk / 1e6:,.0f} MB"),
        ("opened, ready to answer", lambda one: f"{one.served.opening:.1f} s"),
        (
            "resident, then after the questions (mapped files included)",
            lambda one: f"{one.served.resident / 1e6:,.0f} MB, {one.served.asked / 1e6:,.0f} MB",
        ),
        ("a process more holds for itself", lambda one: f"{one.worker / 1e6:,.0f} MB"),
        ("retrieval at 50 / 95 / 99 of 100 questions", lambda one: _shown(one.served.retrieval)),
        ("answers at 50 / 95 / 99", lambda one: _shown(one.served.answers)),
        ("planted passages among the ten best", lambda one: f"{one.served.found:.3f}"),
        ("the same, every vector compared", lambda one: f"{one.served.found_exactly:.3f}"),
        (f"of the {_NEAREST} nearest vectors found", lambda one: f"{one.served.near:.3f}"),
        ("a bulletin put in / taken out", lambda one: f"{one.adding:.1f} s / {one.removing:.1f} s"),
        ("answers at 50 / 95 / 99 meanwhile", lambda one: _shown(one.meanwhile)),
    ]
    lines = [
        f"| | {' | '.join(f'{one.served.passages:,} passages' for one in scales)} |",
        f"|---|{'---:|' * len(scales)}",
        *(f"| {name} | {' | '.join(map(shown, scales))} |" for name, shown in rows),
    ]
    return "\n".join(lines)


def chart(scales: Sequence[Scale]) -> str:
    """How cost grows with the passages, as an SVG: time, memory, disk and changes, both axes by powers of ten."""
    sizes = [one.served.passages for one in scales]
    panels: dict[str, dict[str, list[float]]] = {
        "milliseconds a question": {
            "retrieval, 50 %": [one.served.retrieval[0] for one in scales],
            "retrieval, 95 %": [one.served.retrieval[1] for one in scales],
            "answer, 95 %": [one.served.answers[1] for one in scales],
        },
        "MB": {
            "on disk": [one.built.on_disk / 1e6 for one in scales],
            "resident": [one.served.asked / 1e6 for one in scales],
            "a process more": [one.worker / 1e6 for one in scales],
        },
        "seconds of a processor to build": {"all": [one.built.processor for one in scales]},
        "seconds": {
            "opened": [one.served.opening for one in scales],
            "a bulletin put in": [one.adding for one in scales],
            "taken out": [one.removing for one in scales],
        },
    }
    with drawn(8, 6) as drawing:
        drawing.figure.clear()
        for axes, (title, lines) in zip(drawing.figure.subplots(2, 2).flat, panels.items(), strict=True):
            for name, values in lines.items():
                axes.plot(sizes, values, "o-", label=name)
            axes.set(xscale="log", yscale="log", xlabel="passages", title=title)
            axes.grid(which="both", alpha=0.2)
            if len(lines) > 1:
                axes.legend(frameon=False)
    return drawing.svg


def _shown(times: Sequence[float]) -> str:
    return " / ".join(f"{one:.0f}" for one in times) + " ms"


@dataclass(slots=True)
class _Process:
    """What a process that answers keeps between two calls."""

    over: Event
    """Set when it is to ask no more."""
    engine: Engine | None = None


_process: list[_Process] = []


def _begin(over: Event) -> None:
    _process.append(_Process(over))


def _open(settings: Settings) -> Engine:
    """An engine, kept until the process ends."""
    engine = Engine(open_index(settings, quiet=True), settings)
    _process[0].engine = engine
    return engine


def _serve(settings: Settings, planted: Sequence[Planted]) -> Served:
    """What a process of its own takes to open a collection and to answer."""
    engine, opening = _timed(lambda: _open(settings))
    resident = _resident()
    for one in planted[:_WARM]:
        engine.ask(one.question)
    retrieval, answers, found = [], [], 0
    for one in tqdm(planted, desc="Asking", unit="question", disable=None):
        hits, seconds = _timed(partial(engine.retriever.search, one.question, _BEST))
        found += _is_found(one, hits[1])
        retrieval.append(1000 * seconds)
        answers.append(1000 * _timed(partial(engine.ask, one.question))[1])
    asked = _resident()
    store, vectors = engine.index.store, [engine.index.encoder.queries([one.question])[0] for one in planted]
    near = [{id_ for id_, _ in store.search("passages", vector, _NEAREST)} for vector in vectors]
    if isinstance(store, FileStore):
        store.compare_each()
    exact = [{id_ for id_, _ in store.search("passages", vector, _NEAREST)} for vector in vectors]
    exactly = sum(_is_found(one, engine.retriever.search(one.question, _BEST)[1]) for one in planted)
    return Served(
        passages=len(store),
        opening=opening,
        resident=resident,
        asked=asked,
        retrieval=_percentiles(retrieval),
        answers=_percentiles(answers),
        found=found / len(planted),
        found_exactly=exactly / len(planted),
        near=float(np.mean([len(a & b) / len(b) for a, b in zip(near, exact, strict=True)])),
    )


def _serve_beside(settings: Settings, planted: Sequence[Planted]) -> int:
    """What a process holds for itself alone that answers beside another, bytes."""
    engine = _open(settings)
    for one in planted:
        engine.ask(one.question)
    gc.collect()
    with open("/proc/self/smaps_rollup", encoding="ascii") as file:
        held = [int(line.split()[1]) for line in file if line.startswith("Private_")]
    return 1024 * sum(held)


def _ask_on(planted: Sequence[Planted]) -> tuple[float, float, float]:
    """Milliseconds to an answer until no more is to be asked."""
    (process,) = _process
    assert process.engine is not None
    times = []
    for one in cycle(planted):
        times.append(1000 * _timed(partial(process.engine.ask, one.question))[1])
        if process.over.is_set():
            return _percentiles(times)
    return 0.0, 0.0, 0.0  # nothing was planted


def _is_found(planted: Planted, hits: Sequence[Hit]) -> bool:
    return any(
        hit.passage.chunk.source == planted.source and planted.sentence in hit.passage.chunk.text
        for hit in hits
    )


def _moved(
    home: str, lines: Sequence[str], place: str, paragraphs: Sequence[str], chance: random.Random
) -> Iterator[str]:
    """A document in another district, with paragraphs of others in the place of some of its own."""
    for line in lines:
        other = chance.choice(paragraphs) if len(line) >= _LONG and chance.random() < _FOREIGN else line
        yield other.replace(home, place) if home else other


def _districts() -> list[str]:
    """The names of the country's counties and districts, each once."""
    rows = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]]
    return list(dict.fromkeys(row[1] for row in rows if _DISTRICT.fullmatch(row[0]) and row[2]))


def _percentiles(times: Sequence[float]) -> tuple[float, float, float]:
    middle, late, latest = np.percentile(times, [50, 95, 99])
    return float(middle), float(late), float(latest)


def _resident() -> int:
    """Bytes of memory that this process holds."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began
