from pathlib import Path

import pytest

from rag.asking.lexicon import Lexicon, load_lexicon
from rag.errors import BulletinError
from rag.settings import Settings


def lexicon(folder: Path, *lines: str) -> Lexicon:
    (folder / "words.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_lexicon(folder)


def test_an_everyday_phrase_finds_the_official_word(tmp_path: Path) -> None:
    words = lexicon(tmp_path, "居民户口簿\t户口本；红本本户口\thousehold booklet")
    assert "户口簿" in words.official_terms("户口本丢了怎么办", "zh")


def test_an_english_phrase_finds_it_by_stems(tmp_path: Path) -> None:
    words = lexicon(tmp_path, "行政检查\t上门查\tadministrative inspection; official inspections")
    assert "检查" in words.official_terms("how often are official inspections made?", "en")


def test_the_longest_phrase_wins(tmp_path: Path) -> None:
    words = lexicon(tmp_path, "户口登记\t户口\t", "户口迁移\t迁户口\t")
    assert "迁移" in words.official_terms("怎么迁户口", "zh")
    assert "登记" not in words.official_terms("怎么迁户口", "zh")


def test_a_phrase_that_may_mean_many_things_weighs_less(tmp_path: Path) -> None:
    words = lexicon(tmp_path, "甲种补贴\t补钱\t", "乙种津贴\t补钱\t", "丙类奖励\t发奖\t")
    assert words.official_terms("发奖", "zh")["奖励"] > words.official_terms("补钱", "zh")["津贴"]


def test_no_lexicon_is_an_empty_one(tmp_path: Path) -> None:
    assert load_lexicon(tmp_path / "none").official_terms("户口本", "zh") == {}


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(BulletinError, match=r"words\.tsv, line 2: 2 fields"):
        lexicon(tmp_path, "甲\t乙\tc", "甲\t乙")


def test_the_civic_lexicon_reads(tmp_path: Path) -> None:
    terms = load_lexicon(Settings().data / "lexicon").official_terms("户口本在哪办", "zh")
    assert {"居民", "户口簿"} <= terms.keys()
