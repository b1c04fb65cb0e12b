"""The prefixes that a user's files declare, so that a report names things as their author does.

They are for reading alone: what does not look like a declaration at the beginning of a line, or behind
another one, is passed over.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping

from rdflib import Graph

from poca_kg.store.formats import RdfSyntax
from poca_kg.store.protocol import Document
from poca_kg.vocabulary.prefixes import PREFIXES

__all__ = ["declared_prefixes", "prefixes_of"]

_MOST_READ = 65_536
_MOST_KEPT = 200
_DECLARATION = re.compile(
    rb"(?:^[ \t]*@?|>[ \t]*\.[ \t]*@)prefix[ \t]+"
    rb"([A-Za-z][A-Za-z0-9_-]{0,40}|):[ \t]*<([^<>\"{}|^`\\\s]{1,500})(?=>)",
    re.MULTILINE | re.IGNORECASE,
)
_KNOWN = frozenset(PREFIXES.values())
_Pairs = tuple[tuple[str, str], ...]


def prefixes_of(document: Document) -> dict[str, str]:
    """Return the prefixes that a document in Turtle or TriG declares at its beginning.

    >>> prefixes_of(Document(b"PREFIX ex: <http://example.org/>", RdfSyntax.TURTLE))
    {'ex': 'http://example.org/'}
    """
    if document.syntax not in {RdfSyntax.TURTLE, RdfSyntax.TRIG}:
        return {}
    found = _DECLARATION.findall(document.data[:_MOST_READ].removeprefix(BOM_UTF8))
    return {name.decode(): namespace.decode("utf-8", "replace") for name, namespace in found[:_MOST_KEPT]}


def declared_prefixes(graphs: Iterable[Graph]) -> _Pairs:
    """Return the prefixes of graphs that the project does not know, the first meaning of each, sorted.

    >>> graph = Graph(bind_namespaces="none")
    >>> graph.bind("ex", "http://example.org/")
    >>> graph.bind("sh", "http://example.org/other/")
    >>> declared_prefixes([graph])
    (('ex', 'http://example.org/'),)
    """
    known: dict[str, str] = {}
    for graph in graphs:
        for name, namespace in graph.namespaces():
            if str(name) not in PREFIXES and str(namespace) not in _KNOWN:
                known.setdefault(str(name), str(namespace))
    return tuple(sorted(_one_for_each(known).items()))


def _one_for_each(prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return one prefix for each namespace, the alphabetically first."""
    by_namespace = {namespace: name for name, namespace in sorted(prefixes.items(), reverse=True)}
    return {name: namespace for namespace, name in by_namespace.items()}
