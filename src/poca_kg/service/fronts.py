"""All fronts of a service together: which graph each serves, and what they count."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import Callable, Sequence
from typing import Any

from poca_kg.service.control import Message
from poca_kg.service.front_process import FrontProcess

__all__ = ["Fronts"]

_GATHER_WITHIN_S = 0.5


class Fronts:
    """Starts the fronts, hears which graph they serve, gathers their numbers, stops them.

    It is used on one event loop.

    Parameters
    ----------
    count
        How many fronts there are.
    sockets
        What all of them listen on.
    greeting
        Gives what a front that starts is told.
    hear
        Is called with the name of a front and each message that is not answered here.

    Attributes
    ----------
    triples
        How many triples the graph has that a front began to serve last.
    """

    def __init__(
        self,
        count: int,
        sockets: Sequence[socket.socket],
        *,
        greeting: Callable[[], Message],
        hear: Callable[[str, Message], None],
    ) -> None:
        self._processes = [
            FrontProcess(str(number), sockets, greeting=greeting, receive=self._receive, ended=self._forget)
            for number in range(count)
        ]
        self.triples = 0
        self._hear = hear
        self._generations: dict[str, int] = {}
        self._changed = asyncio.Event()
        self._numbers = itertools.count()
        self._samples: dict[int, dict[str, Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the fronts."""
        return tuple(process.pid for process in self._processes if process.pid is not None)

    def start(self) -> None:
        """Start every front."""
        for process in self._processes:
            process.start()

    def tell(self, message: Message) -> None:
        """Send a message to every front."""
        for process in self._processes:
            process.tell(message)

    async def wait_for(self, generation: int, within_s: float) -> bool:
        """Wait until every front serves a graph, or a later one; return whether it came to that in time."""
        return await self._wait(lambda: not self._behind(generation), within_s)

    def start_again(self, generation: int) -> None:
        """Start those fronts again that have not come to serve a graph: they will from their start."""
        for process in self._behind(generation):
            process.end()

    async def stop(self, within_s: float) -> None:
        """Have every front finish its work, or end it after a time."""
        await asyncio.gather(*(process.stop(within_s) for process in self._processes))

    def _behind(self, generation: int) -> list[FrontProcess]:
        return [one for one in self._processes if self._generations.get(one.name, 0) < generation]

    async def _wait(self, is_so: Callable[[], bool], within_s: float) -> bool:
        try:
            async with asyncio.timeout(within_s):
                while not is_so():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return is_so()
        return True

    def _receive(self, front: FrontProcess, message: Message) -> None:
        if "serving" in message:
            self._generations[front.name] = message["serving"]
            self.triples = int(message["triples"])
        elif "sample" in message:
            self._samples.get(message["number"], {})[front.name] = message["sample"]
        elif "gather" in message:
            task = asyncio.get_running_loop().create_task(self._gather(front, message["gather"]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self._hear(front.name, message)
        self._changed.set()

    def _forget(self, front: FrontProcess) -> None:
        self._generations.pop(front.name, None)
        self._changed.set()

    async def _gather(self, asking: FrontProcess, asked: int) -> None:
        """Have every front tell its numbers, and pass on those that come in time."""
        number = next(self._numbers)
        samples = self._samples[number] = {}
        self.tell({"sample": number})
        await self._wait(lambda: samples.keys() >= self._generations.keys(), _GATHER_WITHIN_S)
        del self._samples[number]
        asking.tell({"gathered": asked, "samples": samples})
