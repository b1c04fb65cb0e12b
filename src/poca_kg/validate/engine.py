"""The engine: pyshacl, kept from everything that SHACL Core and SPARQL constraints do not need.

It gets rdflib graphs and never a text (which it would open as a path or an address), infers nothing, follows
no import, runs no script, and writes nothing to a log or to the screen.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator, Set
from dataclasses import replace
from typing import Any, NoReturn

from pyparsing import ParseException
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
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result

from poca_kg.errors import InputError
from poca_kg.store.protocol import Term
from poca_kg.validate.findings import Finding, Outcome
from poca_kg.validate.paths import read_path
from poca_kg.validate.report import Severity
from poca_kg.validate.shapes import Shapes

__all__ = ["judge_with_engine", "mix", "run_engine"]

_OPTIONS = {
    "advanced": False,
    "inference": "none",
    "inplace": True,
    "use_js": False,
    "iterate_rules": False,
    "abort_on_first": False,
    "sparql_mode": False,
}
_BAD_SHAPES = (ConstraintLoadError, ShapeLoadError)
_CANNOT_COMPARE = (
    ReportableRuntimeError,
    ValidationFailure,
    TypeError,
    ArithmeticError,
    LookupError,
    RecursionError,
    re.error,
)
_SAYS_NOTHING = "Parameterised SHACL Query generated constraint validation reports."
_Raw = tuple[str, BNode, list[tuple[Any, ...]]]
_Parts = dict[BNode, dict[URIRef, list[Any]]]


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


class _Mixed(Graph):
    """A graph that parses each query once; the engine asks the same one for every focus node."""

    def __init__(self) -> None:
        super().__init__(bind_namespaces="none")
        self._prepared: dict[str, Query] = {}

    def query(self, query_object: str | Query, *args: Any, **kwargs: Any) -> Result:
        if isinstance(query_object, str):
            if query_object not in self._prepared:
                self._prepared[query_object] = self._prepare(query_object)
            query_object = self._prepared[query_object]
        return super().query(query_object, *args, **kwargs)

    def _prepare(self, text: str) -> Query:
        try:
            return prepareQuery(text, initNs=dict(self.namespaces()))
        except ParseException as error:
            # Some property paths are not written as SPARQL has them.
            what = f"its query cannot be read by pyshacl: {error}"
            raise ValidationFailure(what) from error  # type: ignore[no-untyped-call]


def mix(*graphs: Graph | None) -> Graph:
    """Return a new graph with the triples of all; none is changed.

    The engine's own way of mixing copies class and property axioms only, and so loses the concepts.
    """
    mixed = _Mixed()
    for graph in filter(None, graphs):
        for subject, predicate, value in graph:
            mixed.add((subject, predicate, _marked(value)))
    return mixed


def run_engine(mixed: Graph, shapes: Shapes, judged: Set[Term] | None = None) -> Outcome:
    """Check the nodes that are to be judged (all, if they are not given), with the ontology mixed in.

    A node that a shape cannot be evaluated at (a blank node where values are compared, say) gets a violation
    that says so; the rest is checked as usual.

    Raises
    ------
    InputError
        If a shape is not well-formed.
    """
    logger = logging.Logger("poca_kg.validate.engine", level=logging.CRITICAL + 1)
    options = {**_OPTIONS, "logger": logger}
    try:
        data = DataGraph.from_rdflib(mixed)
        validator = Validator(data, shacl_graph=shapes.for_engine, options=options)
        applied = validator.shacl_graph.shapes
        targets = [
            (shape, [node for node in shape.focus_nodes(data) if judged is None or node in judged])
            for shape in applied
        ]
        raw, failed = _evaluate(validator, data, targets)
    except _BAD_SHAPES as error:
        raise InputError(f"the shapes cannot be used: {error.message}", advice="correct the shape") from error
    findings = {finding for batch in raw for finding in _told_apart(batch, shapes.rules)}
    nodes = frozenset(node for _, focus in targets for node in focus)
    return Outcome((*findings, *failed), nodes, len(applied))


def judge_with_engine(
    mixed: Graph, shapes: Shapes
) -> Callable[[URIRef | BNode, Term], tuple[Finding, ...] | None]:
    """Return what says which findings one shape has at one node, ``None`` where it cannot be evaluated.

    The shapes are read at the first call, so that a report without findings costs nothing.
    """
    known: list[Validator] = []

    def judge(node: URIRef | BNode, focus: Term) -> tuple[Finding, ...] | None:
        if not known:
            logger = logging.Logger("poca_kg.validate.engine", level=logging.CRITICAL + 1)
            data = DataGraph.from_rdflib(mixed)
            options = {**_OPTIONS, "logger": logger}
            known.append(Validator(data, shacl_graph=shapes.for_engine, options=options))
        validator = known[0]
        shape = next((one for one in validator.shacl_graph.shapes if one.node == node), None)
        if shape is None:
            return None
        try:
            raw = shape.validate(validator.make_executor(), validator.data_graph, focus=[_marked(focus)])[1]
        except _CANNOT_COMPARE:
            return None
        return tuple({_read(result, shapes.rules) for result in raw})

    return judge


def _evaluate(
    validator: Validator, data: DataGraph, targets: list[tuple[Shape, list[Term]]]
) -> tuple[list[list[_Raw]], list[Finding]]:
    """Return the raw results of each shape at its focus nodes, and what could not be evaluated."""
    executor = validator.make_executor()
    raw: list[list[_Raw]] = []
    failed: list[Finding] = []
    for shape, nodes in targets:
        try:
            raw.append(shape.validate(executor, data, focus=nodes)[1] if nodes else [])
        except _BAD_SHAPES:
            raise
        except _CANNOT_COMPARE:
            for focus in nodes:
                try:
                    raw.append(shape.validate(executor, data, focus=[focus])[1])
                except _CANNOT_COMPARE as error:
                    failed.append(_failure(shape, focus, error))
    return raw, failed


def _told_apart(batch: list[_Raw], rules: Graph) -> Iterator[Finding]:
    """Iterate over the findings of one shape; ``sh:uniqueLang`` has equal ones, one for each language."""
    seen: Counter[Finding] = Counter()
    for raw in batch:
        finding = _read(raw, rules)
        if finding.component == SH.UniqueLangConstraintComponent:
            seen[finding] += 1
            finding = replace(finding, repetition=seen[finding] - 1)
        yield finding


def _failure(shape: Shape, focus: Term, error: Exception) -> Finding:
    # The first line says why, the others where the engine was.
    why = str(getattr(error, "message", error)).partition("\n")[0]
    message = Literal(f"the shape cannot be evaluated here: {why}", lang="en")
    severity, component = Severity.VIOLATION, SH.ConstraintComponent
    return Finding(_plain(focus), None, None, severity, shape.node, component, messages=(message,))


def _read(raw: _Raw, rules: Graph) -> Finding:
    """Return one result, with the results that it rests on."""
    _, node, triples = raw
    parts: _Parts = {}
    for subject, predicate, told in triples:
        # The engine says of some terms in which graph they stand.
        term = told[1] if isinstance(told, tuple) else told
        parts.setdefault(subject, {}).setdefault(predicate, []).append(_plain(term))
    return _finding(node, parts, rules)


def _finding(node: BNode, parts: _Parts, rules: Graph) -> Finding:
    own = parts[node]

    def only(predicate: URIRef) -> Any:
        return own.get(predicate, [None])[0]

    path = only(SH.resultPath)
    told = (text for text in own.get(SH.resultMessage, ()) if isinstance(text, Literal))
    messages = (text for text in told if str(text) != _SAYS_NOTHING)
    return Finding(
        focus=only(SH.focusNode),
        path=None if path is None else read_path(rules, path),
        value=only(SH.value),
        severity=Severity.of_iri(only(SH.resultSeverity)),
        shape=only(SH.sourceShape),
        component=only(SH.sourceConstraintComponent),
        constraint=only(SH.sourceConstraint),
        messages=tuple(sorted(messages, key=lambda text: (text.language or "", str(text)))),
        details=frozenset(_finding(inner, parts, rules) for inner in own.get(SH.detail, ())),
        severity_iri=_unknown_severity(only(SH.resultSeverity)),
    )


def _unknown_severity(iri: Any) -> URIRef | None:
    known = {severity.iri for severity in Severity}
    return iri if isinstance(iri, URIRef) and iri not in known else None


def _marked(term: Any) -> Any:
    if isinstance(term, Literal) and term.ill_typed:
        return _IllTyped(str(term), datatype=term.datatype, normalize=False)
    return term


def _plain(term: Any) -> Any:
    if isinstance(term, _IllTyped):
        return Literal(str(term), datatype=term.datatype, normalize=False)
    return term
