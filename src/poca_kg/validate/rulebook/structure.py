"""How shapes stand in one another, and which nodes of a graph each of them looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from rdflib import BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, RDFS, SH

from poca_kg.store.protocol import Term
from poca_kg.validate.paths import PropertyPath, as_term, reach, read_path, write_path
from poca_kg.validate.shapes import Shapes

__all__ = ["Structure"]

_HOLDS_ONE = (SH.property, SH.node, SH["not"], SH.qualifiedValueShape)
_HOLDS_LIST = (SH["and"], SH["or"], SH.xone)
_KINDS = (SH.NodeShape, SH.PropertyShape)


@dataclass(frozen=True, eq=False)
class Structure:
    """The named shapes of a shapes graph, with their parts and wholes."""

    shapes: Shapes

    @cached_property
    def nodes(self) -> frozenset[URIRef]:
        """Every shape that has an IRI and says that it is one."""
        found = {node for kind in _KINDS for node in self.shapes.rules.subjects(RDF.type, kind)}
        return frozenset(node for node in found if isinstance(node, URIRef))

    @cached_property
    def parts(self) -> Mapping[URIRef, tuple[URIRef, ...]]:
        """The shapes that each shape holds, directly."""
        return {node: tuple(sorted(set(self._held(node)))) for node in self.nodes}

    @cached_property
    def wholes(self) -> Mapping[URIRef, tuple[URIRef, ...]]:
        """The shapes that hold each shape, directly."""
        return {
            node: tuple(sorted(whole for whole, parts in self.parts.items() if node in parts))
            for node in self.nodes
        }

    def around(self, start: URIRef, edges: Mapping[URIRef, tuple[URIRef, ...]]) -> Iterator[URIRef]:
        """Yield what parts (or wholes) lead to from a shape, the nearest first, without the shape itself."""
        seen, layer = {start}, [start]
        while layer:
            layer = sorted({other for node in layer for other in edges[node]} - seen)
            seen.update(layer)
            yield from layer

    def path(self, shape: URIRef) -> PropertyPath | None:
        """Return the property path of a property shape, ``None`` for a node shape."""
        node = self.shapes.rules.value(shape, SH.path)
        return None if node is None else read_path(self.shapes.rules, as_term(node))

    def targets(self, shape: URIRef, kind: URIRef) -> list[URIRef]:
        """Return the targets of one kind, such as ``sh:targetClass``, that a shape names."""
        found = self.shapes.rules.objects(shape, kind)
        return sorted(node for node in found if isinstance(node, URIRef))

    def focus_nodes(self, shape: URIRef, data: Graph) -> set[Term]:
        """Return the nodes of a graph that a shape looks at, by its own targets or by those of its wholes."""
        nodes = set(self._targeted(shape, data))
        for whole in self.wholes[shape]:
            nodes |= self.value_nodes(whole, data)
        return nodes

    def value_nodes(self, shape: URIRef, data: Graph) -> set[Term]:
        """Return what a shape judges: the values of its path, or the focus nodes themselves."""
        focus, path = self.focus_nodes(shape, data), self.path(shape)
        return focus if path is None else {end for node in focus for end in reach(data, node, path)}

    def values_at(self, shape: URIRef, node: Term, data: Graph) -> set[Term]:
        """Return what a shape judges at one focus node."""
        path = self.path(shape)
        return {node} if path is None else reach(data, node, path)

    def looks_around(self, shape: URIRef) -> bool:
        """Whether a shape sees what leads to a node, and not only what a node says of itself."""
        path = self.path(shape)
        is_backwards = path is not None and "^" in write_path(path)
        return is_backwards or (shape, SH.sparql, None) in self.shapes.rules

    def _targeted(self, shape: URIRef, data: Graph) -> Iterator[Term]:
        for sort in self.targets(shape, SH.targetClass):
            below = {sort, *self.shapes.ontology.transitive_subjects(RDFS.subClassOf, sort)}
            for one in below:
                yield from map(as_term, data.subjects(RDF.type, one))
        for term in self.targets(shape, SH.targetSubjectsOf):
            yield from map(as_term, data.subjects(term, None))
        for term in self.targets(shape, SH.targetObjectsOf):
            yield from map(as_term, data.objects(None, term))
        yield from (node for node in self.targets(shape, SH.targetNode) if (node, None, None) in data)

    def _held(self, node: URIRef) -> Iterable[URIRef]:
        rules = self.shapes.rules
        held = [one for term in _HOLDS_ONE for one in rules.objects(node, term)]
        for term in _HOLDS_LIST:
            for head in rules.objects(node, term):
                if isinstance(head, URIRef | BNode):
                    held += Collection(rules, head)
        return (one for one in held if isinstance(one, URIRef) and one in self.nodes)
