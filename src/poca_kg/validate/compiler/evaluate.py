"""One shape at one node, whatever its targets: ``sh:or``, ``sh:not`` and their like are explained with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeAlias

from rdflib import BNode

from poca_kg.store.protocol import Term
from poca_kg.validate.compiler.applied import EVERYWHERE, Scope, find, spread
from poca_kg.validate.compiler.compilation import Compilation
from poca_kg.validate.compiler.run import new_compilation
from poca_kg.validate.compiler.source import Source, StoreSource
from poca_kg.validate.compiler.targets import blank_focus, named_focus
from poca_kg.validate.findings import Finding
from poca_kg.validate.shape_graph import ShapeGraph, ShapeNode

__all__ = ["judge_with_compiler"]

_Judge: TypeAlias = Callable[[ShapeNode, Term], tuple[Finding, ...] | None]


def judge_with_compiler(shapes: ShapeGraph, source: Source) -> _Judge:
    """Return what says which findings one shape has at one node, none if the node conforms.

    It says ``None`` for a blank node of a source that is not in this process: no query can name that. The
    source is asked about classes at the first call only, so that a report without findings costs nothing.
    """

    @cache
    def compilation() -> Compilation:
        return new_compilation(shapes, source, narrow=True)

    def judge(node: ShapeNode, focus: Term) -> tuple[Finding, ...] | None:
        shape = shapes.shapes[node]
        start, scope = named_focus(compilation(), [focus]), EVERYWHERE
        if isinstance(focus, BNode):
            if not isinstance(source, StoreSource):
                return None
            start, scope = blank_focus(compilation()), Scope(at=focus)
        if shape.deactivated:
            return ()
        steps = spread(compilation(), shape, start)
        return tuple(finding for one in steps for finding in find(compilation(), source, one, scope))

    return judge
