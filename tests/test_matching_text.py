"""The form in which texts are matched: widths, characters, blanks, days, terms, the language of a question."""

from __future__ import annotations

import pytest

from rag.text.normal import (
    clean_question,
    fold,
    language,
    normalise,
    simplified,
    squeeze,
    strip_markup,
    tokens,
)


@pytest.mark.parametrize(
    ("printed", "form"),
    [
        ("２０２５．８．１５", "2025年8月15日"),
        ("2025/08/05 至 2025-9-1", "2025年8月5日至2025年9月1日"),
        ("2025-13-01", "2025-13-01"),  # no month has the number 13
        ("v2025.8.15.1", "v2025.8.15.1"),
        ("2025-8/15", "2025-8/15"),
        ("80㎡", "80m2"),
        ("①登记", "1登记"),
        ("Ⅲ级响应", "iii级响应"),
        ("公 告 号 3", "公告号3"),
        ("air  raid siren", "air  raid siren"),
        ("城市低保\u3000标准", "城市低保标准"),
        ("“低保”", "“低保”"),
        ("臺灣居民", "台湾居民"),
        ("後台、裏面、隻", "后台、里面、只"),
    ],
)
def test_two_prints_of_one_text_have_one_form(printed: str, form: str) -> None:
    assert normalise(printed) == form


@pytest.mark.parametrize(
    "text",
    ["（一）２０２１年，", "臺北市政府關於提高補助", "ＡＢＣ　１２３\xa0！", "違反管制罰多少錢", "①㎡Ⅲ…—"],
)
def test_folding_keeps_every_place(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded


def test_folding_leaves_signs_without_a_narrow_twin() -> None:
    assert fold("①《办法》、。“引”") == "①《办法》、。“引”"
    assert fold("：；！？，．％") == ":;!?,.%"


def test_a_simplified_text_is_left_as_it_is() -> None:
    text = "临沂市人民政府关于防空警报试鸣的通告"
    assert simplified(text) is text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("市 长 王大山", "市长王大山"),
        ("低保\r\n标准", "低保标准"),
        ("Civil  Affairs", "civilaffairs"),
        ("2025-08-15 起", "2025年8月15日起"),
    ],
)
def test_a_squeezed_text_is_the_same_however_it_was_broken(one: str, other: str) -> None:
    assert squeeze(one) == squeeze(other)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("\x1b[31m低保\x1b[0m标准", "低保 标准"),
        ("低保\r\n\t标准", "低保 标准"),
        ("\ufeff低保\u200b标准", "低保 标准"),
        ("\u202e低保\u202c", "低保"),
        ("  What\u3000is\xa0it?  ", "What is it?"),
        ("\x00\x07", ""),
    ],
)
def test_what_nobody_can_see_leaves_a_question(typed: str, kept: str) -> None:
    assert clean_question(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<b>低保</b>标准", "低保 标准"),
        ("<script>alert(1)</script>低保", "alert(1) 低保"),
        ("if 3 < 5 and 7 > 2", "if 3 < 5 and 7 > 2"),
        ("收入<2000元", "收入<2000元"),
        ('<a href="x">公告</a>', "公告"),
        ("</p>", ""),
    ],
)
def test_tags_leave_a_question_and_comparisons_stay(typed: str, kept: str) -> None:
    assert strip_markup(typed) == kept


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("请问低保标准是多少？", ["低保", "标准"]),
        ("What is the subsidy for it?", ["subsidi"]),
        ("residents' allowances", ["resid", "allow"]),
        ("COVID-19疫苗", ["covid", "covid-19", "疫苗"]),
        ("第三批", ["第三", "三批", "第三批"]),
        ("１０３６元", ["1036", "元"]),
        ("，。！？", []),
        ("", []),
    ],
)
def test_terms_are_what_carries_a_meaning(text: str, terms: list[str]) -> None:
    assert tokens(text) == terms


def test_traditional_and_simplified_questions_share_their_terms() -> None:
    assert tokens("防空警報什麼時候試鳴") == tokens("防空警报什么时候试鸣")


def test_terms_may_be_changed_by_who_asked_for_them() -> None:
    tokens("防空警报").append("别的")
    assert "别的" not in tokens("防空警报")


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("什么时候试鸣", "zh"),
        ("When is the siren test?", "en"),
        ("What is 低保", "en"),
        ("低保 subsistence allowance standard", "en"),
        ("PPP项目实施方案 means?", "zh"),
        ("12345热线几点下班", "zh"),
        ("12345", "en"),
        ("", "en"),
        ("違反管制罰多少錢", "zh"),
        ("WiFi和ETC怎么办理业务", "zh"),
        ("Wifi办理", "zh"),  # two characters are one word
        ("Wifi网", "en"),
    ],
)
def test_a_question_is_answered_in_the_language_of_most_of_its_words(text: str, spoken: str) -> None:
    assert language(text) == spoken
