"""Where the pure functions of this package meet Flask: requests in, responses out, errors on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import uuid4

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from poca_kg.errors import PocaError
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.web.asking import RequestParts
from poca_kg.web.authorisation import is_for_own_pages
from poca_kg.web.formats import content_type
from poca_kg.web.headers import Headers, preflight_headers, standard_headers
from poca_kg.web.problems import Problem, problem_of, problem_of_status
from poca_kg.web.tags import is_known_to

__all__ = ["REQUEST_ID", "install", "is_known", "not_modified", "parts_of_request", "preflight", "respond"]

REQUEST_ID = "poca_kg.request_id"
"""The key under which a server may put the id of a request into the WSGI environment."""


def parts_of_request() -> RequestParts:
    """Return what is looked at of the request that is being answered, with its body."""
    return RequestParts(
        method=request.method,
        query_string=request.query_string,
        content_type=request.headers.get("Content-Type"),
        content_encoding=request.headers.get("Content-Encoding"),
        accept=request.headers.get("Accept"),
        body=request.get_data(),
    )


def is_known(tag: str) -> bool:
    """Whether the request that is being answered can only be told what its client has already."""
    return request.method != "POST" and is_known_to(request.headers.get("If-None-Match"), tag)


def not_modified(headers: Headers, version: str) -> Response:
    """Return the response that says so, with those of the headers of the answer that belong to it."""
    g.version = version
    return Response(status=304, headers=[one for one in headers if one[0] != "Content-Type"])


def respond(body: Iterable[bytes], media: ResultFormat | RdfSyntax, tag: str) -> Response:
    """Return the response with a body in a format, and with its entity tag if it has one."""
    response = Response(body, content_type=content_type(media))
    response.headers["Cache-Control"] = "no-cache" if tag else "no-store"
    if tag:
        response.headers["ETag"] = tag
    return response


def preflight(allowed: str, *, readable: str = "") -> Response:
    """Return the answer to OPTIONS; an address that is not ``readable`` is for our own pages only."""
    g.only_same_origin = not readable
    return Response(status=204, headers=preflight_headers(allowed, readable=readable))


def install(app: Flask, *, version: Callable[[], str]) -> None:
    """Make an application answer every error as a problem, and set the headers of every response.

    ``version`` tells the version of the graph at the moment; a view that knows better which version it
    answered from says so in ``g.version``. A response to a write (``g.only_same_origin``) is for pages of the
    same origin only.
    """

    @app.before_request
    def name_request() -> None:
        g.request_id = request.environ.get(REQUEST_ID) or uuid4().hex[:16]
        g.only_same_origin = is_for_own_pages(request.method, request.path)

    @app.after_request
    def set_headers(response: Response) -> Response:
        spoke = g.get("version", None)
        for name, value in standard_headers(
            g.request_id,
            version() if spoke is None else spoke,
            for_all_origins=not g.get("only_same_origin"),
        ):
            response.headers[name] = value
        if response.status_code == 204:
            del response.headers["Content-Type"]
        return response

    @app.errorhandler(HTTPException)
    def by_status(error: HTTPException) -> Response:
        status = error.code or 500
        if status < 400:
            return Response(error.get_body(), status, error.get_headers())
        response = _tell(problem_of_status(status, g.request_id))
        if isinstance(error, MethodNotAllowed):
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
        return response

    @app.errorhandler(PocaError)
    @app.errorhandler(Exception)
    def by_kind(error: Exception) -> Response:
        problem = problem_of(error, g.request_id)
        if problem.is_ours:
            app.logger.error("request %s failed", g.request_id, exc_info=error)
        return _tell(problem)


def _tell(problem: Problem) -> Response:
    return Response(problem.body, problem.status, headers=problem.headers)
