"""Greetings, thanks and idle talk in both languages; the words around a question."""

import pytest

from rag.asking.smalltalk import reply, without_courtesy
from rag.text.normal import language


@pytest.mark.parametrize(
    ("said", "like"),
    [
        ("您好呀", "你好"),
        ("早上好！", "你好"),
        ("hey there", "hello"),
        ("谢谢你", "谢谢"),
        ("thx", "thank you"),
        ("拜拜啦", "再见"),
        ("你能做什么？", "你是谁"),
        ("what can you do?", "who are you"),
        ("你是机器人吗？", "转人工"),
        ("Are you a real person?", "is this a bot"),
        ("现在几点了？", "讲个笑话"),
        ("what's the weather like today", "tell me a joke"),
    ],
)
def test_what_asks_nothing_of_the_bulletins_gets_a_word_of_its_kind_and_language(
    said: str, like: str
) -> None:
    assert reply(said) is not None
    assert reply(said) == reply(like)
    assert language(reply(said) or "") == language(said)


@pytest.mark.parametrize(
    "question",
    [
        "几点开门？",
        "今天停水吗？",
        "机器人产业有哪些补贴？",
        "人工客服热线是多少？",
        "help the elderly",
        "感谢信评选的条件是什么？",
        "天气预报准确率要达到多少？",
        "你们局负责什么？",
    ],
)
def test_a_question_gets_none(question: str) -> None:
    assert reply(question) is None


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("请问津贴多少钱", "津贴多少钱"),
        ("麻烦问一下，津贴多少钱？多谢", "津贴多少钱？"),
        ("我想了解一下津贴多少钱", "津贴多少钱"),
        ("帮我查查津贴多少钱，在线等", "津贴多少钱"),
        ("Excuse me, how much is it?", "how much is it?"),
        ("Could you please tell me how much it is? Many thanks", "how much it is?"),
        ("I was wondering how much it is", "how much it is"),
        ("请教育局答复", "请教育局答复"),
        ("急救电话是多少", "急救电话是多少"),
        ("你好", "你好"),
    ],
)
def test_courtesy_is_left_out_and_nothing_else(asked: str, left: str) -> None:
    assert without_courtesy(asked) == left
