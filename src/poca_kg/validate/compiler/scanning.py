"""Checks that read all that a property says and only then look which of it is said of focus nodes.

An engine goes through the triples of one property several times as fast as from each focus node to its
values. So where a property is used mostly by the focus nodes, what breaks a constraint is sought among all of
its triples first. How much a property is used only a store at hand is asked; it is no small question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rdflib import Literal
from rdflib.namespace import RDF, SH

from poca_kg.store.bridge import sparql_term
from poca_kg.store.protocol import Term
from poca_kg.validate.compiler.conditions import CONDITIONS
from poca_kg.validate.compiler.counting import fewer, more
from poca_kg.validate.compiler.patterns import Focus, Patterns, Violations
from poca_kg.validate.compiler.source import Source, StoreSource
from poca_kg.validate.paths import Inverse, Predicate, PropertyPath
from poca_kg.validate.shape_graph import Constraint, Shape

__all__ = ["Extent", "read_extent", "scan"]

_TIMES_AS_FAST = 4
_TYPE = sparql_term(RDF.type)
_PROPERTIES = "SELECT ?p (COUNT(*) AS ?n) WHERE { ?s ?p ?o } GROUP BY ?p"
_CLASSES = f"SELECT ?c (COUNT(*) AS ?n) WHERE {{ ?s {_TYPE} ?c }} GROUP BY ?c"
_NEED_A_VALUE = {
    *CONDITIONS,
    SH.AndConstraintComponent,
    SH.ClassConstraintComponent,
    SH.DisjointConstraintComponent,
    SH.LessThanConstraintComponent,
    SH.LessThanOrEqualsConstraintComponent,
    SH.MaxCountConstraintComponent,
    SH.NodeConstraintComponent,
    SH.NotConstraintComponent,
    SH.OrConstraintComponent,
    SH.UniqueLangConstraintComponent,
    SH.XoneConstraintComponent,
}
"""The components that no focus node without a value node breaks."""


@dataclass(frozen=True)
class Extent:
    """How many triples each property has, and how many instances each class, not counting its subclasses."""

    properties: Mapping[Term | None, int]
    classes: Mapping[Term | None, int]


def read_extent(source: Source) -> Extent | None:
    """Return the extent of a store in this process, ``None`` for one elsewhere."""
    if not isinstance(source, StoreSource):
        return None
    return Extent(_counts(source, _PROPERTIES), _counts(source, _CLASSES))


def scan(
    patterns: Patterns, shape: Shape, constraint: Constraint, focus: Focus, extent: Extent
) -> Violations | None:
    """Return what breaks a constraint, ``None`` where it is not found faster in this way.

    The shape has a path of one step, and the focus nodes are the instances of classes.
    """
    if not _is_scanned_faster(shape.path, focus, extent):
        return None
    anything = Focus("", focus.variable)
    if constraint.component == SH.MinCountConstraintComponent:
        return fewer(focus, patterns.value_nodes(shape, anything), constraint)
    if constraint.component not in _NEED_A_VALUE:
        return None
    if constraint.component == SH.MaxCountConstraintComponent:
        # A store at hand answers from a set of triples, so that one step leads to a node once.
        found: Violations | None = more(
            anything, patterns.value_nodes(shape, anything), constraint, once=True
        )
    else:
        found = patterns.violations(shape, constraint, anything)
    if found is None:
        return None
    name = patterns.fresh("class")
    # The list of classes, even of one, keeps the engine from looking up all instances beforehand.
    classes = patterns.text.all_stored(focus.classes)
    is_focus = f"EXISTS {{ VALUES {name} {{ {classes} }} {focus.variable} {_TYPE} {name} . }}"
    return replace(found, pattern=f"{{ {found.select} }} FILTER({is_focus})")


def _is_scanned_faster(path: PropertyPath | None, focus: Focus, extent: Extent) -> bool:
    step = path.path if isinstance(path, Inverse) else path
    if not isinstance(step, Predicate) or not focus.classes:
        return False
    instances = sum(extent.classes.get(kind, 0) for kind in focus.classes)
    return extent.properties.get(step.iri, 0) <= _TIMES_AS_FAST * instances


def _counts(source: Source, query: str) -> dict[Term | None, int]:
    return {term: int(number.value) for term, number in source.select(query) if isinstance(number, Literal)}
