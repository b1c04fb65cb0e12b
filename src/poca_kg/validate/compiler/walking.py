"""From focus nodes to value nodes: property paths in queries.

SPARQL evaluates a path on its own, over the nodes of the graph. A path that may be empty (``*``, ``?``) leads
from every focus node to itself, also from one that stands in no triple, so that case is written out.
"""

from __future__ import annotations

from poca_kg.store.bridge import sparql_term
from poca_kg.validate.compiler.patterns import Focus, branches
from poca_kg.validate.paths import Alternative, Inverse, Predicate, PropertyPath, Repeated, Sequence

__all__ = ["may_be_empty", "walk", "write_full_path"]


def walk(focus: Focus, path: PropertyPath, variable: str) -> Focus:
    """Return the nodes that a path leads to, beside the focus nodes that it leads from.

    >>> from rdflib import URIRef
    >>> walk(Focus("?s ?p ?o .", "?o"), Predicate(URIRef("http://e/q")), "?v").pattern
    '?s ?p ?o . ?o <http://e/q> ?v .'
    """
    steps = f"{focus.pattern} {focus.variable} {write_full_path(path)} {variable} ."
    if not may_be_empty(path):
        return Focus(steps, variable)
    itself = f"{focus.pattern} BIND({focus.variable} AS {variable})"
    return Focus(branches([steps, itself]), variable)


def write_full_path(path: PropertyPath) -> str:
    """Return a path in SPARQL syntax with whole IRIs, in brackets unless it is one step.

    >>> from rdflib import RDF
    >>> write_full_path(Inverse(Predicate(RDF.first)))
    '(^<http://www.w3.org/1999/02/22-rdf-syntax-ns#first>)'
    """
    match path:
        case Predicate(iri):
            return sparql_term(iri)
        case Inverse(inner):
            return f"(^{write_full_path(inner)})"
        case Repeated(inner, sign):
            return f"({write_full_path(inner)}{sign})"
        case Sequence(paths):
            return f"({'/'.join(map(write_full_path, paths))})"
        case Alternative(paths):
            return f"({'|'.join(map(write_full_path, paths))})"


def may_be_empty(path: PropertyPath) -> bool:
    """Whether a path may lead from a node to itself without a step."""
    match path:
        case Predicate():
            return False
        case Inverse(inner):
            return may_be_empty(inner)
        case Repeated(inner, sign):
            return sign != "+" or may_be_empty(inner)
        case Sequence(paths):
            return all(map(may_be_empty, paths))
        case Alternative(paths):
            return any(map(may_be_empty, paths))
