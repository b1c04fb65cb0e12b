"""The values of parameters: read from the shapes graph, and refused where they are none."""

from __future__ import annotations

import re
from collections.abc import Callable

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, SH, XSD

from poca_kg.errors import ShapesError
from poca_kg.store.protocol import Term
from poca_kg.validate.paths import as_term
from poca_kg.validate.shape_graph.components import Value
from poca_kg.validate.shape_graph.naming import name_shape, nearest_name
from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = ["PLACEHOLDER", "ill_formed", "is_true", "read_list", "read_value"]

PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")
"""A variable within a message (SHACL, section 5.3.2)."""
_NODE_KINDS = {SH.IRI, SH.BlankNode, SH.Literal, SH.BlankNodeOrIRI, SH.BlankNodeOrLiteral, SH.IRIOrLiteral}
_WANTED = {
    Value.IRI: "an IRI",
    Value.NODE_KIND: "one of the six node kinds, such as sh:IRI",
    Value.COUNT: "a whole number that is not negative",
    Value.LITERAL: "a literal",
    Value.TEXT: "a text",
    Value.BOOLEAN: "true or false",
    Value.TERM: "a term",
    Value.TERMS: "a list",
    Value.LANGUAGES: "a list of language tags",
    Value.SHAPE: "a shape",
    Value.SHAPES: "a list of shapes",
}
_LISTS = {Value.TERMS, Value.LANGUAGES, Value.SHAPES}


def read_value(rules: Graph, shape: object, parameter: URIRef, term: Term, value: Value) -> tuple[Term, ...]:
    """Return the value of a parameter as terms: the members of a list, or the one term that it is.

    Raises
    ------
    ShapesError
        If it is not what the parameter wants; the message names the shape.
    """
    members = read_list(rules, term) if value in _LISTS else (term,)
    if members is None or not all(_fits(member, value) for member in members):
        what = f"{shorten_iri(parameter)} has to be {_WANTED[value]}"
        raise ill_formed(rules, shape, f"{what}, not {_shown(term)}")
    return members


def read_list(rules: Graph, node: Term) -> tuple[Term, ...] | None:
    """Return the members of a list; ``None`` if the node is no well-formed list."""
    members: list[Term] = []
    seen: set[Term] = set()
    while node != RDF.nil:
        first, rest = list(rules.objects(node, RDF.first)), list(rules.objects(node, RDF.rest))
        if node in seen or len(first) != 1 or len(rest) != 1:
            return None
        seen.add(node)
        members.append(as_term(first[0]))
        node = as_term(rest[0])
    return tuple(members)


def is_true(term: Term | None) -> bool:
    """Whether a term is the boolean ``true``, which SHACL wants written so and not as ``1``."""
    return isinstance(term, Literal) and term.datatype == XSD.boolean and str(term) == "true"


def ill_formed(rules: Graph, shape: object, what: str) -> ShapesError:
    """Return the error for a shape that is not well-formed."""
    told = f"{name_shape(rules, shape)} is not well-formed: {what}"
    return ShapesError(told, shape=nearest_name(rules, shape), advice="correct the shape")


def _fits(term: Term, value: Value) -> bool:
    fits = _TESTS.get(value)
    return fits is None or fits(term)


def _is_text(term: Term) -> bool:
    return isinstance(term, Literal) and term.datatype in {None, XSD.string} and not term.language


def _is_boolean(term: Term) -> bool:
    return isinstance(term, Literal) and term.datatype == XSD.boolean and term.value is not None


def _is_count(term: Term) -> bool:
    value = term.value if isinstance(term, Literal) else None
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_node(term: Term) -> bool:
    return isinstance(term, URIRef | BNode)


_TESTS: dict[Value, Callable[[Term], bool]] = {
    Value.IRI: lambda term: isinstance(term, URIRef),
    Value.NODE_KIND: _NODE_KINDS.__contains__,
    Value.COUNT: _is_count,
    Value.LITERAL: lambda term: isinstance(term, Literal),
    Value.TEXT: _is_text,
    Value.LANGUAGES: _is_text,
    Value.BOOLEAN: _is_boolean,
    Value.SHAPE: _is_node,
    Value.SHAPES: _is_node,
}


def _shown(term: Term) -> str:
    return "a blank node" if isinstance(term, BNode) else term.n3()
