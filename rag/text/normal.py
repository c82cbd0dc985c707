"""Text for matching: one normal form, one tokeniser, one idea of language, shared by every module.

Nothing here is shown or cited: what people read and what is cited is always the source's own text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Literal

import rjieba
import Stemmer
from opencc import OpenCC

Language = Literal["zh", "en"]

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAN_RUN = re.compile(f"[{_HAN}]")
_LATIN_WORD = re.compile(r"[A-Za-z]*[a-z][A-Za-z]*")  # with a small letter: "PPP" and "5G" speak no language
# both begin with what is seldom there, and look behind it then
_SPACE_BY_HAN = re.compile(rf"\s(?:(?<=[{_HAN}0-9%]\s)\s*(?=[{_HAN}])|(?<=[{_HAN}]\s)\s*(?=[0-9]))")
_DAY = re.compile(
    r"(?P<year>[12](?<![\d./-].)(?:(?<=1)9|(?<=2)0)\d\d)(?P<between>[-/.])(?P<month>\d{1,2})(?P=between)(?P<day>\d{1,2})(?![\d./-])"
)
_WIDE = re.compile("[\uff01-\uff5e\u3000\xa0]")
_WHITE = re.compile(r"\s+")
_TERMINAL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # a colour's number is no figure of the question
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_STEM = Stemmer.Stemmer("english")

# Function words only. They carry no place to look, and idf alone does not silence them in a small field.
_STOP = frozenset(
    """
    a an the of to in on at by for from with and or as is are was were be been being it its this that these those
    do does did done have has had having i you we they he she my your our their me us them if so but not no than
    then will would can could may might should shall must what when where which who whom whose why how there here
    into s t 's
    的 了 吗 呢 吧 啊 呀 嘛 么 是 在 和 与 或 及 有 个 这 那 哪 什么 怎么 怎样 如何 多少 几 哪些 哪个 哪里 哪儿 啥 咋
    为什么 谁 请问 请 我 你 您 他 她 它 我们 你们 他们 就 都 也 还 又 要 会 能 可以 得 地 着 过 把 被 给 对 从 到
    向 由 于 而 其 之 所 并 等
    """.split()
)


def simplified(text: str) -> str:
    """A text in simplified characters, one for one.

    >>> simplified("違反管制罰多少錢")
    '违反管制罚多少钱'
    """
    traditional, forms = _traditional()
    return text.translate(forms) if traditional.search(text) else text


@cache
def _traditional() -> tuple[re.Pattern[str], dict[int, str]]:
    """A pattern of the characters that are traditional only, and the simplified form of each."""
    every = [chr(code) for code in range(0x4E00, 0xA000)]
    forms = OpenCC("t2s").convert("\n".join(every)).split("\n")
    changed = {
        ord(one): form for one, form in zip(every, forms, strict=True) if form != one and len(form) == 1
    }
    return re.compile(f"[{''.join(map(chr, changed))}]"), changed


def normalise(text: str) -> str:
    """The form texts are matched in: NFKC, simplified, lower case, days as 2025年8月15日, no spaces OCR put beside Han.

    >>> normalise("满 6 个月，发放 １０ 万元（ＰＭ）")
    '满6个月,发放10万元(pm)'
    >>> normalise("2025/8/15 至 2025-09-01")
    '2025年8月15日至2025年9月1日'
    """
    plain = simplified(unicodedata.normalize("NFKC", text))
    return _SPACE_BY_HAN.sub("", _DAY.sub(_written_out, plain)).lower()


def _written_out(match: re.Match[str]) -> str:
    month, day = int(match["month"]), int(match["day"])
    return f"{match['year']}年{month}月{day}日" if 1 <= month <= 12 and 1 <= day <= 31 else match.group()


@lru_cache(maxsize=4096)  # a line is looked at by many rules, one after the other
def fold(text: str) -> str:
    """Full-width letters, digits and signs made half-width, traditional characters simplified, one for one.

    >>> fold("（一）２０２１年，")
    '(一)2021年,'
    """
    return _WIDE.sub(_narrow, simplified(text))


def _narrow(match: re.Match[str]) -> str:
    character = match.group()
    return " " if character in "\u3000\xa0" else chr(ord(character) - 0xFEE0)


def squeeze(text: str) -> str:
    """The normal form without any white space: two prints of one text are equal in it."""
    return _WHITE.sub("", normalise(text))


def clean_question(text: str) -> str:
    """A question as typed, less terminal codes, control and invisible characters; runs of white space closed up."""
    return _WHITE.sub(" ", _CONTROL.sub(" ", _TERMINAL.sub(" ", text))).strip()


def strip_markup(text: str) -> str:
    """A text without HTML tags, whose names are no words of a question."""
    return _WHITE.sub(" ", _TAG.sub(" ", text)).strip()


def tokens(text: str) -> list[str]:
    """Search terms in order: Chinese words and the words inside them, stems of Latin words, numbers.

    >>> tokens("防空警报什么时候试鸣")
    ['防空', '警报', '防空警报', '时候', '试鸣']
    >>> tokens("the inspection of pensions")
    ['inspect', 'pension']
    """
    return list(_tokens(text))


@lru_cache(maxsize=8192)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(term_of, words(text))))


def words(text: str) -> list[str]:
    """The words of a text's normal form, and the words inside them, in order; function words and signs, too."""
    found: list[str] = rjieba.cut_for_search(normalise(text))
    return found


@lru_cache(maxsize=100_000)
def term_of(word: str) -> str:
    """What a word is searched by; empty for function words and punctuation."""
    bare = word.strip()
    if bare in _STOP or not any(character.isalnum() for character in bare):
        return ""
    return str(_STEM.stemWord(bare)) if bare.isascii() else bare


def language(text: str) -> Language:
    """'zh' where Han characters outnumber Latin words two to one (a Chinese word has about two), else 'en'.

    >>> language("临淄 PPP 项目"), language("When does 临政字〔2025〕75号 apply?")
    ('zh', 'en')
    """
    han = len(_HAN_RUN.findall(text))
    return "zh" if han and han >= 2 * len(_LATIN_WORD.findall(text)) else "en"
