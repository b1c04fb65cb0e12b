"""Counts: how much there is of what in a dataset, as the catalogue and the manifest give it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rdflib import RDF, URIRef
from rdflib.namespace import PROV, VOID

from poca_kg.store.protocol import Quad, Triple
from poca_kg.vocabulary.iris import BASE, parse_row_iri
from poca_kg.vocabulary.prefixes import PREFIXES

__all__ = ["DATASET", "count_represented", "count_sizes", "used_vocabularies"]

DATASET = URIRef(BASE)
"""The dataset as a whole."""


def count_represented(quads: Iterable[Quad]) -> Counter[tuple[str, str]]:
    """Return, by source and table, how many rows something in the graph is derived from."""
    named = {str(value) for _, predicate, value, _ in quads if predicate == PROV.wasDerivedFrom}
    rows = (parse_row_iri(name) for name in named)
    return Counter((row.source, row.table) for row in rows if row is not None)


def count_sizes(quads: Iterable[Quad]) -> dict[tuple[URIRef, URIRef], int]:
    """Return every count that the catalogue gives of a dataset, by subject and predicate."""
    triples: dict[str, set[Triple]] = {}
    for subject, predicate, value, graph in quads:
        triples.setdefault(graph, set()).add((subject, predicate, value))
    union = set().union(*triples.values())
    counts = {(URIRef(graph), VOID.triples): len(members) for graph, members in triples.items()}
    counts[DATASET, VOID.triples] = sum(len(members) for members in triples.values())
    counts[DATASET, VOID.distinctSubjects] = len({subject for subject, _, _ in union})
    counts[DATASET, VOID.properties] = len({predicate for _, predicate, _ in union})
    counts[DATASET, VOID.classes] = len({value for _, predicate, value in union if predicate == RDF.type})
    return counts


def used_vocabularies(quads: Iterable[Quad]) -> list[str]:
    """Return the namespaces of the prefix table that predicates and classes come from, sorted."""
    terms = {str(predicate) for _, predicate, _, _ in quads}
    terms |= {str(value) for _, predicate, value, _ in quads if predicate == RDF.type}
    return sorted({_namespace(term) for term in terms} & set(PREFIXES.values()))


def _namespace(term: str) -> str:
    return term[: max(term.rfind("#"), term.rfind("/")) + 1]
