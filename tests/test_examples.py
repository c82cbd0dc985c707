"""The home page's questions, as they stand in their file."""

from pathlib import Path

import pytest

from rag.errors import BulletinError
from web.examples import FILE, load_examples, save_examples
from web.strings import Text


def test_questions_come_back_as_they_were_saved(tmp_path: Path) -> None:
    given = (
        Text("公园几点开？", "When does the park open?"),
        Text("", "Only in English?"),
        Text("只有中文？", ""),
    )
    save_examples(tmp_path, given)
    assert load_examples(tmp_path) == given


def test_no_file_is_no_question(tmp_path: Path) -> None:
    assert load_examples(tmp_path) == ()


def test_blank_lines_and_blanks_around_a_question_do_not_count(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("\n 甲？ \t A? \n\n", encoding="utf-8")
    assert load_examples(tmp_path) == (Text("甲？", "A?"),)


@pytest.mark.parametrize("line", ["只有一栏", "甲\tA\t多", "\t"])
def test_a_line_of_another_form_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / FILE).write_text(f"甲？\tA?\n{line}x\tb\tc\n", encoding="utf-8")
    with pytest.raises(BulletinError, match=r"line 2: \d fields; expected"):
        load_examples(tmp_path)


@pytest.mark.parametrize("sign", ["\t", "\n", "\x00"])
def test_a_sign_that_would_break_the_file_is_refused_and_the_file_stays(tmp_path: Path, sign: str) -> None:
    save_examples(tmp_path, (Text("甲？", "A?"),))
    with pytest.raises(BulletinError, match="line break"):
        save_examples(tmp_path, (Text(f"乙{sign}？", "B?"),))
    assert load_examples(tmp_path) == (Text("甲？", "A?"),)
