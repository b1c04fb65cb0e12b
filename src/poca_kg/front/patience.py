"""How long a connection waits for its client, to be heard and to be read."""

from __future__ import annotations

import math

from poca_kg.front.http_limits import HttpLimits
from poca_kg.front.reading import Phase

__all__ = ["Patience"]


class Patience:
    """The times of one connection; ``deadline`` is when it has waited long enough for what it waits for.

    >>> patience = Patience(HttpLimits(head_s=10.0))
    >>> patience.wait_for(Phase.HEAD, now=100.0)
    >>> patience.wait_for(Phase.HEAD, now=105.0)
    >>> patience.deadline
    110.0
    """

    __slots__ = ("_is_fresh", "_limits", "_phase", "_stall_at", "_taken", "deadline")

    def __init__(self, limits: HttpLimits) -> None:
        self._limits = limits
        self._phase: Phase | None = None
        self._is_fresh = True
        self._taken = 0
        self._stall_at = self.deadline = math.inf

    def wait_for(self, phase: Phase, *, now: float) -> None:
        """Begin to wait for something; to wait for the same once more does not put the deadline off."""
        if phase is self._phase:
            return
        self._phase = phase
        if phase is Phase.BODY:
            self.deadline = now + self._limits.body_s
        elif phase is Phase.HEAD or self._is_fresh:
            self.deadline = now + self._limits.head_s
        else:
            self.deadline = now + self._limits.idle_s

    def rest(self) -> None:
        """Wait for nothing: a request is here."""
        self._phase, self._is_fresh, self.deadline = None, False, math.inf

    def is_stalled(self, *, written: int, waiting: int, now: float) -> bool:
        """Whether the client takes too little of what is written; to be asked again and again.

        ``written`` is all that was written to it, ``waiting`` what of that has not left yet.
        """
        taken = written - waiting
        if not waiting:
            self._stall_at = math.inf
        elif self._stall_at == math.inf:
            self._stall_at, self._taken = now + self._limits.stall_s, taken
        elif now >= self._stall_at:
            if taken - self._taken < self._limits.stall_bytes:
                return True
            self._stall_at, self._taken = now + self._limits.stall_s, taken
        return False
