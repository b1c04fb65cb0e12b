"""The program of a front: puts listener, cache, sandbox and application together, and obeys the supervisor.

Messages are JSON, one a packet. From the supervisor: first the greeting ``{"name", "configuration", "writer",
"data_dir", "no_writes"}``; and at any time

``{"graph": {...}}``
    Where the graph is to be had; new requests see it from then on.
``{"no_writes": reason}``
    Why writes are not taken; empty once they are.
``{"sample": number}``, ``{"gathered": number, "samples": {...}}``
    Tell your numbers; here are those of all fronts that you asked for.
``{"stop": seconds}``
    Take no more requests, finish those that run within a time, and end.

To the supervisor: ``{"serving": version}``, ``{"sample": {...}, "number": number}``, ``{"gather": number}``,
``{"failure": report}``. When the socket is closed, the front ends.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

from poca_kg.errors import PocaError
from poca_kg.front.event_loop import new_event_loop
from poca_kg.front.listener import Listener
from poca_kg.front.wsgi import WsgiBridge
from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.sandbox.reports import report_of
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.sandbox.store import SandboxedStore
from poca_kg.service.configuration import Configuration
from poca_kg.service.control import Channel, Message
from poca_kg.service.writer_client import WriterClient
from poca_kg.store.snapshot import Snapshot
from poca_kg.web import create_app

__all__ = ["main"]


def main() -> None:
    """Be a front: ``argv`` holds the descriptors of the control socket and of those to listen on."""
    control, *listening = (socket.socket(fileno=int(number)) for number in sys.argv[1:])
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_Front(listening).run(control))


class _Front:
    def __init__(self, listening: list[socket.socket]) -> None:
        self._listening = listening
        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        self._sandbox: Sandbox | None = None

    async def run(self, control: socket.socket) -> None:
        """Obey until told to end, or until the supervisor has gone."""
        self._channel = Channel(
            control, self._messages.put_nowait, lambda: self._messages.put_nowait({"stop": 0})
        )
        self._greeting = await self._messages.get()
        self._configuration = Configuration.from_json(self._greeting["configuration"])
        message = self._greeting
        while "stop" not in message:
            if "graph" in message:
                try:
                    await self._serve(message["graph"])
                except PocaError as error:
                    self._channel.send({"failure": report_of(error).decode()})
            message = await self._messages.get()
        if self._sandbox is not None:
            await self._listener.drain(message["stop"])
            await asyncio.to_thread(self._sandbox.stop)

    async def _serve(self, graph: Message) -> None:
        path = Path(graph["path"])
        source: Snapshot | Path = Snapshot(graph["version"], path) if path.is_dir() else path
        if self._sandbox is not None:
            await asyncio.to_thread(self._sandbox.switch, source)
        else:
            self._sandbox = await asyncio.to_thread(Sandbox.start, source, self._configuration.limits)
            writer = self._greeting["writer"]
            writing = self._configuration.writing
            app = create_app(
                KnowledgeGraph(SandboxedStore(self._sandbox)),
                writer=WriterClient(writer) if writer else None,
                token=writing.token if writing else None,
            )
            self._listener = Listener(WsgiBridge(app).handle)
            await self._listener.start(self._listening)
        triples = await asyncio.to_thread(SandboxedStore(self._sandbox).size)
        self._channel.send({"serving": graph["version"], "triples": triples})
