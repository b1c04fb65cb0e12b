"""The triple that is not there: say what is, so that the next question can be right."""

from __future__ import annotations

import difflib

from rdflib import BNode, Literal, URIRef

from poca_kg.analysis.selecting import select
from poca_kg.errors import NotFoundError
from poca_kg.store.protocol import Store, Term
from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = ["explain_absence", "term_in_words"]

_MOST = 12
_OBJECTS = "SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o } ORDER BY ?o"
_PREDICATES = "SELECT DISTINCT ?s ?p WHERE { ?s ?p ?o } ORDER BY ?p"
_NEIGHBOURS = """
SELECT DISTINCT ?thing WHERE { ?thing a ?type FILTER(STRSTARTS(STR(?thing), ?start)) } ORDER BY ?thing
"""


def explain_absence(store: Store, s: Term, p: URIRef, o: Term) -> NotFoundError:
    """Return the error for a triple that no graph holds, with what the graph says instead.

    It lists the objects where subject and predicate are known, the predicates where only the subject is, and
    the things with the nearest names where not even the subject is.
    """
    what = f"the graph does not hold {' '.join(term_in_words(term) for term in (s, p, o))}"
    objects = [term_in_words(row["o"]) for row in select(store, _OBJECTS, s=s, p=p)]
    if objects:
        return NotFoundError(what, advice=f"there {term_in_words(p)} gives {_listed(objects)}")
    predicates = [term_in_words(row["p"]) for row in select(store, _PREDICATES, s=s)]
    if predicates:
        return NotFoundError(what, advice=f"of {term_in_words(s)} it says {_listed(predicates)}")
    return NotFoundError(what, advice=f"nothing is said about {term_in_words(s)}{_nearest(store, s)}")


def term_in_words(term: Term) -> str:
    """Return a term as one types it: prefixed name, or literal as in N-Triples.

    >>> term_in_words(Literal("Turin", lang="en"))
    '"Turin"@en'
    """
    if isinstance(term, Literal | BNode):
        return term.n3()
    return shorten_iri(term)


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST])
    return f"{shown} and {len(names) - _MOST} more" if len(names) > _MOST else shown


def _nearest(store: Store, s: Term) -> str:
    namespace, _, local = str(s).rpartition("/")
    rows = select(store, _NEIGHBOURS, start=Literal(f"{namespace}/"))
    names = {str(row["thing"]).rpartition("/")[2]: row["thing"] for row in rows}
    near = difflib.get_close_matches(local, names, n=3, cutoff=0.5)
    return "; near it: " + ", ".join(term_in_words(names[name]) for name in near) if near else ""
