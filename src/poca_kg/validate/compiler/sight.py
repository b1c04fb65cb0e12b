"""Whether the query of a constraint can come upon surrogates, which it would take for other literals.

Surrogates are objects of some properties. A query that names its properties, and none of these, does not see
them, unless one is a focus node itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from pyparsing import ParseException
from rdflib import URIRef
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.algebra import traverse
from rdflib.plugins.sparql.parserutils import CompValue

from poca_kg.store.surrogates import surrogate_of
from poca_kg.validate.compiler.sparql import SparqlConstraint
from poca_kg.validate.compiler.walking import write_full_path
from poca_kg.validate.paths import Alternative, Inverse, Predicate, PropertyPath, Repeated, Sequence
from poca_kg.validate.shape_graph import Shape, ShapeGraph, Target, TargetKind

__all__ = ["may_see"]


def may_see(shapes: ShapeGraph, constraint: SparqlConstraint, carriers: Set[URIRef]) -> bool:
    """Whether a query may come upon an object of one of some properties; in doubt it may.

    Parameters
    ----------
    carriers
        The properties whose objects are surrogates, some of them at least.
    """
    if carriers and not _asks_for_others(constraint, carriers):
        return True
    return _may_start_at(shapes, constraint.shape, carriers)


def _asks_for_others(constraint: SparqlConstraint, carriers: Set[URIRef]) -> bool:
    """Whether a query names all of its properties, and none of the carriers."""
    path = constraint.shape.path
    text = constraint.query.bound_to("", "" if path is None else write_full_path(path), constraint.prefixes)
    try:
        query = prepareQuery(text)
    except ParseException:
        return False
    asked: list[object] = []

    def visit(node: object) -> None:
        if isinstance(node, CompValue) and isinstance(node.get("triples"), list):
            asked.extend(predicate for _, predicate, _ in node["triples"])

    traverse(query.algebra, visitPre=visit)
    return all(_is_other(predicate, carriers) for predicate in asked)


def _is_other(predicate: object, carriers: Set[URIRef]) -> bool:
    match predicate:
        case URIRef():
            return predicate not in carriers
        case InvPath():
            return _is_other(predicate.arg, carriers)
        case MulPath():
            return _is_other(predicate.path, carriers)
        case SequencePath() | AlternativePath():
            return all(_is_other(part, carriers) for part in predicate.args)
    return False


def _may_start_at(shapes: ShapeGraph, shape: Shape, carriers: Set[URIRef]) -> bool:
    """Whether a focus node of a shape may be a surrogate: by its targets, or by what leads to the shape."""
    if any(_names(target, carriers) for target in shape.targets):
        return True
    return any(
        (outer.path is not None and not carriers.isdisjoint(_properties(outer.path)))
        or _may_start_at(shapes, outer, carriers)
        for outer in _around(shapes, shape)
    )


def _names(target: Target, carriers: Set[URIRef]) -> bool:
    if target.kind is TargetKind.OBJECTS_OF:
        return target.term in carriers
    return target.kind is TargetKind.NODE and surrogate_of(target.term) != target.term


def _around(shapes: ShapeGraph, shape: Shape) -> Iterator[Shape]:
    """Iterate over the shapes that hold a shape; none is recursive, so that going on outwards ends."""
    for outer in shapes.shapes.values():
        if any(shape.node in constraint.shapes for constraint in outer.constraints):
            yield outer


def _properties(path: PropertyPath) -> Iterable[URIRef]:
    match path:
        case Predicate(iri):
            return [iri]
        case Inverse(inner) | Repeated(inner, _):
            return _properties(inner)
        case Sequence(paths) | Alternative(paths):
            return [iri for part in paths for iri in _properties(part)]
