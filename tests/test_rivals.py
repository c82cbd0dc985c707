"""What two places contradict each other in: money against money, not counts or percentages, not steps of a scale."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answering.choose import Candidate
from rag.answering.conflicts import Conflicts
from rag.asking.query import Understanding
from rag.index import Index
from tests.made import NOTHING, index_of

HEAD = "甲县人民政府关于养老服务的意见\n甲政发〔2024〕1号\n各乡镇人民政府：\n"
FILLER = (
    "为保障工作有序开展，各乡镇人民政府和县直各部门要加强组织领导，明确责任分工，健全工作机制，强化督促检查。"
    * 8
)


def values_told(index: Index, question: str, first: str) -> list[str]:
    """The value that a sentence gives and those that contradict it; none where none does."""
    passages = list(index.passages)
    passage, place, unit = next(
        (p, at, u) for p in passages for at, u in enumerate(p.chunk.units) if u.reading == first
    )
    best = Candidate(passage, unit, place, unit.spans, unit.reading, 0.0, NOTHING)
    query = Understanding(index.documents.values()).understand(question)
    own, others = Conflicts(index).rivals(query, [best], passages)
    return [own, *(rival.value for rival in others)] if others else []


def told(tmp_path: Path, question: str, first: str, second: str) -> list[str]:
    """The values told where two sections, in passages of their own, say these sentences."""
    body = f"一、总体\n{first}\n{FILLER}\n二、保障\n{second}\n{FILLER}\n"
    index = index_of(tmp_path, HEAD + body)
    return values_told(index, question, first)


BEDS = "全县新增护理型养老床位多少张？"


@pytest.mark.parametrize(
    ("question", "first", "second", "values"),
    [
        (BEDS, "全县新增护理型养老床位200张。", "全县新增护理型养老床位1110张。", ["200张", "1110张"]),
        (BEDS, "全县新增护理型养老床位200张。", "全县新增护理型养老床位200张。", []),
        (
            "高龄老人补贴标准每月多少钱？",
            "高龄老人补贴标准每人每月100元。",
            "高龄老人补贴标准每人每月150元。",
            ["100元", "150元"],
        ),
        # a share, a count and an amount are three things
        (BEDS, "全县新增护理型养老床位200张。", "全县新增护理型养老床位占60%。", []),
        ("养老床位补贴多少钱？", "养老床位补贴标准为3000元。", "养老床位补贴惠及3000张。", []),
        # so is what each has and what all have
        ("养老床位建设补贴多少钱？", "养老床位建设补贴共5000元。", "养老床位建设补贴每张3000元。", []),
        # other years, what is against what shall be, other things
        (BEDS, "2023年全县新增护理型养老床位200张。", "2024年全县新增护理型养老床位1110张。", []),
        (BEDS, "截至目前全县护理型养老床位200张。", "力争全县护理型养老床位1110张。", []),
        (BEDS, "全县新增护理型养老床位200张。", "全县新建敬老院卫生室12张。", []),
        # the steps of a scale
        (
            "失能老人护理补贴每月多少钱？",
            "1级失能老人护理补贴每人每月100元。",
            "2级失能老人护理补贴每人每月200元。",
            [],
        ),
        # a name of few characters that the question has, and the time of it said in other ways
        (
            "全县光纤入户率要达到多少？",
            "加快小区改造，光纤入户率达到97%以上。",
            "到2024年底光纤入户率达到90%。",
            ["97%", "90%"],
        ),
        # a name that is the end of another, whose rest stands before it in its sentence; another word for a rate
        (
            "老年人健康管理率要达到多少？",
            "为65周岁及以上老年人每年提供一次健康管理服务，健康管理率达到75%。",
            "65岁以上老年人健康管理率达到100%。",
            ["75%", "100%"],
        ),
        (
            "老年人健康管理率要达到多少？",
            "为65周岁及以上老年人每年提供一次健康管理服务，健康管理率达到75%。",
            "孕产妇健康管理率达到100%。",
            [],
        ),
        (
            "行政村5G网络通达率要达到多少？",
            "行政村5G网络通达率达到40%以上。",
            "行政村5G网络覆盖率达到90%以上。",
            ["40%", "90%"],
        ),
        # a total without its name, which stands before it; what is and what shall be are of two times
        (
            "2024年高新技术企业要达到多少家？",
            "2024年全社会研发支出同比增长25%以上，高新技术企业达到350家以上。",
            "2024年新增高新技术企业50家以上，总量达到280家。",
            ["350家", "280家"],
        ),
        (
            "市场主体总量是多少？",
            "全县市场主体总量达到5.4万户。",
            "到2024年，全县市场主体数量突破65000户。",
            [],
        ),
        # the cases of one rule, the steps and the ends of a scale
        (
            "发生资产损失扣减多少绩效年薪？",
            "发生一般资产损失的，扣减绩效年薪30%。",
            "发生重大资产损失的，扣减绩效年薪50%。",
            [],
        ),
        (
            "主播年直播销售额多少万元有奖？",
            "每名主播年直播销售额5000万元以上，给予一次性奖励。",
            "每名主播年直播销售额1000万元以上，给予一次性奖励。",
            [],
        ),
        ("财政补助比例是多少？", "财政补助比例为30%-50%。", "财政补助比例为60%-70%。", []),
        ("初中学生生活补助多少钱？", "初中学生生活补助1250元。", "小学学生生活补助1000元。", []),
        # which of the winners is no count
        ("竞赛决赛前几名可以晋升等级？", "竞赛决赛前6名可以晋升等级。", "竞赛决赛前3名可以晋升等级。", []),
        # ten thousand is ten thousand
        ("养老机构建设补贴多少钱？", "养老机构建设补贴共1万元。", "养老机构建设补贴共10000元。", []),
    ],
)
def test_what_contradicts_is_told_and_what_differs_is_not(
    tmp_path: Path, question: str, first: str, second: str, values: list[str]
) -> None:
    assert told(tmp_path, question, first, second) == values


ROWS = """类别 |
指标 |
目标值 |
健康支持 |
65周岁以上老年人健康管理率 |
达到100% |
社会参与 |
基层老年协会覆盖率 |
达到98% |
"""


def test_a_row_of_a_table_contradicts_the_text(tmp_path: Path) -> None:
    sentence = "加强老年人慢性病防治，老年人健康管理率达到75%。"
    values = told(tmp_path, "65周岁以上老年人健康管理率要达到多少？", sentence, ROWS)
    assert values == ["75%", "100%"]


UNITS = """指标 |
单位 |
2017年 |
2022年 |
市场主体数量 |
万户 |
54000 |
65000 |
养老床位数量 |
张 |
2000 |
3000 |
"""


def test_the_unit_of_a_row_stands_in_its_own_column(tmp_path: Path) -> None:
    values = told(tmp_path, "2022年市场主体数量要达到多少？", "到2022年，市场主体数量突破65000户。", UNITS)
    assert values == ["65000户", "65000万户"]


def test_english_readers_are_told_figures_without_chinese_units(tmp_path: Path) -> None:
    values = told(
        tmp_path,
        "How many new nursing beds for elderly care (新增护理型养老床位)?",
        "全县新增护理型养老床位200张。",
        "全县新增护理型养老床位1110张。",
    )
    assert values == ["200", "1,110"]


def of_another(
    tmp_path: Path, question: str, title: str, number: str, sentence: str, own: str = "养老服务的意见"
) -> list[str]:
    """The values told where a second document of the county says another sentence."""
    head = HEAD.replace("养老服务的意见", own)
    first = "高龄老人补贴标准每人每月100元。"
    other = f"甲县人民政府关于{title}\n甲政发〔{number}号\n各乡镇人民政府：\n{sentence}\n甲县人民政府\n"
    signed = "甲县人民政府\n2024年1月5日\n"
    index = index_of(tmp_path, f"{head}{first}\n{signed}{other}{number[:4]}年6月1日\n")
    return values_told(index, question, first)


def test_documents_of_one_place_contradict_each_other(tmp_path: Path) -> None:
    question = "高龄老人补贴标准每月多少钱？"
    later = "调整民生保障待遇的通知", "2025〕9"
    assert of_another(tmp_path / "a", question, *later, "高龄老人补贴标准每人每月150元。") == [
        "100元",
        "150元",
    ]
    assert of_another(tmp_path / "b", question, *later, "优秀教师补贴标准每人每月150元。") == []
    # a plan of another village
    village = "杨柳村规划", "2024〕9"
    assert of_another(tmp_path / "d", question, *village, "高龄老人补贴标准每人每月150元。") != []
    assert (
        of_another(
            tmp_path / "e",
            question,
            "乙镇杨柳村待遇的批复",
            "2024〕9",
            "高龄老人补贴标准每人每月150元。",
            "乙镇白云村待遇的意见",
        )
        == []
    )
    # one that says it of a year of its own
    assert of_another(tmp_path / "c", question, *later, "2021年高龄老人补贴标准每人每月150元。") == []
