"""A graph seen before a change, after it, or both at once; and walks over it, forwards and backwards.

Only the graph after the change is held in a store. What was removed is put on top, what was added left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from rdflib import Literal, URIRef
from rdflib.namespace import RDF, RDFS

from poca_kg.store.changes import PatternSource
from poca_kg.store.protocol import Term, Triple
from poca_kg.validate.incremental.reads import Hop, Leg, Position, Way
from poca_kg.validate.paths import (
    Alternative,
    Inverse,
    Predicate,
    PropertyPath,
    Repeated,
    Sequence,
    turned,
)

__all__ = ["TooManyError", "View"]

_Pattern = tuple[Term | None, Term | None, Term | None]


class TooManyError(Exception):
    """A walk led to more nodes than it is worth to look at one by one."""


class View:
    """Some triples of a store, and others beside.

    Parameters
    ----------
    source
        The store.
    plus, minus
        Triples that are seen although the store may not hold them, and triples of it that are not.
    most
        How many nodes a walk may lead to before it is given up.
    """

    def __init__(
        self,
        source: PatternSource,
        *,
        plus: Iterable[Triple] = (),
        minus: Collection[Triple] = (),
        most: int | None = None,
    ) -> None:
        self._source, self._minus, self._most = source, frozenset(minus), most
        self._plus: dict[tuple[Position, Term], list[Triple]] = defaultdict(list)
        for triple in plus:
            for position in Position:
                self._plus[position, triple[position]].append(triple)
        self._classes: dict[Term, frozenset[Term]] = {}
        self._of_nodes: dict[Term, frozenset[Term]] = {}

    def triples(self, pattern: _Pattern) -> Iterator[Triple]:
        """Iterate over the triples that fit a pattern, in which at least one term is given."""
        subject, predicate, value = pattern
        if isinstance(subject, Literal) or not isinstance(predicate, URIRef | None):
            return
        for triple in self._source.match(subject, predicate, value):
            if triple not in self._minus:
                yield triple
        given = ((at, term) for at, term in zip(Position, pattern, strict=True) if term is not None)
        for triple in min((self._plus.get(key, ()) for key in given), key=len):
            if all(wanted in (None, term) for wanted, term in zip(pattern, triple, strict=True)):
                yield triple

    def has(self, pattern: _Pattern) -> bool:
        """Whether any triple fits."""
        return next(self.triples(pattern), None) is not None

    def classes_of(self, node: Term) -> frozenset[Term]:
        """Return the classes of a node, and those that they are subclasses of."""
        if node not in self._of_nodes:
            sorts = (sort for _, _, sort in self.triples((node, RDF.type, None)))
            self._of_nodes[node] = frozenset().union(*map(self._superclasses, sorts))
        return self._of_nodes[node]

    def _superclasses(self, sort: Term) -> frozenset[Term]:
        if sort not in self._classes:
            self._classes[sort] = frozenset(self.reach({sort}, Repeated(Predicate(RDFS.subClassOf), "*")))
        return self._classes[sort]

    def ends(self, start: Iterable[Term], way: Way) -> set[Term]:
        """Return the nodes to which a way leads from any of some nodes.

        Raises
        ------
        TooManyError
            If there are more than this view is to look at.
        """
        nodes = set(start)
        for leg in way:
            nodes = self._step(nodes, leg)
        return nodes

    def starts(self, ends: Iterable[Term], way: Way) -> set[Term]:
        """Return the nodes from which a way leads to any of some nodes.

        Raises
        ------
        TooManyError
            If there are more than this view is to look at.
        """
        nodes = set(ends)
        for leg in reversed(way):
            nodes = self._step(nodes, Hop(leg.end, leg.start) if isinstance(leg, Hop) else turned(leg))
        return nodes

    def _step(self, nodes: set[Term], leg: Leg) -> set[Term]:
        if not nodes:
            return nodes
        return self._hop(nodes, leg) if isinstance(leg, Hop) else self.reach(nodes, leg)

    def _hop(self, nodes: set[Term], hop: Hop) -> set[Term]:
        found: set[Term] = set()
        for node in nodes:
            pattern: list[Term | None] = [None, None, None]
            pattern[hop.start] = node
            for triple in self.triples((pattern[0], pattern[1], pattern[2])):
                found.add(triple[hop.end])
                self._check(found)
        return found

    def reach(self, nodes: set[Term], path: PropertyPath) -> set[Term]:
        """Return what a path leads to from any of some nodes.

        Raises
        ------
        TooManyError
            If that is more than this view is to look at.
        """
        match path:
            case Predicate(iri):
                ends = self._gather((node, iri, None) for node in nodes)
            case Inverse(Predicate(iri)):
                ends = self._gather((None, iri, node) for node in nodes)
            case Inverse(inner):
                ends = self.reach(nodes, turned(inner))
            case Sequence(paths):
                ends = nodes
                for step in paths:
                    ends = self.reach(ends, step)
            case Alternative(paths):
                ends = {end for branch in paths for end in self.reach(nodes, branch)}
            case Repeated(inner, sign):
                ends = self.reach(nodes, inner) if sign == "?" else self._closure(nodes, inner)
                ends = ends if sign == "+" else ends | nodes
        return ends

    def _closure(self, nodes: set[Term], path: PropertyPath) -> set[Term]:
        found: set[Term] = set()
        while nodes := self.reach(nodes, path) - found:
            found |= nodes
            self._check(found)
        return found

    def _gather(self, patterns: Iterable[_Pattern]) -> set[Term]:
        """Return what stands in the open place of each pattern."""
        found: set[Term] = set()
        for pattern in patterns:
            at = Position.OBJECT if pattern[Position.OBJECT] is None else Position.SUBJECT
            for triple in self.triples(pattern):
                found.add(triple[at])
            self._check(found)
        return found

    def _check(self, found: set[Term]) -> None:
        if self._most is not None and len(found) > self._most:
            raise TooManyError
