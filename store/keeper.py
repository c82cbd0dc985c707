"""Writing down what was asked beside answering: an answer waits for the database a moment, and no longer."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from store.database import Store
from store.models import Asked

_PATIENCE = 0.5  # seconds an answer waits to be written down
_MOST = 10_000  # rows that wait for a database that is away; then the latest are not kept
_TOGETHER = 200  # rows of one transaction
_PAUSE = (0.2, 1.0, 5.0)  # seconds before the next try, after so many that failed
_LAST = 3.0  # seconds at the end for what still waits

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Waiting:
    row: Asked
    over: threading.Event = field(default_factory=threading.Event)
    written: bool = False


class Keeper:
    """One thread that writes, in the order in which questions were answered."""

    def __init__(self, store: Store, patience: float = _PATIENCE) -> None:
        """Begin.

        :param patience: Seconds a row may take before nobody waits for it.
        """
        self._store = store
        self._patience = patience
        self._waiting: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._since: float | None = None
        self._failures = 0
        self._closed = False
        self.dropped = 0
        """Rows that could not be kept."""
        self._thread = threading.Thread(target=self._write, name="keeper", daemon=True)
        self._thread.start()

    @property
    def behind(self) -> bool:
        """Whether the database takes longer than anybody waits."""
        since = self._since
        return self._failures > 0 or (since is not None and time.monotonic() - since > self._patience)

    @property
    def waiting(self) -> int:
        """Rows that are not written yet."""
        return len(self._waiting)

    def keep(self, row: Asked) -> bool:
        """Have a row written; true when it is on disk, false where it will be as soon as the database takes it."""
        one = _Waiting(row)
        behind = self.behind
        with self._changed:
            if len(self._waiting) >= _MOST or self._closed:
                self.dropped += 1
                return False
            self._waiting.append(one)
            self._changed.notify()
        return not behind and one.over.wait(self._patience) and one.written

    def close(self) -> None:
        """Write what still waits, for some seconds at most, and end."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(_LAST)
        if self._waiting:
            _log.error("%d questions could not be written down before the end.", len(self._waiting))

    def _write(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                batch = [self._waiting[at] for at in range(min(len(self._waiting), _TOGETHER))]
            if not batch:
                return
            self._since = time.monotonic()
            taken = self._try(batch if not self._failures else batch[:1])
            self._since = None
            with self._changed:
                for _ in range(taken):
                    self._waiting.popleft().over.set()
                if taken:
                    self._failures = 0
                    continue
                self._failures += 1
                if self._failures == 1:
                    _log.warning("The database takes no questions; they wait, and answers go on.")
                if self._closed:
                    return
                self._changed.wait(_PAUSE[min(self._failures, len(_PAUSE)) - 1])

    def _try(self, batch: list[_Waiting]) -> int:
        """Write some rows in one transaction; how many are done with, written or given up."""
        try:
            with self._store.session() as session:
                session.add_all([one.row for one in batch])
        except (DataError, IntegrityError):  # it would fail each time; the others must not wait for it
            if len(batch) > 1:
                return self._try(batch[:1])
            self.dropped += 1
            _log.error("A question could not be written down: the database refuses the row.")
            return 1
        except SQLAlchemyError:
            return 0
        for one in batch:
            one.written = True
        return len(batch)
