"""The suites of the SPARQL 1.1 protocols, over a real server on a free port or at a given address.

The exchanges are read from the manifests; ``/sparql/`` and ``/gsp`` in them stand for our addresses.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from rdflib import RDF, Graph, Namespace, URIRef

from poca_kg.web.formats import GRAPH_FORMATS, ROW_FORMATS
from w3c.exchanges import Exchange, Scene, read_scenes
from w3c.excuses import parameters
from w3c.manifest import read_manifest
from w3c.results import canonical
from w3c.servers import Server, empty, put, serving

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
HOST = "www.example"
_SYNTAXES = {syntax.media_type: syntax for syntax in GRAPH_FORMATS}


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with serving(HOST) as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    empty(running)
    return running


@pytest.mark.parametrize("scene", parameters(lambda suites: read_scenes(suites / "protocol/manifest.ttl")))
def test_protocol(scene: Scene, server: Server) -> None:
    play(scene, server, partial(_protocol_target, scene.name))


@pytest.mark.parametrize(
    "scene", parameters(lambda suites: read_scenes(suites / "graph-store-protocol/manifest.ttl"))
)
def test_graph_store_protocol(scene: Scene, server: Server) -> None:
    play(scene, server, lambda exchange, target: target.replace("/gsp", "/data", 1))


def play(scene: Scene, server: Server, address: Callable[[Exchange, str], str]) -> None:
    """Go through the exchanges of a test; each has to come out as it says."""
    for name, path in scene.before.named:
        put(server, name, path.read_bytes())
    places: dict[str, str] = {}
    for exchange in scene.exchanges:
        target, body = exchange.target, exchange.body
        for variable, place in places.items():
            target = target.replace(variable, place)
            body = body.replace(variable.encode(), place.encode())
        status, headers, answer = server.send(
            exchange.method, address(exchange, target), exchange.headers, body
        )
        assert status in exchange.statuses, f"{exchange.method} {target}: {status} {answer!r}"
        assert_as_described(exchange, headers, answer)
        if exchange.location is not None:
            places[exchange.location] = headers["Location"]


def assert_as_described(exchange: Exchange, headers: http.client.HTTPMessage, answer: bytes) -> None:
    """Compare a response with its description: headers, sort of answer, truth value, graph."""
    for name, value in exchange.response_headers:
        assert headers[name] == value
    media_type = headers.get_content_type()
    if exchange.kind == "boolean":
        assert _truth(media_type, answer) == (True if exchange.truth is None else exchange.truth)
    elif exchange.kind == "tabular":
        assert media_type in {media.media_type for media in ROW_FORMATS}
    elif exchange.kind == "RDF":
        assert media_type in _SYNTAXES
    if exchange.method == "HEAD":
        assert answer == b""
    elif exchange.response_body is not None:
        assert _graph(media_type, answer) == _graph("text/turtle", exchange.response_body)


def _protocol_target(name: str, exchange: Exchange, target: str) -> str:
    """Return our address for one of the suite's, where queries and updates have the same."""
    sent = dict(exchange.headers).get("content-type", "")
    is_update = "update" in name and "sparql-query" not in sent
    return target.replace("/sparql/", "/update" if is_update else "/sparql", 1)


def _truth(media_type: str, answer: bytes) -> bool:
    if media_type == "application/sparql-results+json":
        return bool(json.loads(answer)["boolean"])
    space = "{http://www.w3.org/2005/sparql-results#}"
    return ElementTree.fromstring(answer).findtext(f"{space}boolean") == "true"


def _graph(media_type: str, data: bytes) -> list[str]:
    return canonical(ox.parse(data, format=ox.RdfFormat.from_media_type(media_type)))


CLASSES = {"Service", "Dataset", "Graph", "NamedGraph", "GraphCollection", "Language", "Feature"}
DOMAINS_AND_RANGES = {
    "endpoint": ("Service", None), "feature": ("Service", None), "supportedLanguage": ("Service", None),
    "resultFormat": ("Service", None), "inputFormat": ("Service", None),
    "extensionFunction": ("Service", None), "extensionAggregate": ("Service", None),
    "defaultDataset": ("Service", "Dataset"), "availableGraphs": ("Service", "GraphCollection"),
    "defaultGraph": ("Dataset", "Graph"), "namedGraph": ("Dataset", "NamedGraph"),
    "name": ("NamedGraph", None), "graph": ("NamedGraph", "Graph"),
}  # fmt: skip
INSTANCES = {
    "supportedLanguage": {"SPARQL10Query", "SPARQL11Query", "SPARQL11Update"},
    "feature": {
        "DereferencesURIs", "UnionDefaultGraph", "RequiresDataset", "EmptyGraphs", "BasicFederatedQuery",
    },
}  # fmt: skip


def described(server: Server, accept: str = "text/turtle") -> Graph:
    status, headers, body = server.send("GET", "/sparql", (("Accept", accept),))
    assert status == 200
    assert headers.get_content_type() == accept
    return Graph().parse(body, format=accept)


def returns_rdf(server: Server) -> None:
    for accept in ("text/turtle", "application/rdf+xml", "application/n-triples"):
        assert len(described(server, accept)) > 10
    status, headers, body = server.send("GET", "/sparql")
    assert (status, headers.get_content_type()) == (200, "text/turtle")
    assert _graph("text/turtle", body)


def has_endpoint_triple(server: Server) -> None:
    endpoints = set(described(server).objects(None, SD.endpoint))
    assert endpoints == {URIRef(f"http://{HOST}/sparql")}


def conforms_to_schema(server: Server) -> None:
    """Every term of the vocabulary is one, and every property joins things of its domain and range."""
    put(server, "http://e/g", b"<http://e/s> a <http://e/C> .".replace(b" a ", f" <{RDF.type}> ".encode()))
    graph = described(server)
    assert len(set(graph.subjects(SD.endpoint))) == 1
    assert all(
        len(set(graph.objects(one, SD.defaultGraph))) == 1 for one in graph.subjects(RDF.type, SD.Dataset)
    )
    assert all(len(set(graph.objects(one, SD.name))) == 1 for one in graph.subjects(RDF.type, SD.NamedGraph))
    for subject, predicate, value in graph:
        if predicate == RDF.type and str(value).startswith(str(SD)):
            assert str(value).removeprefix(str(SD)) in CLASSES
        if not str(predicate).startswith(str(SD)):
            continue
        name = str(predicate).removeprefix(str(SD))
        domain, range_ = DOMAINS_AND_RANGES[name]
        assert (subject, RDF.type, SD[domain]) in graph
        assert range_ is None or (value, RDF.type, SD[range_]) in graph
        assert name not in INSTANCES or str(value).removeprefix(str(SD)) in INSTANCES[name]


SERVICE_DESCRIPTION = {
    "returns-rdf": returns_rdf,
    "has-endpoint-triple": has_endpoint_triple,
    "conforms-to-schema": conforms_to_schema,
}


class Described:
    """A test of the Service Description suite, which has a name and no data."""

    def __init__(self, name: str) -> None:
        self.name = name


def read_described(suites: Path) -> Iterator[Described]:
    _, tests = read_manifest(suites / "service-description/manifest.ttl")
    return (Described(str(test).rpartition("#")[2]) for test in tests)


@pytest.mark.parametrize("one", parameters(read_described))
def test_service_description(one: Described, server: Server) -> None:
    SERVICE_DESCRIPTION[one.name](server)
