import pytest

from rag.answer import Engine


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("到2020年临淄区二级以上综合性医院设老年病科的比例要达到多少?", ("100%", "55%")),
        ("按2022年行动计划，兰山区到2022年底累计建成并开通5G基站应达到多少个？", ("15000", "3900")),
    ],
)
def test_every_value_is_told_with_its_place(engine: Engine, question: str, values: tuple[str, ...]) -> None:
    answer = engine.ask(question)
    assert "conflict" in [notice.kind for notice in answer.notices]
    quoted = " ".join(citation.quote for citation in answer.citations)
    assert all(value in quoted for value in values)


@pytest.mark.parametrize(
    "question",
    ["防空警报试鸣几分钟", "兰山区集体经营性建设用地出租最长多少年", "2021兰山消费季消费券总资金多少"],
)
def test_what_is_said_once_contradicts_nothing(engine: Engine, question: str) -> None:
    assert "conflict" not in [notice.kind for notice in engine.ask(question).notices]


def test_another_things_figure_contradicts_nothing(engine: Engine) -> None:
    answer = engine.ask(
        "方城镇吉乐庄村村庄规划的总规划用地面积是多少？"
    )  # three more villages have a plan each
    assert "295.54" in answer.answer
    assert "conflict" not in [notice.kind for notice in answer.notices]


def test_what_is_planned_contradicts_nothing_that_is(engine: Engine) -> None:
    answer = engine.ask("截至2017年底临淄区有多少张养老床位？")  # 6,500 by 2020 is an aim
    assert "conflict" not in [notice.kind for notice in answer.notices]
