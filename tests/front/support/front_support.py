"""Calls that remember their responses, a sandbox that answers when a test says so, and a real front."""

from __future__ import annotations

import asyncio
import http.client
import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import quote

from poca_kg.front.application import FrontOptions
from poca_kg.front.cache import ByteCache
from poca_kg.front.event_loop import new_event_loop
from poca_kg.front.front import Front
from poca_kg.front.lending.lender import KIND
from poca_kg.front.messages import Request, Response
from poca_kg.front.metrics import Metrics
from poca_kg.front.queries import QueryDesk
from poca_kg.front.sockets import open_sockets
from poca_kg.front.visits import Visit
from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.outcome import Outcome
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.sandbox.spool import Spool
from poca_kg.sandbox.store import SandboxedStore
from poca_kg.web import create_app

PATIENCE_S = 15.0
NUMBERS = itertools.count(1)


def address_of(query: str, **more: str) -> str:
    return "query=" + quote(query) + "".join(f"&{name}={quote(value)}" for name, value in more.items())


class FakeCall:
    """A call whose response is kept, and whose client hangs up on demand."""

    def __init__(self, query: str = "", **request: object) -> None:
        given = {
            "method": "GET",
            "path": "/sparql",
            "query_string": address_of(query).encode() if query else b"",
        }
        given |= {"headers": {}, "body": b"", "peer": "203.0.113.7", "id": f"r{next(NUMBERS)}"}
        self.request = Request(**(given | request))
        self.response: Response | None = None
        self.callbacks: list[Callable[[], None]] = []

    def respond(self, response: Response) -> None:
        assert self.response is None, "two responses to one call"
        self.response = response

    def when_gone(self, callback: Callable[[], None]) -> None:
        self.callbacks.append(callback)

    def hang_up(self) -> None:
        for callback in self.callbacks:
            callback()

    @property
    def headers(self) -> dict[str, str]:
        assert self.response is not None
        return dict(self.response.headers)


@dataclass
class FakeRun:
    job: object
    client: str
    timeout_s: float | None
    done: Callable[[object], None]
    dropped: int = 0

    def answer(self, source: bytes | Spool, version: str = "v1", media: str = "text/csv") -> None:
        def drop() -> None:
            self.dropped += 1
            if isinstance(source, Spool):
                source.close()

        self.done(Outcome(media, version, lambda: 0.0, source, drop))


@dataclass
class Desk:
    """A desk over a sandbox that does nothing by itself."""

    version: str = "v1"
    runs: list[FakeRun] = field(default_factory=list)
    to_flask: list[Visit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.threads = ThreadPoolExecutor(4)
        self.cache = ByteCache(4_000_000)
        self.metrics = Metrics()
        self.desk = QueryDesk(
            self, self.cache, metrics=self.metrics, version_of=lambda: self.version, threads=self.threads
        )

    def run(self, job, *, client="", timeout_s=None, done) -> None:
        self.runs.append(FakeRun(job, client, timeout_s, done))

    def ask(self, query: str = "", **request: object) -> FakeCall:
        call = FakeCall(query, **request)
        client = request.get("peer", "203.0.113.7")
        self.desk.take(Visit(call, "/sparql", str(client)), 262_144, self.to_flask.append)
        return call


async def settle(condition: Callable[[], object]) -> None:
    """Wait on the loop until something has come about."""
    end = asyncio.get_running_loop().time() + PATIENCE_S
    while not condition():
        assert asyncio.get_running_loop().time() < end, "it did not come about"
        await asyncio.sleep(0.005)


def quads(count: int, mark: str = "a") -> bytes:
    return b"".join(
        b'<http://e/n%d> <http://e/mark> "%s" <http://e/g> .\n' % (number, mark.encode())
        for number in range(count)
    )


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


class Service:
    """A front on a loop in a thread, over a sandbox with real workers."""

    def __init__(self, data: bytes, limits: Limits, options: FrontOptions) -> None:
        self.sandbox = Sandbox.start(data, limits, kinds=KIND)
        self.loop = new_event_loop()
        self.troubles: list[object] = []
        self.loop.set_exception_handler(lambda loop, context: self.troubles.append(context))
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.front = Front(
            self.sandbox, lambda sandbox: create_app(KnowledgeGraph(SandboxedStore(sandbox))), options
        )
        sockets = open_sockets("127.0.0.1", 0)
        self.port = sockets[0].getsockname()[1]
        self.run(self.front.start(sockets))

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE_S)

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            response = connection.getresponse()
            return Reply(response.status, dict(response.headers.items()), response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        return self.send("GET", path, **headers)

    def ask(self, query: str, **headers: str) -> Reply:
        return self.get(f"/sparql?{address_of(query)}", **headers)

    def stop(self) -> None:
        self.run(self.front.drain(0.2))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE_S)
        self.loop.close()
        self.sandbox.stop()
