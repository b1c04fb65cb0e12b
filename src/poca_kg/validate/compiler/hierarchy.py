"""Classes and their subclasses, asked of the source once for all shapes, and of a vocabulary beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from rdflib import BNode, Graph, URIRef
from rdflib.namespace import RDF, RDFS, SH

from poca_kg.store.bridge import sparql_term
from poca_kg.store.protocol import Term
from poca_kg.validate.compiler.patterns import Hierarchy
from poca_kg.validate.compiler.source import Source
from poca_kg.validate.paths import as_term
from poca_kg.validate.shape_graph import ShapeGraph, TargetKind

__all__ = ["named_classes", "read_hierarchy"]

_MANY = 200
_KINDS = {TargetKind.CLASS, TargetKind.IMPLICIT_CLASS}


def named_classes(shapes: ShapeGraph) -> frozenset[Term]:
    """Return the classes that targets and ``sh:class`` name."""
    found: set[Term] = set()
    for shape in shapes.shapes.values():
        found |= {target.term for target in shape.targets if target.kind in _KINDS}
        for constraint in shape.constraints:
            found |= set(constraint.parameters.get(SH["class"], ()))
    return frozenset(found)


def read_hierarchy(source: Source, classes: Iterable[Term], vocabulary: Graph | None = None) -> Hierarchy:
    """Return the subclasses of each class in source and vocabulary together, itself included, sorted.

    The source is asked level by level, about all classes at once; where there are no subclasses, once.
    """
    wanted = sorted(classes)
    below = _subclass_edges(source, wanted, vocabulary)
    closures = {kind: _closure(below, kind) for kind in wanted}
    subclasses = {
        kind: tuple(sorted(one for one in found if isinstance(one, URIRef)))
        for kind, found in closures.items()
    }
    unlisted = {kind for kind, found in closures.items() if any(isinstance(one, BNode) for one in found)}
    instances: dict[Term, tuple[Term, ...]] = {}
    if vocabulary is not None:
        typed: dict[Term, set[Term]] = defaultdict(set)
        for subject, kind in vocabulary.subject_objects(RDF.type):
            if isinstance(subject, URIRef):
                typed[as_term(kind)].add(subject)
        for kind in wanted:
            instances[kind] = tuple(sorted({node for below in subclasses[kind] for node in typed[below]}))
    return Hierarchy(subclasses, instances, frozenset(unlisted))


def _subclass_edges(source: Source, wanted: list[Term], vocabulary: Graph | None) -> dict[Term, set[Term]]:
    """Return the subclasses that stand directly below each class that is reached from those wanted."""
    below: dict[Term, set[Term]] = defaultdict(set)
    if vocabulary is not None:
        for subject, kind in vocabulary.subject_objects(RDFS.subClassOf):
            below[as_term(kind)].add(as_term(subject))
    asked: set[Term] = set()
    while fresh := sorted(
        kind for kind in _closure_of_all(below, wanted) - asked if isinstance(kind, URIRef)
    ):
        part = fresh[:_MANY]
        asked |= set(part)
        above = " ".join(map(sparql_term, part))
        edges = f"VALUES ?above {{ {above} }} ?below <{RDFS.subClassOf}> ?above"
        query = f"SELECT DISTINCT ?above ?below WHERE {{ {edges} }}"
        for above_it, subclass in source.select(query):
            if above_it is not None and isinstance(subclass, URIRef | BNode):
                below[above_it].add(subclass)
    return below


def _closure_of_all(below: dict[Term, set[Term]], wanted: Iterable[Term]) -> set[Term]:
    return {kind for start in wanted for kind in _closure(below, start)}


def _closure(below: dict[Term, set[Term]], start: Term) -> set[Term]:
    found = {start}
    fresh = [start]
    while fresh:
        kind = fresh.pop()
        further = below.get(kind, set()) - found
        found |= further
        fresh += further
    return found
