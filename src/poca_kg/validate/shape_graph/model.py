"""What a shapes graph says, as frozen values: shapes with their targets, paths and constraints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

from rdflib import BNode, Graph, Literal, URIRef

from poca_kg.store.protocol import Term
from poca_kg.validate.paths import PropertyPath
from poca_kg.validate.report import Severity

__all__ = ["Constraint", "Shape", "ShapeGraph", "ShapeNode", "Target", "TargetKind"]

ShapeNode: TypeAlias = URIRef | BNode


class TargetKind(StrEnum):
    """The ways in which SHACL Core names focus nodes (section 2.1.3)."""

    NODE = "node"
    CLASS = "class"
    IMPLICIT_CLASS = "implicit class"
    SUBJECTS_OF = "subjects of"
    OBJECTS_OF = "objects of"


@dataclass(frozen=True)
class Target:
    """One target declaration; ``term`` is the node, the class or the property that it names."""

    kind: TargetKind
    term: Term


@dataclass(frozen=True)
class Constraint:
    """One constraint: a component with one value for each of its parameters (section 2.1.4).

    Two values of ``sh:class`` are two constraints, a list of ``sh:in`` is one.

    Attributes
    ----------
    component
        The IRI of the constraint component, such as ``sh:ClassConstraintComponent``.
    parameters
        The terms of each parameter, by its IRI. A list (``sh:in``, ``sh:languageIn``,
        ``sh:ignoredProperties``, ``sh:and``, ...) is given as its members, in order.
    shapes
        The shapes that the constraint holds: the one of ``sh:node``, ``sh:property``, ``sh:not`` and
        ``sh:qualifiedValueShape``, or the members of ``sh:and``, ``sh:or`` and ``sh:xone`` in order.
    siblings
        The sibling shapes of a qualified value shape that is to be disjoint from them (section 4.7.3).
    source
        The node of a SPARQL constraint.
    """

    component: URIRef
    parameters: Mapping[URIRef, tuple[Term, ...]] = field(hash=False)
    shapes: tuple[ShapeNode, ...] = ()
    siblings: tuple[ShapeNode, ...] = ()
    source: Term | None = None

    def only(self, parameter: URIRef) -> Term | None:
        """Return the one value of a parameter, or ``None`` if the constraint does not have it."""
        values = self.parameters.get(parameter, ())
        return values[0] if values else None


@dataclass(frozen=True)
class Shape:
    """One shape (section 2.1); a property shape if it has a path.

    ``severity_iri`` is set where the shape names a severity that SHACL does not know, which counts as the
    worst.
    """

    node: ShapeNode
    path: PropertyPath | None
    targets: tuple[Target, ...]
    constraints: tuple[Constraint, ...]
    severity: Severity = Severity.VIOLATION
    messages: tuple[Literal, ...] = ()
    deactivated: bool = False
    severity_iri: URIRef | None = None


@dataclass(frozen=True, eq=False)
class ShapeGraph:
    """The shapes of a shapes graph by their nodes, sorted; ``rules`` is the graph they were read from."""

    shapes: Mapping[ShapeNode, Shape]
    rules: Graph

    @cached_property
    def targeted(self) -> tuple[Shape, ...]:
        """The shapes that have targets and are not deactivated: what a validation begins with."""
        return tuple(shape for shape in self.shapes.values() if shape.targets and not shape.deactivated)
