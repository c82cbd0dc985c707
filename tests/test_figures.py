import pytest

from rag.text.figures import allowed, figures, unsupported

SAME = [
    ("2025年9月18日", "18 September 2025"),
    ("２０２５年９月１８日", "2025-09-18"),
    ("二〇二五年九月十八日", "September 18, 2025"),
    ("2025年5月27日至6月20日", "27 May to 20 June 2025"),
    ("9月18日至20日", "18-20 September"),
    ("2025年5月—6月", "May-June 2025"),
    ("10时00分至10时20分", "10:00-10:20"),
    ("下午3时30分", "3:30 p.m."),
    ("上午9点半", "9:30 a.m."),
    ("10万元", "100,000 yuan"),
    ("十万元", "100,000 yuan"),
    ("1.2亿元", "120 million yuan"),
    ("3500亿元", "350 billion yuan"),
    ("5至10万元", "50,000 to 100,000 yuan"),
    ("百分之八十五", "85%"),
    ("第二十一条", "Article 21"),
    ("三个工作日", "three working days"),
    ("三十六名", "thirty-six people"),
    ("一百二十户", "one hundred and twenty households"),
    ("每千人4.5个", "4.5 per 1,000 people"),
    ("临政字〔2025〕75号", "Linzhengzi [2025] No. 75"),
    ("“十四五”规划", "14th Five-Year Plan"),
    ("①登记；②缴费", "registration and payment"),
    ("（三）培训", "(3) Training"),
    ("**10.8**万吨", "108,000 tonnes"),
    ("21年底", "the end of 2021"),
    ("Ⅱ级响应", "a Level II response"),
]
DIFFERENT = [
    ("2025年9月18日", "8 September 2025"),
    ("2025年9月18日", "18 September 2024"),
    ("补贴600元", "a subsidy of 500 yuan"),
    ("10万元", "10,000 yuan"),
    ("10万元", "10 yuan"),
    ("下午3时", "3 a.m."),
    ("三个工作日", "five working days"),
    ("第二十一条", "Article 12"),
    ("9月18日和10月20日", "20 September and 18 October"),
]


@pytest.mark.parametrize(("chinese", "english"), SAME)
def test_one_figure_in_two_languages_is_one(chinese: str, english: str) -> None:
    assert unsupported(english, chinese) == []
    assert unsupported(chinese, english) == []


@pytest.mark.parametrize(("chinese", "english"), DIFFERENT)
def test_another_figure_is_found_out(chinese: str, english: str) -> None:
    assert unsupported(english, chinese)


@pytest.mark.parametrize(
    "text", ["统一管理，进一步提高", "一方面三农工作", "Members: Wang Jun", "It may be one of them"]
)
def test_words_that_only_look_like_numbers_state_none(text: str) -> None:
    assert [figure.printed for figure in figures(text) if figure.certain] == []


def test_a_date_lends_its_parts_to_what_is_held_against_it() -> None:
    assert {"2025", "9", "18"} <= allowed("2025年9月18日")
    assert unsupported("The year 2025, month 9", "2025年9月18日") == []
