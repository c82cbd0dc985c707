"""Yes or no stands first where the source decides it, and nowhere else."""

from __future__ import annotations

import pytest

from rag.answering.yesno import verdict
from rag.asking.query import Understanding

UNDERSTAND = Understanding([]).understand


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        ("消费券能转让吗？", "消费券不可提现，不可转赠、转让他人。", "不能。"),
        ("演出可以收费吗？", "演出过程中不得向演出地收费。", "不能。"),
        ("报名要带身份证吗？", "报名须携带身份证原件。", "要。"),
        ("租房能提取公积金吗？", "职工租房可以提取住房公积金。", "可以。"),
        ("公租房能转租吗？", "未经批准不得转租。", ""),  # for some
        ("公租房能养狗吗？", "公租房不得转租。", ""),  # of something else
        ("租房能提取多少公积金？", "职工租房可以提取住房公积金。", ""),  # not asked
        ("标准地改革有效吗？", "试点可以改革。", ""),  # 标准 allows nothing
    ],
)
def test_the_sentence_that_decides_opens_with_yes_or_no(question: str, sentence: str, said: str) -> None:
    assert verdict(UNDERSTAND(question), sentence) == said
