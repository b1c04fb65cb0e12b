"""The ways to a store: straight to the embedded one, through the web application, and past both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from urllib.parse import urlencode

import pyoxigraph as ox

from poca_kg.errors import QuerySyntaxError, UsageError
from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.store.protocol import Document
from poca_kg.web import create_app

__all__ = ["TOKEN", "Direct", "Engine", "OverHttp", "Way"]

TOKEN = "a-token-that-only-the-official-suites-know"


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
    """Through the application, by WSGI calls without a socket."""

    def __init__(self) -> None:
        store = EmbeddedStore.in_memory()
        self._client = create_app(KnowledgeGraph(store), writer=store, token=TOKEN).test_client()
        self._client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {TOKEN}"

    def put(self, graph: str, triples: bytes) -> None:
        target = f"/data?{urlencode({'graph': graph})}" if graph else "/data?default"
        response = self._client.put(target, data=triples, content_type=RdfSyntax.N_TRIPLES.media_type)
        assert response.status_code in (201, 204), response.text

    def query(
        self, text: str, media: ResultFormat | RdfSyntax, default: Sequence[str], named: Sequence[str]
    ) -> bytes:
        fields = [("default-graph-uri", iri) for iri in default] + [("named-graph-uri", iri) for iri in named]
        response = self._client.post(
            f"/sparql?{urlencode(fields)}",
            data=text.encode(),
            content_type="application/sparql-query",
            headers={"Accept": media.media_type},
        )
        assert response.status_code == 200, response.text
        assert response.mimetype == media.media_type
        return response.data

    def update(self, text: str) -> None:
        response = self._client.post("/update", data=text.encode(), content_type="application/sparql-update")
        assert response.status_code == 204, response.text

    def understands(self, text: str, *, is_update: bool) -> bool:
        target, name = ("/update", "update") if is_update else ("/sparql", "query")
        response = self._client.post(target, data={name: text})
        if response.status_code >= 400:
            problem = response.get_json()["type"].rpartition("/")[2]
            assert problem in ("malformed-query", "bad-request"), response.text
            return bool(problem != "malformed-query")
        return True

    def quads(self) -> list[ox.Quad]:
        response = self._client.get("/data", headers={"Accept": RdfSyntax.N_QUADS.media_type})
        return list(ox.parse(response.data, format=ox.RdfFormat.N_QUADS))
