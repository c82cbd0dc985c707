"""What residents ask of small documents in the form of real ones: an answer that holds, and what it must not say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from rag.answer import Engine
from rag.contract import Answer
from rag.index import open_index
from rag.settings import Settings
from rag.wording import worded

TEXTS = {
    "posts.txt": """\
枫林县人民政府
关于高志远等同志职务任免的通知
枫政任〔2025〕4号
各乡镇人民政府，县政府各部门：
经县政府研究决定：
任命：
高志远为枫林县水利局局长；
沈小燕为枫林县文化和旅游局副局长；
陆明为枫林县医疗保障局局长（试用期一年）。
免去：
韩志强的枫林县水利局局长职务；
吕玉梅的枫林县医疗保障局局长职务。
枫林县人民政府
2025年5月12日
""",
    "post.txt": """\
石桥县人民政府
关于罗海波等同志任职的通知
石政任〔2024〕3号
经研究，决定任命：
罗海波为石桥县民政局局长；
尹芳为石桥县司法局副局长。
石桥县人民政府
2024年8月2日
""",
    "teachers.txt": """\
云岭县2026年公开招聘中小学教师公告
为补充教师队伍，面向社会公开招聘中小学教师45名。现将有关事项公告如下：
一、招聘岗位
岗位名称	招聘人数	学历要求
初中数学教师	12	本科及以上
初中英语教师	8	本科及以上
小学语文教师	15	大专及以上
小学体育教师	10	大专及以上
二、报名条件
年龄在35周岁以下，具有相应学段的教师资格证书。
三、报名办法
报名时间为2026年12月10日至12月14日，网上报名。每人限报一个岗位，多报的取消资格。
四、笔试时间为2027年1月9日。聘用后试用期1年，月工资5100元。
云岭县教育局
2026年11月20日
""",
    "steps.txt": """\
曲水县大病保险补偿办法
第一条 参保居民一个医疗年度内的住院医疗费用，经基本医疗保险报销后，个人负担的部分由大病保险给予补偿。
第二条 大病保险起付标准为8000元。
第三条 个人负担的合规医疗费用按下列比例分段补偿：
（一）超过8000元至25000元（含）的部分，按20%补偿；
（二）超过25000元至60000元（含）的部分，按30%补偿；
（三）超过60000元的部分，按45%补偿。
第四条 本办法自2024年1月1日起施行。
""",
    "metres.txt": """\
关于调整榆城市城市供水价格的通知
榆发改价〔2018〕112号
市自来水公司：
经市政府同意，现就调整城市供水价格有关事项通知如下：
一、居民生活用水第一阶梯价格由每立方米2.10元调整为2.35元。
二、非居民用水价格调整为每立方米3.60元。
三、本通知自2018年10月抄表之日起执行。
榆城市发展和改革委员会
2018年9月12日
""",
    "taxis.txt": """\
榆城市人民政府关于印发《榆城市三轮车管理办法》的通知
榆政发〔2018〕6号
各县人民政府：
《榆城市三轮车管理办法》已经市政府同意，现印发给你们，请遵照执行。
榆城市人民政府
2018年3月1日
榆城市三轮车管理办法
第一条 为加强三轮车管理，制定本办法。
第二条 三轮车拒绝载客的，处100元罚款。
第三条 三轮车使用年限为5年。
第四条 本办法自2018年5月1日起施行。
榆城市人民政府关于印发《榆城市三轮车管理办法》的通知
榆政发〔2025〕9号
各县人民政府：
《榆城市三轮车管理办法》已经市政府同意，现印发给你们，请遵照执行。
榆城市人民政府
2025年2月8日
榆城市三轮车管理办法
第一条 为加强三轮车管理，制定本办法。
第二条 三轮车拒绝载客的，处300元罚款。
第三条 三轮车使用年限为4年。
第四条 本办法自2025年4月1日起施行。2018年印发的《榆城市三轮车管理办法》（榆政发〔2018〕6号）同时废止。
""",
    "relief.txt": """\
曲水县人民政府办公室关于印发曲水县流浪乞讨人员救助办法的通知
曲政办规〔2023〕2号
各乡镇人民政府：
《曲水县流浪乞讨人员救助办法》已经县政府同意，现印发给你们，请遵照执行。
曲水县人民政府办公室
2023年5月8日
曲水县流浪乞讨人员救助办法
第一条 为规范救助工作，制定本办法。
第二条 救助期限一般不超过10日。
第三条 本办法自2023年6月1日起施行，有效期5年。
""",
    "care.txt": """\
枫林县医疗保障局关于公布失能人员护理待遇的通知
枫医保〔2025〕6号
第一条 享受二级待遇的失能人员，其限额标准如下：
（一）上门护理费用职工参保人员每人每天90元，居民参保人员每人每天45元；
（二）辅助器具租赁费用职工参保人员每人每月180元，居民参保人员每人每月90元。
第二条 享受一级待遇的失能人员，其限额标准如下：
（一）上门护理费用职工参保人员每人每天60元，居民参保人员每人每天30元；
（二）辅助器具租赁费用职工参保人员每人每月120元，居民参保人员每人每月60元。
枫林县医疗保障局
2025年6月3日
""",
    "form.txt": """\
枫林县残疾人联合会关于做好2026年护理补贴申报工作的通知
枫残联〔2026〕7号
各镇残联：
一、申报对象：持有残疾人证的本县居民。
二、申报办法：申请人填好护理补贴审批表（附件1），连同承诺书（附件2）交村委会。
附件：
1.枫林县护理补贴审批表
2.承诺书
枫林县残疾人联合会
2026年5月6日
""",
    "crackers.txt": """\
曲水县人民政府关于加强烟花爆竹管理的通告
一、销售时间为腊月十五至正月初十，其余时间不得销售。
二、燃放时间为2027年2月6日至2月12日，元宵节（2027年2月20日）7时至24时可以燃放。
三、违反规定燃放的，由公安机关处200元罚款。
曲水县人民政府
2026年11月18日
""",
    "page.json": """\
{"title": "枫林县关于规范共享电单车的公告", "publishTime": "2026-03-02", "content": "各位市民：\\n一、\
共享电单车遗失的，按每辆2600元赔偿。\\n二、起步价为每15分钟2元。\\n枫林县城市管理局\\n2026年3月1日"}
""",
    "stars.txt": """\
曲水县劳动和社会保障局关于丧葬费有关问题的通知
曲劳社〔2026〕3号
一、退休人员死亡后，丧葬费按上年度月平均养老金的四倍发给。
二、办理丧葬费申领不得收取任何费用。
三、2026年10月起，申领可以在社区办理。
曲水县劳动和社会保障局
2026年9月1日
""",
}

ASKED = [
    ("枫林县任命了哪些人？", ["高志远", "沈小燕", "陆明"], []),
    ("枫林县谁被任命了？", ["高志远", "沈小燕", "陆明"], ["韩志强"]),
    ("枫林县谁被任命为水利局局长？", ["高志远"], ["韩志强", "沈小燕"]),
    ("枫林县2025年5月谁被免职了？", ["韩志强", "吕玉梅"], ["高志远", "没有查到"]),
    ("枫林县免去了谁的职务？", ["韩志强", "吕玉梅"], ["高志远"]),
    ("枫林县水利局原来的局长是谁？", ["韩志强"], ["高志远"]),
    ("枫林县水利局局长是谁？", ["高志远"], ["韩志强"]),
    ("Who was appointed in Fenglin County?", ["高志远", "沈小燕"], ["韩志强"]),
    ("Who was removed from office in Fenglin County?", ["韩志强", "吕玉梅"], ["高志远"]),
    ("石桥县任命了哪些人？", ["罗海波", "尹芳"], []),
    ("云岭县招多少老师？", ["45名"], ["限报一个"]),
    ("云岭县教师招聘一共招多少人？", ["45名"], ["限报一个"]),
    ("云岭县小学语文老师招几个？", ["15"], ["45名"]),
    ("云岭县初中英语招多少人？", ["8"], ["45名"]),
    ("云岭县教师招聘什么时候报名？", ["12月10日"], ["教师公告 [", "可能已不再适用"]),
    ("云岭县教师工资一个月多少？", ["5100元"], ["可能已不再适用"]),
    ("曲水县大病保险自己花了3万能报多少？", ["30%"], ["20%", "45%"]),
    ("曲水县住院自己掏了1万块，大病能补多少？", ["20%"], ["30%", "45%"]),
    ("曲水县大病自付十万块能报销多少？", ["45%"], ["20%", "30%"]),
    ("榆城市新水价从什么时候执行？", ["2018年10月"], []),
    ("榆城市三轮车拒载罚多少？", ["300元"], ["100元"]),
    ("榆城市三轮车能用几年？", ["4年"], ["5年"]),
    ("曲水县流浪乞讨人员救助办法什么时候到期？", ["有效期5年 | 2028年5月31日"], []),
    ("枫林县一级待遇辅助器具租赁费用职工每月多少？", ["120元"], ["说法不一致"]),
    ("枫林县二级待遇上门护理费用居民每天多少？", ["45元"], ["说法不一致"]),
    ("曲水县烟花爆竹卖到什么时候？", ["正月初十"], ["管理的通告 ["]),
    ("曲水县2月9日可以放烟花吗？", ["2月6日至2月12日"], []),
    ("曲水縣違規放煙花罰多少錢？", ["200元"], []),
    ("枫林县共享电单车丢了赔多少钱？", ["2600元"], ["\\n", "title"]),
    ("曲水县丧葬费发多少？", ["四倍"], []),
    ("曲水县领丧葬费要交钱吗？", ["不得收取任何费用"], []),
    ("您好，想问一下曲水县丧葬费在哪里申领？谢谢啦", ["社区"], ["10月28日"]),
]
"""Questions, what a right answer holds (all of it, of each one alternative) and what neither it nor its notices say."""


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Answer]:
    """Asks all of them as one collection."""
    folder = tmp_path_factory.mktemp("residents")
    settings = replace(Settings(), data=folder, index=folder / "index", today=date(2026, 11, 29))
    settings.bulletins.mkdir()
    for name, text in TEXTS.items():
        (settings.bulletins / f"{name.split('.')[0]}.txt").write_text(text, encoding="utf-8")
    (folder / "lexicon").symlink_to(Settings().data / "lexicon")
    return Engine(open_index(settings, quiet=True), settings).ask


@pytest.mark.parametrize(("question", "holds", "never"), ASKED)
def test_a_resident_is_answered(
    ask: Callable[[str], Answer], question: str, holds: list[str], never: list[str]
) -> None:
    answer = worded(ask(question))
    assert not answer.abstained
    said = "".join(answer.answer.split())
    for alternatives in holds:
        assert any(one in said for one in alternatives.split(" | ")), answer.answer
    noticed = " ".join(notice.text for notice in answer.notices)
    assert not [one for one in never if one in f"{answer.answer} {noticed}"]


def test_an_annex_that_is_not_printed_is_told_by_its_name(ask: Callable[[str], Answer]) -> None:
    answer = worded(ask("枫林县护理补贴审批表在哪里？"))
    assert "“枫林县护理补贴审批表”" in answer.answer
    assert "没有在公报中刊出" in answer.answer
    assert "申请人填好" not in answer.answer


@pytest.mark.parametrize("question", ["石桥县谁被免职了？", "石桥县免去了哪些人？"])
def test_who_left_is_not_told_where_nobody_did(ask: Callable[[str], Answer], question: str) -> None:
    assert ask(question).abstained
