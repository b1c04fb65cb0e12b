"""SELECT queries as dictionaries, for the analyses of this package."""

from __future__ import annotations

from typing import TypeAlias

from rdflib import BNode, Literal, URIRef

from poca_kg.errors import UsageError
from poca_kg.store.bridge import sparql_term
from poca_kg.store.protocol import Solutions, Store, Term

__all__ = ["Solution", "in_graph", "iri_of", "select", "text_of"]

Solution: TypeAlias = dict[str, Term]


def select(store: Store, text: str, **bindings: Term) -> list[Solution]:
    """Return one dictionary per solution, without the variables that are unbound in it."""
    answer = store.query(text, bindings=bindings)
    if not isinstance(answer, Solutions):
        raise UsageError("only a SELECT query gives rows", advice="ask with SELECT")
    return [
        {name: term for name, term in zip(answer.variables, row, strict=True) if term is not None}
        for row in answer.rows
    ]


def in_graph(text: str, graph: URIRef) -> str:
    """Return a query whose ``GRAPH ?graph`` is one graph: the engine looks nowhere else, and is faster.

    >>> in_graph("ASK { GRAPH ?graph { ?s ?p ?o } }", URIRef("https://example.org/"))
    'ASK { GRAPH <https://example.org/> { ?s ?p ?o } }'
    """
    return text.replace("GRAPH ?graph", f"GRAPH {sparql_term(graph)}")


def text_of(row: Solution, name: str) -> str:
    """Return the text of a value, or an empty text where the row has none."""
    return str(row.get(name, ""))


def iri_of(term: URIRef | BNode | Literal) -> URIRef:
    """Return ``term`` if it is an IRI.

    >>> iri_of(URIRef("https://w3id.org/poca-kg/id/city/turin"))
    rdflib.term.URIRef('https://w3id.org/poca-kg/id/city/turin')
    """
    if not isinstance(term, URIRef):
        raise UsageError(
            f"{term!r} is not an IRI", advice="only things with an IRI have an origin of their own"
        )
    return term
