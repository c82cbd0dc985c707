"""What a document says twice and not the same: told where its own words decide it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answering.twice import Placed, Twice, said_twice
from tests.made import passages_of

HEAD = "甲县人民政府关于印发甲县工作方案的通知\n甲政发〔2024〕1号\n各乡镇人民政府：\n"


def found(folder: Path, text: str, words: str, asked: str = "", *, of_time: bool = False) -> Twice | None:
    """What a bulletin says twice of what its first sentence or row with some words says."""
    units: list[Placed] = [
        (passage, place, unit)
        for passage in passages_of(folder, HEAD + text)
        for place, unit in enumerate(passage.chunk.units)
        if unit.kind != "meta"
    ]
    here = next(one for one in units if words in one[2].reading and one[2].kind != "heading")
    return said_twice(here, units, asked, of_time)


def values(twice: Twice | None) -> tuple[str, ...]:
    return twice.values if twice else ()


TASKS = """一、公开环境信息
（一）公开空气质量。及时发布全县环境空气质量、主要河流水质和饮用水水源地水质情况，年底前形成环境信息公开目录清单。
附件
工作任务分解表
要点任务 |
工作要求 |
责任单位 |
完成时限 |
（一）公开空气质量 |
及时发布全县环境空气质量、主要河流水质{more}和饮用水水源地水质情况，年底前形成环境信息公开目录清单。 |
生态环境局 |
{due} |
（二）公开预算 |
按时公开部门预算和部门决算，做到应公开尽公开、该公开必公开。 |
财政局 |
全年 |
"""


def test_a_list_with_a_member_more_in_the_table_is_told(tmp_path: Path) -> None:
    text = TASKS.format(more="、供水厂出水", due="年底前")
    twice = found(tmp_path, text, "空气质量、主要河流")
    assert twice is not None
    assert twice.other is not None
    assert "供水厂出水" in twice.other[2].reading
    assert "供水厂出水" not in twice.values[0]
    assert "供水厂出水" in twice.values[1]
    assert found(tmp_path, TASKS.format(more="", due="年底前"), "空气质量、主要河流") is None


def test_a_column_that_sets_another_time_than_the_text_is_told_to_who_asks_when(tmp_path: Path) -> None:
    text = TASKS.format(more="", due="全年")
    assert values(found(tmp_path, text, "年底前形成", of_time=True)) == ("年底前", "全年")
    assert found(tmp_path, text, "年底前形成") is None
    assert found(tmp_path, TASKS.format(more="", due="12月底"), "年底前形成", of_time=True) is None


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ("突出四大主导产业，优化布局。", ("六大主导产业", "四大主导产业")),
        ("突出六大主导产业，优化布局。", ()),
        ("突出四大主导产业集群，优化布局。", ()),
    ],
)
def test_what_is_counted_by_name_is_counted_once(tmp_path: Path, second: str, told: tuple[str, ...]) -> None:
    text = f"一、产业\n加快发展六大主导产业，构建现代体系。\n二、布局\n{second}\n"
    assert values(found(tmp_path, text, "六大主导产业")) == told


def test_a_heading_that_counts_fewer_than_stand_under_it(tmp_path: Path) -> None:
    text = (
        "一、聚焦三大特色优势产业\n重点支持新材料、塑料、新医药、特种纸等特色优势产业加快发展。\n二、保障\n"
    )
    twice = found(tmp_path, text, "新材料、塑料")
    assert twice is not None
    assert twice.reckoned
    assert twice.values == ("三大特色优势产业", "4个")


ITEMS = "一、对象\n下列{n}家企业：\n1.甲公司。\n2.乙公司。\n3.丙公司。\n二、要求\n加强领导。\n"


def test_numbered_items_are_held_against_what_leads_them(tmp_path: Path) -> None:
    assert values(found(tmp_path, ITEMS.format(n=4), "甲公司")) == ("4家", "3家")
    assert found(tmp_path, ITEMS.format(n=3), "甲公司") is None


SUMS = "一、项目\n项目\t数量\n道路\t12\n桥梁\t15\n合计\t{sum}\n"


def test_a_row_of_totals_is_held_against_its_rows(tmp_path: Path) -> None:
    assert values(found(tmp_path, SUMS.format(sum=28), "合计")) == ("28", "27")
    assert found(tmp_path, SUMS.format(sum=27), "合计") is None


STAGES = """二、安排
（一）整体推进（2024年10月-2025年10月）。分两个阶段进行：第一阶段，从2024年{month}月至2024年年底。完成15家以上示范单位创建任务。
第二阶段，2025年全年。完成30家以上示范单位创建任务。
三、总结
确保完成{all}家以上示范单位创建任务。
"""


def test_a_stage_outside_what_is_said_over_it(tmp_path: Path) -> None:
    text = STAGES.format(month=9, all=45)
    assert values(found(tmp_path, text, "第一阶段", of_time=True)) == (
        "2024年9月至2024年年底",
        "2024年10月-2025年10月",
    )
    assert found(tmp_path, STAGES.format(month=10, all=45), "第一阶段", of_time=True) is None


def test_a_number_for_all_stages_is_what_they_add_up_to(tmp_path: Path) -> None:
    assert values(found(tmp_path, STAGES.format(month=10, all=50), "确保完成")) == ("50家", "45家")
    assert found(tmp_path, STAGES.format(month=10, all=45), "确保完成") is None


FORCE = "第一章 总则\n第一条 适用于全县。\n第二章 附则\n第二条 本办法自公布之日起施行。\n第三条 本办法自{day}起施行。\n"


def test_a_document_that_begins_to_hold_twice(tmp_path: Path) -> None:
    text = FORCE.format(day="2024年7月31日")
    assert values(found(tmp_path, text, "公布之日", of_time=True)) == ("公布之日", "2024年7月31日")
    # the days on which it is published and issued are one
    assert found(tmp_path, FORCE.format(day="印发之日"), "公布之日", of_time=True) is None


LEVELS = """5应急响应
5.1Ⅳ级应急响应
5.1.1启动条件
（1）青山水库发生超警戒水位洪水，或小型水库发生险情。
（2）其他需要启动的情况。
5.2Ⅲ级应急响应
5.2.1启动条件
（1）{water}水库发生超警戒水位洪水，或中型水库发生险情。
（2）其他需要启动的情况。
"""


def test_one_case_that_calls_for_two_levels(tmp_path: Path) -> None:
    assert values(found(tmp_path, LEVELS.format(water="青山"), "青山水库")) == ("Ⅳ级", "Ⅲ级")
    assert found(tmp_path, LEVELS.format(water="白云"), "青山水库") is None


GROUPS = """一、督导
组别\t组长\t督导区
一组\t张三\t东街、大官、于村
二组\t李四\t北街、南坊、前村
三组\t王五\t西街、西蒋、{village}
"""


def test_a_village_of_two_groups(tmp_path: Path) -> None:
    twice = found(tmp_path, GROUPS.format(village="于村"), "于村", "于村由哪个组负责？")
    assert values(twice) == ("一组", "三组")
    assert found(tmp_path, GROUPS.format(village="后村"), "于村", "于村由哪个组负责？") is None
    assert found(tmp_path, GROUPS.format(village="于村"), "东街", "东街由哪个组负责？") is None


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (
            "到2025年，60%以上的农村建立农村幸福院。",
            "到2025年，农村幸福院设施覆盖全部农村社区。",
            ("60%以上的农村建立农村幸福院", "农村幸福院设施覆盖全部农村社区"),
        ),
        ("数字校园覆盖率达到98%。", "实现数字校园全覆盖。", ("数字校园覆盖率达到98%", "实现数字校园全覆盖")),
        ("到2024年，数字校园覆盖率达到98%。", "到2025年，实现数字校园全覆盖。", ()),
        ("到2025年，60%以上的农村建立农村幸福院。", "老年食堂覆盖全部农村社区。", ()),
    ],
)
def test_a_share_of_what_is_said_to_be_all(
    tmp_path: Path, first: str, second: str, told: tuple[str, ...]
) -> None:
    text = f"一、目标\n{first}\n二、任务\n{second}\n"
    assert values(found(tmp_path, text, first[:12])) == told
    assert values(found(tmp_path, text, second[:12])) == told[::-1]
