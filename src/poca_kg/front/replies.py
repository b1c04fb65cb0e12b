"""Responses of the front itself: answers, packed as a client likes them, and problems."""

from __future__ import annotations

import logging
from collections.abc import Callable

from poca_kg.errors import (
    QueryCancelledError,
    QueryCrashError,
    QueryMemoryError,
    QueryTimeoutError,
    ResultTooLargeError,
)
from poca_kg.front.encoding import SMALLEST_BYTES, choose_encoding, is_packable
from poca_kg.front.messages import Response
from poca_kg.front.visits import Visit
from poca_kg.web.headers import Headers, standard_headers
from poca_kg.web.problems import problem_of

__all__ = [
    "encoding_for",
    "guard",
    "headers_of_answer",
    "killed_by",
    "not_modified",
    "refuse",
    "value_of",
    "with_standard_headers",
]

_LOG = logging.getLogger(__name__)
_KILLED_BY: dict[type[BaseException], str] = {
    QueryTimeoutError: "timeout",
    QueryMemoryError: "memory",
    QueryCrashError: "crash",
    QueryCancelledError: "cancelled",
    ResultTooLargeError: "too-large",
}
_ABOUT_CONTENT = frozenset({"content-type", "content-length", "content-encoding", "content-language"})


def encoding_for(visit: Visit, media_type: str, size: int | None) -> str:
    """Return the coding for a body of a type; ``size`` is ``None`` where it is not known."""
    accepted = visit.request.headers.get("accept-encoding", "")
    if not accepted or (size is not None and size < SMALLEST_BYTES) or not is_packable(media_type):
        return ""
    return choose_encoding(accepted)


def headers_of_answer(headers: Headers, visit: Visit, version: str, encoding: str = "") -> Headers:
    """Return the headers of an answer with those of every response."""
    found = [*headers, *standard_headers(visit.request.id, version)]
    return [*found, ("Content-Encoding", encoding)] if encoding else found


def with_standard_headers(response: Response, visit: Visit, version: str) -> Response:
    """Return a response with the headers of every response."""
    response.headers += standard_headers(visit.request.id, version)
    return response


def value_of(headers: Headers, name: str) -> str:
    """Return the value of a header, given its name in lower case; empty if it is not there.

    >>> value_of([("ETag", '"a"')], "etag")
    '"a"'
    """
    return next((value for found, value in headers if found.lower() == name), "")


def not_modified(visit: Visit, headers: Headers, version: str) -> None:
    """Tell a client that it has the answer."""
    kept = [pair for pair in headers if pair[0].lower() not in _ABOUT_CONTENT]
    visit.details["cache"] = "not-modified"
    visit.respond(Response(304, headers_of_answer(kept, visit, version)))


def refuse(visit: Visit, error: BaseException, version: str) -> None:
    """Tell a client why there is no answer; what is our fault is logged, and hidden."""
    problem = problem_of(error, visit.request.id)
    if problem.is_ours:
        _LOG.error("request %s failed", visit.request.id, exc_info=error)
    visit.details |= {"problem": problem.slug, "killed_by": killed_by(error)}
    headers = [*problem.headers, ("Vary", "Accept"), *standard_headers(visit.request.id, version)]
    visit.respond(Response(problem.status, headers, problem.body))


def guard(visit: Visit, step: Callable[[], None], version: str) -> None:
    """Take a step towards a response; whatever it raises is told, so that nobody waits for ever."""
    try:
        step()
    except Exception as error:
        if visit.is_answered:
            raise
        refuse(visit, error, version)


def killed_by(error: BaseException | None) -> str:
    """Return what ended a job, as the log and the numbers name it; empty if it was not ended.

    >>> killed_by(QueryTimeoutError("the query was ended")), killed_by(None)
    ('timeout', '')
    """
    return _KILLED_BY.get(type(error), "") if error is not None else ""
