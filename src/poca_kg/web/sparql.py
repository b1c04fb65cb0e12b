"""The query part of the SPARQL 1.1 Protocol: ``/sparql`` by GET, form, and ``application/sparql-query``."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, Request, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.store.gate import query_form
from poca_kg.web.description import Describer
from poca_kg.web.formats import GRAPH_FORMATS, ROW_FORMATS, media_types, pick, respond
from poca_kg.web.forms import only_one, read_fields
from poca_kg.web.headers import preflight
from poca_kg.web.negotiation import choose
from poca_kg.web.problems import RefusedError

__all__ = ["QueryRequest", "check_text", "make_blueprint", "read_request"]

_QUERY, _UPDATE = "application/sparql-query", "application/sparql-update"


@dataclass(frozen=True)
class QueryRequest:
    """What a request asks: a query (``None``: the service description), its dataset and a format by name."""

    query: str | None
    default_graphs: tuple[str, ...] = field(default=())
    named_graphs: tuple[str, ...] = field(default=())
    format: str | None = None


def make_blueprint(graph: KnowledgeGraph, describer: Describer, *, max_query_bytes: int) -> Blueprint:
    """Return the routes of the endpoint over a graph."""
    blueprint = Blueprint("sparql", __name__)

    @blueprint.route("/sparql", methods=["GET", "POST"], provide_automatic_options=False)
    def endpoint() -> AnyResponse:
        asked = read_request(request, max_query_bytes=max_query_bytes)
        return _describe(describer, asked) if asked.query is None else _answer(graph, asked, asked.query)

    @blueprint.route("/sparql", methods=["OPTIONS"])
    def options() -> Response:
        return preflight("GET, HEAD, OPTIONS, POST", readable="GET, HEAD, OPTIONS, POST")

    @blueprint.after_request
    def vary(response: AnyResponse) -> AnyResponse:
        response.vary.add("Accept")
        return response

    return blueprint


def read_request(received: Request, *, max_query_bytes: int) -> QueryRequest:
    """Return what a request asks.

    Raises
    ------
    RefusedError
        If it asks nothing, asks twice, asks too much, asks for an update, or cannot be read.
    """
    is_post = received.method == "POST"
    if is_post and received.mimetype == _UPDATE:
        raise RefusedError("read-only", "an update was sent", advice="send it to /update")
    fields = read_fields(received, bare=_QUERY, name="query")
    if any(name == "update" for name, _ in fields):
        raise RefusedError("read-only", "an update was sent", advice="send queries as the parameter `query`")
    query = None
    if is_post or any(name != "format" for name, _ in fields):
        query = only_one(fields, "query", example="?query=SELECT ...")
        check_text(query, max_query_bytes=max_query_bytes, slug="too-large" if is_post else "too-long")
    return QueryRequest(
        query=query,
        default_graphs=tuple(value for name, value in fields if name == "default-graph-uri"),
        named_graphs=tuple(value for name, value in fields if name == "named-graph-uri"),
        format=next((value for name, value in fields if name == "format"), None),
    )


def check_text(query: str, *, max_query_bytes: int, slug: str) -> None:
    """Refuse a query that is too long or that holds what no text holds."""
    size = len(query.encode("utf-8", "surrogatepass"))
    if size > max_query_bytes:
        what = f"the query has {size} bytes; the limit is {max_query_bytes}"
        raise RefusedError(slug, what, advice="ask for less, or in several queries", limit=max_query_bytes)
    if "\0" in query or query.startswith("\ufeff"):
        what = "the query holds NUL or starts with a byte order mark"
        raise RefusedError("malformed-query", what, advice="send plain UTF-8 text", line=1, column=1)


def _answer(graph: KnowledgeGraph, asked: QueryRequest, query: str) -> Response:
    form = query_form(query)
    what = f"the answer to {form.value}"
    media = (
        pick(GRAPH_FORMATS, what, asked.format)
        if form.gives_triples
        else pick(ROW_FORMATS, what, asked.format)
    )
    body = graph.store.serialise(
        query, media, default_graphs=asked.default_graphs, named_graphs=asked.named_graphs
    )
    return respond(body, media)


def _describe(describer: Describer, asked: QueryRequest) -> AnyResponse:
    """Return the service description, or for who prefers HTML the way to the page."""
    offers = [
        *((False, media_types(one)) for one in GRAPH_FORMATS),
        (True, ["text/html", "application/xhtml+xml"]),
    ]
    if asked.format is None and choose(request.headers.get("Accept"), offers):
        return redirect("/", code=303)
    if not request.host:
        raise RefusedError("malformed-request", "the header Host names no host")
    media = pick(GRAPH_FORMATS, "the service description", asked.format)
    return respond(describer.describe(request.base_url, media), media)
