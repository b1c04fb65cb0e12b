"""The SPARQL 1.1 Service Description: what the endpoint offers, and which graphs it answers from."""

from __future__ import annotations

import io

from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, VOID, XSD

from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax

__all__ = ["describe_service"]

_SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_FORMATS = Namespace("http://www.w3.org/ns/formats/")
_RESULT_FORMATS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "RDF_XML", "JSON-LD",
)  # fmt: skip


def describe_service(graph: KnowledgeGraph, endpoint: str, syntax: RdfSyntax) -> bytes:
    """Return the description of the service at ``endpoint`` in an RDF syntax."""
    described = Graph()
    service, dataset, default = (
        URIRef(f"{endpoint}#{name}") for name in ("service", "dataset", "default-graph")
    )
    described.add((service, RDF.type, _SD.Service))
    described.add((service, _SD.endpoint, URIRef(endpoint)))
    described.add((service, _SD.supportedLanguage, _SD.SPARQL11Query))
    described.add((service, _SD.feature, _SD.UnionDefaultGraph))
    described.add((service, _SD.defaultDataset, dataset))
    for name in _RESULT_FORMATS:
        described.add((service, _SD.resultFormat, _FORMATS[name]))
    described.add((dataset, RDF.type, _SD.Dataset))
    described.add((dataset, _SD.defaultGraph, default))
    described.add((default, RDF.type, _SD.Graph))
    described.add((default, RDFS.comment, Literal("The union of all named graphs.", lang="en")))
    info = graph.info()
    for number, one in enumerate(info.graphs, start=1):
        named, content = URIRef(f"{endpoint}#named-graph-{number}"), URIRef(f"{endpoint}#graph-{number}")
        described.add((dataset, _SD.namedGraph, named))
        described.add((named, RDF.type, _SD.NamedGraph))
        described.add((named, _SD.name, URIRef(one.iri)))
        described.add((named, _SD.graph, content))
        described.add((content, RDF.type, _SD.Graph))
        described.add((content, DCTERMS.title, Literal(one.title)))
        described.add((content, VOID.triples, Literal(one.triples, datatype=XSD.integer)))
        if one.licence:
            described.add((content, DCTERMS.license, URIRef(one.licence)))
    return _write(described, syntax)


def _write(described: Graph, syntax: RdfSyntax) -> bytes:
    store = EmbeddedStore.in_memory()
    store.load(described.serialize(format="nt", encoding="utf-8"), format=RdfSyntax.N_TRIPLES)
    out = io.BytesIO()
    store.dump(out, format=syntax)
    return out.getvalue()
