"""IRIs: one base, one pattern per kind of thing, minted and taken apart in one place.

Patterns (``docs/decisions/0001-iri-base.md``)::

    def/City                                  a term
    scheme/level/region                       a concept of a scheme
    shape/StatementShape                      a shape
    id/city/milan                             a thing, one namespace per kind, flat slugs
    graph/cities-do-not-act-alone             a named graph, one per source
    graph/<source>/row/<table>.<key>          a row of a table of that source
    graph/<source>/correction/<table>.<key>/<column>   a correction of one of its cells
    question/cq-012, rule/exclusivity-closure

A slug is given once and frozen; official codes are typed identifiers beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from rdflib import URIRef

from poca_kg.errors import UnknownNameError, UsageError

__all__ = [
    "BASE",
    "KINDS",
    "OWN_GRAPHS",
    "SCHEMES",
    "RowIri",
    "check_slug",
    "concept_iri",
    "correction_iri",
    "graph_iri",
    "kind_namespace",
    "mint_iri",
    "parse_row_iri",
    "reference_iri",
    "row_iri",
    "slugify",
]

BASE = "https://w3id.org/poca-kg/"

KINDS = (
    "arrangement", "attendance", "case-study", "city", "claim", "competence", "complementarity", "document",
    "event", "evidence", "fua", "group", "identifier", "indicator", "mapping", "measure", "membership",
    "milestone", "nuts", "observation", "organisation", "place", "policy", "project", "series",
    "specialisation", "statement", "target", "unit", "vision", "vision-element", "work-package", "workshop",
)  # fmt: skip

SCHEMES = (
    "accounting-method", "arrangement-state", "attribution", "claim-operator", "confidence", "depth",
    "division", "document-kind", "exclusivity", "field", "identifier-scheme", "level", "organisation-kind",
    "phase", "project-role", "quantifier", "scenario", "sector", "stakeholder-kind", "stance", "topic",
    "workshop-type",
)  # fmt: skip

OWN_GRAPHS = (
    "ontology", "schemes", "shapes", "alignments", "questions", "rules", "derived", "catalogue",
)  # fmt: skip
"""The graphs that no source gives; a source cannot have one of these names."""

_SLUG = re.compile(r"[A-Za-z0-9]+(?:[.-]+[A-Za-z0-9]+)*")
_ROW = re.compile(re.escape(BASE) + r"graph/(?P<source>[a-z0-9-]+)/row/(?P<table>[a-z0-9-]+)\.(?P<key>.+)")


@dataclass(frozen=True, order=True)
class RowIri:
    """The parts of the IRI of a table's row: source, table and key."""

    source: str
    table: str
    key: str


def check_slug(slug: str) -> str:
    r"""Return ``slug`` if it is one: ASCII letters and digits, joined by ``-`` or ``.``.

    >>> check_slug("2024-ITC11")
    '2024-ITC11'

    Raises
    ------
    UsageError
        If the text is empty or holds anything else, a slash above all: ``unit\/x`` is read by no SPARQL
        parser in the same way (rdflib issue 1871).
    """
    if not _SLUG.fullmatch(slug):
        raise UsageError(f"{slug!r} is not a slug", advice="use ASCII letters and digits joined by - or .")
    return slug


def slugify(text: str) -> str:
    """Return a lower-case slug for a short locator such as ``3.2`` or ``p. 1-2``.

    >>> slugify("3.2"), slugify("p. 1-2")
    ('3-2', 'p-1-2')
    """
    return check_slug(re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-"))


def kind_namespace(kind: str) -> str:
    """Return the namespace of a kind of thing; organisations alone have a shorter segment than their kind.

    >>> kind_namespace("organisation")
    'https://w3id.org/poca-kg/id/org/'
    """
    return f"{BASE}id/{'org' if kind == 'organisation' else kind}/"


def mint_iri(kind: str, slug: str) -> URIRef:
    """Return the IRI of a thing.

    >>> mint_iri("city", "milan")
    rdflib.term.URIRef('https://w3id.org/poca-kg/id/city/milan')
    """
    if kind not in KINDS:
        raise UnknownNameError("kind of thing", kind, KINDS)
    return URIRef(kind_namespace(kind) + check_slug(slug))


def concept_iri(scheme: str, slug: str) -> URIRef:
    """Return the IRI of a concept of one of the project's schemes.

    >>> concept_iri("stance", "not-preferred")
    rdflib.term.URIRef('https://w3id.org/poca-kg/scheme/stance/not-preferred')
    """
    if scheme not in SCHEMES:
        raise UnknownNameError("scheme", scheme, SCHEMES)
    return URIRef(f"{BASE}scheme/{scheme}/{check_slug(slug)}")


def reference_iri(prefix: str, slug: str) -> URIRef:
    """Return the IRI of ``prefix:slug``, where the prefix is a kind of thing or a scheme.

    >>> reference_iri("level", "region"), reference_iri("city", "turin")
    (rdflib.term.URIRef('https://w3id.org/poca-kg/scheme/level/region'),
     rdflib.term.URIRef('https://w3id.org/poca-kg/id/city/turin'))
    """
    if prefix in SCHEMES:
        return concept_iri(prefix, slug)
    if prefix in KINDS:
        return mint_iri(prefix, slug)
    raise UnknownNameError("prefix", prefix, (*KINDS, *SCHEMES))


def graph_iri(source: str) -> URIRef:
    """Return the IRI of the named graph of a source.

    >>> graph_iri("universities")
    rdflib.term.URIRef('https://w3id.org/poca-kg/graph/universities')
    """
    return URIRef(f"{BASE}graph/{check_slug(source)}")


def row_iri(source: str, table: str, key: str) -> URIRef:
    """Return the IRI of a table's row.

    >>> row_iri("cities-do-not-act-alone", "statements", "s24")
    rdflib.term.URIRef('https://w3id.org/poca-kg/graph/cities-do-not-act-alone/row/statements.s24')
    """
    return URIRef(f"{graph_iri(source)}/row/{check_slug(table)}.{check_slug(key)}")


def correction_iri(source: str, table: str, key: str, column: str) -> URIRef:
    """Return the IRI of the correction of one cell; a cell has at most one.

    >>> correction_iri("universities", "universities", "ror-00bgk9508", "label_it")
    rdflib.term.URIRef('https://w3id.org/poca-kg/graph/universities/correction/universities.ror-00bgk9508/label_it')
    """
    cell = f"{check_slug(table)}.{check_slug(key)}/{quote(column, safe='')}"
    return URIRef(f"{graph_iri(source)}/correction/{cell}")


def parse_row_iri(iri: str) -> RowIri | None:
    """Return the parts of a row's IRI, or ``None`` for any other IRI.

    >>> parse_row_iri("https://w3id.org/poca-kg/graph/universities/row/universities.ror-00bgk9508")
    RowIri(source='universities', table='universities', key='ror-00bgk9508')
    """
    match = _ROW.fullmatch(iri)
    return RowIri(**match.groupdict()) if match else None
