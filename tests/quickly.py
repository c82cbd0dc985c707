"""Processes that begin with our libraries loaded: copies of one that imported them, which takes ten seconds, once."""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import BaseContext


def context() -> BaseContext:
    """What starts processes as `spawn` does, each from its beginning and with nothing of this one, but sooner."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["tests.loaded"])
    return made
