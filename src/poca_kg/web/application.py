"""The Flask application."""

from __future__ import annotations

from flask import Flask

from poca_kg.knowledge_graph import KnowledgeGraph, open_graph
from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.settings import Settings, read_settings
from poca_kg.store.protocol import Writer
from poca_kg.web import graph_store, pages, responses, shapes, sparql, update, validation
from poca_kg.web.description import Describer
from poca_kg.web.judges import Judges
from poca_kg.web.source import Source
from poca_kg.web.writing import Desk

__all__ = ["create_app"]

_ROOM_FOR_ENCODING = 3
_ROOM_FOR_OTHER_FIELDS = 65_536


def create_app(  # noqa: PLR0913  (each says what another part of the service is)
    graph: KnowledgeGraph | None = None,
    *,
    writer: Writer | None = None,
    token: str | None = None,
    judges: Sandbox | bool = True,
    max_query_bytes: int | None = None,
    max_body_bytes: int | None = None,
) -> Flask:
    """Return the application over a graph, by default the current one; its store may be any.

    ``writer`` takes the writes of those who show the ``token``; without it there are none. ``judges`` is the
    sandbox that validates what is sent to ``/validate``: one that is started when it is first needed, unless
    given; ``False`` for none. The longest query and the largest document or update that are read are those of
    the settings, unless given.

    >>> from poca_kg.knowledge_graph import KnowledgeGraph
    >>> from poca_kg.store.embedded import EmbeddedStore
    >>> app = create_app(KnowledgeGraph(EmbeddedStore.in_memory()))
    >>> app.test_client().get("/sparql", query_string={"query": "ASK {}"}).json
    {'head': {}, 'boolean': True}

    Raises
    ------
    UsageError
        If there is a writer, but no token of at least 32 characters.
    """
    settings = read_settings()
    known = open_graph() if graph is None else graph
    longest = settings.max_query_bytes if max_query_bytes is None else max_query_bytes
    largest = settings.max_body_bytes if max_body_bytes is None else max_body_bytes
    desk = Desk(writer, token, largest)
    own_store: object = known.store
    source = Source(known, is_changing=writer is not None and writer is own_store)
    app = Flask(__name__, static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = _ROOM_FOR_ENCODING * longest + _ROOM_FOR_OTHER_FIELDS
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    responses.install(app, version=lambda: source.version)
    describer = Describer(source, takes_updates=desk.is_open)
    app.register_blueprint(sparql.make_blueprint(source, describer, max_query_bytes=longest))
    app.register_blueprint(update.make_blueprint(desk))
    app.register_blueprint(graph_store.make_blueprint(source, desk, spool_dir=settings.spool_dir))
    app.register_blueprint(pages.make_blueprint(source, max_query_bytes=longest))
    wanted = judges if settings.validations or judges is not True else False
    own = Judges(wanted, settings.ontology_dir, _limits(settings))
    app.register_blueprint(validation.make_blueprint(own, max_body_bytes=largest))
    app.register_blueprint(shapes.make_blueprint(settings.ontology_dir))
    return app


def _limits(settings: Settings) -> Limits:
    return Limits(
        timeout_s=settings.validation_timeout,
        memory_bytes=settings.query_memory_bytes,
        answer_bytes=settings.max_answer_bytes,
        spool_dir=settings.spool_dir,
        workers=max(settings.validations, 1),
        express=0,
        spares=0,
    )
