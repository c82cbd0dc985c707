"""What two processes do side by side."""

import multiprocessing
import os
from pathlib import Path

import pytest

from rag.abreast import abreast
from rag.chunk import chunk_bulletin
from rag.indexing import aside
from rag.indexing.aside import Aside
from rag.reading.corpus import bulletin_of

pytestmark = pytest.mark.usefixtures("quick_processes")

NOTICES = "".join(
    f"""青山市人民政府办公室
关于第{day}次防空警报试鸣的通知
青政办字〔2025〕{day}号
各县人民政府：
一、试鸣时间
2025年9月{day}日10:00至10:23。
二、试鸣范围
全市城区。试鸣期间请市民不要惊慌。
2025年8月{day}日
"""
    for day in range(1, 9)
)


def _squared(number: int) -> int:
    if number == 5 and multiprocessing.parent_process() is not None:
        os._exit(1)  # as a system ends a process that takes too much memory
    return number * number


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("count", [0, 1, 4])
def test_what_is_made_comes_in_the_order_of_what_is_given(count: int, long: bool) -> None:
    assert list(abreast(_squared, range(count), long=long)) == [n * n for n in range(count)]


def test_what_a_process_that_died_left_is_made_without_it() -> None:
    assert list(abreast(_squared, range(30), long=True)) == [n * n for n in range(30)]


def test_a_large_bulletin_is_cut_as_a_small_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "_LONG", 0)
    monkeypatch.setattr(aside, "_TOGETHER", 300)
    bulletin = bulletin_of("made.txt", NOTICES)
    assert len(bulletin.documents) == 8
    assert tuple(Aside.of(bulletin, tmp_path)) == chunk_bulletin(bulletin)
