"""What the compiler covers: SHACL Core and SPARQL constraints, apart from what no one query can say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import SH

from poca_kg.errors import LimitError
from poca_kg.store.gate import check_query
from poca_kg.store.surrogates import surrogate_of
from poca_kg.validate.compiler.applied import spread
from poca_kg.validate.compiler.compilation import PATTERNS, Compilation
from poca_kg.validate.compiler.conditions import CONDITIONS
from poca_kg.validate.compiler.patterns import Hierarchy
from poca_kg.validate.compiler.sight import may_see
from poca_kg.validate.compiler.source import Source
from poca_kg.validate.compiler.sparql import known_sparql_constraint
from poca_kg.validate.compiler.targets import target_focus
from poca_kg.validate.compiler.terms import TermText
from poca_kg.validate.shape_graph import (
    Constraint,
    Shape,
    ShapeGraph,
    ShapeNode,
    TargetKind,
    is_regular_expression,
)
from poca_kg.validate.shape_graph.naming import name_shape
from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = ["names_rewritten", "outside_subset"]

_COVERED = {*PATTERNS, *CONDITIONS, SH.PropertyConstraintComponent, SH.SPARQLConstraintComponent}
_DEEPEST = 30
_LARGEST = 2000
_SHORT, _SHALLOW, _LONG = 20_000, 60, 500_000


def outside_subset(shapes: ShapeGraph, source: Source | None = None) -> str | None:
    """Return why the compiler cannot judge by these shapes, in words for the report; ``None`` if it can.

    Queries of constraints do not know of surrogates: where they may come upon some, they are left alone.

    >>> from rdflib import Graph
    >>> outside_subset(ShapeGraph({}, Graph())) is None
    True
    """
    if source is None or not source.lexical or not _queries_of_constraints(shapes):
        return _first_reason(shapes, None)
    return _first_reason(shapes, source.carriers)


@lru_cache(maxsize=8)
def _first_reason(shapes: ShapeGraph, carriers: frozenset[URIRef] | None) -> str | None:
    return next(_reasons(shapes, carriers), None)


def _queries_of_constraints(shapes: ShapeGraph) -> bool:
    return any(
        constraint.component == SH.SPARQLConstraintComponent
        for shape in shapes.shapes.values()
        for constraint in shape.constraints
    )


def names_rewritten(shapes: ShapeGraph) -> bool:
    """Whether the shapes name a literal that a store would rewrite, as a target or as a value to be found."""
    terms = [target.term for shape in shapes.shapes.values() for target in shape.targets]
    for shape in shapes.shapes.values():
        for constraint in shape.constraints:
            terms += [*constraint.parameters.get(SH.hasValue, ()), *constraint.parameters.get(SH["in"], ())]
    return any(surrogate_of(term) != term for term in terms)


def _reasons(shapes: ShapeGraph, carriers: frozenset[URIRef] | None) -> Iterator[str]:
    for shape in shapes.shapes.values():
        name = name_shape(shapes.rules, shape.node)
        if any(_is_blank(target.term) for target in shape.targets if target.kind is TargetKind.NODE):
            yield f"{name} has a blank node as its target"
        for constraint in shape.constraints:
            if (reason := _reason(constraint)) is not None:
                yield f"{name} {reason}"
            if constraint.component == SH.SPARQLConstraintComponent and constraint.source is not None:
                query = known_sparql_constraint(shapes, shape.node, constraint.source)
                if carriers is not None and may_see(shapes, query, carriers):
                    yield f"{name} asks a query, and data hold literals whose text the store would rewrite"
                yield from (f"{name}: {doubt}" for doubt in query.doubts)
    if any(_is_too_deep(shapes, shape) for shape in shapes.targeted):
        yield f"shapes stand within shapes more than {_DEEPEST} times"
    sizes = _sizes(shapes)
    for shape in shapes.targeted:
        if sizes[shape.node] > _LARGEST or not all(map(_is_askable, _queries(shapes, shape))):
            yield f"{name_shape(shapes.rules, shape.node)} makes a query that is too long"


def _reason(constraint: Constraint) -> str | None:
    """Return why a constraint is not covered."""
    if constraint.component not in _COVERED:
        return f"uses {shorten_iri(constraint.component)}"
    constants = (*constraint.parameters.get(SH.hasValue, ()), *constraint.parameters.get(SH["in"], ()))
    if any(map(_is_blank, constants)):
        return "asks for a blank node"
    pattern, flags = constraint.only(SH.pattern), constraint.only(SH.flags)
    if isinstance(pattern, Literal) and not is_regular_expression(str(pattern), str(flags or "")):
        return f"has a pattern that SPARQL does not know: {pattern.n3()}"
    return None


def _sizes(shapes: ShapeGraph) -> dict[ShapeNode, int]:
    """Return how many shapes each shape stands for once those within it are written out, as queries do.

    Twenty shapes that each name the next one twice stand for a million.
    """
    sizes: dict[ShapeNode, int] = {}
    to_do = list(shapes.shapes)
    while to_do:
        node = to_do[-1]
        inner = [
            one
            for constraint in shapes.shapes[node].constraints
            for one in (*constraint.shapes, *constraint.siblings)
        ]
        if missing := [one for one in inner if one not in sizes and node not in sizes]:
            to_do += missing
            continue
        sizes[node] = 1 + sum(sizes[one] for one in inner)
        to_do.pop()
    return sizes


def _queries(shapes: ShapeGraph, shape: Shape) -> Iterator[str]:
    """Iterate over the queries for a shape, where no class has a subclass."""
    compilation = Compilation(shapes, TermText(), Hierarchy({}, {}))
    for applied in spread(compilation, shape, target_focus(compilation, shape)):
        found = compilation.violations(applied.shape, applied.constraint, applied.focus)
        if found is not None:
            yield found.select


def _is_askable(query: str) -> bool:
    """Whether a store takes a query; one that is short need not be tried."""
    if len(query) < _SHORT and query.count("{") < _SHALLOW:
        return True
    if len(query) > _LONG:
        return False
    try:
        check_query(query)
    except LimitError:
        return False
    return True


def _is_blank(term: object) -> bool:
    return isinstance(term, BNode)


def _is_too_deep(shapes: ShapeGraph, shape: Shape) -> bool:
    level = {shape.node}
    for _ in range(_DEEPEST):
        level = {
            inner
            for node in level
            for constraint in shapes.shapes[node].constraints
            for inner in (*constraint.shapes, *constraint.siblings)
        }
    return bool(level)
