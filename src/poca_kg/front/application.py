"""Where a request goes: to the queries, to the service's own addresses, or to the Flask application."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote

from poca_kg.front.clients import client_of, scheme_of
from poca_kg.front.health import Readiness, alive
from poca_kg.front.http_limits import HttpLimits
from poca_kg.front.messages import Call, Handler, Request, Response
from poca_kg.front.metrics import CONTENT_TYPE, Sample, render
from poca_kg.front.packing import PackingCall
from poca_kg.front.queries import QueryDesk
from poca_kg.front.refusals import RefusalError, Refuse
from poca_kg.front.replies import guard, with_standard_headers
from poca_kg.front.visits import Visit, Visits
from poca_kg.web.asking import ENDPOINT
from poca_kg.web.authorisation import check_leave, is_for_own_pages, is_write
from poca_kg.web.headers import standard_headers
from poca_kg.web.problems import RefusedError, problem_of, problem_of_status

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["Application", "FrontOptions", "Gather", "Signs", "behind_proxy", "refuser"]

Gather: TypeAlias = Callable[[], Awaitable[Mapping[str, Sample]]]
"""Gathers the numbers of all fronts of a service, by the name of each."""

_OWN = ("/healthz", "/readyz", "/metrics")
_TAKES_DOCUMENTS = ("/data", "/update", "/validate")
_ROUTES = ("/static", "/data", "/shape")
_EXACT_ROUTES = ("/", ENDPOINT, "/update", "/validate", *_OWN)
_QUERY_METHODS = ("GET", "HEAD", "POST")
_ROOM_FOR_ENCODING = 3
_ROOM_FOR_OTHER_FIELDS = 65_536
_FORWARDED_PROTO = "x-forwarded-proto"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontOptions:
    """What a front is told.

    ``name`` tells it from the other fronts in the numbers; ``http`` says what a client may cost before its
    request is handled; ``trusted_proxies`` are addresses or networks; ``log`` is ``json`` or ``none``;
    ``data_dir`` is where free disk space matters; ``threads`` are those of the Flask application; who shows
    the ``token`` may write, without one nobody.

    >>> FrontOptions(trusted_proxies=("10.0.0.0/8",)).networks
    (IPv4Network('10.0.0.0/8'),)
    """

    name: str = "0"
    http: HttpLimits = field(default_factory=HttpLimits)
    max_query_bytes: int = 262_144
    max_body_bytes: int = 16 << 20
    cache_bytes: int = 64 << 20
    trusted_proxies: tuple[str, ...] = ()
    log: str = "json"
    data_dir: Path | None = None
    threads: int = 4
    token: str | None = field(default=None, repr=False)

    @property
    def networks(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """The trusted proxies as networks."""
        return tuple(ipaddress.ip_network(text) for text in self.trusted_proxies)

    def body_limit(self, path: str) -> int:
        """Return the longest body that is read for a path.

        >>> options = FrontOptions(max_query_bytes=1000)
        >>> options.body_limit("/sparql"), options.body_limit("/data/a")
        (68536, 16777216)
        """
        if any(path == one or path.startswith(f"{one}/") for one in _TAKES_DOCUMENTS):
            return self.max_body_bytes
        return _ROOM_FOR_ENCODING * self.max_query_bytes + _ROOM_FOR_OTHER_FIELDS

    def admit(self, method: str, path: str, headers: Mapping[str, str]) -> int:
        """Return the longest body that is read with a head.

        Raises
        ------
        RefusalError
            If it is that of a write, and writes are off or the header does not show the token.
        """
        if is_write(method, unquote(path)):
            try:
                check_leave(headers.get("authorization"), self.token)
            except RefusedError as refused:
                raise RefusalError(refused.slug, refused.what, advice=refused.advice) from None
        return self.body_limit(path)


@dataclass(frozen=True, slots=True)
class Signs:
    """What a front tells of itself: why it is not ready, if so, and the numbers of all fronts."""

    readiness: Readiness
    numbers: Callable[[], Awaitable[Mapping[str, Sample]]]


class Application:
    """Handles calls; used on the event loop. ``flask`` takes those that are for the Flask application."""

    def __init__(
        self, options: FrontOptions, desk: QueryDesk, flask: Handler, *, visits: Visits, signs: Signs
    ) -> None:
        self._options, self._networks = options, options.networks
        self._desk, self._flask, self._visits, self._signs = desk, flask, visits, signs
        self._tasks: set[asyncio.Future[Mapping[str, Sample]]] = set()

    def handle(self, call: Call) -> None:
        """See to it that a call is responded to."""
        request = call.request
        client = client_of(request.peer, request.headers, self._networks)
        visit = self._visits.begin(call, _route_of(request.path), client)
        if request.path == ENDPOINT and request.method in _QUERY_METHODS:
            self._desk.take(visit, self._options.max_query_bytes, self._to_flask)
        elif request.path in _OWN:
            self._tell(visit)
        else:
            self._to_flask(visit)

    def _to_flask(self, visit: Visit) -> None:
        """Let Flask answer; it sees the client, and not the proxies between."""
        request = visit.request
        headers = {name: value for name, value in request.headers.items() if name != _FORWARDED_PROTO}
        if scheme_of(request.peer, request.headers, self._networks) == "https":
            headers[_FORWARDED_PROTO] = "https"
        seen = replace(request, headers=headers, peer=visit.client)
        self._flask(PackingCall(visit, seen, self._desk.threads))

    def _tell(self, visit: Visit) -> None:
        """Answer at an address of the service itself, without the sandbox and without Flask."""
        request = visit.request
        if request.method not in ("GET", "HEAD"):
            problem = problem_of_status(405, request.id)
            headers = [*problem.headers, ("Allow", "GET, HEAD")]
            self._respond(visit, Response(problem.status, headers, problem.body))
        elif request.path == "/healthz":
            self._respond(visit, alive())
        elif request.path == "/readyz":
            self._respond(visit, self._signs.readiness.response())
        else:
            task = asyncio.ensure_future(self._signs.numbers())
            self._tasks.add(task)
            task.add_done_callback(partial(self._tell_numbers, visit))

    def _tell_numbers(self, visit: Visit, task: asyncio.Future[Mapping[str, Sample]]) -> None:
        self._tasks.discard(task)

        def tell() -> None:
            headers = [("Content-Type", CONTENT_TYPE), ("Cache-Control", "no-store")]
            self._respond(visit, Response(200, headers, render(task.result())))

        guard(visit, tell, self._desk.version)

    def _respond(self, visit: Visit, response: Response) -> None:
        visit.respond(with_standard_headers(response, visit, self._desk.version))


def refuser(version: Callable[[], str]) -> Refuse:
    """Return what makes the responses to requests that are not handled; ``version`` tells the graph's."""

    def refuse(error: RefusalError, request: Request) -> Response:
        is_open = not is_for_own_pages(request.method, unquote(request.path))
        problem = problem_of(RefusedError(error.slug, error.what, advice=error.advice), request.id)
        headers = [*problem.headers, *standard_headers(request.id, version(), for_all_origins=is_open)]
        if problem.status == 503:
            headers.append(("Retry-After", "1"))
        return Response(problem.status, headers, problem.body)

    return refuse


def behind_proxy(application: WSGIApplication) -> WSGIApplication:
    """Return an application that sees the scheme by which the client came to the proxy."""

    def seen(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        if environ.get("HTTP_X_FORWARDED_PROTO") == "https":
            environ["wsgi.url_scheme"] = "https"
        return application(environ, start_response)

    return seen


def _route_of(path: str) -> str:
    """Return a name for an address, one of a few.

    >>> _route_of("/sparql"), _route_of("/data/a"), _route_of("/id/city/milan")
    ('/sparql', '/data', 'other')
    """
    if path in _EXACT_ROUTES:
        return path
    return next((one for one in _ROUTES if path == one or path.startswith(f"{one}/")), "other")
