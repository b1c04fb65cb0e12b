"""The constraints of one shape, component by component."""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, SH

from poca_kg.store.protocol import Term
from poca_kg.validate.paths import as_term
from poca_kg.validate.shape_graph.components import COMPONENTS, Component, Value
from poca_kg.validate.shape_graph.model import Constraint, ShapeNode
from poca_kg.validate.shape_graph.regular_expressions import is_pattern_at_all
from poca_kg.validate.shape_graph.term_order import term_order
from poca_kg.validate.shape_graph.values import ill_formed, is_true, read_value
from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = ["read_constraints"]

_SHAPED = {Value.SHAPE, Value.SHAPES}


def read_constraints(rules: Graph, node: ShapeNode, *, has_path: bool) -> tuple[Constraint, ...]:
    """Return the constraints of a shape: Core in the order of the standard, then SPARQL, then components.

    Raises
    ------
    InputError
        If a parameter has a value that it cannot have; the message names the shape.
    """
    core = (found for component in COMPONENTS for found in _core(rules, node, component, has_path=has_path))
    return (*core, *_sparql(rules, node), *_declared(rules, node))


def _core(rules: Graph, node: ShapeNode, component: Component, *, has_path: bool) -> Iterator[Constraint]:
    name = shorten_iri(component.parameter)
    terms = sorted(map(as_term, rules.objects(node, component.parameter)), key=term_order)
    if len(terms) > 1 and component.is_single:
        raise ill_formed(rules, node, f"it has more than one {name}")
    if terms and component.needs_path and not has_path:
        raise ill_formed(rules, node, f"{name} belongs to property shapes, and this is a node shape")
    companions = _companions(rules, node, component)
    for term in terms:
        value = read_value(rules, node, component.parameter, term, component.value)
        if component.value is Value.BOOLEAN and not is_true(value[0]):
            continue
        if component.parameter == SH.property and (value[0], SH.path, None) not in rules:
            raise ill_formed(rules, node, "sh:property has to be a property shape, one with sh:path")
        yield from _with_companions(rules, node, component, value, companions)


def _companions(rules: Graph, node: ShapeNode, component: Component) -> dict[URIRef, list[tuple[Term, ...]]]:
    found = {}
    for parameter, value in component.companions:
        terms = sorted(map(as_term, rules.objects(node, parameter)), key=term_order)
        if len(terms) > 1 and parameter != SH.qualifiedValueShape:
            raise ill_formed(rules, node, f"it has more than one {shorten_iri(parameter)}")
        found[parameter] = [read_value(rules, node, parameter, term, value) for term in terms]
    return found


def _with_companions(
    rules: Graph,
    node: ShapeNode,
    component: Component,
    value: tuple[Term, ...],
    companions: dict[URIRef, list[tuple[Term, ...]]],
) -> Iterator[Constraint]:
    """Yield the constraint, or one for each qualified value shape."""
    parameters = {component.parameter: value}
    parameters |= {name: values[0] for name, values in companions.items() if values}
    if component.parameter == SH.pattern:
        _check_pattern(rules, node, str(value[0]), parameters.get(SH.flags, ()))
    if SH.qualifiedValueShape not in companions:
        shapes = _as_shapes(value) if component.value in _SHAPED else ()
        yield Constraint(component.iri, parameters, shapes)
        return
    for shape in companions[SH.qualifiedValueShape]:
        disjoint = parameters.get(SH.qualifiedValueShapesDisjoint, ())
        siblings = _siblings(rules, node) if disjoint and is_true(disjoint[0]) else ()
        yield Constraint(
            component.iri,
            parameters | {SH.qualifiedValueShape: shape},
            _as_shapes(shape),
            siblings=siblings,
        )


def _check_pattern(rules: Graph, node: ShapeNode, pattern: str, flags: tuple[Term, ...]) -> None:
    if not is_pattern_at_all(pattern, str(flags[0]) if flags else ""):
        with_flags = f" with the flags {str(flags[0])!r}" if flags else ""
        raise ill_formed(rules, node, f"{pattern!r}{with_flags} is no regular expression")


def _siblings(rules: Graph, node: ShapeNode) -> tuple[ShapeNode, ...]:
    """Return the sibling shapes of a shape's qualified value shapes (section 4.7.3)."""
    around = (
        sibling
        for parent in rules.subjects(SH.property, node)
        for inner in rules.objects(parent, SH.property)
        for sibling in rules.objects(inner, SH.qualifiedValueShape)
    )
    return _as_shapes(
        sorted({as_term(one) for one in around} - set(rules.objects(node, SH.qualifiedValueShape)))
    )


def _sparql(rules: Graph, node: ShapeNode) -> Iterator[Constraint]:
    for term in sorted(map(as_term, rules.objects(node, SH.sparql)), key=term_order):
        if isinstance(term, Literal):
            raise ill_formed(rules, node, "sh:sparql has to be a SPARQL constraint, not a literal")
        yield Constraint(SH.SPARQLConstraintComponent, {SH.sparql: (term,)}, source=term)


def _declared(rules: Graph, node: ShapeNode) -> Iterator[Constraint]:
    """Yield the constraints of components that the shapes graph itself declares (section 6)."""
    kinds = set(rules.transitive_subjects(RDFS.subClassOf, SH.ConstraintComponent))
    for component in sorted(set(rules.subjects(SH.parameter)), key=str):
        if not isinstance(component, URIRef) or kinds.isdisjoint(rules.objects(component, RDF.type)):
            continue
        parameters: dict[URIRef, tuple[Term, ...]] = {}
        for declaration in rules.objects(component, SH.parameter):
            name = rules.value(declaration, SH.path)
            if isinstance(name, URIRef):
                parameters[name] = tuple(sorted(map(as_term, rules.objects(node, name)), key=term_order))
        if any(parameters.values()):
            yield Constraint(component, parameters)


def _as_shapes(terms: tuple[Term, ...] | list[Term]) -> tuple[ShapeNode, ...]:
    return tuple(term for term in terms if isinstance(term, URIRef | BNode))
