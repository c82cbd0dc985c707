import pytest

from rag.answer import Engine
from rag.errors import BulletinError
from rag.query import LONGEST_QUESTION, Query


def understand(engine: Engine, question: str) -> Query:
    return engine.retriever.understanding.understand(question)


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("兰山区小学招生", "兰山区"),
        ("临沂市兰山区小学招生", "兰山区"),
        ("how many care beds in Linzi?", "临淄区"),
        ("临沂的养老床位", "临沂市"),
        ("care beds in Linyi", "临沂市"),
        ("临港区政务公开", "临港经济开发区"),
        ("open government in Lingang", "临港经济开发区"),
    ],
)
def test_a_named_place_is_the_exact_district_and_no_other(engine: Engine, question: str, place: str) -> None:
    places = understand(engine, question).places
    assert len(places) == 1
    assert places[0].endswith(place)


def test_a_question_that_names_no_place_has_none(engine: Engine) -> None:
    assert understand(engine, "防空警报什么时候试鸣").places == ()


def test_years_are_read_long_and_short(engine: Engine) -> None:
    assert understand(engine, "22年兰山两癌筛查多少人").years == (2022,)
    assert understand(engine, "targets for 2027").years == (2027,)
    assert understand(engine, "未来15年内").years == ()


def test_a_document_number_is_read_in_any_brackets(engine: Engine) -> None:
    assert understand(engine, "临政字[2025]75号讲什么").numbers == ("临政字〔2025〕75号",)
    assert understand(engine, "临政字（2025） 75 号讲什么").numbers == ("临政字〔2025〕75号",)


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("防空警报啥时候试鸣", "when"),
        ("when is the siren test", "when"),
        ("新建直播基地最高奖励多少钱", "amount"),
        ("全区有多少张养老床位", "count"),
        ("这条措施归谁负责", "who"),
        ("which department leads it", "who"),
    ],
)
def test_the_kind_of_answer_wanted_is_read(engine: Engine, question: str, asks: str) -> None:
    assert understand(engine, question).asks == asks


@pytest.mark.parametrize("blank", ["", "   ", "\n\t", "\u200b\x00"])
def test_a_blank_question_is_told_so(engine: Engine, blank: str) -> None:
    with pytest.raises(BulletinError, match="empty"):
        understand(engine, blank)


def test_an_overlong_question_is_told_so(engine: Engine) -> None:
    with pytest.raises(BulletinError, match=f"100,000 characters; at most {LONGEST_QUESTION:,}"):
        understand(engine, "警" * 100_000)
