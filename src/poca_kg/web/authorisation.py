"""Who may write: whoever shows the token of the service. There are no cookies, so no page can borrow it."""

from __future__ import annotations

import hmac

from poca_kg.errors import UsageError
from poca_kg.web.problems import RefusedError

__all__ = [
    "SHORTEST_TOKEN",
    "check_authorisation",
    "check_leave",
    "check_token",
    "is_for_own_pages",
    "is_write",
]

SHORTEST_TOKEN = 32
_SCHEME = "bearer"
_UPDATE, _DATA = "/update", "/data"


def is_write(method: str, path: str) -> bool:
    """Whether a request asks for a change; the path is decoded.

    >>> is_write("POST", "/update"), is_write("GET", "/data"), is_write("DELETE", "/data/a")
    (True, False, True)
    """
    if path == _UPDATE:
        return method == "POST"
    return method in ("PUT", "POST", "DELETE") and (path == _DATA or path.startswith(f"{_DATA}/"))


def is_for_own_pages(method: str, path: str) -> bool:
    """Whether only pages of the same origin may read the answer: to writes, and all at ``/update``."""
    return path == _UPDATE or is_write(method, path)


def check_leave(header: str | None, token: str | None) -> None:
    """Let a write pass by its header ``Authorization``; without a token there are no writes.

    Raises
    ------
    RefusedError
        If writes are off, or the header does not show the token.
    """
    if token is None:
        advice = "run a service of your own that takes them"
        raise RefusedError("writes-disabled", "this service takes no writes", advice=advice)
    check_authorisation(header, token)


def check_token(token: str | None) -> str:
    """Return the token of a service that takes writes.

    Raises
    ------
    UsageError
        If there is none, or one that is too short or could not be sent in a header.
    """
    if not token:
        raise UsageError("writes need a token", advice="set POCA_KG_TOKEN or POCA_KG_TOKEN_FILE")
    if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        what = f"the token is no text of at least {SHORTEST_TOKEN} ASCII characters without spaces"
        raise UsageError(
            what, advice="draw one with `python -c 'import secrets; print(secrets.token_hex())'`"
        )
    return token


def check_authorisation(header: str | None, token: str) -> None:
    """Let the header ``Authorization`` of a request pass if it shows the token.

    The comparison takes the same time wherever the two differ.

    >>> check_authorisation("Bearer sesame", "sesame")

    Raises
    ------
    RefusedError
        If it shows none, or another; nothing in the error says how near it was.
    """
    scheme, _, shown = (header or "").partition(" ")
    given = shown.strip().encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given, token.encode()) or scheme.lower() != _SCHEME:
        what = "the request does not show the token of this service"
        raise RefusedError("unauthorised", what, advice="send `Authorization: Bearer` and the token")
