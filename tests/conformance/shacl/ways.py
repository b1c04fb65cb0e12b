"""The ways to validate one case: each engine alone, and the one that is chosen where nothing is wished."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from rdflib import Graph

from poca_kg.store.lexical_store import LexicalStore
from poca_kg.validate.compiler import StoreSource
from poca_kg.validate.compiler.run import run_compiled
from poca_kg.validate.compiler.sparql import check_queries
from poca_kg.validate.engine import mix, run_engine
from poca_kg.validate.findings import Finding
from poca_kg.validate.shape_graph.reading import read_shape_graph
from poca_kg.validate.shapes import Shapes
from shacl.cases import Case

__all__ = ["Compiled", "Pyshacl", "Way"]


class Way(Protocol):
    """A way to validate."""

    def findings(self, case: Case) -> Iterable[Finding]:
        """Return the results, or raise ``InputError`` where the shapes cannot be used."""


class Pyshacl:
    """The reference engine, in our settings."""

    def findings(self, case: Case) -> Iterable[Finding]:
        """Return what pyshacl finds."""
        check_queries(read_shape_graph(case.shapes))
        nodes = {term for graph in (case.data, case.shapes) for triple in graph for term in triple}
        return run_engine(mix(case.data), Shapes(case.shapes, Graph()), nodes).findings


class Compiled:
    """The compiler, over a store that holds the data with the texts of its literals."""

    def findings(self, case: Case) -> Iterable[Finding]:
        """Return what the compiled queries find."""
        lexical = LexicalStore()
        lexical.judge_triples(case.data)
        source = StoreSource(lexical.store, surrogates=lexical.surrogates > 0, lexical=True)
        return run_compiled(read_shape_graph(case.shapes), source).findings
