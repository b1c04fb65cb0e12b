"""Forks a process for each write, watches it to its end, and says why where there is no outcome."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable
from functools import partial
from typing import NoReturn

from poca_kg.errors import (
    PocaError,
    QueryCancelledError,
    QueryCrashError,
    QueryMemoryError,
    QueryTimeoutError,
)
from poca_kg.sandbox import confinement
from poca_kg.sandbox.frames import (
    MOST_PAYLOAD,
    BrokenFrameError,
    Frame,
    FrameReader,
    Kind,
    pack_job,
    unpack_whole,
)
from poca_kg.sandbox.jobs import Handler, head_of
from poca_kg.sandbox.reports import error_of
from poca_kg.sandbox.worker import END_PAYLOAD, EXIT_MEMORY, FAILURE_HEAD, Means, serve
from poca_kg.service.staging import Held, Staged, stage
from poca_kg.service.writer_order import WriterOrder
from poca_kg.service.writes import Write
from poca_kg.store.embedded import EmbeddedStore

__all__ = ["stage_apart"]

_CHILD_SOCKET = 3
_TURN_S = 0.1
_CPU_GRACE_S = 1.0


def stage_apart(write: Write, held: Held, order: WriterOrder, is_stopping: Callable[[], bool]) -> Staged:
    """Return what becomes of a write in a process of its own; this one must have a single thread.

    Raises
    ------
    QueryTimeoutError, QueryMemoryError, QueryCrashError
        If the process was ended, or ended itself.
    QueryCancelledError
        If the service is stopping.
    PocaError
        Whatever is wrong with the write.
    """
    ours, theirs = socket.socketpair()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        ours.detach()
        _become_child(theirs, parent, held, order)
    theirs.close()
    watch = _Watch(ours, child, order, is_stopping)
    try:
        return watch.outcome(write)
    finally:
        watch.end()


def _become_child(ours: socket.socket, parent: int, held: Held, order: WriterOrder) -> NoReturn:
    status = 1
    try:
        if ours.fileno() != _CHILD_SOCKET:
            os.dup2(ours.fileno(), _CHILD_SOCKET)
        means = Means(lambda: None, lambda _: None, lambda: True)
        if confinement.can_confine():
            confinement.confine(parent)
            cap_memory = partial(confinement.cap_memory, order.memory_bytes)
            means = Means(cap_memory, confinement.cap_cpu, lambda: True)
        source = socket.socket(fileno=_CHILD_SOCKET)
        # The worker's loop warms its store for queries, of which there are none here: it gets another one.
        handlers: dict[str, Handler] = {"write": lambda _, *rest: stage(held, *rest)}
        status = serve(source, EmbeddedStore.in_memory(), handlers, means=means, stack=order.stack_bytes)
    finally:
        os._exit(status)


class _Watch:
    """The writer's side of one process that stages a write."""

    def __init__(
        self, channel: socket.socket, child: int, order: WriterOrder, is_stopping: Callable[[], bool]
    ) -> None:
        self._channel, self._child, self._order = channel, child, order
        self._is_stopping = is_stopping
        self._reader = FrameReader(channel, most=MOST_PAYLOAD)
        self._deadline = time.monotonic() + order.timeout_s
        self._status: int | None = None

    def outcome(self, write: Write) -> Staged:
        """Hand the write over, and return what comes of it."""
        cpu_s, head = self._order.timeout_s + _CPU_GRACE_S, head_of("write", write.header())
        try:
            self._channel.settimeout(self._order.timeout_s)
            self._channel.sendall(pack_job(0, cpu_s, head, write.body()))
            return self._read()
        except TimeoutError:
            most = self._order.timeout_s
            what = f"the write was not staged and checked within {most:g} s"
            raise _late(what, most) from None
        except (OSError, EOFError):
            raise self._verdict() from None
        except (BrokenFrameError, ValueError, KeyError):
            raise _crash("told nothing that can be read") from None

    def _read(self) -> Staged:
        pieces: list[bytes] = []
        while True:
            frame = self._next_frame()
            if frame.kind is Kind.WHOLE:
                return Staged.from_bytes(unpack_whole(frame.payload)[2])
            if frame.kind is Kind.DATA:
                pieces.append(frame.payload)
            elif frame.kind is Kind.FAILURE:
                raise error_of(frame.payload[FAILURE_HEAD.size :])
            elif frame.kind is Kind.END:
                data = b"".join(pieces)
                if END_PAYLOAD.unpack(frame.payload)[0] != len(data):
                    raise BrokenFrameError
                return Staged.from_bytes(data)

    def _next_frame(self) -> Frame:
        while True:
            left = self._deadline - time.monotonic()
            try:
                return self._reader.read(min(left, _TURN_S))
            except TimeoutError:
                if left <= _TURN_S:
                    raise
                if self._is_stopping():
                    raise QueryCancelledError("the service is stopping; nothing was written") from None

    def _verdict(self) -> PocaError:
        """Return what the end of the process means."""
        status = self.end()
        most = self._order.memory_bytes
        if status == -signal.SIGXCPU:
            return _late("the write used more processor time than it may", self._order.timeout_s)
        if status in (EXIT_MEMORY, -signal.SIGABRT):
            what = f"the write wanted more than the {most >> 20} MB of memory that it may use"
            return QueryMemoryError(what, advice="write in several parts", limit=most)
        return _crash("was ended" if status == -signal.SIGKILL else "broke down")

    def end(self) -> int:
        """See to it that the process is gone, and return how it ended."""
        if self._status is None:
            with contextlib.suppress(OSError):
                self._channel.settimeout(_TURN_S)
            ended, status = os.waitpid(self._child, os.WNOHANG)
            if not ended:
                os.kill(self._child, signal.SIGKILL)  # it is our child, so the number is still its own
                ended, status = os.waitpid(self._child, 0)
            self._channel.close()
            self._status = os.waitstatus_to_exitcode(status)
        return self._status


def _late(what: str, most: float) -> QueryTimeoutError:
    return QueryTimeoutError(
        what, advice="write in several parts", limit=most, elapsed=most, retry_after=most
    )


def _crash(how: str) -> QueryCrashError:
    return QueryCrashError(f"the process that staged the write {how}", advice="write it in a simpler way")
