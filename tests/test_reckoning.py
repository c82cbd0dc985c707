"""What a sentence says beside what it adds up to, lists or falls on itself: told only where that is certain."""

from __future__ import annotations

import pytest

from rag.answering.reckoning import reckoned


@pytest.mark.parametrize(
    ("text", "told", "made"),
    [
        # parts and their sum, parts that are more than their whole
        ("组建队伍男队员12人、女队员15人，合计28人。", "28人", "27人"),
        ("全县低保对象共85户，其中城镇40户、农村60户。", "85户", "100户"),
        ("全县低保对象共85户，其中新增90户。", "85户", "90户"),
        # how many there are, and which
        ("成员由发改局、财政局、民政局、司法局三个部门组成。", "三个", "4个"),
        ("设三个小组：综合组、督查组。", "", ""),
        ("重点支持精细化工、新材料、高端装备、新医药三大主导产业。", "三大", "4大"),
        # a share of figures that are said, and from what to what
        ("总投资2000亿元，其中新材料1000亿元，占比40%。", "40%", "50%"),
        ("规上企业由505家增加到598家，净增83家。", "83家", "93家"),
        # words and figures
        ("合同金额为人民币壹拾贰万元整（¥210000元）。", "壹拾贰万元", "210000元"),
        ("公示期为十五（20）日。", "十五", "20"),
        # a day of the week: 18 September 2025 was a Thursday
        ("定于2025年9月18日（星期五）试鸣。", "星期五", "星期四"),
        # two totals of one thing
        ("该村人口总计3500余人，总人口已超5000多人。", "3500余人", "5000多人"),
    ],
)
def test_what_does_not_come_to_what_is_said_is_told(text: str, told: str, made: str) -> None:
    found = [(one.told, one.made) for one in reckoned(text)]
    assert found == ([(told, made)] if told else [])


@pytest.mark.parametrize(
    "text",
    [
        "组建队伍男队员12人、女队员15人，合计27人。",
        # parts that need not be all, or may be the same people
        "全县低保对象共85户，其中残疾30户、重病40户、高龄50户。",
        "成员由发改局、财政局等三个部门组成。",
        "投资总额1.2亿元、补助0.35亿元，合计1.6亿元。",  # rounded
        "总投资2000亿元，其中新材料667亿元，占比33.4%。",
        "规上企业由505家增加到598家，净增93家。",
        "占比由12.46%提高到20.24%，提升了7.78个百分点。",
        # several of each kind, not the kinds
        "新建小学、初中、幼儿园12所，新建街角游园、口袋公园50个。",
        "防范化解重大风险等重大部署和精准脱贫、污染防治、乡村振兴三大攻坚战。",
        "合同金额为人民币壹拾贰万元整（¥120000元）。",
        "公示期为十五（15）日。",
        "定于2025年9月18日（星期四）试鸣。",
        "2020年总人口3000人，2025年总人口达5000人。",  # of two years
    ],
)
def test_what_may_be_right_is_not_told(text: str) -> None:
    assert reckoned(text) == []


def test_a_list_that_leaves_a_few_of_what_it_counts_unnamed_is_told_apart() -> None:
    (found,) = reckoned("整合企业登记、印章刻制、账户变更、社保登记等5个政务服务流程。")
    assert (found.told, found.made, found.rest) == ("5个", "4个", True)
    assert reckoned("区发改局、区财政局、区司法局等20个部门参加。") == []
