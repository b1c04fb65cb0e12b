"""Responses on their way out of a worker: to a client that takes them, for a moment."""

from __future__ import annotations

import select
import socket
import time

__all__ = ["send_response"]

_SMALL_BYTES = 65_536
_PATIENCE_S = 0.05


def send_response(client: socket.socket, head: bytes, body: bytes | bytearray) -> bytes:
    """Send a response; return what of it the client did not take within a moment.

    A client that takes nothing any more gets nothing: whoever has the connection will notice.
    """
    try:
        if len(body) <= _SMALL_BYTES:
            response = head + body
            sent = _send(client, response)
            return response[sent:] if sent < len(response) else b""
        rest = [memoryview(head), memoryview(body)]
        give_up_at = time.monotonic() + _PATIENCE_S
        while rest := _without(rest, _send_all(client, rest)):
            left = give_up_at - time.monotonic()
            if left <= 0 or not _waits_until_writable(client, left):
                return b"".join(rest)
    except OSError:
        pass
    return b""


def _send(client: socket.socket, data: bytes) -> int:
    try:
        return client.send(data)
    except BlockingIOError:
        return 0


def _send_all(client: socket.socket, parts: list[memoryview]) -> int:
    try:
        return client.sendmsg(parts)
    except BlockingIOError:
        return 0


def _without(parts: list[memoryview], sent: int) -> list[memoryview]:
    """Return what is left of parts once so many bytes of them were sent."""
    while parts and sent >= len(parts[0]):
        sent -= len(parts[0])
        parts = parts[1:]
    return [parts[0][sent:], *parts[1:]] if parts else []


def _waits_until_writable(client: socket.socket, seconds: float) -> bool:
    poll = select.poll()
    poll.register(client, select.POLLOUT)
    return bool(poll.poll(seconds * 1000))
