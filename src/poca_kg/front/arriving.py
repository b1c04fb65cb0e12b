"""An answer that still arrives, with any number of readers; those who wait for more hold no thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Executor

from poca_kg.sandbox.outcome import Outcome

__all__ = ["ArrivingAnswer"]


class ArrivingAnswer:
    """Lets several read one answer, each from its start and at its own speed; none of them drops it.

    Made on the event loop, once for an answer. What is in memory is handed out at once; ``threads`` read
    what lies in a file. ``is_kept`` is for whoever keeps it once it is whole: only one needs to.
    """

    def __init__(self, outcome: Outcome, threads: Executor) -> None:
        self._outcome, self._threads = outcome, threads
        self._loop = asyncio.get_running_loop()
        self.is_kept = False
        self._waiting: list[asyncio.Future[None]] = []
        if outcome.spool is not None:
            outcome.spool.watch(self._tell)

    async def pieces(self) -> AsyncIterator[bytes]:
        """Iterate over the answer as it arrives; an error says that there is none."""
        spool, position = self._outcome.spool, 0
        if spool is None:
            yield self._outcome.body
            return
        while True:
            while not spool.has_more(position):
                await self._more(position)
            piece = spool.peek(position)
            if not piece:
                piece = await self._loop.run_in_executor(self._threads, spool.read, position)
            if not piece:
                return
            position += len(piece)
            yield piece

    async def _more(self, position: int) -> None:
        """Wait until somebody is told; who comes too late to be told has looked again before it waits."""
        told = self._loop.create_future()
        self._waiting.append(told)
        spool = self._outcome.spool
        if spool is None or not spool.has_more(position):
            await told

    def _tell(self) -> None:
        """Hear that there is more; called by any thread."""
        if self._waiting and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for told in waiting:
            if not told.done():
                told.set_result(None)
