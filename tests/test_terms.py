"""A text taken apart: figures in their frames, words and the particles that turn them, alike in two languages."""

import pytest

from rag.text.normal import Language
from rag.writing.senses import axis, particle, particles, pole
from rag.writing.terms import Frame, terms


def figure_frames(text: str, spoken: Language = "zh") -> list[tuple[str, Frame]]:
    return [(term.text, term.frame) for term in terms(text, spoken) if term.kind == "figure"]


def named(text: str, spoken: Language = "zh") -> list[str]:
    return [term.text for term in terms(text, spoken) if term.kind == "particle"]


@pytest.mark.parametrize(
    ("chinese", "english", "unit"),
    [
        ("每人100元", "100 yuan each", "yuan"),
        ("30平方米", "30 square metres", "m2"),
        ("15个工作日", "15 working days", "workday"),
        ("30天", "30 days", "day"),
        ("6个月", "6 months", "month"),
        ("年满60周岁", "60 years old", "age"),
        ("20年", "20 years", "year"),
        ("占45%", "45 percent", "percent"),
        ("提高2个百分点", "by 2 percentage points", "point"),
        ("36秒", "36 seconds", "second"),
        ("500人", "500 people", "person"),
        ("200户", "200 households", "household"),
        ("300亩", "300 mu", "mu"),
        ("5公里", "5 km", "km"),
        ("1.5倍", "1.5 times", "times"),
        ("100美元", "100 US dollars", "usd"),
    ],
)
def test_a_figure_is_of_one_unit_in_both_languages(chinese: str, english: str, unit: str) -> None:
    ((_, zh),), ((_, en),) = figure_frames(chinese), figure_frames(english, "en")
    assert (zh.unit, en.unit) == (unit, unit)


@pytest.mark.parametrize(
    ("chinese", "english", "limit"),
    [
        ("不低于100元", "no less than 100 yuan", "up"),
        ("不超过100元", "no more than 100 yuan", "down"),
        ("至少100元", "at least 100 yuan", "up"),
        ("最高100元", "up to 100 yuan", "down"),
        ("100元以上", "100 yuan or more", "up"),
        ("100元以下", "100 yuan or less", "down"),
        ("100人以内", "within 100 people", "down"),
        ("超过100人", "more than 100 people", "up"),
        ("100元", "100 yuan", ""),
    ],
)
def test_a_limit_is_the_same_in_both_languages(chinese: str, english: str, limit: str) -> None:
    ((_, zh),), ((_, en),) = figure_frames(chinese), figure_frames(english, "en")
    assert (zh.limit, en.limit) == (limit, limit)


@pytest.mark.parametrize(
    ("text", "spoken", "order"),
    [
        ("9月18日前", "zh", "before"),
        ("9月18日以后", "zh", "after"),
        ("截至9月18日", "zh", "before"),
        ("9月18日", "zh", ""),
        ("by 18 September", "en", "before"),
        ("after 18 September", "en", "after"),
    ],
)
def test_a_date_bounds_or_does_not(text: str, spoken: Language, order: str) -> None:
    assert [frame.order for _, frame in figure_frames(text, spoken)] == [order]


def test_terms_know_their_clause() -> None:
    found = terms("每人发放100元，须在9月前申请。", "zh")
    assert [term.clause for term in found if term.kind == "figure"] == [0, 1]


def test_a_list_in_a_clause_is_one_clause() -> None:
    assert {term.clause for term in terms("身份证、户口本", "zh")} == {0}


@pytest.mark.parametrize(
    ("chinese", "english", "name"),
    [
        ("不得转让", "must not be transferred", "forbid"),
        ("严禁转让", "transfer is prohibited", "forbid"),
        ("应当登记", "must register", "must"),
        ("可以申请", "may apply", "may"),
        ("无需预约", "no need to book", "need not"),
        ("仅限本人", "only the person", "only"),
        ("除外", "except", "except"),
    ],
)
def test_what_turns_a_sentence_has_one_name(chinese: str, english: str, name: str) -> None:
    assert named(chinese)[:1] == [name]
    assert named(english, "en")[:1] == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [("不得不停工", "must"), ("不能不去", "may"), ("不可或缺", "forbid"), ("不能", "forbid")],
)
def test_two_denials_are_none(text: str, name: str) -> None:
    found = [one.pole for one in particles(text, "zh")]
    assert (name in found) == (text in ("不得不停工", "不能"))


def test_opposites_lie_on_one_axis() -> None:
    rural, urban = pole("农村"), pole("城镇")
    assert rural is not None
    assert urban is not None
    assert rural[0] == urban[0]
    assert rural[1] != urban[1]
    assert axis("must") == axis("forbid") != axis("before")


def test_a_single_character_is_a_particle_only_by_itself() -> None:
    assert particle("不") == "not"
    assert particle("前") == "before"
    assert particle("区") is None


def test_words_of_no_weight_are_left_out() -> None:
    assert [term.text for term in terms("the office of the district", "en")] == ["offic", "district"]
