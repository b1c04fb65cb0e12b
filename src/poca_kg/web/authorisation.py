"""Who may write: whoever shows the token of the service. There are no cookies, so no page can borrow it."""

from __future__ import annotations

import hmac

from poca_kg.errors import UsageError
from poca_kg.web.problems import RefusedError

__all__ = ["SHORTEST_TOKEN", "check_authorisation", "check_token"]

SHORTEST_TOKEN = 32
_SCHEME = "bearer"


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
