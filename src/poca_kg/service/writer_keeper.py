"""The supervisor's hold on the writer, on its event loop: hear it, answer it, start it again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from poca_kg.errors import PocaError
from poca_kg.service.parents import in_thread
from poca_kg.service.writer_order import WriterOrder
from poca_kg.service.writer_process import WriterProcess

__all__ = ["WriterKeeper"]

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0


class WriterKeeper:
    """Keeps a writer going; used on one event loop.

    ``publish`` is called with each version that the writer has published, and returns once the fronts serve
    it; ``hold`` with the reason why no writes are taken and its cause, which is not for clients, and with two
    empty texts once they are taken.
    """

    def __init__(
        self,
        order: WriterOrder,
        publish: Callable[[str], Awaitable[None]],
        hold: Callable[[str, str], None],
    ) -> None:
        self._process = WriterProcess(order)
        self._publish, self._hold = publish, hold
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_wanted = True

    @property
    def address(self) -> str:
        """Where a front reaches the writer."""
        return str(self._process.address)

    async def start(self) -> None:
        """Start the writer.

        Raises
        ------
        LockedError
            If another process holds the data folder.
        PocaError
            Whatever is wrong with the snapshot or the shapes.
        """
        await in_thread(self._process.start)
        asyncio.get_running_loop().add_reader(self._process.fileno(), self._hear)

    async def stop(self, within_s: float) -> None:
        """End the writer once a write that is being published is done, or by force after a time."""
        self._is_wanted = False
        self._leave()
        await in_thread(lambda: self._process.stop(within_s))

    def _hear(self) -> None:
        told = self._process.receive()
        if not told:
            self._leave()
            self._do(self._start_again())
        elif "published" in told:
            self._do(self._pass_on(told["published"]))
        elif "writable" in told:
            self._hold("" if told["writable"] else str(told["why"]), "")

    def _leave(self) -> None:
        if self._process.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._process.fileno())

    async def _pass_on(self, version: str) -> None:
        await self._publish(version)
        self._process.tell_switched(version)

    async def _start_again(self) -> None:
        pause_s = _FIRST_PAUSE_S
        self._hold("the writer is started again", "")
        while self._is_wanted:
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            try:
                await self.start()
            except (PocaError, OSError) as error:
                self._hold("the writer does not start", str(error))
            else:
                self._hold("", "")
                return

    def _do(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
