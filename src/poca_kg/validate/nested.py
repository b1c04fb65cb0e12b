"""What a result rests on: for shapes within a shape, which of them a value conforms to and which not.

An engine says that a value conforms to none of the alternatives of ``sh:or``; whoever has to mend it wants to
know why each of them fails. So the shapes inside are asked again, at the one value. Source: SHACL, sections
4.6, 4.7 and 3.6.2.5 (``sh:detail``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from rdflib import BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH

from poca_kg.store.protocol import Term
from poca_kg.validate.findings import Finding
from poca_kg.validate.paths import as_term

__all__ = ["QUALIFIED", "Branch", "BranchKind", "Judge", "find_branches"]

_ShapeNode: TypeAlias = URIRef | BNode
Judge: TypeAlias = Callable[[_ShapeNode, Term], Sequence[Finding] | None]
"""Says what a shape finds at a node, nothing if the node conforms; ``None`` where it cannot be told."""

_MOST_VALUES = 3
_LISTS = {
    SH.AndConstraintComponent: SH["and"],
    SH.OrConstraintComponent: SH["or"],
    SH.XoneConstraintComponent: SH.xone,
}
_SINGLE = {SH.NodeConstraintComponent: SH.node, SH.NotConstraintComponent: SH["not"]}
QUALIFIED = frozenset({SH.QualifiedMinCountConstraintComponent, SH.QualifiedMaxCountConstraintComponent})
"""The constraint components that count the values that conform to a shape."""


class BranchKind(StrEnum):
    """How a shape stands in the constraint that it is a branch of."""

    CHOICE = "choice"
    PART = "part"
    WHOLE = "whole"
    VALUE = "value"


@dataclass(frozen=True)
class Branch:
    """One shape within a constraint, and what it finds at one value.

    Attributes
    ----------
    kind
        An alternative (``sh:or``, ``sh:xone``), a part (``sh:and``), the only shape (``sh:node``,
        ``sh:not``), or the shape that values are counted by.
    shape
        The shape; ``None`` where the engine gave the findings by itself.
    value
        The node that it was asked of.
    findings
        Why the node does not conform; empty if it does.
    number, of
        Which of how many alternatives or parts, counted from 1; 0 where there is but one.
    """

    kind: BranchKind
    shape: _ShapeNode | None
    value: Term
    findings: tuple[Finding, ...]
    number: int = 0
    of: int = 0

    @property
    def holds(self) -> bool:
        """Whether the value conforms to the shape."""
        return not self.findings


def find_branches(
    finding: Finding, rules: Graph, judge: Judge | None, values: Sequence[Term]
) -> tuple[Branch, ...]:
    """Return what a finding rests on; empty for a constraint that holds no shape, or where nobody can tell.

    Parameters
    ----------
    finding
        The finding to explain.
    rules
        The shapes graph.
    judge
        Asks a shape of a node again; ``None`` where that is not possible.
    values
        The value nodes of the finding's path, for constraints that count values.
    """
    if finding.details:
        value = finding.focus if finding.value is None else finding.value
        return (Branch(BranchKind.WHOLE, None, value, tuple(_ordered(finding.details))),)
    if judge is None:
        return ()
    if finding.component in _LISTS:
        return _of_list(finding, rules, judge)
    if finding.component in _SINGLE:
        return tuple(_of_single(finding, rules, judge))
    return tuple(_of_count(finding, rules, judge, values)) if finding.component in QUALIFIED else ()


def _of_list(finding: Finding, rules: Graph, judge: Judge) -> tuple[Branch, ...]:
    """Return the members of the first list that is violated; a finding does not say which list it is of."""
    value = finding.focus if finding.value is None else finding.value
    is_and = finding.component == SH.AndConstraintComponent
    kind = BranchKind.PART if is_and else BranchKind.CHOICE
    for head in sorted(rules.objects(finding.shape, _LISTS[finding.component]), key=str):
        members = [node for item in Collection(rules, head) if isinstance(node := as_term(item), _ShapeNode)]
        branches = []
        for number, node in enumerate(members, 1):
            found = judge(node, value)
            if found is not None:
                branches.append(Branch(kind, node, value, tuple(_ordered(found)), number, len(members)))
        holding = sum(branch.holds for branch in branches)
        broken = holding < len(branches) if is_and else holding != 1
        if broken and not (finding.component == SH.OrConstraintComponent and holding):
            return tuple(branch for branch in branches if not (is_and and branch.holds))
    return ()


def _of_single(finding: Finding, rules: Graph, judge: Judge) -> Iterator[Branch]:
    """Yield the shapes that should hold and do not, or (``sh:not``) should not and do."""
    value = finding.focus if finding.value is None else finding.value
    nodes = rules.objects(finding.shape, _SINGLE[finding.component])
    for node in sorted((each for each in nodes if isinstance(each, _ShapeNode)), key=str):
        found = judge(node, value)
        if found is not None and bool(found) == (finding.component == SH.NodeConstraintComponent):
            yield Branch(BranchKind.WHOLE, node, value, tuple(_ordered(found)))


def _of_count(finding: Finding, rules: Graph, judge: Judge, values: Sequence[Term]) -> Iterator[Branch]:
    """Yield values that do not count where too few do, and those that do where too many do."""
    too_few = finding.component == SH.QualifiedMinCountConstraintComponent
    nodes = [
        node for node in rules.objects(finding.shape, SH.qualifiedValueShape) if isinstance(node, _ShapeNode)
    ]
    if len(nodes) != 1:
        return
    told = 0
    for value in values:
        found = judge(nodes[0], value)
        if found is not None and bool(found) == too_few:
            yield Branch(BranchKind.VALUE, nodes[0], value, tuple(_ordered(found)))
            told += 1
        if told == _MOST_VALUES:
            return


def _ordered(findings: Sequence[Finding] | frozenset[Finding]) -> list[Finding]:
    """Return findings in an order that depends on what they say, as far as their terms have names."""
    return sorted(
        findings,
        key=lambda finding: (
            finding.severity.rank,
            str(finding.path or ""),
            str(finding.component),
            "" if isinstance(finding.focus, BNode) else str(finding.focus),
            "" if finding.value is None or isinstance(finding.value, BNode) else finding.value.n3(),
        ),
    )
