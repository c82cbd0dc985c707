"""Documents looked into: words found where they stand, places marked, each character as it is printed."""

from types import SimpleNamespace
from typing import cast

import pytest

from rag.index import Index
from rag.reading.corpus import Bulletin, bulletin_of
from rag.reading.files.original import Original
from web.document import Library, Paragraph, Run, View, runs_of

TEXT = """青禾市人民政府关于发放津贴的通知
青政发〔2025〕3号
各县区人民政府：
一、发放对象
符合条件的老年人每人每月发放100元，老年人须在户籍地申请。
二、申请办法
持身份证到村（居）委会申请，网上申请的不用到场。
青禾市人民政府
2025年3月1日
"""
BULLETIN: Bulletin = bulletin_of("one.txt", TEXT)
ID = BULLETIN.documents[0].id


def library(bulletin: Bulletin = BULLETIN, original: object = None) -> Library:
    index = SimpleNamespace(
        documents={one.id: one for one in bulletin.documents},
        store=SimpleNamespace(
            documents=lambda where: [one for one in bulletin.documents if one.source in where.sources]
        ),
        source_text=lambda _: bulletin.text,
        original=lambda _: cast(Original | None, original),
    )
    return Library(cast(Index, index))


def runs(view: View) -> list[Run]:
    return [run for block in view.blocks for run in runs_of(block)]


def found(view: View, kind: str) -> list[str]:
    return [run.text for run in runs(view) if run.found == kind]


def said(*places: tuple[tuple[int, int], ...]) -> list[str]:
    return ["".join(TEXT[start:end] for start, end in spans) for spans in places]


def test_words_are_found_wherever_they_stand() -> None:
    assert said(*library().places(ID, "老年人")) == ["老年人", "老年人"]


@pytest.mark.parametrize("words", ["每月发放１００元", "每月 发放 100元", "每月\n发放100元"])
def test_width_and_white_space_of_the_words_do_not_count(words: str) -> None:
    assert said(*library().places(ID, words)) == ["每月发放100元"]


@pytest.mark.parametrize("words", ["", " \n", "老年大学"])
def test_what_is_not_there_is_found_nowhere(words: str) -> None:
    assert library().places(ID, words) == []


def test_words_that_run_over_a_line_are_found_as_one_place() -> None:
    (place,) = library().places(ID, "各县区人民政府：一、发放对象")
    assert said(place)[0].replace("\n", "") == "各县区人民政府：一、发放对象"


def test_a_place_is_marked_and_nothing_of_the_text_is_lost() -> None:
    start = TEXT.index("每人每月")
    view = library().view(ID, [(start, start + 10)])
    assert found(view, "at") == [TEXT[start : start + 10]]
    assert "".join(run.text for run in runs(view)) == "".join(run.text for run in runs(library().view(ID)))
    for run in runs(view):
        assert TEXT[run.start : run.end] == run.text


def test_a_place_linked_to_is_marked_as_such_where_words_are_searched_too() -> None:
    start = TEXT.index("老年人每人")
    view = library().view(ID, [(start, start + 3)], "老年人")
    assert (found(view, "at"), found(view, "find")) == (["老年人"], ["老年人"])


def test_what_was_recognised_and_may_be_wrong_is_marked() -> None:
    start = TEXT.index("100元")
    doubtful = SimpleNamespace(doubts_in=lambda _: [SimpleNamespace(span=(start, start + 3))])
    assert found(library(original=doubtful).view(ID), "doubt") == ["100"]


def test_a_view_that_was_marked_marks_nothing_for_the_next_reader() -> None:
    shelf = library()
    shelf.view(ID, [(0, 5)], "老年人")
    assert {run.found for run in runs(shelf.view(ID))} == {""}


def test_headings_stand_in_the_contents_in_order() -> None:
    view = library().view(ID)
    assert [entry.title for entry in view.contents] == ["一、发放对象", "二、申请办法"]
    anchors = [block.anchor for block in view.blocks if isinstance(block, Paragraph) and block.anchor]
    assert [entry.anchor for entry in view.contents] == anchors


def test_a_document_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        library().view("nothing")
    with pytest.raises(KeyError):
        library().places("nothing", "老年人")
