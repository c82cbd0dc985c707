"""A document as people read it, laid out from a bulletin of a few lines."""

from collections.abc import Callable

import pytest

from rag.reading.corpus import bulletin_of
from web.document import Cell, Paragraph, Table, View, runs_of, view_of

HEAD = """青禾市人民政府关于发放津贴的通知
青政发〔2025〕3号
各县区人民政府：
"""
TAIL = """
青禾市人民政府
2025年3月1日
"""
Lay = Callable[[str], View]


@pytest.fixture
def lay() -> Lay:
    def laid(middle: str) -> View:
        bulletin = bulletin_of("one.txt", HEAD + middle + TAIL)
        (body,) = bulletin.bodies
        view = view_of(bulletin.text, body, body.document)
        for block in view.blocks:
            for run in runs_of(block):
                assert run.text == bulletin.text[run.start : run.end]
        return view

    return laid


def words(cell: Cell) -> str:
    return cell.words or "".join(run.text for run in cell.runs)


def tables(view: View) -> list[Table]:
    return [block for block in view.blocks if isinstance(block, Table)]


def grid(table: Table) -> list[list[str]]:
    return [[words(cell) for cell in cells] for cells in (table.header, *(row.cells for row in table.rows))]


def paragraphs(view: View, kind: str) -> list[str]:
    return [
        "".join(run.text for run in block.runs)
        for block in view.blocks
        if isinstance(block, Paragraph) and block.kind == kind
    ]


def test_a_tabbed_table_keeps_its_cells(lay: Lay) -> None:
    (table,) = tables(lay("津贴标准如下：\n类别\t城区\t县域\n低保\t1036元\t845元\n特困\t1600元\t1300元\n"))
    assert grid(table) == [
        ["类别", "城区", "县域"],
        ["低保", "1036元", "845元"],
        ["特困", "1600元", "1300元"],
    ]


def test_a_cell_left_empty_stays_in_its_column(lay: Lay) -> None:
    (table,) = tables(lay("津贴标准如下：\n类别\t城区\t县域\n低保\t1036元\t845元\n特困\t\t1300元\n"))
    assert grid(table)[2] == ["特困", "", "1300元"]


def test_a_header_without_a_name_over_its_first_column_has_all_columns(lay: Lay) -> None:
    (table,) = tables(lay("津贴标准如下：\n\t城区\t县域\n低保\t1036元\t845元\n特困\t1600元\t1300元\n"))
    assert grid(table)[:2] == [["", "城区", "县域"], ["低保", "1036元", "845元"]]


def test_a_cell_that_says_semicolons_and_colons_is_one_cell(lay: Lay) -> None:
    (table,) = tables(lay("分工如下：\n单位\t职责\n民政局\t受理；县域：审核\n财政局\t拨付资金\n"))
    assert grid(table)[1] == ["民政局", "受理；县域：审核"]


def test_headings_are_in_the_contents_and_lead_to_their_place(lay: Lay) -> None:
    view = lay("一、津贴标准\n每人每月发放100元。\n二、申请办法\n到镇政府申请。\n")
    assert [entry.title for entry in view.contents] == ["一、津贴标准", "二、申请办法"]
    anchors = {block.anchor for block in view.blocks if isinstance(block, Paragraph) and block.anchor}
    assert {entry.anchor for entry in view.contents} <= anchors


def test_a_heading_that_opens_its_paragraph_leads_it(lay: Lay) -> None:
    view = lay("一、津贴\n1.发放标准。每人每月发放100元。\n2.发放时间。每月5日前。\n")
    leads = ["".join(run.text for run in b.lead) for b in view.blocks if isinstance(b, Paragraph) and b.lead]
    assert leads == ["1.发放标准。", "2.发放时间。"]


def test_number_addressee_and_signature_are_the_frame(lay: Lay) -> None:
    frame = paragraphs(lay("每人每月发放100元。\n"), "meta")
    assert "各县区人民政府：" in frame
    assert "2025年3月1日" in frame
