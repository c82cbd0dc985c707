"""Bulletins as the measures see them: which passages hold the evidence, and what other systems' passages stand for."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from eval.collection import (
    Collection,
    CorpusPassage,
    Places,
    export_beir,
    read_collection,
    relevant,
)
from eval.questions import Fact, Question, Unanswerable
from rag.contract import RankedPassage
from rag.errors import BulletinError
from rag.settings import Settings
from rag.text.spans import Span, quote

TEXT = "人民公园自7月1日起\n全天免费开放。门票不再出售。"
FACT = Fact(
    id="f1",
    file="park.txt",
    doc="通告",
    type="date",
    evidence=("7月1日起全天免费",),
    must=(("7月1日",),),
    answer_zh="7月1日",
    answer_en="1 July",
    q_zh="几号？",
    q_zh_hard="啥时候？",
    q_en="When?",
    difficulty="easy",
    notices=("past_event",),
)


def passage(name: str, *spans: Span, source: str = "park.txt") -> CorpusPassage:
    return CorpusPassage(name, source, "通告", "".join(TEXT[first:end] for first, end in spans), spans)


def given(chunk: str, *spans: Span, source: str = "park.txt") -> RankedPassage:
    return RankedPassage(1, 0.5, chunk, source, spans, "")


COLLECTION = Collection(
    {"park.txt": TEXT},
    (passage("a", (0, 19)), passage("b", (19, 26)), passage("z", (0, 19), source="pool.txt")),
)


def test_a_passage_with_the_evidence_is_relevant_whatever_its_line_breaks() -> None:
    assert relevant(FACT, COLLECTION) == ["a"]


def test_evidence_is_looked_for_in_the_bulletin_of_the_fact_only() -> None:
    assert relevant(FACT, Collection({}, COLLECTION.passages[2:])) == []


def test_a_piece_of_evidence_that_no_passage_holds_whole_makes_none_relevant() -> None:
    halves = Collection(COLLECTION.texts, (passage("a", (0, 11)), passage("b", (11, 26))))
    assert relevant(FACT, halves) == []


def test_our_own_passages_stand_for_themselves_each_once() -> None:
    assert Places(COLLECTION).corpus_ids((given("b"), given("a"), given("b"))) == ["b", "a"]


@pytest.mark.parametrize(
    ("spans", "stands_for"),
    [
        (((2, 12),), ["a"]),
        (((10, 26),), ["a"]),
        (((17, 26),), ["b"]),
        (((0, 3), (20, 26)), ["b"]),
        (((40, 50),), []),
    ],
)
def test_a_passage_cut_elsewhere_stands_for_the_one_it_shares_most_with(
    spans: tuple[Span, ...], stands_for: list[str]
) -> None:
    assert Places(COLLECTION).corpus_ids((given("theirs", *spans),)) == stands_for


def test_a_passage_of_a_bulletin_that_is_not_there_stands_for_nothing() -> None:
    assert Places(COLLECTION).corpus_ids((given("theirs", (0, 9), source="gone.txt"),)) == []


def test_a_collection_is_cut_as_the_index_cuts_it_and_every_passage_is_its_text(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    settings.bulletins.mkdir()
    (settings.bulletins / "park.txt").write_text(
        "关于开放人民公园的通告\n人民公园自2026年7月1日起免费开放。\n", encoding="utf-8"
    )
    collection = read_collection(settings)
    assert collection.texts.keys() == {"park.txt"}
    assert any("免费开放" in one.text for one in collection.passages)
    for one in collection.passages:
        assert one.text == quote(collection.texts[one.source], one.spans)
        assert one.title == "关于开放人民公园的通告"


def test_no_bulletins_are_told(tmp_path: Path) -> None:
    with pytest.raises(BulletinError):
        read_collection(Settings(data=tmp_path))


def test_the_set_is_written_with_its_gold_and_what_is_not_answered(tmp_path: Path) -> None:
    nobody = Unanswerable("u1", "elsewhere", "火星上呢？", "On Mars?", "no bulletin of Mars")
    questions = [
        Question("f1:zh", "zh", "几号？", FACT, history=("公园在哪？",)),
        Question("u1:en", "en", "On Mars?", None, nobody),
    ]
    export_beir(questions, COLLECTION, tmp_path)
    corpus = [msgspec.json.decode(line) for line in (tmp_path / "corpus.jsonl").read_bytes().splitlines()]
    assert [(one["_id"], one["metadata"]["source"]) for one in corpus] == [
        ("a", "park.txt"),
        ("b", "park.txt"),
        ("z", "pool.txt"),
    ]
    first, second = (
        msgspec.json.decode(line) for line in (tmp_path / "queries.jsonl").read_bytes().splitlines()
    )
    assert (first["_id"], first["text"]) == ("f1:zh", "几号？")
    assert first["metadata"]["answerable"]
    assert first["metadata"]["history"] == ["公园在哪？"]
    ((place,),) = first["metadata"]["places"]["park.txt"]
    assert TEXT[slice(*place)] == "7月1日起\n全天免费"
    assert (second["metadata"]["answerable"], second["metadata"]["kind"]) == (False, "elsewhere")
    assert (tmp_path / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines() == [
        "query-id\tcorpus-id\tscore",
        "f1:zh\ta\t1",
    ]
