"""The query part of the SPARQL 1.1 Protocol: ``/sparql`` by GET, form, and ``application/sparql-query``."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from poca_kg.web.asking import ENDPOINT, read_asked
from poca_kg.web.description import Describer
from poca_kg.web.formats import GRAPH_FORMATS, media_types, pick
from poca_kg.web.negotiation import choose
from poca_kg.web.problems import RefusedError
from poca_kg.web.responses import is_known, not_modified, parts_of_request, preflight, respond
from poca_kg.web.source import Source
from poca_kg.web.tags import tag_of

__all__ = ["make_blueprint"]


def make_blueprint(source: Source, describer: Describer, *, max_query_bytes: int) -> Blueprint:
    """Return the routes of the endpoint over a graph."""
    blueprint = Blueprint("sparql", __name__)

    @blueprint.route(ENDPOINT, methods=["GET", "POST"], provide_automatic_options=False)
    def endpoint() -> AnyResponse:
        asked = read_asked(**parts_of_request(), max_query_bytes=max_query_bytes)
        if asked is None:
            return _describe(source, describer)
        version = source.version
        if is_known(asked.tag(version)):
            return not_modified(asked.headers(version), version)
        store = source.store_for(request.remote_addr, asked.timeout_s)
        dataset = {"default_graphs": asked.default_graphs, "named_graphs": asked.named_graphs}
        body, g.version = source.tell(lambda: store.serialise(asked.query, asked.media, **dataset))
        return Response(body, headers=asked.headers(g.version))

    @blueprint.route(ENDPOINT, methods=["OPTIONS"])
    def options() -> Response:
        return preflight("GET, HEAD, OPTIONS, POST", readable="GET, HEAD, OPTIONS, POST")

    @blueprint.after_request
    def vary(response: AnyResponse) -> AnyResponse:
        response.vary.add("Accept")
        return response

    return blueprint


def _describe(source: Source, describer: Describer) -> AnyResponse:
    """Return the service description, or for who prefers HTML the way to the page."""
    name, accept = request.args.get("format"), request.headers.get("Accept")
    offers = [
        *((False, media_types(one)) for one in GRAPH_FORMATS),
        (True, ["text/html", "application/xhtml+xml"]),
    ]
    if name is None and choose(accept, offers):
        return redirect("/", code=303)
    if not request.host:
        raise RefusedError("malformed-request", "the header Host names no host")
    media = pick(GRAPH_FORMATS, "the service description", name=name, accept=accept)
    version = source.version
    tag = tag_of(version, media.name, request.base_url)
    if is_known(tag):
        return not_modified([("ETag", tag)], version)
    body, g.version = source.tell(lambda: describer.describe(request.base_url, media))
    return respond([body], media, tag_of(g.version, media.name, request.base_url))
