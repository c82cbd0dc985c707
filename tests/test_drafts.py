"""A file on its way in: read, looked at, put right, published or forgotten; the collection changes at the end only."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from rag.errors import BulletinError
from rag.index import open_index
from rag.settings import Settings
from tests.conftest import POOL
from web import drafts as drafts_module
from web.drafts import Draft, Drafts

BUS = "关于公交车免费的通告\n公交车自2026年9月1日起免费乘坐。\n甲市人民政府\n2026年8月20日\n"


@pytest.fixture
def drafts(tiny: Settings) -> Drafts:
    return Drafts(tiny)


def brought(drafts: Drafts, name: str = "bus.txt", text: str = BUS) -> Draft:
    return drafts.add(name, io.BytesIO(text.encode()), "李")


def test_what_was_brought_is_listed_with_who_brought_it(drafts: Drafts) -> None:
    draft = brought(drafts)
    assert [(one.name, one.by) for one in drafts.all()] == [("bus.txt", "李")]
    assert drafts.get(draft.id) == draft


def test_what_was_read_is_shown_and_the_collection_is_as_it_was(drafts: Drafts, tiny: Settings) -> None:
    seen = drafts.seen(brought(drafts))
    (document,) = seen.index.documents.values()
    assert (document.title, document.signed_on) == ("关于公交车免费的通告", "2026-08-20")
    assert seen.warnings == ()
    assert sorted(path.name for path in tiny.bulletins.iterdir()) == ["park.txt", "pool.txt"]


@pytest.mark.parametrize("name", ["../../bus.txt", "C:\\公文\\bus.txt", "a/b/bus.txt"])
def test_of_a_name_the_folders_are_left_out(drafts: Drafts, name: str) -> None:
    assert brought(drafts, name).name == "bus.txt"


@pytest.mark.parametrize(
    ("name", "text"), [("bus.txt", ""), ("bus.pdf", "%PDF-1.7 torn"), (f"{'长' * 200}.txt", BUS), ("..", BUS)]
)
def test_what_can_not_be_taken_in_leaves_nothing(
    drafts: Drafts, tiny: Settings, name: str, text: str
) -> None:
    with pytest.raises(BulletinError) as error:
        brought(drafts, name, text)
    assert str(tiny.data) not in str(error.value)  # staff know the file by its name
    assert drafts.all() == []
    folder = tiny.data / ".drafts"
    assert not folder.is_dir() or list(folder.iterdir()) == []


@pytest.mark.parametrize("draft_id", ["", "..", "0" * 16, "../../data", "x" * 16])
def test_there_is_no_draft_of_another_name(drafts: Drafts, draft_id: str) -> None:
    assert drafts.get(draft_id) is None


def test_a_draft_whose_record_is_damaged_is_none(drafts: Drafts, tiny: Settings) -> None:
    draft = brought(drafts)
    (tiny.data / ".drafts" / draft.id / "draft.json").write_bytes(b"{")
    assert drafts.all() == []


def test_there_is_a_most_of_drafts(drafts: Drafts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts_module, "_MOST", 1)
    brought(drafts)
    with pytest.raises(BulletinError, match="Publish or delete"):
        brought(drafts, "tram.txt")


def test_what_was_put_right_is_seen_and_published_with_it(drafts: Drafts, tiny: Settings) -> None:
    draft = brought(drafts)
    (document,) = drafts.seen(draft).as_read
    drafts.correct(draft, document, {"title": "关于公交免费的公告", "jurisdiction": "甲市"})
    (corrected,) = drafts.seen(draft).index.documents.values()
    assert (corrected.title, corrected.jurisdiction) == ("关于公交免费的公告", "甲市")
    assert drafts.seen(draft).as_read == (document,)
    index = drafts.publish(draft, replace_old=False)
    assert "关于公交免费的公告" in [one.title for one in index.documents.values()]
    assert (tiny.bulletins / "bus.txt").read_text(encoding="utf-8") == BUS
    assert drafts.all() == []


def test_what_was_published_from_another_kind_of_file_keeps_that_file(drafts: Drafts, tiny: Settings) -> None:
    page = "<html><body><h1>关于公交免费的通告</h1><p>公交车自2026年9月1日起免费乘坐。</p></body></html>"
    draft = brought(drafts, "bus.html", page)
    assert (draft.file, draft.name) == ("bus.html", "bus.txt")
    index = drafts.publish(draft, replace_old=False)
    original = index.original("bus.txt")
    assert original is not None
    assert original.file == "bus.html"


def test_a_bulletin_there_is_replaced_only_when_that_is_said(drafts: Drafts, tiny: Settings) -> None:
    draft = brought(drafts, "pool.txt")
    with pytest.raises(BulletinError, match="already"):
        drafts.publish(draft, replace_old=False)
    assert (tiny.bulletins / "pool.txt").read_text(encoding="utf-8") == POOL
    assert drafts.get(draft.id) is not None
    drafts.publish(draft, replace_old=True)
    assert (tiny.bulletins / "pool.txt").read_text(encoding="utf-8") == BUS
    assert (tiny.data / "removed" / "pool.txt").read_text(encoding="utf-8") == POOL
    assert sorted(open_index(tiny, quiet=True).manifest.files) == ["park.txt", "pool.txt"]


def test_what_is_forgotten_leaves_nothing(drafts: Drafts, tiny: Settings) -> None:
    draft = brought(drafts)
    drafts.delete(draft)
    assert drafts.all() == []
    assert not (Path(tiny.data) / ".drafts" / draft.id).exists()
