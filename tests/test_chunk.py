"""Passages of the real bulletins: the hard places read right, sizes and paths hold, quotes are verbatim."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from rag.audit import audit
from rag.chunk import LIMIT, Chunk, Unit, chunk_bulletin
from rag.reading.corpus import Bulletin, read_bulletin
from rag.reading.sentences import item_starts, reading, sentences
from rag.settings import Settings
from rag.text.spans import quote

FILES = sorted(Settings().bulletins.glob("*.txt"))


@cache
def passages(stem: str) -> tuple[Bulletin, tuple[Chunk, ...]]:
    bulletin = read_bulletin(Settings().bulletins / f"{stem}.txt")
    return bulletin, chunk_bulletin(bulletin)


def of_document(number: str) -> Iterator[Chunk]:
    for file in FILES:
        bulletin, chunks = passages(file.stem)
        ids = {d.id for d in bulletin.documents if d.number == number}
        yield from (chunk for chunk in chunks if chunk.document in ids)


def saying(number: str, words: str) -> tuple[Chunk, Unit]:
    """The passage and the unit of a document whose reading holds the words."""
    return next((c, u) for c in of_document(number) for u in c.units if words in u.reading)


def verbatim(chunk: Chunk, unit: Unit) -> str:
    text = next(passages(file.stem)[0] for file in FILES if file.name == chunk.source).text
    return quote(text, unit.spans)


# --- promises that hold everywhere ---


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_passages_have_a_size_that_suits_and_rows_alone_exceed_it(file: Path) -> None:
    _, chunks = passages(file.stem)
    sizes = [sum(end - start for unit in chunk.units for start, end in unit.spans) for chunk in chunks]
    assert 180 <= sum(sizes) / len(sizes) <= 280
    for chunk, size in zip(chunks, sizes, strict=True):
        assert size <= LIMIT or any(unit.kind == "row" for unit in chunk.units), chunk.text
    assert sum(size < 60 for size in sizes) <= 0.02 * len(sizes)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_passage_ends_with_a_heading_and_all_readings_are_clean(file: Path) -> None:
    _, chunks = passages(file.stem)
    for chunk in chunks:
        assert chunk.units[-1].kind != "heading", chunk.text
        for unit in chunk.units:
            assert unit.reading
            assert not any(
                residue in unit.reading for residue in ("**", "<p>", "</p>", "官方网站直接进入", "\n", " |")
            )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_ids_and_places_are_the_same_every_time(file: Path) -> None:
    again = chunk_bulletin(read_bulletin(file))
    assert again == passages(file.stem)[1]


# --- ten hard places ---


def test_amounts_split_by_a_page_break_are_one_sentence() -> None:
    chunk, unit = saying("临兰政发〔2021〕2号", "年营业收入首次突破")
    assert unit.reading.endswith("分别奖励 10 万元、20 万元、30 万元、50 万元、100 万元。")
    assert len(unit.spans) == 2
    assert verbatim(chunk, unit).endswith("50 万元、100 万元。")
    assert unit.path == ("二、支持项目", "(二)企业提档升级专项资金", "2. 鼓励规上工业企业扩大生产规模")


def test_a_table_of_one_cell_a_line_has_its_rows_back() -> None:
    rows = [
        u for c in of_document("临兰政办发〔2022〕7号") for u in c.units if u.reading.startswith("学区：")
    ]
    assert len(rows) == 15
    assert rows[0].reading == (
        "学区：金雀山学区；办公地点：金雀山小学；具体地址：兰山区平安路10号；联系电话：0539-5973310"
    )
    assert rows[-1].reading.endswith("联系电话：13022793122")
    assert not any(row.flags for row in rows)


def test_a_ragged_table_keeps_its_merged_first_cell() -> None:
    chunk, unit = saying("临兰政办发〔2022〕7号", "8月16日 至17日")
    assert unit.reading.startswith(
        "实施步骤：城区随迁子女招生；日程安排：8月16日 至17日；工作任务：1.招生学校"
    )
    assert unit.reading.endswith("备注：随迁子女 一次预录取")
    assert chunk.path == ("2022年兰山区义务教育阶段学校招生工作日程表",)


def test_injected_advertising_is_masked_to_read_and_kept_to_cite() -> None:
    bulletin, chunks = passages("lingang-zone-2024")
    chunk, unit = next((c, u) for c in chunks for u in c.units if "spam" in u.flags)
    assert "办公地址、联系方式等最新变化" in unit.reading
    assert "开元官方网站直接进入的联系方式" in verbatim(chunk, unit)
    assert chunk.path == ("10.规范做好政府信息依申请公开答复工作",)
    assert not any("网站标识码" in c.text for c in chunks)  # the footer is furniture
    assert any(piece.kind == "site footer" for piece in bulletin.furniture)


def test_two_rule_books_of_one_number_are_told_apart() -> None:
    first = [
        u.path[0]
        for c in of_document("临兰政办发〔2021〕19号")
        for u in c.units
        if u.reading.startswith("第一条")
    ]
    assert first == [
        "兰山区区属企业融资、借款和担保监督管理办法（试行）",
        "兰山区区属企业违规经营投资责任追究实施办法（试行）",
    ]


def test_rows_that_the_source_shifted_are_doubtful_and_not_repaired() -> None:
    rows = [u for c in of_document("临政办字〔2018〕115号") for u in c.units if u.kind == "row"]
    doubtful = [row.reading for row in rows if "doubtful" in row.flags]
    assert [reading[5:7] for reading in doubtful if reading.startswith("工作任务：")] == [
        "7.",
        "8.",
        "9.",
        "(三",
        "(四",
    ]
    assert any(reading.startswith("工作要求：根据国务院和省政府部署，做好市场准入") for reading in doubtful)
    assert "doubtful" not in next(row.flags for row in rows if "6.做好权责清单" in row.reading)
    _, loose = saying(
        "临政办字〔2018〕115号", "区教育局、区卫计局、区房管局、区安监局、区民政局、区食药监局,其他"
    )
    assert loose.flags == ("doubtful",)


def test_the_plan_for_women_and_the_plan_for_children_name_themselves() -> None:
    chunks = list(of_document("临兰政发〔2022〕2号"))
    duties = [c.path for c in chunks if "加强监测评估工作组织领导" in c.text]
    assert [path[0] for path in duties] == ["兰山区“十四五”妇女发展规划", "兰山区“十四五”儿童发展规划"]
    chunk, _ = saying("临兰政发〔2022〕2号", "妇女常见病筛查率达到85%以上")
    assert chunk.path[-3:] == ("三、发展领域、主要目标和策略措施", "(一)妇女与健康", "1. 主要目标")


@pytest.mark.parametrize(
    ("number", "people"), [(34, "728人"), (33, "2487人"), (32, "2930人"), (31, "1060人"), (30, "5336人")]
)
def test_each_village_reply_keeps_its_own_figure(number: int, people: str) -> None:
    chunks = list(of_document(f"临兰政字〔2022〕{number}号"))
    holding = [c for c in chunks if f"控制在{people}以内" in c.text]
    assert len(holding) == 1
    unit = next(u for u in holding[0].units if people in u.reading)
    assert unit.reading.startswith("(四)人口容量:")


def test_a_contents_list_is_no_passage() -> None:
    chunks = list(of_document("临兰政办字〔2022〕26号"))
    assert not any("3.8 落实工程准备" in c.text for c in chunks)  # named in the contents only
    assert sum("编制目的" in c.text for c in chunks) == 1
    assert all("目 录" not in c.text for c in chunks)
    gazette = passages("lanshan-gazette-2021-04")[1]
    assert sum("第五节 健全规划制定和落实机制" in c.text for c in gazette) == 1


@pytest.mark.parametrize(
    ("flow", "level"),
    [("4000~7000", "5.4Ⅳ级应急响应"), ("7000~12000", "5.5Ⅲ级应急响应"), ("12000~16000", "5.6Ⅱ级应急响应")],
)
def test_a_trigger_stands_under_its_flood_level(flow: str, level: str) -> None:
    chunk, unit = saying("临兰政办字〔2022〕26号", f"沂河临沂站发生{flow}(")
    assert unit.kind == "item"
    assert chunk.path == ("兰山区防汛抗旱应急预案", "5应急响应", level, f"{level[:3]}.1启动条件")


def test_appointments_and_removals_keep_their_lead() -> None:
    found = [
        (c, u) for c in of_document("临政任〔2025〕1号") for u in c.units if u.reading.startswith("时光晓")
    ]
    text = passages("linyi-city-2025")[0].text
    leads = [quote(text, unit.lead) for _, unit in found]
    assert list(zip(leads, [unit.reading for _, unit in found], strict=True)) == [
        ("市人民政府决定,任命:", "时光晓为临沂市政府副秘书长;"),
        ("免去:", "时光晓的临沂市交通运输局副局长职务;"),
    ]


# --- further traps of the notes ---


def test_the_siren_signals_stay_with_their_lead_and_time() -> None:
    (chunk,) = of_document("临政字〔2025〕75号")
    assert "2025年9月18日10时00分至10时20分" in chunk.text
    unit = next(u for u in chunk.units if u.reading.startswith("空袭警报"))
    assert unit.reading == "空袭警报:鸣6秒,停6秒,反复十五遍;"
    assert unit.lead
    timed = next(u for u in chunk.units if "10时20分" in u.reading)
    assert timed.path == ("一、防空警报试鸣时间",)


def test_two_enclosures_without_a_label_are_found() -> None:
    paths = {c.path[0] for c in of_document("临政办字〔2025〕49号") if c.path}
    assert paths == {
        "临沂市推动传统产业优化升级培育发展新质生产力工作方案",
        "临沂市促进实体经济和数字经济深度融合培育发展新质生产力的10条措施",
    }


def test_a_title_glued_to_its_first_paragraph_is_parted() -> None:
    chunk, unit = saying("临政办发〔2025〕2号", "关于严格规范涉企行政检查的实施方案")
    heading = next(u for c in of_document("临政办发〔2025〕2号") for u in c.units if u.kind == "heading")
    assert heading.reading == "关于严格规范涉企行政检查的实施方案"
    assert unit.kind == "sentence"  # the covering words name it first
    assert chunk.path == ()


def test_a_plan_three_titles_deep_and_the_next_beside_it() -> None:
    net, _ = saying("临兰政办字〔2022〕47号", "电力总装机达到75.95万千瓦")
    assert net.path[:3] == ("兰山区“十大扩需求”2022年行动计划", "基础设施“三网”2022年行动计划", "能源保障网")
    town, _ = saying("临兰政办字〔2022〕47号", "完善垃圾分类处理系统")
    assert town.path[:2] == ("兰山区“十大扩需求”2022年行动计划", "新型城镇化建设2022年行动计划")


def test_the_responsible_offices_stay_with_the_item_above() -> None:
    chunk, unit = saying("临兰政字〔2021〕102号", "信息化局，各镇街道、经开区。")
    assert unit.reading.startswith("责任部门：区教育和体育局")
    assert chunk.path[-1] == "4、积极推进智慧化建设"


def test_a_dash_is_no_value_and_never_nought() -> None:
    _, unit = saying("临兰政发〔2021〕4号", "每千人拥有职业医生数")
    assert unit.reading == (
        "指标(单位)：(11)每千人拥有职业医生数(人)；2020年：4.53人；2025年：7.5人；"
        "“十四五”年均增速/ [累计]%：无；属性：预期性"
    )


def test_a_torn_name_line_is_one_person_and_two_characters_close_up() -> None:
    _, torn = saying("临兰政办发〔2022〕7号", "韩其琛")
    assert torn.reading == "韩其琛 区市场监管局一级主办、区委非公有制经济组织和社会组织工委副书记"
    _, padded = saying("临兰政字〔2022〕37号", "李冰")
    assert padded.reading == "李冰 鲁南制药集团股份有限公司"


def test_a_character_printed_twice_at_a_page_break_reads_once() -> None:
    chunk, unit = saying("临政发〔2018〕9号", "加大已建公共场所")
    assert "已建公公共场所" in verbatim(chunk, unit)


def test_a_town_named_in_a_run_in_heading_is_in_the_path() -> None:
    chunk, _ = saying("临政发〔2018〕10号", "利用小城内已经流转的 2000 余亩土地")
    assert chunk.path == (
        "临淄区新旧动能转换重大工程实施规划",
        "第三章 发展布局",
        "第一节 全域统筹",
        "齐都镇",
    )


def test_every_name_of_a_list_keeps_its_post_and_what_follows_does_not() -> None:
    text = passages("lanshan-district-2022")[0].text

    def lead(words: str) -> str:
        _, unit = saying("临兰政办字〔2022〕35号", words)
        return quote(text, unit.lead)

    assert lead("孙立伟山东福瑞德国际会展集团董事长") == "成员:"  # below its label, past a bracketed post
    assert lead("付红军区教体局二级主任科员") == "副组长:"
    assert lead("参与单位:区委办公室、区政府办公室、区商务局") == ""


def test_the_things_a_box_lists_are_items_of_their_own() -> None:
    _, unit = saying("临兰政字〔2022〕35号", "最低生活保障将符合条件的残疾人")
    assert unit.kind == "item"
    assert unit.reading.endswith("经本人申请参照单人户纳入低保。")
    _, more = saying("临兰政字〔2022〕35号", "区残联机关干部队伍中要有15%以上")
    text = passages("lanshan-district-2022")[0].text
    assert text[slice(*more.lead[0])].startswith("党政机关、事业单位按比例安排残疾人就业项目")


def test_a_section_printed_again_at_a_page_break_keeps_what_is_in_force() -> None:
    _, row = saying("临兰政办字〔2022〕24号", "23.做好城乡低保")
    assert row.reading.startswith("要点任务：(五)加强民生保障信息公开；工作要求：23.")
    assert row.path[1:] == ("二、紧扣维护社会和谐稳定深化公开", "(五)加强民生保障信息公开")


# --- passages of bulletins made on the spot ---


HEAD = "甲县人民政府通告\n甲政告〔2024〕1号\n"


def made(tmp_path: Path, text: str) -> list[Unit]:
    path = tmp_path / "made.txt"
    path.write_text(text, encoding="utf-8")
    bulletin = read_bulletin(path)
    chunks = chunk_bulletin(bulletin)
    assert audit(bulletin, chunks).passed
    return [unit for chunk in chunks for unit in chunk.units]


@pytest.mark.parametrize(
    "table",
    [
        "| 编号 | 单位 | 标准 |\n| --- | --- | --- |\n| I | 城关镇 | 62000 |\n| II | 西山乡 | - |\n",
        "编号    单位    标准\nI    城关镇    62000\nII    西山乡    -\n",
        "编号\t单位\t标准\nI\t城关镇\t62000\nII\t西山乡\t-\n",
        "编号 |\n单位 |\n标准 |\nI |\n城关镇 |\n62000 |\nII |\n西山乡 |\n- |\n",
    ],
    ids=["strokes", "blanks", "tabs", "cells"],
)
def test_a_table_has_its_rows_however_it_was_flattened(tmp_path: Path, table: str) -> None:
    units = made(tmp_path, f"{HEAD}现将征地标准公告如下。\n征地标准表\n{table}")
    assert [unit.reading for unit in units if unit.kind == "row"] == [
        "编号：I；单位：城关镇；标准：62000",
        "编号：II；单位：西山乡；标准：无",
    ]


def test_a_row_without_its_merged_first_cells_has_them(tmp_path: Path) -> None:
    rows = "类别\t事项\t时限\t费用\n民政\t低保申请\t10个工作日\t免费\n特困供养\t15个工作日\t免费\n"
    more = "公安\t补领证件\t20个工作日\t40元\n\t居住证\t15个工作日\t20元\n"
    read = [unit.reading for unit in made(tmp_path, f"{HEAD}{rows}{more}") if unit.kind == "row"]
    assert read[1] == "类别：民政；事项：特困供养；时限：15个工作日；费用：免费"
    assert read[3] == "类别：公安；事项：居住证；时限：15个工作日；费用：20元"


def test_a_table_printed_a_cell_a_line_has_its_rows(tmp_path: Path) -> None:
    cells = "序号 学校名称 学制 计划人数 学费 1 一中 三年 120 1800元 2 二中 三年 160 1600元 3 职业中专 五年 60 2100元"
    units = made(tmp_path, HEAD + "\n".join(cells.split()) + "\n以上计划以批复为准。\n")
    rows = [unit.reading for unit in units if unit.kind == "row"]
    assert len(rows) == 3
    assert rows[2] == "序号：3；学校名称：职业中专；学制：五年；计划人数：60；学费：2100元"


def test_what_a_page_hides_is_no_text_and_its_table_has_rows(tmp_path: Path) -> None:
    page = (
        "<script>var site = '甲县政府网';\nshow('<tr>');</script>\n<!-- 甲县 -->\n"
        f"{HEAD}<my:text data-x='1'>养犬登记收费如下：</my:text>\n"
        "<table><tr><td>犬种</td><td>登记费</td></tr><tr><td>大型犬</td><td>500元</td></tr>\n"
        "<tr>\n <td>小型犬</td>\n <td>200元</td>\n</tr></table>\n"
    )
    units = made(tmp_path, page)
    assert [unit.reading for unit in units if unit.kind == "row"] == [
        "犬种：大型犬；登记费：500元",
        "犬种：小型犬；登记费：200元",
    ]
    assert "养犬登记收费如下：" in [unit.reading for unit in units]
    assert not any("甲县政府网" in unit.reading or "<" in unit.reading for unit in units)


def test_cells_of_a_page_that_span_rows_and_columns_stand_in_each(tmp_path: Path) -> None:
    page = (
        f"{HEAD}<table><tr><th rowspan='2'>参保类别</th><th colspan='2'>报销比例</th><th rowspan='2'>起付线</th></tr>\n"
        "<tr><th>一级医院</th><th>三级医院</th></tr>\n"
        '<tr><td rowspan="2">职工</td><td>92%</td><td>85%</td><td>300元</td></tr>\n'
        "<tr><td>90%</td><td>80%</td><td>500元</td></tr>\n"
        "<tr><td>居民</td><td>85%</td><td>60%</td><td>600元</td></tr></table>\n"
    )
    rows = [unit.reading for unit in made(tmp_path, page) if unit.kind == "row"]
    assert rows == [
        "参保类别：职工；报销比例一级医院：92%；报销比例三级医院：85%；起付线：300元",
        "参保类别：职工；报销比例一级医院：90%；报销比例三级医院：80%；起付线：500元",
        "参保类别：居民；报销比例一级医院：85%；报销比例三级医院：60%；起付线：600元",
    ]


def test_paragraphs_on_one_line_of_a_page_are_lines(tmp_path: Path) -> None:
    units = made(tmp_path, f"{HEAD}<p>一、养犬应当登记。</p><p>二、每户限养一只。<br/>违者罚款200元。</p>\n")
    assert [unit.reading for unit in units][-3:] == [
        "一、养犬应当登记。",
        "二、每户限养一只。",
        "违者罚款200元。",
    ]


def test_a_row_torn_at_the_end_of_a_page_is_one_and_the_header_goes_on(tmp_path: Path) -> None:
    above = "学校\t所在区\t班级数\t人数\n一小\t东区\t6\t270\n特殊教育学校（含学前部、小学部、\t西区\t2\t24\n"
    below = "初中部）\n— 4 —\n河滨小学\t北区\t5\t225\n"
    rows = [unit.reading for unit in made(tmp_path, HEAD + above + below) if unit.kind == "row"]
    assert rows[1:] == [
        "学校：特殊教育学校（含学前部、小学部、初中部）；所在区：西区；班级数：2；人数：24",
        "学校：河滨小学；所在区：北区；班级数：5；人数：225",
    ]


def test_clock_times_are_cells_of_a_table_printed_a_cell_a_line(tmp_path: Path) -> None:
    cells = "名称 开放时间 电话 图书馆 每日9:00—20:30 0570-3021111 博物馆 每日9:30—17:00 0570-3022222"
    more = "美术馆 每日10:00—16:30 0570-3023333"
    units = made(tmp_path, HEAD + "\n".join(f"{cells} {more}".split()) + "\n以上时间节假日不变。\n")
    rows = [unit.reading for unit in units if unit.kind == "row"]
    assert rows[1] == "名称：博物馆；开放时间：每日9:30—17:00；电话：0570-3022222"


def test_names_one_below_the_other_are_no_table(tmp_path: Path) -> None:
    names = "单位 青山村 白云村 绿水村 红旗村 黄河村 长江村 东山村 西山村".split()
    assert not any(unit.kind == "row" for unit in made(tmp_path, HEAD + "\n".join(names) + "\n"))


def test_who_is_appointed_and_who_removed_are_told_apart(tmp_path: Path) -> None:
    text = f"{HEAD}决定：\n任命\n王大山为教育局局长；\n李小河为民政局局长。\n免去\n赵一水的教育局局长职务。\n"
    paths = {unit.reading[:3]: unit.path for unit in made(tmp_path, text)}
    assert (paths["李小河"], paths["赵一水"]) == (("任命",), ("免去",))


def test_a_label_alone_on_its_line_heads_what_stands_below(tmp_path: Path) -> None:
    text = f"{HEAD}申请材料\n身份证原件、户口簿和一寸照片两张。\n办理时限\n自受理之日起二十个工作日内办结。\n"
    paths = {unit.reading[:3]: unit.path for unit in made(tmp_path, text)}
    assert (paths["身份证"], paths["自受理"]) == (("申请材料",), ("办理时限",))


def test_items_in_one_line_are_units_and_keep_their_lead(tmp_path: Path) -> None:
    text = HEAD + "第一条 报名应当符合下列条件:①年满6周岁。②身体健康,具备学习能力。③有户籍。\n"
    items = [unit for unit in made(tmp_path, text) if unit.kind == "item"]
    assert [item.reading for item in items] == ["①年满6周岁。", "②身体健康,具备学习能力。", "③有户籍。"]
    assert all(text[slice(*item.lead[0])] == "第一条 报名应当符合下列条件:" for item in items)


def test_page_numbers_and_tags_are_cut_out_of_a_sentence(tmp_path: Path) -> None:
    units = made(
        tmp_path,
        f"<p>{HEAD}</p>\n第一条 养犬人应当自取得犬只之日起三十日内到公安\n— 2 —\n机关办理登记。<br/>\n",
    )
    assert units[-1].reading == "第一条 养犬人应当自取得犬只之日起三十日内到公安机关办理登记。"


@pytest.mark.parametrize("brackets", ["一、{}。", "**一、{}**。"])
def test_rules_are_no_headings(tmp_path: Path, brackets: str) -> None:
    rule = brackets.format("封闭期间,车辆请绕行东二路")
    units = made(tmp_path, f"{HEAD}{rule}公交3路改道。\n二、施工单位应当设置围挡。\n")
    assert not any(unit.kind == "heading" for unit in units)


def test_the_first_paragraph_of_an_article_is_no_heading_however_short(tmp_path: Path) -> None:
    text = f"{HEAD}第一条 每户限养一只犬。\n养犬人应当办理登记。\n第二条 携犬出户应当束犬绳。\n违者处二百元罚款。\n"
    kinds = {unit.reading: unit.kind for unit in made(tmp_path, text) if "条" in unit.reading}
    assert kinds == {"第一条 每户限养一只犬。": "sentence", "第二条 携犬出户应当束犬绳。": "sentence"}


# --- sentences ---


@pytest.mark.parametrize(
    ("text", "items"),
    [
        (
            "主要分为:一是准备。制定方案;二是实施。三是总结。",
            ["一是准备。制定方案;", "二是实施。", "三是总结。"],
        ),
        ("3.图纸; 4.方案; 5.其他。", ["3.图纸; ", "4.方案; ", "5.其他。"]),
        ("小(一)型水库5座,小(二)型水库24座。", []),
        ("投资1.5亿元。2.3亿元为贷款。", []),
        ("一是好。", []),
    ],
)
def test_items_of_a_line(text: str, items: list[str]) -> None:
    starts = item_starts(text)
    assert [text[a:b] for a, b in pairwise([*starts, len(text)])] == items


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("一句。二句!三句", ["一句。", "二句!", "三句"]),
        ("他说“走。”然后走了。", ["他说“走。”", "然后走了。"]),
        ("按《办法(试行)。修订》执行。完", ["按《办法(试行)。修订》执行。", "完"]),
        ("(责任单位:甲。)又", ["(责任单位:甲。)", "又"]),
        ("3.图纸; 4.方案; 5.其他。", ["3.图纸;", "4.方案;", "5.其他。"]),
        ("未合上的“引号。下一句。", ["未合上的“引号。", "下一句。"]),
        ("  ", []),
    ],
)
def test_sentences_keep_their_closing_marks(text: str, parts: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == parts


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("——**打造高地。**深入", "——打造高地。深入"),
        ("<p>推进公开。</p> <p>定期解读。</p>", "推进公开。定期解读。"),
        ("- 成 员：崔 波 区经信局副局长", "成员：崔波 区经信局副局长"),
        ("担保监 督管理办法 100 万元", "担保监督管理办法 100 万元"),
        ("第一章 总 则", "第一章 总则"),
        ("登录区政府官方网站查询。", "登录区政府官方网站查询。"),
    ],
)
def test_readings_are_clean(raw: str, clean: str) -> None:
    assert reading(raw)[0] == clean
