"""Questions written over numbered sentences of public documents: what the reader learns, and what is kept from it."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from rag.index import open_index
from rag.indexing.reader import PoolingReader, load_reader
from rag.settings import Settings
from train.measure_reader import told
from train.reader import Batch, ReaderModel, losses
from train.reader_run import _tiny
from train.reading import written_lessons
from train.sources import Sources
from train.written import KEPT, LEARNED, collection, digest, passages

TEXT = (
    "第一条为了方便群众办事，制定本办法。\n第二条水费每吨三元。\n"
    "第三条欠费的，自逾期之日起按日加收千分之五的滞纳金。"
)
ASKED = [
    {"of": digest(TEXT), "style": "colloquial", "q": "用一吨水几块钱", "right": [1]},
    {"of": digest(TEXT), "style": "english", "q": "What if I pay my water bill late?", "right": [2]},
    {"of": digest(TEXT), "style": "colloquial", "q": "停水提前几天说", "right": [], "near": [1]},
]


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "titles_laws.jsonl").write_text(
        "\n".join(json.dumps(one, ensure_ascii=False) for one in ASKED), encoding="utf-8"
    )
    with gzip.open(tmp_path / "titles_laws.jsonl.gz", "wt", encoding="utf-8") as file:
        for title, text in (("甲县供水办法", TEXT), ("乙县供水办法", "第一条水费每吨二元。")):
            file.write(json.dumps({"title": title, "text": text}, ensure_ascii=False) + "\n")
    return Sources(tmp_path, Settings().data)


def test_a_question_finds_its_passage_and_the_sentences_that_answer_it(
    sources: Sources, tmp_path: Path
) -> None:
    (lesson,) = written_lessons(sources, tmp_path / "lessons", set())
    assert lesson.laid.text.startswith("甲县供水办法")
    told = [
        [lesson.laid.text[slice(*lesson.laid.sentences[at])] for at in sorted(one.right)]
        for one in lesson.questions
    ]
    assert told == [["第二条水费每吨三元。"], ["第三条欠费的，自逾期之日起按日加收千分之五的滞纳金。"], []]
    assert [one.answered for one in lesson.questions] == [True, True, False]


def test_a_document_that_is_kept_to_measure_by_teaches_nothing(sources: Sources, tmp_path: Path) -> None:
    strange = {"".join(TEXT.split())[at : at + 16] for at in range(len(TEXT))}
    assert not written_lessons(sources, tmp_path / "lessons", strange)


def test_a_near_miss_costs_where_it_is_as_near_to_the_sentence_as_what_that_answers(
    sources: Sources, tmp_path: Path
) -> None:
    lessons = written_lessons(sources, tmp_path / "lessons", set())
    bert, tokenizer = _tiny(lessons)
    model = ReaderModel(bert, 0)
    alone = Batch(lessons, [(0, lessons[0].questions[0])])
    beside = Batch(lessons, [(0, lessons[0].questions[0]), (0, lessons[0].questions[2])])
    with torch.no_grad():
        assert float(losses(model, tokenizer, alone, 1)["apart"]) == 0.0
        assert float(losses(model, tokenizer, beside, 1)["apart"]) > 0.0


def test_what_was_kept_is_a_collection_with_places_and_questions_that_nothing_answers(
    sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.written.KEPT", tmp_path / "lessons")
    alone, placed, missed = collection(sources, replace(Settings(), reader="none"), tmp_path / "made")
    index = open_index(alone, quiet=True)
    told = [index.source_text(one.source)[slice(*one.places[0])].strip() for one in placed]
    assert told == ["第二条水费每吨三元。", "第三条欠费的，自逾期之日起按日加收千分之五的滞纳金。"]
    assert missed == ["停水提前几天说"]


def test_no_passage_is_both_learned_and_kept() -> None:
    learned, kept = (
        {json.loads(line)["of"] for file in folder.glob("*.jsonl") for line in file.open(encoding="utf-8")}
        for folder in (LEARNED, KEPT)
    )
    assert learned
    assert kept
    assert not learned & kept


def test_a_passage_is_read_in_whole_sentences(sources: Sources, tmp_path: Path) -> None:
    (one,) = passages(sources, tmp_path / "lessons")
    assert [TEXT[start:end].strip() for start, end in one.sentences] == TEXT.split("\n")


def test_a_reader_is_measured_by_sentences_passages_and_near_misses(sources: Sources, tmp_path: Path) -> None:
    reader = load_reader(Settings().reader)
    assert isinstance(reader, PoolingReader)
    measured = told(reader, written_lessons(sources, tmp_path / "lessons", set()))
    assert measured["english"][:3] == (1, 1.0, 1.0)
    count, sentence, _, area = measured["colloquial"]
    assert (count, sentence, area) == (2, 1.0, 1.0)
