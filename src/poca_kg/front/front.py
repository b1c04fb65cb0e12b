"""A front: one process that serves a graph over HTTP, put together from its parts."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, TypeAlias

from poca_kg.front.application import Application, FrontOptions, Gather, Signs, behind_proxy, refuser
from poca_kg.front.cache import ByteCache
from poca_kg.front.clients import client_of
from poca_kg.front.health import Readiness
from poca_kg.front.lending.lender import Lender
from poca_kg.front.lending.plain import LARGEST_REQUEST
from poca_kg.front.listener import Listener
from poca_kg.front.logs import JsonLog
from poca_kg.front.messages import Request
from poca_kg.front.metrics import Gauges, Metrics, Sample
from poca_kg.front.queries import QueryDesk
from poca_kg.front.visits import Visits
from poca_kg.front.wsgi import WsgiBridge
from poca_kg.sandbox.looped import LoopedSandbox
from poca_kg.sandbox.sandbox import Sandbox, Source

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["AppOf", "Front", "FrontOptions"]

AppOf: TypeAlias = "Callable[[Sandbox], WSGIApplication]"
"""Makes the Flask application over a sandbox; called in a thread, again for each version of the graph."""

_THREADS = 32
_STATM = Path("/proc/self/statm")
_PAGE_BYTES = 4096


class Front:
    """Serves what a sandbox answers; it does not own the sandbox.

    ``gather`` gives the numbers of all fronts of the service, by name; without it this front tells its own.

    Attributes
    ----------
    triples
        The size of the graph, for the numbers; whoever knows it says so.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        app_of: AppOf,
        options: FrontOptions | None = None,
        *,
        gather: Gather | None = None,
    ) -> None:
        self._sandbox, self._app_of = sandbox, app_of
        self._options, self._gather = options or FrontOptions(), gather
        self.readiness = Readiness()
        self.readiness.watch("workers", self._look_at_workers)
        self.triples: int | None = None
        self._generation = 0
        self._cache, self._metrics = ByteCache(self._options.cache_bytes), Metrics()
        self._log: JsonLog | None = None
        self._threads: ThreadPoolExecutor
        self._looped: LoopedSandbox
        self._bridge: WsgiBridge
        self._lender: Lender | None
        self._listener: Listener
        self._flask: WSGIApplication

    @property
    def version(self) -> str:
        """The version of the graph that new requests see."""
        return self._sandbox.version

    async def start(self, sockets: Sequence[socket]) -> None:
        """Take connections from sockets that listen; from then on they belong to the front."""
        options = self._options
        self._flask = behind_proxy(await asyncio.to_thread(self._app_of, self._sandbox))
        self._log = JsonLog(sys.stderr.buffer) if options.log == "json" else None
        self._threads = ThreadPoolExecutor(_THREADS, "front")
        self._looped = LoopedSandbox(self._sandbox, asyncio.get_running_loop())
        refuse = refuser(lambda: self._sandbox.version)
        self._bridge = WsgiBridge(self._call_flask, threads=options.threads, refuse=refuse)
        visits = Visits(self._metrics, self._log)
        desk = QueryDesk(
            self._looped,
            self._cache,
            metrics=self._metrics,
            version_of=lambda: self._sandbox.version,
            threads=self._threads,
        )
        signs = Signs(self.readiness, self._numbers)
        application = Application(options, desk, self._bridge.handle, visits=visits, signs=signs)
        self._lender = self._make_lender(visits)
        self._listener = Listener(
            application.handle,
            options.http,
            admit=options.admit,
            refuse=refuse,
            after=visits.end,
            loans=self._lender,
        )
        await self._listener.start(sockets)

    def _make_lender(self, visits: Visits) -> Lender | None:
        """Return what lends connections, if workers are there to borrow them and no query is too long."""
        most, networks = self._sandbox.limits.borrowers, self._options.networks
        if not most or self._options.max_query_bytes < LARGEST_REQUEST:
            return None

        def client(request: Request) -> str:
            return client_of(request.peer, request.headers, networks)

        return Lender(
            self._sandbox,
            self._threads,
            most=most,
            kept_bytes=self._options.cache_bytes // 2,
            client_of=client,
            told=visits.tell,
        )

    async def switch(self, source: Source) -> None:
        """Let new requests see another snapshot; those that run finish on the old one.

        Raises what :meth:`Sandbox.switch` raises; then nothing has changed.
        """
        await asyncio.to_thread(self._sandbox.switch, source)
        if self._lender is not None:
            await self._lender.renew()
        self._generation += 1
        self._cache.turn_to(self.version)
        self._flask = behind_proxy(await asyncio.to_thread(self._app_of, self._sandbox))

    async def drain(self, within_s: float) -> None:
        """Take no more connections, finish the requests that run within a time, and end."""
        self.readiness.hold("service", "it is stopping")
        if self._lender is not None:
            await self._lender.close()
        await self._listener.drain(within_s)
        self._bridge.close()
        self._looped.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._log is not None:
            await asyncio.to_thread(self._log.close)

    def sample(self) -> Sample:
        """Return the numbers of this front, as JSON can hold them."""
        told = self._sandbox.statistics()
        folder = self._options.data_dir
        return self._metrics.sample(
            Gauges(
                version=told.version,
                generation=self._generation,
                triples=self.triples,
                is_ready=self.readiness.is_ready,
                workers={"busy": told.busy, "spare": told.spare},
                queued=told.queued,
                lent=self._lender.lent if self._lender is not None else 0,
                answered=told.answered,
                killed=told.killed,
                restarts=told.restarts,
                cache_bytes=self._cache.bytes,
                cache_entries=len(self._cache),
                disk_free_bytes=shutil.disk_usage(folder).free if folder is not None else None,
                resident_bytes=_resident_bytes(),
                dropped_log_lines=self._log.dropped if self._log is not None else 0,
            )
        )

    def _look_at_workers(self) -> str:
        return "" if self._sandbox.statistics().workers else "there is none"

    async def _numbers(self) -> Mapping[str, Sample]:
        told = dict(await self._gather()) if self._gather is not None else {}
        return told | {self._options.name: self.sample()}

    def _call_flask(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._flask(environ, start_response)


def _resident_bytes() -> int | None:
    """Return the memory of this process, where the system tells it."""
    return int(_STATM.read_text().split()[1]) * _PAGE_BYTES if _STATM.exists() else None
