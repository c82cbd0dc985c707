"""Ablations without an index: how ranks become rows, and rows a page and a chart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from xml.etree import ElementTree

import pytest

from eval import ablation as module
from eval.ablation import (
    FULL,
    NO_LEXICON,
    OTHERS,
    TABLE,
    Ablation,
    Remembering,
    Row,
    Trial,
    Unprepared,
    _latency,
    _located,
    _ranks,
    _rows,
    signal_systems,
)
from eval.ablation_report import markdown, write
from eval.baselines import Search
from eval.questions import WAYS
from eval.unprepared import Located
from rag.asking.lexicon import Lexicon
from rag.contract import RankedPassage
from rag.index import Index
from rag.retrieval.rank import NAMES, Ranker, Signals
from rag.retrieval.retrieve import Retriever


def passage(rank: int, first: int, end: int, source: str = "other-001.txt") -> RankedPassage:
    return RankedPassage(rank, 0.5, f"c{rank}", source, ((first, end),), "")


def trial(way: str = "zh", question: str = "问", part: str = "test", found: int | None = 1) -> Trial:
    return Trial(part, "park", way, question, lambda _: found)


# --- the rank of a place ---


@pytest.mark.parametrize(
    ("span", "rank"),
    [
        ((100, 200), 1),  # the whole place
        ((120, 140), 1),  # a part of it
        ((80, 130), 1),  # most of the passage
        ((50, 150), None),  # half of it
        ((300, 400), None),
    ],
)
def test_a_place_is_found_by_a_passage_that_lies_mostly_within(
    span: tuple[int, int], rank: int | None
) -> None:
    one = _located(Located("水库几月清？", "zh_hard", "other-001.txt", (100, 200)))
    assert one.rank([passage(1, *span)]) == rank
    assert (one.about, one.way, one.part) == (OTHERS, "zh_hard", "test")


def test_the_first_passage_of_the_right_document_counts() -> None:
    one = _located(Located("问", "en", "other-001.txt", (100, 200)))
    ranked = [passage(1, 100, 200, "other-002.txt"), passage(2, 0, 50), passage(3, 110, 120)]
    assert one.rank(ranked) == 3


# --- ranks and rows ---


def test_every_system_is_asked_every_question_in_turn() -> None:
    asked: list[tuple[str, str]] = []

    def system(name: str) -> Search:
        def search(question: str) -> Sequence[RankedPassage]:
            asked.append((name, question))
            return []

        return search

    found = _ranks(
        {"a": system("a"), "b": system("b")}, [trial(question="甲"), trial(question="乙", found=None)]
    )
    assert found == {"a": [1, None], "b": [1, None]}
    assert asked == [("a", "甲"), ("a", "乙"), ("b", "甲"), ("b", "乙")]


def test_a_row_tells_what_stands_among_five_and_the_mean_of_one_by_rank() -> None:
    asked = [trial() for _ in range(5)]
    (row,) = _rows({FULL: [1, 5, 6, 10, None]}, asked, lambda one: one.part)
    assert (row.group, row.system, row.way, row.questions) == ("test", FULL, "zh", 5)
    assert row.recall == pytest.approx(2 / 5)
    assert row.reciprocal_rank == pytest.approx((1 + 1 / 5 + 1 / 6 + 1 / 10) / 5)


def test_there_is_a_row_for_each_system_group_and_way() -> None:
    asked = [trial("zh", part="dev"), trial("en", part="dev"), trial("zh", part="test")]
    rows = _rows({"a": [1, None, 2], "b": [None, 1, 1]}, asked, lambda one: one.part)
    assert [(row.system, row.group, row.way, row.recall) for row in rows] == [
        ("a", "dev", "zh", 1.0),
        ("a", "dev", "en", 0.0),
        ("a", "test", "zh", 1.0),
        ("b", "dev", "zh", 0.0),
        ("b", "dev", "en", 1.0),
        ("b", "test", "zh", 1.0),
    ]


def test_times_are_told_after_some_questions_that_warm_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    retriever = cast(Retriever, SimpleNamespace(search=lambda question, _: asked.append(question)))
    clock = iter(range(1000))
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(clock) ** 2 / 1000)  # type: ignore[attr-defined]
    median, late = _latency(retriever, [trial(question=str(number)) for number in range(3)])
    assert asked == ["0", "1", "2"] * 2
    assert median == pytest.approx(5.0)  # of 1, 5 and 9
    assert late == pytest.approx(8.6)


# --- which systems there are ---


class Plain(Remembering):
    """A retriever that has no index."""

    def __init__(self, index: Index, lexicon: Lexicon) -> None:
        self._known = {}
        self.ranker = Ranker(Signals(), Signals())


def test_each_signal_is_tried_alone_and_left_out_and_what_only_says_what_there_is_never_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "Remembering", Plain)
    systems = signal_systems(cast(Index, None), Lexicon(iter(())))
    assert FULL in systems
    assert {f"without {name}" for name in NAMES} <= systems.keys()
    alone = {name.removesuffix(" alone") for name in systems if name.endswith(" alone")}
    assert alone == set(NAMES) - {"prepared"}


def test_a_question_is_worked_out_once_for_all_rankers(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []

    def work(_: Retriever, queries: Sequence[SimpleNamespace]) -> str:
        judged.append(queries[0].asked)
        return f"of {queries[0].asked}"

    monkeypatch.setattr(Retriever, "_judged", work)
    first = Plain(cast(Index, None), Lexicon(iter(())))
    other = first.ranked_by(Ranker(Signals(), Signals()))
    for retriever in (first, other, first):
        assert retriever._judged([SimpleNamespace(asked="甲")]) == "of 甲"  # type: ignore[list-item, comparison-overlap]
    assert judged == ["甲"]
    assert other._judged([SimpleNamespace(asked="乙")]) == "of 乙"  # type: ignore[list-item, comparison-overlap]


def test_another_ranker_leaves_the_first_as_it_was() -> None:
    first = Plain(cast(Index, None), Lexicon(iter(())))
    before, given = first.ranker, Ranker(Signals(), Signals())
    assert first.ranked_by(given).ranker is given
    assert first.ranker is before


# --- the page and the chart ---

CITY, ZONE = "linyi-city-2025", "lingang-zone-2024"


def rows(system: str, group: str, recall: float, reciprocal: float = 0.5) -> list[Row]:
    return [Row(group, system, way, 4, recall, reciprocal) for way in WAYS]


def measured(*unprepared: Unprepared) -> Ablation:
    signals = [
        row
        for system in (FULL, "text alone", "BM25 only")
        for group in ("test", "dev")
        for row in rows(system, group, 0.75, 0.625)
    ]
    return Ablation(
        signals, [*rows(FULL, CITY, 1.0), *rows(FULL, ZONE, 0.875)], list(unprepared), (7.6, 31.4)
    )


def left_out(*bulletins: str, known: tuple[str, ...] = ()) -> Unprepared:
    found = [
        row
        for system in (FULL, NO_LEXICON, "BM25 only")
        for bulletin in (*bulletins, OTHERS)
        for row in rows(system, bulletin, 0.25, 0.125)
    ]
    return Unprepared(bulletins, 1234, 56789, known, found)


def tables(page: str) -> list[list[list[str]]]:
    """The cells of each table, heads first, without the line below them."""
    found: list[list[list[str]]] = [[]]
    for line in page.splitlines():
        if not line.startswith("|"):
            found.append([])
        elif not set(line) <= set("|-:"):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
    return [table for table in found if table]


def test_the_table_has_a_line_a_system_and_a_column_a_group_and_way() -> None:
    (table,) = tables(markdown(measured()))
    assert table[0][1:] == [f"{group} {way}" for group in ("test", "dev") for way in WAYS]
    assert [line[0] for line in table[1:]] == [f"**{FULL}**", "text alone", "BM25 only"]
    assert {cell for line in table[1:] for cell in line[1:]} == {"0.750 / 0.625"}


def test_the_page_says_how_many_questions_and_how_long_it_took() -> None:
    page = markdown(measured())
    assert "test: 4 questions" in page
    assert "8 ms at the median, 31 ms at 95 %" in page


def test_a_bulletin_left_out_stands_beside_itself_prepared() -> None:
    page = markdown(measured(left_out(ZONE, CITY)))
    assert f"## Left out: {ZONE}, {CITY}" in page
    assert "(1,234 documents, 56,789 passages)" in page
    _, zone, city, others = tables(page)
    assert [line[:2] for line in zone[1:3]] == [
        ["prepared", "0.875 / 0.500"],
        [f"**{FULL}**", "0.250 / 0.125"],
    ]
    assert city[1][:2] == ["prepared", "1.000 / 0.500"]
    assert [line[0] for line in others[1:]] == [f"**{FULL}**", NO_LEXICON, "BM25 only"]


@pytest.mark.parametrize(
    ("known", "said"),
    [((), "were made without them, too"), ((TABLE,), f"perhaps made with a little of them: {TABLE}")],
)
def test_what_may_know_the_bulletins_all_the_same_is_named(known: tuple[str, ...], said: str) -> None:
    assert said in markdown(measured(left_out(ZONE, known=known)))


@pytest.mark.parametrize("unprepared", [(), (left_out(ZONE),), (left_out(ZONE, CITY),)])
def test_the_chart_names_every_system_and_every_bulletin_left_out(
    tmp_path: Path, unprepared: tuple[Unprepared, ...]
) -> None:
    page = write(measured(*unprepared), tmp_path / "deep" / "folder")
    assert page.read_text(encoding="utf-8").startswith("# Ablations")
    svg = ElementTree.parse(page.with_suffix(".svg")).getroot()
    texts = [text.text or "" for text in svg.iter() if text.tag.endswith("}text")]
    named = {name for one in unprepared for name in one.bulletins}
    assert {FULL, "text alone", "BM25 only", "official Chinese", "English"} <= set(texts)
    assert named == {text for text in texts if re.fullmatch(r"linyi-.*|lingang-.*", text)}
    assert texts.count("left out") == len(named)


def test_the_same_measures_are_drawn_the_same(tmp_path: Path) -> None:
    first, again = (write(measured(left_out(ZONE)), tmp_path / name) for name in ("one", "other"))
    assert first.with_suffix(".svg").read_bytes() == again.with_suffix(".svg").read_bytes()
