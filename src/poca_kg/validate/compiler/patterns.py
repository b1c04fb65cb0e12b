"""What compiled queries are made of: patterns that bind a variable to focus nodes, and to what is wrong.

A pattern is the inside of a group graph pattern of SPARQL. Patterns are put together by writing one behind
the other, so that each has to be complete in itself, and variables get names that occur nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from rdflib import URIRef

from poca_kg.store.protocol import Term
from poca_kg.validate.compiler.terms import TermText
from poca_kg.validate.shape_graph import Constraint, Shape, ShapeNode

__all__ = [
    "Focus",
    "Hierarchy",
    "Patterns",
    "Violations",
    "all_classes",
    "branches",
    "class_pattern",
    "distinct",
    "minus",
]


@dataclass(frozen=True)
class Focus:
    """A pattern that binds ``variable`` to focus nodes or value nodes; it may bind others beside it.

    ``classes`` are set where the nodes are just the nodes that have one of these types.
    """

    pattern: str
    variable: str
    classes: tuple[Term, ...] = ()

    def with_filter(self, condition: str) -> str:
        """Return the pattern for the nodes that a condition holds of."""
        return f"{self.pattern} FILTER({condition})"


@dataclass(frozen=True)
class Violations:
    """A pattern for what breaks a constraint: one solution for each result, apart from repetitions.

    Attributes
    ----------
    focus, value
        The variables of the focus node and of the value node; ``None`` where a result has no value.
    path
        The variable of the result path, where it is not that of the shape (``sh:closed``).
    others
        Further variables that tell results apart or go into messages.
    """

    pattern: str
    focus: str
    value: str | None = None
    path: str | None = None
    others: tuple[str, ...] = ()

    @property
    def select(self) -> str:
        """The query whose rows hold focus node, value, path and the others, as far as there are any."""
        return f"SELECT DISTINCT {' '.join(self.variables)} WHERE {{ {self.pattern} }}"

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables of :attr:`select`, each once."""
        asked = (self.focus, self.value, self.path, *self.others)
        return tuple(dict.fromkeys(variable for variable in asked if variable is not None))


@dataclass(frozen=True)
class Hierarchy:
    """Classes with all their subclasses, and their instances that only a vocabulary knows.

    ``unlisted`` are the classes with more subclasses than that: very many, or one that is a blank node, which
    no query can name.
    """

    subclasses: Mapping[Term, tuple[Term, ...]]
    instances: Mapping[Term, tuple[Term, ...]]
    unlisted: frozenset[Term] = frozenset()


class Patterns(Protocol):
    """What the components of the compiler ask of the whole, above all about shapes within shapes."""

    text: TermText
    hierarchy: Hierarchy
    narrow: bool

    def fresh(self, name: str = "v") -> str:
        """Return a variable that occurs nowhere else."""

    def value_nodes(self, shape: Shape, focus: Focus) -> Focus:
        """Return the value nodes of a shape: what its path leads to, or the focus nodes themselves."""

    def failing(self, node: ShapeNode, focus: Focus) -> str | None:
        """Return a pattern for the focus nodes that do not conform to a shape, ``None`` if all do.

        It binds the variable of the focus, each node once, and no other.
        """

    def condition(self, node: ShapeNode, variable: str) -> str | None:
        """Return the condition to conform to a shape, if it needs no pattern; it is never an error."""

    def violations(self, shape: Shape, constraint: Constraint, focus: Focus) -> Violations | None:
        """Return what breaks a constraint at the focus nodes of its shape, ``None`` if nothing can."""

    def shape(self, node: ShapeNode) -> Shape:
        """Return the shape of a node."""


def minus(patterns: Patterns, focus: Focus, removed: str) -> str:
    """Return a pattern for the focus nodes that another pattern does not hold of.

    Where the focus nodes are few, they are named in what is removed too: an engine evaluates that on its own.
    """
    inner = f"{focus.pattern} {removed}" if patterns.narrow else removed
    return f"{focus.pattern} MINUS {{ {inner} }}"


def distinct(variable: str, pattern: str) -> str:
    """Return a pattern that binds one variable only, and to each node once.

    >>> distinct("?v", "?v ?p ?o")
    '{ SELECT DISTINCT ?v WHERE { ?v ?p ?o } }'
    """
    return f"{{ SELECT DISTINCT {variable} WHERE {{ {pattern} }} }}"


def branches(parts: list[str]) -> str:
    """Return a pattern for the solutions of any of several.

    >>> branches(["?a ?b ?c", "?c ?b ?a"])
    '{ ?a ?b ?c } UNION { ?c ?b ?a }'
    """
    return " UNION ".join(f"{{ {part} }}" for part in parts)


def all_classes(patterns: Patterns, *kinds: URIRef) -> tuple[Term, ...]:
    """Return classes and all their subclasses, sorted; nothing where these cannot be listed."""
    below = patterns.hierarchy.subclasses
    if not patterns.hierarchy.unlisted.isdisjoint(kinds):
        return ()
    return tuple(sorted({found for kind in kinds for found in below.get(kind, (kind,))}))


def class_pattern(patterns: Patterns, variable: str, *kinds: URIRef) -> str:
    """Return a pattern for the instances of a class or of its subclasses, or of any of several classes."""
    classes = all_classes(patterns, *kinds)
    if not classes:
        below = patterns.hierarchy.subclasses
        tops = tuple(sorted({found for kind in kinds for found in below.get(kind, (kind,))}))
        name = patterns.fresh("class")
        above = f"VALUES {name} {{ {patterns.text.all_stored(tops)} }}"
        return f"{above} {variable} {_TYPE}/{_SUBCLASS}* {name} ."
    if len(classes) == 1:
        return f"{variable} {_TYPE} {patterns.text.stored(classes[0])} ."
    name = patterns.fresh("class")
    return f"VALUES {name} {{ {patterns.text.all_stored(classes)} }} {variable} {_TYPE} {name} ."


_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_SUBCLASS = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
