"""The ways to a store: straight to the embedded one, through the web application, and past both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Protocol
from urllib.parse import urlencode

import pyoxigraph as ox

from poca_kg.errors import QuerySyntaxError, UsageError
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.store.protocol import Document
from w3c.servers import AtAddress, InProcess, Server, empty, given_address, put

__all__ = ["Direct", "Engine", "OverHttp", "Way"]


class Way(Protocol):
    """What the tests do with a store, whichever way they go."""

    def put(self, graph: str, triples: bytes) -> None:
        """Put N-Triples in the place of a graph; the empty name is the unnamed one."""

    def query(
        self, text: str, media: ResultFormat | RdfSyntax, default: Sequence[str], named: Sequence[str]
    ) -> bytes:
        """Return the answer to a query in a format."""

    def update(self, text: str) -> None:
        """Apply an update."""

    def understands(self, text: str, *, is_update: bool) -> bool:
        """Whether a text parses."""

    def quads(self) -> list[ox.Quad]:
        """Return everything in the store."""


class Direct:
    """Straight to an embedded store."""

    def __init__(self) -> None:
        self._store = EmbeddedStore.in_memory()

    def put(self, graph: str, triples: bytes) -> None:
        self._store.put(graph, [Document(triples, RdfSyntax.N_TRIPLES)])

    def query(
        self, text: str, media: ResultFormat | RdfSyntax, default: Sequence[str], named: Sequence[str]
    ) -> bytes:
        return self._store.serialise(text, media, default_graphs=default, named_graphs=named)

    def update(self, text: str) -> None:
        self._store.update(text)

    def understands(self, text: str, *, is_update: bool) -> bool:
        try:
            self._store.update(text) if is_update else self._store.query(text)
        except QuerySyntaxError:
            return False
        except UsageError:
            return True  # it parses, but cannot be evaluated: a graph is not there, a function is not known
        return True

    def quads(self) -> list[ox.Quad]:
        return list(self._store._engine)


class Engine:
    """Straight to the engine, past everything of ours: what fails here is the engine's own mistake."""

    def __init__(self) -> None:
        self._engine = ox.Store()

    def put(self, graph: str, triples: bytes) -> None:
        target = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        self._engine.add_graph(target)
        self._engine.load(triples, format=ox.RdfFormat.N_TRIPLES, to_graph=target)

    def query(
        self, text: str, media: ResultFormat | RdfSyntax, default: Sequence[str], named: Sequence[str]
    ) -> bytes:
        graphs = [ox.NamedNode(iri) for iri in default] or [ox.DefaultGraph()]
        found = self._engine.query(
            text, default_graph=graphs, named_graphs=[ox.NamedNode(iri) for iri in named]
        )
        kind = ox.RdfFormat if isinstance(media, RdfSyntax) else ox.QueryResultsFormat
        return found.serialize(format=kind.from_media_type(media.media_type))

    def update(self, text: str) -> None:
        self._engine.update(text)

    def understands(self, text: str, *, is_update: bool) -> bool:
        raise NotImplementedError("no syntax test is excused for the engine")

    def quads(self) -> list[ox.Quad]:
        return list(self._engine)


class OverHttp:
    """Through a web application: ours by WSGI calls without a socket, or a service at a given address."""

    def __init__(self) -> None:
        address = given_address()
        self._server: Server = InProcess() if address is None else AtAddress(address)
        empty(self._server)

    def put(self, graph: str, triples: bytes) -> None:
        put(self._server, graph, triples)

    def query(
        self, text: str, media: ResultFormat | RdfSyntax, default: Sequence[str], named: Sequence[str]
    ) -> bytes:
        fields = [("default-graph-uri", iri) for iri in default] + [("named-graph-uri", iri) for iri in named]
        headers = (("Content-Type", "application/sparql-query"), ("Accept", media.media_type))
        status, told, body = self._server.send("POST", f"/sparql?{urlencode(fields)}", headers, text.encode())
        assert status == 200, body
        assert told.get_content_type() == media.media_type
        return body

    def update(self, text: str) -> None:
        headers = (("Content-Type", "application/sparql-update"),)
        status, _, body = self._server.send("POST", "/update", headers, text.encode())
        assert status == 204, body

    def understands(self, text: str, *, is_update: bool) -> bool:
        target, name = ("/update", "update") if is_update else ("/sparql", "query")
        headers = (("Content-Type", "application/x-www-form-urlencoded"),)
        status, _, body = self._server.send("POST", target, headers, urlencode({name: text}).encode())
        if status >= 400:
            problem = json.loads(body)["type"].rpartition("/")[2]
            assert problem in ("malformed-query", "bad-request"), body
            return bool(problem != "malformed-query")
        return True

    def quads(self) -> list[ox.Quad]:
        headers = (("Accept", RdfSyntax.N_QUADS.media_type),)
        status, _, body = self._server.send("GET", "/data", headers)
        assert status == 200, body
        return list(ox.parse(body, format=ox.RdfFormat.N_QUADS))
