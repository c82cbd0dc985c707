"""Pages drawn on the server, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import cast

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rag.text.normal import Language
from rag.wording import show_date
from store.staff import Signed
from web import render, strings
from web.strings import Text

COOKIE = "bulletin-language"
_HERE = Path(__file__).parent


class Pages:
    """The templates, and what all of them may use: `t` for words, `day` for dates, `both` for both languages."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_shown,
            trim_blocks=True,
            lstrip_blocks=True,
        )

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
        shown = self._environment.get_template(template).render(
            language=language,
            t=_words(language),
            say=lambda text: getattr(text, language),
            day=lambda day: _day(day, language),
            header=Markup(render.header(request.url.path, signed.name if signed else None)),
            footer=Markup(render.footer()),
            signed=signed,
            **values,
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


def _shown(value: object) -> object:
    """What a template puts out: text without control characters."""
    return render.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


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
