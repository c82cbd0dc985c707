"""The lines of a document become blocks: which run on, which are rows, signatures, titles of what is enclosed."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.reading.blocks import Block, blocks_of
from rag.reading.corpus import bulletin_of, read_bulletin
from rag.text.spans import quote

HEAD = "甲县人民政府关于开展普查的通知\n甲政发〔2024〕1号\n各乡镇人民政府：\n"


def blocks(tmp_path: Path, text: str) -> list[Block]:
    path = tmp_path / "made.txt"
    path.write_text(HEAD + text, encoding="utf-8")
    bulletin = read_bulletin(path)
    found = [block for body in bulletin.bodies for block in blocks_of(body)]
    for block in found:
        if block.kind != "rows":
            assert block.text == quote(bulletin.text, block.spans)
    return found


def paragraphs(tmp_path: Path, text: str) -> list[str]:
    return [block.text for block in blocks(tmp_path, text) if block.kind == "text"]


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("普查的对象是在本县行政区域内从事生产经营、", "建设和服务的单位。"),  # stops at a comma
        ("按照《全国普查", "方案》执行。"),  # inside a title
        ("第三条 普查员应当如实记录", "普查资料。"),  # an article goes on to its end
        ("普查分三步。第一步是准备，由各乡镇", "组织实施。"),  # a sentence stands before
        ("于10月9日前将汇总表（附件", "2）及材料报县统计局。"),  # what looks like a number closes a bracket
        ("普查员申领——乡镇初审——县局复核", "——发放证件——上岗。"),  # one step after the other
    ],
)
def test_a_line_that_was_broken_is_one_paragraph(tmp_path: Path, above: str, below: str) -> None:
    assert above + below in paragraphs(tmp_path, f"{above}\n{below}\n")


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("普查工作要如期完成。", "各乡镇要加强领导。"),  # a sentence ended
        ("普查时间安排", "各乡镇自行确定。"),  # a few words of their own
        ("普查员须持证上岗", "甲县统计局"),  # an authority
        ("普查员须持证上岗", "（此件公开发布）"),  # a note
        ("普查员须提交（以下都要", "1）身份证；"),  # a bracket that is never closed
        ("收费标准：每只300元；绝育犬免收", "办理地点：县政务服务中心"),  # a field of a form
        ("普查员的职责——", "——入户登记。"),  # items that dashes begin
    ],
)
def test_what_begins_anew_is_a_paragraph_of_its_own(tmp_path: Path, above: str, below: str) -> None:
    assert above in paragraphs(tmp_path, f"{above}\n{below}\n")


def test_where_blank_lines_part_paragraphs_a_full_line_without_an_end_runs_on(tmp_path: Path) -> None:
    full = "各乡镇要把普查工作列入重要议事日程切实加强组织领导和"
    text = f"{full}\n\n统筹协调。\n\n普查结束后总结。\n\n以上请执行。\n"
    assert f"{full}统筹协调。" in paragraphs(tmp_path, text)


def test_names_and_posts_run_on_only_where_no_surname_begins(tmp_path: Path) -> None:
    text = "组 长：王大山 县委常委、常务\n副县长\n副组长：李小河 县统计局局长\n张 三 县财政局局长\n"
    found = paragraphs(tmp_path, text)
    assert found[-3:] == [
        "组 长：王大山 县委常委、常务副县长",
        "副组长：李小河 县统计局局长",
        "张 三 县财政局局长",
    ]


def test_the_addressee_is_known_and_parted_from_what_it_was_printed_with(tmp_path: Path) -> None:
    kinds = [block.kind for block in blocks(tmp_path, "现就普查通知如下。\n")]
    assert kinds[:4] == ["head", "head", "addressee", "text"]


def test_a_signature_is_its_authorities_its_date_and_its_note(tmp_path: Path) -> None:
    text = "请认真执行。\n甲县人民政府\n甲县统计局\n2024年5月1日\n（此件公开发布）\n"
    signed = [block.text for block in blocks(tmp_path, text) if block.kind == "signature"]
    assert signed == ["甲县人民政府", "甲县统计局", "2024年5月1日", "（此件公开发布）"]


def test_the_title_of_what_is_enclosed_is_one_however_many_lines_it_has(tmp_path: Path) -> None:
    text = "甲县人民政府\n2024年5月1日\n甲县第五次经济普查\n实施方案\n一、目的\n摸清家底。\n"
    titles = [block.text for block in blocks(tmp_path, text) if block.kind == "title"]
    assert titles == ["甲县第五次经济普查实施方案"]


def test_annexes_are_announced_and_labelled(tmp_path: Path) -> None:
    signed = "甲县人民政府\n2024年5月1日\n"
    text = f"附件：1.普查时间表\n2.普查小区划分表\n{signed}附件1\n普查时间表\n一、准备\n五月。\n"
    found = [(block.kind, block.text) for block in blocks(tmp_path, text)]
    assert ("annexes", "附件：1.普查时间表") in found
    assert ("annexes", "2.普查小区划分表") in found
    assert ("annex", "附件1") in found
    assert ("title", "普查时间表") in found


def test_the_name_of_an_annex_below_the_signature_heads_what_stands_under_it(tmp_path: Path) -> None:
    signed = "附件：1.普查表\n2.小区简介\n甲县人民政府\n2024年5月1日\n"
    text = f"{signed}附件1：普查表（略）\n附件2：小区简介\n东苑建于1996年。\n"
    found = [(block.kind, block.text) for block in blocks(tmp_path, text)]
    assert ("annexes", "附件1：普查表（略）") in found
    assert ("title", "附件2：小区简介") in found


@pytest.mark.parametrize("to", ["广大城乡居民：", "甲县自来水有限公司：", "各位家长："])
def test_whoever_a_notice_is_sent_to_is_its_addressee(to: str) -> None:
    (body,) = bulletin_of("made.txt", HEAD.replace("各乡镇人民政府：", to) + "现就停水通知如下。\n").bodies
    (found,) = [block for block in blocks_of(body) if block.text == to]
    assert found.kind == "addressee"


def test_every_line_is_in_a_block_once(tmp_path: Path) -> None:
    text = "序号\t单位\n1\t城关镇\n2\t西山乡\n一、要求\n按时上报。\n甲县人民政府\n2024年5月1日\n"
    path = tmp_path / "made.txt"
    path.write_text(HEAD + text, encoding="utf-8")
    (body,) = read_bulletin(path).bodies
    held = sorted(span for block in blocks_of(body) for span in block.spans)
    assert held == sorted((line.start, line.end) for line in body.lines)
