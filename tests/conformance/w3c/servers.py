"""Where the suites send their requests: an application of their own, or a service at a given address.

``SPARQL_SUITES_URL`` names a service that takes writes, ``SPARQL_SUITES_TOKEN`` its token. All that lies in
it is removed: give the suites one of their own, such as ``poca-kg serve --writes --empty --unvalidated``.
"""

from __future__ import annotations

import http.client
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from flask.testing import FlaskClient

from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.web import create_app, make_http_server

__all__ = [
    "TOKEN",
    "AtAddress",
    "InProcess",
    "Response",
    "Server",
    "empty",
    "given_address",
    "put",
    "serving",
]

TOKEN = os.environ.get("SPARQL_SUITES_TOKEN") or "a-token-that-only-the-official-suites-know"
_AUTHORISATION = ("Authorization", f"Bearer {TOKEN}")
_PATIENCE_S = 60.0

Response = tuple[int, http.client.HTTPMessage, bytes]
Headers = tuple[tuple[str, str], ...]


class Server(Protocol):
    """What takes requests; the token goes with each of them."""

    def send(self, method: str, target: str, headers: Headers = (), body: bytes = b"") -> Response:
        """Send a request with these headers and no others but Host, Content-Length and the token."""


class AtAddress:
    """A service at an address, over one connection for each request."""

    def __init__(self, address: str, host: str = "") -> None:
        parts = urlsplit(address)
        assert parts.scheme == "http", "the suites speak plain HTTP"
        self._place = parts.hostname or "", parts.port or 80
        self.host = host or parts.netloc

    def send(self, method: str, target: str, headers: Headers = (), body: bytes = b"") -> Response:
        connection = http.client.HTTPConnection(*self._place, timeout=_PATIENCE_S)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            always = (("Host", self.host), ("Content-Length", str(len(body))), _AUTHORISATION)
            for name, value in (*always, *headers):
                connection.putheader(name, value)
            connection.endheaders(body or None)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()


class InProcess:
    """An application over an empty store, by WSGI calls without a socket."""

    def __init__(self) -> None:
        store = EmbeddedStore.in_memory()
        self._client: FlaskClient = create_app(KnowledgeGraph(store), writer=store, token=TOKEN).test_client()

    def send(self, method: str, target: str, headers: Headers = (), body: bytes = b"") -> Response:
        response = self._client.open(target, method=method, headers=[_AUTHORISATION, *headers], data=body)
        told = http.client.HTTPMessage()
        for name, value in response.headers.items():
            told[name] = value
        return response.status_code, told, response.data


def given_address() -> str | None:
    """Return the address of the service that is to be tested, or ``None``: one of our own is."""
    return os.environ.get("SPARQL_SUITES_URL") or None


@contextmanager
def serving(host: str) -> Iterator[AtAddress]:
    """Give the service at the given address, or a real server over an empty store; requests name ``host``."""
    address = given_address()
    if address is not None:
        yield AtAddress(address, host)
        return
    store = EmbeddedStore.in_memory()
    app = create_app(KnowledgeGraph(store), writer=store, token=TOKEN)
    listener = make_http_server(app, "127.0.0.1", 0)
    thread = threading.Thread(target=partial(listener.serve_forever, poll_interval=0.01))
    thread.start()
    try:
        yield AtAddress(f"http://127.0.0.1:{listener.server_address[1]}", host)
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()


def empty(server: Server) -> None:
    """Remove everything that a service holds."""
    status, _, body = server.send(
        "POST", "/update", (("Content-Type", "application/sparql-update"),), b"DROP ALL"
    )
    assert status == 204, body


def put(server: Server, graph: str, triples: bytes) -> None:
    """Put N-Triples in the place of a graph; the empty name is the unnamed one."""
    target = f"/data?{urlencode({'graph': graph})}" if graph else "/data?default"
    media_type = RdfSyntax.N_TRIPLES.media_type
    status, _, body = server.send("PUT", target, (("Content-Type", media_type),), triples)
    assert status in (201, 204), body
