"""How much of what a graph holds, counted by queries that anybody can repeat."""

from __future__ import annotations

from dataclasses import dataclass

from poca_kg.analysis.selecting import select
from poca_kg.store.protocol import Store

__all__ = ["Statistics", "read_statistics"]

_COUNTS = {
    "triples": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "entities": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o FILTER(ISIRI(?s)) }",
    "subjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    "objects": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
}
_CLASSES = "SELECT ?name (COUNT(DISTINCT ?s) AS ?n) { ?s a ?name FILTER(ISIRI(?name)) } GROUP BY ?name"
_PROPERTIES = "SELECT ?name (COUNT(*) AS ?n) { ?s ?name ?o } GROUP BY ?name"


@dataclass(frozen=True)
class Statistics:
    """Counts over the union of all graphs.

    ``entities`` are the subjects with an IRI; ``classes`` come with the number of their instances and
    ``properties`` with that of their triples, both sorted by IRI.
    """

    triples: int
    entities: int
    subjects: int
    objects: int
    classes: tuple[tuple[str, int], ...]
    properties: tuple[tuple[str, int], ...]


def read_statistics(store: Store) -> Statistics:
    """Return the counts of a store.

    >>> from poca_kg.store.embedded import EmbeddedStore
    >>> read_statistics(EmbeddedStore.from_nquads(b"<http://e/a> <http://e/p> _:b <http://e/g> .")).properties
    (('http://e/p', 1),)
    """
    counts = {name: int(str(select(store, query)[0]["n"])) for name, query in _COUNTS.items()}
    return Statistics(**counts, classes=_by_name(store, _CLASSES), properties=_by_name(store, _PROPERTIES))


def _by_name(store: Store, query: str) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((str(row["name"]), int(str(row["n"]))) for row in select(store, query)))
