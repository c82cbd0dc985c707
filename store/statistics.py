"""What a head of office reads: how much was asked and answered, and about what. Nothing of who asked."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from store.database import Store
from store.models import Asked, Vote

_MOST = 500_000  # questions counted; the latest
_TOP = 15  # topics and districts shown


@dataclass(frozen=True, slots=True)
class Day:
    """One day, in the zone of the server."""

    day: date
    asked: int = 0
    answered: int = 0
    helped: int = 0
    not_helped: int = 0


@dataclass(frozen=True, slots=True)
class Statistics:
    """Some days, the earliest first, and what was asked in them."""

    days: tuple[Day, ...]
    topics: tuple[tuple[str, int], ...]
    districts: tuple[tuple[str, int], ...]
    median_seconds: float
    slow_seconds: float
    """What 95 of 100 answers took at most."""

    @property
    def asked(self) -> int:
        """Questions in all these days."""
        return sum(day.asked for day in self.days)

    @property
    def answered(self) -> int:
        """Those of them that were answered."""
        return sum(day.answered for day in self.days)

    @property
    def helped(self) -> int:
        """Votes that an answer helped."""
        return sum(day.helped for day in self.days)

    @property
    def voted(self) -> int:
        """All votes."""
        return self.helped + sum(day.not_helped for day in self.days)


def statistics(store: Store, days: int = 30, today: date | None = None) -> Statistics:
    """The last days, this one included.

    :param today: The last of them.
    """
    last = today or datetime.now().astimezone().date()
    shown = [last - timedelta(days=back) for back in range(days - 1, -1, -1)]
    since = datetime.combine(shown[0], datetime.min.time()).astimezone(UTC)
    wanted = (
        select(Asked.asked_at, Asked.abstained, Asked.topic, Asked.district, Asked.seconds, Vote.helpful)
        .outerjoin(Vote, Vote.asked_id == Asked.id)
        .where(Asked.asked_at >= since)
        .order_by(Asked.asked_at.desc())
        .limit(_MOST)
    )
    counted: dict[str, Counter[date]] = {
        name: Counter() for name in ("asked", "answered", "helped", "not_helped")
    }
    topics: Counter[str] = Counter()
    districts: Counter[str] = Counter()
    seconds: list[float] = []
    with store.session() as session:
        for row in session.execute(wanted):
            day = row.asked_at.astimezone().date()
            counted["asked"][day] += 1
            counted["answered"][day] += not row.abstained
            if row.helpful is not None:
                counted["helped" if row.helpful else "not_helped"][day] += 1
            topics.update([row.topic] if row.topic else [])
            districts.update([row.district] if row.district else [])
            if row.seconds:
                seconds.append(row.seconds)
    seconds.sort()
    return Statistics(
        tuple(Day(day, **{name: counts[day] for name, counts in counted.items()}) for day in shown),
        tuple(topics.most_common(_TOP)),
        tuple(districts.most_common(_TOP)),
        seconds[len(seconds) // 2] if seconds else 0.0,
        seconds[math.ceil(len(seconds) * 0.95) - 1] if seconds else 0.0,
    )
