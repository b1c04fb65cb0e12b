"""The Flask application."""

from __future__ import annotations

from flask import Flask

from poca_kg.errors import UsageError
from poca_kg.knowledge_graph import KnowledgeGraph, open_graph
from poca_kg.settings import read_settings
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.protocol import Writer
from poca_kg.web import graph_store, headers, pages, problems, sparql, update
from poca_kg.web.description import Describer

__all__ = ["create_app"]

_ROOM_FOR_ENCODING = 3
_ROOM_FOR_OTHER_FIELDS = 65_536


def create_app(
    graph: KnowledgeGraph | None = None, *, max_query_bytes: int | None = None, writable: bool = False
) -> Flask:
    """Return the application over a graph, by default the current one.

    ``max_query_bytes`` is the longest query that is read; by default ``POCA_KG_MAX_QUERY_BYTES`` says so.
    ``writable`` lets everybody who reaches the application change the graph.

    >>> from poca_kg.knowledge_graph import KnowledgeGraph
    >>> from poca_kg.store.embedded import EmbeddedStore
    >>> app = create_app(KnowledgeGraph(EmbeddedStore.in_memory()))
    >>> app.test_client().get("/sparql", query_string={"query": "ASK {}"}).json
    {'head': {}, 'boolean': True}
    """
    known = open_graph() if graph is None else graph
    longest = read_settings().max_query_bytes if max_query_bytes is None else max_query_bytes
    app = Flask(__name__, static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = _ROOM_FOR_ENCODING * longest + _ROOM_FOR_OTHER_FIELDS
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    problems.install(app)
    headers.install(app, version=known.version)
    writer = _writer_of(known) if writable else None
    describer = Describer(known, takes_updates=writable)
    app.register_blueprint(sparql.make_blueprint(known, describer, max_query_bytes=longest))
    app.register_blueprint(update.make_blueprint(writer))
    app.register_blueprint(graph_store.make_blueprint(known.store, writer))
    app.register_blueprint(pages.make_blueprint(known, max_query_bytes=longest))
    return app


def _writer_of(graph: KnowledgeGraph) -> Writer:
    """Return what takes the writes for a graph: its own store, if that is in this process."""
    if not isinstance(graph.store, EmbeddedStore):
        raise UsageError("this graph takes no writes", advice="open it in this process")
    return graph.store
