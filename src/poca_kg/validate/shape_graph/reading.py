"""From an rdflib graph to shapes: which nodes are shapes, what each says, and whether it can be used."""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SH, XSD

from poca_kg.errors import InputError, ShapesError
from poca_kg.store.protocol import Term
from poca_kg.validate.paths import PropertyPath, as_term, read_path
from poca_kg.validate.report import Severity
from poca_kg.validate.shape_graph.components import COMPONENTS, KNOWN_TERMS, Value
from poca_kg.validate.shape_graph.constraints import read_constraints
from poca_kg.validate.shape_graph.model import Shape, ShapeGraph, ShapeNode, Target, TargetKind
from poca_kg.validate.shape_graph.naming import name_shape, nearest_name
from poca_kg.validate.shape_graph.recursion import check_recursion
from poca_kg.validate.shape_graph.term_order import term_order
from poca_kg.validate.shape_graph.values import ill_formed, is_true, read_list
from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = ["read_shape_graph"]

_TARGETS = {
    SH.targetNode: TargetKind.NODE,
    SH.targetClass: TargetKind.CLASS,
    SH.targetSubjectsOf: TargetKind.SUBJECTS_OF,
    SH.targetObjectsOf: TargetKind.OBJECTS_OF,
}
_SHAPE_CLASSES = (SH.NodeShape, SH.PropertyShape)
_SHAPE_PARAMETERS = {
    parameter
    for component in COMPONENTS
    for parameter, value in ((component.parameter, component.value), *component.companions)
    if value is Value.SHAPE
}
_LIST_PARAMETERS = {component.parameter for component in COMPONENTS if component.value is Value.SHAPES}


def read_shape_graph(rules: Graph) -> ShapeGraph:
    """Return the shapes of a shapes graph; the graph is not changed.

    >>> text = '''@prefix sh: <http://www.w3.org/ns/shacl#> .
    ... <http://e/S> sh:targetClass <http://e/City> ; sh:closed true .'''
    >>> [shape.node for shape in read_shape_graph(Graph().parse(data=text)).targeted]
    [rdflib.term.URIRef('http://e/S')]

    Raises
    ------
    ShapesError
        If a shape is not well-formed, uses a term of the ``sh:`` namespace that is none of SHACL Core or
        SHACL-SPARQL, or refers to itself; the message names the shape.
    """
    found = _shape_nodes(rules)
    _check_terms(rules, found)
    nodes = sorted(found, key=lambda node: (isinstance(node, BNode), node))
    shapes = {node: _read_shape(rules, node) for node in nodes}
    check_recursion(rules, shapes)
    return ShapeGraph(shapes, rules)


def _check_terms(rules: Graph, shapes: set[ShapeNode]) -> None:
    """Refuse what we do not know: a shape whose rule is passed over looks as if the data obeyed it.

    A node with a type that is no shape is data that stand in the same file, and may say what it likes.
    """
    for subject, predicate in sorted(set(rules.subject_predicates(unique=True)), key=str):
        is_ours = subject in shapes or (subject, RDF.type, None) not in rules
        if is_ours and str(predicate).startswith(str(SH)) and predicate not in KNOWN_TERMS:
            what = f"{name_shape(rules, subject)} uses {shorten_iri(str(predicate))}"
            advice = "correct the name, or leave out what is not in SHACL Core or SHACL-SPARQL"
            told = f"{what}, which is no term of SHACL Core or SHACL-SPARQL"
            raise ShapesError(told, shape=nearest_name(rules, subject), advice=advice)


def _shape_nodes(rules: Graph) -> set[ShapeNode]:
    """Return the nodes that are shapes (section 2.1)."""
    found: set[object] = {node for kind in _SHAPE_CLASSES for node in rules.subjects(RDF.type, kind)}
    for predicate in _TARGETS:
        found |= set(rules.subjects(predicate))
    declared = {rules.value(node, SH.path) for node in rules.objects(None, SH.parameter)}
    for parameter in {SH.sparql, *declared, *(component.parameter for component in COMPONENTS)}:
        found |= set(rules.subjects(parameter)) if isinstance(parameter, URIRef) else set()
    for predicate in _SHAPE_PARAMETERS:
        found |= set(rules.objects(None, predicate))
    for predicate in _LIST_PARAMETERS:
        for node in rules.objects(None, predicate):
            found |= set(read_list(rules, as_term(node)) or ())
    return {node for node in found if isinstance(node, URIRef | BNode)}


def _read_shape(rules: Graph, node: ShapeNode) -> Shape:
    path = _path(rules, node)
    severity = _only(rules, node, SH.severity)
    known = next((one for one in Severity if one.iri == severity), None)
    if severity is not None and not isinstance(severity, URIRef):
        raise ill_formed(rules, node, "sh:severity has to be an IRI")
    return Shape(
        node=node,
        path=path,
        targets=tuple(_targets(rules, node)),
        constraints=read_constraints(rules, node, has_path=path is not None),
        severity=known or Severity.VIOLATION,
        messages=_messages(rules, node),
        deactivated=_deactivated(rules, node),
        severity_iri=severity if known is None else None,
    )


def _path(rules: Graph, node: ShapeNode) -> PropertyPath | None:
    path = _only(rules, node, SH.path)
    if path is None:
        if (node, RDF.type, SH.PropertyShape) in rules:
            raise ill_formed(rules, node, "a property shape needs sh:path")
        return None
    if (node, RDF.type, SH.NodeShape) in rules:
        raise ill_formed(rules, node, "a node shape has no sh:path")
    try:
        return read_path(rules, path)
    except InputError as error:
        raise ill_formed(rules, node, "its sh:path is no property path") from error


def _targets(rules: Graph, node: ShapeNode) -> Iterator[Target]:
    for predicate, kind in _TARGETS.items():
        for term in sorted(map(as_term, rules.objects(node, predicate)), key=term_order):
            if kind is not TargetKind.NODE and not isinstance(term, URIRef):
                raise ill_formed(rules, node, f"{shorten_iri(predicate)} has to be an IRI")
            yield Target(kind, term)
    if isinstance(node, URIRef) and _is_class(rules, node):
        yield Target(TargetKind.IMPLICIT_CLASS, node)


def _is_class(rules: Graph, node: URIRef) -> bool:
    """Whether a shape is a class too; OWL's classes are, whether or not the graph says so."""
    classes = {*rules.transitive_subjects(RDFS.subClassOf, RDFS.Class), OWL.Class}
    return any(kind in classes for kind in rules.objects(node, RDF.type))


def _messages(rules: Graph, node: ShapeNode) -> tuple[Literal, ...]:
    texts = list(rules.objects(node, SH.message))
    for text in texts:
        if not isinstance(text, Literal) or (text.datatype not in {None, XSD.string} and not text.language):
            raise ill_formed(rules, node, "sh:message has to be a text")
    literals = [text for text in texts if isinstance(text, Literal)]
    return tuple(sorted(literals, key=lambda text: (text.language or "", str(text))))


def _deactivated(rules: Graph, node: ShapeNode) -> bool:
    term = _only(rules, node, SH.deactivated)
    if term is None or is_true(term):
        return term is not None
    if isinstance(term, Literal) and term.value is False:
        return False
    raise ill_formed(rules, node, "sh:deactivated has to be true or false")


def _only(rules: Graph, node: ShapeNode, predicate: URIRef) -> Term | None:
    values = list(rules.objects(node, predicate))
    if len(values) > 1:
        raise ill_formed(rules, node, f"it has more than one {shorten_iri(predicate)}")
    return as_term(values[0]) if values else None
