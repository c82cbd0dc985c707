"""Where documents begin and what is furniture, in bulletins of a few lines."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rag.audit import audit
from rag.chunk import chunk_bulletin
from rag.reading.corpus import Bulletin, read_bulletin

NOTICE = """青禾市人民政府关于开放人民公园的通告
青政发〔2025〕3号
人民公园自2025年7月1日起全天免费开放。
青禾市人民政府
2025年6月1日
"""
SECOND = """青禾市教育局关于小学招生的通知
青教字〔2025〕8号
各学校：
小学招生自2025年7月5日开始。
青禾市教育局
2025年6月2日
"""
Reads = Callable[[str], Bulletin]


@pytest.fixture
def reads(tmp_path: Path) -> Reads:
    def read(text: str) -> Bulletin:
        file = tmp_path / "one.txt"
        file.write_text(text, encoding="utf-8")
        bulletin = read_bulletin(file)
        assert audit(bulletin, chunk_bulletin(bulletin)).passed
        return bulletin

    return read


def test_two_notices_are_two_documents_with_their_records(reads: Reads) -> None:
    first, second = reads(NOTICE + SECOND).documents
    assert (first.number, first.issuer, first.jurisdiction, first.signed_on) == (
        "青政发〔2025〕3号", "青禾市人民政府", "青禾市", "2025-06-01",
    )  # fmt: skip
    assert (second.number, second.kind, second.title) == (
        "青教字〔2025〕8号", "通知", "青禾市教育局关于小学招生的通知",
    )  # fmt: skip


def test_documents_say_where_they_stand(reads: Reads) -> None:
    first, second = reads(NOTICE + SECOND).documents
    assert (first.start_line, first.end_line) == (1, 5)
    assert second.start_line == 6
    assert first.span[1] <= second.span[0]


@pytest.mark.parametrize(
    "line", ["— 3 —", "第 3 页 共 9 页", "首页 > 政务公开 > 文件", "[打印本页]", "————————"]
)
def test_page_numbers_and_navigation_are_furniture(reads: Reads, line: str) -> None:
    bulletin = reads(f"{NOTICE}{line}\n{SECOND}")
    assert len(bulletin.documents) == 2
    assert any(bulletin.text[slice(*piece.span)].strip() == line for piece in bulletin.furniture)


def test_a_number_named_in_a_sentence_begins_no_document(reads: Reads) -> None:
    text = NOTICE.replace("人民公园自", "根据青政发〔2020〕1号文件要求，人民公园自")
    assert len(reads(text).documents) == 1


def test_what_is_enclosed_is_no_document_of_its_own(reads: Reads) -> None:
    text = """青禾市人民政府关于印发《青禾市养犬管理办法》的通知
青政发〔2025〕4号
各县区人民政府：
现将《青禾市养犬管理办法》印发给你们，请遵照执行。
青禾市人民政府
2025年6月3日
青禾市养犬管理办法
第一条 每户限养一只。
第二条 本办法自2025年7月1日起施行，有效期5年。
"""
    (document,) = reads(text).documents
    assert (document.valid_from, document.valid_until) == ("2025-07-01", "2030-06-30")


def test_an_articles_passage_knows_what_it_stands_in(reads: Reads) -> None:
    text = (
        NOTICE
        + "青禾市公园管理办法\n第一章 总则\n第一条 公园免费开放。\n第二章 罚则\n第二条 损坏设施的，处200元罚款。\n"
    )
    chunks = chunk_bulletin(reads(text))
    (fine,) = [unit for chunk in chunks for unit in chunk.units if "200元" in unit.reading]
    assert any("第二章" in step for step in fine.path)


def test_every_passage_is_the_text_at_its_places(reads: Reads) -> None:
    bulletin = reads(NOTICE + "— 3 —\n" + SECOND)
    for chunk in chunk_bulletin(bulletin):
        assert chunk.text == "".join(bulletin.text[start:end] for start, end in chunk.spans)


def test_the_same_text_makes_the_same_ids(reads: Reads) -> None:
    first = [document.id for document in reads(NOTICE + SECOND).documents]
    again = [document.id for document in reads(NOTICE + SECOND).documents]
    assert first == again
    assert len(set(first)) == 2


def test_full_width_print_is_read_alike(reads: Reads) -> None:
    (document,) = reads(
        NOTICE.replace("〔2025〕3号", "【２０２５】３ 号").replace("2025年6月1日", "二〇二五年六月一日")
    ).documents
    assert (document.number, document.signed_on) == ("青政发〔2025〕3号", "2025-06-01")
