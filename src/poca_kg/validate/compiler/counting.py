"""Constraints on how many value nodes there are: all of them, those of one language, those of a shape.

Source: SHACL, sections 4.2, 4.4.5 and 4.7.3.
"""

from __future__ import annotations

from rdflib import Literal
from rdflib.namespace import SH

from poca_kg.validate.compiler.patterns import Focus, Patterns, Violations, distinct
from poca_kg.validate.compiler.walking import may_be_empty
from poca_kg.validate.shape_graph import Constraint, Shape

__all__ = [
    "at_least",
    "at_most",
    "fewer",
    "more",
    "qualified_at_least",
    "qualified_at_most",
    "unique_languages",
]


def at_least(patterns: Patterns, shape: Shape, constraint: Constraint, focus: Focus) -> Violations | None:
    """Return the focus nodes with fewer value nodes than ``sh:minCount``."""
    if shape.path is not None and may_be_empty(shape.path) and _number(constraint, SH.minCount) == 1:
        # The path leads from every node at least to itself.
        return None
    return fewer(focus, patterns.value_nodes(shape, focus), constraint)


def fewer(focus: Focus, values: Focus, constraint: Constraint) -> Violations | None:
    """Return the focus nodes with fewer value nodes than ``sh:minCount``; some may be no focus node's."""
    return _fewer(focus, values, _number(constraint, SH.minCount))


def at_most(patterns: Patterns, shape: Shape, constraint: Constraint, focus: Focus) -> Violations:
    """Return the focus nodes with more value nodes than ``sh:maxCount``."""
    return more(focus, patterns.value_nodes(shape, focus), constraint)


def more(focus: Focus, values: Focus, constraint: Constraint, *, once: bool = False) -> Violations:
    """Return the focus nodes with more value nodes than ``sh:maxCount``.

    ``once`` says that the pattern of the values gives each value node once, which is cheaper to count.
    """
    return _more(focus, values, _number(constraint, SH.maxCount), once=once)


def unique_languages(patterns: Patterns, shape: Shape, constraint: Constraint, focus: Focus) -> Violations:
    """Return the focus nodes with two texts in one language, once for each such language."""
    del constraint
    values = patterns.value_nodes(shape, focus)
    tag = patterns.fresh("language")
    tagged = f'{values.pattern} BIND(LCASE(LANG({values.variable})) AS {tag}) FILTER({tag} != "")'
    many = f"GROUP BY {focus.variable} {tag} HAVING (COUNT(DISTINCT {values.variable}) > 1)"
    pattern = f"{{ SELECT {focus.variable} {tag} WHERE {{ {tagged} }} {many} }}"
    return Violations(pattern, focus.variable, others=(tag,))


def qualified_at_least(
    patterns: Patterns, shape: Shape, constraint: Constraint, focus: Focus
) -> Violations | None:
    """Return the focus nodes with too few value nodes that conform to the qualified value shape."""
    least = _number(constraint, SH.qualifiedMinCount)
    return _fewer(focus, _qualified(patterns, shape, constraint, focus), least)


def qualified_at_most(patterns: Patterns, shape: Shape, constraint: Constraint, focus: Focus) -> Violations:
    """Return the focus nodes with too many value nodes that conform to the qualified value shape."""
    return _more(
        focus,
        _qualified(patterns, shape, constraint, focus),
        _number(constraint, SH.qualifiedMaxCount),
    )


def _qualified(patterns: Patterns, shape: Shape, constraint: Constraint, focus: Focus) -> Focus:
    """Return the value nodes that conform to the shape, and to none of the siblings that rule it out."""
    values = patterns.value_nodes(shape, focus)
    pattern = values.pattern
    if failing := patterns.failing(constraint.shapes[0], values):
        pattern = f"{pattern} MINUS {{ {failing} }}"
    for sibling in constraint.siblings:
        failing = patterns.failing(sibling, values)
        conforming = values.pattern if failing is None else f"{values.pattern} MINUS {{ {failing} }}"
        pattern = f"{pattern} MINUS {{ {distinct(values.variable, conforming)} }}"
    return Focus(pattern, values.variable)


def _fewer(focus: Focus, values: Focus, least: int) -> Violations | None:
    if least == 0:
        return None
    enough = values.pattern if least == 1 else _counted(focus, values, f">= {least}")
    return Violations(f"{focus.pattern} MINUS {{ {enough} }}", focus.variable)


def _more(focus: Focus, values: Focus, most: int, *, once: bool = False) -> Violations:
    pattern = values.pattern if most == 0 else _counted(focus, values, f"> {most}", once=once)
    return Violations(pattern, focus.variable)


def _counted(focus: Focus, values: Focus, condition: str, *, once: bool = False) -> str:
    counted = "*" if once else f"DISTINCT {values.variable}"
    having = f"HAVING (COUNT({counted}) {condition})"
    return f"{{ SELECT {focus.variable} WHERE {{ {values.pattern} }} GROUP BY {focus.variable} {having} }}"


def _number(constraint: Constraint, parameter: object) -> int:
    (term,) = next(terms for name, terms in constraint.parameters.items() if name == parameter)
    assert isinstance(term, Literal)
    return int(term.value)
