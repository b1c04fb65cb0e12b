"""The constraint components of SHACL Core: their parameters, and what a parameter's value has to be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from rdflib import URIRef
from rdflib.namespace import SH

__all__ = ["COMPONENTS", "KNOWN_TERMS", "Component", "Value"]


class Value(Enum):
    """What the value of a parameter has to be."""

    IRI = auto()
    NODE_KIND = auto()
    COUNT = auto()
    LITERAL = auto()
    TEXT = auto()
    BOOLEAN = auto()
    TERM = auto()
    TERMS = auto()
    LANGUAGES = auto()
    SHAPE = auto()
    SHAPES = auto()


@dataclass(frozen=True)
class Component:
    """A constraint component: its IRI, and the parameter whose values make the constraints.

    Attributes
    ----------
    companions
        Further parameters that belong to the same constraint.
    is_single
        Whether a shape may have one value of the parameter only.
    needs_path
        Whether a property shape only may have it.
    """

    iri: URIRef
    parameter: URIRef
    value: Value
    companions: tuple[tuple[URIRef, Value], ...] = ()
    is_single: bool = True
    needs_path: bool = False


_NAMESPACE = "http://www.w3.org/ns/shacl#"


def _term(name: str) -> URIRef:
    return URIRef(f"{_NAMESPACE}{name}")


def _one(name: str, value: Value, *, is_single: bool = True, needs_path: bool = False) -> Component:
    iri = _term(f"{name[0].upper()}{name[1:]}ConstraintComponent")
    return Component(iri, _term(name), value, is_single=is_single, needs_path=needs_path)


_QUALIFIED = ((SH.qualifiedValueShape, Value.SHAPE), (SH.qualifiedValueShapesDisjoint, Value.BOOLEAN))

COMPONENTS: tuple[Component, ...] = (
    _one("class", Value.IRI, is_single=False),
    _one("datatype", Value.IRI),
    _one("nodeKind", Value.NODE_KIND),
    _one("minCount", Value.COUNT, needs_path=True),
    _one("maxCount", Value.COUNT, needs_path=True),
    _one("minExclusive", Value.LITERAL),
    _one("minInclusive", Value.LITERAL),
    _one("maxExclusive", Value.LITERAL),
    _one("maxInclusive", Value.LITERAL),
    _one("minLength", Value.COUNT),
    _one("maxLength", Value.COUNT),
    Component(
        SH.PatternConstraintComponent, SH.pattern, Value.TEXT, ((SH.flags, Value.TEXT),), is_single=False
    ),
    _one("languageIn", Value.LANGUAGES),
    _one("uniqueLang", Value.BOOLEAN, needs_path=True),
    _one("equals", Value.IRI, is_single=False),
    _one("disjoint", Value.IRI, is_single=False),
    _one("lessThan", Value.IRI, is_single=False, needs_path=True),
    _one("lessThanOrEquals", Value.IRI, is_single=False, needs_path=True),
    _one("not", Value.SHAPE, is_single=False),
    _one("and", Value.SHAPES, is_single=False),
    _one("or", Value.SHAPES, is_single=False),
    _one("xone", Value.SHAPES, is_single=False),
    _one("node", Value.SHAPE, is_single=False),
    _one("property", Value.SHAPE, is_single=False),
    Component(
        SH.QualifiedMinCountConstraintComponent,
        SH.qualifiedMinCount,
        Value.COUNT,
        _QUALIFIED,
    ),
    Component(
        SH.QualifiedMaxCountConstraintComponent,
        SH.qualifiedMaxCount,
        Value.COUNT,
        _QUALIFIED,
    ),
    Component(SH.ClosedConstraintComponent, SH.closed, Value.BOOLEAN, ((SH.ignoredProperties, Value.TERMS),)),
    _one("hasValue", Value.TERM, is_single=False),
    _one("in", Value.TERMS),
)
"""Every component of SHACL Core, in the order of the standard (section 4)."""

_PARAMETERS = {
    parameter
    for component in COMPONENTS
    for parameter in (component.parameter, *(companion for companion, _ in component.companions))
}
_TARGETS = {SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf}
_PATHS = "path inversePath alternativePath zeroOrMorePath oneOrMorePath zeroOrOnePath"
_TELLING = "severity message deactivated name description order group defaultValue"
_SPARQL = (
    "sparql select ask prefixes declare prefix namespace parameter optional labelTemplate validator "
    "nodeValidator propertyValidator"
)
_REPORT = (
    "conforms result detail focusNode resultMessage resultPath resultSeverity sourceConstraint "
    "sourceConstraintComponent sourceShape value shapesGraphWellFormed shapesGraph suggestedShapesGraph"
)

KNOWN_TERMS = frozenset(
    _PARAMETERS | _TARGETS | {_term(name) for name in f"{_PATHS} {_TELLING} {_SPARQL} {_REPORT}".split()}
)
"""The properties of SHACL Core, of SHACL-SPARQL and of validation reports; all others are refused."""
