"""A body that comes in pieces, written at the speed of the client, with an end only if it is whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from poca_kg.errors import UsageError
from poca_kg.front.heads import Framing, Head

__all__ = ["Outlet", "Stream", "close_pieces"]


class Outlet(Protocol):
    """Where a stream is written."""

    def write(self, parts: Sequence[bytes]) -> None:
        """Write, without waiting."""

    async def drained(self) -> None:
        """Wait until more may be written."""


class Stream:
    """Writes head and pieces; the head goes out with the first piece, so that an early failure can be told.

    ``has_begun`` says whether any of it was written.
    """

    __slots__ = ("_head", "_left", "_outlet", "_pieces", "has_begun")

    def __init__(self, pieces: AsyncIterator[bytes], head: Head, outlet: Outlet) -> None:
        self._pieces, self._head, self._outlet = pieces, head, outlet
        self._left = head.length
        self.has_begun = False

    async def run(self) -> None:
        """Write it all. Whatever the pieces raise is raised, and the body is then without an end.

        Raises
        ------
        UsageError
            If the pieces are more or fewer bytes than the head says.
        """
        async for piece in self._pieces:
            if piece:
                self._write(piece)
                await self._outlet.drained()
        if self._left:
            raise UsageError(f"the body lacks {self._left} bytes")
        self._end()

    def _write(self, piece: bytes) -> None:
        if self._left is not None:
            self._left -= len(piece)
            if self._left < 0:
                raise UsageError("the body is longer than its head says")
        head = [] if self.has_begun else [self._head.data]
        self.has_begun = True
        if self._head.framing is Framing.CHUNKED:
            self._outlet.write([*head, b"%x\r\n" % len(piece), piece, b"\r\n"])
        else:
            self._outlet.write([*head, piece])

    def _end(self) -> None:
        parts = [] if self.has_begun else [self._head.data]
        self.has_begun = True
        if self._head.framing is Framing.CHUNKED:
            parts.append(b"0\r\n\r\n")
        if parts:
            self._outlet.write(parts)


async def close_pieces(pieces: AsyncIterator[bytes]) -> None:
    """Close pieces that nobody will read on, if they can be closed."""
    close = getattr(pieces, "aclose", None)
    if close is not None:
        await close()
