"""A WSGI application (PEP 3333) behind calls: it runs in threads, and the event loop never waits for it."""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from poca_kg.errors import UsageError
from poca_kg.front.messages import Call, Request, Response
from poca_kg.front.refusals import RefusalError, Refuse, refuse_plainly

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

__all__ = ["WsgiBridge", "environ_of"]

_LOG = logging.getLogger(__name__)
_GATHERED_BYTES = 65_536
_UNPREFIXED = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
_HOP_BY_HOP = frozenset(
    {"connection", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)

_Raised = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


class WsgiBridge:
    """Handles calls by a WSGI application; its :meth:`handle` is a :data:`~poca_kg.front.messages.Handler`.

    Parameters
    ----------
    application
        The application.
    threads
        How many calls run at the same time.
    waiting
        How many more may wait for a thread; a call beyond is answered with 503.
    refuse
        Makes the responses to calls that no thread takes, and to those that fail.
    server
        Name and port of the service where a request names no host.
    """

    def __init__(
        self,
        application: WSGIApplication,
        *,
        threads: int = 4,
        waiting: int = 64,
        refuse: Refuse = refuse_plainly,
        server: tuple[str, int] = ("localhost", 80),
    ) -> None:
        self._application, self._refuse, self._server = application, refuse, server
        self._most = threads + waiting
        self._count = 0
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="wsgi")

    def handle(self, call: Call) -> None:
        """See to it that a call is responded to."""
        if self._count >= self._most:
            call.respond(
                self._refuse(RefusalError("busy", "too many requests wait at the moment"), call.request)
            )
            return
        self._count += 1
        work = self._threads.submit(self._run, call.request)
        asyncio.wrap_future(work).add_done_callback(lambda done: self._respond(call, done))
        call.when_gone(lambda: _cancel(work))

    def close(self) -> None:
        """End the threads; calls that wait for one are dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self, request: Request) -> _Answer:
        """Run the application for a request, in a thread, until its answer is whole or long."""
        answer = _Answer()
        try:
            answer.begin(self._application(environ_of(request, self._server), answer.start_response))
        except BaseException:
            answer.close()
            raise
        return answer

    def _respond(self, call: Call, done: asyncio.Future[_Answer]) -> None:
        """Pass on what a thread has come to."""
        self._count -= 1
        if done.cancelled():
            return
        error = done.exception()
        if error is not None:
            _LOG.error("request %s failed in the application", call.request.id, exc_info=error)
            what = f"the cause is in the log of the server, under request {call.request.id}"
            call.respond(self._refuse(RefusalError("internal-error", what), call.request))
            return
        answer = done.result()
        response = Response(answer.status, answer.headers)
        if answer.rest is None:
            response.body = answer.body
        else:
            response.pieces = _Pieces(answer, self._threads)
        call.respond(response)


class _Answer:
    """What an application answers: status, headers, the body gathered so far and the rest that is to come."""

    def __init__(self) -> None:
        self.status, self.headers = 0, list[tuple[str, str]]()
        self.body = b""
        self.rest: Iterator[bytes] | None = None
        self._given: Iterable[bytes] = ()
        self._written: list[bytes] = []

    def start_response(
        self, status: str, headers: list[tuple[str, str]], raised: _Raised | None = None, /
    ) -> Callable[[bytes], object]:
        """Take status and headers; after an error they may be given anew, while nothing has been sent."""
        if raised is not None and raised[1] is not None:
            if self.rest is not None:
                raise raised[1].with_traceback(raised[2])
        elif self.status:
            raise UsageError("the application started its response twice")
        self.status, self.headers = int(status[:3]), list(headers)
        return self._written.append

    def begin(self, given: Iterable[bytes]) -> None:
        """Gather the body; if it is long, leave the rest for later."""
        self._given = given
        pieces, parts, length = iter(given), self._written, 0
        for piece in pieces:
            parts.append(piece)
            length += len(piece)
            if length > _GATHERED_BYTES and not isinstance(given, list | tuple):
                self.rest = pieces
                break
        if not self.status:
            raise UsageError("the application did not start a response")
        self.body = b"".join(parts)
        if self.rest is None:
            self.close()

    def next(self) -> bytes | None:
        """Return the next piece of the rest; ``None`` after the last."""
        return next(self.rest, None) if self.rest is not None else None

    def close(self) -> None:
        """Tell the application that nothing more is read; once."""
        given, self._given = self._given, ()
        close = getattr(given, "close", None)
        if close is not None:
            close()


class _Pieces:
    """A long body, piece by piece; each is made in a thread once the last was taken."""

    def __init__(self, answer: _Answer, threads: ThreadPoolExecutor) -> None:
        self._answer, self._threads = answer, threads
        self._gathered: bytes | None = answer.body
        self._making: asyncio.Future[bytes | None] | None = None

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        """Return the next piece."""
        if self._gathered is not None:
            piece: bytes | None = self._gathered
            self._gathered = None
        else:
            self._making = asyncio.get_running_loop().run_in_executor(self._threads, self._answer.next)
            piece = await asyncio.shield(self._making)
        if piece is None:
            raise StopAsyncIteration
        return piece

    async def aclose(self) -> None:
        """Close the application's iterable, when it does not run."""
        if self._making is not None:
            await asyncio.wait([self._making])
        await asyncio.get_running_loop().run_in_executor(self._threads, self._answer.close)


def _cancel(work: Future[_Answer]) -> None:
    """Have a thread not begin; one that has begun goes on, so that its answer can be closed."""
    work.cancel()


def environ_of(request: Request, server: tuple[str, int] = ("localhost", 80)) -> WSGIEnvironment:
    """Return the environment of a request; ``poca_kg.request_id`` is its id.

    A field whose name has an underscore is left out: it could pass for another one.

    >>> environ = environ_of(Request("GET", "/a%20b", b"c=d", {"accept": "*/*"}, b"", "::1", "7"))
    >>> environ["PATH_INFO"], environ["QUERY_STRING"], environ["HTTP_ACCEPT"]
    ('/a b', 'c=d', '*/*')
    """
    name, port = _server_of(request.headers.get("host", ""), server)
    path = "" if request.path == "*" else unquote_to_bytes(request.path).decode("latin-1")
    query = request.query_string.decode("latin-1")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_URI": f"{request.path}?{query}" if query else request.path,
        "SERVER_NAME": name,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{request.http_version}",
        "REMOTE_ADDR": request.peer,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "poca_kg.request_id": request.id,
    }
    for field, value in request.headers.items():
        if field in _UNPREFIXED:
            environ[_UNPREFIXED[field]] = value
        elif "_" not in field and field not in _HOP_BY_HOP:
            environ[f"HTTP_{field.upper().replace('-', '_')}"] = value
    if request.body or "CONTENT_LENGTH" in environ:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    return environ


def _server_of(host: str, server: tuple[str, int]) -> tuple[str, str]:
    """Return name and port that a request was sent to."""
    if not host:
        return server[0], str(server[1])
    name, colon, port = host.rpartition(":")
    if colon and port.isdigit() and not name.endswith(":"):
        return name, port
    return host.removesuffix(":"), "80"
