"""Property paths of SHACL: read from a shapes graph, written as SPARQL paths, and walked over data.

Source: SHACL, section 2.3.1 (https://www.w3.org/TR/shacl/#property-paths) and SPARQL 1.1, section 9.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH

from poca_kg.errors import InputError
from poca_kg.store.protocol import Term, Triple
from poca_kg.vocabulary.prefixes import prefixes_in_use, shorten_iri

__all__ = [
    "Alternative",
    "Inverse",
    "Predicate",
    "PropertyPath",
    "Repeated",
    "Sequence",
    "as_term",
    "last_steps",
    "properties_of",
    "reach",
    "read_path",
    "turned",
    "write_path",
]


@dataclass(frozen=True)
class Predicate:
    """One step along a property."""

    iri: URIRef


@dataclass(frozen=True)
class Inverse:
    """A path walked backwards."""

    path: PropertyPath


@dataclass(frozen=True)
class Sequence:
    """Paths walked one after the other."""

    paths: tuple[PropertyPath, ...]


@dataclass(frozen=True)
class Alternative:
    """Any one of several paths."""

    paths: tuple[PropertyPath, ...]


@dataclass(frozen=True)
class Repeated:
    """A path walked any number of times (``*``), at least once (``+``) or at most once (``?``)."""

    path: PropertyPath
    sign: str


PropertyPath: TypeAlias = Predicate | Inverse | Sequence | Alternative | Repeated

_REPEATED = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}
_ALTERNATIVE, _SEQUENCE, _STEP, _ELEMENT, _PRIMARY = range(5)
_DEEPEST = 50


def read_path(graph: Graph, node: Term, depth: int = 0) -> PropertyPath:
    """Return the property path that a node of a shapes graph stands for.

    >>> read_path(Graph(), RDF.type)
    Predicate(iri=rdflib.term.URIRef('http://www.w3.org/1999/02/22-rdf-syntax-ns#type'))

    Raises
    ------
    InputError
        If the node is no well-formed path.
    """
    if isinstance(node, URIRef):
        return Predicate(node)
    if depth < _DEEPEST and isinstance(node, BNode):
        if (node, RDF.first, None) in graph:
            return Sequence(_read_all(graph, node, depth))
        if (inner := graph.value(node, SH.inversePath)) is not None:
            return Inverse(read_path(graph, as_term(inner), depth + 1))
        if (inner := graph.value(node, SH.alternativePath)) is not None:
            return Alternative(_read_all(graph, as_term(inner), depth))
        for predicate, sign in _REPEATED.items():
            if (inner := graph.value(node, predicate)) is not None:
                return Repeated(read_path(graph, as_term(inner), depth + 1), sign)
    raise _bad_path()


def write_path(path: PropertyPath) -> str:
    """Return a path in SPARQL syntax, with the project's prefixes.

    >>> write_path(Sequence((Predicate(SH.path), Repeated(Inverse(Predicate(RDF.rest)), "*"))))
    'sh:path/(^rdf:rest)*'
    """
    return _write_once(path, prefixes_in_use())


def properties_of(path: PropertyPath) -> tuple[URIRef, ...]:
    """Return the properties that stand in a path, the last first.

    >>> properties_of(Sequence((Predicate(SH.path), Inverse(Predicate(RDF.rest)))))
    (rdflib.term.URIRef('...#rest'), rdflib.term.URIRef('...#path'))
    """
    match path:
        case Predicate(iri):
            return (iri,)
        case Sequence(paths) | Alternative(paths):
            return tuple(iri for step in reversed(paths) for iri in properties_of(step))
        case Inverse(inner) | Repeated(inner, _):
            return properties_of(inner)


@lru_cache(maxsize=1_000)
def _write_once(path: PropertyPath, prefixes: tuple[tuple[str, str], ...]) -> str:
    del prefixes  # they hold already; another set of them asks for another text
    return _write(path, _ALTERNATIVE)


def reach(graph: Graph, start: Term, path: PropertyPath) -> set[Term]:
    """Return what a path leads to from a node; empty where it leads nowhere."""
    ends: set[Term] = {start}
    match path:
        case Predicate(iri):
            ends = {as_term(node) for node in graph.objects(start, iri)} if _is_subject(start) else set()
        case Inverse(Predicate(iri)):
            ends = {as_term(node) for node in graph.subjects(iri, start)}
        case Inverse(inner):
            ends = reach(graph, start, turned(inner))
        case Sequence(paths):
            for step in paths:
                ends = {end for node in ends for end in reach(graph, node, step)}
        case Alternative(paths):
            ends = {end for branch in paths for end in reach(graph, start, branch)}
        case Repeated(inner, "?"):
            ends |= reach(graph, start, inner)
        case Repeated(inner, sign):
            ends = _closure(graph, start, inner) | (ends if sign == "*" else set())
    return ends


def last_steps(graph: Graph, start: Term, path: PropertyPath, end: Term) -> set[Triple]:
    """Return the triples that a walk from ``start`` along ``path`` takes last before it stands on ``end``."""
    match path:
        case Predicate(iri):
            return _present(graph, (start, iri, end))
        case Inverse(Predicate(iri)):
            return _present(graph, (end, iri, start))
        case Inverse(inner):
            return last_steps(graph, start, turned(inner), end)
        case Sequence(paths):
            return _last_steps_of_sequence(graph, start, paths, end)
        case Alternative(paths):
            return {step for branch in paths for step in last_steps(graph, start, branch, end)}
        case Repeated(inner, sign):
            middles = {start} if sign == "?" else {start} | _closure(graph, start, inner)
            return {step for node in middles for step in last_steps(graph, node, inner, end)}


def turned(path: PropertyPath) -> PropertyPath:
    """Return the path that leads back: a sequence is turned round, each step inverted.

    >>> write_path(turned(Sequence((Predicate(SH.path), Inverse(Predicate(RDF.rest))))))
    'rdf:rest/^sh:path'
    """
    match path:
        case Predicate():
            return Inverse(path)
        case Inverse(inner):
            return inner
        case Sequence(paths):
            return Sequence(tuple(turned(step) for step in reversed(paths)))
        case Alternative(paths):
            return Alternative(tuple(turned(branch) for branch in paths))
        case Repeated(inner, sign):
            return Repeated(turned(inner), sign)


def as_term(node: object) -> Term:
    """Return a node of a graph as the term it is; rdflib's graphs promise less than they keep.

    Raises
    ------
    InputError
        If it is none: a variable, a formula, a Python object.
    """
    if isinstance(node, URIRef | BNode | Literal):
        return node
    raise InputError(f"{node!r} is no RDF term")


def _last_steps_of_sequence(
    graph: Graph, start: Term, paths: tuple[PropertyPath, ...], end: Term
) -> set[Triple]:
    """Return the last steps of a sequence: of its last path, or of the one before where that may be empty."""
    if not paths:
        return set()
    before = Sequence(paths[:-1])
    middles = reach(graph, start, before)
    steps = {step for node in middles for step in last_steps(graph, node, paths[-1], end)}
    if end in middles and _may_be_empty(paths[-1]):
        steps |= last_steps(graph, start, before, end)
    return steps


def _may_be_empty(path: PropertyPath) -> bool:
    match path:
        case Predicate():
            return False
        case Inverse(inner):
            return _may_be_empty(inner)
        case Repeated(inner, sign):
            return sign != "+" or _may_be_empty(inner)
        case Sequence(paths):
            return all(map(_may_be_empty, paths))
        case Alternative(paths):
            return any(map(_may_be_empty, paths))


def _read_all(graph: Graph, node: Term, depth: int) -> tuple[PropertyPath, ...]:
    try:
        items = [as_term(item) for item in Collection(graph, node)]
    except ValueError:  # the list comes back to itself
        raise _bad_path() from None
    return tuple(read_path(graph, item, depth + 1) for item in items)


def _bad_path() -> InputError:
    what, advice = "a shape has a property path that is not well-formed", "see SHACL, section 2.3.1"
    return InputError(what, advice=advice)


def _write(path: PropertyPath, least: int) -> str:
    """Write a path, in brackets where it binds less tightly than its surroundings need."""
    match path:
        case Predicate(iri):
            return shorten_iri(iri)
        case Repeated(inner, sign):
            text, own = f"{_write(inner, _PRIMARY)}{sign}", _ELEMENT
        case Inverse(inner):
            text, own = f"^{_write(inner, _ELEMENT)}", _STEP
        case Sequence(paths):
            text, own = "/".join(_write(step, _STEP) for step in paths), _SEQUENCE
        case Alternative(paths):
            text, own = "|".join(_write(branch, _SEQUENCE) for branch in paths), _ALTERNATIVE
    return f"({text})" if own < least else text


def _closure(graph: Graph, start: Term, path: PropertyPath) -> set[Term]:
    found: set[Term] = set()
    fresh: Iterable[Term] = [start]
    while fresh := {end for node in fresh for end in reach(graph, node, path)} - found:
        found |= fresh
    return found


def _present(graph: Graph, triple: Triple) -> set[Triple]:
    return {triple} if _is_subject(triple[0]) and triple in graph else set()


def _is_subject(node: Term) -> bool:
    return not isinstance(node, Literal)
