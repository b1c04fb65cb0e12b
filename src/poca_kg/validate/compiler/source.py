"""Where compiled queries are asked: anything that answers SELECT."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Protocol

from rdflib import BNode, URIRef

from poca_kg.errors import UsageError
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.protocol import Solutions, Store, Term
from poca_kg.store.surrogates import SURROGATE

__all__ = ["Source", "StoreSource"]


class Source(Protocol):
    """What answers the compiler's queries. Its default graph is all of the data."""

    @property
    def surrogates(self) -> bool:
        """Whether literals that the store would rewrite stand in the data as surrogates."""

    @property
    def lexical(self) -> bool:
        """Whether such literals would stand in the data as surrogates, if there were any."""

    @property
    def carriers(self) -> frozenset[URIRef]:
        """The properties that have surrogates among their objects."""

    @property
    def requests(self) -> int:
        """How many queries have been asked."""

    def select(self, query: str) -> Iterator[tuple[Term | None, ...]]:
        """Iterate over the rows of a SELECT query, each in the order of the variables after SELECT.

        An unbound variable is ``None``. The query declares no prefixes and needs none.
        """


class StoreSource:
    """A store in this process, or one that is reached through the same interface.

    >>> from poca_kg.store.embedded import EmbeddedStore
    >>> source = StoreSource(EmbeddedStore.from_nquads(b'<http://e/a> <http://e/p> "1" .'))
    >>> [*source.select("SELECT ?o { ?s ?p ?o }")], source.requests
    ([(rdflib.term.Literal('1'),)], 1)
    """

    def __init__(self, store: Store, *, surrogates: bool = False, lexical: bool = False) -> None:
        self._store = store
        self._surrogates = surrogates
        self._lexical = lexical or surrogates
        self._requests = 0

    @property
    def surrogates(self) -> bool:
        """Whether literals that the store would rewrite stand in the data as surrogates."""
        return self._surrogates

    @property
    def lexical(self) -> bool:
        """Whether such literals would stand in the data as surrogates, if there were any."""
        return self._lexical

    @cached_property
    def carriers(self) -> frozenset[URIRef]:
        """The properties that have surrogates among their objects; the store is looked through once."""
        if not self._surrogates:
            return frozenset()
        test = f'STRSTARTS(STR(DATATYPE(?o)), "{SURROGATE}")'
        rows = self._ask(f"SELECT DISTINCT ?p WHERE {{ ?s ?p ?o FILTER({test}) }}", {})
        return frozenset(term for (term,) in rows if isinstance(term, URIRef))

    @property
    def requests(self) -> int:
        """How many queries have been asked."""
        return self._requests

    def select(self, query: str) -> Iterator[tuple[Term | None, ...]]:
        """Iterate over the rows of a SELECT query.

        Raises
        ------
        UsageError
            If the query is no SELECT.
        """
        return self._ask(query, {})

    def select_at(self, query: str, variable: str, node: BNode) -> Iterator[tuple[Term | None, ...]]:
        """Iterate over the rows of a SELECT query that returns ``variable``, for one blank node there.

        Raises
        ------
        UsageError
            If the query is no SELECT, or does not return the variable.
        """
        return self._ask(query, {variable.removeprefix("?"): node})

    def _ask(self, query: str, bindings: Mapping[str, Term]) -> Iterator[tuple[Term | None, ...]]:
        self._requests += 1
        store = self._store
        if isinstance(store, EmbeddedStore) and not bindings:
            answer = store.query_own(query)
        else:
            answer = store.query(query, bindings=bindings)
        if not isinstance(answer, Solutions):
            raise UsageError("a source answers SELECT queries only")
        return iter(answer.rows)
