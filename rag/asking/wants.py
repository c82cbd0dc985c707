"""What kind of thing a question wants (money, an age, a clock time), and whether a text gives one.

An answer to “一个月收多少钱？” must hold an amount of money: however much a sentence is about the fee, one without any
does not answer. Kinds are read off the words of the question, which may want several; texts are judged by the Chinese
of their source, whatever language the question is in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from rag.text.normal import normalise

Want = Literal[
    "money",
    "levy",
    "percent",
    "age",
    "clock",
    "year",
    "duration",
    "when",
    "area",
    "score",
    "names",
    "person",
    "who",
    "where",
    "count",
    "reason",
    "whether",
]
MEASURED: frozenset[Want] = frozenset(
    ("money", "levy", "percent", "age", "duration", "area", "score", "count")
)
"""Kinds whose answer is a figure and its unit."""
TIMES: frozenset[Want] = frozenset(("when", "clock", "year", "duration"))
"""Kinds whose answer is a time."""
INEXACT: frozenset[Want] = frozenset(("person", "who", "where", "whether"))
"""Kinds that many words may give: a text may hold one and none of the words that are known to be."""

ASKS_PAPERS = re.compile(
    r"(?:材料|资料|证件|手续|凭证)(?!.{0,3}?(?:什么时[候间]|何时|啥时候|几[号点]|哪天|多久|截止|[交送寄递]到|在?哪里?))|"
    r"(?:哪些|什么|啥)证(?!明)|(?:带|交|拿|递|准备|提供|提交)(?:上|些|点|齐)?(?:什么|哪些|啥)(?!钱|费)|"
    r"\b(?:what|which) (?:\w+ ){0,2}?(?:papers?|documents?|materials?)\b|\bpaperwork\b",
    re.IGNORECASE,
)
"""A question for papers, in official and everyday words: 提交哪些材料, 得交些啥."""

_N = r"(?:\d[\d.,]*|[一二三四五六七八九十百千万两零半]+)"
_UP_TO = "[^,，、。;；]"
_NO_THINGS = "(?![个家名人户位天次年倍分份件样项种条月张套方度节场堂门所座辆台部])"
"""Behind 多少 where no things are counted: 收多少, and not 收多少人."""
_NO_MEASURE = "(?![人户台辆个名平亩吨套座立千公头株张件次册家只条所处床场米方])"
"""Behind 万 where no things are measured: 1.2万 of money, and not 1.2万人."""
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤公解"
    "房管臧亓宫隋祝鞠盛时施单卞岳庄季柴耿焦甄苗葛戚邢燕闵滕翟步牛"
)
_POST = (
    "(?:组长|主任|局长|书记|院长|队长|所长|会长|区长|市长|镇长|校长|班长|经理|"
    "负责人|召集人|总?指挥|带头的?|一把手|头头|头儿)"
)

_WHICH_LEVEL = (
    r"(?<!哪)几级|哪一?级(?!.{0,12}(?:部门|机关|政府|单位))|什么(?:级别|等级)|"
    r"\b(?:which|what) (?:[\w-]+ ){0,3}(?:level|grade)\b"
)
_LEVEL = r"(?:(?<![a-z])[iv]{1,3}|[一二三四五特甲乙丙]|(?<![\d~～—至-])\d)\s*级"

_KINDS: tuple[tuple[Want, str, str], ...] = (
    (
        "clock",
        r"(?<!哪)几点|(?<!by )(?<!within )\bwhat time\b|\bwhat hours\b|\bopening hours\b",
        r"\d+(?:时|点|:\d\d)|[一二三四五六七八九十](?:点|时(?![期间候代段限]))|上午|下午|中午|全天",
    ),
    (
        "age",
        r"几岁|多少(?:周)?岁|多大(?:年龄|岁数|的?(?:孩子|小孩|娃|老人|人))|"
        rf"年龄{_UP_TO}{{0,4}}(?:多少|几|多大)|\bhow old\b|\b(?:what|which) ages?\b|\bage (?:limit|range|group)\b",
        r"岁|龄\D{0,4}\d|(?:19|20)\d\d年\d+月\d+日",
    ),
    (
        "percent",
        rf"百分之几|百分比|几个百分点|多少个百分点|几成|(?:比例|占比|比重|率){_UP_TO}{{0,8}}(?:多少|几|多大|多高)|"
        r"(?:多大|多少|多高|什么)(?:的)?(?:比例|占比|比重)|"
        r"\bpercent(?:age)?\b|\bper cent\b|\bwhat (?:share|proportion|rate)\b",
        rf"%|‰|百分之|百分点|{_N}成|分之|全部|一半|{_N}倍|\d[:∶/]\d|全覆盖|零",
    ),
    (
        "score",
        r"(?:多少|几)分(?!钟|量|之|类|别|为|成|批|工)|\bhow many (?:points|marks)\b|\bwhat score\b",
        rf"{_N}\s*分|分值|分数",
    ),
    (
        "money",
        rf"(?<!没)多少钱|(?:[罚赔缴交收发补奖领拿给付]|奖励)(?:到|上|我|你)?(?:多少|几){_NO_THINGS}|收费(?:吗|么|不|嘛)|(?:要|用|得)(?:不要)?(?:花|交|收|掏)?钱(?:吗|么|不|嘛)|(?:多少|几)(?:百|千|万|亿|十)*元|(?<!哪)几(?:百|千|万|十)?块|"
        r"多少(?:个)?(?:万|亿)(?!人|户|亩|吨|平|立|公|千|个|辆|册|次|株|张|头|只|名|件|座|台)|"
        rf"(?:(?<!经)费|价|价格|奖金|奖励|补贴|补助|资助|罚款|罚金|津贴|工资|薪|金额|额度|[租押]金){_UP_TO}{{0,6}}"
        r"多少(?!个|家|名|人|户|位|辆|套|项|种|次|天|年|倍)|"
        rf"多少{_UP_TO}{{0,4}}(?:(?<!消)费|奖金|补贴|补助|罚款|工资|津贴|租金|[险学老助恤]金)|"
        r"(?:费|补贴|补助|津贴|奖金|奖励|工资|罚款|价格?).{0,12}\bhow much\b|"
        r"\bhow much (?:money|prize)\b|\bhow much (?:is|are|was|were)\b.{1,60}"
        r"\b(?:fines?|fees?|rent|prize|reward|award|grant|subsid(?:y|ies)|charge|allowance|pension|salary|wage|pay|bonus|tuition|ticket|compensation|deposit)\b|"
        r"\bhow much\b(?! (?:extra |more )?(?:time|exercise|land|space|longer|area|water|rain))"
        r"(?: \w+){0,3} (?:do|does|did|will|would|can|could|must|is|are|was|were)\b.{1,80}"
        r"\b(?:cost|charged?|pay|paid|fined|receive|get|awarded|reimbursed|borrow)\b|\bwhat\b.{0,40}\bprize money\b|"
        r"\bwhat (?:is the )?(?:maximum |minimum |highest |total )?(?:fee|fine|price|reward|subsidy|salary|amount)\b|"
        r"\bhow many yuan\b",
        rf"元|{_N}\s*(?:余|多)?(?:[万亿]{_NO_MEASURE}|块)|(?:[罚薪价金]|工资|收入|租金){_UP_TO}{{0,16}}{_N}倍|{_N}倍{_UP_TO}{{0,10}}罚|免费|不(?:得|予|再)?(?:另行?|额外)?收|无偿|免收|免缴|全额|零|"
        r"按[^,，。;；]{0,20}%|%[^,，。;；]{0,8}(?:奖|补|贴|资助|报销|罚|利率|计算|支付|缴)",
    ),
    (
        "levy",  # what is paid back, lent, taxed or taken off: a sum or a share
        rf"(?:报销|抵扣|抵|减免|减收|压减|压缩|压降|优惠|便宜|折扣|贷款?|借|税|利息|利率){_UP_TO}{{0,3}}"
        rf"(?:多少|几){_NO_THINGS}|(?:多少|几)(?:的)?{_UP_TO}{{0,2}}(?:税|折|利息|贷款)|"
        rf"(?:涨|降|上调|下调)(?:了|到|低|价)?(?:多少|几){_NO_THINGS}|(?:多少|几)倍|"
        r"\bhow (?:much|big|large)\b.{0,60}\b(?:reimburs\w+|deduct\w+|discounts?|reduc\w+|tax(?:es)?|cheaper|loan)\b",
        rf"元|%|‰|百分之|分之|{_N}\s*(?:余|多)?(?:[万亿]{_NO_MEASURE}|块|成|折|倍)|半价|减半|一半|全额|免",
    ),
    (
        "area",
        r"(?:多少|几)(?:平方|平米|亩|公顷|公里|千米|米)|多大面积|多大地|"
        rf"面积{_UP_TO}{{0,6}}(?:多少|多大|几)|\bhow (?:wide|tall|large an area)\b|"
        r"\b(?:how many|what) (?:square |cubic )?(?:met|kilomet)(?:re|er)s\b|\bwhat area\b",
        rf"平方|平米|㎡|亩|公顷|公里|千米|{_N}\s*(?:余|多)?\s*(?:m|米|km|平)|面积",
    ),
    (
        "year",
        r"哪一?年|哪个年|\b(?:which|what) year\b",
        r"(?:19|20)\d\d|年底|年末|年内|当年|年度|十[三四五]五|届",
    ),
    (
        "duration",
        r"多久|多长时间|期限|时限|(?:多少|几)(?:个)?(?:天|日|工作日|月|年|小时|分钟|周|星期)(?!份|级|度|来)|"
        r"\bhow long\b|\bhow many (?:working |calendar |business )?(?:days|months|years|hours|minutes|weeks)\b|"
        r"\bhow (?:soon|often)\b|\bdeadline\b",
        rf"{_N}\s*(?:个)?\s*(?:余|多)?(?:小时|分钟|天|日|工作日|月|年|周|星期|季度|学期|次)|(?:19|20)\d\d|长期|"
        r"立即|每(?:年|半年|季度|月|周|天|日|次)|当[天日]|即时|随时|定期|半年|前|按[年季月周日天]|日产日清|公里|米",
    ),
    (
        "when",
        r"什么时候|啥时候|何时|哪天|哪一天|几号|几月|什么时间|哪几天|截止|哪个月|"
        r"(?:^|[,;:?] |\band )(?:(?:from|until|by|since|on|and) )?when\b|\b(?:what|which) (?:dates?|days?|month)\b|"
        r"\bhow late\b|\b(?:by|within) what time\b",
        rf"\d{{4}}年|\d+月|\d+日|\d+时|(?<!满)(?<!不足)(?<!超过){_N}(?<!满\d)(?:个)?(?:小时|天|日|工作日|年|周|月|分)(?!以上)|[正冬腊]月|除夕|元宵|初[一二三四五六七八九十]|年底|之日|日起|季度|"
        r"每(?:年|季度|月|周|天|日)|年内|年初|月底|之前|以前|之后|期间|届|当天|立即|汛期|时$",
    ),
    (
        "names",
        r"(?:分别|都|各)叫(?:什么|啥)|[人员]叫(?:什么|啥)名|(?:名字|姓名)分别|名单.{0,6}(?:有谁|有哪些)|"
        r"\bnames? of (?:the|all)\b",
        rf"(?:^|[、:：,，;；\s(（“])(?:[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})(?=[、,，。;；\s)）:：]|同志|$)|"
        r"公司|厂|店|集团|合作社|小区|学校|社区|项目",
    ),
    (
        "person",
        rf"{_POST}[是由为]?(?:谁|哪位|哪个人|叫什么)|谁(?:来|是|任|当|担任|挂帅)*{_POST}|哪位|"
        r"\bwho (?:heads?|headed|chairs?|chaired|commands?|(?:is|was|became) (?:the )?"
        r"(?:head|director|leader|chair\w*|commander|mayor|chief|deputy|secretary|convenor|captain))\b|\bwho is .{1,60}"
        r"\b(?:leader|head|director|commander|chief|convenor|captain)\b",
        rf"(?:^|[、:：,，;；\s(（“由]|(?:联系|负责|召集|主持|经办)人)[{_SURNAMES}]\s?[\u4e00-\u9fff]{{1,2}}(?=[、,，。;；\s)）:：]|同志|兼|任|为|的[^,，。;；]{{2,30}}职务|[区市镇县局党副街政公教临]|$)|"
        r"(?:^|[,，;；、:：])[\u4e00-\u9fff]{2,4}(?:同志)?(?:为|的)[^,，。;；]{2,30}(?:[省市区县旗镇乡局厅院所处科部]长|主任|书记|[判察]员|委员|职务)|"
        r"(?:区长|市长|镇长|局长|主任|书记|指挥|负责同志|负责人)(?:任|担任|兼任|为|签发|主持)",
    ),
    (
        "who",
        r"谁|哪个(?:部门|单位|局|机构|人)|哪些(?:部门|单位)|负责|牵头|哪家|\bwho\b|\bwhom\b|"
        r"\bwhich (?:body|office|department|agency|unit|bureau|authority)\b|\bin charge\b|\bresponsible\b",
        r"局|委|办公室|部门|单位|政府|中心|公司|机构|组长|主任|联系人|负责|牵头|承办|镇|街道|指挥|大队|院|主体|组织",
    ),
    (
        "where",
        r"哪里|哪儿|在哪|什么地方|地址|何处|去哪|\bwhere\b|\baddress\b|\blocation\b",
        r"路|街|号|镇|村|区|地址|地点|大厅|中心|窗口|网|平台|app|机场|车站|园|(?<![我本你贵该])局",
    ),
    (
        "count",
        r"(?<!电话)(?<!号码)多少|(?<!哪)几(?:个|家|名|人|条|种|项|处|次|张|所|座|户|类|台|辆|块|支|场|套|间|位|批|级|轮)|"
        r"\bhow (?:many|much|big|large|high|far)\b|\bnumber of\b|"
        rf"{_WHICH_LEVEL}",
        r"\d|[一二三四五六七八九十百千万两]+(?:个|家|名|人|条|种|项|处|次|张|所|座|户|类|级|轮|倍|成|大|届|批|支|套)|全部",
    ),
    (
        "reason",
        r"为什么(?![职岗样人级]|性质|单位)|为啥|为何|凭什么|什么原因|\bwhy\b|\bfor what reason\b",
        r"因|由于|鉴于|为(?:了|进一步|更好|规范|加强|保障|确保|切实|认真|深入|全面|推[动进]|促进|提[高升]|贯彻|落实|方便|解决|做好|让)|原因|根据|以便|旨在",
    ),
    (
        "whether",
        r"(?:吗|嘛|(?<![什怎这那多])么)(?:[?，,。]|$)|能不能|可不可以|是否|能否|可否|行不行|要不要|用不用|需不需要|会不会|算不算|让不让|准不准|[能行要让算]不(?:[?，,。]|$)|"
        r"(?:^|[,;:?] )(?:can|may|could|must|should|am|is|are|do|does|will) "
        r"(?:i|we|you|it|one|my|our|the|a|an|they|he|she|people|[a-z]+s)\b",
        r"不得|不准|不能|不可|不许|禁止|严禁|不予|不再|不受|不用|不需|无需|不接受|不限|只能|[仅只](?:限|颁|受|能|可)|可以|允许|准予|必须|应当|免于|方可|才能|有权|一律|均可|也?可(?!能|行|靠|持续)|除外|须",
    ),
)
_COUNTED = (
    (
        "(?:[人名位口]|老师|教师|学生|职工|工人|护士|医生|警察|民警|辅警|干部|志愿者)",
        "people|persons|residents|members|staff|students|workers|pupils|applicants",
        "[人名位口岗个员]",
    ),
    ("户", "households|families", "[户家]"),
    ("家", "companies|enterprises|firms|businesses", "[户家个所间处]"),
    ("[套间栋幢座处所]", "flats|homes|apartments|buildings|rooms", "[套间栋幢座处所个户]"),
    ("[辆台部艘架]", "vehicles|cars|buses|bikes|bicycles|ships|boats", "[辆台部艘架个]"),
    ("[株棵]", "trees", "[株棵]"),
    ("(?:天|个?工作日)", "days", "(?:天|日|个?工作日|周|个?月|小时|年|场|次)"),
    ("小时", "hours", "(?:小时|时|点|:|日|天|分)"),
    ("吨", "tons|tonnes", "(?:吨|公斤|千克|斤)"),
    ("[次回趟遍]", "times", "[次回趟遍轮]"),
)
"""What is counted, as questions in Chinese and in English ask for it, and the measures a Chinese text counts it by."""
_COUNTS = (
    (re.compile(_WHICH_LEVEL), _LEVEL),
    *(
        (
            re.compile(
                rf"(?:多少|(?<!哪)几)[十百千万亿余多]*{zh}(?!民币|均)|"
                rf"\bhow many (?:[\w-]+ ){{0,2}}(?:{en})\b"
            ),
            rf"(?:{_N}|\d)\s*[余多万亿来]*\s*{held}(?<!个(?=月|工作|小时|百分|学期))|"
            rf"{held}(?:总?数)?(?:[:：]|已?达到?|共计?|为|有|是)\s*约?\d|(?<!百)分之",
        )
        for zh, en, held in _COUNTED
    ),
)
_FINE = re.compile(r"罚|\b(?:fined?|fines|penalt(?:y|ies))\b")
_FINED, _UNFINED = "罚|处.{0,12}元", r"元(?![^,，。;；]{0,14}罚)|^[^元]*$"
"""What a text matches that may give a fine, and one whose amounts of money are not all of fines: no fee is a fine."""
_NUMBERED = re.compile(r"^\s*\(?\d{1,2}[).、]\s*(?!\d)")
"""The number that an item begins with, which counts nothing."""
_IN_ALL = re.compile("一共|总共|共计|合计")
ASKS_FORM = re.compile(
    r"(?P<what>[\u4e00-\u9fff]{3,16}(?:表|书|单|录|证明))(?:在|从|到|去)?哪里?儿?(?:可以|能)?(?:有|看|查看|找到?|下载)?[?？,，。]?$"
)
"""Where a form or a list is, asked by its name: 高龄津贴申请表在哪里; not where it is to be handed in."""
_ASKED = {kind: re.compile(asked) for kind, asked, _ in _KINDS}
_HELD = {kind: re.compile(held) for kind, _, held in _KINDS}


def wants(question: str) -> tuple[Want, ...]:
    """The kinds of thing a question wants; none where it asks for nothing particular (what, how, may I).

    >>> wants("防空警报几点试鸣？"), wants("At what age is the vaccine free?"), wants("怎么办理？")
    (('clock',), ('age',), ())
    """
    plain = normalise(question)
    found = tuple(kind for kind, asked in _ASKED.items() if asked.search(plain))
    exact = set(found)
    plainer = {"count"} if exact & MEASURED - {"count"} else set()
    plainer |= {"levy"} if "percent" in exact else {"money"} if "levy" in exact else set()
    plainer |= {"where"} if ASKS_FORM.search(plain) else set()
    plainer |= {"who"} if "person" in exact else set()
    plainer |= {"whether"} if exact - {"whether", "reason"} else set()
    return tuple(kind for kind in found if kind not in plainer)


def share_held(kinds: Sequence[Want], text: str, measure: str = "") -> float:
    """Share of the wanted kinds that a Chinese text gives, between 0 and 1; 0 where none is wanted.

    :param measure: What a text that gives a count must match, as `counted` has it; "" for anything.

    >>> share_held(("money", "count"), "每人补贴500元"), share_held(("money",), "收费标准由主管部门制定")
    (1.0, 0.0)
    """
    if measure and not re.search(measure, normalise(text)):
        return 0.0
    return len(_kinds_in(text) & set(kinds)) / len(kinds) if kinds else 0.0


def counted(question: str) -> str:
    """What a text must match that gives the figure a question asks for by its measure; "" where it names none.

    A count goes by what is counted; of money, a fine is one where a fine is asked for, and never else.

    >>> [bool(re.search(counted("多少户领取了补助？"), text)) for text in ("共312户", "每户1000元")]
    [True, False]
    >>> [bool(re.search(counted("火化费多少钱？"), text)) for text in ("每具800元", "处三百元罚款")]
    [True, False]
    """
    plain = normalise(question)
    if _IN_ALL.search(plain):  # the rows of a table may be counted
        return ""
    measures = [held for asked, held in _COUNTS if asked.search(plain)]
    if not measures and _ASKED["money"].search(plain):
        measures.append(_FINED if _FINE.search(plain) else _UNFINED)
    return "|".join(measures)


@lru_cache(maxsize=65_536)  # the sentences of the passages that are read again and again
def _kinds_in(text: str) -> frozenset[Want]:
    plain = _NUMBERED.sub("", normalise(text))
    return frozenset(kind for kind, pattern in _HELD.items() if pattern.search(plain))
