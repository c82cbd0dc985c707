"""The documents of the bulletins: where they begin and end, what they are called, when they hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path

import pytest

from rag.corpus import Bulletin, Document, read_bulletin
from rag.dates import add_years, find_date, han_number, whole_date
from rag.errors import BulletinError
from rag.lines import doc_number, mark_of
from rag.settings import Settings

BULLETINS = Settings().bulletins
EXPECTED = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "documents.jsonl").read_text(encoding="utf-8").splitlines()
]
NAMES = sorted({expected["source"] for expected in EXPECTED})


@cache
def bulletin(name: str) -> Bulletin:
    return read_bulletin(BULLETINS / name)


def document(number: str) -> Document:
    return next(d for name in NAMES for d in bulletin(name).documents if d.number == number)


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str | bytes], Bulletin]:
    """Read a bulletin made on the spot."""

    def reader(text: str | bytes) -> Bulletin:
        path = tmp_path / "made.txt"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_bulletin(path)

    return reader


# --- the collection, checked by eye ---


@pytest.mark.parametrize("name", NAMES)
def test_every_document_is_found_as_it_was_read_by_eye(name: str) -> None:
    fields = EXPECTED[0].keys()
    found = [
        {key: list(value) if isinstance(value := asdict(d)[key], tuple) else value for key in fields}
        for d in bulletin(name).documents
    ]
    assert found == [expected for expected in EXPECTED if expected["source"] == name]


@pytest.mark.parametrize("name", NAMES)
def test_documents_follow_each_other_without_overlap(name: str) -> None:
    read = bulletin(name)
    ends = [0, *(d.span[1] for d in read.documents)]
    assert all(end <= d.span[0] < d.span[1] for end, d in zip(ends, read.documents, strict=False))
    assert len({d.id for d in read.documents}) == len(read.documents)
    assert all(read.text.count("\n", 0, d.span[0]) + 1 == d.start_line for d in read.documents)


def test_the_issuer_and_not_the_prefix_tells_the_district() -> None:
    assert document("临政办字〔2018〕112号").jurisdiction == "临淄区"
    assert document("临政办字〔2025〕27号").jurisdiction == "临沂市"
    assert document("义政发〔2022〕30号").jurisdiction == "临沂市兰山区义堂镇"
    assert document("兰人社发〔2022〕10号").jurisdiction == "临沂市兰山区"


def test_what_a_title_implies_is_kept_apart_from_what_is_stated() -> None:
    trial = document("临兰政办发〔2021〕25号")
    assert (trial.valid_until, trial.implied_until) == (None, "2023-11-19")
    assert trial.implied_reason
    assert "试行" in trial.implied_reason
    stated = document("临兰政办发〔2022〕8号")  # 暂行, but a later article states the day
    assert (stated.valid_from, stated.valid_until, stated.implied_until) == ("2024-07-31", "2029-07-30", None)
    assert stated.amended_by == "临兰政办字〔2024〕19号"


def test_a_number_quoted_inside_a_sentence_opens_no_document(read: Callable[[str | bytes], Bulletin]) -> None:
    text = (
        "甲县人民政府\n关于停水的通知\n甲政发〔2024〕1号\n各镇:\n"
        "根据《关于供水的通知》(\n甲政发〔2020〕9号\n)要求,明日停水。\n"
    )
    assert [d.number for d in read(text).documents] == ["甲政发〔2024〕1号"]


# --- other files ---

NOTICE = (
    "甲县人民政府办公室\n关于印发《甲县节约用水\n办法》的通知\n（甲政办字［２０２４］ 7 号）\n"
    "各镇人民政府：\n"
    "现将《甲县节约用水办法》印发给你们。\n甲县人民政府办公室\n二〇二四年三月五日\n（此件公开发布）\n甲县节约用水办法\n"
    "第一条 为节约用水，制定本办法。\n第二条 本办法自2024年5月1日起施行，有效期３年。\n"
)


def test_full_width_forms_and_han_dates_are_read(read: Callable[[str | bytes], Bulletin]) -> None:
    (found,) = read(NOTICE).documents
    assert found.title == "甲县人民政府办公室关于印发《甲县节约用水办法》的通知"
    assert (found.number, found.kind, found.jurisdiction) == ("甲政办字〔2024〕7号", "通知", "甲县")
    assert (found.signed_on, found.valid_from, found.valid_until) == (
        "2024-03-05",
        "2024-05-01",
        "2027-04-30",
    )


@pytest.mark.parametrize("change", [lambda t: t.replace("\n", "\r\n"), lambda t: "\ufeff" + t])
def test_line_ends_and_a_byte_order_mark_change_nothing(
    read: Callable[[str | bytes], Bulletin], change: Callable[[str], str]
) -> None:
    plain, changed = read(NOTICE), read(change(NOTICE))
    assert [(d.title, d.number, d.start_line, d.end_line) for d in changed.documents] == [
        (d.title, d.number, d.start_line, d.end_line) for d in plain.documents
    ]
    assert changed.text == change(NOTICE)  # every code point of the file keeps its place


def test_gb18030_is_read_and_said_so(read: Callable[[str | bytes], Bulletin]) -> None:
    found = read(NOTICE.encode("gb18030"))
    assert found.encoding == "gb18030"
    assert "GB18030" in found.warnings[0]
    assert found.text == NOTICE


def test_a_file_without_any_number_is_a_document_too(read: Callable[[str | bytes], Bulletin]) -> None:
    (found,) = read(
        "停水公告\n因管道维修,定于本周五八时至十八时停水,请居民提前储水,不便之处敬请谅解。\n"
    ).documents
    assert (found.start_line, found.end_line, found.number, found.signed_on) == (1, 2, None, None)


@pytest.mark.parametrize(
    ("raw", "line", "says"),
    [
        (b"", "line 1", "empty"),
        ("　\n\ufeff\n".encode(), "line 1", "empty"),
        ("通知\n".encode() + b"\x00\x01\x02", "line 2", "zero byte"),
        ("通知\n\n".encode() + b"\xff\xff\xff\xff", "line 3", "neither UTF-8 nor GB18030"),
        ("通知".encode("utf-16"), "line 1", "UTF-16"),
    ],
)
def test_what_is_no_text_is_refused_with_a_remedy(
    read: Callable[[str | bytes], Bulletin], raw: bytes, line: str, says: str
) -> None:
    with pytest.raises(BulletinError, match=says) as caught:
        read(raw)
    assert line in str(caught.value)
    assert "made.txt" in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BulletinError, match=r"none\.txt"):
        read_bulletin(tmp_path / "none.txt")


# --- the small readers below ---


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("临政字〔2025〕75号", "临政字〔2025〕75号"),
        ("(临政办字[2018]97号)", "临政办字〔2018〕97号"),
        ("临兰司发〔2022〕15 号", "临兰司发〔2022〕15号"),
        ("发改就业﹝2022﹞107号", "发改就业〔2022〕107号"),
        ("根据临政字〔2025〕75号,", None),
        ("第75号", None),
    ],
)
def test_document_numbers_in_every_bracket(line: str, number: str | None) -> None:
    assert doc_number(line) == number


@pytest.mark.parametrize(
    ("line", "kind", "label"),
    [
        ("第一章 总则", "chapter", "第一章"),
        ("第十八条国家工作人员", "article", "第十八条"),
        ("第三条规定的情形", None, None),
        ("第七条至第十七条", None, None),
        ("一、二、三等奖各一名", None, None),
        ("- （一）符合法定的权限;", "paren_cn", "(一)"),
        ("**第二节** 发展目标", "section", "第二节"),
        ("4.2.6.1防汛预警", "decimal", "4.2.6.1"),
        ("1.5亿元", "decimal", "1.5"),
        ("2.2022年招生划分表", "num", "2."),
        ("——打造新高地。", "dash", "——"),
    ],
)
def test_heading_marks(line: str, kind: str | None, label: str | None) -> None:
    mark = mark_of(line)
    assert (mark.kind if mark else None, mark.label if mark else None) == (kind, label)


def test_dates() -> None:
    assert whole_date("2021 年 11 月 30 日") == "2021-11-30"
    assert whole_date("二〇二四年十二月二十一日") == "2024-12-21"
    assert whole_date("自2021年1月1日") is None
    assert find_date("2021年2月30日和2021年3月1日") == ("2021-03-01", 11, 20)
    assert add_years("2024-02-29", 2) == "2026-02-27"
    assert [han_number(text) for text in ("十", "二十一", "一百零三", "")] == [10, 21, 103, 0]
