"""Processes that answer, so that as many questions are worked on at once as there are processors.

Python runs one thread at a time; in one process fifty questions would wait for one processor. A process that dies or
hangs is replaced, and its question answered by another.
"""

from __future__ import annotations

import ctypes
import gc
import hashlib
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Literal

from rag.answer import Engine
from rag.contract import Answer
from rag.errors import BulletinError
from rag.index import load_version
from rag.indexing.milvus import Address
from rag.settings import Settings

BESIDE = ("lexicon/*.tsv", "contacts.tsv", "examples.tsv")
"""The files that staff write, below the folder of data: an engine reads them when it is made."""
LONGEST = 15.0
"""Seconds of a processor that one question may cost before its process counts as hung, and seconds that the process may
rest over it. An answer takes a fraction of one; where others keep the processors busy, many, but of the clock only."""
_LONGEST_LOAD = 300.0  # the same for loading an index
_AT_MOST = 600.0  # seconds of the clock for any of it: what hangs may still stir
_TICK = 0.2  # seconds between two looks at the processes
_PING = 5.0  # seconds an idle process is left alone
_TRIES = 2  # processes that one question may cost
_PATIENCE = (0.0, 1.0, 5.0, 30.0, 60.0)  # seconds before the next start, after so many that failed
_WARM_UP = "公报"

State = Literal["none", "loading", "ready", "degraded"]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A question for a process, with the questions before it in the conversation, the oldest first."""

    question: str
    earlier: tuple[str, ...]
    district: str = ""
    """Where who asks lives; "" where that is not known."""


def edition_of(settings: Settings, version: str) -> str:
    """The name of a version of the index together with the words that staff wrote beside it, as the files are now."""
    parts = []
    for file in sorted(file for pattern in BESIDE for file in settings.data.glob(pattern)):
        with suppress(FileNotFoundError):
            status = file.stat()
            parts.append(f"{file.name} {status.st_size} {status.st_mtime_ns}")
    return f"{version}@{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:12]}"


def version_of(edition: str) -> str:
    """The version of the index in the name of an edition."""
    return edition.partition("@")[0]


@dataclass(frozen=True, slots=True)
class Open:
    """The version of the index to answer from, as an edition names it."""

    version: str


@dataclass(frozen=True, slots=True)
class Given:
    """An answer, and the version of the index it came from."""

    answer: Answer
    version: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The version a process answers from now; `trouble` says why it is not the one that was wanted."""

    version: str
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a question was not answered; `ours` where that is a fault of the program."""

    why: str
    ours: bool


class LostError(Exception):
    """Every process that was given a question died or hung over it."""


class Workers:
    """The processes. Nothing in here waits for one that hangs, as `_Worker.overdue` has it."""

    def __init__(
        self, settings: Settings, version: str, count: int, *, longest: float = LONGEST, ping: float = _PING
    ) -> None:
        """Start the processes; each loads the index by itself, which takes some seconds.

        :param count: How many; there are none with 0, where a model writes the answers, and where one process alone can
            have the store open.
        """
        self._settings = settings
        self._wanted = version
        self._longest = longest
        self._ping = ping
        self._changed = threading.Condition()
        alone = settings.llm or (settings.store and Address.of(settings.store).is_of_one)
        self._places = [_Place() for _ in range(0 if alone else count)]
        self._closed = False
        self.replaced = 0
        """Processes that had to be replaced so far."""
        if self._places:
            os.environ.setdefault("OMP_NUM_THREADS", "1")  # the processes are what keeps the processors busy
            threading.Thread(target=self._look_after, name="workers", daemon=True).start()

    @property
    def state(self) -> State:
        """How it stands with the processes."""
        with self._changed:
            ready = sum(place.answers for place in self._places)
            if not self._places:
                return "none"
            if ready == len(self._places):
                return "ready"
            return "degraded" if any(place.failures for place in self._places) else "loading"

    @property
    def alive(self) -> int:
        """Processes that answer."""
        with self._changed:
            return sum(place.answers for place in self._places)

    @property
    def processes(self) -> list[int]:
        """The ids of the processes that are there."""
        with self._changed:
            return [place.worker.pid for place in self._places if place.worker]

    @property
    def versions(self) -> set[str]:
        """The versions that processes answer from, or will when they have loaded them."""
        with self._changed:
            there = [place.worker for place in self._places if place.worker]
            return {name for worker in there for name in (worker.version, worker.loads) if name}

    def wait(self, seconds: float, state: State = "ready") -> bool:
        """Wait until it stands so with the processes; whether it does."""
        until = time.monotonic() + seconds
        while self.state != state and time.monotonic() < until:
            time.sleep(_TICK)
        return self.state == state

    def move(self, version: str) -> None:
        """Have every process answer from another version, one after the other, each between two questions."""
        with self._changed:
            self._wanted = version
            self._changed.notify_all()

    def ask(self, question: str, earlier: Sequence[str], district: str = "") -> Given | Failed | None:
        """An answer from one of the processes; None where none is there to answer.

        :raises LostError: if every process that tried died or hung.
        """
        lost = 0
        while lost < _TRIES:
            worker = self._take()
            if worker is None:
                return None
            if not worker.is_alive():  # dead before it was asked: no fault of the question's
                self._lost(worker)
                continue
            try:
                worker.pipe.send(Job(question, tuple(earlier), district))
                reply = worker.pipe.recv()  # ends, at the latest, when `_look_after` ends the process
            except (BrokenPipeError, ConnectionResetError):  # it ended before it had read the question
                self._lost(worker)
                continue
            except (EOFError, OSError):
                self._lost(worker)
                lost += 1
                continue
            self._free(worker)
            assert isinstance(reply, (Given, Failed))
            return reply
        raise LostError

    def close(self) -> None:
        """End the processes."""
        with self._changed:
            self._closed = True
            for place in self._places:
                if place.worker:
                    place.worker.end()
            self._changed.notify_all()

    def _take(self) -> _Worker | None:
        """A process of one's own for a question; None where there is none, or none gets free in time."""
        until = time.monotonic() + self._longest
        with self._changed:
            while not self._closed:
                free = [p.worker for p in self._places if p.worker and p.worker.doing == "nothing"]
                if free:
                    newest = [one for one in free if one.version == self._wanted]
                    worker = (newest or free)[0]
                    worker.begin("asked", self._longest)
                    return worker
                asked = any(p.worker and p.worker.doing == "asked" for p in self._places)
                if not asked or not self._changed.wait(until - time.monotonic()):
                    return None
        return None

    def _free(self, worker: _Worker) -> None:
        with self._changed:
            worker.begin("nothing", self._ping)
            self._changed.notify_all()

    def _lost(self, worker: _Worker) -> None:
        """Forget a process; another one starts in its place."""
        with self._changed:
            for place in self._places:
                if place.worker is worker:
                    place.emptied()
                    self.replaced += 1
                    if not self._closed:
                        _log.warning("A process that answers was lost (%s); it is replaced.", worker.doing)
            worker.end()
            self._changed.notify_all()

    def _look_after(self) -> None:
        """Start what is missing, end what hangs, and move on whoever answers from an old version."""
        while not self._closed:
            for place in self._places:
                try:
                    self._look_at(place)
                except OSError:  # no memory for another process, perhaps: a later look may find some
                    _log.exception("A process that answers could not be started.")
                    place.emptied()
            with self._changed:
                self._changed.wait(_TICK)

    def _look_at(self, place: _Place) -> None:
        worker = place.worker
        if worker is None:
            if time.monotonic() >= place.start_at and not self._closed:
                place.worker = _Worker(self._settings, self._wanted)
            return
        with self._changed:
            overdue = worker.overdue()
            if worker.doing == "asked":
                if overdue:  # whoever waits for its answer learns it from the broken pipe
                    worker.end()
                return
            lost = not worker.is_alive()
            if worker.doing == "nothing" and not lost:
                self._send_on(worker, overdue)
                return
        if not lost:
            lost = not self._heard(place, worker) and overdue
        if lost:
            self._lost(worker)

    def _send_on(self, worker: _Worker, overdue: bool) -> None:
        """Give an idle process the version to answer from, one process at a time, or see whether it still listens."""
        moving = any(p.worker and p.worker.doing == "loading" and p.worker.version for p in self._places)
        with suppress(OSError):  # found out next time
            if self._wanted not in (worker.version, worker.refused) and not moving:
                worker.begin("loading", _LONGEST_LOAD)
                worker.loads = self._wanted
                worker.pipe.send(Open(self._wanted))
            elif overdue:
                worker.begin("pinged", self._longest)
                worker.pipe.send(None)

    def _heard(self, place: _Place, worker: _Worker) -> bool:
        """Take what a process says after loading or a ping; whether it said something."""
        try:
            if not worker.pipe.poll():
                return False
            said = worker.pipe.recv()
        except (EOFError, OSError):
            return False
        if isinstance(said, Opened):
            if said.trouble:
                _log.warning("A process goes on answering from %s: %s", said.version, said.trouble)
            worker.refused = worker.loads if said.trouble else ""
            worker.version, worker.loads = said.version, ""
            place.failures = 0
        self._free(worker)
        return True


class _Place:
    """Where a process is, or is to be."""

    def __init__(self) -> None:
        self.worker: _Worker | None = None
        self.failures = 0
        self.start_at = 0.0

    @property
    def answers(self) -> bool:
        return self.worker is not None and bool(self.worker.version)

    def emptied(self) -> None:
        self.worker = None
        self.start_at = time.monotonic() + _PATIENCE[min(self.failures, len(_PATIENCE) - 1)]
        self.failures += 1


class _Worker:
    """One process, as the service sees it."""

    def __init__(self, settings: Settings, version: str) -> None:
        context = multiprocessing.get_context(
            "spawn"
        )  # a copy would inherit locks that threads hold just then
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(settings, version, theirs), daemon=True)
        self.version = ""
        """What it answers from; none until it has loaded."""
        self.loads = version
        """What it is loading."""
        self.refused = ""
        """The version it could not load."""
        self._process.start()
        theirs.close()
        self.begin("loading", _LONGEST_LOAD)

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    def begin(self, doing: Literal["nothing", "loading", "asked", "pinged"], seconds: float) -> None:
        self.doing = doing
        self._seconds = seconds
        self._began = self._stirred = time.monotonic()
        self._had = self._used = self.used()

    def used(self) -> float:
        return used(self.pid)

    def overdue(self) -> bool:
        """Whether it was left alone for long enough, or hangs over what it does.

        It hangs when that has cost the seconds given, of a processor of its own, or when it has not stirred for as
        long: a process that works but seldom gets a processor, because others do, is waited for.
        """
        now = time.monotonic()
        if self.doing == "nothing":
            return now > self._began + self._seconds
        if (spent := self.used()) > self._used:
            self._used, self._stirred = spent, now
        return (
            spent > self._had + self._seconds
            or now > self._stirred + self._seconds
            or now > self._began + _AT_MOST
        )

    def is_alive(self) -> bool:
        return self._process.is_alive()

    def end(self) -> None:
        self._process.kill()  # a stopped process takes no other signal


def used(process: int) -> float:
    """Seconds of a processor that a process has used; 0 where it is gone, or the system does not tell."""
    clock = ctypes.c_int()
    find = getattr(ctypes.CDLL(None), "clock_getcpuclockid", None)
    if find is None or find(process, ctypes.byref(clock)):
        return 0.0
    try:
        return time.clock_gettime(clock.value)
    except OSError:  # it ended in between
        return 0.0


def _serve(settings: Settings, version: str, pipe: Connection) -> None:
    """What a process does, until the service ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the service, which then ends its processes
    engine = _opened(settings, version)
    free()  # what only opening took
    pipe.send(Opened(version))
    while True:
        message = pipe.recv()
        if isinstance(message, Job):
            pipe.send(_answered(engine, version, message))
        elif isinstance(message, Open):
            trouble = ""
            try:
                engine, version = _opened(settings, message.version, engine), message.version
                free()  # an engine that is kept would keep its version from being deleted
            except (BulletinError, OSError) as error:
                trouble = str(error)
            pipe.send(Opened(version, trouble))
        else:
            pipe.send(None)


def free() -> None:
    """Let go of what nobody has any more, such as an engine, which knows itself in circles.

    What is freed in many small pieces goes back to the system only when glibc is told to: an hour of versions that
    came and went left 290 MB behind.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _opened(settings: Settings, edition: str, before: Engine | None = None) -> Engine:
    version = version_of(edition)
    same = before.index if before is not None and before.index.version == version else None
    engine = Engine(same or load_version(settings, version), settings)
    engine.ask(_WARM_UP)  # what is read when first needed
    return engine


def _answered(engine: Engine, version: str, asked: Job) -> Given | Failed:
    try:
        return Given(engine.ask(asked.question, history=asked.earlier, district=asked.district), version)
    except BulletinError as error:
        return Failed(str(error), ours=False)
    except Exception as error:  # a question that this program can't take must not cost the process
        return Failed(_fault(error), ours=True)


def _fault(error: Exception) -> str:
    """Where a fault happened, without the words it happened with."""
    places = []
    step = error.__traceback__
    while step is not None:
        places.append(f"{os.path.basename(step.tb_frame.f_code.co_filename)}:{step.tb_lineno}")
        step = step.tb_next
    return f"{type(error).__name__} at {' > '.join(places[-5:])}"


def _end_with_parent() -> None:
    """End when the service does, even where it was killed and could not say so."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)
