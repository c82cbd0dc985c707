"""Lines and sentences of real print: marks, numbers, heads, lists, names, residue."""

from __future__ import annotations

import pytest

from rag.reading.lines import (
    doc_number,
    is_date_line,
    is_org,
    is_signer,
    is_title_end,
    letterhead,
    mark_of,
    numbers_in,
    serial_number,
    split_lines,
    titled_in,
)
from rag.reading.sentences import item_starts, person_in, reading, sentences, tidy
from rag.reading.titles import issuer_in, kind_of, place_in, place_of, place_told, printed_title, short_place


@pytest.mark.parametrize(
    ("line", "kind", "end"),
    [
        ("第三编 监督", "part", 4),
        ("第十二条之一 处罚", "article", 7),
        ("第三条和第四条规定", None, 0),
        ("第2条 范围", "article", 4),
        ("㈠对象", "paren_cn", 1),
        ("(十二)、其他", "paren_cn", 5),
        ("１．材料", "num", 2),
        ("12、材料", "num", 3),
        ("1.2024年标准", "num", 2),
        ("2024.5.1起", None, 0),
        ("⒈材料", "num", 1),
        ("⑴材料", "paren_num", 1),
        ("A.一类", "letter", 2),
        ("A. One", None, 0),
        ("三、2024年目标", "cn", 2),
        ("三、五、七日", None, 0),
        ("十万元以上", None, 0),
        ("● （一）对象", "paren_cn", 5),
        ("3倍以上", None, 0),
        ("1.5倍", None, 0),
        ("--补充", "dash", 2),
        ("", None, 0),
    ],
)
def test_a_mark_and_where_the_text_behind_it_begins(line: str, kind: str | None, end: int) -> None:
    mark = mark_of(line)
    assert (mark.kind if mark else None, mark.end if mark else 0) == (kind, end)


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("青政发〔2024〕18号", "青政发〔2024〕18号"),
        ("青政发﹝２０２４﹞１８号", "青政发〔2024〕18号"),
        ("青政发[2024]018号", "青政发〔2024〕18号"),
        ("青政发 （2024） 18 号", "青政发〔2024〕18号"),
        ("青政发〔2024〕第18号", "青政发〔2024〕18号"),
        ("青政發〔2024〕18號", "青政发〔2024〕18号"),
        ("发〔2024〕18号", None),
        ("青政发〔2024〕号", None),
        ("青政发2024年18号", None),
    ],
)
def test_a_document_number_has_one_form(line: str, number: str | None) -> None:
    assert doc_number(line) == number


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("第３号", "第3号"),
        ("（2024年第3号）", "2024年第3号"),
        ("十五届第 12 号", "十五届第12号"),
        ("〔2024〕15 号", "〔2024〕15号"),
        ("第3号令公布如下", None),
        ("2024年", None),
    ],
)
def test_a_serial_number_stands_alone(line: str, number: str | None) -> None:
    assert serial_number(line) == number


def test_every_number_that_a_text_cites_has_its_place() -> None:
    text = "依据青政发〔2024〕1号、鲁民〔2023〕22号"
    found = [(number[number.index("〔") :], text[end - 1]) for number, _, end in numbers_in(text)]
    assert found == [("〔2024〕1号", "号"), ("〔2023〕22号", "号")]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("按《甲办法》《乙办法》执行", ["甲办法", "乙办法"]),
        ("《甲关于〈乙〉的通知》", ["甲关于〈乙〉的通知"]),
        ("《甲关于《乙》的通知》", ["甲关于《乙》的通知"]),
        ("《甲办法", []),
        ("《》", []),
    ],
)
def test_titles_named_in_a_text(text: str, titles: list[str]) -> None:
    assert titled_in(text) == titles


@pytest.mark.parametrize(
    ("line", "org"),
    [
        ("青禾市水务集团", True),
        ("中共青禾市委", True),
        ("青禾海关", True),
        ("青禾市第一中学", True),
        ("国家税务总局青禾市税务局", True),
        ("青禾市消防救援支队", True),
        ("甲局", False),
        ("青禾市民政局工作会", False),
        ("青禾市民政局，青禾市财政局", False),
        ("市财政局负责的委员会", False),
    ],
)
def test_an_authority_is_known_by_how_its_name_ends(line: str, org: bool) -> None:
    assert is_org(line) is org


@pytest.mark.parametrize(
    ("line", "whose"),
    [
        ("青禾市民政局文件", "青禾市民政局"),
        ("青禾市民政局 青禾市财政局文件", "青禾市民政局青禾市财政局"),
        ("文件", None),
        ("青禾市民政局文件目录", None),
    ],
)
def test_a_letterhead_names_whose_paper_it_is(line: str, whose: str | None) -> None:
    assert letterhead(line) == whose


@pytest.mark.parametrize(
    ("line", "signer"),
    [
        ("市长：王大山", True),
        ("市 长 王大山", False),
        ("局长 欧阳小河", True),
        ("主任　李 河", True),
        ("县长热线 12345", False),
        ("市长王大山", False),
    ],
)
def test_who_signs(line: str, signer: bool) -> None:
    assert is_signer(line) is signer


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("二○二四年十二月三十一日", True),
        ("2024 年 3 月 5 日", True),
        ("２０２４年３月５日", True),
        ("2024-03-05", False),
        ("2024年3月", False),
    ],
)
def test_the_date_below_a_text(line: str, date: bool) -> None:
    assert is_date_line(line) is date


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("青禾市低保标准", False),
        ("城乡低保保障标准", True),
        ("关于停水的函", True),
        ("政府信息公开 目 录", True),
        ("会议纪要", True),
        ("请按规定办理", False),
    ],
)
def test_the_word_that_a_title_can_end_with(line: str, ends: bool) -> None:
    assert is_title_end(line) is ends


# --- lines of a file ---


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("\ufeff甲\r\n乙", ["甲", "乙"]),
        ("甲\r\n\r\n乙\r\n", ["甲", "乙"]),
        ("甲\x0b乙", ["甲\x0b乙"]),
        ("　　甲乙　\n", ["甲乙"]),
        ("\t甲\t乙", ["\t甲\t乙"]),
        ("甲<br>乙<br/>丙", ["甲", "乙", "丙"]),
        ("甲 < 乙", ["甲 < 乙"]),
        ("# 标题\n## 节", ["标题", "节"]),
        ("\u200b\n\ufeff\n", []),
        ("", []),
    ],
)
def test_the_lines_of_a_text_and_their_places(text: str, lines: list[str]) -> None:
    found = split_lines(text)
    assert [line.text for line in found] == lines
    assert all(text[line.start : line.end] == line.text for line in found)


def test_a_line_keeps_the_number_that_an_editor_shows() -> None:
    assert [line.number for line in split_lines("甲\r\n\r\n乙\r丙\n\n丁")] == [1, 3, 4, 6]


def test_broken_json_is_read_as_text() -> None:
    assert [line.text for line in split_lines('{"title": "停水公告"')] == ['{"title": "停水公告"']


# --- sentences ---


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("甲？！乙", ["甲？！", "乙"]),
        ("甲。”乙。", ["甲。”", "乙。"]),
        ("①登记；②缴费；③领证。", ["①登记；", "②缴费；", "③领证。"]),
        ("对象：(1)居民；(2)职工", ["对象：", "(1)居民；", "(2)职工"]),
        ("共1.5元。2.3元。", ["共1.5元。", "2.3元。"]),
        ("无句号", ["无句号"]),
        ("甲。\n\n乙。", ["甲。", "乙。"]),
        ("Yes. No.", ["Yes. No."]),
    ],
)
def test_sentences_as_a_reader_would_part_them(text: str, parts: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == parts


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("3.缴费。4.领证。", [0, 5]),
        ("①甲②乙", [0, 2]),
        ("一是甲。二是乙。", [0, 4]),
        ("甲一是乙二是丙", []),
        ("(二)甲。(三)乙。", [0, 5]),
        ("2.甲。4.乙。", []),
    ],
)
def test_where_the_items_of_a_list_in_one_line_begin(text: str, starts: list[int]) -> None:
    assert item_starts(text) == starts


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("&lt;办法&gt;", "<办法>"),
        ("• 每人100元", "每人100元"),
        ("第十条　　每人 100 元", "第十条 每人 100 元"),
        ("王 伟　区政府 副区长", "王伟 区政府 副区长"),
        ("联系人：王伟", "联系人：王伟"),
        ("<td>低保</td>", "低保"),
        ("1036 元", "1036 元"),
        ("", ""),
    ],
)
def test_a_reading_is_clean(raw: str, clean: str) -> None:
    assert reading(raw)[0] == clean


def test_blanks_between_names_stay_where_they_are_asked_for() -> None:
    assert reading("王伟  李强", keep_spaces=True)[0] == "王伟 李强"
    assert reading("甲 乙")[0] == "甲乙"


def test_a_name_of_two_characters_set_apart_is_one() -> None:
    found = person_in("副组长：李 强 市财政局局长")
    assert found is not None
    assert (found["name"], found["post"]) == ("李 强", "市财政局局长")


def test_tidying_keeps_words_of_latin_letters_apart() -> None:
    assert tidy(" PPP  项目  Plan B ") == "PPP项目Plan B"


# --- titles, issuers, districts ---


@pytest.mark.parametrize(
    ("issuers", "titles", "title"),
    [
        (["甲局"], ["印发办法的通知"], "甲局印发办法的通知"),
        (["甲局"], ["关于停水的", "通知各区："], "甲局关于停水的通知"),
        ([], ["  关于　停水的通告 "], "关于停水的通告"),
        (["甲局"], ["停水通告"], "停水通告"),
    ],
)
def test_a_printed_title_is_put_together(issuers: list[str], titles: list[str], title: str) -> None:
    assert printed_title(issuers, titles) == title


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("关于印发《低保办法》的通知", "通知"),
        ("《青禾市养犬管理办法》", "办法"),
        ("青禾市政府工作报告", "报告"),
        ("关于停水的公告（第3号）", "公告"),
        ("青禾市公布依法行政的做法", None),
        ("常见问题解答", "解答"),
        ("会议 纪要", "纪要"),
    ],
)
def test_the_kind_of_a_document(title: str, kind: str | None) -> None:
    assert kind_of(title) == kind


@pytest.mark.parametrize(
    ("title", "issuer"),
    [
        ("中共青禾市委办公室青禾市人民政府办公室关于防汛的通知", "中共青禾市委办公室、青禾市人民政府办公室"),
        ("青禾市 人民政府关于停水的通告", "青禾市人民政府"),
        ("区政府关于停水的通告", None),
        ("青禾市人民政府", None),
    ],
)
def test_who_issued_it_by_its_title(title: str, issuer: str | None) -> None:
    assert issuer_in(title) == issuer


@pytest.mark.parametrize(
    ("org", "place"),
    [
        ("北京市朝阳区民政局", "北京市朝阳区"),
        ("沂南县界湖街道办事处", "沂南县界湖街道"),
        ("内蒙古自治区锡林郭勒盟行政公署", "内蒙古自治区锡林郭勒盟"),
        ("中共临沂市兰山区委", "临沂市兰山区"),
        ("临沂高新技术产业开发区管委会", "临沂高新技术产业开发区"),
        ("国家税务总局", "全国"),
        ("民政部办公厅", "全国"),
        ("青禾市云溪县教育局", "青禾市云溪县"),
        ("各区民政局", None),
        ("本市", None),
    ],
)
def test_the_district_of_an_authority(org: str, place: str | None) -> None:
    assert place_of(org) == place


def test_a_title_without_an_issuer_is_of_the_district_it_names() -> None:
    assert place_in("《济南市养犬管理条例》解读") == "济南市"
    assert place_in("关于城区停水的通告") is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("青岛市居民可到青岛市市南区办理。", "青岛市"),
        ("从上海回来的居民应当报告。", None),
        ("青岛、济南、烟台、潍坊四市联合执法。", None),
        ("居民应当登记。", None),
    ],
)
def test_the_district_that_a_text_is_about(text: str, place: str | None) -> None:
    assert place_told(text) == place


@pytest.mark.parametrize(
    ("place", "short"),
    [
        ("临沂高新技术产业开发区", "临沂区"),
        ("北京市朝阳区", "朝阳区"),
        ("沂南县界湖街道", "沂南县"),
        ("内蒙古自治区", "内蒙古自治区"),
    ],
)
def test_a_district_is_called_shortly(place: str, short: str) -> None:
    assert short_place(place) == short
