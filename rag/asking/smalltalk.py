"""Greetings, thanks and small talk: answered politely, for they ask nothing of the bulletins."""

from __future__ import annotations

import re

from rag.text.normal import Language, language, squeeze, tokens

_GREETING = re.compile(
    r"(?:你好|您好|嗨|哈喽|早上好|下午好|晚上好|早安|hi|hello|hey|goodmorning|goodafternoon|goodevening)(?:呀|啊|吗|there)?"
    r"(?:请问(?:一下)?)?"
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
_HUMAN = re.compile(
    r"(?:请问)?[你您](?:是|到底是)?(?:不是|是不是)?(?:个)?(?:真人|人工|机器人?|机器|ai|人工智能|活人)(?:客服)?(?:吗|么|吧|还是(?:真人|机器人?|人工|ai))?|"
    r"(?:我要|请|帮我)?(?:转|找|接|换)?人工(?:客服|服务|坐席)?(?:在吗|吗)?|"
    r"(?:areyou|isthis|amitalkingto)(?:areal|real|ahuman|human|abot|abots?|arobot|anai|ai|aperson|aliveagent|amachine)"
    r"(?:person|human|being|bot)?(?:or(?:a|an)?(?:bot|robot|machine|ai|human|person))?"
)
_END = re.compile(r"[\W_]+")

_OPENING = re.compile(
    r"(?:(?:[你您]们?好(?:呀|啊)?|哈喽|嗨|早上好|上午好|下午好|晚上好|老师|同志|领导|亲|不好意思|打扰(?:一?下)?了?|"
    r"(?:麻烦|劳驾|烦请|辛苦|拜托)(?:[您你]|大家|各位)?(?:了)?|请(?:问|教(?![育师委体材]))(?:一?下)?|"
    r"(?:我|俺)?(?:们)?(?:就?是)?(?:想|要|需要)(?:要)?(?:咨询|请教(?![育师委体材])|请问|问问?|了解|打听|知道)(?:一?下)?|咨询(?:一?下)|问(?:一?下)|打听(?:一?下)|"
    r"请?帮(?:我|忙|俺)*(?:查|看|问|找)(?:一?下|查|看)?|给我(?:说|讲|查)(?:一?下)|就是(?:那个|说)?|那个(?=[^,，。]{4}))[\s,，。.!！:：~～、]*)+"
)
_CLOSING = re.compile(
    r"[\s,，。.!！~～、;；]*(?:(?:非常|十分|万分)?(?:谢谢|多谢|感谢|谢了|3q|辛苦|麻烦|劳驾|拜托)(?:[您你]们?|大家|老师|啦|了|哈|哦|各位)*|"
    r"在线等|急(?:急+|求|用|盼回复?)|盼复|求(?:解答|回复|告知))[\s,，。.!！~～、]*$"
)
_OPENING_EN = re.compile(
    r"(?:(?:(?:hi|hello|hey|good (?:morning|afternoon|evening))(?: there| all| everyone)?|excuse me|"
    r"sorry to bother you|"
    r"dear (?:sir|madam|all))[\s,.!]+|please\b,?\s*|(?:could|can|would) (?:you|anyone|someone)(?: please| kindly)? "
    r"(?:tell me|help me(?: find out| understand)?|let me know|explain(?: to me)?)\s+|"
    r"(?:i(?:['’]d| would) like|i (?:want|wanted|need)) to (?:know|ask|find out)(?: about)?[\s,:]+|"
    r"i was wondering[\s,]+|"
    r"do you know\s+(?=wh|how|if))+",
    re.IGNORECASE,
)
_CLOSING_EN = re.compile(
    r"(?P<end>\?)?[\s,.!]*\b(?:many thanks|thanks?(?: you)?(?: (?:so|very) much| a lot| in advance)?|thx|"
    r"cheers|please)[\s.!]*$",
    re.IGNORECASE,
)

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
    "human": {
        "zh": "这里是自动问答，不是真人：只根据政府公报的原文回答，每个回答都标明出处。需要人工帮助，可拨打12345。",
        "en": "This is a program, not a person: it answers from the text of government bulletins and names the place. "
        "For a person's help, call 12345.",
    },
    "who": {
        "zh": "这里根据政府公报的原文回答问题，每个回答都标明出处；公报里没有的，会直接说没有。请直接输入问题。",
        "en": "Questions are answered here from the text of government bulletins, each answer with its exact place; "
        "what they don't say is not guessed. Just type a question.",
    },
}


def without_courtesy(question: str) -> str:
    """A question without the words that are polite and say nothing; as it is where nothing else is left.

    >>> without_courtesy("您好，我想咨询一下停水从几点到几点？谢谢！")
    '停水从几点到几点？'
    >>> without_courtesy("Hello, could you please tell me when the siren sounds? Thanks a lot!")
    'when the siren sounds?'
    """
    left = question
    for opening, closing in ((_OPENING, _CLOSING), (_OPENING_EN, _CLOSING_EN)):
        if begun := opening.match(left):
            left = left[begun.end() :]
        while ended := closing.search(left):
            left = left[: ended.start()] + (ended.groupdict().get("end") or "")
    left = left.strip()
    return left if tokens(left) else question


def reply(question: str) -> str | None:
    """A polite word for a greeting, thanks, a farewell, "who are you" or small talk; None for anything else."""
    whole = _END.sub("", squeeze(question))
    bare = _END.sub("", squeeze(without_courtesy(question)))
    return next((said for plain in dict.fromkeys((whole, bare)) if (said := _reply(plain, question))), None)


def _reply(plain: str, question: str) -> str | None:
    for kind, pattern in (
        ("greeting", _GREETING),
        ("thanks", _THANKS),
        ("farewell", _FAREWELL),
        ("who", _WHO),
        ("human", _HUMAN),
        ("idle", _IDLE),
    ):
        if pattern.fullmatch(plain):
            return _SAID[kind][language(question)]
    return None
