"""The query part of the SPARQL 1.1 Protocol: ``/sparql`` by GET, form, and ``application/sparql-query``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import parse_qsl

from flask import Blueprint, Request, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from poca_kg.errors import UnknownNameError
from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.store.gate import QueryForm, query_form
from poca_kg.web.description import describe_service
from poca_kg.web.negotiation import choose
from poca_kg.web.problems import RefusedError

__all__ = [
    "GRAPH_FORMATS",
    "ROW_FORMATS",
    "QueryRequest",
    "check_text",
    "decode_fields",
    "make_blueprint",
    "read_request",
]

ROW_FORMATS = (ResultFormat.JSON, ResultFormat.XML, ResultFormat.CSV, ResultFormat.TSV)
GRAPH_FORMATS = (RdfSyntax.TURTLE, RdfSyntax.N_TRIPLES, RdfSyntax.RDF_XML, RdfSyntax.JSON_LD)
_FORM, _QUERY, _UPDATE = (
    "application/x-www-form-urlencoded",
    "application/sparql-query",
    "application/sparql-update",
)
_MOST_FIELDS = 1000
_Media = TypeVar("_Media", ResultFormat, RdfSyntax)


@dataclass(frozen=True)
class QueryRequest:
    """What a request asks: a query (``None``: the service description), its dataset and a format by name."""

    query: str | None
    default_graphs: tuple[str, ...] = field(default=())
    named_graphs: tuple[str, ...] = field(default=())
    format: str | None = None


def make_blueprint(graph: KnowledgeGraph, *, max_query_bytes: int) -> Blueprint:
    """Return the routes of the endpoint over a graph."""
    blueprint = Blueprint("sparql", __name__)

    @blueprint.route("/sparql", methods=["GET", "POST"], provide_automatic_options=False)
    def endpoint() -> AnyResponse:
        asked = read_request(request, max_query_bytes=max_query_bytes)
        return _describe(graph, asked) if asked.query is None else _answer(graph, asked, asked.query)

    @blueprint.route("/sparql", methods=["OPTIONS"])
    def options() -> Response:
        allowed = {
            "Allow": "GET, HEAD, OPTIONS, POST",
            "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS, POST",
            "Access-Control-Allow-Headers": "Accept, Content-Type",
            "Access-Control-Max-Age": "86400",
        }
        return Response(status=204, headers=allowed)

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
    fields = decode_fields(received.query_string, "the query string")
    is_post = received.method == "POST"
    if is_post:
        fields += _body_fields(received)
    if any(name == "update" for name, _ in fields):
        raise RefusedError("read-only", "an update was sent", advice="send queries as the parameter `query`")
    queries = [value for name, value in fields if name == "query"]
    if len(queries) > 1:
        raise RefusedError(
            "duplicate-query", f"there are {len(queries)} queries", advice="send one at a time"
        )
    if not queries and (is_post or any(name != "format" for name, _ in fields)):
        raise RefusedError("missing-query", "there is no parameter `query`", advice="send ?query=SELECT ...")
    for query in queries:
        check_text(query, max_query_bytes=max_query_bytes, slug="too-large" if is_post else "too-long")
    return QueryRequest(
        query=queries[0] if queries else None,
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


def decode_fields(data: bytes, where: str) -> list[tuple[str, str]]:
    """Return the fields of a form or query string, decoded once and strictly."""
    try:
        text = data.decode("utf-8")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeError) else "it has too many fields"
        raise RefusedError("malformed-request", f"{where} cannot be read: {reason}") from None


def _body_fields(received: Request) -> list[tuple[str, str]]:
    """Return the fields in the body of a POST; a bare query is the field ``query``."""
    if received.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        what = "a packed body is not read here"
        raise RefusedError("unsupported-media-type", what, advice="send it without Content-Encoding")
    if received.mimetype == _FORM:
        return decode_fields(received.get_data(), "the form")
    if received.mimetype == _QUERY:
        try:
            return [("query", received.get_data().decode("utf-8"))]
        except UnicodeDecodeError:
            raise RefusedError("malformed-request", "the query is not UTF-8") from None
    if received.mimetype == _UPDATE:
        raise RefusedError("read-only", "an update was sent", advice=f"send queries as {_QUERY}")
    what = f"{received.mimetype or 'a body without a type'} is not read here"
    raise RefusedError(
        "unsupported-media-type", what, advice=f"send {_FORM} or {_QUERY}", accepted=[_FORM, _QUERY]
    )


def _answer(graph: KnowledgeGraph, asked: QueryRequest, query: str) -> Response:
    form = query_form(query)
    media = _pick(GRAPH_FORMATS, form, asked) if form.gives_triples else _pick(ROW_FORMATS, form, asked)
    body = graph.store.serialise(
        query, media, default_graphs=asked.default_graphs, named_graphs=asked.named_graphs
    )
    return _respond(body, media)


def _describe(graph: KnowledgeGraph, asked: QueryRequest) -> AnyResponse:
    """Return the service description, or for who prefers HTML the way to the page."""
    offers = [
        *((one, _media_types(one)) for one in GRAPH_FORMATS),
        (None, ["text/html", "application/xhtml+xml"]),
    ]
    accepted = request.headers.get("Accept")
    if asked.format is None and choose(accepted, [(thing is None, types) for thing, types in offers]):
        return redirect("/", code=303)
    if not request.host:
        raise RefusedError("malformed-request", "the header Host names no host")
    media = _pick(GRAPH_FORMATS, QueryForm.DESCRIBE, asked)
    return _respond(describe_service(graph, request.base_url, media), media)


def _pick(formats: Sequence[_Media], form: QueryForm, asked: QueryRequest) -> _Media:
    """Return the format to answer in: the one named in the address, else the one negotiated."""
    if asked.format is not None:
        wanted = asked.format.lower()
        for media in formats:
            if wanted in media.names:
                return media
        known = [media.short for media in formats]
        raise UnknownNameError(f"format for the answer to {form.value}", asked.format, known)
    chosen = choose(request.headers.get("Accept"), [(media, _media_types(media)) for media in formats])
    if chosen is None:
        offered = [media.media_type for media in formats]
        raise RefusedError("not-acceptable", f"on offer are {', '.join(offered)}", offered=offered)
    return chosen


def _media_types(media: ResultFormat | RdfSyntax) -> list[str]:
    """Return the media types by which a format may be asked for, the one it is sent as first."""
    return [
        media.media_type,
        *sorted(name for name in media.names if "/" in name and name != media.media_type),
    ]


def _respond(body: bytes, media: ResultFormat | RdfSyntax) -> Response:
    has_charset = media.media_type.startswith("text/")
    return Response(
        body, content_type=f"{media.media_type}; charset=utf-8" if has_charset else media.media_type
    )
