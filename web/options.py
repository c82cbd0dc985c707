"""How the service is run, beside what the engine is set to: where it keeps things and how much one client may ask."""

from __future__ import annotations

import os
from dataclasses import dataclass

from limits import RateLimitItem, parse

from rag.errors import BulletinError
from rag.settings import Settings, stated
from store.database import database_url

_MOST_WORKERS = 8  # by default, whatever the machine: each needs memory for an index of its own


@dataclass(frozen=True, slots=True)
class Options:
    """What may be set of the service.

    `database` is a URL that SQLAlchemy knows. `rate` is how much one client may ask, `120/minute` for example.
    `workers` is how many processes answer beside the one that serves; each loads the index by itself.
    """

    database: str
    rate: RateLimitItem
    workers: int = 0
    watch: float = 0.0
    """Seconds between two looks at the folder of bulletins; 0 for none."""

    @classmethod
    def of(
        cls,
        settings: Settings,
        database: str | None = None,
        rate: str | None = None,
        workers: int | None = None,
    ) -> Options:
        """What is given, else `BULLETIN_DATABASE`, `BULLETIN_RATE`, `BULLETIN_WORKERS`, else the defaults.

        By default as many processes answer as there are processors, where there are several.

        :raises BulletinError: if the rate or the number of workers is none.
        """
        wanted = rate or stated("rate") or "120/minute"
        try:
            item = parse(wanted)
        except ValueError:
            raise BulletinError(
                f"BULLETIN_RATE is {wanted!r}; expected for example 120/minute or 10/second."
            ) from None
        count = _workers() if workers is None else workers
        return cls(database_url(settings, database), item, count, _watch())


def _watch() -> float:
    wanted = stated("watch")
    try:
        seconds = float(wanted or 0)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e9:
        raise BulletinError(f"BULLETIN_WATCH is {wanted!r}; expected seconds such as 30, or 0 for none.")
    return seconds


def _workers() -> int:
    wanted = stated("workers")
    if wanted is None:
        processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return min(processors, _MOST_WORKERS) if processors > 1 else 0
    if not wanted.isdecimal():
        raise BulletinError(f"BULLETIN_WORKERS is {wanted!r}; expected a number such as 2, or 0 for none.")
    return int(wanted)
