"""What the tests of the compiler share: data that keep their texts, shapes, and results in short."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from types import SimpleNamespace

import pyoxigraph as ox
import pytest
from rdflib import BNode, URIRef

from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.parsing import parse_bytes
from poca_kg.store.protocol import Term
from poca_kg.store.surrogates import keep_text
from poca_kg.validate.compiler.run import run_compiled
from poca_kg.validate.compiler.source import StoreSource
from poca_kg.validate.findings import Finding
from poca_kg.validate.shape_graph import ShapeGraph, read_shape_graph

PREFIXES = """@prefix e: <http://e/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


class CountingSource(StoreSource):
    """A store in this process that keeps the queries it was asked."""

    def __init__(self, store: EmbeddedStore, *, surrogates: bool = False) -> None:
        super().__init__(store, surrogates=surrogates)
        self.store = store
        self.asked: list[str] = []

    def load(self, other: CountingSource) -> None:
        """Add what another holds, in the graphs that it has there."""
        out = BytesIO()
        other.store.dump(out, format=RdfSyntax.N_QUADS)
        self.store.load(out.getvalue(), format=RdfSyntax.N_QUADS)

    def triples(self) -> list[tuple[Term, Term, Term]]:
        return [quad[:3] for quad in self.store.quads()]

    def select(self, query: str) -> Iterator[tuple[Term | None, ...]]:
        self.asked.append(query)
        return super().select(query)


class OtherSource:
    """Another engine of SPARQL 1.1, rdflib's: what it answers too is no peculiarity of the store."""

    surrogates = lexical = False
    requests = 0

    def __init__(self, text: str) -> None:
        self.graph = parse_bytes((PREFIXES + text).encode(), syntax=RdfSyntax.TURTLE, name="data")

    def select(self, query: str) -> Iterator[tuple[Term | None, ...]]:
        return iter([tuple(row) for row in self.graph.query(query)])


def read_shapes(text: str) -> ShapeGraph:
    return read_shape_graph(parse_bytes((PREFIXES + text).encode(), syntax=RdfSyntax.TURTLE, name="shapes"))


def data(text: str, *, lexical: bool = True, graph: str | None = None) -> CountingSource:
    """Return a source with Turtle in it, its literals with the texts that they have there or not."""
    engine = ox.Store()
    name = ox.NamedNode(graph) if graph else ox.DefaultGraph()
    for quad in ox.parse(PREFIXES + text, format=ox.RdfFormat.TURTLE):
        value = quad.object
        if lexical and isinstance(value, ox.Literal):
            value = keep_text(value) or value
        engine.add(ox.Quad(quad.subject, quad.predicate, value, name))
    return CountingSource(EmbeddedStore(engine), surrogates=lexical)


def short(term: Term | None) -> str | None:
    """Return a term as it is told in a test: the name of a node of ours, a literal by its text."""
    if term is None or isinstance(term, BNode):
        return None if term is None else "_"
    return term.removeprefix("http://e/") if isinstance(term, URIRef) else str(term)


def told(findings: tuple[Finding, ...]) -> list[tuple[str | None, str | None, str]]:
    """Return results in short: focus node, value, component; sorted."""
    found = (
        (
            short(one.focus),
            short(one.value),
            one.component.removeprefix("http://www.w3.org/ns/shacl#").removesuffix("ConstraintComponent"),
        )
        for one in findings
    )
    return sorted(found, key=str)


@pytest.fixture(scope="session")
def compiled() -> SimpleNamespace:
    """Give what the tests of the compiler share."""
    return SimpleNamespace(data=data, read_shapes=read_shapes, told=told, run=run, elsewhere=run_elsewhere)


def run(shapes: str, triples: str, *, lexical: bool = True) -> tuple[Finding, ...]:
    """Return what shapes find in data, both as Turtle."""
    return run_compiled(read_shapes(shapes), data(triples, lexical=lexical)).findings


def run_elsewhere(shapes: str, triples: str) -> tuple[Finding, ...]:
    """Return what shapes find in data when another engine answers the queries."""
    return run_compiled(read_shapes(shapes), OtherSource(triples)).findings
