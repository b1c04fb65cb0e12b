"""Constraints that compare the value nodes with the values of another property (SHACL, section 4.5)."""

from __future__ import annotations

from rdflib import URIRef
from rdflib.namespace import SH

from poca_kg.store.bridge import sparql_term
from poca_kg.validate.compiler.patterns import Focus, Patterns, Violations, branches, minus
from poca_kg.validate.shape_graph import Constraint, Shape

__all__ = ["disjoint", "equal", "less_than", "less_than_or_equal"]


def equal(patterns: Patterns, shape: Shape, constraint: Constraint, focus: Focus) -> Violations:
    """Return the values that only one of the two has (``sh:equals``)."""
    values = patterns.value_nodes(shape, focus)
    term = patterns.fresh("o")
    other = f"{focus.variable} {_property(constraint, SH.equals)}"
    missing_there = (
        f"{minus(patterns, values, f'{other} {values.variable} .')} BIND({values.variable} AS {term})"
    )
    if shape.path is None:
        missing_here = f"{focus.pattern} {other} {term} . FILTER(!sameTerm({term}, {values.variable}))"
    else:
        others = Focus(f"{focus.pattern} {other} {values.variable} .", values.variable)
        missing_here = f"{others.pattern} MINUS {{ {values.pattern} }} BIND({values.variable} AS {term})"
    return Violations(branches([missing_there, missing_here]), focus.variable, term)


def disjoint(patterns: Patterns, shape: Shape, constraint: Constraint, focus: Focus) -> Violations:
    """Return the values that both have (``sh:disjoint``)."""
    values = patterns.value_nodes(shape, focus)
    other = _property(constraint, SH.disjoint)
    pattern = f"{values.pattern} {focus.variable} {other} {values.variable} ."
    return Violations(pattern, focus.variable, values.variable)


def less_than(patterns: Patterns, shape: Shape, constraint: Constraint, focus: Focus) -> Violations:
    """Return the values that are not less than each value of the other (``sh:lessThan``)."""
    return _compared(patterns, shape, (_property(constraint, SH.lessThan), "<"), focus)


def less_than_or_equal(patterns: Patterns, shape: Shape, constraint: Constraint, focus: Focus) -> Violations:
    """Return the values that are greater than one of the other (``sh:lessThanOrEquals``)."""
    return _compared(patterns, shape, (_property(constraint, SH.lessThanOrEquals), "<="), focus)


def _compared(patterns: Patterns, shape: Shape, wanted: tuple[str, str], focus: Focus) -> Violations:
    other, operator = wanted
    # Only literals have an order; some engines let a node be less than or equal to itself.
    values = patterns.value_nodes(shape, focus)
    term = patterns.fresh("o")
    left, right = patterns.text.value(values.variable), patterns.text.value(term)
    pattern = (
        f"{values.pattern} {focus.variable} {other} {term} . "
        f"FILTER(!COALESCE(isLiteral({values.variable}) && {left} {operator} {right}, false))"
    )
    return Violations(pattern, focus.variable, values.variable, others=(term,))


def _property(constraint: Constraint, parameter: URIRef) -> str:
    return sparql_term(constraint.parameters[parameter][0])
