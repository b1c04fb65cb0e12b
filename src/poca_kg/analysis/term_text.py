"""A term as one types it: an IRI in angle brackets, a prefixed name, or a literal as in N-Triples."""

from __future__ import annotations

import re

from rdflib import Literal, URIRef
from rdflib.namespace import RDF

from poca_kg.errors import UsageError
from poca_kg.vocabulary.prefixes import expand_curie

__all__ = ["parse_iri", "parse_term"]

_IRI = re.compile(r"<([^\x00-\x20<>\"{}|^`\\]+)>")
_LITERAL = re.compile(
    r'"((?:[^"\\\n\r]|\\(?:[tbnrf"\'\\]|u[0-9A-Fa-f]{4}|U00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4}))*)"'
    r"(?:@([A-Za-z]+(?:-[A-Za-z0-9]+)*)|\^\^(\S+))?"
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_CONTROL = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def parse_term(text: str) -> URIRef | Literal:
    """Return the term that ``text`` writes.

    >>> parse_term("city:turin"), parse_term('"Turin"@en')
    (rdflib.term.URIRef('https://w3id.org/poca-kg/id/city/turin'), rdflib.term.Literal('Turin', lang='en'))

    Raises
    ------
    UsageError
        If the text is none of the three forms, or its prefix is not one of ours.
    """
    if not text.startswith('"'):
        return parse_iri(text)
    match = _LITERAL.fullmatch(text)
    if match is None:
        raise UsageError(f"{text} is not a literal", advice='write "text", "text"@en or "5"^^xsd:integer')
    lexical, language, datatype = match.groups()
    return Literal(
        _ESCAPE.sub(_unescape, lexical), lang=language, datatype=parse_iri(datatype) if datatype else None
    )


def parse_iri(text: str) -> URIRef:
    """Return the IRI that ``text`` writes: ``<https://…>``, ``city:turin``, or ``a`` for ``rdf:type``.

    >>> parse_iri("<http://example.org/x>"), parse_iri("a") == RDF.type
    (rdflib.term.URIRef('http://example.org/x'), True)
    """
    if text == "a":
        return RDF.type
    match = _IRI.fullmatch(text)
    if match:
        return URIRef(match.group(1))
    if text.startswith("<"):
        raise UsageError(f"{text} is not an IRI", advice="close it with > and leave out spaces and quotes")
    if "://" in text:
        raise UsageError(f"{text} is not a prefixed name", advice="put an IRI into angle brackets: <…>")
    return expand_curie(text)


def _unescape(match: re.Match[str]) -> str:
    short, long, letter = match.groups()
    return chr(int(short or long, 16)) if short or long else _CONTROL.get(letter, letter)
