"""Constraints that ask the graph about each value node: its class, what else it says, what it must have.

Source: SHACL, sections 4.1.1, 4.8.1 and 4.8.2.
"""

from __future__ import annotations

from rdflib import URIRef
from rdflib.namespace import SH

from poca_kg.store.bridge import sparql_term
from poca_kg.validate.compiler.patterns import Focus, Patterns, Violations, class_pattern, minus
from poca_kg.validate.compiler.walking import may_be_empty, write_full_path
from poca_kg.validate.paths import Predicate
from poca_kg.validate.shape_graph import Constraint, Shape

__all__ = ["closed", "has_value", "instance_of"]


def instance_of(patterns: Patterns, shape: Shape, constraint: Constraint, focus: Focus) -> Violations:
    """Return the value nodes that are no instances of the class (``sh:class``)."""
    values = patterns.value_nodes(shape, focus)
    kind = URIRef(constraint.parameters[SH["class"]][0])
    pattern = minus(patterns, values, class_pattern(patterns, values.variable, kind))
    if known := patterns.hierarchy.instances.get(kind):
        terms = patterns.text.all_stored(known)
        pattern = f"{pattern} MINUS {{ VALUES {values.variable} {{ {terms} }} }}"
    return Violations(pattern, focus.variable, values.variable)


def has_value(patterns: Patterns, shape: Shape, constraint: Constraint, focus: Focus) -> Violations:
    """Return the focus nodes without the value (``sh:hasValue``); there is no value node to show."""
    wanted = patterns.text.stored(constraint.parameters[SH.hasValue][0])
    if shape.path is None:
        return Violations(focus.with_filter(f"!sameTerm({focus.variable}, {wanted})"), focus.variable)
    removed = f"{focus.variable} {write_full_path(shape.path)} {wanted} ."
    pattern = minus(patterns, focus, removed)
    if may_be_empty(shape.path):
        pattern = f"{pattern} FILTER(!sameTerm({focus.variable}, {wanted}))"
    return Violations(pattern, focus.variable)


def closed(patterns: Patterns, shape: Shape, constraint: Constraint, focus: Focus) -> Violations:
    """Return the triples of value nodes whose property the shape does not name (``sh:closed``)."""
    values = patterns.value_nodes(shape, focus)
    predicate, term = patterns.fresh("p"), patterns.fresh("o")
    pattern = f"{values.pattern} {values.variable} {predicate} {term} ."
    allowed = {*_properties(patterns, shape), *constraint.parameters.get(SH.ignoredProperties, ())}
    if names := ", ".join(sorted(sparql_term(iri) for iri in allowed if isinstance(iri, URIRef))):
        pattern = f"{pattern} FILTER({predicate} NOT IN ({names}))"
    return Violations(pattern, focus.variable, term, path=predicate)


def _properties(patterns: Patterns, shape: Shape) -> set[URIRef]:
    """Return the properties that the property shapes of a shape are about."""
    inner = (
        patterns.shape(constraint.shapes[0]).path
        for constraint in shape.constraints
        if constraint.component == SH.PropertyConstraintComponent
    )
    return {path.iri for path in inner if isinstance(path, Predicate)}
