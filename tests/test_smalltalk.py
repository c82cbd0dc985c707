import pytest

from rag.answer import Engine
from rag.asking.smalltalk import reply


@pytest.mark.parametrize(
    "said", ["你好", "您好！", "Hello!", "good morning", "谢谢", "Thanks a lot", "再见", "你是谁？"]
)
def test_a_greeting_is_answered_in_its_language(engine: Engine, said: str) -> None:
    answer = engine.ask(said)
    assert answer.answer == reply(said)
    assert answer.language == ("en" if said.isascii() else "zh")
    assert not answer.citations
    assert "公报中没有" not in answer.answer


@pytest.mark.parametrize(
    "asked", ["你好，防空警报什么时候试鸣", "help for the disabled", "谢谢参与的企业有哪些"]
)
def test_a_question_is_no_greeting(asked: str) -> None:
    assert reply(asked) is None


@pytest.mark.parametrize(
    "said", ["今天天气怎么样？", "明天临沂会不会下雨？", "Will it rain tomorrow?", "讲个笑话"]
)
def test_small_talk_is_told_what_is_answered_here(said: str) -> None:
    assert reply(said) in (reply("今天天气怎么样"), reply("Will it rain?"))


@pytest.mark.parametrize("asked", ["天气预报预警准确率要达到多少", "降雨多少毫米启动一级响应"])
def test_a_question_about_the_weather_in_a_bulletin_is_none(asked: str) -> None:
    assert reply(asked) is None
