"""The query part of the SPARQL 1.1 Protocol: ``/sparql`` by GET, form, and ``application/sparql-query``."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from poca_kg.web.asking import ENDPOINT, Asked, is_known_to, read_asked
from poca_kg.web.description import Describer
from poca_kg.web.formats import GRAPH_FORMATS, media_types, pick
from poca_kg.web.negotiation import choose
from poca_kg.web.problems import RefusedError
from poca_kg.web.responses import parts_of_request, preflight, respond
from poca_kg.web.source import Source

__all__ = ["make_blueprint"]


def make_blueprint(source: Source, describer: Describer, *, max_query_bytes: int) -> Blueprint:
    """Return the routes of the endpoint over a graph."""
    blueprint = Blueprint("sparql", __name__)

    @blueprint.route(ENDPOINT, methods=["GET", "POST"], provide_automatic_options=False)
    def endpoint() -> AnyResponse:
        asked = read_asked(**parts_of_request(), max_query_bytes=max_query_bytes)
        if asked is None:
            return _describe(describer)
        g.version = source.version
        is_post = request.method == "POST"
        if not is_post and is_known_to(request.headers.get("If-None-Match"), asked.tag(g.version)):
            return Response(status=304, headers=_without_content(asked, g.version))
        body, g.version = _answer(source, asked)
        return Response(body, headers=asked.headers(g.version))

    @blueprint.route(ENDPOINT, methods=["OPTIONS"])
    def options() -> Response:
        return preflight("GET, HEAD, OPTIONS, POST", readable="GET, HEAD, OPTIONS, POST")

    @blueprint.after_request
    def vary(response: AnyResponse) -> AnyResponse:
        response.vary.add("Accept")
        return response

    return blueprint


def _answer(source: Source, asked: Asked) -> tuple[bytes, str]:
    """Return the answer with the version that it comes from, which is asked again if it changed meanwhile."""
    store = source.store_for(request.remote_addr, asked.timeout_s)
    while True:
        version = source.version
        body = store.serialise(
            asked.query, asked.media, default_graphs=asked.default_graphs, named_graphs=asked.named_graphs
        )
        if source.version == version:
            return body, version


def _without_content(asked: Asked, version: str) -> list[tuple[str, str]]:
    return [(name, value) for name, value in asked.headers(version) if name != "Content-Type"]


def _describe(describer: Describer) -> AnyResponse:
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
    return respond(describer.describe(request.base_url, media), media)
