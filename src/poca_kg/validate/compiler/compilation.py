"""The compiler itself: each constraint of a shape becomes a pattern for what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from rdflib import URIRef
from rdflib.namespace import SH

from poca_kg.validate.compiler.conditions import CONDITIONS
from poca_kg.validate.compiler.counting import (
    at_least,
    at_most,
    qualified_at_least,
    qualified_at_most,
    unique_languages,
)
from poca_kg.validate.compiler.logic import all_of, any_of, none_of, one_of
from poca_kg.validate.compiler.membership import closed, has_value, instance_of
from poca_kg.validate.compiler.pairs import disjoint, equal, less_than, less_than_or_equal
from poca_kg.validate.compiler.patterns import Focus, Hierarchy, Patterns, Violations, branches, distinct
from poca_kg.validate.compiler.scanning import Extent, scan
from poca_kg.validate.compiler.sparql import SparqlConstraint, known_sparql_constraint
from poca_kg.validate.compiler.terms import TermText
from poca_kg.validate.compiler.walking import walk
from poca_kg.validate.shape_graph import Constraint, Shape, ShapeGraph, ShapeNode

__all__ = ["PATTERNS", "Compilation"]

_Pattern = Callable[[Patterns, Shape, Constraint, Focus], Violations | None]

PATTERNS: Mapping[URIRef, _Pattern] = {
    SH.ClassConstraintComponent: instance_of,
    SH.MinCountConstraintComponent: at_least,
    SH.MaxCountConstraintComponent: at_most,
    SH.UniqueLangConstraintComponent: unique_languages,
    SH.EqualsConstraintComponent: equal,
    SH.DisjointConstraintComponent: disjoint,
    SH.LessThanConstraintComponent: less_than,
    SH.LessThanOrEqualsConstraintComponent: less_than_or_equal,
    SH.NotConstraintComponent: none_of,
    SH.AndConstraintComponent: all_of,
    SH.OrConstraintComponent: any_of,
    SH.XoneConstraintComponent: one_of,
    SH.NodeConstraintComponent: all_of,
    SH.QualifiedMinCountConstraintComponent: qualified_at_least,
    SH.QualifiedMaxCountConstraintComponent: qualified_at_most,
    SH.ClosedConstraintComponent: closed,
    SH.HasValueConstraintComponent: has_value,
}
"""The components whose violations take a pattern; the others are in ``CONDITIONS``."""


@dataclass
class Compilation:
    """Turns the shapes of one shapes graph into patterns for one source; see ``Patterns`` for the methods.

    Attributes
    ----------
    narrow
        Whether the focus nodes are few and named, so that patterns had better begin with them everywhere.
    extent
        How much the properties and classes of the source are used, if that is known.
    """

    shapes: ShapeGraph
    text: TermText
    hierarchy: Hierarchy
    narrow: bool = False
    extent: Extent | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    def fresh(self, name: str = "v") -> str:
        """Return a variable that occurs nowhere else."""
        return f"?{name}{next(self._numbers)}"

    def shape(self, node: ShapeNode) -> Shape:
        """Return the shape of a node."""
        return self.shapes.shapes[node]

    def value_nodes(self, shape: Shape, focus: Focus) -> Focus:
        """Return the value nodes of a shape: what its path leads to, or the focus nodes themselves."""
        return focus if shape.path is None else walk(focus, shape.path, self.fresh())

    def condition(self, node: ShapeNode, variable: str) -> str | None:
        """Return the condition to conform to a shape, if it needs no pattern; it is never an error."""
        shape = self.shape(node)
        if shape.deactivated:
            return "true"
        if shape.path is not None:
            return None
        parts = [self._condition(constraint, variable) for constraint in shape.constraints]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        return f"({' && '.join(known)})" if known else "true"

    def failing(self, node: ShapeNode, focus: Focus) -> str | None:
        """Return a pattern for the focus nodes that do not conform to a shape, ``None`` if all do."""
        condition = self.condition(node, focus.variable)
        if condition is not None:
            is_empty = condition == "true"
            return None if is_empty else distinct(focus.variable, focus.with_filter(f"!{condition}"))
        parts = []
        shape = self.shape(node)
        for constraint in shape.constraints:
            found = self.violations(shape, constraint, focus)
            if found is not None:
                parts.append(found.pattern)
        return distinct(focus.variable, branches(parts)) if parts else None

    def violations(self, shape: Shape, constraint: Constraint, focus: Focus) -> Violations | None:
        """Return what breaks a constraint at the focus nodes of its shape, ``None`` if nothing can."""
        if constraint.component == SH.PropertyConstraintComponent:
            return self._inner(shape, constraint, focus)
        if constraint.component == SH.SPARQLConstraintComponent:
            query = self.query(shape, constraint)
            return None if query.deactivated else query.violations(self, focus)
        if constraint.component in CONDITIONS:
            values = self.value_nodes(shape, focus)
            condition = self._condition(constraint, values.variable)
            if condition == "true":
                return None
            if condition is not None:
                pattern = values.with_filter(f"!{condition}")
                return Violations(pattern, focus.variable, values.variable)
        return PATTERNS[constraint.component](self, shape, constraint, focus)

    def results(self, shape: Shape, constraint: Constraint, focus: Focus) -> Violations | None:
        """Return the violations at the focus nodes of a target, sought in the way that is fastest."""
        scanned = None if self.extent is None else scan(self, shape, constraint, focus, self.extent)
        return self.violations(shape, constraint, focus) if scanned is None else scanned

    def query(self, shape: Shape, constraint: Constraint) -> SparqlConstraint:
        """Return a SPARQL-based constraint with its query, which is read once."""
        assert constraint.source is not None
        return known_sparql_constraint(self.shapes, shape.node, constraint.source)

    def _condition(self, constraint: Constraint, variable: str) -> str | None:
        condition = CONDITIONS.get(constraint.component)
        return None if condition is None else condition(self, constraint, variable)

    def _inner(self, shape: Shape, constraint: Constraint, focus: Focus) -> Violations | None:
        """Return the focus nodes with a value node that fails a property shape."""
        values = self.value_nodes(shape, focus)
        failing = self.failing(constraint.shapes[0], values)
        if failing is None:
            return None
        pattern = failing if values.variable == focus.variable else f"{failing} {values.pattern}"
        return Violations(pattern, focus.variable, values.variable)
