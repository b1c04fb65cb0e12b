"""From a store to a networkx graph, by the declaration of a view."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import networkx as nx
from rdflib import Literal, URIRef

from poca_kg.errors import FilePlace, InputError
from poca_kg.graph.declaration import ViewDeclaration, read_declaration
from poca_kg.store.protocol import Solutions, Store, Term
from poca_kg.vocabulary.labels import label_or_name, pick_label
from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = ["project", "view"]

_Values: TypeAlias = dict[str, set[Term]]
_Edge: TypeAlias = tuple[str, str, str, str]
_IN_FULL = frozenset({"statement"})


def view(
    store: Store, name: str, *, include_unfavourable: bool = False, language: str = "en"
) -> nx.MultiDiGraph[str]:
    """Return a view of the package as a networkx graph.

    Nodes are IRIs with ``label``, ``kind``, ``level`` and ``source``; edges have ``id``, ``kind``, ``source``
    and, where they come from a statement, ``statement`` and ``polarity``. Values are texts and numbers, never
    ``None``: an attribute that nothing is known about is absent. Several values stand in one text, joined by
    ``|``. Nodes and edges are in sorted order, and the key of an edge is its ``id``.

    Raises
    ------
    UnknownNameError
        If there is no view of that name.
    """
    return project(
        store, read_declaration(name), include_unfavourable=include_unfavourable, language=language
    )


def project(
    store: Store, declared: ViewDeclaration, *, include_unfavourable: bool = False, language: str = "en"
) -> nx.MultiDiGraph[str]:
    """Return the networkx graph that ``declared`` describes; see :func:`view` for its shape.

    Raises
    ------
    InputError
        If a query of the declaration cannot be answered; the error names the file.
    """
    nodes: dict[str, _Values] = {}
    for row in _ask(store, declared, declared.nodes):
        _collect(nodes.setdefault(str(row["node"]), {}), row, {"node"})
    edges: dict[_Edge, _Values] = {}
    for row in _ask(store, declared, declared.edges):
        if declared.favourable_only and not include_unfavourable and _polarity(row) <= 0:
            continue
        _collect(edges.setdefault(_edge_of(row, declared), {}), row, {"start", "end", "kind", "statement"})
    return _draw(declared, nodes, edges, language)


def _draw(
    declared: ViewDeclaration, nodes: dict[str, _Values], edges: dict[_Edge, _Values], language: str
) -> nx.MultiDiGraph[str]:
    net: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=declared.name)
    ends = {end for start, finish, _, _ in edges for end in (start, finish)}
    for iri in sorted(nodes.keys() | ends):
        values = nodes.get(iri, {})
        labels = [label for label in values.pop("label", ()) if isinstance(label, Literal)]
        net.add_node(iri, label=label_or_name(iri, labels, language), **_attributes(values, language))
    for edge, values in sorted(edges.items()):
        start, end, kind, statement = edge
        identifier = " ".join(shorten_iri(part) for part in (start, end, statement) if part) + f" {kind}"
        about = {"statement": statement} if statement else {}
        net.add_edge(
            start, end, key=identifier, id=identifier, kind=kind, **about, **_attributes(values, language)
        )
    return net


def _ask(store: Store, declared: ViewDeclaration, query: str) -> Iterator[dict[str, Term]]:
    place = FilePlace(declared.file)
    try:
        answer = store.query(query)
    except InputError as error:
        raise InputError(f"the query cannot be answered: {error}", place=place) from error
    if not isinstance(answer, Solutions):
        raise InputError("the query is no SELECT", place=place, advice="a view is made from rows")
    for row in answer.rows:
        yield {name: term for name, term in zip(answer.variables, row, strict=True) if term is not None}


def _collect(values: _Values, row: dict[str, Term], done: set[str]) -> None:
    for name in row.keys() - done:
        values.setdefault(name, set()).add(row[name])


def _edge_of(row: dict[str, Term], declared: ViewDeclaration) -> _Edge:
    start, end = str(row["start"]), str(row["end"])
    if not declared.directed and end < start:
        start, end = end, start
    return start, end, _short(row["kind"]), str(row.get("statement", ""))


def _polarity(row: dict[str, Term]) -> int:
    return int(row.get("polarity", 1))


def _attributes(values: _Values, language: str) -> dict[str, str | int]:
    return {name: _merged(name, terms, language) for name, terms in sorted(values.items())}


def _merged(name: str, terms: set[Term], language: str) -> str | int:
    if name == "polarity":
        return min(int(term) for term in terms)
    tagged = [term for term in terms if isinstance(term, Literal) and term.language]
    if tagged:
        return str(pick_label(tagged, language))
    return "|".join(sorted(str(term) if name in _IN_FULL else _short(term) for term in terms))


def _short(term: Term) -> str:
    """Return the last part of an IRI (``level/region`` gives ``region``), or the text of a literal."""
    return str(term).rpartition("/")[2].rpartition("#")[2] if isinstance(term, URIRef) else str(term)
