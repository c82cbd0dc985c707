"""The headings in force: what a mark closes, what a box stands beside, where an enclosure's plans begin."""

import pytest

from rag.reading.headings import Headings
from rag.reading.lines import mark_of


def path(headings: Headings) -> list[str]:
    return [str(node.title) for node in headings.named]


def entered(*lines: str) -> Headings:
    headings = Headings()
    for line in lines:
        mark = mark_of(line)
        assert mark is not None
        headings.enter(mark, line)
    return headings


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        (("一、对象", "（一）居民", "1.户籍"), ["一、对象", "（一）居民", "1.户籍"]),
        (("一、对象", "（一）居民", "二、标准"), ["二、标准"]),
        (("一、对象", "（一）居民", "1.户籍", "（二）职工"), ["一、对象", "（二）职工"]),
        (("第一章 总则", "第一条 目的", "第二条 范围"), ["第一章 总则", "第二条 范围"]),
        (("1.1 总则", "1.1.1 依据", "1.2 原则"), ["1.2 原则"]),
        (("1.1 总则", "1.1.1 依据", "1.1.2 范围"), ["1.1 总则", "1.1.2 范围"]),
        (("（一）居民", "一、对象"), ["（一）居民", "一、对象"]),  # one depth is as good as another
    ],
)
def test_a_mark_closes_what_has_its_kind_and_all_below(lines: tuple[str, ...], left: list[str]) -> None:
    assert path(entered(*lines)) == left


def test_a_heading_without_a_title_is_in_force_and_in_no_path() -> None:
    headings = entered("一、对象")
    headings.push("num", None)
    assert (path(headings), len(headings)) == (["一、对象"], 2)


def test_headings_of_the_same_wording_are_two() -> None:
    headings = entered("一、对象")
    first = headings.named
    headings.enter(mark_of("一、对象"), "一、对象")  # type: ignore[arg-type]
    assert headings.named != first


def test_a_section_ends_a_table_and_a_numbering_goes_on_after_a_box() -> None:
    headings = entered("一、工程", "1.道路")
    headings.open_box("box", "专栏1")
    assert path(headings) == ["一、工程", "专栏1"]
    headings.enter(mark_of("2.桥梁"), "2.桥梁")  # type: ignore[arg-type]
    assert path(headings) == ["一、工程", "2.桥梁"]
    headings.open_box("table", "附表")
    headings.enter(mark_of("二、资金"), "二、资金")  # type: ignore[arg-type]
    assert path(headings) == ["二、资金"]


def test_a_section_inside_a_table_closes_nothing_outside_of_it() -> None:
    headings = entered("一、工程")
    headings.open_box("table", "附表")
    headings.enter(mark_of("一、道路类"), "一、道路类", within_table=True)  # type: ignore[arg-type]
    headings.enter(mark_of("二、桥梁类"), "二、桥梁类", within_table=True)  # type: ignore[arg-type]
    assert path(headings) == ["一、工程", "附表", "二、桥梁类"]


def test_an_enclosure_begins_anew_and_a_plan_goes_below_it() -> None:
    headings = entered("一、对象")
    headings.open_part("实施方案")
    headings.open_plan("教育实施计划", of_several=False)
    headings.enter(mark_of("一、目标"), "一、目标")  # type: ignore[arg-type]
    assert path(headings) == ["实施方案", "教育实施计划", "一、目标"]
    headings.open_plan("卫生实施计划", of_several=False)
    assert path(headings) == ["实施方案", "卫生实施计划"]


def test_a_group_of_plans_stands_beside_the_last_group() -> None:
    headings = Headings()
    headings.open_part("工作方案")
    for title, of_several in (("民生工程", True), ("道路计划", False), ("生态工程", True)):
        headings.open_plan(title, of_several)
        headings.enter(mark_of("一、目标"), "一、目标")  # type: ignore[arg-type]
    assert path(headings) == ["工作方案", "生态工程", "一、目标"]


def test_closing_keeps_titles_of_enclosures_and_what_stands_below_what_is_closed() -> None:
    headings = entered("一、对象")
    headings.push("run_in", "范围")
    headings.push("num", "1.户籍")
    headings.close("run_in", "dash")
    assert path(headings) == ["一、对象", "1.户籍"]
    headings.open_part("办法")
    headings.push("article", "第一条")
    headings.close_sections()
    assert path(headings) == ["办法"]


def test_what_stands_further_out_is_known() -> None:
    headings = entered("一、对象", "（一）居民")
    one, below = mark_of("二、标准"), mark_of("（二）职工")
    assert one is not None
    assert below is not None
    assert headings.is_outside(one, below)
    assert not headings.is_outside(below, one)
