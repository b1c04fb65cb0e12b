"""Headers that every response bears: what a browser may do with it, and which version of the graph spoke."""

from __future__ import annotations

from typing import TypeAlias

__all__ = ["CONTENT_POLICY", "Headers", "preflight_headers", "standard_headers"]

Headers: TypeAlias = list[tuple[str, str]]

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_ALWAYS = (
    ("Content-Security-Policy", CONTENT_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
_FOR_ALL_ORIGINS = (
    ("Access-Control-Allow-Origin", "*"),
    (
        "Access-Control-Expose-Headers",
        "Content-Location, ETag, Retry-After, X-Graph-Version, X-Request-Id",
    ),
)


def standard_headers(request_id: str, version: str, *, for_all_origins: bool = True) -> Headers:
    """Return the headers of every response; pages of all origins may read it, or only ours, without cookies.

    >>> dict(standard_headers("7f", "0.1.0-abc", for_all_origins=False))["X-Graph-Version"]
    '0.1.0-abc'
    """
    found = [*_ALWAYS, *(_FOR_ALL_ORIGINS if for_all_origins else ()), ("X-Request-Id", request_id)]
    return [*found, ("X-Graph-Version", version)] if version else found


def preflight_headers(allowed: str, *, readable: str = "") -> Headers:
    """Return the headers of the answer to OPTIONS: all methods, and those that other origins may use."""
    found = [("Allow", allowed)]
    if readable:
        found += [
            ("Access-Control-Allow-Methods", readable),
            ("Access-Control-Allow-Headers", "Accept, Content-Type, If-None-Match"),
            ("Access-Control-Max-Age", "86400"),
        ]
    return found
