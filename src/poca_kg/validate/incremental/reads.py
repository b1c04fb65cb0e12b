"""Which triples the judgement of a focus node looks at, said without any data.

A *way* leads from a focus node to some other node; a *read* is a triple pattern at the end of a way. If a
triple that fits no read of a shape is added or removed, no focus node of the shape is judged otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

from rdflib import URIRef

from poca_kg.validate.paths import (
    Alternative,
    Inverse,
    Predicate,
    PropertyPath,
    Repeated,
    Sequence,
    turned,
)

__all__ = ["Footprint", "Hop", "Leg", "Position", "Read", "Way", "path_reads"]


class Position(IntEnum):
    """A place in a triple."""

    SUBJECT = 0
    PREDICATE = 1
    OBJECT = 2


@dataclass(frozen=True)
class Hop:
    """A step along a triple whatever its predicate: from the node in one place to that in another."""

    start: Position
    end: Position


Leg: TypeAlias = PropertyPath | Hop
Way: TypeAlias = tuple[Leg, ...]


@dataclass(frozen=True)
class Read:
    """The triples with a predicate (``None`` for any) that have the end of a way in some place."""

    way: Way
    predicate: URIRef | None
    at: Position

    def after(self, way: Way) -> Read:
        """Return the same read for a node to which a way leads."""
        return Read((*way, *self.way), self.predicate, self.at)


@dataclass(frozen=True)
class Footprint:
    """All reads of a shape at a focus node; a ``doubt`` says why there may be more than they."""

    reads: frozenset[Read] = field(default=frozenset())
    doubt: str = ""

    def __or__(self, other: Footprint) -> Footprint:
        return Footprint(self.reads | other.reads, self.doubt or other.doubt)

    def after(self, way: Way) -> Footprint:
        """Return the footprint at a focus node from which a way leads to this one's."""
        return Footprint(frozenset(read.after(way) for read in self.reads), self.doubt) if way else self


def path_reads(path: PropertyPath, way: Way = ()) -> Iterator[Read]:
    """Yield what is read in walking a path from the end of a way: each step, after each way to it.

    >>> next(path_reads(Inverse(Predicate(URIRef("http://e/p")))))
    Read(way=(), predicate=rdflib.term.URIRef('http://e/p'), at=<Position.OBJECT: 2>)
    """
    match path:
        case Predicate(iri):
            yield Read(way, iri, Position.SUBJECT)
        case Inverse(Predicate(iri)):
            yield Read(way, iri, Position.OBJECT)
        case Inverse(inner):
            yield from path_reads(turned(inner), way)
        case Sequence(paths):
            for step in paths:
                yield from path_reads(step, way)
                way = (*way, step)
        case Alternative(paths):
            for branch in paths:
                yield from path_reads(branch, way)
        case Repeated(inner, "?"):
            yield from path_reads(inner, way)
        case Repeated(inner, _):
            yield from path_reads(inner, (*way, Repeated(inner, "*")))
