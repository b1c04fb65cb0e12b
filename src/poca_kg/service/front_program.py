"""The program of a front: joins the parent of the workers, serves, and obeys the supervisor.

Messages are JSON, one a packet. From the supervisor: first the greeting ``{"name", "configuration", "writer",
"data_dir", "no_writes"}``; and with it or later

``{"graph": {"address": ..., "generation": ..., "triples": ..., "judges": ...}}``
    Where the parent is that has the graph; new requests see it from then on. ``judges`` is where the parent
    is whose workers validate, or ``null``.
``{"no_writes": reason}``
    Why writes are not taken; empty once they are.
``{"sample": number}``, ``{"gathered": number, "samples": {...}}``
    Tell your numbers; here are those of all fronts, which you asked for.
``{"stop": seconds}``
    Take no more requests, finish those that run within a time, and end.

To the supervisor: ``{"serving": generation, "triples": ...}``, ``{"sample": {...}, "number": number}``,
``{"gather": number}``, ``{"failure": report}``. When the socket is closed, the front ends.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from poca_kg.errors import PocaError
from poca_kg.front.event_loop import new_event_loop
from poca_kg.front.front import Front, FrontOptions
from poca_kg.front.http_limits import HttpLimits
from poca_kg.front.logs import log_as_json
from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.sandbox.parent import ParentAddress
from poca_kg.sandbox.reports import report_of
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.sandbox.store import SandboxedStore
from poca_kg.service.configuration import Configuration
from poca_kg.service.control import Channel, Message
from poca_kg.service.writer_client import WriterClient
from poca_kg.web import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from poca_kg.front.metrics import Sample

__all__ = ["main"]

_PUBLISHING_S = 60.0
_THREADS_FOR_PAGES = 4


def main() -> None:
    """Be a front: ``argv`` holds the descriptors of the control socket and of those to listen on."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the supervisor says when to end
    control, *listening = (socket.socket(fileno=int(text)) for text in sys.argv[1:])
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_Program(listening).run(control))


class _Program:
    """A front from its greeting to its end."""

    def __init__(self, listening: list[socket.socket]) -> None:
        self._listening = listening
        self._orders: asyncio.Queue[Message] = asyncio.Queue()
        self._numbers = itertools.count()
        self._wanted: dict[int, asyncio.Future[Mapping[str, Sample]]] = {}
        self._sandbox: Sandbox | None = None
        self._judges: Sandbox | None = None
        self._front: Front | None = None
        self._no_writes = ""
        self._channel: Channel
        self._configuration: Configuration
        self._greeting: Message

    async def run(self, control: socket.socket) -> None:
        """Obey until told to end, or until the supervisor has gone."""
        self._channel = Channel(control, self._hear, lambda: self._orders.put_nowait({"stop": 0.0}))
        self._greeting = order = await self._orders.get()
        self._configuration = Configuration.from_json(order["configuration"])
        if self._configuration.log == "json":
            log_as_json()
        if self._configuration.limits.spool_dir is not None:  # which the application reads as a setting
            os.environ["POCA_KG_SPOOL_DIR"] = str(self._configuration.limits.spool_dir)
        while "stop" not in order:
            if "graph" in order:
                try:
                    await self._serve(order["graph"])
                except PocaError as error:
                    self._channel.send({"failure": report_of(error).decode()})
            order = await self._orders.get()
        await self._end(order["stop"])

    def _hear(self, message: Message) -> None:
        """Do at once what takes no time, and the rest in turn."""
        if "sample" in message and self._front is not None:
            self._channel.send({"sample": self._front.sample(), "number": message["sample"]})
        elif "gathered" in message:
            wanted = self._wanted.pop(message["gathered"], None)
            if wanted is not None and not wanted.done():
                wanted.set_result(message["samples"])
        else:
            if "no_writes" in message:
                self._no_writes = message["no_writes"]
                self._tell_readiness()
            self._orders.put_nowait(message)

    async def _serve(self, graph: Message) -> None:
        """Serve a graph, from then on or instead of another one."""
        address = ParentAddress(Path(graph["address"]))
        if self._front is None:
            limits = self._configuration.limits
            self._sandbox = await asyncio.to_thread(Sandbox.start, address, limits)
            checking = self._configuration.checking
            if checking is not None and graph["judges"] is not None:
                judges = ParentAddress(Path(graph["judges"]))
                self._judges = await asyncio.to_thread(Sandbox.start, judges, checking.limits)
            self._front = Front(self._sandbox, self._app_over, self._options(), gather=self._gather)
            self._tell_readiness()
            await self._front.start(self._listening)
        else:
            await self._front.switch(address)
        self._front.triples = graph["triples"]
        if self._sandbox is not None and graph["triples"] is None:
            self._front.triples = await asyncio.to_thread(SandboxedStore(self._sandbox).size)
        self._channel.send({"serving": graph["generation"], "triples": self._front.triples})

    def _app_over(self, sandbox: Sandbox) -> WSGIApplication:
        told, address = self._configuration, self._greeting["writer"]
        token = writer = None
        if told.writing is not None and address is not None:
            token = told.writing.token
            writer = WriterClient(address, timeout_s=told.writing.timeout_s + _PUBLISHING_S)
        return create_app(
            KnowledgeGraph(SandboxedStore(sandbox)),
            writer=writer,
            token=token,
            judges=self._judges or False,
            max_query_bytes=told.max_query_bytes,
            max_body_bytes=told.max_body_bytes,
        )

    def _options(self) -> FrontOptions:
        told, folder = self._configuration, self._greeting["data_dir"]
        checks = 0 if told.checking is None else told.checking.limits.workers + told.checking.limits.queue
        return FrontOptions(
            name=self._greeting["name"],
            http=HttpLimits(
                connections=told.max_connections,
                head_s=told.header_timeout,
                body_s=told.body_timeout,
                body_bytes=told.max_body_bytes,
            ),
            max_query_bytes=told.max_query_bytes,
            max_body_bytes=told.max_body_bytes,
            cache_bytes=told.cache_bytes,
            trusted_proxies=told.trusted_proxies,
            log=told.log,
            data_dir=None if folder is None else Path(folder),
            token=None if told.writing is None else told.writing.token,
            threads=_THREADS_FOR_PAGES + checks,
        )

    def _tell_readiness(self) -> None:
        if self._front is None:
            return
        if self._no_writes:
            self._front.readiness.hold("writes", self._no_writes)
        else:
            self._front.readiness.clear("writes")

    async def _gather(self) -> Mapping[str, Sample]:
        """Return the numbers of all fronts; of none if the supervisor does not answer in time."""
        number = next(self._numbers)
        wanted = self._wanted[number] = asyncio.get_running_loop().create_future()
        self._channel.send({"gather": number})
        try:
            return await asyncio.wait_for(wanted, 1.0)
        except TimeoutError:
            return {}
        finally:
            self._wanted.pop(number, None)

    async def _end(self, within_s: float) -> None:
        if self._front is not None:
            await self._front.drain(within_s)
        for sandbox in (self._sandbox, self._judges):
            if sandbox is not None:
                await asyncio.to_thread(sandbox.stop)
        self._channel.close()
