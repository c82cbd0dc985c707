import pytest

from rag.answer import Engine
from rag.asking.spelling import Speller

COUNTS = {
    "监测": 8,
    "十多": 3,
    "警报": 5,
    "防空": 4,
    "养老": 9,
    "床位": 6,
    "siren": 2,
    "inspect": 7,
    "pension": 3,
    "rare": 1,
}
SPELLER = Speller(COUNTS, ["The siren test. Inspection of pensions; inspections everywhere."])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("防空警抱什么时候", ["警报"]),
        ("养劳床位", ["养老"]),
        ("when is the sirne test", ["siren"]),
        ("inspecton of pensions", ["inspection"]),
    ],
)
def test_a_slip_is_corrected_by_the_words_of_the_collection(typed: str, meant: list[str]) -> None:
    assert SPELLER.corrections(typed) == meant


@pytest.mark.parametrize(
    "right", ["防空警报", "养老床位有多少", "床位费是多少", "在哪家检测站做", "the siren test", "inspection"]
)
def test_what_is_right_is_left_alone(right: str) -> None:
    assert SPELLER.corrections(right) == []


@pytest.mark.parametrize("name", ["Luozhuang", "Sirex", "罗庄"])
def test_a_name_is_no_slip(name: str) -> None:
    assert SPELLER.corrections(name) == []


def test_a_misspelt_question_still_finds_its_answer(engine: Engine) -> None:
    for question in ("防空警抱哪天试鸣", "when is the air-raid sirne test"):
        assert engine.retriever.search(question, 1)[1][0].passage.document.number == "临政字〔2025〕75号"


def test_the_word_as_typed_is_kept(engine: Engine) -> None:
    assert engine.retriever.understanding.understand("防空警抱").text.startswith("防空警抱")
