"""Names and literals of the generated graph, as N-Triples writes them."""

from __future__ import annotations

__all__ = ["LABEL", "SUBCLASS", "TYPE", "date", "model", "plain", "thing", "typed", "worded"]

_MODEL = "https://example.org/model/"
_THINGS = "https://example.org/id/"
_XSD = "http://www.w3.org/2001/XMLSchema#"

TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
SUBCLASS = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"


def model(local: str) -> str:
    """Return a class, property or concept of the model.

    >>> model("City")
    '<https://example.org/model/City>'
    """
    return f"<{_MODEL}{local}>"


def thing(kind: str, *numbers: int) -> str:
    """Return the IRI of a thing.

    >>> thing("policy", 3, 1)
    '<https://example.org/id/policy/3-1>'
    """
    return f"<{_THINGS}{kind}/{'-'.join(map(str, numbers))}>"


def plain(value: object) -> str:
    """Return a plain literal; the value holds nothing that would have to be escaped."""
    return f'"{value}"'


def worded(value: str, language: str) -> str:
    """Return a literal in a language."""
    return f'"{value}"@{language}'


def typed(value: object, datatype: str) -> str:
    """Return a literal with a datatype of XML Schema."""
    return f'"{value}"^^<{_XSD}{datatype}>'


def date(year: int) -> str:
    """Return the first day of a year."""
    return typed(f"{year}-01-01", "date")
