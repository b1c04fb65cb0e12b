"""A listener on a loop in a thread, a site with a few routes, and a client that speaks raw bytes."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import pytest

from poca_kg.front.event_loop import new_event_loop
from poca_kg.front.http_limits import HttpLimits
from poca_kg.front.listener import Listener
from poca_kg.front.messages import Call, Request, Response
from poca_kg.front.sockets import open_sockets

PATIENCE_S = 10.0
HOST = b"Host: h\r\n"


@dataclass
class Ended:
    path: str
    status: int
    sent: int
    reason: str


@dataclass
class Site:
    """What is served: ``/echo`` by default, and a few routes that misbehave on demand."""

    seen: list[Request] = field(default_factory=list)
    held: list[Call] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    made: int = 0
    closed: int = 0
    ended: list[Ended] = field(default_factory=list)

    def handle(self, call: Call) -> None:
        request = call.request
        self.seen.append(request)
        call.when_gone(lambda: self.gone.append(request.path))
        route = getattr(self, "on_" + request.path.strip("/").replace("-", "_"), None)
        if route is not None:
            route(call)
        else:
            body = b" ".join((request.method.encode(), request.path.encode(), request.body))
            call.respond(Response(200, [("Content-Type", "text/plain")], body))

    def after(self, request: Request, status: int, sent: int, seconds: float, reason: str) -> None:
        assert seconds >= 0
        self.ended.append(Ended(request.path, status, sent, reason))

    def on_later(self, call: Call) -> None:
        asyncio.get_running_loop().call_later(0.15, call.respond, Response(200, [], b"later"))

    def on_held(self, call: Call) -> None:
        self.held.append(call)

    def on_raise(self, call: Call) -> None:
        raise RuntimeError("the handler has a fault")

    def on_twice(self, call: Call) -> None:
        call.respond(Response(200, [], b"once"))
        call.respond(Response(200, [], b"twice"))

    def on_split(self, call: Call) -> None:
        call.respond(Response(200, [("Location", "/a\r\nSet-Cookie: stolen=1")], b"x"))

    def on_empty(self, call: Call) -> None:
        call.respond(Response(204))

    def on_large(self, call: Call) -> None:
        call.respond(Response(200, [], b"l" * 8_000_000))

    def on_pieces(self, call: Call) -> None:
        call.respond(Response(200, [], pieces=self.pieces(3)))

    def on_no_pieces(self, call: Call) -> None:
        call.respond(Response(200, [], pieces=self.pieces(0)))

    def on_known_length(self, call: Call) -> None:
        call.respond(Response(200, [("Content-Length", "12")], pieces=self.pieces(3)))

    def on_too_short(self, call: Call) -> None:
        call.respond(Response(200, [("Content-Length", "99")], pieces=self.pieces(3)))

    def on_too_long(self, call: Call) -> None:
        call.respond(Response(200, [("Content-Length", "5")], pieces=self.pieces(3)))

    def on_breaks(self, call: Call) -> None:
        call.respond(Response(200, [], pieces=self.pieces(3, fails_after=2)))

    def on_breaks_at_once(self, call: Call) -> None:
        call.respond(Response(200, [], pieces=self.pieces(3, fails_after=0)))

    def on_endless(self, call: Call) -> None:
        call.respond(Response(200, [], pieces=self.pieces(100_000, size=65_536)))

    def on_slow_pieces(self, call: Call) -> None:
        call.respond(Response(200, [], pieces=self.pieces(1000, pause_s=0.02)))

    async def pieces(
        self, count: int, *, fails_after: int | None = None, size: int = 4, pause_s: float = 0.0
    ) -> AsyncIterator[bytes]:
        try:
            for number in range(count):
                if number == fails_after:
                    raise RuntimeError("the pieces end here")
                self.made += 1
                yield b""
                yield b"p" * size
                if pause_s:
                    await asyncio.sleep(pause_s)
        finally:
            self.closed += 1


class Server:
    """A listener that runs until it is drained."""

    def __init__(self, site: Site, limits: HttpLimits, *, on_uvloop: bool, **options: object) -> None:
        self.site = site
        self.listener = Listener(site.handle, limits, after=site.after, **options)
        self.sockets = open_sockets("127.0.0.1", 0)
        self.port = self.sockets[0].getsockname()[1]
        self.loop = new_event_loop() if on_uvloop else asyncio.new_event_loop()
        self.troubles: list[object] = []
        self.loop.set_exception_handler(lambda loop, context: self.troubles.append(context))
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.run(self.listener.start(self.sockets))

    def run(self, work, timeout_s: float = PATIENCE_S):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout_s)

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        async def work() -> None:
            function(*arguments)

        self.run(work())

    def drain(self, within_s: float = 0.05) -> None:
        self.run(self.listener.drain(within_s))

    def close(self) -> None:
        self.drain()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE_S)
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    def client(self) -> Client:
        return Client(socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S))


@dataclass
class Answer:
    status: int
    fields: dict[str, str]
    body: bytes


class Client:
    """Sends bytes as they are and reads one response after the other."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.buffer = b""

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def send(self, data: bytes) -> Client:
        self.sock.sendall(data)
        return self

    def get(self, path: str, extra: bytes = b"") -> Client:
        return self.send(b"GET %s HTTP/1.1\r\n%s%s\r\n" % (path.encode(), HOST, extra))

    def more(self) -> bool:
        data = self.sock.recv(262_144)
        self.buffer += data
        return bool(data)

    def take(self, count: int) -> bytes:
        while len(self.buffer) < count:
            if not self.more():
                raise EOFError(self.buffer)
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def swallow(self, count: int) -> None:
        while count > 0:
            count -= len(self.sock.recv(262_144))

    def line(self) -> bytes:
        while b"\r\n" not in self.buffer:
            if not self.more():
                raise EOFError(self.buffer)
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def rest(self) -> bytes:
        while self.more():
            pass
        data, self.buffer = self.buffer, b""
        return data

    def answer(self, method: str = "GET") -> Answer:
        """Read a response; EOFError says that it has no end."""
        match = re.fullmatch(rb"HTTP/1\.1 (\d{3}) [A-Za-z -]+", self.line())
        assert match, self.buffer
        status, fields = int(match[1]), {}
        while line := self.line():
            name, _, value = line.decode("latin-1").partition(": ")
            assert name.lower() not in fields
            fields[name.lower()] = value
        return Answer(status, fields, self.body(method, status, fields))

    def body(self, method: str, status: int, fields: dict[str, str]) -> bytes:
        if method == "HEAD" or status in {100, 204, 304}:
            return b""
        if "transfer-encoding" in fields:
            assert fields["transfer-encoding"] == "chunked"
            assert "content-length" not in fields
            body = b""
            while size := int(self.line(), 16):
                body += self.take(size)
                assert self.line() == b""
            assert self.line() == b""
            return body
        return self.take(int(fields["content-length"])) if "content-length" in fields else self.rest()


def wait_until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.005)


@pytest.fixture(name="until")
def until_fixture() -> Callable[[Callable[[], object]], None]:
    return wait_until


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture(params=["uvloop", "asyncio"])
def start(request: pytest.FixtureRequest, site: Site) -> Iterator[Callable[..., Server]]:
    """Start a server with limits of one's own; nothing of it may be left at the end."""
    with contextlib.ExitStack() as stack:

        def begin(site: Site = site, **options: object) -> Server:
            names = {name: options.pop(name) for name in tuple(options) if hasattr(HttpLimits(), name)}
            server = Server(site, HttpLimits(**names), on_uvloop=request.param == "uvloop", **options)
            stack.callback(check_nothing_left, server)
            stack.callback(server.close)
            return server

        yield begin


def check_nothing_left(server: Server) -> None:
    listener = server.listener
    assert not server.troubles
    assert (listener.connections, listener.in_flight, listener.door.room.taken) == (0, 0, 0)


@pytest.fixture
def server(start: Callable[..., Server]) -> Server:
    return start()


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with server.client() as client:
        yield client
