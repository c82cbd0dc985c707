"""The lines of a bulletin and what their wording alone says: heading marks, numbers, issuers, dates.

Every pattern reads the folded line: full-width forms become half-width, one for one, and places stay places.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rag.text.normal import fold

_BLANK = " \t\r\n\f\v\u3000\xa0\ufeff\u200b\u2028\u2029\x85\x1c\x1d\x1e\x1f"
_EDGE = _BLANK.replace("\t", "")  # a leading tab is an empty cell
_BREAK = re.compile(r"\r\n|\n|\r")
_JSON_STRING = re.compile(r'"(?P<said>(?:[^"\\]|\\.)*)"(?P<name>\s*:)?')
_JSON_ESCAPE = re.compile(r"\\[nrtfb]|</?(?:p|br|div|li|tr|h[1-6])\b[^<>]{0,400}>", re.IGNORECASE)
_HAN_WORD = re.compile("[\u4e00-\u9fff]")

TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9:_-]{0,30}(?:\s[^<>]{0,400})?/?>")
"""A tag of HTML, or of what a site's own software calls so."""
CELL = re.compile(r"</t[dh]\s*>\s*(?:<t[dh]\b[^<>]{0,400}>)?", re.IGNORECASE)
"""What parts two cells of a table in HTML."""
_TAGGED = re.compile(r"<(?:!--|script\b|style\b|tr\b|br\b|/p\s*>|/div\s*>)", re.IGNORECASE)
_TAGGED_BREAK = re.compile(
    r"\r\n|\n|\r|(?P<block><br\s*/?>|</(?:p|div|li|h[1-6])\s*>)|<!--.{0,20000}?-->|<(?P<silent>script|style)\b.{0,200000}?</(?P=silent)\s*>|(?P<row><tr\b.{0,20000}?</tr\s*>)",
    re.IGNORECASE | re.DOTALL,
)
_SPANNED = re.compile(r"(?<=>)\s*<t[dh]\b[^<>]{0,400}(?:row|col)span", re.IGNORECASE)
_MARKUP = re.compile(rf"(?:{TAG.pattern}|&nbsp;|#{{1,6}}\s|[{re.escape(_EDGE)}])+", re.IGNORECASE)
_TAG_REACH = 420
_ROW_REACH = 1000

MarkKind = Literal[
    "part", "chapter", "section", "article", "cn", "paren_cn", "num", "paren_num", "half_num", "circle", "letter",
    "dash", "bullet", "decimal", "box",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: its 1-based number, its place without the blanks around it, and its text there."""

    number: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """The number or sign a line opens with: 第三条, (二), 1., 5.4.1, ——."""

    kind: MarkKind
    label: str
    """As printed, without blanks."""
    end: int
    """Where the text after it begins, within the line."""
    depth: int = 1
    """Of a decimal number: how many parts it has."""


def is_blank(text: str) -> bool:
    """Whether nothing but white space (a byte-order mark counts as such) is there."""
    return not text.strip(_BLANK)


def split_lines(text: str) -> list[Line]:
    r"""The lines of a text that are not blank, in order; tags of HTML at their edges are outside them.

    A row of a table in HTML is a line, however it was broken; scripts, styles and comments are none.

    Of a JSON file the lines are those of its values: names, brackets and escapes (\n) stand outside them.
    """
    if text.lstrip(_BLANK)[:1] in ("{", "[") and _is_json(text):
        return _values(text)
    lines: list[Line] = []
    number, start = 1, 0
    tagged = _TAGGED.search(text) is not None
    for match in (_TAGGED_BREAK if tagged else _BREAK).finditer(text):
        if tagged and match["block"] and _is_in_row(text, match):
            continue
        _append(lines, text, number, start, match.start())
        if tagged and match["row"]:
            spanned = _SPANNED.search(match["row"])  # what its first cell spans is said in its tag
            first = match.start() + spanned.start() if spanned else match.start()
            _append(lines, text, number, first, match.end(), keep=bool(spanned))
        number += (
            text.count("\n", match.start(), match.end()) if tagged and match.end() - match.start() > 2 else 1
        )
        start = match.end()
    _append(lines, text, number, start, len(text))
    return lines


def _is_in_row(text: str, tag: re.Match[str]) -> bool:
    """Whether a tag that ends a paragraph stands in a cell of a row whose cells tabs part."""
    first = max(text.rfind("\n", max(0, tag.start() - _ROW_REACH), tag.start()), tag.start() - _ROW_REACH, 0)
    ends = text.find("\n", tag.end(), tag.end() + _ROW_REACH)
    return "\t" in text[first : ends if ends >= 0 else tag.end() + _ROW_REACH].strip()


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text.strip(_BLANK)), (dict, list))
    except ValueError:
        return False


def _values(text: str) -> list[Line]:
    """The lines of what a JSON file says in words, or as a date."""
    lines: list[Line] = []
    number = at = 1
    for string in _JSON_STRING.finditer(text):
        said = string["said"]
        if string["name"] is not None or not (_HAN_WORD.search(said) or _PUBLISHED.fullmatch(said)):
            continue
        number += text.count("\n", at - 1, string.start())
        at = string.start() + 1
        first = string.start("said")
        for escape in _JSON_ESCAPE.finditer(text, first, string.end("said")):
            _append(lines, text, number, first, escape.start())
            first = escape.end()
        _append(lines, text, number, first, string.end("said"))
    return lines


def _append(lines: list[Line], text: str, number: int, start: int, end: int, *, keep: bool = False) -> None:
    """Add what is no blank between two places; tags at its edges aside, those before it if `keep` is not set."""
    raw = text[start:end]
    if is_blank(raw):
        return
    body = _without_markup_below(raw.rstrip(_EDGE))
    edge = _EDGE if "\t" in raw.strip(_BLANK) else _BLANK  # a tab at the end or at the start is an empty cell
    left = len(body) - len(body.lstrip(edge))
    markup = None if keep else _MARKUP.match(body, left)
    left = markup.end() if markup else left
    if not is_blank(body[left:]):
        lines.append(Line(number, start + left, start + len(body), body[left:]))


def _without_markup_below(body: str) -> str:
    """A line without the tags it ends with: …通知如下：</p>."""
    end = len(body)
    while body.endswith((">", "&nbsp;"), 0, end):
        at = max(body.rfind("<", max(0, end - _TAG_REACH), end), body.rfind("&nbsp;", max(0, end - 6), end))
        if at < 0 or not _MARKUP.fullmatch(body, at, end):
            break
        end = at
        while end and body[end - 1] in _EDGE:
            end -= 1
    return body[:end]


FIELD = (
    r"(?![不免无])[\u4e00-\u9fff]{0,6}(?:名称|机[关构]|主体|部门|单位|条件|材料|资料|流程|程序|步骤|时限|期限|时间|日期|地[点址]|方式|渠道|途径|依据|"
    r"对象|范围|标准|收费|费用|金额|电话|热线|网址|类[型别]|性质|结果|须知|情形|事项|编[码号]|说明|备注)"
)
"""What a form and a service guide call their fields (申请材料, 承诺办结时限), as a pattern."""

# --- heading marks ---

_HAN = "一二三四五六七八九十百零〇"
_LEAD_IN = re.compile(r"(?:\*\*|[-•●]\s+|\s)+")
_MEASURES = "[万亿]|元|倍|米(?!面)|公里|千米|千瓦|吨|亩|公顷|平方|立方|毫米|厘米"  # 1.5万元 is an amount
_MARKED = re.compile(rf"[{_HAN}第专\d(A-Z—\u2460-\u249b\u3220-\u3229-]")
"""What every mark begins with: most lines begin with something else."""
_MARKS: tuple[tuple[MarkKind, re.Pattern[str]], ...] = (
    ("part", re.compile(rf"第[{_HAN}\d]{{1,6}}[编部]分?(?=\s)")),
    ("chapter", re.compile(rf"第[{_HAN}\d]{{1,6}}章")),
    ("section", re.compile(rf"第[{_HAN}\d]{{1,6}}节")),
    ("article", re.compile(rf"第[{_HAN}\d]{{1,6}}条(?:之[{_HAN}]{{1,2}})?(?![至、的第款项规所中和及或,])")),
    ("cn", re.compile(rf"[{_HAN}]{{1,5}}\s?[、.](?![\d{_HAN}]{{1,2}}[、等])(?:(?!\d)|(?=[12]\d{{3}}年))")),
    ("paren_cn", re.compile(rf"(?:\([{_HAN}]{{1,5}}\)|[\u3220-\u3229])、?")),
    (
        "decimal",
        re.compile(rf"\d{{1,2}}(?:\.\d{{1,2}}){{1,4}}(?=\s*[\u4e00-\u9fffⅠ-Ⅻ])(?!\s*(?:{_MEASURES}))"),
    ),
    ("num", re.compile(r"\d{1,3}\s?[.、](?:(?!\d)|(?=[12]\d{3}年))|[\u2488-\u249b]")),
    ("paren_num", re.compile(r"(?:\(\d{1,3}\)|[\u2474-\u2487])、?")),
    ("half_num", re.compile(r"\d{1,2}\)、?")),
    ("circle", re.compile(r"[\u2460-\u2473]")),
    ("letter", re.compile(r"[A-Z]\s?[.、](?=\s*[“\"《]?[\u4e00-\u9fff])")),
    ("dash", re.compile(r"[—-]{2}")),
    ("box", re.compile(r"专栏\s?\d{1,3}")),
)


@lru_cache(maxsize=4096)
def mark_of(text: str) -> Mark | None:
    """The heading mark a line opens with, behind any list bullet or bold sign; None where there is none.

    A cross-reference (第三条规定的…) is no mark.
    """
    folded = fold(text[:40])
    lead = _LEAD_IN.match(folded)
    at = lead.end() if lead else 0
    if not _MARKED.match(folded, at):
        return Mark("bullet", "-", at) if lead and "-" in lead.group() else None
    for kind, pattern in _MARKS:
        match = pattern.match(folded, at)
        if match:
            end = match.end()
            while end < len(folded) and folded[end] == " ":
                end += 1
            return Mark(kind, "".join(match.group().split()), end, match.group().count(".") + 1)
    if lead and "-" in lead.group():
        return Mark("bullet", "-", at)
    return None


# --- what a line is by its wording ---

_NUMBER = re.compile(
    r"\(?\s*(?P<prefix>[\u4e00-\u9fff]{2,14})\s*[〔\[﹝(【]\s*(?P<year>[12]\d{3})\s*[〕\]﹞)】]\s*第?\s*(?P<serial>\d{1,5})\s*号\s*\)?"
)
_SERIAL = re.compile(
    r"\(?\s*(?:(?:[一二三四五六七八九十]{1,3}届)?第\s*\d{1,4}\s*号|[12]\d{3}年第?\s*\d{1,4}\s*号|[〔\[﹝(【][12]\d{3}[〕\]﹞)】]\s*第?\s*\d{1,4}\s*号)\s*\)?"
)
_ORG_END = re.compile(
    r"(?:人民政府|办公室|办公厅|委员会|管委会|办事处|政府|海关|小学|中学|幼儿园|学院|大学|[局厅部委院署会]|中心|总队|支队|大队|公司|集团|银行|团[省市区县]委|[市区县镇街乡]委)$"
)
_NOT_ORG = re.compile(r"[。,;:!?、《》\"“”|\t\d]|关于|通知|的|工作会")
TITLED = r"《(?:[^《》]|《[^《》]*》)+》"
"""A title between its marks, another one inside it included, as a pattern."""
_TITLED = re.compile(TITLED)
KINDS = (
    "通知|通告|公告|通报|批复|意见|决定|决议|命令|令|办法|规定|细则|方案|规划|计划|预案|要点|措施|举措|公报|复函|函|条例|制度|"
    "答记者问|解读|问答|解答|纲要|规则|公示|纪要|说明|指南|须知|简章|章程|守则|规程|准则|告知书|倡议书|公开信|启事|公示表|实录"
)
"""The words that say what kind of document a title is of, as alternatives of a pattern."""
_TITLE_END = re.compile(
    rf"(?:{KINDS}|目录|清单|政策|名单|报告|(?:收费|补贴|补助|保障|待遇|赔偿|补偿)标准|常见问题)(?:\([^()]{{1,20}}\))?$"
)
_GLUED_TITLE = re.compile(
    r"^[^:。]{0,120}的\s?(?:通知|通报|意见|决定|批复|函)\s?(?P<to>(?:各|[省市州县区]直|[省市州县区]政府各)[^。]{1,240}:)$"
)
_DATE_LINE = re.compile(
    r"(?:[12]\d{3}|[一二][〇零○一二三四五六七八九]{3})\s*年\s*[\d一二三四五六七八九十]{1,3}\s*月\s*[\d一二三四五六七八九十]{1,3}\s*日"
)
_SIGNER = re.compile(
    r"代?[\u4e00-\u9fff]{0,8}(?:[省市州县区旗镇乡局厅部院]长|主席|主任|书记)(?:\s*:\s*|\s+)[\u4e00-\u9fff](?:\s?[\u4e00-\u9fff]){1,3}"
)
_RELEASE = re.compile(r"\(此件[^()]{0,12}公开[^()]{0,6}\)")
_ANNEX = re.compile(r"附\s?件\s?(?P<number>[\d一二三四五六七八九十]{0,2})\s?[::]?\s?")
_TEASER = re.compile(r"[●■◆▪]\s*(?P<title>.{4,300}?)(?P<date>[12]\d{3}-\d{2}-\d{2})")
_PUBLISHED = re.compile(r"(?P<date>[12]\d{3}-\d{2}-\d{2})\s*-?")
_PIPES = re.compile(r"[|\s]+|\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)+\|?")


def doc_number(text: str) -> str | None:
    """The document number a line consists of, in its normal form, or None.

    >>> doc_number("（临政办字[2018] 97 号）")
    '临政办字〔2018〕97号'
    """
    match = _NUMBER.fullmatch(fold(text)) if len(text) <= 40 else None
    return _normal_number(match) if match else None


def serial_number(text: str) -> str | None:
    """A number without its series, as it stands under the title of an order or of minutes, or None.

    >>> serial_number("（第 25 号）"), serial_number("〔2024〕15号")
    ('第25号', '〔2024〕15号')
    """
    folded = fold(text)
    if len(text) > 20 or not _SERIAL.fullmatch(folded):
        return None
    bare = squeeze_blanks(folded)
    return bare[1:-1] if bare.startswith("(") and bare.endswith(")") else bare


def numbers_in(text: str) -> list[tuple[str, int, int]]:
    """Every document number inside a text: its normal form and its place."""
    return [(_normal_number(m), m.start(), m.end()) for m in _NUMBER.finditer(fold(text))]


def titled_in(text: str) -> list[str]:
    """The titles that a text names, without the marks around them.

    >>> titled_in("根据《甲县关于修改〈乙办法〉的决定》和《丙条例》")
    ['甲县关于修改〈乙办法〉的决定', '丙条例']
    """
    return [titled[1:-1] for titled in _TITLED.findall(text)]


def _normal_number(match: re.Match[str]) -> str:
    return f"{match['prefix']}〔{match['year']}〕{int(match['serial'])}号"


def is_org(text: str) -> bool:
    """Whether a line names an authority (or several, parted by blanks) and says nothing else."""
    folded = fold(text)
    return (
        3 <= len(folded) <= 60
        and not _NOT_ORG.search(folded)
        and all(_ORG_END.search(w) for w in folded.split())
    )


def letterhead(text: str) -> str | None:
    """The authority on whose paper a document stands: 青山县人民政府 of the line 青山县人民政府文件; or None."""
    bare = squeeze_blanks(text)
    return bare[:-2] if bare.endswith("文件") and is_org(bare[:-2]) else None


def is_title_end(text: str) -> bool:
    """Whether a line ends with the word for a kind of document: 通知, 意见, 办法(试行)."""
    return bool(_TITLE_END.search(squeeze_blanks(fold(text))))


def ends_title_glued(text: str) -> bool:
    """Whether a line holds the end of a title and, without a break, those it is sent to: …的通知各市教育局：."""
    return len(text) <= 400 and _GLUED_TITLE.search(fold(text)) is not None


def before_addressee(title: str) -> str:
    """A title without those it is sent to, where they were printed without a break."""
    match = _GLUED_TITLE.search(fold(title))
    return title[: match.start("to")] if match else title


def is_date_line(text: str) -> bool:
    """Whether a line is a date and nothing else."""
    return len(text) <= 26 and bool(_DATE_LINE.fullmatch(fold(text).strip("() ")))


def is_signer(text: str) -> bool:
    """Whether a line is the office and the name of the person who signs: 市长 王大山."""
    return len(text) <= 20 and bool(_SIGNER.fullmatch(fold(text)))


def is_release(text: str) -> bool:
    """Whether a line is the note (此件公开发布)."""
    return len(text) <= 24 and bool(_RELEASE.fullmatch(fold(text)))


def annex_label(text: str) -> str | None:
    """The label of a line that says 附件, 附件2: and nothing else, or None."""
    if len(text) > 10:
        return None
    match = _ANNEX.fullmatch(fold(text))
    return f"附件{match['number']}" if match else None


def announces_annex(text: str) -> bool:
    """Whether a line names an enclosure that follows later: 附件:1.学区划分表."""
    folded = fold(text)
    match = _ANNEX.match(folded)
    return bool(match and match.end() < len(folded) and ":" in match.group() and len(text) <= 120)


def teaser(text: str) -> tuple[str, str] | None:
    """Title and publication date of a listing entry (● title date number body…), or None."""
    match = _TEASER.match(text[:400])
    return (match["title"].strip(), match["date"]) if match else None


def publication_line(text: str) -> str | None:
    """The date of a line such as `2025-09-09 -` that closes a listing entry, or None."""
    match = _PUBLISHED.fullmatch(text) if len(text) <= 14 else None
    return match["date"] if match else None


def is_pipes(text: str) -> bool:
    """Whether a line is nothing but the borders of a table."""
    return bool(_PIPES.fullmatch(text)) and "|" in text


_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞"
    "熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单"
    "杭洪包诸左石崔吉龚程邢裴陆荣翁荀羊惠甄曲家封储靳段富巫焦巴弓牧山谷车侯班仰秋仲伊宫宁仇栾甘厉戎祖武符刘景詹束龙叶司韶"
    "郜黎薄印宿白怀蒲从鄂索咸籍赖卓屠蒙池乔胥苍闻莘党翟谭贡劳姬申扶堵冉宰桑桂濮牛寿通边扈燕冀浦尚农温别庄晏柴瞿阎充慕连习艾鱼"
    "容向古易慎戈廖庾终居衡步都耿满弘匡国文寇广禄阙东欧利师巩聂关相查荆红游竺权盖益桓公丰丙闫肖付代仝逯信綦臧胥苑丛初盖孟岳楚闫晁牟鹿逄衣宫邸亓展苗尉迟泮庄刁庞矫姚"
)


_POST_END = re.compile(r"[长员记理事任师监裁席官部干]$|主席$|(?:负责人|营业厅|管理站|[所站科办])$")


def ends_with_post(text: str) -> bool:
    """Whether a line ends with the name of a post."""
    return bool(_POST_END.search(text.rstrip("）)")))


def starts_with_surname(text: str) -> bool:
    """Whether a line could begin with a person's name."""
    return text[:1] in _SURNAMES


def squeeze_blanks(text: str) -> str:
    """The text without any white space."""
    return "".join(text.split()).replace("\ufeff", "").replace("\u200b", "")


def ends_open(text: str) -> bool:
    """Whether a line stops where no sentence, heading or list item can stop: at a comma, inside a bracket."""
    folded = fold(text).rstrip("* ")
    if folded.endswith((",", "、", "《", "(", "“", "〔", "—")):
        return True
    return any(folded.count(a) > folded.count(b) for a, b in ("《》", "()", "〔〕"))


def ends_closed(text: str) -> bool:
    """Whether a line ends as a sentence does."""
    return (
        fold(text).rstrip("* ").endswith(("。", ";", ":", "!", "?", "…", "”", ")", "》", "|", ">", ".", "」"))
    )
