"""Errors over HTTP: one shape (RFC 9457), one table of statuses, nothing of our insides.

``type`` is a stable IRI, ``title`` its sentence, ``detail`` what happened this time. ``line`` and ``column``
are in the user's own text. ``request_id`` is in the log, too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import uuid4

from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException

from poca_kg.errors import (
    InputError,
    LimitError,
    NotFoundError,
    PocaError,
    QuerySyntaxError,
    RemoteAccessError,
    UnknownNameError,
    UsageError,
)
from poca_kg.vocabulary.iris import BASE

__all__ = ["SORTS", "RefusedError", "Sort", "install", "sort_of"]


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
        Sort("remote-access-disabled", 403, "No query leaves this graph"),
        Sort("read-only", 403, "This endpoint answers queries and takes no updates"),
        Sort("writes-disabled", 403, "This service takes no writes"),
        Sort("not-found", 404, "There is nothing at this address"),
        Sort("method-not-allowed", 405, "This address does not know the method"),
        Sort("not-acceptable", 406, "No format on offer is one that the request accepts"),
        Sort("too-large", 413, "The request is too large"),
        Sort("too-long", 414, "The address is too long"),
        Sort("unsupported-media-type", 415, "The body of the request has a type that is not read"),
        Sort("internal-error", 500, "Something went wrong on our side"),
    )
}
_BY_ERROR: tuple[tuple[type[PocaError], str], ...] = (
    (QuerySyntaxError, "malformed-query"),
    (RemoteAccessError, "remote-access-disabled"),
    (LimitError, "query-too-complex"),
    (NotFoundError, "not-found"),
    (UnknownNameError, "unknown-name"),
    (UsageError, "bad-request"),
    (InputError, "malformed-document"),
)
_BY_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 414: "too-long"}
_MEDIA_TYPE = "application/problem+json"


class RefusedError(PocaError):
    """A request that is refused at the door, with the slug of its problem and more members for the body."""

    def __init__(self, slug: str, what: str, *, advice: str = "", **members: object) -> None:
        super().__init__(what, advice=advice)
        self.slug, self.members = slug, members


def sort_of(error: PocaError) -> Sort:
    """Return the sort of problem that an error of ours is.

    >>> sort_of(QuerySyntaxError("unexpected 'x'", line=1, column=1)).status
    400
    """
    if isinstance(error, RefusedError):
        return SORTS[error.slug]
    return SORTS[next((slug for kind, slug in _BY_ERROR if isinstance(error, kind)), "internal-error")]


def install(app: Flask) -> None:
    """Make an application answer every error as a problem, and give each request an id."""

    @app.before_request
    def name_request() -> None:
        g.request_id = uuid4().hex[:16]

    @app.errorhandler(PocaError)
    def known(error: PocaError) -> Response:
        sort = sort_of(error)
        if sort.status >= 500:
            return unknown(error)
        members: dict[str, object] = {"advice": error.advice} if error.advice else {}
        if isinstance(error, InputError) and error.place is not None:
            members |= {"line": error.place.line, "column": error.place.column}
        if isinstance(error, RefusedError):
            members |= error.members
        return _response(sort, error.what, members)

    @app.errorhandler(HTTPException)
    def by_status(error: HTTPException) -> Response:
        status = error.code or 500
        if status < 400:
            return Response(error.get_body(), status, error.get_headers())
        fallback = "internal-error" if status >= 500 else "malformed-request"
        sort = SORTS[_BY_STATUS.get(status, fallback)]
        response = _response(sort, sort.title, {})
        response.headers.extend((name, value) for name, value in error.get_headers() if name == "Allow")
        return response

    @app.errorhandler(Exception)
    def unknown(error: Exception) -> Response:
        app.logger.error("request %s failed", g.request_id, exc_info=error)
        return _response(
            SORTS["internal-error"], "the cause is in the log of the server, under the request id", {}
        )


def _response(sort: Sort, detail: str, members: dict[str, object]) -> Response:
    body = {"type": sort.iri, "title": sort.title, "status": sort.status, "detail": detail, **members}
    body["request_id"] = g.request_id
    text = json.dumps(body, ensure_ascii=False)
    return Response(text.encode("utf-8", "replace"), sort.status, content_type=_MEDIA_TYPE)
