"""The original of a bulletin: kept, named by page in a citation, opened from the document, told of where doubtful."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from limits import parse
from starlette.testclient import TestClient

from rag.answer import Engine
from rag.answering.notices import recognised
from rag.cli import main
from rag.contract import Citation, CitedDocument
from rag.index import Index, open_index
from rag.reading.files.original import Doubt, Original, Page
from rag.settings import Settings
from rag.wording import worded
from store.database import open_store
from tests.papers import Sheet, pdf
from web.options import Options
from web.site import serve

TITLE = "青山市人民政府关于提高城乡低保标准的通知"


def notice() -> bytes:
    """Two pages, the amount on the second."""
    one = Sheet().write(150, 100, TITLE, 16).write(80, 150, "各县（市、区）人民政府：")
    one.write(104, 180, "为保障困难群众基本生活，经市政府同意，现就有关事项通知如下。")
    two = Sheet().write(104, 100, "一、城市低保标准由每人每月980元提高到1036元。")
    two.write(104, 130, "二、本通知自2025年7月1日起施行。").write(380, 180, "青山市人民政府")
    return pdf(one, two.write(370, 204, "2025年6月20日"))


@pytest.fixture
def collection(settings: Settings, tmp_path: Path) -> Settings:
    """An empty collection beside the civic lexicon."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "lexicon").symlink_to(settings.data / "lexicon")
    return replace(settings, data=data, index=tmp_path / "index")


def add(collection: Settings, *files: Path) -> int:
    given = ["--data", str(collection.data), "--index-dir", str(collection.index)]
    return main(["add", *given, *map(str, files)])


@pytest.fixture
def added(collection: Settings, tmp_path: Path) -> Index:
    file = tmp_path / "notice.pdf"
    file.write_bytes(notice())
    assert add(collection, file) == 0
    return open_index(collection, quiet=True)


def test_an_answer_names_the_page_and_cites_the_text(added: Index, collection: Settings) -> None:
    answer = Engine(added, collection).ask("青山市城市低保标准提高到多少？")
    cited = answer.citations[0]
    assert "1036元" in cited.quote
    assert cited.page == 2
    text = (collection.bulletins / "notice.txt").read_text(encoding="utf-8")
    assert cited.quote == "".join(text[start:end] for start, end in cited.spans)
    assert '"page":2' in worded(answer).json()


def test_the_original_opens_from_the_document_and_is_not_run(
    added: Index, collection: Settings, tmp_path: Path
) -> None:
    known = next(iter(added.documents))
    store = open_store(f"sqlite:///{tmp_path}/bulletin.db")
    with TestClient(serve(Engine(added, collection), store, Options("", parse("9/minute")))) as client:
        page = client.get(f"/documents/{known}")
        file = client.get(f"/documents/{known}/original")
    assert f"/documents/{known}/original" in page.text
    assert file.content == notice()
    assert file.headers["content-type"] == "application/pdf"
    assert "default-src 'none'" in file.headers["content-security-policy"]


def test_the_document_leads_to_the_page_of_the_original_that_is_cited(
    added: Index, collection: Settings, tmp_path: Path
) -> None:
    (known,) = added.documents
    place = added.source_text("notice.txt").index("1036元")
    store = open_store(f"sqlite:///{tmp_path}/bulletin.db")
    with TestClient(serve(Engine(added, collection), store, Options("", parse("9/minute")))) as client:
        page = client.get(f"/documents/{known}?at={place}-{place + 5}").text
    assert f"/documents/{known}/original#page=2" in page
    assert "notice.pdf，第2页" in page


def test_a_page_of_the_web_opens_at_the_words_cited_and_runs_nothing(
    collection: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "bus.html"
    file.write_bytes(
        f"<html><head><meta charset=gbk><title>{TITLE}</title></head><body><h1>{TITLE}</h1><script>alert(1)</script>"
        "<p>各县人民政府：</p><p>一、城市低保标准提高到每人每月1036元，自2025年7月1日起施行。</p></body></html>".encode(
            "gbk"
        )
    )
    assert add(collection, file) == 0
    index = open_index(collection, quiet=True)
    store = open_store(f"sqlite:///{tmp_path}/bulletin.db")
    with TestClient(serve(Engine(index, collection), store, Options("", parse("9/minute")))) as client:
        asked = client.get("/ask", params={"q": "城市低保标准提高到多少？"}).text
        (known,) = index.documents
        original = client.get(f"/documents/{known}/original")
    assert f"/documents/{known}/original#:~:text=" in asked
    assert "每人每月1036元" in original.text
    assert original.headers["content-disposition"].startswith("inline")
    policy = original.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy


def test_a_text_changed_by_hand_has_no_pages(added: Index, collection: Settings) -> None:
    text = collection.bulletins / "notice.txt"
    text.write_text("更正。\n" + text.read_text(encoding="utf-8"), encoding="utf-8")
    assert open_index(collection, quiet=True).original("notice.txt") is None


def test_a_file_that_cannot_be_read_harms_nothing(
    added: Index, collection: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, broken = tmp_path / "good.txt", tmp_path / "broken.pdf"
    good.write_text("停水公告\n8月3日8时停水。\n", encoding="utf-8")
    broken.write_bytes(b"%PDF-1.4 nothing more")
    assert add(collection, good, broken) == 1
    assert "broken.pdf" in capsys.readouterr().err
    assert [file.name for file in collection.bulletins.iterdir()] == ["notice.txt"]


def test_plain_text_in_another_encoding_is_kept_beside_its_text(
    collection: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "notice.txt"
    file.write_bytes("停水公告\n因管道维修，8月3日8时停水。\n".encode("gb18030"))
    assert add(collection, file) == 0
    assert "GB18030" in capsys.readouterr().out
    assert (collection.bulletins / "notice.txt").read_text(encoding="utf-8").startswith("停水公告")
    (kept,) = collection.originals.glob("*/notice.txt")
    assert kept.read_bytes() == file.read_bytes()


def test_what_was_recognised_is_told_with_its_doubtful_figure() -> None:
    document = CitedDocument("d", "停水公告", None, None, None, None, None, None, None)
    citation = Citation(1, "scan.txt", ((10, 20),), "每月1036元整。。", document, ())
    original = Original("scan.png", "image", "x", pages=(Page(1, 0, 0.97),), doubts=(Doubt((12, 16), 0.6),))
    (said,) = recognised([(citation, original)])
    assert (said.kind, said.values) == ("recognised", {"page": 1, "sure": "97.0%", "doubts": ("1036",)})
    printed = replace(original, pages=(Page(1, 0),), doubts=())
    assert recognised([(citation, printed)]) == ()


def test_a_bulletin_is_taken_out_by_the_name_of_its_original(added: Index, collection: Settings) -> None:
    other = collection.bulletins / "other.txt"
    other.write_text("停水公告\n8月3日8时停水。\n", encoding="utf-8")
    given = ["--data", str(collection.data), "--index-dir", str(collection.index)]
    assert main(["remove", *given, "notice.pdf"]) == 0
    assert [file.name for file in collection.bulletins.iterdir()] == ["other.txt"]


def test_a_file_that_only_lies_in_the_folder_is_told_of(
    added: Index, collection: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    (collection.bulletins / "dropped.pdf").write_bytes(notice())
    open_index(collection, quiet=True)
    assert "rag add" in caplog.text
    assert "dropped.pdf" in caplog.text
