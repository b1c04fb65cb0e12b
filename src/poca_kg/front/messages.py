"""A request as it was read, a response as it is to be written, and the call that joins them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

__all__ = ["Call", "Handler", "Request", "Response"]


@dataclass(slots=True)
class Request:
    """A request that was read to its end.

    ``path`` is percent-encoded as it was sent; header names are in lower case, and the values of one that
    came several times are joined by commas.
    """

    method: str
    path: str
    query_string: bytes
    headers: dict[str, str]
    body: bytes
    peer: str
    id: str
    http_version: str = "1.1"


@dataclass(slots=True)
class Response:
    """A response: its body is ``body``, or comes in ``pieces``; if those fail, it stays unfinished."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    pieces: AsyncIterator[bytes] | None = None


class Call(Protocol):
    """A request that waits for its response; used on the event loop only."""

    request: Request

    def respond(self, response: Response) -> None:
        """Send the response, once; if the client has gone it is dropped, and its ``pieces`` are closed."""

    def when_gone(self, callback: Callable[[], None]) -> None:
        """Have a function called if the client hangs up before the response is sent."""


Handler: TypeAlias = Callable[[Call], None]
"""Takes a call and sees to it that it is responded to, at once or later; it does not block."""
