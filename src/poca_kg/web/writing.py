"""The way to the writer: shut unless the application is writable, and to pages of other origins."""

from __future__ import annotations

from flask import g, request

from poca_kg.store.protocol import Writer
from poca_kg.web.problems import RefusedError

__all__ = ["MOST_WRITTEN_BYTES", "let_in"]

MOST_WRITTEN_BYTES = 64 * 2**20


def let_in(writer: Writer | None) -> Writer:
    """Return the writer for the request that is being answered.

    Raises
    ------
    RefusedError
        If writes are off.
    """
    g.only_same_origin = True
    if writer is None:
        advice = "run a service of your own that takes them"
        raise RefusedError("writes-disabled", "this service takes no writes", advice=advice)
    request.max_content_length = MOST_WRITTEN_BYTES
    return writer
