"""Heads, contents and furniture of whole pages, and tables as bulletins flatten them."""

from __future__ import annotations

import pytest

from rag.reading.annexes import missing_annexes
from rag.reading.drafts import is_draft
from rag.reading.lines import split_lines
from rag.reading.openings import find_extents, is_stamp
from rag.reading.promulgation import is_promulgation, proclaims, promulgation_of
from rag.reading.tables import Row, TabTable, columns, goes_on, pipe_rows, stacked_rows

BODY = "各乡镇人民政府：\n请认真组织实施。\n"


def opened(text: str) -> list[str]:
    """The first line of each document."""
    lines = split_lines(text)
    return [lines[extent.start].text for extent in find_extents(lines)[0]]


def furniture(text: str) -> dict[str, str]:
    lines = split_lines(text)
    return {lines[at].text: kind for at, kind in find_extents(lines)[1].items()}


# --- where documents begin ---


@pytest.mark.parametrize(
    ("text", "firsts"),
    [
        ("甲县人民政府\n关于防汛的通知\n甲政发〔2024〕1号\n" + BODY, ["甲县人民政府"]),
        ("甲县人民政府文件\n甲政发〔2024〕1号\n甲县人民政府关于防汛的通知\n" + BODY, ["甲县人民政府文件"]),
        ("甲政发〔2024〕1号\n甲县人民政府\n关于防汛的通知\n" + BODY, ["甲政发〔2024〕1号"]),
        ("关于防汛的\n通知\n甲政发〔2024〕1号\n" + BODY, ["关于防汛的"]),
        ("关于防汛的通知各乡镇人民政府：\n请做好防汛准备。\n", ["关于防汛的通知各乡镇人民政府："]),
        ("甲县人民政府\n关于防汛的通知\n" + BODY, ["甲县人民政府"]),
        ("公园开放时间\n每天六点至二十二点开放，节假日不休息，欢迎市民前来游览参观。\n", ["公园开放时间"]),
    ],
)
def test_a_head_is_read_from_its_first_line(text: str, firsts: list[str]) -> None:
    assert opened(text) == firsts


def test_the_parts_of_a_head_are_told_apart() -> None:
    lines = split_lines("甲县民政局 甲县财政局\n关于提高\n低保标准的通知\n甲民发〔2024〕1号\n" + BODY)
    (extent,) = find_extents(lines)[0]
    assert (extent.issuers, extent.titles, extent.number, extent.head_end) == ([0], [1, 2], 3, 4)


def test_a_list_of_numbers_in_a_text_opens_nothing() -> None:
    text = (
        "甲县人民政府关于清理文件的决定\n甲政发〔2024〕1号\n各乡镇人民政府：\n废止下列文件：\n"
        "1.关于防汛的通知（甲政发〔2010〕3号）；\n2.关于抗旱的通知（甲政发〔2011〕4号）。\n"
    )
    assert len(opened(text)) == 1


def test_an_order_and_minutes_are_numbered_without_a_series() -> None:
    text = "甲县人民政府令\n第3号\n现公布《甲县养犬管理办法》，自2024年5月1日起施行。\n"
    assert opened(text) == ["甲县人民政府令"]


def test_a_table_of_contents_is_none_of_the_text() -> None:
    contents = "1 总则………1\n2 组织………3\n3 响应………5\n"
    text = f"甲县防汛预案\n目录\n{contents}1 总则\n为做好防汛工作，制定本预案。\n2 组织\n县防指负责。\n"
    marked = furniture(text)
    assert marked["2 组织………3"] == "contents"
    assert "为做好防汛工作，制定本预案。" not in marked


def test_what_stands_before_the_first_document_is_its_cover_or_a_document() -> None:
    notice = "甲县人民政府关于防汛的通知\n甲政发〔2024〕1号\n" + BODY
    assert furniture("甲县公报\n2024年第3期\n" + notice)["甲县公报"] == "cover"
    prose = "本期公报刊登县政府四月份印发的规范性文件和有关部门的解读材料，欢迎广大读者关注并提出宝贵意见。\n"
    assert opened(prose + notice)[0] == prose.strip()


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("第 12 页", "page number"),
        ("·12·", "page number"),
        ("－ － － － －", None),
        ("＊＊＊＊", None),
        ("======", "separator"),
        ("索引号：370000/2024-00012", "page information"),
        ("来源：甲县民政局", "page information"),
        ("信息来源：甲县民政局 发布时间：2024-03-02 浏览次数：12", "page information"),
        ("您现在的位置：首页>通知公告", "site navigation"),
        ("【关闭窗口】", "site navigation"),
        ("主办：甲县人民政府　技术支持：某公司", "site footer"),
        ("技术支持单位应当备案。", None),
        ("来源：各级财政安排。资金由县财政统筹解决。", None),
        ("3", None),
    ],
)
def test_lines_that_a_site_prints_are_told_from_those_of_a_text(line: str, kind: str | None) -> None:
    text = f"甲县人民政府关于防汛的通知\n甲政发〔2024〕1号\n各乡镇人民政府：\n请做好\n{line}\n防汛准备。\n"
    assert furniture(text).get(line) == kind


@pytest.mark.parametrize(
    ("line", "stamp"),
    [
        ("２０２４－０３－０２ 15:25", True),
        ("2024年3月2日 15:25", False),
        ("2024/3/2 9:05:01", True),
        ("甲县某某 2024-03-02", False),
        ("15:25", False),
    ],
)
def test_a_stamp_is_a_day_with_a_time_or_an_authority(line: str, stamp: bool) -> None:
    assert is_stamp(line) is stamp


# --- drafts, promulgations, annexes ---


@pytest.mark.parametrize(
    ("title", "paragraphs", "draft"),
    [
        ("养犬管理办法（草案）", [], True),
        ("关于公开征求《养犬管理办法》意见的公告", [], True),
        ("养犬管理办法", ["现向社会公开征求意见，请于5月1日前反馈。"], True),
        ("养犬管理办法", ["本办法自 年 月 日起施行。"], True),
        ("养犬管理办法", ["本办法自20××年×月×日起施行。"], True),
        ("养犬管理办法", ["本办法自2024年5月1日起施行。"], False),
        ("立法技术规范", ["表述为“本办法自 年 月 日起施行”。"], False),
        ("养犬管理办法", [*["第一条　略。"] * 20, "应当公开征求意见。"], False),
    ],
)
def test_a_draft_is_told_by_what_it_says_and_leaves_open(
    title: str, paragraphs: list[str], draft: bool
) -> None:
    assert is_draft(title, paragraphs) is draft


@pytest.mark.parametrize(
    ("line", "law"),
    [
        ("（2021年11月12日甲市人民政府令第2号公布）", True),
        ("（2010年1月1日通过　根据2020年3月2日决定修正）", True),
        ("（2021年11月12日）", False),
        ("2021年11月12日甲市人民政府令第2号公布", False),
        ("（见附件，2021年印发）", False),
    ],
)
def test_a_line_in_brackets_says_when_a_text_was_made_law(line: str, law: bool) -> None:
    assert is_promulgation(line) is law


def test_a_law_has_its_number_its_maker_and_its_days() -> None:
    told = promulgation_of(
        [
            "（2010年1月5日甲市人民政府令第12号公布　根据2018年3月2日《甲市人民政府关于修改部分规章的决定》第一次修正"
            "　根据2022年6月30日《甲市人民政府关于修改和废止部分规章的决定》第二次修正）",
            "第一条　略。",
        ]
    )
    assert (told.number, told.issuer) == ("甲市人民政府令第12号", "甲市人民政府")
    assert (told.on, told.revised_on) == ("2010-01-05", "2022-06-30")


def test_an_order_that_proclaims_nothing_keeps_its_name() -> None:
    assert proclaims("甲市人民政府令", ["现任命王大山为甲市审计局局长。"]) is None
    assert proclaims("甲市养犬管理办法", ["《乙办法》已经通过，现予公布。"]) is None


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("附件：申请表\n甲县民政局", ["申请表"]),
        ("附件：1.申请表\n2.名单\n附件1\n申请表\n姓名\n", ["名单"]),
        ("附件：申请表\n附件\n申请表\n姓名\n", []),
        ("填写《低保申请表》（附件2）。", ["低保申请表"]),
        ("附件齐全的，当场受理。", []),
        ("附件：1.二〇二四年标准\n2. 3.5万元明细\n", ["二〇二四年标准", "3.5万元明细"]),
    ],
)
def test_annexes_that_were_promised_and_not_printed(text: str, missing: list[str]) -> None:
    assert [annex.title for annex in missing_annexes(text)] == missing


# --- tables ---


def rows(text: str) -> list[Row]:
    return TabTable().rows(split_lines(text), fresh=True)


def readings(text: str) -> list[str]:
    return [row.text for row in rows(text) if row.kind == "row"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("类别\t标准\n低保\t１０３６元\n", ["类别：低保；标准：１０３６元"]),
        ("| 类别 | 标准 |\n| 低保 | 1036元 |\n", ["类别：低保；标准：1036元"]),
        ("类别  标准  备注\n低保  1036元  按月\n", ["类别：低保；标准：1036元；备注：按月"]),
        ("類別\t標準\n低保\t1036元\n", ["類別：低保；標準：1036元"]),
        ("类别\t标准\n低保\t1036\n元\n", ["类别：低保；标准：1036"]),
        ("类别\t标准\n\t\n低保\t1036元\n", ["类别：低保；标准：1036元"]),
        ("类别\t标准\n低 保\t每 人1036元\n", ["类别：低保；标准：每人1036元"]),
        (
            "类别\t标准\r\n低保\t1036元\r\n特困\t1554元",
            ["类别：低保；标准：1036元", "类别：特困；标准：1554元"],
        ),
        ("类别\t标准\n低保\t/\n", ["类别：低保；标准：/"]),
        ("类别\t标准\n低保\t——\n", ["类别：低保；标准：无"]),
        (
            "类别\t标准\n低保\t1036元；\n特困\t1554元。\n",
            ["类别：低保；标准：1036元；", "类别：特困；标准：1554元。"],
        ),
    ],
)
def test_a_row_is_read_with_the_names_of_its_columns(table: str, said: list[str]) -> None:
    found = readings(table)
    assert found[: len(said)] == said


def test_a_table_keeps_its_header_over_a_page_and_its_merged_cell() -> None:
    table = TabTable()
    table.rows(split_lines("区域\t类别\t标准\n城区\t低保\t1036元\n"), fresh=True)
    below = table.rows(split_lines("\t特困\t1554元\n县域\t低保\t845元\n"), fresh=False)
    assert [row.text for row in below] == [
        "区域：城区；类别：特困；标准：1554元",
        "区域：县域；类别：低保；标准：845元",
    ]


def test_the_cells_of_a_row_are_those_of_its_reading() -> None:
    (row,) = [row for row in rows("区域\t类别\t标准\n城区\t低保\t\n") if row.kind == "row"]
    assert row.cells == ("城区", "低保", "")


def test_every_row_of_a_table_has_the_place_of_its_line() -> None:
    text = "区域\t标准\n城区\t1036元\n县域\t845元\n"
    assert [text[slice(*span)] for row in rows(text) for span in row.spans] == text.splitlines()


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("万人", "单位：万人；2023年：12万人；2024年：13万人以上"),
        ("-", "单位：无；2023年：12；2024年：13以上"),
        ("100平方米", "单位：100平方米；2023年：12；2024年：13以上"),
    ],
)
def test_what_figures_are_counted_in_is_said_with_them(unit: str, said: str) -> None:
    assert readings(f"指标\t单位\t2023年\t2024年\n人口\t{unit}\t12\t13以上\n") == [f"指标：人口；{said}"]


@pytest.mark.parametrize(
    ("above", "line", "goes"),
    [
        ("一小\t东街、", "西街", True),
        ("一小\t《学区", "方案》", True),
        ("一小\t东街", "西街", False),
        ("一小\t东街、", "二、西街", False),
        ("一小\t东街、", "西" * 41, False),
    ],
)
def test_the_rest_of_a_torn_cell(above: str, line: str, goes: bool) -> None:
    assert goes_on(above, line) is goes


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("<td>甲</td><td>乙</td><td>丙", 3),
        ("甲\t\t乙", 3),
        ("|甲|乙|", 2),
        ("甲|乙", 1),
        ("2024年  3月", 2),
        ("", 1),
    ],
)
def test_the_cells_of_a_line_are_counted(line: str, count: int) -> None:
    assert columns(line) == count


def test_a_table_a_cell_a_line_with_sections_keeps_them_over_its_rows() -> None:
    cells = (
        "类别 | 事项 | 时限 | 一、登记类 | 养犬登记 | 3日 | 车辆登记 | 5日 | 二、年检类 | 年检 | 1日 |".split(
            " "
        )
    )
    lines = split_lines("\n".join(f"{cell} |" for cell in cells if cell != "|"))
    found = pipe_rows(lines)
    assert [row.text for row in found if row.kind == "row"] == [
        "类别：一、登记类；事项：养犬登记；时限：3日",
        "类别：一、登记类；事项：车辆登记；时限：5日",
        "类别：二、年检类；事项：年检；时限：1日",
    ]
    assert [row.text for row in found if row.kind == "section"] == ["一、登记类", "二、年检类"]


def test_the_title_of_a_table_a_cell_a_line_is_its_caption() -> None:
    lines = split_lines("专栏1 重点工程 |\n项目 |\n投资 |\n道路 |\n100万元 |\n桥梁 |\n200万元 |\n")
    assert [row.kind for row in pipe_rows(lines)][:2] == ["caption", "header"]


def test_a_text_in_a_box_is_prose_sentence_by_sentence() -> None:
    text = "专栏2 说明 |\n" + "建设养老服务设施，完善社区服务功能。" * 6 + " |\n"
    found = pipe_rows(split_lines(text))
    assert [row.kind for row in found] == ["caption", *["prose"] * 6]


def test_a_stacked_table_ends_where_its_columns_do() -> None:
    cells = "序号 名称 电话 1 民政局 8182110 2 财政局 8182111 3 水务局 8182112".split()
    lines = split_lines("\n".join([*cells, "附注", "以上电话工作日接听。"]))
    found, end = stacked_rows(lines, 0)
    assert len([row for row in found if row.kind == "row"]) == 3
    assert lines[end].text == "附注"


def test_a_stacked_table_may_begin_below_other_lines() -> None:
    cells = "序号 名称 电话 1 民政局 8182110 2 财政局 8182111".split()
    lines = split_lines("\n".join(["联系方式如下。", *cells]))
    assert stacked_rows(lines, 0) == ([], 0)
    assert stacked_rows(lines, 1)[1] == len(lines)
