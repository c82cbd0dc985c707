"""Where documents begin: by a number, a head, a page's own words or a title alone; and what is furniture."""

from __future__ import annotations

import pytest

from rag.reading.lines import split_lines
from rag.reading.openings import find_extents, is_stamp


def opened(text: str) -> list[str]:
    """The first line of each document."""
    lines = split_lines(text)
    return [lines[extent.start].text for extent in find_extents(lines)[0]]


def furniture(text: str) -> dict[str, str]:
    lines = split_lines(text)
    return {lines[at].text: kind for at, kind in find_extents(lines)[1].items()}


TWO = """\
甲县人民政府关于开放公园的通知
甲政发〔2024〕1号
各乡镇人民政府：
公园自5月1日起开放。
甲县人民政府
2024年4月20日
甲县人民政府办公室
关于做好防汛工作的通知
甲政办发〔2024〕2号
各乡镇人民政府：
请做好防汛准备。
甲县人民政府办公室
2024年4月21日
"""


def test_each_head_with_a_number_begins_a_document() -> None:
    assert opened(TWO) == ["甲县人民政府关于开放公园的通知", "甲县人民政府办公室"]


def test_a_number_that_is_only_quoted_begins_none() -> None:
    text = TWO.replace(
        "公园自5月1日起开放。", "根据《公园条例》（\n甲政发〔2020〕9号\n）公园自5月1日起开放。"
    )
    assert len(opened(text)) == 2


def test_a_title_alone_begins_one_below_the_end_of_another() -> None:
    text = TWO + "关于滨河路封闭施工的通告\n滨河路自6月1日起封闭。\n"
    assert opened(text)[-1] == "关于滨河路封闭施工的通告"


def test_a_title_that_was_announced_is_that_of_an_enclosure() -> None:
    text = TWO.replace("请做好防汛准备。", "附件：关于值班安排的通知\n请做好防汛准备。")
    assert len(opened(text + "关于值班安排的通知\n值班人员如下。\n")) == 2


def test_a_listing_entry_and_a_page_begin_documents() -> None:
    text = "● 甲县人民政府关于批准规划的批复 2024-03-01 甲政字〔2024〕3号\n县自然资源局：\n同意规划。\n"
    assert len(opened(text)) == 1
    page = "城市供水须知\n发布日期：2024-03-02　来源：县水务局\n每日供水二十四小时。\n"
    assert opened(page) == ["城市供水须知"]


def test_an_explainer_begins_where_it_says_what_it_explains() -> None:
    text = (
        TWO
        + "近日，甲县人民政府印发了《甲县防汛预案》（甲政发〔2024〕5号），现将有关内容解读如下。\n一、背景\n略。\n"
    )
    assert opened(text)[-1].startswith("近日")


def test_what_has_no_head_is_one_document_and_a_cover_is_none() -> None:
    assert opened("公园的开放时间是每天早上六点到晚上十点，节假日不休息，欢迎市民前来游览。\n") != []
    cover = "甲县人民政府公报\n第1期\n目录\n"
    assert opened(cover + TWO)[0] == "甲县人民政府关于开放公园的通知"
    assert set(furniture(cover + TWO).values()) == {"cover", "contents"}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("— 12 —", "page number"),
        ("第 3 页 共 9 页", "page number"),
        ("------------", "separator"),
        ("当前位置：首页 > 政务公开", "site navigation"),
        ("版权所有：甲县人民政府 甲ICP备12345号", "site footer"),
        ("发布日期：2024-03-02　来源：县应急局　浏览次数：233", "page information"),
        ("| --- | --- |", "table border"),
    ],
)
def test_furniture_is_known_by_its_own_line(line: str, kind: str) -> None:
    assert furniture(TWO.replace("请做好防汛准备。", f"请做好\n{line}\n防汛准备。")) == {line: kind}


@pytest.mark.parametrize(
    ("line", "stamp"),
    [
        ("2020-03-30 15:25:01", True),
        ("甲县民政局　2026-05-12", True),
        ("2026-05-12", False),
        ("有效期至 2026-05-12", False),
    ],
)
def test_a_stamp_says_when_a_page_was_made(line: str, stamp: bool) -> None:
    assert is_stamp(line) == stamp
