"""The measure of scale without building anything: what made bulletins are made of, and how the numbers are told."""

from __future__ import annotations

import gzip
import random
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from xml.etree import ElementTree

import msgspec
import numpy as np
import pytest

from eval import scale as module
from eval.scale import (
    Built,
    Planted,
    Scale,
    Served,
    _districts,
    _is_found,
    _moved,
    _percentiles,
    chart,
    make,
    measure,
    public_documents,
    table,
)
from rag.errors import BulletinError
from rag.retrieval.retrieve import Hit
from rag.settings import Settings

BUILT = Built(bulletins=34, seconds=61.4, processor=100.0, on_disk=25_000_000)
SERVED = Served(
    passages=10_000,
    opening=1.25,
    resident=300_000_000,
    asked=412_000_000,
    retrieval=(10.4, 20.6, 30.0),
    answers=(41.0, 55.0, 90.0),
    found=0.995,
    found_exactly=1.0,
    near=0.98,
)
SCALE = Scale(BUILT, SERVED, 150_000_000, 2.34, 1.26, (44.0, 66.0, 99.0))
LARGER = replace(SCALE, served=replace(SERVED, passages=1_000_000))


def documents(folder: Path, *pieces: tuple[str, str], name: str = "titles_one.jsonl.gz") -> None:
    folder.mkdir(exist_ok=True)
    lines = [msgspec.json.encode({"title": title, "text": text, "more": 1}) for title, text in pieces]
    (folder / name).write_bytes(gzip.compress(b"\n".join(lines)))


@pytest.fixture
def country(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """A collection of one bulletin, in a country of two districts."""
    monkeypatch.setattr(module, "_districts", lambda: ["甲县", "乙县"])
    settings = Settings(data=tmp_path / "real")
    settings.bulletins.mkdir(parents=True)
    (settings.data / "lexicon").mkdir()
    (settings.bulletins / "one.txt").write_text(
        "丙县人民政府关于修建水库的通知\n丙县应当在每年六月底以前完成水库清淤，费用由县财政和村集体共同负担，不得向农民摊派。\n"
        "丙县人民政府\n2025年1月2日\n",
        encoding="utf-8",
    )
    return settings


def own(tmp_path: Path, name: str = "own") -> Settings:
    return Settings(data=tmp_path / name / "data")


# --- documents of other places ---


def test_pieces_of_one_document_are_put_together_under_its_title(tmp_path: Path) -> None:
    documents(tmp_path, ("甲通知", "一。\n二。"), ("乙通知", "三。"), ("甲通知", "四。"))
    assert public_documents(tmp_path) == [["甲通知", "一。", "二。", "四。"], ["乙通知", "三。"]]


def test_all_files_of_documents_are_read_in_order_and_others_are_not(tmp_path: Path) -> None:
    documents(tmp_path, ("乙通知", "二。"), name="titles_b.jsonl.gz")
    documents(tmp_path, ("甲通知", "一。"), name="titles_a.jsonl.gz")
    documents(tmp_path, ("丙通知", "三。"), name="pairs_c.jsonl.gz")
    assert [one[0] for one in public_documents(tmp_path)] == ["甲通知", "乙通知"]


def test_a_folder_without_documents_is_told_with_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(BulletinError, match=r"holds no titles_\*\.jsonl\.gz.*Leave --documents out"):
        public_documents(tmp_path)


# --- made bulletins ---


def test_a_document_moves_to_another_district_and_its_short_lines_stay_its_own() -> None:
    lines = [
        "丙县人民政府文件",
        "丙县应当在每年六月底以前完成水库清淤，费用由县财政和村集体共同负担，不得摊派。",
    ]
    moved = list(_moved("丙县", lines, "甲县", ["绝不会用到的段落"], random.Random(5)))
    assert moved[0] == "甲县人民政府文件"
    assert "丙县" not in "".join(moved)


def test_long_paragraphs_are_sometimes_those_of_others() -> None:
    own_line = "本县应当在每年六月底以前完成水库清淤，费用由县财政和村集体共同负担，不得摊派。"
    moved = list(_moved("", [own_line] * 200, "甲县", ["别人的"], random.Random(1)))
    assert set(moved) == {own_line, "别人的"}
    assert 70 < moved.count("别人的") < 130


def test_each_bulletin_states_an_amount_of_its_own_and_is_asked_for_it(
    country: Settings, tmp_path: Path
) -> None:
    made = own(tmp_path)
    planted = make(3, made, country)
    assert [one.source for one in planted] == ["made-00000.txt", "made-00001.txt", "made-00002.txt"]
    for one in planted:
        text = (made.bulletins / one.source).read_text(encoding="utf-8")
        assert text.count(one.sentence) == 1
        assert one.question.removesuffix("标准是多少？") in one.sentence
    assert (
        len({one.question for one in planted}) == 3
    )  # the third is of the first district again, of another thing


def test_nothing_of_the_district_that_documents_came_from_is_left(country: Settings, tmp_path: Path) -> None:
    made = own(tmp_path)
    make(2, made, country)
    texts = [file.read_text(encoding="utf-8") for file in sorted(made.bulletins.iterdir())]
    assert "甲县应当" in texts[0] or "乙县应当" in texts[1]
    assert not any("丙县人民政府" in text for text in texts)


def test_public_documents_stand_as_they_are_each_in_one_bulletin(country: Settings, tmp_path: Path) -> None:
    made = own(tmp_path)
    public = [[f"第{number}号公开文件", f"第{number}号文件的正文。"] for number in range(8)]
    make(2, made, country, public)
    first, second = (file.read_text(encoding="utf-8") for file in sorted(made.bulletins.iterdir()))
    assert [f"第{number}号公开文件\n第{number}号文件的正文。\n" in first for number in range(8)] == [
        True
    ] * 6 + [False] * 2
    assert [f"第{number}号公开文件" in second for number in range(8)] == [False] * 6 + [True] * 2


def test_a_larger_collection_begins_with_the_smaller_one(country: Settings, tmp_path: Path) -> None:
    small, large = own(tmp_path, "small"), own(tmp_path, "large")
    assert make(2, small, country) == make(4, large, country)[:2]
    name = "made-00001.txt"
    assert (small.bulletins / name).read_bytes() == (large.bulletins / name).read_bytes()


def test_bulletins_that_are_there_stay_as_they_are(country: Settings, tmp_path: Path) -> None:
    made = own(tmp_path)
    make(1, made, country)
    (made.bulletins / "made-00000.txt").write_text("kept", encoding="utf-8")
    make(2, made, country)
    assert (made.bulletins / "made-00000.txt").read_text(encoding="utf-8") == "kept"


def test_districts_are_counties_and_no_provinces_or_cities() -> None:
    found = _districts()
    assert len(found) == len(set(found)) > 2000
    assert "海淀区" in found
    assert not {"山东省", "临沂市", "市辖区"} & set(found)


# --- what is found ---


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("a.txt", "第一条 甲县丧葬补助标准为每人每年100元。", True),
        ("b.txt", "第一条 甲县丧葬补助标准为每人每年100元。", False),
        ("a.txt", "甲县丧葬补助标准为每人每年200元。", False),
    ],
)
def test_a_planted_notice_is_found_by_a_passage_of_its_bulletin_that_states_it(
    source: str, text: str, found: bool
) -> None:
    planted = Planted("a.txt", "问", "甲县丧葬补助标准为每人每年100元。")
    hit = SimpleNamespace(passage=SimpleNamespace(chunk=SimpleNamespace(source=source, text=text)))
    other = SimpleNamespace(passage=SimpleNamespace(chunk=SimpleNamespace(source="a.txt", text="其他")))
    assert _is_found(planted, cast(list[Hit], [other, hit])) is found
    assert not _is_found(planted, [])


def test_times_are_told_as_numpy_tells_them() -> None:
    times = [float(one) for one in range(1, 201)]
    assert _percentiles(times) == tuple(np.percentile(times, [50, 95, 99]))


# --- how it is told ---


def test_the_table_has_a_column_a_size() -> None:
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table([SCALE, LARGER]).splitlines()
    ]
    assert lines[0] == ["", "10,000 passages", "1,000,000 passages"]
    told = {line[0]: line[1] for line in lines[2:]}
    assert told["built in"] == "61 s, 100 s of a processor"
    assert told["passages a second of a processor"] == "100"
    assert told["on disk"] == "25 MB"
    assert told["resident, then after the questions (mapped files included)"] == "300 MB, 412 MB"
    assert told["a process more holds for itself"] == "150 MB"
    assert told["retrieval at 50 / 95 / 99 of 100 questions"] == "10 / 21 / 30 ms"
    assert told["planted passages among the ten best"] == "0.995"
    assert told["a bulletin put in / taken out"] == "2.3 s / 1.3 s"
    assert told["answers at 50 / 95 / 99 meanwhile"] == "44 / 66 / 99 ms"
    assert {len(line) for line in lines} == {3}


def test_the_chart_has_a_panel_for_time_memory_building_and_changes() -> None:
    svg = ElementTree.fromstring(chart([SCALE, LARGER]))
    texts = {text.text for text in svg.iter() if text.tag.endswith("}text")}
    assert {"milliseconds a question", "MB", "seconds of a processor to build", "seconds"} <= texts
    assert {"a process more", "a bulletin put in", "taken out", "answer, 95 %"} <= texts


def test_what_was_measured_is_not_measured_again(tmp_path: Path) -> None:
    (tmp_path / "measured-300.json").write_bytes(msgspec.json.encode(SCALE))
    assert measure(300, tmp_path, Settings(data=tmp_path / "none")) == SCALE


def test_what_was_built_is_not_built_again(tmp_path: Path) -> None:
    (tmp_path / "built.json").write_bytes(msgspec.json.encode(BUILT))
    assert module._build(Settings(data=tmp_path / "none"), 34, tmp_path / "built.json") == BUILT
