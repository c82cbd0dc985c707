"""What the record of a document says, its number, its issuer, its day, its title: asked for, told where it stands."""

from __future__ import annotations

import re
from typing import Literal

from rag.asking.query import Query
from rag.reading.corpus import Document
from rag.reading.lines import numbers_in, split_lines, squeeze_blanks
from rag.text.dates import find_date, whole_date
from rag.text.normal import Language, fold, normalise, squeeze, tokens
from rag.text.spans import Span

Fact = Literal["number", "issuer", "dated", "title"]

_TEXT = (
    r"(?:文件|名单|目录|清单|简章|标准|通知|通告|公告|办法|规定|意见|方案|细则|预案|条例|规划|计划|制度|批复|决定|"
    r"通报|指南|\d号)"
)
_ISSUE = r"(?:印发|发布|公布|出台|下发|颁布|制定|签发|发出|发)"
_WHO = r"(?:哪几?个|哪些|哪家|什么|谁)(?:单位|部门|机关|机构|政府|局)?"
_WHO_EN = r"\b(?:who|(?:which|what) (?:office|department|bureau|body|authority|agency|government|committee))"
_DOCUMENT_EN = (
    r"\b(?:document|notice|measures?|rules?|regulations?|plan|opinions?|provisions|decision|announcement|circular|"
    r"policy)\b"
)
_ASKED: dict[Fact, re.Pattern[str]] = {
    "number": re.compile(
        r"文号|发文字号|文件编?号|\b(?:document|reference|file|notice|issue) (?:number|no\b)"
    ),
    "issuer": re.compile(
        rf"{_TEXT}[^,。]{{0,8}}(?:发文|发布|制定|印发|颁布)的?(?:机关|单位|部门|机构)|"
        rf"{_TEXT}》?(?:是|由)*{_WHO}{_ISSUE}的|(?:^|[,。是由]){_WHO}{_ISSUE}的[^,。]{{0,6}}{_TEXT}|"
        rf"{_WHO}{_ISSUE}的[^,。]{{0,20}}(?:文件|名单|目录|清单|通知|公告)|"
        rf"{_WHO_EN} (?:issued|published|released|promulgated)\b.*{_DOCUMENT_EN}|"
        rf"{_DOCUMENT_EN}.*\bissued by (?:whom|which)\b|\bissuing (?:body|authority|agency)\b"
    ),
    "dated": re.compile(
        rf"(?:发文|成文|印发|签发)(?:的)?(?:日期|时间)|{_TEXT}[^,。]{{0,8}}(?:发布|公布|颁布)的?(?:日期|时间)|"
        rf"{_TEXT}》?(?:是)?(?:在)?(?:什么时候|什么时间|啥时候|何时|哪天|哪一天|哪年|几号){_ISSUE}的|"
        rf"\b(?:when|on (?:which|what) (?:day|date)) was (?:the |this )?.*{_DOCUMENT_EN}.* "
        r"(?:issued|published|released|promulgated|signed)\b|"
        r"\bdate of issue\b"
    ),
    "title": re.compile(
        r"(?:是|讲|说|关于)(?:的)?(?:是)?(?:什么|啥)(?:文件|内容|事|的)*[?]?$|\bwhat is .*\babout\b|\bsubject of\b"
    ),
}
_SAID: dict[Fact, dict[Language, str]] = {
    "number": {"zh": "文号：", "en": "Document number: "},
    "issuer": {"zh": "发文机关：", "en": "Issued by: "},
    "dated": {"zh": "发文日期：", "en": "Date of issue: "},
    "title": {"zh": "", "en": ""},
}
_OF_ANOTHER = re.compile(
    r"作废|废止|取代|[代替]替|依据|根据|续期|延[长期]|\b(?:repealed|replaced|extend\w*|based on)\b"
)
"""Speaks of another document than the one it names."""
_NAMED = 0.5  # the share of a question's terms that the title has of the document it names
_DATE_LINE = 60  # characters of a line that says a date and little else
_HEAD_LINE = 160  # of one that names an issuer or is a title
_ABOVE = 1500  # characters above a document in which its page says what it is


def asked_fact(query: Query) -> Fact | None:
    """What a question asks for that a record says; what a document is about only where it is named by number."""
    plain = normalise(query.text)
    if _OF_ANOTHER.search(plain):
        return None
    found = next((fact for fact, pattern in _ASKED.items() if pattern.search(plain)), None)
    return None if found == "title" and not query.numbers else found


def _naming(query: Query) -> list[str]:
    """The terms of a question that are left to name a document, without those that ask for what its record says."""
    asking = {
        term
        for pattern in _ASKED.values()
        for match in pattern.finditer(normalise(query.text))
        for term in tokens(match.group())
    }
    return [term for term in query.terms if term not in asking]


def is_named(query: Query, document: Document, rendered: str = "") -> bool:
    """Whether a question names a document: by its number, or by words most of which its title has.

    :param rendered: Its title in the question's language, where that is another than its own.
    """
    if document.number and document.number in query.numbers:
        return True
    if query.language == "en" and not rendered:  # nothing to compare: the ranking decides
        return True
    known = set(tokens(document.title)) | set(tokens(rendered))
    title = squeeze(document.title)

    def has(term: str) -> bool:
        return term in known or (len(term) > 1 and term in title)  # 水价 stands in 自来水价格

    return any(
        terms and sum(map(has, terms)) >= _NAMED * len(terms) for terms in (query.terms, _naming(query))
    )


def said(fact: Fact, language: Language) -> str:
    """The words before a fact."""
    return _SAID[fact][language]


def printed_at(fact: Fact, document: Document, source: str) -> Span | None:
    """The line that prints a fact of a document, in its head, its signature or above it on its page; None if none does.

    One that says nothing else goes before.

    :param source: The text that the document stands in.
    """
    start, end = document.span
    within = [(start + line.start, start + line.end) for line in split_lines(source[start:end])]
    above = max(0, start - _ABOVE)
    around = [(above + line.start, above + line.end) for line in split_lines(source[above:start])]
    lines = [*(reversed(within) if fact == "dated" else within), *reversed(around)]
    told = [span for span in lines if _prints(fact, document, source[slice(*span)])]
    alone = (span for span in told if _says_no_more(document, source[slice(*span)]))
    return next(alone, told[0] if told else None)


def _says_no_more(document: Document, line: str) -> bool:
    """Whether a line is the issuer of a document or its day and nothing else, as in a signature."""
    return squeeze_blanks(line) == document.issuer or (whole_date(line) or "-") == document.dated


def _prints(fact: Fact, document: Document, line: str) -> bool:
    if fact == "number":
        bare = squeeze_blanks(fold(line))
        return bare == document.number or any(number == document.number for number, *_ in numbers_in(line))
    if fact == "dated":
        found = find_date(line) if len(line) <= _DATE_LINE else None
        return found is not None and found[0] == document.dated
    wanted, bare = document.issuer if fact == "issuer" else document.title, squeeze_blanks(line)
    return wanted is not None and len(bare) <= _HEAD_LINE and squeeze_blanks(wanted) in bare
