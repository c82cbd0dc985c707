"""Processes that answer, so that as many questions are worked on at once as there are processors.

Python runs one thread at a time; in one process fifty questions would wait for one processor.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess
from typing import Literal

from rag.answer import Engine
from rag.contract import Answer
from rag.index import open_index
from rag.settings import Settings

_log = logging.getLogger(__name__)
_engine: Engine | None = None  # of a worker process


class Workers:
    """Answers in other processes where there are some and they are ready, else in this one."""

    def __init__(self, engine: Engine, count: int) -> None:
        """Start the processes; each loads the index by itself, which takes some seconds.

        :param count: How many; 0 or an engine whose answers a model writes means none.
        """
        self._own = engine
        self._pool: ProcessPoolExecutor | None = None
        self.loading: list[Future[bool]] = []
        """Done when a process has loaded its index."""
        if count and not engine.settings.llm:
            # One thread each: the processes are what keeps the processors busy.
            os.environ.setdefault("OMP_NUM_THREADS", "1")
            # Fresh processes, not copies: a copy would inherit locks that other threads hold at that moment.
            self._pool = ProcessPoolExecutor(
                count, multiprocessing.get_context("spawn"), initializer=_open, initargs=(engine.settings,)
            )
            self.loading = [self._pool.submit(_is_open) for _ in range(count)]

    @property
    def ready(self) -> bool:
        """Whether other processes are there to answer."""
        return self.state == "ready"

    @property
    def state(self) -> Literal["none", "loading", "ready"]:
        """How it stands with the other processes."""
        if self._pool is None or any(one.done() and one.exception() for one in self.loading):
            return "none"
        return "ready" if all(one.done() for one in self.loading) else "loading"

    @property
    def processes(self) -> list[BaseProcess]:
        """The processes that answer."""
        return list(multiprocessing.active_children()) if self._pool is not None else []

    def answers(self, question: str, earlier: Sequence[str]) -> Iterator[Answer]:
        """The answer as `Engine.stream` gives it.

        :param earlier: The questions before it in the conversation, the oldest first.
        :raises BulletinError: if the question is blank or too long.
        """
        if self._pool is not None and self.ready:
            try:
                yield self._pool.submit(_ask, question, tuple(earlier)).result()
            except BrokenProcessPool:  # killed for memory, perhaps: go on without them
                _log.exception("The processes that answer are gone; this one answers from now on.")
                self._pool = None
            else:
                return
        yield from self._own.stream(question, history=earlier)

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)


def _open(settings: Settings) -> None:
    global _engine
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the service, which then ends its processes
    _engine = Engine(open_index(settings, quiet=True), settings)
    *_, _ = _engine.stream("公报")  # what is read when first needed


def _end_with_parent() -> None:
    """End when the service does, even where it was killed and could not say so."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _is_open() -> bool:
    return _engine is not None


def _ask(question: str, earlier: tuple[str, ...]) -> Answer:
    assert _engine is not None
    return _engine.ask(question, history=earlier)
