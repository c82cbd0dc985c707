"""What the pages of words and of the home page make of forms and files, and of districts, without a service."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from urllib.parse import quote

import pytest
from starlette.datastructures import FormData

from rag.asking.lexicon import Entry
from rag.errors import BulletinError
from rag.index import Index
from rag.publishing import durable
from rag.settings import Settings
from rag.text.places import NATION
from web import strings
from web.districts import COOKIE, FEW, are_few, district_of, districts
from web.strings import Text
from web.words import Entered, _digest, _entered, _holds, _line, _texts, _write

# --- what was typed ---


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  高龄 \t津贴\n", "高龄 津贴"),
        ("高龄\x00津\u202e贴", "高龄津贴"),
        ("长" * 400, "长" * 300),
        ("", ""),
    ],
)
def test_a_field_is_one_line_of_what_prints(typed: str, kept: str) -> None:
    assert _line(typed) == kept


def test_an_entry_goes_into_the_form_and_comes_back() -> None:
    entry = Entry("高龄津贴", ("老人钱", "八十岁补贴"), ("old-age allowance",))
    assert _entered(entry) == Entered("高龄津贴", "老人钱；八十岁补贴", "old-age allowance")
    assert _entered(entry).entry == entry


@pytest.mark.parametrize("typed", ["老人钱；八十岁补贴", "老人钱; 八十岁补贴；", "老人钱；；八十岁补贴"])
def test_words_are_parted_by_semicolons_of_either_width(typed: str) -> None:
    assert Entered("高龄津贴", typed).entry.everyday == ("老人钱", "八十岁补贴")


@pytest.mark.parametrize(
    ("words", "found"),
    [("高龄", True), ("老 人 钱", True), ("ALLOWANCE", True), ("allow", True), ("低保", False)],
)
def test_an_entry_is_found_by_any_of_its_words_whatever_their_print(words: str, found: bool) -> None:
    assert _holds(Entry("高龄津贴", ("老人钱",), ("old-age allowance",)), words) is found


def test_examples_are_pairs_and_blank_pairs_are_none() -> None:
    form = FormData(
        [
            *[("zh", one) for one in ("公园 几点开？\n", "", " ", "收费吗？")],
            *[("en", one) for one in ("When?", "Free?", "", "")],
        ]
    )
    assert _texts(form, 200) == [Text("公园 几点开？", "When?"), Text("", "Free?"), Text("收费吗？", "")]
    assert _texts(form, 2)[0] == Text("公园", "Wh")


# --- a file that two may change ---


def test_what_was_looked_at_may_be_written(tmp_path: Path) -> None:
    file, settings = tmp_path / "contacts.tsv", Settings(data=tmp_path)
    for seen, words in (("", "甲"), ("甲", "乙")):  # none was there; then what the first wrote
        assert (file.read_text() if file.exists() else "") == seen
        assert _write(settings, file, _digest(file), partial(durable.write, file, words.encode())) is None
    assert file.read_text() == "乙"


@pytest.mark.parametrize("there", [True, False])
def test_what_somebody_else_changed_or_removed_meanwhile_is_not_written_over(
    tmp_path: Path, there: bool
) -> None:
    file = tmp_path / "contacts.tsv"
    file.write_text("甲")
    seen = _digest(file)
    file.write_text("乙")
    if not there:
        file.unlink()
    said = _write(Settings(data=tmp_path), file, seen, lambda: pytest.fail("it was written"))
    assert said == strings.CHANGED_MEANWHILE
    assert file.exists() is there


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (BulletinError("A question holds a tab."), "A question holds a tab."),
        (OSError(28, "No space left"), "No space"),
    ],
)
def test_why_a_file_can_not_be_written_is_told(tmp_path: Path, error: Exception, why: str) -> None:
    def fails() -> None:
        raise error

    said = _write(Settings(data=tmp_path), tmp_path / "own.tsv", "", fails)
    assert said is not None
    assert why in said.en
    assert why in said.zh


# --- where somebody lives ---


def index_of(**counts: int) -> Index:
    """An index of so many documents of each district."""

    def found(words: str, most: int) -> list[str]:
        some = [name for name in counts if words in name]
        return sorted(some, key=lambda name: -counts[name])[:most]

    catalogue = SimpleNamespace(districts=found, counts=lambda _: counts)
    return cast(Index, SimpleNamespace(store=SimpleNamespace(catalogue=catalogue)))


def test_districts_come_the_most_written_about_first_and_the_country_is_none() -> None:
    index = index_of(**{NATION: 9, "甲县": 1, "乙县": 5, "甲区": 2})
    assert districts(index) == ["乙县", "甲区", "甲县"]
    assert districts(index, "甲") == ["甲区", "甲县"]
    assert districts(index, most=2) == ["乙县", "甲区"]


@pytest.mark.parametrize(("count", "few"), [(0, True), (FEW, True), (FEW + 1, False)])
def test_districts_are_a_list_while_they_are_few(count: int, few: bool) -> None:
    index = index_of(**{NATION: 100}, **{f"第{number}县": 1 for number in range(count)})
    assert are_few(index) is few


@pytest.mark.parametrize(
    ("cookie", "lives"),
    [
        (quote("甲县"), "甲县"),
        ("甲县", "甲县"),
        (quote("丁县"), ""),
        (quote(NATION), ""),
        ("%ff", ""),
        ("", ""),
    ],
)
def test_one_lives_where_documents_are_of_or_nowhere(cookie: str, lives: str) -> None:
    assert district_of({COOKIE: cookie}, index_of(**{NATION: 3, "甲县": 1})) == lives
    assert district_of({}, index_of(甲县=1)) == ""
