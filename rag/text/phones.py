"""Telephone numbers as bulletins print them: mobile and fixed lines, 400 numbers, and hotlines of a few digits."""

from __future__ import annotations

import re

from rag.text.normal import normalise

_LONG = re.compile(
    r"(?<![\d.])(?:1\d{10}|0\d{2,3}[-—–/ ]?\d{7,8}|[48]00-?\d{3}-?\d{4}|[2-8]\d{6,7})(?![\d.]|元|万|亿|%|平方)"
)
_HOTLINE = re.compile(
    r"(?<![\d.,-])(?:1[12]\d|1[02]\d{3}|9[56]\d{3,4})(?![\d%:-]|[.,]\d|[元万亿年月日时分人户个名亩吨平米公]|千|百)"
)
_TELEPHONE = re.compile(
    r"电话|热线|拨打|致电|来电|专线|举报|报警|咨询|投诉|客服|hotline|call|phone|dial", re.IGNORECASE
)


def phones(text: str) -> list[str]:
    """The telephone numbers in a text, in order; a few digits are one only where the text speaks of calling.

    >>> phones("咨询电话：12329，投诉电话：400-893-9111"), phones("奖励12345元，面积12345平方米")
    (['12329', '400-893-9111'], [])
    """
    plain = normalise(text)
    found = [(m.start(), m[0]) for m in _LONG.finditer(plain)]
    if _TELEPHONE.search(plain):
        found += [(m.start(), m[0]) for m in _HOTLINE.finditer(plain)]
    return [number for _, number in sorted(found)]
