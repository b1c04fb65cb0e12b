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

_MOST_ASKED = 500
_MOST_LISTED = 2000
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

    The source is asked about all classes at once, and again only about those that the vocabulary leads to.
    Where there are too many, or one is a blank node, the classes of the vocabulary are listed and it is said
    that there are more.
    """
    wanted = sorted(classes)
    told = _told(vocabulary)
    below, is_all = _subclasses(source, wanted, told)
    subclasses: dict[Term, tuple[Term, ...]] = {}
    unlisted: set[Term] = set()
    for kind in wanted:
        found = _closure(below, kind)
        if not is_all or any(isinstance(one, BNode) for one in found):
            unlisted.add(kind)
            found = _closure(told, kind)
        subclasses[kind] = tuple(sorted(one for one in found if isinstance(one, URIRef)))
    return Hierarchy(subclasses, _instances(subclasses, vocabulary), frozenset(unlisted))


def _told(vocabulary: Graph | None) -> dict[Term, set[Term]]:
    """Return the subclasses that a vocabulary puts directly below each class."""
    below: dict[Term, set[Term]] = defaultdict(set)
    for subject, kind in () if vocabulary is None else vocabulary.subject_objects(RDFS.subClassOf):
        below[as_term(kind)].add(as_term(subject))
    return below


def _subclasses(
    source: Source, wanted: list[Term], told: dict[Term, set[Term]]
) -> tuple[dict[Term, set[Term]], bool]:
    """Return the subclasses below each class that is reached, and whether these are all."""
    below = defaultdict(set, {kind: set(found) for kind, found in told.items()})
    known: set[Term] = set()
    while fresh := [kind for kind in _closure_of_all(below, wanted) - known if isinstance(kind, URIRef)]:
        part = sorted(fresh)[:_MOST_ASKED]
        known |= set(part)
        above = " ".join(map(sparql_term, part))
        edges = f"VALUES ?above {{ {above} }} ?below <{RDFS.subClassOf}>+ ?above"
        query = f"SELECT DISTINCT ?above ?below WHERE {{ {edges} }} LIMIT {_MOST_LISTED}"
        rows = 0
        for kind, subclass in source.select(query):
            rows += 1
            if kind is not None and isinstance(subclass, URIRef | BNode):
                below[kind].add(subclass)
                # What the source puts below it stands in this answer too; the vocabulary has its own say.
                known.add(subclass)
        if rows >= _MOST_LISTED:
            return below, False
    return below, True


def _instances(
    subclasses: dict[Term, tuple[Term, ...]], vocabulary: Graph | None
) -> dict[Term, tuple[Term, ...]]:
    """Return the instances that a vocabulary has of each class."""
    typed: dict[Term, set[Term]] = defaultdict(set)
    for subject, kind in () if vocabulary is None else vocabulary.subject_objects(RDF.type):
        if isinstance(subject, URIRef):
            typed[as_term(kind)].add(subject)
    return {
        kind: tuple(sorted({node for one in found for node in typed[one]}))
        for kind, found in subclasses.items()
    }


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
