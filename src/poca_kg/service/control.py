"""What the supervisor and a process of its own tell each other: JSON, one message a packet, over a socket.

Each side learns at once that the other has gone, however it came to that.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

__all__ = ["Channel", "Message", "make_pair"]

Message: TypeAlias = dict[str, Any]

_PACKET = 1 << 18


def make_pair() -> tuple[socket.socket, socket.socket]:
    """Return the two ends of a control socket."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _PACKET)
    return ours, theirs


class Channel:
    """One end of a control socket, on the event loop that runs when it is made.

    ``receive`` is called with each message, ``closed`` once when the other side has gone. A side that does
    not read its messages counts as gone.
    """

    def __init__(
        self, end: socket.socket, receive: Callable[[Message], None], closed: Callable[[], None]
    ) -> None:
        self._end, self._receive, self._closed = end, receive, closed
        self._loop = asyncio.get_running_loop()
        self._is_open = True
        end.setblocking(False)
        self._loop.add_reader(end.fileno(), self._read)

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message; to a side that has gone nothing is sent."""
        if not self._is_open:
            return
        try:
            self._end.send(json.dumps(message).encode())
        except OSError:
            self._loop.call_soon(self._end_it)

    def close(self) -> None:
        """Let go of the socket; ``closed`` is not called any more."""
        if self._is_open:
            self._is_open = False
            self._loop.remove_reader(self._end.fileno())
            with contextlib.suppress(OSError):
                self._end.shutdown(socket.SHUT_RDWR)
            self._end.close()

    def _read(self) -> None:
        try:
            packet = self._end.recv(_PACKET)
        except BlockingIOError:
            return
        except OSError:
            packet = b""
        if packet:
            self._receive(json.loads(packet))
        else:
            self._end_it()

    def _end_it(self) -> None:
        if self._is_open:
            self.close()
            self._closed()
