"""Greetings, thanks and small talk: answered politely, for they ask nothing of the bulletins."""

from __future__ import annotations

import re

from rag.text.normal import Language, language, squeeze

_GREETING = re.compile(
    r"(?:你好|您好|嗨|哈喽|早上好|下午好|晚上好|早安|hi|hello|hey|goodmorning|goodafternoon|goodevening)(?:呀|啊|吗|there)?"
)
_THANKS = re.compile(r"(?:多谢|谢谢|感谢|谢了|thanks|thankyou|thx)(?:你|您|了|啦|somuch|verymuch|alot)?")
_FAREWELL = re.compile(r"(?:再见|拜拜|bye|goodbye)(?:啦|了)?")
_WHO = re.compile(
    r"你是谁|您是谁|你(?:能|会|可以)(?:做|干|回答)?(?:什么|啥)|怎么用|whoareyou|what(?:can|do)youdo|help"
)
_IDLE = re.compile(
    r"(?:.{0,8}(?:今天|明天|后天|现在|这周末?|外面))?(?:的)?(?:天气|气温)(?:怎么样|怎样|如何|好吗|好不好|咋样|预报)?|"
    r".{0,10}(?:今天|明天|后天).{0,4}(?:会不会)?下(?:雨|雪)(?:吗|不)?|现在几点了?|今天(?:星期|周|几号)几?|"
    r"(?:给我)?讲个笑话|(?:给我)?唱首歌|(?:给我)?写(?:一)?首诗|.{0,10}股票.{0,6}(?:能不能买|能买吗|怎么样|涨吗)|"
    r"(?:hows|whatis|whats)?theweather(?:like)?(?:today|tomorrow)?(?:in[a-z]+)?(?:today|tomorrow)?|"
    r"willitrain(?:today|tomorrow)?(?:in[a-z]+)?(?:today|tomorrow)?|whattimeisit(?:now)?|tellmeajoke|"
    r"howistheweather(?:in[a-z]+)?(?:today|tomorrow)?|singasong|writeapoem"
)
_END = re.compile(r"[\W_]+")

_SAID: dict[str, dict[Language, str]] = {
    "greeting": {
        "zh": "您好！请问您想查公报里的什么内容？例如某项政策的时间、金额、条件或负责部门。",
        "en": "Hello! What would you like to know from the bulletins? Ask, for example, when, how much, who or where.",
    },
    "thanks": {"zh": "不客气。还有问题请继续问。", "en": "You are welcome. Ask on if there is more."},
    "farewell": {"zh": "再见。", "en": "Goodbye."},
    "idle": {
        "zh": "这里只回答政府公报里的内容，查不到天气、行情这类消息。您想问哪项政策？",
        "en": "Only what government bulletins say is answered here, not the weather and the like. "
        "Which policy is your question about?",
    },
    "who": {
        "zh": "这里根据政府公报的原文回答问题，每个回答都标明出处；公报里没有的，会直接说没有。请直接输入问题。",
        "en": "Questions are answered here from the text of government bulletins, each answer with its exact place; "
        "what they don't say is not guessed. Just type a question.",
    },
}


def reply(question: str) -> str | None:
    """A polite word for a greeting, thanks, a farewell, "who are you" or small talk; None for anything else."""
    plain = _END.sub("", squeeze(question))
    for kind, pattern in (
        ("greeting", _GREETING),
        ("thanks", _THANKS),
        ("farewell", _FAREWELL),
        ("who", _WHO),
        ("idle", _IDLE),
    ):
        if pattern.fullmatch(plain):
            return _SAID[kind][language(question)]
    return None
