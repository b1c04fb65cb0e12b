"""Constraints that hold shapes: which value nodes conform to how many of them (SHACL, sections 4.6 and 4.7).

Each is put together from patterns for the value nodes that *fail* a shape: of them there are few, and what
fails all of several shapes is their join, what fails one of them their union.
"""

from __future__ import annotations

from poca_kg.validate.compiler.patterns import Focus, Patterns, Violations, branches, distinct
from poca_kg.validate.shape_graph import Constraint, Shape

__all__ = ["all_of", "any_of", "none_of", "one_of"]


def all_of(patterns: Patterns, shape: Shape, constraint: Constraint, focus: Focus) -> Violations | None:
    """Return the value nodes that fail one of the shapes (``sh:and``, ``sh:node``)."""
    values = patterns.value_nodes(shape, focus)
    failing = _failing(patterns, constraint, values)
    if not failing:
        return None
    together = failing[0] if len(failing) == 1 else distinct(values.variable, branches(failing))
    return _at(focus, values, together)


def any_of(patterns: Patterns, shape: Shape, constraint: Constraint, focus: Focus) -> Violations | None:
    """Return the value nodes that fail each of the shapes (``sh:or``)."""
    values = patterns.value_nodes(shape, focus)
    failing = _failing(patterns, constraint, values)
    if len(failing) < len(constraint.shapes):
        return None
    return _at(focus, values, " ".join(failing))


def none_of(patterns: Patterns, shape: Shape, constraint: Constraint, focus: Focus) -> Violations:
    """Return the value nodes that conform to the shape (``sh:not``)."""
    values = patterns.value_nodes(shape, focus)
    failing = patterns.failing(constraint.shapes[0], values)
    pattern = values.pattern if failing is None else f"{values.pattern} MINUS {{ {failing} }}"
    return Violations(pattern, focus.variable, values.variable)


def one_of(patterns: Patterns, shape: Shape, constraint: Constraint, focus: Focus) -> Violations | None:
    """Return the value nodes that conform to none of the shapes, or to more than one (``sh:xone``)."""
    values = patterns.value_nodes(shape, focus)
    failing = _failing(patterns, constraint, values)
    others = len(constraint.shapes) - 1
    if others == 0:
        return _at(focus, values, failing[0]) if failing else None
    pattern = values.pattern
    if failing:
        number, name = patterns.fresh("n"), values.variable
        marked = branches([f"{part} BIND({at} AS {number})" for at, part in enumerate(failing)])
        having = f"HAVING (COUNT(DISTINCT {number}) = {others})"
        pattern = f"{pattern} MINUS {{ {{ SELECT {name} WHERE {{ {marked} }} GROUP BY {name} {having} }} }}"
    return Violations(pattern, focus.variable, values.variable)


def _failing(patterns: Patterns, constraint: Constraint, values: Focus) -> list[str]:
    parts = [patterns.failing(shape, values) for shape in constraint.shapes]
    return [part for part in parts if part is not None]


def _at(focus: Focus, values: Focus, failing: str) -> Violations:
    """Return the focus nodes of failing value nodes; where these are the same, there is nothing to join."""
    is_same = focus.variable == values.variable
    pattern = failing if is_same else f"{failing} {values.pattern}"
    return Violations(pattern, focus.variable, values.variable)
