"""Targets of shapes as patterns for focus nodes (SHACL, section 2.1.3)."""

from __future__ import annotations

from collections.abc import Collection

from rdflib import BNode, URIRef

from poca_kg.store.bridge import sparql_term
from poca_kg.store.protocol import Term
from poca_kg.validate.compiler.patterns import Focus, Patterns, branches, class_pattern, distinct
from poca_kg.validate.shape_graph import Shape, Target, TargetKind

__all__ = ["THIS", "named_focus", "target_focus"]

THIS = "?this"
"""The variable of the nodes that a shape's own targets name."""


def target_focus(patterns: Patterns, shape: Shape, only: Collection[Term] | None = None) -> Focus:
    """Return the focus nodes of a shape's targets; of them only some, if these are given."""
    nodes = [target.term for target in shape.targets if target.kind is TargetKind.NODE]
    parts = [named_focus(patterns, nodes).pattern] if nodes else []
    parts += [_pattern(patterns, target) for target in shape.targets if target.kind is not TargetKind.NODE]
    if only is not None:
        chosen = named_focus(patterns, only).pattern
        parts = [f"{chosen} {part}" for part in parts]
    return Focus(parts[0] if len(parts) == 1 else branches(parts), THIS)


def named_focus(patterns: Patterns, nodes: Collection[Term]) -> Focus:
    """Return nodes that are named one by one; no query can name a blank node, so these are left out."""
    terms = tuple(sorted(node for node in nodes if not isinstance(node, BNode)))
    return Focus(f"VALUES {THIS} {{ {patterns.text.all_stored(terms)} }}", THIS)


def _pattern(patterns: Patterns, target: Target) -> str:
    name = URIRef(target.term)
    if target.kind in {TargetKind.CLASS, TargetKind.IMPLICIT_CLASS}:
        return class_pattern(patterns, THIS, name)
    other = patterns.fresh("x")
    subject, object_ = (THIS, other) if target.kind is TargetKind.SUBJECTS_OF else (other, THIS)
    return distinct(THIS, f"{subject} {sparql_term(name)} {object_}")
