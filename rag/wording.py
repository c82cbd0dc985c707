"""The notices of an answer in words: what each kind says in the two languages, and an answer as it leaves the house."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date

from rag.contract import Answer, Manner, Notice, NoticeKind, PrintedDate, Value, WordedAnswer, WordedNotice
from rag.text.normal import Language

_SAID: dict[NoticeKind | tuple[NoticeKind, Manner], dict[Language, str]] = {
    "expired": {
        "zh": "本文件的有效期至{on}，现已过期（《{title}》）。",
        "en": "This document was valid until {on} and has expired ({title}).",
    },
    ("expired", "term"): {
        "zh": "所引规定写明的期限至{on}，现已过期。",
        "en": "What this place grants ran until {on} and has expired.",
    },
    ("expired", "event"): {
        "zh": "文件写明的时间至{on}，现已结束。",
        "en": "The time set in this document ran until {on}; it is over.",
    },
    "implied_expired": {
        "zh": "文件未写明失效日期，但据其内容应至{on}为止，可能已不再适用（{reason}）。",
        "en": "The document states no expiry date, but by its content it ran until {on}; it may no longer apply.",
    },
    "past_event": {
        "zh": "请注意：文中的日期（{on}）已经过去。",
        "en": "Please note: the date given ({on}) has passed.",
    },
    ("past_event", "event"): {
        "zh": "请注意：文件写明的时间（至{on}）已经过去。",
        "en": "Please note: the time set in this document ran until {on} and has passed.",
    },
    ("past_event", "occasion"): {
        "zh": "请注意：这是{year}年为一次活动作的安排，活动应已过去。",
        "en": "Please note: these are arrangements made in {year} for an event that should be over by now.",
    },
    "explainer": {
        "zh": "这是一份解读，不是文件本身；以{explains}原文为准。",
        "en": "This is an official explainer, not the document itself ({explains}).",
    },
    "superseded": {
        "zh": "本文件已被{by}取代。",
        "en": "This document was replaced by {by}.",
    },
    "amended": {
        "zh": "本文件有过修改（{by}），以修改后的内容为准。",
        "en": "This document has been amended ({by}); what it says as amended holds.",
    },
    "dated": {
        "zh": "这是{year}年的文件，没有写明有效期；金额、标准和条件可能已经变动，请先核实。",
        "en": "This document is from {year} and states no term; amounts and conditions may have changed: please check.",
    },
    "draft": {
        "zh": "这是征求意见的草案，还没有正式施行。",
        "en": "This is a draft published for comment; it is not in force.",
    },
    "target": {
        "zh": "这是规划或计划中的目标，不是已经实现的情况。",
        "en": "This is a target set in a plan, not something already achieved.",
    },
    "old_contact": {
        "zh": "文中的人员或电话是{year}年的，可能已经变动。",
        "en": "The person or phone number is from {year} and may have changed.",
    },
    "conflict": {
        "zh": "公报中的说法不一致：{values}。各处原文均已列出。",
        "en": "The bulletins contradict themselves: {values}. All the places are quoted.",
    },
    ("conflict", "reckoned"): {
        "zh": "公报中的说法不一致：写的是{told}，按文中所列推算是{made}。",
        "en": "The bulletin contradicts itself: it says {told}, but by what it lists itself it is {made}.",
    },
    ("conflict", "named"): {
        "zh": "公报写的是{told}，但只列出了{made}。",
        "en": "The bulletin says {told} but names only {made}.",
    },
    ("conflict", "quoted"): {
        "zh": "公报中的说法不一致：{values}。各处原文均已列出。",
        "en": "The bulletin says this in two ways that differ: both places are quoted.",
    },
    "missing_annex": {
        "zh": "文中提到的附件{annexes}没有在公报中刊出。",
        "en": "The annex referred to ({annexes}) is not printed in the bulletin.",
    },
    "other_district": {
        "zh": "您问的是{asked}，这里引的是{found}的文件。",
        "en": "You asked about {asked}; this is from a document of {found}.",
    },
    ("other_district", "home"): {
        "zh": "问题没有说是哪里，按{asked}来找；这里引的是{found}的文件。",
        "en": "No place was named, so {asked} was meant; this is from a document of {found}.",
    },
    "elsewhere": {
        "zh": "{places}也有相关内容，请确认您问的是哪一个。",
        "en": "There is an answer for {places} too: please check which one you mean.",
    },
    "recognised": {
        "zh": "所引文字是从图像识别而来的（原件第{page}页，把握{sure}），请与原件核对。{doubts}",
        "en": "This text was recognised from a picture (page {page} of the original, {sure} sure); "
        "please check it there.{doubts}",
    },
    "language": {
        "zh": "",
        "en": "The Chinese text is authoritative; the English is our rendering.",
    },
    "machine_rendered": {
        "zh": "",
        "en": "The English is a machine's rendering that nobody has checked; the Chinese text is authoritative.",
    },
    "untranslated": {
        "zh": "",
        "en": "Nobody has rendered this text into English yet: the sentence is the Chinese original, "
        "its dates and amounts explained beside it.",
    },
    "llm_written": {
        "zh": "这段话由语言模型（{model}）写成，每句都与所引原文核对过{dropped}。以引文为准。",
        "en": "Worded by a language model ({model}); each sentence was checked against the places it cites{dropped}. "
        "The quotes are authoritative.",
    },
    "llm_failed": {
        "zh": "语言模型这次没有正常作答，以下是公报原文的句子。",
        "en": "The language model did not answer properly this time; these are the bulletins' own sentences.",
    },
    ("llm_failed", "unsupported"): {
        "zh": "语言模型写的话在原文中没有依据，未予采用；以下是公报原文的句子。",
        "en": "What the language model wrote had no support in the source and was not used; these are the bulletins' "
        "own sentences.",
    },
    "verified": {
        "zh": "工作人员已于{on}核对过这个回答，来源此后没有变化。",
        "en": "Staff checked this answer on {on}; its sources have not changed since.",
    },
    ("verified", "written"): {
        "zh": "这个回答由工作人员于{on}写下。",
        "en": "Staff wrote this answer on {on}.",
    },
    "disputed": {
        "zh": "工作人员于{on}认为这里原来的自动回答不正确。",
        "en": "Staff found the automatic answer given here wrong on {on}.",
    },
    ("disputed", "incomplete"): {
        "zh": "工作人员于{on}认为这个回答不完整。",
        "en": "Staff found this answer incomplete on {on}.",
    },
}
"""What a notice says, by its kind and, where the kind says it in more than one way, its manner."""
_CLAUSES: dict[str, dict[Language, str]] = {
    "doubts": {"zh": "其中“{doubts}”未能认准。", "en": " “{doubts}” may be read wrongly."},
    "dropped": {
        "zh": "，没有依据的{dropped}句已删去",
        "en": ", and {dropped} without support were dropped",
    },
}
"""What stands for a value in a notice that says nothing of it where there is none."""
_BETWEEN: dict[str, dict[Language, str]] = {
    "values": {"zh": "；", "en": "; "},
    "doubts": {"zh": "”“", "en": ", "},
}
"""What stands between several values of a name, where that is not what stands between names."""


def worded(answer: Answer) -> WordedAnswer:
    """An answer with its notices in words, in its language; what is in words already stays."""
    if isinstance(answer, WordedAnswer):
        return answer
    same = {field.name: getattr(answer, field.name) for field in fields(answer)}
    said = (
        notice if isinstance(notice, WordedNotice) else _worded(notice, answer.language)
        for notice in answer.notices
    )
    return WordedAnswer(**same | {"notices": tuple(dict.fromkeys(said))})


def listed(language: Language, names: Iterable[str]) -> str:
    """Names one after the other as the language has it."""
    return ("、" if language == "zh" else ", ").join(names)


def show_date(day: date, language: Language) -> str:
    """A date as people of the language write it: 2025年9月18日, 18 September 2025."""
    return f"{day.year}年{day.month}月{day.day}日" if language == "zh" else f"{day.day} {day:%B %Y}"


def _worded(notice: Notice, language: Language) -> WordedNotice:
    said = _SAID[(notice.kind, notice.manner) if notice.manner else notice.kind][language]
    values = {name: _filled(name, value, language) for name, value in notice.values.items()}
    return WordedNotice(notice.kind, said.format_map(values))


def _filled(name: str, value: Value, language: Language) -> str:
    """What stands for a value."""
    if name in _CLAUSES:
        return _CLAUSES[name][language].format_map({name: _shown(name, value, language)}) if value else ""
    return _shown(name, value, language)


def _shown(name: str, value: Value, language: Language) -> str:
    if isinstance(value, date):
        return show_date(value, language)
    if isinstance(value, PrintedDate):
        return _as_printed(value, language)
    if isinstance(value, tuple):
        return _BETWEEN[name][language].join(value) if name in _BETWEEN else listed(language, value)
    return str(value)


def _as_printed(printed: PrintedDate, language: Language) -> str:
    """A date no more exact than it is printed: 9月18日, 2026年1月, the end of 2025."""
    day = printed.day
    if language == "zh":
        return printed.text if printed.text.startswith(str(day.year)) else f"{day.year}年的{printed.text}"
    if "月" not in printed.text and not printed.by_day:
        return f"the end of {day.year}"
    return show_date(day, "en") if printed.by_day else f"{day:%B} {day.year}"
