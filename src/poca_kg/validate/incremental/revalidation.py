"""From what was found before a change to what is found after it, by judging only what it can matter to.

What is found at a focus node that no change can matter to is kept. Whatever is in doubt is judged anew: a
shape at all its focus nodes, or everything. Either way the outcome is that of a full run.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from rdflib import BNode

from poca_kg.store.changes import Change, PatternSource
from poca_kg.store.protocol import Term
from poca_kg.validate.findings import Finding, Outcome
from poca_kg.validate.incremental.affected import Affected, Plan, is_target
from poca_kg.validate.incremental.views import TooManyError, View
from poca_kg.validate.shape_graph import ShapeGraph, ShapeNode

__all__ = ["Data", "Judge", "Revalidation", "revalidate"]

_MOST_CHANGED = 2000
_MOST_KEPT = 20_000

Focus = Mapping[ShapeNode, Collection[Term]]


class Judge(Protocol):
    """Applies shapes to the data after the change."""

    def __call__(self, shapes: ShapeGraph, focus: Focus | None = None, /) -> Outcome:
        """Return what is found: at some focus nodes of some shapes, or at all of all that have targets."""


@dataclass(frozen=True, eq=False)
class Data:
    """The data after the change; ``source`` answers triple patterns."""

    source: PatternSource

    def view(self, change: Change, *, before: bool = False, most: int | None = None) -> View:
        """Return the data with what was removed, and if it is to be as ``before`` without what was added."""
        minus = change.added if before else ()
        return View(self.source, plus=change.removed, minus=minus, most=most)


@dataclass(frozen=True)
class Revalidation:
    """The outcome after a change.

    Attributes
    ----------
    outcome
        What a full run finds.
    focus_nodes, whole_shapes
        At how many focus nodes of single shapes it was judged, and how many shapes were judged as a whole.
    doubt
        Why everything was judged anew, as a key of ``phrases``; empty if it was not.
    """

    outcome: Outcome
    focus_nodes: int = 0
    whole_shapes: int = 0
    doubt: str = ""


def revalidate(plan: Plan, data: Data, change: Change, previous: Outcome, judge: Judge) -> Revalidation:
    """Return what a full run would find after a change.

    Parameters
    ----------
    plan
        The shapes.
    data
        The data after the change.
    change
        What was added and removed.
    previous
        What the same engine found before the change with the same shapes, at all focus nodes.
    judge
        That engine.
    """
    if doubt := _doubt(change, previous):
        return Revalidation(judge(plan.shapes), doubt=doubt)
    try:
        affected = plan.affected(change, data.source)
        nodes = previous.nodes + _more_targets(plan, data, change)
        kept, affected = _keep(plan, data.view(change, most=_MOST_KEPT), previous, affected)
    except TooManyError:
        return Revalidation(judge(plan.shapes), doubt="since-much")
    found: Counter[Finding] = Counter()
    if affected.nodes:
        found += _counted(judge(plan.shapes, affected.nodes).findings)
    if affected.whole:
        found += _counted(judge(_only(plan.shapes, affected.whole)).findings)
    # A node that was judged again besides finds once more what is kept anyway.
    numbered = _numbered(found | _counted(kept))
    outcome = replace(previous, findings=numbered, targets=frozenset(), focus_nodes=nodes)
    return Revalidation(outcome, sum(map(len, affected.nodes.values())), len(affected.whole))


def _doubt(change: Change, previous: Outcome) -> str:
    if len(change.triples) > _MOST_CHANGED:
        return "since-much"
    if change.names_blank_nodes:
        return "since-blank"
    if any(
        isinstance(term, BNode) for finding in previous.findings for term in (finding.focus, finding.value)
    ):
        return "since-blank-found"
    return ""


def _more_targets(plan: Plan, data: Data, change: Change) -> int:
    """Return by how much the number of focus nodes has grown."""
    before, after = data.view(change, before=True), View(data.source)
    candidates = plan.candidates(change, data.view(change, most=_MOST_KEPT))
    return sum(plan.names(node, after) - plan.names(node, before) for node in candidates)


def _keep(plan: Plan, both: View, previous: Outcome, affected: Affected) -> tuple[list[Finding], Affected]:
    """Return the findings to be kept, and what must be judged besides because it may have led to others.

    A result names the property shape that it comes from, which several shapes may share. So if one of them is
    judged again, its old results go, and the others that lead there are judged again too.
    """
    by_place: dict[ShapeNode, dict[Term, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in previous.findings:
        by_place[finding.shape][finding.focus].append(finding)
    gone: dict[ShapeNode, set[Term]] = defaultdict(set)
    for node, ways in plan.results.items():
        for place, way in ways:
            if at := by_place.get(place):
                if node in affected.whole:
                    gone[place] |= at.keys()
                elif node in affected.nodes:
                    gone[place] |= at.keys() & both.ends(affected.nodes[node], way)
    besides = {node: set(found) for node, found in affected.nodes.items()}
    for node, ways in plan.results.items():
        for place, way in ways:
            if node not in affected.whole and gone.get(place):
                starts = both.starts(gone[place], way)
                found = {one for one in starts if is_target(plan.shapes.shapes[node], one, both)}
                if found:
                    besides.setdefault(node, set()).update(found)
    kept = [finding for finding in previous.findings if finding.focus not in gone.get(finding.shape, ())]
    return kept, Affected({node: frozenset(found) for node, found in besides.items()}, affected.whole)


def _counted(findings: Iterable[Finding]) -> Counter[Finding]:
    """Return how often each finding was found: two ways may lead to it, and then it is two results."""
    return Counter(replace(finding, repetition=0) for finding in findings)


def _numbered(found: Counter[Finding]) -> tuple[Finding, ...]:
    return tuple(replace(one, repetition=at) for one, times in found.items() for at in range(times))


def _only(shapes: ShapeGraph, wanted: Collection[ShapeNode]) -> ShapeGraph:
    """Return the same shapes, of which only some keep their targets."""
    return ShapeGraph(
        {
            node: shape if node in wanted else replace(shape, targets=())
            for node, shape in shapes.shapes.items()
        },
        shapes.rules,
    )
