"""Files as they come: what is read of each kind, in which order, and what is refused with which advice."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from rag.errors import BulletinError
from rag.reading.corpus import read_bulletin
from rag.reading.files.original import Read
from rag.reading.files.read import read_file
from tests.papers import Sheet, ofd, pdf

NOTICE = (
    "青山市人民政府关于提高城乡低保标准的通知\n青政发〔2025〕18号\n"
    "各县（市、区）人民政府：\n自2025年7月1日起，城市低保标准由每人每月980元提高到1036元。\n"
)
TRADITIONAL = "臺北市政府關於提高生活補助標準的公告\n自民國114年7月1日起，每人每月發給新臺幣8,836元。\n"
LONG = "为保障困难群众基本生活，根据社会救助暂行办法和省民政厅有关规定，经市政府同意，现将有关事项通知如下，请执行。"

Reader = Callable[[str, bytes], Read]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    def make(name: str, raw: bytes) -> Read:
        path = tmp_path / name
        path.write_bytes(raw)
        return read_file(path)

    return make


# --- plain text ---


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (NOTICE, "utf-8"),
        (NOTICE, "gb18030"),
        (NOTICE, "gb2312"),
        (NOTICE, "utf-16"),
        (NOTICE, "utf-16-le"),
        (NOTICE, "utf-16-be"),
        (NOTICE, "utf-32"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "utf-8"),
        ("防空警报试鸣", "gb18030"),
        ("防空警報試鳴通知", "big5"),
    ],
)
def test_text_of_any_encoding_is_read_to_the_letter(read: Reader, text: str, encoding: str) -> None:
    found = read("notice.txt", text.encode(encoding))
    assert found.text == text
    assert found.kind == "txt"
    assert bool(found.warnings) == (encoding != "utf-8")


def test_a_broken_byte_is_not_taken_for_another_encoding(read: Reader) -> None:
    raw = NOTICE.encode()
    with pytest.raises(BulletinError, match="line 2"):
        read("notice.txt", raw.replace("青政发".encode(), b"\xff\xff\xfe\xfe\xff"))


def test_json_is_read_value_by_value_and_cited_in_place(tmp_path: Path) -> None:
    path = tmp_path / "bicycles.txt"
    said = {
        "title": "永安市公共自行车使用须知",
        "pubDate": "2025-04-02",
        "content": "一、收费\n前60分钟免费。\n二、丢失\n每辆赔偿800元。",
    }
    path.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    found = read_bulletin(path)
    lines = [line.text for body in found.bodies for line in body.lines]
    assert lines == ["永安市公共自行车使用须知", "一、收费", "前60分钟免费。", "二、丢失", "每辆赔偿800元。"]
    assert found.documents[0].title == "永安市公共自行车使用须知"
    assert all(found.text[line.start : line.end] == line.text for body in found.bodies for line in body.lines)


def test_json_of_escapes_is_written_out(read: Reader) -> None:
    found = read("notice.json", json.dumps({"title": "停水公告"}).encode())
    assert "停水公告" in found.text


# --- pages of the web ---

PAGE = """<html><head><meta charset="{charset}"><title>x</title><meta name="PubDate" content="2025-06-20">
<script>var menu = "不是正文";</script></head><body>
<div class="header nav"><a href="/">首页</a><a href="/zw">政务公开</a></div>
<ul><li><a href="/a">关于我们</a></li></ul>
<div class="content"><h1>青山市人民政府关于提高城乡低保标准的通知</h1>
<p>各县（市、区）人民政府：</p><p>　　自2025年7月1日起，<b>城市低保</b>标准<br>提高到1036元。</p>
<ol start="3"><li>城市特困1554元</li><li><p>农村特困1268元</p></li></ol>
<table><tr><th>区域</th><th>类别</th><th>标准</th></tr>
<tr><td rowspan="2">城区</td><td>低保</td><td>1036元</td></tr><tr><td>特困</td><td>1554元</td></tr>
<tr><td colspan="3">县域</td></tr></table>
<p><a href="/file/1.docx">附件：申请表.docx</a></p></div>
<div id="footer">版权所有 青山市人民政府 京ICP备0001号</div></body></html>"""


@pytest.mark.parametrize(("charset", "encoding"), [("gb2312", "gb18030"), ("utf-8", "utf-8")])
def test_of_a_page_the_words_stay_and_the_menus_go(read: Reader, charset: str, encoding: str) -> None:
    found = read("page.html", PAGE.format(charset=charset).encode(encoding))
    assert found.text.splitlines() == [
        "发布日期：2025-06-20",
        "青山市人民政府关于提高城乡低保标准的通知",
        "各县（市、区）人民政府：",
        "自2025年7月1日起，城市低保标准",
        "提高到1036元。",
        "3. 城市特困1554元",
        "4. 农村特困1268元",
        "区域\t类别\t标准",
        "城区\t低保\t1036元",
        "城区\t特困\t1554元",
        "县域\t\t",
        "附件：申请表.docx",
    ]
    assert {"首页政务公开", "关于我们", "版权所有 青山市人民政府 京ICP备0001号"} <= {
        one.text for one in found.aside
    }


def test_labels_and_values_in_a_table_of_the_page_are_lines(read: Reader) -> None:
    raw = "<table><tr><td>索引号：</td><td>a/1</td><td>发文机关：</td><td>青山市</td></tr></table><p>正文若干。</p>"
    assert read("page.htm", raw.encode()).text.splitlines()[:2] == ["索引号：a/1", "发文机关：青山市"]


def test_a_header_over_two_rows_is_one(read: Reader) -> None:
    raw = (
        "<table><tr><th rowspan=2>类别</th><th colspan=2>标准</th></tr><tr><th>城区</th><th>县域</th></tr>"
        "<tr><td>低保</td><td>1036元</td><td>845元</td></tr></table>"
    )
    assert read("page.html", raw.encode()).text.splitlines() == [
        "类别\t标准 城区\t标准 县域",
        "低保\t1036元\t845元",
    ]


def test_a_page_of_links_is_refused(read: Reader) -> None:
    with pytest.raises(BulletinError, match="links"):
        read("list.html", "<html><body><ul><li><a href='/1'>通知一</a></li></ul></body></html>".encode())


def test_markdown_is_read_as_it_is_meant(read: Reader) -> None:
    raw = (
        "---\ntitle: 停水公告\ndate: 2025-08-01\n---\n# 停水公告\n\n    自**8月3日**起停水，详见[网站](http://x)。\n"
        "第二行。\n\n| 小区 | 时间 |\n|---|---|\n| 明湖苑 | 8时 |\n\n1. 储水\n2. 关阀\n"
    )
    assert read("notice.md", raw.encode()).text.splitlines() == [
        "发布日期：2025-08-01",
        "停水公告",
        "自8月3日起停水，详见网站。",
        "第二行。",
        "小区\t时间",
        "明湖苑\t8时",
        "1. 储水",
        "2. 关阀",
    ]


# --- Word ---


def word(document: docx.document.Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_word_gives_paragraphs_and_tables_in_order(read: Reader) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "青山市公报"
    document.add_paragraph("青山市民政局关于调整标准的通知")
    table = document.add_table(rows=3, cols=3)
    for row, values in enumerate(
        [("区域", "类别", "标准"), ("城区", "低保", "1036元"), ("", "特困", "1554元")]
    ):
        for column, value in enumerate(values):
            table.cell(row, column).text = value
    table.cell(1, 0).merge(table.cell(2, 0))
    document.add_paragraph("本通知自印发之日起施行。")
    found = read("notice.docx", word(document))
    assert found.text.splitlines() == [
        "青山市民政局关于调整标准的通知",
        "区域\t类别\t标准",
        "城区\t低保\t1036元",
        "城区\t特困\t1554元",
        "本通知自印发之日起施行。",
    ]
    assert [one.text for one in found.aside] == ["青山市公报"]


def test_the_numbers_that_word_prints_are_in_the_text(read: Reader) -> None:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    numbering.insert(
        0,
        parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">'
            '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>'
            '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl>'
            "</w:abstractNum>"
        ),
    )
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="91"><w:abstractNumId w:val="90"/></w:num>'))
    for text, level in (
        ("申请条件", 0),
        ("本市户籍", 1),
        ("收入低于标准", 1),
        ("申请材料", 0),
        ("身份证", 1),
    ):
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        properties.append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="91"/></w:numPr>')
        )
    found = read("guide.docx", word(document))
    assert found.text.splitlines() == [
        "一、申请条件",
        "1. 本市户籍",
        "2. 收入低于标准",
        "二、申请材料",
        "1. 身份证",
    ]


def test_what_was_deleted_in_word_is_left_out_and_what_was_inserted_stays(read: Reader) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("标准为")._p
    for kind, tag, words in (("del", "delText", "980元"), ("ins", "t", "1036元")):
        paragraph.append(
            parse_xml(f'<w:{kind} {nsdecls("w")} w:id="1"><w:r><w:{tag}>{words}</w:{tag}></w:r></w:{kind}>')
        )
    assert paragraph.find(qn("w:del")) is not None
    assert read("draft.docx", word(document)).text == "标准为1036元\n"


# --- PDF ---


def written(sheet: Sheet, x: float, y: float, text: str, width: int) -> float:
    """Print a paragraph as it is set in Chinese, its first line indented by two characters; where it ends."""
    first = text[: width - 2]
    sheet.write(x + 24, y, first)
    for at in range(width - 2, len(text), width):
        y += 18
        sheet.write(x, y, text[at : at + width])
    return y + 18


def test_a_pdf_gives_whole_paragraphs_over_the_end_of_a_page(read: Reader) -> None:
    one, two = Sheet(), Sheet()
    for number, sheet in enumerate((one, two), start=1):
        sheet.write(220, 40, "青山市人民政府公报").write(280, 800, f"— {number} —")
    one.write(160, 100, "青山市人民政府关于提高城乡低保标准的通知", 16)
    y = written(one, 80, 140, "一、" + LONG, 30)
    assert y < 240
    one.write(104, 700, LONG[:28])
    two.write(80, 100, LONG[28:])
    two.write(104, 130, "二、自2025年7月1日起施行。")
    found = read("notice.pdf", pdf(one, two))
    assert found.text.splitlines() == [
        "青山市人民政府关于提高城乡低保标准的通知",
        "一、" + LONG,
        LONG,
        "二、自2025年7月1日起施行。",
    ]
    assert [page.number for page in found.pages] == [1, 2]
    assert found.text[found.pages[1].start :].startswith(LONG[28:])
    assert {one.text.replace(" ", "") for one in found.aside} == {"青山市人民政府公报", "—1—", "—2—"}


def test_what_a_browser_prints_around_a_page_of_the_web_is_set_aside(read: Reader) -> None:
    sheet = Sheet().write(24, 14, "2026/3/2 09:58", 8).write(250, 14, "停水公告_青山市人民政府", 8)
    sheet.write(80, 100, "停水公告").write(104, 130, "因管道维修，3月5日8时起停水。")
    sheet.write(24, 820, "https://www.example.gov.cn/art/2026/3/1/art_12_34.html", 8).write(
        550, 820, "1/1", 8
    )
    found = read("printed.pdf", pdf(sheet))
    assert found.text.splitlines() == ["停水公告", "因管道维修，3月5日8时起停水。"]
    assert len(found.aside) == 4


def test_two_columns_are_read_one_after_the_other(read: Reader) -> None:
    sheet = Sheet().write(160, 100, "青山市人民政府关于提高城乡低保标准的通知", 16)
    for column, mark in enumerate(("一、", "二、")):
        y = 140.0
        for part in (mark, "其中，"):
            y = written(sheet, 60 + 250 * column, y, part + LONG, 18)
    found = read("columns.pdf", pdf(sheet))
    assert found.text.splitlines()[1:] == ["一、" + LONG, "其中，" + LONG, "二、" + LONG, "其中，" + LONG]


def test_columns_are_seen_where_the_text_ends_in_them(read: Reader) -> None:
    sheet = Sheet()
    y = written(sheet, 60, 80, "一、" + LONG, 18)
    written(sheet, 60, y, "二、" + LONG, 18)
    sheet.write(310, 80, "三、本通知自印发之日起施行。")
    assert read("end.pdf", pdf(sheet)).text.splitlines() == [
        "一、" + LONG,
        "二、" + LONG,
        "三、本通知自印发之日起施行。",
    ]


def test_words_set_below_each_other_are_the_rows_of_a_table(read: Reader) -> None:
    sheet = Sheet().write(80, 60, "值班安排如下。")
    rows = [
        ("姓名", "职务", "电话"),
        ("王大山", "主任", "0539-8123456"),
        ("李小河", "副主任", "0539-8123457"),
    ]
    for at, row in enumerate(rows):
        for place, words in enumerate(row):
            sheet.write(80 + 130 * place, 90 + 20 * at, words)
    assert read("duty.pdf", pdf(sheet)).text.splitlines()[1:] == ["\t".join(row) for row in rows]


def test_a_table_of_a_pdf_is_read_row_by_row_its_merged_cells_in_each(read: Reader) -> None:
    rows: list[list[str | None]] = [
        ["区域", "类别", "标准"],
        ["城区", "低保", "1036元"],
        [None, "特困", "1554元"],
    ]
    sheet = Sheet().write(80, 80, "各县标准如下。").table(80, 120, (100, 100, 100), rows)
    sheet.write(80, 260, "以上标准按月发放。")
    assert read("table.pdf", pdf(sheet)).text.splitlines() == [
        "各县标准如下。",
        "区域\t类别\t标准",
        "城区\t低保\t1036元",
        "城区\t特困\t1554元",
        "以上标准按月发放。",
    ]


def test_a_form_of_a_pdf_is_a_line_a_field(read: Reader) -> None:
    sheet = Sheet().write(150, 100, "青山市养犬登记办事指南", 16)
    rows: list[list[str | None]] = [
        ["受理条件", "年满18周岁"],
        ["申请材料", "身份证"],
        [None, "免疫证明"],
        ["收费标准", "每只300元"],
    ]
    sheet.table(80, 150, [120, 300], rows)
    assert read("guide.pdf", pdf(sheet)).text.splitlines() == [
        "青山市养犬登记办事指南",
        "受理条件：年满18周岁",
        "申请材料：身份证；免疫证明",
        "收费标准：每只300元",
    ]


def test_an_ofd_is_read_line_by_line(read: Reader) -> None:
    lines = [
        (60.0, 30.0, "停水公告"),
        (30.0, 45.0, "因管道维修，8月3日8时停水。"),
        (30.0, 60.0, "请居民提前储水。"),
    ]
    found = read("notice.ofd", ofd(lines))
    assert found.text.splitlines() == [text for _, _, text in lines]
    assert found.pages[0].number == 1


def test_the_pages_of_an_ofd_are_read_in_order_and_its_seal_is_no_text(read: Reader) -> None:
    first = [(30.0, 60.0, "一、停水时间：8月3日8时。"), (60.0, 30.0, "停水公告")]
    second = [(30.0, 40.0, "二、停水范围：东城。"), (120.0, 60.0, "青山市水务局")]
    seal = {"Doc_0/Signs/Signatures.xml": "<Signatures>电子印章</Signatures>"}
    found = read("sealed.ofd", ofd(first, second, **seal))
    lines = [line.strip() for line in found.text.splitlines() if line.strip()]
    assert lines == ["停水公告", "一、停水时间：8月3日8时。", "二、停水范围：东城。", "青山市水务局"]
    assert [page.number for page in found.pages] == [1, 2]


def test_an_encrypted_ofd_and_one_without_a_page_are_refused(read: Reader) -> None:
    page = [(30.0, 60.0, "停水公告")]
    with pytest.raises(BulletinError, match="encrypted"):
        read("locked.ofd", ofd(page, **{"Encryptions.xml": "<Encryptions/>"}))
    torn = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ofd(page, page))) as whole, zipfile.ZipFile(torn, "w") as packed:
        for part in whole.namelist():
            if "Page_1" not in part:
                packed.writestr(part, whole.read(part))
    with pytest.raises(BulletinError, match="of 2 pages there is nothing of 2"):
        read("torn.ofd", torn.getvalue())


# --- recognition ---


def picture() -> bytes:
    image = pytest.importorskip("PIL.Image")
    from PIL import ImageDraw, ImageFont

    page = image.new("L", (1240, 500), 255)
    draw = ImageDraw.Draw(page)
    draw.text((100, 100), "Water off 2025-08-03 08:30", font=ImageFont.load_default(48), fill=0)
    draw.text((100, 240), "Hotline 0539-8123456", font=ImageFont.load_default(48), fill=0)
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def test_a_picture_is_recognised_and_says_how_surely(read: Reader) -> None:
    pytest.importorskip("rapidocr")
    found = read("scan.png", picture())
    assert "2025-08-03" in found.text
    assert "0539-8123456" in found.text
    assert found.recognised
    assert found.pages[0].confidence is not None
    assert found.pages[0].confidence > 0.8


def test_without_the_extra_a_picture_says_what_to_install(
    read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.reading.files import ocr

    monkeypatch.setitem(__import__("sys").modules, "rapidocr", None)
    ocr._engine.cache_clear()
    with pytest.raises(BulletinError, match="make ocr"):
        read("scan.png", picture())


# --- what is refused ---


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "raw", "says"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.docx", b" \n", "empty"),
        ("broken.pdf", b"%PDF-1.4 nothing more", "damaged"),
        ("broken.docx", b"PK\x03\x04 nothing more", "damaged"),
        ("part.docx", zipped("word/document.xml"), "damaged"),
        ("broken.ofd", zipped("OFD.xml"), "OFD"),
        ("broken.png", b"\x89PNG\r\n\x1a\nnothing", "damaged"),
        ("table.xlsx", zipped("xl/workbook.xml"), "spreadsheet"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "before 2007"),
        ("locked.docx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("rich.rtf", b"{\\rtf1 text}", "RTF"),
        ("words.txt", "……——\n".encode(), "no words"),
        ("noise.txt", bytes(range(128, 256)) * 20, "neither UTF-8"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(
    read: Reader, name: str, raw: bytes, says: str
) -> None:
    with pytest.raises(BulletinError, match=says) as caught:
        read(name, raw)
    assert name in str(caught.value)


def test_an_encrypted_pdf_is_refused(read: Reader) -> None:
    raw = pdf(Sheet().write(80, 80, "通知"))
    locked = (
        b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >> "
        b"/ID [<00> <00>] /Root"
    )
    with pytest.raises(BulletinError, match="password"):
        read("locked.pdf", raw.replace(b"/Root", locked))


def test_a_file_too_large_is_refused_before_it_is_read(read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.reading.files.read.LARGEST_TEXT", 0)
    with pytest.raises(BulletinError, match="Cut it into parts"):
        read("notice.txt", NOTICE.encode())
