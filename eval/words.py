"""The report's words in Chinese, and how a page holds both languages."""

from __future__ import annotations

import re
from pathlib import Path

from markupsafe import Markup, escape

_LABEL = re.compile(r">([^<>]+)</text>")

ZH = dict(
    line.split("\t")
    for line in (Path(__file__).parent / "report.zh.tsv").read_text(encoding="utf-8").splitlines()
)
"""English to Chinese. What is not there (MRR, ids, types) reads the same in both."""


def both(text: str, **values: object) -> Markup:
    """A text in English and in Chinese, of which the page shows one; as it is where there is no Chinese.

    :param values: What stands in for the names in braces; escaped where it is not markup.
    """

    def filled(form: str) -> Markup:
        return escape(form).format(**values) if values else escape(form)

    if text not in ZH:
        return filled(text)
    english, chinese = filled(text), filled(ZH[text])
    return Markup('<span class="en" lang="en">{}</span><span class="zh" lang="zh-CN">{}</span>').format(
        english, chinese
    )


def chinese(text: str) -> str:
    """A text in Chinese where there is one."""
    return ZH.get(text, text)


def both_in_chart(svg: str) -> str:
    """A chart whose labels are there in both languages."""

    def label(match: re.Match[str]) -> str:
        if match[1] not in ZH:
            return match[0]
        return f'><tspan class="en">{match[1]}</tspan><tspan class="zh">{ZH[match[1]]}</tspan></text>'

    return _LABEL.sub(label, svg)
