"""Work on many things done by two processes side by side, which takes half as long where it is long."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")

_PROCESSES = 2
_AHEAD = 2  # things that wait for each process, so that none of them does


def abreast(work: Callable[[Given], Made], given: Iterable[Given], *, long: bool) -> Iterator[Made]:
    """What some work makes of each thing given, in order; few of them are held at once.

    :param work: Of a module, so that another process finds it.
    :param long: Whether it takes many seconds; a process needs one to begin.
    """
    # what may have no processes of its own, or one processor only, works by itself
    if not long or (os.cpu_count() or 1) == 1 or multiprocessing.current_process().daemon:
        yield from map(work, given)
        return
    context = multiprocessing.get_context("spawn")
    waiting = deque[tuple[Given, Future[Made] | None]]()
    with ProcessPoolExecutor(_PROCESSES, mp_context=context) as pool:
        for one in given:
            waiting.append((one, _handed(pool, work, one)))
            if len(waiting) > _PROCESSES * (1 + _AHEAD):
                yield _done(work, *waiting.popleft())
        while waiting:
            yield _done(work, *waiting.popleft())


def _handed(pool: ProcessPoolExecutor, work: Callable[[Given], Made], one: Given) -> Future[Made] | None:
    """What will be made of a thing; None where no process is left to make it."""
    try:
        return pool.submit(work, one)
    except BrokenProcessPool:
        return None


def _done(work: Callable[[Given], Made], one: Given, made: Future[Made] | None) -> Made:
    """What was made of a thing, made here where the process that was to make it is gone."""
    try:
        return made.result() if made else work(one)
    except BrokenProcessPool:
        return work(one)
