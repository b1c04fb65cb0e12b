"""What a SPARQL constraint looks at: the triple patterns of its query, each with a way from ``$this``.

A triple can only matter to a focus node if it fits a pattern and joins with what leads from the focus node to
that pattern. What leads there must be certain to be matched in the same group (SPARQL 1.1, section 18.2); so
each optional, negated or nested group begins with what is certain just outside it. Where a pattern hangs
together with ``$this`` by no such way, or the query uses more than this module knows, that is a doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pyparsing import ParseBaseException
from rdflib import BNode, URIRef, Variable
from rdflib.namespace import SH
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import SPARQLError

from poca_kg.validate.compiler.sparql import read_sparql_constraint
from poca_kg.validate.incremental.reads import Footprint, Hop, Position, Read, Way, path_reads
from poca_kg.validate.paths import (
    Alternative,
    Inverse,
    Predicate,
    PropertyPath,
    Repeated,
    Sequence,
    turned,
)
from poca_kg.validate.shape_graph import Constraint, Shape, ShapeGraph

__all__ = ["constraint_footprint", "query_footprint"]

_THIS = Variable("this")
_PATH = Variable("PATH")
_Ways: TypeAlias = dict[Any, frozenset[Way]]
_Pattern: TypeAlias = tuple[Any, "PropertyPath | None", Any, Any]
_FROM_THIS: _Ways = {_THIS: frozenset({()})}
_TRANSPARENT = {"SelectQuery", "Project", "Distinct", "Reduced", "OrderBy", "Slice", "Extend", "Filter"}
_GROUPED = {"AggregateJoin", "Group"}
_MOST_WAYS = 64
_NOT_PARSED = (ParseBaseException, SPARQLError, ArithmeticError, LookupError, RecursionError, ValueError)


class _DoubtError(Exception):
    """The query uses what cannot be followed."""


def constraint_footprint(shapes: ShapeGraph, shape: Shape, constraint: Constraint) -> Footprint:
    """Return what a SPARQL constraint of a shape looks at.

    Raises
    ------
    ShapesError
        If the constraint is not well-formed.
    """
    if constraint.source is None:
        return Footprint(doubt="a SPARQL constraint has no node")
    read = read_sparql_constraint(shapes.rules, shape, constraint.source)
    text = str(shapes.rules.value(constraint.source, SH.select))
    return Footprint() if read.deactivated else query_footprint(text, read.prefixes, shape.path)


def query_footprint(query: str, prefixes: Mapping[str, str], path: PropertyPath | None) -> Footprint:
    """Return what the query of a SPARQL constraint looks at (section 5.3.1).

    Parameters
    ----------
    query
        A SELECT query with ``$this``, and with ``$PATH`` where the constraint is that of a property shape.
    prefixes
        Namespaces by prefix.
    path
        The path of the property shape.

    Examples
    --------
    >>> found = query_footprint("SELECT $this { $this <http://e/p> ?x . ?x <http://e/q> 1 }", {}, None)
    >>> sorted((str(read.predicate), len(read.way)) for read in found.reads), found.doubt
    ([('http://e/p', 0), ('http://e/q', 1)], '')
    """
    walk = _Walk(path)
    try:
        algebra = prepareQuery(query, initNs=dict(prefixes)).algebra
        walk.group(algebra, _FROM_THIS)
    except _DoubtError as error:
        return Footprint(doubt=f"a SPARQL constraint {error}")
    except _NOT_PARSED as error:
        return Footprint(doubt=f"a SPARQL constraint cannot be followed ({type(error).__name__})")
    return Footprint(frozenset(walk.reads))


@dataclass(eq=False)
class _Group:
    """A group taken apart: triple patterns that all must match, and the groups within it.

    Each ``inner`` one, optional or negated, comes with what it is joined to; ``fresh`` ones see nothing else.
    """

    patterns: list[_Pattern] = field(default_factory=list)
    unions: list[CompValue] = field(default_factory=list)
    inner: list[tuple[Any, Any]] = field(default_factory=list)
    fresh: list[Any] = field(default_factory=list)


@dataclass(eq=False)
class _Walk:
    """A walk over the algebra of one query."""

    path: PropertyPath | None
    reads: set[Read] = field(default_factory=set)

    def group(self, node: Any, outer: _Ways) -> None:
        """Note the reads of a group; ``outer`` are the ways to variables that its solutions are joined on."""
        group = _Group()
        self._take_apart(node, group)
        local = self._follow(group, _FROM_THIS)
        joined = self._follow(group, outer | local)
        for pattern in group.patterns:
            self._note(pattern, joined)
        for union in group.unions:
            self.group(union.p1, joined)
            self.group(union.p2, joined)
        for inner, beside in group.inner:
            self.group(inner, self._certain(beside, _FROM_THIS))
        for inner in group.fresh:
            self.group(inner, _FROM_THIS)

    def _take_apart(self, node: Any, group: _Group) -> None:
        name = node.name
        if name in _TRANSPARENT:
            group.inner += [(inner, node.p) for inner in _negations(node.get("expr"))]
            self._take_apart(node.p, group)
        elif name == "BGP":
            group.patterns += [self._pattern(triple) for triple in node.triples]
        elif name == "Join":
            self._take_apart(node.p1, group)
            self._take_apart(node.p2, group)
        elif name in {"LeftJoin", "Minus"}:
            self._take_apart(node.p1, group)
            group.inner += [(inner, node.p1) for inner in (node.p2, *_negations(node.get("expr")))]
        elif name == "Union":
            group.unions.append(node)
        elif name in _GROUPED:
            group.fresh.append(node.p)
        elif name == "ToMultiSet":
            group.fresh += [node.p] if isinstance(node.p, CompValue) and node.p.name != "values" else []
        elif name != "values":
            raise _DoubtError(f"uses {name}")

    def _pattern(self, triple: tuple[Any, Any, Any]) -> _Pattern:
        subject, predicate, value = triple
        if predicate == _PATH and self.path is not None:
            return subject, self.path, value, None
        if isinstance(predicate, Variable):
            return subject, None, value, predicate
        return subject, _as_path(predicate), value, None

    def _follow(self, group: _Group, known: _Ways) -> _Ways:
        """Return the ways to all variables that hang together with known ones in a group."""
        ways = dict(known)
        before = -1
        while before != len(ways):
            before = len(ways)
            for pattern in group.patterns:
                self._extend(ways, pattern)
            for union in group.unions:
                one, other = (self._certain(branch, ways) for branch in (union.p1, union.p2))
                for variable in one.keys() & other.keys() - ways.keys():
                    ways[variable] = one[variable] | other[variable]
        if any(len(found) > _MOST_WAYS for found in ways.values()):
            raise _DoubtError("has too many branches")
        return ways

    def _certain(self, branch: Any, outer: _Ways) -> _Ways:
        group = _Group()
        self._take_apart(branch, group)
        return self._follow(group, outer)

    @staticmethod
    def _extend(ways: _Ways, pattern: _Pattern) -> None:
        """Add the ways through one pattern."""
        subject, path, value, predicate = pattern
        terms = {Position.SUBJECT: subject, Position.OBJECT: value}
        if path is None:
            terms[Position.PREDICATE] = predicate
        for start, term in terms.items():
            for end, other in terms.items():
                if term in ways and _is_open(other) and other not in ways:
                    leg = Hop(start, end) if path is None else path
                    if path is not None and start is Position.OBJECT:
                        leg = turned(path)
                    ways[other] = frozenset((*way, leg) for way in ways[term])

    def _note(self, pattern: _Pattern, ways: _Ways) -> None:
        """Note what a pattern reads, from the place in it to which the shortest ways lead."""
        subject, path, value, predicate = pattern
        places = [(subject, Position.SUBJECT), (value, Position.OBJECT)]
        if path is None:
            places.append((predicate, Position.PREDICATE))
        known = [(ways[term], at) for term, at in places if _is_open(term) and term in ways]
        if not known:
            raise _DoubtError("has a pattern that nothing ties to $this")
        found, at = min(known, key=lambda one: max(map(len, one[0])))
        for way in found:
            if path is None:
                self.reads.add(Read(way, None, at))
            else:
                self.reads.update(path_reads(path if at is Position.SUBJECT else turned(path), way))


def _is_open(term: Any) -> bool:
    return isinstance(term, Variable | BNode)


def _negations(expression: Any) -> list[Any]:
    """Return the groups of EXISTS and NOT EXISTS in an expression."""
    return list(_find_groups(expression))


def _find_groups(expression: Any) -> Iterator[Any]:
    if isinstance(expression, CompValue):
        if expression.name in {"Builtin_EXISTS", "Builtin_NOTEXISTS"}:
            yield expression.graph
            return
        for value in expression.values():
            yield from _find_groups(value)
    elif isinstance(expression, list | tuple):
        for value in expression:
            yield from _find_groups(value)


def _as_path(predicate: Any) -> PropertyPath:
    match predicate:
        case URIRef():
            return Predicate(predicate)
        case InvPath():
            return Inverse(_as_path(predicate.arg))
        case SequencePath():
            return Sequence(tuple(map(_as_path, predicate.args)))
        case AlternativePath():
            return Alternative(tuple(map(_as_path, predicate.args)))
        case MulPath():
            return Repeated(_as_path(predicate.path), str(predicate.mod))
    raise _DoubtError("has a negated property set")
