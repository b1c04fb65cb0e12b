"""All that a store holds as canonical N-Quads, by which it is known again; empty graphs included.

N-Quads have no way to say that there is a graph without triples, so such a graph is a comment of our own at
the head of the file, ``# empty graph <iri>``. A file without one is plain canonical N-Quads (RDFC-1.0), and
other readers lose nothing but the empty graphs.
"""

from __future__ import annotations

import re
from collections import defaultdict

import pyoxigraph as ox

from poca_kg.store.bridge import node
from poca_kg.store.canonical import canonical_lines

__all__ = ["add_empty_graphs", "lines_by_graph", "write_content"]

_EMPTY = b"# empty graph "
_NAME = re.compile(rb'<[^<>" ]*>|_:[^ "]+')
_SUBJECT_AND_PREDICATE = re.compile(rb"(?:<[^ >]*>|_:[^ ]*) <[^ >]*>")


def write_content(engine: ox.Store) -> bytes:
    """Return the content of a store.

    Blank nodes get their canonical labels, which depend on nothing but the quads that hold blank nodes; so
    only those are put to the algorithm, and all others are sorted as the engine writes them.
    """
    plain: list[bytes] = []
    blank: list[bytes] = []
    for line in (engine.dump(format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True):
        (blank if line.startswith(b"_:") or b" _:" in line else plain).append(line)
    if blank:
        plain += canonical_lines(b"".join(blank))
    plain.sort()
    return b"".join(_empty_graphs(engine)) + b"".join(plain)


def _empty_graphs(engine: ox.Store) -> list[bytes]:
    named = (graph for graph in engine.named_graphs() if isinstance(graph, ox.NamedNode))
    empty = [
        graph for graph in named if next(engine.quads_for_pattern(None, None, None, graph), None) is None
    ]
    return sorted(_EMPTY + str(graph).encode() + b"\n" for graph in empty)


def add_empty_graphs(engine: ox.Store, content: bytes) -> None:
    """Add the empty graphs that the head of a content names."""
    start = 0
    while content.startswith(_EMPTY, start):
        end = content.find(b"\n", start)
        engine.add_graph(node(content[start + len(_EMPTY) + 1 : end - 1].decode()))
        start = end + 1


def lines_by_graph(content: bytes) -> dict[str, list[bytes]]:
    r"""Return the lines of each graph by its IRI, empty for the unnamed one.

    >>> lines_by_graph(b'# empty graph <http://e/h>\n<http://e/a> <http://e/p> "1" <http://e/g> .\n')
    {'http://e/h': [], 'http://e/g': [b'<http://e/a> <http://e/p> "1" <http://e/g> .\n']}
    """
    found: dict[str, list[bytes]] = defaultdict(list)
    for line in content.splitlines(keepends=True):
        if line.startswith(_EMPTY):
            found[line[len(_EMPTY) + 1 : -2].decode()] = []
        else:
            found[_graph_of(line)].append(line)
    return dict(found)


def _graph_of(line: bytes) -> str:
    """Return the graph of a line of canonical N-Quads, which parts its terms by single blanks."""
    rest, _, last = line[:-3].rpartition(b" ")
    if not _NAME.fullmatch(last) or _SUBJECT_AND_PREDICATE.fullmatch(rest):
        return ""  # what stands last is a literal, or an object that has a name
    return last.decode().strip("<>")
