"""The union of graphs as a set: a triple that stands in two graphs is one triple of the default graph.

The engine's own union answers once per graph, so that counts come out too high. Where graphs overlap, a query
goes to a merged copy instead, whose default graph holds each triple once; where they do not, to the engine
itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

import pyoxigraph as ox

from poca_kg.store.bridge import node, quad_to_engine
from poca_kg.store.changes import ContentChange
from poca_kg.store.lexer import Kind, Token

__all__ = ["Merger", "named_dataset"]

_TWO_NAMED = "ASK { GRAPH ?g { ?s ?p ?o } GRAPH ?h { ?s ?p ?o } FILTER(?g != ?h) }"
_NAMED_AND_UNNAMED = "ASK { ?s ?p ?o GRAPH ?h { ?s ?p ?o } }"


class Merger:
    """Finds, for a dataset, the engine to ask and the arguments that make it see that dataset.

    The merged copy of everything is kept until :meth:`forget`; one of a chosen dataset is made for its query.
    """

    def __init__(self, engine: ox.Store, *, is_disjoint: bool = False) -> None:
        self._engine = engine
        self._everything: ox.Store | None = engine if is_disjoint else None
        self._before: ox.Store | None = None
        self._lock = Lock()

    def forget(self) -> None:
        """Drop the merged copy: the content has changed."""
        with self._lock:
            self._before, self._everything = self._everything or self._before, None

    def follow(self, change: ContentChange) -> None:
        """Bring the copy that was dropped up to date by all that has changed since it was made.

        Graphs that have come or gone without a triple are none of a change.
        """
        if change.names_blank_nodes:
            return  # the engine has other labels for them
        added, removed = (tuple(map(quad_to_engine, quads)) for quads in (change.added, change.removed))
        with self._lock:
            merged = self._before
            if merged is None or self._everything is not None:
                return
            if merged is self._engine:
                self._everything = merged if all(self._graphs_of(quad) == 1 for quad in added) else None
                return
            for quad in removed:
                merged.remove(quad)
            for quad in added:
                merged.add(quad)
            for quad in (*removed, *added):
                take = merged.add if self._graphs_of(quad) else merged.remove
                take(ox.Quad(quad.subject, quad.predicate, quad.object))
            self._everything = merged

    def _graphs_of(self, quad: ox.Quad) -> int:
        """Return in how many graphs the triple of a quad stands."""
        return sum(1 for _ in self._engine.quads_for_pattern(quad.subject, quad.predicate, quad.object, None))

    def is_disjoint(self) -> bool:
        """Whether no triple stands in two graphs; to find out may mean to read them all."""
        names = [*self._engine.named_graphs()]
        has_unnamed = next(self._engine.quads_for_pattern(None, None, None, ox.DefaultGraph()), None)
        if len(names) + (has_unnamed is not None) < 2:
            return True
        return not (self._engine.query(_TWO_NAMED) or self._engine.query(_NAMED_AND_UNNAMED))

    def everything(self) -> tuple[ox.Store, dict[str, Any]]:
        """Return the engine for the union of all graphs."""
        with self._lock:
            if self._everything is None:
                is_disjoint = self.is_disjoint()
                self._everything = self._engine if is_disjoint else _merge(self._engine, list(self._engine))
            return self._everything, {"use_default_graph_as_union": self._everything is self._engine}

    def chosen(
        self, default_graphs: Sequence[str], named_graphs: Sequence[str]
    ) -> tuple[ox.Store, dict[str, Any]]:
        """Return the engine for a dataset: the union of the one list, and the graphs of the other by name."""
        default: list[ox.NamedNode | ox.BlankNode] = [node(iri) for iri in default_graphs]
        named = [node(iri) for iri in named_graphs]
        if len(set(default)) < 2 or not self._engine.query(_TWO_NAMED, named_graphs=default):
            return self._engine, {"default_graph": default, "named_graphs": named}
        quads = [quad for name in default for quad in self._engine.quads_for_pattern(None, None, None, name)]
        merged = _merge(self._engine, quads)
        return merged, {"default_graph": ox.DefaultGraph(), "named_graphs": named}


def _merge(engine: ox.Store, default: Sequence[ox.Quad]) -> ox.Store:
    """Return a copy in memory with all named graphs, and with the given quads in the default graph."""
    merged = ox.Store()
    merged.bulk_extend(engine)
    merged.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in default)
    return merged


def named_dataset(
    tokens: Sequence[Token], prefixes: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the graphs of FROM and of FROM NAMED in a query, or ``None`` if it names none.

    A name that cannot be told from the tokens alone (a relative IRI) makes it ``None`` too: then the engine
    reads the clauses.

    >>> from poca_kg.store.lexer import tokenise
    >>> named_dataset(tokenise("ASK FROM <http://e/g> FROM NAMED e:h {}"), {"e": "http://e/"})
    (('http://e/g',), ('http://e/h',))
    """
    known = dict(prefixes)
    found: tuple[list[str], list[str]] = ([], [])
    for at, token in enumerate(tokens):
        following = tokens[at + 1 : at + 3]
        if token.word == "PREFIX" and len(following) == 2:
            known[following[0].text.rstrip(":")] = following[1].text.strip("<>")
        elif token.word == "FROM" and following:
            is_named = following[0].word == "NAMED"
            iri = _iri(following[-1] if is_named else following[0], known)
            if iri is None:
                return None
            found[is_named].append(iri)
    return (tuple(found[0]), tuple(found[1])) if found[0] or found[1] else None


def _iri(token: Token, prefixes: Mapping[str, str]) -> str | None:
    """Return the absolute IRI that a token stands for."""
    if token.kind is Kind.IRI:
        return token.text[1:-1] if ":" in token.text and "\\" not in token.text else None
    prefix, _, local = token.text.partition(":")
    if token.kind is not Kind.NAME or prefix not in prefixes or "\\" in local:
        return None
    return prefixes[prefix] + local
