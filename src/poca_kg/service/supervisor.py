"""The process of ``poca-kg serve``: starts the others, starts them again, switches them to new snapshots.

It reads nothing that a client sent. What it starts ends with it, however it ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from poca_kg.errors import LimitError, PocaError
from poca_kg.front.event_loop import new_event_loop
from poca_kg.front.sockets import address_of
from poca_kg.sandbox.reports import error_of
from poca_kg.service.configuration import Configuration
from poca_kg.service.control import Message
from poca_kg.service.fronts import Fronts, open_for_all
from poca_kg.service.graph_source import GraphSource
from poca_kg.service.parents import Parents
from poca_kg.service.writer_keeper import WriterKeeper
from poca_kg.service.writer_order import WriterOrder
from poca_kg.store.snapshot import Snapshot, current_snapshot, find_snapshot

__all__ = ["Ears", "Supervisor", "supervise"]

_LOOK_EVERY_S = 0.5
_START_WITHIN_S = 60.0
_SWITCH_WITHIN_S = 30.0


@dataclass(frozen=True)
class Ears:
    """Who is told: ``message`` what a person wants to know; ``listening`` once address, version, triples."""

    message: Callable[[str], None]
    listening: Callable[[str, str, int], None]


def supervise(
    configuration: Configuration, source: GraphSource, ears: Ears, *, writer: WriterOrder | None = None
) -> None:
    """Serve until told to end by SIGTERM or SIGINT.

    Raises
    ------
    LimitError
        If the address is taken, or a process does not start.
    PocaError
        Whatever is wrong with graph, address or shapes.
    """
    sockets = open_for_all(configuration.host, configuration.port, configuration.fronts)
    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(Supervisor(configuration, source, sockets, ears, writer).run())
    finally:
        for one in (one for own in sockets for one in own):
            one.close()


class Supervisor:
    """The life of a service, on one event loop."""

    def __init__(
        self,
        configuration: Configuration,
        source: GraphSource,
        sockets: list[list[socket.socket]],
        ears: Ears,
        writer: WriterOrder | None = None,
    ) -> None:
        self._configuration, self._source, self._ears = configuration, source, ears
        self._address = address_of(sockets[0][0])
        self._parents = Parents(configuration.limits)
        self._fronts = Fronts(sockets, greeting=self._greet, hear=self._hear)
        self._writer = None if writer is None else WriterKeeper(writer, self._publish, self._hold)
        self._version, self._no_writes, self._has_served = "", "", False
        self._switching = asyncio.Lock()
        self._failure: PocaError | None = None
        self._ending = asyncio.Event()

    async def run(self) -> None:
        """Start everything, keep it going, and end it once told to.

        Raises what :func:`supervise` raises.
        """
        with self._signals():
            try:
                await self._start()
                async with asyncio.TaskGroup() as tasks:
                    watch = tasks.create_task(self._watch())
                    await self._ending.wait()
                    watch.cancel()
            finally:
                await self._stop()

    async def _start(self) -> None:
        """Start everything, and tell once it serves."""
        if self._writer is not None:
            await self._writer.start()
        self._fronts.start()
        version = await self._parents.raise_over(self._source.graph)
        self._version = version
        self._fronts.tell(self._graph())
        serving = asyncio.ensure_future(self._fronts.wait_for(version, _START_WITHIN_S))
        ending = asyncio.ensure_future(self._ending.wait())
        await asyncio.wait({serving, ending}, return_when=asyncio.FIRST_COMPLETED)
        serving.cancel()
        ending.cancel()
        if self._failure is not None:
            raise self._failure
        if serving.done() and not serving.result():
            raise LimitError("the fronts do not start", advice="see what they say in the log")
        if not self._ending.is_set():
            self._has_served = True
            self._ears.listening(self._address, version, self._fronts.triples)

    async def _stop(self) -> None:
        """End every process: the fronts while writer and workers still answer them."""
        within_s = self._configuration.stop_timeout
        await self._fronts.stop(within_s)
        if self._writer is not None:
            await self._writer.stop(within_s)
        await self._parents.close()

    async def _watch(self) -> None:
        """Follow the current snapshot of the data folder."""
        complaint = ""
        while self._source.data_dir is not None:
            await asyncio.sleep(_LOOK_EVERY_S)
            try:
                snapshot = current_snapshot(self._source.data_dir)
                if snapshot is not None:
                    await self._switch(snapshot)
                complaint = ""
            except PocaError as error:
                if str(error) != complaint:
                    complaint = str(error)
                    self._ears.message(f"{self._version} stays: {error}")

    async def _switch(self, snapshot: Snapshot) -> None:
        """Have new requests see another snapshot; those that run finish on the old one."""
        async with self._switching:
            if snapshot.version == self._version:
                return
            await self._parents.raise_over(snapshot)
            self._version = snapshot.version
            self._fronts.tell(self._graph())
            if await self._fronts.wait_for(snapshot.version, _SWITCH_WITHIN_S):
                self._ears.message(f"{snapshot.version} is served")
            await self._parents.leave()

    async def _publish(self, version: str) -> None:
        """Serve what the writer has published."""
        if self._source.data_dir is not None:
            try:
                await self._switch(find_snapshot(self._source.data_dir, version))
            except PocaError as error:
                self._ears.message(f"{self._version} stays: {error}")

    def _hold(self, reason: str) -> None:
        """Tell the fronts why no writes are taken, or that they are again."""
        self._no_writes = reason
        self._fronts.tell({"no_writes": reason})

    def _greet(self) -> Message:
        """Return what a front that starts is told."""
        greeting = {
            "configuration": self._configuration.to_json(),
            "writer": None if self._writer is None else self._writer.address,
            "data_dir": None if self._source.data_dir is None else str(self._source.data_dir),
            "no_writes": self._no_writes,
        }
        return greeting | self._graph()

    def _graph(self) -> Message:
        """Return where the graph is to be had, nothing before it is loaded."""
        return {"graph": self._parents.address} if self._parents.address else {}

    def _hear(self, front: str, message: Message) -> None:
        """Take what a front could not do."""
        if "failure" in message:
            self._failure = error_of(message["failure"].encode())
            self._ears.message(f"front {front}: {self._failure}")
            if not self._has_served:
                self._ending.set()

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """End by SIGTERM and SIGINT."""
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGTERM, signal.SIGINT)
        for number in numbers:
            loop.add_signal_handler(number, self._ending.set)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)
