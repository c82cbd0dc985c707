import numpy as np
import pytest

from rag.indexing.answerability import AROUND, HEADINGS, nearest, window
from rag.indexing.layout import lay_out
from rag.indexing.reader import PoolingReader, load_reader
from rag.settings import ROOT


@pytest.fixture(scope="module")
def reader() -> PoolingReader:
    found = load_reader(str(ROOT / "models" / "reader-zh-en"))
    assert isinstance(found, PoolingReader)
    return found


def odds(reader: PoolingReader, question: str, title: str, sentences: list[str]) -> float:
    assert reader.answerability is not None
    laid = lay_out(title, (), sentences)
    (_, _, vectors) = next(reader.passages([laid]))
    near = vectors @ reader.questions([question])[0]
    return reader.answerability.odds(question, laid, near)


LIBRARY = [
    "图书馆周二至周日9:00至17:00开放，周一闭馆。",
    "办理借书证须持本人身份证，押金100元。",
    "每人每次可借图书5册，借期30天。",
]


@pytest.mark.parametrize(
    ("asked", "instead"),
    [
        ("借书证押金多少钱？", "图书馆有多少名工作人员？"),
        ("一次能借几本书？", "图书馆停车怎么收费？"),
        ("How long may books be kept?", "How many people visited the library last year?"),
    ],
)
def test_a_question_that_is_answered_has_better_odds_than_one_about_the_same_thing_that_is_not(
    reader: PoolingReader, asked: str, instead: str
) -> None:
    title = "青田县图书馆服务公告"
    assert odds(reader, asked, title, LIBRARY) > odds(reader, instead, title, LIBRARY)


def test_a_passage_without_text_has_even_odds(reader: PoolingReader) -> None:
    assert reader.answerability is not None
    assert reader.answerability.odds("几点开门？", lay_out("", (), []), np.zeros(0, dtype=np.float32)) == 0.0


def test_who_comes_when_too_many_ask_gets_even_odds(reader: PoolingReader) -> None:
    head = reader.answerability
    assert head is not None
    laid = lay_out("公告", (), LIBRARY)
    near = np.array([0.9, 0.8, 0.7], dtype=np.float32)
    taken = 0
    while head._free.acquire(blocking=False):
        taken += 1
    try:
        busy = head.odds("几点开门？", laid, near)
    finally:
        for _ in range(taken):
            head._free.release()
    assert busy == 0.0
    assert head.odds("几点开门？", laid, near) != 0.0


def test_a_window_holds_the_headings_and_the_text_around_the_nearest_sentence() -> None:
    sentences = np.repeat([-1, 0, 1, 2, 3], [50, 60, 60, 60, 60])
    found = window(sentences, 2)
    assert found.sentences[:HEADINGS].tolist() == [-1] * HEADINGS
    around = found.sentences[HEADINGS:]
    assert len(around) == AROUND
    assert (around == 2).sum() == 60
    assert set(around.tolist()) == {1, 2, 3}


def test_a_long_sentence_is_cut_at_the_end_of_the_window() -> None:
    found = window(np.repeat([-1, 0, 1], [3, 10, 400]), 1)
    assert len(found.tokens) == 3 + AROUND
    assert found.sentences[3:].tolist() == [1] * AROUND


def test_only_a_sentence_with_a_token_can_be_nearest() -> None:
    assert nearest(np.array([-1, 0, 0, 2]), np.array([0.1, 0.9, 0.3], dtype=np.float32)) == 2
    assert nearest(np.array([-1, -1]), np.zeros(0, dtype=np.float32)) is None
