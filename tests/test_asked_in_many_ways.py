"""What questions say however they are put: by sound, with slips, politely, after another, in everyday words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.asking.conversation import after, in_context, leans, may_lean
from rag.asking.lexicon import OWN, Entry, Lexicon, load_lexicon, phrases_of, read_entries, write_own
from rag.asking.pinyin import as_han
from rag.asking.query import LONGEST_QUESTION, Query, Understanding, articles_in, by_matter, write_out_dates
from rag.asking.smalltalk import reply, without_courtesy
from rag.asking.spelling import Speller
from rag.asking.translate import Table, load_table
from rag.asking.wants import counted, share_held, wants
from rag.errors import BulletinError
from tests.test_owed import PLAIN

LANSHAN = PLAIN
LINZI = replace(PLAIN, id="z", number="临政字〔2025〕75号", jurisdiction="淄博市临淄区")
CITY = replace(PLAIN, id="c", number="临政发〔2024〕8号", jurisdiction="临沂市")
NATIONAL = replace(PLAIN, id="n", number="国办发〔2024〕8号", jurisdiction="全国")
UNDERSTANDING = Understanding([LANSHAN, LINZI, CITY, NATIONAL])


def understand(question: str) -> Query:
    return UNDERSTANDING.understand(question)


# --- places, numbers, articles, years ---


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("兰山区津贴多少钱", ("临沂市兰山区",)),
        ("兰山津贴多少钱", ("临沂市兰山区",)),
        ("LANSHAN allowance", ("临沂市兰山区",)),
        ("临沂市兰山区津贴多少钱", ("临沂市兰山区",)),
        ("兰山区和临淄区哪个高", ("临沂市兰山区", "淄博市临淄区")),
        ("蘭山區津貼多少錢", ("临沂市兰山区",)),
        ("全国统一的标准是多少", ("全国",)),
        ("津贴多少钱", ()),
    ],
)
def test_the_districts_of_the_collection_that_a_question_names(
    question: str, places: tuple[str, ...]
) -> None:
    assert set(understand(question).places) == set(places)


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("临政字〔2025〕75号讲什么", ("临政字〔2025〕75号",)),
        ("临政字[2025]75号讲什么", ("临政字〔2025〕75号",)),
        ("临政字2025年第75号讲什么", ("临政字〔2025〕75号",)),
        ("75号文讲什么", ("临政字〔2025〕75号",)),
        ("〔2024〕8号讲什么", ("临政发〔2024〕8号", "国办发〔2024〕8号")),
        ("国办发〔2024〕8号讲什么", ("国办发〔2024〕8号",)),
        ("What does Guo Ban Fa [2024] No. 8 say?", ("国办发〔2024〕8号",)),
        ("临政字〔2025〕76号讲什么", ()),
        ("75号楼停水吗", ()),
    ],
)
def test_a_document_is_named_by_its_number_or_part_of_it(question: str, numbers: tuple[str, ...]) -> None:
    assert set(understand(question).numbers) == set(numbers)


@pytest.mark.parametrize(
    ("text", "articles"),
    [
        ("第十二条第三款", ("第12条", "第3款")),
        ("第一百零五条", ("第105条",)),
        ("第3至5条", ()),
        ("sections 3", ()),
        ("Section 3 and ARTICLE 4", ("第3节", "第4条")),
        ("第六条至第四条", ()),
    ],
)
def test_articles_named(text: str, articles: tuple[str, ...]) -> None:
    assert articles_in(text) == articles


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("二〇二五年十二月三十一日", "2025年12月31日"),
        ("十月一号放假吗", "10月1日放假吗"),
        ("25年补贴", "2025年补贴"),
        ("过去10年", "过去10年"),
        ("社保要交15年吗", "社保要交15年吗"),
        ("缴费满20年，住了18年", "缴费满20年，住了18年"),
        ("不少于10年", "不少于10年"),
        ("工作15年以后", "工作15年以后"),
        ("是22年的政策吗", "是2022年的政策吗"),
        ("May 1", "May 1 5月1日"),
        ("第二十条", "第二十条"),
    ],
)
def test_a_question_is_searched_with_its_days_as_they_are_printed(typed: str, written: str) -> None:
    assert write_out_dates(typed) == written


def test_what_a_question_is_about_leaves_out_the_district_that_all_its_texts_share() -> None:
    query = understand("兰山区高龄津贴多少钱")
    assert "兰山" not in query.matter("临沂市兰山区")
    assert "兰山" in query.matter("淄博市临淄区")
    assert query.matter(None) == query.text
    assert sorted(by_matter(query, [LANSHAN, LINZI, LANSHAN]).values()) == [[0, 2], [1]]


def test_a_question_that_is_a_district_only_is_searched_by_it() -> None:
    assert understand("兰山区").matter("临沂市兰山区") == "兰山区"


@pytest.mark.parametrize(
    ("name", "whole"),
    [("兰山", "临沂市兰山区"), ("Linzi", "淄博市临淄区"), ("青岛", "青岛市"), ("", ""), ("  ", "")],
)
def test_a_district_that_a_reader_gives_is_known_by_any_of_its_names(name: str, whole: str) -> None:
    assert UNDERSTANDING.district(name).endswith(whole)
    assert bool(UNDERSTANDING.district(name)) == bool(whole)


def test_a_district_that_is_none_is_told_with_an_example() -> None:
    with pytest.raises(BulletinError, match="'某某' is not known"):
        UNDERSTANDING.district("某某")


def test_a_question_may_be_as_long_as_is_said_and_no_longer() -> None:
    assert understand("警" * LONGEST_QUESTION).asked
    with pytest.raises(BulletinError, match="Ask it shorter"):
        understand("警" * (LONGEST_QUESTION + 1))


@pytest.mark.parametrize("question", ["<b></b>", "\x00\u200b", "　"])
def test_a_question_of_nothing_is_told_so(question: str) -> None:
    with pytest.raises(BulletinError, match="The question is empty"):
        understand(question)


@pytest.mark.parametrize(
    ("question", "private"),
    [
        ("张伟的身份证号是多少", True),
        ("我邻居住在哪个小区", True),
        ("What is Wang Xiaoli's home address?", True),
        ("3号楼2单元的户主是谁", True),
        ("本人住址变更怎么办", False),
        ("企业地址在哪里变更", False),
        ("Where is the Lanshan District office?", False),
        ("局长负责什么", False),
    ],
)
def test_what_is_somebodys_own_is_known(question: str, private: bool) -> None:
    assert understand(question).private is private


# --- after another question ---


@pytest.mark.parametrize(
    ("question", "back"),
    [
        ("这个怎么申请", True),
        ("还有别的吗", True),
        ("具体怎么算", True),
        ("所以呢？", True),
        ("其他地区的津贴发放标准是多少", False),
        ("How long does it last?", True),
        ("What about Linzi?", True),
        ("When does the heating season begin in Lanshan District?", False),
        ("国办发〔2024〕8号讲什么", False),
    ],
)
def test_what_points_back(question: str, back: bool) -> None:
    assert leans(understand(question)) is back


def test_a_question_may_be_meant_after_another_where_it_names_no_place_and_no_document() -> None:
    assert may_lean(understand("一次能用几张"))
    assert not may_lean(understand("兰山区一次能用几张"))
    assert not may_lean(understand("75号文讲什么"))
    assert not may_lean(understand("青岛一次能用几张"))


def test_the_first_question_of_three_is_still_known() -> None:
    query = in_context(
        understand("那什么时候发？"), ["兰山区2024年的高龄津贴怎么申请？", "那要多少钱？"], UNDERSTANDING
    )
    assert (query.places, query.years) == (("临沂市兰山区",), (2024,))
    assert query.whole is not None
    assert "高龄" in query.whole.text


def test_another_place_takes_over_neither_district_nor_number() -> None:
    before = understand("兰山区2024年津贴，临政字〔2025〕75号")
    query = after(understand("那青岛呢？"), before)
    assert query.places == ()
    assert query.numbers == ()


def test_another_year_keeps_the_district() -> None:
    query = after(understand("那2023年呢？"), understand("兰山区2024年的津贴"))
    assert (query.places, query.years) == (("临沂市兰山区",), (2023,))


def test_a_first_question_has_nothing_before_it() -> None:
    query = understand("那多少钱？")
    assert in_context(query, [], UNDERSTANDING) is query


# --- polite words ---


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("您好！请问一下，津贴多少钱？谢谢您", "津贴多少钱？"),
        ("不好意思打扰了，津贴多少钱？急急急", "津贴多少钱？"),
        ("Dear Sir, please could you tell me how much it is?", "how much it is?"),
        ("Do you know when it starts?", "when it starts?"),
        ("how much is it, thanks", "how much is it"),
        ("请问", "请问"),
        ("谢谢参与的企业有哪些", "谢谢参与的企业有哪些"),
    ],
)
def test_polite_words_are_left_out(asked: str, left: str) -> None:
    assert without_courtesy(asked) == left


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("您好，请问", True),
        ("谢谢啦！", True),
        ("good evening everyone", False),
        ("你好，请问一下", True),
        ("你是真人还是机器人？", True),
        ("帮我转人工客服", True),
        ("明天临沂下雨吗", True),
        ("下雨天施工有什么规定", False),
        ("What time is it now?", True),
        ("What time is the test?", False),
        ("", False),
    ],
)
def test_small_talk_gets_a_word_and_a_question_none(said: str, answered: bool) -> None:
    assert (reply(said) is not None) is answered


# --- slips and sounds ---

COUNTS = {
    "消费券": 5,
    "消费": 9,
    "领取": 8,
    "高龄": 6,
    "津贴": 7,
    "提取": 4,
    "公积金": 6,
    "allow": 5,
    "一次": 1,
}
SPELLER = Speller(COUNTS, ["Old-age allowance. Allowances are paid monthly to residents."])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("高铃津帖怎么领", ["高龄", "津贴"]),
        ("old-age alowance", ["allowance"]),
        ("residants", ["residents"]),
        ("Alowance", []),  # a capital: a name
        ("abcde", []),
        ("", []),
    ],
)
def test_what_was_probably_meant_is_searched_for_too(typed: str, meant: list[str]) -> None:
    assert SPELLER.corrections(typed)[: len(meant) or None] == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gaoling jintie duoshao", "高龄津贴多少"),
        ("gaolingjintie duoshaoqian", "高龄津贴多少钱"),
        ("XIAOFEIQUAN zenme lingqu", "消费券怎么领取"),
        ("gao ling", None),
        ("gaoling 2025", None),
        ("the allowance for residents", None),
        ("", None),
    ],
)
def test_a_question_typed_by_sound(typed: str, meant: str | None) -> None:
    assert SPELLER.from_sound(typed) == meant


def test_of_words_that_sound_alike_the_commoner_one_is_meant() -> None:
    words = {"bu tie": ["补贴", "不铁"], "gao ling": ["高龄"]}
    assert as_han("gaoling butie duoshao", words, {"补贴": 9, "不铁": 1, "高龄": 2}) == "高龄补贴多少"
    assert as_han("gaoling butie duoshao", words, {"补贴": 1, "不铁": 900, "高龄": 2}) == "高龄不铁多少"


# --- official words ---


def test_an_entry_is_found_by_each_of_its_phrases() -> None:
    words = Lexicon([Entry("城乡居民最低生活保障", ("低保", "吃低保"), ("minimum income", "dibao"))])
    for question in ("低保怎么办", "他在吃低保"):
        assert words.official_terms(question, "zh")["保障"] > 0
    assert words.official_terms("how to get the minimum income?", "en")["保障"] > 0
    assert words.official_terms("maximum income", "en") == {}
    assert words.official_terms("保障", "zh") == {}


def test_the_longer_phrase_counts_for_more() -> None:
    words = Lexicon([Entry("甲项", ("老人钱",), ()), Entry("乙项", ("八十岁老人津贴",), ())])
    assert (
        words.official_terms("老人钱", "zh")["甲项"]
        < words.official_terms("八十岁老人津贴", "zh")["乙项"]
        == 1.0
    )


def test_a_phrase_of_one_character_and_of_function_words_finds_nothing() -> None:
    words = Lexicon([Entry("机动车", ("车",), ("the of",))])
    assert words.official_terms("车", "zh") == {}
    assert words.official_terms("the of", "en") == {}


def test_the_english_words_of_a_lexicon_are_its_stems() -> None:
    assert Lexicon([Entry("检查", (), ("official inspections",))]).english_words == {"offici", "inspect"}


def test_what_staff_write_is_read_back_and_replaces_what_they_wrote(tmp_path: Path) -> None:
    (tmp_path / "civic.tsv").write_text(
        "# 注释\n\n户口簿\t户口本；红本本\thousehold booklet\n", encoding="utf-8"
    )
    write_own(tmp_path, [Entry("最低生活保障", ("低保",), ())])
    write_own(tmp_path, [Entry("社会保障卡", ("社保卡", "医保卡"), ("social card", "ss card"))])
    assert list(read_entries(tmp_path)) == [
        ("civic.tsv", Entry("户口簿", ("户口本", "红本本"), ("household booklet",))),
        (OWN, Entry("社会保障卡", ("社保卡", "医保卡"), ("social card", "ss card"))),
    ]
    assert load_lexicon(tmp_path).official_terms("医保卡丢了", "zh")


@pytest.mark.parametrize(
    "entry",
    [
        Entry("", ("低保",), ()),
        Entry("甲\t乙", (), ()),
        Entry("甲", ("乙；丙",), ()),
        Entry("甲", (), ("a\nb",)),
        Entry("#甲", (), ()),
    ],
)
def test_a_word_that_would_break_the_file_is_refused_and_the_file_stays(tmp_path: Path, entry: Entry) -> None:
    write_own(tmp_path, [Entry("最低生活保障", ("低保",), ())])
    before = (tmp_path / OWN).read_bytes()
    with pytest.raises(BulletinError):
        write_own(tmp_path, [entry])
    assert (tmp_path / OWN).read_bytes() == before


def test_phrases_are_parted_by_either_semicolon() -> None:
    assert phrases_of(" 户口本；红本本; ;") == ("户口本", "红本本")
    assert phrases_of("") == ()


# --- translations ---


def test_the_likeliest_of_two_translations_of_one_word_counts() -> None:
    table = Table({"pay": (("支付", 0.7), ("工资", 0.3)), "wage": (("工资", 0.9),)})
    assert table.translated(["pay", "wage"]) == {"支付": 0.7, "工资": 0.9}
    assert table.translated([]) == {}


def test_a_table_without_words_is_written_and_refused_when_read(tmp_path: Path) -> None:
    (tmp_path / "t.gz").write_bytes(b"\x1f\x8b broken")
    with pytest.raises(BulletinError):
        load_table(tmp_path / "t.gz")


# --- what is wanted ---


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("发放标准是多少钱一个月", ("money",)),
        ("满多少岁可以领", ("age",)),
        ("领取地点在哪里", ("where",)),
        ("多久能办好", ("duration",)),
        ("从哪一年开始", ("year",)),
        ("组长是谁", ("person",)),
        ("绿地面积有多大", ("area",)),
        ("满分多少分", ("score",)),
        ("为什么要试鸣", ("reason",)),
        ("能不能代办", ("whether",)),
        ("罚款多少", ("money",)),
        ("How many points are needed?", ("score",)),
        ("Who heads the leading group?", ("person",)),
        ("Where do I apply?", ("where",)),
        ("What is this about?", ()),
        ("有什么好处", ()),
    ],
)
def test_the_kind_of_thing_that_is_wanted(question: str, kinds: tuple[str, ...]) -> None:
    assert wants(question) == kinds


@pytest.mark.parametrize(
    ("question", "gives", "lacks"),
    [
        ("组长是谁", "组长：王大山 县长", "成立领导小组"),
        ("从哪一年开始", "自2024年起", "自印发之日起"),
        ("满分多少分", "满分100分", "择优录取"),
        ("绿地面积有多大", "新增绿地12公顷", "新增绿地"),
        ("能不能代办", "不得代办", "由窗口办理"),
        ("多久能办好", "5个工作日内办结", "由窗口办结"),
        ("在哪里办", "到市民大厅办理", "凭身份证办理"),
    ],
)
def test_what_gives_it(question: str, gives: str, lacks: str) -> None:
    assert share_held(wants(question), gives) == 1
    assert share_held(wants(question), lacks) == 0


def test_of_two_things_wanted_one_is_half() -> None:
    kinds = wants("几点开始，多少钱一张")
    assert set(kinds) == {"clock", "money"}
    assert share_held(kinds, "每张20元") == 0.5
    assert share_held((), "每张20元") == 0.0


def test_what_is_counted_in_all_is_of_any_measure() -> None:
    assert counted("一共多少户") == ""
    assert counted("多少户") != ""
