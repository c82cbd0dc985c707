"""Every character of every file is in exactly one passage or one named piece of furniture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.audit import audit
from rag.chunk import chunk_bulletin
from rag.errors import BulletinError
from rag.reading.corpus import read_bulletin
from rag.settings import Settings
from rag.text.spans import quote

FILES = sorted(Settings().bulletins.glob("*.txt"))
REAL_LINES = [line for file in FILES for line in file.read_text(encoding="utf-8").split("\n")]
SIGNS = [
    *"《》“”()（）。；;,|\t-*#○●①②\ufeff\r\x0c",
    *("第一条 ", "（一）", "1. ", "附件:", "目录", "||", "甲政发〔2024〕1号", "甲县人民政府", "2024年1月1日"),
    *("● 关于停水的通知2024-01-01", "（此件公开发布）", "语音朗读,设置朗读按钮"),
    *(
        "<p>",
        "</p>",
        "&nbsp;",
        "| a | b | c |",
        "| --- | --- |",
        "— 2 —",
        "市长 王大山",
        "第25号",
        "# ",
        "首页 > 政务",
    ),
    *(
        "一是甲。二是乙。",
        "序号  单位  电话",
        "关于供水的通知各县区：",
        "青山县人民政府文件",
        "发布日期：2024-03-02",
    ),
    "近日,甲县印发了《办法》,现解读如下:",
]

made_lines = st.lists(st.one_of(st.sampled_from(SIGNS), st.text(max_size=20)), max_size=6).map("".join)
any_text = st.one_of(
    st.text(),
    st.lists(st.one_of(made_lines, st.sampled_from(REAL_LINES)), max_size=40).map("\n".join),
)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_bulletins_are_accounted_for(file: Path) -> None:
    bulletin = read_bulletin(file)
    account = audit(bulletin, chunk_bulletin(bulletin))
    assert account.passed, (account.lost, account.doubled, account.faults)
    assert sum(share.characters for share in account.shares) == account.characters == len(bulletin.text)
    assert account.shares[0].kind == "passage"
    assert account.shares[0].share > 0.9
    assert sum(share.share for share in account.shares) == pytest.approx(1)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=any_text)
def test_any_text_is_accounted_for(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(text.encode("utf-8", "ignore"))
    try:
        bulletin = read_bulletin(path)
    except BulletinError:
        return
    chunks = chunk_bulletin(bulletin)
    assert audit(bulletin, chunks).passed
    assert len({chunk.id for chunk in chunks}) == len(chunks)
    starts = [chunk.spans[0] for chunk in chunks]
    assert starts == sorted(starts)
    for chunk in chunks:
        assert chunk.text == quote(bulletin.text, chunk.spans)


def test_furniture_is_named() -> None:
    kinds = {file.stem: {piece.kind for piece in read_bulletin(file).furniture} for file in FILES}
    assert kinds["linyi-city-2025"] == {"listing entry", "publication date", "list mark"}
    assert kinds["lanshan-gazette-2021-04"] == {"cover", "contents"}
    assert kinds["lingang-zone-2024"] == {"table border", "site footer", "screen-reader text"}
    assert "contents" in kinds["lanshan-district-2022"]


def test_what_goes_missing_or_comes_twice_is_found() -> None:
    bulletin = read_bulletin(FILES[-1])
    chunks = chunk_bulletin(bulletin)
    ((start, end),) = audit(bulletin, chunks[1:]).lost
    assert start <= chunks[0].spans[0][0]
    assert chunks[0].spans[-1][1] <= end
    assert audit(bulletin, (*chunks, replace(chunks[0], id="again"))).doubled
    assert audit(bulletin, (replace(chunks[0], text="else"), *chunks[1:])).faults
