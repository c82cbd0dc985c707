"""What kind of thing a question wants, and which sentences of the bulletins give it."""

from __future__ import annotations

import re

import pytest

from rag.asking.wants import ASKS_PAPERS, counted, share_held, wants


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("防空警报啥时候试鸣", ("when",)),
        ("when is the siren test", ("when",)),
        ("防空警报几点拉响？", ("clock",)),
        ("新建直播基地最高奖励多少钱", ("money",)),
        ("How much does a nursery class charge per month?", ("money",)),
        ("全区有多少张养老床位", ("count",)),
        ("多大年龄的女生可以免费接种", ("age",)),
        ("护理型床位占比要达到多少", ("percent",)),
        ("申诉要在几天之内提出", ("duration",)),
        ("这条措施归谁负责", ("who",)),
        ("which department leads it", ("who",)),
        ("办事大厅在哪里", ("where",)),
        ("对结果有意见找谁，电话多少", ("who",)),
        ("获评的三名主播分别叫什么", ("names",)),
        ("由哪一级主管部门批准？", ()),
        ("Does the award come with prize money?", ("whether",)),
        ("怎么申请？", ()),
        ("放心消费示范店要做到哪几点", ()),
    ],
)
def test_the_kind_of_answer_wanted_is_read(question: str, kinds: tuple[str, ...]) -> None:
    assert wants(question) == kinds


@pytest.mark.parametrize(
    ("question", "gives", "lacks"),
    [
        ("一个月收多少钱", "每人每月收费500元", "收费标准由区发展改革局制定"),
        ("几点试鸣", "10时00分至10时20分", "2025年9月18日"),
        ("多大年龄可以报名", "年满6周岁的儿童", "探索推广适龄妇女人乳头瘤病毒疫苗接种"),
        ("比例是多少", "不低于45%", "按合同约定缴纳土地出让金"),
        ("共有多少家企业", "评出a类企业16家", "对企业分类管理"),
        ("一次能用几张", "3. 每笔消费限用一张消费券", "6. 退款后消费券可再次使用"),
        ("一度电收多少钱", "每度电0.6元", "建成充电基础设施1万台"),
        ("物业费一平方米多少钱", "每平方米0.8元", "改造老旧小区3.6万户"),
        ("托育费一个月多少钱", "每月1200元", "不高于保教费报销比例的2倍"),
        ("丧葬费发多少", "按月平均养老金的四倍发给", "由经办机构发给"),
        ("死亡率是多少", "控制在6.6/10万以下", "降低死亡率"),
        ("超过百分之多少算过高", "超过70%的", "资产负债率过高的企业"),
        ("办宽带能便宜多少", "给予半价以上优惠", "推广“一次办”模式"),
        ("没休的按几倍工资给", "按日工资的300%支付", "支付未休年休假工资报酬"),
        ("临时通行期限有多长", "通行期限为五年", "在临时通行期限内上道路行驶"),
        ("多久批下来", "三十日内办结", "应当及时作出审批决定"),
        ("分别叫什么名字", "组长:王庆义、李建国", "对前十名主播授予称号"),
    ],
)
def test_a_sentence_without_it_does_not_give_it(question: str, gives: str, lacks: str) -> None:
    assert share_held(wants(question), gives) == 1
    assert share_held(wants(question), lacks) == 0


def test_a_plain_count_gives_way_to_what_is_asked_more_exactly() -> None:
    assert wants("占全区的比例是多少") == ("percent",)
    assert wants("多少家企业，占比多少") == ("percent",)


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("补贴多少个家庭", ("count",)),
        ("高龄津贴多少户领取", ("count",)),
        ("补贴多少位老人", ("count",)),
        ("补贴多少钱", ("money",)),
        ("投资多少亿元", ("money",)),
        ("多少亿人次", ("count",)),
        ("报销比例是多少", ("percent",)),
        ("商转公最高能贷多少", ("levy",)),
        ("过户要交多少契税", ("levy",)),
        ("水价涨了多少", ("levy",)),
        ("一小时收多少", ("money",)),
        ("月租金是多少", ("money",)),
        ("一年打算讲多少节课", ("count",)),
        ("收多少人", ("count",)),
        ("how much of a discount is there", ("levy",)),
        ("how many yuan is the fine", ("money",)),
        ("how many people were fined", ("count",)),
    ],
)
def test_money_counts_and_shares_are_told_apart(question: str, kinds: tuple[str, ...]) -> None:
    assert wants(question) == kinds


@pytest.mark.parametrize(
    ("question", "gives", "lacks"),
    [
        ("全旗有多少户牧民领取补助？", "共有312户领取", "每户每年1000元"),
        ("要几名劝导员？", "招聘22名", "月工资2210元"),
        ("空着多少套房？", "空置12套", "连续6个月以上闲置的"),
        ("招多少人", "人数：22；月工资：2210元", "月工资：2210元"),
        ("老人有多少人", "户籍老年人已达13.3万", "每月发放100元"),
        ("吸烟要拘留几天？", "处五日以下拘留", "可以处五十元罚款"),
        ("得多少户签字？", "占总户数三分之二以上的业主签署", "每户出资百分之六十"),
        ("登记了多少辆电动自行车？", "登记电动车3万辆", "应当年满16周岁"),
        ("How many herding households receive it?", "共有312户领取", "每户每年1000元"),
        ("How many working days does it take?", "7个工作日内办结", "法定时限以内"),
    ],
)
def test_a_count_is_given_by_its_measure(question: str, gives: str, lacks: str) -> None:
    assert re.search(counted(question), gives)
    assert not re.search(counted(question), lacks)


def test_a_sentence_that_counts_something_else_holds_nothing_wanted() -> None:
    question = "全旗有多少户牧民领取补助？"
    assert share_held(wants(question), "每户每年1000元", counted(question)) == 0


@pytest.mark.parametrize("question", ["有几个班？", "怎么办理？"])
def test_where_no_measure_is_named_any_will_do(question: str) -> None:
    assert counted(question) == ""


@pytest.mark.parametrize("question", ["为什么取消津贴？", "津贴为啥停了", "Why was the allowance stopped?"])
def test_a_reason_is_asked_for_and_given(question: str) -> None:
    assert wants(question) == ("reason",)
    assert share_held(wants(question), "因资金调整，自7月起停发") == 1
    assert share_held(wants(question), "80至89周岁每人每月50元") == 0


def test_as_what_somebody_was_appointed_is_no_reason() -> None:
    assert wants("任命刚积伟为什么职务？") == ()


@pytest.mark.parametrize(
    ("question", "sentence", "gives"),
    [
        ("火化费多少钱？", "遗体火化每具800元。", True),
        ("火化费多少钱？", "擅自运送的，处三百元以上五百元以下罚款。", False),
        ("火化费多少钱？", "享受低保的，免收火化费。", True),
        ("擅自运送罚多少钱？", "擅自运送的，处三百元以上五百元以下罚款。", True),
        ("擅自运送罚多少钱？", "遗体运送每公里8元。", False),
        ("How much is the fine?", "由县民政局处二百元以下罚款。", True),
        ("What is the fee for a cremation?", "由县民政局处二百元以下罚款。", False),
        ("贷款贴息多少钱？", "按照贷款额度的1%给予贴息。", True),
        ("课后服务一学期收多少钱？", "实现课后服务100%全覆盖。", False),
    ],
)
def test_no_fee_is_a_fine_and_no_coverage_an_amount(question: str, sentence: str, gives: bool) -> None:
    assert (share_held(wants(question), sentence, counted(question)) == 1) is gives


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("住校生能带手机吗？", True),
        ("在小区里换个学校行不行", True),
        ("May I fly a drone here?", True),
        ("还要多交些什么", False),
        ("报名要交多少钱吗？", False),
        ("How do I apply?", False),
    ],
)
def test_whether_something_may_or_must_be_is_a_kind_of_its_own(question: str, asks: bool) -> None:
    assert ("whether" in wants(question)) is asks


@pytest.mark.parametrize(
    ("sentence", "says"),
    [("住校生不得携带手机。", True), ("每人仅限报一项。", True), ("学校设有图书馆。", False)],
)
def test_what_is_forbidden_allowed_or_limited_says_whether(sentence: str, says: bool) -> None:
    assert (share_held(("whether",), sentence) == 1) is says


@pytest.mark.parametrize(
    "question",
    [
        "报名要带啥？",
        "想要救助得交些啥",
        "准备啥东西去办",
        "需要提交哪些材料",
        "要什么证？",
        "What documents do I need?",
        "Which other papers?",
    ],
)
def test_papers_are_asked_for_in_official_and_everyday_words(question: str) -> None:
    assert ASKS_PAPERS.search(question)


@pytest.mark.parametrize(
    "question",
    [
        "一年要交多少钱？",
        "交什么钱",
        "何时需要证明？",
        "How long must a draft document be open for comments?",
    ],
)
def test_money_and_documents_that_are_spoken_of_are_no_papers_asked_for(question: str) -> None:
    assert not ASKS_PAPERS.search(question)
