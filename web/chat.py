"""The page as Gradio serves it: what is on it, and what happens when somebody asks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Container, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import fastapi
import gradio as gr
import msgspec
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.answer import Engine
from rag.asking.query import LONGEST_QUESTION
from rag.index import Index
from rag.indexing.store import Where
from rag.text.normal import clean_question, language
from rag.text.places import NATION
from web import render, strings
from web.asking import LONGEST_HISTORY, Asking, Told
from web.districts import are_few, district_of, districts
from web.editions import Edition
from web.examples import MOST, is_answered, load_examples
from web.limits import client_of
from web.problems import Problem
from web.strings import Text

HERE = Path(__file__).parent
_MOST_COUNTED = 1_000_000  # exchanges of one conversation
_STEPS = 10  # pieces an answer grows in
_PAUSE = 0.04  # seconds between two of them
_FEW = 4  # where more people are waiting than that, answers come whole: each piece costs as much as an answer
_AT_ONCE = 64  # questions that may be streaming; looking up is limited to the processors
_WAITING = 256  # questions that may wait beyond those
_EXAMPLES = 5
_TRIED = 40  # written questions tried for an example at the start
_LOOKED_AT = 100  # passages of a bulletin looked through for them
_NAMED = 4  # districts that the collection is described by

_FONTS = (
    *("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial"),
    *(
        "PingFang SC",
        "Hiragino Sans GB",
        "Microsoft YaHei",
        "Noto Sans CJK SC",
        "Source Han Sans SC",
        "sans-serif",
    ),
)
_CLICK = (
    "element.addEventListener('click', event => { if (event.target.closest('button')) trigger('click'); });"
)
_CHOOSE = """element.addEventListener('click', event => {
    const button = event.target.closest('button');
    if (button) trigger('select', {question: button.textContent});
});"""
_CHOOSE_SUGGESTED = """element.addEventListener('click', event => {
    const button = event.target.closest('.suggestions button');
    if (button) trigger('select', {question: button.textContent});
});"""
# What was said is kept by the browser (page.js), through a reload too, and comes with each question.
_SAID = "window.bulletin.said()"
_EARLIER = "window.bulletin.earlier(element, trigger);"
_WITHOUT_SCRIPTS = b'<noscript><meta http-equiv="refresh" content="0; url=/ask"></noscript>'
_LIVES = "window.bulletin.lives(element);"
_SPOKEN = "element.setAttribute('role', 'status');"


def mount(application: fastapi.FastAPI, asking: Asking) -> Container[int]:
    """Put the chat at the root of an application whose own routes are all there already.

    :return: The numbers of the functions that it calls.
    """
    script = (HERE / "page.js").read_text(encoding="utf-8")
    blocks = page(asking)
    gr.mount_gradio_app(
        application,
        blocks,
        path="/",
        theme=gr.themes.Base(font=_FONTS, font_mono=("ui-monospace", "monospace")),
        head=f'<link rel="stylesheet" href="/web/style.css"><script>{script}</script>',
        favicon_path=str(HERE / "icon.svg"),
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        ssr_mode=False,
        max_file_size=0,
    )
    functions: Container[int] = blocks.fns
    return functions


class WithoutScripts:
    """Sends whoever has no scripts from the chat's page to the one that needs none; Gradio's own head needs them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put a line into the head of the page as it goes by."""
        if scope["type"] != "http" or scope["path"] != "/":
            await self.app(scope, receive, send)
            return
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        start: Message = {}
        body = b""

        async def passing(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] != "http.response.body":
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body", False):
                return
            body = body.replace(b"<head>", b"<head>" + _WITHOUT_SCRIPTS, 1)
            if "content-length" in (headers := MutableHeaders(scope=start)) and scope["method"] != "HEAD":
                headers["content-length"] = str(len(body))
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await self.app({**scope, "headers": plain}, receive, passing)


def page(asking: Asking) -> gr.Blocks:
    """The chat: question box, conversation, examples."""
    with gr.Blocks(title=strings.TAB_TITLE, analytics_enabled=False) as blocks:
        _html(render.header(), elem_id="top")
        _html(render.outage(), elem_id="outage")
        intro = _html("", elem_id="intro")
        earlier = _html("", elem_id="earlier", js_on_load=_EARLIER + _CHOOSE_SUGGESTED)
        current = _html("", elem_id="current", js_on_load=_CHOOSE_SUGGESTED)
        said = gr.Textbox("", visible=False)
        with gr.Column(elem_id="ask"):
            message = _html("", elem_id="message", js_on_load=_SPOKEN)
            _html(render.question_label(), elem_id="label")
            with gr.Row(elem_id="box"):
                question = gr.Textbox(
                    show_label=False,
                    container=False,
                    max_lines=6,
                    autofocus=True,
                    elem_id="question",
                    html_attributes=gr.InputHTMLAttributes(enterkeyhint="search", autocomplete="off"),
                )
                button = _html(render.ask_button(), elem_id="send", js_on_load=_CLICK)
            lives = _html("", elem_id="lives", js_on_load=_LIVES)
            _html(render.clear_button(), elem_id="clear")
        examples = _html("", elem_id="examples", js_on_load=_CHOOSE)
        _html(render.footer(), elem_id="foot")

        chat = Chat(asking)
        # What is put out is HTML already: Gradio need not look at it in a thread of its own each time.
        options = {
            "outputs": [message, current],
            "show_progress": "hidden",
            "api_visibility": "private",
            "postprocess": False,
        }
        asks = [question.submit, button.click]
        gr.on(asks, chat.typed, inputs=[question, said], js=f"question => [question, {_SAID}]", **options)
        for chooser in (examples, earlier, current):
            chooser.select(chat.chosen, inputs=[said], js=f"() => {_SAID}", **options)
    blocks.queue(default_concurrency_limit=_AT_ONCE, max_size=_WAITING)

    def tell(edition: Edition) -> None:
        """Say what the collection holds, to whoever opens the page from now on."""
        held = collection(edition.index)
        intro.value = render.intro(held.places, held.bulletins, held.documents)
        lives.value = render.district_choice(sorted(districts(edition.index)), are_few(edition.index))
        examples.value = render.examples(example_questions(edition.engine))
        blocks.config = blocks.get_config_file()

    asking.editions.tell(tell)
    return blocks


def _html(value: str, elem_id: str, js_on_load: str | None = None) -> gr.HTML:
    """A part of the page that looks as the style sheet says, and not as Gradio would have it."""
    return gr.HTML(value, elem_id=elem_id, js_on_load=js_on_load, apply_default_css=False, padding=False)


class Said(msgspec.Struct, frozen=True):
    """The conversation before a question. The browser keeps it and sends it with the question."""

    count: int = 0
    questions: tuple[str, ...] = ()

    @classmethod
    def read(cls, sent: str) -> Said:
        """What a browser sent; nothing was said where that can't be read."""
        try:
            read = msgspec.json.decode(sent, type=cls)
        except (msgspec.MsgspecError, UnicodeEncodeError):
            return cls()
        cleaned = (clean_question(question) for question in read.questions[-LONGEST_HISTORY:])
        asked = tuple(question for question in cleaned if 0 < len(question) <= LONGEST_QUESTION)
        return cls(min(max(read.count, 0), _MOST_COUNTED), asked)


Update = tuple[object, object]
"""New values of the message and of the current exchange."""


class Chat:
    """Answers questions for the page."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking

    async def typed(self, question: str, said: str, request: gr.Request) -> AsyncIterator[Update]:
        """Answer what was typed."""
        async for update in self._ask(question, Said.read(said), request):
            yield update

    async def chosen(self, said: str, event: gr.EventData, request: gr.Request) -> AsyncIterator[Update]:
        """Answer a question that was offered, or that the link asks which the page was opened by."""
        async for update in self._ask(str(event.question), Said.read(said), request):
            yield update

    async def _ask(self, question: str, before: Said, request: gr.Request) -> AsyncIterator[Update]:
        text, number = clean_question(question), before.count + 1
        client = client_of(request.client.host if request.client else None)
        # Both values each time: for one left out Gradio builds its component anew, which costs more than an answer.
        try:
            if 0 < len(text) <= LONGEST_QUESTION:
                yield "", render.asked(number, text)
            written = False
            lives = district_of(request.cookies, self.asking.editions.now.index)
            async for part in self.asking.stream(text, before.questions, client, lives):
                if isinstance(part, Told):
                    told = part
                else:  # a model writes it sentence by sentence
                    written = True
                    yield "", render.partly(number, part)
        except Problem as problem:
            if problem.code in ("blank", "too_long"):
                yield render.problem(problem.text), gr.skip()
            else:
                yield "", render.unanswered(number, text, problem.text)
            return
        if not written and self.asking.waiting <= _FEW:
            for grown in render.growing(number, told.answer, _STEPS):
                yield "", grown
                await asyncio.sleep(_PAUSE)
        yield render.finished(told.answer), render.answered(number, told, before.questions)


def example_questions(engine: Engine) -> list[Text]:
    """Questions to begin with: those that staff chose, else those we wrote, else ones written beside the bulletins.

    A collection may hold other bulletins than those we wrote questions for, or no longer the one that answered, so each
    is tried first.
    """
    if engine.settings.llm:  # which need not word what nobody reads
        engine = Engine(engine.index, replace(engine.settings, llm=None))
    for offered, most in ((load_examples(engine.settings.data), MOST), (strings.EXAMPLES, _EXAMPLES)):
        chosen = [one for one in offered if is_answered(engine, one)]
        if chosen:
            return [Text(one.zh or one.en, one.en or one.zh) for one in chosen[:most]]
    left = _TRIED
    # where no question is written, no passage is looked through for one
    for source in islice(
        engine.index.manifest.files if engine.index.store.holding("questions") else (), _TRIED
    ):
        for question in islice(_written(engine.index, source), left):
            left -= 1
            if not engine.ask(question).abstained:
                chosen.append(Text(question, question))
                break
        if len(chosen) == _EXAMPLES:
            break
    return chosen


def _written(index: Index, source: str) -> Iterator[str]:
    """Chinese questions written beside the first passages of a bulletin, one of a passage."""
    for id_ in islice(index.store.ids(Where(sources=frozenset([source]))), _LOOKED_AT):
        (passage,) = index.store.passages([id_])
        asked = (one.question for one in passage.fields.questions if language(one.question) == "zh")
        yield from islice(asked, 1)


@dataclass(frozen=True, slots=True)
class Held:
    """What a collection holds."""

    places: Text
    """The districts of the most documents by name, and how many others there are."""
    bulletins: int
    documents: int


def collection(index: Index) -> Held:
    """What the collection holds, in a line."""
    known = [one for one in index.store.catalogue.counts("district") if one != NATION]
    named, more = "、".join(known[:_NAMED]), len(known) - _NAMED
    places = strings.AND_OTHERS.format(places=named, more=more) if more > 0 else Text(named, named)
    return Held(places, len(index.manifest.files), len(index.documents))
