"""The loop of a worker: take a job from the socket, do it, send the answer, wait for the next.

It runs in a thread of its own, since only a new thread can have a stack as large as nested queries need. An
error of ours is sent as a report; whatever else goes wrong ends the process, and the front learns why from
its exit status.
"""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from poca_kg.errors import PocaError
from poca_kg.sandbox.frames import Frame, FrameReader, Kind, pack, pack_whole, unpack_job
from poca_kg.sandbox.jobs import Handler
from poca_kg.sandbox.reports import report_of
from poca_kg.store.embedded import EmbeddedStore

__all__ = ["END_PAYLOAD", "EXIT_CRASH", "EXIT_MEMORY", "FAILURE_HEAD", "Means", "serve", "work"]

EXIT_MEMORY, EXIT_CRASH = 71, 72
END_PAYLOAD = struct.Struct("!QB")
"""The size of the answer, and whether the worker leaves after it."""
FAILURE_HEAD = struct.Struct("!B")
"""Whether the worker leaves after it; the report follows."""

_PIECE = 65_536
_HOLD_S = 0.02
_LIGHT_S = 0.005
_LOOK_EVERY = 64  # jobs: light ones grow a process slowly, if at all


@dataclass(frozen=True)
class Means:
    """What a system can do for a worker: cap its memory once, its processor time per job; see it grow."""

    cap_memory: Callable[[], None]
    cap_cpu: Callable[[float], None]
    has_grown: Callable[[], bool]


class _Answer:
    """Sends an answer in pieces: large ones, and small ones where the engine takes its time."""

    def __init__(self, out: socket.socket, number: int) -> None:
        self._out = out
        self._number = number
        self._media = b""
        self._has_begun = False
        self._waiting = bytearray()
        self._size = 0
        self._since = time.monotonic()

    def begin(self, media_type: str) -> None:
        self._media = media_type.encode()

    def stay(self) -> socket.socket:
        self.begin("")
        self._send()
        return self._out

    def write(self, data: bytes) -> int:
        self._waiting += data
        self._size += len(data)
        if len(self._waiting) >= _PIECE or time.monotonic() - self._since > _HOLD_S:
            self._send()
        return len(data)

    def flush(self) -> None:
        """Hold back what there is: it is sent when it is enough, or old."""

    def end(self, *, leaves: bool) -> None:
        if not self._has_begun and self._size < _PIECE:
            self._out.sendall(pack_whole(self._number, self._media, self._waiting, leaves=leaves))
            return
        self._send(pack(Kind.END, self._number, END_PAYLOAD.pack(self._size, leaves)))

    def is_light(self) -> bool:
        """Whether all of it took too little time to have taken much memory."""
        return not self._has_begun and time.monotonic() - self._since < _LIGHT_S

    def fail(self, error: PocaError, *, leaves: bool) -> None:
        report = FAILURE_HEAD.pack(leaves) + report_of(error)
        self._out.sendall(pack(Kind.FAILURE, self._number, report))

    def _send(self, last: bytes = b"") -> None:
        held = bytearray()
        if not self._has_begun:
            self._has_begun = True
            held += pack(Kind.BEGIN, self._number, self._media)
        view = memoryview(self._waiting)
        for start in range(0, len(view), _PIECE):
            held += pack(Kind.DATA, self._number, bytes(view[start : start + _PIECE]))
            if len(held) >= _PIECE:
                self._out.sendall(held)
                held.clear()
        held += last
        self._out.sendall(held)
        self._waiting = bytearray()
        self._since = time.monotonic()


def serve(
    source: socket.socket, store: EmbeddedStore, handlers: Mapping[str, Handler], *, means: Means, stack: int
) -> int:
    """Do jobs until the front closes the socket, and return the status to exit with."""
    threading.stack_size(stack)
    status = [EXIT_CRASH]

    def loop() -> None:
        try:
            status[0] = work(source, store, handlers, means)
        except MemoryError:
            os._exit(EXIT_MEMORY)

    thread = threading.Thread(target=loop)
    thread.start()
    thread.join()
    return status[0]


def work(source: socket.socket, store: EmbeddedStore, handlers: Mapping[str, Handler], means: Means) -> int:
    """Do jobs until the front closes the socket or this process has grown too large; return 0."""
    store.query("ASK {}")
    means.cap_memory()
    source.sendall(pack(Kind.READY, 0))
    reader = FrameReader(source)
    while True:
        try:
            frame = reader.read()
        except EOFError:
            return 0
        if _do(frame, source, store, handlers, means):
            return 0


def _do(
    frame: Frame, source: socket.socket, store: EmbeddedStore, handlers: Mapping[str, Handler], means: Means
) -> bool:
    """Do a job; return whether this process had better leave."""
    cpu_s, header, body = unpack_job(frame.payload)
    means.cap_cpu(cpu_s)
    answer = _Answer(source, frame.number)
    try:
        handlers[header["kind"]](store, header, body, answer)
    except PocaError as error:
        leaves = means.has_grown()
        answer.fail(error, leaves=leaves)
    else:
        is_due = frame.number % _LOOK_EVERY == 0 or not answer.is_light()
        leaves = is_due and means.has_grown()
        answer.end(leaves=leaves)
    return leaves
