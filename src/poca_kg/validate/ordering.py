"""All findings as the results of a report: explained, in an order that depends on what they say alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rdflib import BNode, Graph, Literal
from rdflib.term import Node

from poca_kg.errors import FilePlace
from poca_kg.store.protocol import Term
from poca_kg.validate.explain import Explainer
from poca_kg.validate.findings import Finding
from poca_kg.validate.report import Result

__all__ = ["explain_findings"]

_MOST_REASONED = 20
_Key = tuple[object, ...]


def explain_findings(findings: Iterable[Finding], explainer: Explainer) -> tuple[Result, ...]:
    """Return the results of a report, each once, the worst first.

    Shapes within shapes are asked again for the first 20 results of each shape and kind of constraint only;
    the rest say what is expected, and what the engine itself told about them.

    >>> from rdflib import Graph
    >>> from poca_kg.validate.places import NoLocator
    >>> from poca_kg.validate.shapes import Shapes
    >>> explain_findings([], Explainer(Graph(), Shapes(Graph(), Graph()), NoLocator()))
    ()
    """
    told = [(explainer.result(finding), finding) for finding in set(findings)]
    told.sort(key=lambda pair: _key(pair[0], explainer.mixed))
    counts: Counter[tuple[object, ...]] = Counter()
    results = []
    for result, finding in told:
        rule = (finding.shape, finding.component)
        counts[rule] += 1
        results.append(explainer.reasoned(result, finding, ask=counts[rule] <= _MOST_REASONED))
    return tuple(results)


def _key(result: Result, graph: Graph) -> _Key:
    return (
        result.severity.rank,
        "" if isinstance(result.shape, BNode) else result.shape,
        result.component,
        result.path,
        result.focus_label,
        _surroundings(result.focus_node, graph),
        result.found,
        _exact(result.value),
        result.what,
        result.place or FilePlace(""),
    )


def _surroundings(node: Term, graph: Graph) -> tuple[str, ...]:
    """Return what tells a blank node from another: its own triples; nothing for what has a name."""
    if not isinstance(node, BNode):
        return ()
    return tuple(sorted(f"{predicate} {_exact(value)}" for predicate, value in graph.predicate_objects(node)))


def _exact(term: Node | None) -> str:
    if term is None or isinstance(term, BNode):
        return ""
    kind = f"{term.language or ''}^^{term.datatype or ''}" if isinstance(term, Literal) else "<>"
    return f"{term}{kind}"
