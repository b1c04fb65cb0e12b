"""Who may run now: a number of places, a queue in front of them, and an express lane beside them.

While every place is taken by something that takes long, a few jobs may run for a moment beside them: light
ones are done in it, so that they are answered however many heavy ones there are. A job that is not done by
then gets a place if one has become free, or waits for one.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from poca_kg.errors import BusyError, QueryCancelledError
from poca_kg.sandbox.jobs import Cancellation
from poca_kg.sandbox.limits import Limits

__all__ = ["Admission", "Place", "Ticket"]


@dataclass(eq=False)
class Place:
    """The right to run: regular, or on the express lane."""

    is_regular: bool


class Ticket:
    """A turn in the queue; ``called`` is told, from any thread, that it came."""

    def __init__(self, called: Callable[[], object], *, may_express: bool) -> None:
        self.may_express = may_express
        self.place: Place | None = None
        self._called = called

    def grant(self, place: Place) -> None:
        """Give a place to whoever holds the ticket."""
        self.place = place
        self._called()


class Admission:
    """Gives out places, first come, first served."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits, self._clock = limits, clock
        self._lock = threading.Lock()
        self._free, self._express = limits.workers, limits.express
        self._waiting: deque[Ticket] = deque()
        self._last_progress = clock()

    @property
    def queued(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def enter(self, patience_s: float, cancellation: Cancellation, *, may_express: bool = True) -> Place:
        """Return a place, after waiting for it if need be.

        Raises
        ------
        BusyError
            If too many wait already, or none becomes free in time.
        QueryCancelledError
            If the job was given up.
        """
        woken = threading.Event()
        place = self.apply(woken.set, may_express=may_express)
        if isinstance(place, Place):
            return place
        cancellation.attach(woken.set)
        try:
            return self._wait(place, woken, self._clock() + patience_s, cancellation)
        finally:
            cancellation.attach(None)

    def apply(self, called: Callable[[], object], *, may_express: bool = True) -> Place | Ticket:
        """Return a place, or a ticket in the queue; never waits.

        Raises
        ------
        BusyError
            If too many wait already.
        """
        with self._lock:
            place = self._free_place(may_express=may_express)
            if place is not None:
                return place
            if len(self._waiting) >= self._limits.queue:
                raise self._busy("too many queries wait already")
            ticket = Ticket(called, may_express=may_express)
            self._waiting.append(ticket)
            return ticket

    def withdraw(self, ticket: Ticket) -> None:
        """Leave the queue; a place that came meanwhile goes to the next."""
        with self._lock:
            if ticket.place is None:
                self._waiting.remove(ticket)
                return
        self.leave(ticket.place)

    def late(self) -> BusyError:
        """Return the error for one who has waited too long."""
        return self._busy("no place became free in time")

    def call(self) -> None:
        """Let those who wait take the express lane, if it has opened; somebody does so now and then."""
        with self._lock:
            self._call_to_express()

    def leave(self, place: Place) -> None:
        """Give a place back."""
        with self._lock:
            if place.is_regular:
                self._last_progress = self._clock()
                if self._waiting:
                    self._waiting.popleft().grant(Place(is_regular=True))
                else:
                    self._free += 1
            else:
                self._express += 1
                self._call_to_express()

    def promote(self, place: Place) -> bool:
        """Turn a place on the express lane into a regular one, if one is free; return whether it is."""
        with self._lock:
            if not place.is_regular and self._free:
                self._free -= 1
                self._express += 1
                self._last_progress = self._clock()
                place.is_regular = True
            return place.is_regular

    def _free_place(self, *, may_express: bool) -> Place | None:
        if self._free and not self._waiting:
            self._free -= 1
            self._last_progress = self._clock()
            return Place(is_regular=True)
        if may_express and self._express and self._is_stuck():
            self._express -= 1
            return Place(is_regular=False)
        return None

    def _is_stuck(self) -> bool:
        return not self._free and self._clock() - self._last_progress >= self._limits.stuck_s

    def _call_to_express(self) -> None:
        """Let those who wait and may take the express lane do so, if it is open."""
        while self._express and self._is_stuck():
            waiter = next((one for one in self._waiting if one.may_express), None)
            if waiter is None:
                return
            self._waiting.remove(waiter)
            self._express -= 1
            waiter.grant(Place(is_regular=False))

    def _wait(
        self, ticket: Ticket, woken: threading.Event, until: float, cancellation: Cancellation
    ) -> Place:
        while True:
            pause = until - self._clock()
            if ticket.may_express:
                pause = min(pause, self._limits.stuck_s)
            woken.wait(max(pause, 0.0))
            with self._lock:
                self._call_to_express()
                if ticket.place is not None:
                    return ticket.place
                if cancellation.is_cancelled:
                    self._waiting.remove(ticket)
                    raise QueryCancelledError("the query was given up while it waited")
                if self._clock() >= until:
                    self._waiting.remove(ticket)
                    raise self.late()

    def _busy(self, why: str) -> BusyError:
        retry_after = 1.0 + len(self._waiting) // self._limits.workers
        return BusyError(why, advice="ask again in a moment", retry_after=retry_after)
