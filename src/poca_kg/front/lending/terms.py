"""When a connection is lent: once its client has asked plain, light queries for a while, and again later."""

from __future__ import annotations

from poca_kg.front.lending.answering import LARGEST_ANSWER

__all__ = ["Terms"]

_FIRST, _LONGEST = 1, 256
_LONG_S = 2.0


class Terms:
    """What one connection has shown.

    A connection that had to be given back, because something stood on it that is not for a worker or a query
    took long, waits twice as long as before.

    >>> terms = Terms()
    >>> terms.earns(0.001, 200), terms.earns(0.001, 200)
    (False, True)
    >>> terms.fail()
    >>> [terms.earns(0.001, 200) for _ in range(3)]
    [False, False, True]
    """

    __slots__ = ("_patience", "_waits_for")

    def __init__(self) -> None:
        self._patience = self._waits_for = _FIRST

    def earns(self, seconds: float, sent: int) -> bool:
        """Count a plain query that was answered; return whether the next one may be a worker's."""
        if seconds > _LONG_S or sent > LARGEST_ANSWER:
            self.fail()
        elif self._waits_for:
            self._waits_for -= 1
        else:
            return True
        return False

    def fail(self) -> None:
        """Remember that the connection had to be given back, or would have."""
        self._patience = min(2 * self._patience, _LONGEST)
        self._waits_for = self._patience

    def rest(self) -> None:
        """Remember that the connection was given back for want of use."""
        self._waits_for = _FIRST
