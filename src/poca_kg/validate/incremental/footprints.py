"""The footprint of each shape: what of the data its constraints, and the shapes within it, look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rdflib import URIRef
from rdflib.namespace import RDF, RDFS, SH

from poca_kg.validate.incremental.reads import Footprint, Position, Read, Way, path_reads
from poca_kg.validate.paths import Predicate, Repeated, Sequence
from poca_kg.validate.shape_graph import Constraint, Shape, ShapeGraph, ShapeNode, TargetKind

__all__ = ["CLASS_PATH", "Footprints", "places_of_results", "value_way"]

CLASS_PATH = Sequence((Predicate(RDF.type), Repeated(Predicate(RDFS.subClassOf), "*")))
"""From a node to its classes and all that they are subclasses of (section 1.1, SHACL instance)."""

_MOST_READS = 2000
_OF_VALUES = {
    SH.DatatypeConstraintComponent,
    SH.HasValueConstraintComponent,
    SH.InConstraintComponent,
    SH.LanguageInConstraintComponent,
    SH.MaxCountConstraintComponent,
    SH.MaxExclusiveConstraintComponent,
    SH.MaxInclusiveConstraintComponent,
    SH.MaxLengthConstraintComponent,
    SH.MinCountConstraintComponent,
    SH.MinExclusiveConstraintComponent,
    SH.MinInclusiveConstraintComponent,
    SH.MinLengthConstraintComponent,
    SH.NodeKindConstraintComponent,
    SH.PatternConstraintComponent,
    SH.UniqueLangConstraintComponent,
}
_OF_PAIRS = {
    SH.EqualsConstraintComponent: SH.equals,
    SH.DisjointConstraintComponent: SH.disjoint,
    SH.LessThanConstraintComponent: SH.lessThan,
    SH.LessThanOrEqualsConstraintComponent: SH.lessThanOrEquals,
}
_OF_SHAPES = {
    SH.AndConstraintComponent,
    SH.NodeConstraintComponent,
    SH.NotConstraintComponent,
    SH.OrConstraintComponent,
    SH.PropertyConstraintComponent,
    SH.QualifiedMaxCountConstraintComponent,
    SH.QualifiedMinCountConstraintComponent,
    SH.XoneConstraintComponent,
}

QueryFootprint = Callable[[ShapeGraph, Shape, Constraint], Footprint]


@dataclass(eq=False)
class Footprints:
    """Footprints of the shapes of a graph, each worked out once.

    ``of_query`` works out that of a SPARQL constraint.
    """

    shapes: ShapeGraph
    of_query: QueryFootprint
    _known: dict[ShapeNode, Footprint] = field(default_factory=dict)

    def of_targets(self, shape: Shape) -> Footprint:
        """Return what decides whether a node is a focus node of a shape; ``sh:targetNode`` reads nothing."""
        reads: set[Read] = set()
        for target in shape.targets:
            match target.kind:
                case TargetKind.CLASS | TargetKind.IMPLICIT_CLASS:
                    reads.update(path_reads(CLASS_PATH))
                case TargetKind.SUBJECTS_OF:
                    reads.add(Read((), URIRef(str(target.term)), Position.SUBJECT))
                case TargetKind.OBJECTS_OF:
                    reads.add(Read((), URIRef(str(target.term)), Position.OBJECT))
                case TargetKind.NODE:
                    pass
        return Footprint(frozenset(reads))

    def of_shape(self, node: ShapeNode) -> Footprint:
        """Return what the constraints of a shape look at, from its focus node."""
        if node not in self._known:
            found = self._of_constraints(self.shapes.shapes[node])
            if len(found.reads) > _MOST_READS:
                found = Footprint(doubt=f"the shape {node} looks at too many things")
            self._known[node] = found
        return self._known[node]

    def _of_constraints(self, shape: Shape) -> Footprint:
        if shape.deactivated:
            return Footprint()
        found = Footprint(frozenset(path_reads(shape.path)) if shape.path is not None else frozenset())
        for constraint in shape.constraints:
            found |= self._of_constraint(shape, constraint)
        return found

    def _of_constraint(self, shape: Shape, constraint: Constraint) -> Footprint:
        component, values = constraint.component, value_way(shape)
        reads: set[Read] = set()
        if component == SH.ClassConstraintComponent:
            reads.update(path_reads(CLASS_PATH, values))
        elif component == SH.ClosedConstraintComponent:
            reads.add(Read(values, None, Position.SUBJECT))
        elif component in _OF_PAIRS:
            reads.add(Read((), URIRef(str(constraint.only(_OF_PAIRS[component]))), Position.SUBJECT))
        elif component == SH.SPARQLConstraintComponent:
            return self.of_query(self.shapes, shape, constraint)
        elif component in _OF_SHAPES:
            found = Footprint()
            for inner in (*constraint.shapes, *constraint.siblings):
                found |= self.of_shape(inner).after(values)
            return found
        elif component not in _OF_VALUES:
            return Footprint(doubt=f"what {component} looks at is not known")
        return Footprint(frozenset(reads))


def value_way(shape: Shape) -> Way:
    """Return the way from a focus node to the value nodes: none for a node shape."""
    return () if shape.path is None else (shape.path,)


def places_of_results(shapes: ShapeGraph, shape: Shape, way: Way = ()) -> Iterator[tuple[ShapeNode, Way]]:
    """Yield the shapes that results of a shape may name, each with the way to the focus node of the result.

    Besides the shape these are the property shapes that it has, and those that they have (section 4.8.2);
    shapes that are held in any other way speak through the shape that holds them.
    """
    yield shape.node, way
    for constraint in shape.constraints:
        if constraint.component == SH.PropertyConstraintComponent:
            for inner in constraint.shapes:
                if not shapes.shapes[inner].deactivated:
                    yield from places_of_results(shapes, shapes.shapes[inner], (*way, *value_way(shape)))
