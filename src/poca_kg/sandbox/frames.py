"""What goes through the socket between front and worker: frames of a kind, a job's number and a payload.

A worker may be in the hands of whoever wrote its query, so the front believes nothing: a frame of an unknown
kind, of another job or too long is a broken worker.
"""

from __future__ import annotations

import json
import socket
import struct
from enum import IntEnum
from functools import lru_cache
from typing import Any, NamedTuple

__all__ = [
    "MOST_PAYLOAD",
    "BrokenFrameError",
    "Frame",
    "FrameReader",
    "Kind",
    "UnreadError",
    "pack",
    "pack_job",
    "pack_whole",
    "unpack_job",
    "unpack_whole",
]

MOST_PAYLOAD = 8 << 20
"""The longest payload that the front takes from a worker."""

_HEAD = struct.Struct("!BII")
_JOB_HEAD = struct.Struct("!dI")
_WHOLE_HEAD = struct.Struct("!BB")
_PIECE = 65_536
_SHORT = 256


class BrokenFrameError(Exception):
    """What came is no frame."""


class UnreadError(EOFError):
    """The other side has ended without reading what was sent to it."""


class Kind(IntEnum):
    """What a frame carries: a job; media type, data, end or failure of its answer; a worker that is up.

    A small answer is one frame with all of it.
    """

    JOB = 1
    BEGIN = 2
    DATA = 3
    END = 4
    FAILURE = 5
    READY = 6
    WHOLE = 7


_KINDS = {kind.value: kind for kind in Kind}


class Frame(NamedTuple):
    """A frame as it was received."""

    kind: Kind
    number: int
    payload: bytes


def pack(kind: Kind, number: int, payload: bytes = b"") -> bytes:
    """Return a frame as bytes.

    >>> pack(Kind.END, 7).hex()
    '040000000700000000'
    """
    return _HEAD.pack(kind, number, len(payload)) + payload


def pack_job(number: int, cpu_s: float, head: bytes, body: bytes) -> bytes:
    """Return the frame of a job: its processor time, what it is as JSON, and what it is about."""
    size = _JOB_HEAD.size + len(head) + len(body)
    start = _HEAD.pack(Kind.JOB, number, size) + _JOB_HEAD.pack(cpu_s, len(head))
    return b"".join((start, head, body))


def unpack_job(payload: bytes) -> tuple[float, dict[str, Any], bytes]:
    """Return processor time, header and body of a job; the header may be that of others too."""
    cpu_s, length = _JOB_HEAD.unpack_from(payload)
    end = _JOB_HEAD.size + length
    head = payload[_JOB_HEAD.size : end]
    return cpu_s, _known_header(head) if length <= _SHORT else json.loads(head), payload[end:]


@lru_cache(maxsize=64)
def _known_header(head: bytes) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(head)
    return header


def pack_whole(number: int, media: bytes, body: bytes | bytearray, *, leaves: bool) -> bytes:
    """Return the frame of an answer that is small: its media type, and whether the worker leaves after it."""
    head = _HEAD.pack(Kind.WHOLE, number, _WHOLE_HEAD.size + len(media) + len(body))
    return b"".join((head, _WHOLE_HEAD.pack(leaves, len(media)), media, body))


def unpack_whole(payload: bytes) -> tuple[bool, str, bytes]:
    """Return whether the worker leaves, media type and body of a small answer.

    >>> unpack_whole(pack_whole(7, b"text/csv", b"n", leaves=False)[9:])
    (False, 'text/csv', b'n')

    Raises
    ------
    BrokenFrameError
        If it is none.
    """
    if len(payload) < _WHOLE_HEAD.size:
        raise BrokenFrameError
    leaves, length = _WHOLE_HEAD.unpack_from(payload)
    end = _WHOLE_HEAD.size + length
    if len(payload) < end:
        raise BrokenFrameError
    return bool(leaves), payload[_WHOLE_HEAD.size : end].decode("ascii", "replace"), payload[end:]


class FrameReader:
    """Reads frames from a socket, however they were cut on their way."""

    def __init__(self, source: socket.socket, *, most: int | None = None) -> None:
        self._source = source
        self._most = most
        self._buffer: bytes | bytearray = b""
        self._end: type[EOFError] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was received beyond the frames that were read."""
        return not self._buffer

    def read(self, timeout_s: float | None = None) -> Frame:
        """Return the next frame.

        Raises
        ------
        TimeoutError
            If it does not come in time; what came is kept.
        EOFError
            If nothing more can come; ``UnreadError`` if what was sent was not even read.
        BrokenFrameError
            If what came is no frame.
        """
        if len(self._buffer) < _HEAD.size:
            self._fill(_HEAD.size, timeout_s)
        code, number, length = _HEAD.unpack_from(self._buffer)
        kind = _KINDS.get(code)
        if kind is None or (self._most is not None and length > self._most):
            raise BrokenFrameError
        end = _HEAD.size + length
        if len(self._buffer) < end:
            self._fill(end, timeout_s)
        payload = bytes(memoryview(self._buffer)[_HEAD.size : end])
        self._buffer = self._buffer[end:]  # never much: no more is taken than the frame needs, and a piece
        return Frame(kind, number, payload)

    def receive(self) -> None:
        """Take what has come by now, without waiting; raises ``EOFError`` as :meth:`read` does."""
        if self._source.gettimeout() != 0:
            self._source.settimeout(0)
        try:
            self._take()
        except BlockingIOError:
            return

    def wait(self, timeout_s: float) -> None:
        """Wait until something has come; raises what :meth:`read` raises."""
        self._fill(1, timeout_s)

    def _fill(self, wanted: int, timeout_s: float | None) -> None:
        if len(self._buffer) >= wanted:
            return
        if timeout_s is not None and timeout_s <= 0:
            raise TimeoutError
        if self._source.gettimeout() != timeout_s:
            self._source.settimeout(timeout_s)
        while len(self._buffer) < wanted:
            self._take()

    def _take(self) -> None:
        if self._end is not None:
            raise self._end
        try:
            data = self._source.recv(_PIECE)
        except ConnectionError:
            is_local = self._source.family == getattr(socket, "AF_UNIX", None)
            self._end = UnreadError if is_local else EOFError
            raise self._end from None
        if not data:
            self._end = EOFError
            raise EOFError
        if self._buffer:
            self._buffer = bytearray(self._buffer) if isinstance(self._buffer, bytes) else self._buffer
            self._buffer += data
        else:
            self._buffer = data
