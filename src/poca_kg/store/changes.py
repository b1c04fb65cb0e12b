"""What has changed between two contents (canonical N-Quads, see ``content``), both ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap
from typing import Protocol

import pyoxigraph as ox
from rdflib import BNode

from poca_kg.store.bridge import quad_from_engine
from poca_kg.store.protocol import Quad, Term, Triple

__all__ = ["Change", "ContentChange", "PatternSource", "change_between", "has_blank_node"]

_PIECE = 1 << 16


@dataclass(frozen=True)
class Change:
    """Triples that were added to a dataset, and such that were removed from it.

    A triple that has only moved from one graph to another is in neither.
    """

    added: frozenset[Triple]
    removed: frozenset[Triple]

    @property
    def triples(self) -> frozenset[Triple]:
        """All of them together."""
        return self.added | self.removed

    @property
    def names_blank_nodes(self) -> bool:
        """Whether there is a blank node in any of them; its label is good for one content only."""
        return any(map(has_blank_node, self.triples))


@dataclass(frozen=True)
class ContentChange:
    """Quads that must be added to and removed from an old content to make it a new one."""

    added: frozenset[Quad]
    removed: frozenset[Quad]

    @property
    def names_blank_nodes(self) -> bool:
        """Whether there is a blank node in any of them."""
        return any(has_blank_node(quad[:3]) for quad in self.added | self.removed)

    def triples_in(self, store: PatternSource) -> Change:
        """Return the triples that were added and removed; the store holds the new content.

        A triple with a blank node counts as added or removed wherever it stands.
        """
        written = Counter(quad[:3] for quad in self.added)
        taken = frozenset(quad[:3] for quad in self.removed)
        added = {
            triple
            for triple, graphs in written.items()
            if has_blank_node(triple) or (triple not in taken and _count(store, triple) == graphs)
        }
        removed = {triple for triple in taken if has_blank_node(triple) or not _count(store, triple)}
        return Change(frozenset(added), frozenset(removed))


class PatternSource(Protocol):
    """What answers triple patterns over all graphs together."""

    def match(
        self, subject: Term | None = None, predicate: Term | None = None, object_: Term | None = None
    ) -> Iterator[Triple]:
        """Iterate over the triples that fit; one that stands in two graphs comes twice."""


def has_blank_node(triple: Triple) -> bool:
    """Whether there is a blank node in a triple."""
    return any(isinstance(term, BNode) for term in triple)


def change_between(old: bytes | mmap, new: bytes | mmap) -> ContentChange:
    r"""Return what must be added to and removed from an old content to make it a new one.

    Both are sorted, so only what lies between their common head and their common tail is taken to lines.

    >>> a, b, c = (f'<http://e/{name}> <http://e/p> "1" .\n'.encode() for name in "abc")
    >>> change = change_between(a + b, a + c)
    >>> sorted(str(quad[0]) for quad in change.added), len(change.removed)
    (['http://e/c'], 1)
    """
    start = _common_head(old, new)
    end = _common_tail(old, new, min(len(old), len(new)) - start)
    before = set(old[start : len(old) - end].splitlines(keepends=True))
    after = set(new[start : len(new) - end].splitlines(keepends=True))
    return ContentChange(_parse(after - before), _parse(before - after))


def _common_head(old: bytes | mmap, new: bytes | mmap) -> int:
    """Return how long the head is that two contents have in common: whole pieces of it, then whole lines."""
    at, most = 0, min(len(old), len(new))
    while at + _PIECE <= most and old[at : at + _PIECE] == new[at : at + _PIECE]:
        at += _PIECE
    return old.rfind(b"\n", 0, at) + 1


def _common_tail(old: bytes | mmap, new: bytes | mmap, most: int) -> int:
    """Return how long the tail is, at most ``most``, that two contents have in common; in the same way."""
    at = 0
    while at + _PIECE <= most:
        before, after = len(old) - at, len(new) - at
        if old[before - _PIECE : before] != new[after - _PIECE : after]:
            break
        at += _PIECE
    first = old.find(b"\n", len(old) - at)
    return len(old) - first - 1 if first >= 0 else 0


def _count(store: PatternSource, triple: Triple) -> int:
    return sum(1 for _ in store.match(*triple))


def _parse(lines: set[bytes]) -> frozenset[Quad]:
    quads = ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS) if lines else ()
    return frozenset(map(quad_from_engine, quads))
