"""Terms and concepts in our namespaces that the ontology does not declare: misspelt, and seen by no shape."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from rdflib import Graph, Literal, URIRef

from poca_kg.store.protocol import Term
from poca_kg.validate.findings import Finding
from poca_kg.validate.paths import Predicate, as_term
from poca_kg.validate.phrases import phrase, write_term
from poca_kg.validate.report import Severity
from poca_kg.validate.shapes import Shapes
from poca_kg.vocabulary.iris import BASE
from poca_kg.vocabulary.labels import LANGUAGES

__all__ = [
    "OWN_TERMS",
    "UNDECLARED_SHAPE",
    "expected_term",
    "find_undeclared",
    "near_names",
    "uses_of_undeclared",
]

UNDECLARED_SHAPE = URIRef(f"{BASE}shape/DeclaredTermShape")
_SPACES = (f"{BASE}def/", f"{BASE}scheme/")
_MOST_NEAR = 3
_IS_OWN = " || ".join(f'STRSTARTS(STR(?term), "{space}")' for space in _SPACES)
OWN_TERMS = (
    "SELECT DISTINCT ?term WHERE { { SELECT DISTINCT ?term WHERE { ?s ?term ?o } } "
    f"UNION {{ ?s ?p ?term FILTER(isIRI(?term)) }} FILTER({_IS_OWN}) }}"
)
"""A query for the predicates and values in our namespaces."""


def find_undeclared(
    data: Graph, shapes: Shapes, told: Iterable[Finding] = (), terms: Iterable[Term] | None = None
) -> tuple[Finding, ...]:
    """Return one warning per node and undeclared term, except for values that a finding names already.

    ``terms`` are the predicates and values to look at, if they are known: those of ``OWN_TERMS`` will do.
    """
    if not shapes.knows_terms:
        return ()
    if terms is None:
        terms = {as_term(term) for triple in data for term in triple[1:]}
    return uses_of_undeclared(terms, data, shapes, told)


def uses_of_undeclared(
    terms: Iterable[Term], data: Graph, shapes: Shapes, told: Iterable[Finding]
) -> tuple[Finding, ...]:
    """Return what :func:`find_undeclared` tells of some terms, which are looked up where they stand."""
    known = {finding.value for finding in told}
    wanted = (term for term in terms if _is_undeclared(term, shapes) and term not in known)
    found = set()
    for term in map(URIRef, wanted):
        if (term, None, None) not in data:
            uses = (*data.triples((None, term, None)), *data.triples((None, None, term)))
            found |= {_finding(as_term(one), URIRef(as_term(step)), term) for one, step, _ in uses}
    return tuple(found)


def expected_term(term: Term | None, language: str) -> str:
    """Return in words what should stand where an undeclared term does."""
    scheme = _scheme(term) if isinstance(term, URIRef) else ""
    return phrase("concept" if scheme else "declared", language, scheme=scheme)


def near_names(term: Term, shapes: Shapes) -> tuple[str, ...]:
    """Return the declared terms that an undeclared one may be meant for, nearest first.

    Terms are sought among terms, concepts among those of the same scheme.
    """
    if not _is_undeclared(term, shapes):
        return ()
    space, _, local = str(term).rpartition("/")
    names = sorted(known.rpartition("/")[2] for known in shapes.declared if known.rpartition("/")[0] == space)
    near = difflib.get_close_matches(local, names, n=_MOST_NEAR, cutoff=0.6)
    return tuple(write_term(URIRef(f"{space}/{name}")) for name in near)


def _is_undeclared(term: object, shapes: Shapes) -> bool:
    if not shapes.knows_terms:
        return False
    return isinstance(term, URIRef) and str(term).startswith(_SPACES) and str(term) not in shapes.declared


def _scheme(term: URIRef) -> str:
    """Return the slug of the scheme that a concept belongs to by its IRI, empty for a term."""
    return str(term).removeprefix(_SPACES[1]).rpartition("/")[0] if term.startswith(_SPACES[1]) else ""


def _finding(subject: Term, predicate: URIRef, term: URIRef) -> Finding:
    scheme = _scheme(term)
    key = "undeclared-concept" if scheme else "undeclared"
    messages = (
        Literal(phrase(key, language, name=write_term(term), scheme=scheme), lang=language)
        for language in LANGUAGES
    )
    return Finding(
        focus=subject,
        path=Predicate(predicate),
        value=term,
        severity=Severity.WARNING,
        shape=UNDECLARED_SHAPE,
        component=UNDECLARED_SHAPE,
        messages=tuple(messages),
    )
