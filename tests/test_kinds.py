"""Which kinds of thing a text gives, and a question wants: one sentence, one verdict."""

import pytest

from rag.asking.wants import Want, share_held, wants

GIVES: list[tuple[Want, str, str]] = [
    ("money", "每人每月100元", "由财政部门核定"),
    ("money", "免费开放", "按时开放"),
    ("percent", "不低于85%", "逐步提高"),
    ("percent", "三分之二以上", "多数同意"),
    ("age", "年满60周岁", "老年人"),
    ("clock", "上午9时", "工作日"),
    ("year", "到2025年", "到期末"),
    ("duration", "15个工作日内", "按程序办理"),
    ("duration", "长期有效", "有效"),
    ("when", "9月18日", "另行通知"),
    ("when", "自印发之日起", "自行安排"),
    ("area", "总面积300亩", "总体规划"),
    ("score", "满分100分", "成绩优秀"),
    ("who", "由区民政局负责", "按规定执行"),
    ("where", "到兰山街道办理", "按规定执行"),
    ("count", "共16个", "若干"),
    ("person", "组长：王伟", "设组长一名"),
]
ASKS: list[tuple[str, tuple[Want, ...]]] = [
    ("每月补贴多少钱？", ("money",)),
    ("罚款最高多少？", ("money",)),
    ("入园收费吗？", ("money",)),
    ("占地多少亩？", ("area",)),
    ("满分是多少分？", ("score",)),
    ("多长时间办结？", ("duration",)),
    ("几个工作日？", ("duration",)),
    ("哪一年建成？", ("year",)),
    ("截止到几号？", ("when",)),
    ("组长是谁？", ("person",)),
    ("谁负责？", ("who",)),
    ("去哪里办？", ("where",)),
    ("比例是多少？", ("percent",)),
    ("几点开门？", ("clock",)),
    ("有几个村？", ("count",)),
    ("What is the maximum fine?", ("money",)),
    ("How long does it take?", ("duration",)),
    ("By what time must I come?", ("when",)),
    ("Which office is in charge?", ("who",)),
    ("Where is the office?", ("where",)),
    ("What share is paid?", ("percent",)),
    ("为什么要登记？", ("reason",)),
]


@pytest.mark.parametrize(("kind", "gives", "lacks"), GIVES)
def test_a_text_gives_a_kind_or_lacks_it(kind: Want, gives: str, lacks: str) -> None:
    assert share_held((kind,), gives) == 1.0
    assert share_held((kind,), lacks) == 0.0


@pytest.mark.parametrize(("question", "kinds"), ASKS)
def test_a_question_wants_its_kinds(question: str, kinds: tuple[Want, ...]) -> None:
    assert wants(question) == kinds


def test_of_two_kinds_half_may_be_given() -> None:
    assert share_held(("money", "where"), "每人发放100元") == 0.5
    assert share_held((), "每人每月100元") == 0.0
