"""The process of ``poca-kg serve``: starts the others, starts them again, switches them to new snapshots.

It reads nothing that a client sent. What it starts ends with it, however it ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

from poca_kg.errors import LimitError, PocaError
from poca_kg.front.event_loop import new_event_loop
from poca_kg.front.sockets import address_of, open_sockets
from poca_kg.sandbox.parent import has_store
from poca_kg.sandbox.reports import error_of
from poca_kg.sandbox.validating import validation_kinds
from poca_kg.service.configuration import Configuration
from poca_kg.service.control import Message
from poca_kg.service.ears import Ears
from poca_kg.service.fronts import Fronts
from poca_kg.service.graph_source import GraphSource
from poca_kg.service.parents import Parents
from poca_kg.service.writer_keeper import WriterKeeper
from poca_kg.service.writer_order import WriterOrder
from poca_kg.store.snapshot import Snapshot, current_snapshot, find_snapshot

__all__ = ["Supervisor", "supervise"]

_LOOK_EVERY_S = 0.5
_SHOW_WITHIN_S = 60.0
_SLACK_S = 5.0
_LARGE_BYTES = 16 << 20


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
    sockets = open_sockets(configuration.host, configuration.port)
    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(Supervisor(configuration, source, sockets, ears, writer).run())
    finally:
        for one in sockets:
            one.close()


class Supervisor:
    """The life of a service, on one event loop."""

    def __init__(
        self,
        configuration: Configuration,
        source: GraphSource,
        sockets: list[socket.socket],
        ears: Ears,
        writer: WriterOrder | None = None,
    ) -> None:
        self._configuration, self._source, self._ears = configuration, source, ears
        self._address = address_of(sockets[0])
        self._parents = Parents(configuration.limits.timeout_s + _SLACK_S)
        self._judges = _judges(configuration)
        self._fronts = Fronts(configuration.fronts, sockets, greeting=self._greet, hear=self._hear)
        self._writer = None if writer is None else WriterKeeper(writer, self._publish, self._hold)
        self._version, self._no_writes, self._has_served = "", "", False
        self._shown: Message = {}
        self._switching = asyncio.Lock()
        self._failure: PocaError | None = None
        self._ending = asyncio.Event()
        self._hint = asyncio.Event()

    async def run(self) -> None:
        """Start everything, keep it going, and end it once told to.

        Raises what :func:`supervise` raises.
        """
        with self._signals():
            life = asyncio.ensure_future(self._live())
            ending = asyncio.ensure_future(self._ending.wait())
            try:
                await asyncio.wait({life, ending}, return_when=asyncio.FIRST_COMPLETED)
                if life.done():
                    life.result()
                if self._failure is not None:
                    raise self._failure
            finally:
                life.cancel()
                ending.cancel()
                await asyncio.gather(life, ending, return_exceptions=True)
                await self._stop()

    async def _live(self) -> None:
        """Start everything, tell once it serves, and follow the current snapshot of the data folder."""
        if self._writer is not None:
            await self._writer.start()
        self._fronts.start()
        graph = self._source.graph
        is_large = _is_large(graph)
        if not await self._show(graph, on_disk=is_large):
            raise LimitError("the fronts do not start", advice="see what they say in the log")
        self._has_served = True
        self._ears.listening(self._address, self._version, self._fronts.triples)
        if is_large:
            await self._show(graph)
        complaint = ""
        while True:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._hint.wait(), _LOOK_EVERY_S)
            self._hint.clear()
            try:
                await self._look()
                complaint = ""
            except PocaError as error:
                if str(error) != complaint:
                    complaint = str(error)
                    self._ears.message(f"{self._version} stays: {error}")

    async def _look(self) -> None:
        """Serve the current snapshot, if it is another one."""
        snapshot = None if self._source.data_dir is None else current_snapshot(self._source.data_dir)
        if snapshot is not None and await self._switch(snapshot):
            self._ears.message(f"{snapshot.version} is served")

    async def _switch(self, snapshot: Snapshot) -> bool:
        """Serve a snapshot; return whether it was not served before, and now is."""
        async with self._switching:
            return snapshot.version != self._version and await self._show(snapshot)

    async def _show(self, graph: Snapshot | Path, *, on_disk: bool = False) -> bool:
        """Have new requests see a graph, while those that run finish on the old one; return whether they do.

        A front that does not come to it in time is started again.
        """
        raised = self._parents.raise_over(graph, on_disk=on_disk)
        self._version, judges = await asyncio.gather(raised, self._raise_judges())
        generation = self._parents.generation
        self._shown = {
            "address": self._parents.address,
            "generation": generation,
            "triples": graph.manifest.triples if isinstance(graph, Snapshot) else None,
            "judges": judges,
        }
        self._fronts.tell({"graph": self._shown})
        is_shown = await self._fronts.wait_for(generation, _SHOW_WITHIN_S)
        if not is_shown:
            self._fronts.start_again(generation)
        self._parents.leave()
        return is_shown

    async def _raise_judges(self) -> str | None:
        """Return where the parent is whose workers validate, which needs no graph and so is raised once."""
        if self._judges is None:
            return None
        if not self._judges.generation:
            await self._judges.raise_over(Path(os.devnull))
        return self._judges.address

    async def _stop(self) -> None:
        """End every process: the fronts first, while writer and workers still answer them."""
        within_s = self._configuration.stop_timeout
        await self._fronts.stop(within_s)
        if self._writer is not None:
            await self._writer.stop(within_s)
        await self._parents.close()
        if self._judges is not None:
            await self._judges.close()

    async def _publish(self, version: str) -> None:
        """Serve what the writer has published."""
        if self._source.data_dir is not None:
            try:
                await self._switch(find_snapshot(self._source.data_dir, version))
            except PocaError as error:
                self._ears.message(f"{self._version} stays: {error}")

    def _hold(self, reason: str, cause: str) -> None:
        """Tell the fronts why no writes are taken, or that they are again; the cause is for the log alone."""
        if reason != self._no_writes:
            told = f": {cause}" if cause else ""
            self._ears.message(f"no writes are taken: {reason}{told}" if reason else "writes are taken again")
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
        return greeting | ({"graph": self._shown} if self._shown else {})

    def _hear(self, front: str, message: Message) -> None:
        """Take what a front could not do."""
        if "failure" in message:
            self._failure = error_of(message["failure"].encode())
            self._ears.message(f"front {front}: {self._failure}")
            if not self._has_served:
                self._ending.set()

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """End by SIGTERM and SIGINT; look at once what is current by SIGHUP."""
        loop = asyncio.get_running_loop()
        events = {signal.SIGTERM: self._ending, signal.SIGINT: self._ending, signal.SIGHUP: self._hint}
        for number, event in events.items():
            loop.add_signal_handler(number, event.set)
        try:
            yield
        finally:
            for number in events:
                loop.remove_signal_handler(number)


def _judges(configuration: Configuration) -> Parents | None:
    checking = configuration.checking
    if checking is None:
        return None
    return Parents(checking.limits.timeout_s, validation_kinds(checking.ontology_dir))


def _is_large(graph: Snapshot | Path) -> bool:
    """Whether a graph is so large that it is served from the disk until it is in memory."""
    if isinstance(graph, Path) or not has_store(graph):
        return False
    return (graph.directory / "graph.nq").stat().st_size > _LARGE_BYTES
