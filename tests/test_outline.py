"""The pieces of a document: under the headings that govern them, in units worth quoting, with what leads a list."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.reading.blocks import blocks_of
from rag.reading.corpus import read_bulletin
from rag.reading.outline import Outline, Unit, places_of, rejoined
from rag.text.spans import quote

HEAD = "甲县人民政府关于养犬管理的通告\n甲政告〔2024〕1号\n"


class Read:
    """A made bulletin, outlined."""

    def __init__(self, folder: Path, text: str) -> None:
        path = folder / "made.txt"
        path.write_text(HEAD + text, encoding="utf-8")
        self.text = read_bulletin(path).text
        self.units: list[tuple[tuple[str, ...], Unit]] = [
            (piece.path, unit)
            for body in read_bulletin(path).bodies
            for piece in Outline(blocks_of(body)).pieces()
            for unit in piece.units
        ]

    def path(self, words: str) -> tuple[str, ...]:
        return next(path for path, unit in self.units if words in unit.reading)

    def kind(self, words: str) -> str:
        return next(unit.kind for _, unit in self.units if words in unit.reading)

    def lead(self, words: str) -> str:
        return next(quote(self.text, unit.lead) for _, unit in self.units if words in unit.reading)


def test_a_sentence_stands_under_every_heading_over_it(tmp_path: Path) -> None:
    read = Read(
        tmp_path,
        "一、登记\n（一）对象\n1.居民。居民凭身份证登记。\n2.单位。单位凭执照登记。\n（二）时间\n每年一月登记。\n二、处罚\n违者罚款。\n",
    )
    assert read.path("居民凭身份证") == ("一、登记", "（一）对象", "1.居民")
    assert read.path("每年一月") == ("一、登记", "（二）时间")
    assert read.path("违者罚款") == ("二、处罚",)


def test_an_item_knows_the_sentence_that_leads_its_list(tmp_path: Path) -> None:
    read = Read(
        tmp_path, "有下列情形的，不予登记：\n（一）犬只未免疫的；\n（二）犬只属于烈性犬的。\n登记每年一次。\n"
    )
    assert read.lead("犬只未免疫") == read.lead("属于烈性犬") == "有下列情形的，不予登记："
    assert read.lead("登记每年一次") == ""
    assert read.kind("犬只未免疫") == "item"


def test_a_list_ends_where_a_heading_over_it_does(tmp_path: Path) -> None:
    read = Read(
        tmp_path, "一、材料\n申请时提交：\n1.身份证；\n2.免疫证。\n二、收费\n1.登记费一百元。\n2.年检免费。\n"
    )
    assert read.lead("2.免疫证") == "申请时提交："
    assert read.lead("登记费一百元") == ""


def test_a_question_heads_its_answer_up_to_the_next_question(tmp_path: Path) -> None:
    read = Read(
        tmp_path, "问：养犬要登记吗？\n答：要，自取得之日起三十日内登记。\n问：登记收费吗？\n答：不收费。\n"
    )
    assert read.path("三十日内") == ("问：养犬要登记吗？",)
    assert read.path("不收费") == ("问：登记收费吗？",)
    assert read.kind("养犬要登记吗") == "heading"


def test_a_run_in_heading_heads_its_own_paragraph_only(tmp_path: Path) -> None:
    long = "县公安局负责登记，县农业农村局负责免疫，乡镇人民政府负责日常检查，各单位要互相配合、共同做好养犬管理工作。"
    read = Read(tmp_path, f"强化部门职责。{long}\n其他事项另行通知。\n")
    assert read.path("县公安局负责登记") == ("强化部门职责",)
    assert read.path("其他事项") == ()


def test_named_articles_are_headed_by_their_names_and_others_by_their_numbers(tmp_path: Path) -> None:
    named = "".join(
        f"第{n}条 {name}。{name}由县公安局负责办理。\n"
        for n, name in zip("一二三四", ["登记", "免疫", "年检", "处罚"], strict=True)
    )
    read = Read(tmp_path, named)
    assert read.path("免疫由县公安局") == ("第二条 免疫",)
    (tmp_path / "b").mkdir()
    plain = Read(tmp_path / "b", "第一条 养犬应当登记。\n第二条 携犬出户应当束犬绳，犬绳不得超过一点五米。\n")
    assert plain.path("束犬绳") == ("第二条",)


def test_a_box_stands_in_its_section_and_the_numbering_goes_on(tmp_path: Path) -> None:
    read = Read(
        tmp_path,
        "一、工程\n1.建收容所。由县公安局建设收容所。\n专栏1 资金安排\n收容所投资200万元，由县财政安排。\n"
        "2.建诊所。由县农业农村局建设诊所。\n",
    )
    assert read.path("投资200万元") == ("一、工程", "专栏1 资金安排")
    assert read.path("建设诊所") == ("一、工程", "2.建诊所")


def test_a_closing_paragraph_stands_under_no_section(tmp_path: Path) -> None:
    read = Read(
        tmp_path,
        "一、登记\n养犬应当登记。\n二、处罚\n违者罚款。\n本通告自2024年5月1日起施行。\n甲县人民政府\n2024年4月1日\n",
    )
    assert read.path("自2024年5月1日") == ()
    assert read.path("2024年4月1日") == ()
    assert read.kind("2024年4月1日") == "meta"


def test_a_table_is_headed_by_the_line_over_it_and_its_rows_are_units(tmp_path: Path) -> None:
    read = Read(tmp_path, "一、收费\n养犬收费标准\n项目\t金额\n登记\t100元\n年检\t免费\n")
    assert read.path("项目：登记") == ("一、收费", "养犬收费标准")
    assert (read.kind("项目：登记"), read.kind("项目；金额")) == ("row", "heading")


def test_a_label_and_a_line_in_bold_head_what_stands_below_them(tmp_path: Path) -> None:
    read = Read(
        tmp_path,
        "登记办事指南如下。\n收费标准\n不收费。\n**申请材料**\n| 序号 | 材料 |\n|---|---|\n| 1 | 身份证 |\n"
        "**受理窗口**\n三号窗口\n**电话**\n**0538-6610110**\n",
    )
    assert read.path("不收费") == ("收费标准",)
    assert read.path("身份证") == ("申请材料",)
    assert read.path("三号窗口") == ("受理窗口",)
    assert read.kind("0538") != "heading"


def test_authorities_on_one_line_stay_apart(tmp_path: Path) -> None:
    read = Read(tmp_path, "养犬应当登记。\n甲县公安局\u3000\u3000甲县城市管理局\n2024年3月1日\n")
    assert read.kind("甲县公安局 甲县城市管理局") == "meta"


def test_cells_that_only_strokes_part_are_rows(tmp_path: Path) -> None:
    read = Read(
        tmp_path,
        "当事人 | 事实 | 处罚\n福满超市 | 销售过期食品 | 罚款五千元\n老李面馆 | 未公示许可证 | 警告\n",
    )
    assert read.kind("事实：销售过期食品；处罚：罚款五千元") == "row"
    assert read.kind("当事人：老李面馆") == "row"


@pytest.mark.parametrize("between", ["|", "    ", " | "])
def test_a_row_is_read_with_its_header_whatever_parts_its_cells(tmp_path: Path, between: str) -> None:
    table = [("医院级别", "起付线", "支付"), ("乡镇卫生院", "200元", "90%"), ("县级医院", "500元", "80%")]
    read = Read(tmp_path, "按照下列标准支付：\n" + "".join(f"{between.join(row)}\n" for row in table))
    assert read.kind("医院级别：县级医院；起付线：500元；支付：80%") == "row"


def test_names_side_by_side_are_no_table(tmp_path: Path) -> None:
    read = Read(tmp_path, "下列人员为委员：\n王一    李二    张三\n赵四    钱五    孙六\n")
    assert all(unit.kind != "row" for _, unit in read.units)


def test_headings_without_text_below_go_with_the_piece_before(tmp_path: Path) -> None:
    read = Read(tmp_path, "一、登记\n养犬应当登记。\n附件1\n")
    assert read.units[-1][1].kind == "meta"
    assert sum("附件1" in unit.reading for _, unit in read.units) == 1


@pytest.mark.parametrize(
    ("text", "spans", "read"),
    [
        ("已建公公共场所", [(0, 3), (10, 14)], "已建公共场所"),  # printed twice at a page's end
        ("每天天天检查", [(0, 3), (10, 13)], "每天天天检查"),  # a word that doubles itself
        ("共1100户", [(0, 3), (10, 13)], "共1100户"),  # a figure is never taken out
        ("公共场所", [(0, 4)], "公共场所"),
    ],
)
def test_a_character_printed_twice_at_a_break_reads_once(
    text: str, spans: list[tuple[int, int]], read: str
) -> None:
    assert rejoined(text, spans) == read


@pytest.mark.parametrize(
    ("start", "end", "places"),
    [
        (0, 3, ((10, 13),)),
        (2, 7, ((12, 15), (20, 22))),
        (5, 8, ((20, 23),)),
        (0, 8, ((10, 15), (20, 23))),
    ],
)
def test_a_stretch_of_a_torn_text_has_its_raw_places(
    start: int, end: int, places: tuple[tuple[int, int], ...]
) -> None:
    assert places_of([(10, 15), (20, 23)], start, end) == places


def test_a_stretch_of_one_place_ends_with_it() -> None:
    assert places_of([(10, 15)], 2, 9) == ((12, 15),)
