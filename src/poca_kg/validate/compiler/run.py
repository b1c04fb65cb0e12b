"""Validation by compiled queries: one for each constraint that the targets of a shapes graph lead to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import SH

from poca_kg.errors import UsageError
from poca_kg.store.bridge import sparql_term
from poca_kg.store.protocol import Term
from poca_kg.store.surrogates import as_written
from poca_kg.validate.compiler.compilation import Compilation
from poca_kg.validate.compiler.hierarchy import named_classes, read_hierarchy
from poca_kg.validate.compiler.patterns import Focus, Violations, branches
from poca_kg.validate.compiler.source import Source
from poca_kg.validate.compiler.subset import outside_subset
from poca_kg.validate.compiler.targets import THIS, target_focus
from poca_kg.validate.compiler.terms import TermText
from poca_kg.validate.findings import Finding, Outcome
from poca_kg.validate.paths import Predicate
from poca_kg.validate.shape_graph import Constraint, Shape, ShapeGraph, ShapeNode

__all__ = ["Check", "find", "new_compilation", "run_compiled", "spread"]

_MOST_NAMED = 1000


@dataclass(frozen=True)
class Check:
    """One constraint of one shape, at the focus nodes that lead to it.

    ``way`` are the variables of the nodes that lead there from the focus nodes of the targeted shape: a value
    that two of them share is judged, and told, for each (SHACL, section 3.4).
    """

    shape: Shape
    constraint: Constraint
    focus: Focus
    way: tuple[str, ...] = ()


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
    if (reason := outside_subset(shapes)) is not None:
        raise UsageError(f"the shapes cannot be compiled: {reason}", advice="use the engine pyshacl")
    compilation = new_compilation(shapes, source, vocabulary=vocabulary, narrow=focus is not None)
    findings: Counter[Finding] = Counter()
    foci: list[Focus] = []
    for shape in shapes.targeted:
        for start, among in _starts(compilation, shape, focus):
            foci.append(start)
            for check in spread(compilation, shape, start):
                asked = _Asked(start, judged_in, among)
                findings.update(find(compilation, source, check, asked))
    total = _count(source, foci, judged_in)
    found = tuple(replace(one, repetition=at) for one, times in findings.items() for at in range(times))
    return Outcome(found, frozenset(), len(shapes.targeted), focus_nodes=total)


def new_compilation(
    shapes: ShapeGraph, source: Source, *, vocabulary: Graph | None = None, narrow: bool = False
) -> Compilation:
    """Return the compiler for shapes and a source, which is asked for the classes that the shapes name."""
    hierarchy = read_hierarchy(source, named_classes(shapes), vocabulary)
    return Compilation(shapes, TermText(source.surrogates), hierarchy, narrow=narrow)


@dataclass(frozen=True)
class _Asked:
    """Which of the solutions of a check count.

    Attributes
    ----------
    start
        The focus nodes of the targeted shape, which those of the check come from.
    judged_in
        The graph that they have to occur in.
    among
        The focus nodes to keep; ``None`` for all.
    """

    start: Focus
    judged_in: str | None = None
    among: frozenset[Term] | None = None


def spread(
    compilation: Compilation, shape: Shape, focus: Focus, way: tuple[str, ...] = ()
) -> Iterator[Check]:
    """Iterate over the constraints of a shape and of the property shapes that it leads to."""
    for constraint in shape.constraints:
        if constraint.component != SH.PropertyConstraintComponent:
            yield Check(shape, constraint, focus, way)
            continue
        inner = compilation.shape(constraint.shapes[0])
        if not inner.deactivated:
            values = compilation.value_nodes(shape, focus)
            further = way if values.variable == focus.variable else (*way, focus.variable)
            yield from spread(compilation, inner, values, further)


def find(
    compilation: Compilation, source: Source, check: Check, asked: _Asked | None = None
) -> Iterator[Finding]:
    """Iterate over the results of one check; this is one request."""
    found = compilation.violations(check.shape, check.constraint, check.focus)
    if found is None:
        return
    among = None if asked is None else asked.among
    if check.way or (asked is not None and asked.judged_in is not None):
        found = _restricted(found, check, None if asked is None else asked.judged_in)
    if check.constraint.source is not None:
        query = compilation.query(check.shape, check.constraint)
        rows = source.select(found.select)
        at = found.variables.index(THIS) if among is not None else 0
        yield from query.findings(row for row in rows if among is None or row[at] in among)
        return
    positions = {variable: at for at, variable in enumerate(found.variables)}
    for row in source.select(found.select):
        if among is not None and row[positions[THIS]] not in among:
            continue
        yield _finding(check, found, dict(zip(found.variables, row, strict=True)))


def _starts(
    compilation: Compilation, shape: Shape, focus: Mapping[ShapeNode, Collection[Term]] | None
) -> Iterator[tuple[Focus, frozenset[Term] | None]]:
    """Iterate over the focus nodes to begin with, in parts, each with those that it has to be kept to.

    Where one of the nodes is blank, all targets are asked about, because no query can name it.
    """
    if focus is None:
        yield target_focus(compilation, shape), None
        return
    nodes = frozenset(focus.get(shape.node, ()))
    if any(isinstance(node, BNode) for node in nodes):
        yield target_focus(compilation, shape), nodes
        return
    named = sorted(nodes)
    for at in range(0, len(named), _MOST_NAMED):
        yield target_focus(compilation, shape, named[at : at + _MOST_NAMED]), None


def _restricted(found: Violations, check: Check, judged_in: str | None) -> Violations:
    """Return the violations with the nodes that lead to them, of which the first has to occur in a graph."""
    pattern = f"{{ {found.select} }}"
    if check.way:
        pattern = f"{pattern} {check.focus.pattern}"
    if judged_in is not None:
        pattern = f"{pattern} {_occurs(judged_in)}"
    return replace(found, pattern=pattern, others=(*found.others, *check.way))


def _occurs(graph: str) -> str:
    name = sparql_term(URIRef(graph))
    as_subject = f"EXISTS {{ GRAPH {name} {{ {THIS} ?p ?o }} }}"
    return f"FILTER({as_subject} || EXISTS {{ GRAPH {name} {{ ?s ?p ?{THIS[1:]} }} }})"


def _count(source: Source, foci: list[Focus], judged_in: str | None) -> int:
    """Return how many focus nodes there are; this is one request."""
    if not foci:
        return 0
    pattern = branches([focus.pattern for focus in foci])
    inner = f"{{ SELECT DISTINCT {THIS} WHERE {{ {pattern} }} }} {_occurs(judged_in) if judged_in else ''}"
    ((number,),) = source.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ {inner} }}")
    return int(number.value) if isinstance(number, Literal) else 0


def _finding(check: Check, found: Violations, row: Mapping[str, Term | None]) -> Finding:
    shape = check.shape
    focus, path = row[found.focus], shape.path
    value = None if found.value is None else row[found.value]
    if found.path is not None and isinstance(predicate := row[found.path], URIRef):
        path = Predicate(predicate)
    assert focus is not None
    return Finding(
        focus=as_written(focus),
        path=path,
        value=None if value is None else as_written(value),
        severity=shape.severity,
        shape=shape.node,
        component=check.constraint.component,
        constraint=check.constraint.source,
        messages=shape.messages,
        severity_iri=shape.severity_iri,
    )
