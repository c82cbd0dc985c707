"""Text cut into sentences, items and people, and made clean to read."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading.sentences import item_starts, person_in, reading, sentences, tidy


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("甲。乙！丙？", ["甲。", "乙！", "丙？"]),
        ("他说：“去。”然后走了。", ["他说：“去。”", "然后走了。"]),
        ("（见附件。）按期办理。", ["（见附件。）", "按期办理。"]),
        ("甲；乙。", ["甲；乙。"]),
        ("甲；2.乙", ["甲；", "2.乙"]),
        ("3.5元。", ["3.5元。"]),
        ("甲。。", ["甲。。"]),
        ("  甲。  ", ["甲。"]),
        ("", []),
        ("一是甲。二是乙。", ["一是甲。", "二是乙。"]),
    ],
)
def test_where_sentences_end(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


def test_a_long_sentence_ends_at_a_semicolon_too() -> None:
    first, second = "甲" * 95 + "；", "乙。"
    assert cut(first + second) == [first, second]


def test_a_bracket_whose_partner_never_comes_holds_nothing_together() -> None:
    assert len(cut("（甲。" + "乙" * 200 + "。丙。")) > 1


@given(st.text(alphabet="甲乙。；！“”（）《》 ①②1.2、\n", max_size=60))
def test_sentences_cover_all_but_blanks_and_do_not_overlap(text: str) -> None:
    spans = sentences(text)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    kept = "".join(text[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("①甲；②乙；③丙", 3),
        ("1.甲。2.乙。", 2),
        ("(1)甲。(2)乙。", 2),
        ("（一）甲。（二）乙。", 2),
        ("一是甲。二是乙。三是丙。", 3),
        ("①甲；③丙", 0),  # does not count on
        ("共1.5元。2.3元", 0),
        ("只有1.甲", 0),
    ],
)
def test_only_numbers_that_count_on_make_a_list(text: str, items: int) -> None:
    assert len(item_starts(text)) == items


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("组 长：王 伟  区政府副区长", "组长：王伟 区政府副区长"),
        ("李建国 区教育局党组书记、局长", "李建国 区教育局党组书记、局长"),
    ],
)
def test_a_line_of_a_name_list_reads_as_one_person(line: str, read: str) -> None:
    assert person_in(line) is not None
    assert reading(line)[0].replace(":", "：") == read


@pytest.mark.parametrize("line", ["每人 发放一百元", "附件 下载", "王伟区政府副区长", "甲" * 100])
def test_other_lines_are_nobody(line: str) -> None:
    assert person_in(line) is None


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("**一、标准**", "一、标准"),
        ("- 每人 100 元", "每人 100 元"),
        ("<p>每 人&nbsp;发放</p>", "每人发放"),
        ("## 标题", "标题"),
        ("第三条   甲  乙", "第三条 甲乙"),
        ("air  raid siren", "air raid siren"),
    ],
)
def test_residue_of_markup_and_print_is_no_text(raw: str, clean: str) -> None:
    assert reading(raw) == (clean, False)


def test_advertising_put_into_a_text_is_taken_out_and_told() -> None:
    clean, spam = reading("津贴博彩官网直接进入每月100元。")
    assert spam
    assert "官网" not in clean


def test_a_title_has_no_blanks_beside_han_and_single_ones_elsewhere() -> None:
    assert tidy("关于 印发  PPP  项目 Plan  B 的通知") == "关于印发PPP项目Plan B的通知"
