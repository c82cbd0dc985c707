"""What the encoder is trained on: pairs made of the lexicon and of our questions, and what is kept out of an index."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from rag.settings import Settings
from train.pairs import (
    Pairs,
    best_chunk,
    headed,
    lexicon_matches,
    lexicon_questions,
    lexicon_words,
    window,
)
from train.sources import Chunked, LexiconEntry, PublicQuestion
from train.text import han_subwords, han_words, is_han, normalise, passages, runs
from train.withheld import bare, withhold

POOR = LexiconEntry("最低生活保障", ("低保",), ("minimum living allowance",))
OLD = LexiconEntry("高龄津贴", ("老人补贴", "高龄补助"), ("old-age allowance", "senior allowance"))


def pairs_of(pairs: Pairs) -> set[tuple[str, str]]:
    return set(zip(pairs.queries, pairs.passages, strict=True))


def test_every_word_of_an_entry_means_its_official_word_and_translations_mean_each_other() -> None:
    found = pairs_of(lexicon_words([OLD]))
    assert {("老人补贴", "高龄津贴"), ("高龄补助", "高龄津贴"), ("old-age allowance", "高龄津贴")} <= found
    assert ("old-age allowance", "老人补贴") in found
    assert set(lexicon_words([OLD]).groups) == {"高龄津贴"}


def test_the_longest_official_word_at_a_place_is_found_once() -> None:
    known = dict.fromkeys(("最低生活保障", "生活保障", "保障"), POOR)
    assert lexicon_matches("申请最低生活保障后保障最低生活保障", known, 6) == ["最低生活保障", "保障"]
    assert lexicon_matches("申请", known, 6) == []


def test_made_up_questions_say_a_passage_s_official_words_in_others() -> None:
    text = "最低生活保障家庭可以申请高龄津贴。"
    everyday, english = lexicon_questions([text], [POOR, OLD], random.Random(3))
    words = {"低保", "老人补贴", "高龄补助"}
    assert everyday.passages == [text] * 3
    assert all(set(query.split()) <= words for query in everyday.queries)
    assert all(not set(query) & set("低保老人") for query in english.queries)


def test_a_passage_with_one_official_word_makes_no_question() -> None:
    everyday, _ = lexicon_questions(["高龄津贴按月发放。"], [POOR, OLD], random.Random(3))
    assert len(everyday) == 0


def test_a_question_goes_with_the_chunk_that_holds_most_of_its_answer() -> None:
    chunks = (Chunked("甲", ((0, 10),)), Chunked("乙", ((10, 30),)))
    assert best_chunk(chunks, 8, 20) == 1
    assert best_chunk(chunks, 0, 12) == 0
    assert best_chunk(chunks, 40, 50) is None
    assert best_chunk((), 0, 5) is None


def test_a_stretch_around_an_answer_holds_it_and_begins_at_a_sentence() -> None:
    text = "第一句。第二句很长很长。答案在这里。后面还有。" * 3
    at = text.index("答案")
    asked = PublicQuestion("甲", "formal", "问", at, at + 6)
    for seed in range(20):
        stretch = window(text, asked, 20, random.Random(seed))
        assert text[at : at + 6] in stretch
        assert stretch in text


def test_a_passage_stands_under_its_title() -> None:
    assert headed("停水公告", "九月一日停水。") == "停水公告\n九月一日停水。"


# --- text ---


def test_the_normal_form_of_training_closes_up_han_and_keeps_words_apart() -> None:
    assert normalise("Ａ区　公园 每天\n开放 From 9 AM") == "a区公园每天开放 from 9 am"


def test_runs_are_of_one_script() -> None:
    assert runs("5g网络covid19防控") == ["5", "g", "网络", "covid", "19", "防控"]
    assert [is_han(run) for run in ("网络", "g", "5")] == [True, False, False]


def test_words_cover_a_run_and_words_inside_a_word_are_shorter() -> None:
    run = "临沂市人民政府办公室"
    assert "".join(han_words(run)) == run
    assert set(han_subwords("人民政府")) >= {"人民", "政府"}
    assert "人民政府" not in han_subwords("人民政府")


@pytest.mark.parametrize("size", [10, 25, 60])
def test_passages_cover_a_text_in_order_and_end_with_sentences_where_they_can(size: int) -> None:
    text = "公园每天开放。" * 9 + "没有句号的一句很长很长很长很长很长很长很长很长很长很长的话"
    found = passages(text, size)
    assert "".join(text[start:end] for start, end in found) == text
    assert all(end - start < 2 * size for start, end in found)
    assert all(text[end - 1] == "。" for _, end in found if end < text.index("没有"))


# --- what is kept out ---


@pytest.fixture
def data(tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    for kind in ("bulletins", "english", "asked", "answered", "lexicon"):
        (data / kind).mkdir(parents=True)
    for name in ("a", "b"):
        (data / "bulletins" / f"{name}.txt").write_text("停水通知\n九月停水。\n", encoding="utf-8")
        asked = [{"start": n, "end": n + 1, "style": "formal", "question": f"{name}问{n}"} for n in range(4)]
        answered = [{"start": 0, "end": 2, "q_zh": f"{name}何时", "q_en": f"{name} when"}]
        (data / "asked" / f"{name}.jsonl").write_text("\n".join(map(json.dumps, asked)), encoding="utf-8")
        (data / "answered" / f"{name}.jsonl").write_text(json.dumps(answered[0]), encoding="utf-8")
    return Settings(data=data)


@pytest.mark.parametrize(("half", "kept"), [(0, ["a问1", "a问3"]), (1, ["a问0", "a问2"])])
def test_one_half_of_the_questions_is_withheld_and_the_other_stays(
    tmp_path: Path, data: Settings, half: int, kept: list[str]
) -> None:
    asked = withhold(tmp_path / "other", data, ["a"], half)
    left = (tmp_path / "other" / "asked" / "a.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["question"] for line in left] == kept
    assert not {one.question for one in asked} & set(kept)
    assert {one.source for one in asked} == {"a.txt"}
    others = (tmp_path / "other" / "asked" / "b.jsonl").read_text(encoding="utf-8")
    assert len(others.splitlines()) == 4


def test_a_question_s_way_of_asking_is_its_style_or_its_language(tmp_path: Path, data: Settings) -> None:
    ways = {one.question: one.way for one in withhold(tmp_path / "other", data, ["a"], 0)}
    assert ways["a when"] == "english"
    assert ways["a何时"] == ways["a问0"] == "formal"


def test_bare_bulletins_have_nothing_beside_them_but_the_lexicon(tmp_path: Path, data: Settings) -> None:
    alone = bare(tmp_path / "bare" / "data", data)
    assert sorted(one.name for one in alone.data.iterdir()) == ["bulletins", "lexicon"]
    assert (alone.bulletins / "a.txt").is_file()
    assert alone.index != data.index
