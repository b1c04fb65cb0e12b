"""What a graph says of itself: version, size, and the named graphs with their licences."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from rdflib import Literal

from poca_kg.analysis.selecting import select
from poca_kg.store.protocol import Store
from poca_kg.vocabulary.labels import pick_label
from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = ["GraphInfo", "Info", "read_info"]

_DESCRIBED = """
SELECT ?graph ?title ?licence WHERE {
  GRAPH graph:catalogue { ?graph dcterms:title ?title . OPTIONAL { ?graph dcterms:license ?licence } }
} ORDER BY ?graph ?title ?licence
"""


@dataclass(frozen=True)
class GraphInfo:
    """A named graph; ``licence`` is an IRI, empty where the graph has no catalogue entry."""

    iri: str
    title: str
    triples: int
    licence: str


@dataclass(frozen=True)
class Info:
    """A dataset: its version (empty when it was not published), its triples, its graphs sorted by IRI."""

    version: str
    triples: int
    graphs: tuple[GraphInfo, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the same as JSON values.

        >>> Info("0.1.0-abc", 0, ()).to_json()
        {'version': '0.1.0-abc', 'triples': 0, 'graphs': []}
        """
        return {**asdict(self), "graphs": [asdict(graph) for graph in self.graphs]}


def read_info(store: Store) -> Info:
    """Return what a store holds."""
    titles: dict[str, list[Literal]] = {}
    licences: dict[str, str] = {}
    for row in select(store, _DESCRIBED):
        graph, title = str(row["graph"]), row["title"]
        titles.setdefault(graph, []).extend([title] if isinstance(title, Literal) else [])
        licences[graph] = str(row.get("licence", ""))
    graphs = tuple(
        GraphInfo(
            iri=size.iri,
            title=str(pick_label(titles.get(size.iri, ())) or shorten_iri(size.iri)),
            triples=size.triples,
            licence=licences.get(size.iri, ""),
        )
        for size in store.graphs()
    )
    return Info(version=store.version, triples=store.size(), graphs=graphs)
