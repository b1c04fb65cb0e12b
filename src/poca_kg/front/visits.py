"""What is counted and logged of each request, once it has ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from poca_kg.front.lending.packets import Record
from poca_kg.front.logs import JsonLog
from poca_kg.front.messages import Call, Request, Response
from poca_kg.front.metrics import Metrics
from poca_kg.web.asking import ENDPOINT

__all__ = ["Visit", "Visits"]

_REFUSED = "refused"


class Visit:
    """A call on its way; ``details`` are the further members of its line in the log."""

    __slots__ = ("_call", "client", "details", "is_answered", "request", "route")

    def __init__(self, call: Call, route: str, client: str) -> None:
        self._call = call
        self.request: Request = call.request
        self.route, self.client = route, client
        self.details: dict[str, object] = {}
        self.is_answered = False

    def respond(self, response: Response) -> None:
        """Send the response, once."""
        self.is_answered = True
        self._call.respond(response)

    def when_gone(self, callback: Callable[[], None]) -> None:
        """Have a function called if the client hangs up before the response is sent."""
        self._call.when_gone(callback)


class Visits:
    """Counts and logs requests: ``end`` hears from the listener how each of them has ended."""

    def __init__(self, metrics: Metrics, log: JsonLog | None) -> None:
        self._metrics, self._log = metrics, log
        self._visits: dict[str, Visit] = {}

    def begin(self, call: Call, route: str, client: str) -> Visit:
        """Return the visit that a call is."""
        visit = self._visits[call.request.id] = Visit(call, route, client)
        self._metrics.begin()
        return visit

    def tell(self, prefix: str, records: Sequence[Record]) -> None:
        """Count and log requests that a worker has answered on connections that it was lent."""
        metrics = self._metrics
        for record in records:
            metrics.begin()
            metrics.look_up("hit" if record.was_kept else "miss")
            metrics.end(ENDPOINT, "GET", 200, seconds=record.seconds, size=record.sent)
        if self._log is not None:
            self._log.write_rendered([_line_of(prefix, record) for record in records])

    def end(self, request: Request | None, status: int, sent: int, seconds: float, reason: str) -> None:
        """Count and log a request; ``reason`` says why it was refused, or its response is not whole."""
        visit = None if request is None else self._visits.pop(request.id, None)
        if visit is None:
            self._metrics.begin()
        route = _REFUSED if visit is None else visit.route
        method = "" if request is None else request.method
        self._metrics.end(route, method, status, seconds=seconds, size=sent)
        if self._log is not None:
            members = {} if visit is None else visit.details
            self._log.write(
                "request",
                id="" if request is None else request.id,
                method=method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 2),
                bytes=sent,
                reason=reason,
                **members,
            )


def _line_of(prefix: str, record: Record) -> str:
    """Return a line of the log behind its time, as JSON; it holds numbers and hexadecimal digits alone.

    >>> _line_of("00ff", Record(1, 2, 0.001, 300, False, bytes(1)))[:42]
    '"event": "request", "id": "00ff00000002", '
    """
    cache = "hit" if record.was_kept else "miss"
    return (
        f'"event": "request", "id": "{prefix}{record.number:08x}", "method": "GET", "route": "{ENDPOINT}", '
        f'"status": 200, "ms": {record.seconds * 1000:.2f}, "bytes": {record.sent}, "cache": "{cache}", '
        f'"query_sha256": "{record.sha256.hex()}"}}'
    )
