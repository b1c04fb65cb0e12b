"""A store seen as a graph of rdflib: patterns are looked up where they lie, nothing is copied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox
from rdflib import Graph, Literal, URIRef
from rdflib.store import Store as RdflibStore

from poca_kg.errors import UsageError
from poca_kg.store.bridge import from_engine, to_engine
from poca_kg.store.protocol import Term, Triple
from poca_kg.store.surrogates import as_written, surrogate_of

__all__ = ["view_of"]


def view_of(engine: ox.Store, graph: ox.NamedNode | ox.DefaultGraph | None, *, surrogates: bool) -> Graph:
    """Return a graph that reads one graph of a store, or the union of all; writing to it is an error.

    With ``surrogates`` a literal is looked up and given back with the text that it was written with.

    >>> engine = ox.Store()
    >>> engine.update('INSERT DATA { <http://e/a> <http://e/p> 5 }')
    >>> graph = view_of(engine, None, surrogates=False)
    >>> len(graph), (URIRef("http://e/a"), None, Literal(5)) in graph
    (1, True)
    """
    return Graph(store=_View(engine, graph, surrogates=surrogates), bind_namespaces="none")


class _View(RdflibStore):
    """The store of such a graph, as rdflib wants one."""

    def __init__(
        self, engine: ox.Store, graph: ox.NamedNode | ox.DefaultGraph | None, *, surrogates: bool
    ) -> None:
        super().__init__()
        self._engine, self._graph, self._surrogates = engine, graph, surrogates
        self._prefixes: dict[str, URIRef] = {}
        self._one = graph is not None or not any(True for _ in engine.named_graphs())

    def triples(self, triple_pattern: Any, context: Any = None) -> Iterator[tuple[Triple, Iterator[None]]]:
        """Iterate over the triples that fit a pattern, each once."""
        del context
        for triple in self._triples(triple_pattern):
            yield triple, iter(())

    def _triples(self, pattern: tuple[Term | None, Term | None, Term | None]) -> Iterator[Triple]:
        subject, predicate, value = pattern
        if isinstance(subject, Literal) or not isinstance(predicate, URIRef | None):
            return
        if value is not None and self._surrogates:
            value = surrogate_of(value)
        try:
            known = tuple(None if term is None else to_engine(term) for term in (subject, predicate, value))
        except UsageError:
            return  # no term of RDF, so it stands nowhere
        told: set[tuple[Any, Any, Any]] = set()
        for one, two, three, _ in self._found(known):
            if not self._one:
                if (one, two, three) in told:
                    continue
                told.add((one, two, three))
            found = value if value is not None else from_engine(three)
            yield (
                subject if subject is not None else from_engine(one),
                predicate if predicate is not None else from_engine(two),
                as_written(found) if self._surrogates else found,
            )

    def _found(self, known: tuple[Any, ...]) -> Iterator[ox.Quad]:
        subject, predicate, value = known
        return self._engine.quads_for_pattern(subject, predicate, value, self._graph)

    def __len__(self, context: Any = None) -> int:
        """Return the number of triples."""
        del context
        if self._graph is None and self._one:
            return len(self._engine)
        return sum(1 for _ in self._triples((None, None, None)))

    def bind(self, prefix: str, namespace: URIRef, override: bool = True) -> None:
        """Remember a prefix."""
        if override or prefix not in self._prefixes:
            self._prefixes[prefix] = namespace

    def namespace(self, prefix: str) -> URIRef | None:
        """Return the namespace of a prefix."""
        return self._prefixes.get(prefix)

    def prefix(self, namespace: URIRef) -> str | None:
        """Return the prefix of a namespace."""
        return next((prefix for prefix, known in self._prefixes.items() if known == namespace), None)

    def namespaces(self) -> Iterator[tuple[str, URIRef]]:
        """Iterate over prefixes and namespaces."""
        return iter(self._prefixes.items())

    def add(self, triple: Any, context: Any, quoted: bool = False) -> None:  # noqa: ARG002
        """Refuse: a view is for reading."""
        raise UsageError("this graph is a view of a store", advice="write to the store itself")

    def remove(self, triple: Any, context: Any = None) -> None:
        """Refuse: a view is for reading."""
        self.add(triple, context)
