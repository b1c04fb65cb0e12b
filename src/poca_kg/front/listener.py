"""Listening: sockets in, calls out to a handler; connections are watched, counted and ended together."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import socket
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeAlias

from poca_kg.front.accepting import Acceptor
from poca_kg.front.connection import Connection
from poca_kg.front.heads import Dates
from poca_kg.front.home import Loans
from poca_kg.front.http_limits import HttpLimits
from poca_kg.front.messages import Handler, Request
from poca_kg.front.reading import Admit, Door
from poca_kg.front.refusals import Refuse, refuse_plainly
from poca_kg.front.room import Room

__all__ = ["After", "Listener"]

After: TypeAlias = Callable[[Request, int, int, float, str], None]
"""Hears how a request has ended: itself, or what was read of it where it was refused before its end; the
status; the bytes that were written for it, head and all; the seconds; and why, if its response is not whole:
``gone`` (status 499 if nothing was written), ``unfinished``, ``failed``, or the slug of a refusal."""

_LOG = logging.getLogger(__name__)
_TICK_S = 0.25
_FAREWELL_S = 0.5


class Listener:
    """Serves HTTP/1.1 on sockets; used on one event loop.

    Parameters
    ----------
    handler
        Takes every call.
    limits
        What a client may cost.
    admit
        Says for a method, a percent-encoded path and a header how many bytes the body may have, by default
        those of the limits; raises ``RefusalError`` for a request whose body need not come.
    refuse
        Makes the responses to requests that no handler sees.
    after
        Hears how each request has ended.
    loans
        Where connections with plain queries are lent, if anywhere.

    Attributes
    ----------
    in_flight
        The calls that wait for their response.
    """

    def __init__(  # noqa: PLR0913  (who has no use for one of them leaves it out)
        self,
        handler: Handler,
        limits: HttpLimits | None = None,
        *,
        admit: Admit | None = None,
        refuse: Refuse = refuse_plainly,
        after: After | None = None,
        loans: Loans | None = None,
    ) -> None:
        limits = limits or HttpLimits()
        prefix, numbers = os.urandom(4).hex(), itertools.count(1)
        self.handler, self.refuse, self.loans = handler, refuse, loans
        self.dates = Dates()
        self.in_flight = 0
        self.is_stopping = False
        self.door = Door(
            limits,
            Room(limits.bodies_bytes),
            admit or (lambda *_: limits.body_bytes),
            lambda: f"{prefix}{next(numbers):08x}",
        )
        self._after = after
        self._connections: set[Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._acceptors: list[Acceptor] = []
        self._loop: asyncio.AbstractEventLoop
        self._tick: asyncio.TimerHandle | None = None

    @property
    def connections(self) -> int:
        """How many connections there are."""
        return len(self._connections)

    async def start(self, sockets: Sequence[socket.socket]) -> None:
        """Take connections from sockets that listen; they are closed by :meth:`drain`."""
        self._loop = asyncio.get_running_loop()
        for sock in sockets:
            acceptor = Acceptor(sock, self._loop, self._take)
            acceptor.start()
            self._acceptors.append(acceptor)

    async def drain(self, within_s: float = 10.0) -> None:
        """Take no new connections, finish the calls within a time, then end those that are left.

        For a moment requests on idle connections are still answered, so that those on their way are not
        lost: who asks then is told that the connection ends.
        """
        self.is_stopping = True
        for acceptor in self._acceptors:
            acceptor.close()
        self._acceptors.clear()
        farewell_s = min(_FAREWELL_S, within_s / 2)
        await self._empty(farewell_s)
        for end, wait_s in (
            (Connection.retire, within_s - farewell_s),
            (Connection.cut, self.door.limits.linger_s),
            (Connection.abort, 1.0),
        ):
            for connection in tuple(self._connections):
                end(connection)
            await self._empty(wait_s)
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None

    # What a connection needs of its home.

    def now(self) -> float:
        """Return the time of the event loop."""
        return self._loop.time()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something beside."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def enter(self, connection: Connection) -> bool:
        """Take a connection; if there are too many, one that waits for its client has to go."""
        beyond = len(self._connections) + 1 - self.door.limits.connections
        has_room = beyond <= 0 or (self._make_room() and beyond == 1)
        self._connections.add(connection)
        if self._tick is None:
            self._tick = self._loop.call_later(_TICK_S, self._check)
        return has_room

    def leave(self, connection: Connection) -> None:
        """Forget a connection."""
        self._connections.discard(connection)

    def tell(self, request: Request, status: int, *, sent: int, since: float, reason: str) -> None:
        """Pass on how a request has ended; a fault in what follows from it must not hold the connection."""
        if self._after is None:
            return
        try:
            self._after(request, status, sent, time.perf_counter() - since, reason)
        except Exception:
            _LOG.exception("what follows a request failed")

    def _take(self, sock: socket.socket) -> None:
        """Make a connection of a socket, unless there are so many that nobody can be told so any more."""
        if len(self._connections) < 2 * self.door.limits.connections:
            self.spawn(self._connect(sock))
        else:
            sock.close()

    async def _connect(self, sock: socket.socket) -> None:
        """Make a connection of a socket that was accepted."""
        try:
            await self._loop.connect_accepted_socket(lambda: Connection(self), sock)
        except OSError:
            sock.close()

    def _make_room(self) -> bool:
        """End the connection that waits with least time left; return whether there was one."""
        waiting = (connection for connection in self._connections if connection.is_waiting)
        first = min(waiting, key=lambda connection: connection.patience.deadline, default=None)
        if first is None:
            return False
        first.give_way()
        return True

    def _check(self) -> None:
        """End what has taken too long; look again soon, while there are connections."""
        now = self._loop.time()
        for connection in tuple(self._connections):
            connection.check(now)
        self._tick = self._loop.call_later(_TICK_S, self._check) if self._connections else None

    async def _empty(self, within_s: float) -> None:
        """Wait until there are no connections and nothing runs beside them, for at most a time."""
        end = self._loop.time() + within_s
        while (self._connections or self._tasks) and self._loop.time() < end:
            await asyncio.sleep(0.01)
