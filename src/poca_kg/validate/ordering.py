"""All findings as the results of a report: explained, in an order that depends on what they say alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from poca_kg.validate.explain import Explainer
from poca_kg.validate.findings import Finding
from poca_kg.validate.report import Result
from poca_kg.validate.result_order import order_of

__all__ = ["explain_findings"]

_MOST_REASONED = 20


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
    told.sort(key=lambda pair: order_of(pair[0], explainer.mixed))
    counts: Counter[tuple[object, ...]] = Counter()
    results = []
    for result, finding in told:
        rule = (finding.shape, finding.component)
        counts[rule] += 1
        results.append(explainer.reasoned(result, finding, ask=counts[rule] <= _MOST_REASONED))
    return tuple(results)
