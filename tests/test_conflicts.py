import pytest

from rag.answer import Engine
from rag.contract import Notice


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


@pytest.mark.parametrize(
    ("question", "values"),
    [
        # a list with a member more in the table of tasks, and what says it in English without its words
        ("临港区助推民间资本参与哪些重大项目建设？", ("基础设施、新能源", "基础设施、社会民生、新能源")),
        (
            "Which major projects should private capital take part in, in Lingang?",
            ("基础设施、社会民生、新能源",),
        ),
        ("临淄区的六大主导产业是哪些？", ("六大主导产业", "四大主导产业")),
        ("施庄水库发生超警戒水位洪水启动几级应急响应？", ("1座小(一)型", "或小(二)型")),
        ("兰山区集体经营性建设用地入市暂行办法从什么时候起施行？", ("2024年7月31日", "公布之日")),
    ],
)
def test_what_words_decide_is_told_with_both_places(
    engine: Engine, question: str, values: tuple[str, ...]
) -> None:
    answer = engine.ask(question)
    assert "conflict" in [notice.kind for notice in answer.notices]
    quoted = " ".join(citation.quote for citation in answer.citations)
    assert all(value in quoted for value in values)


@pytest.mark.parametrize(
    ("question", "told", "made"),
    [
        ("临淄区化工新材料产值到2025年超过多少，占比多少？", "40%", "50%"),
        (
            "What share of Linzi's chemical output should new chemical materials make up by 2025?",
            "40%",
            "50%",
        ),
        ("临淄区放心消费示范单位要创建多少家？", "90家", "85家"),
        ("Which six procedures does the enterprise information change service combine in Lingang?", "6", "5"),
        ("Which are Linzi's four distinctive and advantageous industries?", "4", "7"),
    ],
)
def test_what_is_said_and_what_it_comes_to_are_told(
    engine: Engine, question: str, told: str, made: str
) -> None:
    conflict = next(notice for notice in engine.ask(question).notices if notice.kind == "conflict")
    assert isinstance(conflict, Notice)
    assert (conflict.values["told"], conflict.values["made"]) == (told, made)
