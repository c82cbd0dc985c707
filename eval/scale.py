"""How cost grows with a collection: `python -m eval scale 2000 10000`, as `make bench`.

The collections are made: documents of our bulletins, each moved to a district of the country and with the paragraphs
of others among its own, so that words, lengths and tables are real while what they say together is not. Public
documents of other places, where a folder of them is given, stand among them as they are, each once. In each bulletin
one notice is planted that states an amount of one district; asked for it, its passage should be among the ten best.
Made collections are indexed by the whole program but for the reader, which takes 30 ms a passage and whose share grows
in proportion; so retrieval is measured without the reader's signals, too. What is done is kept, and the same command
goes on where it stopped.
"""

from __future__ import annotations

import gzip
import multiprocessing
import os
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
from tqdm import tqdm

from rag.answer import Engine
from rag.errors import BulletinError
from rag.index import bulletin_files, change_collection, open_index
from rag.indexing.reader import NONE
from rag.publishing.collection import Change
from rag.reading.corpus import read_bulletin
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
_STAYED = "scale-{passages}.json"


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
class Scale:
    """What a collection of one size costs, on one machine."""

    passages: int
    bulletins: int
    building: float
    """Seconds until it was indexed."""
    on_disk: int
    """Bytes of the index."""
    opening: float
    """Seconds until a new process could answer."""
    resident: int
    """Bytes that this process held then, and `asked` after the questions."""
    asked: int
    retrieval: tuple[float, float, float]
    """Milliseconds until the passages were found: at 50, 95 and 99 of 100 questions."""
    answers: tuple[float, float, float]
    """The same until the answer was whole."""
    found: float
    """Share of the planted passages among the ten best."""
    adding: float
    """Seconds to add one more bulletin, and `removing` to take it out."""
    removing: float


def measure(passages: int, folder: Path, settings: Settings, public: Sequence[Sequence[str]] = ()) -> Scale:
    """Make a collection of about so many passages, and measure it; what is done already is not done again.

    :param folder: Where collections, indexes and results are kept.
    :param settings: Where the bulletins lie that the made ones are of.
    :param public: Documents that stand among the made ones as they are.
    """
    done = folder / _STAYED.format(passages=passages)
    if done.is_file():
        return msgspec.json.decode(done.read_bytes(), type=Scale)
    own = replace(
        settings, data=folder / str(passages) / "data", index=folder / str(passages) / "index", reader=NONE
    )
    planted = make(max(1, round(passages / _PASSAGES)), own, settings, public)
    _, building = _timed(lambda: open_index(own))
    first = random.Random(_SEED).sample(planted, min(_ASKED, len(planted)))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        served = pool.apply(_serve, (own, first))
        pool.close()
        pool.join()
    more = own.data / "more.txt"
    more.write_text((own.bulletins / planted[0].source).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    _, adding = _timed(lambda: change_collection(own, Change(add={more.name: more})))
    _, removing = _timed(lambda: change_collection(own, Change(remove=[more.name])))
    size = sum(file.stat().st_size for file in own.index.rglob("*") if file.is_file())
    scale = replace(
        served, bulletins=len(planted), building=building, on_disk=size, adding=adding, removing=removing
    )
    done.write_bytes(msgspec.json.encode(scale))
    return scale


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
    """The measures, a line a size."""
    lines = [
        "| passages | built | on disk | opened | resident | retrieval 50 / 95 / 99 % | answers 50 / 95 / 99 % | "
        "planted among ten | added | removed |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for one in scales:
        retrieval, answers = (" / ".join(f"{t:.0f}" for t in times) for times in (one.retrieval, one.answers))
        lines.append(
            f"| {one.passages:,} | {one.building:.0f} s ({one.passages / one.building:.0f} a second) | "
            f"{one.on_disk / 1e6:.0f} MB | {one.opening:.1f} s | {one.resident / 1e6:.0f} MB, then "
            f"{one.asked / 1e6:.0f} MB | {retrieval} ms | {answers} ms | {one.found:.3f} | {one.adding:.1f} s | "
            f"{one.removing:.1f} s |"
        )
    return "\n".join(lines)


def _serve(settings: Settings, planted: Sequence[Planted]) -> Scale:
    """What a process of its own takes to open a collection and to answer."""
    engine, opening = _timed(lambda: Engine(open_index(settings, quiet=True), settings))
    resident = _resident()
    for one in planted[:_WARM]:
        engine.ask(one.question)
    retrieval, answers, found = [], [], 0
    for one in tqdm(planted, desc="Asking", unit="question", disable=None):
        (_, hits), seconds = _timed(partial(engine.retriever.search, one.question, _BEST))
        found += any(
            hit.passage.chunk.source == one.source and one.sentence in hit.passage.chunk.text for hit in hits
        )
        retrieval.append(1000 * seconds)
        answers.append(1000 * _timed(partial(engine.ask, one.question))[1])
    return Scale(
        passages=len(engine.index.passages),
        bulletins=0,
        building=0.0,
        on_disk=0,
        opening=opening,
        resident=resident,
        asked=_resident(),
        retrieval=_percentiles(retrieval),
        answers=_percentiles(answers),
        found=found / len(planted),
        adding=0.0,
        removing=0.0,
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
