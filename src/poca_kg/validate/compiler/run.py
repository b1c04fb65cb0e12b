"""Validation by compiled queries: one for each constraint that the targets of a shapes graph lead to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from rdflib import BNode, Graph, Literal

from poca_kg.errors import UsageError
from poca_kg.store.protocol import Term
from poca_kg.validate.compiler.applied import EVERYWHERE, Scope, find, occurs_in, spread
from poca_kg.validate.compiler.compilation import Compilation
from poca_kg.validate.compiler.hierarchy import named_classes, read_hierarchy
from poca_kg.validate.compiler.patterns import Focus, branches
from poca_kg.validate.compiler.scanning import read_extent
from poca_kg.validate.compiler.source import Source, StoreSource
from poca_kg.validate.compiler.subset import names_rewritten, outside_subset
from poca_kg.validate.compiler.targets import THIS, target_focus
from poca_kg.validate.compiler.terms import TermText
from poca_kg.validate.findings import Finding, Outcome
from poca_kg.validate.shape_graph import Shape, ShapeGraph, ShapeNode, term_order

__all__ = ["new_compilation", "run_compiled"]

_MOST_NAMED = 1000


def run_compiled(
    shapes: ShapeGraph,
    source: Source,
    *,
    vocabulary: Graph | None = None,
    judged_in: str | None = None,
    focus: Mapping[ShapeNode, Collection[Term]] | None = None,
) -> Outcome:
    """Return what breaks the shapes in the data of a source.

    Parameters
    ----------
    shapes, source
        What to check against, and where.
    vocabulary
        An ontology that need not be in the source: its class hierarchy, and its instances of the classes
        that shapes ask for, count beside those of the data.
    judged_in
        The IRI of a named graph: only focus nodes that occur there, as subject or object, are judged.
    focus
        For each shape with targets, the focus nodes to judge; other shapes and other nodes are left out.

    Raises
    ------
    UsageError
        If the shapes hold what the compiler does not cover; see ``outside_subset``.
    """
    if (reason := outside_subset(shapes, source)) is not None:
        raise UsageError(f"the shapes cannot be compiled: {reason}", advice="use the engine pyshacl")
    compilation = new_compilation(shapes, source, vocabulary=vocabulary, narrow=focus is not None)
    findings: Counter[Finding] = Counter()
    foci: list[Focus] = []
    for shape in shapes.targeted:
        chosen = None if focus is None else frozenset(focus.get(shape.node, ()))
        for start, scope in _starts(compilation, shape, chosen, source):
            foci.append(start)
            for applied in spread(compilation, shape, start):
                findings.update(find(compilation, source, applied, replace(scope, judged_in=judged_in)))
    # Focus nodes that were named need not be counted, and a second visit to few nodes had better be short.
    total = _count(source, foci, judged_in) if focus is None else sum(map(len, focus.values()))
    found = tuple(replace(one, repetition=at) for one, times in findings.items() for at in range(times))
    return Outcome(found, frozenset(), len(shapes.targeted), focus_nodes=total)


def new_compilation(
    shapes: ShapeGraph, source: Source, *, vocabulary: Graph | None = None, narrow: bool = False
) -> Compilation:
    """Return the compiler for shapes and a source, which is asked for the classes that the shapes name."""
    hierarchy = read_hierarchy(source, named_classes(shapes), vocabulary)
    surrogates = source.surrogates or (source.lexical and names_rewritten(shapes))
    extent = None if narrow else read_extent(source)
    return Compilation(shapes, TermText(surrogates), hierarchy, narrow=narrow, extent=extent)


def _starts(
    compilation: Compilation, shape: Shape, nodes: frozenset[Term] | None, source: Source
) -> Iterator[tuple[Focus, Scope]]:
    """Iterate over the focus nodes to begin with, in parts, and how to keep to them.

    No query can name a blank node: a store in this process is told of each, of another all targets are asked.
    """
    if nodes is None:
        yield target_focus(compilation, shape), EVERYWHERE
        return
    blank = sorted(node for node in nodes if isinstance(node, BNode))
    if blank and not isinstance(source, StoreSource):
        yield target_focus(compilation, shape), Scope(among=nodes)
        return
    for node in blank:
        yield target_focus(compilation, shape), Scope(at=node)
    named = sorted((node for node in nodes if not isinstance(node, BNode)), key=term_order)
    for at in range(0, len(named), _MOST_NAMED):
        yield target_focus(compilation, shape, named[at : at + _MOST_NAMED]), EVERYWHERE


def _count(source: Source, foci: list[Focus], judged_in: str | None) -> int:
    """Return how many focus nodes there are; this is one request."""
    if not foci:
        return 0
    pattern = branches([focus.pattern for focus in foci])
    inner = f"{{ SELECT DISTINCT {THIS} WHERE {{ {pattern} }} }} {occurs_in(judged_in) if judged_in else ''}"
    ((number,),) = source.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ {inner} }}")
    return int(number.value) if isinstance(number, Literal) else 0
