"""What a question says beyond its words, against two documents made by hand."""

from dataclasses import replace

import pytest

from rag.asking.conversation import in_context, leans
from rag.asking.query import Query, Understanding, articles_in, unify_brackets, write_out_dates
from tests.test_owed import PLAIN

DOCUMENTS = [
    PLAIN,
    replace(
        PLAIN, id="e", number="临政字〔2025〕75号", jurisdiction="淄博市临淄区", title="临淄区人民政府通知"
    ),
]
UNDERSTANDING = Understanding(DOCUMENTS)


def understand(question: str) -> Query:
    return UNDERSTANDING.understand(question)


@pytest.mark.parametrize(
    ("text", "articles"),
    [
        ("第二条", ("第2条",)),
        ("第四条至第六条", ("第4条", "第5条", "第6条")),
        ("第十一章第三节", ("第11章", "第3节")),
        ("Article 12 and chapter 3", ("第12条", "第3章")),
        ("第二条和第2条", ("第2条",)),
        ("第1条至第9999条", tuple(f"第{n}条" for n in range(1, 22))),  # nobody means that many
        ("二条路", ()),
    ],
)
def test_articles_are_read_in_one_form(text: str, articles: tuple[str, ...]) -> None:
    assert articles_in(text) == articles


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("17年", "2017年"),
        ("二二年", "2022年"),
        ("三月八号", "3月8日"),
        ("3月8号", "3月8日"),
        ("10年以上工龄", "10年以上工龄"),
        ("近15年", "近15年"),
        ("December 3rd", "December 3rd 12月3日"),
        ("the 5th of May", "the 5th of May 5月5日"),
    ],
)
def test_days_and_years_are_written_out(typed: str, written: str) -> None:
    assert write_out_dates(typed) == written


def test_a_year_in_any_brackets_is_in_those_of_a_number() -> None:
    for opening, closing in ("[]", "()", "【】"):
        assert unify_brackets(f"临政字{opening}2025{closing}75号") == "临政字〔2025〕75号"
    assert unify_brackets("补贴(1000)元") == "补贴(1000)元"


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("民政局电话是多少？", True),
        ("What is the hotline?", True),
        ("用手机号怎么领消费券？", False),
        ("手机能预约吗？", False),
        ("Can I apply by phone?", False),
        ("在哪能办手机卡？", False),
        ("Are phone plans cheaper for the disabled?", False),
        ("Where can I set up mobile payment?", False),
        ("津贴多少钱？", False),
    ],
)
def test_a_phone_is_asked_for_or_used(question: str, asked: bool) -> None:
    assert understand(question).phone == asked


@pytest.mark.parametrize(
    ("question", "private"),
    [
        ("王伟家住哪里？", True),
        ("他的手机号是多少？", True),
        ("局长的月薪多少？", True),
        ("Where does the mayor live? His home address?", True),
        ("我的工资怎么算？", False),
        ("最低工资是多少？", False),
        ("申请表要填住址吗？", False),
    ],
)
def test_what_is_nobodys_to_know(question: str, private: bool) -> None:
    assert understand(question).private == private


@pytest.mark.parametrize(
    ("question", "several", "steps"),
    [
        ("包括哪些内容？", True, False),
        ("怎么申请津贴？", False, True),
        ("申请要带什么材料？", False, True),
        ("津贴多少钱？", False, False),
        ("Which documents are needed?", True, True),
        ("How do I apply?", False, True),
        ("How much is it?", False, False),
    ],
)
def test_lists_and_steps_are_told_from_single_facts(question: str, several: bool, steps: bool) -> None:
    query = understand(question)
    assert (query.several, query.steps) == (several, steps)


@pytest.mark.parametrize(
    ("question", "years"),
    [("2022年和2023年", (2022, 2023)), ("22年的计划", (2022,)), ("电话8182022", ()), ("未来20年", ())],
)
def test_years_named(question: str, years: tuple[int, ...]) -> None:
    assert understand(question).years == years


def test_the_district_named_is_no_search_term_and_is_where_nothing_else_is_left() -> None:
    assert "兰山区" not in understand("兰山区的津贴").terms
    assert understand("兰山区").terms


def test_a_number_given_is_not_searched_for_by_its_digits() -> None:
    query = understand("临政字〔2025〕75号规定的津贴是多少？")
    assert query.numbers == ("临政字〔2025〕75号",)
    assert not {"75", "2025"} & set(query.terms)


def test_how_many_things_are_asked() -> None:
    assert understand("津贴多少钱？什么时候发？").parts >= 2
    assert understand("津贴多少钱？").parts == 1


def test_a_place_is_called_in_the_language_of_the_question() -> None:
    assert UNDERSTANDING.called("临沂市兰山区", "zh") == "兰山区"
    assert UNDERSTANDING.called("临沂市兰山区", "en") == "Lanshan District"


def test_the_question_is_asked_of_another_district() -> None:
    assert UNDERSTANDING.asked_of(understand("津贴多少钱？"), "淄博市临淄区") == (
        "临淄区",
        "临淄区津贴多少钱？",
    )
    assert (
        UNDERSTANDING.asked_of(understand("How much is it?"), "淄博市临淄区")[1] == "How much is it in Linzi?"
    )


@pytest.mark.parametrize(
    ("question", "points_back"),
    [
        ("那要交多少钱？", True),
        ("它什么时候到期？", True),
        ("多少钱？", True),
        ("And how much is it?", True),
        ("高龄津贴的申请条件是什么？", False),
        ("What is the monthly old-age allowance in Lanshan?", False),
        ("临政字〔2025〕75号呢？", False),
    ],
)
def test_what_leans_on_the_question_before(question: str, points_back: bool) -> None:
    assert leans(understand(question)) == points_back


def test_a_question_that_leans_takes_over_district_and_year() -> None:
    query = in_context(understand("那要交多少钱？"), ["兰山区2022年的津贴怎么申请？"], UNDERSTANDING)
    assert (query.places, query.years) == (("临沂市兰山区",), (2022,))
    assert query.whole is not None
    assert "津贴" in query.whole.text


def test_it_keeps_what_it_names_itself() -> None:
    query = in_context(understand("那临淄区呢？"), ["兰山区的津贴多少钱？"], UNDERSTANDING)
    assert query.places == ("淄博市临淄区",)


def test_a_question_that_stands_alone_takes_nothing_over() -> None:
    alone = understand("高龄津贴的申请条件是什么？")
    assert in_context(alone, ["兰山区2022年的津贴怎么申请？"], UNDERSTANDING) == alone
