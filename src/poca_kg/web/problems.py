"""Errors over HTTP: one shape (RFC 9457), one table of statuses, nothing of our insides; without Flask.

``type`` is a stable IRI, ``title`` its sentence, ``detail`` what happened this time. ``line`` and ``column``
are in the user's own text. ``request_id`` is in the log, too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from poca_kg.errors import (
    AnswerFormError,
    BusyError,
    FairShareError,
    InputError,
    LimitError,
    LockedError,
    NotConformingError,
    NotFoundError,
    PocaError,
    QueryCancelledError,
    QueryCrashError,
    QueryMemoryError,
    QuerySyntaxError,
    QueryTimeoutError,
    RemoteAccessError,
    ResultTooLargeError,
    ShapesError,
    StorageFullError,
    UnknownNameError,
    UsageError,
    ValidationTimeoutError,
)
from poca_kg.vocabulary.iris import BASE
from poca_kg.web.headers import Headers

__all__ = [
    "MEDIA_TYPE",
    "SORTS",
    "Problem",
    "RefusedError",
    "Sort",
    "problem_of",
    "problem_of_status",
    "sort_of",
]

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Sort:
    """A sort of problem: its slug, its status and its title."""

    slug: str
    status: int
    title: str

    @property
    def iri(self) -> str:
        """The ``type`` of the problem."""
        return f"{BASE}problem/{self.slug}"


SORTS = {
    sort.slug: sort
    for sort in (
        Sort("malformed-query", 400, "The query or update does not parse"),
        Sort("missing-query", 400, "There is no query in the request"),
        Sort("missing-update", 400, "There is no update in the request"),
        Sort("duplicate-query", 400, "There is more than one query in the request"),
        Sort("duplicate-update", 400, "There is more than one update in the request"),
        Sort("malformed-document", 400, "The document does not parse"),
        Sort("malformed-request", 400, "The request cannot be read"),
        Sort("bad-request", 400, "The request asks for something that cannot be done"),
        Sort("unknown-name", 400, "The request names something that is not there"),
        Sort("query-too-complex", 400, "The query is too complex to be tried"),
        Sort("unauthorised", 401, "Writing needs the token of this service"),
        Sort("remote-access-disabled", 403, "No query leaves this graph"),
        Sort("read-only", 403, "This endpoint answers queries and takes no updates"),
        Sort("writes-disabled", 403, "This service takes no writes"),
        Sort("validation-disabled", 403, "This service validates nothing"),
        Sort("not-found", 404, "There is nothing at this address"),
        Sort("method-not-allowed", 405, "This address does not know the method"),
        Sort("not-acceptable", 406, "No format on offer is one that the request accepts"),
        Sort("request-timeout", 408, "The request took too long to arrive"),
        Sort("store-locked", 409, "Somebody else holds what only one may hold"),
        Sort("too-large", 413, "The request is too large"),
        Sort("result-too-large", 413, "The answer is larger than one may be"),
        Sort("too-long", 414, "The address is too long"),
        Sort("unsupported-media-type", 415, "The body of the request has a type that is not read"),
        Sort("expectation-failed", 417, "The request expects what is not known here"),
        Sort("does-not-conform", 422, "The graph would break the shapes"),
        Sort("ill-formed-shapes", 422, "The shapes cannot be used"),
        Sort("too-many-requests", 429, "This client has used up its share of query time"),
        Sort("header-too-large", 431, "The header of the request is too large"),
        Sort("internal-error", 500, "Something went wrong on our side"),
        Sort("not-implemented", 501, "The request needs something of HTTP that is not known here"),
        Sort("busy", 503, "Nobody is free to do it now"),
        Sort("query-timeout", 503, "The query took longer than it may"),
        Sort("validation-timeout", 503, "The validation took longer than it may"),
        Sort("memory-limit", 503, "The query wanted more memory than it may have"),
        Sort("query-crashed", 503, "The query brought down the process that ran it"),
        Sort("stopping", 503, "The service is stopping"),
        Sort("version-not-supported", 505, "The request is in a version of HTTP that is not spoken here"),
        Sort("insufficient-storage", 507, "The disk of the service takes no more"),
    )
}
_BY_ERROR: tuple[tuple[type[PocaError], str], ...] = (
    (QuerySyntaxError, "malformed-query"),
    (RemoteAccessError, "remote-access-disabled"),
    (ValidationTimeoutError, "validation-timeout"),
    (QueryTimeoutError, "query-timeout"),
    (QueryMemoryError, "memory-limit"),
    (QueryCrashError, "query-crashed"),
    (QueryCancelledError, "stopping"),
    (ResultTooLargeError, "result-too-large"),
    (LockedError, "store-locked"),
    (FairShareError, "too-many-requests"),
    (BusyError, "busy"),
    (LimitError, "query-too-complex"),
    (StorageFullError, "insufficient-storage"),
    (NotConformingError, "does-not-conform"),
    (NotFoundError, "not-found"),
    (AnswerFormError, "not-acceptable"),
    (UnknownNameError, "unknown-name"),
    (UsageError, "bad-request"),
    (ShapesError, "ill-formed-shapes"),
    (InputError, "malformed-document"),
)
_BY_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 414: "too-long"}
_CHALLENGE = ("WWW-Authenticate", 'Bearer realm="poca-kg"')


class RefusedError(PocaError):
    """A request that is refused at the door, with the slug of its problem and more members for the body."""

    def __init__(self, slug: str, what: str, *, advice: str = "", **members: object) -> None:
        super().__init__(what, advice=advice)
        self.slug, self.members = slug, members


@dataclass(frozen=True)
class Problem:
    """An error as it goes out; its ``headers`` are those that no other response bears."""

    status: int
    headers: Headers
    body: bytes
    slug: str

    @property
    def is_ours(self) -> bool:
        """Whether the fault is ours; then the cause belongs into the log, and nowhere else."""
        return self.slug == "internal-error"


def sort_of(error: BaseException) -> Sort:
    """Return the sort of problem that an error is; one that we did not raise on purpose is our fault.

    >>> sort_of(QuerySyntaxError("unexpected 'x'", line=1, column=1)).status
    400
    """
    if isinstance(error, RefusedError):
        return SORTS[error.slug]
    return SORTS[next((slug for kind, slug in _BY_ERROR if isinstance(error, kind)), "internal-error")]


def problem_of(error: BaseException, request_id: str) -> Problem:
    """Return what a client is told of an error.

    >>> problem = problem_of(BusyError("nobody is free", retry_after=0.5), "7f")
    >>> problem.status, dict(problem.headers)["Retry-After"]
    (503, '1')
    """
    sort = sort_of(error)
    if sort.slug == "internal-error" or not isinstance(error, PocaError):
        return _problem(sort, "the cause is in the log of the server, under the request id", request_id)
    members: dict[str, object] = {"advice": error.advice} if error.advice else {}
    headers: Headers = [_CHALLENGE] if sort.status == 401 else []
    if isinstance(error, InputError) and error.place is not None:
        members |= {"line": error.place.line, "column": error.place.column}
    if isinstance(error, ShapesError) and error.shape:
        members["shape"] = error.shape
    if isinstance(error, LimitError):
        told = {"limit": error.limit, "elapsed": error.elapsed}
        members |= {name: round(value, 3) for name, value in told.items() if value is not None}
        if error.retry_after is not None:
            headers.append(("Retry-After", str(max(math.ceil(error.retry_after), 1))))
    if isinstance(error, NotConformingError):
        members["report"] = error.report
    if isinstance(error, RefusedError):
        members |= error.members
    return _problem(sort, error.what, request_id, members, headers)


def problem_of_status(status: int, request_id: str) -> Problem:
    """Return the problem of a status that is all that is known: 405 from a router, 413 from a server.

    >>> problem_of_status(405, "7f").slug, problem_of_status(400, "7f").slug
    ('method-not-allowed', 'malformed-request')
    """
    fallback = "internal-error" if status >= 500 else "malformed-request"
    sort = SORTS[_BY_STATUS.get(status, fallback)]
    return _problem(sort, sort.title, request_id)


def _problem(
    sort: Sort,
    detail: str,
    request_id: str,
    members: Mapping[str, object] | None = None,
    headers: Sequence[tuple[str, str]] = (),
) -> Problem:
    told = {"type": sort.iri, "title": sort.title, "status": sort.status, "detail": detail}
    text = json.dumps({**told, **(members or {}), "request_id": request_id}, ensure_ascii=False)
    always = [("Content-Type", MEDIA_TYPE), ("Cache-Control", "no-store")]
    return Problem(sort.status, [*always, *headers], text.encode("utf-8", "replace"), sort.slug)
