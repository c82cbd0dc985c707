"""Characters at places on paper become a text: words, paragraphs, columns, tables, heads, doubts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.reading.files.layout import Border, Composed, Glyph, Sheet, compose

SIZE = 12.0
WIDE = "为保障困难群众基本生活，根据社会救助暂行办法，经市政府同意，现将有关事项通知如下，请认真贯彻执行，"


def line(text: str, x: float, top: float, size: float = SIZE, score: float | None = None) -> list[Glyph]:
    """A printed line: characters of Chinese are as wide as high, those of Latin half of it."""
    glyphs = []
    for character in text:
        width = size if character > "\x7f" else size / 2
        glyphs.append(Glyph(character, x, top, x + width, top + size, score))
        x += width
    return glyphs


def sheet(*lines: Sequence[Glyph], number: int = 1, borders: Iterable[Border] = ()) -> Sheet:
    return Sheet(number, 595.0, 842.0, tuple(glyph for one in lines for glyph in one), tuple(borders))


def frame(xs: Sequence[float], ys: Sequence[float]) -> list[Border]:
    """The borders of a table with a cell between any two neighbours."""
    level = [Border(xs[0], y, xs[-1], y) for y in ys]
    return level + [Border(x, ys[0], x, ys[-1]) for x in xs]


def lines_of(composed: Composed) -> list[str]:
    return composed.text.splitlines()


# --- words and lines ---


def test_characters_come_in_the_order_of_the_page_whatever_the_order_of_the_file() -> None:
    page = sheet(line("第二行。", 80, 130), list(reversed(line("第一行。", 80, 100))))
    assert lines_of(compose([page])) == ["第一行。", "第二行。"]


def test_a_line_whose_letters_stand_a_little_higher_is_one() -> None:
    page = sheet(line("自", 80, 100), line("2025", 92, 103), line("年起。", 116, 101))
    assert lines_of(compose([page])) == ["自2025年起。"]


def test_latin_words_are_parted_where_they_stand_apart() -> None:
    page = sheet(line("Linyi", 80, 100), line("City", 116, 100))
    assert lines_of(compose([page])) == ["Linyi City"]


def test_chinese_set_wide_has_no_blanks_within_its_words() -> None:
    page = sheet(*(line(character, 80 + 20 * at, 100) for at, character in enumerate("公告")))
    assert lines_of(compose([page])) == ["公告"]


def test_a_gap_in_a_line_is_two_blanks() -> None:
    page = sheet(line("甲县民政局", 80, 100), line("2024年4月", 300, 100))
    assert lines_of(compose([page])) == ["甲县民政局  2024年4月"]


def test_blanks_that_the_file_prints_are_not_read_twice() -> None:
    page = sheet(line("甲 乙", 80, 100))
    assert lines_of(compose([page])) == ["甲乙"]


# --- paragraphs ---


def test_lines_that_are_full_run_on_and_a_short_one_ends() -> None:
    page = sheet(
        line(WIDE[:28], 104, 100),
        line(WIDE[28:] + "并做好宣传工作。", 80, 118),
        line("本通知自印发之日起施行。", 104, 136),
    )
    assert lines_of(compose([page])) == [WIDE + "并做好宣传工作。", "本通知自印发之日起施行。"]


def test_a_mark_begins_a_line_of_its_own_below_a_full_one() -> None:
    page = sheet(line(WIDE[:30], 80, 100), line("一、" + WIDE[:28], 80, 118), line(WIDE[28:40], 80, 136))
    assert lines_of(compose([page])) == [WIDE[:30], "一、" + WIDE[:28] + WIDE[28:40]]


def test_a_heading_in_larger_letters_is_not_joined_to_the_text_below() -> None:
    page = sheet(line("关于提高城乡低保标准的通知全文", 60, 60, 32), line(WIDE[:36], 80, 100))
    assert len(lines_of(compose([page]))) == 2


def test_a_line_far_below_begins_a_paragraph() -> None:
    page = sheet(line(WIDE[:34], 80, 100), line(WIDE[:34], 80, 300))
    assert lines_of(compose([page])) == [WIDE[:34], WIDE[:34]]


def test_latin_words_at_the_end_and_the_start_of_lines_keep_a_blank() -> None:
    first = line(WIDE[:30] + "Linyi", 80, 100)
    page = sheet(first, line("City" + WIDE[:30], 80, 118))
    assert "Linyi City" in compose([page]).text


def test_a_number_broken_over_two_lines_is_one_again() -> None:
    page = sheet(line(WIDE[:30] + "0539-81", 80, 100), line("82110。", 80, 118))
    assert "0539-8182110。" in compose([page]).text


def test_a_paragraph_goes_on_over_the_end_of_a_page_and_the_page_begins_inside_it() -> None:
    one = sheet(line(WIDE[:34], 80, 700))
    two = sheet(line(WIDE[34:] + "执行。", 80, 120), number=2)
    found = compose([one, two])
    assert lines_of(found) == [WIDE + "执行。"]
    assert [(page.number, page.start) for page in found.pages] == [(1, 0), (2, 34)]


def test_a_new_paragraph_on_the_next_page_is_not_joined() -> None:
    one = sheet(line(WIDE[:34], 80, 700))
    two = sheet(line("二、" + WIDE[:30], 80, 120), number=2)
    assert len(lines_of(compose([one, two]))) == 2


def test_a_list_of_names_is_a_line_for_each_over_the_end_of_a_page_too() -> None:
    pages = [
        sheet(*(line(name, 80, 100 + 20 * at) for at, name in enumerate(names)), number=number)
        for number, names in enumerate((["王大山", "李小河"], ["赵小石", "欧阳明"]), start=1)
    ]
    assert lines_of(compose(pages)) == ["王大山", "李小河", "赵小石", "欧阳明"]


# --- pages and what is set aside ---


def test_a_page_without_a_word_begins_where_the_next_does() -> None:
    pages = [sheet(line("第一页。", 80, 100)), sheet(number=2), sheet(line("第三页。", 80, 100), number=3)]
    found = compose(pages)
    assert [(page.number, page.start) for page in found.pages] == [(1, 0), (2, 5), (3, 5)]


def test_no_pages_are_no_text() -> None:
    assert compose([]) == Composed("", (), (), ())


def test_a_head_that_all_pages_have_is_set_aside_and_its_number_may_change() -> None:
    pages = [
        sheet(
            line("青山市公报2024年第3期", 200, 30),
            line(f"第{number}条正文如下，请执行。", 80, 200),
            line(f"第 {number} 页", 280, 800),
            number=number,
        )
        for number in (1, 2, 3)
    ]
    found = compose(pages)
    assert lines_of(found) == [f"第{number}条正文如下，请执行。" for number in (1, 2, 3)]
    assert [(one.page, one.text) for one in found.aside][:2] == [(1, "青山市公报2024年第3期"), (1, "第1页")]


def test_a_line_at_the_top_of_one_page_only_is_text() -> None:
    pages = [
        sheet(line("附件", 80, 40), line("申请表。", 80, 200)),
        sheet(line("名单如下。", 80, 200), number=2),
    ]
    found = compose(pages)
    assert lines_of(found) == ["附件", "申请表。", "名单如下。"]
    assert found.aside == ()


def test_a_number_in_the_middle_of_a_page_is_text() -> None:
    found = compose([sheet(line("标准", 80, 380), line("1036", 280, 400), line("（单位：元）", 80, 430))])
    assert "1036" in lines_of(found)


# --- columns ---


def column(x: float, top: float, marks: Sequence[str]) -> list[list[Glyph]]:
    """Paragraphs of two full lines and a short one."""
    lines = []
    for mark in marks:
        lines += [line(mark + WIDE[:16], x, top), line(WIDE[16:34], x, top + 18), line("为止。", x, top + 36)]
        top += 54
    return lines


def test_two_columns_are_read_one_after_the_other_below_a_title_over_both() -> None:
    page = sheet(
        line("关于青山市城乡低保标准的通告和其他若干事项的说明全文", 100, 60),
        *column(60, 120, ["一、", "二、"]),
        *column(320, 120, ["三、", "四、"]),
        line("本页以上各条由青山市民政局负责解释，自印发之日起施行，请遵照执行", 60, 420),
    )
    read = lines_of(compose([page]))
    assert [text[:2] for text in read] == ["关于", "一、", "二、", "三、", "四、", "本页"]


def test_cells_that_stand_in_rows_are_no_columns() -> None:
    rows = [
        ("类别", "标准"),
        ("城市低保", "1036元"),
        ("农村低保", "845元"),
        ("城市特困", "1554元"),
        ("农村特困", "1268元"),
    ]
    page = sheet(
        *(
            line(text, 80 + 220 * at, 100 + 20 * row)
            for row, texts in enumerate(rows)
            for at, text in enumerate(texts)
        )
    )
    assert lines_of(compose([page])) == ["\t".join(row) for row in rows]


# --- tables with borders ---


def test_a_table_stands_where_its_top_is() -> None:
    page = sheet(
        line("标准如下。", 80, 60),
        line("类别", 90, 106),
        line("标准", 210, 106),
        line("低保", 90, 136),
        line("1036元", 210, 136),
        line("按月发放。", 80, 200),
        borders=frame([80, 200, 320], [100, 130, 160]),
    )
    assert lines_of(compose([page])) == ["标准如下。", "类别\t标准", "低保\t1036元", "按月发放。"]


def test_the_lines_of_a_cell_are_one() -> None:
    page = sheet(
        line("城市最低生活", 90, 106),
        line("保障标准", 90, 122),
        line("1036元", 210, 112),
        line("备注", 90, 150),
        borders=frame([80, 200, 320], [100, 140, 170]),
    )
    assert lines_of(compose([page])) == ["城市最低生活保障标准\t1036元", "备注\t"]


def test_an_empty_row_of_a_form_is_no_line() -> None:
    page = sheet(
        line("姓名", 90, 106), line("电话", 210, 106), borders=frame([80, 200, 320], [100, 130, 160, 190])
    )
    assert lines_of(compose([page])) == ["姓名\t电话"]


def test_a_cell_over_two_rows_is_said_in_both() -> None:
    borders = [
        *(Border(80, y, 320, y) for y in (100, 130, 190)),
        Border(200, 160, 320, 160),
        *(Border(x, 100, x, 190) for x in (80, 200, 320)),
    ]
    page = sheet(
        line("区域", 90, 106),
        line("标准", 210, 106),
        line("城区", 90, 150),
        line("1036元", 210, 136),
        line("1554元", 210, 166),
        borders=borders,
    )
    assert lines_of(compose([page])) == ["区域\t标准", "城区\t1036元", "城区\t1554元"]


def test_a_table_printed_without_its_outer_borders_has_its_first_and_last_column() -> None:
    borders = [*(Border(80, y, 320, y) for y in (100, 140, 170)), Border(200, 100, 200, 170)]
    page = sheet(
        line("城市最低生活", 90, 106),
        line("保障标准", 90, 122),
        line("1036元", 210, 112),
        line("备注", 90, 150),
        line("按月", 210, 150),
        borders=borders,
    )
    assert lines_of(compose([page])) == ["城市最低生活保障标准\t1036元", "备注\t按月"]


def test_a_box_around_a_text_is_no_table() -> None:
    page = sheet(
        line("温馨提示", 90, 106), line("请提前储水。", 90, 126), borders=frame([80, 320], [100, 160])
    )
    assert lines_of(compose([page])) == ["温馨提示", "请提前储水。"]


def test_a_line_under_a_title_is_no_table() -> None:
    page = sheet(line("青山市人民政府文件", 200, 60), borders=[Border(80, 90, 500, 90)])
    assert lines_of(compose([page])) == ["青山市人民政府文件"]


def test_a_header_over_two_rows_is_made_one() -> None:
    borders = [
        *(Border(80, y, 440, y) for y in (100, 160, 190)),
        Border(200, 130, 440, 130),
        *(Border(x, 100, x, 190) for x in (80, 200, 440)),
        Border(320, 130, 320, 190),
    ]
    page = sheet(
        line("类别", 90, 120),
        line("标准", 300, 106),
        line("城区", 210, 136),
        line("县域", 330, 136),
        line("低保", 90, 166),
        line("1036元", 210, 166),
        line("845元", 330, 166),
        borders=borders,
    )
    assert lines_of(compose([page]))[-1] == "低保\t1036元\t845元"
    assert lines_of(compose([page]))[0] == "类别\t标准 城区\t标准 县域"


# --- how surely it was read ---


def test_what_is_printed_has_no_doubt_and_no_confidence() -> None:
    found = compose([sheet(line("补贴1036元。", 80, 100))])
    assert found.doubts == ()
    assert found.pages[0].confidence is None


def test_a_page_is_as_sure_as_its_characters_on_average() -> None:
    found = compose([sheet(line("甲乙", 80, 100, score=0.9), line("丙丁", 80, 130, score=0.7))])
    assert found.pages[0].confidence == 0.8


def test_a_figure_is_doubtful_sooner_than_a_word_and_as_a_whole() -> None:
    glyphs = line("补贴1036元", 80, 100, score=0.94)
    found = compose([sheet(glyphs)])
    assert [(found.text[slice(*doubt.span)], doubt.confidence) for doubt in found.doubts] == [("1036", 0.94)]


def test_neighbouring_characters_read_badly_are_one_doubt() -> None:
    glyphs = [
        *line("防", 80, 100, score=0.99),
        *line("空警", 92, 100, score=0.4),
        *line("报", 116, 100, score=0.99),
    ]
    found = compose([sheet(glyphs)])
    assert [(found.text[slice(*doubt.span)], doubt.confidence) for doubt in found.doubts] == [("空警", 0.4)]


def test_a_doubt_lies_where_it_stands_in_the_text_of_all_pages() -> None:
    pages = [
        sheet(line("第一页。", 80, 100, score=0.99)),
        sheet(line("电话8182110。", 80, 100, score=0.8), number=2),
    ]
    found = compose(pages)
    assert [found.text[slice(*doubt.span)] for doubt in found.doubts] == ["8182110"]
    assert [page.confidence for page in found.pages] == [0.99, 0.8]
