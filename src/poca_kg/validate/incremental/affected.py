"""Which focus nodes of which shapes a change can matter to: backwards from each changed triple."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from poca_kg.store.changes import Change, PatternSource
from poca_kg.store.protocol import Term
from poca_kg.validate.incremental.footprints import Footprints, QueryFootprint, places_of_results
from poca_kg.validate.incremental.reads import Footprint, Position, Read, Way
from poca_kg.validate.incremental.views import TooManyError, View
from poca_kg.validate.shape_graph import Constraint, Shape, ShapeGraph, ShapeNode, TargetKind

__all__ = ["Affected", "Plan", "is_target"]

_MOST_NODES = 2000


@dataclass(frozen=True)
class Affected:
    """What must be judged again.

    Attributes
    ----------
    nodes
        Nodes that are, or were, focus nodes of a shape.
    whole
        Shapes to be judged at all their focus nodes, and why.
    """

    nodes: Mapping[ShapeNode, frozenset[Term]] = field(default_factory=dict)
    whole: Mapping[ShapeNode, str] = field(default_factory=dict)


@dataclass(eq=False)
class Plan:
    """What must be known of the shapes to follow any change; made once for many changes."""

    shapes: ShapeGraph
    of_query: QueryFootprint | None = None
    doubts: dict[ShapeNode, str] = field(default_factory=dict)
    results: dict[ShapeNode, tuple[tuple[ShapeNode, Way], ...]] = field(default_factory=dict)
    _of_targets: set[Read] = field(default_factory=set)
    _readers: dict[Term | None, list[tuple[ShapeNode, Read]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def __post_init__(self) -> None:
        footprints = Footprints(self.shapes, self.of_query or _of_query)
        for shape in self.shapes.targeted:
            of_targets = footprints.of_targets(shape)
            footprint = of_targets | footprints.of_shape(shape.node)
            self._of_targets |= of_targets.reads
            if footprint.doubt:
                self.doubts[shape.node] = footprint.doubt
            for read in footprint.reads:
                self._readers[read.predicate].append((shape.node, read))
            self.results[shape.node] = tuple(places_of_results(self.shapes, shape))

    def affected(self, change: Change, source: PatternSource) -> Affected:
        """Return what a change can matter to.

        Parameters
        ----------
        change
            The triples that were added and removed; there must be no blank node among them.
        source
            The data after the change.
        """
        both = View(source, plus=change.removed, most=_MOST_NODES)
        whole = dict(self.doubts)
        nodes: dict[ShapeNode, set[Term]] = defaultdict(set)
        for node, found in self._found_by_walking(change, both):
            if found is None:
                whole[node] = f"more than {_MOST_NODES} nodes lead to what changed"
            else:
                nodes[node] |= found
        kept = {
            node: frozenset(one for one in found if is_target(self.shapes.shapes[node], one, both))
            for node, found in nodes.items()
            if node not in whole
        }
        return Affected({node: found for node, found in kept.items() if found}, whole)

    def candidates(self, change: Change, both: View) -> set[Term]:
        """Return the nodes that may have become focus nodes, or ceased to be such, through a change.

        Parameters
        ----------
        change
            The triples that were added and removed.
        both
            The data before and after the change at once.

        Raises
        ------
        TooManyError
            If there are more than the view is to look at.
        """
        found: set[Term] = set()
        ends: dict[Way, set[Term]] = defaultdict(set)
        for triple in change.triples:
            for read in self._of_targets:
                if read.predicate == triple[Position.PREDICATE]:
                    ends[read.way].add(triple[read.at])
        for way, at in ends.items():
            found |= both.starts(at, way)
        return found

    def names(self, node: Term, view: View) -> bool:
        """Whether a node is a focus node of any shape in a view."""
        named = self._named
        return (
            node in named[TargetKind.NODE]
            or not named[TargetKind.CLASS].isdisjoint(view.classes_of(node))
            or any(view.has((node, step, None)) for step in named[TargetKind.SUBJECTS_OF])
            or any(view.has((None, step, node)) for step in named[TargetKind.OBJECTS_OF])
        )

    @cached_property
    def _named(self) -> Mapping[TargetKind, frozenset[Term]]:
        """What the targets of all shapes name, by their kind."""
        found: dict[TargetKind, set[Term]] = {kind: set() for kind in TargetKind}
        for shape in self.shapes.targeted:
            for target in shape.targets:
                is_implicit = target.kind is TargetKind.IMPLICIT_CLASS
                found[TargetKind.CLASS if is_implicit else target.kind].add(target.term)
        return {kind: frozenset(terms) for kind, terms in found.items()}

    def _found_by_walking(
        self, change: Change, both: View
    ) -> Iterator[tuple[ShapeNode, frozenset[Term] | None]]:
        """Yield shapes with nodes from which a way leads to the change; ``None`` for too many of them."""
        known: dict[tuple[Way, frozenset[Term]], frozenset[Term] | None] = {}
        for (shape, way), ends in self._ends(change).items():
            key = way, frozenset(ends)
            if key not in known:
                try:
                    known[key] = frozenset(both.starts(ends, way))
                except TooManyError:
                    known[key] = None
            yield shape, known[key]

    def _ends(self, change: Change) -> dict[tuple[ShapeNode, Way], set[Term]]:
        """Return where the ways end that changed triples are read after."""
        found: dict[tuple[ShapeNode, Way], set[Term]] = defaultdict(set)
        for triple in change.triples:
            for key in (triple[Position.PREDICATE], None):
                for node, read in self._readers.get(key, ()):
                    found[node, read.way].add(triple[read.at])
        return found


def _of_query(shapes: ShapeGraph, shape: Shape, constraint: Constraint) -> Footprint:
    # the parser takes long to import
    from poca_kg.validate.incremental.query_reads import constraint_footprint  # noqa: PLC0415

    return constraint_footprint(shapes, shape, constraint)


def is_target(shape: Shape, node: Term, view: View) -> bool:
    """Whether a node is a focus node of a shape in a view (section 2.1.3)."""
    for target in shape.targets:
        match target.kind:
            case TargetKind.NODE:
                found = target.term == node
            case TargetKind.CLASS | TargetKind.IMPLICIT_CLASS:
                found = target.term in view.classes_of(node)
            case TargetKind.SUBJECTS_OF:
                found = view.has((node, target.term, None))
            case TargetKind.OBJECTS_OF:
                found = view.has((None, target.term, node))
        if found:
            return True
    return False
