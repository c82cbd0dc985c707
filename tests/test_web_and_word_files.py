"""Pages of the web, Markdown and Word documents as people really save them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from rag.errors import BulletinError
from rag.reading.files.markup import declared_encoding, looks_like_html, read_html, read_markdown
from rag.reading.files.original import Read
from rag.reading.files.word import read_docx

FILE = Path("page.html")
BODY = "<p>自2025年7月1日起，城市低保标准由每人每月980元提高到1036元，农村低保标准由783元提高到845元。</p>"


def page(body: str) -> list[str]:
    return read_html(f"<html><body>{body}</body></html>", FILE, "utf-8").text.splitlines()


def aside(body: str) -> list[str]:
    return [one.text for one in read_html(f"<html><body>{body}</body></html>", FILE, "utf-8").aside]


# --- pages of the web ---


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p>停水<b>公告</b></p>", ["停水公告"]),
        ("<p>停水<br/>公告</p>", ["停水", "公告"]),
        ("<p>　　停水&nbsp;&nbsp;公告　</p>", ["停水 公告"]),
        ("<div>停水<p>公告</p>通知</div>", ["停水", "公告", "通知"]),
        ("<p>停水</p>\n\n\n<p> </p><p>公告</p>", ["停水", "公告"]),
        ("<ul><li>储水</li><li>关阀</li></ul>", ["储水", "关阀"]),
        ("<ol><li>储水</li><li>关阀</li></ol>", ["1. 储水", "2. 关阀"]),
        ("<ol start='x'><li>储水</li></ol>", ["1. 储水"]),
        ("<ol start='5'><li><p>储水</p><p>关阀</p></li></ol>", ["5. 储水", "关阀"]),
        ("<h1>停水公告</h1><p style='display: none'>隐藏</p>", ["停水公告"]),
        ("<p>停水</p><p hidden>隐藏</p><!-- 注释 -->", ["停水"]),
        ("<p>停水</p><script>var a=1</script><style>p{}</style>", ["停水"]),
        ("<p>x<sup>2</sup>与H<sub>2</sub>O</p>", ["x2与H2O"]),
        ("<p>低保&lt;1036元&gt;</p>", ["低保<1036元>"]),
    ],
)
def test_a_page_is_read_as_it_is_shown(html: str, lines: list[str]) -> None:
    assert page(html) == lines


def test_a_menu_is_set_aside_by_its_name_and_the_text_is_not() -> None:
    body = f"<div class='nav'>政务公开</div>{BODY * 3}<div id='footer'>版权所有</div>"
    assert len(page(body)) == 3
    assert aside(body) == ["政务公开", "版权所有"]


def test_what_is_called_a_menu_and_holds_the_text_is_none() -> None:
    assert len(page(f"<div id='print'>{BODY * 3}</div><p>页尾。</p>")) == 4


def test_a_line_of_links_is_a_menu_and_one_to_an_enclosure_is_not() -> None:
    links = "<p><a href='/1'>上一篇：通知</a></p><p><a href='/f/a.xlsx'>附件：名单</a></p>"
    assert "附件：名单" in page(BODY + links)
    assert aside(BODY + links) == ["上一篇：通知"]


def test_a_long_sentence_in_a_link_is_text() -> None:
    linked = f"<p><a href='/1'>{'为保障困难群众基本生活，' * 8}</a></p>"
    assert len(page(linked)) == 1


def test_the_head_of_a_page_says_title_date_and_source_once() -> None:
    head = (
        "<html><head><meta name='ArticleTitle' content='停水公告'><meta name='PubDate' content='2025-08-01'>"
        "<meta name='ContentSource' content=' '></head><body><h1>停水公告</h1><p>8月3日停水。</p></body></html>"
    )
    assert read_html(head, FILE, "utf-8").text.splitlines() == [
        "发布日期：2025-08-01",
        "停水公告",
        "8月3日停水。",
    ]


def test_a_page_of_menus_only_is_refused_with_what_to_do() -> None:
    with pytest.raises(BulletinError, match="Open the document it lists"):
        read_html("<html><body><div><a href='/1'>通知</a></div></body></html>", FILE, "utf-8")


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        ("<tr><td>类别</td><td>标准</td></tr><tr><td>低保</td><td></td></tr>", ["类别\t标准", "低保\t"]),
        ("<caption>表1 标准</caption><tr><td>低保</td><td>1036</td></tr>", ["表1 标准", "低保\t1036"]),
        ("<tr><td><p>城市</p><p>低保</p></td><td>1036</td></tr>", ["城市 低保\t1036"]),
        ("<tr><td rowspan=9>甲</td><td>1</td></tr><tr><td>2</td></tr>", ["甲\t1", "甲\t2"]),
        ("<tr><td colspan='0'>甲</td><td rowspan='x'>1</td></tr>", ["甲\t1"]),
        ("<tr><td>第一段。</td></tr><tr><td>第二段。</td></tr>", ["第一段。", "第二段。"]),
        ("<tr></tr><tr><td>甲</td><td>1</td></tr><tr><td></td><td></td></tr>", ["甲\t1"]),
    ],
)
def test_a_table_of_a_page_is_rows(table: str, lines: list[str]) -> None:
    assert page(f"<table>{table}</table>") == lines


def test_a_table_that_lays_out_a_page_is_read_through() -> None:
    inner = "<table><tr><td>低保</td><td>1036</td></tr></table>"
    assert page(f"<table><tr><td>左栏</td><td>{inner}</td></tr></table>") == ["左栏", "低保\t1036"]


def test_a_span_without_end_does_not_fill_the_memory() -> None:
    (row,) = page("<table><tr><td colspan='99999999'>甲</td><td>1</td></tr></table>")
    assert row.count("\t") == 200


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (b"<meta charset=gb2312>", "gb18030"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=GBK">', "gb18030"),
        (b"<META CHARSET='UTF-8'>", "utf-8"),
        (b"<meta charset=big5>", "big5"),
        (b"charset=gbk", None),
        (b"<p>" + b" " * 5000 + b"<meta charset=gbk>", None),
    ],
)
def test_the_encoding_that_a_page_declares(raw: bytes, encoding: str | None) -> None:
    assert declared_encoding(raw) == encoding


@pytest.mark.parametrize(
    ("text", "is_page"),
    [
        ("\ufeff\n<!DOCTYPE HTML PUBLIC>", True),
        ("<body>", True),
        ("<!-- a --><!-- b --><head>", True),
        ("<p>停水</p>", False),
        ("停水<html>", False),
        ("<header>", False),
    ],
)
def test_a_page_is_known_by_how_it_begins(text: str, is_page: bool) -> None:
    assert looks_like_html(text) is is_page


# --- Markdown ---


def markdown(text: str) -> list[str]:
    return read_markdown(text, Path("notice.md"), "utf-8").text.splitlines()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("# 停水公告\n\n**8月3日**停水", ["停水公告", "8月3日停水"]),
        ("第一行\n第二行", ["第一行", "第二行"]),
        ("    缩进的段落", ["缩进的段落"]),
        ("- 储水\n- 关阀", ["储水", "关阀"]),
        ("3. 储水\n4. 关阀", ["3. 储水", "4. 关阀"]),
        ("> 引文", ["引文"]),
        ("~~旧~~新", ["旧新"]),
        ("![图](a.png)文字", ["文字"]),
        ("| 甲 | 乙 |\n|---|---|\n| 1 |  |", ["甲\t乙", "1\t"]),
        ("\ufeff# 公告", ["公告"]),
        ("---\ntitle: '公告'\n---\n# 公告\n正文", ["公告", "正文"]),
        ("---\ntitle: 停水公告\n---\n正文", ["停水公告", "正文"]),
        ("---\n分隔线\n正文", ["分隔线", "正文"]),
    ],
)
def test_markdown_is_read_without_its_signs(text: str, lines: list[str]) -> None:
    assert markdown(text) == lines


# --- Word ---


def word(document: docx.document.Document) -> Read:
    out = io.BytesIO()
    document.save(out)
    return read_docx(out.getvalue(), Path("notice.docx"))


def added(document: docx.document.Document, xml: str) -> None:
    """Put an element of Word's own at the end of the body."""
    body = document.element.body
    body.insert(len(body) - 1, parse_xml(xml.replace(">", f" {nsdecls('w')}>", 1)))


@pytest.mark.parametrize(
    ("runs", "line"),
    [
        ("<w:r><w:t>停水</w:t></w:r><w:r><w:t>公告</w:t></w:r>", ["停水公告"]),
        ("<w:r><w:t>停水</w:t><w:br/><w:t>公告</w:t></w:r>", ["停水", "公告"]),
        ("<w:r><w:t>电话</w:t><w:tab/><w:t>110</w:t></w:r>", ["电话  110"]),
        ("<w:r><w:t>0539</w:t><w:noBreakHyphen/><w:t>110</w:t></w:r>", ["0539-110"]),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r><w:r><w:t>公告</w:t></w:r>", ["公告"]),
        ("<w:hyperlink><w:r><w:t>网站</w:t></w:r></w:hyperlink>", ["网站"]),
        ("<w:moveTo><w:r><w:t>移来</w:t></w:r></w:moveTo>", ["移来"]),
        ("<w:moveFrom><w:r><w:t>移走</w:t></w:r></w:moveFrom>", []),
        ("<w:sdt><w:sdtContent><w:r><w:t>控件</w:t></w:r></w:sdtContent></w:sdt>", ["控件"]),
        (
            "<w:r><w:ruby><w:rt><w:r><w:t>yí</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>沂</w:t></w:r></w:rubyBase>"
            "</w:ruby></w:r>",
            ["沂"],
        ),
        ("<w:r><w:t xml:space='preserve'>  </w:t></w:r>", []),
    ],
)
def test_the_words_of_a_paragraph_are_those_that_word_shows(runs: str, line: list[str]) -> None:
    document = docx.Document()
    added(document, f"<w:p>{runs}</w:p>")
    assert word(document).text.splitlines() == line


def test_the_words_of_a_box_stand_below_its_paragraph_once() -> None:
    document = docx.Document()
    box = "<w:txbxContent><w:p><w:r><w:t>温馨提示</w:t></w:r></w:p></w:txbxContent>"
    added(document, f"<w:p><w:r><w:t>正文</w:t></w:r><w:r><w:pict>{box}</w:pict></w:r></w:p>")
    assert word(document).text.splitlines() == ["正文", "温馨提示"]


def test_a_table_of_contents_is_set_aside() -> None:
    document = docx.Document()
    document.styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH)
    document.add_paragraph("一、标准……1", style="toc 1")
    document.add_paragraph("一、标准")
    read = word(document)
    assert read.text.splitlines() == ["一、标准"]
    assert [one.text for one in read.aside] == ["一、标准……1"]


def test_cells_over_columns_stand_in_each_and_one_over_all_stands_once() -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for at, value in enumerate(("一、救助", "", "", "低保", "1036元", "", "特困", "1554元", "按月")):
        table.cell(at // 3, at % 3).text = value
    table.cell(0, 0).merge(table.cell(0, 2))
    table.cell(1, 1).merge(table.cell(1, 2))
    assert word(document).text.splitlines() == ["一、救助\t\t", "低保\t1036元\t1036元", "特困\t1554元\t按月"]


def test_a_frame_of_one_column_is_read_as_paragraphs() -> None:
    document = docx.Document()
    table = document.add_table(rows=1, cols=1)
    table.cell(0, 0).text = "第一段。"
    table.cell(0, 0).add_paragraph("第二段。")
    assert word(document).text.splitlines() == ["第一段。", "第二段。"]


def test_labels_and_values_of_a_form_are_lines() -> None:
    document = docx.Document()
    table = document.add_table(rows=1, cols=4)
    for at, value in enumerate(("索引号：", "a/1", "发布日期：", "2025-09-01")):
        table.cell(0, at).text = value
    assert word(document).text.splitlines() == ["索引号：a/1", "发布日期：2025-09-01"]


def test_a_table_in_a_cell_does_not_add_its_rows_to_the_outer_one() -> None:
    document = docx.Document()
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "外"
    inner = table.cell(0, 1).add_table(rows=1, cols=2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "内甲", "内乙"
    assert word(document).text.splitlines() == ["外\t内甲 内乙"]


def numbered(form: str, pattern: str, *texts: str, start: int = 1) -> list[str]:
    """Paragraphs of one list, as Word prints them."""
    document = docx.Document()
    numbering = document.part.numbering_part.element
    inside = f'<w:start w:val="{start}"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{pattern}"/>'
    level = f'<w:lvl w:ilvl="0">{inside}</w:lvl>'
    numbering.insert(
        0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{level}</w:abstractNum>')
    )
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="91"><w:abstractNumId w:val="90"/></w:num>'))
    for text in texts:
        document.add_paragraph(text)._p.get_or_add_pPr().append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="91"/></w:numPr>')
        )
    return word(document).text.splitlines()


@pytest.mark.parametrize(
    ("form", "pattern", "lines"),
    [
        ("chineseCountingThousand", "第%1条", ["第一条 甲", "第二条 乙"]),
        ("chineseCounting", "（%1）", ["（一）甲", "（二）乙"]),
        ("decimalEnclosedCircle", "%1", ["① 甲", "② 乙"]),
        ("bullet", "●", ["甲", "乙"]),
        ("none", "", ["甲", "乙"]),
    ],
)
def test_numbers_are_printed_in_the_form_of_their_list(form: str, pattern: str, lines: list[str]) -> None:
    assert numbered(form, pattern, "甲", "乙") == lines


def test_a_list_may_begin_with_another_number_and_an_empty_paragraph_counts() -> None:
    assert numbered("decimal", "%1.", "甲", "", "乙", start=5) == ["5. 甲", "7. 乙"]


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.reading.files.word._LARGEST", 10)
    with pytest.raises(BulletinError, match="Take its pictures out"):
        word(docx.Document())


def test_a_part_that_is_broken_inside_is_refused() -> None:
    document = docx.Document()
    document.add_paragraph("停水公告")
    whole, broken = io.BytesIO(), io.BytesIO()
    document.save(whole)
    with zipfile.ZipFile(whole) as packed, zipfile.ZipFile(broken, "w") as out:
        for name in packed.namelist():
            body = packed.read(name)
            out.writestr(name, body[: len(body) // 2] if name == "word/document.xml" else body)
    with pytest.raises(BulletinError, match="the document is damaged"):
        read_docx(broken.getvalue(), Path("notice.docx"))
