"""What the service answers from: a version of the index with all that is made of it, and the way to the next one."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rag.answer import Engine
from rag.contract import Answer
from rag.errors import BulletinError
from rag.index import Index, load_version
from rag.publishing import versions
from store.questions import Ground
from web.document import Library
from web.workers import Failed, Workers, edition_of, free, version_of

_SECONDS = 1.0  # between two looks at what is published
_LONGEST_WAIT = 60.0  # between two tries to clean up what somebody still reads
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of the index with what staff wrote beside it, and what is made from both."""

    name: str
    """Of the version, and of the words beside it; see `edition_of`."""
    engine: Engine
    ground: Ground
    library: Library
    made_on: date
    """The day its version was made."""

    @classmethod
    def of(cls, engine: Engine, name: str, before: Edition | None = None) -> Edition:
        """The edition of an engine.

        :param before: One whose index may be the same.
        """
        if before is not None and before.index is engine.index:
            return cls(name, engine, before.ground, before.library, before.made_on)
        index = engine.index
        made_on = date.fromtimestamp((index.folder / versions.MANIFEST).stat().st_mtime)
        return cls(name, engine, Ground(index), Library(index), made_on)

    @property
    def index(self) -> Index:
        """Its index."""
        return self.engine.index

    @property
    def version(self) -> str:
        """The name of its version."""
        return self.engine.index.version


class FaultError(Exception):
    """A process could not answer, by a fault of ours; where it happened, not what was asked."""


class Editions:
    """The edition of the moment, and those that some process still answers from.

    Whoever works with an edition takes it once and keeps it to the end of the work; a version that nobody has any more
    is cleaned up.
    """

    def __init__(self, engine: Engine, workers: int = 0, seconds: float = _SECONDS) -> None:
        """Begin with an engine, and take up what is published from then on.

        :param workers: How many processes answer beside this one.
        :param seconds: Between two looks at what is published.
        """
        self._settings = engine.settings
        self._now = Edition.of(engine, edition_of(engine.settings, engine.index.version))
        self._kept = {self._now.name: self._now}
        self._refused = ""
        self._tidy, self._wait, self._next = True, seconds, 0.0
        self._seconds = seconds
        self._listeners: list[Callable[[Edition], None]] = []
        self._ended = threading.Event()
        self.workers = Workers(engine.settings, self._now.name, workers)
        threading.Thread(target=self._watch, name="editions", daemon=True).start()

    @property
    def now(self) -> Edition:
        """The edition of the moment."""
        return self._now

    def answers(
        self, question: str, earlier: Sequence[str], district: str = ""
    ) -> Iterator[tuple[Answer, Edition]]:
        """The answer as `Engine.stream` gives it, with the edition it came from.

        :param earlier: The questions before it in the conversation, the oldest first.
        :param district: Where who asks lives; "" where that is not known.
        :raises BulletinError: if the question is blank or too long.
        :raises LostError: if every process that tried it died or hung.
        """
        kept, now = self._kept, self._now
        given = self.workers.ask(question, earlier, district)
        if given is None:
            for answer in now.engine.stream(question, history=earlier, district=district):
                yield answer, now
        elif isinstance(given, Failed):
            if not given.ours:
                raise BulletinError(given.why)
            raise FaultError(given.why)
        else:
            known = kept.get(given.version) or self._kept.get(given.version)
            if known is None:  # published twice over while it was asked
                raise FaultError(f"Version {given.version} is gone.")
            yield given.answer, known

    def tell(self, listener: Callable[[Edition], None]) -> None:
        """Call somebody with the edition of the moment, and with each that is taken up from now on."""
        self._listeners.append(listener)
        listener(self._now)

    def close(self) -> None:
        """End the processes, and look no more."""
        self._ended.set()
        self.workers.close()

    def _watch(self) -> None:
        while not self._ended.wait(self._seconds):
            try:
                self._look()
            except Exception:  # the next look may go better, and answers go on meanwhile
                _log.exception("What is published could not be looked at.")

    def _look(self) -> None:
        version = versions.current(self._settings.index)
        published = edition_of(self._settings, version) if version else None
        if published is not None and published not in (self._now.name, self._refused):
            self._take_up(published)
        # no process goes back: what none answers from now, none will
        over = self._kept.keys() - self.workers.versions - {self._now.name}
        if over:
            self._kept = {name: one for name, one in self._kept.items() if name not in over}
            self._tidy, self._wait, self._next = False, self._seconds, 0.0
        if not self._tidy and time.monotonic() >= self._next:
            free()
            self._tidy = versions.try_clean(self._settings.index)
            self._wait = min(2 * self._wait, _LONGEST_WAIT)  # a question may still be answered from it
            self._next = time.monotonic() + self._wait

    def _take_up(self, published: str) -> None:
        version, before = version_of(published), self._now
        try:
            same = version == before.version
            index = before.index if same else load_version(self._settings, version)
            edition = Edition.of(Engine(index, self._settings), published, before)
        except (BulletinError, OSError) as error:
            if versions.current(self._settings.index) == version:  # and not one after it
                self._refused = published
                _log.warning(
                    "Version %s can't be taken up: %s Going on with %s.", published, error, before.name
                )
            return
        self._kept = {**self._kept, published: edition}
        self._now = edition
        self.workers.move(published)
        for listener in self._listeners:
            listener(edition)
        _log.info("Version %s is in use.", published)
