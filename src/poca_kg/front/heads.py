"""The head of a response as bytes, and with it how the client will know where the body ends."""

from __future__ import annotations

import enum
import time
from email.utils import formatdate
from http import HTTPStatus
from typing import NamedTuple

from poca_kg.errors import UsageError
from poca_kg.front.messages import Response

__all__ = ["Asked", "Dates", "Framing", "Head", "render_head"]

_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}
_OURS = frozenset({"connection", "content-length", "date", "keep-alive", "transfer-encoding"})
_BODILESS = frozenset({204, 304})


class Framing(enum.Enum):
    """How the end of a body is told."""

    NONE = "there is no body"
    LENGTH = "by its length"
    CHUNKED = "by a last chunk"
    CLOSE = "by the end of the connection"


class Asked(NamedTuple):
    """What of a request bears on how the response to it is written."""

    method: str = "GET"
    version: str = "1.1"
    keeps_alive: bool = False


class Head(NamedTuple):
    """A head, how the body is framed, its length where it is known, and whether the connection goes on."""

    data: bytes
    framing: Framing
    length: int | None
    keeps_alive: bool

    def parts(self, body: bytes) -> list[bytes]:
        """Return what is written where the body is whole: the head, and the body if there is to be one."""
        return [self.data] if self.framing is Framing.NONE else [self.data, body]


class Dates:
    """The field Date, made once a second."""

    __slots__ = ("_line", "_second")

    def __init__(self) -> None:
        self._second, self._line = 0, ""

    def line(self) -> str:
        """Return the field for now."""
        now = int(time.time())
        if now != self._second:
            self._second, self._line = now, f"Date: {formatdate(now, usegmt=True)}\r\n"
        return self._line


def render_head(response: Response, asked: Asked, date: str = "") -> Head:
    r"""Return the head of a response; the fields that govern the connection are written here alone.

    >>> render_head(Response(200, [("ETag", '"a"')], b"body"), Asked(keeps_alive=True)).data
    b'HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: 4\r\n\r\n'

    Raises
    ------
    UsageError
        If a field would break out of its line, or the status is none.
    """
    status_line = _STATUS_LINES.get(response.status)
    if status_line is None or response.status < 200:
        raise UsageError(f"there is no response with the status {response.status}")
    lines = [status_line, date]
    given = ""
    for name, value in response.headers:
        lowered = name.lower()
        if lowered not in _OURS:
            lines.append(f"{name}: {value}\r\n")
        elif lowered == "content-length":
            given = value
    framing, length = _framing(response, asked, given)
    keeps_alive = asked.keeps_alive and framing is not Framing.CLOSE
    if framing is Framing.CHUNKED:
        lines.append("Transfer-Encoding: chunked\r\n")
    elif length is not None:
        lines.append(f"Content-Length: {length}\r\n")
    if not keeps_alive:
        lines.append("Connection: close\r\n")
    elif asked.version == "1.0":
        lines.append("Connection: keep-alive\r\n")
    return Head(_join(lines, has_date=bool(date)), framing, length, keeps_alive)


def _framing(response: Response, asked: Asked, given: str) -> tuple[Framing, int | None]:
    """Return how the body ends, and the length to tell."""
    if response.status in _BODILESS:
        return Framing.NONE, None
    length = None if response.pieces is not None else len(response.body)
    if given and (length is None or asked.method == "HEAD"):
        if not (given.isascii() and given.isdigit()):
            raise UsageError(f"a length of {given!r} is none")
        length = int(given)
    if asked.method == "HEAD":
        return Framing.NONE, length
    if length is not None:
        return Framing.LENGTH, length
    return (Framing.CLOSE if asked.version == "1.0" else Framing.CHUNKED), None


def _join(lines: list[str], *, has_date: bool) -> bytes:
    """Return the lines as bytes, after a look whether each is one line."""
    text = "".join(lines)
    count = len(lines) if has_date else len(lines) - 1
    if text.count("\n") != count or text.count("\r") != count or "\0" in text:
        raise UsageError("a field of the response holds a line break or NUL")
    try:
        return f"{text}\r\n".encode("latin-1")
    except UnicodeEncodeError:
        raise UsageError("a field of the response holds a character beyond Latin-1") from None
