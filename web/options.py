"""How the service is run, beside what the engine is set to: where it keeps things and how much one client may ask."""

from __future__ import annotations

import os
from dataclasses import dataclass

from limits import RateLimitItem, parse

from rag.errors import BulletinError
from rag.settings import Settings
from store.database import database_url


@dataclass(frozen=True, slots=True)
class Options:
    """What may be set of the service.

    `database` is a URL that SQLAlchemy knows. `rate` is how much one client may ask, `120/minute` for example.
    """

    database: str
    rate: RateLimitItem

    @classmethod
    def of(cls, settings: Settings, database: str | None = None, rate: str | None = None) -> Options:
        """The options given, else those of `BULLETIN_DATABASE` and `BULLETIN_RATE`, else the defaults.

        :raises BulletinError: if the rate is none.
        """
        wanted = rate or os.environ.get("BULLETIN_RATE") or "120/minute"
        try:
            item = parse(wanted)
        except ValueError:
            raise BulletinError(
                f"BULLETIN_RATE is {wanted!r}; expected for example 120/minute or 10/second."
            ) from None
        return cls(database_url(settings, database), item)
