"""What a connection needs of the listener that took it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

from poca_kg.front.heads import Dates
from poca_kg.front.lending.lender import Lendable
from poca_kg.front.lending.plain import PlainHead
from poca_kg.front.messages import Handler, Request
from poca_kg.front.reading import Door
from poca_kg.front.refusals import Refuse

__all__ = ["Home", "Loans"]

_Connection_contra = TypeVar("_Connection_contra", contravariant=True)


class Loans(Protocol):
    """Where connections are lent; see :class:`poca_kg.front.lending.lender.Lender`."""

    def lend(self, connection: Lendable, head: PlainHead, request: Request) -> int:
        """Lend a connection whose last request this was; return the number of the loan, or 0."""

    def forget(self, number: int) -> None:
        """Want nothing more of a loan."""


class Home(Protocol[_Connection_contra]):
    """What a connection needs of its listener."""

    door: Door
    handler: Handler
    refuse: Refuse
    dates: Dates
    loans: Loans | None
    in_flight: int
    is_stopping: bool

    def now(self) -> float:
        """Return the time of the event loop."""

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something beside."""

    def enter(self, connection: _Connection_contra) -> bool:
        """Take a connection, if there is room for it."""

    def leave(self, connection: _Connection_contra) -> None:
        """Forget a connection."""

    def tell(self, request: Request, status: int, *, sent: int, since: float, reason: str) -> None:
        """Hear how a request has ended."""
