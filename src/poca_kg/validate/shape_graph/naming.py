"""What errors call a shape: its IRI, or its place in the nearest shape that has one."""

from __future__ import annotations

from rdflib import BNode, Graph, URIRef

from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = ["name_shape", "nearest_name"]

_LONGEST_CHAIN = 20


def name_shape(rules: Graph, node: object) -> str:
    """Return words for a shape, such as ``the shape shape:City`` or ``a shape in shape:City``.

    >>> name_shape(Graph(), URIRef("http://example.org/S"))
    'the shape <http://example.org/S>'
    """
    name = nearest_name(rules, node)
    if not name:
        return "a shape without a name"
    return f"the shape {name}" if isinstance(node, URIRef) else f"a shape in {name}"


def nearest_name(rules: Graph, node: object) -> str:
    """Return the name of a shape, or of the nearest one around it that has one; empty where none has.

    >>> nearest_name(Graph(), URIRef("http://example.org/S"))
    '<http://example.org/S>'
    """
    if isinstance(node, URIRef):
        return shorten_iri(node)
    around: set[object] = {node}
    for _ in range(_LONGEST_CHAIN):
        around = {
            outer for inner in around if isinstance(inner, BNode) for outer in rules.subjects(object=inner)
        }
        if named := sorted(outer for outer in around if isinstance(outer, URIRef)):
            return shorten_iri(named[0])
    return ""
