"""What a printed line is by its wording, one line at a time."""

import pytest

from rag.reading.lines import (
    annex_label,
    announces_annex,
    before_addressee,
    doc_number,
    ends_closed,
    ends_open,
    ends_title_glued,
    ends_with_post,
    is_blank,
    is_date_line,
    is_org,
    is_pipes,
    is_release,
    is_signer,
    is_title_end,
    letterhead,
    mark_of,
    numbers_in,
    publication_line,
    serial_number,
    split_lines,
    squeeze_blanks,
    starts_with_surname,
    teaser,
)


def texts(text: str) -> list[str]:
    lines = split_lines(text)
    for line in lines:
        assert text[line.start : line.end] == line.text
    return [line.text for line in lines]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_parted_however_they_end_and_blank_ones_are_none(end: str) -> None:
    assert texts(end.join(["甲", "", "  乙 ", "\ufeff", "丙"])) == ["甲", "乙", "丙"]


def test_lines_know_their_number() -> None:
    assert [line.number for line in split_lines("甲\n\n乙")] == [1, 3]


def test_tags_at_the_edges_are_outside_a_line() -> None:
    assert texts("<p>甲乙。</p>\n<div><b>丙</b></div>") == ["甲乙。", "丙"]


def test_what_a_page_hides_is_no_line() -> None:
    assert texts("<p>甲</p><script>var a = 1;</script><!-- 乙 --><p>丙</p>") == ["甲", "丙"]


def test_a_row_of_a_table_in_html_is_a_line() -> None:
    (row,) = texts("<table><tr><td>低保</td>\n<td>1036</td></tr></table>")
    assert "低保" in row
    assert "1036" in row


def test_of_a_json_file_the_words_are_lines() -> None:
    assert texts('{"title": "停水公告", "id": 7, "body": "甲。\\n乙。"}') == ["停水公告", "甲。", "乙。"]


def test_an_empty_cell_at_the_end_of_a_row_stays() -> None:
    assert texts("低保\t1036\t\n") == ["低保\t1036\t"]


@pytest.mark.parametrize(
    ("line", "kind", "label"),
    [
        ("第一章 总则", "chapter", "第一章"),
        ("第十二条 本办法…", "article", "第十二条"),
        ("第三条规定的情形", None, None),
        ("一、标准", "cn", "一、"),
        ("（二）对象", "paren_cn", "(二)"),
        ("1.材料", "num", "1."),
        ("5.4.1 响应", "decimal", "5.4.1"),
        ("5.4应急响应", "decimal", "5.4"),
        ("1.5万元", None, None),
        ("2.5 公里以内免费", None, None),
        ("2.1米面供应", "decimal", "2.1"),
        ("(3)审核", "paren_num", "(3)"),
        ("3）审核", "half_num", "3)"),
        ("①甲", "circle", "①"),
        ("——甲", "dash", "——"),
        ("专栏3 重点工程", "box", "专栏3"),
        ("- 甲", "bullet", "-"),
        ("**一、标准**", "cn", "一、"),
        ("每人100元", None, None),
    ],
)
def test_the_mark_a_line_opens_with(line: str, kind: str | None, label: str | None) -> None:
    mark = mark_of(line)
    assert (mark.kind if mark else None, mark.label if mark else None) == (kind, label)


def test_a_decimal_number_knows_its_depth() -> None:
    mark = mark_of("5.4.1 响应")
    assert mark is not None
    assert mark.depth == 3


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("临政字〔2025〕75号", "临政字〔2025〕75号"),
        ("（临政办字[2018] 97 号）", "临政办字〔2018〕97号"),
        ("临政字【2025】第007号", "临政字〔2025〕7号"),
        ("按临政字〔2025〕75号执行", None),
        ("第25号", None),
    ],
)
def test_a_line_that_is_a_number(line: str, number: str | None) -> None:
    assert doc_number(line) == number


def test_numbers_inside_a_text_have_their_places() -> None:
    text = "依据临政字〔2025〕75号执行"
    ((number, start, end),) = numbers_in(text)
    assert text[start:end].endswith("〔2025〕75号")
    assert number.endswith("临政字〔2025〕75号")


@pytest.mark.parametrize(
    ("line", "number"), [("（第 25 号）", "第25号"), ("2024年第3号", "2024年第3号"), ("25号", None)]
)
def test_a_number_without_its_series(line: str, number: str | None) -> None:
    assert serial_number(line) == number


@pytest.mark.parametrize(
    ("line", "org"),
    [
        ("青禾市人民政府", True),
        ("青禾市教育局 青禾市财政局", True),
        ("青禾市人民政府关于印发办法的通知", False),
        ("各县区人民政府：", False),
        ("政府", False),
        ("公安局2025", False),
    ],
)
def test_a_line_that_names_an_authority_and_nothing_else(line: str, org: bool) -> None:
    assert is_org(line) == org


def test_whose_paper_it_is() -> None:
    assert letterhead("青 禾 市 人 民 政 府 文 件") == "青禾市人民政府"
    assert letterhead("重要文件") is None


@pytest.mark.parametrize(
    ("line", "ends"), [("关于印发办法的通知", True), ("养犬管理办法（试行）", True), ("每人100元", False)]
)
def test_a_line_that_ends_as_a_title_does(line: str, ends: bool) -> None:
    assert is_title_end(line) == ends


def test_a_title_printed_together_with_those_it_is_sent_to_is_parted() -> None:
    glued = "关于做好救助工作的通知各县区民政局："
    assert ends_title_glued(glued)
    assert before_addressee(glued) == "关于做好救助工作的通知"
    assert before_addressee("关于做好救助工作的通知") == "关于做好救助工作的通知"


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("2025年9月7日", True),
        ("二〇二五年九月七日", True),
        ("（2025年9月7日）", True),
        ("2025年9月7日起", False),
    ],
)
def test_a_line_that_is_a_date(line: str, date: bool) -> None:
    assert is_date_line(line) == date


def test_who_signs_and_what_is_noted_below() -> None:
    assert is_signer("市长 王大山")
    assert is_signer("代市长：王 山")
    assert not is_signer("市长负责本项工作")
    assert is_release("（此件公开发布）")
    assert not is_release("此件公开发布")


@pytest.mark.parametrize(
    ("line", "label", "announces"),
    [
        ("附件", "附件", False),
        ("附 件2：", "附件2", False),
        ("附件：1.申请表", None, True),
        ("附件一", "附件一", False),
        ("附件齐全", None, False),
    ],
)
def test_an_annexes_label_and_what_names_one(line: str, label: str | None, announces: bool) -> None:
    assert (annex_label(line), announces_annex(line)) == (label, announces)


def test_an_entry_of_a_listing_has_title_and_date() -> None:
    assert teaser("● 关于停水的通知2024-01-01") == ("关于停水的通知", "2024-01-01")
    assert teaser("关于停水的通知2024-01-01") is None
    assert publication_line("2025-09-09 -") == "2025-09-09"
    assert publication_line("于2025-09-09") is None


@pytest.mark.parametrize(
    ("line", "is_open", "closed"),
    [
        ("各部门，", True, False),
        ("办理。", False, True),
        ("依照《甲办法", True, False),
        ("办理", False, False),
    ],
)
def test_where_a_line_can_stop(line: str, is_open: bool, closed: bool) -> None:
    assert (ends_open(line), ends_closed(line)) == (is_open, closed)


def test_the_borders_of_a_table_are_no_text() -> None:
    assert is_pipes("| --- | :--: |")
    assert is_pipes("| | |")
    assert not is_pipes("| 甲 |")


def test_blanks_names_and_posts() -> None:
    assert is_blank(" \u3000\ufeff\n")
    assert squeeze_blanks("甲 乙\u3000丙\n") == "甲乙丙"
    assert starts_with_surname("王伟")
    assert not starts_with_surname("的")
    assert ends_with_post("区教育局局长")
    assert not ends_with_post("每人100元")
