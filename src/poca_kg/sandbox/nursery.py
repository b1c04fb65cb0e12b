"""Where workers come from, as the pool sees it: whoever makes them, and the handle by which one is held."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol

from poca_kg.sandbox.frames import MOST_PAYLOAD, FrameReader
from poca_kg.sandbox.limits import Limits

__all__ = ["Births", "Nursery", "Order", "Worker"]


class Worker:
    """A worker as the front holds it: its process id, its socket, and how to kill it for certain.

    ``end`` kills the process, ``release`` lets go of what ``end`` needs; neither is called after the other
    side of it, so that no other process is ever hit.
    """

    def __init__(
        self, pid: int, channel: socket.socket, end: Callable[[], None], release: Callable[[], None]
    ) -> None:
        self.pid = pid
        self.jobs = 0
        self.status: int | None = None
        self.reader = FrameReader(channel, most=MOST_PAYLOAD)
        self._channel = channel
        self._end, self._release = end, release
        self._lock = Lock()
        self._is_closed = False

    def send(self, data: bytes, timeout_s: float) -> None:
        """Send a frame.

        Raises
        ------
        ConnectionError
            If the worker has ended before it took all of it.
        TimeoutError
            If it does not take it in time.
        """
        self._channel.settimeout(timeout_s)
        self._channel.sendall(data)

    def offer(self, data: bytes) -> int:
        """Send as much of a frame as the worker takes without waiting; return how many bytes that is."""
        if self._channel.gettimeout() != 0:
            self._channel.settimeout(0)
        try:
            return self._channel.send(data)
        except (BlockingIOError, ConnectionError):
            return 0

    def hand_over(self, descriptors: Sequence[int]) -> None:
        """Send descriptors, once the job that wants them is at work."""
        socket.send_fds(self._channel, [b"."], descriptors)

    def duplicate(self) -> socket.socket:
        """Return a socket by which a loop learns that an answer comes, or that the worker has ended.

        It belongs to the loop, which lets go of it in its own time.
        """
        return self._channel.dup()

    def kill(self) -> None:
        """Kill the process, at once and whatever it does."""
        with self._lock:
            if not self._is_closed:
                self._end()

    def close(self) -> None:
        """Let go of the process; an idle one ends by itself."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                with contextlib.suppress(OSError):  # closed alone, its duplicates would keep it open
                    self._channel.shutdown(socket.SHUT_RDWR)
                self._channel.close()
                self._release()


@dataclass(frozen=True)
class Order:
    """What a nursery is to raise workers on."""

    path: Path
    version: str
    limits: Limits
    kinds: Mapping[str, str]


@dataclass(frozen=True)
class Births:
    """Whom a nursery tells: of a new worker, of one that ended with a status, of its own end."""

    born: Callable[[Worker], None]
    ended: Callable[[int, int], None]
    closed: Callable[[], None]


class Nursery(Protocol):
    """Raises workers over one snapshot."""

    version: str

    def open(self, births: Births) -> None:
        """Begin to tell of workers."""

    def ask(self, count: int) -> None:
        """Have some workers made."""

    def close(self) -> None:
        """Kill every worker and end; returns when none is left."""
