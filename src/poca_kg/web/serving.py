"""Serving an application from this process: werkzeug's threaded server, on loopback unless told otherwise."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable
from contextlib import suppress

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from poca_kg.errors import LimitError, UsageError

__all__ = ["address_of", "is_loopback", "make_http_server", "serve"]


def make_http_server(app: Flask, host: str = "127.0.0.1", port: int = 8000) -> BaseWSGIServer:
    """Return a server that listens already; port 0 takes a free one.

    Raises
    ------
    UsageError
        If the host is none.
    LimitError
        If the address cannot be listened on.
    """
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        what = f"there is no address {host!r}: {getattr(error, 'strerror', error)}"
        raise UsageError(what, advice="give --host an address of this machine, such as 127.0.0.1") from None
    try:
        with _listen(host, port) as listener:
            return make_server(host, port, app, threaded=True, fd=listener.fileno())
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        what = f"{host}:{port} cannot be listened on: {reason}"
        raise LimitError(what, advice="choose another --port") from None


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; werkzeug's own would print a taken port beside our message."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=128)


def serve(
    app: Flask,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    tell: Callable[[str], None],
    listening: Callable[[str], None] | None = None,
) -> None:
    """Serve until interrupted.

    ``tell`` receives what a person wants to know: the address, and a warning for any but a loopback host;
    ``listening`` receives the bare address once connections are taken.
    """
    server = make_http_server(app, host, port)
    if not is_loopback(host):
        tell("queries run in this process without a time limit: serve only to people you trust")
    tell(f"serving at {address_of(server)} (Ctrl-C ends it)")
    try:
        if listening is not None:
            listening(address_of(server))
        with suppress(KeyboardInterrupt):
            server.serve_forever()
    finally:
        server.server_close()
    tell("ended")


def address_of(server: BaseWSGIServer) -> str:
    """Return the address of the page that a server serves."""
    host = f"[{server.host}]" if ":" in server.host else server.host
    return f"http://{host}:{server.port}/"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine and no other can reach it.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
