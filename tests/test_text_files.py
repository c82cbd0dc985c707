"""Plain text, JSON and the records of originals: encodings told by their bytes, pages found by places."""

from __future__ import annotations

import codecs
import hashlib
import json
from pathlib import Path

import pytest

from rag.errors import BulletinError
from rag.reading.files.ocr import _borders, pictures
from rag.reading.files.original import Doubt, Original, Page, Read, percent
from rag.reading.files.pdf import _named
from rag.reading.files.plain import decode, escaped, unescaped
from rag.reading.files.read import read_file
from rag.reading.files.shelf import Prepared, digest_of, file_of, find, keep, prepare

FILE = Path("notice.txt")
NOTICE = "青山市人民政府关于提高城乡低保标准的通知\r\n自2025年7月1日起，提高到1036元。"
LONG = "为保障困难群众基本生活，根据社会救助暂行办法，经市政府同意，现将有关事项通知如下。" * 900


# --- encodings ---


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_mark_says_the_encoding_and_is_no_text(mark: bytes, encoding: str) -> None:
    found = decode(mark + NOTICE.encode(encoding), FILE)
    assert (found.text, found.encoding) == (NOTICE, encoding)


def test_the_mark_of_utf_8_stays_so_that_places_are_those_of_the_file() -> None:
    found = decode(codecs.BOM_UTF8 + NOTICE.encode(), FILE)
    assert found.text == "\ufeff" + NOTICE
    assert found.encoding == "utf-8"


def test_the_ends_of_lines_stay_as_they_came() -> None:
    assert decode("甲\r\n乙\r丙\n丁".encode(), FILE).text == "甲\r\n乙\r丙\n丁"


def test_ascii_is_utf_8() -> None:
    assert decode(b"Notice 2025", FILE).encoding == "utf-8"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16-le", "utf-16-be"])
def test_a_long_text_is_told_by_its_beginning_and_read_to_its_end(encoding: str) -> None:
    found = decode(LONG.encode(encoding), FILE)
    assert (found.text, found.encoding) == (LONG, encoding)


def test_a_rare_character_of_four_bytes_is_read() -> None:
    text = "经办人㐱䶮㛃，青山市人民政府办公室关于做好防汛工作的通知。"
    assert decode(text.encode("gb18030"), FILE).text == text


def test_a_text_that_breaks_beyond_its_beginning_says_where() -> None:
    raw = LONG.encode() + "\n第二行\n".encode() + b"\xff\xfe\xfd"
    with pytest.raises(BulletinError, match="line 3"):
        decode(raw, FILE)


def test_a_zero_byte_is_named_with_its_line() -> None:
    with pytest.raises(BulletinError, match="line 2: found a zero byte"):
        decode(b"Notice\nof\0water\n", FILE)


def test_latin_letters_of_another_encoding_are_not_taken_for_chinese() -> None:
    with pytest.raises(BulletinError, match="Save the file as UTF-8"):
        decode("Überführung für Bürger; déjà vu à l'Élysée".encode("latin-1"), FILE)


# --- JSON ---


@pytest.mark.parametrize(
    ("text", "is_escaped"),
    [
        (r'{"title": "\u505c\u6c34"}', True),
        ('\ufeff ["\\u505c"]', True),
        ('{"title": "停水"}', False),
        (r"路径 \u505c", False),
        ("", False),
    ],
)
def test_json_of_escapes_is_told_from_json_and_from_text(text: str, is_escaped: bool) -> None:
    assert escaped(text) is is_escaped


def test_escapes_are_written_out_and_the_values_stay() -> None:
    said = {"title": "停水公告", "count": 3, "body": "第一行\n第二行"}
    assert json.loads(unescaped("\ufeff" + json.dumps(said), FILE)) == said
    assert "停水公告" in unescaped(json.dumps(said), FILE)


def test_broken_json_is_refused_by_its_name() -> None:
    with pytest.raises(BulletinError, match=r"notice\.txt: expected JSON"):
        unescaped(r'{"title": "\u505c', FILE)


# --- what is known of an original ---


def original(**changes: object) -> Original:
    record = {
        "file": "notice.pdf",
        "kind": "pdf",
        "digest": "0" * 16,
        "pages": (Page(1, 0, 0.9), Page(2, 10, 0.8), Page(4, 10), Page(5, 25)),
        "doubts": (Doubt((3, 7), 0.5), Doubt((12, 14), 0.4)),
    }
    return Original(**{**record, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(("place", "page"), [(0, 1), (9, 1), (10, 4), (24, 4), (25, 5), (900, 5)])
def test_a_place_of_the_text_is_on_a_page_of_the_original(place: int, page: int) -> None:
    found = original().page_of(place)
    assert found is not None
    assert found.number == page


def test_an_original_without_pages_has_none_for_any_place() -> None:
    assert original(pages=()).page_of(3) is None


@pytest.mark.parametrize(
    ("spans", "doubts"), [([(0, 3)], 0), ([(6, 8)], 1), ([(0, 5), (13, 20)], 2), ([(7, 12)], 0), ([], 0)]
)
def test_the_doubts_inside_a_quote_are_those_that_share_a_character_with_it(
    spans: list[tuple[int, int]], doubts: int
) -> None:
    assert len(original().doubts_in(spans)) == doubts


def test_how_surely_an_original_was_read_is_that_of_its_recognised_pages() -> None:
    assert original().sure == pytest.approx(0.85)
    assert original().sure_in_words == "85.0%"
    assert original(pages=(Page(1, 0),)).sure is None
    assert original(pages=()).sure_in_words == ""


def test_nothing_recognised_is_certain() -> None:
    assert percent(1.0) == "99.9%"
    assert percent(0.0) == "0.0%"


def test_a_file_is_recognised_where_one_of_its_pages_was() -> None:
    assert Read("甲", "pdf", pages=(Page(1, 0), Page(2, 1, 0.9))).recognised
    assert not Read("甲", "pdf", pages=(Page(1, 0),)).recognised


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ([3], "page 3"),
        ([1, 2], "pages 1–2"),
        ([1, 2, 3, 7, 9, 10], "pages 1–3, 7, 9–10"),
        ([2, 4], "pages 2, 4"),
    ],
)
def test_pages_are_named_in_runs(pages: list[int], said: str) -> None:
    assert _named(pages) == said


# --- the shelf of originals ---


def test_a_text_of_utf_8_is_its_own_original(tmp_path: Path) -> None:
    file = tmp_path / "notice.txt"
    file.write_bytes(NOTICE.encode())
    made = prepare(file, tmp_path)
    assert (made.name, made.text, made.original, made.warnings) == ("notice.txt", file, None, ())


def test_of_another_file_the_text_is_written_and_the_file_kept_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "通知.txt"
    file.write_bytes(NOTICE.encode("gb18030"))
    work = tmp_path / "work"
    work.mkdir()
    made = prepare(file, work)
    assert made.text.read_bytes() == NOTICE.encode()
    assert any("GB18030" in warning for warning in made.warnings)
    keep(tmp_path / "originals", made, file)
    found = find(tmp_path / "originals", NOTICE.encode())
    assert found == made.original
    assert found is not None
    kept = file_of(tmp_path / "originals", found)
    assert kept is not None
    assert kept.read_bytes() == NOTICE.encode("gb18030")


def shelved(tmp_path: Path) -> Prepared:
    """What was made of the notice in another encoding, its original kept in `originals`."""
    file = tmp_path / "notice.txt"
    file.write_bytes(NOTICE.encode("utf-16"))
    work = tmp_path / "work"
    work.mkdir()
    made = prepare(file, work)
    keep(tmp_path / "originals", made, file)
    return made


def test_a_text_changed_by_hand_has_no_original(tmp_path: Path) -> None:
    shelved(tmp_path)
    assert find(tmp_path / "originals", (NOTICE + "。").encode()) is None


def test_the_same_text_of_another_file_takes_the_place_of_the_first(tmp_path: Path) -> None:
    folder, work = tmp_path / "originals", tmp_path / "work"
    work.mkdir()
    for name, encoding in (("one.txt", "gb18030"), ("two.txt", "utf-16")):
        file = tmp_path / name
        file.write_bytes(NOTICE.encode(encoding))
        keep(folder, prepare(file, work), file)
    found = find(folder, NOTICE.encode())
    assert found is not None
    assert found.file == "two.txt"
    assert [place.name for place in folder.iterdir()] == [digest_of(NOTICE.encode())]


def test_a_damaged_record_and_a_file_taken_away_are_no_original(tmp_path: Path) -> None:
    made = shelved(tmp_path)
    assert made.original is not None
    kept = file_of(tmp_path / "originals", made.original)
    assert kept is not None
    kept.unlink()
    assert file_of(tmp_path / "originals", made.original) is None
    (kept.parent / "original.json").write_text("{", encoding="utf-8")
    assert find(tmp_path / "originals", NOTICE.encode()) is None


def test_an_original_is_found_by_the_digest_of_its_text() -> None:
    assert digest_of(b"a") == hashlib.sha256(b"a").hexdigest()[:16]
    assert digest_of(b"a") != digest_of(b"b")


# --- what is told by content, not by name ---


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("page.txt", "<!DOCTYPE html><html><body><p>停水公告正文。</p></body></html>", "html"),
        (
            "page.txt",
            '<?xml version="1.0"?>\n<!-- x --><html><body><p>停水公告正文。</p></body></html>',
            "html",
        ),
        ("notice.txt", "公告<br>停水", "txt"),
        ("notice", "停水公告", "txt"),
        ("notice.MD", "# 停水公告\n\n正文。", "md"),
        ("notice.txt", r'{"title": "\u505c\u6c34"}', "json"),
        ("notice.txt", '{"title": "停水"}', "txt"),
    ],
)
def test_a_file_is_what_it_holds(tmp_path: Path, name: str, text: str, kind: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    assert read_file(file).kind == kind


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(BulletinError, match="cannot be read"):
            read_file(path)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"Rar!\x1a\x07", "RAR"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"MIME-Version: 1.0\r\n", "MHTML"),
    ],
)
def test_an_archive_is_named_with_what_to_do(tmp_path: Path, raw: bytes, found: str) -> None:
    file = tmp_path / "file.txt"
    file.write_bytes(raw)
    with pytest.raises(BulletinError, match=found) as caught:
        read_file(file)
    assert "expected one of .txt" in str(caught.value)


# --- pictures of pages, before they are recognised ---


def test_every_frame_of_a_scan_is_a_page_set_upright(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    pages = [image.new("L", (200, 300), 255), image.new("L", (300, 200), 255)]
    file = tmp_path / "scan.tif"
    pages[0].save(file, save_all=True, append_images=pages[1:])
    read = list(pictures(file.read_bytes(), file))
    assert [page.size for page, _ in read] == [(200, 300), (300, 200)]
    assert all(dots == pytest.approx(300 / 11.7) for _, dots in read)


def test_a_photograph_taken_sideways_is_turned(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    page = image.new("RGB", (300, 200), "white")
    exif = page.getexif()
    exif[0x0112] = 6  # the camera was turned by a quarter
    file = tmp_path / "photo.jpg"
    page.save(file, exif=exif)
    ((turned, _),) = list(pictures(file.read_bytes(), file))
    assert turned.size == (200, 300)


def test_a_picture_larger_than_a_page_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = pytest.importorskip("PIL.Image")
    file = tmp_path / "scan.png"
    image.new("L", (200, 300)).save(file)
    monkeypatch.setattr("rag.reading.files.ocr._LARGEST", 1000)
    with pytest.raises(BulletinError, match="200 × 300 dots"):
        list(pictures(file.read_bytes(), file))


def test_the_borders_of_a_table_are_found_in_a_picture_and_letters_are_none() -> None:
    pytest.importorskip("cv2")
    image = pytest.importorskip("PIL.Image")
    from PIL import ImageDraw

    numpy = pytest.importorskip("numpy")
    page = image.new("RGB", (600, 400), "white")
    draw = ImageDraw.Draw(page)
    for y in (100, 200, 300):
        draw.line((50, y, 550, y), fill="black", width=3)
    for x in (50, 300, 550):
        draw.line((x, 100, x, 300), fill="black", width=3)
    draw.text((100, 140), "Water", fill="black")
    draw.rectangle((400, 320, 440, 360), fill="black")  # a stamp
    found = list(_borders(numpy.asarray(page), 0.5))
    level = sorted(round(border.top) for border in found if not border.upright)
    upright = sorted(round(border.x0) for border in found if border.upright)
    assert [round(top / 10) * 10 for top in level] == [50, 100, 150]
    assert [round(x / 25) * 25 for x in upright] == [25, 150, 275]
