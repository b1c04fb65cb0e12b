"""Constraints on one value node that need nothing but the node itself: conditions for FILTER.

A condition is true or false for every term and never an error: SHACL takes what cannot be judged for wrong.
Source: SHACL, sections 4.1 to 4.4 and 4.8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rdflib import Literal, URIRef
from rdflib.namespace import SH

from poca_kg.store.bridge import sparql_term
from poca_kg.store.protocol import Term
from poca_kg.validate.compiler.datatypes import lexical_condition
from poca_kg.validate.compiler.patterns import Patterns
from poca_kg.validate.shape_graph import Constraint

__all__ = ["CONDITIONS"]

_KINDS = {
    SH.IRI: "isIRI({0})",
    SH.BlankNode: "isBlank({0})",
    SH.Literal: "isLiteral({0})",
    SH.BlankNodeOrIRI: "(isBlank({0}) || isIRI({0}))",
    SH.BlankNodeOrLiteral: "(isBlank({0}) || isLiteral({0}))",
    SH.IRIOrLiteral: "(isIRI({0}) || isLiteral({0}))",
}
_NOTHING = "false"


def _safe(condition: str) -> str:
    return f"COALESCE({condition}, false)"


def _value(constraint: Constraint, parameter: URIRef) -> Term:
    (term,) = constraint.parameters[parameter]
    return term


def _datatype(patterns: Patterns, constraint: Constraint, variable: str) -> str | None:
    datatype = URIRef(_value(constraint, SH.datatype))
    parts = [patterns.text.has_datatype(variable, datatype), lexical_condition(variable, datatype)]
    return _safe(" && ".join(filter(None, parts)))


def _node_kind(patterns: Patterns, constraint: Constraint, variable: str) -> str | None:
    del patterns
    return _KINDS[URIRef(_value(constraint, SH.nodeKind))].format(variable)


def _range(parameter: URIRef, operator: str) -> _Condition:
    def condition(patterns: Patterns, constraint: Constraint, variable: str) -> str | None:
        bound = sparql_term(_value(constraint, parameter))
        return _safe(f"{patterns.text.value(variable)} {operator} {bound}")

    return condition


def _length(parameter: URIRef, operator: str) -> _Condition:
    def condition(patterns: Patterns, constraint: Constraint, variable: str) -> str | None:
        del patterns
        bound = _value(constraint, parameter)
        assert isinstance(bound, Literal)
        if operator == ">=" and int(bound.value) == 0:
            return f"(!isBlank({variable}))"
        return _safe(f"!isBlank({variable}) && STRLEN(STR({variable})) {operator} {int(bound.value)}")

    return condition


def _pattern(patterns: Patterns, constraint: Constraint, variable: str) -> str | None:
    del patterns
    texts = [sparql_term(Literal(str(_value(constraint, SH.pattern))))]
    if (flags := constraint.only(SH.flags)) is not None and str(flags):
        texts.append(sparql_term(Literal(str(flags))))
    return _safe(f"!isBlank({variable}) && REGEX(STR({variable}), {', '.join(texts)})")


def _language_in(patterns: Patterns, constraint: Constraint, variable: str) -> str | None:
    del patterns
    tags = (sparql_term(Literal(str(tag))) for tag in constraint.parameters[SH.languageIn])
    return _safe(" || ".join(f"LANGMATCHES(LANG({variable}), {tag})" for tag in tags) or _NOTHING)


def _in(patterns: Patterns, constraint: Constraint, variable: str) -> str | None:
    terms = constraint.parameters[SH["in"]]
    same = [f"sameTerm({variable}, {patterns.text.stored(term)})" for term in terms]
    return f"({' || '.join(same)})" if same else _NOTHING


def _not(patterns: Patterns, constraint: Constraint, variable: str) -> str | None:
    inner = patterns.condition(constraint.shapes[0], variable)
    return None if inner is None else f"(!{inner})"


def _and(patterns: Patterns, constraint: Constraint, variable: str) -> str | None:
    return _joined(patterns, constraint, variable, " && ")


def _or(patterns: Patterns, constraint: Constraint, variable: str) -> str | None:
    return _joined(patterns, constraint, variable, " || ")


def _joined(patterns: Patterns, constraint: Constraint, variable: str, operator: str) -> str | None:
    parts = [patterns.condition(shape, variable) for shape in constraint.shapes]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return f"({operator.join(known)})" if known else str(operator == " && ").lower()


def _xone(patterns: Patterns, constraint: Constraint, variable: str) -> str | None:
    parts = [patterns.condition(shape, variable) for shape in constraint.shapes]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return f"({' + '.join(f'IF({part}, 1, 0)' for part in known)} = 1)" if known else _NOTHING


def _node(patterns: Patterns, constraint: Constraint, variable: str) -> str | None:
    return patterns.condition(constraint.shapes[0], variable)


_Condition = Callable[[Patterns, Constraint, str], str | None]

CONDITIONS: Mapping[URIRef, _Condition] = {
    SH.DatatypeConstraintComponent: _datatype,
    SH.NodeKindConstraintComponent: _node_kind,
    SH.MinExclusiveConstraintComponent: _range(SH.minExclusive, ">"),
    SH.MinInclusiveConstraintComponent: _range(SH.minInclusive, ">="),
    SH.MaxExclusiveConstraintComponent: _range(SH.maxExclusive, "<"),
    SH.MaxInclusiveConstraintComponent: _range(SH.maxInclusive, "<="),
    SH.MinLengthConstraintComponent: _length(SH.minLength, ">="),
    SH.MaxLengthConstraintComponent: _length(SH.maxLength, "<="),
    SH.PatternConstraintComponent: _pattern,
    SH.LanguageInConstraintComponent: _language_in,
    SH.InConstraintComponent: _in,
    SH.NotConstraintComponent: _not,
    SH.AndConstraintComponent: _and,
    SH.OrConstraintComponent: _or,
    SH.XoneConstraintComponent: _xone,
    SH.NodeConstraintComponent: _node,
}
"""The condition that a value node meets, or ``None`` where it takes a pattern after all (shapes within)."""
