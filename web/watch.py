"""A folder of bulletins that is watched: what is copied into it by hand is indexed without anybody saying so."""

from __future__ import annotations

import logging
import multiprocessing
import threading

from rag.index import open_index
from rag.settings import Settings

_log = logging.getLogger(__name__)


class Watch:
    """Looks at the collection's folder from time to time, and has it indexed when it has changed and come to rest.

    It is indexed in a process of its own, which publishes a version as any other command does.
    """

    def __init__(self, settings: Settings, seconds: float) -> None:
        """Begin.

        :param seconds: Between two looks; a change is taken up when the next look finds no further one.
        """
        self._settings = settings
        self._seconds = seconds
        self._ended = threading.Event()
        threading.Thread(target=self._watch, name="watch", daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._ended.set()

    def _watch(self) -> None:
        indexed, before = None, self._state()  # something may have come while the service was starting
        while not self._ended.wait(self._seconds):
            now = self._state()
            if now not in (indexed, None) and now == before:
                indexed = now
                process = multiprocessing.get_context("spawn").Process(
                    target=open_index, args=(self._settings,), kwargs={"quiet": True}, daemon=True
                )
                process.start()
                process.join()
                if process.exitcode:
                    _log.error(
                        "The bulletins changed and could not be indexed; `python -m rag doctor` says more."
                    )
            before = now

    def _state(self) -> tuple[tuple[str, int, int], ...] | None:
        """Names, sizes and times of the bulletins; None where the folder can't be looked at."""
        try:
            files = [(path.name, path.stat()) for path in sorted(self._settings.bulletins.iterdir())]
        except OSError:  # a file that went while it was looked at
            return None
        return tuple((name, one.st_size, one.st_mtime_ns) for name, one in files)
