"""What to do about a finding, derived from the constraint that is broken, in words for people.

A shape may give advice of its own, which is better; this is for all the others.
"""

from __future__ import annotations

from rdflib import RDF, Literal, URIRef
from rdflib.namespace import SH, XSD
from rdflib.term import Node

from poca_kg.validate.expected import Expectation
from poca_kg.validate.findings import Finding
from poca_kg.validate.paths import Inverse, Predicate, as_term, write_path
from poca_kg.validate.phrases import phrase, write_term
from poca_kg.validate.shapes import Shapes
from poca_kg.validate.undeclared import UNDECLARED_SHAPE

__all__ = ["derive_fix", "sort_of_value"]

_LONGEST_IN_A_FIX = 80
_FIXES = {
    SH.MinCountConstraintComponent: "fix-add",
    SH.QualifiedMinCountConstraintComponent: "fix-add",
    SH.QualifiedMaxCountConstraintComponent: "fix-fewer",
    SH.HasValueConstraintComponent: "fix-add-value",
    SH.MaxCountConstraintComponent: "fix-remove-values",
    SH.UniqueLangConstraintComponent: "fix-language",
    SH.LanguageInConstraintComponent: "fix-tag",
    SH.ClosedConstraintComponent: "fix-remove",
    SH.ClassConstraintComponent: "fix-class",
    SH.DatatypeConstraintComponent: "fix-datatype",
    SH.EqualsConstraintComponent: "fix-equals",
    SH.DisjointConstraintComponent: "fix-disjoint",
    SH.LessThanConstraintComponent: "fix-order",
    SH.LessThanOrEqualsConstraintComponent: "fix-order",
    SH.NodeKindConstraintComponent: "fix-replace",
    SH.InConstraintComponent: "fix-replace",
    SH.PatternConstraintComponent: "fix-replace",
    SH.MinLengthConstraintComponent: "fix-replace",
    SH.MaxLengthConstraintComponent: "fix-replace",
    SH.MinInclusiveConstraintComponent: "fix-replace",
    SH.MinExclusiveConstraintComponent: "fix-replace",
    SH.MaxInclusiveConstraintComponent: "fix-replace",
    SH.MaxExclusiveConstraintComponent: "fix-replace",
    SH.NodeConstraintComponent: "fix-replace",
    SH.OrConstraintComponent: "fix-replace",
    SH.XoneConstraintComponent: "fix-replace",
    SH.SPARQLConstraintComponent: "",
    SH.ConstraintComponent: "",
    UNDECLARED_SHAPE: "fix-declare",
}
_OTHERS = {
    SH.EqualsConstraintComponent: SH.equals,
    SH.DisjointConstraintComponent: SH.disjoint,
    SH.LessThanConstraintComponent: SH.lessThan,
    SH.LessThanOrEqualsConstraintComponent: SH.lessThanOrEquals,
}
_BACKWARDS = {"fix-add": "fix-add-there", "fix-remove": "fix-remove-there"}
_EXAMPLES = {
    XSD.string: '"…"',
    XSD.integer: "12",
    XSD.decimal: "12.5",
    XSD.boolean: "true",
    XSD.date: '"2015-01-31"^^xsd:date',
    XSD.dateTime: '"2015-01-31T12:00:00Z"^^xsd:dateTime',
    XSD.gYear: '"2050"^^xsd:gYear',
    XSD.gYearMonth: '"2014-05"^^xsd:gYearMonth',
    XSD.anyURI: '"https://…"^^xsd:anyURI',
    RDF.langString: '"…"@en',
}


def sort_of_value(shapes: Shapes, finding: Finding) -> str:
    """Return what of the value decides on the fix: whether it is a text, ill-typed, a thing, or not there."""
    if finding.value is None:
        return ""
    if finding.component == SH.DatatypeConstraintComponent and _is_ill_typed(shapes, finding):
        return "ill-typed"
    return "text" if isinstance(finding.value, Literal) else "thing"


def derive_fix(shapes: Shapes, finding: Finding, expected: str, language: str) -> str:
    """Return what to do; empty where nothing follows from the constraint.

    ``expected`` is what the constraint expects, in the same language.
    """
    path = "" if finding.path is None else write_path(finding.path)
    key = _FIXES.get(finding.component, "fix-change" if path else "")
    if not key or (not path and key in {"fix-replace", "fix-class"}):
        return ""
    if (finding.shape, SH.maxCount, Literal(0)) in shapes.rules:
        key = "fix-remove"
    if finding.component == SH.NodeKindConstraintComponent and expected == phrase("kind-IRI", language):
        key = "fix-iri"
    if key == "fix-datatype" and _is_ill_typed(shapes, finding):
        key = "fix-ill-typed"
    if key == "fix-class":
        return _fix_of_class(shapes, finding, expected, language)
    other = _other(shapes, finding)
    if isinstance(finding.path, Inverse) and isinstance(finding.path.path, Predicate):
        there = write_path(finding.path.path)
        if key in _BACKWARDS:
            key, path = _BACKWARDS[key], there
        elif key == "fix-disjoint" and other == there:
            key = "fix-one-way"
    if key == "fix-replace" and len(expected) > _LONGEST_IN_A_FIX:
        key = "fix-choose"
    return phrase(
        key,
        language,
        path=path,
        expected=expected,
        count=Expectation(shapes, finding.shape, language).count(),
        other=other,
        example=_example(shapes, finding),
    )


def _fix_of_class(shapes: Shapes, finding: Finding, expected: str, language: str) -> str:
    """Return how to come to a thing of the right class: by its IRI, by its type, or by another concept."""
    if isinstance(finding.value, Literal):
        return phrase("fix-not-text", language)
    if len(expected) > _LONGEST_IN_A_FIX:
        return phrase("fix-choose", language)
    sort = _parameter(shapes, finding, SH["class"])
    name = "" if sort is None else write_term(as_term(sort))
    return phrase("fix-class", language, expected=expected, name=name)


def _example(shapes: Shapes, finding: Finding) -> str:
    """Return how a value of the datatype that is asked for is written in Turtle."""
    datatype = _parameter(shapes, finding, SH.datatype)
    if datatype is None:
        return ""
    return _EXAMPLES.get(URIRef(str(datatype)), f'"…"^^{write_term(as_term(datatype))}')


def _is_ill_typed(shapes: Shapes, finding: Finding) -> bool:
    """Whether a value says that it has the datatype asked for, so that its text must be what is wrong."""
    wanted = _parameter(shapes, finding, SH.datatype)
    return isinstance(finding.value, Literal) and finding.value.datatype == wanted


def _other(shapes: Shapes, finding: Finding) -> str:
    """Return the property that a shape compares its path with."""
    parameter = _OTHERS.get(finding.component)
    other = None if parameter is None else _parameter(shapes, finding, parameter)
    return "" if other is None else write_term(as_term(other))


def _parameter(shapes: Shapes, finding: Finding, parameter: URIRef) -> Node | None:
    return min(shapes.rules.objects(finding.shape, parameter), key=str, default=None)
