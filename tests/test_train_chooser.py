"""The chooser fitted on questions whose places are known: what is right, what a fit prefers, and what is written."""

from __future__ import annotations

import shutil
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from rag.answering.choose import Chooser
from rag.answering.grounds import Grounds, Model
from rag.asking.lexicon import load_lexicon
from rag.fitted import read_fitted, write_fitted
from rag.index import Index, open_index
from rag.indexing.readings import Readings
from rag.retrieval.rank import Ranker, Signals
from rag.retrieval.retrieve import Retriever
from rag.settings import Settings
from tests.made import NOTHING
from train.chooser import _FLAT, example_of, fit_model
from train.development import Placed
from train.logit import Example
from train.ranker import _fitted, _homes, _passages_at
from train.vectors import ship

NOTICE = """青禾市人民政府关于发放惠民补贴的通告
青政通〔2025〕4号
年满80周岁的老年人每月领取高龄津贴100元，由民政部门发放。
新就业职工每月领取租房补贴400元，由住房保障中心发放，最长三年。
失业人员取得证书的，一次性领取培训补贴800元，由人社部门审核。
青禾市人民政府
2025年3月1日
"""
NAMES = [field.name for field in fields(Grounds)]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("fits")
    settings = replace(Settings(), data=folder / "data", index=folder / "index")
    settings.bulletins.mkdir(parents=True)
    (settings.bulletins / "aid.txt").write_text(NOTICE, encoding="utf-8")
    asked = settings.data / "asked"
    asked.mkdir()
    at = NOTICE.index("年满80周岁")
    (asked / "aid.jsonl").write_text(
        f'{{"style": "formal", "question": "老人领多少钱？", "start": {at}, "end": {at + 20}}}',
        encoding="utf-8",
    )
    return settings


@pytest.fixture(scope="module")
def index(settings: Settings) -> Index:
    return open_index(settings, quiet=True)


def placed(question: str, words: str) -> Placed:
    start = NOTICE.index(words)
    return Placed(question, "zh", "aid.txt", ((start, start + len(words)),))


def example(index: Index, settings: Settings, one: Placed) -> Example:
    retriever = Retriever(index, load_lexicon(settings.data / "lexicon"))
    return example_of(retriever, Chooser(index, _FLAT), one)


def test_the_sentence_at_the_place_of_the_answer_is_right(index: Index, settings: Settings) -> None:
    found = example(index, settings, placed("租房补贴多少钱？", "新就业职工每月领取租房补贴400元"))
    assert found.decides
    assert found.right.sum() == 1
    assert found.features.shape == (len(found.right), len(NAMES))


def test_a_place_in_another_bulletin_makes_nothing_right(index: Index, settings: Settings) -> None:
    one = replace(placed("租房补贴多少钱？", "租房补贴400元"), source="other.txt")
    assert not example(index, settings, one).right.any()


def test_what_tells_right_sentences_apart_is_weighed(index: Index, settings: Settings) -> None:
    asked = [
        placed("高龄津贴每月多少钱？", "每月领取高龄津贴100元"),
        placed("租房补贴每月多少钱？", "每月领取租房补贴400元"),
        placed("培训补贴一次多少钱？", "一次性领取培训补贴800元"),
    ]
    examples = [("zh", example(index, settings, one)) for one in asked]
    weights = dict(zip(NAMES, fit_model(examples), strict=True))
    assert weights["late"] > 0
    for _, one in examples:
        assert one.right[np.argmax(one.features @ np.array([weights[name] for name in NAMES]))]


def made(count: int, way: str, column: int) -> list[tuple[str, Example]]:
    """Questions of two sentences each, of which the one that has the ground of a column is right."""
    features = np.zeros((2, len(NAMES)))
    features[0, column] = 1.0
    return [(way, Example(features, np.array([True, False])))] * count


def test_every_way_of_asking_weighs_the_same_whatever_its_number() -> None:
    examples = [*made(5, "zh", 0), *made(500, "en", 1)]
    few, many = fit_model(examples)[:2]
    assert few > many > 0  # five that show it, standing out among the others, weigh no less
    alike = fit_model([("same", one) for _, one in examples])
    assert alike[0] < few


def test_a_fitted_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    model = Model(replace(NOTHING, passage=0.1, read=2.5, holds=4.0), "encoder", "reader")
    write_fitted(model, tmp_path / "chooser.json")
    assert read_fitted(tmp_path / "chooser.json", Model, "fit") == model
    assert (tmp_path / "chooser.json").read_text(encoding="utf-8").count("\n") > 6  # for people to compare


# --- the ranker's ---

SIGNALS = [field.name for field in fields(Signals)]


def found_by(signal: str, count: int, way: str) -> list[tuple[str, Example]]:
    features = np.zeros((3, len(SIGNALS)))
    features[1, SIGNALS.index(signal)] = 1.0
    return [(way, Example(features, np.array([False, True, False])))] * count


def test_a_signal_that_finds_the_right_passage_is_weighed_and_an_idle_one_is_not() -> None:
    weights = _fitted([*found_by("text", 20, "zh"), *found_by("translated", 20, "zh")], ("translated",))
    assert weights.text > 1
    assert weights.translated == 0


def test_what_people_name_is_weighed_by_hand() -> None:
    weights = _fitted(found_by("text", 20, "zh"), ())
    assert weights.number > weights.article > weights.place > weights.year > 0


def test_only_being_prepared_may_speak_against_a_passage() -> None:
    wrong = np.zeros((2, len(SIGNALS)))
    wrong[0, SIGNALS.index("dense")] = wrong[0, SIGNALS.index("prepared")] = 1.0
    weights = _fitted([("zh", Example(wrong, np.array([False, True])))] * 20, ())
    assert weights.dense == 0
    assert weights.prepared < 0


def test_a_written_question_is_at_home_in_the_passage_of_its_place(index: Index) -> None:
    homes = _homes(index)
    (home,) = homes["老人领多少钱？"]
    assert "高龄津贴100元" in index.passage(home).chunk.text


def test_passages_at_a_place_share_half_of_it(index: Index) -> None:
    at = NOTICE.index("年满80周岁")
    found = _passages_at(index, "aid.txt", (at, at + 30))
    assert any("高龄津贴" in index.passage(one).chunk.text for one in found)
    assert _passages_at(index, "other.txt", (at, at + 30)) == frozenset()
    assert _passages_at(index, "aid.txt", (len(NOTICE) + 5, len(NOTICE) + 9)) == frozenset()


def test_a_flat_ranker_scores_nothing() -> None:
    flat = Ranker(Signals(), Signals())
    assert not flat.scores(np.ones((2, len(SIGNALS)), dtype=np.float32), "zh").any()


# --- what is shipped ---


def test_what_the_reader_made_is_put_beside_the_bulletins(index: Index, settings: Settings) -> None:
    (file,) = ship(settings)
    assert file == settings.data / "read" / "aid.npz"
    made = Readings.load(file)
    assert made.fingerprint == index.read_by
    assert len(made.keys) == len(list(index.passages))


def test_without_a_reader_nothing_is_shipped(settings: Settings, tmp_path: Path) -> None:
    alone = replace(settings, index=tmp_path / "index", reader="none")
    shutil.copytree(settings.bulletins, tmp_path / "data" / "bulletins")
    assert ship(replace(alone, data=tmp_path / "data")) == []
