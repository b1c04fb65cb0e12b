"""What is wrong with a request as HTTP, before it is handled; the slugs are those of ``web/problems.py``."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeAlias

from poca_kg.errors import PocaError
from poca_kg.front.messages import Request, Response
from poca_kg.vocabulary.iris import BASE

__all__ = ["TITLES", "RefusalError", "Refuse", "refuse_plainly"]

TITLES = {
    "malformed-request": (400, "The request cannot be read"),
    "unauthorised": (401, "Writing needs the token of this service"),
    "writes-disabled": (403, "This service takes no writes"),
    "request-timeout": (408, "The request took too long to arrive"),
    "too-large": (413, "The request is too large"),
    "too-long": (414, "The address is too long"),
    "expectation-failed": (417, "The request expects something that is not known here"),
    "header-too-large": (431, "The header of the request is too large"),
    "internal-error": (500, "Something went wrong on our side"),
    "not-implemented": (501, "The request needs something of HTTP that is not known here"),
    "busy": (503, "Nobody is free to do it now"),
    "stopping": (503, "The service is stopping"),
    "version-not-supported": (505, "The request is in a version of HTTP that is not spoken here"),
}
"""The slugs of all refusals, each with its status and its title."""


class RefusalError(PocaError):
    """A request that is not handled; after its response the connection ends."""

    def __init__(self, slug: str, what: str, *, advice: str = "") -> None:
        super().__init__(what, advice=advice)
        self.slug = slug


Refuse: TypeAlias = Callable[[RefusalError, Request], Response]
"""Makes the response to a refused request, of which as much is told as was read."""


def refuse_plainly(error: RefusalError, request: Request) -> Response:
    """Return a refusal as a problem (RFC 9457) and nothing else.

    >>> request = Request("GET", "/0123456789", b"", {}, b"", "::1", "7f")
    >>> response = refuse_plainly(RefusalError("too-long", "an address has at most 9 bytes"), request)
    >>> response.status, json.loads(response.body)["detail"]
    (414, 'an address has at most 9 bytes')
    """
    del request
    status, title = TITLES[error.slug]
    body = {"type": f"{BASE}problem/{error.slug}", "title": title, "status": status, "detail": error.what}
    fields = [("Content-Type", "application/problem+json"), ("Cache-Control", "no-store")]
    if status == 503:
        fields.append(("Retry-After", "1"))
    return Response(status, fields, json.dumps(body).encode())
