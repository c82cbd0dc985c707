from dataclasses import replace

import pytest

from rag.answer import Engine
from rag.asking.query import LONGEST_QUESTION, Query, Understanding, write_out_dates
from rag.errors import BulletinError


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


@pytest.mark.parametrize(
    ("question", "elsewhere"),
    [
        ("上海的防空警报什么时候试鸣", ["上海市"]),
        ("青岛市兰山区小学招生", ["青岛市"]),
        ("上海临港有哪些补贴", ["临港新片区"]),
        ("how many care beds in Qingdao?", ["青岛市"]),
        ("does Shanghai's subsidy apply", ["上海市"]),
        ("上海义堂镇谁管飞线", ["上海市"]),
        ("临沂人去上海看病怎么报销", []),
        ("从青岛回来要隔离吗", []),
        ("兰山区要向深圳学什么", []),
        ("山东省的低保", []),
        ("外县户口能上学吗", []),
        ("Which district pays for this?", []),
        ("罗庄区的低保", []),
    ],
)
def test_another_place_is_one_that_has_nothing_to_do_with_the_collections(
    engine: Engine, question: str, elsewhere: list[str]
) -> None:
    assert [place.name for place in understand(engine, question).elsewhere] == elsewhere


def test_a_county_of_a_city_here_is_asked_about_as_what_it_is(engine: Engine) -> None:
    assert understand(engine, "沂水县的低保").places == ("临沂市沂水县",)
    assert understand(engine, "minimum income in Luozhuang District").places == ("临沂市罗庄区",)


def test_years_are_read_long_and_short(engine: Engine) -> None:
    assert understand(engine, "22年兰山两癌筛查多少人").years == (2022,)
    assert understand(engine, "targets for 2027").years == (2027,)
    assert understand(engine, "未来15年内").years == ()


def test_a_document_number_is_read_in_any_brackets(engine: Engine) -> None:
    assert understand(engine, "临政字[2025]75号讲什么").numbers == ("临政字〔2025〕75号",)
    assert understand(engine, "临政字（2025） 75 号讲什么").numbers == ("临政字〔2025〕75号",)


@pytest.mark.parametrize(
    "question",
    [
        "临政字2025年75号",
        "75号文讲什么",
        "Lin Zheng Zi [2025] No. 75",
        "查一下〔2025〕75号",
    ],
)
def test_a_document_number_is_read_in_part_and_in_letters(engine: Engine, question: str) -> None:
    assert understand(engine, question).numbers == ("临政字〔2025〕75号",)


def test_a_day_is_no_document_number(engine: Engine) -> None:
    assert understand(engine, "9月18号有什么安排").numbers == ()


@pytest.mark.parametrize("question", ["第二条说什么", "第2条说什么", "what does Article 2 say"])
def test_an_article_is_read_however_it_is_written(engine: Engine, question: str) -> None:
    assert understand(engine, question).articles == ("第2条",)


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("一七年九月十八号", "2017年9月18日"),
        ("22年兰山", "2022年兰山"),
        ("二零二五年", "2025年"),
        ("未来二十年", "未来二十年"),
        ("近二三年", "近二三年"),
        ("on 18 September", "on 18 September 9月18日"),
    ],
)
def test_years_and_days_are_searched_as_bulletins_print_them(typed: str, searched: str) -> None:
    assert write_out_dates(typed) == searched


def test_what_was_typed_is_kept(engine: Engine) -> None:
    assert understand(engine, "一七年的事").asked == "一七年的事"


@pytest.mark.parametrize("blank", ["", "   ", "\n\t", "\u200b\x00"])
def test_a_blank_question_is_told_so(engine: Engine, blank: str) -> None:
    with pytest.raises(BulletinError, match="empty"):
        understand(engine, blank)


def test_an_overlong_question_is_told_so(engine: Engine) -> None:
    with pytest.raises(BulletinError, match=f"100,000 characters; at most {LONGEST_QUESTION:,}"):
        understand(engine, "警" * 100_000)


def test_traditional_characters_are_read_as_simplified(engine: Engine) -> None:
    query = understand(engine, "蘭山區防空警報什麼時候試鳴？")
    assert query.asked == "蘭山區防空警報什麼時候試鳴？"
    assert (query.text, query.places) == ("兰山区防空警报什么时候试鸣？", ("临沂市兰山区",))


def test_two_towns_of_one_name_are_told_apart(engine: Engine) -> None:
    document = next(iter(engine.index.documents.values()))
    towns = [replace(document, jurisdiction=name) for name in ("甲县青山镇", "乙县青山镇", "丙县")]
    understanding = Understanding(towns)
    query = understanding.understand("低保多少钱")
    assert [understanding.asked_of(query, town.jurisdiction or "")[0] for town in towns] == [
        "甲县青山镇",
        "乙县青山镇",
        "丙县",
    ]


def test_a_district_called_in_two_ways_is_one(engine: Engine) -> None:
    document = next(iter(engine.index.documents.values()))
    names = ("山东省临沂市兰山区", "兰山区", "临沂市")
    understanding = Understanding([replace(document, jurisdiction=name) for name in names])
    assert set(understanding.understand("兰山区低保").places) == {"山东省临沂市兰山区", "兰山区"}
