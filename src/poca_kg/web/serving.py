"""Serving an application from this process: werkzeug's threaded server, on loopback unless told otherwise."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from poca_kg.errors import LimitError

__all__ = ["address_of", "is_loopback", "make_http_server", "serve"]


def make_http_server(app: Flask, host: str = "127.0.0.1", port: int = 8000) -> BaseWSGIServer:
    """Return a server that listens already; port 0 takes a free one.

    Raises
    ------
    LimitError
        If the address cannot be listened on.
    """
    try:
        return make_server(host, port, app, threaded=True)
    except (OSError, SystemExit) as error:
        reason = getattr(error, "strerror", None) or "the port is taken"
        what = f"{host}:{port} cannot be listened on: {reason}"
        raise LimitError(what, advice="choose another --port") from None


def serve(app: Flask, host: str = "127.0.0.1", port: int = 8000, *, tell: Callable[[str], None]) -> None:
    """Serve until interrupted; ``tell`` receives the address, and a warning for any but a loopback host."""
    server = make_http_server(app, host, port)
    if not is_loopback(host):
        tell("queries run in this process without a time limit: serve only to people you trust")
    tell(f"serving at {address_of(server)} (Ctrl-C ends it)")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        tell("ended")
    finally:
        server.server_close()


def address_of(server: BaseWSGIServer) -> str:
    """Return the address of the page that a server serves."""
    host = f"[{server.host}]" if ":" in server.host else server.host
    return f"http://{host}:{server.server_port}/"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine and no other can reach it.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
