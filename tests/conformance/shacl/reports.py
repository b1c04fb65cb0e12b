"""Validation reports as graphs, in a canonical form: equal for equal reports.

A blank node that expectation and finding can both name (a shape in the file that also holds the expected
report) stays the node it is; others are equal if some renaming makes them so. Messages count where the
expected report has some, as the suites ask for. A property path stands for the tree that it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pyoxigraph as ox
from rdflib import SH, BNode, Literal, URIRef

from poca_kg.store.bridge import to_engine
from poca_kg.validate.findings import Finding

__all__ = ["as_expected", "canonical_report"]

_PARTS = {
    SH.focusNode: "focus", SH.value: "value", SH.sourceShape: "shape",
    SH.sourceConstraintComponent: "component", SH.sourceConstraint: "constraint",
}  # fmt: skip


def as_expected(found: Iterable[Finding], expected: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return what was found with the messages that the expectation speaks of, and no nested results."""
    asked = {message for finding in expected for message in finding.messages}
    return tuple(
        replace(
            finding,
            messages=tuple(message for message in finding.messages if message in asked),
            details=frozenset(),
            repetition=0,
        )
        for finding in found
    )


def canonical_report(findings: Iterable[Finding], *, named: bool) -> list[str]:
    """Return the lines of the canonical graph of a report (RDFC-1.0).

    ``named`` keeps blank nodes of the shapes graph as they are.
    """
    dataset = ox.Dataset()
    for number, finding in enumerate(findings):
        result = ox.BlankNode(f"result{number}")
        for predicate, term in _statements(finding):
            dataset.add(ox.Quad(result, ox.NamedNode(predicate), _term(term, named=named)))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(str(quad) for quad in dataset)


def _statements(finding: Finding) -> Iterable[tuple[str, Any]]:
    yield SH.resultSeverity, finding.severity_iri or finding.severity.iri
    for predicate, name in _PARTS.items():
        if (term := getattr(finding, name)) is not None:
            yield predicate, term
    if finding.path is not None:
        yield SH.resultPath, Literal(repr(finding.path))
    for message in finding.messages:
        yield SH.resultMessage, message


def _term(term: Any, *, named: bool) -> Any:
    return to_engine(URIRef(f"urn:node:{term}") if named and isinstance(term, BNode) else term)
