"""What a question is about, apart from where: names that tell the texts of a place nothing are left out of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.asking.conversation import after
from rag.asking.lexicon import Entry, Lexicon
from rag.asking.query import Understanding, by_matter
from tests.test_owed import PLAIN

CITY, DISTRICT, TOWN = "山东省临沂市", "临沂市兰山区", "临沂市兰山区方城镇"


DOCUMENTS = [replace(PLAIN, id=place, jurisdiction=place) for place in (CITY, DISTRICT, TOWN)]


@pytest.mark.parametrize(
    ("question", "of", "matter"),
    [
        ("兰山区低保标准是多少", DISTRICT, "低保标准是多少"),
        ("兰山区低保标准是多少", TOWN, "低保标准是多少"),  # it lies in the district
        ("兰山区低保标准是多少", CITY, "兰山区低保标准是多少"),  # of which it is one of many
        ("方城小学招生电话", DISTRICT, "方城小学招生电话"),
        ("方城小学招生电话", TOWN, "小学招生电话"),
        ("What is the dibao rate in Lanshan District?", DISTRICT, "What is the dibao rate in ?"),
        ("兰山区低保标准是多少", None, "兰山区低保标准是多少"),
        ("兰山区", DISTRICT, "兰山区"),  # nothing else would be left
        ("上海低保标准是多少", DISTRICT, "上海低保标准是多少"),  # another place is never left out
    ],
)
def test_a_place_is_left_out_where_all_is_of_it(question: str, of: str | None, matter: str) -> None:
    assert Understanding(DOCUMENTS).understand(question).matter(of) == matter


def test_documents_are_asked_together_that_are_asked_the_same() -> None:
    query = Understanding(DOCUMENTS).understand("兰山区低保标准是多少")
    assert by_matter(query, DOCUMENTS) == {"兰山区低保标准是多少": [0], "低保标准是多少": [1, 2]}


def test_a_question_that_leans_on_one_before_leaves_out_the_place_named_there() -> None:
    understand = Understanding(DOCUMENTS).understand
    whole = after(understand("那农村的呢？"), understand("兰山区低保标准是多少")).whole
    assert whole is not None
    assert whole.matter(DISTRICT) == "低保标准是多少 那农村的呢？"


def test_the_official_words_of_both_questions_are_meant() -> None:
    lexicon = Lexicon([Entry("户口簿", ("户口本",), ()), Entry("最低生活保障", ("低保",), ())])
    understand = Understanding(DOCUMENTS, None, lexicon).understand
    whole = after(understand("那户口本呢？"), understand("低保怎么办")).whole
    assert whole is not None
    assert {"户口簿", "保障"} <= set(whole.official)


def test_a_name_in_latin_letters_that_two_places_share_is_ours() -> None:
    known = Understanding([replace(PLAIN, jurisdiction="云溪县")])  # 郧西县 is a Yunxi, too
    query = known.understand("What is the fee in Yunxi County?")
    assert (query.places, query.elsewhere) == (("云溪县",), ())
