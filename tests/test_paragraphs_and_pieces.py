"""Lines become paragraphs, paragraphs become pieces: what is joined, what is told apart, what leads what."""

from __future__ import annotations

import pytest

from rag.reading.blocks import Block, blocks_of
from rag.reading.corpus import bulletin_of
from rag.reading.outline import Outline, Unit, places_of, rejoined
from rag.text.spans import quote

HEAD = "甲县人民政府关于养犬管理的通告\n甲政告〔2024〕1号\n各乡镇人民政府：\n"


def blocks(text: str) -> list[Block]:
    bulletin = bulletin_of("made.txt", HEAD + text)
    found = [block for body in bulletin.bodies for block in blocks_of(body)]
    assert all(block.kind == "rows" or block.text == quote(bulletin.text, block.spans) for block in found)
    return found


def kinds(text: str) -> list[tuple[str, str]]:
    """The blocks below the head."""
    return [(block.kind, block.text) for block in blocks(text) if block.kind not in ("head", "addressee")]


def units(text: str) -> list[tuple[tuple[str, ...], Unit]]:
    bulletin = bulletin_of("made.txt", HEAD + text)
    return [
        (piece.path, unit)
        for body in bulletin.bodies
        for piece in Outline(blocks_of(body)).pieces()
        for unit in piece.units
    ]


def the(text: str, words: str) -> tuple[tuple[str, ...], Unit]:
    return next((path, unit) for path, unit in units(text) if words in unit.reading)


# --- paragraphs ---


@pytest.mark.parametrize(
    ("lines", "paragraphs"),
    [
        ("养犬人应当遵守本通告，\n不得扰民。\n", ["养犬人应当遵守本通告，不得扰民。"]),
        ("养犬人应当遵守本通告。\n不得扰民。\n", ["养犬人应当遵守本通告。", "不得扰民。"]),
        ("按照《甲县养犬\n管理办法》执行。\n", ["按照《甲县养犬管理办法》执行。"]),
        ("补贴（每只犬\n一百元）按月发放。\n", ["补贴（每只犬一百元）按月发放。"]),
        ("一、登记\n二、处罚\n", ["一、登记", "二、处罚"]),
        ("养犬人应当遵守，\r\n不得扰民。\r\n", ["养犬人应当遵守，不得扰民。"]),
    ],
)
def test_a_paragraph_goes_on_where_a_line_cannot_end(lines: str, paragraphs: list[str]) -> None:
    assert [text for kind, text in kinds(lines) if kind == "text"] == paragraphs


@pytest.mark.parametrize(
    ("text", "kind", "block"),
    [
        ("养犬应当登记。\n甲县人民政府\n2024年5月1日\n", "signature", "甲县人民政府"),
        ("养犬应当登记。\n甲县人民政府\n2024年5月1日\n", "signature", "2024年5月1日"),
        ("养犬应当登记。\n附件：养犬登记表\n", "annexes", "附件：养犬登记表"),
        ("养犬应当登记。\n附件1\n养犬登记表\n", "annex", "附件1"),
        ("项目\t金额\n登记\t100元\n", "rows", ""),
        ("项目 |\n金额 |\n登记 |\n100元 |\n年检 |\n50元 |\n", "rows", ""),
        ("| 项目 | 金额 |\n| --- | --- |\n| 登记 | 100元 |\n", "rows", ""),
    ],
)
def test_what_a_line_is_in_a_document(text: str, kind: str, block: str) -> None:
    assert (kind, block) in kinds(text)


def test_those_it_is_sent_to_are_no_part_of_the_text() -> None:
    found = blocks("养犬应当登记。\n")
    assert [block.kind for block in found] == ["head", "head", "addressee", "text"]
    assert found[2].text == "各乡镇人民政府："


def test_a_table_in_the_middle_parts_two_paragraphs() -> None:
    found = kinds("收费如下。\n项目\t金额\n登记\t100元\n以上按次收取。\n")
    assert [kind for kind, _ in found] == ["text", "rows", "text"]


def test_every_line_of_a_document_stands_in_one_block() -> None:
    signed = "甲县人民政府\n2024年5月1日\n附件1\n养犬登记表\n"
    text = f"一、登记\n养犬应当登记，\n不得扰民。\n项目\t金额\n登记\t100元\n附件：1.表\n{signed}"
    whole = HEAD + text
    spans = sorted(span for block in blocks(text) for span in block.spans)
    assert [whole[slice(*span)] for span in spans] == [line for line in whole.splitlines() if line]


# --- pieces ---


@pytest.mark.parametrize(
    ("text", "words", "path"),
    [
        ("第一章 总则\n第一条 养犬应当登记。\n", "养犬应当登记", ("第一章 总则", "第一条")),
        ("一、登记\n养犬应当登记。\n二、处罚\n违者罚款。\n", "违者罚款", ("二、处罚",)),
        ("一、登记\n（一）对象\n本县居民应当登记。\n", "本县居民", ("一、登记", "（一）对象")),
        ("５.１ 登记\n养犬应当登记。\n5.2 年检\n每年一次。\n", "每年一次", ("5.2年检",)),
        ("养犬应当登记。\n", "养犬应当登记", ()),
        ("办理条件\n本县居民可以登记。\n", "本县居民", ("办理条件",)),
        ("登记要收费吗？\n登记不收费。\n", "登记不收费", ("登记要收费吗？",)),
    ],
)
def test_a_sentence_is_read_under_its_headings(text: str, words: str, path: tuple[str, ...]) -> None:
    assert tuple(title.replace(" ", "") for title in the(text, words)[0]) == tuple(
        title.replace(" ", "") for title in path
    )


@pytest.mark.parametrize(
    ("text", "words", "kind"),
    [
        ("养犬应当登记。\n", "养犬应当登记", "sentence"),
        ("申请时提交：\n（一）身份证；\n（二）免疫证。\n", "身份证", "item"),
        ("项目\t金额\n登记\t100元\n", "100元", "row"),
        ("一、登记\n养犬应当登记。\n", "一、登记", "heading"),
        ("养犬应当登记。\n特此通告。\n", "特此通告", "meta"),
        ("养犬应当登记。\n甲县人民政府\n2024年5月1日\n", "2024年5月1日", "meta"),
        ("组 长：王 伟 县政府副县长\n", "王伟", "item"),
    ],
)
def test_what_a_unit_is(text: str, words: str, kind: str) -> None:
    assert the(text, words)[1].kind == kind


def test_sentences_of_a_paragraph_are_units_with_places_of_their_own() -> None:
    text = "养犬应当登记。登记免费。\n"
    found = [unit for _, unit in units(text) if unit.kind == "sentence"]
    assert [quote(HEAD + text, unit.spans) for unit in found] == ["养犬应当登记。", "登记免费。"]


def test_an_item_keeps_its_lead_over_the_items_before_it() -> None:
    text = "申请时提交下列材料：\n（一）身份证；\n（二）免疫证；\n（三）照片。\n登记免费。\n"
    for words in ("身份证", "免疫证", "照片"):
        assert quote(HEAD + text, the(text, words)[1].lead) == "申请时提交下列材料："
    assert the(text, "登记免费")[1].lead == ()


def test_a_list_within_a_list_is_led_by_its_own_sentence() -> None:
    text = "申请时提交：\n（一）证明，包括：\n1.身份证；\n2.户口簿；\n（二）照片。\n"
    assert quote(HEAD + text, the(text, "户口簿")[1].lead) == "（一）证明，包括："


def test_injected_words_are_flagged_and_kept_at_their_place() -> None:
    text = "养犬应当登记津贴博彩官网直接进入到公安局办理。\n"
    _, unit = the(text, "公安局办理")
    assert "spam" in unit.flags
    assert "官网" not in unit.reading
    assert "官网" in quote(HEAD + text, unit.spans)


def test_a_reading_closes_up_what_was_set_apart() -> None:
    assert the("养 犬 应当 登记 。\n", "登记")[1].reading == "养犬应当登记。"


@pytest.mark.parametrize(
    ("text", "spans", "read"),
    [
        ("应当登登记", [(0, 3), (9, 11)], "应当登记"),
        ("年年检", [(0, 1), (9, 11)], "年年检"),
        ("共22只", [(0, 2), (9, 11)], "共22只"),
        ("应当登记", [(0, 2), (9, 11)], "应当登记"),
    ],
)
def test_a_character_printed_on_both_sides_of_a_break_reads_once(
    text: str, spans: list[tuple[int, int]], read: str
) -> None:
    assert rejoined(text, spans) == read


@pytest.mark.parametrize(
    ("start", "end", "places"),
    [
        (0, 2, ((5, 7),)),
        (1, 4, ((6, 8), (20, 21))),
        (3, 5, ((20, 22),)),
        (3, 3, ()),
        (0, 99, ((5, 8), (20, 24))),
    ],
)
def test_the_raw_places_of_a_part_of_a_torn_paragraph(
    start: int, end: int, places: tuple[tuple[int, int], ...]
) -> None:
    assert places_of([(5, 8), (20, 24)], start, end) == places
