"""The order of results, which depends on what they say and on nothing else.

A blank node has no name to sort by, so what is said of it takes the place of one.
"""

from __future__ import annotations

from rdflib import BNode, Graph, Literal
from rdflib.term import Node

from poca_kg.errors import FilePlace
from poca_kg.store.protocol import Term
from poca_kg.validate.report import Result

__all__ = ["order_of"]


def order_of(result: Result, graph: Graph) -> tuple[object, ...]:
    """Return what a result is sorted by, the worst first; ``graph`` is the data."""
    return (
        result.severity.rank,
        "" if isinstance(result.shape, BNode) else result.shape,
        result.component,
        result.path,
        result.focus_label,
        _surroundings(result.focus_node, graph),
        result.found,
        _exact(result.value),
        result.what,
        result.place or FilePlace(""),
    )


def _surroundings(node: Term, graph: Graph) -> tuple[str, ...]:
    """Return what tells a blank node from another: its own triples; nothing for what has a name."""
    if not isinstance(node, BNode):
        return ()
    return tuple(sorted(f"{predicate} {_exact(value)}" for predicate, value in graph.predicate_objects(node)))


def _exact(term: Node | None) -> str:
    if term is None or isinstance(term, BNode):
        return ""
    kind = f"{term.language or ''}^^{term.datatype or ''}" if isinstance(term, Literal) else "<>"
    return f"{term}{kind}"
