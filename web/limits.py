"""How often somebody may do something: token buckets, in the memory of this process."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from ipaddress import ip_address, ip_network


class Buckets:
    """A bucket for each key, of `burst` tokens, into which one more falls `every` so many seconds.

    Kept as the moment at which a bucket will be full again (the generic cell rate algorithm), so
    that a bucket is one number. The `most` that were used last are remembered.
    """

    def __init__(
        self,
        burst: int,
        every: float,
        clock: Callable[[], float] = time.monotonic,
        most: int = 10_000,
    ) -> None:
        """All buckets are full; the clock tells seconds from any beginning."""
        self._every = every
        self._room = burst * every  # seconds in which an empty bucket fills
        self._clock = clock
        self._most = most
        self._full_at: OrderedDict[Hashable, float] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable) -> float:
        """Take a token of that key and return 0, or return the seconds until there is one."""
        now = self._clock()
        with self._lock:
            full_at = max(self._full_at.get(key, now), now) + self._every
            wait = full_at - now - self._room
            if wait > self._every * 1e-9:
                return wait
            self._full_at[key] = full_at
            self._full_at.move_to_end(key)
            if len(self._full_at) > self._most:
                self._full_at.popitem(last=False)
        return 0.0


def network_of(address: str) -> str:
    """Whom an address belongs to: itself, and with IPv6 the /64 that one customer gets."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
