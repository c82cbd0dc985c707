"""The page as Gradio serves it: what is on it, and what happens when somebody asks."""

from __future__ import annotations

import asyncio
import logging
import os
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio
import fastapi
import gradio as gr

from rag.answer import Answer, Engine
from rag.errors import BulletinError
from rag.index import Index, Passage
from rag.query import LONGEST_QUESTION
from rag.text import clean_question
from web import render, strings
from web.strings import Text

HERE = Path(__file__).parent
_KEEP = 20  # exchanges a conversation shows; older ones leave the page and the memory
_PAUSE = 0.03  # seconds between two pieces of a growing answer
_AT_ONCE = 64  # questions that may be streaming; looking up is limited to the processors
_WAITING = 256  # questions that may wait beyond those

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
_SPOKEN = "element.setAttribute('role', 'status');"

_log = logging.getLogger(__name__)


def serve(engine: Engine) -> fastapi.FastAPI:
    """The whole web application: one page, everything it loads from this machine."""
    css = (HERE / "style.css").read_text(encoding="utf-8")
    script = (HERE / "page.js").read_text(encoding="utf-8")
    application: fastapi.FastAPI = gr.mount_gradio_app(
        fastapi.FastAPI(openapi_url=None),
        page(engine),
        path="/",
        theme=gr.themes.Base(font=_FONTS, font_mono=("ui-monospace", "monospace")),
        css=css,
        head=f"<script>{script}</script>",
        favicon_path=str(HERE / "icon.svg"),
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        ssr_mode=False,
    )
    return application


def page(engine: Engine) -> gr.Blocks:
    """The chat: question box, conversation, examples."""
    places, bulletins, documents = _collection(engine.index)
    with gr.Blocks(title=strings.TAB_TITLE, analytics_enabled=False) as blocks:
        gr.HTML(render.header(), elem_id="top")
        gr.HTML(render.intro(places, bulletins, documents), elem_id="intro")
        conversation = gr.State(Conversation())
        earlier = gr.HTML("", elem_id="earlier")
        current = gr.HTML("", elem_id="current")
        with gr.Column(elem_id="ask"):
            message = gr.HTML("", elem_id="message", js_on_load=_SPOKEN)
            gr.HTML(render.question_label(), elem_id="label")
            with gr.Row(elem_id="box"):
                question = gr.Textbox(
                    show_label=False,
                    container=False,
                    max_lines=6,
                    autofocus=True,
                    elem_id="question",
                    html_attributes=gr.InputHTMLAttributes(enterkeyhint="search", autocomplete="off"),
                )
                button = gr.HTML(render.ask_button(), elem_id="send", js_on_load=_CLICK)
        examples = gr.HTML(render.examples(), elem_id="examples", js_on_load=_CHOOSE)
        gr.HTML(render.footer(), elem_id="foot")

        chat = Chat(engine)
        outputs = [question, message, earlier, current, conversation]
        options = {"outputs": outputs, "show_progress": "hidden", "api_visibility": "private"}
        gr.on([question.submit, button.click], chat.typed, inputs=[question, conversation], **options)
        examples.select(chat.chosen, inputs=[conversation], **options)
    blocks.queue(default_concurrency_limit=_AT_ONCE, max_size=_WAITING)
    return blocks


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one visitor asked: how many questions, and the last exchanges as HTML."""

    asked: int = 0
    shown: tuple[str, ...] = ()

    def with_exchange(self, html: str) -> Conversation:
        """The conversation with one more exchange, and without the oldest where there are too many."""
        return Conversation(self.asked + 1, (*self.shown, html)[-_KEEP:])


Update = tuple[object, object, object, object, object]
"""New values of the question box, the message, the earlier exchanges, the current one, and the conversation."""


class Chat:
    """Answers questions for the page, a few at a time however many ask."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._limiter = anyio.CapacityLimiter(os.cpu_count() or 1)

    async def typed(self, question: str, conversation: Conversation) -> AsyncIterator[Update]:
        """Answer what was typed; the box is emptied once the question is taken."""
        async for update in self._ask(question, conversation):
            yield update

    async def chosen(self, conversation: Conversation, event: gr.EventData) -> AsyncIterator[Update]:
        """Answer an example question."""
        async for update in self._ask(str(event.question), conversation):
            yield update

    async def _ask(self, question: str, conversation: Conversation) -> AsyncIterator[Update]:
        same = gr.skip()
        text = clean_question(question)
        if wrong := _problem(text):
            yield same, render.problem(wrong), same, same, same
            return
        number = conversation.asked + 1
        yield "", "", "".join(conversation.shown), render.asked(number, text), same
        try:
            answer = await anyio.to_thread.run_sync(partial(self.engine.ask, text), limiter=self._limiter)
        except BulletinError as error:
            yield text, render.problem(Text(str(error), str(error))), same, "", same
            return
        except Exception:  # a fault of ours must not show its insides
            _log.exception("The question could not be answered.")
            yield text, render.problem(strings.BROKEN), same, "", same
            return
        for grown in render.growing(number, answer):
            yield same, same, same, grown, same
            await asyncio.sleep(_PAUSE)
        whole = render.answered(number, answer, self._nearest(answer))
        yield same, render.finished(answer), same, whole, conversation.with_exchange(whole)

    def _nearest(self, answer: Answer) -> Passage | None:
        """The best passage found for a refused question."""
        if not answer.abstained or not answer.passages:
            return None
        return self.engine.index.passage(answer.passages[0].chunk)


def _problem(question: str) -> Text | None:
    """Why a question can't be asked, if it can't."""
    if not question:
        return strings.BLANK
    if len(question) > LONGEST_QUESTION:
        return strings.TOO_LONG.format(length=len(question), longest=LONGEST_QUESTION)
    return None


def _collection(index: Index) -> tuple[list[str], int, int]:
    """The district that most documents of each bulletin are of, and how many bulletins and documents there are."""
    districts: dict[str, Counter[str]] = {}
    for document in index.documents.values():
        if document.jurisdiction:
            districts.setdefault(document.source, Counter())[document.jurisdiction] += 1
    places = sorted({counted.most_common(1)[0][0] for counted in districts.values()})
    return places, len(index.manifest.files), len(index.documents)
