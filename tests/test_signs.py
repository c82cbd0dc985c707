"""What speaks for an answer and against it, read off one small bulletin: the signs that the confidence weighs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from rag.answering.choose import Candidate
from rag.answering.confidence import Model, Signs, load_model, model_file, signs_of, stands_apart
from rag.asking.query import Understanding
from rag.errors import BulletinError
from rag.index import Passage
from rag.indexing.fields import Fields, Written
from rag.indexing.reader import Reading
from rag.retrieval.rank import Signals
from rag.retrieval.retrieve import Hit
from tests.made import documents_of, passages_of, sentence

NOTICE = """临沂市兰山区人民政府关于发放高龄津贴的通知
临兰政发〔2025〕3号
各镇人民政府、街道办事处：
年满80周岁的老年人每人每月发放高龄津贴100元，90至99周岁的每人每月200元。
全区共有312户家庭领取高龄津贴。
高龄津贴由区民政局发放，联系人王强。
临沂市兰山区人民政府
2025年3月1日
"""
UNREAD = Reading(0.0, np.zeros(0, dtype=np.float32))
ALLOWANCE, HOUSEHOLDS, OFFICE = "年满80周岁", "312户", "区民政局"


@pytest.fixture
def passages(tmp_path: Path) -> list[Passage]:
    return passages_of(tmp_path, NOTICE)


def signs(passages: Sequence[Passage], question: str, words: str = ALLOWANCE, late: float = 0.7) -> Signs:
    """The signs where the sentence with some words would be the answer."""
    best = sentence(passages, words)
    hit = Hit(best.passage, 1.0, Signals(late=late), UNREAD)
    query = Understanding(documents_of(passages)).understand(question)
    return signs_of(query, [hit], [best], [best], 1.0)


def test_the_amount_in_a_further_sentence_may_be_of_something_else(passages: list[Passage]) -> None:
    best, further = sentence(passages, OFFICE), sentence(passages, ALLOWANCE)
    hit = Hit(best.passage, 1.0, Signals(late=0.7), UNREAD)
    query = Understanding(documents_of(passages)).understand("区民政局发放多少钱？")
    assert signs_of(query, [hit], [best], [best, further], 1.0).lacks == 1.0
    assert signs_of(query, [hit], [best], [further, best], 1.0).lacks == 0.0


def test_an_annex_speaks_against_a_sentence_that_it_is_nearer_than(passages: list[Passage]) -> None:
    best = sentence(passages, ALLOWANCE)
    best = replace(best, grounds=replace(best.grounds, read=0.6))
    hit = Hit(best.passage, 1.0, Signals(late=0.7), UNREAD)
    query = Understanding(documents_of(passages)).understand("高龄津贴申请表上要填什么？")
    assert signs_of(query, [hit], [best], [best], 1.0, annex=0.75).annexed == 1.0
    assert signs_of(query, [hit], [best], [best], 1.0, annex=0.5).annexed == 0.0


def test_how_near_the_best_passage_is_is_taken_over(passages: list[Passage]) -> None:
    assert signs(passages, "高龄津贴多少钱？", late=0.4).late == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("question", "words", "lacks"),
    [
        ("高龄津贴每月多少钱？", ALLOWANCE, 0.0),
        ("高龄津贴每月多少钱？", OFFICE, 1.0),
        ("高龄津贴多少户领取？", HOUSEHOLDS, 0.0),
        ("高龄津贴多少户领取？", ALLOWANCE, 1.0),  # counts, but no households
        ("民政局的负责人是谁？", OFFICE, 0.0),
        ("民政局的负责人是谁？", ALLOWANCE, 1.0),  # no name of a person
        ("高龄津贴归谁发放？", ALLOWANCE, 0.0),  # who is told by many words: its lack says nothing
        ("高龄津贴怎么申请？", OFFICE, 0.0),
    ],
)
def test_the_kind_of_thing_that_is_wanted_and_not_given_speaks_against(
    passages: list[Passage], question: str, words: str, lacks: float
) -> None:
    assert signs(passages, question, words).lacks == lacks


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        ("80周岁的老人有多少津贴？", 0.0),
        ("2025年高龄津贴多少钱？", 0.0),  # the day of the document gives it
        ("2031年高龄津贴多少钱？", 1.0),
        ("95周岁老人的津贴多少钱？", 0.0),  # lies in a range
        ("高龄津贴多少钱？", 0.0),
    ],
)
def test_a_figure_that_neither_passage_nor_document_gives_speaks_against(
    passages: list[Passage], question: str, figures: float
) -> None:
    assert signs(passages, question).figures == figures


def test_a_name_that_the_passage_does_not_hold_is_a_stranger(passages: list[Passage]) -> None:
    assert signs(passages, "王强负责高龄津贴吗？").stranger == 0.0
    assert signs(passages, "李晓梅负责高龄津贴吗？").stranger == 1.0
    assert signs(passages, "高龄津贴多少钱？").stranger == 0.0


def test_a_name_in_latin_letters_is_known_by_its_sound(passages: list[Passage]) -> None:
    assert signs(passages, "Is Wangqiang in charge of the allowance?").stranger == 0.0
    assert signs(passages, "Is Lixiaomei in charge of the allowance?").stranger == 1.0


def test_a_place_that_has_no_documents_here_speaks_against(passages: list[Passage]) -> None:
    assert signs(passages, "青岛市高龄津贴多少钱？").elsewhere == 1.0
    assert signs(passages, "兰山区高龄津贴多少钱？").elsewhere == 0.0


def test_a_place_that_the_best_sentence_names_is_here(tmp_path: Path) -> None:
    passages = passages_of(tmp_path, NOTICE.replace("312户家庭", "312户家庭（含青岛市迁入12户）"))
    assert signs(passages, "青岛市迁入的有多少户领取高龄津贴？", HOUSEHOLDS).elsewhere == 0.0
    assert signs(passages, "青岛市高龄津贴多少钱？", ALLOWANCE).elsewhere == 1.0


def test_a_passage_of_another_district_than_the_one_named(tmp_path: Path, passages: list[Passage]) -> None:
    linzi = passages_of(
        tmp_path, NOTICE.replace("临沂市兰山区", "淄博市临淄区").replace("临兰政发", "临政发"), "linzi.txt"
    )
    query = Understanding(documents_of([*passages, *linzi])).understand("兰山区高龄津贴多少钱？")

    def of(best: Candidate) -> float:
        hit = Hit(best.passage, 1.0, Signals(), UNREAD)
        return signs_of(query, [hit], [best], [best], 1.0).other_place

    assert of(sentence(passages, ALLOWANCE)) == 0.0
    assert of(sentence(linzi, ALLOWANCE)) == 1.0


def test_written_questions_are_read_as_part_of_the_passage(passages: list[Passage]) -> None:
    asked = Written((0, 4), "李晓梅能领高龄津贴吗？")
    known = [replace(one, fields=Fields((), (asked,))) for one in passages]
    assert signs(known, "李晓梅能领高龄津贴吗？").stranger == 0.0


def test_the_language_of_the_question_is_a_sign(passages: list[Passage]) -> None:
    assert signs(passages, "How much is the allowance?").english == 1.0
    assert signs(passages, "高龄津贴多少钱？").english == 0.0


# --- the fitted model ---

NONE = Signs(*(0.0 for _ in fields(Signs)))


def test_the_confidence_is_a_probability_that_rises_with_what_speaks_for() -> None:
    model = Model(replace(NONE, late=4.0, lacks=-3.0), -1.0, 0.5)
    values = [model.confidence(replace(NONE, late=late)) for late in (0.0, 0.5, 1.0)]
    assert values == sorted(values)
    assert 0 < values[0] < 0.5 < values[-1] < 1
    assert model.confidence(replace(NONE, late=1.0, lacks=1.0)) == pytest.approx(0.5)


@pytest.mark.parametrize("reader", ["", "some"])
def test_what_is_shipped_is_sure_of_what_is_near_and_not_of_what_is_strange(reader: str) -> None:
    model = load_model(reader)
    near = replace(NONE, late=0.95, read=0.95, civic=1.0)
    assert model.confidence(near) > model.threshold
    strange = replace(NONE, late=0.1, lacks=1.0, figures=1.0, stranger=1.0, elsewhere=1.0, civic=1.0)
    assert model.confidence(strange) < model.threshold


@pytest.mark.parametrize("sign", ["annexed", "lacks", "figures", "stranger", "elsewhere", "other_place"])
def test_no_sign_against_an_answer_speaks_for_it(sign: str) -> None:
    assert getattr(load_model("some").weights, sign) <= 0


@pytest.mark.parametrize(
    ("reader", "sign"), [("some", "read"), ("some", "apart"), ("some", "civic"), ("", "late"), ("", "apart")]
)
def test_no_sign_for_an_answer_speaks_against_it(reader: str, sign: str) -> None:
    assert getattr(load_model(reader).weights, sign) > 0


@pytest.mark.parametrize(
    ("scores", "apart"), [((20.0, 19.5, 12.0), 1.0), ((20.0, 18.5, 18.0), 0.25), ((20.0,), 1.0)]
)
def test_how_far_the_best_passage_stands_before_the_third(scores: Sequence[float], apart: float) -> None:
    assert stands_apart(scores) == apart


def test_a_model_is_looked_for_by_whether_there_is_a_reader() -> None:
    assert model_file("").name == "confidence-plain.json"
    assert model_file("some").name == "confidence.json"


def test_a_model_that_is_gone_says_what_makes_it_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("rag.answering.confidence.MODEL", tmp_path / "confidence.json")
    with pytest.raises(BulletinError, match=r"train\.confidence"):
        load_model("some")
