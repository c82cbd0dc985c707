"""Questions for a government are told from those that people ask each other, by the shipped model and by a fit."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from rag.answering.subject import Subject, load_subject
from rag.errors import BulletinError
from rag.indexing.reader import VectorReader, load_reader
from rag.settings import DEFAULT_READER
from train.sources import Sources
from train.subject import fit_subject, gather

CIVIC = [
    "公租房怎么申请？",
    "残疾证到期了去哪换",
    "学校食堂的饭钱归谁管",
    "工地半夜施工找谁投诉",
    "Where do I apply for a residence permit?",
    "How much is the fine for burning straw?",
]
OTHERS = [
    "红烧肉怎么做？",
    "推荐一部好看的电影",
    "世界杯冠军是谁",
    "你最喜欢什么颜色？",
    "How do I cook rice?",
    "Can you play the guitar?",
]


@pytest.fixture(scope="module")
def reader() -> VectorReader:
    found = load_reader(str(DEFAULT_READER))
    assert isinstance(found, VectorReader)
    return found


@pytest.mark.parametrize("question", CIVIC)
def test_a_question_for_a_government_is_taken_for_one(reader: VectorReader, question: str) -> None:
    assert load_subject().civic(question, reader) > 0.5


@pytest.mark.parametrize("question", OTHERS)
def test_a_question_for_anybody_else_is_not(reader: VectorReader, question: str) -> None:
    assert load_subject().civic(question, reader) < 0.5


def test_without_a_reader_every_question_may_be_one() -> None:
    assert load_subject().civic(OTHERS[0], None) == 1.0


def test_with_another_reader_every_question_may_be_one(reader: VectorReader) -> None:
    other = Subject(load_subject().weights, 0.0, "fitted to another")
    assert other.civic(OTHERS[0], reader) == 1.0


def test_a_model_that_is_gone_says_what_makes_it_again(tmp_path: Path) -> None:
    with pytest.raises(BulletinError, match="python -m train subject"):
        load_subject(tmp_path / "subject.json")


def written(folder: Path, name: str, records: Sequence[dict[str, str]]) -> None:
    """A public training file."""
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(record) + "\n" for record in records)


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """A little of each file, and the questions written for two bulletins, of which one is left out."""
    things = [
        "低保",
        "公租房",
        "社保卡",
        "营业执照",
        "残疾证",
        "居住证",
        "临时救助",
        "医保",
        "准生证",
        "养老金",
    ]
    dishes = ["红烧肉", "蛋糕", "米饭", "面条", "豆腐", "饺子", "馒头", "火锅", "烤鸭", "凉菜"]
    written(tmp_path, "pairs_civic_questions", [{"query": f"{one}怎么办理？"} for one in things])
    written(tmp_path, "pairs_stard_law", [{"query": f"没有{one}会被处罚吗？"} for one in things])
    written(tmp_path, "pairs_drcd", [{"query": f"{one}起源于哪个朝代？"} for one in dishes])
    written(tmp_path, "pairs_cmrc2018", [{"query": f"{one}最早记载于哪本书？"} for one in dishes])
    written(tmp_path, "pairs_xquad_en_zh", [{"query": "Who painted the ceiling?"}])
    said = [{"zh": f"你喜欢吃{one}吗？", "en": f"Do you like dish {n}?"} for n, one in enumerate(dishes)]
    written(tmp_path, "parallel_tatoeba", [*said, {"zh": "我喜欢米饭。", "en": "I like rice."}])
    for name in ("ours", "kept"):
        for folder, suffix in (("bulletins", "txt"), ("asked", "jsonl")):
            (tmp_path / folder).mkdir(exist_ok=True)
            (tmp_path / folder / f"{name}.{suffix}").touch()
    for name, question in (("ours", "高龄津贴几岁能领？"), ("kept", "校车几点发车？")):
        record = {"style": "colloquial", "question": question, "start": 0, "end": 1}
        (tmp_path / "asked" / f"{name}.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    return Sources(tmp_path, tmp_path, leave_out=("kept",))


def test_nothing_is_learned_from_a_bulletin_that_is_left_out(sources: Sources) -> None:
    civic, _ = gather(sources, 100)
    assert "高龄津贴几岁能领？" in civic
    assert "校车几点发车？" not in civic


def test_of_conversations_only_the_questions_are_taken(sources: Sources) -> None:
    _, others = gather(sources, 100)
    assert "你喜欢吃米饭吗？" in others
    assert "Do you like dish 2?" in others
    assert not {"我喜欢米饭。", "I like rice."} & set(others)


def test_no_kind_is_drawn_more_often_than_said(sources: Sources) -> None:
    civic, others = gather(sources, 3)
    assert len(civic) == 1 + 3
    assert len(others) == 3 * 3


def test_a_fit_learns_to_tell_them_and_is_written(
    sources: Sources, reader: VectorReader, tmp_path: Path
) -> None:
    fit_subject(sources, reader, file=tmp_path / "subject.json")
    model = load_subject(tmp_path / "subject.json")
    assert model.civic("结婚证怎么办理？", reader) > model.civic("你喜欢吃包子吗？", reader) + 0.2
    assert model.reader == reader.fingerprint
