"""Queries: from the byte cache, or from a worker; nothing of them is parsed here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeAlias

from poca_kg.errors import FairShareError, PocaError
from poca_kg.front.arriving import ArrivingAnswer
from poca_kg.front.cache import ByteCache, KeptAnswer
from poca_kg.front.encoding import vary
from poca_kg.front.flights import Flight, Flights, Runner
from poca_kg.front.logs import digest_of
from poca_kg.front.messages import Request, Response
from poca_kg.front.metrics import Metrics
from poca_kg.front.replies import (
    encoding_for,
    guard,
    headers_of_answer,
    killed_by,
    not_modified,
    refuse,
    value_of,
)
from poca_kg.front.sending import Sender
from poca_kg.front.streams import Stream
from poca_kg.front.visits import Visit
from poca_kg.sandbox.outcome import Outcome
from poca_kg.web.asking import Asked, job_of, read_asked

__all__ = ["Otherwise", "QueryDesk"]

Otherwise: TypeAlias = Callable[[Visit], None]
"""Takes a request to the endpoint that asks no query."""

_LONG_TEXT = 8192
_LARGEST_WHOLE = 8 << 20


@dataclass(frozen=True, slots=True)
class _Order:
    """A query that was asked: by whom, the key under which its answer is kept, and its name in the log."""

    visit: Visit
    key: Hashable
    asked: Asked
    sha256: str


class QueryDesk:
    """Answers requests that ask a query; used on the event loop.

    ``version_of`` tells the version that new jobs see; ``threads`` do what would hold up the loop.
    """

    def __init__(
        self,
        runner: Runner,
        cache: ByteCache,
        *,
        metrics: Metrics,
        version_of: Callable[[], str],
        threads: Executor,
    ) -> None:
        self._flights, self._cache, self._metrics = Flights(runner), cache, metrics
        self._sender = Sender(cache, threads)
        self._version_of, self.threads = version_of, threads

    @property
    def version(self) -> str:
        """The version that new jobs see."""
        return self._version_of()

    def take(self, visit: Visit, max_query_bytes: int, otherwise: Otherwise) -> None:
        """Answer a request: at once from the cache, or later by a worker."""
        request = visit.request
        key = _key_of(request)
        kept = self._cache.find(self.version, key)
        if kept is not None:
            self._look_up(visit, "hit")
            visit.details["query_sha256"] = kept.query_sha256
            self._sender.send(visit, key, kept, self._cache.version)
            return

        def read() -> Asked | PocaError | None:
            try:
                return _read(request, max_query_bytes)
            except PocaError as error:
                return error

        def go_on(asked: Asked | PocaError | None) -> None:
            if asked is None:
                otherwise(visit)
            elif isinstance(asked, PocaError):
                refuse(visit, asked, self.version)
            else:
                self._order(_Order(visit, key, asked, digest_of(asked.query)))

        if len(request.query_string) + len(request.body) <= _LONG_TEXT:
            go_on(read())
        else:
            reading = asyncio.get_running_loop().run_in_executor(self.threads, read)
            reading.add_done_callback(lambda done: guard(visit, lambda: go_on(done.result()), self.version))

    def board(self, order: _Order, shared: Hashable) -> None:
        """Have a visit wait for an equal job that is on its way, or for one of its own."""
        flight = self._flights.find(shared)
        is_new = flight is None
        self._look_up(order.visit, "miss" if is_new else "shared")
        if flight is None:
            flight = self._flights.prepare(shared, job_of(order.asked), order.visit.client)
        passenger = _Passenger(self, order, flight)
        flight.join(passenger.landed)
        order.visit.when_gone(passenger.leave)
        if is_new:
            self._flights.start(flight, order.asked.timeout_s)

    def give(self, order: _Order, body: bytes, version: str) -> None:
        """Send an answer that is whole."""
        kept = self.keep(order, body, version)
        self._sender.send(order.visit, order.key, kept, version)

    def keep(self, order: _Order, body: bytes, version: str) -> KeptAnswer:
        """Return an answer, which the cache keeps if it is one that may be given again."""
        headers = vary(order.asked.headers(version))
        etag = value_of(headers, "etag")
        request = order.visit.request
        length = len(request.query_string) + len(request.body) + len(request.headers.get("accept", ""))
        kept = KeptAnswer(tuple(headers), body, etag, length, order.sha256)
        if etag:
            self._cache.keep(version, order.key, kept)
        return kept

    def stream(
        self, order: _Order, outcome: Outcome, arriving: ArrivingAnswer, left: Callable[[], None]
    ) -> None:
        """Send an answer while it arrives; ``left`` is called once this visit reads no more of it."""
        visit, version = order.visit, outcome.version
        headers = vary(order.asked.headers(version))

        def over(error: BaseException | None) -> None:
            if error is not None:
                visit.details["killed_by"] = killed_by(error)
            if error is None and not arriving.is_kept and value_of(headers, "etag"):
                arriving.is_kept = True
                self._keep_whole(order, outcome, left)
            else:
                left()

        encoding = encoding_for(visit, outcome.media, None)
        stream = Stream(arriving.pieces(), over, threads=self.threads, encoding=encoding)
        visit.respond(Response(200, headers_of_answer(headers, visit, version, encoding), pieces=stream))

    def _keep_whole(self, order: _Order, outcome: Outcome, left: Callable[[], None]) -> None:
        """Keep an answer that has become whole, unless it is too large; a thread reads it."""
        size = outcome.size
        if size is None or size > self._cache.most_entry_bytes:
            left()
            return

        def read(done: asyncio.Future[bytes]) -> None:
            if not done.cancelled() and done.exception() is None:
                self.keep(order, done.result(), outcome.version)
            left()

        loop = asyncio.get_running_loop()
        loop.run_in_executor(self.threads, lambda: outcome.body).add_done_callback(read)

    def tell(self, order: _Order, error: PocaError, *, is_own: bool) -> None:
        """Say why there is no answer; who has a share of its own left tries again, unless it was its own."""
        if isinstance(error, FairShareError) and not is_own:
            self.board(order, None)
        else:
            refuse(order.visit, error, self.version)

    def _order(self, order: _Order) -> None:
        visit, asked, version = order.visit, order.asked, self.version
        visit.details["query_sha256"] = order.sha256
        tag = asked.tag(version)
        if self._sender.is_known(visit, tag):
            self._look_up(visit, "not-modified")
            not_modified(visit, vary(asked.headers(version)), version)
        else:
            self.board(order, (tag, asked.timeout_s) if tag else None)

    def _look_up(self, visit: Visit, result: str) -> None:
        self._metrics.look_up(result)
        visit.details["cache"] = result


class _Passenger:
    """A visit that waits for the answer of a flight, and leaves it in every case."""

    def __init__(self, desk: QueryDesk, order: _Order, flight: Flight) -> None:
        self._desk, self._order, self._flight = desk, order, flight
        self._is_aboard = True

    def landed(self, result: Outcome | PocaError) -> None:
        """Take the answer."""
        if self._is_aboard:
            guard(self._order.visit, lambda: self._land(result), self._desk.version)

    def _land(self, result: Outcome | PocaError) -> None:
        if isinstance(result, PocaError):
            self.leave()
            self._desk.tell(self._order, result, is_own=self._flight.client == self._order.visit.client)
        elif result.size is not None and result.size <= _LARGEST_WHOLE:
            body, version = result.body, result.version
            self.leave()
            self._desk.give(self._order, body, version)
        else:
            arriving = self._flight.arriving(self._desk.threads)
            self._desk.stream(self._order, result, arriving, self.leave)

    def leave(self) -> None:
        """Want no more of the answer."""
        if self._is_aboard:
            self._is_aboard = False
            self._flight.leave(self.landed)


def _key_of(request: Request) -> Hashable:
    """Return all that the answer to a request depends on, as it was sent."""
    headers = request.headers
    accept = headers.get("accept")
    if request.method != "POST":
        return request.query_string, accept
    types = headers.get("content-type"), headers.get("content-encoding")
    return request.query_string, accept, request.body, types


def _read(request: Request, max_query_bytes: int) -> Asked | None:
    headers = request.headers
    return read_asked(
        method=request.method,
        query_string=request.query_string,
        content_type=headers.get("content-type"),
        content_encoding=headers.get("content-encoding"),
        accept=headers.get("accept"),
        body=request.body,
        max_query_bytes=max_query_bytes,
    )
