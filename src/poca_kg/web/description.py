"""The SPARQL 1.1 Service Description: what the endpoint offers, from what, and how much."""

from __future__ import annotations

import io

from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, VOID, XSD

from poca_kg.analysis.information import GraphInfo
from poca_kg.analysis.statistics import Statistics, read_statistics
from poca_kg.errors import QueryMemoryError, QueryTimeoutError
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.web.source import Source

__all__ = ["Describer"]

_SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_FORMATS = Namespace("http://www.w3.org/ns/formats/")
_GRAPH_FORMATS = ("Turtle", "N-Triples", "RDF_XML", "JSON-LD")
_RESULT_FORMATS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", *_GRAPH_FORMATS,
)  # fmt: skip


class Describer:
    """Describes the service over one graph; each version of it is counted once."""

    def __init__(self, source: Source, *, takes_updates: bool) -> None:
        self._source = source
        self._takes_updates = takes_updates
        self._counted: tuple[str, Statistics | None] | None = None

    def describe(self, endpoint: str, syntax: RdfSyntax) -> bytes:
        """Return the description of the service at ``endpoint`` in an RDF syntax.

        Counts that take longer, or more memory, than a query may have are left out of it.
        """
        described = Graph()
        service, dataset, default = (
            URIRef(f"{endpoint}#{name}") for name in ("service", "dataset", "default-graph")
        )
        _add_service(described, service, endpoint, takes_updates=self._takes_updates)
        described.add((service, _SD.defaultDataset, dataset))
        described.add((dataset, RDF.type, _SD.Dataset))
        described.add((dataset, _SD.defaultGraph, default))
        described.add((default, RDF.type, _SD.Graph))
        described.add((default, RDF.type, VOID.Dataset))
        described.add((default, RDFS.comment, Literal("The union of all named graphs.", lang="en")))
        counted = self._count()
        if counted is not None:
            _add_statistics(described, default, counted)
        for number, one in enumerate(self._source.graph.info().graphs, start=1):
            named = URIRef(f"{endpoint}#named-graph-{number}")
            described.add((dataset, _SD.namedGraph, named))
            _add_named_graph(described, named, URIRef(f"{endpoint}#graph-{number}"), one)
        return _write(described, syntax)

    def _count(self) -> Statistics | None:
        version, counted = self._source.version, self._counted
        if counted is None or self._source.is_changing or counted[0] != version:
            try:
                statistics = read_statistics(self._source.graph.store)
            except (QueryTimeoutError, QueryMemoryError):
                statistics = None
            self._counted = counted = version, statistics
        return counted[1]


def _add_service(described: Graph, service: URIRef, endpoint: str, *, takes_updates: bool) -> None:
    described.add((service, RDF.type, _SD.Service))
    described.add((service, _SD.endpoint, URIRef(endpoint)))
    described.add((service, _SD.supportedLanguage, _SD.SPARQL11Query))
    described.add((service, _SD.feature, _SD.UnionDefaultGraph))
    for name in _RESULT_FORMATS:
        described.add((service, _SD.resultFormat, _FORMATS[name]))
    if not takes_updates:
        return
    described.add((service, _SD.supportedLanguage, _SD.SPARQL11Update))
    described.add((service, _SD.feature, _SD.EmptyGraphs))
    for name in _GRAPH_FORMATS:
        described.add((service, _SD.inputFormat, _FORMATS[name]))


def _add_statistics(described: Graph, default: URIRef, counted: Statistics) -> None:
    for term, count in (
        (VOID.triples, counted.triples),
        (VOID.entities, counted.entities),
        (VOID.distinctSubjects, counted.subjects),
        (VOID.distinctObjects, counted.objects),
        (VOID.classes, len(counted.classes)),
        (VOID.properties, len(counted.properties)),
    ):
        described.add((default, term, _number(count)))
    for name, key, size, parts in (
        ("class", VOID["class"], VOID.entities, counted.classes),
        ("property", VOID.property, VOID.triples, counted.properties),
    ):
        for number, (iri, count) in enumerate(parts, start=1):
            part = URIRef(f"{default}-{name}-{number}")
            described.add((default, VOID[f"{name}Partition"], part))
            described.add((part, key, URIRef(iri)))
            described.add((part, size, _number(count)))


def _add_named_graph(described: Graph, named: URIRef, content: URIRef, one: GraphInfo) -> None:
    described.add((named, RDF.type, _SD.NamedGraph))
    described.add((named, _SD.name, URIRef(one.iri)))
    described.add((named, _SD.graph, content))
    described.add((content, RDF.type, _SD.Graph))
    described.add((content, RDF.type, VOID.Dataset))
    described.add((content, DCTERMS.title, Literal(one.title)))
    described.add((content, VOID.triples, _number(one.triples)))
    if one.licence:
        described.add((content, DCTERMS.license, URIRef(one.licence)))


def _number(count: int) -> Literal:
    return Literal(count, datatype=XSD.integer)


def _write(described: Graph, syntax: RdfSyntax) -> bytes:
    store = EmbeddedStore.in_memory()
    store.load(described.serialize(format="nt", encoding="utf-8"), format=RdfSyntax.N_TRIPLES)
    out = io.BytesIO()
    store.dump(out, format=syntax)
    return out.getvalue()
