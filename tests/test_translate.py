from pathlib import Path

import pytest

from rag.asking.translate import Table, load_table
from rag.errors import BulletinError
from rag.settings import Settings
from rag.text.normal import tokens

TABLE = Table(
    {"siren": (("警报", 1.0),), "air raid": (("防空", 0.8), ("空袭", 0.2)), "raid": (("突袭", 1.0),)}
)


def test_the_longest_phrase_is_translated() -> None:
    assert TABLE.translated(["air", "raid", "siren"]) == {"防空": 0.8, "空袭": 0.2, "警报": 1.0}
    assert TABLE.translated(["raid"]) == {"突袭": 1.0}


def test_what_has_no_translation_stays() -> None:
    assert TABLE.translated(["2025", "siren"]) == {"2025": 1.0, "警报": 1.0}


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    TABLE.save(tmp_path / "table.gz")
    assert load_table(tmp_path / "table.gz") == TABLE
    first = (tmp_path / "table.gz").read_bytes()
    TABLE.save(tmp_path / "table.gz")
    assert (tmp_path / "table.gz").read_bytes() == first


def test_a_table_is_in_memory_once_until_its_file_changes(tmp_path: Path) -> None:
    TABLE.save(tmp_path / "table.gz")
    first = load_table(tmp_path / "table.gz")
    assert load_table(tmp_path / "table.gz") is first
    other = Table({"siren": (("汽笛", 1.0),)})
    other.save(tmp_path / "table.gz")
    assert load_table(tmp_path / "table.gz") == other


def test_a_table_that_is_gone_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(BulletinError, match="train lexicon"):
        load_table(tmp_path / "none.gz")


@pytest.mark.parametrize("content", [b"", b"no gzip"])
def test_a_damaged_table_is_told_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "table.gz").write_bytes(content)
    with pytest.raises(BulletinError, match="train lexicon"):
        load_table(tmp_path / "table.gz")


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("inspections", "检查"),
        ("pensions", "养老金"),
        ("kindergarten", "幼儿园"),
        ("sewage", "污水"),
        ("tax", "税"),
        ("siren", "警报"),
    ],
)
def test_the_shipped_table_knows_civic_words(settings: Settings, english: str, chinese: str) -> None:
    found = load_table().translated(tokens(english))
    assert any(chinese in word or word in chinese for word in found), found
