"""A sentence is told with what it says nothing without: the body whose duty it is, the level it is a condition of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.answering.choose import LONGEST
from rag.contract import Answer

Ask = Callable[..., Answer]

PLAN = """青禾市人民政府办公室关于印发青禾市防汛应急预案的通知
青政办发〔2025〕5号
各县区人民政府：
现将《青禾市防汛应急预案》印发给你们，请认真组织实施。
青禾市人民政府办公室
2025年4月2日
青禾市防汛应急预案
1总则
1.1编制目的
做好洪涝灾害的防范与处置工作，保障人民群众生命财产安全。
2组织体系
2.1成员单位职责
市水利局：负责水情监测预警，组织水库、河道的巡查。指导水毁工程修复。
市住建局：负责市政设施防汛安全，做好在建工程安全度汛。督促物业服务企业做好地下车库防洪排涝。
3应急响应
3.1Ⅱ级应急响应
3.1.1启动条件
（1）预报有台风（最大平均风力12至13级）过境，并伴有大范围强降雨。
（2）主要河道发生超过警戒水位的洪水。
3.2Ⅲ级应急响应
3.2.1启动条件
（1）预报有强热带风暴（最大平均风力10至11级）过境。
（2）中型水库出现一般险情。
"""


def test_a_duty_is_told_with_the_body_that_its_paragraph_opens_with(ask: Callable[[str], Ask]) -> None:
    answer = ask(PLAN)("地下车库防洪排涝由哪个部门督促物业去做？")
    assert answer.answer.startswith("市住建局：")
    assert "督促物业服务企业" in answer.answer
    assert answer.citations[0].quote == "市住建局：督促物业服务企业做好地下车库防洪排涝。"
    assert len(answer.citations[0].spans) == 2


@pytest.mark.parametrize(
    ("question", "level"),
    [
        ("预报12至13级台风过境并伴有大范围强降雨，启动几级应急响应？", "Ⅱ级应急响应"),
        ("强热带风暴过境要启动几级响应？", "Ⅲ级应急响应"),
    ],
)
def test_a_condition_is_told_with_the_heading_that_gives_the_level(
    ask: Callable[[str], Ask], question: str, level: str
) -> None:
    answer = ask(PLAN)(question)
    assert level in answer.answer
    assert any(level in citation.quote for citation in answer.citations)


def test_where_nothing_asks_for_who_the_body_is_left_out(ask: Callable[[str], Ask]) -> None:
    assert "市住建局" not in ask(PLAN)("地下车库怎么防洪排涝？").answer


FITNESS = """青禾市人民政府关于印发青禾市全民健身实施计划的通知
青政发〔2025〕8号
各县区人民政府：
现将《青禾市全民健身实施计划》印发给你们，请认真贯彻执行。
青禾市人民政府
2025年5月6日
青禾市全民健身实施计划
一、发展目标
到2027年，全民健身公共服务体系更加完善，群众健身更加便利，健身热情进一步提高，各运动项目参与人数持续提升，经常参加体育锻炼的人数比例达到45%以上，国民体质合格率达到93%以上。市、镇、村三级公共体育设施更加配套，行政村健身设施全覆盖，社区十五分钟健身圈不断优化，每万人拥有足球场地0.9块，每千人社会体育指导员3个以上，人均体育场地面积达到3.2平方米以上，健身活动蓬勃开展，全民健身运动会进一步向基层延伸，冰雪运动走进校园。
"""


def test_the_best_sentence_is_cut_where_another_gives_the_other_thing_asked_for(
    ask: Callable[[str], Ask],
) -> None:
    answer = ask(FITNESS)("到2027年经常参加体育锻炼的人数比例和人均体育场地面积达到多少？")
    assert "45%" in answer.answer
    assert "3.2平方米" in answer.answer
    assert len(answer.answer) < LONGEST["zh"] + 40  # markers and dots aside


CATALOGUE = """青禾市人民政府办公室关于公布青禾市2026年度重大行政决策事项目录的通知
青政办字〔2026〕9号
各县区人民政府：
《青禾市2026年度重大行政决策事项目录》已经市政府研究同意，现予公布。
青禾市人民政府办公室
2026年3月4日
青禾市2026年度重大行政决策事项目录
1.青禾市养老服务设施专项规划（承办单位：市民政局）
2.青禾市供水价格调整方案（承办单位：市发展改革委）
3.青禾市城市停车管理办法（承办单位：市城管局）
4.青禾市综合交通体系规划（承办单位：市交通运输局）
"""


@pytest.mark.parametrize(
    ("question", "opens"),
    [
        ("2026年度重大行政决策事项目录列了几项？", "共4项：\n"),
        ("重大行政决策事项目录一共有几项，第一项是什么？", "共4项：\n"),
    ],
)
def test_the_items_of_a_catalogue_are_counted(ask: Callable[[str], Ask], question: str, opens: str) -> None:
    answer = ask(CATALOGUE)(question)
    assert answer.answer.startswith(opens)
    assert len(answer.citations) == 4
