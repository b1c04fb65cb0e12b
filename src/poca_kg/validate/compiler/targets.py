"""Targets of shapes as patterns for focus nodes (SHACL, section 2.1.3)."""

from __future__ import annotations

from collections.abc import Collection

from rdflib import BNode, URIRef

from poca_kg.store.bridge import sparql_term
from poca_kg.store.protocol import Term
from poca_kg.validate.compiler.patterns import (
    Focus,
    Patterns,
    all_classes,
    branches,
    class_pattern,
    distinct,
)
from poca_kg.validate.shape_graph import Shape, TargetKind, term_order

__all__ = ["THIS", "blank_focus", "named_focus", "target_focus"]

THIS = "?this"
"""The variable of the nodes that a shape's own targets name."""


def target_focus(patterns: Patterns, shape: Shape, only: Collection[Term] | None = None) -> Focus:
    """Return the focus nodes of a shape's targets; of them only some, if these are given."""
    by_kind: dict[TargetKind, list[Term]] = {kind: [] for kind in TargetKind}
    for target in shape.targets:
        by_kind[target.kind].append(target.term)
    classes = [*by_kind[TargetKind.CLASS], *by_kind[TargetKind.IMPLICIT_CLASS]]
    parts = []
    if nodes := by_kind[TargetKind.NODE]:
        parts.append(named_focus(patterns, nodes).pattern)
    if classes:
        parts.append(class_pattern(patterns, THIS, *map(URIRef, classes)))
    if properties := by_kind[TargetKind.SUBJECTS_OF]:
        parts.append(_users(patterns, "{0} {1} {2} .", properties))
    if properties := by_kind[TargetKind.OBJECTS_OF]:
        parts.append(_users(patterns, "{2} {1} {0} .", properties))
    if only is not None:
        chosen = named_focus(patterns, only).pattern
        parts = [f"{chosen} {part}" for part in parts]
    if len(parts) > 1:
        return Focus(branches(parts), THIS)
    only_classes = classes and only is None
    return Focus(parts[0], THIS, all_classes(patterns, *map(URIRef, classes)) if only_classes else ())


def named_focus(patterns: Patterns, nodes: Collection[Term]) -> Focus:
    """Return nodes that are named one by one; no query can name a blank node, so these are left out."""
    terms = tuple(sorted((node for node in nodes if not isinstance(node, BNode)), key=term_order))
    return Focus(f"VALUES {THIS} {{ {patterns.text.all_stored(terms)} }}", THIS)


def _users(patterns: Patterns, triple: str, properties: list[Term]) -> str:
    """Return a pattern for the subjects or objects of one property or of several."""
    other = patterns.fresh("x")
    names = [sparql_term(name) for name in properties]
    if patterns.narrow and len(names) == 1:
        return triple.format(THIS, names[0], other)
    if len(names) == 1:
        return distinct(THIS, triple.format(THIS, names[0], other))
    name = patterns.fresh("property")
    return distinct(THIS, f"VALUES {name} {{ {' '.join(names)} }} {triple.format(THIS, name, other)}")


def blank_focus(patterns: Patterns) -> Focus:
    """Return a blank node that the source puts in for the variable: any node, if it does not."""
    names = [patterns.fresh() for _ in range(4)]
    as_subject = f"{THIS} {names[0]} {names[1]}"
    as_object = f"{names[2]} {names[3]} {THIS}"
    return Focus(distinct(THIS, branches([as_subject, as_object])), THIS)
