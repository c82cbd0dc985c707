import json
from pathlib import Path

import pytest

from rag.chunk import Chunk, Unit
from rag.errors import BulletinError
from rag.indexing.fields import read_fields

PRINTED = "一、每年九月第三个星期六上午十时鸣放防空警报三分钟。"
TEXT = f"{PRINTED}二、养老床位每千名老人达到四十五张以上。{PRINTED}"
SIREN, BEDS, TWIN = (0, 26), (26, 45), (45, len(TEXT))


def chunk(name: str, span: tuple[int, int]) -> Chunk:
    text = TEXT[span[0] : span[1]]
    return Chunk(name, "d", "b.txt", (span,), (), text, (Unit("sentence", (span,), text),))


CHUNKS = [chunk("siren", SIREN), chunk("beds", BEDS), chunk("twin", TWIN)]


def write(folder: Path, kind: str, *lines: object) -> None:
    (folder / kind).mkdir(exist_ok=True)
    (folder / kind / "b.jsonl").write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")


def test_a_rendering_belongs_to_the_passage_at_its_place(tmp_path: Path) -> None:
    write(
        tmp_path,
        "english",
        {"start": BEDS[0], "end": BEDS[1], "en": "45 care beds per 1,000 elderly people."},
    )
    fields = read_fields(tmp_path, "b.txt", TEXT, CHUNKS)
    assert fields["beds"].english == "45 care beds per 1,000 elderly people."
    assert fields["beds"].english_of([BEDS]) == "45 care beds per 1,000 elderly people."
    assert "siren" not in fields


def test_a_question_belongs_to_its_place_and_to_every_passage_that_prints_the_same(tmp_path: Path) -> None:
    write(
        tmp_path, "asked", {"start": SIREN[0], "end": SIREN[1], "style": "formal", "question": "几点鸣放？"}
    )
    fields = read_fields(tmp_path, "b.txt", TEXT, CHUNKS)
    assert [a.question for a in fields["siren"].questions] == ["几点鸣放？"]
    assert [a.question for a in fields["twin"].questions] == ["几点鸣放？"]
    assert "beds" not in fields


def test_answered_questions_count_in_both_languages(tmp_path: Path) -> None:
    write(
        tmp_path, "answered", {"start": BEDS[0], "end": BEDS[1], "q_zh": "多少张？", "q_en": "How many beds?"}
    )
    questions = read_fields(tmp_path, "b.txt", TEXT, CHUNKS)["beds"].questions
    assert [a.question for a in questions] == ["多少张？", "How many beds?"]


def test_a_bulletin_without_anything_beside_it_has_no_fields(tmp_path: Path) -> None:
    assert read_fields(tmp_path, "b.txt", TEXT, CHUNKS) == {}


def test_what_a_machine_wrote_is_known_as_such_wherever_it_stands_in_the_file(tmp_path: Path) -> None:
    write(
        tmp_path,
        "english",
        {"start": BEDS[0], "end": BEDS[1], "en": "Beds."},
        {"start": SIREN[0], "end": SIREN[1], "en": "Sirens.", "by": "machine:m"},
    )
    write(tmp_path, "asked", {"start": SIREN[0], "end": SIREN[1], "question": "几点？", "by": "machine:m"})
    fields = read_fields(tmp_path, "b.txt", TEXT, CHUNKS)
    assert [r.machine for r in fields["siren"].renderings_of([SIREN])] == [True]
    assert [r.machine for r in fields["beds"].renderings_of([BEDS])] == [False]
    assert [q.machine for q in fields["siren"].questions] == [True]


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    write(tmp_path, "asked", {"start": 0, "end": 3, "question": "?"}, {"start": "x"})
    with pytest.raises(BulletinError, match=r"b\.jsonl, line 2: expected"):
        read_fields(tmp_path, "b.txt", TEXT, CHUNKS)
