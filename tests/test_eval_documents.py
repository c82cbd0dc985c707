"""Documents as they are read are compared with their truth, field by field."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.__main__ import main
from eval.documents import FIELDS, compare_reading, load_truths, measure_reading, misreadings, table
from eval.unprepared import Elsewhere, collections_elsewhere
from rag.errors import BulletinError
from rag.reading.corpus import read_bulletin
from rag.text.normal import squeeze

NOTICE = """\
青溪县人民政府办公室
关于印发《青溪县古树名木保护办法》的通知
青政办发〔2025〕4号
各乡镇人民政府：
现将《青溪县古树名木保护办法》印发给你们，请遵照执行。
青溪县人民政府办公室
2025年3月2日
青溪县古树名木保护办法
第一条 为保护古树名木，制定本办法。
第二条 本办法自2025年4月1日起施行。
"""
TRUTH = (
    '{"file": "trees.txt", "start_line": 1, "title": ["青溪县人民政府办公室关于印发《青溪县古树名木保护办法》的通知"],'
    ' "number": ["青政办发［2025］4号"], "jurisdiction": ["青溪县"], "kind": ["通知"], "signed_on": ["2025-03-02"],'
    ' "published_on": [], "valid_from": ["2025-05-01"]}'
)


@pytest.fixture
def there(tmp_path: Path) -> Elsewhere:
    (tmp_path / "bulletins").mkdir()
    (tmp_path / "bulletins" / "trees.txt").write_text(NOTICE, encoding="utf-8")
    (tmp_path / "documents.jsonl").write_text(TRUTH + "\n", encoding="utf-8")
    return Elsewhere("there", tmp_path)


def test_what_is_read_right_counts_and_what_is_not_is_told(there: Elsewhere) -> None:
    reading = measure_reading(there)
    counts = {one.what: one for one in reading.counts}
    assert counts["documents"].f1 == 1.0
    assert counts["title"].f1 == counts["number"].f1 == counts["kind"].f1 == counts["signed_on"].f1 == 1.0
    assert counts["valid_from"].right == 0
    assert counts["valid_from"].there == 1
    assert "trees.txt:1 valid_from: read" in misreadings([reading])
    assert counts["issuer"].there == counts["issuer"].read == 0  # nobody can say: not measured
    assert "| title (1) | 1.000 | 1.000 | 1.000 | 1.000 |" in table([reading])


def test_a_document_that_is_not_found_lacks_all_its_fields(there: Elsewhere) -> None:
    (truth,) = load_truths(there.folder / "documents.jsonl")
    counts = {one.what: one for one in compare_reading("there", [truth], []).counts}
    assert counts["documents"].recall == counts["title"].recall == 0.0
    assert counts["published_on"].f1 == 1.0  # there is none, and none was read


def test_a_field_that_nobody_wrote_is_wrong(there: Elsewhere) -> None:
    (truth,) = load_truths(there.folder / "documents.jsonl")
    documents = read_bulletin(there.bulletins / "trees.txt").documents
    of_none = type(truth)(file="trees.txt", start_line=1, title=())
    counts = {one.what: one for one in compare_reading("there", [of_none], documents).counts}
    assert counts["title"].precision == 0.0


def test_each_document_of_the_truth_begins_at_a_line_and_has_what_it_names() -> None:
    for collection in collections_elsewhere(holding="documents.jsonl"):
        for truth in load_truths(collection.folder / "documents.jsonl"):
            text = (collection.bulletins / truth.file).read_text(encoding="utf-8")
            assert text.splitlines()[truth.start_line - 1].strip()
            titles = [squeeze(title).replace("、", "") for title in truth.title or ()]
            assert any(title in squeeze(text).replace("、", "") for title in titles)
            assert all(getattr(truth, f) is None or isinstance(getattr(truth, f), tuple) for f in FIELDS)


def test_a_truth_of_another_form_is_told(tmp_path: Path) -> None:
    (tmp_path / "documents.jsonl").write_text('{"file": "a.txt"}\n', encoding="utf-8")
    with pytest.raises(BulletinError, match="start_line"):
        load_truths(tmp_path / "documents.jsonl")


def test_the_command_prints_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["documents", "places"]) == 0
    assert "F1 places" in capsys.readouterr().out
