"""What has changed between two contents (canonical N-Quads, see ``content``): the triples, both ways."""

from __future__ import annotations

from dataclasses import dataclass
from mmap import mmap

import pyoxigraph as ox
from rdflib import BNode

from poca_kg.store.bridge import triple_from_engine
from poca_kg.store.protocol import Triple

__all__ = ["Change", "change_between"]

_PIECE = 1 << 16


@dataclass(frozen=True)
class Change:
    """Triples that were added to a dataset, and such that were removed from it, whatever their graphs.

    Attributes
    ----------
    added, removed
        Without repetition. A triple that moved from one graph to another is in both.
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
        return any(isinstance(term, BNode) for triple in self.triples for term in triple)


def change_between(old: bytes | mmap, new: bytes | mmap) -> Change:
    r"""Return what must be added to and removed from an old content to make it a new one.

    Both are sorted, so only what lies between their common head and their common tail is taken to lines.

    >>> a, b, c = (f'<http://e/{name}> <http://e/p> "1" .\n'.encode() for name in "abc")
    >>> change = change_between(a + b, a + c)
    >>> sorted(str(subject) for subject, _, _ in change.added), len(change.removed)
    (['http://e/c'], 1)
    """
    start = _common_head(old, new)
    end = _common_tail(old, new, min(len(old), len(new)) - start)
    before = set(old[start : len(old) - end].splitlines(keepends=True))
    after = set(new[start : len(new) - end].splitlines(keepends=True))
    added, removed = after - before, before - after
    return Change(_parse(added), _parse(removed))


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


def _parse(lines: set[bytes]) -> frozenset[Triple]:
    quads = ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS) if lines else ()
    return frozenset(map(triple_from_engine, quads))
