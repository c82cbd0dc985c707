"""What is said instead of an answer: why there is none, what was looked for, or which of several places is meant."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.gloss import about
from rag.asking.query import Query
from rag.asking.wants import ASKS_FORM, Want
from rag.reading.annexes import Annex
from rag.reading.corpus import Document
from rag.text.normal import Language, squeeze, tokens
from rag.wording import listed

_MOST_ANNEXES = 2  # named in a refusal
_WHOLE_TITLE = 6  # characters of an annex's title that name it and nothing else

_NOTE = re.compile(r"[(（][^()（）]*[)）]")
_MARK = re.compile(r"[(（]?[\d一二三四五六七八九十]+[)）.、．]")
_POINTS = re.compile(r"附件\d*|详?见|填写|提交|提供|\W")
_LITTLE = 2  # characters left of a sentence that only points to an annex

_WANTED: dict[Want, dict[Language, str]] = {
    "money": {"zh": "金额", "en": "an amount of money"},
    "levy": {"zh": "金额或比例", "en": "an amount or a share"},
    "percent": {"zh": "比例", "en": "a share or percentage"},
    "age": {"zh": "年龄", "en": "an age"},
    "clock": {"zh": "钟点", "en": "a time of day"},
    "year": {"zh": "年份", "en": "a year"},
    "duration": {"zh": "时长或期限", "en": "a length of time"},
    "when": {"zh": "日期或时间", "en": "a date or time"},
    "area": {"zh": "面积或长度", "en": "an area or length"},
    "score": {"zh": "分数", "en": "a score"},
    "names": {"zh": "名称或姓名", "en": "names"},
    "person": {"zh": "人名", "en": "a person's name"},
    "who": {"zh": "负责的人或部门", "en": "a person or body responsible"},
    "where": {"zh": "地点", "en": "a place"},
    "count": {"zh": "数量", "en": "a number"},
    "reason": {"zh": "原因", "en": "a reason"},
    "whether": {"zh": "是否可以", "en": "whether one may or must"},
}
_SAID: dict[str, dict[Language, str]] = {
    "none": {"zh": "公报中没有查到答案。", "en": "The bulletins don't say."},
    "private": {
        "zh": "公报中没有查到答案。住址、私人电话、收入等个人信息，这里不提供。",
        "en": "The bulletins don't say. Home addresses, private numbers, pay and the like are not given out here.",
    },
    "place": {
        "zh": "公报中没有查到答案。这里收录的公报不包括{places}的文件。",
        "en": "The bulletins don't say. No document of {places} is in this collection.",
    },
    "wanted": {"zh": "要找的是：{wanted}。", "en": "Looked for: {wanted}."},
    "nearest": {
        "zh": "最接近的文件是“{title}，但其中没有回答这个问题。",
        "en": "The nearest document is “{title}, but it does not answer this.",
    },
    "annexes": {
        "zh": "它的附件{annexes}没有在公报中刊出，答案可能在那里。",
        "en": "Its annex {annexes} is not printed in the bulletin; the answer may be there.",
    },
}


def refusal(
    query: Query, nearest: Document | None, missing: Sequence[Annex], contact: str, title: str = ""
) -> str:
    """A refusal in the question's language.

    :param nearest: The document that came nearest; None if none did.
    :param missing: Annexes of it that its bulletin does not print.
    :param contact: A sentence that says whom to ask.
    :param title: The title of the nearest document in English, where there is one.
    """
    said = {key: text[query.language] for key, text in _SAID.items()}
    if query.private:
        return said["private"]
    known = nearest and any(place.short in nearest.title for place in query.elsewhere)
    if query.elsewhere and not known:
        names = [place.called(query.language) for place in query.elsewhere]
        parts = [said["place"].format(places=listed(query.language, names))]
    else:
        wanted = listed(query.language, (_WANTED[kind][query.language] for kind in query.wants))
        parts = [said["none"], said["wanted"].format(wanted=wanted) if wanted else ""]
    if nearest:
        known_by = about(nearest, title) if query.language == "en" else ""
        named = f"{nearest.title}” ({known_by})" if known_by else f"{nearest.title}”"
        parts.append(said["nearest"].format(title=named))
        if missing:
            parts.append(said["annexes"].format(annexes=listed(query.language, _likeliest(query, missing))))
    parts.append(contact)
    return ("" if query.language == "zh" else " ").join(part for part in parts if part)


def which_one(language: Language, places: Sequence[str]) -> str:
    """The question back where several districts may be meant and none is likelier."""
    if language == "zh":
        return f"您问的是哪里？{'、'.join(places)}的公报都有相关内容，请选一个。"
    return f"Which place do you mean? The bulletins of {' and '.join(places)} all have something on this."


def asks_for_missing(query: Query, missing: Sequence[Annex]) -> bool:
    """Whether a question names an annex that is not printed, whole or in part: nothing that is printed answers it.

    In part it is named by what it is (台账, 申报表) and half of the other words of its title. Where a form is to be had
    may be told all the same.
    """
    asked, terms = squeeze(query.asked), set(query.terms)
    for annex in missing:
        if len(annex.title) < _WHOLE_TITLE:
            continue
        *others, what = tokens(_NOTE.sub("", annex.title)) or [""]
        if squeeze(annex.title) in asked:
            return True
        in_part = what in terms and not ASKS_FORM.search(asked)
        if in_part and 2 * len(terms.intersection(others)) >= len(set(others)) > 0:
            return True
    return False


def only_points_to(query: Query, text: str, missing: Sequence[Annex]) -> bool:
    """Whether a sentence says no more than that there is an annex, which is not printed: 《申报表》（附件2）.

    That is told to who asks where it is.
    """
    if ASKS_FORM.search(squeeze(query.asked)):
        return False
    said = _MARK.sub("", squeeze(text), count=1)
    named = [annex for annex in missing if annex.title and squeeze(annex.title) in said]
    for annex in named:
        said = said.replace(squeeze(annex.title), "")
    return bool(named) and len(_POINTS.sub("", said)) <= _LITTLE


def _likeliest(query: Query, missing: Sequence[Annex]) -> list[str]:
    """The names of the likeliest of some annexes, by the words they share with the question."""
    asked = set(query.terms)
    ordered = sorted(missing, key=lambda annex: -len(asked & set(tokens(annex.title))))
    return [annex.name for annex in ordered[:_MOST_ANNEXES]]
