"""The target of a request: which path is asked for, of which host (RFC 9112, section 3.2)."""

from __future__ import annotations

import re
from typing import NamedTuple

from poca_kg.front.refusals import RefusalError

__all__ = ["Target", "check_host", "read_target"]

_HOST = re.compile(r"[A-Za-z0-9._~%:\[\]-]*")
_ABSOLUTE = re.compile(rb"https?://([^/?#]*)", re.IGNORECASE)


class Target(NamedTuple):
    """A path as it was sent, its query string, and the host where the target names one."""

    path: str
    query: bytes
    host: str | None = None


def read_target(method: str, raw: bytes) -> Target:
    """Return the parts of a target.

    >>> read_target("GET", b"/a%20b?c=d")
    Target(path='/a%20b', query=b'c=d', host=None)
    >>> read_target("GET", b"http://example.org?c")
    Target(path='/', query=b'c', host='example.org')

    Raises
    ------
    RefusalError
        If it is none of the forms that an origin server is sent.
    """
    host = None
    if not raw.startswith(b"/"):
        if raw == b"*" and method == "OPTIONS":
            return Target("*", b"")
        match = _ABSOLUTE.match(raw)
        if match is None:
            raise RefusalError("malformed-request", "the target of a request starts with / or http://")
        host = check_host(match[1].decode("latin-1"))
        raw = raw[match.end() :]
        raw = raw if raw.startswith(b"/") else b"/" + raw
    if not raw.isascii():
        raise RefusalError("malformed-request", "the target of a request is ASCII; percent-encode the rest")
    if b"#" in raw:
        raise RefusalError("malformed-request", "the target of a request has no fragment")
    path, _, query = raw.partition(b"?")
    return Target(path.decode("ascii"), query, host)


def check_host(text: str) -> str:
    """Return the text if it can be a host with or without a port.

    >>> check_host("[::1]:8000")
    '[::1]:8000'

    Raises
    ------
    RefusalError
        If it has characters that no host has.
    """
    if _HOST.fullmatch(text) is None:
        raise RefusalError("malformed-request", "the Host of the request is none")
    return text
