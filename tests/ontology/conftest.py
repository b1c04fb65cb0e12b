"""The ontology as the build stores it: one named graph per sort of file, and queries with every prefix at hand."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest

from poca_kg.vocabulary.prefixes import PREFIXES

ROOT = Path(__file__).resolve().parents[2]
ONTOLOGY = ROOT / "ontology"

GRAPH_FILES = {
    "ontology": ("poca.ttl", "modules/*/terms.ttl"),
    "shapes": ("modules/*/shapes.ttl",),
    "schemes": ("schemes/*.ttl",),
    "alignments": ("alignments/*.ttl",),
    "questions": ("questions/*.ttl",),
    "rules": ("rules/*.ttl",),
}


def ontology_files(sort: str) -> list[Path]:
    """Return the files of one sort, in order."""
    return [path for pattern in GRAPH_FILES[sort] for path in sorted(ONTOLOGY.glob(pattern))]


@pytest.fixture(scope="session")
def ontology_store() -> pyoxigraph.Store:
    """Return the whole ontology in the named graphs of the build."""
    store = pyoxigraph.Store()
    for sort in GRAPH_FILES:
        graph = pyoxigraph.NamedNode(f"{PREFIXES['graph']}{sort}")
        for path in ontology_files(sort):
            store.load(path=str(path), format=pyoxigraph.RdfFormat.TURTLE, to_graph=graph)
    return store


def solutions(store: pyoxigraph.Store, query: str) -> list[dict[str, str]]:
    """Return the rows of a SELECT over the union of all graphs, terms as plain texts."""
    answer = store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(answer, pyoxigraph.QuerySolutions)
    names = [variable.value for variable in answer.variables]
    return [
        {name: row[name].value for name in names if row[name] is not None}  # type: ignore[union-attr]
        for row in answer
    ]
