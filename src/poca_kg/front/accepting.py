"""Accepting connections one by one, so that processes with a socket in common share them evenly."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

__all__ = ["Acceptor"]

_LOG = logging.getLogger(__name__)
_PAUSE_S = 0.5


class Acceptor:
    """Takes one connection whenever a socket has one: the event loops of other processes come in between."""

    def __init__(
        self, sock: socket.socket, loop: asyncio.AbstractEventLoop, take: Callable[[socket.socket], None]
    ) -> None:
        self._sock, self._loop, self._take = sock, loop, take
        self._pause: asyncio.TimerHandle | None = None
        sock.setblocking(False)

    def start(self) -> None:
        """Begin, or go on."""
        self._pause = None
        self._loop.add_reader(self._sock, self._accept)

    def close(self) -> None:
        """End; connections that wait in the socket stay there for those who share it."""
        if self._pause is not None:
            self._pause.cancel()
        self._loop.remove_reader(self._sock)
        self._sock.close()

    def _accept(self) -> None:
        try:
            connection, _ = self._sock.accept()
        except (BlockingIOError, InterruptedError, ConnectionError):
            return
        except OSError as error:
            _LOG.warning("no connection can be taken for the moment: %s", error)
            self._loop.remove_reader(self._sock)
            self._pause = self._loop.call_later(_PAUSE_S, self.start)
            return
        connection.setblocking(False)
        self._take(connection)
