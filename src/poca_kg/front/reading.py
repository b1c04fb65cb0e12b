"""From bytes to requests, by those rules of RFC 9112 that keep two readers of one stream from disagreeing.

httptools cuts the bytes; where it is lenient, what it lets pass is refused here. There is no socket and no
clock in this module: a reader is fed.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple, TypeAlias

import httptools

from poca_kg.front.http_limits import HttpLimits
from poca_kg.front.messages import Request
from poca_kg.front.refusals import RefusalError
from poca_kg.front.room import Room
from poca_kg.front.targets import Target, check_host, read_target

__all__ = ["Admit", "Door", "Incoming", "Phase", "RequestReader"]

_VERSIONS = ("1.1", "1.0")
_SINGLE = frozenset({"authorization", "content-encoding", "content-type", "host"})
_PER_CHUNK = 32
_SLACK = 65_536
_MALFORMED = "malformed-request"


class Phase(enum.Enum):
    """What a reader waits for."""

    IDLE = "a request"
    HEAD = "the rest of a head"
    BODY = "the rest of a body"
    ENDED = "nothing: no further request is read"


Admit: TypeAlias = Callable[[str, str, Mapping[str, str]], int]


class Door(NamedTuple):
    """What all connections of a listener read by: the limits, room for bodies, lengths and names.

    ``admit`` says for a method, a percent-encoded path and a header how many bytes a body may have, or raises
    :class:`RefusalError`.
    """

    limits: HttpLimits
    room: Room
    admit: Admit
    name_request: Callable[[], str]


class Incoming(NamedTuple):
    """A request that was read, and whether its connection may be used again."""

    request: Request
    keeps_alive: bool


class RequestReader:
    """Reads the requests of one connection into ``requests``, until one is refused; ``refusal`` says why.

    ``awaits_go_on`` is true while a client holds a body back until it is told to go on.
    """

    def __init__(self, door: Door, peer: str) -> None:
        self.requests: deque[Incoming] = deque()
        self.refusal: RefusalError | None = None
        self.phase = Phase.IDLE
        self.awaits_go_on = False
        self._door, self._limits, self._peer = door, door.limits, peer
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._count = self._field_bytes = self._raw_head = self._raw_body = self._longest = self._chunks = 0
        self._has_begun = self._is_upgrade = self._is_replay = self._keeps_alive = False
        self._method = self._version = ""
        self._place = Target("", b"")

    def feed(self, data: bytes) -> None:
        """Read on; what comes after the end or after a refusal is dropped."""
        if self.phase is Phase.IDLE:
            self.phase = Phase.HEAD
        try:
            if self.phase is Phase.BODY:
                self._raw_body += len(data)
            rest = data
            while rest and self.phase is not Phase.ENDED:
                rest = self._cut(rest)
            self._watch(len(data))
        except RefusalError as refusal:
            self.refusal = refusal
            self.phase = Phase.ENDED

    def end(self) -> None:
        """Read no more, and give back the room that was taken for requests nobody will handle."""
        self.phase = Phase.ENDED
        self._door.room.leave(len(self._body) + sum(len(i.request.body) for i in self.requests))
        self._body = bytearray()
        self.requests.clear()

    def asked(self) -> Request:
        """Return what was read of the request that is on its way; what was not, or is no target, is empty."""
        method, place = "", Target("", b"")
        if self._target:
            method = self._parser.get_method().decode("ascii")
            with suppress(RefusalError):
                place = read_target(method, self._target)
        name = self._door.name_request()
        return Request(method, place.path, place.query, self._headers, b"", self._peer, name)

    def _cut(self, data: bytes) -> bytes:
        """Have the parser read; return what it left unread."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._decline_upgrade()
            return data[upgrade.args[0] :]
        except httptools.HttpParserError as error:
            if self.phase is not Phase.ENDED:
                raise _refusal(error) from None
        return b""

    def _decline_upgrade(self) -> None:
        """Go on in HTTP/1.1 by a new parser that reads the head again without the upgrade.

        The parser takes a head with Upgrade for the end of HTTP and would hand the body out as the next
        request. Clients that offer HTTP/2 in clear text send such heads.
        """
        self._parser = httptools.HttpRequestParser(self)
        fields = [f"{n}: {self._headers[n]}\r\n" for n in _FRAMING if n in self._headers]
        close = "" if self._keeps_alive else "Connection: close\r\n"
        self._is_upgrade, self._is_replay = False, True
        self._parser.feed_data(f"{self._method} / HTTP/1.1\r\n{''.join(fields)}{close}\r\n".encode("latin-1"))
        self._is_replay = False

    def _watch(self, count: int) -> None:
        """Refuse what grows unseen by the parser's events: empty lines, one endless field, trailers."""
        if self.phase is Phase.HEAD:
            if self._has_begun:
                self._has_begun = False
                return
            self._raw_head += count
            if self._raw_head > self._limits.target_bytes + self._limits.fields_bytes + _SLACK:
                raise RefusalError("header-too-large", "the head of the request does not end")
            return
        framing = self._raw_body - len(self._body)
        if self.phase is Phase.BODY and framing > _SLACK + _PER_CHUNK * self._chunks:
            raise RefusalError("too-large", "the body has more framing than content")

    # What follows is called by the parser.

    def on_message_begin(self) -> None:
        """Forget the last request."""
        if self._is_replay:
            return
        self.phase = Phase.HEAD
        self._has_begun = True
        self._target, self._headers = b"", {}
        self._count = self._field_bytes = self._raw_head = self._raw_body = self._chunks = 0

    def on_url(self, part: bytes) -> None:
        """Take a part of the target."""
        if self._is_replay:
            return
        self._target += part
        if len(self._target) > self._limits.target_bytes:
            raise RefusalError("too-long", f"an address has at most {self._limits.target_bytes} bytes")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field; one that comes after the body is counted and dropped."""
        if self._is_replay:
            return
        self._count += 1
        self._field_bytes += len(name) + len(value) + 4
        if self._count > self._limits.fields or self._field_bytes > self._limits.fields_bytes:
            limits = f"{self._limits.fields} fields and {self._limits.fields_bytes} bytes"
            raise RefusalError("header-too-large", f"a header has at most {limits}")
        if self.phase is not Phase.HEAD:
            return
        key, text = name.decode("ascii").lower(), value.decode("latin-1").strip(" \t")
        if key in self._headers:
            if key in _SINGLE:
                raise RefusalError(_MALFORMED, f"the field {key} comes twice")
            text = f"{self._headers[key]}, {text}"
        self._headers[key] = text

    def on_headers_complete(self) -> None:
        """Decide whether the request is read on."""
        if self._is_replay:
            return
        parser = self._parser
        self._method, self._version = parser.get_method().decode("ascii"), parser.get_http_version()
        self._keeps_alive, self._is_upgrade = parser.should_keep_alive(), parser.should_upgrade()
        if self._version not in _VERSIONS:
            raise RefusalError("version-not-supported", "HTTP/1.1 and HTTP/1.0 are spoken here")
        if self._method == "CONNECT":
            raise RefusalError("not-implemented", "this is no proxy")
        self._place = read_target(self._method, self._target)
        self._check_host()
        self._longest = self._door.admit(self._method, self._place.path, self._headers)
        self._check_framing()
        self.phase = Phase.BODY

    def on_chunk_header(self) -> None:
        """Count a chunk."""
        self._chunks += 1

    def on_body(self, part: bytes) -> None:
        """Take a part of the body."""
        self.awaits_go_on = False
        if len(self._body) + len(part) > self._longest:
            raise self._too_large()
        if not self._door.room.enter(len(part)):
            raise RefusalError("busy", "too many large requests arrive at the same time")
        self._body += part

    def on_message_complete(self) -> None:
        """Hand the request out."""
        if self._is_upgrade:
            return
        place, self.awaits_go_on, self._target = self._place, False, b""
        request = Request(
            self._method, place.path, place.query, self._headers, bytes(self._body), self._peer,
            self._door.name_request(), self._version,
        )  # fmt: skip
        if self._body:
            self._body = bytearray()
        self.requests.append(Incoming(request, self._keeps_alive))
        self.phase = Phase.IDLE if self._keeps_alive else Phase.ENDED

    def _check_host(self) -> None:
        """Have exactly one host, that of the target where it names one."""
        headers = self._headers
        if "host" in headers:
            check_host(headers["host"])
        elif self._version == "1.1":
            raise RefusalError(_MALFORMED, "a request in HTTP/1.1 has a field Host")
        if self._place.host is not None:
            headers["host"] = self._place.host

    def _check_framing(self) -> None:
        """Be sure where the body ends, and that it is wanted."""
        headers = self._headers
        coding, length = headers.get("transfer-encoding"), headers.get("content-length")
        if coding is not None:
            if self._version == "1.0" or length is not None:
                raise RefusalError(_MALFORMED, "the length of the body is ambiguous")
            if coding.lower() != "chunked":
                raise RefusalError("not-implemented", "the only transfer coding that is read is chunked")
        elif length is not None and int(length) > self._longest:
            raise self._too_large()
        expected = headers.get("expect")
        if expected is not None and self._version == "1.1":
            if expected.lower() != "100-continue":
                raise RefusalError("expectation-failed", "the only expectation that is met is 100-continue")
            self.awaits_go_on = coding is not None or (length is not None and int(length) > 0)

    def _too_large(self) -> RefusalError:
        return RefusalError("too-large", f"a body has at most {self._longest} bytes here")


_FRAMING = ("transfer-encoding", "content-length")


def _refusal(error: httptools.HttpParserError) -> RefusalError:
    """Return what an error of the parser means to the client."""
    if isinstance(error.__context__, RefusalError):
        return error.__context__
    if isinstance(error, httptools.HttpParserInvalidMethodError):
        return RefusalError("not-implemented", "the method of the request is not known")
    return RefusalError(_MALFORMED, f"this is not HTTP/1.1: {str(error).strip() or type(error).__name__}")
