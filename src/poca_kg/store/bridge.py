"""The way between rdflib's terms and the engine's; the only other module that knows both is ``embedded``.

Lexical forms pass unchanged in both directions. The engine itself rewrites some of them when it *stores* them
(``"01"`` becomes ``"1"``, ``1.50`` becomes ``1.5``) and lower-cases language tags.
"""

from __future__ import annotations

from typing import TypeAlias

import pyoxigraph as ox
from rdflib import RDF, BNode, Literal, URIRef

from poca_kg.errors import UsageError
from poca_kg.store.protocol import Quad, Term, Triple

__all__ = [
    "EngineTerm",
    "from_engine",
    "node",
    "quad_from_engine",
    "quad_to_engine",
    "sparql_term",
    "to_engine",
    "triple_from_engine",
    "typed_literal",
]

EngineTerm: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
_MARKUP = frozenset({RDF.HTML, RDF.XMLLiteral})
_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
_LANGUAGE_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"


def node(iri: str) -> ox.NamedNode:
    """Return the engine's node for an IRI.

    Raises
    ------
    UsageError
        If the text is no absolute IRI. rdflib takes any text for an IRI, so this is where one is refused.
    """
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        advice = "give an absolute IRI such as https://w3id.org/poca-kg/id/city/milan"
        raise UsageError(f"{iri!r} is not an IRI: {error}", advice=advice) from None


def to_engine(term: Term) -> EngineTerm:
    """Return the engine's term for one of rdflib's.

    >>> to_engine(Literal("01", datatype=URIRef("http://www.w3.org/2001/XMLSchema#integer"), normalize=False))
    <Literal value=01 datatype=<NamedNode value=http://www.w3.org/2001/XMLSchema#integer>>

    Raises
    ------
    UsageError
        If the term is not one: an IRI with a space, a language tag that is none, a Python object.
    """
    try:
        match term:
            case Literal() if term.language:
                return ox.Literal(str(term), language=term.language)
            case Literal() if term.datatype is not None:
                return ox.Literal(str(term), datatype=node(term.datatype))
            case Literal():
                return ox.Literal(str(term))
            case BNode():
                return ox.BlankNode(str(term))
            case URIRef():
                return node(term)
    except ValueError as error:
        raise UsageError(f"{str(term)!r} is not a term of RDF: {error}") from None
    raise UsageError(f"{term!r} is not a term of RDF", advice="give a URIRef, BNode or Literal of rdflib")


def from_engine(term: EngineTerm | ox.Triple) -> Term:
    """Return rdflib's term for one of the engine's, with the lexical form as the engine gives it.

    Raises
    ------
    UsageError
        For a triple term or a directed string of RDF 1.2, which rdflib cannot hold.
    """
    match term:
        case ox.NamedNode():
            return URIRef(term.value)
        case ox.BlankNode():
            return BNode(term.value)
        case ox.Literal() if term.language and getattr(term, "direction", None) is None:
            return Literal(term.value, lang=term.language)
        case ox.Literal() if term.datatype.value == _XSD_STRING:
            return Literal(term.value)
        case ox.Literal() if not term.language:
            return typed_literal(term.value, URIRef(term.datatype.value))
    raise UsageError(
        "the answer holds a term of RDF 1.2", advice="ask for SUBJECT(), PREDICATE() or STR() of it"
    )


def typed_literal(text: str, datatype: URIRef) -> Literal:
    """Return a literal with the lexical form as it is; markup is not parsed.

    rdflib builds a tree of each ``rdf:HTML`` and ``rdf:XMLLiteral``, which takes minutes for a hostile one
    and serves nobody here: two are the same when their texts are.
    """
    if datatype not in _MARKUP:
        return Literal(text, datatype=datatype, normalize=False)
    literal = Literal(text)
    literal._datatype, literal._value, literal._ill_typed = datatype, None, None
    return literal


def triple_from_engine(triple: ox.Triple | ox.Quad) -> Triple:
    """Return the three rdflib terms of a triple or quad."""
    return from_engine(triple.subject), from_engine(triple.predicate), from_engine(triple.object)


def quad_from_engine(quad: ox.Quad) -> Quad:
    """Return the rdflib terms of a quad and the IRI of its graph (empty for the unnamed one)."""
    graph = quad.graph_name
    return (*triple_from_engine(quad), "" if isinstance(graph, ox.DefaultGraph) else graph.value)


def quad_to_engine(quad: Quad) -> ox.Quad:
    """Return the engine's quad.

    Raises
    ------
    UsageError
        If a literal stands as subject, or anything but an IRI as predicate.
    """
    subject, predicate, object_, graph = quad
    if isinstance(subject, Literal) or not isinstance(predicate, URIRef):
        raise UsageError(f"{subject!r} {predicate!r} {object_!r} is not a triple of RDF")
    name = node(graph) if graph else ox.DefaultGraph()
    return ox.Quad(to_engine(subject), to_engine(predicate), to_engine(object_), name)  # type: ignore[arg-type]


def sparql_term(term: Term) -> str:
    r"""Return a term as it is written in SPARQL and in N-Triples, checked and escaped.

    >>> sparql_term(Literal('a "quoted" word'))
    '"a \\"quoted\\" word"'
    """
    return str(to_engine(term))
