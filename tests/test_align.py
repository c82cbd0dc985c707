"""A sentence laid beside its place: what turns it, what is put in another's stead, and what is only said otherwise."""

from functools import cache

import pytest

from rag.asking.translate import load_table
from rag.text.normal import Language, language
from rag.writing.align import Difference, Matches, compare, compare_abroad
from rag.writing.synonyms import Synonyms
from rag.writing.terms import terms

NOTICE = (
    "第三条 新建养老院床位在50张以上的，每张床位一次性补助8000元，最高不超过40万元；"
    "补助应当在验收后30个工作日内发放，未经验收的不得发放。"
)


@cache
def synonyms() -> Synonyms:
    return Synonyms(load_table())


def difference(said: str, place: str, asked: str = "") -> Difference:
    spoken, printed = language(said), language(place)
    alike = synonyms().within if spoken == printed else synonyms().abroad
    matches = Matches.of(terms(said, spoken), [terms(place, printed)], alike)
    question = terms(asked, language(asked))
    if spoken != printed:
        return compare_abroad(matches, lambda _: False, lambda _: 1.0, question)
    return compare(matches, lambda _: False, lambda *_: False, synonyms().within, lambda _: 1.0, question)


def differs(said: str, place: str) -> bool:
    found = difference(said, place)
    return bool(found.turned or found.replaced or found.added)


SAME = [
    (NOTICE, NOTICE),
    ("新建养老院床位在50张以上的，每张一次性补助8000元。", NOTICE),
    ("床位不少于50张的新建养老院，每张床位一次性补助8000元。", NOTICE),
    ("最高不超过40万元。", NOTICE),
    ("补助须在验收后30个工作日内发放。", NOTICE),
    ("未经验收的，不能发放。", "未经验收的不得发放。"),
    ("申请人可在6月30日前提交材料。", "申请人可以在6月30日之前提交材料。"),
    ("居民必须在飞防前撤离。", "居民在飞防前必须撤离。"),
    ("奖励不低于5万元。", "奖励5万元以上。"),
    ("提升补贴标准。", "提高补贴标准。"),
    ("The permit is issued before 30 June.", "The licence is issued before 30 June."),
    ("Each bed gets at least 8,000 yuan.", "Each bed gets no less than 8,000 yuan."),
]
TWISTED = [
    ("新建养老院床位在50张以下的，每张床位一次性补助8000元。", NOTICE),
    ("新建养老院床位在50张以上的，每张床位分期补助8000元。", NOTICE),
    ("新建养老院床位在50张以上的，每张床位一次性补助8000美元。", NOTICE),
    ("最低不超过40万元。", NOTICE),
    ("补助可以在验收后30个工作日内发放。", NOTICE),
    ("补助应当在验收前30个工作日内发放。", NOTICE),
    ("补助应当在验收后30个月内发放。", NOTICE),
    ("补助应当在验收后30天内发放。", NOTICE),
    ("未经验收的可以发放。", NOTICE),
    ("未经验收的发放。", NOTICE),
    ("已经验收的不得发放。", NOTICE),
    ("每张床位补助40万元，最高不超过8000元。", "每张床位补助8000元，最高不超过40万元。"),
    ("民政局审批，教育局备案。", "教育局审批，民政局备案。"),
    ("申请人必须提交材料。", "申请人可以提交材料。"),
    ("申请人不可以提交材料。", "申请人可以提交材料。"),
    ("农村居民每人补助500元。", "城镇居民每人补助500元。"),
    ("本办法自6月30日之前施行。", "本办法自6月30日之后施行。"),
    ("参保率稳定在95%。", "参保率稳定在95%以上。"),
    ("每年至多组织1次培训。", "每年至少组织1次培训。"),
    ("不含关联机构的培训机构可以申请。", "含关联机构的培训机构可以申请。"),
    ("鼓励小学教师参加培训。", "鼓励小学医生参加培训。"),
    ("本人可以办理。", "仅本人可以办理。"),
    ("Enterprises may register before 30 June.", "Enterprises must register before 30 June."),
    ("Enterprises must register after 30 June.", "Enterprises must register before 30 June."),
    ("Each bed gets at most 8,000 yuan.", "Each bed gets at least 8,000 yuan."),
    ("Each bed gets 8,000 US dollars.", "Each bed gets 8,000 yuan."),
    ("Grants are not paid within 30 working days.", "Grants are paid within 30 working days."),
    ("Grants are paid within 30 days.", "Grants are paid within 30 working days."),
    ("Grants are paid to urban households.", "Grants are paid to rural households."),
    ("Residents must pay 500 yuan.", "Residents are paid 500 yuan."),
    ("Teachers are paid by the county.", "Doctors are paid by the county."),
    ("The plan is rejected by the district.", "The plan is approved by the district."),
]
ABROAD = [
    ("Grants may be paid before acceptance.", "补助不得在验收前发放。"),
    ("Grants are paid to urban households.", "补助发放给农村家庭。"),
    ("The grant must not be paid.", "补助应当发放。"),
    ("The subsidy is 8,000 US dollars.", "补助8000元。"),
    ("At most 50 beds are needed.", "床位需50张以上。"),
]


@pytest.mark.parametrize(("said", "place"), SAME)
def test_the_same_said_otherwise_does_not_differ(said: str, place: str) -> None:
    assert not differs(said, place)


@pytest.mark.parametrize(("said", "place"), TWISTED)
def test_a_twisted_sentence_does(said: str, place: str) -> None:
    assert differs(said, place)


@pytest.mark.parametrize(("said", "place"), ABROAD)
def test_a_twist_shows_across_languages(said: str, place: str) -> None:
    assert differs(said, place)


def test_a_condition_is_left_out_only_where_the_question_names_it() -> None:
    place = "年满65周岁的，公交车免费乘坐。"
    assert difference("公交车免费乘坐。", place).turned == ["if >"]
    assert difference("公交车免费乘坐。", place, asked="年满65周岁坐公交要钱吗？").turned == []


@pytest.mark.parametrize(
    ("text", "spoken", "unit", "limit", "order"),
    [
        ("面积20000平方米以上", "zh", "m2", "up", ""),
        ("不低于5500元", "zh", "yuan", "up", ""),
        ("最高10万元", "zh", "yuan", "down", ""),
        ("60日内", "zh", "day", "down", ""),
        ("6月底前", "zh", "", "", "before"),
        ("5个工作日", "zh", "workday", "", ""),
        ("at least 5 working days", "en", "workday", "up", ""),
        ("100 US dollars", "en", "usd", "", ""),
        ("within 60 days", "en", "day", "down", ""),
        ("by 30 June", "en", "", "", "before"),
        ("18 years or older", "en", "year", "up", ""),
    ],
)
def test_a_figure_is_read_in_its_frame(
    text: str, spoken: Language, unit: str, limit: str, order: str
) -> None:
    frame = next(term.frame for term in terms(text, spoken) if term.kind == "figure")
    assert (frame.unit, frame.limit, frame.order) == (unit, limit, order)


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("农村低保标准为每人每月1036元。", "城市低保标准为每人每月1036元，农村低保标准为每人每月845元。"),
        ("845元发给城市居民。", "1036元发给城市居民，845元发给农村居民。"),
    ],
    ids=["behind", "before"],
)
def test_the_figure_of_another_clause_turns_a_sentence_at_its_edge(said: str, place: str) -> None:
    assert any("1036" in one and "845" in one for one in difference(said, place).turned)


def test_a_figure_at_the_edge_that_the_clause_gives_turns_nothing() -> None:
    place = "城市低保标准为每人每月1036元，农村低保标准为每人每月845元。"
    assert difference("农村低保标准为每人每月845元。", place).turned == []
