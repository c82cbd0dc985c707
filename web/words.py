"""What staff set in the browser: words of one meaning, the examples of the home page, whom to ask in each district."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

import anyio
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from filelock import FileLock
from starlette.datastructures import FormData

from rag.answer import Engine
from rag.answering import contacts as contact_lines
from rag.answering.contacts import Contacts, load_contacts, save_contacts
from rag.asking.lexicon import OWN, Entry, Lexicon, phrases_of, read_entries, write_own
from rag.asking.query import LONGEST_QUESTION
from rag.contract import Answer
from rag.errors import BulletinError
from rag.settings import Settings
from rag.text.normal import clean_question, squeeze
from store.audit import note
from store.questions import printable
from store.review import well_answered
from store.staff import Signed
from web import examples as example_lines
from web import strings
from web.account import check_form, signed_in
from web.asking import Asking
from web.districts import districts
from web.examples import is_answered, load_examples, save_examples
from web.strings import Text
from web.templates import Pages

_FOUND = 30  # entries that a search shows
_LONGEST = 300  # characters of a field
_SHOWN = 3  # documents of each side of a trial
_PLACES = 50  # whose contacts are on a page
_OFFERED = 12  # questions offered as examples
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entered:
    """What somebody put into the form of a word."""

    official: str = ""
    everyday: str = ""
    english: str = ""
    question: str = ""

    @property
    def entry(self) -> Entry:
        """The entry that it makes."""
        return Entry(self.official, phrases_of(self.everyday), phrases_of(self.english))


@dataclass(frozen=True, slots=True)
class Trial:
    """A question answered with the words as they are, and as they would be."""

    now: Answer
    then: Answer
    now_from: tuple[str, ...]
    """The documents that came nearest, best first."""
    then_from: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """An example with what it is answered today."""

    text: Text
    refused: bool


def words(asking: Asking, pages: Pages) -> APIRouter:
    """The routes of the words and of the home page."""
    router = APIRouter(prefix="/verify", include_in_schema=False, default_response_class=HTMLResponse)
    store, editions = asking.store, asking.editions
    settings = editions.now.engine.settings
    folder = settings.data / "lexicon"
    reader, editor = Depends(signed_in(store)), Depends(signed_in(store, "editor"))
    one_at_a_time = anyio.CapacityLimiter(1)

    async def work(task: Callable[[], T]) -> T:
        return await anyio.to_thread.run_sync(task, limiter=one_at_a_time)

    async def written(form: FormData, file: Path, write: Callable[[], None]) -> Text | None:
        """Have a file written as a form asks, aside from what others are asking; what stands against it."""
        return await work(partial(_write, settings, file, str(form.get("seen", "")), write))

    def words_page(
        request: Request,
        who: Signed,
        *,
        q: str = "",
        entered: Entered | None = None,
        trial: Trial | None = None,
        problem: Text | None = None,
        saved: bool = False,
        status: int = 200,
    ) -> Response:
        entries = list(read_entries(folder))
        own = sorted((one for file, one in entries if file == OWN), key=lambda one: one.official)
        found = islice((one for file, one in entries if file != OWN and _holds(one, q)), _FOUND) if q else ()
        return pages.show(
            request,
            "words.html",
            status=status,
            signed=who,
            own=own,
            found=list(found),
            count=len(entries) - len(own),
            q=q,
            seen=_digest(folder / OWN),
            entered=entered or Entered(),
            trial=trial,
            problem=problem,
            saved=saved,
        )

    @router.get("/words")
    def look(
        request: Request, q: str = "", edit: str = "", saved: str = "", who: Signed = reader
    ) -> Response:
        entered = (
            next((_entered(one) for one in _own(settings) if one.official == edit), None) if edit else None
        )
        return words_page(request, who, q=_line(q), entered=entered, saved=bool(saved))

    @router.post("/words")
    async def put(request: Request, who: Signed = editor) -> Response:
        form = await request.form(max_files=0, max_fields=20)
        check_form(request, str(form.get("csrf", "")), who)
        official, everyday, english = (
            _line(form.get(name, "")) for name in ("official", "everyday", "english")
        )
        question = clean_question(str(form.get("question", "")))[:LONGEST_QUESTION]
        entered = Entered(official, everyday, english, question)
        if not (entered.official and (entered.entry.everyday or entered.entry.english)):
            return words_page(request, who, entered=entered, problem=strings.WORD_MISSING, status=422)
        if form.get("do") == "try":
            if not entered.question:
                return words_page(request, who, entered=entered, problem=strings.BLANK, status=422)
            trial = await work(partial(tried, editions.now.engine, entered.entry, entered.question))
            return words_page(request, who, entered=entered, trial=trial)
        kept = [one for one in _own(settings) if one.official != entered.official]
        problem = await written(form, folder / OWN, partial(write_own, folder, [*kept, entered.entry]))
        if problem:
            return words_page(request, who, entered=entered, problem=problem, status=409)
        detail = " · ".join((*entered.entry.everyday, *entered.entry.english))
        note(store, who.name, "set a word", entered.official, detail)
        return RedirectResponse("/verify/words?saved=1", status_code=303)

    @router.post("/words/remove")
    async def drop(request: Request, who: Signed = editor) -> Response:
        form = await request.form(max_files=0, max_fields=20)
        check_form(request, str(form.get("csrf", "")), who)
        official = str(form.get("official", ""))
        kept = [one for one in _own(settings) if one.official != official]
        problem = await written(form, folder / OWN, partial(write_own, folder, kept))
        if problem:
            return words_page(request, who, problem=problem, status=409)
        note(store, who.name, "dropped a word", official)
        return RedirectResponse("/verify/words?saved=1", status_code=303)

    def home_page(
        request: Request,
        who: Signed,
        *,
        given: Sequence[Text] | None = None,
        lines: Contacts | None = None,
        place_words: str = "",
        problem: Text | None = None,
        saved: bool = False,
        status: int = 200,
    ) -> Response:
        engine = plain(editions.now.engine)
        shown = load_examples(settings.data) if given is None else given
        known = load_contacts(settings.data) if lines is None else lines
        # those set already, and those that are looked for: there may be thousands
        set_now = sorted(place for place in known.lines.keys() - {""} if place_words in place)
        others = [one for one in districts(engine.index, place_words, _PLACES) if one not in known.lines]
        places = ["", *islice([*set_now, *others], _PLACES)]
        return pages.show(
            request,
            "home.html",
            status=status,
            signed=who,
            examples=[Example(one, not is_answered(engine, one)) for one in shown],
            room=range(len(shown), example_lines.MOST),
            offered=well_answered(store, _OFFERED),
            places=places,
            place_words=place_words,
            many=len(districts(engine.index, most=_PLACES + 1)) + len(known.lines) > _PLACES,
            lines=known.lines,
            seen=_digest(settings.data / example_lines.FILE),
            seen_lines=_digest(settings.data / contact_lines.FILE),
            longest=LONGEST_QUESTION,
            problem=problem,
            saved=saved,
        )

    @router.get("/home")
    def home(request: Request, place: str = "", saved: str = "", who: Signed = reader) -> Response:
        return home_page(request, who, place_words=_line(place), saved=bool(saved))

    @router.post("/home/examples")
    async def choose(request: Request, who: Signed = editor) -> Response:
        form = await request.form(max_files=0, max_fields=50)
        check_form(request, str(form.get("csrf", "")), who)
        given = _texts(form, LONGEST_QUESTION)[: example_lines.MOST]
        write = partial(save_examples, settings.data, given)
        problem = await written(form, settings.data / example_lines.FILE, write)
        if problem:
            return home_page(request, who, given=given, problem=problem, status=409)
        note(store, who.name, "chose examples", " / ".join(one.zh or one.en for one in given))
        return RedirectResponse("/verify/home?saved=1", status_code=303)

    @router.post("/home/contacts")
    async def tell(request: Request, who: Signed = editor) -> Response:
        form = await request.form(max_files=0, max_fields=3 * _PLACES + 10)
        check_form(request, str(form.get("csrf", "")), who)
        places = [_line(one) for one in form.getlist("place")]
        said = zip(places, form.getlist("zh"), form.getlist("en"), strict=False)
        before = load_contacts(settings.data)
        kept = {place: line for place, line in before.lines.items() if place not in places}
        lines = Contacts(
            kept | {place: {"zh": _line(zh), "en": _line(en)} for place, zh, en in said if zh or en}
        )
        write = partial(save_contacts, settings.data, lines)
        problem = await written(form, settings.data / contact_lines.FILE, write)
        if problem:
            return home_page(request, who, lines=lines, problem=problem, status=409)
        for place in sorted(lines.lines.keys() | before.lines.keys()):
            if lines.lines.get(place) != before.lines.get(place):
                detail = " / ".join(lines.lines.get(place, {}).values())
                note(store, who.name, "set a contact", place, detail)
        return RedirectResponse("/verify/home?saved=1", status_code=303)

    return router


def tried(engine: Engine, entry: Entry, question: str) -> Trial:
    """What a question is answered with a word as it is and as it would be."""
    before = plain(engine)
    others = [
        one
        for file, one in read_entries(engine.settings.data / "lexicon")
        if file != OWN or one.official != entry.official
    ]
    after = Engine(engine.index, before.settings, Lexicon([*others, entry]))
    answers = before.ask(question), after.ask(question)
    return Trial(*answers, *(_nearest(engine, answer) for answer in answers))


def plain(engine: Engine) -> Engine:
    """An engine that lets no model word what nobody reads."""
    return Engine(engine.index, replace(engine.settings, llm=None)) if engine.settings.llm else engine


def _nearest(engine: Engine, answer: Answer) -> tuple[str, ...]:
    documents = [engine.index.passage(one.chunk).document for one in answer.passages]
    return tuple(dict.fromkeys(one.title for one in documents))[:_SHOWN]


def _own(settings: Settings) -> list[Entry]:
    return [one for file, one in read_entries(settings.data / "lexicon") if file == OWN]


def _write(settings: Settings, file: Path, seen: str, write: Callable[[], None]) -> Text | None:
    """Write a file, unless somebody else did since it was looked at; what stands against it."""
    with _alone(settings):
        if _digest(file) != seen:
            return strings.CHANGED_MEANWHILE
        try:
            write()
        except (BulletinError, OSError) as error:
            why = str(error) if isinstance(error, BulletinError) else error.strerror
            return strings.NOT_CHANGED.format(why=why)
    return None


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    with FileLock(settings.data / ".words.lock"):
        yield


def _digest(file: Path) -> str:
    """What a file says, to tell later whether it still does; empty where it isn't there."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def _texts(form: FormData, longest: int) -> list[Text]:
    pairs = zip(form.getlist("zh"), form.getlist("en"), strict=False)
    cleaned = (Text(*(clean_question(str(one))[:longest] for one in pair)) for pair in pairs)
    return [one for one in cleaned if one.zh or one.en]


def _entered(entry: Entry) -> Entered:
    return Entered(entry.official, "；".join(entry.everyday), "; ".join(entry.english))


def _holds(entry: Entry, words: str) -> bool:
    wanted = squeeze(words)
    return any(wanted in squeeze(one) for one in (entry.official, *entry.everyday, *entry.english))


def _line(value: object) -> str:
    """One line of text as somebody typed it."""
    return " ".join(printable(str(value)).split())[:_LONGEST]
