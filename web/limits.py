"""How much one client may do, counted by a clock that nobody sets."""

from __future__ import annotations

import ipaddress
import time
from collections import deque
from collections.abc import Callable
from threading import Lock

from limits import RateLimitItem

_MOST = 100_000  # clients remembered; those that have been quiet longest are forgotten first
_NETWORK = 64  # bits of an IPv6 address that name one household; the rest it chooses as it likes


class Window:
    """Counts what each client did in the seconds before now. Nothing of it is kept anywhere else."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: dict[str, deque[float]] = {}
        self._lock = Lock()

    def hit(self, rate: RateLimitItem, client: str) -> float:
        """Count one more, unless that were too much: then nothing, and the seconds after which it is not."""
        now, length = self._clock(), float(rate.get_expiry())
        with self._lock:
            times = self._times.pop(client, None) or deque()
            self._times[client] = times  # the latest stands last
            while times and times[0] <= now - length:
                times.popleft()
            if len(times) >= rate.amount:
                return max(times[0] + length - now, 1.0)
            times.append(now)
            if len(self._times) > _MOST:
                del self._times[next(iter(self._times))]
        return 0.0

    def count(self, rate: RateLimitItem, client: str) -> int:
        """What a client did in the seconds of a rate."""
        now = self._clock()
        with self._lock:
            return sum(at > now - rate.get_expiry() for at in self._times.get(client, ()))


def client_of(host: str | None) -> str:
    """Who asks, for the limits: an address, or the network of one where a client has as many as it likes.

    >>> client_of("2001:db8:1:2:aaaa::1") == client_of("2001:db8:1:2:bbbb::2")
    True
    >>> client_of("192.0.2.7")
    '192.0.2.7'
    """
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return host or ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), _NETWORK), strict=False))
    return str(address)
