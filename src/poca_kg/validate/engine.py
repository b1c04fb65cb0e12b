"""The engine: pyshacl, kept from everything that SHACL Core and SPARQL constraints do not need.

It gets rdflib graphs and never a text (which it would open as a path or an address), infers nothing, follows
no import, runs no script, and writes nothing to a log or to the screen.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from pyshacl import Shape, Validator
from pyshacl.errors import (
    ConstraintLoadError,
    ReportableRuntimeError,
    ShapeLoadError,
    ValidationFailure,
)
from pyshacl.graph_abstraction import DataGraph
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from poca_kg.errors import InputError
from poca_kg.store.protocol import Term
from poca_kg.validate.paths import PropertyPath, read_path
from poca_kg.validate.report import Severity
from poca_kg.validate.shapes import Shapes

__all__ = ["PLACEHOLDER", "Finding", "Outcome", "mix", "run_engine"]

_OPTIONS = {
    "advanced": False,
    "inference": "none",
    "inplace": True,
    "use_js": False,
    "iterate_rules": False,
    "abort_on_first": False,
    "sparql_mode": False,
}
PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")
_KNOWN_VARIABLES = {"this", "path", "value"}
_BAD_SHAPES = (ConstraintLoadError, ShapeLoadError)
_CANNOT_COMPARE = (ReportableRuntimeError, ValidationFailure, TypeError, ArithmeticError, re.error)
_Raw = tuple[str, BNode, list[tuple[Any, ...]]]


class _IllTyped(Literal):
    """A literal whose text is none of its datatype: like SPARQL's, it compares with nothing.

    rdflib orders such literals in one place and refuses in another, so that the engine breaks off in the
    middle of a comparison, and with it the report on everything else.
    """

    def eq(self, other: object) -> NoReturn:
        raise TypeError(f"an ill-typed literal is not comparable with {other!r}")

    def __lt__(self, other: object) -> bool:
        return False

    __le__ = __gt__ = __ge__ = __lt__
    __hash__ = Literal.__hash__


@dataclass(frozen=True)
class Finding:
    """One result as the engine gives it, in terms of the graphs alone."""

    focus: Term
    path: PropertyPath | None
    value: Term | None
    severity: Severity
    shape: URIRef | BNode
    component: URIRef
    constraint: Term | None = None
    messages: tuple[Literal, ...] = ()
    details: frozenset[Finding] = frozenset()


@dataclass(frozen=True)
class Outcome:
    """What the engine found (in no particular order, without repetition), and what it looked at."""

    findings: tuple[Finding, ...]
    targets: frozenset[Term]
    shapes: int


def mix(*graphs: Graph | None) -> Graph:
    """Return a new graph with the triples of all; none is changed.

    The engine's own way of mixing copies class and property axioms only, and so loses the concepts.
    """
    mixed = Graph(bind_namespaces="none")
    for graph in filter(None, graphs):
        for subject, predicate, value in graph:
            mixed.add((subject, predicate, _marked(value)))
    return mixed


def run_engine(mixed: Graph, shapes: Shapes) -> Outcome:
    """Check a graph that the ontology was mixed into.

    A node that a shape cannot be evaluated at (a blank node where values are compared, say) gets a violation
    that says so; the rest is checked as usual.

    Raises
    ------
    InputError
        If a shape is not well-formed.
    """
    rules = _for_engine(shapes.rules)
    logger = logging.Logger("poca_kg.validate.engine", level=logging.CRITICAL + 1)
    options = {**_OPTIONS, "logger": logger}
    try:
        data = DataGraph.from_rdflib(mixed)
        validator = Validator(data, shacl_graph=rules, options=options)
        raw, failed = _evaluate(validator, data)
        report, _ = validator.create_validation_report(validator.shacl_graph, not raw, raw)
        applied = validator.shacl_graph.shapes
        targets = frozenset(node for shape in applied for node in shape.focus_nodes(data))
    except _BAD_SHAPES as error:
        raise InputError(f"the shapes cannot be used: {error.message}", advice="correct the shape") from error
    findings = {_finding(report, node) for node in report.objects(None, SH.result)}
    return Outcome((*findings, *failed), targets, len(applied))


def _for_engine(rules: Graph) -> Graph:
    """Return a copy of the shapes (the engine adds to them), without the messages that we fill in ourselves.

    The engine fills a variable in by a regular expression, and a backslash in the data makes it break off; so
    it is left only the messages with variables that stand nowhere in its results.
    """
    copy = Graph(bind_namespaces="none")
    for triple in rules:
        names = set(PLACEHOLDER.findall(str(triple[2]))) if triple[1] == SH.message else set()
        if not names or names - _KNOWN_VARIABLES:
            copy.add(triple)
    return copy


def _evaluate(validator: Validator, data: DataGraph) -> tuple[list[_Raw], list[Finding]]:
    """Return the raw results of every shape, and what could not be evaluated."""
    executor = validator.make_executor()
    raw: list[_Raw] = []
    failed: list[Finding] = []
    for shape in validator.shacl_graph.shapes:
        try:
            raw += shape.validate(executor, data)[1]
        except _BAD_SHAPES:
            raise
        except _CANNOT_COMPARE:
            for focus in shape.focus_nodes(data):
                try:
                    raw += shape.validate(executor, data, focus=[focus])[1]
                except _CANNOT_COMPARE as error:
                    failed.append(_failure(shape, focus, error))
    return raw, failed


def _failure(shape: Shape, focus: Term, error: Exception) -> Finding:
    message = Literal(f"the shape cannot be evaluated here: {getattr(error, 'message', error)}", lang="en")
    severity, component = Severity.VIOLATION, SH.ConstraintComponent
    return Finding(_plain(focus), None, None, severity, shape.node, component, messages=(message,))


def _finding(results: Graph, node: Node) -> Finding:
    """Return one result of the report graph, with the results that it rests on."""
    parts: dict[Any, Any] = {predicate: _plain(value) for predicate, value in results.predicate_objects(node)}
    path = parts.get(SH.resultPath)
    messages = (text for text in results.objects(node, SH.resultMessage) if isinstance(text, Literal))
    return Finding(
        focus=parts[SH.focusNode],
        path=None if path is None else read_path(results, path),
        value=parts.get(SH.value),
        severity=Severity.of_iri(parts.get(SH.resultSeverity)),
        shape=parts[SH.sourceShape],
        component=parts[SH.sourceConstraintComponent],
        constraint=parts.get(SH.sourceConstraint),
        messages=tuple(sorted(messages, key=lambda text: (text.language or "", str(text)))),
        details=frozenset(_finding(results, inner) for inner in results.objects(node, SH.detail)),
    )


def _marked(term: Any) -> Any:
    if isinstance(term, Literal) and term.ill_typed:
        return _IllTyped(str(term), datatype=term.datatype, normalize=False)
    return term


def _plain(term: Any) -> Any:
    if isinstance(term, _IllTyped):
        return Literal(str(term), datatype=term.datatype, normalize=False)
    return term
