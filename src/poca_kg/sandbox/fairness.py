"""How much one client may use: so many seconds of work per minute, in a bucket that fills up steadily."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from poca_kg.errors import FairShareError

__all__ = ["FairShare"]

_MINUTE_S = 60.0
_MOST_CLIENTS = 10_000


class FairShare:
    """Counts the seconds that each client uses.

    While a job runs, the most that it may use is taken from its client's bucket; what it did not use goes
    back. A client with anything left may start a job, so that nobody's share is too small for one.
    """

    def __init__(self, share_s: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._share_s, self._clock = share_s, clock
        self._lock = threading.Lock()
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, client: str, most_s: float) -> None:
        """Set aside what a job may use.

        Raises
        ------
        FairShareError
            If the client has nothing left.
        """
        if self._share_s is None:
            return
        with self._lock:
            level = self._level(client, self._share_s)
            if level <= 0:
                wait = math.ceil((1.0 - level) * _MINUTE_S / self._share_s)
                raise FairShareError(
                    f"this client has used its {self._share_s:g} seconds of query time per minute",
                    advice="ask less often, or for less at a time",
                    limit=self._share_s,
                    retry_after=float(wait),
                )
            self._levels[client] = (level - most_s, self._clock())
            if len(self._levels) > _MOST_CLIENTS:
                self._forget(self._share_s)

    def settle(self, client: str, most_s: float, used_s: float) -> None:
        """Put back what a job did not use."""
        if self._share_s is None:
            return
        with self._lock:
            level = self._level(client, self._share_s) + max(most_s - used_s, 0.0)
            self._levels[client] = (min(level, self._share_s), self._clock())

    def charge(self, client: str, used_s: float) -> bool:
        """Take what was used without being set aside before; return whether the client has anything left."""
        if self._share_s is None:
            return True
        with self._lock:
            level = self._level(client, self._share_s) - used_s
            self._levels[client] = (level, self._clock())
            return level > 0

    def _level(self, client: str, share_s: float) -> float:
        level, since = self._levels.get(client, (share_s, self._clock()))
        return min(share_s, level + (self._clock() - since) * share_s / _MINUTE_S)

    def _forget(self, share_s: float) -> None:
        """Drop the buckets that are full: whoever has none has a full one."""
        self._levels = {
            client: state for client, state in self._levels.items() if self._level(client, share_s) < share_s
        }
