from hypothesis import given
from hypothesis import strategies as st

from rag.text.normal import clean_question, language, normalise, squeeze, tokens


def test_a_four_character_query_inside_a_sentence_shares_its_terms() -> None:
    sentence = "市政府确定在临沂市进行防空警报试鸣,请广大群众不要惊慌。"
    assert set(tokens("防空警报")) <= set(tokens(sentence))


def test_widths_brackets_and_ocr_spaces_match() -> None:
    assert normalise("（一）满 6 个月，发放１０万元") == normalise("(一)满6个月,发放10万元")
    assert tokens("奖励 10 万元") == tokens("奖励10万元")
    assert squeeze("张 磊 区工商局") == "张磊区工商局"


def test_english_words_match_by_stem() -> None:
    assert tokens("inspections of pensioners") == tokens("inspection pensioner")


def test_spaces_between_english_words_stay() -> None:
    assert normalise("air raid siren") == "air raid siren"


def test_language_follows_the_words_not_the_numbers_cited() -> None:
    assert language("When does 临政字〔2025〕75号 apply?") == "en"
    assert language("5G基站有多少个?") == "zh"
    assert language("PPP是什么") == "zh"


def test_control_and_invisible_characters_leave_a_question() -> None:
    assert clean_question(" 防空\u200b警报\x00\n什么 时候 ") == "防空 警报 什么 时候"


@given(st.text())
def test_the_normal_form_is_stable_and_never_fails(text: str) -> None:
    once = normalise(text)
    assert squeeze(once) == squeeze(text)
    tokens(text)
