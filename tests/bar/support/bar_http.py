"""One exchange over HTTP, told as it was: also when it was cut off, never came or broke the rules."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

__all__ = ["GONE", "Reply", "ask", "exchange", "raw"]

GONE = 0
"""The status of an exchange without an answer."""


@dataclass(frozen=True)
class Reply:
    """What came back; ``status`` is :data:`GONE` where nothing did, and ``error`` says how that went."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    elapsed_s: float = 0.0
    complete: bool = True
    error: str = ""

    def header(self, name: str) -> str:
        """Return a header, or nothing."""
        return self.headers.get(name.lower(), "")

    @cached_property
    def problem(self) -> dict[str, Any]:
        """The problem in the body; empty if there is none."""
        if "problem+json" not in self.header("Content-Type"):
            return {}
        try:
            read = json.loads(self.body)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}

    @property
    def slug(self) -> str | None:
        """The last part of the problem's type."""
        kind = self.problem.get("type")
        return kind.rpartition("/")[2] if isinstance(kind, str) else None


def exchange(
    address: str,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    patience_s: float = 30.0,
) -> Reply:
    """Send one request on a connection of its own and read the answer to its end."""
    where = urlsplit(address)
    started = time.monotonic()
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=patience_s)
    try:
        own_host = any(name.lower() == "host" for name in headers or {})
        connection.putrequest(method, path, skip_host=own_host, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if body or method in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", str(len(body)))
        _send(connection, body)
        response = connection.getresponse()
        complete = True
        try:
            content = response.read()
        except http.client.IncompleteRead as cut:
            content, complete = cut.partial, False
        told = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, told, content, time.monotonic() - started, complete)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Reply(GONE, elapsed_s=time.monotonic() - started, complete=False, error=repr(error))
    finally:
        connection.close()


def _send(connection: http.client.HTTPConnection, body: bytes) -> None:
    """Send headers and body; a server may answer and hang up before it has read all of a body."""
    try:
        connection.endheaders(body or None)
    except (BrokenPipeError, ConnectionResetError):
        if connection.sock is None:
            raise


def ask(address: str, query: str, *, patience_s: float = 30.0, **headers: str) -> Reply:
    """Send a query in the body."""
    named = {"Content-Type": "application/sparql-query"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    return exchange(
        address, "POST", "/sparql", headers=named, body=query.encode("utf-8"), patience_s=patience_s
    )


def raw(address: str, data: bytes, *, patience_s: float = 5.0) -> Reply:
    """Send bytes as they are, and read what comes until the server hangs up or is silent."""
    where = urlsplit(address)
    started = time.monotonic()
    received = b""
    try:
        with socket.create_connection((where.hostname or "", where.port or 0), timeout=patience_s) as link:
            try:
                link.sendall(data)
                link.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            while piece := link.recv(65536):
                received += piece
    except OSError as error:
        if not received:
            return Reply(GONE, elapsed_s=time.monotonic() - started, complete=False, error=repr(error))
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    status = lines[0].split(" ")[1] if lines[0].startswith("HTTP/") and " " in lines[0] else "0"
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:]) if name
    }
    return Reply(int(status) if status.isdigit() else GONE, headers, body, time.monotonic() - started)
