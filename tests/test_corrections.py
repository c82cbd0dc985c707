"""What staff put right of what was read from a bulletin."""

from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import BulletinError
from rag.indexing.corrections import correct, corrected, corrections_file, read_corrections
from tests.test_owed import PLAIN

AS_READ = {
    "title": PLAIN.title,
    "number": PLAIN.number or "",
    "jurisdiction": PLAIN.jurisdiction or "",
    "signed_on": PLAIN.signed_on or "",
}


def test_only_what_is_wrong_is_kept(tmp_path: Path) -> None:
    known = correct(tmp_path, "a.txt", PLAIN, AS_READ | {"valid_until": "2026-12-31"})
    assert known == {"d": {"valid_until": "2026-12-31"}}
    assert read_corrections(tmp_path, "a.txt") == known


def test_what_is_put_right_takes_the_place_of_what_was_read(tmp_path: Path) -> None:
    known = correct(tmp_path, "a.txt", PLAIN, AS_READ | {"title": "正确的标题", "number": ""})
    (document,) = corrected([PLAIN], known)
    assert document == replace(PLAIN, title="正确的标题", number=None)


def test_what_was_read_right_after_all_is_no_correction(tmp_path: Path) -> None:
    correct(tmp_path, "a.txt", PLAIN, AS_READ | {"title": "正确的标题"})
    assert correct(tmp_path, "a.txt", PLAIN, AS_READ) == {}


def test_another_document_of_the_bulletin_keeps_its_corrections(tmp_path: Path) -> None:
    correct(tmp_path, "a.txt", replace(PLAIN, id="other"), AS_READ | {"title": "别的标题"})
    known = correct(tmp_path, "a.txt", PLAIN, AS_READ | {"title": "正确的标题"})
    assert set(known) == {"other", "d"}


def test_corrections_of_a_document_that_is_gone_are_passed_over() -> None:
    assert corrected([PLAIN], {"gone": {"title": "别的标题"}}) == (PLAIN,)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("title", "", "needs a title"),
        ("title", "甲\n乙", "on one line"),
        ("title", "长" * 301, "up to 300"),
        ("signed_on", "昨天", "no date"),
        ("valid_until", "2026-02-30", "no date"),
    ],
)
def test_a_value_that_can_not_be_is_refused_and_nothing_is_written(
    tmp_path: Path, field: str, value: str, why: str
) -> None:
    with pytest.raises(BulletinError, match=why):
        correct(tmp_path, "a.txt", PLAIN, AS_READ | {field: value})
    assert not corrections_file(tmp_path, "a.txt").exists()


def test_a_file_of_another_form_is_named(tmp_path: Path) -> None:
    file = corrections_file(tmp_path, "a.txt")
    file.parent.mkdir()
    file.write_text("[]", encoding="utf-8")
    with pytest.raises(BulletinError, match=r"corrections/a\.json can't be read"):
        read_corrections(tmp_path, "a.txt")


def test_a_field_that_nobody_may_change_is_refused() -> None:
    with pytest.raises(BulletinError, match="issuer can't be corrected"):
        corrected([PLAIN], {"d": {"issuer": "别人"}})
