"""Applied constraints: each is one constraint of one shape where it is to hold, asked with one query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from rdflib import BNode, URIRef
from rdflib.namespace import SH

from poca_kg.store.bridge import sparql_term
from poca_kg.store.protocol import Term
from poca_kg.store.surrogates import as_written
from poca_kg.validate.compiler.compilation import Compilation
from poca_kg.validate.compiler.patterns import Focus, Violations
from poca_kg.validate.compiler.source import Source, StoreSource
from poca_kg.validate.compiler.targets import THIS
from poca_kg.validate.findings import Finding
from poca_kg.validate.paths import Predicate
from poca_kg.validate.shape_graph import Constraint, Shape

__all__ = ["EVERYWHERE", "Applied", "Scope", "find", "occurs_in", "spread"]


@dataclass(frozen=True)
class Applied:
    """One constraint of one shape, at the focus nodes that lead to it.

    ``way`` are the variables of the nodes that lead there from the focus nodes of the targeted shape: a value
    that two of them share is judged, and told, for each (SHACL, section 3.4).
    """

    shape: Shape
    constraint: Constraint
    focus: Focus
    way: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scope:
    """Which of the focus nodes that a validation begins with count.

    Attributes
    ----------
    judged_in
        The graph that they have to occur in.
    at
        The one blank node to begin with, which no query can name: the source has to put it in.
    among
        The nodes to keep, where the source cannot do that; ``None`` for all.
    """

    judged_in: str | None = None
    at: BNode | None = None
    among: frozenset[Term] | None = None


EVERYWHERE = Scope()


def spread(
    compilation: Compilation, shape: Shape, focus: Focus, way: tuple[str, ...] = ()
) -> Iterator[Applied]:
    """Iterate over the constraints of a shape and of the property shapes that it leads to."""
    for constraint in shape.constraints:
        if constraint.component != SH.PropertyConstraintComponent:
            yield Applied(shape, constraint, focus, way)
            continue
        inner = compilation.shape(constraint.shapes[0])
        if not inner.deactivated:
            values = compilation.value_nodes(shape, focus)
            further = way if values.variable == focus.variable else (*way, focus.variable)
            yield from spread(compilation, inner, values, further)


def find(
    compilation: Compilation, source: Source, applied: Applied, scope: Scope = EVERYWHERE
) -> Iterator[Finding]:
    """Iterate over the results of one constraint; this is one request."""
    found = compilation.results(applied.shape, applied.constraint, applied.focus)
    if found is None:
        return
    if applied.way or scope.judged_in is not None:
        found = _restricted(found, applied, scope.judged_in)
    rows = _rows(source, found, scope)
    if applied.constraint.source is not None:
        yield from compilation.query(applied.shape, applied.constraint).findings(rows)
        return
    for row in rows:
        yield _finding(applied, found, dict(zip(found.variables, row, strict=True)))


def occurs_in(graph: str) -> str:
    """Return a filter: the node that a validation begins with occurs in a named graph."""
    name = sparql_term(URIRef(graph))
    as_subject = f"EXISTS {{ GRAPH {name} {{ {THIS} ?p ?o }} }}"
    return f"FILTER({as_subject} || EXISTS {{ GRAPH {name} {{ ?s ?p {THIS} }} }})"


def _rows(source: Source, found: Violations, scope: Scope) -> Iterator[tuple[Term | None, ...]]:
    if scope.at is not None and isinstance(source, StoreSource):
        return source.select_at(found.select, THIS, scope.at)
    rows = source.select(found.select)
    if (among := scope.among) is None:
        return rows
    at = found.variables.index(THIS)
    return (row for row in rows if row[at] in among)


def _restricted(found: Violations, applied: Applied, judged_in: str | None) -> Violations:
    """Return the violations with the nodes that lead to them, of which the first has to occur in a graph."""
    pattern = f"{{ {found.select} }}"
    if applied.way:
        pattern = f"{pattern} {applied.focus.pattern}"
    if judged_in is not None:
        pattern = f"{pattern} {occurs_in(judged_in)}"
    return replace(found, pattern=pattern, others=(*found.others, *applied.way))


def _finding(applied: Applied, found: Violations, row: Mapping[str, Term | None]) -> Finding:
    shape = applied.shape
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
        component=applied.constraint.component,
        constraint=applied.constraint.source,
        messages=shape.messages,
        severity_iri=shape.severity_iri,
    )
