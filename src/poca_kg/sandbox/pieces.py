"""An answer for an event loop, piece by piece, while it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from poca_kg.sandbox.outcome import Outcome

__all__ = ["Pieces"]


class Pieces(AsyncIterator[bytes]):
    """Iterates over an answer; ends with the error of a job that fails. Closing drops the answer.

    What is in memory is handed out at once; a thread reads what lies in a file.
    """

    def __init__(self, outcome: Outcome, loop: asyncio.AbstractEventLoop) -> None:
        self._outcome, self._loop = outcome, loop
        self._position = 0
        self._more = asyncio.Event()
        self._is_waiting = False
        self._is_closed = False
        if outcome.spool is not None:
            outcome.spool.watch(self._tell)

    def _tell(self) -> None:
        if self._is_waiting and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._more.set)

    async def __anext__(self) -> bytes:
        if self._is_closed:
            raise StopAsyncIteration
        try:
            data = await self._read()
        except BaseException:
            await self.aclose()
            raise
        self._position += len(data)
        if not data:
            await self.aclose()
            raise StopAsyncIteration
        return data

    async def _read(self) -> bytes:
        spool = self._outcome.spool
        if spool is None:
            return b"" if self._position else self._outcome.body
        while not spool.has_more(self._position):
            self._more.clear()
            self._is_waiting = True
            if not spool.has_more(self._position):
                await self._more.wait()
            self._is_waiting = False
        piece = spool.peek(self._position)
        return piece or await self._loop.run_in_executor(None, spool.read, self._position)

    async def aclose(self) -> None:
        """Drop the answer; if it is not whole, the job ends."""
        self._is_closed = True
        self._outcome.close()
