"""What a connection knows of its being lent: what came last on it, its terms, and the number of its loan."""

from __future__ import annotations

from poca_kg.front.lending.plain import PlainHead, plain_head
from poca_kg.front.lending.terms import Terms
from poca_kg.front.messages import Request

__all__ = ["Lease"]

_OK = 200


class Lease:
    """The lease of one connection; ``loan`` is 0 while it is not lent."""

    __slots__ = ("_arrived", "_terms", "loan")

    def __init__(self) -> None:
        self._terms, self._arrived, self.loan = Terms(), b"", 0

    def arrive(self, data: bytes) -> None:
        """Remember what came at once while nothing of a request was there; nothing if it came otherwise."""
        self._arrived = data

    def judge(self, request: Request, status: int, seconds: float, sent: int) -> PlainHead | None:
        """Return the head of the request that was answered last, if the next may be a worker's."""
        arrived, self._arrived = self._arrived, b""
        head = plain_head(arrived, request) if arrived and status == _OK else None
        return head if head is not None and self._terms.earns(seconds, sent) else None

    def end(self, *, has_failed: bool) -> None:
        """Be given back, because something was not for a worker or for want of use."""
        self.loan = 0
        if has_failed:
            self._terms.fail()
        else:
            self._terms.rest()
