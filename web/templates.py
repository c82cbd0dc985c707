"""Pages drawn on the server, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rag.text.normal import Language
from rag.wording import show_date
from store.staff import Signed
from web import strings
from web.strings import Text

COOKIE = "bulletin-language"
_HERE = Path(__file__).parent
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_BOTH = Markup('<span class="zh" lang="zh-CN">{}</span><span class="en" lang="en">{}</span>')


def visible(text: str) -> str:
    r"""Text with a sign in the place of each control character: a page, a terminal or a reader may obey those.

    >>> visible("a\x1b[31mb\u202ec")
    'a�[31mb�c'
    """
    return _CONTROL.sub("\ufffd", text)


def both(text: Text | str, **values: object) -> Markup:
    """A text in both languages, of which the page shows the one in use.

    :param text: A text, or the name of one of ours.
    :param values: What its placeholders are filled with.
    """
    said: Text = getattr(strings, text) if isinstance(text, str) else text
    said = said.format(**values) if values else said
    return _BOTH.format(visible(said.zh), visible(said.en))


def _in_one(name: str, language: Language) -> str:
    return str(getattr(getattr(strings, name), language))


def _in_two(name: str, between: str) -> str:
    return f"{_in_one(name, 'zh')}{between}{_in_one(name, 'en')}"


def _shown(value: object) -> object:
    """What a template puts out: text without control characters."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def address(path: str, values: Mapping[str, str]) -> str:
    """The address of a list as it is looked at, to which `page=2` may be added.

    >>> address("/documents", {"q": "养老", "year": ""})
    '/documents?q=%E5%85%BB%E8%80%81&'
    """
    same = urlencode({name: value for name, value in values.items() if value})
    return f"{path}?{same}&" if same else f"{path}?"


@cache
def environment() -> Environment:
    """The templates, and what all of them may use: `both` for both languages, `in_one` and `in_two` in attributes."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"both": both, "in_one": _in_one, "in_two": _in_two}
    return made


def draw(template: str, macro: str, *values: object) -> str:
    """What a macro of a template makes of some values, as HTML."""
    return str(getattr(environment().get_template(template).module, macro)(*values))


class Pages:
    """The pages. In each, `t` says a word and `day` a date in the language of the page."""

    def show(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        signed: Signed | None = None,
        **values: object,
    ) -> HTMLResponse:
        """A page in the language of whoever asks for it.

        :param signed: Who is signed in, on the desk's pages.
        """
        language = language_of(request)
        shown = (
            environment()
            .get_template(template)
            .render(
                language=language,
                t=_words(language),
                say=lambda text: getattr(text, language),
                day=lambda day: _day(day, language),
                path=request.url.path,
                signed=signed,
                **values,
            )
        )
        return HTMLResponse(shown, status, {"Vary": "Accept-Language, Cookie", "Content-Language": language})

    def said(self, request: Request, text: Text) -> str:
        """A text in the language of whoever asks."""
        return str(getattr(text, language_of(request)))


def language_of(request: Request) -> Language:
    """The language chosen before, else the first the browser asks for that there is, else Chinese."""
    chosen = request.cookies.get(COOKIE)
    if chosen in ("zh", "en"):
        return cast(Language, chosen)
    ranked = []
    for place, part in enumerate(request.headers.get("accept-language", "").split(",")[:20]):
        tag, _, weight = part.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), place, tag[:2].lower()))
        except ValueError:
            continue
    return next((cast(Language, tag) for _, _, tag in sorted(ranked) if tag in ("zh", "en")), "zh")


def _words(language: Language) -> Callable[..., str]:
    def word(name: str, /, **values: object) -> str:
        text: Text = getattr(strings, name)
        return str(getattr(text.format(**values) if values else text, language))

    return word


def _day(day: str | date | datetime | None, language: Language) -> str:
    """A day as people write it; a time of day with it where one is given, in the server's zone."""
    if not day:
        return ""
    if isinstance(day, datetime):
        here = day.astimezone()
        return f"{show_date(here.date(), language)} {here:%H:%M}"
    return show_date(date.fromisoformat(day) if isinstance(day, str) else day, language)
