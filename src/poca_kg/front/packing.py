"""Responses of the Flask application, packed as a client likes them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor

from poca_kg.front.encoding import pack, vary
from poca_kg.front.messages import Request, Response
from poca_kg.front.replies import encoding_for, value_of
from poca_kg.front.streams import Stream
from poca_kg.front.visits import Visit
from poca_kg.web.headers import Headers

__all__ = ["PackingCall"]

_OF_THE_PLAIN = frozenset({"content-length", "etag", "content-encoding"})


class PackingCall:
    """A call whose response is packed on its way; ``request`` may stand in for the one that was sent."""

    def __init__(self, visit: Visit, request: Request, threads: Executor) -> None:
        self.request = request
        self._visit, self._threads = visit, threads

    def when_gone(self, callback: Callable[[], None]) -> None:
        """Have a function called if the client hangs up before the response is sent."""
        self._visit.when_gone(callback)

    def respond(self, response: Response) -> None:
        """Send the response, packed if that is worth it."""
        size = len(response.body) if response.pieces is None else None
        media_type = value_of(response.headers, "content-type")
        can_be = response.status == 200 and not value_of(response.headers, "content-encoding")
        encoding = encoding_for(self._visit, media_type, size) if can_be else ""
        if can_be or response.status == 304:
            response.headers = vary(response.headers)
        if not encoding or self.request.method == "HEAD":
            self._visit.respond(response)
            return
        headers = _of_the_packed(response.headers, encoding)
        if response.pieces is not None:
            stream = Stream(response.pieces, _nothing, threads=self._threads, encoding=encoding)
            self._visit.respond(Response(200, headers, pieces=stream))
            return

        def packed(done: asyncio.Future[bytes]) -> None:
            self._visit.respond(Response(200, headers, done.result()))

        loop = asyncio.get_running_loop()
        loop.run_in_executor(self._threads, pack, response.body, encoding).add_done_callback(packed)


def _of_the_packed(headers: Headers, encoding: str) -> Headers:
    """Return headers as they are for the packed body; its entity tag is a weak one."""
    kept = [(name, value) for name, value in headers if name.lower() not in _OF_THE_PLAIN]
    etag = value_of(headers, "etag")
    if etag:
        kept.append(("ETag", etag if etag.startswith("W/") else f"W/{etag}"))
    return [*kept, ("Content-Encoding", encoding)]


def _nothing(error: BaseException | None) -> None:
    """Nothing is to be done at the end."""
