"""Accepting connections so that processes with a socket in common share them evenly.

A process that looks again at once takes all of a burst before another one has woken. So after each connection
a process leaves the socket to the others for a moment. Where connections keep waiting all the same, everybody
is busy, and more are taken at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable

__all__ = ["Acceptor"]

_LOG = logging.getLogger(__name__)
_TURN_S = 0.001
_QUIET_S = 0.02
_PAUSE_S = 0.5
_ONE_BY_ONE = 16
_MOST = 64


class Acceptor:
    """Takes connections of a socket: one at a time, and more only in a long run of them."""

    def __init__(
        self, sock: socket.socket, loop: asyncio.AbstractEventLoop, take: Callable[[socket.socket], None]
    ) -> None:
        self._sock, self._loop, self._take = sock, loop, take
        self._timer: asyncio.TimerHandle | None = None
        self._run = 0
        self._last = 0.0
        sock.setblocking(False)

    def start(self) -> None:
        """Begin, or go on."""
        self._timer = None
        self._loop.add_reader(self._sock, self._accept)

    def close(self) -> None:
        """Take those that wait, since the system resets what waits in a socket that nobody has; then end."""
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._sock)
        with contextlib.suppress(OSError):
            for _ in range(_MOST):
                self._take_one()
        self._sock.close()

    def _accept(self) -> None:
        """Take a connection or more; then it is the turn of the others."""
        now = self._loop.time()
        if now - self._last > _QUIET_S:
            self._run = 0
        taken = 0
        try:
            for _ in range(min(_MOST, max(1, self._run // _ONE_BY_ONE * 2))):
                self._take_one()
                taken += 1
        except (BlockingIOError, InterruptedError, ConnectionError):
            self._run //= 2
        except OSError as error:
            _LOG.warning("no connection can be taken for the moment: %s", error)
            self._wait(_PAUSE_S)
            return
        if taken:
            self._run, self._last = self._run + taken, now
            self._wait(_TURN_S)

    def _take_one(self) -> None:
        connection, _ = self._sock.accept()
        connection.setblocking(False)
        self._take(connection)

    def _wait(self, seconds: float) -> None:
        """Leave the socket alone for a time."""
        self._loop.remove_reader(self._sock)
        self._timer = self._loop.call_later(seconds, self.start)
