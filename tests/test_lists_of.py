"""Lists of one bulletin, each numbered or led in its own way: given whole, in order, and only where one is wanted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.answering.choose import Candidate
from rag.answering.lists import Listing, Lists
from rag.asking.query import Query, Understanding
from rag.index import Index
from tests.made import index_of, sentence

RULES = """青禾市人民政府关于开展惠民服务的通告
青政通〔2025〕14号
一、开放安排
人民公园每日开放。
二、申请材料
（一）身份证；
（二）户口簿；
（三）近期照片两张。
三、办理流程
第1步：登录市政务服务网填写申请表；
第2步：到社区服务中心核对原件；
第3步：领取服务卡。
四、工作措施
一是加强宣传。二是优化流程。三是强化监督。
五、不予受理的情形
有下列情形之一的，不予受理：
1.材料不齐的；
2.超过期限的；
3.重复申请的。
青禾市人民政府
2025年9月1日
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return index_of(tmp_path_factory.mktemp("lists"), RULES)


def asked(index: Index, question: str) -> Query:
    return Understanding(index.documents.values()).understand(question)


def best(index: Index, words: str) -> Candidate:
    return replace(sentence(list(index.passages), words), score=10.0)


def found(index: Index, question: str, words: str) -> Listing | None:
    """The list where the sentence with some words is the best."""
    one = best(index, words)
    return Lists(index).found(asked(index, question), one, [one])


def told(listing: Listing | None) -> list[str]:
    assert listing is not None
    return [one.text for one in listing.items]


def test_papers_are_given_whole_whichever_of_them_is_nearest(index: Index) -> None:
    for words in ("身份证", "户口簿", "近期照片"):
        items = told(found(index, "申请要带哪些材料？", words))
        assert [text[:3] for text in items] == ["（一）", "（二）", "（三）"]


def test_an_industry_of_materials_is_no_list_of_papers(tmp_path: Path) -> None:
    plan = """青禾市人民政府关于印发新材料产业2026年行动计划的通知
青政发〔2026〕3号
放开城镇落户限制，实现落户零门槛。
新材料产业2026年行动计划
（一）壮大产业规模。
（二）强化创新驱动。
"""
    index = index_of(tmp_path, plan)
    assert found(index, "落户要带什么材料？", "放开城镇落户") is None


def test_steps_come_in_their_order(index: Index) -> None:
    items = told(found(index, "怎么办理，流程是什么？", "第1步"))
    assert [text[:3] for text in items] == ["第1步", "第2步", "第3步"]


def test_what_is_numbered_within_a_paragraph_is_a_list(index: Index) -> None:
    items = told(found(index, "有哪些工作措施？", "一是加强宣传"))
    assert [text[:2] for text in items] == ["一是", "二是", "三是"]


def test_a_sentence_that_leads_a_list_is_told_with_it(index: Index) -> None:
    listing = found(index, "哪些情形不予受理？", "有下列情形之一的")
    assert listing is not None
    assert listing.lead is not None
    assert listing.lead.text.startswith("有下列情形之一的")
    assert [text[:2] for text in told(listing)] == ["1.", "2.", "3."]
    opened, *_ = listing.candidates
    assert opened.text == f"{listing.lead.text}\n{listing.items[0].text}"


def test_where_one_fact_is_asked_for_there_is_no_list(index: Index) -> None:
    assert found(index, "人民公园每日开放吗？", "人民公园") is None


def test_what_a_question_leaves_out_is_left_out(index: Index) -> None:
    items = told(found(index, "除了户口簿，还要带哪些材料？", "身份证"))
    assert len(items) == 2
    assert not any("户口簿" in text for text in items)


def test_every_item_is_a_place_of_the_source(index: Index) -> None:
    listing = found(index, "哪些情形不予受理？", "有下列情形之一的")
    assert listing is not None
    for one in listing.candidates:
        quote = "".join(RULES[start:end] for start, end in one.spans)
        assert all(line.strip() in quote for line in one.text.splitlines())
    assert listing.left_out == 0
    assert listing.rest is None


REPEALED = """青禾市人民代表大会常务委员会关于废止部分地方性法规的决定
青禾市第十五届人民代表大会常务委员会第三次会议决定：
一、废止《青禾市邮政通信条例》（1994年7月22日青禾市第十届人民代表大会常务委员会第十一次会议通过）
二、废止《青禾市信息化促进条例》（2007年9月14日青禾市第十二届人民代表大会常务委员会第三十八次会议通过）
三、废止《青禾市集市管理条例》（1992年9月19日青禾市第九届人民代表大会常务委员会第三十六次会议通过）
本决定自公布之日起施行。
"""


def test_what_all_items_do_is_asked_of_the_list_and_one_by_its_name_of_itself(tmp_path: Path) -> None:
    repealed = index_of(tmp_path, REPEALED)
    whole = found(repealed, "青禾市废止了哪些地方性法规？", "信息化促进")
    assert len(told(whole)) == 3
    assert found(repealed, "《青禾市信息化促进条例》是哪一年通过的？", "信息化促进") is None


CATALOGUE = """青禾市人民政府2025年度重大决策事项目录
1. 青禾市低空经济发展行动计划（承办单位：市发展改革委）
2. 青禾市数字经济实施意见（承办单位：市发展改革委）
3. 青禾市促进就业若干措施（承办单位：市人力资源社会保障局）
4. 青禾市住房发展规划（承办单位：市住房城乡建设局）
5. 青禾市交通枢纽实施方案（承办单位：市交通运输局）
青禾市人民政府
2025年3月1日
"""


@pytest.mark.parametrize(
    ("question", "items"),
    [("重大决策事项中，由市发展改革委承办的有哪些？", 2), ("今年的重大决策事项有哪些？", 5)],
)
def test_of_a_catalogue_those_are_told_that_the_question_names(
    tmp_path: Path, question: str, items: int
) -> None:
    listing = found(index_of(tmp_path, CATALOGUE), question, "低空经济")
    assert listing is not None
    assert len(listing.items) == items


SUBSIDY = """青禾市就业补贴实施意见
四、一次性创业补贴
（二）标准。创办小微企业的补贴10000元。
（三）材料。申请一次性创业补贴提交：
1.创业补贴申请表；
2.申请人身份证；
3.近12个月的经营流水。
五、担保贷款
最高额度30万元。
青禾市人民政府
2025年3月1日
"""


def test_a_lead_under_a_heading_of_papers_leads_to_papers(tmp_path: Path) -> None:
    listing = found(index_of(tmp_path, SUBSIDY), "申请一次性创业补贴要交什么材料？", "经营流水")
    assert len(told(listing)) == 3
